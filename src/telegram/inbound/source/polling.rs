//! Polling: updates are asked for, and confirmed only after they are processed (see [`OffsetTracker`]).
//!
//! While nothing holds the offset, a long poll waits at Telegram for the next update. While something does, Telegram answers at
//! once with what is known already, so the poller waits: until the offset moves, which it does as soon as an answer is out, and
//! no longer than [`HELD_INTERVAL`], so that a slow chat does not make the bot deaf to the others.

use std::fmt;
use std::future;
use std::marker::PhantomData;
use std::panic;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use backon::ExponentialBackoff;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use teloxide::payloads::DeleteWebhook;
use teloxide::requests::Payload;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{ReadUpdate, Source, count_skipped};
use crate::metrics::{Health, QueueState};
use crate::telegram::api::ApiError;
use crate::telegram::inbound::context::Context;
use crate::telegram::inbound::dispatcher::{Accepted, Dispatcher, Finished};
use crate::telegram::inbound::offset_tracker::{BATCH_MAX, OffsetTracker};
use crate::telegram::inbound::update::Update;
use crate::telegram::outbound::sender::Sender;
use crate::telegram::{ALLOWED_UPDATES, RunError, backoff, pause_after};

/// How long Telegram may hold a poll when there is nothing new.
const LONG_POLL: Duration = Duration::from_secs(25);
/// From the start of one poll to that of the next with the same offset. Telegram gives one update at a time to whoever is
/// faster than 0.5 s (the Bot API server's `process_get_updates_query`); the rest is for the network's jitter.
const HELD_INTERVAL: Duration = Duration::from_millis(600);
/// From the end of a poll to the next while the offset is held: most answers are out by then, and a long poll can follow.
const HELD_PAUSE: Duration = Duration::from_millis(100);
/// From the end of a long poll that brought nothing new to the next: a server that does not hold them is not to be flooded.
const IDLE_PAUSE: Duration = Duration::from_millis(50);
/// On a stop: a poll without an answer for so long is taken for one that Telegram holds, not one that it refuses.
const HELD_AFTER: Duration = Duration::from_secs(1);
/// On a stop: time for the last confirmation, and the pause after one that failed.
const CONFIRM_TIMEOUT: Duration = Duration::from_millis(1_200);
const CONFIRM_PAUSE: Duration = Duration::from_millis(200);

/// `getUpdates`. teloxide's names no `guest_message` among the kinds, and its result loses what teloxide cannot read.
#[derive(Serialize)]
struct GetUpdates {
    offset: i64,
    limit: usize,
    timeout: u64,
    /// On every call: Telegram keeps the last list it was given, even by another program.
    allowed_updates: [&'static str; 4],
}

impl Payload for GetUpdates {
    type Output = ();
    const NAME: &'static str = "getUpdates";

    fn timeout_hint(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.timeout))
    }
}

type PollResult = Result<Vec<ReadUpdate>, ApiError>;

/// A poll that Telegram has not answered yet.
struct PollInProgress {
    offset: i64,
    is_long: bool,
    started: Instant,
    /// One task, which goes on while something else is waited for, and ends when this is dropped.
    task: JoinSet<PollResult>,
}

impl PollInProgress {
    fn start(offset: i64, is_long: bool, poll: impl Future<Output = PollResult> + 'static) -> Self {
        let mut task = JoinSet::new();
        task.spawn_local(poll);
        Self { offset, is_long, started: Instant::now(), task }
    }

    async fn result(&mut self) -> PollResult {
        match self.task.join_next().await {
            Some(Ok(result)) => result,
            Some(Err(error)) => panic::resume_unwind(error.into_panic()),
            // It was given before.
            None => future::pending().await,
        }
    }

    /// Whether Telegram has taken its offset: it answers the poll, or holds it until somebody else polls. A poll that is refused, or
    /// does not get through, confirms nothing.
    async fn confirms(mut self) -> bool {
        match tokio::time::timeout_at(self.started + HELD_AFTER, self.result()).await {
            Ok(Err(error)) => error.says("terminated by other getUpdates request"),
            Ok(Ok(_)) | Err(_) => true,
        }
    }
}

/// The last poll that Telegram answered.
struct LastPoll {
    offset: i64,
    /// Whether Telegram might have held it.
    is_long: bool,
    started: Instant,
    ended: Instant,
}

/// Polls Telegram.
pub(crate) struct Polling {
    context: Rc<Context>,
    health: Arc<Health>,
    tracker: OffsetTracker,
    /// The update that holds the offset, as of the last [`Source::observe`].
    holder: Option<i64>,
    poll: Option<PollInProgress>,
    last: Option<LastPoll>,
    /// After a poll that failed: not before this.
    retry_at: Option<Instant>,
    backoff: ExponentialBackoff,
}

impl Polling {
    pub(crate) fn new(context: Rc<Context>, health: Arc<Health>) -> Self {
        Self {
            context,
            health,
            tracker: OffsetTracker::default(),
            holder: None,
            poll: None,
            last: None,
            retry_at: None,
            backoff: backoff(),
        }
    }

