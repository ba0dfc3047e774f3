//! The time of day. It may jump, so it says only which day and month it is, and how it differs from Telegram's; whatever
//! waits does so by the clock of tokio, which nobody can set. Clippy forbids it elsewhere (`clippy.toml`).

use std::time::{Duration, SystemTime};

use chrono::NaiveDate;

/// Today, by universal time.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}

/// Since 1970, as this machine's clock says; nothing if it stands before that.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn unix_time() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}
