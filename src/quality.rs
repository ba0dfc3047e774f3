//! The quality of a content's search: it is asked the questions that its editors wrote, and what it misses is reported.
//!
//! This takes longer than all other checks together, so it runs in `palabre check` and `palabre doctor`, not at a start.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use serde::Serialize;

use crate::bot::outcome::{Outcome, decide};
use crate::content::builtin;
use crate::content::files::Role;
use crate::content::load::{self, HeldOut, Loaded};
use crate::content::schema::{RawExpected, RawQuestion, Reader, Spanned};
use crate::content::translations;
use crate::content::{Content, Found, LangId, Match, SectionId, Shortcut, TalkKind, Topic};
use crate::diag::{Code, Report, Source, did_you_mean};
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;
use crate::search::{Features, Index};

/// The number of folds of the cross-validation: the phrases of one fold are asked of an index of the others. More folds take
/// longer and change the figures little.
const FOLDS: usize = 10;
/// A section of which less than this share of its phrases is found without them has too few, or those of another.
const SHARE_MIN: f32 = 0.8;

/// Adds to the report of a content without errors: each `ask` phrase that is nearer to another section than to its own, and
/// each question of `tests/` that does not find what it should; each translation whose source text has changed since.
#[must_use]
pub fn check(loaded: Loaded) -> Loaded {
    let Loaded { content, damaged, mut report, media } = loaded;
    let Some(content) = content else {
        load::check_questions(&mut report);
        return Loaded::new(damaged, report, media);
    };
    let published = load::as_published(&content, &report.sources, &media);
    let published = published.as_ref().unwrap_or(&content);
    let check_source = |source: usize| check_source(&content, published, &report.sources[source]);
    let found = on_all_processors(report.sources.len(), check_source);
    report.diagnostics.extend(found.into_iter().flat_map(|found| found.diagnostics));
    report.diagnostics.extend(translations::stale(&content, &report.sources).diagnostics);
    Loaded::new(Some(content), report, media)
}

/// `content` has all of the sections; `published` those that readers see.
fn check_source(content: &Content, published: &Content, source: &Source) -> Report {
    let mut report = Report::default();
    match Role::of(&source.path) {
        Some(Role::Sections(language)) => {
            // A file of a folder that is no language would have been an error.
            let Some(lang) = content.language(language) else { return report };
            for text in Reader::new(source, &mut report).section_texts() {
                text.ask.iter().for_each(|ask| check_ask(content, source, lang, &text.id.value, ask, &mut report));
            }
        }
        Some(Role::Questions(language)) => {
            let lang = content.language(language).unwrap_or(content.default_language());
            for question in Reader::new(source, &mut report).questions() {
                let asked = if is_published(published, &question.expected) { published } else { content };
                check_question(asked, source, lang, &question, &mut report);
            }
        }
        _ => {}
    }
    report
}

/// The results for the numbers below `count`, in their order, worked out on as many threads as there are processors.
fn on_all_processors<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || {
        let next = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < count);
        std::iter::from_fn(next).map(|number| (number, work(number))).collect::<Vec<_>>()
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        threads.into_iter().flat_map(join).collect()
    });
    results.sort_by_key(|&(number, _)| number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// What each language that has no `search.toml` is searched with, in words. A content whose other languages have one gets a
/// warning instead.
#[must_use]
pub fn built_in(loaded: &Loaded) -> Vec<(Tag, Message)> {
    let has_search = |source: &Source| matches!(Role::of(&source.path), Some(Role::Search(_)));
    let Some(content) = &loaded.content else { return Vec::new() };
    if loaded.report.sources.iter().any(has_search) {
        return Vec::new();
    }
    let tags = content.languages().map(|language| content.tag(language));
    tags.map(|tag| (tag.clone(), builtin::describe(tag.as_str()))).collect()
}

/// How many of a content's `ask` phrases find their section when they are not among the phrases: an estimate of how many
/// people's questions do. It is on the low side, for each phrase that an editor adds says what no other says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AskFigure {
    /// The tag of the language.
    pub language: String,
    /// The section; `None` stands for all of the language.
    pub section: Option<String>,
    /// How many phrases were asked.
    pub asked: usize,
    /// How many of them found their section first.
    pub found: usize,
}

impl AskFigure {
    /// The share that was found, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        self.found as f32 / self.asked.max(1) as f32
    }

    /// The share in words, without what it is of.
    pub(crate) fn to_message(&self) -> Message {
        let (found, asked) = (self.found, self.asked);
        let percent = format!("{:.0}", self.share() * 100.0);
        match self.section {
            None => message!(
                "{found} of {asked} `ask` phrases ({percent} %) are found when they are left out",
                found,
                asked,
                percent
            ),
            Some(_) => message!("{found} of {asked} ({percent} %)", found, asked, percent),
        }
    }

    /// Whether it is of a section that is found less than 80 % of the time.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.section.is_some() && self.share() < SHARE_MIN
    }
}

