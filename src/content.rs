//! Everything an organisation has to say: a type that cannot be wrong.
//!
//! A [`Content`] comes from [`load`] only, through `validate`, which reports every problem at once. What is in it is
//! proven: every section has words in every language (its own, or those of the language it falls back to), every
//! command and id is unique, every page fits a message. So nothing here returns an `Option` that only a bug leaves empty.

pub mod load;
mod schema;
mod validate;
mod version;

use std::collections::HashMap;
use std::sync::LazyLock;

use self::load::YearMonth;
use crate::lang::{Tag, primary_subtag};
use crate::markup::RichText;
use crate::search::{Features, Index, Ranked};
pub use version::Version;

/// A section's id: 1 to 32 of `a-z0-9_`. With it, callback data stays under Telegram's 64 bytes and a start payload
/// under its 64 characters.
pub const ID_MAX: usize = 32;
/// The deepest tree of sections.
pub const DEPTH_MAX: usize = 4;
/// Sections on one page: Telegram shows at most 100 buttons, of which a page needs a few for its own.
pub const CHILDREN_MAX: usize = 80;
/// Languages of a content: each has a button on one page.
pub const LANGUAGES_MAX: usize = 80;
/// Phone numbers of an organisation: each has a button on the contact page.
pub const PHONES_MAX: usize = 8;
/// Characters of the organisation's name, as of a person's first name on Telegram.
pub const NAME_MAX: usize = 64;
/// Bytes of a contact card (Bot API, `sendContact`).
pub const VCARD_MAX: usize = 2_048;
/// UTF-16 units of a section's title: a heading that fits a phone's screen.
pub const TITLE_MAX: usize = 128;
/// UTF-16 units of a message (Bot API, `sendMessage`).
pub const MESSAGE_MAX: usize = 4_096;
/// UTF-16 units of a body on one page: 4,096 (Telegram's limit of a message) less room for title, summary and notes.
pub const BODY_PAGE_MAX: usize = 3_000;
/// Pages that a body may take.
pub const BODY_PAGES_MAX: usize = 3;
/// Bytes of a button's label: longer ones are cut on phones.
pub const LABEL_MAX: usize = 64;

/// A small-talk topic counts from this score on. Below it a question begins with a greeting.
const SMALL_TALK_MIN: f32 = 0.45;

/// A language of a content. Only [`Content`] makes it, so it is always one of its languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LangId(u8);

/// A section of a content. Only [`Content`] makes it, so it is always one of its sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(u16);

/// A section: its place in the tree and its words in every language.
#[derive(Debug)]
pub struct Section {
    /// The public id, as it stands in links and callback data.
    pub id: Box<str>,
    /// The section above; `None` when home is.
    pub parent: Option<SectionId>,
    /// The sections below, in order.
    pub children: Vec<SectionId>,
    /// The neighbours under the same parent.
    pub siblings: Siblings,
    /// Whether the page has the buttons that copy the numbers and the address, and the contact card.
    pub contact: bool,
    /// The words of every language, in the order of [`Content::languages`].
    words: Vec<Words>,
}

/// The neighbours of a section under the same parent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Siblings {
    /// The one before.
    pub previous: Option<SectionId>,
    /// The one after.
    pub next: Option<SectionId>,
}

/// A section's words for the readers of one language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The language the words are in: another than the reader's when they are not translated yet.
    pub language: LangId,
    /// Emoji and title.
    pub title: Box<str>,
    /// What the section's button says: emoji and title, or a shorter label. At most [`LABEL_MAX`] bytes.
    pub label: Box<str>,
    /// One line, for lists and previews.
    pub summary: Box<str>,
    /// The body, cut into one to [`BODY_PAGES_MAX`] pages of at most [`BODY_PAGE_MAX`] UTF-16 units.
    pub pages: Vec<RichText>,
}

/// How to reach the organisation.
#[derive(Debug, Default)]
pub struct Contact {
    /// The name on a contact card.
    pub name: Box<str>,
    /// Phone numbers as people dial them from abroad (`+44 20 7946 0958`).
    pub phones: Vec<Box<str>>,
    /// The postal address, 1 to 256 characters; empty when there is none.
    pub address: Box<str>,
}

impl Contact {
    /// The contact as a vCard 3.0 (RFC 2426), at most [`VCARD_MAX`] bytes.
    #[must_use]
    pub fn vcard(&self) -> String {
        let escape =
            |text: &str| text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n");
        let name = escape(&self.name);
        let mut vcard = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nORG:{name}\r\n");
        for phone in &self.phones {
            let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            vcard.push_str(&format!("TEL;TYPE=WORK,VOICE:{digits}\r\n"));
        }
        if !self.address.is_empty() {
            vcard.push_str(&format!("ADR;TYPE=WORK:;;{};;;;\r\n", escape(&self.address)));
        }
        vcard.push_str("END:VCARD");
        vcard
    }
}

