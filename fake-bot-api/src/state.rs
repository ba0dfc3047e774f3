//! All that this Telegram knows, and the lock and wake-ups around it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{
    bot_api::BotApi,
    fault::{FaultKind, Faults},
    files::{Files, Upload},
    message::{Chat, Message, elsewhere},
    params::Params,
    profile::Profile,
    updates::Queue,
};

/// The kinds of update, in the order of the server that Telegram publishes, then those that are newer.
const UPDATE_KINDS: &[&str] = &[
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction",
    "message_reaction_count",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "purchased_paid_media",
    "managed_bot",
    "guest_message",
    "subscription",
    "stopped_message_generation",
];
const NOT_BY_DEFAULT: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

/// After this time an answer to a callback query, an inline query or a guest message is refused.
const QUERY_LIFETIME: Duration = Duration::from_secs(30);
pub(crate) const QUERY_TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";

/// Private chats share the counter of the bot's account; a supergroup counts for itself, so ids repeat across chats.
const ACCOUNT: i64 = 0;

/// A refusal as Telegram words it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The HTTP status and `error_code`; 0 if there was no answer at all.
    pub code: u16,
    /// As the Bot API words it.
    pub description: String,
    /// `ResponseParameters`, or null.
    pub parameters: Value,
    /// Set if the request broke a rule that a bot can know beforehand.
    pub rule: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal { code, description: description.into(), parameters: Value::Null, rule: None }
    }

    /// 400, for what a correct bot may well run into.
    pub(crate) fn bad_request(reason: &str) -> Refusal {
        Refusal::new(400, format!("Bad Request: {reason}"))
    }

    /// 400, for what a correct bot never sends.
    pub(crate) fn violation(rule: impl Into<String>, reason: &str) -> Refusal {
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
    /// As they came: all are texts but in JSON.
    pub params: Value,
    /// The file parts of a `multipart/form-data` body.
    pub files: Vec<Upload>,
    /// Bytes.
    pub body_size: usize,
    /// What the fake made of it, whether or not the answer reached the bot.
    pub outcome: Answer,
    /// The fault that it met.
    pub fault: Option<FaultKind>,
    /// When it arrived.
    pub at: Instant,
}

