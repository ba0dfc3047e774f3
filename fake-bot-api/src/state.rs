//! All that this Telegram knows, and the lock and wake-ups around it.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{
    fault::{FaultKind, Faults},
    message::{Chat, Message},
    profile::Profile,
    updates::Queue,
};

/// Private chats share the counter of the bot's account; a supergroup counts for itself, so ids repeat across chats.
const ACCOUNT: i64 = 0;

/// A refusal as Telegram words it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The HTTP status and `error_code`; 0 if there was no answer at all.
    pub code: u16,
    pub description: String,
    /// `ResponseParameters`, or null.
    pub parameters: Value,
    /// Set if the request broke a rule that a bot can know beforehand.
    pub rule: Option<String>,
}

impl Refusal {
    pub fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal { code, description: description.into(), parameters: Value::Null, rule: None }
    }

    /// 400, for what a correct bot may well run into.
    pub fn bad_request(reason: &str) -> Refusal {
        Refusal::new(400, format!("Bad Request: {reason}"))
    }

    /// 400, for what a correct bot never sends.
    pub fn violation(rule: impl Into<String>, reason: &str) -> Refusal {
        Refusal { rule: Some(rule.into()), ..Refusal::bad_request(reason) }
    }
}

/// The `result` of a method, or why there is none.
pub(crate) type Answer = Result<Value, Refusal>;

/// One request of the bot.
#[derive(Clone, Debug)]
pub struct Call {
    /// In lower case.
    pub method: String,
    /// As they came.
    pub params: Value,
    pub outcome: Answer,
    /// The fault that was put in its way.
    pub fault: Option<FaultKind>,
    pub at: Instant,
}

impl Call {
    pub(crate) fn new(method: String, params: Value, outcome: Answer) -> Call {
        Call { method, params, outcome, fault: None, at: Instant::now() }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, shortened(&self.params))?;
        match &self.outcome {
            Ok(_) => write!(f, " -> ok")?,
            Err(refusal) => write!(f, " -> {} {}", refusal.code, refusal.description)?,
        }
        self.fault.as_ref().map_or(Ok(()), |fault| write!(f, " ({fault:?})"))
    }
}

/// One `getUpdates`, as it came.
#[derive(Clone, Debug)]
pub struct Poll {
    pub offset: Option<i64>,
    /// Seconds.
    pub timeout: Option<i64>,
    pub limit: Option<i64>,
    pub allowed_updates: Option<Vec<String>>,
    pub fault: Option<FaultKind>,
    pub at: Instant,
}

/// The world behind the API. Tests read it in `Fake::wait_for`.
#[derive(Default)]
pub struct State {
    pub calls: Vec<Call>,
    pub polls: Vec<Poll>,
    pub violations: Vec<String>,
    pub profile: Profile,
    pub(crate) queue: Queue,
    pub(crate) faults: Faults,
    pub(crate) webhook: String,
    /// What is said with each delivery to it.
    pub(crate) webhook_secret: String,
    /// WebhookDelivery that were not taken.
    pub failed_deliveries: usize,
    /// Calls that came in the response to a delivery.
    pub webhook_replies: usize,
    /// Fields of `getMe` and `getWebhookInfo` that differ from the usual; null takes one away.
    pub(crate) me: Map<String, Value>,
    pub(crate) webhook_info: Map<String, Value>,
    /// The `Date` of every answer, if not the true one.
    pub(crate) date: Option<&'static str>,
    chats: BTreeMap<i64, Chat>,
    messages: BTreeMap<(i64, i64), Message>,
    inline_messages: BTreeMap<String, Message>,
    /// Messages that one person of a group sees, by chat and id.
    ephemerals: BTreeMap<(i64, i64), Message>,
    queries: BTreeMap<String, Vec<Value>>,
    last_message_ids: BTreeMap<i64, i64>,
    revision: u64,
    queries_made: u64,
    /// How much of each kind is remembered; all when `None`.
    memory: Option<usize>,
    /// Oldest first, when not all is remembered.
    remembered: VecDeque<Remembered>,
    /// Every request but polls, those that are forgotten too.
    calls_made: u64,
}

/// What makes room when not all is remembered.
enum Remembered {
    Chat(i64),
    Message(i64, i64),
    InlineMessage(String),
    Query(String),
}

