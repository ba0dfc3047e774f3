//! `palabre import`: what translators and spreadsheets give back is put into the files of a content.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use indexmap::IndexMap;

use super::{Place, edit, in_order, language, notes_file, po, spreadsheet, texts_of, value};
use crate::content::files::ROOT_FILE;
use crate::content::json_schema::FileKind;
use crate::content::load::{self, Edition, Scope};
use crate::content::texts::{self, Entry, Texts};
use crate::content::translations::{Note, Notes, State, translation};
use crate::diag::{NAMED_MAX, Report, Severity, Source, did_you_mean};
use crate::message;
use crate::messages::Message;
use crate::scaffold::insertion::line_end;
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

/// A text of the imported file.
#[derive(Debug)]
struct Incoming {
    place: Place,
    key: String,
    /// The number of the language.
    language: usize,
    source: String,
    text: String,
    is_fuzzy: bool,
    /// Whether a text that is as it was has been looked at.
    is_reviewed: bool,
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
    let incoming = read(&texts, name, bytes, into)?;
    let notes_before = Notes::read(existing.sources(), &mut Report::default());
    let plan = Plan::of(&texts, &notes_before, incoming);
    let mut sources = apply(existing.sources(), &texts, &plan.taken)?;
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

fn read(texts: &Texts, name: &str, bytes: &[u8], into: Option<&str>) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| Err(ScaffoldError::Refused(message));
    let extension = Path::new(name).extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    let is_po = match extension.as_deref() {
        Some("po" | "pot") => true,
        Some("csv" | "tsv" | "txt") => false,
        _ => {
            return refused(message!(
                "{name} is neither a PO nor a CSV file by its name: let it end in .po or .csv; save other spreadsheets as CSV (UTF-8)",
                name
            ));
        }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            return refused(message!(
                "{name} is not UTF-8: line {line} holds a byte that is not; save it as UTF-8 (in Excel: CSV UTF-8; in LibreOffice: character set Unicode (UTF-8))",
                name,
                line
            ));
        }
    };
    if is_po { read_po(texts, name, text, into) } else { read_csv(texts, name, text, into) }
}

fn read_po(texts: &Texts, name: &str, text: &str, into: Option<&str>) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| ScaffoldError::Refused(message);
    let (named, entries) = po::read(text).map_err(|error| {
        refused(message!("{name}, line {line}: {problem}", name, line = error.line, problem = error.message))
    })?;
    let tag = into.map(str::to_owned).or(named).ok_or_else(|| {
        refused(message!(
            "{name} does not say its language: name it with `--lang`, or write `\"Language: en\\n\"` into its header",
            name
        ))
    })?;
    let language = language(texts, &tag)?;
    let incoming = |entry: po::PoEntry| Incoming {
        place: Place::Line(entry.line),
        key: entry.context.unwrap_or_default(),
        language,
        source: entry.id,
        text: entry.translation,
        is_fuzzy: entry.is_fuzzy,
        is_reviewed: !entry.is_fuzzy,
    };
    Ok(entries.into_iter().map(incoming).collect())
}

fn read_csv(texts: &Texts, name: &str, text: &str, into: Option<&str>) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| ScaffoldError::Refused(message!("{name}: {problem}", name, problem = message));
    let (columns, rows) = spreadsheet::read(text).map_err(refused)?;
    let mut languages = Vec::new();
    for column in &columns {
        let number = language(texts, column).map_err(|error| {
            refused(message!(
                "the column `{column}`: {problem}; or take the column out",
                column,
                problem = error.message()
            ))
        })?;
        if languages.contains(&number) {
            return Err(refused(message!("the column `{column}` stands twice: take one out", column)));
        }
        languages.push(number);
    }
    let into = into.map(|tag| language(texts, tag)).transpose()?;
    if languages.is_empty() || into.is_some_and(|into| !languages.contains(&into)) {
        return Err(refused(message!("there is no column with the texts of a language, named by its tag, as `en`")));
    }
    let mut incoming = Vec::new();
    for row in rows {
        for (&language, text) in languages.iter().zip(row.texts) {
            if into.is_none_or(|into| into == language) {
                incoming.push(Incoming {
                    place: Place::Row(row.number),
                    key: row.key.clone(),
                    language,
                    source: row.source.clone(),
                    text,
                    is_fuzzy: false,
                    is_reviewed: false,
                });
            }
        }
    }
    Ok(incoming)
}

