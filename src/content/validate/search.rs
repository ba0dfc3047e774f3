//! The search index: the phrases of all topics in all languages, and the answers to small talk.

use super::Folder;
use super::facts::Facts;
use super::text::plain;
use super::tree::Tree;
use crate::content::model::LazyIndex;
use crate::content::schema::RawSearch;
use crate::content::{SmallTalk, Topic};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::markup::utf16_len;
use crate::search::{Index, Lexicon, Phrases, stemmer, stemmers};

/// The longest answer to small talk, in UTF-16 units.
const SMALL_TALK_MAX: usize = 400;

/// The index of all languages.
pub(super) fn index(tree: &Tree<'_>, folders: &[Folder<'_>], report: &mut Report) -> LazyIndex {
    let languages: Vec<_> = folders
        .iter()
        .map(|folder| {
            let lexicon = folder.search.as_ref().map(|(file, raw)| lexicon(file, raw, report));
            (lexicon.unwrap_or_default(), phrases(tree, folder))
        })
        .collect();
    let topics = Topic::count(tree.nodes.len());
    LazyIndex::new(Box::new(move || Index::new(languages, topics)))
}

/// The phrases of one language: titles and questions of the sections, what is out of scope, small talk.
fn phrases(tree: &Tree<'_>, folder: &Folder<'_>) -> Phrases {
    let mut phrases = Phrases::default();
    let sections = tree.nodes.len();
    let texts = || folder.texts.iter().filter_map(|(_, text)| Some((*tree.by_id.get(&*text.id.value)?, text)));
    let titles = texts().filter_map(|(section, text)| Some((Topic::Section(section), text.title.as_ref()?)));
    let questions = texts().flat_map(|(section, text)| text.ask.iter().map(move |ask| (Topic::Section(section), ask)));
    let search = folder.search.as_ref().map(|(_, raw)| raw);
    let out_of_scope = search.iter().flat_map(|raw| &raw.out_of_scope).map(|phrase| (Topic::OutOfScope, phrase));
    let small_talk = search.iter().flat_map(|raw| &raw.small_talk);
    let small_talk = small_talk.flat_map(|raw| raw.ask.iter().map(|ask| (Topic::SmallTalk(raw.kind), ask)));
    for (topic, phrase) in titles.chain(questions).chain(out_of_scope).chain(small_talk) {
        phrases.add(topic.number(sections), &phrase.value);
    }
    phrases
}

fn lexicon(file: &Source, raw: &RawSearch, report: &mut Report) -> Lexicon {
    let algorithm = raw.stemmer.as_ref().and_then(|name| {
        let found = stemmer(&name.value);
        if found.is_none() {
            let help = match did_you_mean(&name.value, stemmers()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("leave it out, or name one of {}", stemmers().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("there is no stemmer `{}`", name.value);
            report.error(Code::UnknownStemmer, name.location(file), message, help);
        }
        found
    });
    Lexicon::new(
        algorithm,
        raw.stop_words.iter().map(|word| word.value.as_str()),
        raw.question_words.iter().map(|word| word.value.as_str()),
        raw.spellings.iter().map(|(from, to)| (from.value.as_str(), to.value.as_str())),
    )
}

/// The answers to small talk, by kind and language.
pub(super) fn small_talk(folders: &[Folder<'_>], facts: &Facts, report: &mut Report) -> Vec<Vec<Option<Box<str>>>> {
    let mut answers: Vec<Vec<Option<Box<str>>>> = vec![vec![None; folders.len()]; SmallTalk::ALL.len()];
    for (l, folder) in folders.iter().enumerate() {
        let Some((file, raw)) = &folder.search else {
            if folders.iter().any(|other| other.search.is_some()) {
                report.warning(
                    Code::Untranslated,
                    Location::file(folder.tag.as_str()),
                    format!("`{}/search.toml` is missing: questions in this language are found less well", folder.tag),
                    "add stop-words, spellings, greetings and what is not ours, as in another language",
                );
            }
            continue;
        };
        for raw in &raw.small_talk {
            let Some(written) = &raw.answer else { continue };
            let text = plain(file, written, facts.localized(folder.right_to_left), &[], report);
            let length = utf16_len(&text);
            if text.trim().is_empty() {
                report.error(Code::EmptyText, written.location(file), "this answer has no words", "write the answer");
            } else if length > SMALL_TALK_MAX {
                let message = format!("this answer has {length} characters; {SMALL_TALK_MAX} are the most");
                report.error(Code::TextTooLong, written.location(file), message, "say it in a sentence");
            }
            answers[raw.kind as usize][l] = Some(text.trim().into());
        }
    }
    answers
}
