//! Inline mode: the results for what somebody types behind `@bot` in any chat.
//!
//! A result is a page like any other, with a button that opens it in a chat with the bot. The message that it becomes works for
//! everybody, in any chat, for as long as it exists: its buttons carry all they need.

use crate::bot::action::{Action, Page, above};
use crate::bot::pages::{self, Frame, PageId, PageSource};
use crate::bot::view::ContactCard;
use crate::content::{Content, LangId, SectionId};
use crate::folding::fold;
use crate::lang::Tag;

/// Sections in one answer: as many as somebody scrolls through on a phone. Telegram takes 50 results.
const SECTIONS_MAX: usize = 20;
/// Score from which on a section is among the results.
const SCORE_MIN: f32 = 0.08;

/// An inline query: what somebody typed behind the bot's name.
#[derive(Clone, Copy, Debug)]
pub struct InlineQuery<'a> {
    /// The words; empty when the name is all there is yet. `fr:` before them chooses a language, `#trust` a section.
    pub words: &'a str,
    /// The language of their app, where known.
    pub language_code: Option<&'a str>,
    /// The [`InlineAnswer::next_offset`] of the answer before; empty at first.
    pub offset: &'a str,
}

/// The answer to an inline query. `P` is what a page is shown as, as in [`Reply`](crate::bot::reply::Reply).
#[derive(Clone, Debug, PartialEq)]
pub struct InlineAnswer<P = PageSource> {
    /// The results, best first.
    pub results: Vec<InlineResult<P>>,
    /// Where the next answer begins, when there are more results.
    pub next_offset: Option<String>,
    /// Whether the answer depends on the person: then Telegram must not show it to others from its cache.
    pub is_personal: bool,
    /// When nothing was found: a button's label, and the payload of the private chat that it opens.
    pub private_chat_button: Option<(Box<str>, String)>,
}

impl<P> InlineAnswer<P> {
    /// The same answer with its pages as something else.
    pub fn map<Q>(self, mut page: impl FnMut(P) -> Q) -> InlineAnswer<Q> {
        let Self { results, next_offset, is_personal, private_chat_button } = self;
        let result = |result| match result {
            InlineResult::Page { id, title, description, page: shown } => {
                InlineResult::Page { id, title, description, page: page(shown) }
            }
            InlineResult::Contact { id, card } => InlineResult::Contact { id, card },
        };
        InlineAnswer {
            results: results.into_iter().map(result).collect(),
            next_offset,
            is_personal,
            private_chat_button,
        }
    }
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub enum InlineResult<P = PageSource> {
    /// A page.
    Page {
        /// At most 36 of `a-z0-9_-`: language and section.
        id: String,
        /// What it is called in the list.
        title: Box<str>,
        /// One line under the title.
        description: Box<str>,
        /// What is sent.
        page: P,
    },
    /// The contact card.
    Contact {
        /// As of a page.
        id: String,
        /// What is sent.
        card: ContactCard,
    },
}

/// The results for what is typed.
#[must_use]
pub fn answer(content: &Content, query: &InlineQuery<'_>) -> InlineAnswer {
    let typed = fold(query.words);
    let typed = typed.trim_start();
    let reader = content.language_for(query.language_code);
    let (lang, words, is_personal) = match prefix(content, typed) {
        Some((Some(lang), words)) => (lang, words, false),
        Some((None, words)) => (reader, words, true),
        None => (reader, typed, true),
    };
    let answer = |results, next_offset| InlineAnswer { results, next_offset, is_personal, private_chat_button: None };
    // What a share button asks for: `#trust`, and `#` alone for home.
    if let Some(id) = words.strip_prefix('#') {
        let id = id.trim().to_ascii_lowercase();
        let page = content.find(&id).map(Some).or_else(|| content.find_above_hidden(&id)).map_or(Page::Home, above);
        return answer(page_results(content, lang, page), None);
    }
    if words.trim().is_empty() {
        let start = query.offset.parse::<usize>().unwrap_or(0);
        let mut listed = content.sections().filter(|&section| content.section(section).is_listed).skip(start);
        let sections: Vec<SectionId> = listed.by_ref().take(SECTIONS_MAX).collect();
        let end = start + sections.len();
        let mut results: Vec<InlineResult> = Vec::new();
        if start == 0 {
            results.push(home(content, lang));
        }
        results.extend(sections.into_iter().flat_map(|s| section(content, lang, s)));
        return answer(results, listed.next().map(|_| end.to_string()));
    }
    let found = content.search(words, lang, !words.ends_with(' '));
    let shown = if is_personal { found.language } else { lang };
    let sections = found.matches.iter().filter(|m| m.score >= SCORE_MIN).filter_map(|m| m.topic.section());
    let results: Vec<InlineResult> = sections.flat_map(|s| section(content, shown, s)).take(SECTIONS_MAX).collect();
    if results.is_empty() {
        let payload = Action::page(lang, Page::Home).to_start_parameter(content);
        let label = content.interface(lang).button_open.clone();
        return InlineAnswer {
            private_chat_button: Some((label, payload.unwrap_or_default())),
            ..answer(vec![home(content, lang)], None)
        };
    }
    answer(results, None)
}

/// The language before a colon, and the words behind it. The language is `None` when it is gone and the words are those of a share
/// button, as `#trust`.
fn prefix<'a>(content: &Content, typed: &'a str) -> Option<(Option<LangId>, &'a str)> {
    let (tag, words) = typed.split_once(':')?;
    let (tag, words) = (tag.trim(), words.trim_start());
    let lang = content.language(tag);
    let is_shared = words.starts_with('#') && Tag::new(tag).is_some();
    (lang.is_some() || is_shared).then_some((lang, words))
}

fn shared_page(lang: LangId, page: Page) -> PageSource {
    PageSource::Content(PageId::new(lang, page, Frame::InlineMessage))
}

fn page_results(content: &Content, lang: LangId, page: Page) -> Vec<InlineResult> {
    match page {
        Page::Section(section, _) => self::section(content, lang, section),
        Page::Home | Page::Help => vec![home(content, lang)],
    }
}

fn home(content: &Content, lang: LangId) -> InlineResult {
    let action = Action::page(lang, Page::Home);
    let interface = content.interface(lang);
    InlineResult::Page {
        id: action.to_start_parameter(content).unwrap_or_default(),
        title: interface.button_home.clone(),
        description: interface.short_description.clone(),
        page: shared_page(lang, Page::Home),
    }
}

/// A section's page, and after the contact page the contact card.
fn section(content: &Content, lang: LangId, section: SectionId) -> Vec<InlineResult> {
    let action = Action::section(lang, section);
    let words = content.section_text(section, lang);
    let id = action.to_start_parameter(content).unwrap_or_default();
    let contact = content.section(section).contact.and_then(|contact| pages::contact_card(content, lang, contact));
    let contact = contact.map(|card| InlineResult::Contact { id: format!("{id}-card"), card });
    let page = InlineResult::Page {
        id,
        title: words.title.clone(),
        description: words.summary.clone(),
        page: shared_page(lang, Page::Section(section, 0)),
    };
    std::iter::once(page).chain(contact).collect()
}
