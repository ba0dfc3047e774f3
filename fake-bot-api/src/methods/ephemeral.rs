//! Messages that one person of a group sees (Bot API 10.2).

use serde_json::{Map, Value, json};

use super::{
    super::{
        bot_user,
        message::Message,
        params::Params,
        state::{Answer, Refusal, State},
        validate,
    },
    messages::{edit, keyboard, text_content},
};

/// Sends a message to the one who wrote aside or tapped.
pub(crate) fn send(state: &mut State, params: &Params, content: Map<String, Value>) -> Answer {
    let aside = params.json("ephemeral_message_parameters").cloned().unwrap_or_default();
    let known = ["receiver_user_id", "callback_query_id", "replace_callback_query_message"];
    if let Some(name) = validate::unknown_field(&aside, &known) {
        return Err(Refusal::violation(format!("{name} in ephemeral_message_parameters"), "can't parse parameters"));
    }
    let (Some(chat), Some(receiver)) = (params.integer("chat_id"), aside["receiver_user_id"].as_i64()) else {
        return Err(Refusal::violation("nobody to receive it is named", "receiver is not specified"));
    };
    let group = state.chat(chat).ok_or_else(|| Refusal::bad_request("chat not found"))?.clone();
    if chat > 0 {
        return Err(Refusal::violation("an ephemeral message in a private chat", "chat is not a group"));
    }
    if let Some(id) = aside["callback_query_id"].as_str()
        && state.query(id).is_none()
    {
        return Err(Refusal::bad_request("query is too old and response timeout expired or query ID is invalid"));
    }
    if let Some(reply) = params.json("reply_parameters") {
        let asked = reply["ephemeral_message_id"].as_i64();
        if asked.is_none() || reply.get("message_id").is_some() {
            return Err(Refusal::violation(
                "an ephemeral reply to a message that all see",
                "can't parse reply parameters",
            ));
        }
        if state.ephemeral(chat, asked.unwrap_or_default()).is_none() {
            return Err(Refusal::bad_request("message to be replied not found"));
        }
    } else if aside["callback_query_id"].is_null() {
        return Err(Refusal::violation("an ephemeral message in answer to nothing", "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
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