/// The sentences of the interface in one language.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The language's name for itself.
    pub name: Box<str>,
    /// What Telegram shows before the first message: at most 512 characters.
    pub description: Box<str>,
    /// What Telegram shows in the bot's profile: at most 120 characters.
    pub short_description: Box<str>,
    /// The home page.
    pub home: RichText,
    /// The help page before its list of commands.
    pub help: RichText,
    /// The help page after its list of commands.
    pub help_end: RichText,
    /// The question above the languages.
    pub languages: RichText,
    /// Said to a question that nothing here answers.
    pub unknown: Box<str>,
    /// Said above the sections that a question may be about.
    pub suggest: Box<str>,
    /// Said above the nearest commands.
    pub unknown_command: Box<str>,
    /// Said to a command that is like no other.
    pub no_command: Box<str>,
    /// Said when a button is not understood: at most 200 characters.
    pub old_button: Box<str>,
    /// Said once to somebody who writes faster than anybody reads: at most 200 characters.
    pub flood: Box<str>,
    /// Said when something broke.
    pub trouble: Box<str>,
    /// Said above words of another language: `{language}`.
    pub untranslated: Box<str>,
    /// Where the facts are from and of which month.
    pub facts: Box<str>,
    /// Button: home.
    pub button_home: Box<str>,
    /// Button: the section above, `{title}`.
    pub button_back: Box<str>,
    /// Button: the section before.
    pub button_previous: Box<str>,
    /// Button: the section after.
    pub button_next: Box<str>,
    /// Button: the next page, `{page}` of `{pages}`.
    pub button_more: Box<str>,
    /// Button: the page before, `{page}` of `{pages}`.
    pub button_less: Box<str>,
    /// Button: the list of languages.
    pub button_languages: Box<str>,
    /// Button: copy a number, `{phone}`.
    pub button_copy_phone: Box<str>,
    /// Button: copy the address.
    pub button_copy_address: Box<str>,
    /// Button: the contact card.
    pub button_card: Box<str>,
    /// Button: share this page.
    pub button_share: Box<str>,
    /// Button: open a chat with the bot.
    pub button_open: Box<str>,
    /// Button: let everybody in the group see this page.
    pub button_everyone: Box<str>,
    /// Button: another section that a question may have been about, `{title}`.
    pub button_rather: Box<str>,
}

/// What a command opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandTarget {
    /// The home page.
    Start,
    /// The help page.
    Help,
    /// The languages.
    Language,
    /// The answer to the question behind the command.
    Ask,
    /// A section.
    Section(SectionId),
}

/// What a command's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it opens.
    pub target: CommandTarget,
    /// The language whose word the name is; `None` when it is nobody's or several languages share it.
    pub language: Option<LangId>,
}

/// A line of the menu of commands in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// The command without its slash: 1 to 32 of `a-z0-9_`.
    pub command: Box<str>,
    /// What it does: 1 to 256 characters.
    pub description: Box<str>,
}

/// What questions are compared with, once it is needed: preparing it takes most of the time of a start, and commands do
/// without.
type Search = LazyLock<Index, Box<dyn FnOnce() -> Index + Send>>;

/// Everything an organisation has to say.
#[derive(Debug)]
pub struct Content {
    version: Version,
    tags: Vec<Tag>,
    default: LangId,
    interfaces: Vec<Interface>,
    menus: Vec<Vec<MenuEntry>>,
    sections: Vec<Section>,
    top: Vec<SectionId>,
    by_id: HashMap<Box<str>, SectionId>,
    commands: HashMap<Box<str>, Command>,
    contact: Contact,
    facts_checked: YearMonth,
    search: Search,
    /// What is said back to what is no question, by kind and language.
    talk: Vec<Vec<Option<Box<str>>>>,
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
    /// Every kind, with its name in `search.toml`.
    const ALL: [(Self, &str); 3] =
        [(Self::Greeting, "greeting"), (Self::Thanks, "thanks"), (Self::Farewell, "farewell")];
}

/// What a question may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A section.
    Section(SectionId),
    /// No question.
    SmallTalk(SmallTalk),
    /// Something that people ask and that is not the organisation's business.
    OutOfScope,
}

impl Topic {
    /// The section, if it is one.
    #[must_use]
    pub fn section(self) -> Option<SectionId> {
        match self {
            Self::Section(section) => Some(section),
            Self::OutOfScope | Self::SmallTalk(_) => None,
        }
    }

    /// The topic of a number in [`Content::search`], of a content with so many sections.
    fn of_number(number: u32, sections: usize) -> Self {
        match (number as usize).checked_sub(sections) {
            None => Self::Section(SectionId(number as u16)),
            Some(0) => Self::OutOfScope,
            Some(kind) => Self::SmallTalk(SmallTalk::ALL[(kind - 1).min(SmallTalk::ALL.len() - 1)].0),
        }
    }
}

