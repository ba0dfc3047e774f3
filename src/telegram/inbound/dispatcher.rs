//! What is in hand: updates come in, are answered one after the other in a chat and side by side across chats, and go out as
//! finished. Whoever brings them, polling or a webhook, confirms them then and not before.
//!
//! One thread does everything; what waits, waits for the network.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use rustc_hash::{FxHashMap, FxHashSet};
use teloxide::types::CallbackQueryId;
use tokio::task::{JoinError, JoinSet};

use crate::bot::inline::{self, offer};
use crate::bot::reply::{self, Input, Reply, ReplyMeta, apology};
use crate::content::Content;
use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Asked, Metrics, Queue};
use crate::telegram::Answer;
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{Me, SetMyCommands};
use crate::telegram::inbound::crash_guard::CrashGuard;
use crate::telegram::inbound::flood_control::{Flood, Verdict};
use crate::telegram::inbound::offset_tracker::ChatState;
use crate::telegram::inbound::update::{InlineQuery, Update};
use crate::telegram::outbound::deliver::{
    Delivery, UnreachableChats, acknowledge, follow_language, menu_to_follow, notice, send_sentence,
};
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::render::{ContentCache, Rendered, Surroundings};
use crate::telegram::outbound::sender::{CALLBACK_DEADLINE, Sender};
use crate::telegram::outbound::webhook_response::WebhookResponse;

/// How often an update is tried whose answering panics.
const TRIES_BROKEN: u32 = 3;
/// How often an update is tried while Telegram hands out updates but takes no answers: each try lasts about a minute.
const TRIES_UNREACHABLE: u32 = 30;

/// How many updates of one chat may wait for their turn: in a group, five minutes' worth. Who writes then is told once that it
/// is too much.
const WAITING_MAX: usize = 100;
/// When more updates than this wait for the pace of their chat, it storms. Who waits for a minute in a group is no storm.
const FLOOD_THRESHOLD: usize = 20;

/// What every answer needs.
pub(crate) struct Context {
    pub(crate) sender: Sender,
    pub(crate) me: Me,
    pub(crate) answer: Answer,
    pub(crate) unreachable: UnreachableChats,
    /// Whether an answer that is one request goes out in the response to a webhook.
    pub(crate) in_response: bool,
    /// Where the words of unanswered questions are counted, if at all.
    pub(crate) unanswered: Option<Arc<Unanswered>>,
    pub(crate) crash_guard: CrashGuard,
    served: RefCell<Rc<ContentCache>>,
}

impl Context {
    pub(crate) fn new(sender: Sender, me: Me, answer: Answer, content: Content) -> Self {
        let served = RefCell::new(Rc::new(ContentCache::new(content)));
        Self {
            sender,
            me,
            answer,
            unreachable: UnreachableChats::default(),
            in_response: false,
            unanswered: None,
            crash_guard: CrashGuard::default(),
            served,
        }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        self.sender.metrics()
    }

    /// Counts an answer that was given, and the words of a question that has none.
    fn count(&self, content: &Content, update: &Update, meta: ReplyMeta) {
        let page = meta.section.map_or("home", |section| &content.section(section).id);
        self.metrics().answer(page, content.tag(meta.lang).as_str(), update.surface());
        let Some(asked) = meta.question else { return };
        self.metrics().question(match asked {
            reply::Asked::Answered => Asked::Answered,
            reply::Asked::Suggested => Asked::Suggested,
            reply::Asked::SmallTalk => Asked::SmallTalk,
            reply::Asked::OutOfScope => Asked::OutOfScope,
            reply::Asked::Unknown => Asked::Unknown,
        });
        if asked == reply::Asked::Unknown
            && let Some(unanswered) = &self.unanswered
            && let Some(Input::Text(text) | Input::About { text, .. }) = update.request(&self.me).map(|r| r.input)
        {
            let words = content.familiar_words(text);
            unanswered.note(words.iter().map(String::as_str), crate::clock::today());
        }
    }

