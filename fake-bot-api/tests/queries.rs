//! Answers to callback queries, inline queries and guest messages.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Bot, PERSON};

const TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";

#[test]
fn a_callback_query_is_answered_once() {
    let bot = Bot::start();
    let id = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    let answer = json!({ "callback_query_id": id, "text": "é".repeat(200) });
    bot.accepts("answerCallbackQuery", answer.clone());
    assert_eq!(bot.answers(&id).len(), 1);
    bot.violates("answerCallbackQuery", answer, "a query answered twice");
    bot.refuses("answerCallbackQuery", json!({ "callback_query_id": "1" }), 400, TOO_OLD);
}

#[test]
fn a_notice_has_at_most_200_characters() {
    let bot = Bot::start();
    let id = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    let answer = json!({ "callback_query_id": id, "text": "é".repeat(201) });
    bot.violates("answerCallbackQuery", answer, "over 200 characters");
}

#[test]
fn an_old_query_cannot_be_answered() {
    let bot = Bot::start();
    let old = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    bot.advance_clock(Duration::from_secs(31));
    let new = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    let expired = bot.tap_inline(PERSON, "inline-1", "data").query_id;
    bot.expire_query(&expired);
    bot.refuses("answerCallbackQuery", json!({ "callback_query_id": old }), 400, TOO_OLD);
    bot.refuses("answerCallbackQuery", json!({ "callback_query_id": expired }), 400, TOO_OLD);
    bot.accepts("answerCallbackQuery", json!({ "callback_query_id": new }));
}

fn article(id: &str) -> Value {
    json!({ "type": "article", "id": id, "title": "Title", "input_message_content": { "message_text": "Text" } })
}

fn changed(path: &str, value: Value) -> Value {
    let mut article = article("a");
    *article.pointer_mut(path).unwrap() = value;
    article
}

#[test]
fn there_are_at_most_50_results_of_different_ids() {
    let bot = Bot::start();
    let asked = || bot.inline_query(PERSON, "peace", "").query_id;
    let answer = |results: Vec<Value>| json!({ "inline_query_id": asked(), "results": results });
    let many = |count: usize| (0..count).map(|index| article(&index.to_string())).collect();
    bot.accepts("answerInlineQuery", answer(many(50)));
    bot.accepts("answerInlineQuery", answer(vec![]));
    bot.violates("answerInlineQuery", answer(many(51)), "51 results");
    bot.violates("answerInlineQuery", answer(vec![article("a"), article("a")]), "ids of results that repeat");
}

#[test]
fn a_result_is_an_article_or_a_contact() {
    let bot = Bot::start();
    let check = |result: Value, rule: &str| {
        let id = bot.inline_query(PERSON, "peace", "").query_id;
        let answer = json!({ "inline_query_id": id, "results": [result] });
        if rule.is_empty() {
            bot.accepts("answerInlineQuery", answer);
        } else {
            bot.violates("answerInlineQuery", answer, rule);
        }
    };
    check(article(&"a".repeat(64)), "");
    check(json!({ "type": "contact", "id": "c", "phone_number": "1", "first_name": "P" }), "");
    check(article(&"a".repeat(65)), "1 to 64 bytes");
    check(article(""), "1 to 64 bytes");
    check(changed("/title", json!("")), "neither an article with a title nor a contact");
    check(json!({ "type": "contact", "id": "c" }), "neither an article with a title nor a contact");
    check(changed("/type", json!("hologram")), "neither an article with a title nor a contact");
    check(changed("/input_message_content/message_text", json!(" ")), "the text is empty");
    let mut with_keyboard = article("a");
    with_keyboard["reply_markup"] = json!({ "inline_keyboard": [[{ "text": "A", "callback_data": "" }]] });
    check(with_keyboard, "1 to 64 bytes");
}

#[test]
fn an_inline_query_is_answered_once_and_in_time() {
    let bot = Bot::start();
    let answer = json!({ "inline_query_id": bot.inline_query(PERSON, "", "").query_id, "results": [] });
    bot.accepts("answerInlineQuery", answer.clone());
    bot.violates("answerInlineQuery", answer, "a query answered twice");
    let answer = json!({ "inline_query_id": bot.inline_query(PERSON, "", "").query_id, "results": [] });
    bot.advance_clock(Duration::from_secs(31));
    bot.refuses("answerInlineQuery", answer, 400, TOO_OLD);
}

#[test]
fn an_offset_has_at_most_64_bytes() {
    let bot = Bot::start();
    let asked = || bot.inline_query(PERSON, "", "").query_id;
    let answer = |offset: &str| json!({ "inline_query_id": asked(), "results": [], "next_offset": offset });
    bot.accepts("answerInlineQuery", answer(&"é".repeat(32)));
    bot.violates("answerInlineQuery", answer(&"é".repeat(33)), "next_offset of over 64 bytes");
}

#[test]
fn the_button_over_the_results_has_a_start_parameter() {
    let bot = Bot::start();
    let asked = || bot.inline_query(PERSON, "", "").query_id;
    let answer = |button: Value| json!({ "inline_query_id": asked(), "results": [], "button": button });
    bot.accepts("answerInlineQuery", answer(json!({ "text": "Ask", "start_parameter": "a_-1" })));
    for button in [json!({ "text": "Ask", "start_parameter": "a b" }), json!({ "text": "Ask", "start_parameter": "" })]
    {
        bot.violates("answerInlineQuery", answer(button), "a start_parameter");
    }
}

#[test]
fn a_guest_is_answered_once_with_a_message_that_can_be_edited() {
    let bot = Bot::start();
    let answer = json!({ "guest_query_id": bot.guest_message(PERSON, "Hi").query_id, "result": article("a") });
    let sent = bot.accepts("answerGuestQuery", answer.clone());
    let edit = |text: &str| json!({ "inline_message_id": sent["inline_message_id"], "text": text });
    bot.refuses("editMessageText", edit("Text"), 400, "message is not modified");
    bot.accepts("editMessageText", edit("Another"));
    bot.violates("answerGuestQuery", answer, "a query answered twice");
    bot.refuses("answerGuestQuery", json!({ "guest_query_id": "1", "result": article("a") }), 400, TOO_OLD);
    let empty = json!({ "guest_query_id": bot.guest_message(PERSON, "Hi").query_id, "result": {} });
    bot.violates("answerGuestQuery", empty, "an id of a result");
}
