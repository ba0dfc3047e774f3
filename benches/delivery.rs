//! What delivery costs and how long people wait, with the real binary against the fake Bot API. It prints figures of this machine
//! and judges none of them; compare figures of one run.
//!
//! `cargo bench --bench delivery -- cost latency pace flood inline chats samples` (any of them)
//!
//! `PALABRE_LOAD_PEER=<program>` names another bot that polls, to be measured beside this one in `cost` and `pace`. The fake shares
//! the machine with the bot: its share is in the delays and rates, not in the bot's own processor time.

#![expect(clippy::print_stdout, reason = "figures, for those who run it")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "as in the tests, whose support it uses")]

#[path = "../tests/support"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support {
    //! The tests' support, as far as it is needed here.
    pub(crate) mod bot;
    pub(crate) mod project_rule;
    pub(crate) mod record;
    pub(crate) mod vitals;
    pub(crate) mod world;
}

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fmt, fs, thread};

use crate::support::bot::Process;
use crate::support::vitals::Vitals;
use crate::support::world::World;
use fake_bot_api::{BOT_USERNAME, Fake, Fault, FaultKind, Person, Post, State, Storm, WebhookDelivery};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

fn main() {
    type Benchmark = (&'static str, fn());
    const BENCHMARKS: [Benchmark; 7] = [
        ("cost", cost),
        ("latency", latency),
        ("pace", pace),
        ("flood", flood),
        ("inline", inline),
        ("chats", chats),
        ("samples", samples),
    ];
    // Cargo adds `--bench`.
    let named: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if named.is_empty() {
        println!("name what to measure: cargo bench --bench delivery -- cost latency pace flood inline chats");
    }
    for name in named {
        match BENCHMARKS.iter().find(|(known, _)| *known == name) {
            Some((_, benchmark)) => benchmark(),
            None => println!("there is no benchmark {name}"),
        }
    }
}

/// How updates come to the bot.
#[derive(Clone, Copy)]
enum Transport {
    Polling,
    /// Answers go out in the responses, where they can.
    Webhook,
    /// Every answer is a request of its own.
    WebhookWithRequests,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transport::Polling => "polling",
            Transport::Webhook => "webhook, answers in the response",
            Transport::WebhookWithRequests => "webhook, answers by requests",
        })
    }
}

/// A bot and its Telegram.
struct Load {
    fake: Fake,
    process: Process,
    /// Where it serves.
    address: String,
    _deliveries: Option<WebhookDelivery>,
}

impl Load {
    fn start(transport: Transport) -> Load {
        // Free a moment ago: the webhook's address has to be known before the bot listens on it.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().to_string();
        let url = format!("http://{address}/hook");
        let mut env = vec![("RUST_LOG", "error"), ("PALABRE_LISTEN", address.as_str())];
        let is_webhook = !matches!(transport, Transport::Polling);
        if is_webhook {
            env.push(("PALABRE_WEBHOOK_URL", &url));
        }
        if matches!(transport, Transport::WebhookWithRequests) {
            env.push(("PALABRE_ANSWER_IN_RESPONSE", "off"));
        }
        let fake = Fake::start();
        let process = Process::start_with(BINARY, &fake, &[], &env);
        // It tells Telegram about itself first: that is not to be measured.
        fake.wait_calls("setMyShortDescription", 3);
        let deliveries = is_webhook.then(|| {
            fake.wait_calls("setWebhook", 1);
            fake.deliver_to_webhook()
        });
        Load { fake, process, address, _deliveries: deliveries }
    }

    /// Waits until nothing is left to do.
    fn settle(&self) {
        settle(&self.fake);
    }
}

#[track_caller]
fn settle(fake: &Fake) {
    fake.wait_for("all to be confirmed", |state| (state.pending_updates() == 0).then_some(()));
}

/// Each of these people asks once, as fast as they are answered: there always is more than the bot can take at once.
fn all_ask(fake: &Fake, people: Range<i64>) {
    const BACKLOG_MAX: usize = 300;
    for person in people {
        fake.private_message(person, "/contact");
        if fake.with_state(State::pending_updates) >= BACKLOG_MAX {
            fake.wait_for("the bot to catch up", |state| (state.pending_updates() < BACKLOG_MAX / 2).then_some(()));
        }
    }
    settle(fake);
}

/// What an answer costs the process, after a warm-up.
fn measure_cost(name: &str, fake: &Fake, process: &Process) {
    /// So many that a hundredth of a second, the unit, is less than a hundredth of the whole.
    const ASKED: i64 = 40_000;
    fake.set_history_limit(4_000);
    all_ask(fake, 1..1_001);
    let (before, calls, began) = (process.vitals(), fake.with_state(State::calls_made), Instant::now());
    all_ask(fake, 10_000..10_000 + ASKED);
    let (after, seconds) = (process.vitals(), began.elapsed().as_secs_f64());
    let answered = fake.with_state(State::calls_made) - calls;
    let micros = (after.ticks - before.ticks) as f64 * 10_000.0 / answered as f64;
    println!("{name:33} {micros:5.1} µs an answer, {answered} answers, {:.0} a second", answered as f64 / seconds);
}