    /// The content of the moment; an answer keeps the one that it began with.
    pub(crate) fn served(&self) -> Rc<ContentCache> {
        Rc::clone(&self.served.borrow())
    }

    /// Puts another content in its place, for all that begins from now on.
    pub(crate) fn swap(&self, content: Content) {
        self.served.replace(Rc::new(ContentCache::new(content)));
    }
}

/// An update that needs no more work.
pub(crate) struct Finished {
    pub(crate) update_id: i64,
    /// A request for the response to the webhook that brought it.
    pub(crate) response: Option<Vec<u8>>,
}

/// What becomes of an update that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// It is being answered, or waits for its turn: [`Dispatcher::next`] gives it when it is finished.
    Queued,
    /// As [`Accepted::Queued`], but worthless in seconds: it waits for nobody, and nobody needs to wait for it.
    Unordered,
    /// There is nothing to do.
    Ignored,
}

/// What a job has done.
enum Ended {
    /// Answered an update of a chat, whose next one has its turn. The menu of commands may have to follow.
    Turn(i64, Finished, Option<SetMyCommands>),
    /// Answered something beside the turns.
    Beside(Finished),
    /// Acknowledged a tap.
    Acknowledged,
}

/// Every update in hand, and whose turn it is.
pub(crate) struct Dispatcher {
    pub(crate) context: Rc<Context>,
    /// What waits for its turn, by chat.
    queues: FxHashMap<i64, VecDeque<Rc<Update>>>,
    /// How many updates the queues hold together.
    waiting: usize,
    /// The chats that are being answered.
    busy: FxHashSet<i64>,
    jobs: JoinSet<Ended>,
    flood: Flood,
}

