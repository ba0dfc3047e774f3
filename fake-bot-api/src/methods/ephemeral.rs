//! Messages that one person alone sees (Bot API 10.2).

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{
    super::{
        bot_api::BotApi,
        bot_user,
        message::{Chat, Message},
        params::Params,
        state::{Answer, QUERY_TOO_OLD, Refusal, State},
        validate,
    },
    messages::{edit, text_content},
    place::keyboard,
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
    let asked = Asked::new(state, params, &parameters)?;
    if let Some(markup) = params.json("reply_markup") {
        validate::check_markup(markup)?;
    }
    let mut fields = content;
    fields.extend(keyboard(params));
    fields.insert("from".to_owned(), bot_user());
    let receiver = json!({ "id": asked.receiver, "is_bot": false, "first_name": "Person" });
    fields.insert("receiver_user".to_owned(), receiver);
    Ok(state.add_ephemeral(&asked.chat, true, fields).json.clone())
}

/// What an ephemeral message answers.
struct Asked {
    chat: Chat,
    receiver: i64,
    /// By the fake's clock.
    at: Instant,
}

impl Asked {
    fn new(state: &State, params: &Params, parameters: &Value) -> Result<Asked, Refusal> {
        let asked = match parameters["callback_query_id"].as_str() {
            Some(id) => Asked::by_tap(state, params, parameters, id)?,
            None => Asked::by_command(state, params, parameters)?,
        };
        if state.now().duration_since(asked.at) > ANSWER_WINDOW {
            let rule = "an ephemeral answer after more than 15 s";
            return Err(Refusal::violation(rule, "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
        }
        Ok(asked)
    }

    /// From Bot API 10.4 on the callback query alone says for whom and in which chat.
    fn by_tap(state: &State, params: &Params, parameters: &Value, query_id: &str) -> Result<Asked, Refusal> {
        let (chat_id, receiver) = (params.integer("chat_id"), parameters["receiver_user_id"].as_i64());
        let is_enough = state.bot_api >= BotApi::V10_4;
        if chat_id.is_none() && !is_enough {
            return Err(Refusal::bad_request("chat_id is empty"));
        }
        if receiver.is_none() && !is_enough {
            return Err(Refusal::bad_request("receiver is not specified"));
        }
        let chat =
            chat_id.map(|id| state.chat(id).ok_or_else(|| Refusal::bad_request("chat not found"))).transpose()?;
        let query = state.query(query_id).and_then(|query| Some((query, query.tapped.as_ref()?)));
        let (query, tapped) = query.ok_or_else(|| Refusal::bad_request(QUERY_TOO_OLD))?;
        let chat = chat.unwrap_or(&tapped.chat).clone();
        if chat.id() > 0 && !is_enough {
            return Err(Refusal::violation("an ephemeral message in a private chat", "chat is not a group"));
        }
        if chat.json["is_direct_messages"] == true {
            let rule = "an ephemeral message in a channel direct messages chat";
            return Err(Refusal::violation(rule, "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
        }
        if receiver.is_some() && query.from.is_some() && receiver != query.from {
            return Err(Refusal::violation("a callback query of another person", "receiver is invalid"));
        }
        if tapped.is_ephemeral && parameters["replace_callback_query_message"] == true {
            let rule = "replace_callback_query_message for a tap under an ephemeral message, which is to be edited";
            return Err(Refusal::violation(rule, "EPHEMERAL_MESSAGE_NOT_ALLOWED"));
        }
        let receiver = receiver.or(query.from).ok_or_else(|| Refusal::bad_request("receiver is not specified"))?;
        // It may reply to something beside.
        params.json("reply_parameters").map(|reply| replied_to(state, chat.id(), reply)).transpose()?;
        Ok(Asked { chat, receiver, at: query.asked_at })
    }

    fn by_command(state: &State, params: &Params, parameters: &Value) -> Result<Asked, Refusal> {
        let chat = params.integer("chat_id");
        let chat = chat.ok_or_else(|| Refusal::violation("chat_id is missing", "chat_id is empty"))?;
        let Some(receiver) = parameters["receiver_user_id"].as_i64() else {
            return Err(Refusal::violation("nobody to receive it is named", "receiver is not specified"));
        };
        let chat = state.chat(chat).ok_or_else(|| Refusal::bad_request("chat not found"))?.clone();
        if chat.id() > 0 {
            return Err(Refusal::violation("an ephemeral message in a private chat", "chat is not a group"));
        }
        let reply = params.json("reply_parameters").ok_or_else(|| {
            Refusal::violation("an ephemeral message in answer to nothing", "EPHEMERAL_MESSAGE_NOT_ALLOWED")
        })?;
        let at = replied_to(state, chat.id(), reply)?.sent_at;
        Ok(Asked { chat, receiver, at })
    }
}

fn replied_to<'a>(state: &'a State, chat: i64, reply: &Value) -> Result<&'a Message, Refusal> {
    let Some(id) = reply["ephemeral_message_id"].as_i64().filter(|_| reply.get("message_id").is_none()) else {
        let rule = "an ephemeral reply to a message that all see";
        return Err(Refusal::violation(rule, "can't parse reply parameters"));
    };
    state.ephemeral(chat, id).ok_or_else(|| Refusal::bad_request("message to be replied not found"))
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
