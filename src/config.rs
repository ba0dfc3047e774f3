//! The command line and the environment → what to do. The token never shows.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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

/// The secret of a bot. It is shown nowhere.
pub struct Token(String);

impl Token {
    /// The secret itself, to be put into a request and nowhere else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Reads the token from `TELOXIDE_TOKEN`, or from the file that `TELOXIDE_TOKEN_FILE` names.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when neither is set, the file cannot be read or the token is empty.
    pub fn from_env() -> Result<Self, String> {
        // An empty variable is how a compose file leaves one out.
        let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let token = match (set("TELOXIDE_TOKEN"), set("TELOXIDE_TOKEN_FILE")) {
            (Some(token), _) => token,
            (None, Some(file)) => std::fs::read_to_string(&file)
                .map_err(|error| format!("the token file {file} cannot be read: {error}"))?,
            (None, None) => {
                return Err("there is no token: set TELOXIDE_TOKEN, or TELOXIDE_TOKEN_FILE to a file that holds it \
                            (`palabre chat` needs none)"
                    .into());
            }
        };
        Self::new(&token)
    }

    /// The token that BotFather gave, white space around it left out.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when it is empty.
    pub fn new(token: &str) -> Result<Self, String> {
        match token.trim() {
            "" => Err("the token is empty".into()),
            token => Ok(Self(token.to_owned())),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
