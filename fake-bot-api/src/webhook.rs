//! Telegram's side of a webhook: updates are delivered until each was taken with a 200, and what a response asks for is carried
//! out.

use std::{collections::BTreeSet, sync::Arc, thread, time::Duration};

use serde_json::{Map, Value};
use tokio::{runtime, sync::oneshot, task::JoinSet};

use super::{
    methods,
    state::{Call, Shared, State, lock},
};

/// After a delivery that was not taken.
const RETRY_DELAY: Duration = Duration::from_millis(100);
/// WebhookDelivery at once, as Telegram has it by itself.
const DEFAULT_MAX_CONNECTIONS: usize = 40;

/// Delivers on a thread of its own, until it is dropped.
pub struct WebhookDelivery {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl WebhookDelivery {
    pub(crate) fn start(shared: Arc<Shared>) -> WebhookDelivery {
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = deliver_all(&shared) => {}
                    _ = stopped => {}
                }
            });
        });
        WebhookDelivery { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for WebhookDelivery {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

async fn deliver_all(shared: &Arc<Shared>) {
    let client = reqwest::Client::new();
    let mut changes = shared.changes();
    let mut under_way: BTreeSet<i64> = BTreeSet::new();
    let mut deliveries = JoinSet::new();
    loop {
        let (url, secret, next) = {
            let state = lock(&shared.state);
            let connections = state.webhook_info.get("max_connections").and_then(Value::as_u64);
            let connections =
                connections.and_then(|most| usize::try_from(most).ok()).unwrap_or(DEFAULT_MAX_CONNECTIONS);
            let next = state.queue.next_for_webhook(&under_way, connections.saturating_sub(under_way.len()));
            (state.webhook.clone(), state.webhook_secret.clone(), next)
        };
        if !url.is_empty() {
            for (id, update) in next {
                under_way.insert(id);
                let mut request = client.post(&url).header("content-type", "application/json").body(update.to_string());
                if !secret.is_empty() {
                    request = request.header("x-telegram-bot-api-secret-token", &secret);
                }
                deliveries.spawn(async move { (id, taken(request).await) });
            }
        }
        tokio::select! {
            Some(Ok((id, response))) = deliveries.join_next() => {
                under_way.remove(&id);
                match response {
                    Some(body) => shared.update(|state| finish(state, id, &body)),
                    None => {
                        shared.update(|state| state.failed_deliveries += 1);
                        tokio::time::sleep(RETRY_DELAY).await;
                    }
                }
            }
            _ = changes.changed() => {}
        }
    }
}

/// What a delivery was answered, if it was taken.
async fn taken(request: reqwest::RequestBuilder) -> Option<Vec<u8>> {
    let response = request.send().await.ok()?;
    if response.status() != 200 {
        return None;
    }
    Some(response.bytes().await.ok()?.to_vec())
}

/// The update is taken; what its response asks for is carried out, and nobody learns how it ends.
fn finish(state: &mut State, id: i64, body: &[u8]) {
    state.queue.finish(id);
    if body.is_empty() {
        return;
    }
    let Ok(Value::Object(mut params)) = serde_json::from_slice::<Value>(body) else {
        return state.report_violation("webhook", "a response that is no call", &Value::Null);
    };
    let method =
        params.remove("method").and_then(|name| name.as_str().map(str::to_ascii_lowercase)).unwrap_or_default();
    let outcome = methods::carry_out(state, &method, &params, &[]);
    state.webhook_replies += 1;
    state.note_call(Call::new(method, Value::Object(Map::from_iter(params)), body.len(), outcome));
}
