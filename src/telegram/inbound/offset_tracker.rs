//! Offset tracker: what polling may confirm. The offset of `getUpdates` is the lowest update that is not finished.
//!
//! Telegram forgets an update when a later `getUpdates` names a higher offset, and hands out at most [`BATCH_MAX`] from the
//! offset on. An unfinished update *holds* the offset: after a crash Telegram sends it again. One that does not hold it is
//! *carried*: this process alone knows it, and answers it unless it ends before.
//!
//! | state of its chat | does an unfinished update hold the offset? |
//! | --- | --- |
//! | [`Active`](ChatState::Active): being answered | yes; after two seconds no longer, if a whole batch behind it brings nothing new |
//! | [`RateLimited`](ChatState::RateLimited): waits for the chat's rate limit | yes, unless a whole batch is behind it |
//! | [`Flooding`](ChatState::Flooding): more than a few wait for it | no: with the offset held, others wait for the next poll, up to 0.6 s |
//! | [`Unreachable`](ChatState::Unreachable): Telegram takes nothing | yes, always: nobody would gain |
//!
//! Nothing more is carried once [`CARRIED_MAX`] updates are. An album without a caption holds nothing from the start: its parts are
//! finished when they come in, for they ask nothing (see `albums.rs`).

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// The most updates of one poll (Bot API, `getUpdates`).
pub(crate) const BATCH_MAX: usize = 100;
/// Behind a whole batch without anything new, an update that has been in progress for so long no longer holds the offset.
const STUCK_AFTER: Duration = Duration::from_secs(2);
/// The most updates that are carried.
const CARRIED_MAX: usize = 10_000;

/// How a chat stands that has unfinished updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatState {
    /// Its update is being answered.
    Active,
    /// It has had its messages for now: the next one waits for its rate limit.
    RateLimited,
    /// So many updates wait for its rate limit that others would feel it.
    Flooding,
    /// No request to it gets through at the moment.
    Unreachable,
}

/// How far an update is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// In the queue of its chat, or being answered.
    Unfinished { chat: i64, since: Instant },
    /// Finished; kept until the offset is past it.
    Finished,
}

/// Every update between the offset and the newest.
#[derive(Default)]
pub(crate) struct OffsetTracker {
    updates: BTreeMap<i64, Progress>,
    /// One past the highest update that Telegram was told to forget.
    offset: i64,
    /// The last poll brought a whole batch, so there may be more behind it.
    is_full: bool,
    /// The last poll brought a whole batch without anything new.
    is_stale: bool,
}

impl OffsetTracker {
    /// The lowest update that holds the offset, by the table above. Without one, a poll brings newer updates alone.
    pub(crate) fn holder(&self, chat_state: impl Fn(i64) -> ChatState) -> Option<i64> {
        let has_room = LazyCell::new(|| self.carried() < CARRIED_MAX);
        let holds = |progress: &Progress| match *progress {
            Progress::Finished => false,
            Progress::Unfinished { chat, since } => match chat_state(chat) {
                ChatState::Active => !self.is_stale || since.elapsed() < STUCK_AFTER || !*has_room,
                ChatState::RateLimited => !self.is_full || !*has_room,
                ChatState::Flooding => !*has_room,
                ChatState::Unreachable => true,
            },
        };
        self.updates.range(self.offset..).find(|(_, progress)| holds(progress)).map(|(&id, _)| id)
    }

    /// The offset to poll with while this update holds it: Telegram may forget all before it.
    pub(crate) fn offset(&self, holder: Option<i64>) -> i64 {
        let after_newest = self.updates.last_key_value().map_or(self.offset, |(id, _)| id + 1);
        holder.unwrap_or(after_newest).max(self.offset)
    }

    /// Telegram is told to forget all before this offset.
    pub(crate) fn advance(&mut self, offset: i64) {
        self.offset = offset;
        self.updates.retain(|&id, progress| id >= offset || *progress != Progress::Finished);
    }

