//! What was found → outcome: one answer, a choice of sections, talk, or nothing that is known.

use crate::content::{Found, Match, SectionId, TalkId, Topic};

/// Score from which on a section, or a talk topic, is the answer.
const ANSWER_MIN: f32 = 0.32;
/// Score from which on sections are suggested.
const SUGGEST_MIN: f32 = 0.26;
/// When the second topic's score is nearer than this to the first, sections are suggested.
const MARGIN: f32 = 0.06;
/// When the score of what is out of scope is nearer than this to the first, a section is suggested, not given: a wrong answer
/// to a stranger is worse than a question back.
const OUT_OF_SCOPE_MARGIN: f32 = 0.08;
/// The share of the answer's score from which on another section is offered below it: the right section of a question that got
/// a wrong answer is nearly always above.
const OFFER_SHARE: f32 = 0.5;
/// How many sections are suggested.
const SUGGESTIONS_MAX: usize = 3;

/// What to make of what a question found.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This section, and what else it may have been about: first the section of a second question, then the next best that are
    /// plausible. At most two.
    Answer(SectionId, Vec<SectionId>),
    /// One of these sections: at most three.
    Suggest(Vec<SectionId>),
    /// What is said back to this.
    Talk(TalkId),
    /// Nothing that is known.
    Unknown,
    /// Something that people ask and that is not the organisation's business.
    OutOfScope,
}

/// What to make of what a question found.
#[must_use]
pub fn decide(found: &Found) -> Outcome {
    let Some(first) = found.matches.first() else { return Outcome::Unknown };
    let sections = || found.matches.iter().filter(|m| m.score >= SUGGEST_MIN).filter_map(|m| m.topic.section());
    let suggest = || match sections().take(SUGGESTIONS_MAX).collect::<Vec<_>>() {
        some if some.is_empty() => Outcome::Unknown,
        some => Outcome::Suggest(some),
    };
    let section = match first.topic {
        Topic::OutOfScope => return Outcome::OutOfScope,
        Topic::Talk(talk) if first.score >= ANSWER_MIN => return Outcome::Talk(talk),
        Topic::Talk(_) => return suggest(),
        Topic::Section(section) => section,
    };
    let behind = |m: &Match| first.score - m.score;
    let second = found.matches.iter().skip(1).find(|m| m.topic != Topic::OutOfScope).map_or(1.0, behind);
    let out_of_scope = found.matches.iter().find(|m| m.topic == Topic::OutOfScope).map_or(1.0, behind);
    if first.score < ANSWER_MIN || second < MARGIN || out_of_scope < OUT_OF_SCOPE_MARGIN {
        return suggest();
    }
    let plausible = found.matches.iter().filter(|m| m.score >= OFFER_SHARE * first.score);
    let others = plausible.filter_map(|m| m.topic.section()).filter(|other| Some(*other) != found.also);
    let others = found.also.into_iter().chain(others.filter(|&other| other != section));
    Outcome::Answer(section, others.take(SUGGESTIONS_MAX - 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Content, load};
    use crate::search::Features;

    /// What comes of sections of the shipped content with these scores, and of a second question about the section of that number.
    fn decided(scores: &[f32], also: Option<usize>) -> (Vec<SectionId>, Outcome) {
        let content: Content = load::shipped(load::today()).content.expect("it has no errors");
        let sections: Vec<SectionId> = content.sections().collect();
        let language = content.default_language();
        let found = |(&score, &section): (&f32, &SectionId)| Match {
            topic: Topic::Section(section),
            language,
            score,
            features: Features::default(),
        };
        let matches = scores.iter().zip(&sections).map(found).collect();
        let outcome = decide(&Found { language, matches, also: also.map(|number| sections[number]) });
        (sections, outcome)
    }

    #[test]
    fn what_is_far_behind_is_not_offered_below_an_answer() {
        let (s, outcome) = decided(&[0.6, 0.35, 0.29, 0.04], None);
        assert_eq!(outcome, Outcome::Answer(s[0], vec![s[1]]));
        let (s, outcome) = decided(&[0.6, 0.04], None);
        assert_eq!(outcome, Outcome::Answer(s[0], vec![]));
    }

    #[test]
    fn a_second_question_is_offered_whatever_it_scores_beside_the_first() {
        let (s, outcome) = decided(&[0.6, 0.35, 0.04], Some(2));
        assert_eq!(outcome, Outcome::Answer(s[0], vec![s[2], s[1]]));
    }
}
