//! Polling: updates are asked for, and confirmed only after they are answered.
//!
//! The offset is the lowest update that is not finished: whatever happens to this process, Telegram sends what was in hand
//! once more. While something is in hand the loop polls again every [`REPOLL`], so that one slow chat does not hold the
//! others, and passes over what it has already.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::payloads::DeleteWebhook;
use teloxide::requests::Payload;
use tokio::time::Instant;

use crate::metrics::{Health, Kind, Queue};
use crate::telegram::api::{Api, ApiError};
use crate::telegram::inbound::dispatcher::{Accepted, Dispatcher};
use crate::telegram::inbound::offset_tracker::{BATCH, OffsetTracker};
use crate::telegram::inbound::update::Update;
use crate::telegram::{ALLOWED_UPDATES, DRAIN, growing_pauses, pause_after};

/// How long Telegram may hold a poll when there is nothing new.
const LONG_POLL: Duration = Duration::from_secs(25);
/// While something is in hand: Telegram sends updates one by one to those who poll an unmoved offset faster than this.
const REPOLL: Duration = Duration::from_millis(500);
/// On a signal: time for the last confirmation, and for a pause after one that failed.
const CONFIRM: Duration = Duration::from_millis(1_200);
const CONFIRM_AGAIN: Duration = Duration::from_millis(200);

/// An update, or the id of one that does not concern us, if it has one.
type Read = Result<Update, Option<i64>>;

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

/// Polls until `stop` is there; then finishes what is in hand, within five seconds.
///
/// # Errors
///
/// A sentence for the operator when Telegram refuses the token.
pub(crate) async fn work(
    dispatcher: Dispatcher,
    health: Arc<Health>,
    stop: &mut (impl Future<Output = ()> + Unpin),
) -> Result<(), String> {
    Poller { dispatcher, health, tracker: OffsetTracker::default() }.work(stop).await
}

struct Poller {
    dispatcher: Dispatcher,
    health: Arc<Health>,
    tracker: OffsetTracker,
}

