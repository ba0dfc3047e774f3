//! `palabre init`: the first content of an organisation.

use std::fs;
use std::io;
use std::path::Path;

use chrono::NaiveDate;

use super::templates::{self, MARK, Untranslated};
use super::{Change, ScaffoldError, check};
use crate::content::files::{Files, ROOT_FILE, TESTS_FOLDER};
use crate::content::json_schema;
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;

/// Whose content it is.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// What people call it.
    pub name: String,
    /// The languages in which it answers, in the order of the buttons; the first is for people whose own is not there.
    pub languages: Vec<Tag>,
    /// Phone numbers, with `+` and the country's code.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
}

/// Makes sure that a content can be made in a directory: that it is not there, or holds nothing but hidden files.
///
/// # Errors
///
/// When it holds something, is no directory or cannot be looked at.
pub fn check_is_free(directory: &Path) -> Result<(), ScaffoldError> {
    let shown = directory.display();
    let names = fs::read_dir(directory).and_then(|entries| {
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<String>>>()
    });
    let refusal = match names {
        Ok(names) => match names.iter().filter(|name| !name.starts_with('.')).min() {
            None => return Ok(()),
            Some(_) if names.iter().any(|name| name == ROOT_FILE) => message!(
                "{shown} is a content already, and nothing in it is overwritten: `palabre new` adds a section or a language; name another directory for a new content",
                shown
            ),
            Some(name) => message!(
                "{shown} is not empty (it holds `{name}`), and nothing in it is overwritten: name another directory, which need not be there yet",
                shown,
                name
            ),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            message!("{shown} is a file: name a directory, which need not be there yet", shown)
        }
        Err(error) => message!(
            "{shown} cannot be looked at: {reason}; name another directory",
            shown,
            reason = Message::of_io(&error)
        ),
    };
    Err(ScaffoldError::Refused(refusal))
}

/// The hidden files with which editors complete and explain the keys of a content, as far as the directory has none of that name.
#[must_use]
pub fn editor_files(directory: &Path) -> Vec<(String, String)> {
    let files = json_schema::schema_files().into_iter().chain(json_schema::editor_settings());
    files.filter(|(path, _)| !directory.join(path).exists()).collect()
}

/// The files of a new content: a small tree, its words and the sentences of the interface in each language, and questions.
///
/// # Errors
///
/// When something is missing, or the content would have errors: a phone number that is none, for example.
pub fn content(organisation: &Organisation, today: NaiveDate) -> Result<Change, ScaffoldError> {
    let first = required(organisation)?;
    let languages = &organisation.languages;
    let mut files = Vec::new();
    for tag in languages {
        files.push(interface(tag, languages));
        files.push((format!("{tag}/sections.toml"), sections(tag, organisation, |words| words.to_owned())));
        if let Some(texts) = templates::of(tag) {
            let questions = questions(texts.tests, organisation, |_| true);
            files.push((format!("{TESTS_FOLDER}/{tag}.toml"), questions));
        }
    }
    files.push((ROOT_FILE.to_owned(), root(organisation, first, &organisation.name, today)));
    check(Files::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()))), today)?;
    let mut next = vec![message!("write your own words where {mark} stands, and your own sections", mark = MARK)];
    next.extend(of_languages(languages));
    Ok(Change { files, next })
}

/// The first language, if nothing is missing that a content needs.
pub(super) fn required(organisation: &Organisation) -> Result<&Tag, ScaffoldError> {
    let Organisation { name, languages, phones, emails } = organisation;
    let Some(first) = languages.first() else {
        return Err(ScaffoldError::Refused(message!("no language is named: write `--lang fr,en`")));
    };
    if name.trim().is_empty() {
        let message = message!("the organisation's name is missing: write `--name \"…\"`");
        return Err(ScaffoldError::Refused(message));
    }
    if phones.is_empty() && emails.is_empty() {
        return Err(ScaffoldError::Refused(message!(
            "a phone number or an e-mail address is missing, for people whose question finds no answer: write `--phone \"+223 …\"` or `--email …`"
        )));
    }
    Ok(first)
}

/// How the texts of a language without sentences of ours stand in its files.
fn how(tag: &Tag, languages: &[Tag]) -> Untranslated {
    let has_texts = languages.iter().any(|tag| templates::of(tag).is_some());
    if languages.first() == Some(tag) && !has_texts { Untranslated::AsIs } else { Untranslated::Comments }
}

/// The file with the sentences of the interface.
pub(super) fn interface(tag: &Tag, languages: &[Tag]) -> (String, String) {
    let text = match templates::of(tag) {
        Some(texts) => texts.interface.to_owned(),
        None => {
            let (source, comments) = (templates::source(languages), templates::comments(languages.first()));
            templates::untranslated_interface(tag, source, how(tag, languages), comments)
        }
    };
    (format!("{tag}/interface.toml"), text)
}

