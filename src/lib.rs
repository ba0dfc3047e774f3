//! Palabre: an organisation answers people, on Telegram and in the terminal.
//!
//! Data flows one way, from the files to the message; each layer knows only those above it in this list:
//!
//! - [`diag`], [`lang`], [`markup`]: what is wrong and where; a language's tag; text with styles.
//! - [`content`]: everything the organisation has to say, proven correct when it is loaded.
//! - [`action`], [`view`]: what a button does; what a page looks like, on any platform.

pub mod content;
pub mod diag;
pub mod lang;
pub mod markup;
