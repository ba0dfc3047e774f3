//! Messages sent and edited.

use serde_json::{Map, Value, json};

use super::{
    super::{
        message::Message,
        params::Params,
        state::{Answer, Refusal, State, unix_time},
        validate,
    },
    place::{Place, keyboard},
};

/// Bytes.
const VCARD_MAX: usize = 2048;

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
     same as a current content and reply markup of the message";

pub(crate) fn send_message(state: &mut State, params: &Params) -> Answer {
    let place = Place::of(state, params)?;
    let content = text_content(state, "sendMessage", params)?;
    place.send(state, params, content)
}

pub(crate) fn send_contact(state: &mut State, params: &Params) -> Answer {
    let place = Place::of(state, params)?;
    let mut contact = Map::new();
    for name in ["phone_number", "first_name", "last_name", "vcard"] {
        if let Some(value) = params.text(name) {
            contact.insert(name.to_owned(), json!(value));
        }
    }
    for name in ["phone_number", "first_name"] {
        if params.text(name).is_none_or(|value| value.trim().is_empty()) {
            return Err(Refusal::violation(format!("{name} is empty"), &format!("parameter \"{name}\" is required")));
        }
    }
    if let Some(vcard) = params.text("vcard") {
        check_vcard(vcard)?;
    }
    let content = Map::from_iter([("contact".to_owned(), Value::Object(contact))]);
    place.send(state, params, content)
}

pub(crate) fn send_venue(state: &mut State, params: &Params) -> Answer {
    let place = Place::of(state, params)?;
    let degrees = |name: &str, max: f64| {
        let value = params.number(name).filter(|value| (-max..=max).contains(value));
        value.ok_or_else(|| {
            Refusal::violation(format!("{name} is not from -{max} to {max}"), "wrong location specified")
        })
    };
    let (latitude, longitude) = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    for name in ["title", "address"] {
        if params.text(name).is_none_or(|value| value.trim().is_empty()) {
            return Err(Refusal::violation(format!("{name} is empty"), &format!("parameter \"{name}\" is required")));
        }
    }
    let location = json!({ "latitude": latitude, "longitude": longitude });
    let mut venue = Map::from_iter([("location".to_owned(), location.clone())]);
    for name in ["title", "address", "foursquare_id", "foursquare_type", "google_place_id", "google_place_type"] {
        if let Some(value) = params.text(name) {
            venue.insert(name.to_owned(), json!(value));
        }
    }
    // For old apps the message of a venue is that of a location, too.
    let content = Map::from_iter([("venue".to_owned(), Value::Object(venue)), ("location".to_owned(), location)]);
    place.send(state, params, content)
}

pub(crate) fn edit_message_text(state: &mut State, params: &Params) -> Answer {
    if let Some(markup) = params.json("reply_markup") {
        validate::check_keyboard(markup)?;
    }
    let mut content = text_content(state, "editMessageText", params)?;
    content.extend(keyboard(params));
    edit_named(state, params, |message, revision| edit(message, revision, content))
}

pub(crate) fn edit_message_reply_markup(state: &mut State, params: &Params) -> Answer {
    if let Some(markup) = params.json("reply_markup") {
        validate::check_keyboard(markup)?;
    }
    let markup = keyboard(params).into_iter().next().map(|(_, markup)| markup);
    edit_named(state, params, |message, revision| {
        if message.json.get("reply_markup") == markup.as_ref() {
            return Err(Refusal::bad_request(NOT_MODIFIED));
        }
        let mut fields = message.json.as_object().cloned().unwrap_or_default();
        fields.remove("reply_markup");
        fields.extend(markup.map(|markup| ("reply_markup".to_owned(), markup)));
        fields.insert("edit_date".to_owned(), json!(unix_time()));
        message.edit(revision, Value::Object(fields));
        Ok(())
    })
}

