//! A strict fake of the [Telegram Bot API](https://core.telegram.org/bots/api) on loopback, for testing bots over real HTTP.
//!
//! The bot under test polls [`Fake::url`], or has a webhook there, with the token [`TOKEN`]. It may be another process in another
//! language. Tests are synchronous: people act ([`Fake::private_message`], [`Fake::post`], [`Fake::tap`]), the test waits for
//! what the bot does ([`Fake::wait_sent`], [`Fake::wait_for`]), and asks at the end that no rule of Telegram was broken
//! ([`Fake::assert_clean`]). Which rules those are is in the README.
//!
//! ```
//! use std::{
//!     io::{Read, Write},
//!     net::TcpStream,
//!     thread,
//! };
//!
//! use fake_bot_api::{Fake, TOKEN};
//!
//! /// The bot under test: it greets one person.
//! fn run_bot(host: &str) -> std::io::Result<()> {
//!     let body = r#"{"chat_id":7,"text":"Welcome"}"#;
//!     let length = body.len();
//!     let head = format!("POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json");
//!     let mut stream = TcpStream::connect(host)?;
//!     write!(stream, "{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
//!     stream.read_to_string(&mut String::new())?; // who hangs up before the answer may not have asked
//!     Ok(())
//! }
//!
//! let fake = Fake::start();
//! fake.private_message(7, "/start");
//! let host = fake.url().trim_start_matches("http://").to_owned();
//! thread::spawn(move || run_bot(&host));
//! assert_eq!(fake.wait_sent(7, 1)[0].text(), "Welcome");
//! fake.assert_clean();
//! ```
//!
//! Modules: `server` speaks HTTP, `updates` is the queue behind `getUpdates`, `webhook` delivers it, `methods` carries requests out
//! on the `state`, `validate` checks texts and keyboards, `people` acts for people, `fault` makes requests fail on demand, `bot_api`
//! knows what is missing from older servers.

mod bot_api;
mod fault;
mod files;
mod message;
mod methods;
mod multipart;
mod params;
mod people;
mod profile;
mod server;
mod state;
mod updates;
mod validate;
mod webhook;

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub use self::{
    bot_api::BotApi,
    fault::{ALWAYS, Fault, FaultKind, Storm},
    files::Upload,
    message::{Button, Message},
    people::{Person, Post, Queued, QueuedQuery},
    profile::Profile,
    state::{Call, CustomRule, Poll, Refusal, State},
    webhook::WebhookDelivery,
};
use self::{server::Server, state::Shared};

/// The only token that is let in.
pub const TOKEN: &str = "123456789:TEST-token-for-loopback-only";
/// The bot's own user id, the number before the colon of [`TOKEN`].
pub const BOT_ID: i64 = 123_456_789;
/// The bot's own name, without the `@`.
pub const BOT_USERNAME: &str = "palabre_test_bot";

/// How long a test waits for the bot before it fails.
pub const WAIT_LIMIT: Duration = Duration::from_secs(20);

/// A handle on the fake; clones share one Telegram, and the last one to go stops it.
#[derive(Clone)]
pub struct Fake {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: Mutex<Server>,
}

impl Fake {
    /// Serves on an ephemeral port of loopback.
    pub fn start() -> Fake {
        let fake = Fake::start_stopped();
        fake.start_again();
        fake
    }

    /// Holds a port without serving: connections are refused until [`Fake::start_again`].
    pub fn start_stopped() -> Fake {
        let (server, address) = Server::reserve();
        Fake { inner: Arc::new(Inner { shared: Arc::default(), address, server: Mutex::new(server) }) }
    }

    /// Closes every connection and refuses new ones, as when Telegram is away. What it knows stays.
    pub fn stop(&self) {
        state::lock(&self.inner.server).stop(self.inner.address);
    }

    /// Serves again on the same port.
    pub fn start_again(&self) {
        state::lock(&self.inner.server).serve(&self.inner.shared);
    }

