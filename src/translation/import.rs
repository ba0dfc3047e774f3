//! `palabre import`: what translators and spreadsheets give back is put into the files of a content.

mod apply;
mod incoming;
mod plan;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use self::incoming::Incoming;
use self::plan::Plan;
use super::{in_order, notes_file, texts_of};
use crate::content::files::Files;
use crate::content::load::{self, Edition, Scope};
use crate::content::texts::Texts;
use crate::content::translations::{Note, Notes, State, translation};
use crate::diag::{NAMED_MAX, Report, Severity, Source, line_and_column};
use crate::message;
use crate::messages::Message;
use crate::scaffold::{Change, Existing, ScaffoldError};

/// What an import changes.
#[derive(Debug)]
pub struct Imported {
    /// The files to be written, as of [`Change::files`].
    pub files: Vec<(String, String)>,
    /// What was taken and what was passed over, in lines.
    pub summary: Vec<Message>,
}

impl Imported {
    /// Writes the files.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), ScaffoldError> {
        Change { files: self.files.clone(), next: Vec::new() }.write(directory)
    }
}

/// Reads a PO or CSV file, by the end of its name, and works out what it changes. Nothing is written.
///
/// A PO file names its language; `into` does where it does not.
///
/// # Errors
///
/// When the file is none, when the content does not have its language, or when the content would have errors.
pub fn import(existing: &Existing, name: &str, bytes: &[u8], into: Option<&str>) -> Result<Imported, ScaffoldError> {
    let texts = texts_of(existing);
    let incoming = incoming::read(&texts, name, bytes, into)?;
    let notes_before = Notes::read(existing.sources(), &mut Report::default());
    let plan = Plan::of(&texts, &notes_before, incoming);
    let mut sources = apply::apply(existing.sources(), &texts, &plan.taken)?;
    let after = Texts::of_files(texts.languages.clone(), texts.default, &sources);
    compare(&texts, &after, &plan.taken)?;
    let mut notes = notes_before.clone();
    for incoming in plan.taken.iter().chain(&plan.confirmed) {
        let entry = after.entries.get(&incoming.key);
        if let Some((source, written)) = entry.and_then(|entry| translation(entry, incoming.language)) {
            notes.insert(&after.languages[incoming.language], &incoming.key, Note::new(&source.text, &written.text));
        }
    }
    note_changed_sources(&texts, &plan.taken, &notes_before, &mut notes);
    if notes != notes_before {
        notes.retain(&after);
    }
    if let Some((path, text)) = notes_file(existing.sources(), &notes_before, &notes) {
        put(&mut sources, path, text);
    }
    check(existing, name, &sources, &after, &plan.taken)?;
    let is_same = |source: &&Source| {
        existing.sources().iter().any(|before| before.path == source.path && before.text == source.text)
    };
    let changed = sources.iter().filter(|source| !is_same(source));
    let files: BTreeMap<String, String> = changed.map(|source| (source.path.clone(), source.text.clone())).collect();
    let summary = plan.summary(&texts);
    Ok(Imported { files: in_order(files), summary })
}

/// Translations of a text that the import changes were made of the text before, where nobody has said otherwise.
fn note_changed_sources(texts: &Texts, taken: &[Incoming], before: &Notes, notes: &mut Notes) {
    for incoming in taken {
        let Some(entry) = texts.entries.get(&incoming.key) else { continue };
        if incoming.language != entry.source_language {
            continue;
        }
        for (language, tag) in texts.languages.iter().enumerate() {
            let is_taken = || taken.iter().any(|other| other.key == incoming.key && other.language == language);
            if let Some((source, written)) = translation(entry, language)
                && before.state(tag, &incoming.key, &source.text, &written.text) == State::Unknown
                && !is_taken()
            {
                notes.insert(tag, &incoming.key, Note::new(&source.text, &written.text));
            }
        }
    }
}

fn put(sources: &mut Vec<Source>, path: String, text: String) {
    match sources.iter_mut().find(|source| source.path == path) {
        Some(source) => source.text = text,
        None => sources.push(Source { path, text }),
    }
}

fn by_hand(key: &str, file: &str) -> ScaffoldError {
    ScaffoldError::Refused(message!(
        "nothing was written: no place for `{key}` is found in {file}; write it there by hand, then import again",
        key,
        file
    ))
}

/// Whether the files say what they said, but for what was taken.
fn compare(before: &Texts, after: &Texts, taken: &[Incoming]) -> Result<(), ScaffoldError> {
    let taken: HashMap<(&str, usize), &str> =
        taken.iter().map(|incoming| ((incoming.key.as_str(), incoming.language), incoming.text.as_str())).collect();
    for (key, entry) in &before.entries {
        for (language, written) in entry.written.iter().enumerate() {
            let now = after.entries.get(key).and_then(|entry| entry.written[language].as_ref());
            let now = now.map(|written| written.text.as_str());
            let expected = taken.get(&(key.as_str(), language)).copied();
            if now != expected.or(written.as_ref().map(|written| written.text.as_str())) {
                return Err(by_hand(key, before.languages[language].as_str()));
            }
        }
    }
    Ok(())
}

/// Refuses files with which the content would have errors, and names the texts of the imported file that they come of.
fn check(
    existing: &Existing,
    name: &str,
    sources: &[Source],
    texts: &Texts,
    taken: &[Incoming],
) -> Result<(), ScaffoldError> {
    let files = Files::of_sources(sources, existing.media());
    let loaded = load::of_files(files, Edition::new(existing.today(), Scope::Everything));
    if loaded.content.is_some() {
        return Ok(());
    }
    let came_from = |file: &str, at: usize| {
        taken.iter().find(|incoming| {
            let entry = texts.entries.get(&incoming.key);
            let written = entry.and_then(|entry| entry.written[incoming.language].as_ref());
            written.is_some_and(|written| {
                sources[written.source].path == file && (written.span.start..=written.span.end).contains(&at)
            })
        })
    };
    let errors = loaded.report.diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
    let lines = errors.take(NAMED_MAX).map(|problem| {
        let at = problem.span.as_ref().map(|span| span.start);
        let place = match at.and_then(|at| came_from(&problem.file, at)) {
            Some(incoming) => {
                message!("{file}, {place}, `{key}`", file = name, place = incoming.place.message(), key = incoming.key)
            }
            None => {
                let place = loaded.report.source(&problem.file).zip(at);
                let line = place.map(|(source, at)| line_and_column(&source.text, at).0);
                Message::verbatim(line.map_or(problem.file.clone(), |line| format!("{}:{line}", problem.file)))
            }
        };
        message!("\n  {file}: {problem}\n    {help}", file = place, problem = problem.message, help = problem.help)
    });
    Err(ScaffoldError::Refused(message!(
        "nothing was written, for the content would have errors:{errors}",
        errors = Message::joined(lines.collect(), "")
    )))
}
