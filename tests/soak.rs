//! A long run by hand: memory, descriptors and threads stay where they were.
//!
//! `cargo test --release soak -- --ignored --nocapture`; `PALABRE_SOAK=20000` is shorter; the default is
//! 200,000 updates.

use std::env;
use std::time::{Duration, Instant};

use fake_bot_api::{Fake, FaultKind, State, Storm};

use crate::support::bot::Process;
use crate::support::world::World;

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// Telegram holds so many for the bot at most; then people wait until it has caught up.
const BACKLOG_MAX: usize = 300;

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
    while world.sent() < updates {
        world.next();
        if fake.with_state(State::pending_updates) >= BACKLOG_MAX {
            fake.wait_for("the bot to catch up", |state| (state.pending_updates() < BACKLOG_MAX / 2).then_some(()));
        }
        if world.sent() >= next_report || world.sent() >= updates {
            next_report += tenth;
            fake.wait_for("all to be confirmed", |state| (state.pending_updates() == 0).then_some(()));
            let (vitals, requests) = (process.vitals(), fake.with_state(State::calls_made));
            eprintln!("{} updates, {requests} requests, {:?}: {vitals}", world.sent(), began.elapsed());
            let (first, first_requests) = *warm.get_or_insert((vitals, requests));
            if world.sent() >= updates && requests > first_requests {
                let micros = (vitals.ticks - first.ticks) as f64 * 10_000.0 / (requests - first_requests) as f64;
                eprintln!("{micros:.0} µs of a processor for each request, its share of polls and faults included");
                let growth = vitals.memory as f64 / first.memory as f64 - 1.0;
                eprintln!("memory has changed by {:+.1} % since the first {tenth}", growth * 100.0);
                assert!(growth <= 0.10, "memory has grown");
                assert!(vitals.descriptors <= first.descriptors + 8 && vitals.threads <= first.threads);
            }
        }
    }
    // A query may be answered twice when the first answer was lost. A pause that Telegram asks for is kept in its chat; what
    // has none, a tap or typing, cannot be told apart by the fake and seems to come too early.
    let is_odd = |broken: &String| {
        let has_chat = broken.contains("\"chat_id\"");
        !broken.contains("a query answered twice") && (has_chat || !broken.contains("before the end of retry_after"))
    };
    let odd: Vec<String> = fake.violations().into_iter().filter(is_odd).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}
