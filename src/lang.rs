//! A language's tag, as it names a folder of words and travels in callback data.

use std::fmt;

/// A BCP 47 primary language subtag: two to eight lower-case ASCII letters (`fr`, `bm`, `nqo`).
///
/// The region and script of a person's `language_code` (`fr-CA`) are left out: content is per language.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Box<str>);

impl Tag {
    /// The tag, or `None` when the text is not two to eight lower-case ASCII letters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
        fits.then(|| Self(text.into()))
    }

    /// The letters of the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Telegram takes this tag as a `language_code` of commands and descriptions: ISO 639-1, two letters.
    #[must_use]
    pub fn is_known_to_telegram(&self) -> bool {
        self.0.len() == 2
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The primary subtag of a person's `language_code`: `fr` of `fr-CA`, in whatever case it came.
#[must_use]
pub fn primary_subtag(language_code: &str) -> String {
    language_code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}