    /// When the next poll may start.
    fn next_start(&self) -> Instant {
        let after_last = self.last.as_ref().map_or_else(Instant::now, |last| {
            let is_moved = self.tracker.offset(self.holder) != last.offset;
            match self.holder {
                None if is_moved || !last.is_long => last.ended,
                None => last.ended + IDLE_PAUSE,
                Some(_) if is_moved => last.ended + HELD_PAUSE,
                Some(_) => (last.started + HELD_INTERVAL).max(last.ended + HELD_PAUSE),
            }
        });
        self.retry_at.map_or(after_last, |retry_at| retry_at.max(after_last))
    }

    fn start_poll(&mut self) {
        let offset = self.tracker.offset(self.holder);
        self.tracker.advance(offset);
        // The first poll is answered at once: from then on the bot counts as ready.
        let is_long = self.holder.is_none() && self.last.is_some();
        let timeout = if is_long { LONG_POLL } else { Duration::ZERO };
        let context = Rc::clone(&self.context);
        let poll = async move { poll(&context.sender, offset, timeout).await };
        self.poll = Some(PollInProgress::start(offset, is_long, poll));
    }

    /// The updates of a batch that were not there before.
    fn new_updates(&mut self, batch: Vec<ReadUpdate>) -> Vec<Update> {
        let size = batch.len();
        let id = |read: &ReadUpdate| read.as_ref().map_or_else(|&id| id, |update| Some(update.update_id));
        self.tracker.begin_batch(batch.iter().filter_map(id));
        let mut new = 0;
        let mut updates = Vec::with_capacity(size);
        for read in batch {
            let id = id(&read);
            if id.is_some_and(|id| !self.tracker.is_new(id)) {
                continue;
            }
            new += usize::from(id.is_some());
            match read {
                Ok(update) => {
                    self.tracker.track(update.update_id, update.queue_key());
                    updates.push(update);
                }
                Err(id) => {
                    count_skipped(self.context.metrics(), id);
                    id.into_iter().for_each(|id| self.tracker.skip(id));
                }
            }
        }
        self.tracker.end_batch(size, new);
        self.context.metrics().queue(QueueState::Carried, self.tracker.carried());
        updates
    }
}

impl Source for Polling {
    fn observe(&mut self, dispatcher: &Dispatcher) {
        self.holder = self.tracker.holder(|chat| dispatcher.chat_state(chat));
    }

    async fn next(&mut self) -> Result<Vec<Update>, RunError> {
        loop {
            let Some(poll) = &mut self.poll else {
                let start = self.next_start();
                if start > Instant::now() {
                    tokio::time::sleep_until(start).await;
                    // How the chats stand may have changed meanwhile: they are observed before the poll.
                    return Ok(Vec::new());
                }
                self.start_poll();
                continue;
            };
            let (offset, is_long, started) = (poll.offset, poll.is_long, poll.started);
            let polled = poll.result().await;
            self.poll = None;
            let ended = Instant::now();
            self.retry_at = None;
            match polled {
                Ok(batch) => {
                    self.backoff = backoff();
                    self.health.mark_alive();
                    self.last = Some(LastPoll { offset, is_long, started, ended });
                    return Ok(self.new_updates(batch));
                }
                Err(error) => self.retry_at = ended.checked_add(pause_after(&error, &mut self.backoff)?),
            }
        }
    }

    fn accepted(&mut self, update_id: i64, accepted: Accepted) {
        // What is unordered is confirmed at once: when it would be sent again, nobody would wait for it any more.
        if accepted != Accepted::Queued {
            self.tracker.finish(update_id);
        }
    }

    fn confirm(&mut self, finished: Finished) {
        self.tracker.finish(finished.update_id);
    }

    async fn close(&mut self) -> bool {
        let Some(offset) = self.tracker.final_offset() else { return true };
        // One with another offset ends here: it would compete with the last one.
        let in_progress = self.poll.take().filter(|poll| poll.offset == offset);
        // Where Telegram has this offset, it would hold a poll that repeats it.
        if self.last.as_ref().is_some_and(|last| last.offset == offset) {
            return true;
        }
        if let Some(poll) = in_progress
            && poll.confirms().await
        {
            return true;
        }
        let confirmed = tokio::time::timeout(CONFIRM_TIMEOUT, async {
            while get_updates(&self.context.sender, offset, 1, Duration::ZERO).await.is_err() {
                tokio::time::sleep(CONFIRM_PAUSE).await;
            }
        });
        let is_confirmed = confirmed.await.is_ok();
        if !is_confirmed {
            log::warn!("stopped without a last confirmation: Telegram may send answered questions again");
        }
        is_confirmed
    }
}

/// Asks for updates; removes a webhook that stands in the way.
async fn poll(sender: &Sender, offset: i64, timeout: Duration) -> PollResult {
    let polled = get_updates(sender, offset, BATCH_MAX, timeout).await;
    if let Err(error) = &polled
        && error.says("can't use getUpdates method while webhook is active")
    {
        log::warn!("a webhook was set: it is removed, for this process polls");
        sender.api().send(&DeleteWebhook::new()).await?;
        return get_updates(sender, offset, BATCH_MAX, timeout).await;
    }
    polled
}

