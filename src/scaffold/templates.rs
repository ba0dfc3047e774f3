//! The texts that `palabre init` and `palabre new` write, of the languages that there are sentences in.

use crate::lang::Tag;
use crate::message;
use crate::messages::Locale;

/// Stands before what an editor has to write in place of ours.
pub const MARK: &str = "✏️";

/// The texts of a language.
#[derive(Debug)]
pub(super) struct Templates {
    pub(super) tag: &'static str,
    /// Whether somebody who speaks the language has read them.
    pub(super) is_reviewed: bool,
    pub(super) interface: &'static str,
    /// The words of the first tree's sections.
    pub(super) sections: &'static str,
    /// The words of one section of which nothing but its id is known.
    pub(super) section: &'static str,
    /// Questions with the sections of the first tree that they find.
    pub(super) tests: &'static str,
}

macro_rules! texts {
    ($tag:literal, $is_reviewed:literal) => {
        Templates {
            tag: $tag,
            is_reviewed: $is_reviewed,
            interface: include_str!(concat!("templates/", $tag, "/interface.toml")),
            sections: include_str!(concat!("templates/", $tag, "/sections.toml")),
            section: include_str!(concat!("templates/", $tag, "/section.toml")),
            tests: include_str!(concat!("templates/", $tag, "/tests.toml")),
        }
    };
}

static ENGLISH: Templates = texts!("en", true);
static OTHERS: [Templates; 4] = [texts!("fr", true), texts!("pt", false), texts!("es", false), texts!("ar", false)];

/// The texts of a language, if there are any.
pub(super) fn of(tag: &Tag) -> Option<&'static Templates> {
    std::iter::once(&ENGLISH).chain(&OTHERS).find(|texts| texts.tag == tag.as_str())
}

/// The texts from which another language is translated: those of the first one that there are any in, else the English ones.
pub(super) fn source<'a>(languages: impl IntoIterator<Item = &'a Tag>) -> &'static Templates {
    languages.into_iter().find_map(of).unwrap_or(&ENGLISH)
}

/// The language of the comments that are for the editors as a whole: that of the first language, as far as there are texts in it.
pub(super) fn comments(first: Option<&Tag>) -> Locale {
    first.and_then(|tag| Locale::of_name(tag.as_str())).unwrap_or_default()
}

/// `palabre.toml`, with its comments in a language.
pub(super) fn root(locale: Locale) -> &'static str {
    match locale {
        Locale::English => include_str!("templates/palabre.en.toml"),
        Locale::French => include_str!("templates/palabre.fr.toml"),
    }
}

/// What a language without sentences of ours gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untranslated {
    /// The texts of the source as comments: readers see those of another language until they are translated.
    Comments,
    /// The texts of the source as they are, because no other language has any.
    AsIs,
}

/// The interface of a language without sentences of ours.
pub(super) fn untranslated_interface(tag: &Tag, source: &Templates, how: Untranslated, locale: Locale) -> String {
    let lines = source.interface.lines().skip_while(|line| !line.starts_with("name = ")).skip(1);
    let name = message!("# The language's name for itself: it stands on a button.").to_text(locale);
    let head = format!("{}\n\n{name}\nname = \"{tag}\"\n", head(tag, source, how, locale));
    // The names of the tables stay, so that a single sentence can be translated.
    head + &translatable(lines, how).replace("\n# [", "\n[")
}

/// Words of sections of a language without sentences of ours.
pub(super) fn untranslated_words(
    tag: &Tag,
    source: &Templates,
    words: &str,
    how: Untranslated,
    locale: Locale,
) -> String {
    let lines = words.lines().skip_while(|line| line.starts_with('#'));
    format!("{}\n{}", head(tag, source, how, locale), translatable(lines, how))
}

fn head(tag: &Tag, source: &Templates, how: Untranslated, locale: Locale) -> String {
    let source = source.tag;
    let message = match how {
        Untranslated::Comments => message!(
            "# To be translated from `{source}` into `{tag}`: take the # away before a text and translate it.\n# Until then it is shown in another language.",
            source,
            tag
        ),
        Untranslated::AsIs => message!("# To be translated from `{source}` into `{tag}`.", source, tag),
    };
    message.to_text(locale)
}

fn translatable<'a>(lines: impl Iterator<Item = &'a str>, how: Untranslated) -> String {
    let line = |line: &str| match how {
        Untranslated::Comments if !line.is_empty() && !line.starts_with('#') => format!("# {line}\n"),
        _ => format!("{line}\n"),
    };
    lines.map(line).collect()
}
