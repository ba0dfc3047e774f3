//! The loop: updates come in, are answered, and only then are confirmed.
//!
//! Telegram forgets an update when a later `getUpdates` names a higher offset. So the offset is the lowest update that
//! is not finished: whatever happens to this process, Telegram sends what was in hand once more. While something is in
//! hand the loop polls again every [`REPOLL`], so that one slow chat does not hold the others, and passes over what it
//! has already. One thread does everything; what waits, waits for the network.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::payloads::{DeleteWebhook, GetMe};
use teloxide::requests::Payload;
use teloxide::types::CallbackQueryId;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use super::api::{Api, Failure};
use super::deliver::{CutOff, Delivery, acknowledge, answer_inline, notice};
use super::profile;
use super::update::{InlineQuery, Me, Update};
use crate::cards::offer;
use crate::content::Content;
use crate::reply::{Reply, Request, apology};

/// What answers: [`crate::reply::reply`], or a stand-in that a test wants to see fail.
pub type Answer = fn(&Content, &Request<'_>) -> Reply;

/// How long Telegram may hold a poll when there is nothing new.
const LONG_POLL: Duration = Duration::from_secs(25);
/// While something is in hand: Telegram sends updates one by one to those who poll an unmoved offset faster than this.
const REPOLL: Duration = Duration::from_millis(500);
/// The most updates of one poll (Bot API).
const BATCH: usize = 100;
/// How often an update is tried whose answering panics.
const TRIES_BROKEN: u32 = 3;
/// How often an update is tried while Telegram hands out updates but takes no answers: each try lasts about a minute.
const TRIES_UNREACHABLE: u32 = 30;
/// An update in hand for so long no longer holds the offset when a whole batch behind it has nothing new.
const STUCK: Duration = Duration::from_secs(2);
/// The most updates that this process holds although it has told Telegram to forget them.
const CARRIED_MAX: usize = 10_000;
/// What we want to hear of.
const ALLOWED_UPDATES: [&str; 4] = ["message", "callback_query", "inline_query", "guest_message"];
/// On a signal: time to finish what is in hand. With the last confirmation it stays under five seconds.
const DRAIN: Duration = Duration::from_millis(3_500);
/// On a signal: time for the last confirmation.
const CONFIRM: Duration = Duration::from_secs(1);

/// Answers on Telegram until `stop` is there; then finishes what is in hand, within five seconds.
///
/// # Errors
///
/// A sentence for the operator when Telegram refuses the token.
pub async fn run(content: Content, api: Api, answer: Answer, stop: impl Future<Output = ()>) -> Result<(), String> {
    let mut stop = pin!(stop);
    let content = Rc::new(content);
    LocalSet::new()
        .run_until(async {
            let me = tokio::select! {
                () = &mut stop => return Ok(()),
                me = introduce(&api) => me?,
            };
            let languages: Vec<String> = content.languages().map(|lang| content.tag(lang).to_string()).collect();
            log::info!(
                "palabre {} answers as @{}: {} sections in {}",
                env!("CARGO_PKG_VERSION"),
                me.username,
                content.sections().len(),
                languages.join(", "),
            );
            let publishing = tokio::task::spawn_local(publish(api.clone(), Rc::clone(&content)));
            let shared = Shared { api, content, me, answer, cut_off: CutOff::default() };
            let result = Desk::new(Rc::new(shared)).work(&mut stop).await;
            publishing.abort();
            result
        })
        .await
}

/// Tells Telegram the commands and descriptions, until it has them.
async fn publish(api: Api, content: Rc<Content>) {
    let mut pauses = growing_pauses();
    while let Err(failure) = profile::publish(&api, &content).await {
        let pause = pauses.next().unwrap_or_default();
        log::warn!("the menu of commands is not up to date: {failure}; trying again in {:.1} s", pause.as_secs_f32());
        tokio::time::sleep(pause).await;
    }
}

/// Asks who we are until Telegram says it.
async fn introduce(api: &Api) -> Result<Me, String> {
    let mut pauses = growing_pauses();
    loop {
        match api.call::<GetMe, Me>(&GetMe::new(), Duration::ZERO).await {
            Ok(me) => return Ok(me),
            Err(failure) => tokio::time::sleep(pause_after(&failure, &mut pauses)?).await,
        }
    }
}

fn growing_pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(30))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Says what is wrong and how long to wait, unless waiting does not help.
fn pause_after(failure: &Failure, pauses: &mut ExponentialBackoff) -> Result<Duration, String> {
    if let Failure::Refused(401 | 404, _) = failure {
        return Err("Telegram does not know this token: copy it once more from @BotFather".into());
    }
    let pause = match failure {
        Failure::RetryAfter(pause) => *pause,
        _ => pauses.next().unwrap_or_default(),
    };
    log::warn!("{failure}; trying again in {:.1} s", pause.as_secs_f32());
    Ok(pause)
}

