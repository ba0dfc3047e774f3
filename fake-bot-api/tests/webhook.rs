//! `setWebhook` and what is delivered.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    thread,
};

use fake_bot_api::WAIT_LIMIT;
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON};

/// A delivery that waits for its answer.
struct Delivery {
    head: String,
    update: Value,
    stream: TcpStream,
}

impl Delivery {
    fn answer(mut self, status: u16, body: &str) {
        let length = body.len();
        write!(self.stream, "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
    }

    fn id(&self) -> i64 {
        self.update["update_id"].as_i64().unwrap()
    }
}

/// The bot's own server: its address, and what is delivered to it.
fn endpoint() -> (String, Receiver<Delivery>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, deliveries) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if sender.send(read(stream)).is_err() {
                return;
            }
        }
    });
    (url, deliveries)
}

fn read(stream: TcpStream) -> Delivery {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0);
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Delivery { head, update: serde_json::from_slice(&body).unwrap(), stream }
}

#[track_caller]
fn next(deliveries: &Receiver<Delivery>) -> Delivery {
    deliveries.recv_timeout(WAIT_LIMIT).unwrap()
}

#[test]
fn a_webhook_is_set_told_and_deleted() {
    let bot = Bot::start();
    let allowed = json!(["callback_query", "message"]);
    bot.accepts(
        "setWebhook",
        json!({ "url": "https://example.org", "max_connections": 8, "allowed_updates": allowed }),
    );
    let info = bot.accepts("getWebhookInfo", json!({}));
    assert_eq!((info["url"].as_str(), info["max_connections"].as_i64()), (Some("https://example.org"), Some(8)));
    assert_eq!(info["allowed_updates"], allowed);
    bot.refuses("getUpdates", json!({}), 409, "can't use getUpdates method while webhook is active");
    bot.accepts("deleteWebhook", json!({}));
    assert_eq!(bot.accepts("getWebhookInfo", json!({}))["url"], "");
    bot.accepts("getUpdates", json!({}));
    bot.accepts("setWebhook", json!({ "url": "https://example.org" }));
    bot.accepts("setWebhook", json!({ "url": "" }));
    assert_eq!(bot.accepts("getWebhookInfo", json!({}))["url"], "", "an empty address deletes it too");
}

#[test]
fn an_earlier_webhook_can_be_preset() {
    let bot = Bot::start();
    bot.preset_webhook("https://example.org/old");
    bot.preset_webhook_info("last_error_message", json!("Connection refused"));
    let info = bot.accepts("getWebhookInfo", json!({}));
    assert_eq!(
        (&info["url"], &info["last_error_message"]),
        (&json!("https://example.org/old"), &json!("Connection refused"))
    );
}

#[test]
fn pending_updates_are_dropped_on_demand() {
    let bot = Bot::start();
    let check = |method: &str, params: Value, expected: i64| {
        bot.accepts(method, params);
        assert_eq!(bot.accepts("getWebhookInfo", json!({}))["pending_update_count"], expected, "{method}");
    };
    bot.private_message(PERSON, "Hi");
    check("setWebhook", json!({ "url": "https://example.org" }), 1);
    check("setWebhook", json!({ "url": "https://example.org", "drop_pending_updates": true }), 0);
    bot.private_message(PERSON, "Hi");
    check("deleteWebhook", json!({}), 1);
    check("deleteWebhook", json!({ "drop_pending_updates": true }), 0);
}

#[test]
fn the_parameters_of_a_webhook_have_limits() {
    let bot = Bot::start();
    let set = |name: &str, value: Value| json!({ "url": "https://example.org", name: value });
    bot.accepts("setWebhook", set("secret_token", json!("aB3_-".repeat(51))));
    bot.accepts("setWebhook", set("max_connections", json!(100)));
    bot.violates("setWebhook", set("secret_token", json!("a b")), "a secret_token");
    bot.violates("setWebhook", set("secret_token", json!("a".repeat(257))), "a secret_token");
    bot.violates("setWebhook", set("max_connections", json!(0)), "max_connections");
    bot.violates("setWebhook", set("max_connections", json!(101)), "max_connections");
    bot.violates("setWebhook", set("url", json!("example.org")), "no address");
    bot.violates("setWebhook", set("allowed_updates", json!(["messages"])), "unknown kind of update");
}

