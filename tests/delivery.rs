//! No question is lost: Telegram fails, the bot is killed, answers break. The real binary, unless a panic is wanted.

use std::time::Duration;
use tokio::runtime::LocalOptions;

use palabre::bot::reply::{Input, Reply, Request, reply};
use palabre::content::{Content, load};
use palabre::telegram::{Api, Bot, Token};
use serde_json::json;

use crate::support::bot::{BotTest, Process};
use crate::support::standin::StandIn;
use fake_bot_api::{ALWAYS, Fake, Fault, FaultKind, Post, TOKEN, WAIT_LIMIT};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
const GROUP: i64 = -4_007;

fn bot() -> BotTest {
    BotTest::start(BINARY)
}

/// One answer goes wrong this way at first, and arrives all the same.
#[track_caller]
fn check_recovers(fault: FaultKind) {
    let bot = bot();
    bot.fake.fault(Fault::new(fault).on("sendMessage").times(2));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert!(bot.fake.sent_to(1)[0].text().contains("+223"));
    assert_eq!(bot.fake.sent_to(1).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_bad_gateway_is_tried_again() {
    check_recovers(FaultKind::ServerError);
}

#[test]
fn an_internal_error_is_tried_again() {
    check_recovers(FaultKind::InternalJson);
}

#[test]
fn a_reset_connection_is_tried_again() {
    check_recovers(FaultKind::Reset);
}

#[test]
fn garbage_is_tried_again() {
    check_recovers(FaultKind::Garbage);
}

#[test]
fn a_lost_answer_repeats_a_message_rather_than_losing_it() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::AnswerLost).on("sendMessage"));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert_eq!(bot.fake.sent_to(1).len(), 2);
}

#[test]
fn a_429_makes_that_chat_wait_and_no_other() {
    let bot = bot();
    // Longer than an answer takes on a busy machine.
    bot.fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 6 }).on("sendMessage").in_chat(1));
    let slow = bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    bot.fake.private_message(2, "/contact");
    bot.fake.wait_sent(2, 1);
    assert!(bot.fake.sent_to(1).is_empty(), "the other chat is answered while the first one waits");
    bot.fake.wait_confirmed(slow.update_id);
    assert_eq!(bot.fake.sent_to(1).len(), 1);
    // The fake notes a request that comes before its time.
    bot.fake.assert_clean();
}

#[test]
fn a_chat_is_answered_in_order_even_when_the_first_answer_waits() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::ServerError).on("sendMessage").in_chat(1).times(2));
    bot.fake.private_message(1, "/contact");
    bot.fake.private_message(1, "/principes");
    let last = bot.fake.private_message(1, "/help");
    bot.fake.wait_confirmed(last.update_id);
    let sent = bot.fake.sent_to(1);
    assert_eq!(sent.len(), 3);
    assert!(sent[0].text().contains("+223") && sent[1].text().contains("principes"));
}

#[test]
fn the_offset_stays_at_what_is_in_hand_and_nothing_is_answered_twice() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::Hang).on("sendMessage").in_chat(1));
    let slow = bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    for person in 2..40 {
        bot.fake.private_message(person, "/contact");
    }
    for person in 2..40 {
        bot.fake.wait_sent(person, 1);
    }
    let polls = bot.fake.polls();
    bot.fake.wait_polls(polls + 2);
    assert!(bot.fake.confirmed() < slow.update_id);
    bot.fake.clear_faults();
    bot.fake.wait_sent(1, 1);
    bot.fake.wait_confirmed(slow.update_id + 38);
    assert!((1..40).all(|person| bot.fake.sent_to(person).len() == 1));
}

#[test]
fn one_chat_that_waits_for_long_does_not_make_the_bot_deaf() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 30 }).on("sendMessage").in_chat(1));
    bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    for person in 2..250 {
        bot.fake.private_message(person, "/contact");
    }
    for person in 2..250 {
        bot.fake.wait_sent(person, 1);
    }
}

