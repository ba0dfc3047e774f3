//! `sendMessage`, `sendContact`, `editMessageText`.

use std::time::Duration;

use fake_bot_api::Post;
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON};

fn text(chat: i64, extra: Value) -> Value {
    let mut params = json!({ "chat_id": chat, "text": "Hi" });
    params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    params
}

#[test]
fn a_message_is_sent_to_known_chats_only() {
    let bot = Bot::start();
    let sent = bot.accepts("sendMessage", text(PERSON, json!({})));
    assert_eq!(sent["text"], "Hi");
    assert_eq!(bot.sent_to(PERSON)[0].id, sent["message_id"].as_i64().unwrap());
    bot.refuses("sendMessage", text(8, json!({})), 400, "chat not found");
}

#[test]
fn message_ids_are_counted_for_each_supergroup() {
    let bot = Bot::start();
    bot.group(GROUP - 1, false);
    let id = |chat: i64| bot.accepts("sendMessage", text(chat, json!({})))["message_id"].as_i64();
    assert_eq!(id(GROUP), id(GROUP - 1));
    assert_ne!(id(PERSON), id(PERSON));
}

#[test]
fn a_topic_has_to_exist() {
    let bot = Bot::start();
    let posted = bot.post(Post::new(PERSON, GROUP, "Hi").topic(12));
    let sent = bot.accepts("sendMessage", text(GROUP, json!({ "message_thread_id": 12 })));
    assert_eq!(sent["is_topic_message"], true);
    bot.refuses("sendMessage", text(GROUP, json!({ "message_thread_id": 13 })), 400, "message thread not found");
    // A reply lands in the topic of the message that it replies to.
    let reply = json!({ "reply_parameters": { "message_id": posted.message_id } });
    assert_eq!(bot.accepts("sendMessage", text(GROUP, reply))["message_thread_id"], 12);
    // A thread under a channel's post is no topic.
    bot.post(Post::new(PERSON, GROUP, "Hi").discussion(99));
    bot.refuses("sendMessage", text(GROUP, json!({ "message_thread_id": 99 })), 400, "message thread not found");
}

#[test]
fn a_private_chat_has_topics_where_the_bot_has() {
    let bot = Bot::start();
    bot.preset_me("has_topics_enabled", json!(true));
    bot.post(Post::new(PERSON, PERSON, "Hi").topic(3));
    bot.advance_clock(Duration::from_secs(4));
    let asked = bot.accepts("getUpdates", json!({ "offset": -1 }))[0]["message"].take();
    assert_eq!((&asked["message_thread_id"], &asked["is_topic_message"]), (&json!(3), &json!(true)));
    assert_eq!(asked["chat"]["type"], "private");
    let sent = bot.accepts("sendMessage", text(PERSON, json!({ "message_thread_id": 3 })));
    assert_eq!((&sent["message_thread_id"], &sent["is_topic_message"]), (&json!(3), &json!(true)));
    bot.refuses("sendMessage", text(PERSON, json!({ "message_thread_id": 4 })), 400, "message thread not found");
}

#[test]
fn a_tap_carries_what_the_bots_message_replied_to() {
    let bot = Bot::start();
    let asked = bot.post(Post::new(PERSON, GROUP, "Hi")).message_id;
    let page = bot.accepts("sendMessage", text(GROUP, json!({ "reply_parameters": { "message_id": asked } })));
    let id = page["message_id"].as_i64().unwrap();
    bot.accepts("editMessageText", json!({ "chat_id": GROUP, "message_id": id, "text": "Ho" }));
    bot.tap(PERSON, GROUP, id, "data");
    bot.advance_clock(Duration::from_secs(4));
    let update = bot.accepts("getUpdates", json!({ "offset": -1 }))[0].take();
    let replied = &update["callback_query"]["message"]["reply_to_message"];
    assert_eq!((&replied["message_id"], &replied["from"]["id"]), (&json!(asked), &json!(PERSON)));
}