/// The figures of each language, and after each those of its sections.
#[must_use]
pub fn ask_figures(loaded: &Loaded) -> Vec<AskFigure> {
    let Some(content) = &loaded.content else { return Vec::new() };
    let sources = &loaded.report.sources;
    let phrases = ask_phrases(content, sources);
    let found = load::with_phrases_held_out(content, sources, |index_without| {
        // Each holds an index while it works.
        on_all_processors(FOLDS, |fold| found_of_fold(content, &phrases, fold, index_without))
    });
    let mut counts: BTreeMap<(LangId, SectionId), Count> = BTreeMap::new();
    phrases.iter().for_each(|phrase| counts.entry((phrase.language, phrase.section)).or_default().asked += 1);
    let found = found.into_iter().flatten().flatten();
    found.for_each(|phrase| counts.entry((phrase.language, phrase.section)).or_default().found += 1);
    let figure = |language: LangId, section: Option<SectionId>, Count { asked, found }: Count| AskFigure {
        language: content.tag(language).to_string(),
        section: section.map(|section| content.section(section).id.to_string()),
        asked,
        found,
    };
    let of_language = |language: LangId| {
        let of_sections: Vec<_> = counts.iter().filter(|((of, _), _)| *of == language).collect();
        let all = of_sections.iter().fold(Count::default(), |all, (_, count)| Count {
            asked: all.asked + count.asked,
            found: all.found + count.found,
        });
        let sections = of_sections.into_iter().map(|(&(_, section), &count)| figure(language, Some(section), count));
        std::iter::once(figure(language, None, all))
            .filter(|figure| figure.asked > 0)
            .chain(sections)
            .collect::<Vec<_>>()
    };
    content.languages().flat_map(of_language).collect()
}

/// The phrases of a fold that are found without it.
fn found_of_fold<'a>(
    content: &Content,
    phrases: &'a [AskPhrase],
    fold: usize,
    index_without: &(dyn Fn(HeldOut) -> Index + Sync),
) -> Vec<&'a AskPhrase> {
    let held_out = HeldOut { fold, folds: FOLDS };
    let index = index_without(held_out);
    let is_found = |phrase: &&AskPhrase| {
        let found = content.search_in(&index, &phrase.text, phrase.language, false);
        found.matches.first().is_some_and(|first| first.topic == Topic::Section(phrase.section))
    };
    phrases.iter().filter(|phrase| held_out.has(phrase.number)).filter(is_found).collect()
}

#[derive(Clone, Copy, Default)]
struct Count {
    asked: usize,
    found: usize,
}

/// An `ask` phrase.
struct AskPhrase {
    language: LangId,
    section: SectionId,
    /// Its place among the phrases of its section.
    number: usize,
    text: String,
}

fn ask_phrases(content: &Content, sources: &[Source]) -> Vec<AskPhrase> {
    let mut phrases = Vec::new();
    for source in sources {
        let Some(Role::Sections(tag)) = Role::of(&source.path) else { continue };
        let Some(language) = content.language(tag) else { continue };
        for text in Reader::new(source, &mut Report::default()).section_texts() {
            let Some(section) = content.find(&text.id.value) else { continue };
            let ask = text.ask.into_iter().enumerate();
            phrases.extend(ask.map(|(number, ask)| AskPhrase { language, section, number, text: ask.value }));
        }
    }
    phrases
}

fn check_ask(content: &Content, file: &Source, lang: LangId, own: &str, ask: &Spanned<String>, report: &mut Report) {
    let nearest = content.search(&ask.value, lang, false).matches.first().and_then(|first| first.topic.section());
    if let Some(nearest) = nearest.map(|section| &*content.section(section).id).filter(|nearest| *nearest != own) {
        report.warning(
            Code::StrayAsk,
            ask.location(file),
            message!("this question of `{own}` is nearer to `{nearest}`", own, nearest),
            message!("say it in words that only its own section has, or move it"),
        );
    }
}

/// Whether readers see the sections that a question may find. One that expects a draft, or a section of another day, is asked of
/// all sections; a section that nobody sees wins no other question.
fn is_published(published: &Content, expected: &RawExpected) -> bool {
    match expected {
        RawExpected::Section(ids) | RawExpected::Among(ids) | RawExpected::Offered(ids) => {
            ids.iter().all(|id| published.find(&id.value).is_some())
        }
        RawExpected::Talk(_) | RawExpected::Refused => true,
    }
}

