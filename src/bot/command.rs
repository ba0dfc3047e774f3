//! A command as somebody wrote it, and the commands that stand in a page.

use std::ops::Range;

use crate::folding::{fold, is_invisible};

/// A command as somebody wrote it: `/Principes@palabre_bot and more`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandText {
    /// The name, without slash and bot.
    pub name: String,
    /// The bot that it names.
    pub bot: Option<String>,
    /// What stands behind it.
    pub rest: String,
}

impl CommandText {
    /// The command at the beginning of a text, if there is one. What follows its letters (`/contact!`) is left out. The text is
    /// [folded](fold) first: a keyboard or a web page may have put in signs that nobody sees.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_blank = |c: char| c.is_whitespace() || is_invisible(c);
        // Of most texts the first letter says that they are none.
        let text = fold(text.trim_start_matches(is_blank).strip_prefix(['/', '／'])?);
        let word = |text: &str| -> String { text.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect() };
        let name = word(&text);
        let mut behind = &text[name.len()..];
        let bot = behind.strip_prefix('@').map(word).filter(|bot| !bot.is_empty());
        if let Some(bot) = &bot {
            behind = &behind[1 + bot.len()..];
        }
        (!name.is_empty()).then(|| Self { name, bot, rest: behind.to_owned() })
    }
}

/// Where commands stand in the text of a page, each with its slash: what a tap sends. As an app finds them, they stand apart from
/// letters, digits and other slashes.
pub fn commands_in(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_command = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_apart = move |c: char| !is_command(c) && !c.is_alphanumeric() && c != '/';
    text.match_indices('/').filter_map(move |(at, _)| {
        let name = text[at + 1..].split(|c: char| !is_command(c)).next()?;
        let end = at + 1 + name.len();
        let (before, after) = (text[..at].chars().next_back(), text[end..].chars().next());
        (!name.is_empty() && before.is_none_or(is_apart) && after.is_none_or(is_apart)).then_some(at..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_apart() {
        let found = |text| commands_in(text).map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("/contact, or (/help)."), ["/contact", "/help"]);
        assert_eq!(found("a/contact /contact/b /contacté // https://e.org/a"), Vec::<String>::new());
    }

    #[test]
    fn a_command_is_read_whatever_signs_are_in_it() {
        let check = |text, name, bot: Option<&str>, rest| {
            let expected =
                CommandText { name: String::from(name), bot: bot.map(str::to_owned), rest: String::from(rest) };
            assert_eq!(CommandText::parse(text), Some(expected), "{text:?}");
        };
        check("/contact", "contact", None, "");
        check(" /Principes@palabre_bot and more", "Principes", Some("palabre_bot"), " and more");
        check("/contact!", "contact", None, "!");
        check("\u{200b}/con\u{200b}tact\u{2060}", "contact", None, "");
        check("／contact", "contact", None, "");
        check("／ＣＯＮＴＡＣＴ＠palabre＿bot", "CONTACT", Some("palabre_bot"), "");
        check("/start\u{a0}fr-trust", "start", None, " fr-trust");
        for text in ["", "contact", "/", "/ contact", "where /contact", "//"] {
            assert_eq!(CommandText::parse(text), None, "{text:?}");
        }
    }
}
