//! Wall-clock time, for dates and for the difference to the server's clock only: it can be set, so every duration is measured
//! on a monotonic clock. Clippy forbids it in other files (`clippy.toml`).

use std::time::{Duration, SystemTime};

use chrono::NaiveDate;

/// Today in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}

/// The time since 1970 (Unix time); zero if this machine's clock is before that.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
#[must_use]
pub fn unix_time() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}
