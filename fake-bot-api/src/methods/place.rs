//! Where new messages go: chats, topics, what they reply to.

use serde_json::{Map, Value, json};

use super::{
    super::{
        bot_user,
        message::{Chat, Message},
        params::Params,
        state::{Answer, Refusal, State},
        validate,
    },
    ephemeral,
};

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

/// Where a new message goes.
pub(crate) enum Place {
    Chat {
        chat: Chat,
        /// Who sends, under which keyboard, in reply to what, in which topic.
        fields: Map<String, Value>,
    },
    /// For one person, as `ephemeral_message_parameters` say.
    Ephemeral,
}

impl Place {
    /// Telegram looks for the chat first, then for the message to reply to, then for the topic.
    pub(crate) fn of(state: &State, params: &Params) -> Result<Place, Refusal> {
        if params.json("ephemeral_message_parameters").is_some() {
            return Ok(Place::Ephemeral);
        }
        let id = params.integer("chat_id");
        let id = id.ok_or_else(|| Refusal::violation("chat_id is missing", "chat_id is empty"))?;
        let chat = state.chat(id).ok_or_else(|| Refusal::bad_request("chat not found"))?.clone();
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
        Ok(Place::Chat { chat, fields })
    }

    /// Sends the message; the result of the method.
    pub(crate) fn send(self, state: &mut State, params: &Params, content: Map<String, Value>) -> Answer {
        match self {
            Place::Ephemeral => ephemeral::send(state, params, content),
            Place::Chat { chat, mut fields } => {
                fields.extend(content);
                Ok(state.add_message(&chat, true, fields).json.clone())
            }
        }
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

/// An inline keyboard with buttons; a message shows no other markup, and none without buttons.
pub(crate) fn keyboard(params: &Params) -> Option<(String, Value)> {
    let markup = params.json("reply_markup")?;
    let rows = markup["inline_keyboard"].as_array()?;
    (!rows.is_empty()).then(|| ("reply_markup".to_owned(), markup.clone()))
}
