//! Who the bot is, what it may do and how it gets its updates.

use serde_json::{Map, Value, json};

use super::super::{
    BOT_USERNAME, bot_user,
    params::Params,
    state::{Answer, Refusal, State},
};

pub(crate) fn get_me(state: &mut State, _: &Params) -> Answer {
    let mut me = bot_user();
    for (ability, has_it) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", true),
        ("supports_guest_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
        ("has_topics_enabled", false),
    ] {
        me[ability] = Value::Bool(has_it);
    }
    let name = state.profile.name("");
    if !name.is_empty() {
        me["first_name"] = json!(name);
    }
    me["active_usernames"] = json!([BOT_USERNAME]);
    let mut me = with(me, &state.me);
    if me["inline_query_placeholder"] == "" {
        me["inline_query_placeholder"].take();
    }
    state.bot_api.omit_newer(&mut me);
    Ok(me)
}

/// What is not named stays as it is.
pub(crate) fn set_my_settings(state: &mut State, params: &Params) -> Answer {
    if params.json("callback_query_mode").is_some() {
        let rule = "callback_query_mode, which changes how every tap reaches the bot";
        return Err(Refusal::violation(rule, "CALLBACK_QUERY_MODE_INVALID"));
    }
    if let Value::Object(settings) = params.to_json() {
        state.me.extend(settings);
    }
    Ok(json!(true))
}

pub(crate) fn set_webhook(state: &mut State, params: &Params) -> Answer {
    let broken = |rule: &str, reason: &str| Err(Refusal::violation(rule, reason));
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return delete_webhook(state, params);
    }
    if !url.starts_with("http") {
        return broken("a webhook that is no address", "bad webhook: An HTTPS URL must be provided for webhook");
    }
    let most = params.integer("max_connections").unwrap_or(40);
    if !(1..=100).contains(&most) {
        return broken("max_connections that is not 1 to 100", "bad webhook: max_connections is out of range");
    }
    let secret = params.text("secret_token").unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.len() > 256 || !secret.bytes().all(allowed) {
        return broken("a secret_token that is not 1 to 256 of A-Za-z0-9_-", "bad webhook: secret token is invalid");
    }
    url.clone_into(&mut state.webhook);
    secret.clone_into(&mut state.webhook_secret);
    state.webhook_info.insert("max_connections".to_owned(), json!(most));
    if params.flag("drop_pending_updates") {
        state.queue.clear();
    }
    state.allow_updates("setWebhook", params);
    Ok(json!(true))
}

pub(crate) fn delete_webhook(state: &mut State, params: &Params) -> Answer {
    state.webhook.clear();
    if params.flag("drop_pending_updates") {
        state.queue.clear();
    }
    Ok(json!(true))
}

pub(crate) fn get_webhook_info(state: &mut State, _: &Params) -> Answer {
    let mut info = json!({
        "url": state.webhook,
        "has_custom_certificate": false,
        "pending_update_count": state.queue.len(),
    });
    if let Some(allowed) = state.allowed_updates() {
        info["allowed_updates"] = json!(allowed);
    }
    Ok(with(info, &state.webhook_info))
}

fn with(mut object: Value, preset: &Map<String, Value>) -> Value {
    for (field, value) in preset {
        object[field] = value.clone();
    }
    object
}
