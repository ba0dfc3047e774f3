//! How fast requests go out: a token bucket for each chat, and a pace in all where it is needed.
//!
//! Telegram advises about one message a second in a chat and 20 a minute in a group, edits included, and lets bursts pass.
//! It names no limit for answers in all, so there is none here unless the operator sets one, or refusals come from many
//! chats at once: then the pace is halved, and grows again while no more come.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use rustc_hash::{FxBuildHasher, FxHashSet};
use tokio::time::Instant;

/// Messages and edits in a private chat: this many at once, then one a second.
const PRIVATE_BURST: NonZeroU32 = NonZeroU32::new(20).expect("it is not zero");
/// Messages and edits in a group: this many at once, then 20 a minute.
const GROUP_BURST: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");
const GROUP_A_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("it is not zero");
const ONE: NonZeroU32 = NonZeroU32::MIN;

/// So many chats must be refused within [`REFUSAL_WINDOW`] before the pace in all is slowed.
const MANY_CHATS: usize = 3;
const REFUSAL_WINDOW: Duration = Duration::from_secs(10);
/// The pace in all changes at most once in this time, down as up.
const CHANGE: Duration = Duration::from_secs(2);
/// How much faster it gets each time.
const FASTER: f64 = 1.5;
/// A pace in all above this many a second is none.
const UNLIMITED: f64 = 1_000.0;

/// Buckets are looked through for those that are full again after so many requests.
const SWEEP: usize = 4_096;

/// The time of the runtime, which a test can hold.
#[derive(Clone)]
pub(crate) struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Token buckets by key. One that is full again is forgotten, so only who was active lately takes memory.
pub(crate) struct Buckets<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K, FxBuildHasher>, RuntimeClock, NoOpMiddleware<Duration>>,
    clock: RuntimeClock,
    asked: RefCell<usize>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(crate) fn new(quota: Quota) -> Self {
        let clock = RuntimeClock(Instant::now());
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self { limiter, clock, asked: RefCell::default() }
    }

    /// Takes a token, or says how long until there is one.
    pub(crate) fn take(&self, key: &K) -> Result<(), Duration> {
        let mut asked = self.asked.borrow_mut();
        *asked += 1;
        if *asked >= SWEEP {
            *asked = 0;
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// How many keys take memory.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.limiter.len()
    }
}

/// When the next request may go out.
pub(crate) struct Pace {
    private: Buckets<i64>,
    group: Buckets<i64>,
    overall: RefCell<Overall>,
    /// The chats that have had their messages for now: the next one waits.
    resting: RefCell<FxHashSet<i64>>,
}

impl Pace {
    /// `cap` is the most requests a second in all that the operator wants.
    pub(crate) fn new(cap: Option<NonZeroU32>) -> Self {
        Self {
            private: Buckets::new(Quota::per_second(ONE).allow_burst(PRIVATE_BURST)),
            group: Buckets::new(Quota::per_minute(GROUP_A_MINUTE).allow_burst(GROUP_BURST)),
            overall: RefCell::new(Overall::new(cap)),
            resting: RefCell::default(),
        }
    }

    /// Waits until a message may be sent or edited in the chat; without a chat the pace in all alone counts.
    pub(crate) async fn turn(&self, chat: Option<i64>) {
        if let Some(chat) = chat {
            while let Err(wait) = self.buckets(chat).take(&chat) {
                self.resting.borrow_mut().insert(chat);
                tokio::time::sleep(wait).await;
            }
            self.resting.borrow_mut().remove(&chat);
        }
        let at = self.overall.borrow_mut().reserve(Instant::now());
        if let Some(at) = at {
            tokio::time::sleep_until(at).await;
        }
    }

    /// As [`Pace::turn`], but does not wait: whether it may be sent now. If not, nothing is taken.
    pub(crate) fn may_now(&self, chat: i64) -> bool {
        self.overall.borrow().rate().is_none() && self.buckets(chat).take(&chat).is_ok()
    }

    /// Whether what goes to this chat waits for its turn.
    pub(crate) fn is_rate_limited(&self, chat: i64) -> bool {
        self.resting.borrow().contains(&chat)
    }

    /// Telegram asked this chat to wait.
    pub(crate) fn refused(&self, chat: i64) {
        self.overall.borrow_mut().refused(chat, Instant::now());
    }

    /// Groups and channels have negative ids.
    fn buckets(&self, chat: i64) -> &Buckets<i64> {
        if chat < 0 { &self.group } else { &self.private }
    }
}

