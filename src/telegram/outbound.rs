//! Requests: what is sent, at which rate, and what is tried after a refusal.

pub(crate) mod deliver;
pub(crate) mod fallback;
pub(crate) mod files;
pub(crate) mod inline_query;
mod payloads;
pub(crate) mod rate_limit;
mod recipient;
pub(crate) mod render;
pub(crate) mod sender;
pub(crate) mod webhook_response;
