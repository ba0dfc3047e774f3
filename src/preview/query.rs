//! What the address of the page asks for.

use super::conversation::{Chat, Events, TEXT_MAX};
use crate::messages::Locale;

/// The widths of a phone's screen, in CSS pixels.
pub(super) const WIDTHS: [u16; 4] = [320, 360, 390, 430];
/// The most characters of an inline query (Bot API: 256).
const INLINE_MAX: usize = 256;

/// What the address of the page asks for.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// What was done, as it is written.
    pub(super) done: Vec<String>,
    /// The number of the first of them: those before are forgotten.
    pub(super) from: usize,
    /// What has just been typed, and whether in reply to the last message.
    pub(super) say: Option<String>,
    pub(super) is_reply: bool,
    pub(super) chat: Chat,
    /// The language of the app.
    pub(super) app: Option<String>,
    pub(super) width: u16,
    pub(super) is_dark: bool,
    pub(super) drafts: bool,
    /// The words of an inline query.
    pub(super) inline: Option<String>,
    /// The language of the preview itself.
    pub(super) locale: Option<Locale>,
}

impl Query {
    /// Reads `in=t%3A%2Fstart&chat=group&…`; whatever is not known is left out.
    pub(super) fn parse(query: &str) -> Self {
        let mut read = Self { width: 360, ..Self::default() };
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "in" => read.done.push(value.into_owned()),
                "from" => read.from = value.parse().unwrap_or_default(),
                "say" => {
                    read.say =
                        Some(value.trim().chars().take(TEXT_MAX).collect()).filter(|text: &String| !text.is_empty())
                }
                "reply" => read.is_reply = true,
                "chat" if value == "group" => read.chat = Chat::Group,
                "app" => read.app = Some(value.into_owned()).filter(|app| !app.is_empty()),
                "width" => read.width = value.parse().ok().filter(|width| WIDTHS.contains(width)).unwrap_or(read.width),
                "dark" => read.is_dark = value == "1",
                "drafts" => read.drafts = value == "1",
                "inline" => read.inline = Some(value.chars().take(INLINE_MAX).collect()),
                "lang" => read.locale = Locale::of_name(&value),
                _ => {}
            }
        }
        read
    }

    /// All that was done, what has just been typed included.
    pub(super) fn events(&self) -> Events {
        let typed = self.say.iter().map(|text| format!("{}:{text}", if self.is_reply { "r" } else { "t" }));
        let mut done: Vec<String> = self.done.iter().cloned().chain(typed).collect();
        if done.is_empty() && self.chat == Chat::Private {
            done.push("t:/start".to_owned());
        }
        Events::read(self.from, &done)
    }
}