#[test]
fn a_message_to_reply_to_has_to_exist_unless_allowed() {
    let bot = Bot::start();
    let asked = bot.post(Post::new(PERSON, GROUP, "Hi")).message_id;
    let reply = |fields: Value| text(GROUP, json!({ "reply_parameters": fields }));
    let sent = bot.accepts("sendMessage", reply(json!({ "message_id": asked })));
    assert_eq!(sent["reply_to_message"]["message_id"], asked);
    bot.refuses("sendMessage", reply(json!({ "message_id": 999 })), 400, "message to be replied not found");
    let allowed = json!({ "message_id": 999, "allow_sending_without_reply": true });
    assert!(bot.accepts("sendMessage", reply(allowed)).get("reply_to_message").is_none());
    bot.violates("sendMessage", reply(json!({})), "without message_id");
    bot.violates("sendMessage", reply(json!({ "message_id": asked, "to": 1 })), "to in reply_parameters");
    let ephemeral = json!({ "ephemeral_message_id": 1 });
    bot.violates("sendMessage", reply(ephemeral), "not ephemeral itself");
}

#[test]
fn direct_messages_of_a_channel_name_their_topic() {
    let bot = Bot::start();
    let chat = json!({ "id": -1_009, "type": "supergroup", "title": "Direct", "is_direct_messages": true });
    bot.replay(json!({ "message": { "message_id": 1, "date": 1, "chat": chat, "text": "Hi" } }));
    bot.accepts("sendMessage", text(-1_009, json!({ "direct_messages_topic_id": 5 })));
    bot.violates("sendMessage", text(-1_009, json!({})), "direct_messages_topic_id is missing");
    let button = json!({ "text": "Share", "switch_inline_query": "" });
    let switch = json!({ "direct_messages_topic_id": 5, "reply_markup": { "inline_keyboard": [[button]] } });
    bot.violates("sendMessage", text(-1_009, switch), "switch_inline");
}

#[test]
fn a_contact_needs_a_number_and_a_name() {
    let bot = Bot::start();
    let contact = |number: &str, name: &str| json!({ "chat_id": PERSON, "phone_number": number, "first_name": name });
    bot.accepts("sendContact", contact("+22320221848", "Permanence"));
    bot.violates("sendContact", contact(" ", "Permanence"), "phone_number is empty");
    bot.violates("sendContact", contact("+22320221848", ""), "first_name is empty");
    bot.refuses("sendContact", json!({ "chat_id": 8, "phone_number": "1", "first_name": "P" }), 400, "chat not found");
}

#[test]
fn a_vcard_is_of_version_3_and_of_at_most_2048_bytes() {
    let bot = Bot::start();
    let card = |vcard: &str| json!({ "chat_id": PERSON, "phone_number": "1", "first_name": "P", "vcard": vcard });
    bot.accepts("sendContact", card("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:P\r\nEND:VCARD\r\n"));
    bot.violates("sendContact", card("VERSION:3.0"), "without its frame");
    bot.violates("sendContact", card("BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD"), "not of version 3.0");
    let long = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:{}\r\nEND:VCARD", "x".repeat(2_048));
    bot.violates("sendContact", card(&long), "over 2048 bytes");
}

#[test]
fn a_venue_has_a_place_a_title_and_an_address() {
    let bot = Bot::start();
    let venue = |latitude: Value, longitude: Value, title: &str| json!({ "chat_id": PERSON, "latitude": latitude, "longitude": longitude, "title": title, "address": "Rue 27" });
    let sent = bot.accepts("sendVenue", venue(json!(12.6), json!(-8), "Bureau"));
    assert_eq!(sent["venue"]["location"]["longitude"], -8.0);
    assert_eq!(sent["location"]["latitude"], 12.6, "old apps show the location");
    bot.violates("sendVenue", venue(json!(90.5), json!(0), "Bureau"), "latitude is not from -90 to 90");
    bot.violates("sendVenue", venue(json!(0), json!(-181), "Bureau"), "longitude is not from -180 to 180");
    bot.violates("sendVenue", venue(json!("north"), json!(0), "Bureau"), "latitude has the wrong type");
    bot.violates("sendVenue", venue(json!(0), json!(0), " "), "title is empty");
    let without_address = json!({ "chat_id": PERSON, "latitude": 1, "longitude": 1, "title": "Bureau" });
    bot.violates("sendVenue", without_address, "address is missing");
    let mut unknown_chat = venue(json!(0), json!(0), "Bureau");
    unknown_chat["chat_id"] = json!(8);
    bot.refuses("sendVenue", unknown_chat, 400, "chat not found");
}

