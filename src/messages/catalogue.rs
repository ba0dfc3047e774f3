//! The catalogues: English text → text of another language. Each is a TOML file whose keys are the texts of the code.

use std::collections::HashMap;
use std::sync::LazyLock;

use toml::de::DeTable;

use super::Locale;

static FRENCH: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(include_str!("fr.toml")));

/// The text in a language; where the catalogue lacks it, in English.
pub(super) fn translation(english: &'static str, locale: Locale) -> &'static str {
    find(english, locale).unwrap_or(english)
}

/// The text in another language than English.
pub(super) fn find(english: &str, locale: Locale) -> Option<&'static str> {
    match locale {
        Locale::English => None,
        Locale::French => FRENCH.get(english).map(String::as_str),
    }
}

/// The entries of a catalogue. It is part of the program, so a test finds what is wrong with it.
fn read(text: &str) -> HashMap<String, String> {
    let (table, _) = DeTable::parse_recoverable(text);
    let entries = table.into_inner().into_iter();
    entries
        .filter_map(|(key, value)| Some((key.into_inner().into_owned(), value.get_ref().as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use clap::CommandFactory;
    use proc_macro2::{TokenStream, TokenTree};
    use syn::LitStr;

    use super::*;
    use crate::cli::arguments::{Arguments, HELP_WORDS};
    use crate::messages::{Part, parts};

    /// The texts of all `message!(…)` below a directory, but for those of unit tests.
    fn texts_below(directory: &Path, texts: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                texts_below(&path, texts);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = fs::read_to_string(&path).unwrap();
                texts_in(code.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display())), texts);
            }
        }
    }

    fn texts_in(tokens: TokenStream, texts: &mut BTreeSet<String>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            if matches!(&tokens[..at], [.., TokenTree::Ident(word), TokenTree::Ident(name)] if word == "mod" && name == "tests")
            {
                continue;
            }
            let is_message = matches!(&tokens[..at], [.., TokenTree::Ident(name), TokenTree::Punct(mark)]
                if name == "message" && mark.as_char() == '!');
            let first = group.stream().into_iter().next().filter(|_| is_message).map(TokenStream::from);
            // The macro's own rules have no text there.
            texts.extend(first.and_then(|first| syn::parse2::<LitStr>(first).ok()).map(|text| text.value()));
            texts_in(group.stream(), texts);
        }
    }

    /// All texts of a command and of those below it.
    fn help_texts(command: &clap::Command, texts: &mut BTreeSet<String>) {
        let about = [command.get_about(), command.get_long_about(), command.get_after_help()];
        let arguments = command.get_arguments().flat_map(|argument| [argument.get_help(), argument.get_long_help()]);
        texts.extend(about.into_iter().chain(arguments).flatten().map(ToString::to_string));
        command.get_subcommands().for_each(|command| help_texts(command, texts));
    }

    fn all_texts() -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        texts_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        help_texts(&Arguments::command(), &mut texts);
        texts.extend(HELP_WORDS.map(str::to_owned));
        texts
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let name = |part| if let Part::Placeholder(name) = part { Some(name) } else { None };
        parts(text).filter_map(name).collect()
    }

    #[test]
    fn the_catalogues_are_toml() {
        let (_, errors) = DeTable::parse_recoverable(include_str!("fr.toml"));
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn no_text_is_missing_and_none_is_left_over() {
        let texts = all_texts();
        assert!(texts.len() > 200, "{}", texts.len());
        for locale in Locale::ALL.into_iter().filter(|&locale| locale != Locale::English) {
            let missing: Vec<&String> = texts.iter().filter(|text| find(text, locale).is_none()).collect();
            assert!(missing.is_empty(), "{locale:?} lacks {missing:#?}");
        }
        let left_over: Vec<&String> = FRENCH.keys().filter(|text| !texts.contains(*text)).collect();
        assert!(left_over.is_empty(), "nothing says {left_over:#?}");
    }

    #[test]
    fn a_translation_has_the_placeholders_of_its_text() {
        for (english, french) in &*FRENCH {
            assert_eq!(placeholders(english), placeholders(french), "{english}");
            let is_help = english.contains("\n  ");
            assert!(is_help || !french.contains(" ?") && !french.contains(" :"), "no-break spaces: {french}");
        }
    }
}
