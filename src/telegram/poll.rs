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
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

use super::api::{Api, Failure};
use super::deliver::deliver;
use super::profile;
use super::update::{Me, Update};
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
/// How often an update that breaks the answering is tried before it is given up.
const TRIES_BROKEN: u8 = 3;
/// How often an update is tried while Telegram hands out updates but takes no answers: each try lasts about a minute.
const TRIES_UNREACHABLE: u8 = 30;
/// An update in hand for so long, with a whole batch behind it and nothing new in sight, no longer holds the offset.
const STUCK: Duration = Duration::from_secs(10);
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
            let (profile_api, profile_content) = (api.clone(), Rc::clone(&content));
            let publishing = tokio::task::spawn_local(async move {
                if let Err(failure) = profile::publish(&profile_api, &profile_content).await {
                    log::error!("the menu of commands is not up to date: {failure}");
                }
            });
            let mut desk = Desk::new(Rc::new(Shared { api, content, me, answer }));
            let result = desk.work(&mut stop).await;
            publishing.abort();
            result
        })
        .await
}

/// Asks who we are until Telegram says it.
async fn introduce(api: &Api) -> Result<Me, String> {
    let mut pauses = growing_pauses();
    loop {
        match api.call::<GetMe, Me>(&GetMe::new(), Duration::ZERO).await {
            Ok(me) => return Ok(me),
            Err(failure) => pause(&failure, &mut pauses).await?,
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

/// Says what is wrong and waits, unless waiting does not help.
async fn pause(failure: &Failure, pauses: &mut ExponentialBackoff) -> Result<(), String> {
    if let Failure::Refused(401 | 404, _) = failure {
        return Err("Telegram does not know this token: copy it once more from @BotFather".into());
    }
    let pause = match failure {
        Failure::RetryAfter(pause) => *pause,
        _ => pauses.next().unwrap_or_default(),
    };
    log::warn!("{failure}; trying again in {:.1} s", pause.as_secs_f32());
    tokio::time::sleep(pause).await;
    Ok(())
}

/// What every answer needs.
struct Shared {
    api: Api,
    content: Rc<Content>,
    me: Me,
    answer: Answer,
}

/// How far an update is.
#[derive(Clone, Copy)]
enum State {
    /// Waiting for its turn, or being answered.
    InHand { since: Instant },
    /// Given back to Telegram, to be taken in again.
    Released,
    /// Finished; kept until the offset is past it.
    Done,
}

/// How answering an update ended.
enum Outcome {
    Done,
    /// Telegram could not be reached.
    Unreachable,
    /// The answering panicked.
    Broken,
}

/// Every update between the offset and the newest, and whose turn it is.
struct Desk {
    shared: Rc<Shared>,
    states: BTreeMap<i64, State>,
    /// One past the highest update that Telegram was told is finished.
    offset: i64,
    /// What waits for its turn, by chat.
    queues: HashMap<i64, VecDeque<Update>>,
    /// The chats that are being answered.
    busy: HashSet<i64>,
    jobs: JoinSet<(i64, i64, Outcome)>,
    tries: HashMap<i64, u8>,
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
    allowed_updates: [&'static str; 2],
}

impl Payload for GetUpdates {
    type Output = Vec<Box<RawValue>>;
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
            tries: HashMap::new(),
            crowded: false,
            passed_over: 0,
        }
    }

    async fn work(&mut self, stop: &mut (impl Future<Output = ()> + Unpin)) -> Result<(), String> {
        let mut pauses = growing_pauses();
        let mut last_poll: Option<Instant> = None;
        loop {
            let idle = self.jobs.is_empty();
            let repoll = last_poll.filter(|_| !idle).map_or_else(Instant::now, |last| last + REPOLL);
            tokio::select! {
                biased;
                () = &mut *stop => return self.finish().await,
                Some(job) = self.jobs.join_next() => {
                    self.job_ended(job);
                    continue;
                }
                () = tokio::time::sleep_until(repoll) => {}
            }
            last_poll = Some(Instant::now());
            let shared = Rc::clone(&self.shared);
            let timeout = if idle { LONG_POLL } else { Duration::ZERO };
            let mut poll = pin!(get_updates(&shared.api, self.next_offset(), BATCH, timeout));
            let polled = loop {
                tokio::select! {
                    biased;
                    () = &mut *stop => return self.finish().await,
                    polled = &mut poll => break polled,
                    Some(job) = self.jobs.join_next() => self.job_ended(job),
                }
            };
            match polled {
                Ok(batch) => {
                    pauses = growing_pauses();
                    self.take_in(&batch);
                }
                Err(failure) => {
                    if failure.says("can't use getUpdates method while webhook is active") {
                        log::warn!("a webhook was set: it is removed, for this process polls");
                        let _ = shared.api.send(&DeleteWebhook::new()).await;
                    }
                    tokio::select! {
                        () = &mut *stop => return self.finish().await,
                        paused = pause(&failure, &mut pauses) => paused?,
                    }
                }
            }
        }
    }

    /// The lowest update that is not finished; what is finished below it is forgotten.
    fn next_offset(&mut self) -> i64 {
        let stuck = |since: &Instant| self.crowded && since.elapsed() > STUCK;
        let open = self.states.iter().find(|(_, state)| match state {
            State::Done => false,
            State::Released => true,
            State::InHand { since } => !stuck(since),
        });
        let newest = self.states.last_key_value().map_or(self.offset, |(id, _)| id + 1);
        self.offset = open.map_or(newest, |(&id, _)| id).max(self.offset);
        self.states = self.states.split_off(&self.offset);
        self.offset
    }

    fn take_in(&mut self, batch: &[Box<RawValue>]) {
        let mut new = 0;
        for raw in batch {
            let read = Update::read(raw.get());
            let Some(id) = read.as_ref().map_or_else(|&id| id, |update| Some(update.update_id)) else {
                self.pass_over();
                continue;
            };
            if matches!(self.states.get(&id), Some(State::InHand { .. } | State::Done)) {
                continue;
            }
            new += 1;
            match read {
                Err(_) => {
                    self.states.insert(id, State::Done);
                    self.pass_over();
                }
                Ok(update) if update.request(&self.shared.me).is_none() => {
                    self.states.insert(id, State::Done);
                }
                Ok(update) => {
                    self.states.insert(id, State::InHand { since: Instant::now() });
                    let key = update.key();
                    self.queues.entry(key).or_default().push_back(update);
                    self.next_of(key);
                }
            }
        }
        self.crowded = batch.len() >= BATCH && new == 0;
    }

    fn pass_over(&mut self) {
        self.passed_over += 1;
        log::debug!("an update of an unknown kind or shape was passed over ({} so far)", self.passed_over);
    }

    /// Begins the next answer of a chat, unless one is in hand.
    fn next_of(&mut self, key: i64) {
        if self.busy.contains(&key) {
            return;
        }
        let Some(update) = self.queues.get_mut(&key).and_then(VecDeque::pop_front) else {
            self.queues.remove(&key);
            return;
        };
        self.busy.insert(key);
        let shared = Rc::clone(&self.shared);
        self.jobs.spawn_local(async move {
            let outcome = answer(&shared, &update).await;
            (key, update.update_id, outcome)
        });
    }

    fn job_ended(&mut self, job: Result<(i64, i64, Outcome), tokio::task::JoinError>) {
        // A job cannot panic (`answer` catches) and is not cancelled but by the runtime's end.
        let Ok((key, id, outcome)) = job else { return };
        self.busy.remove(&key);
        let limit = match outcome {
            Outcome::Done => 0,
            Outcome::Unreachable => TRIES_UNREACHABLE,
            Outcome::Broken => TRIES_BROKEN,
        };
        let tries = self.tries.remove(&id).unwrap_or(0) + 1;
        if tries < limit {
            self.tries.insert(id, tries);
            self.states.insert(id, State::Released);
            // What comes after it in this chat goes back too, so that the order stays.
            for later in self.queues.remove(&key).unwrap_or_default() {
                self.states.insert(later.update_id, State::Released);
            }
        } else {
            if limit > 0 {
                log::error!("an update was given up after {tries} tries");
            }
            self.states.insert(id, State::Done);
        }
        self.next_of(key);
    }

    /// Finishes what is in hand, as far as the time reaches, and confirms it.
    async fn finish(&mut self) -> Result<(), String> {
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(job) = self.jobs.join_next().await {
                self.job_ended(job);
            }
        });
        if drained.await.is_err() {
            log::warn!("stopped with answers in hand: Telegram will send their questions again");
        }
        if self.states.is_empty() && self.offset == 0 {
            return Ok(()); // Nothing ever came: there is nothing to confirm.
        }
        let shared = Rc::clone(&self.shared);
        let confirmation = get_updates(&shared.api, self.next_offset(), 1, Duration::ZERO);
        match tokio::time::timeout(CONFIRM, confirmation).await {
            Ok(Ok(_)) => log::info!("stopped"),
            _ => log::warn!("stopped without a last confirmation: Telegram may send answered questions again"),
        }
        Ok(())
    }
}

async fn get_updates(api: &Api, offset: i64, limit: usize, timeout: Duration) -> Result<Vec<Box<RawValue>>, Failure> {
    let payload =
        GetUpdates { offset, limit, timeout: timeout.as_secs(), allowed_updates: ["message", "callback_query"] };
    api.call(&payload, timeout).await
}

/// Answers an update, whatever happens on the way.
async fn answer(shared: &Shared, update: &Update) -> Outcome {
    let Some(request) = update.request(&shared.me) else { return Outcome::Done };
    let reply = std::panic::catch_unwind(AssertUnwindSafe(|| (shared.answer)(&shared.content, &request)))
        .unwrap_or_else(|_| apology(&shared.content, request.language_code));
    // A panic's place is in the log.
    match AssertUnwindSafe(deliver(&shared.api, &shared.content, update, reply)).catch_unwind().await {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(failure @ Failure::Unreachable(_))) => {
            log::warn!("{failure}; the answer is tried again");
            Outcome::Unreachable
        }
        Ok(Err(failure)) => {
            log::error!("an answer was not sent: {failure}");
            Outcome::Done
        }
        Err(_) => Outcome::Broken,
    }
}
