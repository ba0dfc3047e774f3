//! Chats and messages as the fake keeps them: the JSON that Telegram would send, with accessors for tests.

use std::{collections::BTreeSet, fmt, time::Instant};

use serde_json::{Map, Value, json};

/// A chat that the bot may write to.
#[derive(Clone)]
pub(crate) struct Chat {
    pub json: Value,
    /// The topics of a forum that exist.
    pub topics: BTreeSet<i64>,
}

impl Chat {
    pub(crate) fn new(json: Value) -> Chat {
        Chat { json, topics: BTreeSet::new() }
    }

    /// A supergroup if the id looks like one, else a basic group.
    pub(crate) fn group(id: i64, forum: bool) -> Chat {
        let kind = if id < -1_000_000_000_000 { "supergroup" } else { "group" };
        let mut json = json!({ "id": id, "type": kind, "title": "Dialogue" });
        if forum {
            json["is_forum"] = json!(true);
        }
        Chat::new(json)
    }

    pub(crate) fn channel(id: i64) -> Chat {
        Chat::new(json!({ "id": id, "type": "channel", "title": "Annonces" }))
    }

    pub(crate) fn id(&self) -> i64 {
        self.json["id"].as_i64().expect("every chat is made with an id")
    }

    pub(crate) fn has_own_ids(&self) -> bool {
        matches!(self.json["type"].as_str(), Some("supergroup" | "channel"))
    }
}

/// The chat of inline messages, which the bot does not know.
pub(crate) fn elsewhere() -> Chat {
    Chat::new(json!({ "id": -1_009_000_000_077_i64, "type": "supergroup", "title": "Elsewhere" }))
}

/// A message as it stands now.
#[derive(Clone, Debug)]
pub struct Message {
    /// 0 for an inline message, which has neither a chat nor an id that the bot may know.
    pub chat: i64,
    /// `message_id`; of an ephemeral message `ephemeral_message_id`.
    pub id: i64,
    /// Whether the bot under test sent it.
    pub from_bot: bool,
    /// Counts all sends and edits of the fake: the highest is the newest.
    pub revision: u64,
    /// What it was before each edit, oldest first.
    pub earlier: Vec<Value>,
    /// The `Message` object of the Bot API.
    pub json: Value,
    /// By the fake's clock.
    pub(crate) sent_at: Instant,
}

impl Message {
    pub(crate) fn new(chat: i64, id: i64, from_bot: bool, revision: u64, body: Map<String, Value>) -> Message {
        Message {
            chat,
            id,
            from_bot,
            revision,
            earlier: Vec::new(),
            json: Value::Object(body),
            sent_at: Instant::now(),
        }
    }

    /// Puts other content in its place and keeps the old one in `earlier`.
    pub(crate) fn edit(&mut self, revision: u64, json: Value) {
        self.earlier.push(std::mem::replace(&mut self.json, json));
        self.revision = revision;
    }

    /// As it is quoted in a reply to it: without what it replied to itself.
    pub(crate) fn quoted(&self) -> Value {
        let mut json = self.json.clone();
        if let Some(fields) = json.as_object_mut() {
            fields.remove("reply_to_message");
        }
        json
    }

    /// Of an ephemeral message, the person who sees it.
    pub fn receiver(&self) -> Option<i64> {
        self.json["receiver_user"]["id"].as_i64()
    }

    /// The text under a photo, a voice message or an audio file; empty if there is none.
    pub fn caption(&self) -> &str {
        self.json["caption"].as_str().unwrap_or_default()
    }

    /// The `file_id` of a voice message, an audio file or the largest size of a photo.
    pub fn file_id(&self) -> Option<&str> {
        let photo = self.json["photo"].as_array().and_then(|sizes| sizes.last());
        photo
            .into_iter()
            .chain(["voice", "audio"].map(|kind| &self.json[kind]))
            .find_map(|file| file["file_id"].as_str())
    }

    /// Empty for a message without text, such as a contact, a venue or a photo.
    pub fn text(&self) -> &str {
        self.json["text"].as_str().unwrap_or_default()
    }

    /// `MessageEntity` objects.
    pub fn entities(&self) -> &[Value] {
        self.json["entities"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The part of the text that an entity of this kind covers, for each of them.
    pub fn entity_texts(&self, kind: &str) -> Vec<String> {
        let units: Vec<u16> = self.text().encode_utf16().collect();
        let place = |entity: &Value, field: &str| entity[field].as_u64().and_then(|units| usize::try_from(units).ok());
        self.entities()
            .iter()
            .filter(|entity| entity["type"] == kind)
            .filter_map(|entity| {
                let start = place(entity, "offset")?;
                units.get(start..start + place(entity, "length")?)
            })
            .map(String::from_utf16_lossy)
            .collect()
    }

    /// The rows of the inline keyboard.
    pub fn keyboard(&self) -> Vec<Vec<Button>> {
        let rows = self.json["reply_markup"]["inline_keyboard"].as_array();
        let row = |row: &Value| row.as_array().into_iter().flatten().cloned().map(Button::new).collect();
        rows.into_iter().flatten().map(row).collect()
    }

    /// All buttons, row after row.
    pub fn buttons(&self) -> Vec<Button> {
        self.keyboard().into_iter().flatten().collect()
    }

    /// The button of exactly this label, else the first whose label contains it.
    pub fn button(&self, label: &str) -> Option<Button> {
        let buttons = self.buttons();
        let exact = buttons.iter().find(|button| button.label == label);
        exact.or_else(|| buttons.iter().find(|button| button.label.contains(label))).cloned()
    }

    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.earlier.len()
    }
}

/// The text, or what is there in its place, then a line for each row of buttons.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.json.get("contact"), self.json.get("venue")) {
            (Some(contact), _) => write!(f, "contact {contact}")?,
            (None, Some(venue)) => write!(f, "venue {venue}")?,
            (None, None) => match ["voice", "audio", "photo"].iter().find(|kind| self.json.get(**kind).is_some()) {
                Some(kind) => write!(f, "{kind} {}", self.caption())?,
                None => f.write_str(self.text())?,
            },
        }
        for row in self.keyboard() {
            let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.label)).collect();
            write!(f, "\n{}", labels.join(" "))?;
        }
        Ok(())
    }
}

/// A button of an inline keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// `text`.
    pub label: String,
    /// `callback_data`.
    pub data: Option<String>,
    /// `url`.
    pub url: Option<String>,
    /// The `InlineKeyboardButton` object.
    pub json: Value,
}

impl Button {
    /// `style`: "primary", "success" or "danger".
    pub fn style(&self) -> Option<&str> {
        self.json["style"].as_str()
    }

    /// Whether a tap on it does nothing and sends nothing.
    pub fn is_disabled(&self) -> bool {
        self.json.get("disabled").is_some()
    }

    fn new(json: Value) -> Button {
        let field = |name: &str| json[name].as_str().map(str::to_owned);
        Button { label: field("text").unwrap_or_default(), data: field("callback_data"), url: field("url"), json }
    }
}
