//! Dispatcher: per-chat queues, sequential within a chat and concurrent across chats. What nobody needs to wait for runs beside
//! the queues: inline queries, acknowledgements of taps, flood notices, menus, albums without a caption.
//!
//! Everything runs on one thread; a job waits for the network only.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use futures_util::FutureExt;
use rustc_hash::{FxHashMap, FxHashSet};
use teloxide::types::CallbackQueryId;
use tokio::task::{AbortHandle, JoinSet};

use super::albums::{AlbumKey, AlbumPart, Albums};
use super::context::Context;
use super::flood_control::{FloodControl, FloodDecision};
use super::offset_tracker::ChatState;
use super::update::{InlineQuery, Update};
use crate::bot::reply::{Place, Reply};
use crate::metrics::QueueState;
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::SetMyCommands;
use crate::telegram::outbound::deliver::{
    Delivery, answer_callback_query, follow_language, menu_to_follow, notice, send_sentence,
};
use crate::telegram::outbound::fallback::{Keyboard, OptionalParts};
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::render::{ContentCache, Rendered};
use crate::telegram::outbound::sender::CALLBACK_DEADLINE;
use crate::telegram::outbound::webhook_response::WebhookResponse;

/// How often an update is tried whose processing panics.
const PANIC_TRIES: u32 = 3;
/// How often an update is tried while Telegram hands out updates but takes no answers: each try lasts about a minute.
const UNREACHABLE_TRIES: u32 = 30;

/// Updates in the queue of one chat: in a group, five minutes' worth of answers. Who writes then is told once that it is too
/// much.
const QUEUE_MAX: usize = 100;
/// When more updates than this wait for the rate limit of their chat, it is flooding. Who waits for a minute in a group is not.
const FLOOD_THRESHOLD: usize = 20;

/// An update that needs no more work.
pub(crate) struct Finished {
    pub(crate) update_id: i64,
    /// A request for the response to the webhook that brought it.
    pub(crate) response: Option<Vec<u8>>,
}

/// What becomes of an update that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// It is in the queue of its chat: [`Dispatcher::next`] gives it when it is finished.
    Queued,
    /// As [`Accepted::Queued`], but worthless in seconds: it waits for no queue, and Telegram may forget it at once.
    Unordered,
    /// There is nothing to do.
    Ignored,
}

/// An update in the queue of its chat.
struct QueuedUpdate {
    update: Update,
    place: Place,
    /// The reply to a tap, made when it came in, with the content that it is of. A reply to words is made at their turn: in a
    /// storm of them the queues would hold an answer each.
    reply: Option<(Rc<ContentCache>, Reply<Rc<Rendered>>)>,
    /// Its source knows it as ignored and takes no response.
    is_confirmed: bool,
}

/// How a job ended.
enum JobOutcome {
    /// An update of a chat is answered, and the chat's next one may begin.
    Answered(i64, Finished, Option<SetMyCommands>),
    /// Something beside the queues is finished.
    Unordered(Finished),
    /// Nothing that a source waits for.
    Background,
}

/// The queues of all chats, and the jobs that empty them.
pub(crate) struct Dispatcher {
    context: Rc<Context>,
    queues: FxHashMap<i64, VecDeque<QueuedUpdate>>,
    /// Updates in all queues together.
    queued: usize,
    /// The chats with a job.
    active: FxHashSet<i64>,
    jobs: JoinSet<JobOutcome>,
    /// The jobs that set a menu of commands, by chat.
    menus: FxHashMap<i64, AbortHandle>,
    flood_control: FloodControl,
    albums: Rc<Albums>,
}

