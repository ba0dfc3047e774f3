//! A new content, and what is added to one: `palabre init` and `palabre new`.
//!
//! What is to be written is worked out and checked in memory ([`Change`]); only then is it written ([`Change::write`]).
//! An existing file is changed by inserting text at places that the TOML parser names, so that all else stays byte for byte:
//! `toml_edit` would write all line ends anew, and move comments that stand behind the last element of a list.

mod body;
mod contacts;
mod document;
mod first_tree;
mod from_document;
pub(crate) mod insertion;
mod language;
mod new_content;
mod outline;
mod section;
mod templates;
mod tree;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

pub use self::document::Document;
pub use self::from_document::{FromDocument, from_document};
pub(crate) use self::language::no_language;
pub use self::language::{language, no_tag};
pub use self::new_content::{Organisation, check_is_free, content, editor_files};
pub use self::section::{NewSection, section};
pub use self::templates::MARK;
use crate::content::Content;
use crate::content::files::{Files, ROOT_FILE};
use crate::content::load::{self, Edition, Scope};
use crate::content::media::MediaFiles;
use crate::diag::{NAMED_MAX, Report, Severity, Source};
use crate::message;
use crate::messages::Message;

/// Files that make a content or change one. With them it has no errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Each path relative to the content directory, with `/`, and the whole text. `palabre.toml` is the last.
    pub files: Vec<(String, String)>,
    /// What an editor has to do now, in this order.
    pub next: Vec<Message>,
}

/// Why nothing was written.
#[derive(Debug)]
pub enum ScaffoldError {
    /// It cannot be done: why, and the way out.
    Refused(Message),
    /// A file cannot be written.
    Write(PathBuf, io::Error),
}

impl ScaffoldError {
    /// The error in words for editors.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Refused(message) => message.clone(),
            Self::Write(path, error) => message!(
                "{path} cannot be written: {reason}; what is not whole lies in `{folder}` beside it and can be deleted",
                path = path.display(),
                reason = Message::of_io(error),
                folder = write::STAGING
            ),
        }
    }
}

impl Change {
    /// Writes the files into a directory, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), ScaffoldError> {
        write::all(directory, &self.files)
    }
}

/// A content that something is added to: its files and what they make.
#[derive(Debug)]
pub struct Existing {
    sources: Vec<Source>,
    media: MediaFiles,
    content: Content,
    today: NaiveDate,
}

impl Existing {
    /// Reads the content of a directory.
    ///
    /// # Errors
    ///
    /// When it has errors: what is added could not be checked.
    pub fn read(directory: &Path, today: NaiveDate) -> Result<Self, ScaffoldError> {
        Self::of_files(Files::read(directory), today)
    }

    /// The content of files in memory, as of [`load::memory`].
    ///
    /// # Errors
    ///
    /// When it has errors.
    pub fn memory<'a>(
        entries: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        today: NaiveDate,
    ) -> Result<Self, ScaffoldError> {
        Self::of_files(Files::memory(entries), today)
    }

    fn of_files(files: Files, today: NaiveDate) -> Result<Self, ScaffoldError> {
        let loaded = load::of_files(files, Edition::new(today, Scope::Everything));
        match loaded.content {
            Some(content) => Ok(Self { sources: loaded.report.sources, media: loaded.media, content, today }),
            None => Err(ScaffoldError::Refused(message!(
                "this content has errors, so that nothing can be added to it:{errors}\nmend them first: `palabre check` shows the lines",
                errors = errors(&loaded.report)
            ))),
        }
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Its clips and pictures.
    pub(crate) fn media(&self) -> &MediaFiles {
        &self.media
    }

    /// The day as of which it is checked.
    pub(crate) fn today(&self) -> NaiveDate {
        self.today
    }

    /// The content inside the binary.
    ///
    /// # Errors
    ///
    /// When it has errors, which no build that passes its tests has.
    pub fn shipped(today: NaiveDate) -> Result<Self, ScaffoldError> {
        Self::of_files(Files::shipped(), today)
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.sources.iter().find(|source| source.path == path).map(|source| source.text.as_str())
    }

    /// The text of `palabre.toml`, without which it would be no content.
    fn root(&self) -> &str {
        self.text(ROOT_FILE).unwrap_or_default()
    }

    /// The change, if the content has no errors with it.
    fn checked(&self, change: Change) -> Result<Change, ScaffoldError> {
        let is_kept = |source: &&Source| change.files.iter().all(|(path, _)| *path != source.path);
        let changed = change.files.iter().map(|(path, text)| Source { path: path.clone(), text: text.clone() });
        let sources: Vec<Source> = self.sources.iter().filter(is_kept).cloned().chain(changed).collect();
        check(Files::of_sources(&sources, &self.media), self.today)?;
        Ok(change)
    }
}

fn check(files: Files, today: NaiveDate) -> Result<(), ScaffoldError> {
    let loaded = load::of_files(files, Edition::new(today, Scope::Everything));
    match loaded.content {
        Some(_) => Ok(()),
        None => Err(ScaffoldError::Refused(message!(
            "nothing was written, for the content would have errors:{errors}",
            errors = errors(&loaded.report)
        ))),
    }
}

/// The first errors, each on a line of its own, with its way out below.
fn errors(report: &Report) -> Message {
    let errors = report.diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
    let line = |problem: &crate::diag::Diagnostic| {
        message!(
            "\n  {file}: {problem}\n    {help}",
            file = problem.file,
            problem = problem.message,
            help = problem.help
        )
    };
    Message::joined(errors.take(NAMED_MAX).map(line).collect(), "")
}
