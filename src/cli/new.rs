//! `palabre new`: a section or a language for a content that there is.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::{NewCommand, NewOptions};
use crate::content::load;
use crate::message;
use crate::messages::{Locale, Message};
use crate::scaffold::{self, Existing, NewSection, ScaffoldError};

/// Adds it, and says what it wrote and what comes next.
///
/// # Errors
///
/// When there is no content to add to, when it has errors, or when what is to be added is there or cannot be.
pub(super) fn execute(options: &NewOptions) -> Result<ExitCode, Error> {
    let choice = match &options.what {
        NewCommand::Section(options) => &options.content,
        NewCommand::Language(options) => &options.content,
    };
    let Some(directory) = super::directory(choice) else {
        let message =
            message!("there is no content here: name its directory with `--content`, or make one with `palabre init`");
        return Err(ScaffoldError::Refused(message).into());
    };
    let existing = Existing::read(&directory, load::today())?;
    let change = match &options.what {
        NewCommand::Section(options) => {
            let (id, emoji, below) = (options.id.clone(), options.emoji.clone(), options.below.clone());
            scaffold::section(&existing, &NewSection { id, emoji, below })?
        }
        NewCommand::Language(options) => scaffold::language(&existing, &options.tag)?,
    };
    change.write(&directory)?;
    say(&directory, &change.files, &[], &change.next, Locale::of_system());
    Ok(ExitCode::SUCCESS)
}

/// Says what was written, what has to be decided and what comes next.
pub(super) fn say(
    directory: &Path,
    files: &[(String, String)],
    decisions: &[Message],
    next: &[Message],
    locale: Locale,
) {
    let mut text = format!("{}\n", message!("Written to {dir}:", dir = directory.display()).to_text(locale));
    let (hidden, shown): (Vec<&str>, Vec<&str>) =
        files.iter().map(|(path, _)| path.as_str()).partition(|path| path.starts_with('.'));
    for path in shown {
        let _ = writeln!(text, "  {path}");
    }
    if !hidden.is_empty() {
        let message = message!("hidden files with which VS Code and other editors complete and explain the keys");
        let _ = writeln!(text, "  {}", message.to_text(locale));
    }
    if !decisions.is_empty() {
        let _ = writeln!(text, "{}", message!("What you have to decide:").to_text(locale));
    }
    for message in decisions {
        let _ = writeln!(text, "  - {}", message.to_text(locale));
    }
    let _ = writeln!(text, "{}", message!("What comes next:").to_text(locale));
    for (number, message) in (1..).zip(next) {
        let _ = writeln!(text, "  {number}. {}", message.to_text(locale));
    }
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