#[test]
fn when_nothing_gets_through_nothing_is_confirmed() {
    let mut bot = bot();
    bot.fake.fault(Fault::new(FaultKind::ServerError).on("sendMessage").times(ALWAYS));
    let first = bot.fake.private_message(1, "/contact");
    for person in 2..200 {
        bot.fake.private_message(person, "/contact");
    }
    // The first hundred are tried, twice and more; the offset stays, so nobody is lost with this process.
    bot.fake.wait_calls("sendMessage", 300);
    let polls = bot.fake.polls();
    bot.fake.wait_polls(polls + 6);
    assert!(bot.fake.confirmed() < first.update_id);
    bot.process.kill();
    bot.fake.clear_faults();
    bot.restart();
    for person in 1..200 {
        bot.fake.wait_sent(person, 1);
    }
}

#[test]
fn updates_that_are_numbered_anew_are_answered_once() {
    let mut bot = bot();
    bot.say("/start").expect("Interpeace");
    let message = |id: i64, text: &str| {
        json!({"update_id": id, "message": {
            "message_id": id, "date": 1, "chat": {"id": 5, "type": "private", "first_name": "Person"},
            "from": {"id": 5, "is_bot": false, "first_name": "Person", "language_code": "fr"}, "text": text,
        }})
    };
    let before = bot.fake.private_message(5, "/start");
    bot.fake.wait_confirmed(before.update_id);
    bot.fake.push_raw(message(7, "/contact"));
    bot.fake.push_raw(message(8, "/principes"));
    bot.fake.wait_confirmed(8);
    assert_eq!(bot.fake.sent_to(5).len(), 3);
}

#[test]
fn chats_are_answered_while_polling_fails() {
    let fake = Fake::start();
    for _ in 0..8 {
        fake.private_message(1, "/contact");
    }
    // The first poll takes in all eight.
    let bot = BotTest::start_with(BINARY, fake, &[], &[]);
    bot.fake.wait_sent(1, 1);
    bot.fake.fault(Fault::new(FaultKind::conflict()).on("getUpdates").times(ALWAYS));
    bot.fake.wait_sent(1, 8);
}

#[test]
fn a_tap_is_acknowledged_while_its_chat_waits() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    bot.fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 60 }).on("editMessageText"));
    let tap = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_for("the tap to be acknowledged", |state| (!state.answers(&tap.query_id).is_empty()).then_some(()));
    let second = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_for("the next tap too", |state| (!state.answers(&second.query_id).is_empty()).then_some(()));
    assert_eq!(bot.fake.answers(&tap.query_id).len(), 1);
}

#[test]
fn a_tap_is_acknowledged_once_however_often_its_page_is_tried() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    bot.fake.fault(Fault::new(FaultKind::Reset).on("editMessageText").times(3));
    let tap = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(bot.fake.answers(&tap.query_id).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_failed_answer_to_a_tap_does_not_stop_the_page() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: query is too old")).on("answerCallbackQuery"));
    let tap = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.message(1, home.id).text().contains("+223"));
}

#[test]
fn a_message_that_cannot_be_edited_is_sent_anew() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: message can't be edited")).on("editMessageText"));
    let tap = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.sent_to(1)[1].text().contains("+223"));
}

#[test]
fn who_blocked_the_bot_is_left_alone() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::blocked()).on("sendMessage").times(ALWAYS));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert_eq!(bot.fake.calls_of("sendMessage").len(), 1);
    let log = bot.process.log();
    assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
}

#[test]
fn a_group_that_has_moved_is_answered_at_its_new_place() {
    const SUPERGROUP: i64 = -1_000_000_004_007;
    let bot = bot();
    bot.fake.group(GROUP, false);
    bot.fake.group(SUPERGROUP, false);
    bot.fake.fault(Fault::new(FaultKind::migrated(SUPERGROUP)).on("sendMessage").in_chat(GROUP));
    bot.fake.post(Post::new(7, GROUP, "/contact"));
    assert!(bot.fake.wait_sent(SUPERGROUP, 1)[0].text().contains("+223"));
    bot.fake.assert_clean();
}

#[test]
fn a_topic_that_is_gone_is_answered_in_the_group() {
    const FORUM: i64 = -1_000_000_004_008;
    let bot = bot();
    bot.fake.group(FORUM, true);
    let refusal = FaultKind::refuse(400, "Bad Request: message thread not found");
    bot.fake.fault(Fault::new(refusal).on("sendMessage"));
    bot.fake.post(Post::new(7, FORUM, "/contact").topic(31));
    bot.fake.wait_sent(FORUM, 1);
    assert!(bot.fake.calls_of("sendMessage")[1].params.get("message_thread_id").is_none());
}

