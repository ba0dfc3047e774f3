//! Rate limits of outgoing messages: a token bucket for each chat, and one limit for all where it is needed.
//!
//! Telegram advises about one message a second in a chat and 20 a minute in a group, edits included, and lets bursts pass.
//! It names no limit for answers in all, so there is none here unless the operator sets one, or 429s come from many chats at
//! once: then the rate is halved, and grows again while no more come.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use rustc_hash::{FxBuildHasher, FxHashMap};
use tokio::time::Instant;

/// Messages and edits in a private chat: this many at once, then one a second.
const PRIVATE_BURST: NonZeroU32 = NonZeroU32::new(20).expect("it is not zero");
/// Messages and edits in a group: this many at once, then 20 a minute.
const GROUP_BURST: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");
const GROUP_A_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("it is not zero");
const ONE: NonZeroU32 = NonZeroU32::MIN;

/// So many chats must get a 429 within [`REFUSAL_WINDOW`] before the rate in all is lowered.
const MANY_CHATS: usize = 3;
const REFUSAL_WINDOW: Duration = Duration::from_secs(10);
/// The rate in all changes at most once in this time, down as up.
const CHANGE_INTERVAL: Duration = Duration::from_secs(2);
/// Factor by which the rate in all grows each time.
const GROWTH: f64 = 1.5;
/// A rate in all of this many a second is no limit any more.
const UNLIMITED: f64 = 1_000.0;

/// Full buckets are removed after so many requests.
const SWEEP_INTERVAL: usize = 4_096;

/// The time of the runtime, which a test can pause.
#[derive(Clone)]
pub(crate) struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Token buckets by key. Full ones are removed, so only keys that were active lately take memory.
pub(crate) struct Buckets<K: Hash + Eq + Clone> {
    limiter: governor::RateLimiter<K, HashMapStateStore<K, FxBuildHasher>, RuntimeClock, NoOpMiddleware<Duration>>,
    clock: RuntimeClock,
    since_sweep: RefCell<usize>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    pub(crate) fn new(quota: Quota) -> Self {
        let clock = RuntimeClock(Instant::now());
        let limiter = governor::RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self { limiter, clock, since_sweep: RefCell::default() }
    }

