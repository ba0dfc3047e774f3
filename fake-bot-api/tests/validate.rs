//! Texts, entities and keyboards.

use serde_json::{Value, json};

use crate::support::{Bot, PERSON};

#[test]
fn a_text_has_1_to_4096_utf_16_units() {
    let bot = Bot::start();
    let text = |text: &str| json!({ "chat_id": PERSON, "text": text });
    bot.accepts("sendMessage", text(&"é".repeat(4_096)));
    bot.accepts("sendMessage", text(&"🕊".repeat(2_048)));
    bot.violates("sendMessage", text(&"é".repeat(4_097)), "4097 UTF-16 units");
    bot.violates("sendMessage", text(&"🕊".repeat(2_049)), "4098 UTF-16 units");
    bot.violates("sendMessage", text(" \n "), "the text is empty");
    bot.violates("sendMessage", text(""), "the text is empty");
}

#[test]
fn entities_lie_within_the_text_and_nest() {
    let bot = Bot::start();
    let entity = |kind: &str, offset: usize, length: usize| json!({ "type": kind, "offset": offset, "length": length });
    let link = |url: &str| json!({ "type": "text_link", "offset": 0, "length": 2, "url": url });
    // Units:     0 1 2 34 5 6, with a surrogate pair at 3.
    let sent = |entities: &[Value]| json!({ "chat_id": PERSON, "text": "ab 🕊 cd", "entities": entities });
    let accepted: &[&[Value]] = &[
        &[entity("bold", 0, 8), entity("italic", 3, 2)],
        &[entity("bold", 0, 2), entity("code", 6, 2)],
        &[entity("blockquote", 0, 8), entity("code", 0, 2), entity("underline", 6, 2)],
        &[link("https://example.org"), entity("bold", 0, 2)],
        &[link("tg://user?id=7")],
    ];
    for entities in accepted {
        bot.accepts("sendMessage", sent(entities));
    }
    let refused: &[(&[Value], &str)] = &[
        (&[entity("bold", 6, 3)], "outside of the 8 UTF-16 units"),
        (&[entity("bold", 0, 0)], "outside"),
        (&[json!({ "type": "bold", "offset": 0 })], "no offset or length"),
        (&[entity("bald", 0, 2)], "unknown type"),
        (&[entity("bold", 3, 1)], "splits a surrogate pair"),
        (&[entity("bold", 4, 1)], "splits a surrogate pair"),
        (&[entity("bold", 2, 1)], "white space alone"),
        (&[entity("code", 0, 3)], "white space at an edge"),
        (&[entity("bold", 0, 4 - 2), entity("italic", 1, 4)], "overlap without nesting"),
        (&[entity("bold", 0, 2), entity("code", 0, 2)], "code together"),
        (&[entity("blockquote", 0, 8), entity("expandable_blockquote", 0, 2)], "a quote within a quote"),
        (&[link("https://example.org"), entity("mention", 0, 2)], "cannot share characters"),
        (&[link("example.org")], "a link to nowhere"),
        (&[link("https://")], "a link to nowhere"),
        (&vec![entity("bold", 0, 2); 101], "more than 100"),
    ];
    for (entities, rule) in refused {
        bot.violates("sendMessage", sent(entities), rule);
    }
}

fn sent(markup: Value) -> Value {
    json!({ "chat_id": PERSON, "text": "Hi", "reply_markup": markup })
}