/// An answer that is refused for one of its parts arrives without it.
#[track_caller]
fn check_arrives(refusals: &[&str], chat: i64, missing: &[&str]) {
    let bot = bot();
    bot.fake.group(GROUP, false);
    for refusal in refusals {
        let refusal = FaultKind::refuse(400, &format!("Bad Request: {refusal}"));
        bot.fake.fault(Fault::new(refusal).on("sendMessage"));
    }
    if chat > 0 {
        bot.fake.private_message(chat, "/contact");
    } else {
        bot.fake.post(Post::new(7, chat, "/contact"));
    }
    assert!(bot.fake.wait_sent(chat, 1)[0].text().contains("+223"), "{refusals:?}");
    let calls = bot.fake.calls_of("sendMessage");
    assert_eq!(calls.len(), refusals.len() + 1);
    for part in ["reply_parameters", "reply_markup", "entities"] {
        let is_sent = calls[refusals.len()].params.get(part).is_some();
        let is_possible = chat < 0 || part != "reply_parameters";
        assert_eq!(is_sent, is_possible && !missing.contains(&part), "{part} after {refusals:?}");
    }
    bot.fake.assert_clean();
}

#[test]
fn an_answer_that_is_refused_for_a_part_of_it_arrives_without_it() {
    check_arrives(&["message to be replied not found"], GROUP, &["reply_parameters"]);
    check_arrives(&["BUTTON_DATA_INVALID"], GROUP, &["reply_markup"]);
    check_arrives(&["ENTITY_BOUNDS_INVALID"], 1, &["entities"]);
    let all = ["REPLY_MESSAGE_ID_INVALID", "reply markup is too long", "can't parse entities: odd"];
    check_arrives(&all, GROUP, &["reply_parameters", "reply_markup", "entities"]);
}

#[test]
fn a_page_is_turned_without_its_buttons_if_they_are_refused() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: BUTTON_URL_INVALID")).on("editMessageText"));
    let tap = bot.fake.tap(1, 1, home.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.message(1, home.id).text().contains("+223"));
    assert_eq!(bot.fake.sent_to(1).len(), 1, "in its place");
}

#[test]
fn a_refusal_is_one_line_in_the_log_and_the_loop_goes_on() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: chat not found: 123456")).on("sendMessage"));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    bot.process.wait_log("an answer was not sent: Telegram refuses sendMessage (400): chat not found\n");
    bot.fake.private_message(2, "/contact");
    bot.fake.wait_sent(2, 1);
}

#[test]
fn every_poll_names_the_updates_it_wants() {
    let mut bot = bot();
    bot.say("/start").expect("Interpeace");
    bot.fake.with_state(|state| {
        assert!(!state.polls.is_empty());
        for poll in &state.polls {
            assert_eq!(
                poll.allowed_updates.as_deref(),
                Some(&["message", "callback_query", "inline_query", "guest_message"].map(String::from)[..])
            );
        }
    });
}

#[test]
fn polling_survives_what_telegram_does_to_it() {
    let bot = bot();
    for fault in [FaultKind::ServerError, FaultKind::Garbage, FaultKind::conflict()] {
        bot.fake.fault(Fault::new(fault).on("getUpdates"));
    }
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert_eq!(bot.fake.sent_to(1).len(), 1);
}

#[test]
fn a_webhook_that_somebody_left_is_removed() {
    let fake = Fake::start();
    fake.preset_webhook("https://example.org/old");
    fake.private_message(1, "/contact");
    let bot = BotTest::start_with(BINARY, fake, &[], &[]);
    bot.fake.wait_sent(1, 1);
    bot.process.wait_log("webhook");
    assert_eq!(bot.fake.calls_of("deleteWebhook").len(), 1);
}

#[test]
fn what_was_in_hand_at_a_kill_is_answered_by_the_next_process() {
    let mut bot = bot();
    bot.fake.fault(Fault::new(FaultKind::Hang).on("sendMessage").times(ALWAYS));
    for person in 1..20 {
        bot.fake.private_message(person, "/contact");
    }
    bot.fake.wait_calls("sendMessage", 19);
    bot.process.kill();
    bot.fake.clear_faults();
    bot.restart();
    for person in 1..20 {
        bot.fake.wait_sent(person, 1);
    }
}

