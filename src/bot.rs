//! What to answer: requests become replies, synchronously, totally and without I/O. This is the product.
//!
//! - [`action`]: what a button does, and its callback data.
//! - [`command`]: a command as somebody wrote it.
//! - [`view`]: a page on any platform: text and rows of buttons.
//! - [`pages`]: content → views.
//! - [`spoken`](mod@spoken): a page as it is read aloud.
//! - [`outcome`]: what to make of what a question found.
//! - [`inline`]: the results of inline mode.
//! - [`reply`](mod@reply): request → reply.

pub mod action;
pub mod command;
pub mod inline;
pub mod outcome;
pub mod pages;
pub mod reply;
pub mod spoken;
pub mod view;
