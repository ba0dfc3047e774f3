//! The commands, one short `execute` each.

pub mod arguments;
pub mod ask;
pub mod chat;
pub mod check;
pub mod links;
pub mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::arguments::{Arguments, Command, ContentChoice};
use crate::content::Content;
use crate::content::load::{self, Loaded};
use crate::diag::Severity;

/// Does what the arguments say.
///
/// # Errors
///
/// A sentence for the operator, to be printed as one line.
pub fn execute(arguments: Arguments) -> Result<ExitCode, String> {
    match arguments.command {
        Command::Run(content) => run::execute(&content),
        Command::Chat { content, lang } => chat::execute(&content, lang.as_deref()),
        Command::Ask { content, json, explain, lang, question } => {
            ask::execute(&content, &ask::How { json, explain, lang }, question)
        }
        Command::Links { content, bot, group, format, qr } => {
            links::execute(&content, &bot, group, format, qr.as_deref())
        }
        Command::Doctor { content, webhook_url, format } => crate::doctor::execute(&content, webhook_url, format),
        Command::Check { dir, content, format } => {
            let content = ContentChoice { content: dir.or(content.content) };
            Ok(check::execute(&content, format))
        }
    }
}

/// The directory of the content; `None` for the copy inside the binary.
pub(crate) fn directory(choice: &ContentChoice) -> Option<PathBuf> {
    let here = || ["content", "."].map(PathBuf::from).into_iter().find(|dir| dir.join(load::ROOT_FILE).is_file());
    choice.content.clone().or_else(here)
}

pub(crate) fn load(choice: &ContentChoice) -> Loaded {
    match directory(choice) {
        Some(directory) => load::directory(&directory, load::this_month()),
        None => load::shipped(load::this_month()),
    }
}

/// The content, or a sentence that says how to see what is wrong with it.
fn content(choice: &ContentChoice) -> Result<Content, String> {
    let Loaded { content, report } = load(choice);
    content.ok_or_else(|| {
        let first = report.diagnostics.iter().find(|d| d.severity == Severity::Error);
        let first = first.map_or("", |d| d.message.as_str());
        format!("the content cannot be used ({}): {first}; `palabre check` tells more", report.summary())
    })
}