/// What every answer needs.
struct Shared {
    api: Api,
    content: Rc<Content>,
    me: Me,
    answer: Answer,
    cut_off: CutOff,
}

/// How far an update is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waiting for its turn in this chat, or being answered.
    InHand { chat: i64, since: Instant },
    /// Finished; kept until the offset is past it.
    Done,
}

/// Every update between the offset and the newest, and whose turn it is.
struct Desk {
    shared: Rc<Shared>,
    states: BTreeMap<i64, State>,
    /// One past the highest update that Telegram was told to forget.
    offset: i64,
    /// What waits for its turn, by chat.
    queues: HashMap<i64, VecDeque<Rc<Update>>>,
    /// The chats that are being answered.
    busy: HashSet<i64>,
    /// Answers in hand, each with its chat and update; taps that are being acknowledged have neither.
    jobs: JoinSet<Option<(i64, i64)>>,
    /// The last poll brought a whole batch without anything new.
    crowded: bool,
    /// Updates of a kind or shape that nothing here answers.
    passed_over: u64,
}

#[derive(Serialize)]
struct GetUpdates {
    offset: i64,
    limit: usize,
    timeout: u64,
    /// On every call: Telegram keeps the last list it was given, even by another program.
    allowed_updates: [&'static str; 4],
}

impl Payload for GetUpdates {
    type Output = ();
    const NAME: &'static str = "getUpdates";
}

impl Desk {
    fn new(shared: Rc<Shared>) -> Self {
        Self {
            shared,
            states: BTreeMap::new(),
            offset: 0,
            queues: HashMap::new(),
            busy: HashSet::new(),
            jobs: JoinSet::new(),
            crowded: false,
            passed_over: 0,
        }
    }

    async fn work(&mut self, stop: &mut (impl Future<Output = ()> + Unpin)) -> Result<(), String> {
        let shared = Rc::clone(&self.shared);
        let mut pauses = growing_pauses();
        let mut last_poll: Option<Instant> = None;
        // After a failed poll: not before this.
        let mut not_before: Option<Instant> = None;
        loop {
            let idle = self.jobs.is_empty();
            let repoll = last_poll.filter(|_| !idle).map(|last| last + REPOLL);
            let next_poll = not_before.or(repoll).unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                () = &mut *stop => { self.finish().await; return Ok(()) }
                Some(job) = self.jobs.join_next() => { self.job_ended(job); continue }
                () = tokio::time::sleep_until(next_poll) => {}
            }
            last_poll = Some(Instant::now());
            let timeout = if idle { LONG_POLL } else { Duration::ZERO };
            let mut poll = pin!(poll(&shared.api, self.next_offset(), timeout));
            let polled = loop {
                tokio::select! {
                    biased;
                    () = &mut *stop => { self.finish().await; return Ok(()) }
                    polled = &mut poll => break polled,
                    Some(job) = self.jobs.join_next() => self.job_ended(job),
                }
            };
            match polled {
                Ok(batch) => {
                    pauses = growing_pauses();
                    let empty = batch.is_empty();
                    let new = self.take_in(batch);
                    // What is known already comes again at once to those who ask at once.
                    not_before = (new == 0 && !empty).then(|| Instant::now() + REPOLL);
                }
                Err(failure) => match pause_after(&failure, &mut pauses) {
                    Ok(pause) => not_before = Instant::now().checked_add(pause),
                    Err(sentence) => {
                        self.finish().await;
                        return Err(sentence);
                    }
                },
            }
        }
    }

