//! Addresses, tokens, encodings of parameters.

use fake_bot_api::{BOT_ID, BOT_USERNAME, Fake, TOKEN};
use serde_json::{Value, json};

use crate::support::{Bot, PERSON, request};

#[test]
fn method_names_are_case_insensitive() {
    let bot = Bot::start();
    for name in ["getMe", "getme", "GetMe", "GETME"] {
        let me = bot.accepts(name, json!({}));
        assert_eq!((me["id"].as_i64(), me["username"].as_str()), (Some(BOT_ID), Some(BOT_USERNAME)), "{name}");
    }
}

#[test]
fn an_unknown_method_is_not_found() {
    let bot = Bot::start();
    assert_eq!(bot.call("sendPigeon", json!({})).unwrap_err()["error_code"], 404);
    bot.violates("sendPigeon", json!({}), "a method that the fake does not know");
}

#[test]
fn another_token_is_unauthorized_and_another_path_not_found() {
    let fake = Fake::start();
    let check = |path: &str, expected: &str| {
        let (head, _) = request(&fake.url(), path, "", "").unwrap();
        assert!(head.starts_with(expected), "{path}: {head}");
    };
    check(&format!("/bot{TOKEN}/getMe"), "HTTP/1.1 200");
    check("/bot1:nobody/getMe", "HTTP/1.1 401");
    check(&format!("/{TOKEN}/getMe"), "HTTP/1.1 404");
    check("/", "HTTP/1.1 404");
}

#[test]
fn parameters_come_as_json_query_or_form() {
    let bot = Bot::start();
    let path = format!("/bot{TOKEN}/sendMessage");
    let form = format!("chat_id={PERSON}&text=100%25+s%C3%BBr");
    request(&bot.url(), &format!("{path}?{form}"), "", "").unwrap();
    request(&bot.url(), &path, "application/x-www-form-urlencoded", &form).unwrap();
    let json = json!({ "chat_id": PERSON, "text": "100% sûr" }).to_string();
    request(&bot.url(), &path, "application/json; charset=utf-8", &json).unwrap();
    let texts: Vec<_> = bot.sent_to(PERSON).iter().map(|message| message.text().to_owned()).collect();
    assert_eq!(texts, ["100% sûr"; 3]);
    bot.assert_clean();
}

#[test]
fn a_body_that_cannot_be_read_is_a_violation() {
    let bot = Bot::start();
    for (content_type, body) in [("application/json", "[1]"), ("application/json", "{"), ("text/plain", "chat_id=7")] {
        let violations = bot.violations().len();
        let (head, _) = request(&bot.url(), &format!("/bot{TOKEN}/getMe"), content_type, body).unwrap();
        assert!(head.starts_with("HTTP/1.1 400"), "{head}");
        assert_eq!(bot.violations().len(), violations + 1, "{content_type}: {body}");
    }
}

#[test]
fn parameters_are_held_against_the_list_of_the_method() {
    let bot = Bot::start();
    let text = |fields: Value| {
        let mut params = json!({ "chat_id": PERSON, "text": "Hi" });
        params.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        params
    };
    bot.accepts("sendMessage", text(json!({ "disable_notification": true, "protect_content": null })));
    bot.accepts("sendMessage", text(json!({ "chat_id": "7", "reply_markup": "{\"inline_keyboard\":[]}" })));
    bot.violates("sendMessage", text(json!({ "disable_web_page_preview": true })), "unknown parameters");
    bot.violates("sendMessage", text(json!({ "chat_id": true })), "chat_id has the wrong type");
    bot.violates("sendMessage", json!({ "text": "Hi" }), "chat_id is missing");
    bot.violates("sendMessage", json!({ "chat_id": PERSON }), "text is missing");
    bot.violates("sendMessage", text(json!({ "parse_mode": "HTML" })), "parse_mode");
}

#[test]
fn connections_are_refused_while_it_is_stopped() {
    let fake = Fake::start_stopped();
    let get_me = || request(&fake.url(), &format!("/bot{TOKEN}/getMe"), "", "");
    assert!(get_me().is_err());
    fake.start_again();
    assert!(get_me().is_ok());
    fake.stop();
    assert!(get_me().is_err());
}

#[test]
fn the_date_of_answers_can_be_another() {
    let fake = Fake::start();
    fake.preset_date("Thu, 01 Jan 2026 00:00:00 GMT");
    let (head, _) = request(&fake.url(), &format!("/bot{TOKEN}/getMe"), "", "").unwrap();
    assert!(head.contains("date: Thu, 01 Jan 2026 00:00:00 GMT"), "{head}");
}

#[test]
fn fields_of_get_me_can_be_preset() {
    let bot = Bot::start();
    bot.preset_me("supports_guest_queries", json!(true));
    assert_eq!(bot.accepts("getMe", json!({}))["supports_guest_queries"], true);
}
