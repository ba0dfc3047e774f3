//! Ids: those of sections, contacts and talk topics, and the ids in links.

use crate::content::ID_MAX;
use crate::message;
use crate::messages::Message;

/// What an id may be, for an editor.
pub(super) fn help() -> Message {
    message!("an id is 1 to 32 of a-z, 0-9 and _, so that callback data stays under 64 bytes")
}

/// Whether a text can be an id.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
