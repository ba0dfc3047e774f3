//! Ranked topics → outcome: one answer, a choice of sections, small talk, or nothing that is known.

use crate::content::{LangId, Match, SectionId, SmallTalk, Topic};

/// Score from which on a section is the answer.
const ANSWER_MIN: f32 = 0.32;
/// Score from which on sections are suggested.
const SUGGEST_MIN: f32 = 0.22;
/// When the second section's score is nearer than this to the first, both are suggested.
const MARGIN: f32 = 0.02;
/// When the score of what is out of scope is nearer than this to the first, a section is suggested, not given: a wrong answer
/// to a stranger is worse than a question back.
const OUT_OF_SCOPE_MARGIN: f32 = 0.08;
/// How many sections are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// What to make of what a question found.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This section, how it was found, and the two next best.
    Answer(SectionId, Match, Vec<Match>),
    /// One of these sections: at most three.
    Suggest(Vec<Match>),
    /// No question.
    SmallTalk(SmallTalk, LangId),
    /// Nothing that is known.
    Unknown,
}

/// What to make of what a question found, best first.
#[must_use]
pub fn decide(found: &[Match]) -> Outcome {
    let Some(first) = found.first() else { return Outcome::Unknown };
    let section = match first.topic {
        Topic::SmallTalk(kind) => return Outcome::SmallTalk(kind, first.language),
        Topic::OutOfScope => return Outcome::Unknown,
        Topic::Section(_) if first.score < SUGGEST_MIN => return Outcome::Unknown,
        Topic::Section(section) => section,
    };
    let sections = found.iter().copied().filter(|m| m.topic.section().is_some()).take(SUGGESTIONS_MAX);
    let behind = |m: &Match| first.score - m.score;
    let second = found.iter().skip(1).find(|m| m.topic.section().is_some()).map_or(1.0, behind);
    let out_of_scope = found.iter().find(|m| m.topic == Topic::OutOfScope).map_or(1.0, behind);
    if first.score >= ANSWER_MIN && second >= MARGIN && out_of_scope >= OUT_OF_SCOPE_MARGIN {
        Outcome::Answer(section, *first, sections.skip(1).collect())
    } else {
        Outcome::Suggest(sections.collect())
    }
}
