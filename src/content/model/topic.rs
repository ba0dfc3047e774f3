//! What a question may be about: the results of [`Content::search`](crate::content::Content::search).

use super::{LangId, SectionId};
use crate::search::Features;

/// A topic that a question may be about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The topic.
    pub topic: Topic,
    /// The language of the phrases that matched.
    pub language: LangId,
    /// From 0 to 1.
    pub score: f32,
    /// The parts of the score.
    pub features: Features,
}

/// What a question may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A section.
    Section(SectionId),
    /// Small talk.
    SmallTalk(SmallTalk),
    /// Something that people ask and that is not the organisation's business.
    OutOfScope,
}

/// What people say that is no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallTalk {
    /// "Good morning"
    Greeting,
    /// "Thank you"
    Thanks,
    /// "Goodbye"
    Farewell,
}

impl SmallTalk {
    /// Every kind, with its key under `[talk]` in `search.toml`.
    pub(in crate::content) const ALL: [(Self, &str); 3] =
        [(Self::Greeting, "greeting"), (Self::Thanks, "thanks"), (Self::Farewell, "farewell")];
}

impl Topic {
    /// The section, if the topic is one.
    #[must_use]
    pub fn section(self) -> Option<SectionId> {
        match self {
            Self::Section(section) => Some(section),
            Self::OutOfScope | Self::SmallTalk(_) => None,
        }
    }

    /// The number of topics of a content with this number of sections.
    pub(in crate::content) fn count(sections: usize) -> usize {
        sections + 1 + SmallTalk::ALL.len()
    }

    /// The topic's number in the search index of a content with this number of sections: the sections come first, then what
    /// is out of scope, then the kinds of small talk.
    pub(in crate::content) fn number(self, sections: usize) -> u32 {
        let number = match self {
            Self::Section(section) => section.index(),
            Self::OutOfScope => sections,
            Self::SmallTalk(kind) => sections + 1 + kind as usize,
        };
        // The widest and deepest tree (CHILDREN_MAX to the power of DEPTH_MAX) has 41 million sections.
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// The topic of a number: the inverse of [`Topic::number`].
    pub(in crate::content) fn of_number(number: u32, sections: usize) -> Self {
        match (number as usize).checked_sub(sections) {
            None => Self::Section(SectionId(number as usize)),
            Some(0) => Self::OutOfScope,
            Some(kind) => Self::SmallTalk(SmallTalk::ALL[(kind - 1).min(SmallTalk::ALL.len() - 1)].0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_the_inverse_of_its_number() {
        let sections = 100_000;
        let mut topics = vec![Topic::OutOfScope, Topic::Section(SectionId(0)), Topic::Section(SectionId(sections - 1))];
        topics.extend(SmallTalk::ALL.map(|(kind, _)| Topic::SmallTalk(kind)));
        for topic in topics {
            assert!((topic.number(sections) as usize) < Topic::count(sections));
            assert_eq!(Topic::of_number(topic.number(sections), sections), topic);
        }
    }
}