fn cost() {
    let peer = env::var("PALABRE_LOAD_PEER").ok();
    for _ in 0..3 {
        for transport in [Transport::Polling, Transport::Webhook, Transport::WebhookWithRequests] {
            let load = Load::start(transport);
            measure_cost(&transport.to_string(), &load.fake, &load.process);
        }
        if let Some(peer) = &peer {
            let fake = Fake::start();
            measure_cost("peer, polling", &fake, &Process::start(peer, &fake, &[]));
        }
    }
}

/// How long things took, shortest first.
struct Delays(Vec<Duration>);

impl Delays {
    /// From when each person asked to when the request with the answer came in.
    ///
    /// # Panics
    /// If somebody has no answer.
    fn of(asked: &[(i64, Instant)], fake: &Fake) -> Delays {
        let mut answered = BTreeMap::new();
        for call in fake.with_state(|state| state.calls_of("sendMessage").cloned().collect::<Vec<_>>()) {
            answered.entry(call.params["chat_id"].as_i64()).or_insert(call.at);
        }
        Delays::new(asked.iter().map(|(person, at)| answered[&Some(*person)] - *at).collect())
    }

    fn new(mut delays: Vec<Duration>) -> Delays {
        delays.sort_unstable();
        Delays(delays)
    }

    fn at(&self, share: f64) -> Duration {
        self.0[((self.0.len() - 1) as f64 * share) as usize]
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |share| self.at(share).as_secs_f64() * 1e3;
        write!(
            f,
            "half {:.2} ms, 90 % {:.2} ms, 99 % {:.2} ms, longest {:.2} ms",
            millis(0.5),
            millis(0.9),
            millis(0.99),
            millis(1.0)
        )
    }
}

/// Does something so many times at this rate, whether or not the one before is done.
fn at_rate(a_second: u32, times: u32, mut act: impl FnMut(u32)) {
    let began = Instant::now();
    for n in 0..times {
        // Not to wait for anything: this is the rate.
        thread::sleep((Duration::from_secs(1) * n / a_second).saturating_sub(began.elapsed()));
        act(n);
    }
}

fn latency() {
    const SECONDS: u32 = 10;
    const TEXTS: [&str; 4] = ["/contact", "qui etes vous et que faites vous", "/principes", "c koi la mediation svp"];
    for transport in [Transport::Polling, Transport::Webhook, Transport::WebhookWithRequests] {
        for rate in [500, 1_000, 2_000] {
            let load = Load::start(transport);
            all_ask(&load.fake, 1..501);
            let mut asked = Vec::new();
            let began = Instant::now();
            let before = load.process.vitals();
            at_rate(rate, rate * SECONDS, |n| {
                let person = 10_000 + i64::from(n);
                asked.push((person, Instant::now()));
                load.fake.private_message(person, TEXTS[n as usize % TEXTS.len()]);
            });
            load.settle();
            let seconds = began.elapsed().as_secs_f64();
            let delays = Delays::of(&asked, &load.fake);
            let busy = (load.process.vitals().ticks - before.ticks) as f64 / seconds;
            let held = asked.len() as f64 / seconds;
            println!(
                "{transport:33} {rate} a second (held: {held:.0}): {delays}; the bot was busy {busy:.0} % of the time"
            );
            load.fake.assert_clean();
        }
    }
}

fn chats() {
    for transport in [Transport::Polling, Transport::Webhook] {
        let load = Load::start(transport);
        load.fake.set_history_limit(4_000);
        for (from, to) in [(1, 3_001), (3_001, 100_001)] {
            all_ask(&load.fake, from..to);
            let Vitals { memory, peak, .. } = load.process.vitals();
            let mib = |kib: u64| kib as f64 / 1024.0;
            println!("{transport:33} after {} chats: {:.1} MiB, at most {:.1} MiB", to - 1, mib(memory), mib(peak));
        }
    }
}

/// How long people wait at 30 ms to Telegram and back each way and two questions a second: with nothing held, and while one chat
/// waits for a 429 and so holds the offset.
fn pace() {
    const LATENCY: Duration = Duration::from_millis(30);
    const QUESTIONS: u32 = 40;
    let palabre = (BINARY.to_owned(), "palabre");
    let peer = env::var("PALABRE_LOAD_PEER").ok().map(|peer| (peer, "peer"));
    for (program, name) in std::iter::once(palabre).chain(peer) {
        for is_held in [false, true] {
            let fake = Fake::start();
            fake.throttle_repeated_offsets();
            let _process = Process::start_with(&program, &fake, &[], &[("RUST_LOG", "error")]);
            fake.wait_polls(1);
            if is_held {
                let wait = FaultKind::TooManyRequests { retry_after: 600 };
                fake.fault(Fault::new(wait).on("sendMessage").in_chat(1));
                fake.private_message(1, "/contact");
                fake.wait_calls("sendMessage", 1);
            }
            fake.set_latency(LATENCY);
            // As people write: at any moment, two a second on average.
            let mut chance = fastrand::Rng::with_seed(1);
            let mut asked = Vec::new();
            for n in 0..QUESTIONS {
                thread::sleep(Duration::from_millis(chance.u64(100..900)));
                let person = 10_000 + i64::from(n);
                asked.push((person, Instant::now()));
                fake.private_message(person, "/contact");
            }
            for (person, _) in &asked {
                fake.wait_for("an answer", |state| state.sent_to(*person).next().map(|_| ()));
            }
            let held = if is_held { "one chat is held" } else { "nothing is held" };
            println!("{name:10} {held}: {}", Delays::of(&asked, &fake));
        }
    }
}

