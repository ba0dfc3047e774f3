//! The proven content and its parts. Only `validate` builds one.

mod command;
mod contact;
mod hours;
mod interface;
mod media;
mod per_language;
mod section;
mod settings;
mod shortcut;
mod topic;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use std::time::Duration;

use super::edition::{Calendar, Edition};
use super::media::MediaStore;
use super::month::YearMonth;
use super::version::Version;
use crate::lang::Tag;
use crate::search::{Index, Ranked};
pub use command::{CommandDefinition, CommandTarget, MenuEntry};
pub use contact::{Contact, ContactLink, ContactLinkKind, Email, Location, Phone};
pub(super) use hours::{DAY_MINUTES, DAYS};
pub use hours::{Hours, Minute, Opening, Weekday, clock_time};
pub use interface::Interface;
pub(super) use interface::spaced_words;
pub use media::{Clip, Image, Picture};
pub use per_language::PerLanguage;
pub use section::{LinkButton, Section, SectionText, Siblings};
pub use settings::{CardPages, Settings};
pub use shortcut::Shortcut;
pub(super) use shortcut::Shortcuts;
pub use topic::{Found, Match, Talk, TalkAnswer, TalkId, TalkKind, Topic};

/// The id of the contact that the old table `[contact]` writes.
pub const MAIN_CONTACT: &str = "main";

/// A language of a content. Only [`Content`] makes it, so it is always one of its languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LangId(pub(super) usize);

/// A section of a content. Only [`Content`] makes it, so it is always one of its sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(pub(super) usize);

impl SectionId {
    /// The section's position in reading order.
    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// A contact of a content. Only [`Content`] makes it, so it is always one of its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactId(pub(super) usize);

/// The search index, built when it is first needed: building it takes most of the time of a start, and commands do without.
pub(super) type LazyIndex = LazyLock<Index, Box<dyn FnOnce() -> Index + Send>>;

/// Everything an organisation has to say.
#[derive(Debug)]
pub struct Content {
    pub(super) version: Version,
    pub(super) tags: Vec<Tag>,
    pub(super) default: LangId,
    pub(super) interfaces: Vec<Interface>,
    /// The menu of commands of each language, `ask` first.
    pub(super) menus: Vec<Vec<MenuEntry>>,
    /// In reading order: each section before those below it.
    pub(super) sections: Vec<Section>,
    pub(super) top: Vec<SectionId>,
    /// The sections by their ids and by those that they had before.
    pub(super) by_id: HashMap<Box<str>, SectionId>,
    /// The sections that are not there now, by their ids and old ids, each with the nearest one above it that is.
    pub(super) hidden: HashMap<Box<str>, Option<SectionId>>,
    pub(super) calendar: Calendar,
    pub(super) edition: Edition,
    pub(super) commands: HashMap<Box<str>, CommandDefinition>,
    /// In the order of `palabre.toml`, the main one first.
    pub(super) contacts: Vec<Contact>,
    pub(super) facts_checked: YearMonth,
    pub(super) index: LazyIndex,
    pub(super) talk: Vec<Talk>,
    pub(super) shortcuts: Shortcuts,
    pub(super) settings: Settings,
    /// Where clips and pictures are read.
    pub(super) media: MediaStore,
}

impl Content {
    /// The hash of the files.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the organisation chooses about the bot.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether any page has a voice clip.
    #[must_use]
    pub fn has_clips(&self) -> bool {
        let of_pages = self.interfaces.iter().flat_map(|interface| [&interface.home_clip, &interface.help_clip]);
        let of_sections = self.sections.iter().flat_map(|section| &section.texts).map(|text| &text.clip);
        of_pages.chain(of_sections).any(Option::is_some)
    }

    /// The files of the clips and pictures that its pages show, relative to the content directory, with `/`.
    #[must_use]
    pub fn page_media(&self) -> BTreeSet<&str> {
        let of_pages = self.interfaces.iter().flat_map(|interface| [&interface.home_clip, &interface.help_clip]);
        let texts = || self.sections.iter().flat_map(|section| &section.texts);
        let clips = of_pages.chain(texts().map(|text| &text.clip)).flatten().map(|clip| &*clip.path);
        clips.chain(texts().filter_map(|text| text.picture.as_ref()).map(|picture| &*picture.image.path)).collect()
    }

    /// The way to the bytes of clips and pictures, for another thread: reading waits for the disk.
    pub(crate) fn media(&self) -> &MediaStore {
        &self.media
    }

