//! The keys of `interface.toml`, each with its placeholders and its limit of length.

use crate::content::validate::media::{HELP_CLIP, HOME_CLIP};
use crate::content::{Contact, ContactLinkKind};
use crate::message;
use crate::messages::Message;

/// UTF-16 units of the line that says whether it is open, with the name of a day. With all else that a page can have it stays
/// under [`MESSAGE_MAX`](crate::content::MESSAGE_MAX).
pub(super) const OPENING_MAX: usize = 60;

/// What a text of the interface may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Markdown of at most one page.
    Page,
    /// Plain text: its most UTF-16 units, and its placeholders beside the facts.
    Plain(usize, &'static [&'static str]),
    /// A button's label, with its placeholders beside the facts.
    Label(&'static [&'static str]),
    /// A description that Telegram shows: its most characters.
    Description(usize),
    /// The name of a command in the language; it is checked with the commands.
    Alias,
    /// A file in the folder of the language; it is checked with the clips.
    Clip,
}

impl Kind {
    /// Whether a language does without: no other language lends it one.
    pub(super) fn is_own(self) -> bool {
        matches!(self, Self::Alias | Self::Clip)
    }
}

pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    need: Need,
}

impl Key {
    /// Its limit and its placeholders, for editors that explain keys.
    pub(super) fn describe(&self) -> String {
        let (limit, own) = match self.kind {
            Kind::Page => ("Markdown, at most one page".to_owned(), &[][..]),
            Kind::Plain(max, own) => (format!("At most {max} characters"), own),
            Kind::Label(own) => ("A button's label, at most 64 bytes".to_owned(), own),
            Kind::Description(max) => (format!("At most {max} characters"), &[][..]),
            Kind::Alias => ("The name of the command in this language: 1 to 32 of a-z, 0-9 and _".to_owned(), &[][..]),
            Kind::Clip => ("The page read aloud: an Opus file (.ogg) in this folder".to_owned(), &[][..]),
        };
        let own: Vec<String> = own.iter().map(|name| format!("{{{name}}}")).collect();
        if own.is_empty() { limit } else { format!("{limit}; with {}", own.join(", ")) }
    }

    /// Why a content must have it, for the editor; `None` when every content must.
    pub(super) fn why(&self) -> Option<Message> {
        self.need.why()
    }

    /// Whether some language must have it.
    pub(super) fn is_required(&self, features: &Features<'_>) -> bool {
        let is_needed = |needed: fn(&Contact) -> bool| features.contacts.iter().any(needed);
        match self.need {
            _ if self.kind.is_own() => false,
            Need::Optional => self.name == GONE && features.is_partly_hidden,
            Need::Clips => features.has_clips,
            Need::Feedback => features.has_feedback,
            Need::Always => true,
            Need::Opening => is_needed(|contact| !contact.hours.is_empty() && contact.time_zone.is_some()),
            Need::Email => is_needed(|contact| !contact.emails.is_empty()),
            Need::Location => is_needed(|contact| contact.location.is_some()),
            Need::Website => is_needed(|contact| contact.links.iter().any(|l| l.kind == ContactLinkKind::Website)),
        }
    }
}

/// What a content has, as far as it takes texts of the interface.
pub(in crate::content::validate) struct Features<'a> {
    pub(in crate::content::validate) contacts: &'a [Contact],
    /// Sections come and go.
    pub(in crate::content::validate) is_partly_hidden: bool,
    /// Pages can be listened to.
    pub(in crate::content::validate) has_clips: bool,
    /// Answers ask whether they helped.
    pub(in crate::content::validate) has_feedback: bool,
}

/// When a content must have a text. What it never shows, it need not translate.
#[derive(Clone, Copy)]
pub(super) enum Need {
    Always,
    /// A contact has hours and a time zone.
    Opening,
    /// A contact has an e-mail address.
    Email,
    /// A contact has a place on the map.
    Location,
    /// A contact has a website.
    Website,
    /// A page can be listened to.
    Clips,
    /// Answers ask whether they helped.
    Feedback,
    /// Contents of before it was a key go on without it.
    Optional,
}

impl Need {
    /// Why a content must have the text, for the editor.
    fn why(self) -> Option<Message> {
        Some(match self {
            Need::Always | Need::Optional => return None,
            Need::Opening => message!("a contact has hours and a time zone"),
            Need::Email => message!("a contact has an e-mail address"),
            Need::Location => message!("a contact has a location"),
            Need::Website => message!("a contact has a website"),
            Need::Clips => message!("a page has a voice clip"),
            Need::Feedback => message!("`feedback` is `true`"),
        })
    }
}

/// The key of the line for readers of a language that the content does not have.
pub(super) const OTHER_LANGUAGE: &str = "lines.other_language";

