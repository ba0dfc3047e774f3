//! What people write, wherever in a message it stands, and whom they name in it.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::markup::utf16_len;
use crate::telegram::api::newer::Me;

/// The most levels of a rich text that are read.
const RICH_DEPTH_MAX: u8 = 32;

#[derive(Deserialize)]
pub(crate) struct Id {
    pub(super) id: i64,
}

/// A person or a bot.
#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    #[serde(default)]
    pub(super) is_bot: bool,
    pub(super) language_code: Option<String>,
}

/// `None` for what has another shape than we know: the rest of the update can be read all the same.
pub(super) fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

/// A text with what Telegram marks in it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written<'a> {
    pub(crate) text: &'a str,
    entities: &'a [Entity],
}

/// A marked part of a text, in UTF-16 units.
#[derive(Deserialize)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    offset: i64,
    #[serde(default)]
    length: i64,
    user: Option<Id>,
}

impl<'a> Written<'a> {
    pub(crate) fn of(text: Option<&'a str>, entities: Option<&'a [Entity]>) -> Self {
        Self { text: text.unwrap_or_default(), entities: entities.unwrap_or_default() }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Whether the bot is mentioned.
    pub(crate) fn names(&self, me: &Me) -> bool {
        self.entities.iter().any(|entity| match entity.kind.as_str() {
            "text_mention" => entity.user.as_ref().is_some_and(|user| user.id == me.id),
            "mention" => {
                let place = |at: i64| usize::try_from(at).unwrap_or_default();
                let words = self.text.encode_utf16().skip(place(entity.offset)).take(place(entity.length));
                let words: Vec<u16> = words.collect();
                String::from_utf16_lossy(&words)
                    .strip_prefix('@')
                    .is_some_and(|name| name.eq_ignore_ascii_case(&me.username))
            }
            _ => false,
        })
    }

    /// The text without the bot's own name in front, where it is a mention by name (`Palabre, votre numéro ?`): it is no word of the
    /// question, unless there is no other. A name with an `@` is known to the reader of questions.
    pub(crate) fn words(&self, me: &Me) -> &'a str {
        let is_own_name = |entity: &&Entity| {
            entity.kind == "text_mention"
                && entity.offset == 0
                && entity.user.as_ref().is_some_and(|user| user.id == me.id)
        };
        let Some(name) = self.entities.iter().find(is_own_name) else { return self.text };
        let mut units = 0;
        let end = self.text.char_indices().find(|(_, c)| {
            let is_after = units >= name.length;
            units += c.len_utf16() as i64;
            is_after
        });
        let rest = end.map_or("", |(end, _)| self.text[end..].trim_start_matches([',', ':', ' ', '\u{a0}']));
        if rest.contains(char::is_alphanumeric) { rest } else { self.text }
    }

    /// Whether somebody is named before anything is said.
    pub(crate) fn begins_with_a_name(&self) -> bool {
        let words = self.text.trim_start();
        let start = i64::try_from(utf16_len(self.text) - utf16_len(words)).unwrap_or_default();
        words.starts_with('@')
            || self.entities.iter().any(|entity| entity.kind == "text_mention" && entity.offset <= start)
    }
}

/// The message that another one is a reply to. In another chat it has no text, but may have a poll.
#[derive(Deserialize)]
pub(crate) struct RepliedTo {
    #[serde(default)]
    pub(crate) message_id: i32,
    from: Option<User>,
    sender_chat: Option<Id>,
    text: Option<String>,
    caption: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    poll: Option<Poll>,
    #[serde(default, deserialize_with = "readable")]
    invoice: Option<Invoice>,
    rich_message: Option<RichMessage>,
    forum_topic_created: Option<IgnoredAny>,
}

impl RepliedTo {
    /// What stands in it: empty for a sticker and the like.
    pub(crate) fn written(&self) -> &str {
        let own = [
            self.text.as_deref(),
            self.caption.as_deref(),
            self.rich_message.as_ref().map(|message| &*message.text),
            self.poll.as_ref().map(|poll| &*poll.question),
            self.invoice.as_ref().map(|invoice| &*invoice.text),
        ];
        own.into_iter().flatten().find(|words| !words.trim().is_empty()).unwrap_or_default()
    }

    /// Who wrote it, where that is a person.
    pub(crate) fn author(&self) -> Option<i64> {
        self.from.as_ref().map(|from| from.id)
    }

    pub(crate) fn is_from(&self, me: &Me) -> bool {
        self.from.as_ref().is_some_and(|from| from.id == me.id)
    }

    /// Whether a bot wrote it. Who writes on behalf of a chat also comes as one.
    pub(crate) fn is_from_bot(&self) -> bool {
        self.sender_chat.is_none() && self.from.as_ref().is_some_and(|from| from.is_bot)
    }

    /// In a topic every message "replies" to the one that opened it.
    pub(crate) fn opens_topic(&self) -> bool {
        self.forum_topic_created.is_some()
    }
}

/// The part of a message that a reply is about.
#[derive(Deserialize)]
pub(crate) struct Quote {
    pub(crate) text: String,
}

/// A poll, for its question.
#[derive(Deserialize)]
pub(crate) struct Poll {
    #[serde(default)]
    pub(crate) question: String,
}