impl Dispatcher {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        Self {
            context,
            queues: FxHashMap::default(),
            waiting: 0,
            busy: FxHashSet::default(),
            jobs: JoinSet::new(),
            flood: Flood::new(),
        }
    }

    /// How it stands with a chat whose update is in hand.
    pub(crate) fn chat(&self, chat: i64) -> ChatState {
        match () {
            () if self.context.unreachable.contains(chat) => ChatState::Unreachable,
            () if !self.context.sender.is_rate_limited(chat) => ChatState::Active,
            () if self.waiting_in(chat) > FLOOD_THRESHOLD => ChatState::Flooding,
            () => ChatState::RateLimited,
        }
    }

    fn check(&self, update: &Update) -> Verdict {
        let Some((chat, person)) = update.person() else { return Verdict::Answer };
        match self.flood.check(chat, person) {
            Verdict::Answer if self.waiting_in(chat) >= WAITING_MAX => {
                // What only one person is told is told to each.
                let is_seen_by_all = update.message.as_ref().is_some_and(|m| m.ephemeral_message_id.is_none());
                if is_seen_by_all { self.flood.crowd(chat) } else { Verdict::Notice }
            }
            verdict => verdict,
        }
    }

    fn waiting_in(&self, chat: i64) -> usize {
        self.queues.get(&chat).map_or(0, VecDeque::len)
    }

    /// Takes an update in.
    pub(crate) fn take(&mut self, mut update: Update) -> Accepted {
        self.context.metrics().update(update.kind());
        if let Some(query) = update.inline_query.take() {
            let (context, update_id) = (Rc::clone(&self.context), update.update_id);
            self.jobs.spawn_local(async move {
                let response = answer_typing(&context, update_id, &query).await;
                Ended::Beside(Finished { update_id, response })
            });
            return Accepted::Unordered;
        }
        if !is_for_us(&update, &self.context.me) {
            return Accepted::Ignored;
        }
        match self.check(&update) {
            Verdict::Answer => {}
            Verdict::Silence => return Accepted::Ignored,
            Verdict::Notice => {
                self.context.metrics().flood_notice();
                let context = Rc::clone(&self.context);
                self.jobs.spawn_local(async move {
                    send_flood_notice(&context, &update).await;
                    Ended::Beside(Finished { update_id: update.update_id, response: None })
                });
                return Accepted::Unordered;
            }
        }
        let update = Rc::new(update);
        if let Some(query) = &update.callback_query {
            // A tap is acknowledged at once, however long its chat has to wait for the page.
            let (context, query) = (Rc::clone(&self.context), CallbackQueryId(query.id.clone()));
            let tapped = Rc::clone(&update);
            self.jobs.spawn_local(async move {
                let reply = reply_to(&context, &context.served(), &tapped);
                acknowledge(&context.sender, query, reply.and_then(|reply| notice(&tapped, &reply))).await;
                Ended::Acknowledged
            });
        }
        let chat = update.key();
        self.queues.entry(chat).or_default().push_back(update);
        self.waiting += 1;
        self.next_of(chat);
        self.show();
        Accepted::Queued
    }

    /// Shows in the metrics how much is in hand.
    fn show(&self) {
        self.context.metrics().queue(Queue::InHand, self.busy.len() + self.waiting);
        self.context.metrics().queue(Queue::Waiting, self.waiting);
    }

    /// Waits for the next update to be finished; `None` when nothing is in hand. Nothing is lost when the wait is given up.
    pub(crate) async fn next(&mut self) -> Option<Finished> {
        loop {
            match self.jobs.join_next().await? {
                Ok(Ended::Turn(chat, finished, menu)) => {
                    if let Some(menu) = menu {
                        let context = Rc::clone(&self.context);
                        self.jobs.spawn_local(async move {
                            follow_language(&context.sender, &menu).await;
                            Ended::Acknowledged
                        });
                    }
                    self.busy.remove(&chat);
                    self.next_of(chat);
                    self.show();
                    return Some(finished);
                }
                Ok(Ended::Beside(finished)) => return Some(finished),
                Ok(Ended::Acknowledged) => {}
                Err(error) => broken(&error),
            }
        }
    }

    /// Begins the next answer of a chat, unless one is in hand.
    fn next_of(&mut self, chat: i64) {
        if self.busy.contains(&chat) {
            return;
        }
        let Some(update) = self.queues.get_mut(&chat).and_then(VecDeque::pop_front) else {
            self.queues.remove(&chat);
            return;
        };
        self.waiting -= 1;
        self.busy.insert(chat);
        let context = Rc::clone(&self.context);
        self.jobs.spawn_local(async move {
            let (response, menu) = process(&context, chat, &update).await.unwrap_or_default();
            Ended::Turn(chat, Finished { update_id: update.update_id, response }, menu)
        });
    }
}

/// An answer cannot panic, for `process` and `answer_typing` catch; an acknowledgement that does has nothing to account for.
fn broken(error: &JoinError) {
    debug_assert!(error.is_panic(), "nobody aborts a job");
}

/// Whether an update asks something of us. One that breaks the reading would break it each time it is sent again.
fn is_for_us(update: &Update, me: &Me) -> bool {
    catch_unwind(AssertUnwindSafe(|| update.request(me).is_some_and(|request| request.may_be_for_us())))
        .unwrap_or(false)
}

/// Answers an update, whatever happens on the way; returns when nothing is left to do but to respond with what it gives.
async fn process(context: &Context, chat: i64, update: &Update) -> Option<Answered> {
    let (mut broken, mut unreachable) = (0, 0);
    loop {
        // A panic's place is in the log.
        let answered = AssertUnwindSafe(answer(context, chat, update)).catch_unwind().await;
        if !matches!(answered, Ok(Err(ApiError::Unreachable(_)))) {
            context.unreachable.remove(chat);
        }
        match answered {
            Ok(Ok(answered)) => return Some(answered),
            Ok(Err(error @ ApiError::Unreachable(_))) => {
                log::warn!("{error}; the answer is tried again");
                unreachable += 1;
            }
            Ok(Err(error)) => {
                log::error!("an answer was not sent: {error}");
                return None;
            }
            Err(_) => broken += 1,
        }
        if broken >= TRIES_BROKEN || unreachable >= TRIES_UNREACHABLE {
            context.metrics().give_up();
            log::error!("an update was given up after {} tries", broken + unreachable);
            return None;
        }
    }
}