/// Edits the message that the parameters name.
fn edit_named(
    state: &mut State,
    params: &Params,
    change: impl FnOnce(&mut Message, u64) -> Result<(), Refusal>,
) -> Answer {
    if let Some(id) = params.text("inline_message_id") {
        let found = state.inline_message_to_edit(id);
        let (message, revision) = found.ok_or_else(|| Refusal::bad_request("MESSAGE_ID_INVALID"))?;
        change(message, revision)?;
        return Ok(json!(true));
    }
    let (Some(chat), Some(message_id)) = (params.integer("chat_id"), params.integer("message_id")) else {
        return Err(Refusal::violation("no message to edit is named", "message identifier is not specified"));
    };
    if state.chat(chat).is_none() {
        return Err(Refusal::bad_request("chat not found"));
    }
    let found = state.message_to_edit(chat, message_id);
    let (message, revision) = found.ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    if !message.from_bot {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    change(message, revision)?;
    Ok(message.json.clone())
}

pub(crate) fn edit(message: &mut Message, revision: u64, content: Map<String, Value>) -> Result<(), Refusal> {
    const CONTENT: [&str; 3] = ["text", "entities", "reply_markup"];
    // What an inline message showed before may be unknown.
    if message.text().is_empty() && message.chat != 0 {
        return Err(Refusal::bad_request("there is no text in the message to edit"));
    }
    // Telegram trims texts, so that white space at the end is no modification.
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| text.trim_end().to_owned());
    let same_text = text(message.json.get("text")) == text(content.get("text"));
    if same_text && CONTENT[1..].iter().all(|name| message.json.get(name) == content.get(*name)) {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    let mut fields = message.json.as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| !CONTENT.contains(&name.as_str()));
    fields.extend(content);
    fields.insert("edit_date".to_owned(), json!(unix_time()));
    message.edit(revision, Value::Object(fields));
    Ok(())
}

/// The checked text with its entities, as fields of a message.
pub(crate) fn text_content(state: &mut State, method: &str, params: &Params) -> Result<Map<String, Value>, Refusal> {
    let text = params.text("text").unwrap_or_default();
    validate::check_text(text, params.list("entities"))?;
    note_parse_mode(state, method, params);
    let mut content = Map::from_iter([("text".to_owned(), json!(text))]);
    if let Some(options) = params.json("link_preview_options") {
        content.insert("link_preview_options".to_owned(), options.clone());
    }
    content.extend(entities(params, "entities"));
    Ok(content)
}

/// The checked caption with its entities, as fields of a message; nothing if it is empty.
pub(crate) fn caption_content(state: &mut State, method: &str, params: &Params) -> Result<Map<String, Value>, Refusal> {
    let caption = params.text("caption").unwrap_or_default();
    validate::check_caption(caption, params.list("caption_entities"))?;
    note_parse_mode(state, method, params);
    let caption = Some(caption).filter(|caption| !caption.is_empty());
    let caption = caption.map(|caption| ("caption".to_owned(), json!(caption)));
    Ok(caption.into_iter().chain(entities(params, "caption_entities")).collect())
}

fn note_parse_mode(state: &mut State, method: &str, params: &Params) {
    if params.text("parse_mode").is_some() {
        state.report_violation(method, "parse_mode, which the fake does not know: send entities", &params.to_json());
    }
}

/// The entities as a field of a message. Telegram puts them in order, so that another order alone is no modification.
fn entities(params: &Params, name: &str) -> Option<(String, Value)> {
    let mut entities = params.list(name).to_vec();
    entities.sort_by_key(|entity| {
        let length = entity["length"].as_i64().unwrap_or(0);
        (entity["offset"].as_i64(), -length, entity["type"].to_string())
    });
    (!entities.is_empty()).then(|| (name.to_owned(), Value::Array(entities)))
}

fn check_vcard(vcard: &str) -> Result<(), Refusal> {
    let lines: Vec<&str> = vcard.trim_end().lines().collect();
    let rule = if vcard.len() > VCARD_MAX {
        "a vcard of over 2048 bytes"
    } else if lines.first() != Some(&"BEGIN:VCARD") || lines.last() != Some(&"END:VCARD") {
        "a vcard without its frame"
    } else if !lines.contains(&"VERSION:3.0") {
        "a vcard that is not of version 3.0"
    } else {
        return Ok(());
    };
    Err(Refusal::violation(rule, "wrong vcard specified"))
}