impl Call {
    pub(crate) fn new(method: String, params: Value, body_size: usize, outcome: Answer) -> Call {
        Call { method, params, files: Vec::new(), body_size, outcome, fault: None, at: Instant::now() }
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
    /// `None` if it had none, as with all parameters here.
    pub offset: Option<i64>,
    /// Seconds.
    pub timeout: Option<i64>,
    /// How many updates the bot wants at most.
    pub limit: Option<i64>,
    /// Kinds of update.
    pub allowed_updates: Option<Vec<String>>,
    /// Whether it repeated the offset of a poll less than 0.5 s before: such a poll gets one update from Telegram, whatever its
    /// limit, and from the fake after [`Fake::throttle_repeated_offsets`](crate::Fake::throttle_repeated_offsets).
    pub throttled: bool,
    /// The fault that it met.
    pub fault: Option<FaultKind>,
    /// When it arrived.
    pub at: Instant,
}

/// All that the fake knows: what the bot did and what there is. Tests read it in [`Fake::wait_for`](crate::Fake::wait_for).
#[derive(Default)]
pub struct State {
    /// Every request but `getUpdates`, in the order of arrival.
    pub calls: Vec<Call>,
    /// Every `getUpdates`.
    pub polls: Vec<Poll>,
    /// The broken rules, each a sentence with the parameters.
    pub violations: Vec<String>,
    /// What the bot has set about itself.
    pub profile: Profile,
    pub(crate) queue: Queue,
    pub(crate) faults: Faults,
    pub(crate) bot_api: BotApi,
    pub(crate) files: Files,
    /// The people who do not let others send them voice messages.
    pub(crate) voice_forbidden: BTreeSet<i64>,
    pub(crate) webhook: String,
    /// The header `X-Telegram-Bot-Api-Secret-Token` of each delivery; none if empty.
    pub(crate) webhook_secret: String,
    /// Deliveries that were not answered with 200.
    pub failed_deliveries: usize,
    /// Calls that came as the body of the response to a delivery.
    pub webhook_replies: usize,
    /// Fields of `getMe` and `getWebhookInfo` that differ from the usual; null takes one away.
    pub(crate) me: Map<String, Value>,
    pub(crate) webhook_info: Map<String, Value>,
    /// The `Date` of every answer, if not the true one.
    pub(crate) date: Option<&'static str>,
    /// How long a request takes to come in, and an answer to go out.
    pub(crate) latency: Duration,
    chats: BTreeMap<i64, Chat>,
    messages: BTreeMap<(i64, i64), Message>,
    inline_messages: BTreeMap<String, Message>,
    /// Messages that one person of a group sees, by chat and id.
    ephemerals: BTreeMap<(i64, i64), Message>,
    queries: BTreeMap<String, Query>,
    /// The kinds of update that were asked for last; `None` is the default of the Bot API.
    allowed_updates: Option<Vec<String>>,
    pub(crate) throttles_offsets: bool,
    pub(crate) filters_updates: bool,
    pub(crate) custom_rule: Option<CustomRule>,
    /// By how much `Fake::advance_clock` has put the clock forward.
    clock_ahead: Duration,
    last_message_ids: BTreeMap<i64, i64>,
    revision: u64,
    queries_made: u64,
    /// How many of each kind are remembered; all when `None`.
    memory: Option<usize>,
    /// Oldest first, when not all is remembered.
    remembered: VecDeque<Remembered>,
    /// Every request but polls, those that are forgotten too.
    calls_made: u64,
}

/// A rule of the bot's own project, given the method as the Bot API writes it and the parameters: `Some` says what is wrong.
pub type CustomRule = fn(method: &str, params: &Value) -> Option<String>;

/// A callback query, an inline query or a guest message that waits for its answer.
pub(crate) struct Query {
    /// The user who asked, if known.
    pub from: Option<i64>,
    /// For a callback query, what was tapped.
    pub tapped: Option<Tapped>,
    pub asked_at: Instant,
    /// The parameters of each answer.
    pub answers: Vec<Value>,
}

/// The message under which a callback query came up.
pub(crate) struct Tapped {
    /// Known to the bot or not.
    pub chat: Chat,
    pub is_ephemeral: bool,
}

impl Tapped {
    /// From a `CallbackQuery`.
    pub(crate) fn new(query: &Value) -> Tapped {
        let message = &query["message"];
        let is_known = message["chat"]["id"].is_i64();
        let chat = if is_known { Chat::new(message["chat"].clone()) } else { elsewhere() };
        Tapped { chat, is_ephemeral: !message["ephemeral_message_id"].is_null() }
    }
}

/// What is forgotten when not all is remembered.
enum Remembered {
    Chat(i64),
    Message(i64, i64),
    InlineMessage(String),
    Query(String),
}

impl State {
    /// The requests of one method, in any case of letters.
    pub fn calls_of(&self, method: &str) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |call| call.method.eq_ignore_ascii_case(method))
    }

    /// The bot's messages in a chat, oldest first.
    pub fn sent_to(&self, chat: i64) -> impl Iterator<Item = &Message> {
        let of_chat = self.messages.range((chat, i64::MIN)..=(chat, i64::MAX));
        of_chat.map(|(_, message)| message).filter(|message| message.from_bot)
    }

    /// Any message of a chat, the bot's or a person's.
    pub fn message(&self, chat: i64, message_id: i64) -> Option<&Message> {
        self.messages.get(&(chat, message_id))
    }

    /// What a message sent through inline mode shows since the bot edited it.
    pub fn inline_message(&self, inline_message_id: &str) -> Option<&Message> {
        self.inline_messages.get(inline_message_id)
    }

    /// The files that requests of one method have uploaded, if the method was carried out.
    pub fn uploads_of(&self, method: &str) -> impl Iterator<Item = &Upload> {
        self.calls_of(method).filter(|call| call.outcome.is_ok()).flat_map(|call| &call.files)
    }

    /// The bot's messages that one person alone sees, in any chat, oldest first.
    pub fn ephemeral_messages_for(&self, person: i64) -> impl Iterator<Item = &Message> {
        let mut theirs: Vec<_> =
            self.ephemerals.values().filter(|message| message.receiver() == Some(person)).collect();
        theirs.sort_by_key(|message| message.id);
        theirs.into_iter()
    }

    /// The bot's messages in a chat that one person alone sees, oldest first.
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
        let message = Message { sent_at: self.now(), ..Message::new(chat.id(), id, from_bot, self.revision, body) };
        self.ephemerals.entry((chat.id(), id)).insert_entry(message).into_mut()
    }

    /// The parameters of each answer to a query; empty for an unknown one too.
    pub fn answers(&self, query_id: &str) -> &[Value] {
        self.queries.get(query_id).map_or(&[], |query| &query.answers)
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

    /// The kinds of update that the bot asked for last, by `getUpdates` or `setWebhook`; `None` is the default: all but
    /// `chat_member`, `message_reaction` and `message_reaction_count`. A later request that names none keeps them.
    pub fn allowed_updates(&self) -> Option<&[String]> {
        self.allowed_updates.as_deref()
    }

    /// Remembers the kinds that a request names; an empty list is the default.
    pub(crate) fn allow_updates(&mut self, method: &str, params: &Params) {
        if params.json("allowed_updates").is_none() {
            return;
        }
        let kinds: Vec<String> =
            params.list("allowed_updates").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        for kind in kinds.iter().filter(|kind| !UPDATE_KINDS.contains(&kind.as_str())) {
            self.report_violation(method, &format!("unknown kind of update {kind}"), &params.to_json());
        }
        self.allowed_updates = (!kinds.is_empty()).then_some(kinds);
    }

    /// Queues an update of one kind. With `Fake::filter_updates` one that the bot does not want is dropped, but spends an id.
    pub(crate) fn push_update(&mut self, kind: &str, body: Value) -> i64 {
        let is_allowed = match &self.allowed_updates {
            _ if !self.filters_updates => true,
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
            None => !NOT_BY_DEFAULT.contains(&kind),
        };
        if is_allowed { self.queue.push(json!({ kind: body })) } else { self.queue.skip() }
    }

    /// The time by the fake's clock, which tests put forward.
    pub(crate) fn now(&self) -> Instant {
        Instant::now() + self.clock_ahead
    }

    pub(crate) fn advance_clock(&mut self, step: Duration) {
        self.clock_ahead += step;
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

    /// Makes an inline message known. What it shows may be unknown until it is edited.
    pub(crate) fn register_inline_message(&mut self, id: &str, content: Map<String, Value>) {
        if !self.inline_messages.contains_key(id) {
            self.inline_messages.insert(id.to_owned(), Message::new(0, 0, true, 0, content));
            self.remember(Remembered::InlineMessage(id.to_owned()));
        }
    }

    /// A query with a fresh id; `tapped` if it is a callback query.
    pub(crate) fn new_query(&mut self, from: i64, tapped: Option<Tapped>) -> String {
        let id = format!("{}", 4_000_000_000_000_u64 + self.queries_made);
        self.queries_made += 1;
        self.register_query(&id, Some(from), tapped);
        id
    }

    /// A query of a given id.
    pub(crate) fn register_query(&mut self, id: &str, from: Option<i64>, tapped: Option<Tapped>) {
        let query = Query { from, tapped, asked_at: self.now(), answers: Vec::new() };
        self.queries.insert(id.to_owned(), query);
        self.remember(Remembered::Query(id.to_owned()));
    }

    pub(crate) fn query(&self, id: &str) -> Option<&Query> {
        self.queries.get(id)
    }

    /// Keeps an answer. The second answer to one query is a violation.
    ///
    /// # Errors
    /// If there is no such query, or it is too old.
    pub(crate) fn answer_query(&mut self, method: &str, id: &str, params: &Params) -> Result<(), Refusal> {
        let now = self.now();
        let query = self.queries.get_mut(id).filter(|query| now.duration_since(query.asked_at) <= QUERY_LIFETIME);
        let query = query.ok_or_else(|| Refusal::bad_request(QUERY_TOO_OLD))?;
        query.answers.push(params.to_json());
        if query.answers.len() > 1 {
            self.report_violation(method, "a query answered twice", &params.to_json());
        }
        Ok(())
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

#[expect(clippy::disallowed_methods, reason = "the fake's clock is this machine's")]
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