#[test]
fn a_button_does_one_thing_within_its_limits() {
    let bot = Bot::start();
    let under = |button: Value| sent(json!({ "inline_keyboard": [[button]] }));
    let accepted = [
        json!({ "text": "A", "callback_data": "x".repeat(64) }),
        json!({ "text": "A", "callback_data": "é".repeat(32), "style": "primary" }),
        json!({ "text": "A", "url": "https://example.org/?q=1" }),
        json!({ "text": "A", "url": "tg://resolve?domain=x" }),
        json!({ "text": "A", "url": "https://t.me/x_bot?start=a_-1" }),
        json!({ "text": "A", "copy_text": { "text": "é".repeat(256) } }),
        json!({ "text": "A", "switch_inline_query": "" }),
        json!({ "text": "A", "style": "danger", "disabled": {} }),
    ];
    for button in accepted {
        bot.accepts("sendMessage", under(button));
    }
    let refused = [
        (json!({ "text": "A", "callback_data": "" }), "1 to 64 bytes"),
        (json!({ "text": "A", "callback_data": "é".repeat(33) }), "1 to 64 bytes"),
        (json!({ "text": " ", "callback_data": "a" }), "without text"),
        (json!({ "text": "A" }), "0 actions"),
        (json!({ "text": "A", "callback_data": "a", "url": "https://example.org" }), "2 actions"),
        (json!({ "text": "A", "callback_data": "a", "colour": "red" }), "unknown field colour"),
        (json!({ "text": "A", "callback_data": "a", "style": "red" }), "a style that is not"),
        (json!({ "text": "A", "callback_data": "a", "style": 1 }), "a style that is not"),
        (json!({ "text": "A", "callback_data": "a", "disabled": {} }), "2 actions"),
        (json!({ "text": "A", "disabled": true }), "disabled is no empty object"),
        (json!({ "text": "A", "url": "example.org" }), "a wrong url"),
        (json!({ "text": "A", "url": "https://exam ple.org" }), "a wrong url"),
        (json!({ "text": "A", "url": "https://t.me/x_bot?start=a.b" }), "start parameter"),
        (json!({ "text": "A", "url": format!("https://t.me/x_bot?startgroup={}", "a".repeat(65)) }), "start parameter"),
        (json!({ "text": "A", "copy_text": { "text": "é".repeat(257) } }), "1 to 256 characters"),
    ];
    for (button, rule) in refused {
        bot.violates("sendMessage", under(button), rule);
    }
}

#[test]
fn a_button_shows_its_style_and_that_it_is_disabled() {
    let bot = Bot::start();
    let row = json!([{ "text": "A", "callback_data": "a", "style": "primary" }, { "text": "B", "disabled": {} }]);
    bot.accepts("sendMessage", sent(json!({ "inline_keyboard": [row] })));
    let buttons = bot.sent_to(PERSON)[0].buttons();
    assert_eq!((buttons[0].style(), buttons[0].is_disabled()), (Some("primary"), false));
    assert_eq!((buttons[1].style(), buttons[1].is_disabled(), &buttons[1].data), (None, true, &None));
}

#[test]
fn a_keyboard_has_at_most_8_buttons_a_row_and_100_in_all() {
    let bot = Bot::start();
    let rows = |rows: usize, columns: usize| {
        let row = vec![json!({ "text": "A", "callback_data": "a" }); columns];
        sent(json!({ "inline_keyboard": vec![row; rows] }))
    };
    bot.accepts("sendMessage", rows(1, 8));
    bot.accepts("sendMessage", rows(25, 4));
    bot.accepts("sendMessage", rows(0, 0));
    bot.violates("sendMessage", rows(1, 9), "a row of 9 buttons");
    bot.violates("sendMessage", rows(1, 0), "a row of 0 buttons");
    bot.violates("sendMessage", rows(26, 4), "104 buttons");
    bot.violates("sendMessage", sent(json!({ "inline_keyboard": [], "keyboard_id": 1 })), "keyboard_id beside");
    bot.violates("sendMessage", sent(json!({ "buttons": [] })), "no inline keyboard");
}

#[test]
fn a_keyboard_has_at_most_10_kb() {
    let bot = Bot::start();
    let labels = |length: usize| {
        let row = json!([{ "text": "x".repeat(length), "callback_data": "a" }]);
        sent(json!({ "inline_keyboard": vec![row; 10] }))
    };
    bot.accepts("sendMessage", labels(900));
    bot.violates("sendMessage", labels(1_000), "a keyboard of");
}

#[test]
fn a_forced_reply_has_a_placeholder_of_at_most_64_characters() {
    let bot = Bot::start();
    let ask = |placeholder: &str| {
        sent(json!({ "force_reply": true, "input_field_placeholder": placeholder, "selective": true }))
    };
    bot.accepts("sendMessage", ask(&"é".repeat(64)));
    bot.violates("sendMessage", ask(&"é".repeat(65)), "1 to 64 characters");
    bot.violates("sendMessage", ask(""), "1 to 64 characters");
    bot.violates("sendMessage", sent(json!({ "force_reply": false })), "force_reply is not true");
    bot.violates("sendMessage", sent(json!({ "force_reply": true, "selective": 1 })), "neither true nor false");
    bot.violates("sendMessage", sent(json!({ "force_reply": true, "inline_keyboard": [] })), "inline_keyboard beside");
}

#[test]
fn only_a_new_message_may_have_another_markup() {
    let bot = Bot::start();
    let id = bot.accepts("sendMessage", sent(json!({ "force_reply": true })))["message_id"].clone();
    let mut edit = sent(json!({ "remove_keyboard": true }));
    edit["message_id"] = id;
    bot.violates("editMessageText", edit, "no inline keyboard");
}
