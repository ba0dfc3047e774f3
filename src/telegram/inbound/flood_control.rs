//! Somebody who writes faster than anybody reads gets one notice and then silence for a while. Others feel nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota;
use tokio::time::Instant;

use crate::telegram::outbound::rate_limit::Buckets;

/// Messages and taps of one person in one chat: so many at once, then one every [`EVERY`]. Nobody reads as fast.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(40).expect("it is not zero");
const EVERY: Duration = Duration::from_secs(2);
/// How long nothing is answered after the notice.
const SILENCE: Duration = Duration::from_secs(60);
/// How many people may be silenced at once; beyond that a flooding one gets no notice.
const SILENCED_MAX: usize = 10_000;

/// A person in a chat.
type Key = (i64, i64);
/// All people of a chat; nobody has this id.
const EVERYBODY: i64 = 0;

/// What to do with what somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Answer,
    /// Say once that it is too much.
    Notice,
    Silence,
}

/// Who writes how much, in memory alone and only while they write much.
pub(crate) struct Flood {
    buckets: Buckets<Key>,
    silenced: RefCell<HashMap<Key, Instant>>,
}

impl Flood {
    pub(crate) fn new() -> Self {
        let quota = Quota::with_period(EVERY).expect("it is not zero").allow_burst(AT_ONCE);
        Self { buckets: Buckets::new(quota), silenced: RefCell::default() }
    }

    /// Counts something that the person wrote or tapped in the chat.
    pub(crate) fn check(&self, chat: i64, person: i64) -> Verdict {
        let key = (chat, person);
        if self.is_silenced(key) {
            Verdict::Silence
        } else if self.buckets.try_acquire(&key).is_ok() {
            Verdict::Answer
        } else {
            self.silence(key)
        }
    }

    /// What to do with what anybody writes in a chat in which too much waits already.
    pub(crate) fn crowd(&self, chat: i64) -> Verdict {
        let key = (chat, EVERYBODY);
        if self.is_silenced(key) { Verdict::Silence } else { self.silence(key) }
    }

    fn is_silenced(&self, key: Key) -> bool {
        self.silenced.borrow().get(&key).is_some_and(|until| *until > Instant::now())
    }

    fn silence(&self, key: Key) -> Verdict {
        let (mut silenced, now) = (self.silenced.borrow_mut(), Instant::now());
        if silenced.len() >= SILENCED_MAX {
            silenced.retain(|_, until| *until > now);
            if silenced.len() >= SILENCED_MAX {
                return Verdict::Silence;
            }
        }
        silenced.insert(key, now + SILENCE);
        Verdict::Notice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_notice_then_silence_then_answers_again() {
        let flood = Flood::new();
        let verdicts: Vec<Verdict> = (0..1_000).map(|_| flood.check(1, 1)).collect();
        assert!(verdicts[..40].iter().all(|v| *v == Verdict::Answer));
        assert_eq!(verdicts[40], Verdict::Notice);
        assert!(verdicts[41..].iter().all(|v| *v == Verdict::Silence));
        assert_eq!(flood.check(1, 2), Verdict::Answer, "others in the chat feel nothing");
        tokio::time::advance(SILENCE).await;
        assert_eq!(flood.check(1, 1), Verdict::Answer);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_gets_one_notice_together() {
        let flood = Flood::new();
        assert_eq!(
            [flood.crowd(-1), flood.crowd(-1), flood.crowd(-2)],
            [Verdict::Notice, Verdict::Silence, Verdict::Notice]
        );
        assert_eq!(flood.check(-1, 1), Verdict::Answer, "nobody of them is silenced");
        tokio::time::advance(SILENCE).await;
        assert_eq!(flood.crowd(-1), Verdict::Notice);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_for_it_is_bounded() {
        let flood = Flood::new();
        for person in 0..SILENCED_MAX as i64 + 100 {
            let notices = (0..100).filter(|_| flood.check(person, person) == Verdict::Notice).count();
            assert_eq!(notices, usize::from(person < SILENCED_MAX as i64));
        }
        assert_eq!(flood.silenced.borrow().len(), SILENCED_MAX);
        tokio::time::advance(SILENCE).await;
        assert_eq!((0..100).filter(|_| flood.check(-1, 1) == Verdict::Notice).count(), 1);
        assert_eq!(flood.silenced.borrow().len(), 1);
    }
}
