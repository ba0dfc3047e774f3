//! Messages that one person of a group sees (Bot API 10.2).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{
    super::{
        bot_user,
        message::Message,
        params::Params,
        state::{Answer, QUERY_TOO_OLD, Refusal, State},
        validate,
    },
    messages::{edit, keyboard, text_content},
};

/// How long after a callback query or an ephemeral command it can be answered by an ephemeral message.
const ANSWER_WINDOW: Duration = Duration::from_secs(15);

/// Sends a message that only the sender of an ephemeral command, or of a callback query, sees.
pub(crate) fn send(state: &mut State, params: &Params, content: Map<String, Value>) -> Answer {
    let parameters = params.json("ephemeral_message_parameters").cloned().unwrap_or_default();
    let known = ["receiver_user_id", "callback_query_id", "replace_callback_query_message"];
    if let Some(name) = validate::unknown_field(&parameters, &known) {
        return Err(Refusal::violation(format!("{name} in ephemeral_message_parameters"), "can't parse parameters"));
    }
    let (Some(chat), Some(receiver)) = (params.integer("chat_id"), parameters["receiver_user_id"].as_i64()) else {
        return Err(Refusal::violation("nobody to receive it is named", "receiver is not specified"));
    };
    let group = state.chat(chat).ok_or_else(|| Refusal::bad_request("chat not found"))?.clone();
    if chat > 0 {
        return Err(Refusal::violation("an ephemeral message in a private chat", "chat is not a group"));
    }
    // When what is answered was asked.
    let mut asked_at = None;
    if let Some(id) = parameters["callback_query_id"].as_str() {
        let query = state.query(id).ok_or_else(|| Refusal::bad_request(QUERY_TOO_OLD))?;
        if query.from.is_some_and(|from| from != receiver) {
            return Err(Refusal::violation("a callback query of another person", "receiver is invalid"));
        }
        asked_at = Some(query.asked_at);
    }
    if let Some(reply) = params.json("reply_parameters") {
        let asked = reply["ephemeral_message_id"].as_i64();
        if asked.is_none() || reply.get("message_id").is_some() {
            return Err(Refusal::violation(
                "an ephemeral reply to a message that all see",
                "can't parse reply parameters",
            ));
        }
        let replied = state.ephemeral(chat, asked.unwrap_or_default());
        let replied = replied.ok_or_else(|| Refusal::bad_request("message to be replied not found"))?;
        asked_at = asked_at.or(Some(replied.sent_at));
    } else if parameters["callback_query_id"].is_null() {
        return Err(Refusal::violation("an ephemeral message in answer to nothing", "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
    }
    if asked_at.is_some_and(|at| state.now().duration_since(at) > ANSWER_WINDOW) {
        return Err(Refusal::violation("an ephemeral answer after more than 15 s", "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
    }
    if let Some(markup) = params.json("reply_markup") {
        validate::check_markup(markup)?;
    }
    let mut fields = content;
    fields.insert("from".to_owned(), bot_user());
    fields.insert("receiver_user".to_owned(), json!({ "id": receiver, "is_bot": false, "first_name": "Person" }));
    Ok(state.add_ephemeral(&group, true, fields).json.clone())
}

pub(crate) fn edit_ephemeral_message_text(state: &mut State, params: &Params) -> Answer {
    if let Some(markup) = params.json("reply_markup") {
        validate::check_keyboard(markup)?;
    }
    let mut content = text_content(state, "editEphemeralMessageText", params)?;
    content.extend(keyboard(params));
    let number = |name| params.integer(name).unwrap_or_default();
    let found = state.ephemeral_to_edit(number("chat_id"), number("ephemeral_message_id"));
    let is_theirs = |message: &Message| message.json["receiver_user"]["id"] == json!(number("receiver_user_id"));
    let (message, revision) = found
        .filter(|(message, _)| message.from_bot && is_theirs(message))
        .ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    edit(message, revision, content)?;
    Ok(json!(true))
}
