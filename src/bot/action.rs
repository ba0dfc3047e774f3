//! What a button does, and how it is written into callback data.
//!
//! Callback data carries everything a tap needs: version, language, page. It is a contract with the past: keyboards
//! stay in people's chats for years. Version 1, pinned by literal in `tests/`:
//!
//! ```text
//! 1.fr.home          1.fr.help
//! 1.fr.card          1.fr.card.mopti    (the contact card: of the contact `main`, of another one)
//! 1.fr.venue.mopti                      (the place of a contact)
//! 1.fr.s.trust       1.fr.s.trust.1     (the second page of a section)
//! 1.fr.lang.home     1.fr.lang.s.trust  (the languages, to come back to that page)
//! 1.en.set.home      1.en.set.s.trust   (that page, and this language from now on)
//! 1.fr.post.home     1.fr.post.s.trust  (that page as a message for everybody)
//! 1.fr.voice.home    1.fr.voice.s.trust (that page read aloud)
//! 1.fr.alone.home    1.fr.alone.s.trust (that page, in a message that a tap on a shared card has opened)
//! 1.fr.good.s.trust  1.fr.bad.s.trust   (that answer helped, or not)
//! 1.fr.good.among.s.trust               (likewise of an answer beside which others were offered)
//! ```
//!
//! The longest, `1.` + 3 letters + `.good.among.s.` + a 32-byte id + `.2`, has 53 bytes; Telegram takes 64. A language stands there by
//! its canonical tag, and is read by any: `1.iw.home` is `1.he.home`.

use crate::content::{ContactId, Content, LangId, MAIN_CONTACT, SectionId};

/// A page that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// Who this is, and the top sections.
    Home,
    /// How to use the bot.
    Help,
    /// A section, and which page of its body, from 0.
    Section(SectionId, u8),
}

/// What a tap asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A page.
    Page(Page),
    /// The languages; choosing one comes back to this page.
    Languages(Page),
    /// A page in a language that somebody chooses: the menu of commands follows.
    Choose(Page),
    /// A page as a new message that everybody in the chat sees.
    Post(Page),
    /// A page read aloud.
    Listen(Page),
    /// A page in a message that one person alone sees, and that a tap on a shared card has opened.
    Alone(Page),
    /// Whether the page helped that answered a question.
    Feedback(Page, Feedback),
    /// The card of a contact.
    Contact(ContactId),
    /// The place of a contact.
    Venue(ContactId),
}

/// What somebody says of the answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feedback {
    /// Whether it helped.
    pub helped: bool,
    /// Whether other pages were offered beside it, because it was not the only one that came into question.
    pub among: bool,
}

impl Feedback {
    /// Whether callback data of any content says such a thing.
    #[must_use]
    pub fn is_in(callback_data: &str) -> bool {
        let verb = callback_data.strip_prefix("1.").and_then(|rest| rest.split('.').nth(1));
        matches!(verb, Some("good" | "bad"))
    }
}

/// A target and the language of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The language of the answer.
    pub lang: LangId,
    /// What is asked for.
    pub target: Target,
}

impl Action {
    /// A page in a language.
    #[must_use]
    pub fn page(lang: LangId, page: Page) -> Self {
        Self { lang, target: Target::Page(page) }
    }

    /// The first page of a section.
    #[must_use]
    pub fn section(lang: LangId, section: SectionId) -> Self {
        Self::page(lang, Page::Section(section, 0))
    }

