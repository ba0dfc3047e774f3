//! What Telegram demands of texts and keyboards, as functions of the values alone.

mod entities;
mod keyboard;

use serde_json::Value;

pub(crate) use self::{
    entities::check_entities,
    keyboard::{check_keyboard, check_markup, is_start_parameter},
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

/// UTF-16 units, after entities are parsed.
const CAPTION_MAX: usize = 1024;

/// The text under a file with its entities; there may be none.
pub(crate) fn check_caption(caption: &str, entities: &[Value]) -> Result<(), Refusal> {
    let units: Vec<u16> = caption.encode_utf16().collect();
    if units.len() > CAPTION_MAX {
        let rule = format!("the caption has {} UTF-16 units", units.len());
        return Err(Refusal::violation(rule, "message caption is too long"));
    }
    check_entities(&units, entities)
}

/// ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv \
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn \
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg \
    th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// A two-letter language code; an empty one stands for all languages without texts of their own.
pub(crate) fn check_language(code: &str) -> Result<(), Refusal> {
    if code.is_empty() || LANGUAGES.split(' ').any(|language| language == code) {
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
