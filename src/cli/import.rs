//! `palabre import` and `palabre translated`: what translators give back, and what an editor says of translations.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::{ImportOptions, TranslatedOptions};
use crate::cli::config::ContentChoice;
use crate::content::load;
use crate::message;
use crate::messages::{Locale, Message};
use crate::scaffold::{Existing, ScaffoldError};
use crate::translation::{self, Imported};

/// Puts the texts of a file into the content, and says what it changed and what it passed over.
///
/// # Errors
///
/// When the file cannot be read, when there is no content without errors, or when it would have errors.
pub(super) fn execute(options: &ImportOptions) -> Result<ExitCode, Error> {
    let directory = directory(&options.content)?;
    let name = options.file.display().to_string();
    let bytes = std::fs::read(&options.file).map_err(|error| {
        ScaffoldError::Refused(message!("{name} cannot be read: {reason}", name, reason = Message::of_io(&error)))
    })?;
    let existing = Existing::read(&directory, load::today())?;
    finish(&directory, &translation::import(&existing, &name, &bytes, options.lang.as_deref())?)
}

/// Notes that translations are made of the texts that are there now.
///
/// # Errors
///
/// When there is no content without errors, no such language or no such key.
pub(super) fn translated(options: &TranslatedOptions) -> Result<ExitCode, Error> {
    let directory = directory(&options.content)?;
    let existing = Existing::read(&directory, load::today())?;
    finish(&directory, &translation::translated(&existing, options.lang.as_deref(), &options.keys)?)
}

fn directory(choice: &ContentChoice) -> Result<PathBuf, ScaffoldError> {
    super::directory(choice).ok_or_else(|| {
        ScaffoldError::Refused(message!(
            "there is no content here: name its directory with `--content`, or make one with `palabre init`"
        ))
    })
}

fn finish(directory: &Path, imported: &Imported) -> Result<ExitCode, Error> {
    imported.write(directory)?;
    let locale = Locale::of_system();
    let mut text = String::new();
    for line in &imported.summary {
        let _ = writeln!(text, "{}", line.to_text(locale));
    }
    if !imported.files.is_empty() {
        let _ = writeln!(text, "{}", message!("Written to {dir}:", dir = directory.display()).to_text(locale));
        imported.files.iter().for_each(|(path, _)| {
            let _ = writeln!(text, "  {path}");
        });
    }
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
