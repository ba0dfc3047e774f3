//! `palabre export`: the texts of a content as PO or CSV.

use super::po::{self, PoEntry};
use super::spreadsheet::{self, Row};
use super::{language, texts_of};
use crate::content::texts::{Entry, TextKind, Texts};
use crate::content::translations::{Notes, State, translation};
use crate::diag::{Report, Source};
use crate::message;
use crate::messages::{Locale, Message};
use crate::scaffold::{Existing, ScaffoldError};

/// A format of files for translators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For Weblate, Poedit and the like.
    Po,
    /// For spreadsheets.
    Csv,
}

/// The texts of a content, those of drafts among them: for one language those that are translated into it, else as a template (PO)
/// or with a column for each language (CSV). Comments for translators are in `locale`.
///
/// # Errors
///
/// When the content does not have the language, or nothing is translated into it.
pub fn export(
    existing: &Existing,
    format: Format,
    into: Option<&str>,
    locale: Locale,
) -> Result<String, ScaffoldError> {
    let texts = texts_of(existing);
    let into = into.map(|tag| language(&texts, tag)).transpose()?;
    let is_translated = |entry: &Entry| into.is_none_or(|language| entry.source_language != language);
    let entries: Vec<(&str, &Entry)> = texts
        .entries
        .iter()
        .map(|(key, entry)| (key.as_str(), entry))
        .filter(|(_, entry)| is_translated(entry))
        .collect();
    if let Some(language) = into.filter(|_| entries.is_empty()) {
        return Err(ScaffoldError::Refused(message!(
            "nothing is translated into `{language}`: it is the language that the others are translated from",
            language = texts.languages[language]
        )));
    }
    Ok(match format {
        Format::Po => {
            let entries = po_entries(&texts, existing.sources(), &entries, into, locale);
            let tag = into.map(|language| texts.languages[language].as_str());
            po::write(tag, &existing.today().to_string(), &entries)
        }
        Format::Csv => to_csv(&texts, &entries, into),
    })
}

fn po_entries(
    texts: &Texts,
    sources: &[Source],
    entries: &[(&str, &Entry)],
    into: Option<usize>,
    locale: Locale,
) -> Vec<PoEntry> {
    // What is wrong with the notes, `check` says.
    let notes = Notes::read(sources, &mut Report::default());
    let entry = |&(key, entry): &(&str, &Entry)| {
        let original = entry.original()?;
        let written = into.and_then(|language| entry.written[language].as_ref());
        let state = into.and_then(|language| {
            let (source, written) = translation(entry, language)?;
            Some(notes.state(&texts.languages[language], key, &source.text, &written.text))
        });
        let in_file = key.split_once('.').map_or(key, |(_, in_file)| in_file);
        Some(PoEntry {
            line: 0,
            comments: comment(entry.kind).iter().map(|comment| comment.to_text(locale)).collect(),
            reference: format!("{}:{in_file}", sources[original.source].path),
            is_fuzzy: state == Some(State::Stale),
            context: Some(key.to_owned()),
            id: original.text.clone(),
            translation: written.map(|written| written.text.clone()).unwrap_or_default(),
        })
    };
    entries.iter().filter_map(entry).collect()
}

/// What a translator should know of a kind of text.
fn comment(kind: TextKind) -> Option<Message> {
    Some(match kind {
        TextKind::Plain => return None,
        TextKind::Markdown => message!("Markdown: its signs, links and {{placeholders}} stay"),
        TextKind::List => message!("A list, one item a line: as many as in the source"),
        TextKind::Phrases => {
            message!("Not to be translated but written anew: what people say in this language, one phrase a line")
        }
        TextKind::Command => {
            message!("The name of a command in this language: 1 to 32 of a-z, 0-9 and _; it may be left empty")
        }
        TextKind::Name => message!("The language's name for itself"),
    })
}

fn to_csv(texts: &Texts, entries: &[(&str, &Entry)], into: Option<usize>) -> String {
    let languages = || (0..texts.languages.len()).filter(|&language| into.is_none_or(|into| into == language));
    let row = |&(key, entry): &(&str, &Entry)| {
        let text = |language: usize| entry.written[language].as_ref().map(|written| written.text.clone());
        Some(Row {
            number: 0,
            key: key.to_owned(),
            kind: entry.kind.name().to_owned(),
            source: entry.original()?.text.clone(),
            texts: languages().map(|language| text(language).unwrap_or_default()).collect(),
        })
    };
    let tags: Vec<String> = languages().map(|language| texts.languages[language].to_string()).collect();
    spreadsheet::write(&tags, &entries.iter().filter_map(row).collect::<Vec<_>>())
}