    /// Takes a token.
    ///
    /// # Errors
    ///
    /// The time until there is one.
    pub(crate) fn try_acquire(&self, key: &K) -> Result<(), Duration> {
        let mut since_sweep = self.since_sweep.borrow_mut();
        *since_sweep += 1;
        if *since_sweep >= SWEEP_INTERVAL {
            *since_sweep = 0;
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

/// When the next message may go out.
pub(crate) struct RateLimiter {
    private: Buckets<i64>,
    group: Buckets<i64>,
    overall: RefCell<Overall>,
    /// The chats whose next message waits, and until when.
    waiting: RefCell<FxHashMap<i64, Instant>>,
}

impl RateLimiter {
    /// `max_per_second` is the operator's limit for all chats together.
    pub(crate) fn new(max_per_second: Option<NonZeroU32>) -> Self {
        Self {
            private: Buckets::new(Quota::per_second(ONE).allow_burst(PRIVATE_BURST)),
            group: Buckets::new(Quota::per_minute(GROUP_A_MINUTE).allow_burst(GROUP_BURST)),
            overall: RefCell::new(Overall::new(max_per_second)),
            waiting: RefCell::default(),
        }
    }

    /// Waits until a message may be sent or edited in the chat; without a chat only the limit in all counts.
    pub(crate) async fn acquire(&self, chat: Option<i64>) {
        if let Some(chat) = chat {
            while let Err(wait) = self.buckets(chat).try_acquire(&chat) {
                self.wait(chat, wait);
                tokio::time::sleep(wait).await;
            }
            self.waiting.borrow_mut().remove(&chat);
        }
        let at = self.overall.borrow_mut().reserve(Instant::now());
        if let Some(at) = at {
            tokio::time::sleep_until(at).await;
        }
    }

    /// As [`RateLimiter::acquire`] without waiting: whether a message may be sent now. If not, no token is taken.
    pub(crate) fn try_acquire(&self, chat: i64) -> bool {
        self.overall.borrow().rate().is_none() && self.buckets(chat).try_acquire(&chat).is_ok()
    }

    /// Whether messages to this chat wait: for a token, or because of a 429.
    pub(crate) fn is_rate_limited(&self, chat: i64) -> bool {
        self.waiting.borrow().get(&chat).is_some_and(|until| *until > Instant::now())
    }

    /// A message to this chat got a 429, which asks for this pause.
    pub(crate) fn too_many_requests(&self, chat: i64, pause: Duration) {
        self.wait(chat, pause);
        self.overall.borrow_mut().too_many_requests(chat, Instant::now());
    }

    fn wait(&self, chat: i64, pause: Duration) {
        self.waiting.borrow_mut().insert(chat, Instant::now() + pause);
    }

    /// Groups and channels have negative ids.
    fn buckets(&self, chat: i64) -> &Buckets<i64> {
        if chat < 0 { &self.group } else { &self.private }
    }
}

/// The rate of all chats together.
struct Overall {
    /// The operator's limit, requests a second.
    max: Option<f64>,
    /// What 429s have lowered it to, requests a second.
    lowered: Option<f64>,
    /// When the next request may go out, if there is a limit.
    next: Instant,
    changed: Instant,
    /// The 429s within [`REFUSAL_WINDOW`], with their chats.
    refusals: VecDeque<(Instant, i64)>,
    /// Requests since `counted_from`, for the rate at which it was too fast.
    count: u32,
    counted_from: Instant,
}

impl Overall {
    fn new(max: Option<NonZeroU32>) -> Self {
        let now = Instant::now();
        Self {
            max: max.map(|max| f64::from(max.get())),
            lowered: None,
            next: now,
            changed: now,
            refusals: VecDeque::new(),
            count: 0,
            counted_from: now,
        }
    }

    /// Requests a second; `None` for no limit.
    fn rate(&self) -> Option<f64> {
        match (self.max, self.lowered) {
            (Some(max), Some(lowered)) => Some(max.min(lowered)),
            (max, lowered) => max.or(lowered),
        }
    }

    /// Reserves the next moment; `None` when there is no limit.
    fn reserve(&mut self, now: Instant) -> Option<Instant> {
        if now.duration_since(self.counted_from) >= CHANGE_INTERVAL {
            (self.count, self.counted_from) = (0, now);
        }
        self.count += 1;
        if let Some(lowered) = self.lowered.filter(|_| now.duration_since(self.changed) >= CHANGE_INTERVAL) {
            self.lowered = Some(lowered * GROWTH).filter(|rate| *rate < UNLIMITED);
            self.changed = now;
        }
        let pause = Duration::from_secs_f64(1.0 / self.rate()?);
        let at = self.next.max(now);
        self.next = at + pause;
        Some(at)
    }

    fn too_many_requests(&mut self, chat: i64, now: Instant) {
        self.refusals.retain(|(at, other)| now.duration_since(*at) < REFUSAL_WINDOW && *other != chat);
        self.refusals.push_back((now, chat));
        if self.refusals.len() < MANY_CHATS
            || now.duration_since(self.changed) < CHANGE_INTERVAL && self.lowered.is_some()
        {
            return;
        }
        let seconds = now.duration_since(self.counted_from).as_secs_f64().max(0.5);
        let measured = f64::from(self.count) / seconds;
        self.lowered = Some((self.rate().unwrap_or(measured) / 2.0).max(1.0));
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

    const ONE_SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_one_a_second() {
        let limiter = RateLimiter::new(None);
        let began = Instant::now();
        for _ in 0..20 {
            limiter.acquire(Some(7)).await;
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        assert!(!limiter.try_acquire(7) && limiter.try_acquire(8), "another chat feels nothing");
        for _ in 0..3 {
            limiter.acquire(Some(7)).await;
        }
        assert!((2.9..3.2).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_gets_twenty_a_minute() {
        let limiter = RateLimiter::new(None);
        let began = Instant::now();
        for _ in 0..30 {
            limiter.acquire(Some(-7)).await;
        }
        assert!((59.0..61.0).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_chat_that_waits_counts_as_rate_limited() {
        let limiter = RateLimiter::new(None);
        limiter.acquire(Some(7)).await;
        assert!(!limiter.is_rate_limited(7));
        limiter.too_many_requests(7, ONE_SECOND * 30);
        tokio::time::advance(ONE_SECOND * 29).await;
        assert!(limiter.is_rate_limited(7) && !limiter.is_rate_limited(8), "a 429 asks for 30 s");
        tokio::time::advance(ONE_SECOND * 2).await;
        assert!(!limiter.is_rate_limited(7));
        for _ in 0..PRIVATE_BURST.get() {
            limiter.acquire(Some(8)).await;
        }
        let next = async { limiter.acquire(Some(8)).await };
        let meanwhile = async {
            tokio::task::yield_now().await;
            limiter.is_rate_limited(8)
        };
        assert!(tokio::join!(next, meanwhile).1, "its burst is over");
        assert!(!limiter.is_rate_limited(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cap_holds_in_all() {
        let limiter = RateLimiter::new(NonZeroU32::new(10));
        let began = Instant::now();
        for chat in 1..=101 {
            limiter.acquire(Some(chat)).await;
        }
        assert!((9.9..10.2).contains(&began.elapsed().as_secs_f64()), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_of_many_chats_slow_it_and_calm_speeds_it_up_again() {
        let limiter = RateLimiter::new(None);
        tokio::time::sleep(CHANGE_INTERVAL).await;
        for chat in 1..=100 {
            limiter.acquire(Some(chat)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        limiter.too_many_requests(1, ONE_SECOND);
        limiter.too_many_requests(1, ONE_SECOND);
        limiter.too_many_requests(1, ONE_SECOND);
        assert_eq!(limiter.overall.borrow().rate(), None, "one chat alone slows nobody");
        limiter.too_many_requests(2, ONE_SECOND);
        limiter.too_many_requests(3, ONE_SECOND);
        let lowered = limiter.overall.borrow().rate().expect("a limit");
        assert!((40.0..60.0).contains(&lowered), "half of a hundred a second: {lowered}");
        for chat in 0..2_000 {
            limiter.acquire(Some(1_000 + chat)).await;
        }
        tokio::time::sleep(CHANGE_INTERVAL * 10).await;
        for chat in 0..10 {
            tokio::time::sleep(CHANGE_INTERVAL).await;
            limiter.acquire(Some(5_000 + chat)).await;
        }
        assert_eq!(limiter.overall.borrow().rate(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_quiet_takes_no_memory() {
        let buckets = Buckets::new(Quota::per_second(ONE));
        for key in 0..100_000_i64 {
            if key % 100 == 0 {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            assert!(buckets.try_acquire(&key).is_ok());
        }
        assert!(buckets.len() <= SWEEP_INTERVAL + 1_100, "{}", buckets.len());
    }
}
