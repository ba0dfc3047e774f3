//! `palabre doctor`: a report on the bot's configuration and on what Telegram says about it.

use std::io::Write;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::cli::Error;
use crate::cli::arguments::{DoctorOptions, Format};
use crate::doctor::{self, examine};
use crate::messages::Locale;
use crate::terminal;

/// Prints the report; the exit status is 1 when something is broken.
pub(super) fn execute(options: DoctorOptions) -> Result<ExitCode, Error> {
    super::forbid_core_dumps();
    let DoctorOptions { content, telegram, webhook_url, format, lang } = options;
    let locale = lang.unwrap_or_else(Locale::of_system);
    let options = doctor::Options {
        content: super::directory(&content),
        webhook_url,
        api_url: telegram.api_url,
        proxy: telegram.proxy,
        token: telegram.token,
        token_file: telegram.token_file,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
    let report = runtime.block_on(examine(options));
    // A DNS lookup or a file that hangs would delay the exit.
    runtime.shutdown_background();
    let mut out = std::io::stdout().lock();
    let styled = AutoStream::choice(&out) != ColorChoice::Never;
    let text = match format {
        Format::Json => report.to_json_lines(locale),
        Format::Text => report.to_text(locale, terminal::columns(), styled),
    };
    // A closed pipe (`| head`) is no error.
    let _ = out.write_all(text.as_bytes());
    Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