    /// The callback data: at most 53 bytes of ASCII. It is put together in one piece, for every button has one.
    #[must_use]
    pub fn callback_data(self, content: &Content) -> String {
        let tag = content.tag(self.lang).as_str();
        let (verb, page) = match self.target {
            Target::Contact(contact) => {
                return match &*content.contact(contact).id {
                    MAIN_CONTACT => ["1.", tag, ".card"].concat(),
                    id => ["1.", tag, ".card.", id].concat(),
                };
            }
            Target::Venue(contact) => return ["1.", tag, ".venue.", &content.contact(contact).id].concat(),
            Target::Page(page) => ("", page),
            Target::Languages(page) => ("lang.", page),
            Target::Choose(page) => ("set.", page),
            Target::Post(page) => ("post.", page),
            Target::Listen(page) => ("voice.", page),
            Target::Alone(page) => ("alone.", page),
            Target::Feedback(page, Feedback { helped: true, among: true }) => ("good.among.", page),
            Target::Feedback(page, Feedback { helped: true, among: false }) => ("good.", page),
            Target::Feedback(page, Feedback { helped: false, among: true }) => ("bad.among.", page),
            Target::Feedback(page, Feedback { helped: false, among: false }) => ("bad.", page),
        };
        match page {
            Page::Home => ["1.", tag, ".", verb, "home"].concat(),
            Page::Help => ["1.", tag, ".", verb, "help"].concat(),
            Page::Section(section, 0) => ["1.", tag, ".", verb, "s.", &content.section(section).id].concat(),
            Page::Section(section, part) => format!("1.{tag}.{verb}s.{}.{part}", content.section(section).id),
        }
    }

    /// The payload of a deep link (`t.me/<bot>?start=fr-trust`) to a page's beginning, or with `-v` at its end to its clip: at most
    /// 38 of `a-z0-9_-`, where Telegram takes 64. Help has none.
    #[must_use]
    pub fn to_start_parameter(self, content: &Content) -> Option<String> {
        let tag = content.tag(self.lang);
        match self.target {
            Target::Page(Page::Home) => Some(tag.to_string()),
            Target::Page(Page::Section(section, _)) => Some(format!("{tag}-{}", content.section(section).id)),
            Target::Listen(Page::Home) => Some(format!("{tag}--{LISTEN}")),
            Target::Listen(Page::Section(section, _)) => {
                Some(format!("{tag}-{}-{LISTEN}", content.section(section).id))
            }
            _ => None,
        }
    }

    /// Reads the payload of a deep link. `None` when it is forged, or of a content that is no more.
    #[must_use]
    pub fn from_start_parameter(content: &Content, payload: &str) -> Option<Self> {
        Destination::decode_start_parameter(content, payload, None).and_then(Destination::as_named)
    }

    /// Reads callback data. `None` when it is of another version, forged, or of a content that is no more.
    #[must_use]
    pub fn from_callback_data(content: &Content, data: &str) -> Option<Self> {
        Destination::decode_callback_data(content, data, None).and_then(Destination::as_named)
    }
}

/// Where a link or a button of any age leads: sections and languages may have gone since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination {
    /// What it asks for, as far as it is there.
    pub action: Action,
    /// Whether the section that it names is not there now: then the action opens the nearest one above it, or home.
    pub is_substitute: bool,
}

impl Destination {
    /// Where the payload of a deep link leads. Of a language that is gone the section is there in the reader's. `None` when it is
    /// forged, or of a section that the content does not know.
    #[must_use]
    pub fn from_start_parameter(content: &Content, payload: &str, reader: LangId) -> Option<Self> {
        Self::decode_start_parameter(content, payload, Some(reader))
    }

    /// Where callback data leads, likewise.
    #[must_use]
    pub fn from_callback_data(content: &Content, data: &str, reader: LangId) -> Option<Self> {
        Self::decode_callback_data(content, data, Some(reader))
    }

    /// What the link names, if all of it is there.
    fn as_named(self) -> Option<Action> {
        (!self.is_substitute).then_some(self.action)
    }

    fn decode_start_parameter(content: &Content, payload: &str, reader: Option<LangId>) -> Option<Self> {
        // A tag and an id have no hyphen.
        let mut parts = payload.split('-');
        let (lang, _) = decode_language(content, parts.next()?, reader)?;
        let (id, verb): (_, Verb) = match (parts.next(), parts.next(), parts.next()) {
            (id, None, None) => (id, Target::Page),
            (id, Some(LISTEN), None) => (id.filter(|id| !id.is_empty()), Target::Listen),
            _ => return None,
        };
        let page = id.map_or(Some(Decoded::There(Page::Home)), |id| decode_section(content, id, 0))?;
        Some(page.destination(lang, verb))
    }

