//! A text in every language of a content.

use super::LangId;

/// A text in every language of the content: a language that lacks it has that of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerLanguage(pub(in crate::content) Vec<Box<str>>);

impl PerLanguage {
    /// The text for the readers of a language.
    #[must_use]
    pub fn get(&self, lang: LangId) -> &str {
        &self.0[lang.0]
    }
}
