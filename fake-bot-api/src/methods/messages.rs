//! Messages sent and edited.

use serde_json::{Map, Value, json};

use super::{
    super::{
        bot_user,
        message::{Chat, Message},
        params::Params,
        state::{Answer, Refusal, State, unix_time},
        validate,
    },
    ephemeral,
};

/// Bytes.
const VCARD_MAX: usize = 2048;

const REPLY_FIELDS: &[&str] = &[
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_parse_mode",
    "quote_entities",
    "quote_position",
    "checklist_task_id",
    "ephemeral_message_id",
    "poll_option_id",
];

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
     same as a current content and reply markup of the message";

pub(crate) fn send_message(state: &mut State, params: &Params) -> Answer {
    if params.json("ephemeral_message_parameters").is_some() {
        let mut content = text_content(state, "sendMessage", params)?;
        content.extend(keyboard(params));
        return ephemeral::send(state, params, content);
    }
    let place = Place::of(state, params)?;
    let content = text_content(state, "sendMessage", params)?;
    Ok(place.send(state, content))
}

pub(crate) fn send_contact(state: &mut State, params: &Params) -> Answer {
    let is_ephemeral = params.json("ephemeral_message_parameters").is_some();
    let place = if is_ephemeral { None } else { Some(Place::of(state, params)?) };
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
    match place {
        Some(place) => Ok(place.send(state, content)),
        None => ephemeral::send(state, params, content),
    }
}

pub(crate) fn send_venue(state: &mut State, params: &Params) -> Answer {
    let is_ephemeral = params.json("ephemeral_message_parameters").is_some();
    let place = if is_ephemeral { None } else { Some(Place::of(state, params)?) };
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
    match place {
        Some(place) => Ok(place.send(state, content)),
        None => ephemeral::send(state, params, content),
    }
}

pub(crate) fn edit_message_text(state: &mut State, params: &Params) -> Answer {
    if let Some(markup) = params.json("reply_markup") {
        validate::check_keyboard(markup)?;
    }
    let mut content = text_content(state, "editMessageText", params)?;
    content.extend(keyboard(params));
    if let Some(id) = params.text("inline_message_id") {
        let found = state.inline_message_to_edit(id);
        let (message, revision) = found.ok_or_else(|| Refusal::bad_request("MESSAGE_ID_INVALID"))?;
        edit(message, revision, content)?;
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
    if message.text().is_empty() {
        return Err(Refusal::bad_request("there is no text in the message to edit"));
    }
    edit(message, revision, content)?;
    Ok(message.json.clone())
}

pub(crate) fn edit(message: &mut Message, revision: u64, content: Map<String, Value>) -> Result<(), Refusal> {
    const CONTENT: [&str; 3] = ["text", "entities", "reply_markup"];
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

/// Where a new message goes.
struct Place {
    chat: Chat,
    /// Who sends, under which keyboard, in reply to what, in which topic.
    fields: Map<String, Value>,
}

impl Place {
    /// Telegram looks for the chat first, then for the message to reply to, then for the topic.
    fn of(state: &State, params: &Params) -> Result<Place, Refusal> {
        let chat = params.integer("chat_id").and_then(|id| state.chat(id));
        let chat = chat.ok_or_else(|| Refusal::bad_request("chat not found"))?.clone();
        let mut fields = Map::from_iter([("from".to_owned(), bot_user())]);
        let is_direct = chat.json["is_direct_messages"] == true;
        if is_direct && params.integer("direct_messages_topic_id").is_none() {
            let rule = "direct_messages_topic_id is missing in a channel direct messages chat";
            return Err(Refusal::violation(rule, "channel direct messages topic must be specified"));
        }
        if is_direct && params.json("reply_markup").is_some_and(|markup| markup.to_string().contains("\"switch_inline"))
        {
            let rule = "a switch_inline button in a channel direct messages chat";
            return Err(Refusal::violation(rule, "BUTTON_TYPE_INVALID"));
        }
        let mut topic = None;
        if let Some(reply) = params.json("reply_parameters")
            && let Some(replied) = replied_to(state, &chat, reply)?
        {
            // A reply lands in the topic of what it replies to.
            let is_topic = replied.json["is_topic_message"] == true;
            topic = replied.json["message_thread_id"].as_i64().filter(|_| is_topic);
            fields.insert("reply_to_message".to_owned(), replied.quoted());
        }
        if let Some(thread) = params.integer("message_thread_id") {
            // Only topics that people wrote in exist; the General one of a forum cannot be named.
            if !chat.topics.contains(&thread) {
                return Err(Refusal::bad_request("message thread not found"));
            }
            topic = Some(thread);
        }
        if let Some(topic) = topic {
            fields.insert("message_thread_id".to_owned(), json!(topic));
            fields.insert("is_topic_message".to_owned(), json!(true));
        }
        if let Some(markup) = params.json("reply_markup") {
            validate::check_markup(markup)?;
        }
        fields.extend(keyboard(params));
        Ok(Place { chat, fields })
    }

    fn send(mut self, state: &mut State, content: Map<String, Value>) -> Value {
        self.fields.extend(content);
        state.add_message(&self.chat, true, self.fields).json.clone()
    }
}

fn replied_to<'a>(state: &'a State, chat: &Chat, reply: &Value) -> Result<Option<&'a Message>, Refusal> {
    if let Some(name) = validate::unknown_field(reply, REPLY_FIELDS) {
        return Err(Refusal::violation(format!("{name} in reply_parameters"), "can't parse reply parameters"));
    }
    if !reply["ephemeral_message_id"].is_null() {
        let rule = "a reply to an ephemeral message that is not ephemeral itself";
        return Err(Refusal::violation(rule, "can't parse reply parameters"));
    }
    let Some(message_id) = reply["message_id"].as_i64() else {
        return Err(Refusal::violation("reply_parameters without message_id", "can't parse reply parameters"));
    };
    let replied = state.message(reply["chat_id"].as_i64().unwrap_or(chat.id()), message_id);
    if replied.is_none() && reply["allow_sending_without_reply"] != true {
        return Err(Refusal::bad_request("message to be replied not found"));
    }
    Ok(replied)
}

/// The checked text with its entities, as fields of a message.
pub(crate) fn text_content(state: &mut State, method: &str, params: &Params) -> Result<Map<String, Value>, Refusal> {
    let text = params.text("text").unwrap_or_default();
    let mut entities = params.list("entities").to_vec();
    validate::check_text(text, &entities)?;
    if params.text("parse_mode").is_some() {
        state.report_violation(method, "parse_mode, which the fake does not know: send entities", &params.to_json());
    }
    let mut content = Map::from_iter([("text".to_owned(), json!(text))]);
    if let Some(options) = params.json("link_preview_options") {
        content.insert("link_preview_options".to_owned(), options.clone());
    }
    if !entities.is_empty() {
        // Telegram puts them in order, so that another order alone is no modification.
        let rank = |entity: &Value| {
            let length = entity["length"].as_i64().unwrap_or(0);
            (entity["offset"].as_i64(), -length, entity["type"].to_string())
        };
        entities.sort_by_key(rank);
        content.insert("entities".to_owned(), Value::Array(entities));
    }
    Ok(content)
}

/// An inline keyboard with buttons; a message shows no other markup, and none without buttons.
pub(crate) fn keyboard(params: &Params) -> Option<(String, Value)> {
    let markup = params.json("reply_markup")?;
    let rows = markup["inline_keyboard"].as_array()?;
    (!rows.is_empty()).then(|| ("reply_markup".to_owned(), markup.clone()))
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
