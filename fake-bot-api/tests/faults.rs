//! Faults on demand and at random.

use std::{thread, time::Duration};

use fake_bot_api::{ALWAYS, Fault, FaultKind, Storm, TOKEN};
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON, request};

fn hello(chat: i64) -> Value {
    json!({ "chat_id": chat, "text": "Hi" })
}

/// The head and the body of the answer to [`hello`], if there is one.
fn raw(bot: &Bot) -> Option<(String, String)> {
    request(&bot.url(), &format!("/bot{TOKEN}/sendMessage"), "application/json", &hello(PERSON).to_string()).ok()
}

#[test]
fn a_fault_meets_as_many_requests_as_it_says() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::InternalJson));
    bot.refuses("getMe", json!({}), 500, "Internal Server Error");
    bot.accepts("getMe", json!({}));
    bot.fault(Fault::new(FaultKind::blocked()).times(2));
    for _ in 0..2 {
        bot.refuses("getMe", json!({}), 403, "bot was blocked by the user");
    }
    bot.accepts("getMe", json!({}));
    bot.fault(Fault::new(FaultKind::conflict()).times(ALWAYS));
    for _ in 0..3 {
        bot.refuses("getUpdates", json!({}), 409, "terminated by other getUpdates request");
    }
    bot.clear_faults();
    bot.accepts("getMe", json!({}));
}

#[test]
fn a_fault_meets_a_method_or_a_chat_alone() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::InternalJson).on("SENDMESSAGE").in_chat(GROUP));
    bot.accepts("getMe", json!({}));
    bot.accepts("sendMessage", hello(PERSON));
    bot.refuses("sendMessage", hello(GROUP), 500, "");
    bot.accepts("sendMessage", hello(GROUP));
}

#[test]
fn retry_after_is_to_be_respected() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 5 }).on("sendMessage"));
    let refusal = bot.call("sendMessage", hello(PERSON)).unwrap_err();
    assert_eq!((&refusal["error_code"], &refusal["parameters"]["retry_after"]), (&json!(429), &json!(5)));
    // Other chats and methods are not concerned.
    bot.accepts("sendMessage", hello(GROUP));
    bot.accepts("getMe", json!({}));
    bot.violates("sendMessage", hello(PERSON), "before the end of retry_after");
    bot.advance_clock(Duration::from_secs(5));
    bot.accepts("sendMessage", hello(PERSON));
}

#[test]
fn cleared_faults_ask_for_no_wait() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 600 }));
    bot.call("sendMessage", hello(PERSON)).unwrap_err();
    bot.clear_faults();
    bot.accepts("sendMessage", hello(PERSON));
}

#[test]
fn a_group_that_migrated_tells_its_new_id() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::migrated(GROUP - 1)).in_chat(GROUP));
    let refusal = bot.call("sendMessage", hello(GROUP)).unwrap_err();
    assert_eq!(refusal["parameters"]["migrate_to_chat_id"], GROUP - 1);
}

#[test]
fn some_faults_leave_a_request_without_effect() {
    let bot = Bot::start();
    let check = |kind: FaultKind, expected: Option<&str>| {
        bot.fault(Fault::new(kind.clone()));
        let answer = raw(&bot);
        assert_eq!(answer.is_some(), expected.is_some(), "{kind:?}");
        let (head, body) = answer.unwrap_or_default();
        assert!(format!("{head}\r\n{body}").contains(expected.unwrap_or_default()), "{kind:?}: {head} {body}");
        assert!(bot.sent_to(PERSON).is_empty(), "{kind:?}");
        assert_eq!(bot.calls().last().unwrap().fault, Some(kind));
    };
    check(FaultKind::ServerError, Some("502 Bad Gateway"));
    check(FaultKind::Garbage, Some("this is not JSON"));
    check(FaultKind::Reset, None);
    assert!(raw(&bot).is_some());
    assert_eq!(bot.sent_to(PERSON).len(), 1);
}

#[test]
fn other_faults_lose_the_answer_alone() {
    let bot = Bot::start();
    for (sent, kind) in [FaultKind::AnswerLost, FaultKind::Truncated].into_iter().enumerate() {
        bot.fault(Fault::new(kind.clone()));
        let whole = raw(&bot).filter(|(_, body)| serde_json::from_str::<Value>(body).is_ok());
        assert_eq!(whole, None, "{kind:?}");
        assert_eq!(bot.sent_to(PERSON).len(), sent + 1, "{kind:?}");
    }
    bot.fault(Fault::new(FaultKind::Slow(Duration::from_millis(20))));
    assert!(raw(&bot).is_some_and(|(_, body)| serde_json::from_str::<Value>(&body).is_ok()));
}

#[test]
fn a_request_hangs_until_the_faults_are_cleared() {
    let bot = Bot::start();
    bot.fault(Fault::new(FaultKind::Hang));
    thread::scope(|scope| {
        let hanging = scope.spawn(|| raw(&bot));
        bot.wait_calls("sendMessage", 1);
        assert!(!hanging.is_finished());
        bot.clear_faults();
        assert_eq!(hanging.join().unwrap(), None);
    });
}

#[test]
fn a_storm_is_the_same_for_the_same_seed() {
    let outcomes = |seed: u64| -> Vec<bool> {
        let bot = Bot::start();
        bot.storm(Storm { one_in: 3, kinds: vec![FaultKind::InternalJson, FaultKind::blocked()], seed });
        let outcomes = (0..40).map(|_| bot.call("getMe", json!({})).is_ok()).collect();
        bot.clear_faults();
        bot.accepts("getMe", json!({}));
        outcomes
    };
    let first = outcomes(1);
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    assert_eq!(first, outcomes(1));
    assert_ne!(first, outcomes(2));
}
