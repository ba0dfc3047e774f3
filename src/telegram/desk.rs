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

use super::Answer;
use super::api::Failure;
use super::deliver::{CutOff, Delivery, Response, acknowledge, notice, tell};
use super::flood::{Flood, Verdict};
use super::fuse::Fuse;
use super::inline;
use super::offset::Chat;
use super::render::{Rendered, Served};
use super::send::{BRIEFLY, Sender};
use super::update::{InlineQuery, Me, Update};
use crate::cards::{self, offer};
use crate::content::Content;
use crate::gaps::Gaps;
use crate::metrics::{Asked, Metrics, Queue};
use crate::reply::{self, Input, Reply, Told, apology};

/// How often an update is tried whose answering panics.
const TRIES_BROKEN: u32 = 3;
/// How often an update is tried while Telegram hands out updates but takes no answers: each try lasts about a minute.
const TRIES_UNREACHABLE: u32 = 30;

/// How many updates of one chat may wait for their turn: in a group, five minutes' worth. Who writes then is told once that it
/// is too much.
const WAITING_MAX: usize = 100;
/// When more updates than this wait for the pace of their chat, it storms. Who waits for a minute in a group is no storm.
const STORM: usize = 20;

/// What every answer needs.
pub(super) struct Shared {
    pub(super) sender: Sender,
    pub(super) me: Me,
    pub(super) answer: Answer,
    pub(super) cut_off: CutOff,
    /// Whether an answer that is one request goes out in the response to a webhook.
    pub(super) in_response: bool,
    /// Where the words of unanswered questions are counted, if at all.
    pub(super) gaps: Option<Arc<Gaps>>,
    pub(super) fuse: Fuse,
    served: RefCell<Rc<Served>>,
}

impl Shared {
    pub(super) fn new(sender: Sender, me: Me, answer: Answer, content: Content) -> Self {
        let served = RefCell::new(Rc::new(Served::new(content)));
        Self {
            sender,
            me,
            answer,
            cut_off: CutOff::default(),
            in_response: false,
            gaps: None,
            fuse: Fuse::default(),
            served,
        }
    }

    pub(super) fn metrics(&self) -> &Metrics {
        self.sender.metrics()
    }

    /// Counts an answer that was given, and the words of a question that has none.
    fn count(&self, content: &Content, update: &Update, told: Told) {
        let page = told.section.map_or("home", |section| &content.section(section).id);
        self.metrics().answer(page, content.tag(told.lang).as_str(), update.surface());
        let Some(asked) = told.question else { return };
        self.metrics().question(match asked {
            reply::Asked::Answered => Asked::Answered,
            reply::Asked::Suggested => Asked::Suggested,
            reply::Asked::Talk => Asked::Talk,
            reply::Asked::NotOurs => Asked::NotOurs,
            reply::Asked::Unknown => Asked::Unknown,
        });
        if asked == reply::Asked::Unknown
            && let Some(gaps) = &self.gaps
            && let Some(Input::Text(text) | Input::About { text, .. }) = update.request(&self.me).map(|r| r.input)
        {
            let words = content.familiar_words(text);
            gaps.note(words.iter().map(String::as_str), crate::clock::today());
        }
    }

    /// The content of the moment; an answer keeps the one that it began with.
    pub(super) fn served(&self) -> Rc<Served> {
        Rc::clone(&self.served.borrow())
    }

    /// Puts another content in its place, for all that begins from now on.
    pub(super) fn swap(&self, content: Content) {
        self.served.replace(Rc::new(Served::new(content)));
    }
}

/// An update that needs no more work.
pub(super) struct Finished {
    pub(super) update_id: i64,
    /// A request for the response to the webhook that brought it.
    pub(super) response: Option<Vec<u8>>,
}

/// What becomes of an update that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is being answered, or waits for its turn: [`Desk::next`] gives it when it is finished.
    InHand,
    /// As [`Taken::InHand`], but worthless in seconds: it waits for nobody, and nobody needs to wait for it.
    Beside,
    /// There is nothing to do.
    Nothing,
}

/// What a job has done.
enum Ended {
    /// Answered an update of a chat, whose next one has its turn.
    Turn(i64, Finished),
    /// Answered something beside the turns.
    Beside(Finished),
    /// Acknowledged a tap.
    Acknowledged,
}

