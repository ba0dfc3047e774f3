//! The command line and the environment → what to do.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

/// An organisation answers people, on Telegram and in the terminal.
#[derive(Debug, Parser)]
#[command(name = "palabre", version, about)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer on Telegram (needs TELOXIDE_TOKEN or TELOXIDE_TOKEN_FILE)
    Run(ContentChoice),
    /// Talk to it in the terminal: no token, no network
    Chat {
        /// Which content to use.
        #[command(flatten)]
        content: ContentChoice,
        /// The language of the person's app, such as `fr` or `en`
        #[arg(long, value_name = "TAG")]
        lang: Option<String>,
    },
    /// Ask one question, or one a line from the standard input
    Ask {
        /// Which content to use.
        #[command(flatten)]
        content: ContentChoice,
        /// Answer with one JSON object a line
        #[arg(long)]
        json: bool,
        /// Show how the scores came about
        #[arg(long, conflicts_with = "json")]
        explain: bool,
        /// The language of the person's app, such as `fr` or `en`
        #[arg(long, value_name = "TAG")]
        lang: Option<String>,
        /// The question; without one, each line of the standard input is one
        question: Vec<String>,
    },
    /// Print the deep link of every section in every language, for posters and web pages
    Links {
        /// Which content to use.
        #[command(flatten)]
        content: ContentChoice,
        /// The bot's name, as in t.me/NAME
        #[arg(long, value_name = "NAME")]
        bot: String,
        /// Links that let the bot into a group, where it opens with that page
        #[arg(long)]
        group: bool,
        /// How to print them
        #[arg(long, value_enum, default_value_t = LinkFormat::Text)]
        format: LinkFormat,
        /// Write a QR code of each link into this directory, as SVG
        #[arg(long, value_name = "DIR")]
        qr: Option<PathBuf>,
    },
    /// Say what is right with this bot and what to do: token, network, webhook, BotFather, menus, content
    ///
    /// It asks Telegram, or the server of TELOXIDE_API_URL, and changes nothing. It takes ten seconds at most, also when
    /// nothing answers.
    ///
    /// Exit status: 0 when the bot can answer (there may be warnings), 1 when something is broken.
    Doctor {
        /// Which content to use.
        #[command(flatten)]
        content: ContentChoice,
        /// The address at which `palabre run` is to serve a webhook
        #[arg(long, env = "PALABRE_WEBHOOK_URL", value_name = "URL", hide_env_values = true)]
        webhook_url: Option<String>,
        /// How to report
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Check a content: every problem, with its line and a way out
    Check {
        /// The content directory; without it, as for the other commands
        #[arg(conflicts_with = "content")]
        dir: Option<PathBuf>,
        /// Which content to use.
        #[command(flatten)]
        content: ContentChoice,
        /// How to report
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Which content to use.
#[derive(Clone, Debug, Args)]
pub struct ContentChoice {
    /// The content directory; else ./content or this directory if it is one, else the copy inside the binary
    #[arg(long, env = "PALABRE_CONTENT", value_name = "DIR")]
    pub content: Option<PathBuf>,
}

/// How `links` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkFormat {
    /// For people
    Text,
    /// For spreadsheets: language, section, title, link
    Csv,
    /// One JSON object a line
    Json,
}

/// How `check` and `doctor` report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object a line, for editors and CI
    Json,
}

/// How `run` serves, from the environment.
#[derive(Debug)]
pub struct Service {
    /// Where Telegram delivers updates to; without it the bot polls.
    pub webhook: Option<Url>,
    /// Where health, metrics and the webhook are served.
    pub listen: Option<SocketAddr>,
    /// The most deliveries at once.
    pub max_connections: u8,
    /// Whether an answer that is one request goes out in the response to a delivery.
    pub answer_in_response: bool,
    /// The most messages a second, to all chats together.
    pub max_per_second: Option<NonZeroU32>,
    /// Whether the words of unanswered questions are counted.
    pub unanswered: bool,
    /// The file that tells how the process before this one ended: see [`crate::telegram::CrashGuard`].
    pub crash_file: Option<PathBuf>,
}

impl Service {
    /// Reads `PALABRE_WEBHOOK_URL`, `PALABRE_LISTEN`, `PALABRE_WEBHOOK_MAX_CONNECTIONS`, `PALABRE_ANSWER_IN_RESPONSE`,
    /// `PALABRE_MAX_PER_SECOND`, `PALABRE_GAPS` and `PALABRE_CRASH_FILE`. An empty variable is how a compose file leaves one
    /// out.
    ///
    /// # Errors
    ///
    /// A sentence for the operator that says what a variable has to be.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let switch = |name, default| match set(name).as_deref() {
            None => Ok(default),
            Some("on") => Ok(true),
            Some("off") => Ok(false),
            Some(_) => Err(format!("{name} is neither `on` nor `off`")),
        };
        let webhook = set("PALABRE_WEBHOOK_URL").map(|url| {
            let parsed = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            let plain = parsed.filter(|url| url.query().is_none() && url.fragment().is_none());
            plain.ok_or("PALABRE_WEBHOOK_URL is not an address, as https://bot.example.org/telegram")
        });
        let webhook = webhook.transpose()?;
        let listen = set("PALABRE_LISTEN").map(|address| address.parse());
        let listen =
            listen.transpose().map_err(|_| "PALABRE_LISTEN is not an address and a port, as 127.0.0.1:8080")?;
        let connections = set("PALABRE_WEBHOOK_MAX_CONNECTIONS").map(|most| most.parse());
        let max_connections = match connections {
            None => MAX_CONNECTIONS,
            Some(Ok(most @ 1..=100)) => most,
            Some(_) => return Err("PALABRE_WEBHOOK_MAX_CONNECTIONS is not a number from 1 to 100".into()),
        };
        let max = set("PALABRE_MAX_PER_SECOND").map(|most| most.parse());
        Ok(Self {
            // Telegram has to reach it, so there has to be somewhere; else nothing is served unless it is wanted.
            listen: listen.or_else(|| webhook.is_some().then_some(LISTEN)),
            webhook,
            max_connections,
            answer_in_response: switch("PALABRE_ANSWER_IN_RESPONSE", true)?,
            max_per_second: max.transpose().map_err(|_| "PALABRE_MAX_PER_SECOND is not a number from 1 on")?,
            unanswered: switch("PALABRE_GAPS", false)?,
            crash_file: set("PALABRE_CRASH_FILE").map(PathBuf::from),
        })
    }
}

/// Where a webhook is served: a proxy on the same machine brings it to the world.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Deliveries at once, as Telegram has it by itself (Bot API, `setWebhook`).
const MAX_CONNECTIONS: u8 = 40;