/// A product, for its title and description.
#[derive(Deserialize)]
#[serde(from = "InvoiceFields")]
pub(crate) struct Invoice {
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct InvoiceFields {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl From<InvoiceFields> for Invoice {
    fn from(InvoiceFields { title, description }: InvoiceFields) -> Self {
        Self { text: format!("{title}\n{description}") }
    }
}

/// A message of blocks (Bot API 10.1), as a plain text with a line for each.
#[derive(Default)]
pub(crate) struct RichMessage {
    text: String,
    /// The names in it.
    entities: Vec<Entity>,
}

impl RichMessage {
    pub(crate) fn written(message: Option<&Self>) -> Written<'_> {
        message.map_or_else(Written::default, |Self { text, entities }| Written { text, entities })
    }

    /// Adds a text, which may be a list of texts, or a block. What is of no kind that has words is skipped.
    fn push(&mut self, part: &Value, depth: u8) {
        if depth >= RICH_DEPTH_MAX {
            return;
        }
        match part {
            Value::String(text) => self.text.push_str(text),
            Value::Array(texts) => texts.iter().for_each(|text| self.push(text, depth + 1)),
            Value::Object(fields) => {
                let start = utf16_len(&self.text);
                let own = ["text", "alternative_text"].iter().filter_map(|key| fields.get(*key));
                own.for_each(|text| self.push(text, depth + 1));
                self.mark(part, start);
                // In the order in which they are read.
                for key in ["summary", "blocks", "items", "cells", "caption", "credit"] {
                    match (key, fields.get(key)) {
                        ("blocks" | "items" | "cells", Some(lines)) => self.push_lines(lines, depth + 1),
                        (_, Some(text)) => {
                            self.end_line();
                            self.push(text, depth + 1);
                        }
                        (_, None) => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds a list of blocks, or of the rows of a table, a line each.
    fn push_lines(&mut self, lines: &Value, depth: u8) {
        match lines {
            Value::Array(lines) if depth < RICH_DEPTH_MAX => {
                lines.iter().for_each(|line| self.push_lines(line, depth + 1));
            }
            line => {
                self.end_line();
                self.push(line, depth);
            }
        }
    }

    /// Keeps that what was added from `start` on names somebody.
    fn mark(&mut self, part: &Value, start: usize) {
        let Some(kind @ ("mention" | "text_mention")) = part["type"].as_str() else { return };
        let number = |units: usize| i64::try_from(units).unwrap_or_default();
        self.entities.push(Entity {
            kind: kind.to_owned(),
            offset: number(start),
            length: number(utf16_len(&self.text) - start),
            user: part["user"]["id"].as_i64().map(|id| Id { id }),
        });
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

impl<'de> Deserialize<'de> for RichMessage {
    /// One that nests deeper than serde reads is empty: the rest of the update can be read all the same.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        let mut message = Self::default();
        message.push_lines(&value["blocks"], 0);
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rich(blocks: Value) -> RichMessage {
        serde_json::from_value(json!({ "blocks": blocks })).expect("it can be read")
    }

    #[test]
    fn a_rich_message_is_read_block_by_block() {
        let bold = json!({ "type": "bold", "text": ["nu", { "type": "italic", "text": "mé" }, "ro"] });
        let message = rich(json!([
            { "type": "heading", "text": ["Votre ", bold, " ?"], "size": 1 },
            { "type": "divider" },
            { "type": "details", "summary": "S", "blocks": [{ "type": "paragraph", "text": "a" },
                { "type": "list", "items": [{ "label": "1.", "blocks": [{ "type": "paragraph", "text": "b" }] }] }] },
            { "type": "table", "cells": [[{ "text": "c" }, { "text": "d" }], [{ "text": "e" }]] },
            { "type": "photo", "photo": [], "caption": { "text": "f", "credit": "g" } },
            { "type": "hologram", "beam": "x" },
        ]));
        assert_eq!(message.text, "Votre numéro ?\nS\na\nb\nc\nd\ne\nf\ng\n");
    }

    #[test]
    fn a_rich_message_names_people() {
        let me: Me = serde_json::from_value(json!({ "id": 7, "username": "palabre_bot" })).expect("it can be read");
        let names = |text: Value| {
            let message = rich(json!([{ "type": "paragraph", "text": ["é🕊 ", text] }]));
            RichMessage::written(Some(&message)).names(&me)
        };
        assert!(names(json!({ "type": "mention", "text": "@Palabre_Bot", "username": "Palabre_Bot" })));
        assert!(names(json!({ "type": "text_mention", "text": "Palabre", "user": { "id": 7 } })));
        assert!(!names(json!({ "type": "mention", "text": "@moussa", "username": "moussa" })));
    }

    #[test]
    fn the_bot_s_own_name_in_front_is_no_word_of_the_question() {
        let me: Me = serde_json::from_value(json!({ "id": 7, "username": "palabre_bot" })).expect("it can be read");
        let words = |text: &str, offset: i64, length: i64, id: i64| {
            let entity = json!([{ "type": "text_mention", "offset": offset, "length": length, "user": { "id": id } }]);
            let entities: Vec<Entity> = serde_json::from_value(entity).expect("it can be read");
            Written::of(Some(text), Some(&entities)).words(&me).to_owned()
        };
        assert_eq!(words("Bot 🕊, votre numéro ?", 0, 6, 7), "votre numéro ?");
        assert_eq!(words("Bot ?", 0, 3, 7), "Bot ?");
        assert_eq!(words("Bot", 0, 99, 7), "Bot");
        assert_eq!(words("Moussa, votre numéro ?", 0, 6, 8), "Moussa, votre numéro ?");
        assert_eq!(words("dis, Bot", 5, 3, 7), "dis, Bot");
    }

    #[test]
    fn what_nests_deeper_than_anybody_writes_is_left_out() {
        let deep = |levels: usize| "[".repeat(levels) + "\"x\"" + &"]".repeat(levels);
        for levels in [60, 200, 100_000] {
            let json = format!("{{\"blocks\":[{{\"text\":{}}}]}}", deep(levels));
            let message: RichMessage = serde_json::from_str(&json).expect("it can be read");
            assert_eq!(message.text, "");
        }
    }
}
