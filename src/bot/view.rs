//! What a page looks like, on any platform: a text, and rows of buttons under it.

use crate::bot::action::Action;
use crate::content::{Location, Picture};
use crate::markup::RichText;

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The text: never empty, at most 4,096 UTF-16 units.
    pub text: RichText,
    /// Rows of buttons, none of them empty: at most 100 buttons, at most 2 in a row.
    pub rows: Vec<Vec<Button>>,
    /// What is shown above the text.
    pub picture: Option<Picture>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it does.
    pub action: ButtonAction,
    /// Whether it is the first step, which an app may colour.
    pub is_primary: bool,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ButtonAction {
    /// Asks for something.
    Open(Action),
    /// Lets somebody choose a chat, and shares there the page that this inline query finds.
    Share(Box<str>),
    /// Shares in this chat the page that this inline query finds.
    ShareHere(Box<str>),
    /// Opens a chat with the bot at the page of this deep link's payload.
    OpenPrivateChat(Box<str>),
    /// Opens a web address.
    OpenUrl(Box<str>),
    /// Copies a text of 1 to 256 characters.
    Copy(Box<str>),
    /// Nothing: it says where one is. An app that cannot show such a button leaves it out.
    Nothing,
}

/// A contact as a phone's address book takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// The name.
    pub name: Box<str>,
    /// The number that the card shows, as people dial it.
    pub phone: Box<str>,
    /// The whole card as a vCard 3.0 (RFC 2426), at most 2,048 bytes.
    pub vcard: String,
}

/// A place, shown on a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Venue {
    /// What is there.
    pub title: Box<str>,
    /// Its address; where none is known, its degrees.
    pub address: Box<str>,
    /// Where it is.
    pub location: Location,
}
