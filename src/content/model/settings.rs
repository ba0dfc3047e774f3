//! What an organisation chooses about the bot beside its words.

use url::Url;

use super::Image;

/// The settings of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The picture of the bot's profile, a JPEG, if the content has one.
    pub picture: Option<Image>,
    /// Where the content stands as web pages, with a slash at its end, if it does.
    pub site: Option<Url>,
    /// What a tap on a shared card opens.
    pub cards: CardPages,
    /// Whether people may share pages by inline mode.
    pub inline_mode: bool,
    /// Whether people may add the bot to groups.
    pub groups: bool,
    /// Whether people may mention the bot in chats that it is no member of.
    pub guests: bool,
    /// Whether answers to questions ask whether they helped.
    pub feedback: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let (inline_mode, groups, guests) = (true, true, true);
        Self { picture: None, site: None, cards: CardPages::Together, inline_mode, groups, guests, feedback: false }
    }
}

/// What a tap on a shared card opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardPages {
    /// The page in the place of the card: everybody sees it.
    Together,
    /// The page in a message that the one alone sees who tapped, where Telegram offers that; else as [`CardPages::Together`].
    Alone,
}
