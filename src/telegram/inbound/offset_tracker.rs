//! What Telegram may forget: the offset of `getUpdates`, which is the lowest update that is not finished.
//!
//! Telegram forgets an update when a later `getUpdates` names a higher offset, and hands out a hundred from the offset on.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// The most updates of one poll (Bot API).
pub(crate) const BATCH: usize = 100;
/// An update in hand for so long no longer holds the offset when a whole batch behind it has nothing new.
const STUCK: Duration = Duration::from_secs(2);
/// The most updates that this process holds although it has told Telegram to forget them.
const CARRIED_MAX: usize = 10_000;

/// How far an update is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waiting for its turn in this chat, or being answered.
    InHand { chat: i64, since: Instant },
    /// Finished; kept until the offset is past it.
    Done,
}

/// Every update between the offset and the newest.
#[derive(Default)]
pub(crate) struct OffsetTracker {
    states: BTreeMap<i64, State>,
    /// One past the highest update that Telegram was told to forget.
    offset: i64,
    /// The last poll brought a whole batch, so there may be more behind it.
    full: bool,
    /// The last poll brought a whole batch without anything new.
    crowded: bool,
}

/// What is known of a chat whose update is in hand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatState {
    /// It is being answered.
    Active,
    /// It has had its messages for now, and the next one waits for the pace of this chat.
    RateLimited,
    /// So many wait for the pace of this chat that everybody else would feel it.
    Flooding,
    /// Nothing gets through to it at the moment.
    Unreachable,
}

impl OffsetTracker {
    /// The lowest update that holds the offset, because it is not finished.
    ///
    /// When all of a batch are known, what has been in hand for long no longer holds it, or nobody else would be heard: this
    /// process carries it. What waits for the pace of its own chat does not hold those behind a whole batch at all, nor what
    /// waits in a storm of its chat anybody. But nothing is carried while nothing gets through to its chat: then nobody would
    /// gain.
    fn holder(&self, chat_of: impl Fn(i64) -> ChatState) -> Option<i64> {
        let has_room = LazyCell::new(|| self.carried() < CARRIED_MAX);
        let holds = |state: &State| match *state {
            State::Done => false,
            State::InHand { chat, since } => match chat_of(chat) {
                ChatState::Unreachable => true,
                ChatState::Flooding => !*has_room,
                ChatState::RateLimited => !self.full || !*has_room,
                ChatState::Active => !self.crowded || since.elapsed() < STUCK || !*has_room,
            },
        };
        self.states.range(self.offset..).find(|(_, state)| holds(state)).map(|(&id, _)| id)
    }

    /// What Telegram may forget all before.
    pub(crate) fn next_offset(&mut self, chat_of: impl Fn(i64) -> ChatState) -> i64 {
        let newest = self.states.last_key_value().map_or(self.offset, |(id, _)| id + 1);
        self.offset = self.holder(chat_of).unwrap_or(newest).max(self.offset);
        let offset = self.offset;
        self.states.retain(|&id, state| id >= offset || *state != State::Done);
        offset
    }

    /// Whether no update holds the offset, so that Telegram can be asked for newer ones alone.
    pub(crate) fn is_free(&self, chat_of: impl Fn(i64) -> ChatState) -> bool {
        self.holder(chat_of).is_none()
    }

    /// How many updates are in hand although Telegram was told to forget them.
    pub(crate) fn carried(&self) -> usize {
        let is_in_hand = |state: &State| matches!(state, State::InHand { .. });
        self.states.range(..self.offset).filter(|(_, state)| is_in_hand(state)).count()
    }

    /// A batch begins whose updates have these ids. After a week without updates Telegram numbers them anew; what it sends is
    /// never below the offset otherwise.
    pub(crate) fn begin(&mut self, ids: impl Iterator<Item = i64> + Clone) {
        if let Some(newest) = ids.clone().max().filter(|&newest| newest < self.offset) {
            log::info!("Telegram numbers its updates anew");
            self.states.clear();
            self.offset = ids.min().unwrap_or(newest);
        }
    }

    /// Whether an update was not there before.
    pub(crate) fn is_new(&self, id: i64) -> bool {
        id >= self.offset && !self.states.contains_key(&id)
    }

    /// An update is in hand.
    pub(crate) fn hold(&mut self, id: i64, chat: i64) {
        self.states.insert(id, State::InHand { chat, since: Instant::now() });
    }

    /// An update needs no work.
    pub(crate) fn pass(&mut self, id: i64) {
        self.states.insert(id, State::Done);
    }

    /// An update is finished. One of an older numbering is not there any more.
    pub(crate) fn done(&mut self, id: i64) {
        if let Some(state) = self.states.get_mut(&id) {
            *state = State::Done;
        }
    }

    /// A batch of `size` has ended, of which so many were new.
    pub(crate) fn end(&mut self, size: usize, new: usize) {
        self.full = size >= BATCH;
        self.crowded = self.full && new == 0;
    }

    /// From now on what is not finished is not confirmed. `None` when nothing ever came.
    pub(crate) fn close(&mut self) -> Option<i64> {
        (self.full, self.crowded) = (false, false);
        (!self.states.is_empty() || self.offset != 0).then(|| self.next_offset(|_| ChatState::Active))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ledger after so many updates of one chat each, and a batch without anything new behind them, two seconds ago.
    async fn crowded() -> OffsetTracker {
        let mut tracker = OffsetTracker::default();
        (1..=BATCH as i64).for_each(|id| tracker.hold(id, id));
        tracker.end(BATCH, 0);
        tokio::time::advance(STUCK).await;
        tracker
    }

    #[tokio::test(start_paused = true)]
    async fn behind_a_known_batch_what_is_stuck_is_carried_but_not_what_is_cut_off() {
        assert_eq!(crowded().await.next_offset(|_| ChatState::Active), BATCH as i64 + 1);
        assert_eq!(crowded().await.next_offset(|_| ChatState::Unreachable), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_nothing_that_is_not_finished_is_confirmed() {
        let mut tracker = crowded().await;
        tracker.done(1);
        assert_eq!(tracker.close(), Some(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_storm_holds_nobody_and_what_rests_holds_unless_a_batch_is_behind_it() {
        let mut tracker = OffsetTracker::default();
        tracker.hold(1, 7);
        tracker.hold(2, 8);
        tracker.end(2, 2);
        let chat = |storming: ChatState| move |chat| if chat == 7 { storming } else { ChatState::Active };
        assert_eq!(tracker.next_offset(chat(ChatState::RateLimited)), 1);
        assert_eq!(tracker.next_offset(chat(ChatState::Flooding)), 2);
        assert!(!tracker.is_free(chat(ChatState::Flooding)));
        tracker.done(2);
        assert!(tracker.is_free(chat(ChatState::Flooding)));
        assert_eq!((tracker.next_offset(chat(ChatState::Flooding)), tracker.carried()), (3, 1));
    }
}
