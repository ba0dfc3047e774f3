//! The files of a content with the texts that are taken.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::incoming::Incoming;
use super::{by_hand, put};
use crate::content::files::ROOT_FILE;
use crate::content::json_schema::FileKind;
use crate::content::texts::{self, Entry, Texts};
use crate::diag::Source;
use crate::scaffold::ScaffoldError;
use crate::scaffold::insertion::line_end;
use crate::translation::{edit, value};

/// The files with the texts.
pub(super) fn apply(before: &[Source], texts: &Texts, taken: &[Incoming]) -> Result<Vec<Source>, ScaffoldError> {
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
