//! The way to the server: connections that are kept, straight or through a proxy.
//!
//! This is hyper's pool of connections with nothing on top. What a larger client does beside it (it follows redirects,
//! tries again, takes addresses apart for each request) costs much of an answer, and the Bot API has no use for it.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, PROXY_AUTHORIZATION};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use tower_service::Service;

/// How long a connection may take, with its proxy and TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection without work is kept.
const IDLE: Duration = Duration::from_secs(90);
/// A connection on which nothing comes for so long is asked whether it still stands, so many times.
const KEEPALIVE: (Duration, u32) = (Duration::from_secs(15), 3);
/// So many bytes are read at a time, and a head may have: most answers fit in, and each connection keeps room for them.
const READ: usize = 4_096;
/// The most bytes that are read of an answer: a hundred updates have far fewer.
const LENGTH_MAX: usize = 16 << 20;

/// What went wrong on the way. It never says the address, which holds the token.
pub(crate) type Trouble = Box<dyn Error + Send + Sync>;

/// Connections to one server.
#[derive(Clone)]
pub(crate) struct Client {
    connections: legacy::Client<Way, Full<Bytes>>,
    /// Name and password for a proxy that reads each request.
    authorization: Option<HeaderValue>,
}

impl Client {
    /// To this server, through this proxy if there is one.
    pub(crate) fn new(server: &Uri, proxy: Option<Intercept>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE.0));
        tcp.set_keepalive_interval(Some(KEEPALIVE.0));
        tcp.set_keepalive_retries(Some(KEEPALIVE.1));
        let mut authorization = proxy.as_ref().and_then(|proxy| proxy.basic_auth().cloned());
        let way = match proxy {
            None => Way::Straight(with_tls(tcp)),
            Some(proxy) if server.scheme_str() == Some("https") => {
                let tunnel = Tunnel::new(proxy.uri().clone(), with_tls(tcp));
                Way::Tunnel(with_tls(match authorization.take() {
                    Some(authorization) => tunnel.with_auth(authorization),
                    None => tunnel,
                }))
            }
            Some(proxy) => Way::Proxy(proxy.uri().clone(), with_tls(tcp)),
        };
        let connections = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_read_buf_exact_size(READ)
            .build(way);
        Self { connections, authorization }
    }

    /// Posts JSON and reads the answer, whatever its status, within this time.
    pub(crate) async fn post(&self, address: Uri, json: Vec<u8>, limit: Duration) -> Result<Response<Bytes>, Trouble> {
        let mut request = Request::new(Full::from(json));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = address;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let answered = async {
            let (head, body) = self.connections.request(request).await?.into_parts();
            let body = Limited::new(body, LENGTH_MAX).collect().await?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        timeout(limit, answered).await.map_err(io::Error::from)?
    }
}

/// TLS on such a connection, where the address says https; only the web's public authorities are trusted.
fn with_tls<C>(below: C) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(below)
}

type Straight = HttpsConnector<HttpConnector>;

/// How a connection is made.
#[derive(Clone)]
enum Way {
    /// To the server itself.
    Straight(Straight),
    /// Through a proxy that lets TLS with the server pass.
    Tunnel(HttpsConnector<Tunnel<Straight>>),
    /// To the proxy at this address, which reads the requests and sends them on.
    Proxy(Uri, Straight),
}

impl Service<Uri> for Way {
    type Response = Stream;
    type Error = Trouble;
    type Future = BoxFuture<'static, Result<Stream, Trouble>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        Poll::Ready(Ok(())) // so are those below, always
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let mut way = self.clone();
        let connected = async move {
            Ok(match &mut way {
                Way::Straight(straight) => Stream { bytes: Box::new(straight.call(server).await?), is_proxied: false },
                Way::Tunnel(tunnel) => Stream { bytes: Box::new(tunnel.call(server).await?), is_proxied: false },
                Way::Proxy(proxy, straight) => {
                    Stream { bytes: Box::new(straight.call(proxy.clone()).await?), is_proxied: true }
                }
            })
        };
        Box::pin(async { timeout(CONNECT, connected).await.map_err(io::Error::from)? })
    }
}

/// What a connection can do, whichever way it goes.
trait Bytewise: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Bytewise for T {}

/// A connection.
struct Stream {
    bytes: Box<dyn Bytewise>,
    /// Whether a proxy reads the requests: it wants whole addresses in them.
    is_proxied: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.bytes.connected().proxy(self.is_proxied)
    }
}

impl Read for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.bytes).poll_read(cx, buf)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.bytes).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.bytes).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.bytes).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.bytes.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.bytes).poll_write_vectored(cx, bufs)
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::client::proxy::matcher::Matcher;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    /// Posts to a server through a proxy that gives this answer; what the proxy was asked, and what came of it.
    async fn through_a_proxy(server: &str, answer: Vec<u8>) -> (String, Result<Response<Bytes>, Trouble>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it works");
        let proxy = format!("http://name:pass%21word@{}", listener.local_addr().expect("it works"));
        let server: Uri = server.parse().expect("it works");
        let client = Client::new(&server, Matcher::builder().all(proxy).build().intercept(&server));
        let asked = async {
            let (mut stream, _) = listener.accept().await.expect("it works");
            let mut asked = vec![0; 4_096];
            let length = stream.read(&mut asked).await.expect("it works");
            // Who asked may have heard enough before the end.
            let _ = stream.write_all(&answer).await;
            asked.truncate(length);
            String::from_utf8(asked).expect("it works").to_ascii_lowercase()
        };
        tokio::join!(asked, client.post(server.clone(), b"{}".to_vec(), LIMIT))
    }

    /// `name:pass!word`, as HTTP has it in a header.
    const AUTHORIZATION: &str = "proxy-authorization: basic bmftztpwyxnzixdvcmq=\r\n";

    #[tokio::test]
    async fn a_proxy_reads_whole_addresses() {
        let answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 4\r\n\r\ntrue".to_vec();
        let (asked, answered) = through_a_proxy("http://telegram.invalid/bot1/getMe", answer).await;
        assert!(asked.starts_with("post http://telegram.invalid/bot1/getme http/1.1\r\n"), "{asked}");
        assert!(asked.contains(AUTHORIZATION) && asked.contains("host: telegram.invalid\r\n"), "{asked}");
        let answered = answered.expect("it works");
        assert_eq!((answered.status().as_u16(), &answered.body()[..]), (302, &b"true"[..]), "it is not followed");
    }

    #[tokio::test]
    async fn a_proxy_that_lets_tls_pass_learns_no_token() {
        let answer = b"HTTP/1.1 407 Who are you\r\n\r\n".to_vec();
        let (asked, answered) = through_a_proxy("https://telegram.invalid/bot1/getMe", answer).await;
        assert!(asked.starts_with("connect telegram.invalid:443 http/1.1\r\n"), "{asked}");
        assert!(asked.contains(AUTHORIZATION) && !asked.contains("bot1"), "{asked}");
        let trouble = answered.expect_err("it fails");
        assert!(!format!("{trouble:?} {trouble}").contains("bot1"), "{trouble:?}");
    }

    #[tokio::test]
    async fn an_answer_without_end_is_refused() {
        let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        answer.resize(LENGTH_MAX + 100, b' ');
        let (_, answered) = through_a_proxy("http://telegram.invalid/bot1/getMe", answer).await;
        assert_eq!(answered.expect_err("it fails").to_string(), "length limit exceeded");
    }
}