    /// How many updates are carried: unfinished although Telegram was told to forget them.
    pub(crate) fn carried(&self) -> usize {
        let is_unfinished = |progress: &Progress| matches!(progress, Progress::Unfinished { .. });
        self.updates.range(..self.offset).filter(|(_, progress)| is_unfinished(progress)).count()
    }

    /// A batch with these ids begins. After a week without updates Telegram numbers them anew; otherwise nothing that it sends
    /// is below the offset.
    pub(crate) fn begin_batch(&mut self, ids: impl Iterator<Item = i64> + Clone) {
        if let Some(newest) = ids.clone().max().filter(|&newest| newest < self.offset) {
            log::info!("Telegram numbers its updates anew");
            self.updates.clear();
            self.offset = ids.min().unwrap_or(newest);
        }
    }

    /// Whether an update was not there before.
    pub(crate) fn is_new(&self, id: i64) -> bool {
        id >= self.offset && !self.updates.contains_key(&id)
    }

    /// An update of a chat is in progress from now on.
    pub(crate) fn track(&mut self, id: i64, chat: i64) {
        self.updates.insert(id, Progress::Unfinished { chat, since: Instant::now() });
    }

    /// An update needs no work.
    pub(crate) fn skip(&mut self, id: i64) {
        self.updates.insert(id, Progress::Finished);
    }

    /// An update is finished. One of an older numbering is not there any more.
    pub(crate) fn finish(&mut self, id: i64) {
        if let Some(progress) = self.updates.get_mut(&id) {
            *progress = Progress::Finished;
        }
    }

    /// A batch of `size` updates has ended, of which so many were new.
    pub(crate) fn end_batch(&mut self, size: usize, new: usize) {
        self.is_full = size >= BATCH_MAX;
        self.is_stale = self.is_full && new == 0;
    }

    /// The offset to confirm at the end: what is not finished is not confirmed. `None` when nothing ever came.
    pub(crate) fn final_offset(&mut self) -> Option<i64> {
        (self.is_full, self.is_stale) = (false, false);
        (!self.updates.is_empty() || self.offset != 0).then(|| self.offset(self.holder(|_| ChatState::Active)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tracker after a whole batch of updates of one chat each, and another without anything new, two seconds later.
    async fn stale() -> OffsetTracker {
        let mut tracker = OffsetTracker::default();
        (1..=BATCH_MAX as i64).for_each(|id| tracker.track(id, id));
        tracker.end_batch(BATCH_MAX, 0);
        tokio::time::advance(STUCK_AFTER).await;
        tracker
    }

    /// The offset when every chat is in this state.
    fn offset(tracker: &OffsetTracker, state: ChatState) -> i64 {
        tracker.offset(tracker.holder(|_| state))
    }

    #[tokio::test(start_paused = true)]
    async fn behind_a_known_batch_what_is_stuck_is_carried_but_not_what_is_unreachable() {
        assert_eq!(offset(&stale().await, ChatState::Active), BATCH_MAX as i64 + 1);
        assert_eq!(offset(&stale().await, ChatState::Unreachable), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_nothing_that_is_not_finished_is_confirmed() {
        let mut tracker = stale().await;
        tracker.finish(1);
        assert_eq!(tracker.final_offset(), Some(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_flooding_chat_holds_nobody_and_a_rate_limited_one_holds_unless_a_batch_is_behind_it() {
        let mut tracker = OffsetTracker::default();
        tracker.track(1, 7);
        tracker.track(2, 8);
        tracker.end_batch(2, 2);
        let state = |of_chat_7: ChatState| move |chat| if chat == 7 { of_chat_7 } else { ChatState::Active };
        assert_eq!(tracker.holder(state(ChatState::RateLimited)), Some(1));
        assert_eq!(tracker.holder(state(ChatState::Flooding)), Some(2));
        tracker.finish(2);
        assert_eq!(tracker.holder(state(ChatState::Flooding)), None);
        tracker.advance(tracker.offset(None));
        assert_eq!((tracker.offset(None), tracker.carried()), (3, 1));
        tracker.end_batch(BATCH_MAX, BATCH_MAX);
        assert_eq!(tracker.holder(state(ChatState::RateLimited)), None);
    }
}
