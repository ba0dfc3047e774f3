//! What to make of what a question may be about: the answer, a choice, a greeting, or "I do not know".

use super::{LangId, Match, Talk, Topic};

/// A section is the answer from this score on.
const ANSWER: f32 = 0.26;
/// Below it, sections are offered from this score on.
const SUGGEST: f32 = 0.13;
/// When the second is nearer than this to the first, both are offered.
const MARGIN: f32 = 0.005;
/// A greeting is one from this score on.
const TALK: f32 = 0.45;
/// How many sections are offered.
const OFFERED: usize = 3;

/// What to make of what a question may be about.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This section, and the next two.
    Answer(Match, Vec<Match>),
    /// One of these sections: at most three.
    Suggest(Vec<Match>),
    /// No question.
    Talk(Talk, LangId),
    /// Nothing that is known.
    Unknown,
}

/// What to make of what a question may be about, best first.
#[must_use]
pub fn decide(found: &[Match]) -> Outcome {
    let Some(first) = found.first() else { return Outcome::Unknown };
    let sections = || found.iter().copied().filter(|m| matches!(m.topic, Topic::Section(_))).take(OFFERED);
    match first.topic {
        Topic::Talk(talk) if first.score >= TALK => Outcome::Talk(talk, first.language),
        Topic::NotOurs | Topic::Talk(_) => Outcome::Unknown,
        Topic::Section(_) if first.score < SUGGEST => Outcome::Unknown,
        Topic::Section(_) => {
            let margin = found.get(1).map_or(1.0, |second| first.score - second.score);
            if first.score >= ANSWER && margin >= MARGIN {
                Outcome::Answer(*first, sections().skip(1).collect())
            } else {
                Outcome::Suggest(sections().collect())
            }
        }
    }
}