    /// The lowest update that is not finished.
    ///
    /// Telegram hands out a hundred updates from the offset on. When all of them are known, what has been in hand for
    /// long no longer holds the offset, or nobody else would be heard: this process carries it. But not while nothing gets
    /// through to its chat: then nobody would gain.
    fn next_offset(&mut self) -> i64 {
        let carried = self.states.range(..self.offset).count();
        let may_pass = self.crowded && carried < CARRIED_MAX;
        let holds = |state: &State| match state {
            State::Done => false,
            State::InHand { chat, since } => {
                !may_pass || since.elapsed() < STUCK || self.shared.cut_off.contains(*chat)
            }
        };
        let newest = self.states.last_key_value().map_or(self.offset, |(id, _)| id + 1);
        let lowest = self.states.range(self.offset..).find(|(_, state)| holds(state)).map(|(&id, _)| id);
        self.offset = lowest.unwrap_or(newest).max(self.offset);
        let offset = self.offset;
        self.states.retain(|&id, state| id >= offset || *state != State::Done);
        offset
    }

    /// Takes in a batch; gives how many of its updates are new.
    fn take_in(&mut self, updates: Vec<Read>) -> usize {
        let size = updates.len();
        let id = |read: &Read| read.as_ref().map_or_else(|&id| id, |u| Some(u.update_id));
        if let Some(newest) = updates.iter().filter_map(id).max().filter(|&newest| newest < self.offset) {
            // After a week without updates Telegram numbers them anew; what it sends is never below the offset otherwise.
            log::info!("Telegram numbers its updates anew");
            self.states.clear();
            self.offset = updates.iter().filter_map(id).min().unwrap_or(newest);
        }
        let mut new = 0;
        for read in updates {
            let Some(id) = id(&read) else {
                self.pass_over();
                continue;
            };
            if id < self.offset || self.states.contains_key(&id) {
                continue;
            }
            new += 1;
            match read {
                Err(_) => {
                    self.states.insert(id, State::Done);
                    self.pass_over();
                }
                Ok(Update { inline_query: Some(query), .. }) => {
                    // Worthless in a few seconds, so it waits for nobody and nobody waits for it.
                    self.states.insert(id, State::Done);
                    let shared = Rc::clone(&self.shared);
                    self.jobs.spawn_local(async move {
                        answer_typing(&shared, &query).await;
                        None
                    });
                }
                Ok(update) if !is_for_us(&update, &self.shared.me) => {
                    self.states.insert(id, State::Done);
                }
                Ok(update) => self.hand_in(id, Rc::new(update)),
            }
        }
        self.crowded = size >= BATCH && new == 0;
        new
    }

    fn hand_in(&mut self, id: i64, update: Rc<Update>) {
        let chat = update.key();
        if let Some(query) = &update.callback_query {
            // A tap is acknowledged at once, however long its chat has to wait for the page.
            let (shared, query) = (Rc::clone(&self.shared), CallbackQueryId(query.id.clone()));
            let tapped = Rc::clone(&update);
            self.jobs.spawn_local(async move {
                let notice = reply_to(&shared, &tapped).and_then(|reply| notice(&tapped, &reply));
                acknowledge(&shared.api, query, notice).await;
                None
            });
        }
        self.states.insert(id, State::InHand { chat, since: Instant::now() });
        self.queues.entry(chat).or_default().push_back(update);
        self.next_of(chat);
    }

    fn pass_over(&mut self) {
        self.passed_over += 1;
        log::debug!("an update of an unknown kind or shape was passed over ({} so far)", self.passed_over);
    }

    /// Begins the next answer of a chat, unless one is in hand.
    fn next_of(&mut self, chat: i64) {
        if self.busy.contains(&chat) {
            return;
        }
        let Some(update) = self.queues.get_mut(&chat).and_then(VecDeque::pop_front) else {
            self.queues.remove(&chat);
            return;
        };
        self.busy.insert(chat);
        let shared = Rc::clone(&self.shared);
        self.jobs.spawn_local(async move {
            see_to(&shared, chat, &update).await;
            Some((chat, update.update_id))
        });
    }

    fn job_ended(&mut self, job: Result<Option<(i64, i64)>, tokio::task::JoinError>) {
        // An answer cannot panic, for `see_to` catches; an acknowledgement that does has nothing to account for.
        let Ok(Some((chat, id))) = job else { return };
        self.busy.remove(&chat);
        if self.states.contains_key(&id) {
            self.states.insert(id, State::Done);
        }
        self.next_of(chat);
    }