/// The request for the response to a webhook, and the menu of commands that is to follow a chosen language.
type Answered = (Option<Vec<u8>>, Option<SetMyCommands>);

async fn answer(context: &Context, chat: i64, update: &Update) -> Result<Answered, ApiError> {
    let served = context.served();
    let Some(reply) = reply_to(context, &served, update) else {
        give_up(context);
        return Ok(Answered::default());
    };
    let (Context { sender, unreachable, .. }, content) = (context, &served.content);
    let response = WebhookResponse::default();
    let delivery = Delivery { sender, unreachable, chat, response: context.in_response.then_some(&response) };
    let (meta, chosen) = match &reply {
        Reply::Page { meta, chosen, .. } => (Some(*meta), *chosen),
        _ => (None, None),
    };
    delivery.deliver(update, reply).await?;
    if let Some(meta) = meta {
        context.count(content, update, meta);
    }
    Ok((response.into_bytes(), menu_to_follow(update, content, chosen)))
}

/// What to answer, ready to be sent; an apology when making the answer panicked, nothing when it ended the process too often.
fn reply_to(context: &Context, served: &ContentCache, update: &Update) -> Option<Reply<Rc<Rendered>>> {
    let (me, content) = (&context.me, &served.content);
    let request = update.request(me)?;
    let surroundings = Surroundings::new(me, update.is_in_direct_messages());
    let render = |reply: Reply| reply.map(|shows| served.render(surroundings, &shows));
    let make = || catch_unwind(AssertUnwindSafe(|| render((context.answer)(content, &request))));
    let reply = context.crash_guard.guard(update.update_id, make)?;
    Some(reply.unwrap_or_else(|_| render(apology(content, request.language_code))))
}

/// Says that an update is not answered because making its answer has ended the process too often.
fn give_up(context: &Context) {
    context.metrics().give_up();
    log::error!("an update was given up: making its answer has ended this program again and again");
}

/// Tells somebody who floods that it is enough: at once, for their own answers may wait in the queue before it.
async fn send_flood_notice(context: &Context, update: &Update) {
    let served = context.served();
    let content = &served.content;
    let said = &content.interface(content.language_for(update.language_code())).flood;
    match (&update.callback_query, &update.message) {
        (Some(query), _) => {
            acknowledge(&context.sender, CallbackQueryId(query.id.clone()), Some(said.to_string())).await
        }
        (None, Some(message)) => send_sentence(&context.sender, message, said).await,
        (None, None) => {}
    }
}

/// Answers typing; gives the request for the response to a webhook.
async fn answer_typing(context: &Context, update_id: i64, query: &InlineQuery) -> Option<Vec<u8>> {
    // Made when it has its turn: what only waits in a storm of typing must not hold an answer each.
    let answer = async {
        let _slot = if context.in_response { None } else { context.sender.inline_slot().await };
        let (served, me) = (context.served(), &context.me);
        let render = |offered: inline::Answer| offered.map(|shows| served.render(Surroundings::new(me, false), &shows));
        // A panic's place is in the log.
        let make = || catch_unwind(AssertUnwindSafe(|| render(offer(&served.content, &query.query()))));
        let Some(offered) = context.crash_guard.guard(update_id, make) else {
            give_up(context);
            return None;
        };
        let offered = offered.ok()?;
        let payload = inline_query::inline(&query.id, &offered);
        if context.in_response {
            let response = WebhookResponse::default();
            return response.set(&payload).ok().and_then(|()| response.into_bytes());
        }
        if let Err(error) = context.sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
            log::debug!("typing was not answered: {error}");
        }
        None
    };
    tokio::time::timeout(CALLBACK_DEADLINE, answer).await.ok().flatten()
}