/// The key of the bot's name.
pub(super) const BOT_NAME: &str = "bot.name";

/// The key of the line for links to sections that are not there now.
pub(super) const GONE: &str = "lines.gone";

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, need: Need::Always }
}

const fn needed_for(need: Need, name: &'static str, kind: Kind) -> Key {
    Key { name, kind, need }
}

/// Every key of `interface.toml`. The lengths are Telegram's (Bot API: `answerCallbackQuery` 200, `setMyDescription` 512,
/// `setMyShortDescription` 120, `setMyName` 64,
/// `BotCommand` 256, `ForceReply` 64) or keep a page under 4,096 units.
pub(super) const KEYS: &[Key] = &[
    key("name", Kind::Label(&[])),
    needed_for(Need::Optional, BOT_NAME, Kind::Description(64)),
    key("bot.description", Kind::Description(512)),
    key("bot.short_description", Kind::Description(120)),
    key("commands.start.description", Kind::Description(256)),
    key("commands.start.alias", Kind::Alias),
    key("commands.help.description", Kind::Description(256)),
    key("commands.help.alias", Kind::Alias),
    key("commands.language.description", Kind::Description(256)),
    key("commands.language.alias", Kind::Alias),
    key("commands.ask.description", Kind::Description(256)),
    key("commands.ask.alias", Kind::Alias),
    key("pages.home", Kind::Page),
    key("pages.help", Kind::Page),
    key("pages.help_end", Kind::Page),
    key("pages.languages", Kind::Page),
    key("lines.unknown", Kind::Plain(200, &[])),
    key("lines.suggest", Kind::Plain(200, &[])),
    key("lines.unknown_command", Kind::Plain(200, &[])),
    key("lines.no_command", Kind::Plain(200, &[])),
    key("lines.old_button", Kind::Plain(200, &[])),
    needed_for(Need::Optional, GONE, Kind::Plain(200, &[])),
    key("lines.flood", Kind::Plain(200, &[])),
    key("lines.trouble", Kind::Plain(200, &[])),
    key("lines.untranslated", Kind::Plain(200, &["language"])),
    needed_for(Need::Optional, OTHER_LANGUAGE, Kind::Plain(200, &["languages"])),
    key("lines.voice", Kind::Plain(200, &[])),
    needed_for(Need::Clips, "lines.no_clip", Kind::Plain(200, &[])),
    needed_for(Need::Feedback, "lines.feedback_thanks", Kind::Plain(200, &[])),
    needed_for(Need::Feedback, "lines.feedback_sorry", Kind::Plain(200, &[])),
    key("lines.picture", Kind::Plain(200, &[])),
    key("lines.other", Kind::Plain(200, &[])),
    key("lines.how_to_ask", Kind::Plain(200, &[])),
    key("lines.question_placeholder", Kind::Plain(64, &[])),
    key("lines.facts", Kind::Plain(200, &["source", "month", "year"])),
    needed_for(Need::Opening, "lines.open", Kind::Plain(OPENING_MAX, &["time"])),
    needed_for(Need::Opening, "lines.closed", Kind::Plain(OPENING_MAX, &["day", "time"])),
    needed_for(Need::Opening, "lines.closed_until", Kind::Plain(OPENING_MAX, &["time"])),
    key(HOME_CLIP, Kind::Clip),
    key(HELP_CLIP, Kind::Clip),
    key("buttons.home", Kind::Label(&[])),
    key("buttons.back", Kind::Label(&["title"])),
    key("buttons.previous", Kind::Label(&[])),
    key("buttons.next", Kind::Label(&[])),
    key("buttons.more", Kind::Label(&["page", "pages"])),
    key("buttons.less", Kind::Label(&["page", "pages"])),
    key("buttons.languages", Kind::Label(&[])),
    key("buttons.copy_phone", Kind::Label(&["phone"])),
    key("buttons.copy_address", Kind::Label(&[])),
    needed_for(Need::Email, "buttons.copy_email", Kind::Label(&["mailbox"])),
    needed_for(Need::Location, "buttons.venue", Kind::Label(&[])),
    needed_for(Need::Location, "buttons.map", Kind::Label(&[])),
    needed_for(Need::Website, "buttons.website", Kind::Label(&[])),
    key("buttons.card", Kind::Label(&[])),
    key("buttons.share", Kind::Label(&[])),
    key("buttons.open", Kind::Label(&[])),
    key("buttons.everyone", Kind::Label(&[])),
    needed_for(Need::Clips, "buttons.listen", Kind::Label(&["length", "kilobytes"])),
    needed_for(Need::Feedback, "buttons.helped", Kind::Label(&[])),
    needed_for(Need::Feedback, "buttons.not_helped", Kind::Label(&[])),
    key("buttons.rather", Kind::Label(&["title"])),
];
