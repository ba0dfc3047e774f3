//! Readiness: how long ago Telegram was last heard from, and which content is served.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{NaiveDate, NaiveTime};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// When Telegram was last heard from: a poll that succeeded, a webhook that is still set, a delivery.
///
/// A process that runs but receives nothing must not count as ready. The clock is monotonic, so a clock that is set changes
/// nothing.
#[derive(Debug)]
pub struct Health {
    start: Instant,
    limit: Duration,
    /// Milliseconds from `start` to the last sign of Telegram; [`NEVER`] before the first.
    last: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Health {
    /// Not ready before the first [`mark_alive`](Self::mark_alive), nor when the last was longer than `limit` ago.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self { start: Instant::now(), limit, last: AtomicU64::new(NEVER) }
    }

    /// Telegram was heard from.
    pub fn mark_alive(&self) {
        self.mark_alive_at(Instant::now());
    }

    /// The time since Telegram was last heard from, if it was.
    #[must_use]
    pub fn silence(&self) -> Option<Duration> {
        self.silence_at(Instant::now())
    }

    /// Whether Telegram was heard from within the limit.
    ///
    /// # Errors
    ///
    /// Why not, as a line for the operator.
    pub fn ready(&self) -> Result<(), NotReady> {
        self.ready_at(Instant::now())
    }

    fn mark_alive_at(&self, now: Instant) {
        let since_start = now.duration_since(self.start).as_millis();
        self.last.store(u64::try_from(since_start).unwrap_or(NEVER), Ordering::Relaxed);
    }

    fn silence_at(&self, now: Instant) -> Option<Duration> {
        let last = self.last.load(Ordering::Relaxed);
        (last != NEVER).then(|| now.duration_since(self.start).saturating_sub(Duration::from_millis(last)))
    }

    fn ready_at(&self, now: Instant) -> Result<(), NotReady> {
        match self.silence_at(now) {
            None => Err(NotReady::NeverHeard(now.duration_since(self.start))),
            Some(silence) if silence > self.limit => Err(NotReady::Silent(silence, self.limit)),
            Some(_) => Ok(()),
        }
    }
}

/// Why the bot is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// Telegram was not heard from since the start, which was this long ago.
    #[error("Telegram was not heard from since the start, {} s ago", .0.as_secs())]
    NeverHeard(Duration),
    /// Telegram was last heard from this long ago, which is over this limit.
    #[error("Telegram was not heard from for {} s (the limit is {} s)", .0.as_secs(), .1.as_secs())]
    Silent(Duration, Duration),
}

/// The metrics that are computed at each scrape: readiness, silence, age and version of the content.
#[derive(Debug)]
pub(super) struct ServingCollector {
    health: Arc<Health>,
    content: RwLock<Option<ServedContent>>,
    /// Whether the content of the directory has errors, so that another one is served.
    is_broken: AtomicBool,
}

#[derive(Debug)]
struct ServedContent {
    version: Box<str>,
    since: Instant,
    facts_checked: NaiveDate,
}

impl ServingCollector {
    pub(super) fn new(health: Arc<Health>) -> Self {
        Self { health, content: RwLock::default(), is_broken: AtomicBool::new(false) }
    }

    pub(super) fn content(&self, version: &str, facts_checked: NaiveDate) {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        *content = Some(ServedContent { version: version.into(), since: Instant::now(), facts_checked });
    }

    pub(super) fn set_broken(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Relaxed);
    }
}

impl Collector for ServingCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut gauge = |name, help, unit: Option<&Unit>, value: f64| {
            encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?.encode_gauge(&value)
        };
        let ready = f64::from(u8::from(self.health.ready().is_ok()));
        gauge("ready", "1 when Telegram was heard from lately.", None, ready)?;
        if let Some(silence) = self.health.silence() {
            let help = "Since Telegram was last heard from.";
            gauge("silence", help, Some(&Unit::Seconds), silence.as_secs_f64())?;
        }
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        let broken = f64::from(u8::from(self.is_broken.load(Ordering::Relaxed)));
        gauge("content_broken", "1 when the files have errors, so that an older content is served.", None, broken)?;
        if let Some(ServedContent { version, since, facts_checked }) = &*content {
            let help = "Since this content began to serve.";
            gauge("content_age", help, Some(&Unit::Seconds), since.elapsed().as_secs_f64())?;
            let help = "The month in which the facts were last compared with their source, as Unix time.";
            let checked = facts_checked.and_time(NaiveTime::MIN).and_utc().timestamp() as f64;
            gauge("content_facts_checked_timestamp", help, Some(&Unit::Seconds), checked)?;
            let mut info = encoder.encode_descriptor("content", "What serves.", None, MetricType::Info)?;
            info.encode_info(&[("version", &**version)])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Health, NotReady};

    #[test]
    fn silence_beyond_the_limit_is_not_ready() {
        let health = Health::new(Duration::from_secs(60));
        let at = |seconds| health.start + Duration::from_secs(seconds);
        assert_eq!(health.ready_at(at(3)), Err(NotReady::NeverHeard(Duration::from_secs(3))));
        health.mark_alive_at(at(3));
        assert_eq!(health.ready_at(at(63)), Ok(()));
        let silent = health.ready_at(at(64)).expect_err("61 s are over the limit");
        assert_eq!(silent, NotReady::Silent(Duration::from_secs(61), Duration::from_secs(60)));
        assert_eq!(silent.to_string(), "Telegram was not heard from for 61 s (the limit is 60 s)");
        health.mark_alive_at(at(64));
        assert_eq!(health.ready_at(at(64)), Ok(()));
    }
}