impl Poller {
    async fn work(&mut self, stop: &mut (impl Future<Output = ()> + Unpin)) -> Result<(), String> {
        let context = Rc::clone(&self.dispatcher.context);
        let mut pauses = growing_pauses();
        let mut last_poll: Option<Instant> = None;
        // After a failed poll: not before this.
        let mut not_before: Option<Instant> = None;
        loop {
            // What holds the offset would come again at once; what is answered beside, or carried, does not.
            let idle = self.is_free();
            let repoll = last_poll.filter(|_| !idle).map(|last| last + REPOLL);
            let next_poll = not_before.or(repoll).unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                () = &mut *stop => { self.finish().await; return Ok(()) }
                Some(finished) = self.dispatcher.next() => {
                    self.tracker.done(finished.update_id);
                    // The chat's next answer begins, and it shows whether it has to wait.
                    tokio::task::yield_now().await;
                    continue;
                }
                () = tokio::time::sleep_until(next_poll) => {}
            }
            last_poll = Some(Instant::now());
            let timeout = if idle { LONG_POLL } else { Duration::ZERO };
            let offset = self.next_offset();
            let mut poll = pin!(poll(context.sender.api(), offset, timeout));
            let polled = loop {
                tokio::select! {
                    biased;
                    () = &mut *stop => { self.finish().await; return Ok(()) }
                    polled = &mut poll => break polled,
                    Some(finished) = self.dispatcher.next() => self.tracker.done(finished.update_id),
                }
            };
            match polled {
                Ok(batch) => {
                    pauses = growing_pauses();
                    self.health.mark_alive();
                    let empty = batch.is_empty();
                    let new = self.take_in(batch);
                    // What is known already comes again at once to those who ask at once.
                    not_before = (new == 0 && !empty).then(|| Instant::now() + REPOLL);
                }
                Err(error) => match pause_after(&error, &mut pauses) {
                    Ok(pause) => not_before = Instant::now().checked_add(pause),
                    Err(sentence) => {
                        self.finish().await;
                        return Err(sentence);
                    }
                },
            }
        }
    }

    fn next_offset(&mut self) -> i64 {
        self.tracker.next_offset(|chat| self.dispatcher.chat(chat))
    }

    fn is_free(&self) -> bool {
        self.tracker.is_free(|chat| self.dispatcher.chat(chat))
    }

    /// Takes in a batch; gives how many of its updates are new.
    fn take_in(&mut self, updates: Vec<Read>) -> usize {
        let size = updates.len();
        let id = |read: &Read| read.as_ref().map_or_else(|&id| id, |u| Some(u.update_id));
        self.tracker.begin(updates.iter().filter_map(id));
        let mut new = 0;
        for read in updates {
            let id = id(&read);
            if id.is_some_and(|id| !self.tracker.is_new(id)) {
                continue;
            }
            new += usize::from(id.is_some());
            match (read, id) {
                (Ok(update), Some(id)) => {
                    let chat = update.key();
                    match self.dispatcher.take(update) {
                        Accepted::Queued => self.tracker.hold(id, chat),
                        // Confirmed at once: when it would be sent again, nobody would wait for it any more.
                        Accepted::Unordered | Accepted::Ignored => self.tracker.pass(id),
                    }
                }
                (_, id) => {
                    // What has an id could be read as far as that.
                    let kind = if id.is_some() { Kind::Other } else { Kind::Unreadable };
                    self.dispatcher.context.metrics().update(kind);
                    log::debug!("an update of an unknown kind or shape was passed over");
                    id.into_iter().for_each(|id| self.tracker.pass(id));
                }
            }
        }
        self.tracker.end(size, new);
        self.dispatcher.context.metrics().queue(Queue::Carried, self.tracker.carried());
        new
    }

    /// Finishes what is in hand, as far as the time reaches, and confirms it.
    async fn finish(&mut self) {
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(finished) = self.dispatcher.next().await {
                self.tracker.done(finished.update_id);
            }
        });
        if drained.await.is_err() {
            log::warn!("stopped with answers in hand: Telegram will send what was not confirmed again");
        }
        let Some(offset) = self.tracker.close() else { return };
        let context = Rc::clone(&self.dispatcher.context);
        let confirmed = tokio::time::timeout(CONFIRM, async {
            while get_updates(context.sender.api(), offset, 1, Duration::ZERO).await.is_err() {
                tokio::time::sleep(CONFIRM_AGAIN).await;
            }
        });
        match confirmed.await {
            Ok(()) => log::info!("stopped"),
            Err(_) => log::warn!("stopped without a last confirmation: Telegram may send answered questions again"),
        }
    }
}

/// Asks for updates; removes a webhook that stands in the way.
async fn poll(api: &Api, offset: i64, timeout: Duration) -> Result<Vec<Read>, ApiError> {
    let polled = get_updates(api, offset, BATCH, timeout).await;
    if let Err(error) = &polled
        && error.says("can't use getUpdates method while webhook is active")
    {
        log::warn!("a webhook was set: it is removed, for this process polls");
        api.send(&DeleteWebhook::new()).await?;
        return get_updates(api, offset, BATCH, timeout).await;
    }
    polled
}

async fn get_updates(api: &Api, offset: i64, limit: usize, timeout: Duration) -> Result<Vec<Read>, ApiError> {
    let payload = GetUpdates { offset, limit, timeout: timeout.as_secs(), allowed_updates: ALLOWED_UPDATES };
    let answer = api.post(&payload).await?;
    match answer.read::<Vec<Update>>() {
        // An update of a shape that is new to us: then each by itself.
        Err(ApiError::Unreachable(_)) => {
            let raw = answer.read::<Vec<Box<RawValue>>>()?;
            Ok(raw.iter().map(|raw| Update::read(raw.get().as_bytes())).collect())
        }
        read => Ok(read?.into_iter().map(Update::of_concern).collect()),
    }
}