/// A topic that a question may be about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The topic.
    pub topic: Topic,
    /// The language of the words that matched.
    pub language: LangId,
    /// From 0 to 1.
    pub score: f32,
    /// What the score is made of.
    pub features: Features,
}

impl Content {
    /// Which words these are.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The languages, in the order of their buttons.
    pub fn languages(&self) -> impl ExactSizeIterator<Item = LangId> + use<> {
        (0..self.tags.len()).map(|i| LangId(i as u8))
    }

    /// The language for those of whom nothing is known.
    #[must_use]
    pub fn default_language(&self) -> LangId {
        self.default
    }

    /// The tag of a language.
    #[must_use]
    pub fn tag(&self, lang: LangId) -> &Tag {
        &self.tags[usize::from(lang.0)]
    }

    /// The language of a tag, if the content has it.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<LangId> {
        self.languages().find(|&lang| self.tag(lang).as_str() == tag)
    }

    /// The language for a person whose app says `language_code`, an IETF tag such as `fr-CA`.
    #[must_use]
    pub fn language_for(&self, language_code: Option<&str>) -> LangId {
        language_code.and_then(|code| self.language(&primary_subtag(code))).unwrap_or(self.default)
    }

    /// The sentences of the interface.
    #[must_use]
    pub fn interface(&self, lang: LangId) -> &Interface {
        &self.interfaces[usize::from(lang.0)]
    }

    /// The menu of commands in a private chat.
    #[must_use]
    pub fn menu(&self, lang: LangId) -> &[MenuEntry] {
        // Who is alone with the bot asks without a command.
        self.group_menu(lang).split_first().map_or(&[], |(_ask, menu)| menu)
    }

    /// The menu of commands in a group: asking a question comes first.
    #[must_use]
    pub fn group_menu(&self, lang: LangId) -> &[MenuEntry] {
        &self.menus[usize::from(lang.0)]
    }

    /// A section.
    #[must_use]
    pub fn section(&self, section: SectionId) -> &Section {
        &self.sections[usize::from(section.0)]
    }

    /// A section's words for the readers of a language.
    #[must_use]
    pub fn words(&self, section: SectionId, lang: LangId) -> &Words {
        &self.section(section).words[usize::from(lang.0)]
    }

    /// All sections, each before those below it.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = SectionId> + use<> {
        (0..self.sections.len()).map(|i| SectionId(i as u16))
    }

    /// The sections under home, in order.
    #[must_use]
    pub fn top(&self) -> &[SectionId] {
        &self.top
    }

    /// The section of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<SectionId> {
        self.by_id.get(id).copied()
    }

    /// What a command means; `name` is without its slash, in any case.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<Command> {
        self.commands.get(name.to_ascii_lowercase().as_str()).copied()
    }

    /// All names of commands and what they mean.
    pub fn commands(&self) -> impl Iterator<Item = (&str, Command)> {
        self.commands.iter().map(|(name, command)| (name.as_ref(), *command))
    }

    /// What a question may be about, best first. `unfinished` when its last word may be the beginning of one; between
    /// languages that match about equally well, `reader` decides.
    #[must_use]
    pub fn search(&self, question: &str, reader: LangId, unfinished: bool) -> Vec<Match> {
        let ranking = self.search.rank(question, usize::from(reader.0), unfinished);
        let found = |ranked: Ranked| Match {
            topic: Topic::of_number(ranked.topic, self.sections.len()),
            language: LangId(ranked.language as u8),
            score: ranked.score,
            features: ranked.features,
        };
        let is_something = |m: &Match| !matches!(m.topic, Topic::SmallTalk(_)) || m.score >= SMALL_TALK_MIN;
        ranking.into_iter().map(found).filter(is_something).collect()
    }

    /// Prepares for questions now, which takes some 15 ms for the shipped content; the first question does it otherwise.
    pub fn prepare(&self) {
        LazyLock::force(&self.search);
    }

    /// The words of a question that stand in the content's own phrases, in any language: nobody's name, number or sentence,
    /// unless an editor wrote it.
    #[must_use]
    pub fn familiar_words(&self, question: &str) -> Vec<String> {
        self.search.known_words(question)
    }

    /// What is said back to what is no question; `None` when the language has nothing to say.
    #[must_use]
    pub fn talk(&self, talk: SmallTalk, lang: LangId) -> Option<&str> {
        self.talk[talk as usize][usize::from(lang.0)].as_deref()
    }

    /// The month of which the facts are.
    #[must_use]
    pub fn facts_checked(&self) -> YearMonth {
        self.facts_checked
    }

    /// How to reach the organisation.
    #[must_use]
    pub fn contact(&self) -> &Contact {
        &self.contact
    }
}
