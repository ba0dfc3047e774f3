//! Flood control: a token bucket for each person in a chat. Who empties it gets one notice and is then not answered for a
//! while; others are not affected. It is kept in memory, and only while somebody writes much.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota;
use tokio::time::Instant;

use crate::telegram::outbound::rate_limit::Buckets;

/// Messages and taps of one person in one chat: the burst, then one every [`REFILL`]. Nobody reads as fast.
const BURST: NonZeroU32 = NonZeroU32::new(40).expect("it is not zero");
const REFILL: Duration = Duration::from_secs(2);
/// How long nothing is answered after the notice.
const MUTE_DURATION: Duration = Duration::from_secs(60);
/// How many people may be muted at once; beyond that a flooding one gets no notice.
const MUTED_MAX: usize = 10_000;

/// A person in a chat.
type Key = (i64, i64);
/// All people of a chat; nobody has this id.
const EVERYBODY: i64 = 0;

/// What to do with an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloodDecision {
    /// Answer it.
    Process,
    /// Say once that it is too much.
    Notify,
    /// Ignore it: the notice was given.
    Drop,
}

pub(crate) struct FloodControl {
    buckets: Buckets<Key>,
    muted: RefCell<HashMap<Key, Instant>>,
}

impl FloodControl {
    pub(crate) fn new() -> Self {
        let quota = Quota::with_period(REFILL).expect("it is not zero").allow_burst(BURST);
        Self { buckets: Buckets::new(quota), muted: RefCell::default() }
    }

    /// Counts something that the person wrote or tapped in the chat.
    pub(crate) fn check(&self, chat: i64, person: i64) -> FloodDecision {
        let key = (chat, person);
        if self.is_muted(key) {
            FloodDecision::Drop
        } else if self.buckets.try_acquire(&key).is_ok() {
            FloodDecision::Process
        } else {
            self.mute(key)
        }
    }

    /// For a message in a chat whose queue is full: one notice for all its people together.
    pub(crate) fn check_chat(&self, chat: i64) -> FloodDecision {
        let key = (chat, EVERYBODY);
        if self.is_muted(key) { FloodDecision::Drop } else { self.mute(key) }
    }

    fn is_muted(&self, key: Key) -> bool {
        self.muted.borrow().get(&key).is_some_and(|until| *until > Instant::now())
    }

    fn mute(&self, key: Key) -> FloodDecision {
        let (mut muted, now) = (self.muted.borrow_mut(), Instant::now());
        if muted.len() >= MUTED_MAX {
            muted.retain(|_, until| *until > now);
            if muted.len() >= MUTED_MAX {
                return FloodDecision::Drop;
            }
        }
        muted.insert(key, now + MUTE_DURATION);
        FloodDecision::Notify
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_notice_then_silence_then_answers_again() {
        let flood = FloodControl::new();
        let verdicts: Vec<FloodDecision> = (0..1_000).map(|_| flood.check(1, 1)).collect();
        assert!(verdicts[..40].iter().all(|v| *v == FloodDecision::Process));
        assert_eq!(verdicts[40], FloodDecision::Notify);
        assert!(verdicts[41..].iter().all(|v| *v == FloodDecision::Drop));
        assert_eq!(flood.check(1, 2), FloodDecision::Process, "others in the chat feel nothing");
        tokio::time::advance(MUTE_DURATION).await;
        assert_eq!(flood.check(1, 1), FloodDecision::Process);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_gets_one_notice_together() {
        let flood = FloodControl::new();
        assert_eq!(
            [flood.check_chat(-1), flood.check_chat(-1), flood.check_chat(-2)],
            [FloodDecision::Notify, FloodDecision::Drop, FloodDecision::Notify]
        );
        assert_eq!(flood.check(-1, 1), FloodDecision::Process, "nobody of them is muted");
        tokio::time::advance(MUTE_DURATION).await;
        assert_eq!(flood.check_chat(-1), FloodDecision::Notify);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_for_it_is_bounded() {
        let flood = FloodControl::new();
        for person in 0..MUTED_MAX as i64 + 100 {
            let notices = (0..100).filter(|_| flood.check(person, person) == FloodDecision::Notify).count();
            assert_eq!(notices, usize::from(person < MUTED_MAX as i64));
        }
        assert_eq!(flood.muted.borrow().len(), MUTED_MAX);
        tokio::time::advance(MUTE_DURATION).await;
        assert_eq!((0..100).filter(|_| flood.check(-1, 1) == FloodDecision::Notify).count(), 1);
        assert_eq!(flood.muted.borrow().len(), 1);
    }
}
