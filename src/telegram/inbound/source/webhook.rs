//! Webhook: Telegram delivers updates, and takes one as handled when it gets a 200. So that is said only when the update is
//! processed, by this process or by the request in the response itself; everything else Telegram delivers again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use super::{Source, count_skipped};
use crate::metrics::Health;
use crate::telegram::api::newer::{GetWebhookInfo, SetWebhook};
use crate::telegram::api::{Api, ApiError};
use crate::telegram::inbound::context::Context;
use crate::telegram::inbound::dispatcher::{Accepted, Dispatcher, Finished};
use crate::telegram::inbound::update::Update;
use crate::telegram::{ALLOWED_UPDATES, RunError, backoff, pause_after};

/// The most updates in progress; what comes beyond is to be delivered again.
const IN_PROGRESS_MAX: usize = 1_000;
/// The processed updates that are remembered, so that none of them is answered twice when it is delivered again.
const REMEMBERED_MAX: usize = 4_096;
/// How often Telegram is asked whether the webhook is still set: nothing else tells a quiet bot from a deaf one.
const CHECK_INTERVAL: Duration = Duration::from_secs(45);

/// Where Telegram delivers updates to.
pub struct Webhook {
    /// The public address, with its path.
    pub url: Url,
    /// What Telegram has to say with each delivery: 1 to 256 of `A-Z a-z 0-9 _ -`.
    pub secret: String,
    /// The most deliveries at once: 1 to 100 (Bot API, `setWebhook`).
    pub max_connections: u8,
    /// The deliveries, as they come in.
    pub deliveries: mpsc::Receiver<WebhookDelivery>,
    /// Whether an answer that is one request goes out in the response.
    pub answer_in_response: bool,
}

/// An update as it came to the endpoint, and where to say what became of it.
#[derive(Debug)]
pub struct WebhookDelivery {
    /// The JSON, not parsed yet.
    pub body: Bytes,
    /// Takes the outcome. Dropped without one, it counts as [`DeliveryOutcome::RetryLater`]. When nobody waits any more, because
    /// Telegram closed the connection, the outcome comes back, and Telegram delivers the update again.
    pub response: oneshot::Sender<DeliveryOutcome>,
}

/// What became of a delivery.
#[derive(Debug)]
pub enum DeliveryOutcome {
    /// The update is processed (200). Telegram carries out the JSON of one method call, `{"method": …}`; how that ends, it does
    /// not tell.
    Processed(Option<Bytes>),
    /// The update is not processed (503): Telegram is to deliver it again.
    RetryLater,
}

/// Takes what Telegram delivers, and keeps the webhook set.
pub(crate) struct WebhookSource {
    context: Rc<Context>,
    deliveries: mpsc::Receiver<WebhookDelivery>,
    /// Who waits for which update in progress.
    waiting: HashMap<i64, Vec<oneshot::Sender<DeliveryOutcome>>>,
    processed: RememberedIds,
    /// Sets the webhook and looks after it; it ends with an error alone.
    registration: Pin<Box<dyn Future<Output = RunError>>>,
}

impl WebhookSource {
    pub(crate) fn new(context: Rc<Context>, health: Arc<Health>, webhook: Webhook) -> Self {
        let Webhook { url, secret, max_connections, deliveries, answer_in_response: _ } = webhook;
        let registration = Registration { url, secret, max_connections, health, context: Rc::clone(&context) };
        Self {
            context,
            deliveries,
            waiting: HashMap::new(),
            processed: RememberedIds::default(),
            registration: Box::pin(async move { registration.keep().await }),
        }
    }

    /// The update of a delivery, unless there is nothing to do or somebody waits for it already.
    fn receive(&mut self, WebhookDelivery { body, response }: WebhookDelivery) -> Option<Update> {
        let update = match Update::read(&body) {
            Ok(update) => update,
            Err(id) => {
                // It would be as odd the next time: 200, and counted.
                count_skipped(self.context.metrics(), id);
                respond(response, DeliveryOutcome::Processed(None));
                return None;
            }
        };
        let id = update.update_id;
        if self.processed.contains(id) {
            respond(response, DeliveryOutcome::Processed(None));
            return None;
        }
        if let Some(waiting) = self.waiting.get_mut(&id) {
            waiting.push(response);
            return None;
        }
        if self.waiting.len() >= IN_PROGRESS_MAX {
            respond(response, DeliveryOutcome::RetryLater);
            return None;
        }
        self.waiting.insert(id, vec![response]);
        Some(update)
    }
}

