//! The queue of updates and `getUpdates`, with the offsets, waits and conflicts of the real one.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout_at};

use super::{
    fault::{CONFLICT, FaultKind},
    methods::{self, GET_UPDATES},
    params::{Kind, typed},
    state::{Answer, Poll, Refusal, Shared, State},
};

/// Seconds. A longer timeout is cut.
const TIMEOUT_MAX: u64 = 50;
/// An offset that is polled again within this time gets one update.
const REPEATED_OFFSET_INTERVAL: Duration = Duration::from_millis(500);
/// An offset that is polled again within this time waits at least as long for an update.
const REPEATED_OFFSET_TIMEOUT: Duration = Duration::from_secs(3);
const FIRST_UPDATE: i64 = 1000;
const LIMIT_MAX: i64 = 100;

/// Updates that no offset has confirmed.
pub(crate) struct Queue {
    waiting: VecDeque<(i64, Value)>,
    next_id: i64,
    confirmed: i64,
    /// Counts the polls that were let in: one that is no longer the newest ends with a conflict.
    newest_poll: u64,
    /// Offset and time of the poll before.
    last_offset: Option<(i64, std::time::Instant)>,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue { waiting: VecDeque::new(), next_id: FIRST_UPDATE, confirmed: 0, newest_poll: 0, last_offset: None }
    }
}

impl Queue {
    pub(crate) fn confirmed(&self) -> i64 {
        self.confirmed
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Drops all, as `drop_pending_updates` does.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Spends the id of an update that is not wanted.
    pub(crate) fn skip(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Queues anything; an object without an `update_id` gets one.
    pub(crate) fn push(&mut self, mut update: Value) -> i64 {
        let id = update.get("update_id").and_then(Value::as_i64).unwrap_or(self.next_id);
        if let Some(fields) = update.as_object_mut() {
            fields.entry("update_id").or_insert(json!(id));
        }
        if id < self.confirmed {
            // After a week without updates Telegram numbers them anew.
            (self.confirmed, self.next_id) = (id - 1, id + 1);
        }
        self.next_id = self.next_id.max(id + 1);
        self.waiting.push_back((id, update));
        id
    }

    /// Deletes what is below the offset; a negative one leaves that many of the newest.
    fn confirm(&mut self, offset: i64) {
        if offset > self.next_id {
            return; // It is of another numbering: the queue is handed out from its beginning.
        }
        let offset = if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let first_kept = self.waiting.len().saturating_sub(kept);
            self.waiting.get(first_kept).map_or(0, |(id, _)| *id)
        } else {
            offset
        };
        self.waiting.retain(|(id, _)| *id >= offset);
        self.confirmed = self.confirmed.max(offset - 1);
    }

    /// What may be delivered to a webhook now. Telegram delivers the updates of one chat, and taps and typing of one person,
    /// one after the other: the next when the one before is taken.
    pub(crate) fn next_for_webhook(&self, under_way: &BTreeSet<i64>, limit: usize) -> Vec<(i64, Value)> {
        if limit == 0 {
            return Vec::new();
        }
        let mut lines = BTreeSet::new();
        // Of each line the first alone; it may be the one that is under way.
        let firsts = self.waiting.iter().filter(|(id, update)| lines.insert(line(*id, update)));
        firsts.filter(|(id, _)| !under_way.contains(id)).take(limit).cloned().collect()
    }

    /// An update was taken by a webhook.
    pub(crate) fn finish(&mut self, id: i64) {
        self.waiting.retain(|(other, _)| *other != id);
        self.confirmed = self.waiting.iter().map(|(id, _)| id - 1).min().unwrap_or(self.next_id - 1);
    }

    fn first(&self, limit: usize) -> Vec<Value> {
        self.waiting.iter().take(limit).map(|(_, update)| update.clone()).collect()
    }
}

/// In which line of a webhook an update stands: its kind, and a chat or a person.
fn line(update_id: i64, update: &Value) -> (&str, i64) {
    let fields = update.as_object().into_iter().flatten();
    let body = fields.map(|(kind, body)| (kind.as_str(), body)).find(|(_, body)| body.is_object());
    let owner = |body: &Value| body["chat"]["id"].as_i64().or_else(|| body["from"]["id"].as_i64());
    body.and_then(|(kind, body)| Some((kind, owner(body)?))).unwrap_or(("", update_id))
}

/// Carries out a poll; it may take as long as the bot said.
pub(crate) async fn get_updates(shared: &Arc<Shared>, raw: Map<String, Value>, fault: Option<FaultKind>) -> Answer {
    // Subscribed before the first look, so that no update slips in between.
    let mut changes = shared.changes();
    let poll = shared.update(|state| {
        state.note_poll(poll(&raw, fault));
        admit(state, &raw)
    })?;
    let deadline = Instant::now() + poll.timeout;
    loop {
        {
            let state = super::state::lock(&shared.state);
            if state.queue.newest_poll != poll.number {
                return Err(Refusal::new(409, CONFLICT));
            }
            let updates = state.queue.first(poll.limit);
            if !updates.is_empty() || Instant::now() >= deadline {
                return Ok(Value::Array(updates));
            }
        }
        // A timeout is seen at the next look at the clock.
        drop(timeout_at(deadline, changes.changed()).await);
    }
}

/// A poll that was let in.
struct Admitted {
    number: u64,
    limit: usize,
    timeout: Duration,
}

/// Lets a poll in: its offset counts at once, and the poll before it is over.
fn admit(state: &mut State, raw: &Map<String, Value>) -> Result<Admitted, Refusal> {
    let params = methods::checked(state, &GET_UPDATES, raw, &[])?;
    if !state.webhook.is_empty() {
        let why = "Conflict: can't use getUpdates method while webhook is active; \
                   use deleteWebhook to delete the webhook first";
        return Err(Refusal::new(409, why));
    }
    state.allow_updates(GET_UPDATES.name, &params);
    let limit = params.integer("limit").unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX);
    let mut limit = usize::try_from(limit).expect("clamped");
    let seconds = u64::try_from(params.integer("timeout").unwrap_or(0)).unwrap_or(0);
    let mut timeout = Duration::from_secs(seconds.min(TIMEOUT_MAX));

