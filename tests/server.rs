//! What is served on `PALABRE_LISTEN`, over real sockets: every status, every limit.
//!
//! Where a test is about time, the clock is tokio's and stands still until everybody waits: then it jumps to whatever comes
//! next. So a limit of ten seconds is seen to the millisecond and costs nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::Utc;
use palabre::metrics::unanswered::Unanswered;
use palabre::metrics::{Health, Metrics, MetricsFormat};
use palabre::server::{BODY_LIMIT, BODY_TIMEOUT, CONNECTIONS_MAX, DRAIN_TIMEOUT, HEAD_TIMEOUT, PEER_CONNECTIONS_MAX};
use palabre::server::{MonitoringState, WebhookEndpoint, serve};
use palabre::server::{PROCESSING_TIMEOUT, WRITE_TIMEOUT};
use palabre::telegram::{DeliveryOutcome, WebhookDelivery};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const SECRET: &str = "s3cret_-";

/// A server on a port of its own, and who takes its deliveries.
struct Server {
    address: SocketAddr,
    monitoring: MonitoringState,
    deliveries: mpsc::Receiver<WebhookDelivery>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Server {
    /// A server with room for so many deliveries.
    async fn start(room: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let health = Arc::new(Health::new(Duration::from_secs(60)));
        let metrics = Arc::new(Metrics::new(Arc::clone(&health)));
        let monitoring = MonitoringState { health, metrics, unanswered: Some(Arc::default()) };
        let (sender, deliveries) = mpsc::channel(room);
        let webhook = WebhookEndpoint::new("/telegram/hook", SECRET, sender).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = serve(listener, monitoring.clone(), Some(webhook), async { drop(stopped.await) });
        Self { address, monitoring, deliveries, stop: Some(stop), served: tokio::spawn(served) }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Connects from 127.0.0.`host`, which Linux has without being told.
    async fn connect_from(&self, host: u8) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        // The kernel is not to take more than it must of what nobody reads.
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, host], 0))).unwrap();
        Client(socket.connect(self.address).await.unwrap())
    }

    async fn get(&self, path: &str) -> Answer {
        let mut client = self.connect().await;
        client.write(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        client.read().await
    }

    /// Answers every delivery with what `outcome` makes of it.
    fn handle(mut self, outcome: impl Fn(&Bytes) -> Option<DeliveryOutcome> + Send + 'static) -> Handled {
        let (address, monitoring, stop) = (self.address, self.monitoring.clone(), self.stop.take());
        let task = tokio::spawn(async move {
            while let Some(WebhookDelivery { body, response }) = self.deliveries.recv().await {
                if let Some(outcome) = outcome(&body) {
                    let _ = response.send(outcome);
                }
            }
        });
        Handled { address, monitoring, task, _stop: stop }
    }

    fn count(&self, result: &str) -> u64 {
        count(&self.monitoring, result)
    }
}

/// A server whose deliveries are answered.
struct Handled {
    address: SocketAddr,
    monitoring: MonitoringState,
    task: JoinHandle<()>,
    _stop: Option<oneshot::Sender<()>>,
}