/// Whoever has gone learns the outcome when the update is delivered again.
fn respond(response: oneshot::Sender<DeliveryOutcome>, outcome: DeliveryOutcome) {
    drop(response.send(outcome));
}

impl Source for WebhookSource {
    async fn next(&mut self) -> Result<Vec<Update>, RunError> {
        loop {
            tokio::select! {
                error = &mut self.registration => return Err(error),
                Some(delivery) = self.deliveries.recv() => {
                    if let Some(update) = self.receive(delivery) {
                        return Ok(vec![update]);
                    }
                }
            }
        }
    }

    fn accepted(&mut self, update_id: i64, accepted: Accepted) {
        if accepted == Accepted::Ignored {
            // Not remembered: what nobody answers cannot be answered twice.
            for waiting in self.waiting.remove(&update_id).unwrap_or_default() {
                respond(waiting, DeliveryOutcome::Processed(None));
            }
        }
    }

    fn observe(&mut self, _dispatcher: &Dispatcher) {}

    fn confirm(&mut self, Finished { update_id, response }: Finished) {
        let mut response = response.map(Bytes::from);
        let needs_response = response.is_some();
        let mut is_taken = false;
        for waiting in self.waiting.remove(&update_id).unwrap_or_default() {
            match waiting.send(DeliveryOutcome::Processed(response.take())) {
                Ok(()) => is_taken = true,
                // They have gone: the next one may take it.
                Err(DeliveryOutcome::Processed(back)) => response = back,
                Err(DeliveryOutcome::RetryLater) => {}
            }
        }
        // An answer that nobody took along is to be made anew when the update is delivered again.
        if is_taken || !needs_response {
            self.processed.add(update_id);
        }
    }

    /// The webhook stays: another copy, or the next process, serves it.
    async fn close(&mut self) -> bool {
        true
    }
}

/// The last [`REMEMBERED_MAX`] ids.
#[derive(Default)]
struct RememberedIds {
    ids: HashSet<i64>,
    order: VecDeque<i64>,
}

impl RememberedIds {
    fn contains(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    fn add(&mut self, id: i64) {
        if self.ids.insert(id) {
            self.order.push_back(id);
        }
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

/// The webhook as it is to be set at Telegram.
struct Registration {
    context: Rc<Context>,
    health: Arc<Health>,
    url: Url,
    secret: String,
    max_connections: u8,
}

impl Registration {
    /// Sets the webhook where it differs, and checks it from then on.
    async fn keep(&self) -> RunError {
        let api = self.context.sender.api();
        let mut backoff_pauses = backoff();
        let mut is_set = false;
        loop {
            let checked = if is_set { self.is_ours(api).await } else { self.set(api).await.map(|()| true) };
            let error = match checked {
                Ok(is_ours) => {
                    backoff_pauses = backoff();
                    is_set = true;
                    if is_ours {
                        self.health.mark_alive();
                    } else {
                        log::warn!("the webhook is not ours any more: another program with this token has changed it");
                    }
                    tokio::time::sleep(CHECK_INTERVAL).await;
                    continue;
                }
                Err(error) => error,
            };
            if let ApiError::Refused { code: 400, description, .. } = error {
                return RunError::WebhookRefused(description);
            }
            match pause_after(&error, &mut backoff_pauses) {
                Ok(pause) => tokio::time::sleep(pause).await,
                Err(error) => return error,
            }
        }
    }

    /// Sets the webhook unless it is set as it should be. Telegram does not tell the secret: it comes from the token, so it is
    /// right unless Telegram reports that it was refused.
    async fn set(&self, api: &Api) -> Result<(), ApiError> {
        let info = api.call(&GetWebhookInfo {}).await?;
        let is_same = info.url == self.url.as_str()
            && info.max_connections == Some(self.max_connections.into())
            && info.allows_exactly(&ALLOWED_UPDATES)
            && !info.last_error_message.contains("401");
        if !is_same {
            let payload = SetWebhook {
                url: self.url.as_str(),
                max_connections: self.max_connections,
                allowed_updates: ALLOWED_UPDATES,
                secret_token: &self.secret,
            };
            api.send(&payload).await?;
            log::info!("the webhook is set");
        }
        Ok(())
    }

    async fn is_ours(&self, api: &Api) -> Result<bool, ApiError> {
        let info = api.call(&GetWebhookInfo {}).await?;
        Ok(info.url == self.url.as_str())
    }
}
