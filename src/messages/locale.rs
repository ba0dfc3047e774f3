//! The languages in which editors and operators are spoken to.

use clap::ValueEnum;

use crate::lang::Tag;

/// A language of the program's own texts, which need not be one of the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Locale {
    /// The language of the code, the log and the documentation.
    #[default]
    #[value(name = "en")]
    English,
    /// The language of the first content's office.
    #[value(name = "fr")]
    French,
}

impl Locale {
    /// Every language there is.
    pub const ALL: [Locale; 2] = [Locale::English, Locale::French];

    /// The tag of the language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Locale::English => "en",
            Locale::French => "fr",
        }
    }

    /// The first language that the system is set to and that there are texts in (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`; on
    /// Windows and macOS its settings), else English.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locales().find_map(|name| Self::of_name(&name)).unwrap_or_default()
    }

    /// The language of a locale's name, as `fr_FR.UTF-8` or `fr-ML`; `None` where there are no texts in it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match Tag::new(name.split(['.', '@']).next()?)?.as_str() {
            "en" => Some(Locale::English),
            "fr" => Some(Locale::French),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn a_locale_has_a_language() {
        for name in ["fr", "fr_FR", "fr_ML.UTF-8", "fr-CA", "FR_be@euro"] {
            assert_eq!(Locale::of_name(name), Some(Locale::French), "{name}");
        }
        assert_eq!(Locale::of_name("en_GB.UTF-8"), Some(Locale::English));
        for name in ["", "C", "POSIX", "C.UTF-8", "frr_DE", "bm_ML", "what is this"] {
            assert_eq!(Locale::of_name(name), None, "{name}");
        }
    }
}
