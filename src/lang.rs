//! A language's tag, as it names a folder of words and travels in callback data.

use std::fmt;

use icu_locale::{Locale, LocaleCanonicalizer};

/// A canonical primary language subtag (BCP 47, Unicode CLDR): two or three lower-case ASCII letters (`fr`, `bm`, `nqo`).
///
/// The region and script of a tag (`fr-CA`, `zh-Hans`) are left out: content is per language.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Box<str>);

impl Tag {
    /// The language of a BCP 47 tag in any case, with hyphens or underscores; `None` when it is not one.
    ///
    /// Of two subtags for one language, CLDR says which is canonical: `iw` is `he`, `in` is `id`, `tl` is `fil`, `bam` is `bm`.
    ///
    /// ```
    /// use palabre::lang::Tag;
    ///
    /// assert_eq!(Tag::new("zh-hans").unwrap().as_str(), "zh");
    /// assert_eq!(Tag::new("iw_IL"), Tag::new("he"));
    /// assert_eq!(Tag::new("English"), None);
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut locale = Locale::try_from_str(&text.replace('_', "-")).ok()?;
        LocaleCanonicalizer::new_common().canonicalize(&mut locale);
        match locale.id.language {
            language if language.is_unknown() => None,
            // CLDR keeps both, and lets the words of `no` serve for `nb`, which nearly everybody who writes it means.
            language if language.as_str() == "nb" => Some(Self("no".into())),
            language => Some(Self(language.as_str().into())),
        }
    }

    /// The letters of the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The codes of the language as a `language_code` of commands and descriptions, for which Telegram takes two letters
    /// (ISO 639-1): none for `nqo`, two where apps say either.
    pub fn telegram_codes(&self) -> impl Iterator<Item = &str> {
        let codes = match &*self.0 {
            "no" => ["no", "nb"],
            "fil" => ["tl", ""],
            code => [code, ""],
        };
        codes.into_iter().filter(|code| code.len() == 2)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_language_has_one_tag() {
        let check = |text, expected| assert_eq!(Tag::new(text).as_ref().map(Tag::as_str), expected, "{text:?}");
        for (text, expected) in [("iw", "he"), ("in", "id"), ("ji", "yi"), ("tl", "fil"), ("nb", "no"), ("no", "no")] {
            check(text, Some(expected));
        }
        for (text, expected) in [("fra", "fr"), ("bam", "bm"), ("cmn", "zh"), ("sh", "sr"), ("mo", "ro")] {
            check(text, Some(expected));
        }
        for (text, expected) in [("FR", "fr"), ("fr-CA", "fr"), ("zh-hans", "zh"), ("zh_Hant_TW", "zh"), ("nqo", "nqo")]
        {
            check(text, Some(expected));
        }
        check("zh-hans-x-hologram", Some("zh"));
        for text in ["", "f", "English", "und", "français", "fr ", "12", "a-b"] {
            check(text, None);
        }
    }

    #[test]
    fn telegram_takes_two_letters() {
        let check = |text, expected: &[&str]| {
            assert_eq!(Tag::new(text).iter().flat_map(Tag::telegram_codes).collect::<Vec<_>>(), expected, "{text}");
        };
        check("fr", &["fr"]);
        check("iw", &["he"]);
        check("nb", &["no", "nb"]);
        check("fil", &["tl"]);
        check("nqo", &[]);
    }
}