/// The words of the first tree's sections, or of those that are chosen of them.
pub(super) fn sections(tag: &Tag, organisation: &Organisation, choose: impl Fn(&str) -> String) -> String {
    let languages = &organisation.languages;
    let words = match templates::of(tag) {
        Some(texts) => choose(texts.sections),
        None => {
            let (source, comments) = (templates::source(languages), templates::comments(languages.first()));
            templates::untranslated_words(tag, source, &choose(source.sections), how(tag, languages), comments)
        }
    };
    of_contacts(&words, organisation)
}

/// `palabre.toml` with the first tree.
pub(super) fn root(organisation: &Organisation, first: &Tag, source: &str, today: NaiveDate) -> String {
    let Organisation { name, languages, phones, emails } = organisation;
    let order: Vec<String> = languages.iter().map(Tag::to_string).collect();
    let root = templates::root(templates::comments(Some(first)))
        .replace("\"DEFAULT\"", &quoted(first.as_str()))
        .replace("\"MONTH\"", &quoted(&today.format("%Y-%m").to_string()))
        .replace("\"ORDER\"", &list(&order))
        .replace("\"PHONES\"", &list(phones))
        .replace("\"EMAILS\"", &list(emails));
    // Last, and each place once: a name may be one of these words.
    let place = |key: &str| format!("{key} = \"NAME\"");
    let value = |key: &str, value: &str| format!("{key} = {}", quoted(value));
    let (before, behind) = root.split_once(&place("title")).unwrap_or((&root, ""));
    let before = before.replace(&place("organisation"), &value("organisation", name.trim()));
    format!("{before}{}{behind}", value("title", source.trim()))
}

/// What has to be done with the sentences of these languages.
pub(super) fn of_languages(languages: &[Tag]) -> Vec<Message> {
    let listed = |tags: Vec<&Tag>| tags.into_iter().map(Tag::to_string).collect::<Vec<_>>().join(", ");
    let untranslated = listed(languages.iter().filter(|tag| templates::of(tag).is_none()).collect());
    let is_unreviewed = |tag: &&Tag| templates::of(tag).is_some_and(|texts| !texts.is_reviewed);
    let unreviewed = listed(languages.iter().filter(is_unreviewed).collect());
    let mut next = Vec::new();
    if !unreviewed.is_empty() {
        next.push(message!(
            "let somebody who speaks the language read the sentences of {unreviewed}: nobody has yet",
            unreviewed
        ));
    }
    if !untranslated.is_empty() {
        next.push(message!(
            "translate the files of {untranslated}, of which there are no sentences yet: they say how",
            untranslated
        ));
    }
    next
}

/// Stands in our texts behind what is asked of a phone.
const OF_PHONE: &str = " # {phones}";

/// The words without what names a kind of contact which there is none of: paragraphs, and phrases about a phone.
pub(super) fn of_contacts(words: &str, organisation: &Organisation) -> String {
    let absent = [("{phones}", organisation.phones.is_empty()), ("{email}", organisation.emails.is_empty())];
    let is_kept = |line: &&str| !line.ends_with(OF_PHONE) || !organisation.phones.is_empty();
    let lines = words.lines().filter(is_kept).map(|line| format!("{}\n", line.trim_end_matches(OF_PHONE)));
    let mut kept: String = lines.collect();
    for (placeholder, _) in absent.iter().filter(|(_, is_absent)| *is_absent) {
        // A paragraph of one line, with the empty line behind it.
        if let Some(at) = kept.find(placeholder) {
            let start = kept[..at].rfind('\n').map_or(0, |end| end + 1);
            let end = kept[at..].find("\n\n").map_or(kept.len(), |end| at + end + 2);
            kept.replace_range(start..end, "");
        }
    }
    kept
}

/// The questions of a template that are for certain sections, without those about a phone that is not there.
pub(super) fn questions(tests: &str, organisation: &Organisation, is_wanted: impl Fn(&str) -> bool) -> String {
    const HEADER: &str = "[[question]]";
    let mut parts = tests.split(HEADER);
    let head = parts.next().unwrap_or_default().to_owned();
    let is_kept = |part: &&str| {
        let section = part.lines().find_map(|line| line.strip_prefix("section = \""));
        section.is_some_and(|section| is_wanted(section.trim_end_matches('"')))
            && (!part.contains(OF_PHONE) || !organisation.phones.is_empty())
    };
    let kept = parts.filter(is_kept).map(|part| format!("{HEADER}{}", part.replace(OF_PHONE, "")));
    format!("{}\n", (head + &kept.collect::<String>()).trim_end())
}

/// A text as a TOML string: the escapes of JSON are among those of TOML.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}
