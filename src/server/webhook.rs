//! The webhook's endpoint: one request carries one update and gets its response when the update is processed.
//!
//! Telegram takes a 2xx for "processed" and delivers the update again after any other status. So 200 is sent only when the
//! dispatcher has reported it; every doubt becomes 503. This is a hot path: one route, no layers.

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

use super::{MonitoringState, PATHS};
use crate::metrics::WebhookResult;
use crate::telegram::{DeliveryOutcome, WebhookDelivery};

/// The longest body, in bytes. An update with every field at its limit stays far below.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// The longest time for a body to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest time for an update to be processed. Telegram itself gives up after about a minute.
pub const PROCESSING_TIMEOUT: Duration = Duration::from_secs(50);
/// The header with the secret (Bot API, `setWebhook`).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// The path that Telegram delivers updates to, the secret that it must send, and the queue of deliveries.
pub struct WebhookEndpoint {
    path: String,
    secret: String,
    deliveries: mpsc::Sender<WebhookDelivery>,
}

/// Why an endpoint cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The path has characters that routes or proxies may read differently.
    #[error("the webhook's path must be of a-z, A-Z, 0-9, - . _ ~ and begin with /")]
    Path,
    /// The path is that of a monitoring page.
    #[error("the webhook's path cannot be {0}: another page is there")]
    Reserved(&'static str),
    /// The Bot API does not allow the secret.
    #[error("the webhook's secret must be 1 to 256 of a-z, A-Z, 0-9, _ and - (Bot API)")]
    Secret,
}

impl WebhookEndpoint {
    /// An endpoint at `path`; `secret` is what `setWebhook` told Telegram. The capacity of the channel is the number of updates
    /// that may wait: when it is full or closed, the response is 503.
    ///
    /// # Errors
    ///
    /// When the path or the secret cannot be used.
    pub fn new(path: &str, secret: &str, deliveries: mpsc::Sender<WebhookDelivery>) -> Result<Self, EndpointError> {
        let is_unreserved = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        if !path.starts_with('/') || !path.chars().all(is_unreserved) {
            return Err(EndpointError::Path);
        }
        if let Some(reserved) = PATHS.into_iter().find(|reserved| *reserved == path) {
            return Err(EndpointError::Reserved(reserved));
        }
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if !(1..=256).contains(&secret.len()) || !secret.chars().all(is_allowed) {
            return Err(EndpointError::Secret);
        }
        Ok(Self { path: path.to_owned(), secret: secret.to_owned(), deliveries })
    }

    pub(super) fn router(self, monitoring: MonitoringState) -> Router {
        let path = self.path.clone();
        Router::new().route(&path, post(deliver)).with_state(Arc::new(EndpointState { endpoint: self, monitoring }))
    }
}

impl std::fmt::Debug for WebhookEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookEndpoint(…)") // The path may be a secret, too.
    }
}

struct EndpointState {
    endpoint: WebhookEndpoint,
    monitoring: MonitoringState,
}

async fn deliver(State(state): State<Arc<EndpointState>>, request: Request) -> Response {
    let (result, response) = state.process(request).await;
    state.monitoring.metrics.webhook_request(result);
    response
}

impl EndpointState {
    async fn process(&self, request: Request) -> (WebhookResult, Response) {
        // Before the body: without the secret nothing of it is read.
        let secret = request.headers().get(SECRET_HEADER).map_or(&[][..], HeaderValue::as_bytes);
        if !bool::from(secret.ct_eq(self.endpoint.secret.as_bytes())) {
            return (WebhookResult::Unauthorized, close(StatusCode::UNAUTHORIZED));
        }
        let body = match read(request.into_body()).await {
            Ok(body) => body,
            Err(status @ StatusCode::PAYLOAD_TOO_LARGE) => return (WebhookResult::TooLarge, close(status)),
            Err(status) => return (WebhookResult::Broken, close(status)),
        };
        self.monitoring.health.mark_alive();
        let (response, outcome) = oneshot::channel();
        if self.endpoint.deliveries.try_send(WebhookDelivery { body, response }).is_err() {
            return (WebhookResult::Busy, retry_later());
        }
        match timeout(PROCESSING_TIMEOUT, outcome).await {
            Ok(Ok(DeliveryOutcome::Processed(None))) => (WebhookResult::Handled, StatusCode::OK.into_response()),
            Ok(Ok(DeliveryOutcome::Processed(Some(call)))) => {
                let json = HeaderValue::from_static("application/json");
                (WebhookResult::Handled, ([(header::CONTENT_TYPE, json)], Body::from(call)).into_response())
            }
            Ok(Ok(DeliveryOutcome::RetryLater) | Err(_)) => (WebhookResult::Busy, retry_later()),
            Err(_) => (WebhookResult::Late, retry_later()),
        }
    }
}

/// The whole body, within the limits; else the status of the response.
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A response before the end of the body; the connection is closed, so that the rest is not waited for.
fn close(status: StatusCode) -> Response {
    (status, [(header::CONNECTION, HeaderValue::from_static("close"))]).into_response()
}

fn retry_later() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, HeaderValue::from_static("1"))]).into_response()
}
