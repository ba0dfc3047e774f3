//! One test binary; a module a feature.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callback_data;
mod check;
mod contents;
mod conversations;
mod delivery;
mod diagnostics;
mod doctor;
mod groups;
mod http;
mod inline;
mod links;
mod metrics;
mod properties;
mod questions;
mod support;
mod telegram;
mod watch;
mod webhook;