impl Handled {
    async fn deliver(&self, body: &str) -> Answer {
        let mut client = Client(TcpStream::connect(self.address).await.unwrap());
        client.deliver(SECRET, body).await;
        client.read().await
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How many requests to the webhook ended so, as `/metrics` says.
fn count(monitoring: &MonitoringState, result: &str) -> u64 {
    let line = format!("palabre_webhook_requests_total{{result=\"{result}\"}} ");
    let text = monitoring.metrics.encode(MetricsFormat::OpenMetrics);
    text.lines().find_map(|l| l.strip_prefix(&line)).expect("there is such a count").parse().unwrap()
}

/// A client that says exactly what it is told to.
struct Client(TcpStream);

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Client {
    async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn deliver(&mut self, secret: &str, body: &str) {
        self.write(&format!("{}Content-Length: {}\r\n\r\n{body}", head(secret), body.len())).await;
    }

    async fn read(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.expect("an answer, not the end of the connection"));
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length =
            head.split("content-length: ").nth(1).map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        let status = head["http/1.1 ".len()..][..3].parse().unwrap();
        Answer { status, head, body: String::from_utf8(body).unwrap() }
    }

    /// Nothing comes any more, neither an answer nor a word.
    async fn is_closed(&mut self) -> bool {
        // A reset is an end, too: the server had unread bytes.
        !matches!(self.0.read(&mut [0]).await, Ok(1..))
    }
}

/// The head of a delivery, open for more.
fn head(secret: &str) -> String {
    format!("POST /telegram/hook HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\n")
}

/// The clock is read in milliseconds, and a timer may be one late.
#[track_caller]
fn assert_took(began: Instant, limit: Duration) {
    let took = began.elapsed();
    assert!(took >= limit && took <= limit + Duration::from_millis(5), "{took:?} instead of {limit:?}");
}

#[tokio::test]
async fn it_is_alive_before_it_is_ready() {
    let server = Server::start(1).await;
    assert_eq!(server.get("/livez").await.status, 200);
    let ready = server.get("/readyz").await;
    assert_eq!((ready.status, ready.body.lines().count()), (503, 1), "{ready:?}");
    server.monitoring.health.mark_alive();
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn metrics_are_in_the_format_that_is_asked_for() {
    const PROMETHEUS: &str =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
    let server = Server::start(1).await;
    let mut client = server.connect().await;
    client.write(&format!("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {PROMETHEUS}\r\n\r\n")).await;
    let open = client.read().await;
    assert!(open.head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(open.body.ends_with("# EOF\n") && open.body.contains("# TYPE palabre_build info\n"), "{}", open.body);

    let plain = server.get("/metrics").await;
    assert!(plain.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{}", plain.head);
    assert!(
        plain.body.contains("# TYPE palabre_build_info gauge\n") && !plain.body.contains("# EOF"),
        "{}",
        plain.body
    );
}

#[tokio::test]
async fn gaps_are_shown_where_they_are_counted() {
    let mut server = Server::start(1).await;
    let unanswered = Arc::new(Unanswered::default());
    (0..5).for_each(|_| unanswered.record(["visa"], Utc::now().date_naive()));
    server.monitoring.unanswered.as_ref().unwrap().record(["passport"], Utc::now().date_naive());
    let report = server.get("/gaps").await;
    assert!(report.status == 200 && !report.body.contains("passport"), "{report:?}");

    server.monitoring.unanswered = None;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    server.address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, server.monitoring.clone(), None, std::future::pending()));
    assert_eq!(server.get("/gaps").await.status, 404);
    assert_eq!(server.get("/telegram/hook").await.status, 404, "there is no webhook without one");
}

#[tokio::test]
async fn without_the_secret_nothing_is_read() {
    let mut server = Server::start(1).await;
    let no_header = "POST /telegram/hook HTTP/1.1\r\nHost: x\r\n".to_owned();
    for head in [no_header, head("s3cret_+"), head("s3cret_"), head("s3cret_-0"), head("")] {
        let mut client = server.connect().await;
        // The body never comes: were it waited for, so would be the answer.
        client.write(&format!("{head}Content-Length: 100\r\n\r\n")).await;
        assert_eq!(client.read().await.status, 401, "{head}");
        assert!(client.is_closed().await);
    }
    assert_eq!(server.count("unauthorized"), 5);
    assert!(server.deliveries.try_recv().is_err());
    assert!(server.monitoring.health.ready().is_err(), "a forged delivery is no sign of Telegram");
}

#[tokio::test]
async fn what_is_handled_gets_200_and_the_connection_stays() {
    let mut server = Server::start(1).await;
    let mut client = server.connect().await;
    for body in ["{\"update_id\":1}", "", "no json"] {
        client.deliver(SECRET, body).await;
        let delivered = server.deliveries.recv().await.unwrap();
        assert_eq!(delivered.body, body.as_bytes());
        assert_eq!(server.monitoring.health.ready(), Ok(()), "a delivery is a sign of Telegram");
        delivered.response.send(DeliveryOutcome::Processed(None)).unwrap();
        let answer = client.read().await;
        assert_eq!((answer.status, &*answer.body), (200, ""));
        assert!(!answer.head.contains("connection: close"));
    }
    assert_eq!(server.count("handled"), 3);
}

#[tokio::test]
async fn a_method_call_goes_into_the_answer() {
    let server = Server::start(1).await;
    let call = r#"{"method":"sendMessage","chat_id":1,"text":"é"}"#;
    let answer = server
        .handle(|_| Some(DeliveryOutcome::Processed(Some(Bytes::from_static(call.as_bytes())))))
        .deliver("{}")
        .await;
    assert_eq!((answer.status, &*answer.body), (200, call));
    assert!(answer.head.contains("content-type: application/json\r\n"), "{}", answer.head);
}

#[tokio::test]
async fn what_is_not_handled_is_to_come_again() {
    let busy = Server::start(1).await.handle(|_| Some(DeliveryOutcome::RetryLater));
    let dropped = Server::start(1).await.handle(|_| None);
    for server in [busy, dropped] {
        let answer = server.deliver("{}").await;
        assert_eq!((answer.status, &*answer.body), (503, ""));
        assert!(answer.head.contains("retry-after: 1\r\n"), "{}", answer.head);
        assert_eq!(count(&server.monitoring, "busy"), 1);
    }
}

#[tokio::test]
async fn without_room_it_is_to_come_again() {
    let mut server = Server::start(1).await;
    let mut first = server.connect().await;
    first.deliver(SECRET, "1").await;
    // The second is sent once the first stands in the channel: the beat comes just before.
    while server.monitoring.health.silence().is_none() {
        tokio::task::yield_now().await;
    }
    let mut second = server.connect().await;
    second.deliver(SECRET, "2").await;
    let answer = second.read().await;
    assert!(answer.status == 503 && answer.head.contains("retry-after: 1\r\n"), "{answer:?}");

    server.deliveries.recv().await.unwrap().response.send(DeliveryOutcome::Processed(None)).unwrap();
    assert_eq!(first.read().await.status, 200, "the first is not harmed");
    server.deliveries.close();
    second.deliver(SECRET, "3").await;
    assert_eq!(second.read().await.status, 503, "nobody handles updates any more");
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let mut server = Server::start(1).await;
    let mut client = server.connect().await;
    client.write(&format!("{}Content-Length: {}\r\n\r\n", head(SECRET), BODY_LIMIT + 1)).await;
    assert_eq!(client.read().await.status, 413, "seen by its length alone");
    assert!(client.is_closed().await);

    let mut client = server.connect().await;
    let chunk = format!("{:x}\r\n{}\r\n", BODY_LIMIT / 2 + 1, "x".repeat(BODY_LIMIT / 2 + 1));
    client.write(&format!("{}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}", head(SECRET))).await;
    assert_eq!(client.read().await.status, 413, "seen as it comes");
    assert_eq!(server.count("too_large"), 2);

    let mut client = server.connect().await;
    client.deliver(SECRET, &"x".repeat(BODY_LIMIT)).await;
    let delivered = server.deliveries.recv().await.unwrap();
    assert_eq!(delivered.body.len(), BODY_LIMIT);
    delivered.response.send(DeliveryOutcome::Processed(None)).unwrap();
    assert_eq!(client.read().await.status, 200);
}

#[tokio::test]
async fn a_broken_body_is_no_delivery() {
    let mut server = Server::start(1).await;
    let mut client = server.connect().await;
    client.write(&format!("{}Transfer-Encoding: chunked\r\n\r\nno length\r\n", head(SECRET))).await;
    assert_eq!(client.read().await.status, 400);
    assert!(server.deliveries.try_recv().is_err());
    assert_eq!(server.count("broken"), 1);
}

#[tokio::test]
async fn other_methods_and_paths_are_not_there() {
    let server = Server::start(1).await;
    assert_eq!(server.get("/telegram/hook").await.status, 405);
    assert_eq!(server.get("/telegram").await.status, 404);
    let mut client = server.connect().await;
    client.write("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(client.read().await.status, 405);
    let mut client = server.connect().await;
    client.write("no HTTP at all\r\n\r\n").await;
    assert_eq!(client.read().await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_slow_head_is_cut_off() {
    let server = Server::start(1).await;
    let began = Instant::now();
    let (mut silent, mut slow) = (server.connect().await, server.connect().await);
    slow.write("GET /livez HTTP/1.1\r\nHo").await;
    assert!(slow.is_closed().await && silent.is_closed().await);
    assert_took(began, HEAD_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_cut_off() {
    let mut server = Server::start(1).await;
    let began = Instant::now();
    let mut client = server.connect().await;
    client.write(&format!("{}Content-Length: 10\r\n\r\n{{", head(SECRET))).await;
    assert_eq!(client.read().await.status, 408);
    assert_took(began, BODY_TIMEOUT);
    assert!(client.is_closed().await && server.deliveries.try_recv().is_err());
    assert_eq!(server.count("broken"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_hangs_is_to_come_again() {
    let mut server = Server::start(1).await;
    let began = Instant::now();
    let mut client = server.connect().await;
    client.deliver(SECRET, "{}").await;
    let WebhookDelivery { response, .. } = server.deliveries.recv().await.unwrap();
    assert_eq!(client.read().await.status, 503);
    assert_took(began, PROCESSING_TIMEOUT);
    assert_eq!(server.count("late"), 1);
    assert!(response.send(DeliveryOutcome::Processed(None)).is_err(), "who handles it learns that nobody waits");
}

#[tokio::test(start_paused = true)]
async fn connections_have_a_limit() {
    let server = Server::start(1).await;
    let began = Instant::now();
    let mut idle = Vec::new();
    for host in [1, 2] {
        for _ in 0..PEER_CONNECTIONS_MAX {
            idle.push(server.connect_from(host).await);
        }
    }
    assert_eq!(idle.len(), CONNECTIONS_MAX);
    assert_eq!(server.get("/livez").await.status, 200, "one more is served when there is room");
    assert_took(began, HEAD_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn one_peer_cannot_take_all_connections() {
    let server = Server::start(1).await;
    let began = Instant::now();
    let mut held = Vec::new();
    for _ in 0..PEER_CONNECTIONS_MAX {
        held.push(server.connect_from(2).await);
    }
    assert!(server.connect_from(2).await.is_closed().await, "one more of the same is closed");
    assert_eq!(server.get("/livez").await.status, 200);
    assert_took(began, Duration::ZERO);
    held.truncate(1);
    held[0].write("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(held[0].read().await.status, 200, "those that it has are served");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut_off() {
    const REQUESTS: usize = 1_000;
    let server = Server::start(1).await;
    // The answers are more than the kernel keeps for somebody who does not read.
    let mut deaf = server.connect_from(1).await;
    deaf.write(&"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(REQUESTS)).await;
    tokio::time::sleep(WRITE_TIMEOUT + Duration::from_secs(1)).await;
    let mut received = Vec::new();
    let _ = deaf.0.read_to_end(&mut received).await;
    let answers = String::from_utf8_lossy(&received).matches("HTTP/1.1 200").count();
    assert!((1..REQUESTS).contains(&answers), "{answers} answers in {} bytes", received.len());
}

#[tokio::test]
async fn what_is_in_hand_is_finished_on_a_stop() {
    let mut server = Server::start(1).await;
    let (mut client, mut idle) = (server.connect().await, server.connect().await);
    client.deliver(SECRET, "{}").await;
    let delivered = server.deliveries.recv().await.unwrap();
    server.stop.take();
    assert!(idle.is_closed().await);
    assert!(TcpStream::connect(server.address).await.is_err(), "new connections are for others");
    delivered.response.send(DeliveryOutcome::Processed(None)).unwrap();
    let answer = client.read().await;
    assert!(answer.status == 200 && answer.head.contains("connection: close"), "{answer:?}");
    assert!(client.is_closed().await);
    server.served.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::start(1).await;
    let mut client = server.connect().await;
    client.deliver(SECRET, "{}").await;
    let _delivered = server.deliveries.recv().await.unwrap();
    let began = Instant::now();
    server.stop.take();
    server.served.await.unwrap();
    assert_took(began, DRAIN_TIMEOUT);
    assert!(client.is_closed().await);
}

#[test]
fn a_webhook_that_cannot_be_served_is_refused() {
    let refused =
        |path: &str, secret: &str| WebhookEndpoint::new(path, secret, mpsc::channel(1).0).unwrap_err().to_string();
    assert!(refused("hook", SECRET).contains("begin with /"));
    assert!(refused("/{hook}", SECRET).contains("the webhook's path"));
    assert!(refused("/metrics", SECRET).contains("another page"));
    for secret in ["", "é", "a b", &"x".repeat(257)] {
        assert!(refused("/hook", secret).contains("secret"), "{secret}");
    }
    let shown = format!("{:?}", WebhookEndpoint::new("/hush", SECRET, mpsc::channel(1).0).unwrap());
    assert!(!shown.contains(SECRET) && !shown.contains("hush"), "{shown}");
}
