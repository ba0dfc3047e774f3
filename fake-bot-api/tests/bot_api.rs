//! Servers of older versions of the Bot API.

use fake_bot_api::{BotApi, Fault};
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON, form};

fn under(button: Value) -> Value {
    json!({ "chat_id": PERSON, "text": "Hi", "reply_markup": { "inline_keyboard": [[button]] } })
}

fn styled() -> Value {
    json!({ "text": "A", "callback_data": "a", "style": "success" })
}

fn disabled() -> Value {
    json!({ "text": "A", "disabled": {} })
}

/// Answers a tap for the one who tapped.
fn by_tap(query_id: &str) -> Value {
    json!({ "text": "Hi", "ephemeral_message_parameters": { "callback_query_id": query_id } })
}

#[test]
fn an_older_server_does_not_find_newer_methods() {
    let bot = Bot::start();
    let settings = json!({ "can_join_groups": true });
    bot.accepts("setMySettings", settings.clone());
    bot.set_bot_api(BotApi::V10_4);
    bot.refuses("setMySettings", settings, 404, "Not Found");
    bot.set_bot_api(BotApi::V9_3);
    bot.refuses("setMyProfilePhoto", form(&json!({}), &[]), 404, "Not Found");
    bot.refuses("editEphemeralMessageText", json!({}), 404, "Not Found");
    bot.accepts("getMe", json!({}));
}

#[test]
fn an_older_server_ignores_newer_fields() {
    let bot = Bot::start();
    bot.set_bot_api(BotApi::V9_3);
    let sent = bot.accepts("sendMessage", under(styled()));
    assert_eq!(sent["reply_markup"]["inline_keyboard"], json!([[{ "text": "A", "callback_data": "a" }]]));
    bot.set_bot_api(BotApi::V9_4);
    let sent = bot.accepts("sendMessage", under(styled()));
    assert_eq!(sent["reply_markup"]["inline_keyboard"], json!([[styled()]]));
    // Also where keyboards are within inline results.
    bot.set_bot_api(BotApi::V9_3);
    let tap = bot.inline_query(PERSON, "q", "").query_id;
    let result = json!({
        "type": "article", "id": "1", "title": "T", "input_message_content": { "message_text": "Hi" },
        "reply_markup": { "inline_keyboard": [[styled(), { "text": "B", "callback_data": "b" }]] },
    });
    bot.accepts("answerInlineQuery", json!({ "inline_query_id": tap, "results": [result] }));
    let row = bot.answers(&tap)[0]["results"][0]["reply_markup"]["inline_keyboard"][0].clone();
    assert_eq!(row[0], json!({ "text": "A", "callback_data": "a" }));
    // What is unknown to every version is a violation in each.
    bot.violates("sendMessage", under(json!({ "text": "A", "callback_data": "a", "colour": "red" })), "colour");
}

#[test]
fn an_older_server_finds_no_action_in_a_disabled_button() {
    let bot = Bot::start();
    bot.accepts("sendMessage", under(disabled()));
    bot.set_bot_api(BotApi::V10_2);
    bot.refuses("sendMessage", under(disabled()), 400, "text buttons are unallowed in the inline keyboard");
    bot.violates("sendMessage", under(json!({ "text": "A" })), "0 actions");
}

#[test]
fn an_older_server_wants_a_chat_for_an_ephemeral_answer() {
    let bot = Bot::start();
    let tap = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    bot.set_bot_api(BotApi::V10_3);
    bot.refuses("sendMessage", by_tap(&tap), 400, "chat_id is empty");
    let mut for_nobody = by_tap(&tap);
    for_nobody["chat_id"] = json!(GROUP);
    bot.refuses("sendMessage", for_nobody.clone(), 400, "receiver is not specified");
    bot.set_bot_api(BotApi::V9_1);
    bot.refuses("sendMessage", by_tap(&tap), 400, "chat_id is empty");
    // It does not know that the message was to be seen by one alone.
    bot.accepts("sendMessage", for_nobody);
    assert_eq!(bot.sent_to(GROUP).len(), 1);
    bot.set_bot_api(BotApi::V10_4);
    bot.accepts("sendMessage", by_tap(&tap));
}

#[test]
fn an_older_server_tells_less_of_the_bot() {
    let bot = Bot::start();
    bot.accepts("setMySettings", json!({ "inline_query_placeholder": "Ask", "has_topics_enabled": true }));
    let told = |version: BotApi| {
        bot.set_bot_api(version);
        let me = bot.accepts("getMe", json!({}));
        ["inline_query_placeholder", "supports_guest_queries", "has_topics_enabled"].map(|name| me.get(name).is_some())
    };
    assert_eq!(told(BotApi::V10_5), [true, true, true]);
    assert_eq!(told(BotApi::V10_0), [false, true, true]);
    assert_eq!(told(BotApi::V9_2), [false, false, false]);
}

#[test]
fn newer_buttons_can_be_refused_on_demand() {
    let bot = Bot::start();
    bot.fault(Fault::newer_buttons());
    let plain = json!({ "text": "A", "callback_data": "a" });
    for _ in 0..2 {
        bot.refuses("sendMessage", under(styled()), 400, "BUTTON_STYLE_INVALID");
        bot.refuses("sendMessage", under(disabled()), 400, "BUTTON_STYLE_INVALID");
        bot.accepts("sendMessage", under(plain.clone()));
    }
    // In a form keyboards are texts.
    bot.refuses("sendMessage", form(&under(styled()), &[]), 400, "BUTTON_STYLE_INVALID");
    bot.clear_faults();
    bot.accepts("sendMessage", under(styled()));
    // As any fault, for one method and once.
    bot.fault(Fault::newer_buttons().on("editMessageText").times(1));
    let id = bot.accepts("sendMessage", under(styled()))["message_id"].clone();
    let mut edit = under(disabled());
    edit["message_id"] = id;
    bot.refuses("editMessageText", edit.clone(), 400, "BUTTON_STYLE_INVALID");
    bot.accepts("editMessageText", edit);
}