fn check_question(content: &Content, file: &Source, lang: LangId, question: &RawQuestion, report: &mut Report) {
    let found = found(content, &question.ask.value, lang);
    let outcome = decide(&found);
    let is_known = match &question.expected {
        RawExpected::Section(ids) | RawExpected::Among(ids) | RawExpected::Offered(ids) => {
            // Each that is unknown is reported.
            ids.iter().filter(|id| !is_section(content, file, id, report)).count() == 0
        }
        RawExpected::Talk(name) => is_talk(content, file, name, report),
        RawExpected::Refused => true,
    };
    if !is_known {
        return;
    }
    let is_one_of = |ids: &[Spanned<String>], topic: Topic| {
        topic.section().is_some_and(|section| ids.iter().any(|id| *id.value == *content.section(section).id))
    };
    let names = |ids: &[Spanned<String>]| {
        let names = ids.iter().map(|id| format!("`{}`", id.value));
        names.reduce(|all, name| all + " / " + &name).unwrap_or_default()
    };
    let missed = match &question.expected {
        RawExpected::Refused => match outcome {
            Outcome::Answer(..) => true,
            Outcome::Talk(talk) => content.talk(talk).kind == TalkKind::Urgent,
            _ => false,
        }
        .then(|| message!("nothing: it is not ours")),
        RawExpected::Section(ids) => {
            let first = found.matches.first().is_some_and(|first| is_one_of(ids, first.topic));
            (!first).then(|| message!("{sections} first", sections = names(ids)))
        }
        RawExpected::Among(ids) => {
            let among = found.matches.iter().take(3).any(|m| is_one_of(ids, m.topic));
            (!among).then(|| message!("{sections} among the first three", sections = names(ids)))
        }
        RawExpected::Offered(ids) => {
            let offered = matches!(&outcome, Outcome::Suggest(some)
                if some.iter().any(|&section| is_one_of(ids, Topic::Section(section))));
            (!offered).then(|| message!("a choice with {sections}", sections = names(ids)))
        }
        RawExpected::Talk(name) => {
            let said = matches!(outcome, Outcome::Talk(talk) if *content.talk(talk).name == *name.value);
            (!said).then(|| message!("the talk `{name}`", name = name.value))
        }
    };
    let help = match &question.expected {
        RawExpected::Refused => {
            message!("add a phrase to `not_ours` of search.toml in words of this kind, but not this question itself")
        }
        RawExpected::Talk(name) => message!(
            "add an `ask` phrase to `[talk.{name}]` in words of this kind, but not this question itself",
            name = name.value
        ),
        _ => message!("add an `ask` phrase to its section in words of this kind, but not this question itself"),
    };
    if let Some(expected) = missed {
        report.warning(
            Code::MissedQuestion,
            question.ask.location(file),
            message!(
                "this question should find {expected}, and finds {found}",
                expected,
                found = first_three(content, &found)
            ),
            help,
        );
    }
    let Some(language) = &question.language else { return };
    let Some(expected) = content.language(&language.value) else {
        let help = message!("name a language of the content");
        let message = message!("there is no language `{language}`", language = language.value);
        report.error(Code::UnknownId, language.location(file), message, help);
        return;
    };
    if expected != found.language {
        let answered = content.tag(found.language);
        report.warning(
            Code::MissedQuestion,
            question.ask.location(file),
            message!(
                "this question should be answered in `{language}`, and is in `{answered}`",
                language = language.value,
                answered
            ),
            message!("add phrases in its words to the language that it is written in"),
        );
    }
}

/// What a text finds; what needs no search is found for certain.
fn found(content: &Content, text: &str, reader: LangId) -> Found {
    let Some((language, shortcut)) = content.shortcut(text, reader) else {
        return content.search(text, reader, false);
    };
    let topic = match shortcut {
        Shortcut::Section(section) => Some(Topic::Section(section)),
        Shortcut::Talk(talk) => Some(Topic::Talk(talk)),
        Shortcut::Home | Shortcut::Help | Shortcut::Language(_) => None,
    };
    let certain = |topic| Match { topic, language, score: 1.0, features: Features::default() };
    Found { language, matches: topic.map(certain).into_iter().collect(), also: None }
}

fn is_section(content: &Content, file: &Source, id: &Spanned<String>, report: &mut Report) -> bool {
    let found = content.find(&id.value).map(|section| &*content.section(section).id);
    let is_known = found == Some(&*id.value);
    if !is_known {
        let near = || did_you_mean(&id.value, content.sections().map(|s| &*content.section(s).id));
        load::unknown_expected(file, id, found.or_else(near), report);
    }
    is_known
}

fn is_talk(content: &Content, file: &Source, name: &Spanned<String>, report: &mut Report) -> bool {
    let is_known = content.talks().any(|talk| *content.talk(talk).name == *name.value);
    if !is_known {
        let help = match did_you_mean(&name.value, content.talks().map(|talk| &*content.talk(talk).name)) {
            Some(near) => message!("did you mean `{near}`?", near),
            None => message!("name one that stands under `[talk]` in a search.toml"),
        };
        report.error(
            Code::UnknownId,
            name.location(file),
            message!("there is no talk `{name}`", name = name.value),
            help,
        );
    }
    is_known
}

fn first_three(content: &Content, found: &Found) -> Message {
    let name = |m: &Match| {
        let score = format!("{:.2}", m.score);
        match m.topic {
            Topic::Section(section) => Message::verbatim(format!("`{}` {score}", content.section(section).id)),
            Topic::OutOfScope => message!("not ours {score}", score),
            Topic::Talk(talk) => message!("the talk `{name}` {score}", name = content.talk(talk).name, score),
        }
    };
    let names: Vec<Message> = found.matches.iter().take(3).map(name).collect();
    if names.is_empty() { message!("nothing") } else { Message::joined(names, ", ") }
}
