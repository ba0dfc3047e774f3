//! `getUpdates`.

use std::{thread, time::Duration};

use fake_bot_api::Person;
use serde_json::json;

use crate::support::{Bot, PERSON};

/// A bot with this many messages in its queue, and the id of the first.
fn with_messages(count: usize) -> (Bot, i64) {
    let bot = Bot::start();
    bot.throttle_repeated_offsets();
    bot.filter_updates();
    let ids: Vec<i64> = (0..count).map(|_| bot.private_message(PERSON, "Hi").update_id).collect();
    (bot, ids[0])
}

#[test]
fn an_offset_confirms_what_is_below_it() {
    let (bot, first) = with_messages(3);
    assert_eq!(bot.poll(json!({ "offset": first })), [first, first + 1, first + 2]);
    assert_eq!(bot.confirmed(), first - 1);
    assert_eq!(bot.poll(json!({ "offset": first + 2 })), [first + 2]);
    assert_eq!(bot.confirmed(), first + 1);
    // What is confirmed never comes again.
    assert_eq!(bot.poll(json!({ "offset": first })), [first + 2]);
}

#[test]
fn without_an_offset_nothing_is_confirmed() {
    let (bot, first) = with_messages(2);
    assert_eq!(bot.poll(json!({})), [first, first + 1]);
    bot.advance_clock(Duration::from_secs(4));
    assert_eq!(bot.poll(json!({})), [first, first + 1]);
}

#[test]
fn a_negative_offset_keeps_that_many_of_the_newest() {
    let (bot, first) = with_messages(4);
    assert_eq!(bot.poll(json!({ "offset": -2 })), [first + 2, first + 3]);
    assert_eq!(bot.confirmed(), first + 1);
}

#[test]
fn the_limit_is_kept_within_1_and_100() {
    let (bot, first) = with_messages(101);
    let check = |limit: i64, expected: usize| {
        bot.advance_clock(Duration::from_secs(4));
        assert_eq!(bot.poll(json!({ "offset": first, "limit": limit })).len(), expected, "{limit}");
    };
    check(5, 5);
    check(0, 1);
    check(1000, 100);
}

#[test]
fn an_offset_repeated_within_half_a_second_gets_one_update() {
    let (bot, first) = with_messages(3);
    assert_eq!(bot.poll(json!({ "offset": first })).len(), 3);
    assert!(!bot.last_poll().unwrap().throttled);
    assert_eq!(bot.poll(json!({ "offset": first })), [first]);
    assert!(bot.last_poll().unwrap().throttled);
    // Another offset is not throttled, nor is the same one later.
    assert_eq!(bot.poll(json!({ "offset": first + 1 })).len(), 2);
    bot.advance_clock(Duration::from_millis(500));
    assert_eq!(bot.poll(json!({ "offset": first + 1 })).len(), 2);
    assert!(!bot.last_poll().unwrap().throttled);
}

#[test]
fn an_offset_repeated_within_three_seconds_waits_for_an_update() {
    let (bot, first) = with_messages(1);
    let offset = json!({ "offset": first + 1, "timeout": 0 });
    assert!(bot.poll(offset.clone()).is_empty());
    let polls = bot.polls();
    thread::scope(|scope| {
        let poll = scope.spawn(|| bot.poll(offset.clone()));
        bot.wait_polls(polls + 1);
        let sent = bot.private_message(PERSON, "Hi").update_id;
        assert_eq!(poll.join().unwrap(), [sent], "it waited, though its timeout is 0");
    });
    let offset = json!({ "offset": first + 2, "timeout": 0 });
    assert!(bot.poll(offset.clone()).is_empty());
    bot.advance_clock(Duration::from_secs(3));
    assert!(bot.poll(offset).is_empty(), "later it does not wait");
}

