//! What to make of what a question may be about: the answer, a choice, a greeting, or "I do not know".

use crate::content::{LangId, Match, SmallTalk, Topic};

/// A section is the answer from this score on.
const ANSWER: f32 = 0.32;
/// Below it, sections are offered from this score on.
const SUGGEST: f32 = 0.22;
/// When the second is nearer than this to the first, both are offered.
const MARGIN: f32 = 0.02;
/// When what is not ours is nearer than this to the first, a section is offered, not given: a wrong answer to a stranger is
/// worse than a question back.
const OUT_OF_SCOPE_MARGIN: f32 = 0.08;
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
    SmallTalk(SmallTalk, LangId),
    /// Nothing that is known.
    Unknown,
}

/// What to make of what a question may be about, best first.
#[must_use]
pub fn decide(found: &[Match]) -> Outcome {
    let Some(first) = found.first() else { return Outcome::Unknown };
    let mut sections = found.iter().copied().filter(|m| matches!(m.topic, Topic::Section(_))).take(OFFERED);
    match first.topic {
        Topic::SmallTalk(talk) => Outcome::SmallTalk(talk, first.language),
        Topic::OutOfScope => Outcome::Unknown,
        Topic::Section(_) if first.score < SUGGEST => Outcome::Unknown,
        Topic::Section(_) => {
            let behind = |m: &Match| first.score - m.score;
            let second = found.iter().skip(1).find(|m| matches!(m.topic, Topic::Section(_))).map_or(1.0, behind);
            let not_ours = found.iter().find(|m| m.topic == Topic::OutOfScope).map_or(1.0, behind);
            if first.score >= ANSWER && second >= MARGIN && not_ours >= OUT_OF_SCOPE_MARGIN {
                Outcome::Answer(*first, sections.skip(1).collect())
            } else {
                Outcome::Suggest(sections.by_ref().collect())
            }
        }
    }
}