    fn decode_callback_data(content: &Content, data: &str, reader: Option<LangId>) -> Option<Self> {
        let (tag, target) = data.strip_prefix("1.")?.split_once('.')?;
        let (lang, is_gone) = decode_language(content, tag, reader)?;
        // No page begins like these.
        let contact = match target {
            "card" => Some(Target::Contact(content.main_contact()?)),
            _ => match target.split_once('.') {
                Some(("card", id)) => Some(Target::Contact(content.find_contact(id)?)),
                Some(("venue", id)) => Some(Target::Venue(content.find_contact(id)?)),
                _ => None,
            },
        };
        if let Some(target) = contact {
            return Some(Self { action: Action { lang, target }, is_substitute: false });
        }
        let (verb, verb_of) =
            VERBS.into_iter().find(|(verb, _)| target.starts_with(verb)).unwrap_or(("", Target::Page));
        let page = decode_page(content, &target[verb.len()..])?;
        // Nobody chooses a language that is gone.
        let verb = if is_gone && verb == "set." { Target::Page } else { verb_of };
        Some(page.destination(lang, verb))
    }
}

/// A page that a link names.
enum Decoded {
    There(Page),
    /// The page above one that is not there now.
    Above(Page),
}

impl Decoded {
    fn destination(self, lang: LangId, verb: Verb) -> Destination {
        match self {
            Self::There(page) => Destination { action: Action { lang, target: verb(page) }, is_substitute: false },
            // Whatever was to be done with the page: it is said that it is not there.
            Self::Above(page) => Destination { action: Action::page(lang, page), is_substitute: true },
        }
    }
}

/// What ends the payload of a deep link to a clip.
const LISTEN: &str = "v";

/// What is done with a page, as it stands before the page. No page begins like one of these; of two that begin alike the longer
/// comes first.
const VERBS: [(&str, Verb); 9] = [
    ("lang.", Target::Languages),
    ("set.", Target::Choose),
    ("post.", Target::Post),
    ("voice.", Target::Listen),
    ("alone.", Target::Alone),
    ("good.among.", |page| Target::Feedback(page, Feedback { helped: true, among: true })),
    ("good.", |page| Target::Feedback(page, Feedback { helped: true, among: false })),
    ("bad.among.", |page| Target::Feedback(page, Feedback { helped: false, among: true })),
    ("bad.", |page| Target::Feedback(page, Feedback { helped: false, among: false })),
];

type Verb = fn(Page) -> Target;

/// A language by its tag alone: `fr_trust` would be a variety of French. The reader's, if they are known, instead of one that is
/// gone; then also `true`.
fn decode_language(content: &Content, tag: &str, reader: Option<LangId>) -> Option<(LangId, bool)> {
    if !tag.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let known = content.language(tag).map(|lang| (lang, false));
    known.or_else(|| reader.filter(|_| (2..=3).contains(&tag.len())).map(|reader| (reader, true)))
}

fn decode_page(content: &Content, data: &str) -> Option<Decoded> {
    match data {
        "home" => return Some(Decoded::There(Page::Home)),
        "help" => return Some(Decoded::There(Page::Help)),
        _ => {}
    }
    let rest = data.strip_prefix("s.")?;
    let (id, part) = match rest.split_once('.') {
        Some((id, part)) => (id, part.parse().ok()?),
        None => (rest, 0),
    };
    decode_section(content, id, part)
}

fn decode_section(content: &Content, id: &str, part: u8) -> Option<Decoded> {
    let there = content.find(id).map(|section| Decoded::There(Page::Section(section, part)));
    there.or_else(|| Some(Decoded::Above(above(content.find_above_hidden(id)?))))
}

/// The page above a section that is not there now.
#[must_use]
pub fn above(section: Option<SectionId>) -> Page {
    section.map_or(Page::Home, |section| Page::Section(section, 0))
}
