//! Updates: where they come from, in which order they are processed, and when Telegram may forget them.

pub(crate) mod crash_guard;
pub(crate) mod dispatcher;
mod flood_control;
mod offset_tracker;
pub(crate) mod polling;
pub(crate) mod update;
pub(crate) mod webhook;
