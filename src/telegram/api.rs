//! One request to the Bot API, and what its failure means.
//!
//! teloxide gives the payloads and their names; the call itself is ours for four reasons. teloxide sleeps ten seconds
//! within a request when the server says 5xx; it tells refusals apart by their exact sentences, of which several have
//! changed; it parses the whole message that was sent, of which only the success matters here; and its client does more
//! than is needed (see `client`).

use std::cell::RefCell;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Response, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use rustc_hash::FxHashMap;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use url::Url;

use crate::cli::arguments::Token;
use crate::telegram::client::{Client, Trouble};

/// How long a request may take, apart from the time that it asks the server to wait.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Telegram's own server.
const TELEGRAM: &str = "https://api.telegram.org";

/// Bytes that a written request usually has room in: a page with its buttons.
const USUAL_LENGTH: usize = 4_096;

/// A Bot API server and the right to speak for a bot.
#[derive(Clone)]
pub struct Api {
    client: Client,
    /// The address of the methods: the server's with the token. It is shown nowhere.
    methods: Url,
    /// That of each method which was called: as secret.
    addresses: RefCell<FxHashMap<&'static str, Uri>>,
}

/// Why a request did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// 429: not before this time has passed.
    RetryAfter(Duration),
    /// The group has become a supergroup with this id.
    MigratedTo(i64),
    /// The network, or a server that is not itself: worth another try. What happened, without the address.
    Unreachable(String),
    /// Telegram understood and declined: its error code and sentence.
    Refused(u16, String),
}

impl ApiError {
    /// Whether Telegram's sentence begins so, whatever comes before the colon and in whatever case.
    pub(crate) fn says(&self, beginning: &str) -> bool {
        let ApiError::Refused(_, description) = self else { return false };
        let sentence = description.split_once(": ").map_or(description.as_str(), |(_, rest)| rest);
        sentence.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ApiError::RetryAfter(pause) => write!(f, "Telegram asks for a pause of {} s", pause.as_secs()),
            ApiError::MigratedTo(_) => write!(f, "the group has become a supergroup"),
            ApiError::Unreachable(what) => write!(f, "Telegram cannot be reached: {what}"),
            ApiError::Refused(code, sentence) => {
                // Ids are digits, and a log holds none of them.
                let sentence: String =
                    sentence.chars().take(120).map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
                write!(f, "Telegram refuses ({code}): {sentence}")
            }
        }
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    ok: bool,
    result: Option<T>,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Api {
    /// The server at `url` (Telegram's own without one), through `proxy`, else that of `HTTPS_PROXY` or the like.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when an address is not one.
    pub fn new(token: &Token, url: Option<&str>, proxy: Option<&str>) -> Result<Self, String> {
        let no_server = "TELOXIDE_API_URL is not an address, as https://api.telegram.org";
        // The address of a proxy may hold a password: it is not repeated.
        let no_proxy = "TELOXIDE_PROXY is not an address, as http://proxy.example:3128";
        let mut methods = web_address(url.unwrap_or(TELEGRAM)).ok_or(no_server)?;
        methods.path_segments_mut().map_err(|()| no_server)?.pop_if_empty().push(&format!("bot{}", token.secret()));
        let server: Uri = methods.as_str().parse().map_err(|_| no_server)?;
        let proxy = match proxy {
            Some(proxy) => {
                let proxy = web_address(proxy).ok_or(no_proxy)?;
                Some(Matcher::builder().all(String::from(proxy)).build().intercept(&server).ok_or(no_proxy)?)
            }
            None => Matcher::from_env().intercept(&server),
        };
        Ok(Self { client: Client::new(&server, proxy), methods, addresses: RefCell::default() })
    }

    /// The server as an operator may see it: scheme, host and port.
    pub(crate) fn server(&self) -> String {
        self.methods.origin().ascii_serialization()
    }

    /// Whether the server is Telegram's, not one of the operator's own.
    pub(crate) fn is_telegrams_own(&self) -> bool {
        self.methods.host_str() == Some("api.telegram.org")
    }

    /// Sends a request of which only the success matters: the result is not parsed.
    pub(crate) async fn send<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        let body = self.body(payload, Duration::ZERO).await?;
        if says_ok(&body.bytes) { Ok(()) } else { body.read::<IgnoredAny>().map(drop) }
    }

