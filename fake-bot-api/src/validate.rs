//! What Telegram demands of texts and keyboards, as functions of the values alone.

mod entities;
mod keyboard;

use serde_json::Value;

pub(crate) use self::{
    entities::check_entities,
    keyboard::{check_keyboard, check_markup},
};
use super::state::Refusal;

/// UTF-16 units, after entities are parsed.
const TEXT_MAX: usize = 4096;

/// A text of a message with its entities.
pub(crate) fn check_text(text: &str, entities: &[Value]) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::violation("the text is empty", "message text is empty"));
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    if units.len() > TEXT_MAX {
        let rule = format!("the text has {} UTF-16 units", units.len());
        return Err(Refusal::violation(rule, "message is too long"));
    }
    check_entities(&units, entities)
}

/// A two-letter language code; none at all stands for all languages without words of their own.
pub(crate) fn check_language(code: &str) -> Result<(), Refusal> {
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_code || code.is_empty() {
        return Ok(());
    }
    Err(Refusal::violation(
        format!("{code:?} is not a language code of two letters"),
        "invalid language code specified",
    ))
}

/// The first field of an object that is not in the list.
pub(crate) fn unknown_field<'a>(object: &'a Value, known: &[&str]) -> Option<&'a str> {
    let names = object.as_object()?.keys().map(String::as_str);
    names.into_iter().find(|name| !known.contains(name))
}
