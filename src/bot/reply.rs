//! What Palabre answers: synchronous, total, without any input or output. This is the product; the rest delivers it.

use crate::bot::action::{Action, Page, Target};
use crate::bot::command::CommandText;
use crate::bot::outcome::{Outcome, decide};
use crate::bot::pages::{self, Frame, PageId, Showing};
use crate::bot::view::{ContactCard, View};
use crate::content::{CommandTarget, Content, LangId, SectionId, Topic};

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

impl Request<'_> {
    /// Whether an answer may be wanted: not of what people in a group write to each other.
    #[must_use]
    pub fn may_be_for_us(&self) -> bool {
        match self.input {
            Input::Text(text) | Input::About { text, .. } => {
                self.place != (Place::Group { addressed: false }) || CommandText::parse(text).is_some()
            }
            Input::Tap(_) => true,
        }
    }
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
    InlineMessage,
    /// In a group.
    Group {
        /// Whether they spoke to this bot by name or in reply to it. A bare command does not.
        addressed: bool,
    },
    /// In a group, where the two of them see it alone.
    Ephemeral,
}

impl Place {
    fn frame(self) -> Frame {
        match self {
            Self::InlineMessage => Frame::InlineMessage,
            Self::Ephemeral => Frame::Ephemeral,
            Self::Private | Self::Group { .. } => Frame::Message,
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<P = Showing> {
    /// Nothing: it was not for this bot.
    Silent,
    /// A page: sent after words, put in the tapped message's place after a tap.
    Page {
        /// What it shows.
        shows: P,
        /// A short notice to the one who tapped: at most 200 characters.
        notice: Option<String>,
        /// Whom it is for.
        to: Addressee,
        /// The language that they have chosen: the menu of commands follows.
        chosen: Option<LangId>,
        /// What it says, for those who count.
        meta: ReplyMeta,
    },
    /// A contact card, sent as a message of its own.
    Contact(ContactCard),
}

impl<P> Reply<P> {
    /// The same with another kind of page.
    pub fn map<Q>(self, page: impl FnOnce(P) -> Q) -> Reply<Q> {
        match self {
            Self::Silent => Reply::Silent,
            Self::Page { shows, notice, to, chosen, meta } => {
                Reply::Page { shows: page(shows), notice, to, chosen, meta }
            }
            Self::Contact(card) => Reply::Contact(card),
        }
    }
}

/// Whom a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// The one who asked.
    Asker,
    /// The author of the message that was replied to: it answers that one.
    Quoted,
    /// Everybody in the chat: a new message, whatever was tapped.
    Everyone,
}

/// What a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyMeta {
    /// The language that it is in.
    pub lang: LangId,
    /// The section that it shows.
    pub section: Option<SectionId>,
    /// What became of the question that it answers, if one was asked.
    pub question: Option<Asked>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A section answers it.
    Answered,
    /// Some sections may.
    Suggested,
    /// It was a greeting or the like.
    SmallTalk,
    /// It is like what people ask that is not the organisation's business.
    OutOfScope,
    /// Nothing answers it.
    Unknown,
}

/// The answer to a request.
#[must_use]
pub fn reply(content: &Content, request: &Request<'_>) -> Reply {
    if !request.may_be_for_us() {
        return Reply::Silent;
    }
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
    made(lang, pages::home(content, lang, Some(&content.interface(lang).trouble)))
}

fn said(content: &Content, lang: LangId, text: &str, quoted: Option<&str>, place: Place) -> Reply {
    match CommandText::parse(text) {
        Some(written) => command(content, lang, written, quoted, place),
        None => question(content, lang, text, quoted, place),
    }
}

fn tap(content: &Content, lang: LangId, data: &str, place: Place) -> Reply {
    let Some(action) = Action::from_callback_data(content, data) else {
        let mut reply = made(lang, pages::home(content, lang, None));
        if let Reply::Page { notice, .. } = &mut reply {
            *notice = Some(content.interface(lang).old_button.to_string());
        }
        return reply;
    };
    let lang = action.lang;
    match action.target {
        Target::Page(to) => shown(lang, to, place),
        Target::Languages(back) => made(lang, pages::languages(content, lang, back)),
        Target::Choose(to) => {
            let mut reply = shown(lang, to, place);
            if let Reply::Page { chosen, .. } = &mut reply {
                *chosen = Some(lang);
            }
            reply
        }
        Target::Post(to) => {
            let mut reply = shown(lang, to, Place::Group { addressed: true });
            if let Reply::Page { to, .. } = &mut reply {
                *to = Addressee::Everyone;
            }
            reply
        }
        Target::Contact => match pages::contact_card(content) {
            Some(card) => Reply::Contact(card),
            None => shown(lang, Page::Home, place),
        },
    }
}

/// A page of the content, as the place wants it.
fn shown(lang: LangId, page: Page, place: Place) -> Reply {
    let shows = Showing::Page(PageId { lang, page, frame: place.frame() });
    let meta = ReplyMeta { lang, section: page.section(), question: None };
    Reply::Page { shows, notice: None, to: Addressee::Asker, chosen: None, meta }
}

fn command(content: &Content, lang: LangId, written: CommandText<'_>, quoted: Option<&str>, place: Place) -> Reply {
    let name = written.name;
    let section = |lang, section| shown(lang, Page::Section(section, 0), place);
    let Some(command) = content.command(name) else {
        return match (place, content.find(&name.to_ascii_lowercase())) {
            (Place::Group { addressed: false }, _) => Reply::Silent,
            // A section's id is understood as a command by those who speak to the bot alone.
            (_, Some(found)) => section(lang, found),
            _ => made(lang, pages::unknown_command(content, lang, name)),
        };
    };
    let lang = command.language.unwrap_or(lang);
    match command.target {
        // A deep link comes as `/start` with its payload; one that is forged or too old opens home.
        CommandTarget::Start => match Action::from_payload(content, written.rest.trim()) {
            Some(Action { lang, target: Target::Page(to) }) => shown(lang, to, place),
            _ => shown(lang, Page::Home, place),
        },
        CommandTarget::Help => shown(lang, Page::Help, place),
        CommandTarget::Language => made(lang, pages::languages(content, lang, Page::Home)),
        CommandTarget::Ask => question(content, lang, written.rest, quoted, place),
        CommandTarget::Section(found) => section(lang, found),
    }
}

/// The answer to a question in somebody's own words; those that name a bot or a person (`@…`) are no part of it. Without
/// words of its own it is about what it is a reply to.
fn question(content: &Content, reader: LangId, text: &str, quoted: Option<&str>, place: Place) -> Reply {
    let own = without_names(text);
    let quoted = quoted.filter(|_| own.is_empty()).map(without_names);
    let found = content.search(quoted.as_ref().unwrap_or(&own), reader, false);
    let (lang, section, asked, shows) = match decide(&found) {
        Outcome::Answer(first, others) => {
            let (lang, page) = (first.language, first.topic.section().map_or(Page::Home, |s| Page::Section(s, 0)));
            let view = pages::answer(content, PageId { lang, page, frame: place.frame() }, &others);
            (lang, page.section(), Asked::Answered, Showing::Made(view))
        }
        Outcome::Suggest(some) => {
            let lang = some.first().map_or(reader, |m| m.language);
            (lang, None, Asked::Suggested, Showing::Made(pages::suggestions(content, &some)))
        }
        Outcome::SmallTalk(talk, lang) => {
            let said = content.small_talk(talk, lang);
            let view = said.map_or_else(|| pages::home(content, lang, None), |said| pages::say(content, lang, said));
            (lang, None, Asked::SmallTalk, Showing::Made(view))
        }
        Outcome::Unknown => {
            let unknown = pages::home(content, reader, Some(&content.interface(reader).unknown));
            let is_known = found.first().is_some_and(|first| first.topic == Topic::OutOfScope);
            (reader, None, if is_known { Asked::OutOfScope } else { Asked::Unknown }, Showing::Made(unknown))
        }
    };
    let to = if quoted.is_some() { Addressee::Quoted } else { Addressee::Asker };
    let meta = ReplyMeta { lang, section, question: Some(asked) };
    Reply::Page { shows, notice: None, to, chosen: None, meta }
}

/// The words of a text but those that name a bot or a person.
fn without_names(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('@')).collect();
    words.join(" ")
}

fn made(lang: LangId, view: View) -> Reply {
    let meta = ReplyMeta { lang, section: None, question: None };
    Reply::Page { shows: Showing::Made(view), notice: None, to: Addressee::Asker, chosen: None, meta }
}