/// The pace in all.
struct Overall {
    cap: Option<f64>,
    /// What refusals have slowed it to, requests a second.
    slowed: Option<f64>,
    /// When the next request may go out, if there is a pace.
    next: Instant,
    changed: Instant,
    /// Refusals of the last while, with their chats.
    refusals: VecDeque<(Instant, i64)>,
    /// Requests since `counted_from`, to know how fast it went when it was too fast.
    count: u32,
    counted_from: Instant,
}

impl Overall {
    fn new(cap: Option<NonZeroU32>) -> Self {
        let now = Instant::now();
        Self {
            cap: cap.map(|cap| f64::from(cap.get())),
            slowed: None,
            next: now,
            changed: now,
            refusals: VecDeque::new(),
            count: 0,
            counted_from: now,
        }
    }

    /// Requests a second; `None` for as fast as they come.
    fn rate(&self) -> Option<f64> {
        match (self.cap, self.slowed) {
            (Some(cap), Some(slowed)) => Some(cap.min(slowed)),
            (cap, slowed) => cap.or(slowed),
        }
    }

    /// Holds the next place; `None` when there is no pace to keep.
    fn reserve(&mut self, now: Instant) -> Option<Instant> {
        if now.duration_since(self.counted_from) >= CHANGE {
            (self.count, self.counted_from) = (0, now);
        }
        self.count += 1;
        if let Some(slowed) = self.slowed.filter(|_| now.duration_since(self.changed) >= CHANGE) {
            self.slowed = Some(slowed * FASTER).filter(|rate| *rate < UNLIMITED);
            self.changed = now;
        }
        let pause = Duration::from_secs_f64(1.0 / self.rate()?);
        let at = self.next.max(now);
        self.next = at + pause;
        Some(at)
    }

    fn refused(&mut self, chat: i64, now: Instant) {
        self.refusals.retain(|(at, other)| now.duration_since(*at) < REFUSAL_WINDOW && *other != chat);
        self.refusals.push_back((now, chat));
        if self.refusals.len() < MANY_CHATS || now.duration_since(self.changed) < CHANGE && self.slowed.is_some() {
            return;
        }
        let seconds = now.duration_since(self.counted_from).as_secs_f64().max(0.5);
        let measured = f64::from(self.count) / seconds;
        self.slowed = Some((self.rate().unwrap_or(measured) / 2.0).max(1.0));
        self.changed = now;
        self.refusals.clear();
        log::warn!(
            "Telegram asks many chats to wait: at most {:.0} requests a second for a while",
            self.rate().unwrap_or(1.0)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_one_a_second() {
        let pace = Pace::new(None);
        let began = Instant::now();
        for _ in 0..20 {
            pace.turn(Some(7)).await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        assert!(!pace.may_now(7) && pace.may_now(8), "another chat feels nothing");
        for _ in 0..3 {
            pace.turn(Some(7)).await;
        }
        assert!((2.9..3.2).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_gets_twenty_a_minute() {
        let pace = Pace::new(None);
        let began = Instant::now();
        for _ in 0..30 {
            pace.turn(Some(-7)).await;
        }
        assert!((59.0..61.0).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cap_holds_in_all() {
        let pace = Pace::new(NonZeroU32::new(10));
        let began = Instant::now();
        for chat in 1..=101 {
            pace.turn(Some(chat)).await;
        }
        assert!((9.9..10.2).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_of_many_chats_slow_it_and_calm_speeds_it_up_again() {
        let pace = Pace::new(None);
        tokio::time::sleep(CHANGE).await;
        for chat in 1..=100 {
            pace.turn(Some(chat)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        pace.refused(1);
        pace.refused(1);
        pace.refused(1);
        assert_eq!(pace.overall.borrow().rate(), None, "one chat alone slows nobody");
        pace.refused(2);
        pace.refused(3);
        let slowed = pace.overall.borrow().rate().expect("a pace");
        assert!((40.0..60.0).contains(&slowed), "half of a hundred a second: {slowed}");
        for chat in 0..2_000 {
            pace.turn(Some(1_000 + chat)).await;
        }
        tokio::time::sleep(CHANGE * 10).await;
        for chat in 0..10 {
            tokio::time::sleep(CHANGE).await;
            pace.turn(Some(5_000 + chat)).await;
        }
        assert_eq!(pace.overall.borrow().rate(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_quiet_takes_no_memory() {
        let buckets = Buckets::new(Quota::per_second(ONE));
        for key in 0..100_000_i64 {
            if key % 100 == 0 {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            assert!(buckets.take(&key).is_ok());
        }
        assert!(buckets.len() <= SWEEP + 1_100, "{}", buckets.len());
    }
}
