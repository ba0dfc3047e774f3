//! What can go wrong with Telegram and the way to it: everybody is answered in the end, and nothing stays behind in the
//! process. One-off faults of single requests are in `delivery`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::ops::Range;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use palabre::bot::action::Page;
use palabre::bot::pages::{Frame, PageId, PageSource};
use palabre::bot::reply::{Input, Reply, Request, reply};
use palabre::content::{Content, LangId, load};
use serde_json::json;

use crate::support::bot::{BotTest, Process};
use crate::support::standin::StandIn;
use crate::support::vitals::Vitals;
use fake_bot_api::{ALWAYS, Fake, Fault, FaultKind, Person, Post, State, Storm, TOKEN, WAIT_LIMIT};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// People who ask at once; each asks once.
const CROWD: i64 = 40;

/// Each of these people asks once; gives the last update.
fn all_ask(fake: &Fake, people: Range<i64>) -> i64 {
    people.fold(0, |_, person| fake.private_message(person, "/contact").update_id)
}

/// The next people ask; waits until all of them are answered and nothing is in hand.
#[track_caller]
fn a_crowd_asks(fake: &Fake, first: i64) {
    all_ask(fake, first..first + CROWD - 1);
    // After a question in own words the bot is as large as it gets.
    let last = fake.private_message(first + CROWD - 1, "où se trouve votre bureau").update_id;
    for person in first..first + CROWD {
        fake.wait_sent(person, 1);
    }
    fake.wait_confirmed(last);
}

/// So many answers go wrong in this way, and a poll, again and again. Everybody is answered, and the third time leaves no
/// more behind than the first.
#[track_caller]
fn check_leaves_nothing_behind(kind: &FaultKind, times: usize) {
    let bot = BotTest::start(BINARY);
    let round = |first: i64| {
        bot.fake.fault(Fault::new(kind.clone()).on("sendMessage").times(times));
        bot.fake.fault(Fault::new(kind.clone()).on("getUpdates"));
        a_crowd_asks(&bot.fake, first);
        bot.fake.clear_faults();
        // All ways work again, so that no pause of this round is carried into the next.
        a_crowd_asks(&bot.fake, first + CROWD);
        bot.process.vitals()
    };
    let before = round(1_000);
    round(2_000);
    round(3_000).assert_flat_since(before);
    bot.fake.assert_clean();
}

#[test]
fn an_html_page_instead_of_an_answer() {
    check_leaves_nothing_behind(&FaultKind::ServerError, 60);
}

#[test]
fn connections_that_are_reset() {
    check_leaves_nothing_behind(&FaultKind::Reset, 60);
}

#[test]
fn bodies_that_break_off() {
    check_leaves_nothing_behind(&FaultKind::Truncated, 60);
}

#[test]
fn answers_that_are_lost() {
    check_leaves_nothing_behind(&FaultKind::AnswerLost, 60);
}

#[test]
fn bodies_that_come_slowly() {
    check_leaves_nothing_behind(&FaultKind::Slow(Duration::from_millis(200)), 60);
}

#[test]
fn pauses_that_telegram_asks_for() {
    // Few: many of them would rightly slow it down for long.
    check_leaves_nothing_behind(&FaultKind::TooManyRequests { retry_after: 0 }, 6);
}

#[test]
fn refusals_of_every_kind() {
    let bot = BotTest::start(BINARY);
    let mut vitals = None;
    for round in 0..3 {
        for (index, code) in [400, 401, 403, 404, 409, 413].into_iter().enumerate() {
            let person = 1_000 * (round + 1) + i64::try_from(index).unwrap();
            bot.fake.fault(Fault::new(FaultKind::refuse(code, "Refused: so it is")).on("sendMessage").in_chat(person));
            let asked = bot.fake.private_message(person, "/contact");
            bot.fake.wait_confirmed(asked.update_id);
        }
        a_crowd_asks(&bot.fake, 10_000 * (round + 1));
        bot.process.vitals().assert_flat_since(*vitals.get_or_insert(bot.process.vitals()));
    }
}

