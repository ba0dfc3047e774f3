//! The quality of a content's search: it is asked the questions that its editors wrote, and what it misses is reported.
//!
//! This takes longer than all other checks together, so it runs in `palabre check` and `palabre doctor`, not at a start.

use crate::bot::outcome::{Outcome, decide};
use crate::content::files::Role;
use crate::content::load::Loaded;
use crate::content::schema::{RawExpected, RawQuestion, Reader, Spanned};
use crate::content::{Content, LangId, Match, Topic};
use crate::diag::{Code, Report, Source, did_you_mean};

/// Adds to the report of a content without errors: each `ask` phrase that is nearer to another section than to its own, and
/// each question of `tests/` that does not find what it should.
#[must_use]
pub fn check(loaded: Loaded) -> Loaded {
    let Loaded { content: Some(content), mut report } = loaded else { return loaded };
    let sources = std::mem::take(&mut report.sources);
    for source in &sources {
        match Role::of(&source.path) {
            Some(Role::Sections(language)) => {
                // A file of a folder that is no language would have been an error.
                let Some(lang) = content.language(language) else { continue };
                for text in Reader::new(source, &mut report).section_texts() {
                    text.ask.iter().for_each(|ask| check_ask(&content, source, lang, &text.id.value, ask, &mut report));
                }
            }
            Some(Role::Questions(language)) => {
                let lang = content.language(language).unwrap_or(content.default_language());
                for question in Reader::new(source, &mut report).questions() {
                    check_question(&content, source, lang, &question, &mut report);
                }
            }
            _ => {}
        }
    }
    report.sources = sources;
    Loaded::new(Some(content), report)
}

fn check_ask(content: &Content, file: &Source, lang: LangId, own: &str, ask: &Spanned<String>, report: &mut Report) {
    let nearest = content.search(&ask.value, lang, false).first().and_then(|first| first.topic.section());
    if let Some(nearest) = nearest.map(|section| &*content.section(section).id).filter(|nearest| *nearest != own) {
        report.warning(
            Code::StrayAsk,
            ask.location(file),
            format!("this question of `{own}` is nearer to `{nearest}`"),
            "say it in words that only its own section has, or move it",
        );
    }
}

fn check_question(content: &Content, file: &Source, lang: LangId, question: &RawQuestion, report: &mut Report) {
    let found = content.search(&question.ask.value, lang, false);
    let missed = match &question.expected {
        RawExpected::Refused => {
            matches!(decide(&found), Outcome::Answer(..)).then(|| "nothing: it is not ours".to_owned())
        }
        RawExpected::Section(id) | RawExpected::Among(id) => {
            let Some(section) = content.find(&id.value) else {
                unknown_section(content, file, id, report);
                return;
            };
            let rank = found.iter().position(|m| m.topic == Topic::Section(section));
            match &question.expected {
                RawExpected::Section(_) => (rank != Some(0)).then(|| format!("`{}` first", id.value)),
                _ => rank.is_none_or(|rank| rank > 2).then(|| format!("`{}` among the first three", id.value)),
            }
        }
    };
    if let Some(expected) = missed {
        report.warning(
            Code::MissedQuestion,
            question.ask.location(file),
            format!("this question should find {expected}, and finds {}", first_three(content, &found)),
            "add an `ask` phrase to its section in words of this kind, but not this question itself",
        );
    }
}

fn unknown_section(content: &Content, file: &Source, id: &Spanned<String>, report: &mut Report) {
    let help = match did_you_mean(&id.value, content.sections().map(|s| &*content.section(s).id)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a section of palabre.toml".into(),
    };
    let message = format!("the tree has no section `{}`", id.value);
    report.error(Code::UnknownId, id.location(file), message, help);
}

fn first_three(content: &Content, found: &[Match]) -> String {
    let name = |m: &Match| match m.topic {
        Topic::Section(section) => format!("`{}` {:.2}", content.section(section).id, m.score),
        Topic::OutOfScope => format!("not ours {:.2}", m.score),
        Topic::SmallTalk(_) => format!("a greeting {:.2}", m.score),
    };
    let names: Vec<String> = found.iter().take(3).map(name).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
