//! Messages that one person alone sees.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON};

const OTHER: i64 = 8;

/// An answer to an ephemeral command.
fn reply(ephemeral_message_id: i64) -> Value {
    json!({
        "chat_id": GROUP, "text": "Hi", "ephemeral_message_parameters": { "receiver_user_id": PERSON },
        "reply_parameters": { "ephemeral_message_id": ephemeral_message_id },
    })
}

/// An answer to a callback query.
fn answer(query_id: &str, receiver: i64) -> Value {
    let parameters = json!({ "receiver_user_id": receiver, "callback_query_id": query_id });
    json!({ "chat_id": GROUP, "text": "Hi", "ephemeral_message_parameters": parameters })
}

#[test]
fn an_ephemeral_command_is_answered_for_its_sender_alone() {
    let bot = Bot::start();
    let command = bot.ephemeral_command(PERSON, GROUP, "/start").message_id;
    let sent = bot.accepts("sendMessage", reply(command));
    assert_eq!(sent["receiver_user"]["id"], PERSON);
    assert_eq!(bot.ephemeral_messages(GROUP).len(), 1);
    assert!(bot.sent_to(GROUP).is_empty());
    bot.refuses("sendMessage", reply(999), 400, "message to be replied not found");
}

#[test]
fn an_ephemeral_message_answers_something() {
    let bot = Bot::start();
    let mut to_nothing = reply(1);
    to_nothing.as_object_mut().unwrap().remove("reply_parameters");
    bot.violates("sendMessage", to_nothing, "in answer to nothing");
    let public = bot.post(fake_bot_api::Post::new(PERSON, GROUP, "/start")).message_id;
    let mut to_public = reply(1);
    to_public["reply_parameters"] = json!({ "message_id": public });
    bot.violates("sendMessage", to_public, "to a message that all see");
}

#[test]
fn an_ephemeral_message_has_a_receiver_in_a_group() {
    let bot = Bot::start();
    let command = bot.ephemeral_command(PERSON, GROUP, "/start").message_id;
    let mut unknown = reply(command);
    unknown["ephemeral_message_parameters"]["receiver"] = json!(PERSON);
    bot.violates("sendMessage", unknown, "receiver in ephemeral_message_parameters");
    let mut to_nobody = reply(command);
    to_nobody["ephemeral_message_parameters"] = json!({});
    bot.violates("sendMessage", to_nobody, "nobody to receive it is named");
    let mut private = reply(command);
    private["chat_id"] = json!(PERSON);
    bot.violates("sendMessage", private, "in a private chat");
    let mut unknown_chat = reply(command);
    unknown_chat["chat_id"] = json!(-5);
    bot.refuses("sendMessage", unknown_chat, 400, "chat not found");
}

#[test]
fn a_callback_query_is_answered_for_the_one_who_tapped() {
    let bot = Bot::start();
    let page = bot.accepts("sendMessage", json!({ "chat_id": GROUP, "text": "Hi" }))["message_id"].as_i64().unwrap();
    let tap = bot.tap(PERSON, GROUP, page, "data").query_id;
    bot.accepts("sendMessage", answer(&tap, PERSON));
    bot.violates("sendMessage", answer(&tap, OTHER), "a callback query of another person");
    bot.refuses("sendMessage", answer("1", PERSON), 400, "query ID is invalid");
}

#[test]
fn it_is_answered_within_15_seconds() {
    let bot = Bot::start();
    let command = bot.ephemeral_command(PERSON, GROUP, "/start").message_id;
    let tap = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    bot.advance_clock(Duration::from_secs(14));
    bot.accepts("sendMessage", reply(command));
    bot.accepts("sendMessage", answer(&tap, PERSON));
    bot.advance_clock(Duration::from_secs(2));
    bot.violates("sendMessage", reply(command), "after more than 15 s");
    bot.violates("sendMessage", answer(&tap, PERSON), "after more than 15 s");
}

#[test]
fn an_ephemeral_message_is_edited_for_its_receiver() {
    let bot = Bot::start();
    let command = bot.ephemeral_command(PERSON, GROUP, "/start").message_id;
    let id = bot.accepts("sendMessage", reply(command))["ephemeral_message_id"].as_i64().unwrap();
    let edit = |receiver: i64, text: &str| json!({ "chat_id": GROUP, "receiver_user_id": receiver, "ephemeral_message_id": id, "text": text });
    bot.accepts("editEphemeralMessageText", edit(PERSON, "Hello"));
    bot.refuses("editEphemeralMessageText", edit(PERSON, "Hello"), 400, "message is not modified");
    bot.refuses("editEphemeralMessageText", edit(OTHER, "Hi"), 400, "message to edit not found");
    // The command itself is not the bot's.
    let theirs = json!({ "chat_id": GROUP, "receiver_user_id": PERSON, "ephemeral_message_id": command, "text": "Hi" });
    bot.refuses("editEphemeralMessageText", theirs, 400, "message to edit not found");
    assert!(!bot.tap_ephemeral(PERSON, GROUP, id, "data").query_id.is_empty());
}