#[test]
fn another_poller_comes_and_goes() {
    let bot = BotTest::start(BINARY);
    a_crowd_asks(&bot.fake, 1_000);
    let before = bot.process.vitals();
    bot.fake.fault(Fault::new(FaultKind::conflict()).on("getUpdates").times(3));
    a_crowd_asks(&bot.fake, 2_000);
    bot.process.wait_log("409");
    bot.process.vitals().assert_flat_since(before);
}

#[test]
fn a_token_that_is_revoked_ends_it_with_what_is_in_hand_answered() {
    let mut bot = BotTest::start(BINARY);
    bot.fake.fault(Fault::new(FaultKind::ServerError).on("sendMessage").in_chat(1).times(2));
    bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    bot.fake.fault(Fault::new(FaultKind::refuse(401, "Unauthorized")).on("getUpdates").times(ALWAYS));
    let status = bot.process.wait_exit(WAIT_LIMIT);
    assert_eq!(status.code(), Some(1));
    assert_eq!(bot.fake.sent_to(1).len(), 1, "what was in hand is answered");
    assert!(bot.process.log().contains("@BotFather"), "{}", bot.process.log());
}

#[test]
fn a_name_that_does_not_resolve_is_tried_until_it_is_told_to_stop() {
    // No label of a name is longer than 63 letters, so this fails without asking anybody.
    let url = format!("http://{}.invalid", "x".repeat(64));
    let fake = Fake::start();
    let mut process = Process::start_with(BINARY, &fake, &[], &[("TELOXIDE_API_URL", &url)]);
    process.wait_log("cannot be reached: ");
    let before = process.vitals();
    process.wait_log_times("trying again in", 4);
    process.vitals().assert_flat_since(before);
    assert!(!process.log().contains("xxx"), "the address is no business of the log: {}", process.log());
    process.signal("TERM");
    assert!(process.wait_exit(WAIT_LIMIT).success());
}

/// Everybody of a backlog, each with one question.
const BACKLOG: i64 = 5_000;

fn all_answered(state: &State) -> bool {
    state.calls_made() >= BACKLOG as u64 && (1..=BACKLOG).all(|person| state.sent_to(person).next().is_some())
}

#[test]
fn telegram_is_away_for_an_hour_and_five_thousand_people_wait() {
    let fake = Fake::start_stopped();
    let bot = StandIn::start_with_clock(&fake, reply);
    for person in 1..=BACKLOG {
        fake.private_message(person, "/contact");
    }
    let hour = Duration::from_secs(3_600);
    let step = Duration::from_secs(5);
    for _ in 0..hour.as_secs() / step.as_secs() {
        bot.advance(step);
    }
    fake.start_again();
    // Time goes on, faster than outside but not so fast that the network could not keep up.
    let deadline = Instant::now() + 10 * WAIT_LIMIT;
    while !fake.with_state(all_answered) {
        assert!(Instant::now() < deadline, "{} are not answered", fake.with_state(|state| state.pending_updates()));
        std::thread::sleep(Duration::from_millis(10));
        bot.advance(Duration::from_millis(100));
    }
    let repeats = fake.with_state(|state| state.calls_of("sendMessage").count()) - BACKLOG as usize;
    assert_eq!(repeats, 0, "nothing went wrong, so nothing comes twice");
    fake.assert_clean();
}

#[test]
fn a_backlog_leaves_no_memory_behind() {
    let fake = Fake::start_stopped();
    let process = Process::start(BINARY, &fake, &[]);
    process.wait_log("cannot be reached");
    let mut before: Option<Vitals> = None;
    for first in [10_000, 20_000, 30_000] {
        let people = first..first + 300;
        let asked = all_ask(&fake, people.clone());
        fake.start_again();
        fake.wait_for("everybody to be answered", |state| {
            people.clone().all(|person| state.sent_to(person).next().is_some()).then_some(())
        });
        fake.wait_confirmed(asked);
        process.vitals().assert_flat_since(*before.get_or_insert_with(|| process.vitals()));
        fake.stop();
    }
}

