//! Versions of the Bot API: what a server of an older one does not know.
//!
//! Such a server answers 404 to newer methods and ignores newer fields. Of a button whose only action it ignores it says that the
//! button has none.

use serde_json::{Map, Value};

use super::params::{Kind, typed};

/// The version of the Bot API that the fake's server is of; see [`Fake::set_bot_api`](crate::Fake::set_bot_api). Versions in which
/// nothing is new of what the fake knows are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum BotApi {
    /// The oldest that can be chosen.
    V9_1,
    /// Direct messages of channels.
    V9_2,
    /// Topics in private chats.
    V9_3,
    /// Styles of buttons, the bot's profile photo.
    V9_4,
    /// Guest queries.
    V10_0,
    /// Ephemeral messages and commands.
    V10_2,
    /// Disabled buttons, ephemeral messages in place of the one that was tapped.
    V10_3,
    /// Ephemeral messages in any chat, by a callback query alone.
    V10_4,
    /// The bot's settings.
    #[default]
    V10_5,
}

const NEWER_METHODS: &[(BotApi, &str)] = &[
    (BotApi::V9_4, "setMyProfilePhoto"),
    (BotApi::V10_0, "answerGuestQuery"),
    (BotApi::V10_2, "editEphemeralMessageText"),
    (BotApi::V10_5, "setMySettings"),
];

/// The name under which `getMe` looks up the fields of its result.
const ME: &str = "getMe";
const KEYBOARD: &str = "inline_keyboard";

/// The version, the name of the object, or of the array of objects, that holds the field, and the field. Parameters are in "".
const NEWER_FIELDS: &[(BotApi, &str, &str)] = &[
    (BotApi::V9_2, "", "direct_messages_topic_id"),
    (BotApi::V9_2, "", "suggested_post_parameters"),
    (BotApi::V9_3, ME, "has_topics_enabled"),
    (BotApi::V9_4, KEYBOARD, "style"),
    (BotApi::V9_4, KEYBOARD, "icon_custom_emoji_id"),
    (BotApi::V10_0, ME, "supports_guest_queries"),
    (BotApi::V10_2, "", "ephemeral_message_parameters"),
    (BotApi::V10_2, "commands", "is_ephemeral"),
    (BotApi::V10_2, "reply_parameters", "ephemeral_message_id"),
    (BotApi::V10_3, "ephemeral_message_parameters", "replace_callback_query_message"),
    (BotApi::V10_3, KEYBOARD, "disabled"),
    (BotApi::V10_5, ME, "inline_query_placeholder"),
    (BotApi::V10_5, ME, "active_usernames"),
];

impl BotApi {
    /// Whether a server of this version has the method; methods that no version has count as known.
    pub(crate) fn has_method(self, name: &str) -> bool {
        NEWER_METHODS.iter().all(|(since, newer)| *since <= self || !newer.eq_ignore_ascii_case(name))
    }

    /// Takes what this version ignores out of parameters, and says whether there was something.
    pub(crate) fn ignore_newer(self, params: &mut Map<String, Value>) -> bool {
        let newer = NEWER_FIELDS.iter().filter(|(since, ..)| *since > self);
        newer.map(|(_, parent, field)| remove_from_fields(params, "", parent, field)).sum::<usize>() > 0
    }

    /// Takes what this version does not tell out of the result of `getMe`.
    pub(crate) fn omit_newer(self, me: &mut Value) {
        for (_, parent, field) in NEWER_FIELDS.iter().filter(|(since, ..)| *since > self) {
            remove(me, ME, parent, field);
        }
    }
}

/// Whether a keyboard in raw parameters has buttons with fields newer than Bot API 9.1.
pub(crate) fn has_newer_buttons(raw: &Map<String, Value>) -> bool {
    let is_newer = |mut json: Value| {
        let mut fields = NEWER_FIELDS.iter().filter(|(_, parent, _)| *parent == KEYBOARD);
        fields.any(|(_, parent, field)| remove(&mut json, "", parent, field) > 0)
    };
    raw.values().filter_map(|value| typed(Kind::Json, value)).any(is_newer)
}

/// Removes a field from all objects of the name `parent`, and says how many had it. `name` is that of the JSON itself.
fn remove(json: &mut Value, name: &str, parent: &str, field: &str) -> usize {
    match json {
        Value::Array(items) => items.iter_mut().map(|item| remove(item, name, parent, field)).sum(),
        Value::Object(fields) => remove_from_fields(fields, name, parent, field),
        _ => 0,
    }
}

fn remove_from_fields(fields: &mut Map<String, Value>, name: &str, parent: &str, field: &str) -> usize {
    let here = usize::from(name == parent && fields.remove(field).is_some());
    here + fields.iter_mut().map(|(name, value)| remove(value, name, parent, field)).sum::<usize>()
}
