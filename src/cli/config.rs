//! Settings from the command line or the environment: the content, the token and its server, and those of `palabre run`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args};
use url::Url;

use crate::telegram::{Token, TokenError};

/// The address of the HTTP server where a webhook is set and no other address is: a proxy on the same machine leads there.
const WEBHOOK_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Where the content is.
#[derive(Clone, Debug, Args)]
pub struct ContentChoice {
    /// The content directory; else ./content or this directory if it is one, else the copy inside the binary
    #[arg(long, env = "PALABRE_CONTENT", value_name = "DIR")]
    pub content: Option<PathBuf>,
}

/// The bot's token and the way to the Bot API server. Addresses are strings, for `doctor` reports those that are none.
#[derive(Args)]
pub struct TelegramOptions {
    // Refused on the command line, where every user of the machine can read it: see `parse`.
    #[arg(long = TOKEN_ARGUMENT, env = "TELOXIDE_TOKEN", hide = true)]
    pub(super) token: Option<String>,
    /// The file that holds the token, unless TELOXIDE_TOKEN is set
    #[arg(long, env = "TELOXIDE_TOKEN_FILE", value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Another Bot API server than Telegram's
    #[arg(long, env = "TELOXIDE_API_URL", value_name = "URL", hide_env_values = true)]
    pub(super) api_url: Option<String>,
    /// A proxy on the way to the server
    #[arg(long, env = "TELOXIDE_PROXY", value_name = "URL", hide_env_values = true)]
    pub(super) proxy: Option<String>,
}

pub(super) const TOKEN_ARGUMENT: &str = "token";

impl TelegramOptions {
    /// The token.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn token(&self) -> Result<Token, TokenError> {
        Token::read(self.token.as_deref(), self.token_file.as_deref())
    }
}

impl fmt::Debug for TelegramOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The other fields are secret: the token, and addresses that may hold passwords.
        f.debug_struct("TelegramOptions").field("token_file", &self.token_file).finish_non_exhaustive()
    }
}

/// The settings of `palabre run`.
#[derive(Debug, Args)]
pub struct RunConfig {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Token and server.
    #[command(flatten)]
    pub telegram: TelegramOptions,
    /// The public https address of a webhook; without it the bot polls
    #[arg(
        long,
        env = "PALABRE_WEBHOOK_URL",
        value_name = "URL",
        hide_env_values = true,
        value_parser = webhook_url
    )]
    pub webhook_url: Option<Url>,
    /// Deliveries to the webhook at once, 1 to 100
    #[arg(
        long,
        env = "PALABRE_WEBHOOK_MAX_CONNECTIONS",
        value_name = "N",
        default_value = "40", // Telegram's own default (Bot API, `setWebhook`)
        value_parser = max_connections
    )]
    pub webhook_max_connections: u8,
    /// Whether an answer that is one request goes out in the response to a delivery
    #[arg(
        long,
        env = "PALABRE_ANSWER_IN_RESPONSE",
        value_name = "on|off",
        default_value = "on",
        action = ArgAction::Set,
        value_parser = |value: &str| switch("PALABRE_ANSWER_IN_RESPONSE", value)
    )]
    pub answer_in_response: bool,
    /// An address and a port for /livez, /readyz, /metrics, /gaps and the webhook; 127.0.0.1:8080 with a webhook, else none
    #[arg(long, env = "PALABRE_LISTEN", value_name = "ADDRESS", value_parser = listen)]
    listen: Option<SocketAddr>,
    /// An address and a port of their own for /livez, /readyz, /metrics and /gaps: then only the webhook is on that of PALABRE_LISTEN
    #[arg(long, env = "PALABRE_METRICS_LISTEN", value_name = "ADDRESS", value_parser = metrics_listen)]
    pub metrics_listen: Option<SocketAddr>,
    /// The most messages a second to all chats together; without it as many as Telegram takes
    #[arg(long, env = "PALABRE_MAX_PER_SECOND", value_name = "N", value_parser = max_per_second)]
    pub max_per_second: Option<NonZeroU32>,
    /// Whether the words of unanswered questions are counted, for /gaps
    #[arg(
        long = "gaps",
        env = "PALABRE_GAPS",
        value_name = "on|off",
        default_value = "off",
        action = ArgAction::Set,
        value_parser = |value: &str| switch("PALABRE_GAPS", value)
    )]
    pub count_unanswered: bool,
    /// A file of this process alone, in which it finds out after a crash which update caused it
    #[arg(long, env = "PALABRE_CRASH_FILE", value_name = "FILE")]
    pub crash_file: Option<PathBuf>,
    /// A directory of this process alone, in which the last content without errors is kept for a start with a broken one;
    /// without it that of the crash file
    #[arg(long = "state", env = "PALABRE_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, or a filter of env_logger
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
}

impl RunConfig {
    /// The directory of the kept content; `None` when none is kept.
    #[must_use]
    pub fn state_directory(&self) -> Option<PathBuf> {
        let of_crash_file = || {
            let parent = self.crash_file.as_ref()?.parent()?;
            // The parent of a bare name is empty.
            Some(Path::new(".").join(parent))
        };
        self.state.clone().or_else(of_crash_file)
    }

    /// The address of the HTTP server; `None` when there is nothing to serve.
    #[must_use]
    pub fn listen(&self) -> Option<SocketAddr> {
        self.listen.or_else(|| self.webhook_url.is_some().then_some(WEBHOOK_LISTEN))
    }
}

/// A setting that has no valid value. The value is not repeated: it may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Neither http nor https, no host, or a query or a fragment.
    #[error("PALABRE_WEBHOOK_URL is not an address, as https://bot.example.org/telegram")]
    WebhookUrl,
    /// No IP address with a port.
    #[error("{0} is not an address and a port, as 127.0.0.1:8080")]
    Listen(&'static str),
    /// Outside of Telegram's limits (Bot API, `setWebhook`).
    #[error("PALABRE_WEBHOOK_MAX_CONNECTIONS is not a number from 1 to 100")]
    MaxConnections,
    /// No positive number.
    #[error("PALABRE_MAX_PER_SECOND is not a number from 1 on")]
    MaxPerSecond,
    /// This variable's value is no switch.
    #[error("{0} is neither `on` nor `off`")]
    Switch(&'static str),
    /// The token is an argument.
    #[error("a token on the command line can be read by every user: set TELOXIDE_TOKEN or TELOXIDE_TOKEN_FILE")]
    TokenArgument,
}

fn webhook_url(value: &str) -> Result<Url, SettingError> {
    let url = Url::parse(value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.filter(|url| url.query().is_none() && url.fragment().is_none()).ok_or(SettingError::WebhookUrl)
}

fn listen(value: &str) -> Result<SocketAddr, SettingError> {
    value.trim().parse().map_err(|_| SettingError::Listen("PALABRE_LISTEN"))
}

fn metrics_listen(value: &str) -> Result<SocketAddr, SettingError> {
    value.trim().parse().map_err(|_| SettingError::Listen("PALABRE_METRICS_LISTEN"))
}

fn max_connections(value: &str) -> Result<u8, SettingError> {
    let number = value.trim().parse().ok();
    number.filter(|number| (1..=100).contains(number)).ok_or(SettingError::MaxConnections)
}

fn max_per_second(value: &str) -> Result<NonZeroU32, SettingError> {
    value.trim().parse().map_err(|_| SettingError::MaxPerSecond)
}

fn switch(variable: &'static str, value: &str) -> Result<bool, SettingError> {
    match value.trim() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(SettingError::Switch(variable)),
    }
}
