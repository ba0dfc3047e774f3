//! Who the bot is and how it gets its updates.

use serde_json::{Map, Value, json};

use super::super::{
    bot_user,
    params::Params,
    state::{Answer, State},
};

pub(super) fn get_me(state: &mut State, _: &Params) -> Answer {
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
    Ok(with(me, &state.me))
}

pub(super) fn delete_webhook(state: &mut State, params: &Params) -> Answer {
    state.webhook.clear();
    if params.flag("drop_pending_updates") {
        state.queue.clear();
    }
    Ok(json!(true))
}

pub(super) fn get_webhook_info(state: &mut State, _: &Params) -> Answer {
    let info = json!({
        "url": state.webhook,
        "has_custom_certificate": false,
        "pending_update_count": state.queue.len(),
    });
    Ok(with(info, &state.webhook_info))
}

fn with(mut object: Value, preset: &Map<String, Value>) -> Value {
    for (field, value) in preset {
        object[field] = value.clone();
    }
    object
}
