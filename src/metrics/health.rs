//! Whether Telegram was heard from lately, and what content serves.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use tokio::time::Instant;

/// When Telegram was last heard from: a poll that succeeded, a webhook that stands, a delivery.
///
/// A process that runs but hears nothing is deaf, and must not count as ready. It is measured on the monotonic clock, so
/// a clock that is set changes nothing.
#[derive(Debug)]
pub struct Health {
    start: Instant,
    limit: Duration,
    /// Milliseconds from `start` to the last beat; [`NEVER`] before the first.
    last: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Health {
    /// Not ready until the first [`mark_alive`](Self::beat), nor when the last was longer than `limit` ago.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self { start: Instant::now(), limit, last: AtomicU64::new(NEVER) }
    }

    /// Telegram was heard from.
    pub fn mark_alive(&self) {
        self.last.store(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(NEVER), Ordering::Relaxed);
    }

    /// The longest silence of something that is ready.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// How long ago Telegram was last heard from, if ever.
    #[must_use]
    pub fn silence(&self) -> Option<Duration> {
        let last = self.last.load(Ordering::Relaxed);
        (last != NEVER).then(|| self.start.elapsed().saturating_sub(Duration::from_millis(last)))
    }

    /// Whether it is ready.
    ///
    /// # Errors
    ///
    /// Why not, as a line for the operator.
    pub fn ready(&self) -> Result<(), NotReady> {
        match self.silence() {
            None => Err(NotReady::NeverHeard(self.start.elapsed())),
            Some(silence) if silence > self.limit => Err(NotReady::Silent(silence, self.limit)),
            Some(_) => Ok(()),
        }
    }
}

/// Why it is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// Telegram was not heard from since the start, so long ago.
    NeverHeard(Duration),
    /// Telegram was last heard from so long ago, and so long is the limit.
    Silent(Duration, Duration),
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverHeard(since) => {
                write!(f, "Telegram was not heard from since the start, {} s ago", since.as_secs())
            }
            Self::Silent(silence, limit) => {
                write!(
                    f,
                    "Telegram was not heard from for {} s (the limit is {} s)",
                    silence.as_secs(),
                    limit.as_secs()
                )
            }
        }
    }
}

/// What changes by itself from one scrape to the next.
#[derive(Debug)]
pub(super) struct Serving {
    health: Arc<Health>,
    /// The content's version, and when it began to serve.
    content: RwLock<Option<(Box<str>, Instant)>>,
}

impl Serving {
    pub(super) fn new(health: Arc<Health>) -> Self {
        Self { health, content: RwLock::default() }
    }

    pub(super) fn content(&self, version: &str) {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        *content = Some((version.into(), Instant::now()));
    }
}

impl Collector for Serving {
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
        if let Some((version, since)) = &*content {
            let help = "Since this content began to serve.";
            gauge("content_age", help, Some(&Unit::Seconds), since.elapsed().as_secs_f64())?;
            let mut info = encoder.encode_descriptor("content", "What serves.", None, MetricType::Info)?;
            info.encode_info(&[("version", &**version)])?;
        }
        Ok(())
    }
}
