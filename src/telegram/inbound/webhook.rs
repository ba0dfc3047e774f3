//! A webhook: Telegram delivers updates, and takes one as handled when it gets a 200. So that is said only when the update is
//! answered, by us or in the response itself; everything else it delivers again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::metrics::{Health, Kind};
use crate::server::{Delivered, Verdict};
use crate::telegram::api::newer::{GetWebhookInfo, SetWebhook};
use crate::telegram::api::{Api, ApiError};
use crate::telegram::inbound::dispatcher::{Accepted, Dispatcher, Finished};
use crate::telegram::inbound::update::Update;
use crate::telegram::{ALLOWED_UPDATES, DRAIN, growing_pauses, pause_after};

/// The most updates in hand; what comes beyond is to come again.
const IN_HAND_MAX: usize = 1_000;
/// So many updates that were answered are remembered, so that none of them is answered twice when it comes again.
const REMEMBERED: usize = 4_096;
/// How often Telegram is asked whether the webhook still stands: nothing else tells a quiet bot from a deaf one.
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
    pub deliveries: mpsc::Receiver<Delivered>,
    /// Whether an answer that is one request goes out in the response.
    pub answer_in_response: bool,
}

/// Answers what is delivered until `stop` is there; then finishes what is in hand and leaves the webhook where it is: another
/// copy, or the next one, serves it.
///
/// # Errors
///
/// A sentence for the operator when Telegram refuses the token or the webhook.
pub(crate) async fn work(
    mut dispatcher: Dispatcher,
    webhook: Webhook,
    health: Arc<Health>,
    stop: &mut (impl Future<Output = ()> + Unpin),
) -> Result<(), String> {
    let context = Rc::clone(&dispatcher.context);
    let mut deliveries = webhook.deliveries;
    let settings = Settings { url: webhook.url, secret: webhook.secret, max_connections: webhook.max_connections };
    let mut standing = pin!(settings.keep(context.sender.api(), &health));
    let mut counter = Counter::default();
    loop {
        tokio::select! {
            biased;
            () = &mut *stop => break,
            Some(finished) = dispatcher.next() => counter.settle(finished),
            Some(delivered) = deliveries.recv() => counter.accept(&mut dispatcher, delivered),
            Err(sentence) = &mut standing => return Err(sentence),
        }
    }
    let drained = tokio::time::timeout(DRAIN, async {
        while let Some(finished) = dispatcher.next().await {
            counter.settle(finished);
        }
    });
    match drained.await {
        Ok(()) => log::info!("stopped"),
        Err(_) => log::warn!("stopped with answers in hand: Telegram will deliver them again"),
    }
    Ok(())
}

/// Who waits for which update.
#[derive(Default)]
struct Counter {
    /// Those who delivered an update that is in hand.
    waiting: HashMap<i64, Vec<oneshot::Sender<Verdict>>>,
    answered: Remembered,
}

impl Counter {
    fn accept(&mut self, dispatcher: &mut Dispatcher, Delivered { body, answer }: Delivered) {
        // Whoever has gone learns it when the update comes again.
        let say = |answer: oneshot::Sender<Verdict>, verdict| drop(answer.send(verdict));
        let update = match Update::read(&body) {
            Ok(update) => update,
            Err(id) => {
                // It would be as odd the next time: 200, and counted.
                dispatcher.context.metrics().update(if id.is_some() { Kind::Other } else { Kind::Unreadable });
                log::debug!("an update of an unknown kind or shape was passed over");
                return say(answer, Verdict::Done(None));
            }
        };
        let id = update.update_id;
        if self.answered.contains(id) {
            return say(answer, Verdict::Done(None));
        }
        if let Some(waiting) = self.waiting.get_mut(&id) {
            return waiting.push(answer);
        }
        if self.waiting.len() >= IN_HAND_MAX {
            return say(answer, Verdict::Busy);
        }
        match dispatcher.take(update) {
            Accepted::Ignored => say(answer, Verdict::Done(None)),
            Accepted::Queued | Accepted::Unordered => drop(self.waiting.insert(id, vec![answer])),
        }
    }

    /// Tells those who wait for it that an update is finished.
    fn settle(&mut self, Finished { update_id, response }: Finished) {
        let mut response = response.map(Into::into);
        let needs_response = response.is_some();
        let mut is_told = false;
        for answer in self.waiting.remove(&update_id).unwrap_or_default() {
            match answer.send(Verdict::Done(response.take())) {
                Ok(()) => is_told = true,
                // They have gone: the next one may take it.
                Err(Verdict::Done(back)) => response = back,
                Err(Verdict::Busy) => {}
            }
        }
        // An answer that nobody took along is to be made anew when the update comes again.
        if is_told || !needs_response {
            self.answered.add(update_id);
        }
    }
}

/// The last so many updates that were answered.
#[derive(Default)]
struct Remembered {
    ids: HashSet<i64>,
    order: VecDeque<i64>,
}

impl Remembered {
    fn contains(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    fn add(&mut self, id: i64) {
        if self.ids.insert(id) {
            self.order.push_back(id);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

struct Settings {
    url: Url,
    secret: String,
    max_connections: u8,
}

impl Settings {
    /// Sets the webhook where it differs, and looks after it from then on. It never ends well.
    async fn keep(&self, api: &Api, health: &Health) -> Result<std::convert::Infallible, String> {
        let mut pauses = growing_pauses();
        let mut is_set = false;
        loop {
            let looked = if is_set { self.look(api).await } else { self.set(api).await };
            match looked {
                Ok(stands) => {
                    pauses = growing_pauses();
                    is_set = true;
                    if stands {
                        health.mark_alive();
                    } else {
                        log::warn!("the webhook is not ours any more: another program with this token has changed it");
                    }
                    tokio::time::sleep(CHECK_INTERVAL).await;
                }
                Err(ApiError::Refused { code: 400, description: sentence }) => {
                    return Err(format!("Telegram does not take PALABRE_WEBHOOK_URL: {sentence}"));
                }
                Err(error) => tokio::time::sleep(pause_after(&error, &mut pauses)?).await,
            }
        }
    }

    /// Sets the webhook unless it is as it should be already. What the secret is, Telegram does not tell: it comes from the
    /// token, so it is right unless Telegram reports that it was refused.
    async fn set(&self, api: &Api) -> Result<bool, ApiError> {
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
        Ok(true)
    }

    /// Whether the webhook still is ours.
    async fn look(&self, api: &Api) -> Result<bool, ApiError> {
        let info = api.call(&GetWebhookInfo {}).await?;
        Ok(info.url == self.url.as_str())
    }
}