#[test]
fn a_request_that_hangs_is_given_up_and_made_again() {
    let fake = Fake::start();
    let bot = StandIn::start_with_clock(&fake, reply);
    fake.fault(Fault::new(FaultKind::Hang).on("sendMessage"));
    fake.private_message(1, "/contact");
    fake.wait_calls("sendMessage", 1);
    bot.advance(Duration::from_secs(11));
    let deadline = Instant::now() + WAIT_LIMIT;
    while fake.sent_to(1).is_empty() {
        assert!(Instant::now() < deadline, "it was not made again");
        std::thread::sleep(Duration::from_millis(10));
        bot.advance(Duration::from_millis(100));
    }
    assert_eq!(fake.calls_of("sendMessage").len(), 2);
    fake.assert_clean();
}

/// A server that answers every poll at once with the same body, and anything else with what a bot needs to start.
struct Hasty {
    url: String,
    /// When polls came.
    polls: mpsc::Receiver<Instant>,
}

impl Hasty {
    fn start(updates: String) -> Hasty {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (polled, polls) = mpsc::channel();
        let updates = Arc::new(updates);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (updates, polled) = (Arc::clone(&updates), polled.clone());
                thread::spawn(move || {
                    let mut stream = BufReader::new(stream?);
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        stream.read_line(&mut head)?;
                    }
                    let head = head.to_ascii_lowercase();
                    let length =
                        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
                    stream.read_exact(&mut vec![0; length.unwrap_or(0)])?;
                    let me = json!({"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "x", "username": "x_bot"}});
                    let body = if head.contains("/getupdates") { updates.to_string() } else { me.to_string() };
                    if head.contains("/getupdates") {
                        let _ = polled.send(Instant::now());
                    }
                    write!(
                        stream.get_mut(),
                        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    )
                });
            }
        });
        Hasty { url, polls }
    }
}

#[test]
fn a_server_that_does_not_hold_polls_is_not_flooded() {
    const POLLS: u32 = 20;
    let server = Hasty::start(json!({"ok": true, "result": []}).to_string());
    let _bot = Process::start_with(BINARY, &Fake::start(), &[], &[("TELOXIDE_API_URL", &server.url)]);
    let times: Vec<Instant> = (0..POLLS).map(|_| server.polls.recv_timeout(WAIT_LIMIT).unwrap()).collect();
    let took = times[times.len() - 1] - times[0];
    // 50 ms from the end of one to the begin of the next, but for the first: a busy machine can only make it more.
    assert!(took >= Duration::from_millis(50) * (POLLS - 2), "{POLLS} polls in {took:?}");
}

#[test]
fn of_an_answer_with_a_million_updates_a_hundred_are_taken() {
    let updates: Vec<String> = (1..900_000).map(|id| format!("{{\"update_id\":{id}}}")).collect();
    let server = Hasty::start(format!("{{\"ok\":true,\"result\":[{}]}}", updates.join(",")));
    let bot = Process::start_with(BINARY, &Fake::start(), &[], &[("TELOXIDE_API_URL", &server.url)]);
    for _ in 0..3 {
        server.polls.recv_timeout(WAIT_LIMIT).unwrap();
    }
    // The answer itself, as it grows in memory; each update that is kept beside it would take some hundred bytes.
    let peak = bot.vitals().peak;
    assert!(peak < 140 * 1_024, "{peak} KiB");
}

/// A language that the shipped content does not have.
fn foreign() -> LangId {
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/library");
    let library = load::directory(library.as_ref(), load::today()).content.unwrap();
    library.languages().last().unwrap()
}

/// A stand-in whose page for "boom" cannot be written.
fn cannot_be_written(content: &Content, request: &Request<'_>) -> Reply {
    let reply = reply(content, request);
    if request.input != Input::Text("boom") {
        return reply;
    }
    reply.map(|_| PageSource::Content(PageId::new(foreign(), Page::Home, Frame::Message)))
}

#[test]
fn a_page_that_cannot_be_written_gets_an_apology() {
    let fake = Fake::start();
    let bot = StandIn::start(&fake, cannot_be_written);
    fake.private_message(1, "boom");
    let after = fake.private_message(1, "/contact");
    fake.wait_confirmed(after.update_id);
    let sent = fake.sent_to(1);
    assert!(sent[0].text().starts_with("Pardon") && sent[1].text().contains("+223"), "{} {}", sent[0], sent[1]);
    assert_eq!(bot.stop(), Ok(()));
}

