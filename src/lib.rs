//! Palabre: an organisation answers people, on Telegram and in the terminal.
//!
//! Data flows one way, from the files to the message; each layer knows only those above it in this list:
//!
//! - [`diag`], [`lang`], [`markup`]: what is wrong and where; a language's tag; text with styles.
//! - [`search`]: a question → the topics it may be about, whatever they are.
//! - [`content`]: everything the organisation has to say, proven correct when it is loaded.
//! - [`action`], [`view`]: what a button does; what a page looks like, on any platform.
//! - [`pages`], [`cards`], [`reply`]: what to answer: pure functions, the product.
//! - [`telegram`], [`terminal`]: how to deliver it. Neither knows the other.
//! - [`doctor`]: what an operator reads of the state of it all.
//! - [`config`], [`cmd`]: the command line.

pub mod action;
pub mod cards;
mod clock;
pub mod cmd;
pub mod config;
pub mod content;
pub mod diag;
pub mod doctor;
pub mod gaps;
pub mod http;
pub mod lang;
pub mod markup;
pub mod metrics;
pub mod pages;
pub mod reply;
pub mod search;
pub mod telegram;
pub mod terminal;
pub mod view;
