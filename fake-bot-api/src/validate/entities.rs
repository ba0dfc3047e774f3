//! Entities: <https://core.telegram.org/bots/api#formatting-options>, and what the server does with bad ones.

use serde_json::Value;

use super::super::state::Refusal;

const KINDS: &[&str] = &[
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
];

const LINK_STARTS: &[&str] = &["http://", "https://", "tg://"];

/// Telegram silently drops those above.
const ENTITIES_MAX: usize = 100;

/// How kinds may share characters.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// Bold and its like: with anything but code.
    Style,
    /// Around anything, but not within another quote.
    Quote,
    /// With nothing, except within a quote.
    Code,
    /// Links, mentions and the like: not with each other.
    Reference,
}

struct Entity<'a> {
    json: &'a Value,
    kind: &'a str,
    start: usize,
    end: usize,
}

impl Entity<'_> {
    fn family(&self) -> Family {
        match self.kind {
            "bold" | "italic" | "underline" | "strikethrough" | "spoiler" => Family::Style,
            "blockquote" | "expandable_blockquote" => Family::Quote,
            "code" | "pre" => Family::Code,
            _ => Family::Reference,
        }
    }

    fn contains(&self, other: &Entity<'_>) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The entities of a text given in UTF-16 units.
pub(crate) fn check_entities(text: &[u16], entities: &[Value]) -> Result<(), Refusal> {
    let broken = |rule: String| Refusal::violation(rule.clone(), &format!("can't parse entities: {rule}"));
    if entities.len() > ENTITIES_MAX {
        return Err(broken(format!("{} entities are more than {ENTITIES_MAX}", entities.len())));
    }
    let entities: Vec<Entity<'_>> =
        entities.iter().map(|json| placed(text, json)).collect::<Result<_, _>>().map_err(broken)?;
    for (index, entity) in entities.iter().enumerate() {
        check_content(text, entity).map_err(|rule| broken(format!("{rule} in {}", entity.json)))?;
        for other in &entities[..index] {
            check_pair(other, entity).map_err(|rule| broken(format!("{rule}: {} and {}", other.json, entity.json)))?;
        }
    }
    Ok(())
}

/// A known kind at a place inside the text.
fn placed<'a>(text: &[u16], json: &'a Value) -> Result<Entity<'a>, String> {
    let kind = json["type"].as_str().unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Err(format!("unknown type of entity {json}"));
    }
    let number = |field: &str| json[field].as_u64().and_then(|number| usize::try_from(number).ok());
    let (Some(start), Some(length)) = (number("offset"), number("length")) else {
        return Err(format!("no offset or length in {json}"));
    };
    let end = start.saturating_add(length);
    if length == 0 || end > text.len() {
        return Err(format!("an entity outside of the {} UTF-16 units of the text: {json}", text.len()));
    }
    let splits_pair = |edge: usize| text.get(edge).is_some_and(|unit| (0xDC00..=0xDFFF).contains(unit));
    if splits_pair(start) || splits_pair(end) {
        return Err(format!("an entity that splits a surrogate pair: {json}"));
    }
    Ok(Entity { json, kind, start, end })
}

fn check_content(text: &[u16], entity: &Entity<'_>) -> Result<(), &'static str> {
    if entity.kind == "text_link" {
        let url = entity.json["url"].as_str().unwrap_or_default().to_ascii_lowercase();
        if !LINK_STARTS.iter().any(|start| url.starts_with(start) && url.len() > start.len()) {
            return Err("a link to nowhere");
        }
    }
    if String::from_utf16_lossy(&text[entity.start..entity.end]).trim().is_empty() {
        return Err("white space alone");
    }
    if matches!(entity.kind, "text_link" | "code") {
        let is_space = |unit: u16| char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace);
        if is_space(text[entity.start]) || is_space(text[entity.end - 1]) {
            return Err("white space at an edge");
        }
    }
    Ok(())
}

fn check_pair(one: &Entity<'_>, other: &Entity<'_>) -> Result<(), &'static str> {
    use Family::{Code, Quote, Reference, Style};
    if one.end <= other.start || other.end <= one.start {
        return Ok(());
    }
    if !one.contains(other) && !other.contains(one) {
        return Err("entities that overlap without nesting");
    }
    match (one.family(), other.family()) {
        (Quote, Quote) => Err("a quote within a quote"),
        (Quote, Code) if one.contains(other) => Ok(()),
        (Code, Quote) if other.contains(one) => Ok(()),
        (Code, _) | (_, Code) => Err("code together with another entity"),
        (Reference, Reference) => Err("two entities that cannot share characters"),
        (Style | Quote, _) | (_, Style | Quote) => Ok(()),
    }
}
