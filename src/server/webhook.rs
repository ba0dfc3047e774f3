//! Telegram's deliveries: one request, one update, answered when the update is handled.
//!
//! Telegram takes a 2xx for "handled" and delivers the update again after anything else. So 200 is said only when whoever
//! handles updates says so; all doubt becomes 503. This is the hot path: one route, no layers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Pages;
use crate::metrics::{Delivery, Health, Metrics};
use crate::telegram::{DeliveryOutcome, WebhookDelivery};

/// The longest body, in bytes. An update with every field at its limit stays far below.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The longest that a body may take.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// The longest that an update may take to be handled. Telegram itself gives up after about a minute.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(50);
/// Where Telegram says the secret (Bot API, `setWebhook`).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// Where Telegram delivers updates to, and who takes them.
pub struct Webhook {
    path: String,
    secret: String,
    deliveries: mpsc::Sender<WebhookDelivery>,
}

impl Webhook {
    /// A webhook at `path` whose `secret` Telegram was told. A full or closed channel is answered with 503, so its size is
    /// the number of updates that may wait.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when the path or the secret cannot be used.
    pub fn new(path: &str, secret: &str, deliveries: mpsc::Sender<WebhookDelivery>) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if !path.starts_with('/') || !path.chars().all(is_plain) {
            return Err("the webhook's path must be of a-z, A-Z, 0-9, - . _ ~ and begin with /".into());
        }
        if ["/livez", "/readyz", "/metrics", "/gaps"].contains(&path) {
            return Err(format!("the webhook's path cannot be {path}: another page is there"));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if !(1..=256).contains(&secret.len()) || !secret.chars().all(fits) {
            return Err("the webhook's secret must be 1 to 256 of a-z, A-Z, 0-9, _ and - (Bot API)".into());
        }
        Ok(Self { path: path.to_owned(), secret: secret.to_owned(), deliveries })
    }

    pub(super) fn router(self, pages: &Pages) -> Router {
        let path = self.path.clone();
        let door = Door { webhook: self, metrics: Arc::clone(&pages.metrics), health: Arc::clone(&pages.health) };
        Router::new().route(&path, post(deliver)).with_state(Arc::new(door))
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Webhook(…)") // The path may be a secret, too.
    }
}

struct Door {
    webhook: Webhook,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
}

async fn deliver(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (result, response) = door.open(request).await;
    door.metrics.delivery(result);
    response
}

impl Door {
    async fn open(&self, request: Request) -> (Delivery, Response) {
        // Before the body: who does not know the secret gets nothing read.
        let said = request.headers().get(SECRET_HEADER).map_or(&[][..], HeaderValue::as_bytes);
        if !bool::from(said.ct_eq(self.webhook.secret.as_bytes())) {
            return (Delivery::Unauthorized, close(StatusCode::UNAUTHORIZED));
        }
        let body = match read(request.into_body()).await {
            Ok(body) => body,
            Err(StatusCode::PAYLOAD_TOO_LARGE) => return (Delivery::TooLarge, close(StatusCode::PAYLOAD_TOO_LARGE)),
            Err(status) => return (Delivery::Broken, close(status)),
        };
        self.health.mark_alive();
        let (response, outcome) = oneshot::channel();
        if self.webhook.deliveries.try_send(WebhookDelivery { body, response }).is_err() {
            return (Delivery::Busy, later());
        }
        match timeout(ANSWER_LIMIT, outcome).await {
            Ok(Ok(DeliveryOutcome::Processed(None))) => (Delivery::Handled, StatusCode::OK.into_response()),
            Ok(Ok(DeliveryOutcome::Processed(Some(call)))) => {
                let json = HeaderValue::from_static("application/json");
                (Delivery::Handled, ([(header::CONTENT_TYPE, json)], Body::from(call)).into_response())
            }
            Ok(Ok(DeliveryOutcome::RetryLater) | Err(_)) => (Delivery::Busy, later()),
            Err(_) => (Delivery::Late, later()),
        }
    }
}

/// The whole body, within the limits; else the status that says why not.
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match timeout(BODY_TIME, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// An answer before the body was read to its end: what is left of it is not waited for.
fn close(status: StatusCode) -> Response {
    (status, [(header::CONNECTION, HeaderValue::from_static("close"))]).into_response()
}

fn later() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, HeaderValue::from_static("1"))]).into_response()
}
