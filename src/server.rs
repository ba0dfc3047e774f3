//! What is served on `PALABRE_LISTEN`: health, metrics, the gap report and, when there is one, the webhook.
//!
//! It knows nothing of Telegram but how a delivery is told from a forgery: what an update says is for others to read.
//! Whoever can open a connection can read every page but the webhook's, so the port is to be private, and a proxy in front
//! of it passes on the webhook's path alone. Nothing of a request is logged: not its path, not its body, not its sender.

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

pub use webhook::{ANSWER_LIMIT, BODY_LIMIT, BODY_TIME, Webhook};

/// The longest that a request's head may take, from the first byte or from the end of the answer before it: so it is also
/// how long an idle connection is kept.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// The most connections at once; more wait in the kernel's queue. Telegram opens at most 100 (`max_connections`); each may hold
/// a buffer of some kilobytes.
pub const CONNECTIONS_MAX: usize = 256;
/// On a stop: the longest that requests in hand may take. Longer than the updates in hand get, so that their answers are out.
pub const DRAIN: Duration = Duration::from_secs(4);
/// After a connection could not be accepted, for want of file descriptors say.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What there is to show.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Whether Telegram was heard from lately: `/readyz`.
    pub health: Arc<Health>,
    /// What was counted: `/metrics`.
    pub metrics: Arc<Metrics>,
    /// What people asked in vain: `/unanswered`, which is not there without it.
    pub unanswered: Option<Arc<Unanswered>>,
}

/// Serves until `stop` is there; then takes no new connection and finishes the requests in hand, within [`DRAIN`].
///
/// Dropping the future closes every connection at once.
pub async fn serve(listener: TcpListener, pages: Pages, webhook: Option<Webhook>, stop: impl Future<Output = ()>) {
    let mut router = Router::new();
    if let Some(webhook) = webhook {
        router = router.merge(webhook.router(&pages));
    }
    let service = TowerToHyperService::new(router.merge(monitoring(pages)));
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let draining = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            stream = accept(&listener), if connections.len() < CONNECTIONS_MAX => stream,
        };
        // Answers are small and written at once: there is nothing to wait for. A connection that is gone already needs none.
        let _ = stream.set_nodelay(true);
        let connection = protocol.serve_connection(TokioIo::new(stream), service.clone());
        // A connection that ends in an error (reset, too slow, no HTTP) has nobody left to tell.
        connections.spawn(draining.watch(connection));
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, draining.shutdown()).await.is_err() {
        log::warn!("{} HTTP connections were still busy and are cut off", connections.len());
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // That connection's own end.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                log::warn!("no HTTP connection can be accepted: {error}; trying again in {} s", ACCEPT_PAUSE.as_secs());
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn monitoring(pages: Pages) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .route("/gaps", get(unanswered))
        .with_state(pages)
}

async fn readiness(State(pages): State<Pages>) -> Response {
    match pages.health.ready() {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

async fn metrics(State(pages): State<Pages>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], pages.metrics.encode())
}

async fn unanswered(State(pages): State<Pages>) -> Response {
    match &pages.unanswered {
        Some(unanswered) => unanswered.report(crate::clock::today()).to_string().into_response(),
        None => (StatusCode::NOT_FOUND, "the gap report is off\n").into_response(),
    }
}