/// Every update in hand, and whose turn it is.
pub(super) struct Desk {
    pub(super) shared: Rc<Shared>,
    /// What waits for its turn, by chat.
    queues: FxHashMap<i64, VecDeque<Rc<Update>>>,
    /// How many updates the queues hold together.
    waiting: usize,
    /// The chats that are being answered.
    busy: FxHashSet<i64>,
    jobs: JoinSet<Ended>,
    flood: Flood,
}

impl Desk {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self {
            shared,
            queues: FxHashMap::default(),
            waiting: 0,
            busy: FxHashSet::default(),
            jobs: JoinSet::new(),
            flood: Flood::new(),
        }
    }

    /// How it stands with a chat whose update is in hand.
    pub(super) fn chat(&self, chat: i64) -> Chat {
        match () {
            () if self.shared.cut_off.contains(chat) => Chat::CutOff,
            () if !self.shared.sender.is_resting(chat) => Chat::Served,
            () if self.waiting_in(chat) > STORM => Chat::Storming,
            () => Chat::Resting,
        }
    }

    fn judge(&self, update: &Update) -> Verdict {
        let Some((chat, person)) = update.person() else { return Verdict::Answer };
        match self.flood.judge(chat, person) {
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
    pub(super) fn take(&mut self, mut update: Update) -> Taken {
        self.shared.metrics().update(update.kind());
        if let Some(query) = update.inline_query.take() {
            let (shared, update_id) = (Rc::clone(&self.shared), update.update_id);
            self.jobs.spawn_local(async move {
                let response = answer_typing(&shared, update_id, &query).await;
                Ended::Beside(Finished { update_id, response })
            });
            return Taken::Beside;
        }
        if !is_for_us(&update, &self.shared.me) {
            return Taken::Nothing;
        }
        match self.judge(&update) {
            Verdict::Answer => {}
            Verdict::Silence => return Taken::Nothing,
            Verdict::Notice => {
                self.shared.metrics().flood_notice();
                let shared = Rc::clone(&self.shared);
                self.jobs.spawn_local(async move {
                    say_enough(&shared, &update).await;
                    Ended::Beside(Finished { update_id: update.update_id, response: None })
                });
                return Taken::Beside;
            }
        }
        let update = Rc::new(update);
        if let Some(query) = &update.callback_query {
            // A tap is acknowledged at once, however long its chat has to wait for the page.
            let (shared, query) = (Rc::clone(&self.shared), CallbackQueryId(query.id.clone()));
            let tapped = Rc::clone(&update);
            self.jobs.spawn_local(async move {
                let reply = reply_to(&shared, &shared.served(), &tapped);
                acknowledge(&shared.sender, query, reply.and_then(|reply| notice(&tapped, &reply))).await;
                Ended::Acknowledged
            });
        }
        let chat = update.key();
        self.queues.entry(chat).or_default().push_back(update);
        self.waiting += 1;
        self.next_of(chat);
        self.show();
        Taken::InHand
    }

    /// Shows in the metrics how much is in hand.
    fn show(&self) {
        self.shared.metrics().queue(Queue::InHand, self.busy.len() + self.waiting);
        self.shared.metrics().queue(Queue::Waiting, self.waiting);
    }

    /// Waits for the next update to be finished; `None` when nothing is in hand. Nothing is lost when the wait is given up.
    pub(super) async fn next(&mut self) -> Option<Finished> {
        loop {
            match self.jobs.join_next().await? {
                Ok(Ended::Turn(chat, finished)) => {
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
        let shared = Rc::clone(&self.shared);
        self.jobs.spawn_local(async move {
            let response = see_to(&shared, chat, &update).await;
            Ended::Turn(chat, Finished { update_id: update.update_id, response })
        });
    }
}

/// An answer cannot panic, for `see_to` and `answer_typing` catch; an acknowledgement that does has nothing to account for.
fn broken(error: &JoinError) {
    debug_assert!(error.is_panic(), "nobody aborts a job");
}

/// Whether an update asks something of us. One that breaks the reading would break it each time it is sent again.
fn is_for_us(update: &Update, me: &Me) -> bool {
    catch_unwind(AssertUnwindSafe(|| update.request(me).is_some_and(|request| request.may_be_for_us())))
        .unwrap_or(false)
}

/// Answers an update, whatever happens on the way; returns when nothing is left to do but to respond with what it gives.
async fn see_to(shared: &Shared, chat: i64, update: &Update) -> Option<Vec<u8>> {
    let (mut broken, mut unreachable) = (0, 0);
    loop {
        // A panic's place is in the log.
        let answered = AssertUnwindSafe(answer(shared, chat, update)).catch_unwind().await;
        if !matches!(answered, Ok(Err(Failure::Unreachable(_)))) {
            shared.cut_off.remove(chat);
        }
        match answered {
            Ok(Ok(response)) => return response,
            Ok(Err(failure @ Failure::Unreachable(_))) => {
                log::warn!("{failure}; the answer is tried again");
                unreachable += 1;
            }
            Ok(Err(failure)) => {
                log::error!("an answer was not sent: {failure}");
                return None;
            }
            Err(_) => broken += 1,
        }
        if broken >= TRIES_BROKEN || unreachable >= TRIES_UNREACHABLE {
            shared.metrics().give_up();
            log::error!("an update was given up after {} tries", broken + unreachable);
            return None;
        }
    }
}

async fn answer(shared: &Shared, chat: i64, update: &Update) -> Result<Option<Vec<u8>>, Failure> {
    let served = shared.served();
    let Some(reply) = reply_to(shared, &served, update) else {
        give_up(shared);
        return Ok(None);
    };
    let (Shared { sender, cut_off, .. }, content) = (shared, &served.content);
    let response = Response::default();
    let delivery = Delivery { sender, content, cut_off, chat, response: shared.in_response.then_some(&response) };
    let told = match &reply {
        Reply::Page { told, .. } => Some(*told),
        _ => None,
    };
    delivery.deliver(update, reply).await?;
    if let Some(told) = told {
        shared.count(content, update, told);
    }
    Ok(response.into_bytes())
}

/// What to answer, ready to be sent; an apology when making the answer panicked, nothing when it ended the process too often.
fn reply_to(shared: &Shared, served: &Served, update: &Update) -> Option<Reply<Rc<Rendered>>> {
    let (me, content) = (&shared.me, &served.content);
    let request = update.request(me)?;
    let render = |reply: Reply| reply.map(|shows| served.render(me, &shows));
    let make = || catch_unwind(AssertUnwindSafe(|| render((shared.answer)(content, &request))));
    let reply = shared.fuse.guard(update.update_id, make)?;
    Some(reply.unwrap_or_else(|_| render(apology(content, request.language_code))))
}

/// Says that an update is not answered because making its answer has ended the process too often.
fn give_up(shared: &Shared) {
    shared.metrics().give_up();
    log::error!("an update was given up: making its answer has ended this program again and again");
}

/// Tells somebody who floods that it is enough: at once, for their own answers may wait in the queue before it.
async fn say_enough(shared: &Shared, update: &Update) {
    let served = shared.served();
    let content = &served.content;
    let said = &content.interface(content.language_for(update.language_code())).flood;
    match (&update.callback_query, &update.message) {
        (Some(query), _) => {
            acknowledge(&shared.sender, CallbackQueryId(query.id.clone()), Some(said.to_string())).await
        }
        (None, Some(message)) => tell(&shared.sender, message, said).await,
        (None, None) => {}
    }
}

/// Answers typing; gives the request for the response to a webhook.
async fn answer_typing(shared: &Shared, update_id: i64, query: &InlineQuery) -> Option<Vec<u8>> {
    // Made when it has its turn: what only waits in a storm of typing must not hold an answer each.
    let answer = async {
        let _slot = if shared.in_response { None } else { shared.sender.typing_slot().await };
        let (served, me) = (shared.served(), &shared.me);
        let render = |offered: cards::Answer| offered.map(|shows| served.render(me, &shows));
        // A panic's place is in the log.
        let make = || catch_unwind(AssertUnwindSafe(|| render(offer(&served.content, &query.query()))));
        let Some(offered) = shared.fuse.guard(update_id, make) else {
            give_up(shared);
            return None;
        };
        let offered = offered.ok()?;
        let payload = inline::inline(&query.id, &offered);
        if shared.in_response {
            let response = Response::default();
            return response.hold(&payload).ok().and_then(|()| response.into_bytes());
        }
        if let Err(failure) = shared.sender.within(BRIEFLY, &payload).await {
            log::debug!("typing was not answered: {failure}");
        }
        None
    };
    tokio::time::timeout(BRIEFLY, answer).await.ok().flatten()
}