/// What is taken of a file, and what is passed over and why.
#[derive(Default)]
struct Plan {
    /// Texts that are not there yet, or otherwise.
    taken: Vec<Incoming>,
    /// Translations that are as they were and were stale: somebody has looked at them.
    confirmed: Vec<Incoming>,
    empty: usize,
    fuzzy: usize,
    /// What has to be looked at: where, and what to do.
    refused: Vec<(Refusal, Message)>,
}

/// Why a text is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    UnknownKey,
    OtherSource,
    Twice,
    Incomplete,
}

impl Plan {
    fn of(texts: &Texts, notes: &Notes, incoming: Vec<Incoming>) -> Self {
        let mut plan = Self::default();
        let mut seen = HashSet::new();
        for mut incoming in incoming {
            let Some(entry) = texts.entries.get(&incoming.key) else {
                plan.unknown(texts, &incoming);
                continue;
            };
            let text = entry.kind.normal(&incoming.text);
            if text.is_empty() {
                plan.empty += 1;
                continue;
            }
            let present = entry.written[incoming.language].as_ref().map(|written| written.text.as_str());
            if incoming.is_fuzzy {
                plan.fuzzy += 1;
                continue;
            }
            if !seen.insert((incoming.key.clone(), incoming.language)) {
                plan.refuse(Refusal::Twice, &incoming, message!("it stands twice: the first was taken"));
                continue;
            }
            let source = entry.original().map(|source| source.text.as_str());
            let is_of_source = source == Some(entry.kind.normal(&incoming.source).as_str());
            if present == Some(text.as_str()) {
                let state = translation(entry, incoming.language).map(|(source, written)| {
                    notes.state(&texts.languages[incoming.language], &incoming.key, &source.text, &written.text)
                });
                if incoming.is_reviewed && is_of_source && state == Some(State::Stale) {
                    plan.confirmed.push(incoming);
                }
            } else if is_of_source || entry.kind.is_written_anew() {
                incoming.text = text;
                plan.taken.push(incoming);
            } else {
                let problem = message!(
                    "its source is not the text that is there now: export anew, and translate what stands there"
                );
                plan.refuse(Refusal::OtherSource, &incoming, problem);
            }
        }
        plan.leave_incomplete(texts);
        // In the order of the content, so that keys are put behind those before them.
        plan.taken.sort_by_key(|incoming| texts.entries.get_index_of(&incoming.key));
        plan
    }

    fn refuse(&mut self, why: Refusal, incoming: &Incoming, problem: Message) {
        let (place, key) = (incoming.place.message(), &incoming.key);
        self.add_refused(why, message!("{place}, `{key}`: {problem}", place, key, problem));
    }

    /// A row of a spreadsheet has a text for each language: it is named once.
    fn add_refused(&mut self, why: Refusal, problem: Message) {
        let problem = (why, problem);
        if !self.refused.contains(&problem) {
            self.refused.push(problem);
        }
    }

    fn unknown(&mut self, texts: &Texts, incoming: &Incoming) {
        let place = incoming.place.message();
        let near = did_you_mean(&incoming.key, texts.entries.keys().map(String::as_str));
        let problem = match near {
            Some(near) => {
                message!("{place}: there is no text `{key}`: did you mean `{near}`?", place, key = incoming.key, near)
            }
            None => message!("{place}: there is no text `{key}` any more: export anew", place, key = incoming.key),
        };
        self.add_refused(Refusal::UnknownKey, problem);
    }

    /// Leaves out the words of sections and talk topics that a language does not have yet, while some that they need are missing.
    fn leave_incomplete(&mut self, texts: &Texts) {
        let taken: HashSet<(usize, String)> =
            self.taken.iter().map(|incoming| (incoming.language, incoming.key.clone())).collect();
        let is_there = |language: usize, key: &str| {
            let entry = texts.entries.get(key);
            entry.is_some_and(|entry| entry.written[language].is_some()) || taken.contains(&(language, key.to_owned()))
        };
        for incoming in std::mem::take(&mut self.taken) {
            let missing: Vec<String> = needed(&incoming.key)
                .into_iter()
                .filter(|key| !is_there(incoming.language, key))
                .map(|key| format!("`{key}`"))
                .collect();
            if missing.is_empty() {
                self.taken.push(incoming);
            } else {
                let problem =
                    message!("it waits for {missing}, without which it cannot be there", missing = missing.join(", "));
                self.refuse(Refusal::Incomplete, &incoming, problem);
            }
        }
    }