fn flood() {
    const MESSAGES: i64 = 1_000;
    const GROUP: i64 = -1_000_000_000_077;
    const OTHERS: u32 = 40;
    for transport in [Transport::Polling, Transport::Webhook] {
        // One person alone, or fifty people of a group who each stay below what one person may say.
        for people in [1, 50] {
            let load = Load::start(transport);
            all_ask(&load.fake, 1..501);
            load.fake.group(GROUP, false);
            for n in 0..MESSAGES {
                let text = format!("/contact@{BOT_USERNAME}");
                let chat = if people == 1 { 1_000 } else { GROUP };
                load.fake.post(Post::new(1_000 + n % people, chat, &text));
            }
            let mut asked = Vec::new();
            at_rate(20, OTHERS, |n| {
                let person = 10_000 + i64::from(n);
                asked.push((person, Instant::now()));
                load.fake.private_message(person, "/contact");
            });
            for (person, _) in &asked {
                let is_answered = |state: &State| state.sent_to(*person).next().map(|_| ());
                load.fake.wait_at_most(Duration::from_secs(60), "an answer to another", is_answered);
            }
            let delays = Delays::of(&asked, &load.fake);
            println!("{transport:33} {MESSAGES} messages of {people} in one chat; others wait: {delays}");
        }
    }
}

fn inline() {
    const TYPED: usize = 1_000;
    for transport in [Transport::Polling, Transport::Webhook] {
        let load = Load::start(transport);
        let mut before = None;
        for round in 0..6 {
            let type_half = |first: usize| -> Vec<String> {
                let typed = (first..first + TYPED / 2).map(|n| {
                    let person = Person::new(1_000 + n as i64, "fr");
                    load.fake.inline_query(person, &"confiance"[..n % 10], "").query_id
                });
                typed.collect()
            };
            let earlier = type_half(0);
            let began = Instant::now();
            let tap = load.fake.tap_inline(1, "card", "1.fr.s.trust").query_id;
            let later = type_half(TYPED / 2);
            let (took, first) = load.fake.wait_for("the tap", |state| {
                state.answers(&tap).first()?;
                let open = |ids: &[String]| ids.iter().filter(|id| state.answers(id).is_empty()).count();
                Some((began.elapsed(), (open(&earlier), open(&later))))
            });
            load.settle();
            load.fake
                .wait_for("the typing", |state| later.iter().all(|id| !state.answers(id).is_empty()).then_some(()));
            let vitals = load.process.vitals();
            let was = *before.get_or_insert(vitals);
            println!(
                "{transport:33} round {round}: the tap took {took:.1?}, with {} of {} typed before it and {} of {} after it \
                 unanswered; {vitals} (first round: {was})",
                first.0,
                earlier.len(),
                first.1,
                later.len()
            );
        }
    }
}

/// Writes what `/metrics` says, second by second, into the directory that `PALABRE_LOAD_SAMPLES` names: for a picture of the
/// dashboard.
fn samples() {
    let Ok(directory) = env::var("PALABRE_LOAD_SAMPLES") else { return };
    const SECONDS: u32 = 120;
    let load = Load::start(Transport::Webhook);
    load.fake.set_history_limit(4_000);
    let kinds = vec![FaultKind::TooManyRequests { retry_after: 1 }, FaultKind::ServerError, FaultKind::Reset];
    load.fake.storm(Storm { one_in: 400, kinds, seed: 1 });
    let mut world = World::new(&load.fake, 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sample = |n: u32| {
        let page = runtime.block_on(async {
            let page = reqwest::get(format!("http://{}/metrics", load.address)).await.unwrap();
            page.text().await.unwrap()
        });
        fs::write(Path::new(&directory).join(format!("{n:04}.txt")), page).unwrap();
    };
    let mut rate = 0.0_f64;
    let mut owed = 0.0;
    // Twenty steps a second; the load swells and ebbs as a day does.
    at_rate(20, 20 * SECONDS, |n| {
        if n % 20 == 0 {
            sample(n / 20);
            rate = 70.0 + 50.0 * (f64::from(n) / 300.0).sin();
        }
        owed += rate / 20.0;
        while owed >= 1.0 {
            world.next();
            owed -= 1.0;
        }
    });
    sample(SECONDS);
    println!("{} updates in {SECONDS} s", world.sent());
}