/// What is in hand is finished and confirmed, then the process ends well.
#[track_caller]
fn check_stops(signal: &str) {
    let mut bot = bot();
    bot.fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 1 }).on("sendMessage").in_chat(1));
    bot.fake.private_message(1, "/contact");
    let last = bot.fake.private_message(2, "/contact");
    bot.fake.wait_calls("sendMessage", 2);
    bot.process.signal(signal);
    let status = bot.process.wait_exit(WAIT_LIMIT);
    assert!(status.success(), "{status}");
    assert_eq!(bot.fake.sent_to(1).len(), 1, "the answer in hand was finished");
    assert_eq!(bot.fake.confirmed(), last.update_id);
    bot.fake.assert_clean();
}

#[test]
fn sigterm_finishes_what_is_in_hand() {
    check_stops("TERM");
}

#[test]
fn sigint_finishes_what_is_in_hand() {
    check_stops("INT");
}

#[test]
fn sigterm_does_not_wait_for_what_hangs_and_leaves_it_to_the_next_process() {
    let mut bot = bot();
    bot.fake.fault(Fault::new(FaultKind::Hang).on("sendMessage").times(ALWAYS));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    bot.process.signal("TERM");
    assert!(bot.process.wait_exit(WAIT_LIMIT).success());
    assert!(bot.fake.confirmed() < asked.update_id);
    bot.fake.clear_faults();
    bot.restart();
    bot.fake.wait_sent(1, 1);
}

#[test]
fn sigterm_while_nothing_comes_ends_well() {
    let mut bot = bot();
    bot.process.signal("TERM");
    assert!(bot.process.wait_exit(WAIT_LIMIT).success());
}

#[test]
fn sigterm_while_telegram_is_away_ends_too() {
    let fake = Fake::start_stopped();
    let mut process = Process::start(BINARY, &fake, &[]);
    process.wait_log("cannot be reached");
    process.signal("TERM");
    assert!(process.wait_exit(WAIT_LIMIT).success());
}

#[test]
fn it_starts_while_telegram_is_away_and_says_so() {
    let fake = Fake::start_stopped();
    let process = Process::start(BINARY, &fake, &[]);
    process.wait_log("Telegram cannot be reached: ");
    process.wait_log("trying again in");
    fake.private_message(1, "/contact");
    fake.start_again();
    fake.wait_sent(1, 1);
}

#[test]
fn telegram_goes_away_and_comes_back() {
    let bot = bot();
    bot.fake.stop();
    bot.process.wait_log("cannot be reached");
    bot.fake.private_message(1, "/contact");
    bot.fake.start_again();
    bot.fake.wait_sent(1, 1);
}

#[test]
fn a_wrong_token_is_one_clear_line() {
    let fake = Fake::start();
    let mut process = Process::start_with(BINARY, &fake, &[], &[("TELOXIDE_TOKEN", "1:wrong")]);
    let status = process.wait_exit(WAIT_LIMIT);
    assert_eq!(status.code(), Some(1));
    let log = process.log();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("@BotFather") && !log.contains("1:wrong"), "{log}");
}

#[test]
fn no_token_is_one_clear_line() {
    let fake = Fake::start();
    let mut process = Process::start_with(BINARY, &fake, &[], &[("TELOXIDE_TOKEN", " ")]);
    assert_eq!(process.wait_exit(WAIT_LIMIT).code(), Some(1));
    assert_eq!(process.log().lines().count(), 1, "{}", process.log());
}

