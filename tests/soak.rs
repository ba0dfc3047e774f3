//! A long run by hand: memory, descriptors and threads stay where they were.
//!
//! `cargo test --release soak -- --ignored --nocapture`; `PALABRE_SOAK=20000` is shorter; the default is
//! 200,000 updates.

use std::env;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::support::bot::Process;
use fake_bot_api::{Fake, FaultKind, Person, Post, State, Storm};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// Telegram holds so many for the bot at most; then people wait until it has caught up.
const BACKLOG_MAX: usize = 300;
/// What one person, and one group, says before the next one comes: little, for a bot has limits for each.
const SAYS: u64 = 4;

const COMMANDS: [&str; 6] = ["/start", "/contact", "/principes", "/help", "/language", "/start en-trust"];
const QUESTIONS: [&str; 6] = [
    "qui etes vous et que faites vous",
    "how do you build trust between people",
    "c koi la mediation svp",
    "je veux devenir partenaire",
    "merci beaucoup",
    "what is the weather in Bamako",
];
const TAPS: [&str; 6] = ["1.fr.home", "1.en.s.trust", "1.fr.s.contact", "1.fr.lang.home", "0.old", "1.en.s.principles"];

/// People of all kinds, each for a while.
pub(crate) struct World {
    fake: Fake,
    chance: Rng,
    sent: u64,
}

impl World {
    pub(crate) fn new(fake: &Fake, seed: u64) -> World {
        World { fake: fake.clone(), chance: Rng::with_seed(seed), sent: 0 }
    }

    /// How many updates it has made.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    pub(crate) fn next(&mut self) {
        let World { fake, chance, sent } = self;
        let turn = i64::try_from(*sent / SAYS).expect("not so many");
        let person = Person::new(10_000_000 + turn, if turn % 3 == 0 { "en" } else { "fr" });
        let (command, question) = (chance.choice(COMMANDS).unwrap(), chance.choice(QUESTIONS).unwrap());
        let tap = chance.choice(TAPS).unwrap();
        *sent += 1;
        match chance.u32(0..100) {
            0..30 => drop(fake.private_message(person, command)),
            30..55 => drop(fake.private_message(person, question)),
            55..65 => {
                fake.private_message(person, "/start"); // So that there is a chat to answer in.
                fake.tap_inaccessible(person, person.id, 7, tap);
                *sent += 1;
            }
            65..72 => drop(fake.tap_inline(person, &format!("card-{}", turn % 50), tap)),
            72..82 => drop(fake.inline_query(person, question, "")),
            82..87 => drop(fake.guest_message(person, &format!("@palabre_test_bot {question}"))),
            87..95 => {
                let group = -1_000_000_000_000 - turn;
                fake.group(group, false);
                fake.post(Post::new(person, group, &format!("/ask@palabre_test_bot {question}")));
            }
            _ => drop(fake.push_raw(garbage(chance, person.id))),
        }
    }
}

fn garbage(chance: &mut Rng, person: i64) -> Value {
    match chance.u32(0..5) {
        0 => json!({}),
        1 => json!({"hologram": {"from": {"id": person}, "text": "x".repeat(chance.usize(0..5_000))}}),
        2 => json!({"message": {"message_id": 1, "text": ["no"], "chat": {"id": person}}}),
        3 => json!({"callback_query": {"id": person}}),
        _ => json!({"poll": {"id": "1", "question": "?", "options": []}}),
    }
}

#[test]
#[ignore = "takes many minutes: run by hand, in release"]
#[expect(clippy::print_stderr, reason = "figures, for those who run it")]
fn two_hundred_thousand_updates_leave_nothing_behind() {
    let updates = env::var("PALABRE_SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    // After a tenth memory is what it will be: pools, caches and the allocator have seen everything.
    let tenth: u64 = updates / 10;
    let seed = env::var("PALABRE_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let fake = Fake::start();
    fake.set_history_limit(4_000);
    let kinds = vec![
        FaultKind::ServerError,
        FaultKind::InternalJson,
        FaultKind::Garbage,
        FaultKind::Reset,
        FaultKind::AnswerLost,
        FaultKind::Truncated,
        FaultKind::Slow(Duration::from_millis(40)),
    ];
    // Seldom: when many chats are told to wait, the bot rightly goes slower for all.
    let kinds = [kinds.clone(), kinds, vec![FaultKind::TooManyRequests { retry_after: 1 }]].concat();
    fake.storm(Storm { one_in: 50, kinds, seed });
    let process = Process::start_with(BINARY, &fake, &[], &[("RUST_LOG", "error")]);
    let mut world = World::new(&fake, seed);
    let began = Instant::now();
    let mut warm = None;
    let mut next_report = tenth;
    while world.sent < updates {
        world.next();
        if fake.with_state(State::pending_updates) >= BACKLOG_MAX {
            fake.wait_for("the bot to catch up", |state| (state.pending_updates() < BACKLOG_MAX / 2).then_some(()));
        }
        if world.sent >= next_report || world.sent >= updates {
            next_report += tenth;
            fake.wait_for("all to be confirmed", |state| (state.pending_updates() == 0).then_some(()));
            let (vitals, requests) = (process.vitals(), fake.with_state(State::calls_made));
            eprintln!("{} updates, {requests} requests, {:?}: {vitals}", world.sent, began.elapsed());
            let (first, first_requests) = *warm.get_or_insert((vitals, requests));
            if world.sent >= updates && requests > first_requests {
                let micros = (vitals.ticks - first.ticks) as f64 * 10_000.0 / (requests - first_requests) as f64;
                eprintln!("{micros:.0} µs of a processor for each request, its share of polls and faults included");
                let growth = vitals.memory as f64 / first.memory as f64 - 1.0;
                eprintln!("memory has changed by {:+.1} % since the first {tenth}", growth * 100.0);
                assert!(growth <= 0.10, "memory has grown");
                assert!(vitals.descriptors <= first.descriptors + 8 && vitals.threads <= first.threads);
            }
        }
    }
    // A tap may be acknowledged twice when the first answer was lost. A pause that Telegram asks for is kept in its chat; what
    // has none, a tap or typing, cannot be told apart by the fake and seems to come too early.
    let is_odd = |broken: &String| {
        let has_chat = broken.contains("\"chat_id\"");
        !broken.contains("a tap answered twice") && (has_chat || !broken.contains("before the end of retry_after"))
    };
    let odd: Vec<String> = fake.violations().into_iter().filter(is_odd).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}
