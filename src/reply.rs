//! What Palabre answers: synchronous, total, without any input or output. This is the product; the rest delivers it.

use crate::action::{Action, Page, Target, Written};
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
    /// Tapped a button with this callback data.
    Tap(&'a str),
}

/// Where somebody did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Alone with the bot.
    Private,
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
    },
    /// A contact card, sent as a message of its own.
    Card(Card),
}

/// The answer to a request.
#[must_use]
pub fn reply(content: &Content, request: &Request<'_>) -> Reply {
    let lang = content.language_for(request.language_code);
    match request.input {
        Input::Tap(data) => tap(content, lang, data),
        Input::Text(text) => match Written::parse(text) {
            Some(written) => command(content, lang, written.name, request.place),
            None if request.place == (Place::Group { addressed: false }) => Reply::Silent,
            None => page(pages::home(content, lang, Some(&content.interface(lang).question))),
        },
    }
}

/// The answer when making one failed: home, with a word of regret.
#[must_use]
pub fn apology(content: &Content, language_code: Option<&str>) -> Reply {
    let lang = content.language_for(language_code);
    page(pages::home(content, lang, Some(&content.interface(lang).trouble)))
}

fn tap(content: &Content, lang: LangId, data: &str) -> Reply {
    let Some(action) = Action::from_callback_data(content, data) else {
        let notice = Some(content.interface(lang).old_button.to_string());
        return Reply::Page { view: pages::home(content, lang, None), notice };
    };
    match action.target {
        Target::Page(to) => page(pages::page(content, action.lang, to)),
        Target::Languages(back) => page(pages::languages(content, action.lang, back)),
        Target::Card => match pages::card(content) {
            Some(card) => Reply::Card(card),
            None => page(pages::home(content, action.lang, None)),
        },
    }
}

fn command(content: &Content, lang: LangId, name: &str, place: Place) -> Reply {
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
        CommandTarget::Start => pages::home(content, lang, None),
        CommandTarget::Help => pages::help(content, lang),
        CommandTarget::Language => pages::languages(content, lang, Page::Home),
        CommandTarget::Section(section) => pages::section(content, lang, section, 0),
    })
}

fn page(view: View) -> Reply {
    Reply::Page { view, notice: None }
}