#[test]
fn the_token_may_stand_in_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{TOKEN}\n")).unwrap();
    let fake = Fake::start();
    // An environment variable cannot be taken away again by `start_with`: an own command does without.
    let mut child = std::process::Command::new(BINARY)
        .arg("run")
        .env_clear()
        .env("TELOXIDE_TOKEN_FILE", file.path())
        .env("TELOXIDE_API_URL", fake.url())
        .spawn()
        .unwrap();
    fake.wait_polls(1);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn no_secret_no_word_and_no_id_reaches_a_log() {
    const PERSON: i64 = 778_899_001;
    const WORDS: &str = "Kadiatou-demande-en-secret";
    let fake = Fake::start();
    let mut bot = BotTest::start_with(BINARY, fake, &[], &[("RUST_LOG", "trace")]);
    bot.fake.fault(Fault::new(FaultKind::refuse(400, &format!("Bad Request: {PERSON} is odd"))).on("sendMessage"));
    bot.fake.fault(Fault::new(FaultKind::Reset).on("sendMessage"));
    bot.fake.fault(Fault::new(FaultKind::Garbage).on("getUpdates"));
    bot.fake.private_message(PERSON, WORDS);
    bot.fake.push_raw(json!({"message": {"text": WORDS, "from": {"id": PERSON}}}));
    bot.say_as(PERSON, &format!("/{WORDS}")).expect("Les cinq principes");
    let home = bot.page();
    let tap = bot.fake.tap(PERSON, PERSON, home.id, WORDS);
    bot.fake.wait_confirmed(tap.update_id);
    bot.fake.fault(Fault::new(FaultKind::Reset).on("getUpdates"));
    bot.process.signal("TERM");
    bot.process.wait_exit(WAIT_LIMIT);
    let log = bot.process.log();
    let secret = TOKEN.split_once(':').unwrap().1;
    for private in [secret, WORDS, &PERSON.to_string(), "Person"] {
        let line = log.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} stands in the log");
    }
    assert!(log.contains("TRACE"), "the log is as talkative as it can be");
}

/// A stand-in for the answering that panics at one word.
fn panics_at_boom(content: &Content, request: &Request<'_>) -> Reply {
    assert!(request.input != Input::Text("boom"), "boom");
    reply(content, request)
}

#[test]
fn a_proxy_that_is_none_is_one_clear_line() {
    let fake = Fake::start();
    let mut process = Process::start_with(BINARY, &fake, &[], &[("TELOXIDE_PROXY", "foo:bar")]);
    assert_eq!(process.wait_exit(WAIT_LIMIT).code(), Some(1));
    assert!(process.log().contains("TELOXIDE_PROXY") && process.log().lines().count() == 1, "{}", process.log());
}

#[test]
fn a_panic_gets_an_apology_and_the_loop_goes_on() {
    let fake = Fake::start();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let url = fake.url();
    let bot = std::thread::spawn(move || {
        let content = load::shipped(load::today()).content.unwrap();
        let api = Api::new(&Token::new(TOKEN).unwrap(), Some(&url), None).unwrap();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
        let bot = Bot::new(api, content).reply(panics_at_boom);
        runtime.block_on(bot.run(async { drop(stopped.await) }))
    });
    fake.private_message(1, "boom");
    let last = fake.private_message(1, "/contact");
    fake.wait_confirmed(last.update_id);
    let sent = fake.sent_to(1);
    assert!(sent[0].text().starts_with("Pardon"), "{}", sent[0]);
    assert!(sent[1].text().contains("+223"));
    stop.send(()).unwrap();
    assert_eq!(bot.join().unwrap(), Ok(()));
    fake.assert_clean();
}

#[test]
fn after_an_answer_the_next_question_is_heard_without_any_time_passing() {
    let fake = Fake::start();
    let bot = StandIn::start_with_clock(&fake, reply);
    fake.wait_polls(1);
    // A long poll has been waiting for longer than any pause between polls.
    bot.advance(Duration::from_secs(5));
    for person in 1..=3 {
        let question = fake.private_message(person, "/contact");
        fake.wait_confirmed(question.update_id);
    }
    assert_eq!(bot.stop(), Ok(()));
    fake.assert_clean();
}

#[test]
fn a_held_offset_is_polled_no_faster_than_telegram_allows() {
    let fake = Fake::start();
    fake.throttle_repeated_offsets();
    let _bot = Process::start(env!("CARGO_BIN_EXE_palabre"), &fake, &[]);
    fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 600 }).on("sendMessage").in_chat(1));
    fake.private_message(1, "/contact");
    fake.wait_calls("sendMessage", 1);
    let polls = fake.polls();
    fake.wait_polls(polls + 4);
    let throttled = fake.with_state(|state| state.polls.iter().filter(|poll| poll.throttled).count());
    assert_eq!(throttled, 0, "Telegram gives one update at a time to a bot that polls too fast");
}