    /// The root to give as `TELOXIDE_API_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.inner.address)
    }

    // ---------------------------------------------------------------- what the bot did

    /// Every request but `getUpdates`, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.with_state(|state| state.calls.clone())
    }

    /// The requests of one method, in any case of letters.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.with_state(|state| state.calls_of(method).cloned().collect())
    }

    /// How many `getUpdates` have come, refused ones included.
    pub fn polls(&self) -> usize {
        self.with_state(|state| state.polls.len())
    }

    /// The newest `getUpdates`.
    pub fn last_poll(&self) -> Option<Poll> {
        self.with_state(|state| state.polls.last().cloned())
    }

    /// The bot's messages in a chat, oldest first, as they stand now.
    pub fn sent_to(&self, chat: i64) -> Vec<Message> {
        self.with_state(|state| state.sent_to(chat).cloned().collect())
    }

    /// The files that requests of one method have uploaded, if the method was carried out.
    pub fn uploads_of(&self, method: &str) -> Vec<Upload> {
        self.with_state(|state| state.uploads_of(method).cloned().collect())
    }

    /// The bot's messages that one person alone sees, in any chat, as they stand now.
    pub fn ephemeral_messages_for(&self, person: impl Into<Person>) -> Vec<Message> {
        let person = person.into().id;
        self.with_state(|state| state.ephemeral_messages_for(person).cloned().collect())
    }

    /// The bot's messages in a chat that one person alone sees, as they stand now.
    pub fn ephemeral_messages(&self, chat: i64) -> Vec<Message> {
        self.with_state(|state| state.ephemeral_messages(chat).cloned().collect())
    }

    /// Any message of a chat, the bot's or a person's.
    ///
    /// # Panics
    /// If there is none.
    pub fn message(&self, chat: i64, message_id: i64) -> Message {
        let found = self.with_state(|state| state.message(chat, message_id).cloned());
        found.unwrap_or_else(|| panic!("no message {message_id} in chat {chat}"))
    }

    /// What a message sent through inline mode shows since the bot edited it.
    pub fn inline_message(&self, inline_message_id: &str) -> Option<Message> {
        self.with_state(|state| state.inline_message(inline_message_id).cloned())
    }

    /// The parameters of each answer to a callback query, an inline query or a guest message.
    pub fn answers(&self, query_id: &str) -> Vec<Value> {
        self.with_state(|state| state.answers(query_id).to_vec())
    }

    /// The highest update id that an offset has confirmed; 0 before the first.
    pub fn confirmed(&self) -> i64 {
        self.with_state(State::confirmed)
    }

    /// The broken rules so far, each a sentence with the parameters.
    pub fn violations(&self) -> Vec<String> {
        self.with_state(|state| state.violations.clone())
    }

    /// # Panics
    /// If the bot broke a rule of Telegram.
    #[track_caller]
    pub fn assert_clean(&self) {
        let broken = self.violations();
        assert!(broken.is_empty(), "rules of Telegram broken:\n{}", broken.join("\n"));
    }

    /// What the bot has set about itself.
    pub fn profile(&self) -> Profile {
        self.with_state(|state| state.profile.clone())
    }

    // ---------------------------------------------------------------- waiting

    /// Waits until the predicate gives something. It sees the state itself: asking the `Fake` inside it would deadlock.
    ///
    /// # Panics
    /// With `what` and the list of calls, after [`WAIT_LIMIT`].
    #[track_caller]
    pub fn wait_for<T>(&self, what: &str, predicate: impl FnMut(&State) -> Option<T>) -> T {
        self.wait_at_most(WAIT_LIMIT, what, predicate)
    }

    /// As [`Fake::wait_for`], with another limit.
    ///
    /// # Panics
    /// After `longest`.
    #[track_caller]
    pub fn wait_at_most<T>(&self, longest: Duration, what: &str, mut predicate: impl FnMut(&State) -> Option<T>) -> T {
        let shared = &self.inner.shared;
        let deadline = Instant::now() + longest;
        let mut state = state::lock(&shared.state);
        loop {
            if let Some(found) = predicate(&state) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let history = history(&state);
                drop(state);
                panic!("waited in vain for {what}\n{history}");
            }
            state = shared.wait(state, left);
        }
    }

    /// Waits until the bot has sent at least `count` messages to the chat in all.
    #[track_caller]
    pub fn wait_sent(&self, chat: i64, count: usize) -> Vec<Message> {
        self.wait_for(&format!("{count} message(s) in chat {chat}"), |state| {
            let sent: Vec<_> = state.sent_to(chat).cloned().collect();
            (sent.len() >= count).then_some(sent)
        })
    }

    /// Waits until the bot has made at least `count` requests of a method in all, and gives them.
    #[track_caller]
    pub fn wait_calls(&self, method: &str, count: usize) -> Vec<Call> {
        self.wait_for(&format!("{count} call(s) of {method}"), |state| {
            let calls: Vec<_> = state.calls_of(method).cloned().collect();
            (calls.len() >= count).then_some(calls)
        })
    }

    /// Waits until at least `count` `getUpdates` have come in all.
    #[track_caller]
    pub fn wait_polls(&self, count: usize) {
        self.wait_for(&format!("{count} poll(s)"), |state| (state.polls.len() >= count).then_some(()));
    }

    /// Waits until an offset has confirmed the update.
    #[track_caller]
    pub fn wait_confirmed(&self, update_id: i64) {
        self.wait_for(&format!("update {update_id} to be confirmed"), |state| {
            (state.confirmed() >= update_id).then_some(())
        });
    }

    // ---------------------------------------------------------------- making things hard

    /// Is from now on a server of another version of the Bot API; the newest at the start. An older one answers 404 to newer
    /// methods and ignores newer fields. What it refuses after it has ignored something is no violation.
    pub fn set_bot_api(&self, version: BotApi) {
        self.update(|state| state.bot_api = version);
    }

    /// Makes every `file_id` unknown that was given so far.
    pub fn forget_files(&self) {
        self.update(|state| state.files.forget());
    }

    /// Somebody lets nobody send them voice messages, or lets everybody again.
    pub fn forbid_voice_messages(&self, person: impl Into<Person>, forbidden: bool) {
        let person = person.into().id;
        self.update(|state| match forbidden {
            true => state.voice_forbidden.insert(person),
            false => state.voice_forbidden.remove(&person),
        });
    }

    /// Adds a fault; the oldest one that fits a request is taken first.
    pub fn fault(&self, fault: Fault) {
        self.update(|state| state.faults.add(fault));
    }

    /// Faults at random from now on, until [`Fake::clear_faults`]; those of [`Fake::fault`] come first.
    pub fn storm(&self, storm: Storm) {
        self.update(|state| state.faults.set_storm(storm));
    }

    /// Ends all faults. Requests that hang are closed without an answer; waits that a 429 asked for are forgotten.
    pub fn clear_faults(&self) {
        self.update(|state| state.faults.clear());
    }

    /// Remembers only this many of the newest calls, polls, messages and queries each, so that the fake does not grow in a long
    /// run.
    pub fn set_history_limit(&self, memory: usize) {
        self.update(|state| state.set_history_limit(memory));
    }

    /// Makes a query too old to be answered.
    pub fn expire_query(&self, query_id: &str) {
        self.update(|state| state.expire(query_id));
    }

    /// Sets a webhook, as an earlier deployment may have: `getUpdates` answers 409 until it is deleted.
    pub fn preset_webhook(&self, url: &str) {
        self.update(|state| state.webhook = url.to_owned());
    }

    /// Changes a field of `getMe`; null is a field that the server does not know.
    pub fn preset_me(&self, field: &str, value: Value) {
        self.update(|state| state.me.insert(field.to_owned(), value));
    }

    /// Changes a field of `getWebhookInfo`.
    pub fn preset_webhook_info(&self, field: &str, value: Value) {
        self.update(|state| state.webhook_info.insert(field.to_owned(), value));
    }

    /// Lets every answer carry this date instead of the true one.
    pub fn preset_date(&self, date: &'static str) {
        self.update(|state| state.date = Some(date));
    }

    /// Changes what the bot is said to have set about itself earlier.
    pub fn preset_profile(&self, change: impl FnOnce(&mut Profile)) {
        self.update(|state| change(&mut state.profile));
    }

    /// Puts the fake's clock forward: `retry_after` ends, queries expire, a repeated offset is no longer throttled. Long polls
    /// and slow answers go by the real time.
    pub fn advance_clock(&self, step: Duration) {
        self.update(|state| state.advance_clock(step));
    }

    /// Every request takes this long to come in, and every answer as long to go out.
    pub fn set_latency(&self, latency: Duration) {
        self.update(|state| state.latency = latency);
    }

    /// From now on does what Telegram does to a `getUpdates` that repeats the offset of the one before: within 3 s it waits for an
    /// update, whatever its timeout, and within 0.5 s it gets one update, whatever its limit.
    pub fn throttle_repeated_offsets(&self) {
        self.update(|state| state.throttles_offsets = true);
    }

    /// From now on drops the updates of kinds that the bot did not ask for, as Telegram does. The id that is returned for one
    /// that was dropped never comes.
    pub fn filter_updates(&self) {
        self.update(|state| state.filters_updates = true);
    }

    /// A rule of your own project; what breaks it becomes a violation, but is carried out.
    pub fn set_custom_rule(&self, rule: CustomRule) {
        self.update(|state| state.custom_rule = Some(rule));
    }

    /// Delivers updates to the webhook that the bot sets, until what this gives is dropped.
    pub fn deliver_to_webhook(&self) -> WebhookDelivery {
        WebhookDelivery::start(Arc::clone(&self.inner.shared))
    }

    /// What Telegram has to say with each delivery.
    pub fn webhook_secret(&self) -> String {
        self.with_state(|state| state.webhook_secret.clone())
    }

    /// Reads the state as it is now. Asking the `Fake` inside would deadlock.
    pub fn with_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&state::lock(&self.inner.shared.state))
    }

    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.inner.shared.update(change)
    }
}

/// What a user object of the bot holds in messages.
fn bot_user() -> Value {
    json!({ "id": BOT_ID, "is_bot": true, "first_name": "Palabre", "username": BOT_USERNAME })
}

/// What happened, for the message of a panic.
fn history(state: &State) -> String {
    let mut history = format!(
        "{} poll(s), confirmed up to {}, {} call(s):\n",
        state.polls.len(),
        state.confirmed(),
        state.calls.len()
    );
    for call in &state.calls {
        writeln!(history, "  {call}").expect("a String takes all");
    }
    for broken in &state.violations {
        writeln!(history, "  broken rule: {broken}").expect("a String takes all");
    }
    history
}
