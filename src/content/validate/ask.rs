//! Questions: the phrases of all topics become the index, and the questions of `tests/` are asked.

use super::facts::Facts;
use super::tree::Node;
use super::words::{Ask, plain};
use super::{
    Code, Content, File, Folder, LangId, Place, RawExpected, RawQuestion, Report, SmallTalk, Source, did_you_mean,
};
use crate::bot::outcome::{Outcome, decide};
use crate::content::Search;
use crate::content::load::TESTS_FOLDER;
use crate::content::schema::Reader;
use crate::content::{Match, Topic};
use crate::search::{Index, Lexicon, Phrases, stemmer, stemmers};

/// The longest answer to a greeting and the like, in UTF-16 units.
const TALK_MAX: usize = 400;

/// The names of the kinds of talk.
pub(super) fn kinds() -> Vec<&'static str> {
    SmallTalk::ALL.iter().map(|(_, name)| *name).collect()
}

/// What questions are compared with, in all languages: sections by their number, then what is not ours, then the kinds of
/// talk.
pub(super) fn index(nodes: &[Node<'_>], folders: &[Folder<'_>], asks: &[Ask<'_>], report: &mut Report) -> Search {
    let mut languages = Vec::new();
    for (l, folder) in folders.iter().enumerate() {
        let place = |id: &str| nodes.iter().position(|node| *node.id == *id);
        let mut phrases = Phrases::default();
        for (_, raw) in &folder.words {
            let Some(topic) = place(&raw.id.value) else { continue };
            raw.title.iter().for_each(|title| phrases.add(topic as u32, &title.value));
        }
        let own = asks.iter().filter(|ask| ask.language == l);
        own.for_each(|ask| phrases.add(ask.node as u32, &ask.phrase.value));
        let mut lexicon = Lexicon::default();
        if let Some((file, raw)) = &folder.search {
            raw.not_ours.iter().for_each(|ask| phrases.add(nodes.len() as u32, &ask.value));
            for talk in &raw.talk {
                let Some(kind) = kinds().iter().position(|kind| *kind == talk.kind.value) else { continue };
                let topic = (nodes.len() + 1 + kind) as u32;
                talk.ask.iter().for_each(|ask| phrases.add(topic, &ask.value));
            }
            let algorithm = raw.stemmer.as_ref().and_then(|name| {
                let found = stemmer(&name.value);
                if found.is_none() {
                    report.error(
                        Code::UnknownStemmer,
                        file.at(name),
                        format!("there is no stemmer `{}`", name.value),
                        match did_you_mean(&name.value, stemmers()) {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => {
                                format!("leave it out, or name one of {}", stemmers().collect::<Vec<_>>().join(", "))
                            }
                        },
                    );
                }
                found
            });
            lexicon = Lexicon::new(
                algorithm,
                raw.stop_words.iter().map(|word| word.value.as_str()),
                raw.question_words.iter().map(|word| word.value.as_str()),
                raw.spellings.iter().map(|(from, to)| (from.value.as_str(), to.value.as_str())),
            );
        }
        languages.push((lexicon, phrases));
    }
    let topics = nodes.len() + 1 + SmallTalk::ALL.len();
    Search::new(Box::new(move || Index::new(languages, topics)))
}

/// What is said back, by kind and language.
pub(super) fn talk(folders: &[Folder<'_>], facts: &Facts, report: &mut Report) -> Vec<Vec<Option<Box<str>>>> {
    let mut said: Vec<Vec<Option<Box<str>>>> = vec![vec![None; folders.len()]; SmallTalk::ALL.len()];
    for (l, folder) in folders.iter().enumerate() {
        let Some((file, raw)) = &folder.search else {
            if folders.iter().any(|other| other.search.is_some()) {
                report.warning(
                    Code::Untranslated,
                    Place::file(folder.tag.as_str()),
                    format!("`{}/search.toml` is missing: questions in this language are found less well", folder.tag),
                    "add stop-words, spellings, greetings and what is not ours, as in another language",
                );
            }
            continue;
        };
        for talk in &raw.talk {
            let (Some(kind), Some(answer)) = (kinds().iter().position(|k| *k == talk.kind.value), &talk.answer) else {
                continue;
            };
            let text = plain(*file, answer, facts.within(folder.right_to_left), &[], report);
            let length = crate::markup::utf16_len(&text);
            if text.trim().is_empty() {
                report.error(Code::EmptyText, file.at(answer), "this answer has no words", "write the answer");
            } else if length > TALK_MAX {
                let message = format!("this answer has {length} characters; {TALK_MAX} are the most");
                report.error(Code::TextTooLong, file.at(answer), message, "say it in a sentence");
            }
            said[kind][l] = Some(text.trim().into());
        }
    }
    said
}

/// Asks what the editor gave: every `ask` phrase must be nearest to its own section, and every question of `tests/` must
/// find what it should.
pub(super) fn check(content: &Content, asks: &[Ask<'_>], sources: &[Source], report: &mut Report) {
    for ask in asks {
        let found = content.search(&ask.phrase.value, LangId(ask.language as u8), false);
        if let Some(first) = found.first()
            && let Topic::Section(section) = first.topic
            && *content.section(section).id != *ask.section
        {
            report.warning(
                Code::StrayAsk,
                ask.file.at(ask.phrase),
                format!("this question of `{}` is nearer to `{}`", ask.section, content.section(section).id),
                "say it in words that only its own section has, or move it",
            );
        }
    }
    for source in sources {
        let Some(name) = source.path.strip_prefix(TESTS_FOLDER).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let file = File { path: &source.path, text: &source.text };
        let lang = content.language(name.trim_end_matches(".toml")).unwrap_or(content.default_language());
        for question in Reader::new(file.path, file.text, report).questions() {
            ask_question(content, file, lang, &question, report);
        }
    }
}

fn ask_question(content: &Content, file: File<'_>, lang: LangId, question: &RawQuestion, report: &mut Report) {
    let found = content.search(&question.ask.value, lang, false);
    let first_three = || {
        let name = |m: &Match| match m.topic {
            Topic::Section(section) => format!("`{}` {:.2}", content.section(section).id, m.score),
            Topic::OutOfScope => format!("not ours {:.2}", m.score),
            Topic::SmallTalk(_) => format!("a greeting {:.2}", m.score),
        };
        let names: Vec<String> = found.iter().take(3).map(name).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let mut missed = |expected: String| {
        report.warning(
            Code::MissedQuestion,
            file.at(&question.ask),
            format!("this question should find {expected}, and finds {}", first_three()),
            "add an `ask` phrase to its section in words of this kind, but not this question itself",
        );
    };
    match &question.expected {
        RawExpected::Refused => {
            if let Outcome::Answer(..) = decide(&found) {
                missed("nothing: it is not ours".into());
            }
        }
        RawExpected::Section(id) | RawExpected::Among(id) => {
            let Some(section) = content.find(&id.value) else {
                report.error(
                    Code::UnknownId,
                    file.at(id),
                    format!("the tree has no section `{}`", id.value),
                    match did_you_mean(&id.value, content.sections().map(|s| &*content.section(s).id)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name a section of palabre.toml".into(),
                    },
                );
                return;
            };
            let rank = found.iter().position(|m| m.topic == Topic::Section(section));
            match &question.expected {
                RawExpected::Section(_) if rank != Some(0) => missed(format!("`{}` first", id.value)),
                RawExpected::Among(_) if rank.is_none_or(|rank| rank > 2) => {
                    missed(format!("`{}` among the first three", id.value));
                }
                _ => {}
            }
        }
    }
}
