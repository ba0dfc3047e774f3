//! The adapter to Telegram: updates in, requests out, and the loop between that loses no question.
//!
//! - [`Api`]: one request to the Bot API, and what its failure means.
//! - `update`: what of an update concerns us.
//! - `render`: a view as the Bot API takes it.
//! - `deliver`: one update, answered: retries, other chats, edits that cannot be.
//! - `inline`: cards for inline queries and guests.
//! - `poll`: the loop: updates are confirmed after they are handled.
//! - `profile`: commands and descriptions at Telegram.

mod api;
mod deliver;
mod inline;
mod poll;
mod profile;
mod render;
mod update;

pub use api::Api;
pub use poll::{Answer, run};
