//! The texts of a content as files for translators and spreadsheets, and the way back: `palabre export`, `palabre import`,
//! `palabre translated`.
//!
//! What is to be written is worked out in memory, read again and checked; only then is it written, by [`Imported::write`]. What an
//! import does not change stays byte for byte.

mod edit;
mod export;
mod import;
mod po;
mod spreadsheet;
mod translated;
mod value;

use std::collections::BTreeMap;

pub use self::export::{Format, export};
pub use self::import::{Imported, import};
pub use self::translated::translated;
use crate::content::files::{ROOT_FILE, TRANSLATIONS_FILE};
use crate::content::texts::Texts;
use crate::content::translations::Notes;
use crate::diag::Source;
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;
use crate::scaffold::insertion::line_end;
use crate::scaffold::{Existing, ScaffoldError, no_language, no_tag};

/// The texts of a content without errors.
fn texts_of(existing: &Existing) -> Texts {
    Texts::of(existing.content(), existing.sources())
}

/// The number of a language of the content.
fn language(texts: &Texts, written: &str) -> Result<usize, ScaffoldError> {
    let Some(tag) = Tag::new(written) else { return Err(ScaffoldError::Refused(no_tag(written))) };
    texts
        .languages
        .iter()
        .position(|other| *other == tag)
        .ok_or_else(|| ScaffoldError::Refused(no_language(&tag, &texts.languages.iter().collect::<Vec<_>>())))
}

/// The notes as a file of the content, where they are not those that are there.
fn notes_file(sources: &[Source], before: &Notes, notes: &Notes) -> Option<(String, String)> {
    if before == notes {
        return None;
    }
    let old = sources.iter().find(|source| source.path == TRANSLATIONS_FILE).map_or("", |source| &source.text);
    Some((TRANSLATIONS_FILE.to_owned(), notes.to_toml().replace('\n', line_end(old))))
}

/// The files in the order in which they are written: `palabre.toml` is the last.
fn in_order(files: BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by_key(|(path, _)| path == ROOT_FILE);
    files
}

/// Where something stands in a file that translators gave.
#[derive(Clone, Copy, Debug)]
enum Place {
    Row(usize),
    Line(usize),
}

impl Place {
    fn message(self) -> Message {
        match self {
            Self::Row(number) => message!("row {number}", number),
            Self::Line(number) => message!("line {number}", number),
        }
    }
}
