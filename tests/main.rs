//! One test binary; a module a feature.

#![allow(clippy::disallowed_methods, reason = "a fake's clock is this machine's")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arguments;
mod callback_data;
mod cards;
mod chats;
mod check;
mod contacts;
mod contents;
mod conversations;
mod crash_guard;
mod delivery;
mod diagnostics;
mod doctor;
mod faults;
mod feedback;
mod from;
mod groups;
mod inline;
mod kill;
mod last_good;
mod layers;
mod limits;
mod links;
mod media;
mod metrics;
mod newer;
#[cfg(unix)]
mod operation;
mod preview;
mod profile;
mod properties;
mod questions;
mod refusals;
mod reload;
mod scaffold;
mod server;
mod site;
mod soak;
mod support;
mod telegram;
mod translation;
mod voices;
mod webhook;