impl State {
    pub fn calls_of(&self, method: &str) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.method.eq_ignore_ascii_case(method))
    }

    /// The bot's messages in a chat, oldest first.
    pub fn sent_to(&self, chat: i64) -> impl Iterator<Item = &Message> {
        let of_chat = self.messages.range((chat, i64::MIN)..=(chat, i64::MAX));
        of_chat.map(|(_, message)| message).filter(|message| message.from_bot)
    }

    pub fn message(&self, chat: i64, message_id: i64) -> Option<&Message> {
        self.messages.get(&(chat, message_id))
    }

    pub fn inline_message(&self, inline_message_id: &str) -> Option<&Message> {
        self.inline_messages.get(inline_message_id)
    }

    /// The bot's messages in a group that one person alone sees, oldest first.
    pub fn ephemeral_messages(&self, chat: i64) -> impl Iterator<Item = &Message> {
        self.ephemerals.values().filter(move |message| message.chat == chat && message.from_bot)
    }

    pub(crate) fn ephemeral(&self, chat: i64, id: i64) -> Option<&Message> {
        self.ephemerals.get(&(chat, id))
    }

    pub(crate) fn ephemeral_to_edit(&mut self, chat: i64, id: i64) -> Option<(&mut Message, u64)> {
        self.revision += 1;
        self.ephemerals.get_mut(&(chat, id)).map(|message| (message, self.revision))
    }

    /// Adds a message that one person alone sees.
    pub(crate) fn add_ephemeral(&mut self, chat: &Chat, from_bot: bool, fields: Map<String, Value>) -> &Message {
        self.revision += 1;
        let id = 1 + self.ephemerals.len() as i64;
        let mut body = Map::from_iter([
            ("message_id".to_owned(), json!(0)),
            ("ephemeral_message_id".to_owned(), json!(id)),
            ("date".to_owned(), json!(unix_time())),
            ("chat".to_owned(), chat.json.clone()),
        ]);
        body.extend(fields);
        let message = Message::new(chat.id(), id, from_bot, self.revision, body);
        self.ephemerals.entry((chat.id(), id)).insert_entry(message).into_mut()
    }

    /// The parameters of each answer to a callback; empty for an unknown one too.
    pub fn answers(&self, query_id: &str) -> &[Value] {
        self.queries.get(query_id).map_or(&[], Vec::as_slice)
    }

    /// The highest update id that an offset has confirmed.
    pub fn confirmed(&self) -> i64 {
        self.queue.confirmed()
    }

    /// How many updates no offset has confirmed.
    pub fn pending_updates(&self) -> usize {
        self.queue.len()
    }

    /// How many requests have come that were no polls, those that are forgotten too.
    pub fn calls_made(&self) -> u64 {
        self.calls_made
    }

    /// How often a message was sent or edited so far: a mark to compare with [`Message::revision`].
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The kinds of update that the bot last asked for; Telegram keeps them when a later poll names none.
    pub fn allowed_updates(&self) -> Option<&[String]> {
        self.polls.iter().rev().find_map(|poll| poll.allowed_updates.as_deref())
    }

    /// From now on remembers only so much of each kind, so that a long run does not grow.
    pub(crate) fn set_history_limit(&mut self, memory: usize) {
        self.memory = Some(memory);
    }

    pub(crate) fn note_call(&mut self, call: Call) {
        self.calls_made += 1;
        self.calls.push(call);
        trim(&mut self.calls, self.memory);
    }

    pub(crate) fn note_poll(&mut self, poll: Poll) {
        self.polls.push(poll);
        trim(&mut self.polls, self.memory);
    }

    fn remember(&mut self, what: Remembered) {
        let Some(memory) = self.memory else { return };
        self.remembered.push_back(what);
        if self.remembered.len() > memory {
            match self.remembered.pop_front() {
                Some(Remembered::Chat(id)) => {
                    self.chats.remove(&id);
                    self.last_message_ids.remove(&id);
                }
                Some(Remembered::Message(chat, id)) => drop(self.messages.remove(&(chat, id))),
                Some(Remembered::InlineMessage(id)) => drop(self.inline_messages.remove(&id)),
                Some(Remembered::Query(id)) => drop(self.queries.remove(&id)),
                None => {}
            }
        }
    }

    /// Notes a broken rule that Telegram itself would let pass.
    pub(crate) fn report_violation(&mut self, method: &str, rule: &str, params: &Value) {
        self.violations.push(format!("{method}: {rule}: {}", shortened(params)));
    }

    pub(crate) fn chat(&self, id: i64) -> Option<&Chat> {
        self.chats.get(&id)
    }

    /// The chat, made on its first mention.
    pub(crate) fn chat_or(&mut self, id: i64, new: impl FnOnce() -> Chat) -> &mut Chat {
        if !self.chats.contains_key(&id) {
            self.remember(Remembered::Chat(id));
        }
        self.chats.entry(id).or_insert_with(new)
    }

    /// Adds a message of the given fields to a known chat.
    pub(crate) fn add_message(&mut self, chat: &Chat, from_bot: bool, fields: Map<String, Value>) -> &Message {
        let counter = if chat.has_own_ids() { chat.id() } else { ACCOUNT };
        let last_id = self.last_message_ids.entry(counter).or_insert(100);
        *last_id += 1;
        self.revision += 1;
        let (chat_id, message_id) = (chat.id(), *last_id);
        let mut body = Map::from_iter([
            ("message_id".to_owned(), json!(message_id)),
            ("date".to_owned(), json!(unix_time())),
            ("chat".to_owned(), chat.json.clone()),
        ]);
        body.extend(fields);
        let message = Message::new(chat_id, message_id, from_bot, self.revision, body);
        self.remember(Remembered::Message(chat_id, message_id));
        self.messages.entry((chat_id, message_id)).insert_entry(message).into_mut()
    }

    /// The message to edit and the mark that its edit gets.
    pub(crate) fn message_to_edit(&mut self, chat: i64, message_id: i64) -> Option<(&mut Message, u64)> {
        self.revision += 1;
        self.messages.get_mut(&(chat, message_id)).map(|message| (message, self.revision))
    }

    pub(crate) fn inline_message_to_edit(&mut self, id: &str) -> Option<(&mut Message, u64)> {
        self.revision += 1;
        self.inline_messages.get_mut(id).map(|message| (message, self.revision))
    }

    /// Makes an inline message known; what it shows is not, until it is edited.
    pub(crate) fn register_inline_message(&mut self, id: &str) {
        if !self.inline_messages.contains_key(id) {
            self.inline_messages.insert(id.to_owned(), Message::new(0, 0, true, 0, Map::new()));
            self.remember(Remembered::InlineMessage(id.to_owned()));
        }
    }

    /// A fresh callback id that waits for its answer.
    pub(crate) fn new_query(&mut self) -> String {
        let id = format!("{}", 4_000_000_000_000_u64 + self.queries_made);
        self.queries_made += 1;
        self.register_query(&id);
        id
    }

    /// A callback of a given id that waits for its answer.
    pub(crate) fn register_query(&mut self, id: &str) {
        self.queries.insert(id.to_owned(), Vec::new());
        self.remember(Remembered::Query(id.to_owned()));
    }

    pub(crate) fn query(&mut self, id: &str) -> Option<&mut Vec<Value>> {
        self.queries.get_mut(id)
    }

    pub(crate) fn expire(&mut self, query_id: &str) {
        self.queries.remove(query_id);
    }
}

