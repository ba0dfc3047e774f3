//! `palabre doctor`: examines the configuration of a bot and what the Bot API server says about it, and reports findings with
//! what to do about each. It changes nothing, and does not poll: a poll would take the updates of a bot that runs.
//!
//! - `report`: [`Finding`] and [`DoctorReport`], as text or as JSON lines.
//! - `local`: version, content, limits, token: what needs no network.
//! - `connectivity`: server, proxy, clock and token, all from one `getMe`.
//! - `webhook`: webhook or polling, failed deliveries, update kinds.
//! - `settings`: settings that the content decides.
//! - `botfather`: settings that it leaves to the operator.
//! - `errors`: errors of other rooms, as findings say them.
//! - `menus`: commands, compared with those of the content.
//! - `profile`: descriptions, name and picture, likewise.

mod botfather;
mod connectivity;
mod errors;
mod local;
mod menus;
mod profile;
mod report;
mod settings;
mod webhook;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

pub use self::report::{DoctorReport, Finding, Status};
use crate::content::Content;
use crate::content::load::{self, Edition, Loaded, Scope, today};
use crate::message;
use crate::messages::Message;
use crate::quality;
use crate::telegram::{Api, Token};

/// The time limit of the whole examination, whatever hangs.
const TIME_LIMIT: Duration = Duration::from_millis(9_500);
/// The time limit for files (token and content), within [`TIME_LIMIT`].
const FILES_TIME_LIMIT: Duration = Duration::from_secs(3);

/// What to examine; `None` is a setting that is not made. Not `Debug`: it holds the token.
#[derive(Default)]
pub struct Options {
    /// The content directory; without one, the copy inside the binary.
    pub content: Option<PathBuf>,
    /// The address at which `palabre run` is to serve a webhook; without one, it polls.
    pub webhook_url: Option<String>,
    /// The Bot API server; without one, Telegram's own.
    pub api_url: Option<String>,
    /// The proxy on the way to it; without one, that of `HTTPS_PROXY` or the like.
    pub proxy: Option<String>,
    /// The token. It takes precedence over `token_file`.
    pub token: Option<String>,
    /// The file that holds the token. Without any token only the server's connectivity is examined.
    pub token_file: Option<PathBuf>,
}

/// The settings with which the server's state is compared.
#[derive(Clone, Copy)]
struct Environment<'a> {
    /// The content, if it can be used.
    content: Option<&'a Content>,
    webhook_url: Option<&'a str>,
    has_token: bool,
}

/// Examines everything that can be examined within ten seconds, on a tokio runtime with time and I/O enabled. Files that do not
/// come leave blocking threads behind: shut the runtime down in the background.
pub async fn examine(options: Options) -> DoctorReport {
    let Options { content: directory, webhook_url, api_url, proxy, token, token_file } = options;
    let start = Instant::now();
    let (files_deadline, deadline) = (start + FILES_TIME_LIMIT, start + TIME_LIMIT);
    let location = directory.as_ref().map_or_else(|| "inside the binary".into(), |dir| dir.display().to_string());
    // Blocking threads: the content may lie on a network drive that hangs, and the token may come through a pipe. The test
    // questions of a large content take minutes, so they have a thread of their own and may be missing from the report.
    let questions = spawn_blocking({
        let directory = directory.clone();
        move || load_with_questions(directory.as_deref())
    });
    let (token, loaded) = tokio::join!(
        timeout_at(files_deadline, spawn_blocking(move || local::token(token.as_deref(), token_file.as_deref()))),
        timeout_at(files_deadline, spawn_blocking(move || load(directory.as_deref()))),
    );
    let loaded = loaded.ok().and_then(Result::ok);
    let (token, token_findings) = match token {
        Ok(Ok(result)) => result,
        _ => (None, vec![local::token_timeout()]),
    };

    let environment = Environment {
        content: loaded.as_ref().and_then(|loaded| loaded.content.as_ref()),
        webhook_url: webhook_url.as_deref(),
        has_token: token.is_some(),
    };
    let server_findings = async {
        match api(token.as_ref(), api_url.as_deref(), proxy.as_deref()) {
            Ok(api) => examine_server(&api, environment, deadline).await,
            Err(error) => {
                vec![Finding::error("server", error, message!("correct the variable, or take it away"))]
            }
        }
    };
    let (questions, server_findings) = tokio::join!(timeout_at(files_deadline, questions), server_findings);
    let with_questions = questions.ok().and_then(Result::ok).map(|loaded| loaded.report);

    let mut findings = vec![local::version()];
    findings.extend(local::content(&location, loaded.as_ref(), with_questions.as_ref()));
    // The shape of a token does not matter once the server has accepted it.
    let is_accepted = server_findings.iter().any(|finding| finding.check == "token" && finding.status == Status::Ok);
    findings.extend(token_findings.into_iter().filter(|finding| !is_accepted || finding.check != local::TOKEN_SHAPE));
    findings.extend(server_findings);
    DoctorReport { findings }
}

/// The content that is served today.
fn load(directory: Option<&Path>) -> Loaded {
    load::directory_or_shipped(directory, today())
}

/// All of the content, as `palabre check` loads it, with the questions with which it tests itself.
fn load_with_questions(directory: Option<&Path>) -> Loaded {
    quality::check(load::directory_or_shipped(directory, Edition::new(today(), Scope::Everything)))
}

/// The Bot API server at `url`. Without a token, one that no bot has: connectivity can be examined all the same.
fn api(token: Option<&Token>, url: Option<&str>, proxy: Option<&str>) -> Result<Api, Message> {
    let placeholder = Token::new("0").map_err(|error| errors::token(&error))?;
    Api::new(token.unwrap_or(&placeholder), url, proxy).map_err(|error| errors::api_config(&error))
}

/// Calls every method that tells something about the bot's state. If there is a token, the first finding is about it.
async fn examine_server(api: &Api, environment: Environment<'_>, deadline: Instant) -> Vec<Finding> {
    let Environment { content, webhook_url, has_token } = environment;
    let (mut findings, bot) = connectivity::findings(api, has_token, deadline).await;
    findings.extend(webhook::configured_url(webhook_url, api.is_telegrams_own()));
    let Some(bot) = bot else {
        if has_token {
            let message = message!("webhook, settings, menus and profile were not asked for");
            findings.push(Finding::unknown("telegram", message));
        }
        return findings;
    };
    let menus_and_profile = async {
        let Some(content) = content else {
            return vec![Finding::unknown("commands", message!("not compared: the content cannot be used"))];
        };
        let (menus, profile) =
            tokio::join!(menus::findings(api, content, deadline), profile::findings(api, &bot, content, deadline));
        menus.into_iter().chain(profile).collect()
    };
    let (webhook, menus_and_profile) = tokio::join!(webhook::findings(api, webhook_url, deadline), menus_and_profile);
    findings.extend(webhook);
    findings.extend(settings::findings(&bot, content));
    findings.extend(botfather::findings(&bot));
    findings.extend(menus_and_profile);
    findings
}
