//! What people do, as the bot gets it, and what the fake remembers.

use std::time::Duration;

use fake_bot_api::{BOT_USERNAME, Fake, Post};
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON};

/// The newest update.
#[track_caller]
fn newest(bot: &Bot) -> Value {
    bot.accepts("getUpdates", json!({ "offset": -1 }))[0].clone()
}

#[test]
fn commands_and_mentions_are_marked() {
    let bot = Bot::start();
    let check = |text: &str, expected: &[(&str, u64, u64)]| {
        bot.private_message(PERSON, text);
        bot.advance_clock(Duration::from_secs(4));
        let entities = newest(&bot)["message"]["entities"].as_array().cloned().unwrap_or_default();
        let number = |entity: &Value, name: &str| entity[name].as_u64().unwrap();
        let marked: Vec<(&str, u64, u64)> = entities
            .iter()
            .map(|entity| (entity["type"].as_str().unwrap(), number(entity, "offset"), number(entity, "length")))
            .collect();
        assert_eq!(marked, expected, "{text}");
    };
    check("Hi", &[]);
    check("/start now", &[("bot_command", 0, 6)]);
    check("🕊 /start@some_bot", &[("bot_command", 3, 15)]);
    check("ask @some_bot", &[("mention", 4, 9)]);
    check("and/or a@b.org", &[]);
}

#[test]
fn a_post_carries_what_it_replies_to_and_any_field() {
    let bot = Bot::start();
    let first = bot.post(Post::new(PERSON, GROUP, "Hi").by_bot()).message_id;
    assert_eq!(newest(&bot)["message"]["from"]["is_bot"], true);
    bot.post(Post::new(PERSON, GROUP, "Ho").reply_to(first).field("edit_date", json!(1)).entities(json!([])));
    bot.advance_clock(Duration::from_secs(4));
    let message = &newest(&bot)["message"];
    assert_eq!((&message["reply_to_message"]["text"], &message["edit_date"]), (&json!("Hi"), &json!(1)));
}

#[test]
fn a_channel_posts_and_old_messages_are_tapped() {
    let bot = Bot::start();
    bot.channel_post(-1_005, "News");
    assert_eq!(newest(&bot)["channel_post"]["chat"]["type"], "channel");
    bot.advance_clock(Duration::from_secs(4));
    let tap = bot.tap_inaccessible(PERSON, GROUP, 5, "data");
    let update = newest(&bot);
    assert_eq!(update["update_id"], tap.update_id);
    assert_eq!(update["callback_query"]["message"]["date"], 0);
}

#[test]
fn a_replayed_update_makes_its_chat_and_query_known() {
    let bot = Bot::start();
    bot.refuses("sendMessage", json!({ "chat_id": 55, "text": "Hi" }), 400, "chat not found");
    let chat = json!({ "id": 55, "type": "private", "first_name": "P" });
    let message = json!({ "message_id": 1, "date": 1, "chat": chat, "text": "Hi" });
    bot.replay(json!({ "callback_query": { "id": "99", "from": { "id": 55 }, "message": message, "data": "a" } }));
    bot.accepts("sendMessage", json!({ "chat_id": 55, "text": "Hi" }));
    bot.accepts("answerCallbackQuery", json!({ "callback_query_id": "99" }));
}

#[test]
fn only_the_newest_are_remembered_on_demand() {
    let bot = Bot::start();
    bot.set_history_limit(4);
    for _ in 0..40 {
        bot.accepts("sendMessage", json!({ "chat_id": PERSON, "text": "Hi" }));
    }
    assert!(bot.calls().len() < 8, "{}", bot.calls().len());
    assert!(bot.sent_to(PERSON).len() <= 4, "{}", bot.sent_to(PERSON).len());
    assert_eq!(bot.with_state(|state| state.calls_made()), 40);
}

#[test]
fn a_rule_of_the_project_is_a_violation_too() {
    let bot = Bot::start();
    bot.set_custom_rule(|method, params| {
        (method == "sendMessage" && params["text"] == "shout").then(|| "no shouting".to_owned())
    });
    bot.accepts("sendMessage", json!({ "chat_id": PERSON, "text": "Hi" }));
    bot.violates("sendmessage", json!({ "chat_id": PERSON, "text": "shout" }), "sendMessage: no shouting");
    assert_eq!(bot.sent_to(PERSON).len(), 2, "it is carried out all the same");
}

#[test]
#[should_panic(expected = "rules of Telegram broken")]
fn a_test_fails_when_a_rule_was_broken() {
    let bot = Bot::start();
    let _ = bot.call("sendMessage", json!({ "chat_id": PERSON, "text": "" }));
    bot.assert_clean();
}

#[test]
#[should_panic(expected = "waited in vain for a pigeon")]
fn waiting_ends_with_what_happened() {
    Fake::start().wait_at_most(Duration::ZERO, "a pigeon", |_| None::<()>);
}

#[test]
fn the_bot_is_mentioned_by_its_name() {
    let bot = Bot::start();
    bot.guest_message(PERSON, &format!("@{BOT_USERNAME} hi"));
    let message = &newest(&bot)["guest_message"];
    assert_eq!(message["entities"][0]["type"], "mention");
    assert!(message["guest_query_id"].is_string());
}
