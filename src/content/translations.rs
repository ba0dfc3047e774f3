//! `translations.toml`: of which text each translation was made, as short hashes of both. Tools write it. What it says can only
//! lead to warnings, and a bot that is served never looks at it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Content;
use super::files::TRANSLATIONS_FILE;
use super::schema::Reader;
use super::texts::{Entry, Texts, Written};
use super::version::text_digest;
use crate::diag::{Code, Location, Report, Source, line_and_column};
use crate::lang::Tag;
use crate::message;

/// The hashes of a text and of a translation that was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    source: String,
    translation: String,
}

impl Note {
    pub(crate) fn new(source: &str, translation: &str) -> Self {
        Self { source: text_digest(source), translation: text_digest(translation) }
    }

    fn parse(text: &str) -> Option<Self> {
        let (source, translation) = text.split_once(' ')?;
        let is_digest = |digest: &str| digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_digest(source) && is_digest(translation))
            .then(|| Self { source: source.to_owned(), translation: translation.to_owned() })
    }
}

/// What is known of a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has said of which text it was made.
    Unknown,
    /// It was made of the text that is there, or anew since that changed.
    Fresh,
    /// The text has changed and the translation has not.
    Stale,
}

/// The notes of all languages, by tag and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes(BTreeMap<String, BTreeMap<String, Note>>);

impl Notes {
    /// The notes of a content; what is wrong with their file goes into the report as warnings, since all else can be used.
    pub(crate) fn read(sources: &[Source], report: &mut Report) -> Self {
        let mut notes = Self::default();
        let Some(file) = sources.iter().find(|source| source.path == TRANSLATIONS_FILE) else { return notes };
        let mut found = Report::default();
        for language in Reader::new(file, &mut found).translations() {
            let Some(tag) = Tag::new(&language.language.value) else { continue };
            for (key, written) in language.notes {
                match Note::parse(&written.value) {
                    Some(note) => notes.insert(&tag, &key.value, note),
                    None => report.warning(
                        Code::WrongType,
                        written.location(file),
                        message!("this is no note of a translation"),
                        message!("delete the line, then run `palabre translated`"),
                    ),
                }
            }
        }
        for problem in found.diagnostics {
            let at = Location { file: &file.path, span: problem.span };
            let help = message!(
                "tools write this file: take it as it was before, or delete it and run `palabre translated`; until then nothing is known of its translations"
            );
            report.warning(problem.code, at, problem.message, help);
        }
        notes
    }

    pub(crate) fn insert(&mut self, tag: &Tag, key: &str, note: Note) {
        self.0.entry(tag.to_string()).or_default().insert(key.to_owned(), note);
    }

    fn get(&self, tag: &Tag, key: &str) -> Option<&Note> {
        self.0.get(tag.as_str())?.get(key)
    }

    /// What is known of a text in a language that it is translated into.
    pub(crate) fn state(&self, tag: &Tag, key: &str, source: &str, translation: &str) -> State {
        let now = Note::new(source, translation);
        match self.get(tag, key) {
            None => State::Unknown,
            Some(note) if note.source != now.source && note.translation == now.translation => State::Stale,
            Some(_) => State::Fresh,
        }
    }

    /// Drops the notes of texts that are not there any more.
    pub(crate) fn retain(&mut self, texts: &Texts) {
        for (tag, notes) in &mut self.0 {
            let language = texts.languages.iter().position(|other| other.as_str() == tag);
            let is_there = |key: &str| {
                let entry = language.and_then(|language| translation(texts.entries.get(key)?, language));
                entry.is_some()
            };
            notes.retain(|key, _| is_there(key));
        }
        self.0.retain(|_, notes| !notes.is_empty());
    }

