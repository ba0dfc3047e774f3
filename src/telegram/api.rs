//! The call to the Bot API: [`Api`] wraps [`teloxide::Bot`], which holds the token, the server's address and the HTTP client.
//!
//! Payloads and types are teloxide's; what teloxide 0.17 lacks is in [`newer`]. The call itself is ours: teloxide sleeps ten
//! seconds within a request when the server answers 5xx, knows refusals only by their exact sentences, several of which have
//! changed, and parses the whole message that was sent, of which only the success matters here.

pub(crate) mod error;
pub(crate) mod newer;
pub(crate) mod token;
pub(crate) mod upload;

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::requests::Payload;
use thiserror::Error;
use tokio::time::Instant;
use url::Url;

pub(crate) use self::error::{ApiError, ApiResponse, HttpError};
use self::token::Token;
use crate::message;

/// Telegram's own server.
const TELEGRAM: &str = "https://api.telegram.org";
/// How long a request may take, apart from the time that it asks the server to wait.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take, with its proxy and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// TCP keepalive: first probe after this time without data, and as long between two probes.
const TCP_KEEPALIVE: Duration = Duration::from_secs(15);
const TCP_KEEPALIVE_RETRIES: u32 = 3;
/// Longest answer in bytes: a hundred updates are far shorter.
const ANSWER_MAX: usize = 16 << 20;
/// The proxies that [`reqwest`] speaks to. An `h` or an `a` at the end: the proxy looks the server's name up, not this machine.
const PROXY_SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
/// Longest name of a method in bytes.
const METHOD_NAME_MAX: usize = 64;

/// A Bot API server and the right to speak for a bot. No `Debug`: that of [`teloxide::Bot`] prints the token.
#[derive(Clone)]
pub struct Api {
    bot: teloxide::Bot,
}

/// Why there is no [`Api`]. The messages are for the operator.
#[derive(Debug, Error)]
pub enum ApiConfigError {
    /// `TELOXIDE_API_URL` is not a web address.
    #[error("TELOXIDE_API_URL is not an address, as https://api.telegram.org")]
    Server,
    /// `TELOXIDE_PROXY` is not the address of a proxy. It may hold a password, so it is not repeated.
    #[error("TELOXIDE_PROXY is not an address, as http://proxy.example:3128 or socks5h://127.0.0.1:9050")]
    Proxy,
    /// TLS cannot be set up.
    #[error("the HTTP client cannot be built: {0}")]
    Client(reqwest::Error),
}

impl Api {
    /// The server at `url` (Telegram's own without one), through this proxy, else that of `HTTPS_PROXY`, `HTTP_PROXY` or
    /// `ALL_PROXY`, unless `NO_PROXY` names the server.
    ///
    /// # Errors
    ///
    /// [`ApiConfigError`] when an address is not one.
    pub fn new(token: &Token, url: Option<&str>, proxy: Option<&str>) -> Result<Self, ApiConfigError> {
        let url = web_address(url.unwrap_or(TELEGRAM)).ok_or(ApiConfigError::Server)?;
        let client = client(proxy)?;
        Ok(Self { bot: teloxide::Bot::with_client(token.secret(), client).set_api_url(url) })
    }

    /// The server as an operator may see it: scheme, host and port.
    pub(crate) fn server(&self) -> String {
        self.bot.api_url().origin().ascii_serialization()
    }

    /// Whether the server is Telegram's, not one of the operator's own.
    pub(crate) fn is_telegrams_own(&self) -> bool {
        self.bot.api_url().host_str() == Some("api.telegram.org")
    }

