//! The process ends at random moments while people ask and Telegram stumbles: no question is lost.
//!
//! `PALABRE_KILLS=500` kills more often, `PALABRE_SEED=7` otherwise. The seed chooses the faults and the moments, as far as
//! they are chosen: what two processes do at the same time, the machine decides.

use std::collections::BTreeSet;
use std::env;
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::support::bot::{BotTest, Process};
use fake_bot_api::{Fake, Fault, FaultKind, State, Storm, WAIT_LIMIT};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// What is asked, and what stands in the answer.
const QUESTIONS: [(&str, &str); 2] = [("/contact", "+223"), ("/principes", "principes")];

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// People who ask one question or two, each person once.
struct Crowd {
    fake: Fake,
    /// How many questions each has asked.
    asked: Vec<usize>,
}

impl Crowd {
    const FIRST: i64 = 100_000;
    /// Telegram hands out a hundred updates at once; who asks more than that makes a bot choose what to let go of.
    const BACKLOG_MAX: usize = 80;

    fn new(fake: &Fake) -> Crowd {
        Crowd { fake: fake.clone(), asked: Vec::new() }
    }

    fn person(index: usize) -> i64 {
        Crowd::FIRST + i64::try_from(index).unwrap()
    }

    fn ask(&mut self, chance: &mut Rng, people: usize) {
        for _ in 0..people {
            if self.fake.with_state(State::pending_updates) >= Crowd::BACKLOG_MAX {
                return;
            }
            let questions = chance.usize(1..=QUESTIONS.len());
            for (question, _) in &QUESTIONS[..questions] {
                self.fake.private_message(Crowd::person(self.asked.len()), question);
            }
            self.asked.push(questions);
        }
    }

    fn questions(&self) -> usize {
        self.asked.iter().sum()
    }

    /// Waits until everybody has an answer to each of their questions; gives how many answers came more than once.
    #[track_caller]
    fn wait_answered(&self) -> usize {
        let is_answered = |state: &State, index: usize, questions: usize| {
            QUESTIONS[..questions]
                .iter()
                .all(|(_, words)| state.sent_to(Crowd::person(index)).any(|message| message.text().contains(words)))
        };
        let mut first_open = 0;
        self.fake.wait_for("every question to be answered", |state| {
            while first_open < self.asked.len() && is_answered(state, first_open, self.asked[first_open]) {
                first_open += 1;
            }
            (first_open == self.asked.len()).then_some(())
        });
        let sent =
            |state: &State| (0..self.asked.len()).map(|i| state.sent_to(Crowd::person(i)).count()).sum::<usize>();
        self.fake.with_state(sent) - self.questions()
    }
}

/// Faults of which none carries out what it refuses, so that nothing has a reason to come twice.
fn refusing() -> Vec<FaultKind> {
    vec![
        FaultKind::TooManyRequests { retry_after: 1 },
        FaultKind::ServerError,
        FaultKind::InternalJson,
        FaultKind::Reset,
    ]
}

/// A Telegram that stumbles now and then, and people who ask it.
fn begin(seed: u64, kinds: Vec<FaultKind>) -> (Fake, Crowd, Rng) {
    let fake = Fake::start();
    fake.storm(Storm { one_in: 12, kinds, seed });
    let crowd = Crowd::new(&fake);
    (fake, crowd, Rng::with_seed(seed))
}

/// The requests and polls that there were before a process. The last ones of a process that was killed may be counted after it: then the
/// next one is met at an earlier moment.
struct Before {
    calls: u64,
    polls: usize,
}

impl Before {
    fn now(fake: &Fake) -> Before {
        fake.with_state(|state| Before { calls: state.calls_made(), polls: state.polls.len() })
    }
}

/// Lets a new process get to some moment of its life: it starts, asks who it is, publishes its commands, polls, answers.
fn live_for_a_while(fake: &Fake, Before { calls, polls }: Before, chance: &mut Rng, crowd: &mut Crowd) {
    let early = chance.usize(0..8);
    crowd.ask(chance, early);
    match chance.u32(0..10) {
        0 => {} // While it starts.
        1 => fake.wait_polls(polls + 1),
        // A first start alone makes ten requests: getMe, and three for the menu in each language and in none. A later one that nobody asks
        // anything comes to rest before: its second poll is held.
        2..=6 => {
            let some = chance.u64(1..=10);
            fake.wait_for("some requests", |state| {
                let rests = state.pending_updates() == 0 && state.polls.len() > polls + 1;
                (rests || state.calls_made() >= calls + some).then_some(())
            });
        }
        // Until it has confirmed some of what waits.
        _ => {
            let waiting = fake.with_state(State::pending_updates);
            let left = chance.usize(0..=waiting / 2);
            fake.wait_for("some to be confirmed", |state| (state.pending_updates() <= left).then_some(()));
        }
    }
    let late = chance.usize(0..8);
    crowd.ask(chance, late);
    // Not to wait for anything: the moment itself is what is tried out.
    thread::sleep(Duration::from_micros(chance.u64(0..20_000)));
}