    /// The languages, in the order of their buttons.
    pub fn languages(&self) -> impl ExactSizeIterator<Item = LangId> + use<> {
        (0..self.tags.len()).map(LangId)
    }

    /// The language for people whose language is unknown or not among the content's.
    #[must_use]
    pub fn default_language(&self) -> LangId {
        self.default
    }

    /// The tag of a language.
    #[must_use]
    pub fn tag(&self, lang: LangId) -> &Tag {
        &self.tags[lang.0]
    }

    /// The language of a tag, if the content has it: of any BCP 47 tag, canonical or not (`iw`, `fr-CA`).
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<LangId> {
        let find = |tag: &str| self.languages().find(|&lang| self.tag(lang).as_str() == tag);
        find(tag).or_else(|| find(Tag::new(tag)?.as_str()))
    }

    /// The language for a person whose app says `language_code`, an IETF tag such as `fr-CA`.
    #[must_use]
    pub fn language_for(&self, language_code: Option<&str>) -> LangId {
        language_code.and_then(|code| self.language(code)).unwrap_or(self.default)
    }

    /// Whether a person's language is known, and none of the content's.
    #[must_use]
    pub fn lacks_language(&self, language_code: Option<&str>) -> bool {
        language_code.and_then(Tag::new).is_some_and(|tag| !self.tags.contains(&tag))
    }

    /// The bot's own sentences and button labels.
    #[must_use]
    pub fn interface(&self, lang: LangId) -> &Interface {
        &self.interfaces[lang.0]
    }

    /// The menu of commands in a private chat.
    #[must_use]
    pub fn menu(&self, lang: LangId) -> &[MenuEntry] {
        // In a private chat a question needs no command.
        self.group_menu(lang).split_first().map_or(&[], |(_ask, menu)| menu)
    }

    /// The menu of commands in a group: `ask` comes first.
    #[must_use]
    pub fn group_menu(&self, lang: LangId) -> &[MenuEntry] {
        &self.menus[lang.0]
    }

    /// Whether a text says nothing but "please", in any of the languages, or has no words at all.
    #[must_use]
    pub fn is_only_please(&self, text: &str) -> bool {
        without(spaced_words(text), self.interfaces.iter().flat_map(|interface| &interface.please)).is_empty()
    }

    /// Whether a text only reacts ("thanks", "OK"), in any of the languages, or has no words at all.
    #[must_use]
    pub fn is_only_reaction(&self, text: &str) -> bool {
        let phrases = self.interfaces.iter().flat_map(|interface| interface.reactions.iter().chain(&interface.please));
        without(spaced_words(text), phrases).is_empty()
    }

    /// A section.
    #[must_use]
    pub fn section(&self, section: SectionId) -> &Section {
        &self.sections[section.0]
    }

    /// A section's text for the readers of a language.
    #[must_use]
    pub fn section_text(&self, section: SectionId, lang: LangId) -> &SectionText {
        &self.section(section).texts[lang.0]
    }

    /// The line under a section that says from where its facts are, and of which month.
    #[must_use]
    pub fn facts_line(&self, section: SectionId, lang: LangId) -> &str {
        self.section(section).facts.as_ref().map_or(&self.interface(lang).facts, |line| line.get(lang))
    }

    /// All sections, each before those below it.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = SectionId> + use<> {
        (0..self.sections.len()).map(SectionId)
    }

    /// The sections under home, in order.
    #[must_use]
    pub fn top(&self) -> &[SectionId] {
        &self.top
    }

