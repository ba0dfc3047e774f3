//! The command line: arguments and environment, and one short `execute` a command.

pub mod arguments;
mod ask;
mod chat;
mod check;
pub mod config;
mod doctor;
mod export;
mod import;
mod init;
mod links;
mod logging;
mod new;
mod packaging;
mod preview;
mod run;
mod schema;
mod site;
mod voices;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::arguments::{Arguments, Command};
use crate::cli::config::{ContentChoice, SettingError};
use crate::content::Content;
use crate::content::load::{self, Edition, Loaded};
use crate::diag::Report;
use crate::message;
use crate::messages::Locale;
use crate::platform;
use crate::reload::ReloadError;
use crate::scaffold::ScaffoldError;
use crate::server::EndpointError;
use crate::telegram::{ApiConfigError, RunError, TokenError};

/// Runs a command.
///
/// # Errors
///
/// Why it failed. Problems of a content that `check` and `doctor` report are no errors, but an exit status of 1.
pub fn execute(arguments: Arguments) -> Result<ExitCode, Error> {
    match arguments.command {
        Command::Run(config) => run::execute(*config),
        Command::Preview(options) => preview::execute(&options),
        Command::Chat(options) => chat::execute(&options),
        Command::Ask(options) => ask::execute(&options),
        Command::Links(options) => links::execute(&options),
        Command::Site(options) => site::execute(&options),
        Command::Doctor(options) => doctor::execute(options),
        Command::Check(options) => check::execute(options),
        Command::Schema(options) => schema::execute(&options),
        Command::Init(options) => init::execute(options),
        Command::New(options) => new::execute(&options),
        Command::Export(options) => export::execute(&options),
        Command::Import(options) => import::execute(&options),
        Command::Translated(options) => import::translated(&options),
        Command::Voices(options) => voices::execute(&options),
        Command::Completions(options) => packaging::completions(&options),
        Command::Man(options) => packaging::man(&options),
    }
}

/// Why a command failed: one line for the operator, and for a content with errors their first ones below.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting has no valid value.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The content has errors: how many, and the first of them with their places.
    #[error("{0}")]
    Content(String),
    /// A content cannot be made or changed: why, and the way out.
    #[error("{0}")]
    Scaffold(String),
    /// There is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The address of the server or of a proxy is none.
    #[error(transparent)]
    Api(#[from] ApiConfigError),
    /// Changes of the content cannot be followed.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// Telegram refuses the token or the webhook.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The baseline of `check` cannot be read.
    #[error("{} cannot be read: {}; make it with `palabre check --format json > {}`", .0.display(), .1, .0.display())]
    Baseline(PathBuf, io::Error),
    /// A line of the baseline is no JSON.
    #[error("line {} of {} is no JSON: make it with `palabre check --format json`", .1, .0.display())]
    BaselineLine(PathBuf, usize),
    /// The schemas cannot be written into this directory.
    #[error("the schemas cannot be written to {}: {}", .0.display(), .1)]
    Schemas(PathBuf, io::Error),
    /// The manual pages cannot be written into this directory.
    #[error("the manual pages cannot be written to {}: {}", .0.display(), .1)]
    Man(PathBuf, io::Error),
    /// `chat` cannot read or write.
    #[error("the terminal failed: {0}")]
    Terminal(io::Error),
    /// `ask` cannot read or write.
    #[error("the questions cannot be read: {0}")]
    Questions(io::Error),
    /// Not 5 to 32 of letters, digits and underscores (Bot API).
    #[error("that is no bot's name: write it as in t.me/NAME")]
    BotName,
    /// Not the address of a site.
    #[error("that is no site's address: write it as https://example.org/palabre")]
    SiteUrl,
    /// The site cannot be written: what is wrong and a way out.
    #[error("{0}")]
    Site(String),
    /// A link is too long for a QR code.
    #[error("{0} fits no QR code: {1}")]
    QrCode(String, qrcode::types::QrError),
    /// A QR code cannot be written into this directory.
    #[error("the QR codes cannot be written to {}: {}", .0.display(), .1)]
    QrFile(PathBuf, io::Error),
    /// The preview's threads cannot start.
    #[error("the preview does not start: {0}")]
    Preview(io::Error),
    /// The preview cannot listen on this port of loopback.
    #[error("port {0} cannot be listened on: {1}; choose another with --port")]
    PreviewPort(u16, io::Error),
    /// Tokio cannot start.
    #[error("the runtime does not start: {0}")]
    Runtime(io::Error),
    /// SIGINT and SIGTERM cannot be caught.
    #[error("signals cannot be caught: {0}")]
    Signals(io::Error),
    /// The HTTP server cannot listen on the address of this variable.
    #[error("{0}, {1}, cannot be listened on: {2}")]
    Listen(&'static str, SocketAddr, io::Error),
    /// The log has no thread.
    #[error("the log does not start: {0}")]
    Log(io::Error),
    /// The path of `PALABRE_WEBHOOK_URL` cannot be served.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

impl From<ScaffoldError> for Error {
    fn from(error: ScaffoldError) -> Self {
        Self::Scaffold(error.message().to_text(Locale::of_system()))
    }
}

/// Keeps the token out of core files, before a command reads it.
fn forbid_core_dumps() {
    if let Err(error) = platform::forbid_core_dumps() {
        log::warn!("core dumps, which hold the token, cannot be forbidden: {error}");
    }
}

/// The directory of the content; `None` for the copy inside the binary.
fn directory(choice: &ContentChoice) -> Option<PathBuf> {
    let nearby = || ["content", "."].map(PathBuf::from).into_iter().find(|dir| dir.join(load::ROOT_FILE).is_file());
    choice.content.clone().or_else(nearby)
}

/// The content as it is loaded, with its problems.
fn load(choice: &ContentChoice, edition: impl Into<Edition>) -> Loaded {
    load::directory_or_shipped(directory(choice).as_deref(), edition)
}

/// The content of an edition, if it has no errors.
fn content(choice: &ContentChoice, edition: impl Into<Edition>) -> Result<Content, Error> {
    let Loaded { content, report, .. } = load(choice, edition);
    content.ok_or_else(|| broken(&report))
}

/// The content; of one with errors what can be shown, and the error output says so first.
fn content_or_damaged(content: Option<Content>, damaged: Option<Content>, report: &Report) -> Result<Content, Error> {
    if content.is_none() && damaged.is_some() {
        let shown = message!("what follows is shown as far as it can be").to_text(Locale::of_system());
        // Nobody reads it where the error output is closed.
        let _ = writeln!(io::stderr(), "{}\n{shown}", broken(report));
    }
    content.or(damaged).ok_or_else(|| broken(report))
}

fn broken(report: &Report) -> Error {
    let locale = Locale::of_system();
    let (summary, first) = (report.summary(), report.first_errors(locale).join("\n  "));
    let message = message!(
        "the content cannot be used ({summary}):\n  {first}\n`palabre check` says what to write instead",
        summary,
        first
    );
    Error::Content(message.to_text(locale))
}
