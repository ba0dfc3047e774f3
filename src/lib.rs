//! Palabre: an organisation answers people, on Telegram and in the terminal.
//!
//! Data flows one way, from the files to the message. Each room uses only rooms above it in this list; a test holds the code
//! against it.
//!
//! - `platform`, [`build_info`], [`clock`]: what differs between operating systems; version and commit; time of day.
//! - [`markup`], [`lang`], [`folding`], [`metrics`]: text with styles; language tags; characters that say the same; counters.
//! - [`messages`], [`diag`]: what editors and operators read, in their language; what is wrong and where.
//! - [`search`]: a question → ranked topics, whatever they are.
//! - [`content`]: everything the organisation has to say, proven correct when it is loaded.
//! - [`bot`]: what to answer: pure functions without I/O. The product.
//! - [`quality`]: the questions with which a content tests itself.
//! - [`scaffold`]: a new content, and what is added to one.
//! - [`translation`]: its texts as files for translators and spreadsheets, and the way back.
//! - [`telegram`], [`terminal`], [`site`]: adapters: how to deliver an answer, or all of them as web pages. None knows another.
//! - [`server`]: the HTTP port: health, metrics, the webhook's endpoint.
//! - [`doctor`]: what an operator reads of the state of it all.
//! - [`reload`]: a content that changes while it is served.
//! - [`preview`]: a content as people see it, in a browser, while somebody writes it.
//! - [`cli`]: arguments and environment, and one `execute()` a command.

pub mod bot;
pub mod build_info;
pub mod cli;
pub mod clock;
pub mod content;
pub mod diag;
pub mod doctor;
pub mod folding;
pub mod lang;
pub mod markup;
pub mod messages;
pub mod metrics;
mod platform;
pub mod preview;
pub mod quality;
pub mod reload;
pub mod scaffold;
pub mod search;
pub mod server;
pub mod site;
pub mod telegram;
pub mod terminal;
pub mod translation;
