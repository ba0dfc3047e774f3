//! `palabre export`: the texts of a content for translators and spreadsheets.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::{ExportFormat, ExportOptions};
use crate::content::load;
use crate::messages::Locale;
use crate::scaffold::Existing;
use crate::translation::{self, Format};

/// Prints the texts.
///
/// # Errors
///
/// When the content has errors or lacks the language.
pub(super) fn execute(options: &ExportOptions) -> Result<ExitCode, Error> {
    let existing = match super::directory(&options.content) {
        Some(directory) => Existing::read(&directory, load::today())?,
        None => Existing::shipped(load::today())?,
    };
    let format = match options.to {
        ExportFormat::Po => Format::Po,
        ExportFormat::Csv => Format::Csv,
    };
    let text = translation::export(&existing, format, options.lang.as_deref(), Locale::of_system())?;
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