    fn summary(&self, texts: &Texts) -> Vec<Message> {
        let mut lines = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for incoming in &self.taken {
            *counts.entry(texts.languages[incoming.language].as_str()).or_default() += 1;
        }
        for (language, count) in counts {
            lines.push(Message::counted(
                count,
                message!("{language}: 1 text is changed", language),
                message!("{language}: {count} texts are changed", language, count),
            ));
        }
        if self.taken.is_empty() {
            lines.push(message!("no text is changed"));
        }
        let count = self.confirmed.len();
        if count > 0 {
            lines.push(message!("{count} as before, and noted as translations of the texts that are there now", count));
        }
        if self.empty > 0 {
            lines.push(message!("{count} passed over, because they are empty", count = self.empty));
        }
        if self.fuzzy > 0 {
            lines.push(message!("{count} passed over, because they are marked as fuzzy", count = self.fuzzy));
        }
        for why in [Refusal::UnknownKey, Refusal::OtherSource, Refusal::Twice, Refusal::Incomplete] {
            let of_kind = || self.refused.iter().filter(|(other, _)| *other == why).map(|(_, problem)| problem);
            lines.extend(of_kind().take(NAMED_MAX).map(|problem| message!("passed over: {problem}", problem)));
            if let more @ 1.. = of_kind().count().saturating_sub(NAMED_MAX) {
                lines.push(message!("passed over: {more} more for this reason", more));
            }
        }
        lines
    }
}

/// The keys without which a text cannot be there.
fn needed(key: &str) -> Vec<String> {
    match key.rsplit_once('.') {
        Some((table, _)) if key.starts_with("sections.") => {
            ["title", "summary", "body"].map(|name| format!("{table}.{name}")).into()
        }
        Some((table, "ask")) if key.starts_with("search.talk.") => vec![format!("{table}.answer")],
        _ => Vec::new(),
    }
}

/// The files with the texts.
fn apply(before: &[Source], texts: &Texts, taken: &[Incoming]) -> Result<Vec<Source>, ScaffoldError> {
    let mut sources = before.to_vec();
    let mut added = Vec::new();
    let mut replaced: Vec<(usize, &Entry, std::ops::Range<usize>, &str)> = Vec::new();
    for incoming in taken {
        let Some(entry) = texts.entries.get(&incoming.key) else { continue };
        match &entry.written[incoming.language] {
            Some(written) => replaced.push((written.source, entry, written.span.clone(), &incoming.text)),
            None => added.push((incoming, entry)),
        }
    }
    // From the end of each file, so that the places before stay.
    replaced.sort_by_key(|(source, _, span, _)| (*source, span.start));
    for (source, entry, span, text) in replaced.into_iter().rev() {
        let file = &mut sources[source].text;
        *file =
            if entry.kind.is_list() { edit::replace_list(file, &span, text) } else { edit::replace(file, &span, text) };
    }
    let mut files = NewFiles::default();
    let mut tables: IndexMap<(usize, &str), Vec<(&Incoming, &Entry)>> = IndexMap::default();
    for (incoming, entry) in added {
        let (schema, in_file) = incoming.key.split_once('.').unwrap_or_default();
        let section = in_file.split('.').next().unwrap_or_default();
        let path = files.path(before, texts, incoming, schema, section);
        let is_new_section = schema == FileKind::Sections.name()
            && texts.of_section(section).all(|entry| entry.written[incoming.language].is_none());
        if is_new_section {
            tables.entry((incoming.language, section)).or_default().push((incoming, entry));
            continue;
        }
        let file = text(&sources, &path);
        let changed = add(before, texts, file, schema, in_file, incoming, entry);
        let changed = changed.ok_or_else(|| by_hand(&incoming.key, &path))?;
        put(&mut sources, path, changed);
    }
    // The words of a section that the language does not have yet are one table.
    for ((_, section), words) in tables {
        let Some((first, entry)) = words.first() else { continue };
        let path = files.path(before, texts, first, FileKind::Sections.name(), section);
        let file = text(&sources, &path);
        let newline = newline_of(file, before, entry);
        let keys: Vec<(&str, String)> = words
            .iter()
            .map(|(incoming, entry)| {
                let key = incoming.key.rsplit('.').next().unwrap_or_default();
                (key, new_token(before, entry, &incoming.text, newline))
            })
            .collect();
        let changed = edit::add_table(file, section, &keys, newline);
        put(&mut sources, path, changed);
    }
    Ok(sources)
}

