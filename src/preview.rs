//! The content as people see it on a phone, in a browser, while somebody writes it.
//!
//! Everything is rendered here; a small script only replaces what has changed, and the page works without it. The address holds the
//! whole conversation (`conversation`), so the server remembers nothing of it. It listens on loopback alone, and answers only
//! what its own page asks: a page of elsewhere that a browser has open can neither read it nor make it do anything, for nothing
//! here does more than show.

mod bubble;
mod conversation;
mod labels;
mod pages;
mod problems;
mod query;
mod tree;
mod watcher;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as UrlPath, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::{Stream, stream};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::pages::RenderContext;
use self::query::Query;
use self::watcher::{ContentWatcher, Snapshot};
use crate::clock::unix_time;
use crate::content::media::media_type;
use crate::messages::Locale;
use crate::server::serve_router;

const STYLE: &str = include_str!("../templates/preview/style.css");
const SCRIPT: &str = include_str!("../templates/preview/script.js");

/// Nothing from elsewhere, nothing inline, in no frame.
const SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// A preview before it is served.
#[derive(Clone, Debug)]
pub struct Preview {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    name: Arc<str>,
    locale: Locale,
    /// The time since 1970; `None` for that of the clock.
    now: Option<Duration>,
}

impl Preview {
    /// Loads the content of a directory, or the one inside the binary, and follows it from now on. The page speaks `locale` until
    /// another language is chosen on it.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub fn open(directory: Option<&Path>, locale: Locale) -> std::io::Result<Self> {
        Ok(Self { snapshots: ContentWatcher::open(directory)?, name: name_of(directory), locale, now: None })
    }

    /// The content as it is now: it is not followed, and nobody finds out what its questions find.
    #[must_use]
    pub fn once(directory: Option<&Path>, locale: Locale) -> Self {
        Self { snapshots: ContentWatcher::once(directory), name: name_of(directory), locale, now: None }
    }

    /// The conversation as it would be at a moment, given as the time since 1970.
    #[must_use]
    pub fn at(self, now: Duration) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The page at an address of this query.
    #[must_use]
    pub fn page(&self, query: &str) -> String {
        let snapshot = self.snapshots.borrow().clone();
        let query = Query::parse(query);
        let now = self.now.unwrap_or_else(unix_time);
        let context = RenderContext { name: &self.name, query: &query, system: self.locale, now };
        let render = |snapshot: &Snapshot| pages::page(snapshot, context).unwrap_or_default();
        // A damaged content breaks promises that the code relies on: then there is a page without a conversation.
        let rendered = catch_unwind(AssertUnwindSafe(|| render(&snapshot)));
        rendered.unwrap_or_else(|_| render(&Snapshot { whole: None, published: None, ..Snapshot::clone(&snapshot) }))
    }

    /// Serves the preview until `stop` resolves.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let Ok(address) = listener.local_addr() else { return };
        let router = Router::new()
            .route("/", get(page))
            .route("/style.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
            .route("/script.js", get(async || ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
            .route("/media/{*path}", get(media))
            .route("/events", get(events))
            .with_state(self)
            .layer(from_fn_with_state(address, guard));
        // Whoever watches keeps a connection open, so nothing is waited for.
        tokio::select! {
            () = stop => {}
            () = serve_router(listener, router, std::future::pending()) => {}
        }
    }
}

fn name_of(directory: Option<&Path>) -> Arc<str> {
    let name =
        directory.and_then(|directory| Some(directory.canonicalize().ok()?.file_name()?.to_string_lossy().into()));
    name.unwrap_or_else(|| "palabre".into())
}

async fn page(State(preview): State<Preview>, RawQuery(query): RawQuery) -> Html<String> {
    Html(preview.page(query.as_deref().unwrap_or_default()))
}

/// A clip or a picture that a page of the content shows, and no other file; it is read anew each time.
async fn media(State(preview): State<Preview>, UrlPath(path): UrlPath<String>, headers: HeaderMap) -> Response {
    let snapshot = preview.snapshots.borrow().clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut contents = snapshot.whole.iter().chain(&snapshot.published);
        let content = contents.find(|content| content.page_media().contains(&*path))?;
        content.media().read(&path).ok()
    });
    let Ok(Some(mut bytes)) = read.await else { return StatusCode::NOT_FOUND.into_response() };
    let described = [(header::CONTENT_TYPE, media_type(&bytes)), (header::ACCEPT_RANGES, "bytes")];
    let length = bytes.len();
    match asked_range(&headers, length) {
        None => (described, bytes).into_response(),
        Some(range) => {
            let place = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            bytes.truncate(range.end);
            bytes.drain(..range.start);
            (StatusCode::PARTIAL_CONTENT, described, [(header::CONTENT_RANGE, place)], bytes).into_response()
        }
    }
}

/// The part of a file that is asked for (RFC 9110, 14.2), as players do that look at its end to know how long it lasts. `None` is
/// all of it: a server may pass over a range that it does not understand.
fn asked_range(headers: &HeaderMap, length: usize) -> Option<Range<usize>> {
    let (first, last) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first: usize = first.parse().ok()?;
    let end = if last.is_empty() { length } else { last.parse::<usize>().ok()?.saturating_add(1).min(length) };
    (first < end).then_some(first..end)
}

/// The number of each snapshot, from the present one on.
async fn events(State(preview): State<Preview>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut snapshots = preview.snapshots;
    snapshots.mark_changed();
    Sse::new(stream::unfold(snapshots, async |mut snapshots| {
        snapshots.changed().await.ok()?;
        let number = snapshots.borrow_and_update().number;
        Some((Ok(Event::default().data(number.to_string())), snapshots))
    }))
}

/// Answers only this machine's own page: a name that leads to loopback (DNS rebinding) and other origins are refused.
async fn guard(State(address): State<SocketAddr>, request: Request, next: Next) -> Response {
    let mut response = if is_own(request.headers(), address.port()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "only the preview's own page is answered\n").into_response()
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn is_own(headers: &HeaderMap, port: u16) -> bool {
    // Browsers leave out the port of HTTP.
    let port = if port == 80 { String::new() } else { format!(":{port}") };
    let own = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}{port}"));
    let is_own = |host: &[u8]| own.iter().any(|own| own.as_bytes() == host);
    let host = headers.get(header::HOST).is_some_and(|host| is_own(host.as_bytes()));
    let origin = headers.get(header::ORIGIN);
    host && origin.is_none_or(|origin| origin.as_bytes().strip_prefix(b"http://").is_some_and(is_own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_is_within_it() {
        for (asked, expected) in [
            ("bytes=0-", Some(0..100)),
            ("bytes=0-0", Some(0..1)),
            ("bytes=90-200", Some(90..100)),
            ("bytes=99-99", Some(99..100)),
            ("bytes=100-", None),
            ("bytes=5-4", None),
            ("bytes=-5", None),
            ("bytes=0-1,3-4", None),
            ("bytes=0-18446744073709551615", Some(0..100)),
            ("lines=0-1", None),
            ("bytes=", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(asked))]);
            assert_eq!(asked_range(&headers, 100), expected, "{asked}");
        }
        assert_eq!(asked_range(&HeaderMap::new(), 100), None);
    }
}