#[test]
fn a_repeated_offset_is_only_noted_unless_a_test_wants_it_throttled() {
    let bot = Bot::start();
    let first = bot.private_message(PERSON, "Hi").update_id;
    bot.private_message(PERSON, "Hi");
    for throttled in [false, true] {
        assert_eq!(bot.poll(json!({ "offset": first })).len(), 2);
        assert_eq!(bot.last_poll().unwrap().throttled, throttled);
    }
}

#[test]
fn a_long_poll_ends_with_the_first_update() {
    let (bot, first) = with_messages(1);
    let polls = bot.polls();
    thread::scope(|scope| {
        let poll = scope.spawn(|| bot.poll(json!({ "offset": first + 1, "timeout": 50 })));
        bot.wait_polls(polls + 1);
        let sent = bot.private_message(PERSON, "Hi").update_id;
        assert_eq!(poll.join().unwrap(), [sent]);
    });
}

#[test]
fn the_older_of_two_polls_ends_with_a_conflict() {
    let (bot, first) = with_messages(1);
    let polls = bot.polls();
    thread::scope(|scope| {
        let older = scope.spawn(|| bot.call("getUpdates", json!({ "offset": first + 1, "timeout": 50 })));
        bot.wait_polls(polls + 1);
        bot.poll(json!({ "offset": first + 2 }));
        let conflict = older.join().unwrap().unwrap_err();
        assert_eq!(conflict["error_code"], 409);
        assert!(conflict["description"].as_str().unwrap().contains("terminated by other getUpdates"), "{conflict}");
    });
}

#[test]
fn allowed_updates_are_remembered() {
    let (bot, first) = with_messages(1);
    bot.poll(json!({ "offset": first, "allowed_updates": ["callback_query"] }));
    bot.poll(json!({ "offset": first + 1 }));
    assert_eq!(bot.with_state(|state| state.allowed_updates().map(<[String]>::len)), Some(1));
    let unwanted = bot.private_message(PERSON, "Hi").update_id;
    let tap = bot.tap_inline(PERSON, "inline-1", "data").update_id;
    assert_eq!(bot.poll(json!({ "offset": unwanted })), [tap]);
    // An empty list is the default again.
    bot.poll(json!({ "offset": tap + 1, "allowed_updates": [] }));
    let wanted = bot.private_message(PERSON, "Hi").update_id;
    assert_eq!(bot.poll(json!({ "offset": wanted })), [wanted]);
}

#[test]
fn an_unknown_kind_of_update_is_a_violation() {
    let (bot, first) = with_messages(1);
    bot.accepts("getUpdates", json!({ "offset": first, "allowed_updates": ["message", "guest_message"] }));
    let unknown = json!({ "offset": first + 1, "allowed_updates": ["messages"] });
    bot.violates("getUpdates", unknown, "unknown kind of update messages");
}

#[test]
fn raw_updates_get_an_id_and_may_begin_a_new_numbering() {
    let (bot, first) = with_messages(1);
    assert_eq!(bot.push_raw(json!({ "poll": {} })), first + 1);
    assert_eq!(bot.push_raw(json!({ "update_id": 9_000, "poll": {} })), 9_000);
    bot.poll(json!({ "offset": 9_001 }));
    assert_eq!(bot.push_raw(json!({ "update_id": 5, "poll": {} })), 5);
    // The offset is of the old numbering.
    assert_eq!(bot.poll(json!({ "offset": 9_002 })), [5]);
    assert_eq!(bot.with_state(|state| state.pending_updates()), 1);
}

#[test]
fn each_person_has_a_language_or_none() {
    let (bot, first) = with_messages(1);
    bot.private_message(Person::new(8, "en"), "Hi");
    bot.private_message(Person { id: 9, language: None }, "Hi");
    let updates = bot.accepts("getUpdates", json!({ "offset": first }));
    let language = |index: usize| updates[index]["message"]["from"]["language_code"].as_str();
    assert_eq!([language(0), language(1), language(2)], [Some("fr"), Some("en"), None]);
}
