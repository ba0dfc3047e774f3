//! The bot's own sentences and button labels in one language.

use super::Clip;
use crate::markup::RichText;

/// The sentences of the interface in one language.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The language's name for itself.
    pub name: Box<str>,
    /// The bot's name at Telegram: at most 64 characters. Empty where the content leaves it alone.
    pub bot_name: Box<str>,
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
    /// Home read aloud. Like all clips, no language lends it to another.
    pub home_clip: Option<Clip>,
    /// The help page read aloud.
    pub help_clip: Option<Clip>,
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
    /// Said above the page that a link or a button to a section opens which is not there now: at most 200 characters. Empty in a
    /// content whose sections are all there.
    pub gone: Box<str>,
    /// Said once to somebody who writes faster than anybody reads: at most 200 characters.
    pub flood: Box<str>,
    /// Said when something broke.
    pub trouble: Box<str>,
    /// Said above a text that is shown in another language, `{language}`.
    pub untranslated: Box<str>,
    /// Said above home to a reader whose language the content does not have: which languages it has. Empty in a content
    /// that has no such line.
    pub other_language: Box<str>,
    /// Said to a voice message and the like.
    pub voice: Box<str>,
    /// Said above a page whose clip cannot be sent: at most 200 characters. Empty in a content without clips.
    pub no_clip: Box<str>,
    /// Said once to who has said whether an answer helped: at most 200 characters. This and the next are empty in a content that
    /// does not ask.
    pub feedback_thanks: Box<str>,
    /// Said to who has said that it did not.
    pub feedback_sorry: Box<str>,
    /// Said to a picture without words.
    pub picture: Box<str>,
    /// Said to anything else without words.
    pub other: Box<str>,
    /// Said where something could be asked and nothing is.
    pub how_to_ask: Box<str>,
    /// What stands in the empty field for a question: at most 64 characters.
    pub question_placeholder: Box<str>,
    /// Phrases that ask nothing by themselves ("please"), as [`spaced_words`] writes them, the longest first.
    pub(in crate::content) please: Vec<String>,
    /// Phrases that people say back and that ask nothing ("thanks", "OK"), written as those.
    pub(in crate::content) reactions: Vec<String>,
    /// Where the facts are from and of which month.
    pub facts: Box<str>,
    /// The days of the week, Monday first; empty in a content without opening hours.
    pub days: Vec<Box<str>>,
    /// Said under a contact that is open, until `{time}`. This and the next two are empty in a content that tells no time zone.
    pub open: Box<str>,
    /// Said under a contact that is closed until another `{day}`, at `{time}`.
    pub closed: Box<str>,
    /// Said under a contact that is closed until `{time}` of this day.
    pub closed_until: Box<str>,
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
    /// Button: copy an e-mail address, `{mailbox}`. This and the next three are empty in a content whose contacts have no such thing.
    pub button_copy_email: Box<str>,
    /// Button: send the place of a contact.
    pub button_venue: Box<str>,
    /// Button: open a map in the browser.
    pub button_map: Box<str>,
    /// Button: open a contact's website.
    pub button_website: Box<str>,
    /// Button: the contact card.
    pub button_card: Box<str>,
    /// Button: share this page.
    pub button_share: Box<str>,
    /// Button: open a chat with the bot.
    pub button_open: Box<str>,
    /// Button: let everybody in the group see this page.
    pub button_everyone: Box<str>,
    /// Button: the page read aloud, with `{length}` and `{kilobytes}`. Empty in a content without clips.
    pub button_listen: Box<str>,
    /// Button: the answer helped. This and the next are empty in a content that does not ask.
    pub button_helped: Box<str>,
    /// Button: the answer did not help.
    pub button_not_helped: Box<str>,
    /// Button: another section that a question may have been about, `{title}`.
    pub button_rather: Box<str>,
}

/// The words of a text in small letters, each with a space on either side, so that a phrase in it is found as a whole. Signs and
/// emoji are no words.
pub(in crate::content) fn spaced_words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| format!(" {} ", word.to_lowercase())).collect()
}
