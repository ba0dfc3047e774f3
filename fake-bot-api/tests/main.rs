//! The rules of the fake, tried over HTTP as a bot meets them. A rule is seen to accept and to refuse.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bot_api;
mod ephemeral;
mod faults;
mod http;
mod media;
mod messages;
mod people;
mod profile;
mod queries;
mod support;
mod updates;
mod validate;
mod webhook;