fn text<'a>(sources: &'a [Source], path: &str) -> &'a str {
    sources.iter().find(|source| source.path == path).map_or("", |source| &source.text)
}

/// The line end of a file; a new one has that of the file that it is translated from.
fn newline_of(file: &str, before: &[Source], entry: &Entry) -> &'static str {
    match entry.original() {
        Some(original) if file.is_empty() => line_end(&before[original.source].text),
        _ => line_end(file),
    }
}

/// A text that was not there, written as the one that it is translated from.
fn new_token(before: &[Source], entry: &Entry, text: &str, newline: &str) -> String {
    match entry.original() {
        _ if entry.kind.is_list() => edit::new_list(&text.lines().collect::<Vec<_>>(), "", newline),
        Some(original) => value::like(&before[original.source].text[original.span.clone()], text, newline),
        None => value::new(text, newline),
    }
}

/// The file with a key that was not there; `None` where no place for it is found.
fn add(
    before: &[Source],
    texts: &Texts,
    file: &str,
    schema: &str,
    in_file: &str,
    incoming: &Incoming,
    entry: &Entry,
) -> Option<String> {
    let newline = newline_of(file, before, entry);
    let token = new_token(before, entry, &incoming.text, newline);
    if schema == FileKind::Root.name() {
        let others = texts::of_file(FileKind::Root, file).into_iter().filter(|text| text.key == incoming.key);
        let last = others.max_by_key(|text| text.span.start)?;
        return edit::add_beside(file, &last.span, texts.languages[incoming.language].as_str(), &token);
    }
    let path: Vec<&str> = in_file.split('.').collect();
    let (table, _) = incoming.key.rsplit_once('.')?;
    let names = texts.entries.keys().take_while(|key| **key != incoming.key).filter_map(|key| key.rsplit_once('.'));
    let above: Vec<&str> = names.filter(|(other, _)| *other == table).map(|(_, name)| name).collect();
    let changed = edit::add(file, &path, &above, &token)?;
    // The first lines of a new file end as those behind them will.
    let is_first = file.is_empty() && newline == "\r\n";
    Some(if is_first { changed.replace("\r\n", "\n").replace('\n', newline) } else { changed })
}

fn by_hand(key: &str, file: &str) -> ScaffoldError {
    ScaffoldError::Refused(message!(
        "nothing was written: no place for `{key}` is found in {file}; write it there by hand, then import again",
        key,
        file
    ))
}

/// Where the words go that a language does not have yet.
#[derive(Default)]
struct NewFiles(HashMap<(usize, String), String>);

impl NewFiles {
    fn path(&mut self, sources: &[Source], texts: &Texts, incoming: &Incoming, schema: &str, section: &str) -> String {
        let folder = texts::folder(sources, &texts.languages[incoming.language]);
        if schema == FileKind::Root.name() {
            return ROOT_FILE.to_owned();
        }
        if schema != FileKind::Sections.name() {
            return format!("{folder}/{schema}.toml");
        }
        let find = || {
            let of_section = texts.of_section(section);
            let own = of_section.clone().find_map(|entry| entry.written[incoming.language].as_ref());
            if let Some(own) = own {
                return sources[own.source].path.clone();
            }
            // Beside the one that it is translated from, under the same name.
            let original = of_section.clone().find_map(Entry::original).map_or("", |text| &sources[text.source].path);
            let name = original.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("sections.toml");
            format!("{folder}/{name}")
        };
        self.0.entry((incoming.language, section.to_owned())).or_insert_with(find).clone()
    }
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
    let files = sources.iter().map(|source| (source.path.as_str(), source.text.as_bytes()));
    let loaded = load::memory(files, Edition::new(existing.today(), Scope::Everything));
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
                let source = loaded.report.sources.iter().find(|source| source.path == problem.file);
                let line = source.zip(at).map(|(source, at)| source.text[..at].matches('\n').count() + 1);
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
