//! `palabre check`: every problem of a content.

use std::io::Write;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::cli::arguments::{ContentChoice, Format};
use crate::content::load::Loaded;
use crate::quality;

/// Prints the report; the exit status is 1 when there are errors.
#[must_use]
pub fn execute(choice: &ContentChoice, format: Format) -> ExitCode {
    let Loaded { content, report } = quality::check(super::load(choice));
    let mut out = std::io::stdout().lock();
    let text = match format {
        Format::Json => report.to_json_lines(),
        // Colours on a terminal that wants them, none in a pipe.
        Format::Text => report.to_text(AutoStream::choice(&out) != ColorChoice::Never),
    };
    // A reader that has gone (`| head`) has seen what it wanted.
    let _ = out.write_all(text.as_bytes());
    if content.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
