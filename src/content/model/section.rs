//! A section: its position in the tree and its text in every language.

use super::{Clip, ContactId, LangId, PerLanguage, Picture, SectionId};
use crate::markup::RichText;

/// A section: its position in the tree and its text in every language.
#[derive(Debug)]
pub struct Section {
    /// The public id, as it stands in links and callback data: 1 to [`ID_MAX`](crate::content::ID_MAX) of `a-z0-9_`.
    pub id: Box<str>,
    /// The section above; `None` when home is.
    pub parent: Option<SectionId>,
    /// The sections on its menu, in order: those below that are listed.
    pub children: Vec<SectionId>,
    /// The neighbours on the menu of its parent; none of a section that is not on it.
    pub siblings: Siblings,
    /// Whether lists of all sections show it; it is found by questions, links and commands all the same.
    pub is_listed: bool,
    /// The contact whose buttons and contact card the page has.
    pub contact: Option<ContactId>,
    /// The buttons that open a web address, at most [`LINKS_MAX`](crate::content::LINKS_MAX).
    pub links: Vec<LinkButton>,
    /// The line that names its source in each language, where that is not the content's.
    pub(in crate::content) facts: Option<PerLanguage>,
    /// The text for the readers of each language, in the order of [`Content::languages`](crate::content::Content::languages).
    pub(in crate::content) texts: Vec<SectionText>,
}

/// A button that opens a web address.
#[derive(Clone, Debug)]
pub struct LinkButton {
    /// What it says: 1 to [`LABEL_MAX`](crate::content::LABEL_MAX) bytes.
    pub label: PerLanguage,
    /// The address, with `http` or `https`.
    pub url: Box<str>,
}

/// The neighbours of a section under the same parent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Siblings {
    /// The section before.
    pub previous: Option<SectionId>,
    /// The section after.
    pub next: Option<SectionId>,
}

/// A section's text for the readers of one language.
#[derive(Clone, Debug)]
pub struct SectionText {
    /// The language of the text: another than the reader's when it is not translated yet.
    pub language: LangId,
    /// Emoji and title. The title has at most [`TITLE_MAX`](crate::content::TITLE_MAX) UTF-16 units.
    pub title: Box<str>,
    /// The label of the section's button: emoji and title, or emoji and a shorter text. At most
    /// [`LABEL_MAX`](crate::content::LABEL_MAX) bytes.
    pub label: Box<str>,
    /// One line of at most 200 UTF-16 units, for lists and previews.
    pub summary: Box<str>,
    /// The body, cut into one to [`BODY_PAGES_MAX`](crate::content::BODY_PAGES_MAX) pages of at most
    /// [`BODY_PAGE_MAX`](crate::content::BODY_PAGE_MAX) UTF-16 units.
    pub pages: Vec<RichText>,
    /// The page read aloud.
    pub clip: Option<Clip>,
    /// The picture of the section.
    pub picture: Option<Picture>,
}