#[test]
fn a_delivery_carries_the_secret_and_comes_again_until_it_is_taken() {
    let bot = Bot::start();
    let (url, deliveries) = endpoint();
    bot.accepts("setWebhook", json!({ "url": url, "secret_token": "s3cret" }));
    assert_eq!(bot.webhook_secret(), "s3cret");
    let _delivery = bot.deliver_to_webhook();
    let id = bot.private_message(PERSON, "Hi").update_id;
    let first = next(&deliveries);
    assert!(first.head.contains("x-telegram-bot-api-secret-token: s3cret"), "{}", first.head);
    assert_eq!(first.id(), id);
    first.answer(500, "");
    let second = next(&deliveries);
    assert_eq!(second.id(), id);
    assert!(bot.confirmed() < id);
    second.answer(200, "");
    bot.wait_confirmed(id);
    assert_eq!(bot.with_state(|state| state.failed_deliveries), 1);
}

#[test]
fn without_a_secret_there_is_no_header() {
    let bot = Bot::start();
    let (url, deliveries) = endpoint();
    bot.accepts("setWebhook", json!({ "url": url }));
    let _delivery = bot.deliver_to_webhook();
    bot.private_message(PERSON, "Hi");
    let delivery = next(&deliveries);
    assert!(!delivery.head.contains("secret-token"), "{}", delivery.head);
    delivery.answer(200, "");
}

#[test]
fn a_call_in_the_response_is_carried_out() {
    let bot = Bot::start();
    let (url, deliveries) = endpoint();
    bot.accepts("setWebhook", json!({ "url": url }));
    let _delivery = bot.deliver_to_webhook();
    bot.private_message(PERSON, "Hi");
    let call = json!({ "method": "sendMessage", "chat_id": PERSON, "text": "Hello" });
    next(&deliveries).answer(200, &call.to_string());
    assert_eq!(bot.wait_sent(PERSON, 1)[0].text(), "Hello");
    assert_eq!(bot.with_state(|state| state.webhook_replies), 1);
    bot.assert_clean();
    bot.private_message(PERSON, "Hi");
    next(&deliveries).answer(200, "Thanks");
    bot.wait_for("the violation", |state| state.violations.iter().find(|rule| rule.contains("no call")).cloned());
}

#[test]
fn the_updates_of_one_chat_are_delivered_one_after_the_other() {
    let bot = Bot::start();
    let (url, deliveries) = endpoint();
    bot.accepts("setWebhook", json!({ "url": url }));
    let _delivery = bot.deliver_to_webhook();
    let first = bot.private_message(PERSON, "1").update_id;
    let second = bot.private_message(PERSON, "2").update_id;
    let elsewhere = bot.post(fake_bot_api::Post::new(PERSON, GROUP, "3")).update_id;
    let (one, other) = (next(&deliveries), next(&deliveries));
    assert_eq!([one.id(), other.id()], [first, elsewhere]);
    assert!(deliveries.try_recv().is_err());
    one.answer(200, "");
    let last = next(&deliveries);
    assert_eq!(last.id(), second);
    [last, other].into_iter().for_each(|delivery| delivery.answer(200, ""));
    bot.wait_confirmed(elsewhere);
}

#[test]
fn no_more_than_max_connections_are_delivered_at_once() {
    let bot = Bot::start();
    let (url, deliveries) = endpoint();
    bot.accepts("setWebhook", json!({ "url": url, "max_connections": 2 }));
    let ids: Vec<i64> = (1..=3).map(|person| bot.private_message(person, "Hi").update_id).collect();
    let _delivery = bot.deliver_to_webhook();
    let (one, other) = (next(&deliveries), next(&deliveries));
    assert!(deliveries.try_recv().is_err());
    one.answer(200, "");
    let third = next(&deliveries);
    assert_eq!(third.id(), ids[2]);
    [other, third].into_iter().for_each(|delivery| delivery.answer(200, ""));
    bot.wait_confirmed(ids[2]);
}
