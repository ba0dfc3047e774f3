//! `palabre check`: every problem of a content.

use std::io::Write;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::cli::arguments::{CheckOptions, Format};
use crate::cli::config::ContentChoice;
use crate::content::load::Loaded;
use crate::quality;

/// Prints the report; the exit status is 1 when there are errors.
pub(super) fn execute(options: CheckOptions) -> ExitCode {
    let choice = ContentChoice { content: options.dir.or(options.content.content) };
    let Loaded { content, report } = quality::check(super::load(&choice));
    let mut out = std::io::stdout().lock();
    let text = match options.format {
        Format::Json => report.to_json_lines(),
        // Colours in a terminal that supports them, none in a pipe.
        Format::Text => report.to_text(AutoStream::choice(&out) != ColorChoice::Never),
    };
    // A closed pipe (`| head`) is no error.
    let _ = out.write_all(text.as_bytes());
    if content.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