    /// The section of a public id, or of one that a section had before.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<SectionId> {
        self.by_id.get(id).copied()
    }

    /// Of a section that is not there now, the nearest one above it that is: `Some(None)` when home is, `None` when the id is
    /// unknown or its section is there.
    #[must_use]
    pub fn find_above_hidden(&self, id: &str) -> Option<Option<SectionId>> {
        self.hidden.get(id).copied()
    }

    /// The days on which sections come and go.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What a command stands for; `name` is without its slash, in any case.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<CommandDefinition> {
        self.commands.get(name.to_ascii_lowercase().as_str()).copied()
    }

    /// The names of all commands and what they stand for, in no order.
    pub fn commands(&self) -> impl Iterator<Item = (&str, CommandDefinition)> {
        self.commands.iter().map(|(name, command)| (name.as_ref(), *command))
    }

    /// What a text asks for: what it may be about, best first, and the language to answer in.
    ///
    /// With `unfinished` its last word may be the beginning of one (inline mode). The language is the reader's, unless another
    /// one knows the words clearly better. The first call builds the index: see [`Content::prepare`].
    ///
    /// ```
    /// use palabre::content::load;
    ///
    /// let content = load::shipped(load::today()).content.expect("the shipped content has no errors");
    /// let found = content.search("what are your principles", content.default_language(), false);
    /// assert_eq!(content.tag(found.language).as_str(), "en");
    /// let section = found.matches[0].topic.section().expect("it is about a section");
    /// assert_eq!(&*content.section(section).id, "principles");
    /// ```
    #[must_use]
    pub fn search(&self, text: &str, reader: LangId, unfinished: bool) -> Found {
        self.search_in(&self.index, text, reader, unfinished)
    }

    /// As [`Content::search`], in another index of the same topics.
    pub(crate) fn search_in(&self, index: &Index, text: &str, reader: LangId, unfinished: bool) -> Found {
        let sections = self.sections.len();
        let to_match = |ranked: Ranked| Match {
            topic: Topic::of_number(ranked.topic, sections),
            language: LangId(ranked.language),
            score: ranked.score,
            features: ranked.features,
        };
        let found = index.search(text, reader.0, unfinished);
        Found {
            language: LangId(found.language),
            matches: found.ranking.into_iter().map(to_match).collect(),
            also: found.also.and_then(|ranked| Topic::of_number(ranked.topic, sections).section()),
        }
    }

    /// Where a text leads at once, and in which language: a word such as "menu", a number from 1 to 9 (the sections under home),
    /// the emoji of a section or of a talk topic. `None` when it has to be searched.
    #[must_use]
    pub fn shortcut(&self, text: &str, reader: LangId) -> Option<(LangId, Shortcut)> {
        self.shortcuts.get(text, reader)
    }

    /// Builds the search index now, which takes some 15 ms for the shipped content; the first question does it otherwise.
    pub fn prepare(&self) {
        LazyLock::force(&self.index);
    }

    /// The words of a question that stand in the content's own phrases, in any language. A name, a number or a sentence of a
    /// person is never among them, unless an editor wrote it.
    #[must_use]
    pub fn known_words(&self, question: &str) -> Vec<String> {
        self.index.known_words(question)
    }

    /// A talk topic.
    #[must_use]
    pub fn talk(&self, talk: TalkId) -> &Talk {
        &self.talk[talk.0]
    }

    /// All talk topics.
    pub fn talks(&self) -> impl ExactSizeIterator<Item = TalkId> + use<> {
        (0..self.talk.len()).map(TalkId)
    }

    /// What is said back to a talk topic in a language, else in the first that has it; `None` when no language has an answer,
    /// as to a greeting that is known without being told.
    #[must_use]
    pub fn talk_answer(&self, talk: TalkId, lang: LangId) -> Option<&TalkAnswer> {
        let answers = &self.talk(talk).answers;
        answers[lang.0].as_ref().or_else(|| answers.iter().flatten().next())
    }

    /// The month in which the facts were last compared with their source.
    #[must_use]
    pub fn facts_checked(&self) -> YearMonth {
        self.facts_checked
    }

    /// A contact.
    #[must_use]
    pub fn contact(&self, contact: ContactId) -> &Contact {
        &self.contacts[contact.0]
    }

    /// The contact that `{phones}` and `contact = true` mean: the one with the id [`MAIN_CONTACT`], else the first.
    #[must_use]
    pub fn main_contact(&self) -> Option<ContactId> {
        (!self.contacts.is_empty()).then_some(ContactId(0))
    }

    /// The contact of an id.
    #[must_use]
    pub fn find_contact(&self, id: &str) -> Option<ContactId> {
        self.contacts.iter().position(|contact| &*contact.id == id).map(ContactId)
    }

    /// All contacts, the main one first.
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = ContactId> + use<> {
        (0..self.contacts.len()).map(ContactId)
    }

    /// Whether the contact of a section is open at a moment, given as the time since 1970. `None` when it shows none, or nothing
    /// is known of its hours or its time zone.
    #[must_use]
    pub fn opening(&self, section: SectionId, now: Duration) -> Option<Opening> {
        self.contact(self.section(section).contact?).opening(now)
    }
}

/// A text of [`spaced_words`] without these phrases.
fn without<'a>(text: String, phrases: impl Iterator<Item = &'a String>) -> String {
    phrases.fold(text, |rest, phrase| rest.replace(phrase, ""))
}