    /// Finishes what is in hand, as far as the time reaches, and confirms it.
    async fn finish(&mut self) {
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(job) = self.jobs.join_next().await {
                self.job_ended(job);
            }
        });
        if drained.await.is_err() {
            log::warn!("stopped with answers in hand: Telegram will send what was not confirmed again");
        }
        self.crowded = false; // What is not finished is not confirmed.
        if self.states.is_empty() && self.offset == 0 {
            return; // Nothing ever came: there is nothing to confirm.
        }
        let shared = Rc::clone(&self.shared);
        let confirmation = get_updates(&shared.api, self.next_offset(), 1, Duration::ZERO);
        match tokio::time::timeout(CONFIRM, confirmation).await {
            Ok(Ok(_)) => log::info!("stopped"),
            _ => log::warn!("stopped without a last confirmation: Telegram may send answered questions again"),
        }
    }
}

/// Asks for updates; removes a webhook that stands in the way.
async fn poll(api: &Api, offset: i64, timeout: Duration) -> Result<Vec<Read>, Failure> {
    let polled = get_updates(api, offset, BATCH, timeout).await;
    if let Err(failure) = &polled
        && failure.says("can't use getUpdates method while webhook is active")
    {
        log::warn!("a webhook was set: it is removed, for this process polls");
        api.send(&DeleteWebhook::new()).await?;
        return get_updates(api, offset, BATCH, timeout).await;
    }
    polled
}

async fn get_updates(api: &Api, offset: i64, limit: usize, timeout: Duration) -> Result<Vec<Read>, Failure> {
    let payload = GetUpdates { offset, limit, timeout: timeout.as_secs(), allowed_updates: ALLOWED_UPDATES };
    let body = api.body(&payload, timeout).await?;
    match body.read::<Vec<Update>>() {
        // An update of a shape that is new to us: then each by itself.
        Err(Failure::Unreachable(_)) => {
            let raw = body.read::<Vec<Box<RawValue>>>()?;
            Ok(raw.iter().map(|raw| Update::read(raw.get())).collect())
        }
        read => Ok(read?.into_iter().map(Update::of_concern).collect()),
    }
}

/// An update, or the id of one that does not concern us, if it has one.
type Read = Result<Update, Option<i64>>;

/// Whether an update asks something of us. One that breaks the reading would break it each time it is sent again.
fn is_for_us(update: &Update, me: &Me) -> bool {
    std::panic::catch_unwind(AssertUnwindSafe(|| update.request(me).is_some())).unwrap_or(false)
}

/// Answers an update, whatever happens on the way; returns when nothing is left to do.
async fn see_to(shared: &Shared, chat: i64, update: &Update) {
    let (mut broken, mut unreachable) = (0, 0);
    loop {
        // A panic's place is in the log.
        let answered = AssertUnwindSafe(answer(shared, chat, update)).catch_unwind().await;
        if !matches!(answered, Ok(Err(Failure::Unreachable(_)))) {
            shared.cut_off.remove(chat);
        }
        match answered {
            Ok(Ok(())) => return,
            Ok(Err(failure @ Failure::Unreachable(_))) => {
                log::warn!("{failure}; the answer is tried again");
                unreachable += 1;
            }
            Ok(Err(failure)) => {
                log::error!("an answer was not sent: {failure}");
                return;
            }
            Err(_) => broken += 1,
        }
        if broken >= TRIES_BROKEN || unreachable >= TRIES_UNREACHABLE {
            log::error!("an update was given up after {} tries", broken + unreachable);
            return;
        }
    }
}

async fn answer_typing(shared: &Shared, query: &InlineQuery) {
    // A panic's place is in the log.
    let offered = std::panic::catch_unwind(AssertUnwindSafe(|| offer(&shared.content, &query.query())));
    if let Ok(answer) = offered {
        answer_inline(&shared.api, &shared.content, &shared.me, &query.id, &answer).await;
    }
}

async fn answer(shared: &Shared, chat: i64, update: &Update) -> Result<(), Failure> {
    let Some(reply) = reply_to(shared, update) else { return Ok(()) };
    let Shared { api, content, me, cut_off, .. } = shared;
    Delivery { api, content, me, cut_off, chat }.deliver(update, reply).await
}

/// What to answer; an apology when making the answer panicked.
fn reply_to(shared: &Shared, update: &Update) -> Option<Reply> {
    let request = update.request(&shared.me)?;
    let reply = std::panic::catch_unwind(AssertUnwindSafe(|| (shared.answer)(&shared.content, &request)));
    Some(reply.unwrap_or_else(|_| apology(&shared.content, request.language_code)))
}