    let (offset, now) = (params.integer("offset").unwrap_or(0), state.now());
    let repeated_after = state.queue.last_offset.replace((offset, now)).filter(|(last, _)| *last == offset);
    if let Some(interval) = repeated_after.map(|(_, at)| now.duration_since(at)) {
        let throttled = interval < REPEATED_OFFSET_INTERVAL;
        state.polls.last_mut().expect("it was noted").throttled = throttled;
        if state.throttles_offsets && throttled {
            limit = 1;
        }
        if state.throttles_offsets && interval < REPEATED_OFFSET_TIMEOUT {
            timeout = timeout.max(REPEATED_OFFSET_TIMEOUT);
        }
    }
    state.queue.confirm(offset);
    state.queue.newest_poll += 1;
    Ok(Admitted { number: state.queue.newest_poll, limit, timeout })
}

/// A poll as it came, before any check.
pub(crate) fn poll(raw: &Map<String, Value>, fault: Option<FaultKind>) -> Poll {
    let integer = |name: &str| typed(Kind::Integer, raw.get(name)?)?.as_i64();
    let kinds = raw.get("allowed_updates").and_then(|kinds| typed(Kind::Json, kinds));
    let texts = |kinds: &Vec<Value>| kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Poll {
        offset: integer("offset"),
        timeout: integer("timeout"),
        limit: integer("limit"),
        allowed_updates: kinds.as_ref().and_then(Value::as_array).map(texts),
        throttled: false,
        fault,
        at: std::time::Instant::now(),
    }
}