fn edit(message_id: i64, text: &str) -> Value {
    json!({ "chat_id": PERSON, "message_id": message_id, "text": text })
}

#[test]
fn an_edit_has_to_change_something() {
    let bot = Bot::start();
    let id = bot.accepts("sendMessage", text(PERSON, json!({})))["message_id"].as_i64().unwrap();
    bot.refuses("editMessageText", edit(id, "Hi"), 400, "message is not modified");
    bot.refuses("editMessageText", edit(id, "Hi \n"), 400, "message is not modified");
    bot.accepts("editMessageText", edit(id, "Hello"));
    let mut with_keyboard = edit(id, "Hello");
    with_keyboard["reply_markup"] = json!({ "inline_keyboard": [[{ "text": "A", "callback_data": "a" }]] });
    bot.accepts("editMessageText", with_keyboard.clone());
    bot.refuses("editMessageText", with_keyboard, 400, "message is not modified");
    let message = bot.message(PERSON, id);
    assert_eq!(
        (message.edits(), message.text(), message.button("A").unwrap().data.as_deref()),
        (2, "Hello", Some("a"))
    );
}

#[test]
fn the_order_of_entities_is_no_modification() {
    let bot = Bot::start();
    let [bold, code] = [("bold", 0), ("code", 3)].map(|(kind, at)| json!({ "type": kind, "offset": at, "length": 2 }));
    let sent = json!({ "chat_id": PERSON, "text": "ab cd", "entities": [bold, code] });
    let id = bot.accepts("sendMessage", sent)["message_id"].as_i64().unwrap();
    let mut turned = edit(id, "ab cd");
    turned["entities"] = json!([code, bold]);
    bot.refuses("editMessageText", turned, 400, "message is not modified");
    assert_eq!(bot.message(PERSON, id).entity_texts("code"), ["cd"]);
}

#[test]
fn only_the_bots_own_texts_can_be_edited() {
    let bot = Bot::start();
    bot.refuses("editMessageText", edit(999, "Hi"), 400, "message to edit not found");
    let mine = bot.private_message(PERSON, "Mine").message_id;
    bot.refuses("editMessageText", edit(mine, "Yours"), 400, "message can't be edited");
    let contact = json!({ "chat_id": PERSON, "phone_number": "1", "first_name": "P" });
    let contact = bot.accepts("sendContact", contact)["message_id"].as_i64().unwrap();
    bot.refuses("editMessageText", edit(contact, "Hi"), 400, "there is no text in the message to edit");
    bot.refuses("editMessageText", json!({ "chat_id": 8, "message_id": 1, "text": "Hi" }), 400, "chat not found");
    bot.violates("editMessageText", json!({ "text": "Hi" }), "no message to edit is named");
}

#[test]
fn inline_messages_are_edited_by_their_own_id() {
    let bot = Bot::start();
    bot.tap_inline(PERSON, "inline-1", "data");
    bot.accepts("editMessageText", json!({ "inline_message_id": "inline-1", "text": "Hi" }));
    assert_eq!(bot.inline_message("inline-1").unwrap().text(), "Hi");
    bot.refuses("editMessageText", json!({ "inline_message_id": "inline-1", "text": "Hi" }), 400, "not modified");
    bot.refuses("editMessageText", json!({ "inline_message_id": "x", "text": "Hi" }), 400, "MESSAGE_ID_INVALID");
}
