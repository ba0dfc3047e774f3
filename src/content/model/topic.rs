//! What a question may be about: the results of [`Content::search`](crate::content::Content::search).

use super::{LangId, SectionId};
use crate::markup::RichText;
use crate::search::{Features, Role};

/// What a text asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The language to answer in: that of the text, else the reader's.
    pub language: LangId,
    /// What the text may be about, best first.
    pub matches: Vec<Match>,
    /// The section of a second question in it.
    pub also: Option<SectionId>,
}

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
    /// What has an answer of its own and is no section.
    Talk(TalkId),
    /// Something that people ask and that is not the organisation's business.
    OutOfScope,
}

impl Topic {
    /// The section, if the topic is one.
    #[must_use]
    pub fn section(self) -> Option<SectionId> {
        match self {
            Self::Section(section) => Some(section),
            Self::OutOfScope | Self::Talk(_) => None,
        }
    }

    /// The topic's number in the search index of a content with this number of sections: the sections come first, then what
    /// is out of scope, then the talk.
    pub(in crate::content) fn number(self, sections: usize) -> u32 {
        let number = match self {
            Self::Section(section) => section.index(),
            Self::OutOfScope => sections,
            Self::Talk(talk) => sections + 1 + talk.0,
        };
        // The widest and deepest tree (CHILDREN_MAX to the power of DEPTH_MAX) has 41 million sections.
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// The topic of a number: the inverse of [`Topic::number`].
    pub(in crate::content) fn of_number(number: u32, sections: usize) -> Self {
        match (number as usize).checked_sub(sections) {
            None => Self::Section(SectionId(number as usize)),
            Some(0) => Self::OutOfScope,
            Some(talk) => Self::Talk(TalkId(talk - 1)),
        }
    }
}

/// A talk topic of a content. Only [`Content`](crate::content::Content) makes it, so it is always one of its topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TalkId(pub(in crate::content) usize);

/// What people say that no section answers, and what is said back: a greeting, a question whether this is a robot, an alarm.
#[derive(Debug)]
pub struct Talk {
    /// The name that the editor gave it, as in `[talk.donations]`: 1 to 32 of `a-z0-9_`.
    pub name: Box<str>,
    /// The name in the metrics: `talk_` and the name.
    pub metric: Box<str>,
    /// What it means for the rest of a message.
    pub kind: TalkKind,
    /// The answer in each language that has one.
    pub(in crate::content) answers: Vec<Option<TalkAnswer>>,
}

/// What is said back.
#[derive(Clone, Debug)]
pub struct TalkAnswer {
    /// At most 1,000 UTF-16 units.
    pub text: RichText,
    /// A section that leads on.
    pub section: Option<SectionId>,
}

/// What a talk topic means for the rest of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TalkKind {
    /// A question, or something that is met like one.
    Question,
    /// A greeting, thanks, a goodbye, an "ok": no question.
    Courtesy,
    /// An alarm, which wins over all else that a message says.
    Urgent,
}

impl TalkKind {
    /// The names of the topics that are courtesy.
    pub(in crate::content) const COURTESY: [&str; 4] = ["greeting", "thanks", "farewell", "acknowledgement"];

    pub(in crate::content) fn role(self) -> Role {
        match self {
            Self::Question => Role::Talk,
            Self::Courtesy => Role::Courtesy,
            Self::Urgent => Role::Urgent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_the_inverse_of_its_number() {
        let sections = 100_000;
        let section = |number| Topic::Section(SectionId(number));
        for topic in
            [section(0), section(sections - 1), Topic::OutOfScope, Topic::Talk(TalkId(0)), Topic::Talk(TalkId(40))]
        {
            assert_eq!(Topic::of_number(topic.number(sections), sections), topic);
        }
    }
}