async fn get_updates(sender: &Sender, offset: i64, limit: usize, timeout: Duration) -> PollResult {
    let payload = GetUpdates { offset, limit, timeout: timeout.as_secs(), allowed_updates: ALLOWED_UPDATES };
    sender
        .call_once(&payload, |response| match response.read::<Batch<Update>>() {
            // An update of a shape that is new to us: then each by itself.
            Err(ApiError::Unreachable(_)) => {
                let raw = response.read::<Batch<Box<RawValue>>>()?;
                Ok(raw.0.iter().map(|raw| Update::read(raw.get().as_bytes())).collect())
            }
            read => Ok(read?.0.into_iter().map(Update::of_concern).collect()),
        })
        .await
}

/// The first [`BATCH_MAX`] elements of an array. A server that sends more has the rest asked again, for they are not confirmed;
/// a million of them would take hundreds of megabytes.
struct Batch<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BatchVisitor(PhantomData))
    }
}

struct BatchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BatchVisitor<T> {
    type Value = Batch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Batch<T>, A::Error> {
        let mut batch = Vec::new();
        while batch.len() < BATCH_MAX
            && let Some(element) = array.next_element()?
        {
            batch.push(element);
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Batch(batch))
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;
    use crate::bot::reply::reply;
    use crate::content::load;
    use crate::metrics::Metrics;
    use crate::telegram::Token;
    use crate::telegram::api::Api;
    use crate::telegram::api::newer::Me;

    /// A poll that is answered after this time.
    fn poll(offset: i64, answered_after: Duration, result: PollResult) -> PollInProgress {
        PollInProgress::start(offset, true, async move {
            tokio::time::sleep(answered_after).await;
            result
        })
    }

    fn refused(code: u16, description: &str) -> PollResult {
        Err(ApiError::Refused { method: "getUpdates", code, description: description.to_owned() })
    }

    const SOON: Duration = Duration::from_millis(300);

    #[tokio::test(start_paused = true)]
    async fn a_poll_in_progress_confirms_unless_it_is_refused() {
        let in_a_scheduler = async {
            assert!(poll(7, LONG_POLL, Ok(Vec::new())).confirms().await, "Telegram holds it");
            assert!(poll(7, SOON, Ok(Vec::new())).confirms().await);
            assert!(
                poll(7, SOON, refused(409, "Conflict: terminated by other getUpdates request; make sure"))
                    .confirms()
                    .await
            );
            assert!(!poll(7, SOON, refused(500, "Internal Server Error")).confirms().await);
            let refused_meanwhile = poll(7, SOON, refused(500, "Internal Server Error"));
            tokio::time::sleep(HELD_AFTER * 3).await;
            assert!(!refused_meanwhile.confirms().await, "while the last updates were processed");
        };
        LocalSet::new().run_until(in_a_scheduler).await;
    }

    /// Polling of a server that is not there, after update 6; a last confirmation cannot succeed.
    fn away() -> Polling {
        let token: Token = Token::new("1:secret").expect("a token");
        let api = Api::new(&token, Some("http://127.0.0.1:9"), None).expect("an address");
        let me = Me::deserialize(serde_json::json!({ "id": 1, "username": "palabre_bot" })).expect("a bot");
        let content = load::shipped(load::today()).content.expect("the shipped content is sound");
        let health = Arc::new(Health::new(LONG_POLL));
        let sender = Sender::new(api, None, Arc::new(Metrics::new(Arc::clone(&health))));
        let mut polling = Polling::new(Rc::new(Context::new(sender, me, reply, content)), health);
        polling.tracker.track(6, 1);
        polling.tracker.finish(6);
        polling
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_offset_is_known_by_the_poll_that_names_it() {
        let in_a_scheduler = async {
            let mut polling = away();
            for (in_progress, is_confirmed) in [
                (None, false),
                (Some(poll(7, LONG_POLL, Ok(Vec::new()))), true),
                (Some(poll(7, SOON, refused(500, "Internal Server Error"))), false),
                (Some(poll(6, LONG_POLL, Ok(Vec::new()))), false),
            ] {
                polling.poll = in_progress;
                assert_eq!(polling.close().await, is_confirmed);
            }
        };
        LocalSet::new().run_until(in_a_scheduler).await;
    }

    #[test]
    fn of_a_batch_that_is_too_long_the_beginning_is_taken() {
        for length in [0, 1, BATCH_MAX, BATCH_MAX + 1, 100_000] {
            let array = serde_json::to_string(&Vec::from_iter(0..length)).expect("numbers");
            let batch: Batch<usize> = serde_json::from_str(&array).expect("an array");
            assert_eq!(batch.0, Vec::from_iter(0..length.min(BATCH_MAX)));
        }
        assert!(serde_json::from_str::<Batch<usize>>(&format!("[{}x]", "0,".repeat(200))).is_err(), "no JSON");
    }
}