    /// Calls a method and reads its result.
    ///
    /// # Errors
    ///
    /// Any [`ApiError`]; nothing is tried again.
    pub(crate) async fn call<P>(&self, payload: &P) -> Result<P::Output, ApiError>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.post(payload).await?.read()
    }

    /// As [`Api::call`], but gives up at the deadline.
    ///
    /// # Errors
    ///
    /// As [`Api::call`]; [`ApiError::Unreachable`] at the deadline.
    pub(crate) async fn call_until<P>(&self, payload: &P, deadline: Instant) -> Result<P::Output, ApiError>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        let result = tokio::time::timeout_at(deadline, self.call(payload)).await;
        result.unwrap_or_else(|_| Err(ApiError::Unreachable(message!("there was no answer in time"))))
    }

    /// Calls a method of which only the success matters: its result is not read.
    ///
    /// # Errors
    ///
    /// As [`Api::call`].
    pub(crate) async fn send<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        self.post(payload).await?.read_ok()
    }

    /// Posts a request; its answer is read later. The server may take [`Payload::timeout_hint`] longer than usual.
    ///
    /// # Errors
    ///
    /// [`HttpError`], which becomes [`ApiError::Unreachable`].
    pub(crate) async fn post<P: Payload + Serialize>(&self, payload: &P) -> Result<ApiResponse, HttpError> {
        let method = method_name::<P>();
        let json = serde_json::to_vec(payload)?;
        let timeout = TIMEOUT + payload.timeout_hint().unwrap_or_default();
        let request = self.bot.client().post(self.address(method)).timeout(timeout);
        // Boxed, because this future is large and is moved with every update.
        Box::pin(async {
            let mut response = request.header(CONTENT_TYPE, "application/json").body(json).send().await?;
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                if body.len() + chunk.len() > ANSWER_MAX {
                    return Err(HttpError::TooLong);
                }
                body.extend_from_slice(&chunk);
            }
            let headers = std::mem::take(response.headers_mut());
            Ok(ApiResponse { method, status: response.status().as_u16(), headers, body })
        })
        .await
    }

    /// The address of a method. It holds the token and is shown nowhere.
    fn address(&self, method: &str) -> Url {
        let mut url = self.bot.api_url();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(&format!("bot{}", self.bot.token())).push(method);
        }
        url
    }
}

/// The HTTP client, through this proxy if there is one, else as the environment says.
fn client(proxy: Option<&str>) -> Result<Client, ApiConfigError> {
    let mut builder = Client::builder()
        // The Bot API redirects nobody, and a redirect would carry the token elsewhere.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .tcp_keepalive(TCP_KEEPALIVE)
        .tcp_keepalive_interval(TCP_KEEPALIVE)
        .tcp_keepalive_retries(TCP_KEEPALIVE_RETRIES);
    if let Some(proxy) = proxy {
        let address = address(proxy, &PROXY_SCHEMES).ok_or(ApiConfigError::Proxy)?;
        builder = builder.proxy(reqwest::Proxy::all(address).map_err(|_| ApiConfigError::Proxy)?);
    }
    builder.build().map_err(|error| ApiConfigError::Client(error.without_url()))
}

/// An address on the web.
fn web_address(text: &str) -> Option<Url> {
    address(text, &["http", "https"])
}

fn address(text: &str, schemes: &[&str]) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(|url| schemes.contains(&url.scheme()) && url.has_host())
}

/// The method's name as the Bot API writes it (`getMe`): teloxide's begin with a capital, which other servers than Telegram's
/// do not take.
pub(crate) const fn method_name<P: Payload>() -> &'static str {
    const { MethodName::<P>::NAME }
}

struct MethodName<P>(std::marker::PhantomData<P>);

impl<P: Payload> MethodName<P> {
    const BYTES: [u8; METHOD_NAME_MAX] = {
        let mut bytes = [0; METHOD_NAME_MAX];
        bytes.split_at_mut(P::NAME.len()).0.copy_from_slice(P::NAME.as_bytes());
        bytes[0] = bytes[0].to_ascii_lowercase();
        bytes
    };
    const NAME: &'static str = match std::str::from_utf8(Self::BYTES.split_at(P::NAME.len()).0) {
        Ok(name) => name,
        Err(_) => panic!("names of methods are ASCII"),
    };
}

#[cfg(test)]
mod tests;
