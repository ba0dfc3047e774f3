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

/// Whether a text is read from right to left: whether its first letter belongs to a script that is.
#[must_use]
pub fn is_right_to_left(text: &str) -> bool {
    // Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours; the presentation forms; the scripts of the supplementary
    // plane that are written so (Unicode, `Bidi_Class` R and AL).
    text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

/// The primary subtag of a person's `language_code`: `fr` of `fr-CA`, in whatever case it came.
#[must_use]
pub fn primary_subtag(language_code: &str) -> String {
    language_code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}