#[test]
fn the_last_confirmation_is_tried_again() {
    let mut bot = BotTest::start(BINARY);
    bot.fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 1 }).on("sendMessage").in_chat(1));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_calls("sendMessage", 1);
    bot.process.signal("TERM");
    bot.fake.fault(Fault::new(FaultKind::ServerError).on("getUpdates"));
    assert!(bot.process.wait_exit(WAIT_LIMIT).success());
    assert_eq!(bot.fake.sent_to(1).len(), 1);
    assert!(bot.fake.confirmed() >= asked.update_id, "{}", bot.process.log());
}

#[expect(clippy::print_stderr, reason = "figures, for those who run it with --nocapture")]
fn report(what: &str, times: u64, seed: u64, crowd: &Crowd, repeats: usize) {
    let (questions, people) = (crowd.questions(), crowd.asked.len());
    eprintln!("{times} × {what}, seed {seed}: {questions} questions of {people} people, {repeats} answers came again");
}

#[test]
fn no_question_is_lost_however_often_it_is_killed() {
    let (kills, seed) = (number("PALABRE_KILLS", 50), number("PALABRE_SEED", 20_260_224));
    let kinds = [refusing(), vec![FaultKind::AnswerLost, FaultKind::Truncated]].concat();
    let (fake, mut crowd, mut chance) = begin(seed, kinds);
    for _ in 0..kills {
        let born = fake.with_state(|state| state.calls.len());
        let before = Before::now(&fake);
        let mut process = Process::start(BINARY, &fake, &[]);
        live_for_a_while(&fake, before, &mut chance, &mut crowd);
        process.kill();
        check_answers_nothing_twice(&fake, born);
    }
    fake.clear_faults();
    let _last = Process::start(BINARY, &fake, &[]);
    let repeats = crowd.wait_answered();
    report("kill -9", kills, seed, &crowd, repeats);
}

/// Within one life nothing is sent again once Telegram has said that it came. A later life may: what was not confirmed
/// before a kill is answered again.
#[track_caller]
fn check_answers_nothing_twice(fake: &Fake, born: usize) {
    fake.with_state(|state| {
        let mut answered = BTreeSet::new();
        // What the one before had sent when it was killed may be read after that, but long before the next one has started.
        let calls = state.calls[born..].iter().skip_while(|call| call.method != "getme");
        for call in calls {
            if call.method == "sendmessage" && call.outcome.is_ok() && call.fault.is_none() {
                let first = answered.insert((call.params["chat_id"].as_i64(), call.params["text"].as_str()));
                assert!(first, "answered twice in one life: {call}");
            }
        }
    });
}

#[test]
fn nothing_is_lost_or_repeated_when_it_is_told_to_stop() {
    let (stops, seed) = (number("PALABRE_KILLS", 50).div_ceil(6), number("PALABRE_SEED", 20_260_224));
    let (fake, mut crowd, mut chance) = begin(seed, refusing());
    // Stops that say that they left an answer in hand, or could not confirm: these may repeat something.
    let (mut in_hand, mut unconfirmed) = (0, 0);
    for round in 0..stops {
        let before = Before::now(&fake);
        let mut process = Process::start(BINARY, &fake, &[]);
        process.wait_log("answers as"); // Sooner, a signal ends it as it ends any program.
        live_for_a_while(&fake, before, &mut chance, &mut crowd);
        process.signal(if round % 2 == 0 { "TERM" } else { "INT" });
        let status = process.wait_exit(WAIT_LIMIT);
        assert!(status.success(), "{status}");
        let log = process.log();
        in_hand += usize::from(log.contains("with answers in hand"));
        unconfirmed += usize::from(log.contains("without a last confirmation"));
    }
    fake.clear_faults();
    let _last = Process::start(BINARY, &fake, &[]);
    let repeats = crowd.wait_answered();
    let what = format!("SIGTERM or SIGINT ({in_hand} with answers in hand, {unconfirmed} unconfirmed)");
    report(&what, stops, seed, &crowd, repeats);
    assert!(
        repeats == 0 || in_hand + unconfirmed > 0,
        "{repeats} answers came twice though every stop was a clean one"
    );
}
