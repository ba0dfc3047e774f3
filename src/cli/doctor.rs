//! `palabre doctor`: a report on the bot's configuration and on what Telegram says about it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::cli::arguments::{ContentChoice, Format};
use crate::doctor::{Options, examine};

/// Prints the report; the exit status is 1 when something is broken.
///
/// # Errors
///
/// When the runtime does not start.
pub fn execute(choice: &ContentChoice, webhook_url: Option<String>, format: Format) -> io::Result<ExitCode> {
    let variable = |name| not_empty(std::env::var(name).ok());
    let options = Options {
        content: super::directory(choice),
        webhook_url: not_empty(webhook_url),
        api_url: variable("TELOXIDE_API_URL"),
        token: variable("TELOXIDE_TOKEN"),
        token_file: variable("TELOXIDE_TOKEN_FILE").map(PathBuf::from),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(examine(options));
    // A DNS lookup or a file that hangs would delay the exit.
    runtime.shutdown_background();
    let mut out = std::io::stdout().lock();
    let styled = AutoStream::choice(&out) != ColorChoice::Never;
    let text = match format {
        Format::Json => report.to_json_lines(),
        Format::Text => report.to_text(crate::terminal::columns(), styled),
    };
    // A closed pipe (`| head`) is not an error.
    let _ = out.write_all(text.as_bytes());
    Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// An empty variable is how a compose file leaves one out.
fn not_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty())
}