/// Forgets the older half of a list that has become twice as long as it may: seldom, for it moves the rest.
fn trim<T>(list: &mut Vec<T>, memory: Option<usize>) {
    if memory.is_some_and(|memory| list.len() >= 2 * memory) {
        list.drain(..list.len() / 2);
    }
}

/// The state with its wake-ups: `changed` for tests, which block, and `version` for requests, which must not.
#[derive(Default)]
pub(crate) struct Shared {
    pub state: Mutex<State>,
    changed: Condvar,
    version: watch::Sender<u64>,
}

impl Shared {
    /// Changes the state and wakes all who wait for a change.
    pub(crate) fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut lock(&self.state));
        self.changed.notify_all();
        self.version.send_modify(|version| *version += 1);
        result
    }

    /// Blocks until a change or for `longest`.
    pub(crate) fn wait<'a>(&self, state: MutexGuard<'a, State>, longest: Duration) -> MutexGuard<'a, State> {
        let (state, _) = self.changed.wait_timeout(state, longest).unwrap_or_else(PoisonError::into_inner);
        state
    }

    /// Sees every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

/// A test that fails inside a predicate must not take the server down with it, so poisoning is passed over.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn unix_time() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

fn shortened(params: &Value) -> String {
    const LENGTH_MAX: usize = 400;
    let all = params.to_string();
    match all.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &all[..end]),
        None => all,
    }
}