impl Dispatcher {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        Self {
            context,
            queues: FxHashMap::default(),
            queued: 0,
            active: FxHashSet::default(),
            jobs: JoinSet::new(),
            menus: FxHashMap::default(),
            flood_control: FloodControl::new(),
            albums: Rc::default(),
        }
    }

    /// How a chat stands that has unfinished updates.
    pub(super) fn chat_state(&self, chat: i64) -> ChatState {
        match () {
            () if self.context.unreachable.contains(chat) => ChatState::Unreachable,
            () if !self.context.sender.is_rate_limited(chat) => ChatState::Active,
            () if self.queue_len(chat) > FLOOD_THRESHOLD => ChatState::Flooding,
            () => ChatState::RateLimited,
        }
    }

    fn queue_len(&self, chat: i64) -> usize {
        self.queues.get(&chat).map_or(0, VecDeque::len)
    }

    fn check_flood(&self, update: &Update) -> FloodDecision {
        let Some((chat, person)) = update.chat_and_author() else { return FloodDecision::Process };
        match self.flood_control.check(chat, person) {
            FloodDecision::Process if self.queue_len(chat) >= QUEUE_MAX => {
                // A notice that one person alone sees is given to each.
                let is_seen_by_all = update.message.as_ref().is_some_and(|m| m.ephemeral_message_id.is_none());
                if is_seen_by_all { self.flood_control.check_chat(chat) } else { FloodDecision::Notify }
            }
            decision => decision,
        }
    }

    /// Takes an update in: it waits in the queue of its chat, or is begun at once.
    pub(crate) fn enqueue(&mut self, mut update: Update) -> Accepted {
        self.context.metrics().update(update.kind());
        let (context, update_id) = (Rc::clone(&self.context), update.update_id);
        if let Some(query) = update.inline_query.take() {
            self.jobs.spawn_local(unordered(update_id, async move {
                answer_inline_query(&context, update_id, &query).await
            }));
            return Accepted::Unordered;
        }
        // An update that breaks the reading would break it each time that it is sent again.
        let place = catch_unwind(AssertUnwindSafe(|| update.place(&context.me()))).ok().flatten();
        let Some(place) = place else { return Accepted::Ignored };
        let album = update.album().map(|(chat, id)| (chat, id.to_owned()));
        let part = album.as_ref().map(|key| self.albums.add(key.clone(), update_id, update.has_words()));
        if part == Some(AlbumPart::Other) {
            return Accepted::Ignored;
        }
        match self.check_flood(&update) {
            FloodDecision::Process => {}
            FloodDecision::Drop => return Accepted::Ignored,
            FloodDecision::Notify => {
                context.metrics().flood_notice();
                self.jobs.spawn_local(unordered(update_id, async move {
                    send_flood_notice(&context, &update).await;
                    None
                }));
                return Accepted::Unordered;
            }
        }
        let reply = match &update.callback_query {
            None => None,
            Some(query) => {
                // A tap is acknowledged at once, however long its chat has to wait for the page.
                let content = context.content();
                let reply = context.make_reply(&content, &update, place);
                let notice = reply.as_ref().and_then(|reply| notice(&update, reply));
                let query = CallbackQueryId(query.id.clone());
                self.jobs.spawn_local(async move {
                    answer_callback_query(&context.sender, query, notice).await;
                    JobOutcome::Background
                });
                let Some(reply) = reply else { return Accepted::Ignored };
                Some((content, reply))
            }
        };
        let chat = update.queue_key();
        if let (Some(album), Some(AlbumPart::First)) = (album, part) {
            self.answer_without_caption(album, QueuedUpdate { update, place, reply, is_confirmed: true });
            return Accepted::Ignored;
        }
        let queued = QueuedUpdate { update, place, reply, is_confirmed: false };
        self.queues.entry(chat).or_default().push_back(queued);
        self.queued += 1;
        self.begin_next(chat);
        self.update_gauges();
        Accepted::Queued
    }

    /// Answers an album when it is complete, unless it has a caption. Its first part is confirmed before: it asks nothing, and a
    /// webhook gets the next part only after it.
    fn answer_without_caption(&mut self, album: AlbumKey, queued: QueuedUpdate) {
        let (context, albums) = (Rc::clone(&self.context), Rc::clone(&self.albums));
        self.jobs.spawn_local(async move {
            if albums.complete(&album).await {
                process(&context, queued.update.queue_key(), &queued).await;
            }
            JobOutcome::Background
        });
    }

    fn update_gauges(&self) {
        self.context.metrics().queue(QueueState::InHand, self.active.len() + self.queued);
        self.context.metrics().queue(QueueState::Waiting, self.queued);
    }

    /// Waits for the next update to be finished; `None` when none is in progress. Nothing is lost when the wait is dropped.
    pub(crate) async fn next(&mut self) -> Option<Finished> {
        loop {
            match self.jobs.join_next().await? {
                Ok(JobOutcome::Answered(chat, finished, menu)) => {
                    if let Some(menu) = menu {
                        self.set_menu(chat, menu);
                    }
                    self.active.remove(&chat);
                    self.begin_next(chat);
                    self.update_gauges();
                    return Some(finished);
                }
                Ok(JobOutcome::Unordered(finished)) => return Some(finished),
                Ok(JobOutcome::Background) => {}
                // A background job that panicked, or a menu that was replaced: no source waits for either.
                Err(_) => {}
            }
        }
    }

    /// Sets a chat's menu of commands beside its queue: that may be slow. A newer choice replaces one that is still being tried.
    fn set_menu(&mut self, chat: i64, menu: SetMyCommands) {
        let context = Rc::clone(&self.context);
        let job = self.jobs.spawn_local(async move {
            follow_language(&context.sender, &menu).await;
            JobOutcome::Background
        });
        self.menus.retain(|_, job| !job.is_finished());
        if let Some(older) = self.menus.insert(chat, job) {
            older.abort();
        }
    }

    /// Begins the next answer of a chat, unless one is in progress.
    fn begin_next(&mut self, chat: i64) {
        if self.active.contains(&chat) {
            return;
        }
        let Some(queued) = self.queues.get_mut(&chat).and_then(VecDeque::pop_front) else {
            self.queues.remove(&chat);
            return;
        };
        self.queued -= 1;
        self.active.insert(chat);
        let context = Rc::clone(&self.context);
        self.jobs.spawn_local(async move {
            let update_id = queued.update.update_id;
            let Answered { response, menu } = process(&context, chat, &queued).await;
            JobOutcome::Answered(chat, Finished { update_id, response }, menu)
        });
    }
}

