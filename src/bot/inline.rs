//! Inline mode: the cards that are offered while somebody types `@bot …` in any chat.
//!
//! A card is a page like any other, with a button that opens it in a chat with the bot. It works for everybody who taps it,
//! in any chat, for as long as it exists: its buttons carry all they need.

use crate::bot::action::{Action, Page};
use crate::bot::pages::{self, Frame, PageId, Showing};
use crate::bot::view::ContactCard;
use crate::content::{Content, LangId, SectionId, Topic};

/// Cards of one answer: as many as fit a phone's list without looking for the end. Telegram takes 50.
const CARDS: usize = 20;
/// Below this score a section has too little to do with what is typed.
const OFFERED: f32 = 0.08;

/// What somebody typed behind the bot's name.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The words; empty when the name is all there is yet. `fr:` before them chooses a language, `#trust` a section.
    pub words: &'a str,
    /// The language of their app, where known.
    pub language_code: Option<&'a str>,
    /// Where the last answer ended: its [`Answer::next_offset`].
    pub offset: &'a str,
}

/// What is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<P = Showing> {
    /// The cards, best first.
    pub offers: Vec<Offer<P>>,
    /// Where the next answer begins, when there is more.
    pub next_offset: Option<String>,
    /// Whether the answer depends on the person: then nobody else may be shown it from Telegram's memory.
    pub is_personal: bool,
    /// When nothing was found: a button's label and the payload of the private chat that it opens.
    pub ask_in_private: Option<(Box<str>, String)>,
}

impl<P> Answer<P> {
    /// The same with another kind of page.
    pub fn map<Q>(self, mut page: impl FnMut(P) -> Q) -> Answer<Q> {
        let Self { offers, next_offset, is_personal, ask_in_private } = self;
        let offer = |offer| match offer {
            Offer::Page { id, title, description, shows } => Offer::Page { id, title, description, shows: page(shows) },
            Offer::Contact { id, card } => Offer::Contact { id, card },
        };
        Answer { offers: offers.into_iter().map(offer).collect(), next_offset, is_personal, ask_in_private }
    }
}

/// One card.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer<P = Showing> {
    /// A page.
    Page {
        /// At most 41 of `a-z0-9_-`: language and section.
        id: String,
        /// What it is called in the list.
        title: Box<str>,
        /// One line under the title.
        description: Box<str>,
        /// What is sent.
        shows: P,
    },
    /// The contact card.
    Contact {
        /// As of a page.
        id: String,
        /// What is sent.
        card: ContactCard,
    },
}

/// The cards for what is typed.
#[must_use]
pub fn offer(content: &Content, query: &Query<'_>) -> Answer {
    let typed = query.words.trim_start();
    let (lang, words, is_personal) = match prefix(content, typed) {
        Some((lang, words)) => (lang, words, false),
        None => (content.language_for(query.language_code), typed, true),
    };
    let answer = |offers, next_offset| Answer { offers, next_offset, is_personal, ask_in_private: None };
    // Of a shared page: `#trust`, and `#` alone for home.
    if let Some(id) = words.strip_prefix('#') {
        let offers = content.find(id.trim()).map_or_else(|| vec![home(content, lang)], |s| section(content, lang, s));
        return answer(offers, None);
    }
    if words.trim().is_empty() {
        let start = query.offset.parse::<usize>().unwrap_or(0);
        let sections: Vec<SectionId> = content.sections().skip(start).take(CARDS).collect();
        let end = start + sections.len();
        let mut offers: Vec<Offer> = Vec::new();
        if start == 0 {
            offers.push(home(content, lang));
        }
        offers.extend(sections.into_iter().flat_map(|s| section(content, lang, s)));
        return answer(offers, (end < content.sections().len()).then(|| end.to_string()));
    }
    let found = content.search(words, lang, !words.ends_with(' '));
    let sections = found.iter().filter(|m| m.score >= OFFERED).filter_map(|m| match m.topic {
        Topic::Section(section) => Some((if is_personal { m.language } else { lang }, section)),
        _ => None,
    });
    let offers: Vec<Offer> = sections.flat_map(|(lang, s)| section(content, lang, s)).take(CARDS).collect();
    if offers.is_empty() {
        let payload = Action::page(lang, Page::Home).to_payload(content);
        let label = content.interface(lang).button_open.clone();
        return Answer {
            ask_in_private: Some((label, payload.unwrap_or_default())),
            ..answer(vec![home(content, lang)], None)
        };
    }
    answer(offers, None)
}

/// The language before a colon, and the words behind it.
fn prefix<'a>(content: &Content, typed: &'a str) -> Option<(LangId, &'a str)> {
    let (tag, words) = typed.split_once(':')?;
    Some((content.language(&tag.trim().to_lowercase())?, words.trim_start()))
}

fn card(lang: LangId, page: Page) -> Showing {
    Showing::Page(PageId { lang, page, frame: Frame::InlineMessage })
}

fn home(content: &Content, lang: LangId) -> Offer {
    let action = Action::page(lang, Page::Home);
    let interface = content.interface(lang);
    Offer::Page {
        id: action.to_payload(content).unwrap_or_default(),
        title: interface.button_home.clone(),
        description: interface.short_description.clone(),
        shows: card(lang, Page::Home),
    }
}

/// A section's card, and after the contact page the contact card.
fn section(content: &Content, lang: LangId, section: SectionId) -> Vec<Offer> {
    let action = Action::section(lang, section);
    let words = content.section_text(section, lang);
    let id = action.to_payload(content).unwrap_or_default();
    let contact = pages::contact_card(content).filter(|_| content.section(section).contact);
    let contact = contact.map(|card| Offer::Contact { id: format!("{id}-card"), card });
    let page = Offer::Page {
        id,
        title: words.title.clone(),
        description: words.summary.clone(),
        shows: card(lang, Page::Section(section, 0)),
    };
    std::iter::once(page).chain(contact).collect()
}
