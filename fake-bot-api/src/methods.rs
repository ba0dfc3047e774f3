//! The methods: their parameters as the Bot API lists them, and one function for each that carries it out.
//!
//! A new method is a row in [`METHODS`] and a function in one of the modules below.

mod bot;
mod callbacks;
mod ephemeral;
mod inline;
mod messages;
mod profile;

use serde_json::{Map, Value};

use super::{
    params::{
        Kind::{Flag, Integer, Json, Number, Text},
        Param, Params, optional, required,
    },
    state::{Answer, Refusal, State},
};

pub(crate) struct Method {
    pub name: &'static str,
    params: &'static [Param],
    carry_out: fn(&mut State, &Params) -> Answer,
}

/// Not in the table, because it may wait: see `updates`.
pub(crate) const GET_UPDATES: Method = Method {
    name: "getUpdates",
    params: &[
        optional("offset", Integer),
        optional("limit", Integer),
        optional("timeout", Integer),
        optional("allowed_updates", Json),
    ],
    carry_out: |_, _| unreachable!("updates::get_updates carries it out"),
};

const METHODS: &[Method] = &[
    Method { name: "getMe", params: &[], carry_out: bot::get_me },
    Method { name: "deleteWebhook", params: &[optional("drop_pending_updates", Flag)], carry_out: bot::delete_webhook },
    Method {
        name: "setWebhook",
        params: &[
            required("url", Text),
            optional("ip_address", Text),
            optional("max_connections", Integer),
            optional("allowed_updates", Json),
            optional("drop_pending_updates", Flag),
            optional("secret_token", Text),
        ],
        carry_out: bot::set_webhook,
    },
    Method { name: "getWebhookInfo", params: &[], carry_out: bot::get_webhook_info },
    Method {
        name: "sendMessage",
        params: &[
            optional("business_connection_id", Text),
            required("chat_id", Integer),
            optional("message_thread_id", Integer),
            optional("direct_messages_topic_id", Integer),
            required("text", Text),
            optional("parse_mode", Text),
            optional("entities", Json),
            optional("link_preview_options", Json),
            optional("disable_notification", Flag),
            optional("protect_content", Flag),
            optional("allow_paid_broadcast", Flag),
            optional("message_effect_id", Text),
            optional("suggested_post_parameters", Json),
            optional("ephemeral_message_parameters", Json),
            optional("reply_parameters", Json),
            optional("reply_markup", Json),
        ],
        carry_out: messages::send_message,
    },
    Method {
        name: "sendContact",
        params: &[
            optional("business_connection_id", Text),
            required("chat_id", Integer),
            optional("message_thread_id", Integer),
            optional("direct_messages_topic_id", Integer),
            required("phone_number", Text),
            required("first_name", Text),
            optional("last_name", Text),
            optional("vcard", Text),
            optional("disable_notification", Flag),
            optional("protect_content", Flag),
            optional("allow_paid_broadcast", Flag),
            optional("message_effect_id", Text),
            optional("suggested_post_parameters", Json),
            optional("ephemeral_message_parameters", Json),
            optional("reply_parameters", Json),
            optional("reply_markup", Json),
        ],
        carry_out: messages::send_contact,
    },
    Method {
        name: "sendVenue",
        params: &[
            optional("business_connection_id", Text),
            required("chat_id", Integer),
            optional("message_thread_id", Integer),
            optional("direct_messages_topic_id", Integer),
            required("latitude", Number),
            required("longitude", Number),
            required("title", Text),
            required("address", Text),
            optional("foursquare_id", Text),
            optional("foursquare_type", Text),
            optional("google_place_id", Text),
            optional("google_place_type", Text),
            optional("disable_notification", Flag),
            optional("protect_content", Flag),
            optional("allow_paid_broadcast", Flag),
            optional("message_effect_id", Text),
            optional("suggested_post_parameters", Json),
            optional("ephemeral_message_parameters", Json),
            optional("reply_parameters", Json),
            optional("reply_markup", Json),
        ],
        carry_out: messages::send_venue,
    },
    Method {
        name: "editMessageText",
        params: &[
            optional("business_connection_id", Text),
            optional("chat_id", Integer),
            optional("message_id", Integer),
            optional("inline_message_id", Text),
            required("text", Text),
            optional("parse_mode", Text),
            optional("entities", Json),
            optional("link_preview_options", Json),
            optional("reply_markup", Json),
        ],
        carry_out: messages::edit_message_text,
    },
    Method {
        name: "editEphemeralMessageText",
        params: &[
            required("chat_id", Integer),
            required("receiver_user_id", Integer),
            required("ephemeral_message_id", Integer),
            required("text", Text),
            optional("parse_mode", Text),
            optional("entities", Json),
            optional("link_preview_options", Json),
            optional("reply_markup", Json),
        ],
        carry_out: ephemeral::edit_ephemeral_message_text,
    },
    Method {
        name: "answerCallbackQuery",
        params: &[
            required("callback_query_id", Text),
            optional("text", Text),
            optional("show_alert", Flag),
            optional("url", Text),
            optional("cache_time", Integer),
        ],
        carry_out: callbacks::answer_callback_query,
    },
    Method {
        name: "answerInlineQuery",
        params: &[
            required("inline_query_id", Text),
            required("results", Json),
            optional("cache_time", Integer),
            optional("is_personal", Flag),
            optional("next_offset", Text),
            optional("button", Json),
        ],
        carry_out: inline::answer_inline_query,
    },
    Method {
        name: "answerGuestQuery",
        params: &[required("guest_query_id", Text), required("result", Json)],
        carry_out: inline::answer_guest_query,
    },
    Method {
        name: "setMyCommands",
        params: &[required("commands", Json), optional("scope", Json), optional("language_code", Text)],
        carry_out: profile::set_my_commands,
    },
    Method {
        name: "getMyCommands",
        params: &[optional("scope", Json), optional("language_code", Text)],
        carry_out: profile::get_my_commands,
    },
    Method {
        name: "deleteMyCommands",
        params: &[optional("scope", Json), optional("language_code", Text)],
        carry_out: profile::delete_my_commands,
    },
    Method {
        name: "setMyDescription",
        params: &[optional("description", Text), optional("language_code", Text)],
        carry_out: profile::set_my_description,
    },
    Method {
        name: "getMyDescription",
        params: &[optional("language_code", Text)],
        carry_out: profile::get_my_description,
    },
    Method {
        name: "setMyShortDescription",
        params: &[optional("short_description", Text), optional("language_code", Text)],
        carry_out: profile::set_my_short_description,
    },
    Method {
        name: "getMyShortDescription",
        params: &[optional("language_code", Text)],
        carry_out: profile::get_my_short_description,
    },
];

