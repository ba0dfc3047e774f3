//! The HTTP server of `PALABRE_LISTEN`: health, metrics, the report of unanswered questions and, if there is one, the
//! webhook's endpoint.
//!
//! Whoever can connect can read every page but the webhook's, so the port must be private, and a proxy in front of it passes on
//! only the webhook's path. Nothing of a request is logged: no path, no body, no sender.

mod webhook;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Health, MEDIA_TYPE, Metrics};

pub use webhook::{BODY_LIMIT, BODY_TIMEOUT, EndpointError, PROCESSING_TIMEOUT, WebhookEndpoint};

/// The longest time for the head of a request, from the connection or the previous response on: so it is also how long an idle
/// connection is kept.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The most connections at once; more wait in the kernel's queue. Telegram opens at most 100 (`max_connections`). A connection
/// takes some kilobytes.
pub const CONNECTIONS_MAX: usize = 256;
/// On a stop: the longest time to finish open requests. Longer than the dispatcher takes to finish its updates, so that their
/// responses are sent.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(4);
/// The pause after a connection could not be accepted, for lack of file descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// The paths of the monitoring pages, which no webhook can have.
const PATHS: [&str; 4] = ["/livez", "/readyz", "/metrics", "/gaps"];

/// What the monitoring pages show.
#[derive(Clone, Debug)]
pub struct MonitoringState {
    /// Readiness: `/readyz`.
    pub health: Arc<Health>,
    /// `/metrics`.
    pub metrics: Arc<Metrics>,
    /// The report of unanswered questions: `/gaps`, which is 404 without it.
    pub unanswered: Option<Arc<Unanswered>>,
}

/// Serves until `stop` resolves; then accepts no new connection and finishes open requests within [`DRAIN_TIMEOUT`].
///
/// Dropping the future closes every connection at once.
pub async fn serve(
    listener: TcpListener,
    monitoring: MonitoringState,
    endpoint: Option<WebhookEndpoint>,
    stop: impl Future<Output = ()>,
) {
    let mut router = Router::new();
    if let Some(endpoint) = endpoint {
        router = router.merge(endpoint.router(monitoring.clone()));
    }
    serve_router(listener, router.merge(monitoring_pages(monitoring)), stop).await;
}

/// Serves what a router answers, within the same limits, until `stop` resolves.
pub(crate) async fn serve_router(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let service = TowerToHyperService::new(router);
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let draining = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            stream = accept(&listener), if connections.len() < CONNECTIONS_MAX => stream,
        };
        // Responses are small and written at once, so Nagle's algorithm only delays them. A closed connection needs no option.
        let _ = stream.set_nodelay(true);
        let connection = protocol.serve_connection(TokioIo::new(stream), service.clone());
        // An error (reset, timeout, no HTTP) needs no handling: the connection is closed.
        connections.spawn(draining.watch(connection));
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, draining.shutdown()).await.is_err() {
        log::warn!("{} HTTP connections were still busy and are cut off", connections.len());
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // The error of one connection, not of the listener.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                log::warn!("no HTTP connection can be accepted: {error}; trying again in {} s", ACCEPT_PAUSE.as_secs());
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn monitoring_pages(state: MonitoringState) -> Router {
    let [livez, readyz, metrics_path, gaps] = PATHS;
    Router::new()
        .route(livez, get(async || "alive\n"))
        .route(readyz, get(readiness))
        .route(metrics_path, get(metrics))
        .route(gaps, get(unanswered))
        .with_state(state)
}

async fn readiness(State(state): State<MonitoringState>) -> Response {
    match state.health.ready() {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

async fn metrics(State(state): State<MonitoringState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], state.metrics.encode())
}

async fn unanswered(State(state): State<MonitoringState>) -> Response {
    match &state.unanswered {
        Some(unanswered) => {
            let report = unanswered.report(crate::clock::today());
            format!("{report}{}", state.metrics.feedback_report()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "the gap report is off\n").into_response(),
    }
}