#[test]
fn a_contact_can_be_ephemeral() {
    let bot = Bot::start();
    let command = bot.ephemeral_command(PERSON, GROUP, "/contact").message_id;
    let mut contact = reply(command);
    let fields = contact.as_object_mut().unwrap();
    fields.remove("text");
    fields.extend([("phone_number".to_owned(), json!("1")), ("first_name".to_owned(), json!("P"))]);
    bot.accepts("sendContact", contact);
    assert_eq!(bot.ephemeral_messages(GROUP)[0].to_string(), r#"contact {"first_name":"P","phone_number":"1"}"#);
}

/// Answers a tap by its callback query alone.
fn by_tap(query_id: &str, text: &str) -> Value {
    let keyboard = json!({ "inline_keyboard": [[{ "text": "More", "callback_data": "more" }]] });
    let parameters = json!({ "callback_query_id": query_id });
    json!({ "text": text, "ephemeral_message_parameters": parameters, "reply_markup": keyboard })
}

#[test]
fn a_tap_is_answered_by_its_callback_query_alone() {
    let bot = Bot::start();
    let page = bot.accepts("sendMessage", json!({ "chat_id": GROUP, "text": "Hi" }))["message_id"].as_i64().unwrap();
    let private =
        bot.accepts("sendMessage", json!({ "chat_id": PERSON, "text": "Hi" }))["message_id"].as_i64().unwrap();
    for query in [
        bot.tap(PERSON, GROUP, page, "data"),
        bot.tap(PERSON, PERSON, private, "data"),
        bot.tap_inaccessible(PERSON, GROUP, 5, "data"),
        bot.tap_inline(PERSON, "inline-1", "data"),
    ] {
        let sent = bot.accepts("sendMessage", by_tap(&query.query_id, "Hi"));
        assert_eq!((&sent["message_id"], &sent["receiver_user"]["id"]), (&json!(0), &json!(PERSON)));
    }
    let chats: Vec<i64> = bot.ephemeral_messages_for(PERSON).iter().map(|message| message.chat).collect();
    assert_eq!(chats[..3], [GROUP, PERSON, GROUP]);
    assert!(bot.ephemeral_messages_for(OTHER).is_empty());
    bot.refuses("sendMessage", json!({ "chat_id": chats[3], "text": "Hi" }), 400, "chat not found");
}

#[test]
fn an_answer_by_the_callback_query_alone_is_tapped_and_edited() {
    let bot = Bot::start();
    let tap = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    bot.accepts("sendMessage", by_tap(&tap, "Hi"));
    let message = bot.ephemeral_messages_for(PERSON).remove(0);
    assert_eq!(message.receiver(), Some(PERSON));
    let more = message.button("More").unwrap().data.unwrap();
    let query_id = bot.tap_ephemeral(PERSON, message.chat, message.id, &more).query_id;
    let update = bot.accepts("getUpdates", json!({ "offset": -1 }))[0].take();
    let tapped = &update["callback_query"]["message"];
    assert_eq!((&tapped["message_id"], &tapped["ephemeral_message_id"]), (&json!(0), &json!(message.id)));
    assert_eq!(tapped["chat"]["id"], message.chat);
    let edit = json!({
        "chat_id": message.chat, "receiver_user_id": PERSON, "ephemeral_message_id": message.id, "text": "More",
    });
    bot.accepts("editEphemeralMessageText", edit);
    assert_eq!(bot.ephemeral_messages_for(PERSON)[0].text(), "More");
    bot.accepts("sendMessage", by_tap(&query_id, "Ho"));
    let mut in_place = by_tap(&query_id, "Ho");
    in_place["ephemeral_message_parameters"]["replace_callback_query_message"] = json!(true);
    bot.violates("sendMessage", in_place, "which is to be edited");
}

#[test]
fn an_answer_by_the_callback_query_alone_has_its_limits() {
    let bot = Bot::start();
    bot.violates("sendMessage", json!({ "text": "Hi", "ephemeral_message_parameters": {} }), "chat_id is missing");
    bot.refuses("sendMessage", by_tap("1", "Hi"), 400, "query ID is invalid");
    let typed = bot.inline_query(PERSON, "q", "").query_id;
    bot.refuses("sendMessage", by_tap(&typed, "Hi"), 400, "query ID is invalid");
    let tap = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    let mut for_other = by_tap(&tap, "Hi");
    for_other["ephemeral_message_parameters"]["receiver_user_id"] = json!(OTHER);
    bot.violates("sendMessage", for_other, "a callback query of another person");
    bot.advance_clock(Duration::from_secs(16));
    bot.violates("sendMessage", by_tap(&tap, "Hi"), "after more than 15 s");
    let chat = json!({ "id": -1_009, "type": "supergroup", "title": "Direct", "is_direct_messages": true });
    let message = json!({ "message_id": 1, "date": 1, "chat": chat, "text": "Hi" });
    bot.replay(json!({ "callback_query": { "id": "99", "from": { "id": PERSON }, "message": message, "data": "a" } }));
    bot.violates("sendMessage", by_tap("99", "Hi"), "in a channel direct messages chat");
}