/// A job beside the queues, which is finished even if it panics.
async fn unordered(update_id: i64, job: impl Future<Output = Option<Vec<u8>>>) -> JobOutcome {
    let response = AssertUnwindSafe(job).catch_unwind().await.ok().flatten();
    JobOutcome::Unordered(Finished { update_id, response })
}

/// What an answered update leaves behind.
#[derive(Default)]
struct Answered {
    response: Option<Vec<u8>>,
    /// The menu of commands that follows a chosen language.
    menu: Option<SetMyCommands>,
}

/// Answers an update, whatever fails on the way; returns when nothing is left to try.
async fn process(context: &Context, chat: i64, queued: &QueuedUpdate) -> Answered {
    let (mut panics, mut unreachable) = (0, 0);
    loop {
        // The place of a panic is in the log.
        let answered = AssertUnwindSafe(answer(context, chat, queued)).catch_unwind().await;
        if !matches!(answered, Ok(Err(ApiError::Unreachable(_)))) {
            context.unreachable.remove(chat);
        }
        match answered {
            Ok(Ok(answered)) => return answered,
            Ok(Err(error @ ApiError::Unreachable(_))) => {
                log::warn!("{error}; the answer is tried again");
                unreachable += 1;
            }
            Ok(Err(error)) => {
                context.metrics().give_up();
                log::error!("an answer was not sent: {error}");
                return Answered::default();
            }
            Err(_) => panics += 1,
        }
        if panics >= PANIC_TRIES || unreachable >= UNREACHABLE_TRIES {
            context.metrics().give_up();
            log::error!("an update was given up after {} tries", panics + unreachable);
            return Answered::default();
        }
    }
}

async fn answer(
    context: &Context,
    chat: i64,
    QueuedUpdate { update, place, reply, is_confirmed }: &QueuedUpdate,
) -> Result<Answered, ApiError> {
    let (content, reply) = match reply {
        Some((content, reply)) => (Rc::clone(content), Some(reply.clone())),
        None => {
            let content = context.content();
            let reply = context.make_reply(&content, update, *place);
            (content, reply)
        }
    };
    let Some(reply) = reply else { return Ok(Answered::default()) };
    let meta = reply.meta().cloned();
    let chosen = match &reply {
        Reply::Page(page) => page.chosen_language,
        _ => None,
    };
    let response = WebhookResponse::default();
    let Context { sender, unreachable, files, too_new, .. } = context;
    let takes_response = context.answer_in_response && !is_confirmed;
    let response_to = takes_response.then_some(&response);
    let media = content.content.media();
    let delivery = Delivery { sender, unreachable, files, too_new, media, chat, response: response_to };
    let delivered = delivery.deliver(update, reply).await?;
    if let Some(meta) = meta {
        context.count(&content.content, update, &meta, delivered);
    }
    Ok(Answered { response: response.into_bytes(), menu: menu_to_follow(update, &content.content, chosen) })
}

/// Tells somebody who floods that it is too much: at once, for their own answers may wait in the queue before it.
async fn send_flood_notice(context: &Context, update: &Update) {
    let cache = context.content();
    let content = &cache.content;
    let notice = &content.interface(content.language_for(update.language_code())).flood;
    match (&update.callback_query, &update.message) {
        (Some(query), _) => {
            answer_callback_query(&context.sender, CallbackQueryId(query.id.clone()), Some(notice.to_string())).await;
        }
        (None, Some(message)) => send_sentence(&context.sender, message, notice).await,
        (None, None) => {}
    }
}

/// Answers an inline query; gives the request for the response to a webhook.
async fn answer_inline_query(context: &Context, update_id: i64, query: &InlineQuery) -> Option<Vec<u8>> {
    // Made when it has a connection: in a storm of typing, what only waits must not hold an answer each.
    let answer = async {
        let _slot = if context.answer_in_response { None } else { context.sender.inline_slot().await };
        let answer = context.make_inline_answer(update_id, &query.query())?;
        let mut parts = OptionalParts::all(Keyboard::Plain);
        if context.answer_in_response {
            let response = WebhookResponse::default();
            let payload = inline_query::answer(&query.id, &answer, parts);
            return response.set(&payload).ok().and_then(|()| response.into_bytes());
        }
        loop {
            let payload = inline_query::answer(&query.id, &answer, parts);
            let Err(error) = context.sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await else { return None };
            let Some(fewer) = parts.after(&error) else {
                log::debug!("an inline query was not answered: {error}");
                return None;
            };
            parts = fewer;
        }
    };
    tokio::time::timeout(CALLBACK_DEADLINE, answer).await.ok().flatten()
}
