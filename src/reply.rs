//! What Palabre answers: synchronous, total, without any input or output. This is the product; the rest delivers it.

use crate::action::{Action, Page, Target, Written};
use crate::cards;
use crate::content::decide::{Outcome, decide};
use crate::content::{CommandTarget, Content, LangId};
use crate::pages;
use crate::view::{Card, View};

/// What somebody did, and all that is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What they did.
    pub input: Input<'a>,
    /// The language of their app, an IETF tag such as `fr-CA`, where known.
    pub language_code: Option<&'a str>,
    /// Where they did it.
    pub place: Place,
}

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Wrote something: a command or a question. Empty for a sticker, a photo or a voice message.
    Text(&'a str),
    /// Wrote `text` in reply to what somebody else had written.
    About {
        /// What they wrote.
        text: &'a str,
        /// What it is a reply to.
        quoted: &'a str,
    },
    /// Tapped a button with this callback data.
    Tap(&'a str),
}

/// Where somebody did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Alone with the bot.
    Private,
    /// Under a card that somebody shared: any chat.
    Card,
    /// In a group.
    Group {
        /// Whether they spoke to this bot by name or in reply to it. A bare command does not.
        addressed: bool,
    },
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing: it was not for this bot.
    Silent,
    /// A page: sent after words, put in the tapped message's place after a tap.
    Page {
        /// The page.
        view: View,
        /// A short notice to the one who tapped: at most 200 characters.
        notice: Option<String>,
        /// It answers the message that was replied to, not the reply: its author is the one to tell.
        to_quoted: bool,
    },
    /// A contact card, sent as a message of its own.
    Card(Card),
}

/// The answer to a request.
#[must_use]
pub fn reply(content: &Content, request: &Request<'_>) -> Reply {
    let lang = content.language_for(request.language_code);
    match request.input {
        Input::Tap(data) => tap(content, lang, data, request.place),
        Input::Text(text) => said(content, lang, text, None, request.place),
        Input::About { text, quoted } => said(content, lang, text, Some(quoted), request.place),
    }
}

/// The answer when making one failed: home, with a word of regret.
#[must_use]
pub fn apology(content: &Content, language_code: Option<&str>) -> Reply {
    let lang = content.language_for(language_code);
    page(pages::home(content, lang, Some(&content.interface(lang).trouble)))
}

fn said(content: &Content, lang: LangId, text: &str, quoted: Option<&str>, place: Place) -> Reply {
    match Written::parse(text) {
        Some(written) => command(content, lang, written, quoted, place),
        None if place == (Place::Group { addressed: false }) => Reply::Silent,
        None => question(content, lang, text, quoted),
    }
}

fn tap(content: &Content, lang: LangId, data: &str, place: Place) -> Reply {
    let Some(action) = Action::from_callback_data(content, data) else {
        let notice = Some(content.interface(lang).old_button.to_string());
        return Reply::Page { view: pages::home(content, lang, None), notice, to_quoted: false };
    };
    let as_card = |view| if place == Place::Card { cards::card(content, action, view) } else { view };
    match action.target {
        Target::Page(to) => page(as_card(pages::page(content, action.lang, to))),
        Target::Languages(back) => page(pages::languages(content, action.lang, back)),
        Target::Card => match pages::card(content) {
            Some(card) => Reply::Card(card),
            None => page(pages::home(content, action.lang, None)),
        },
    }
}

fn command(content: &Content, lang: LangId, written: Written<'_>, quoted: Option<&str>, place: Place) -> Reply {
    let name = written.name;
    let Some(command) = content.command(name) else {
        return match (place, content.find(&name.to_ascii_lowercase())) {
            (Place::Group { addressed: false }, _) => Reply::Silent,
            // A section's id is understood as a command by those who speak to the bot alone.
            (_, Some(section)) => page(pages::section(content, lang, section, 0)),
            _ => page(pages::unknown_command(content, lang, name)),
        };
    };
    let lang = command.language.unwrap_or(lang);
    page(match command.target {
        // A deep link comes as `/start` with its payload; one that is forged or too old opens home.
        CommandTarget::Start => match Action::from_payload(content, written.rest.trim()) {
            Some(Action { lang, target: Target::Page(to) }) => pages::page(content, lang, to),
            _ => pages::home(content, lang, None),
        },
        CommandTarget::Help => pages::help(content, lang),
        CommandTarget::Language => pages::languages(content, lang, Page::Home),
        CommandTarget::Ask => return question(content, lang, written.rest, quoted),
        CommandTarget::Section(section) => pages::section(content, lang, section, 0),
    })
}

/// The answer to a question in somebody's own words; those that name a bot or a person (`@…`) are no part of it. Without
/// words of its own it is about what it is a reply to.
fn question(content: &Content, reader: LangId, text: &str, quoted: Option<&str>) -> Reply {
    let without_names = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('@')).collect();
        words.join(" ")
    };
    let own = without_names(text);
    let quoted = quoted.filter(|_| own.is_empty()).map(without_names);
    let found = content.search(quoted.as_ref().unwrap_or(&own), reader, false);
    let view = match decide(&found) {
        Outcome::Answer(first, others) => pages::answer(content, &first, &others),
        Outcome::Suggest(some) => pages::suggestions(content, &some),
        Outcome::Talk(talk, lang) => match content.talk(talk, lang) {
            Some(said) => pages::say(content, lang, said),
            None => pages::home(content, lang, None),
        },
        Outcome::Unknown => pages::home(content, reader, Some(&content.interface(reader).unknown)),
    };
    Reply::Page { view, notice: None, to_quoted: quoted.is_some() }
}

fn page(view: View) -> Reply {
    Reply::Page { view, notice: None, to_quoted: false }
}
