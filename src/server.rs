//! The HTTP servers of `PALABRE_LISTEN` and `PALABRE_METRICS_LISTEN`: health, metrics, the report of unanswered questions and, if
//! there is one, the webhook's endpoint.
//!
//! Whoever can connect can read every page but the webhook's, so the port must be private, and a proxy in front of it passes on
//! only the webhook's path. With `PALABRE_METRICS_LISTEN` the pages are on a port of their own, with its own limits, so that nobody
//! who reads them can be in the way of the webhook. Nothing of a request is logged: no path, no body, no sender.

mod webhook;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Health, Metrics, MetricsFormat};

pub use webhook::{BODY_LIMIT, BODY_TIMEOUT, EndpointError, PROCESSING_TIMEOUT, WebhookEndpoint};

/// The longest time for the head of a request, from the connection or the previous response on: so it is also how long an idle
/// connection is kept.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The most connections at once; more wait in the kernel's queue. Telegram opens at most 100 (`max_connections`). A connection
/// takes some kilobytes.
pub const CONNECTIONS_MAX: usize = 256;
/// The most connections of one peer at once: what it opens beyond is closed. A proxy is one peer and has all of Telegram's.
pub const PEER_CONNECTIONS_MAX: usize = CONNECTIONS_MAX / 2;
/// The longest time in which nothing of a response can be written, because the peer does not read.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// On a stop: the longest time to finish open requests. Longer than the dispatcher takes to finish its updates, so that their
/// responses are sent.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(4);
/// The pause after a connection could not be accepted, for lack of file descriptors for example.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// The media type of OpenMetrics, in whatever version.
const OPEN_METRICS: &str = "application/openmetrics-text";
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

/// Serves the monitoring pages, and the webhook if there is one, until `stop` resolves; then accepts no new connection and finishes
/// open requests within [`DRAIN_TIMEOUT`].
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

/// As [`serve`], but the webhook alone.
pub async fn serve_webhook(
    listener: TcpListener,
    monitoring: MonitoringState,
    endpoint: WebhookEndpoint,
    stop: impl Future<Output = ()>,
) {
    serve_router(listener, endpoint.router(monitoring), stop).await;
}

/// Serves what a router answers, within the same limits, until `stop` resolves.
pub(crate) async fn serve_router(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let service = TowerToHyperService::new(router);
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let draining = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    // Whose each connection is.
    let mut peers = HashMap::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            Some(ended) = connections.join_next_with_id() => {
                peers.remove(&ended.map_or_else(|panicked| panicked.id(), |(id, _)| id));
                continue;
            }
            accepted = accept(&listener), if connections.len() < CONNECTIONS_MAX => accepted,
        };
        if peers.values().filter(|other| **other == peer).count() >= PEER_CONNECTIONS_MAX {
            continue;
        }
        // Responses are small and written at once, so Nagle's algorithm only delays them. A closed connection needs no option.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let connection = protocol.serve_connection(TokioIo::new(Box::pin(stream)), service.clone());
        // An error (reset, timeout, no HTTP) needs no handling: the connection is closed.
        let task = connections.spawn(draining.watch(connection));
        peers.insert(task.id(), peer);
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, draining.shutdown()).await.is_err() {
        log::warn!("{} HTTP connections were still busy and are cut off", connections.len());
    }
}

/// What counts as one peer: an IPv4 address, or the 64 bits of an IPv6 address that name a network.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// The next connection, and whose it is.
async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, network(peer.ip())),
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

/// In the format that the request prefers: Prometheus asks for OpenMetrics, a person and older programs for nothing of the kind.
async fn metrics(State(state): State<MonitoringState>, headers: HeaderMap) -> impl IntoResponse {
    let accepts = |header: &HeaderValue| header.to_str().is_ok_and(|text| text.contains(OPEN_METRICS));
    let format = match headers.get_all(header::ACCEPT).iter().any(accepts) {
        true => MetricsFormat::OpenMetrics,
        false => MetricsFormat::Prometheus,
    };
    ([(header::CONTENT_TYPE, format.media_type())], state.metrics.encode(format))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), network(ip("2001:db8:1:2::7")));
        assert_ne!(network(ip("2001:db8:1:2::7")), network(ip("2001:db8:1:3::7")));
        assert_eq!(network(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
        assert_ne!(network(ip("10.0.0.1")), network(ip("10.0.0.2")));
    }
}
