//! The questions under `ask`: enough for each section, none under two of them.

use std::collections::HashMap;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::Folder;
use super::tree::Tree;
use crate::content::schema::{RawSectionText, Spanned};
use crate::diag::{Code, Location, Report, Source};
use crate::folding::fold;
use crate::message;
use crate::messages::Message;

/// Fewer questions than this under a section and it is hard to find.
const ASK_MIN: usize = 12;

/// A question under a section.
struct AskPhrase<'a> {
    file: &'a Source,
    section: &'a str,
    phrase: &'a Spanned<String>,
}

/// Reports sections with few questions, and questions that stand under two sections: neither can answer them.
pub(super) fn check(tree: &Tree<'_>, folders: &[Folder<'_>], report: &mut Report) {
    let mut seen: HashMap<String, AskPhrase<'_>> = HashMap::new();
    for folder in folders {
        for (file, text) in folder.texts.iter().filter(|(_, text)| tree.by_id.contains_key(&*text.id.value)) {
            if text.ask.len() < ASK_MIN {
                few(file, folder, text, report);
            }
            for phrase in &text.ask {
                check_phrase(AskPhrase { file, section: &text.id.value, phrase }, &mut seen, report);
            }
        }
    }
}

fn few(file: &Source, folder: &Folder<'_>, text: &RawSectionText, report: &mut Report) {
    report.warning(
        Code::FewAsk,
        Location::span(&file.path, text.id.span.clone()),
        Message::counted(
            text.ask.len(),
            message!("`{id}` has one question under `ask` in `{language}`", id = text.id.value, language = folder.tag),
            message!(
                "`{id}` has {count} questions under `ask` in `{language}`",
                id = text.id.value,
                count = text.ask.len(),
                language = folder.tag
            ),
        ),
        message!(
            "write at least {max}, as people would put them: they decide whether the section is found",
            max = ASK_MIN
        ),
    );
}

fn check_phrase<'a>(ask: AskPhrase<'a>, seen: &mut HashMap<String, AskPhrase<'a>>, report: &mut Report) {
    let location = ask.phrase.location(ask.file);
    let key = key(&ask.phrase.value);
    if key.is_empty() {
        report.error(
            Code::EmptyText,
            location,
            message!("this question has no words"),
            message!("write the question or leave the line out"),
        );
        return;
    }
    match seen.get(&key) {
        Some(other) if other.section != ask.section => report.error(
            Code::DuplicateAsk,
            location,
            message!(
                "this question stands under `{section}` in `{path}` already",
                section = other.section,
                path = other.file.path
            ),
            message!(
                "keep it where its answer is: under `{there}` or under `{here}`",
                there = other.section,
                here = ask.section
            ),
        ),
        Some(_) => {}
        None => {
            seen.insert(key, ask);
        }
    }
}

/// The words of a question in lower case: two questions of one key are the same.
pub(crate) fn key(phrase: &str) -> String {
    let is_mark = |c: char| !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark;
    let is_in_word = |c: char| c.is_alphanumeric() || is_mark(c);
    let phrase = fold(phrase);
    let mut key = String::with_capacity(phrase.len());
    for word in phrase.split(|c| !is_in_word(c)).filter(|word| !word.is_empty()) {
        key.extend(word.chars().flat_map(char::to_lowercase).chain([' ']));
    }
    key
}
