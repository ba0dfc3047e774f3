//! Requests: what is sent, at which rate, and where else it goes when it cannot go there.

pub(crate) mod deliver;
pub(crate) mod inline_query;
pub(crate) mod rate_limit;
pub(crate) mod render;
pub(crate) mod sender;
