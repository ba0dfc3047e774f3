//! One request to the Bot API, and what its failure means.
//!
//! teloxide gives the client, the payloads and their names; the call itself is ours for three reasons. teloxide sleeps
//! ten seconds within a request when the server says 5xx; it tells refusals apart by their exact sentences, of which
//! several have changed; and it parses the whole message that was sent, of which only the success matters here.

use std::cell::RefCell;
use std::ops::Deref;
use std::time::Duration;

use rustc_hash::FxHashMap;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use teloxide::Bot;
use teloxide::requests::Payload;
use url::Url;

use crate::config::Token;

/// How long a request may take, apart from the time that it asks the server to wait.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that a written request usually has room in: a page with its buttons.
const USUAL_LENGTH: usize = 4_096;

/// A Bot API server and the right to speak for a bot.
#[derive(Clone)]
pub struct Api {
    bot: Bot,
    /// The address of the methods: the server's with the token. It is shown nowhere.
    methods: Url,
    /// That of each method which was called: as secret.
    addresses: RefCell<FxHashMap<&'static str, Url>>,
}

/// Why a request did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// 429: not before this time has passed.
    RetryAfter(Duration),
    /// The group has become a supergroup with this id.
    MigratedTo(i64),
    /// The network, or a server that is not itself: worth another try. What happened, without the address.
    Unreachable(String),
    /// Telegram understood and declined: its error code and sentence.
    Refused(u16, String),
}

impl Failure {
    /// Whether Telegram's sentence begins so, whatever comes before the colon and in whatever case.
    pub(super) fn says(&self, beginning: &str) -> bool {
        let Failure::Refused(_, description) = self else { return false };
        let sentence = description.split_once(": ").map_or(description.as_str(), |(_, rest)| rest);
        sentence.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::RetryAfter(pause) => write!(f, "Telegram asks for a pause of {} s", pause.as_secs()),
            Failure::MigratedTo(_) => write!(f, "the group has become a supergroup"),
            Failure::Unreachable(what) => write!(f, "Telegram cannot be reached: {what}"),
            Failure::Refused(code, sentence) => {
                // Ids are digits, and a log holds none of them.
                let sentence: String =
                    sentence.chars().take(120).map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
                write!(f, "Telegram refuses ({code}): {sentence}")
            }
        }
    }
}

#[derive(Deserialize)]
struct Response<T> {
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
    /// The server at `url` (Telegram's own without one), through `TELOXIDE_PROXY` if it is set.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when an address is not one.
    pub fn new(token: &Token, url: Option<&str>) -> Result<Self, String> {
        // The address of a proxy may hold a password: it is not repeated.
        if let Ok(proxy) = std::env::var("TELOXIDE_PROXY")
            && !Url::parse(&proxy).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        {
            return Err("TELOXIDE_PROXY is not an address, as http://proxy.example:3128".into());
        }
        let mut bot = Bot::with_client(token.secret(), teloxide::net::client_from_env());
        if let Some(url) = url {
            let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            bot = bot.set_api_url(parsed.ok_or("TELOXIDE_API_URL is not an address, as https://api.telegram.org")?);
        }
        let mut methods = bot.api_url();
        methods
            .path_segments_mut()
            .map_err(|()| "TELOXIDE_API_URL is not an address, as https://api.telegram.org")?
            .pop_if_empty()
            .push(&format!("bot{}", token.secret()));
        Ok(Self { bot, methods, addresses: RefCell::default() })
    }

    /// The server as an operator may see it: scheme, host and port.
    pub(super) fn server(&self) -> String {
        self.methods.origin().ascii_serialization()
    }

    /// Whether the server is Telegram's, not one of the operator's own.
    pub(super) fn is_telegrams_own(&self) -> bool {
        self.methods.host_str() == Some("api.telegram.org")
    }

    /// Sends a request of which only the success matters: the result is not parsed.
    pub(super) async fn send<P: Payload + Serialize>(&self, payload: &P) -> Result<(), Failure> {
        let body = self.body(payload, Duration::ZERO).await?;
        if says_ok(&body.bytes) { Ok(()) } else { body.read::<IgnoredAny>().map(drop) }
    }

    /// Sends a request and reads its result. The server may take `wait` longer than usual.
    pub(super) async fn call<P: Payload + Serialize, T: DeserializeOwned>(
        &self,
        payload: &P,
        wait: Duration,
    ) -> Result<T, Failure> {
        self.body(payload, wait).await?.read()
    }

    /// Sends a request; what it is answered is read later. The server may take `wait` longer than usual.
    pub(super) async fn body<P: Payload + Serialize>(
        &self,
        payload: &P,
        wait: Duration,
    ) -> Result<Body<impl Deref<Target = [u8]> + use<P>>, Failure> {
        let request = self.request(payload, wait)?;
        // Boxed, because this future is moved with every update. The address holds the token: no error may carry it.
        Box::pin(async {
            let response = request.send().await.map_err(|error| unreachable(&error.without_url()))?;
            let status = response.status().as_u16();
            let bytes = response.bytes().await.map_err(|error| unreachable(&error.without_url()))?;
            Ok(Body { status, bytes })
        })
        .await
    }

    /// A request, ready to be sent. Its address holds the token: no error may carry it.
    pub(super) fn request<P: Payload + Serialize>(
        &self,
        payload: &P,
        wait: Duration,
    ) -> Result<reqwest::RequestBuilder, Failure> {
        let mut written = Vec::with_capacity(USUAL_LENGTH);
        serde_json::to_writer(&mut written, payload).map_err(|error| unreachable(&error))?;
        let mut addresses = self.addresses.borrow_mut();
        let url = addresses.entry(P::NAME).or_insert_with(|| {
            let mut url = self.methods.clone();
            // It has a path: `new` has put the token there.
            if let Ok(mut path) = url.path_segments_mut() {
                path.push(P::NAME);
            }
            url
        });
        let url = url.clone();
        let client = self.bot.client();
        Ok(client.post(url).header("content-type", "application/json").timeout(TIMEOUT + wait).body(written))
    }
}

/// What the server answers.
pub(super) struct Body<B> {
    pub(super) status: u16,
    pub(super) bytes: B,
}

impl<B: Deref<Target = [u8]>> Body<B> {
    /// The result that it holds.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let Ok(response) = serde_json::from_slice::<Response<T>>(&self.bytes) else {
            let what = format!("an answer that is not the Bot API's (HTTP {})", self.status);
            return Err(Failure::Unreachable(what));
        };
        match response {
            Response { ok: true, result: Some(result), .. } => Ok(result),
            Response { parameters: Parameters { retry_after: Some(seconds), .. }, .. } => {
                Err(Failure::RetryAfter(Duration::from_secs(seconds)))
            }
            Response { parameters: Parameters { migrate_to_chat_id: Some(id), .. }, .. } => {
                Err(Failure::MigratedTo(id))
            }
            Response { error_code: 429, .. } => Err(Failure::RetryAfter(Duration::from_secs(1))),
            Response { error_code: code @ 500.., .. } => Err(Failure::Unreachable(format!("error {code}"))),
            Response { error_code, description, .. } => Err(Failure::Refused(error_code, description)),
        }
    }
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
fn unreachable(error: &dyn std::error::Error) -> Failure {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::Unreachable(cause.to_string())
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