/// Carries out any method but `getUpdates`; the name may be in any case of letters.
pub(crate) fn carry_out(state: &mut State, name: &str, raw: &Map<String, Value>) -> Answer {
    let Some(method) = METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name)) else {
        state.report_violation(name, "a method that the fake does not know", &Value::Object(raw.clone()));
        return Err(Refusal::new(404, "Not Found"));
    };
    let params = checked(state, method, raw)?;
    (method.carry_out)(state, &params).inspect_err(|refusal| note(state, method, refusal, raw))
}

/// The parameters by the method's list; what is wrong with them is noted.
pub(crate) fn checked(state: &mut State, method: &Method, raw: &Map<String, Value>) -> Result<Params, Refusal> {
    let read = Params::read(method.params, raw);
    let (params, unknown) = read.inspect_err(|refusal| note(state, method, refusal, raw))?;
    if !unknown.is_empty() {
        let rule = format!("unknown parameters {unknown:?}");
        state.report_violation(method.name, &rule, &Value::Object(raw.clone()));
    }
    if let Some(rule) = state.custom_rule.and_then(|check| check(method.name, &params.to_json())) {
        state.report_violation(method.name, &rule, &Value::Object(raw.clone()));
    }
    Ok(params)
}

fn note(state: &mut State, method: &Method, refusal: &Refusal, raw: &Map<String, Value>) {
    if let Some(rule) = &refusal.rule {
        state.report_violation(method.name, rule, &Value::Object(raw.clone()));
    }
}