    /// Sends a request and reads its result. The server may take `wait` longer than usual.
    pub(crate) async fn call<P: Payload + Serialize, T: DeserializeOwned>(
        &self,
        payload: &P,
        wait: Duration,
    ) -> Result<T, ApiError> {
        self.body(payload, wait).await?.read()
    }

    /// Sends a request; what it is answered is read later. The server may take `wait` longer than usual.
    pub(crate) async fn body<P: Payload + Serialize>(&self, payload: &P, wait: Duration) -> Result<Body, ApiError> {
        let response = self.post(payload, wait).await.map_err(|trouble| unreachable(&*trouble))?;
        Ok(Body { status: response.status().as_u16(), bytes: response.into_body() })
    }

    /// Sends a request and gives the server's response as it comes.
    pub(crate) async fn post<P: Payload + Serialize>(
        &self,
        payload: &P,
        wait: Duration,
    ) -> Result<Response<Bytes>, Trouble> {
        let mut written = Vec::with_capacity(USUAL_LENGTH);
        serde_json::to_writer(&mut written, payload)?;
        let address = self.address(P::NAME)?;
        // Boxed, because this future is moved with every update.
        Box::pin(self.client.post(address, written, TIMEOUT + wait)).await
    }

    /// The address of a method.
    fn address(&self, method: &'static str) -> Result<Uri, Trouble> {
        let mut addresses = self.addresses.borrow_mut();
        if let Some(address) = addresses.get(method) {
            return Ok(address.clone());
        }
        let address: Uri = format!("{}/{method}", self.methods).parse()?;
        addresses.insert(method, address.clone());
        Ok(address)
    }
}

/// What the server answers.
pub(crate) struct Body {
    pub(crate) status: u16,
    pub(crate) bytes: Bytes,
}

impl Body {
    /// The result that it holds.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let Ok(response) = serde_json::from_slice::<Answer<T>>(&self.bytes) else {
            let what = format!("an answer that is not the Bot API's (HTTP {})", self.status);
            return Err(ApiError::Unreachable(what));
        };
        match response {
            Answer { ok: true, result: Some(result), .. } => Ok(result),
            Answer { parameters: Parameters { retry_after: Some(seconds), .. }, .. } => {
                Err(ApiError::RetryAfter(Duration::from_secs(seconds)))
            }
            Answer { parameters: Parameters { migrate_to_chat_id: Some(id), .. }, .. } => Err(ApiError::MigratedTo(id)),
            Answer { error_code: 429, .. } => Err(ApiError::RetryAfter(Duration::from_secs(1))),
            Answer { error_code: code @ 500.., .. } => Err(ApiError::Unreachable(format!("error {code}"))),
            Answer { error_code, description, .. } => Err(ApiError::Refused(error_code, description)),
        }
    }
}

/// An address on the web.
fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether an answer begins with `{"ok":true`, whatever white space there is: the rest, mostly the whole message that was
/// sent, need not be read.
fn says_ok(answer: &[u8]) -> bool {
    let mut rest = answer;
    [&b"{"[..], b"\"ok\"", b":", b"true"].iter().all(|token| {
        rest = rest.trim_ascii_start();
        let begins = rest.starts_with(token);
        rest = rest.get(token.len()..).unwrap_or_default();
        begins
    })
}

/// The network's failure with its innermost reason, such as "connection refused".
fn unreachable(error: &dyn std::error::Error) -> ApiError {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ApiError::Unreachable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::says_ok;

    #[test]
    fn an_answer_says_ok_with_any_white_space() {
        for ok in ["{\"ok\":true}", "{\"ok\": true, \"result\": 1}", " {\n  \"ok\" : true"] {
            assert!(says_ok(ok.as_bytes()), "{ok}");
        }
        for other in ["", "{", "{\"ok\":false}", "{\"ok\":tru", "[true]", "{\"no\":true}", "ok"] {
            assert!(!says_ok(other.as_bytes()), "{other}");
        }
    }
}