/// A stand-in whose answer to a tap breaks after the page: it is of a language that the content does not have, which cannot be
/// counted.
fn cannot_be_counted(content: &Content, request: &Request<'_>) -> Reply {
    let mut reply = reply(content, request);
    if let (Input::Tap(_), Reply::Page(page)) = (request.input, &mut reply) {
        page.meta.lang = foreign();
    }
    reply
}

#[test]
fn an_update_whose_answer_breaks_every_time_is_given_up_and_harms_nobody() {
    let fake = Fake::start();
    let bot = StandIn::start(&fake, cannot_be_counted);
    fake.private_message(1, "/contact");
    fake.wait_sent(1, 1);
    let broken = fake.tap(1, 1, fake.sent_to(1)[0].id, "1.fr.home");
    let after = fake.private_message(1, "/contact");
    fake.private_message(2, "/contact");
    fake.wait_sent(2, 1);
    fake.wait_confirmed(after.update_id);
    assert!(fake.confirmed() >= broken.update_id, "it does not hold the offset");
    assert_eq!(fake.sent_to(1).len(), 2, "what came before and after it in its chat is answered");
    assert_eq!(bot.stop(), Ok(()));
}

#[test]
fn nothing_private_stands_in_any_output_after_every_fault() {
    const GROUP: i64 = -1_000_556_677_001;
    const WORDS: &str = "Kadiatou-demande-en-secret";
    let people = 556_677_100..556_677_115;
    let fake = Fake::start();
    let kinds = vec![
        FaultKind::TooManyRequests { retry_after: 0 },
        FaultKind::ServerError,
        FaultKind::InternalJson,
        FaultKind::Reset,
        FaultKind::Garbage,
        FaultKind::AnswerLost,
        FaultKind::Truncated,
        FaultKind::refuse(400, &format!("Bad Request: {GROUP} and 556677100 are odd")),
        FaultKind::refuse(400, &format!("Bad Request: Person is odd, who wrote {WORDS}")),
        FaultKind::refuse(403, &format!("Forbidden: Person wrote {WORDS}")),
        FaultKind::refuse(403, "Forbidden: bot was blocked by the user"),
        FaultKind::migrated(GROUP),
        FaultKind::conflict(),
    ];
    let mut bot = BotTest::start_with(BINARY, fake, &[], &[("RUST_LOG", "trace")]);
    bot.fake.group(GROUP, true);
    bot.fake.storm(Storm { one_in: 4, kinds, seed: 1 });
    for id in people.clone() {
        let person = Person::from(id);
        bot.fake.private_message(person, WORDS);
        bot.fake.private_message(person, &format!("/{WORDS}"));
        bot.fake.tap_inaccessible(person, id, 7, WORDS);
        bot.fake.tap_inline(person, &format!("{WORDS}{id}"), "1.fr.s.trust");
        bot.fake.inline_query(person, WORDS, WORDS);
        bot.fake.guest_message(person, WORDS);
        if id % 5 == 0 {
            // Few: a group's limit would make the others wait for minutes.
            bot.fake.post(Post::new(person, GROUP, &format!("/ask {WORDS}")).topic(31));
        }
        bot.fake.push_raw(json!({"message": {"text": WORDS, "from": {"id": id, "first_name": "Person"}}}));
        bot.fake.push_raw(json!({"hologram": {"text": WORDS, "from": {"id": id, "first_name": "Person"}}}));
    }
    bot.fake.wait_for("some requests in the storm", |state| (state.calls_made() >= 100).then_some(()));
    bot.fake.clear_faults();
    let last = bot.fake.private_message(556_677_199, WORDS);
    bot.fake.wait_confirmed(last.update_id);
    bot.fake.stop();
    bot.process.wait_log("cannot be reached");
    bot.process.signal("TERM");
    bot.process.wait_exit(WAIT_LIMIT);
    let log = bot.process.log();
    let secret = TOKEN.split_once(':').unwrap().1;
    let ids = ["556677", "4000000000"]; // Of people and the group; of callbacks and queries.
    for private in [secret, WORDS, "Person", "Dialogue"].into_iter().chain(ids) {
        let line = log.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} stands in the log");
    }
    assert!(log.contains("TRACE") && log.contains("refuses"), "the log is as talkative as it can be");
}
