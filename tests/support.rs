//! What the tests stand on: a strict fake of Telegram, and the real bot against it.

pub(crate) mod bot;
pub(crate) mod fake;