    /// The text of the file.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Of which text each translation was made: hashes of both. `palabre import` and `palabre translated` write this file, and\n\
             # `palabre check` names the translations whose source has changed since. Keep it with the content.\n",
        );
        for (tag, notes) in &self.0 {
            let _ = writeln!(text, "\n[{tag}]");
            for (key, Note { source, translation }) in notes {
                // In quotes: a dotted key would make tables, of which a file has only so many.
                let _ = writeln!(text, "\"{key}\" = \"{source} {translation}\"");
            }
        }
        text
    }
}

/// The text and its translation into a language, where there is one that can become stale.
pub(crate) fn translation(entry: &Entry, language: usize) -> Option<(&Written, &Written)> {
    if entry.kind.is_written_anew() || language == entry.source_language {
        return None;
    }
    entry.original().zip(entry.written.get(language)?.as_ref())
}

/// A warning for each translation whose source text has changed since.
pub(crate) fn stale(content: &Content, sources: &[Source]) -> Report {
    let mut report = Report::default();
    let notes = Notes::read(sources, &mut report);
    if notes.0.is_empty() {
        return report;
    }
    let texts = Texts::of(content, sources);
    for (key, entry) in &texts.entries {
        for (language, tag) in texts.languages.iter().enumerate() {
            let Some((source, written)) = translation(entry, language) else { continue };
            if notes.state(tag, key, &source.text, &written.text) != State::Stale {
                continue;
            }
            let (file, original) = (&sources[written.source], &sources[source.source]);
            let (line, _) = line_and_column(&original.text, source.span.start);
            // A text over many lines is named by its first one.
            let shown = file.text[written.span.clone()].lines().next().map_or(0, str::len);
            report.warning(
                Code::StaleTranslation,
                Location::span(&file.path, written.span.start..written.span.start + shown),
                message!(
                    "`{key}` in `{language}` was translated from another text than stands in {file}:{line} now",
                    key,
                    language = tag,
                    file = original.path,
                    line
                ),
                message!(
                    "translate it anew; if it still says the same: `palabre translated --lang {language} {key}`",
                    language = tag,
                    key
                ),
            );
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translation_is_stale_when_only_its_source_has_changed() {
        let (mut notes, tag) = (Notes::default(), Tag::new("en").unwrap_or_else(|| unreachable!()));
        assert_eq!(notes.state(&tag, "k", "un", "one"), State::Unknown);
        notes.insert(&tag, "k", Note::new("un", "one"));
        assert_eq!(notes.state(&tag, "k", "un", "one"), State::Fresh);
        assert_eq!(notes.state(&tag, "k", "deux", "one"), State::Stale);
        assert_eq!(notes.state(&tag, "k", "deux", "two"), State::Fresh);
        assert_eq!(notes.state(&tag, "k", "un", "One"), State::Fresh);
    }

    #[test]
    fn what_is_written_is_read() {
        let (mut notes, mut report) = (Notes::default(), Report::default());
        for (tag, key) in [("en", "sections.a.title"), ("bm", "interface.lines.gone"), ("bm", "sections.a.title")] {
            notes.insert(&Tag::new(tag).unwrap_or_else(|| unreachable!()), key, Note::new(key, tag));
        }
        let source = Source { path: TRANSLATIONS_FILE.to_owned(), text: notes.to_toml() };
        assert_eq!(Notes::read(&[source], &mut report), notes);
        assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    }

    #[test]
    fn a_broken_file_leads_to_warnings_alone() {
        let check = |text: &str, expected: Code| {
            let mut report = Report::default();
            let source = Source { path: TRANSLATIONS_FILE.to_owned(), text: text.to_owned() };
            Notes::read(&[source], &mut report);
            let mut found: Vec<_> = report.diagnostics.iter().map(|problem| (problem.code, problem.severity)).collect();
            found.dedup();
            assert_eq!(found, [(expected, crate::diag::Severity::Warning)], "{text}");
        };
        check("<<<<<<< ours", Code::TomlSyntax);
        check("[en]\n\"a\" = 1", Code::WrongType);
        check("[en]\n\"a\" = \"b c\"", Code::WrongType);
    }
}
