//! Another text in place of one in a TOML file: in its quotes, with its line breaks, changed only where the words differ.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The four ways to write a text in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Basic,
    Literal,
    LongBasic,
    LongLiteral,
}

impl Style {
    fn of(token: &str) -> Self {
        match token {
            _ if token.starts_with("\"\"\"") => Self::LongBasic,
            _ if token.starts_with("'''") => Self::LongLiteral,
            _ if token.starts_with('\'') => Self::Literal,
            _ => Self::Basic,
        }
    }

    fn quotes(self) -> &'static str {
        match self {
            Self::Basic => "\"",
            Self::Literal => "'",
            Self::LongBasic => "\"\"\"",
            Self::LongLiteral => "'''",
        }
    }

    /// Whether it has escapes.
    fn has_escapes(self) -> bool {
        matches!(self, Self::Basic | Self::LongBasic)
    }

    /// Whether a line end may stand in it.
    fn is_long(self) -> bool {
        matches!(self, Self::LongBasic | Self::LongLiteral)
    }

    /// The text as it stands between the quotes. What the style cannot say is found out by reading it again.
    fn encode(self, text: &str, newline: &str) -> String {
        let mut written = String::with_capacity(text.len());
        let mut letters = text.chars().peekable();
        let mut last = '"';
        while let Some(c) = letters.next() {
            match c {
                '\n' if self.is_long() => written.push_str(newline),
                _ if !self.has_escapes() => written.push(c),
                '\n' => written.push_str("\\n"),
                '\t' => written.push_str("\\t"),
                '\\' => written.push_str("\\\\"),
                // Alone, a quote in a long text is one.
                '"' if self.is_long() && last != '"' && letters.peek().is_some_and(|&next| next != '"') => {
                    written.push(c)
                }
                '"' => written.push_str("\\\""),
                c if c.is_ascii_control() => written.push_str(&format!("\\u{:04X}", u32::from(c))),
                c => written.push(c),
            }
            last = c;
        }
        written
    }
}

/// The text of a token, with Unix line ends.
fn decoded(token: &str) -> Option<String> {
    let document = format!("x = {token}");
    let table = DeTable::parse(&document).ok()?;
    match table.get_ref().get("x")?.get_ref() {
        DeValue::String(text) => Some(text.replace("\r\n", "\n")),
        _ => None,
    }
}

/// The token of another text, in the place of `token`: with its quotes and escapes, and the blanks around its words.
pub(super) fn rewritten(token: &str, text: &str, newline: &str) -> String {
    let Some(old) = decoded(token) else { return new(text, newline) };
    let wanted = with_blanks_of(&old, text);
    let style = Style::of(token);
    if !style.is_long() && wanted.contains('\n') && !old.contains('\n') {
        return new(text, newline);
    }
    changed_within(token, style, &old, &wanted, newline)
        .filter(|token| decoded(token).as_deref() == Some(&wanted))
        .unwrap_or_else(|| in_style(token, style, &wanted, newline))
}

/// The token of a text that was not there, written as that of another language is.
pub(super) fn like(token: &str, text: &str, newline: &str) -> String {
    let Some(model) = decoded(token) else { return new(text, newline) };
    let wanted = with_blanks_of(&model, text);
    let style = Style::of(token);
    if !style.is_long() && wanted.contains('\n') && !model.contains('\n') {
        return new(text, newline);
    }
    in_style(token, style, &wanted, newline)
}

/// The token of a text.
pub(super) fn new(text: &str, newline: &str) -> String {
    if text.contains('\n') {
        whole(Style::LongBasic, newline, text, newline)
    } else {
        whole(Style::Basic, "", text, newline)
    }
}

fn with_blanks_of(old: &str, text: &str) -> String {
    let words = old.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    let start = old.len() - old.trim_start().len();
    format!("{}{text}{}", &old[..start], &old[start + words.len()..])
}

/// The whole text in the style of a token, or where that cannot say it, in the one that can say all.
fn in_style(token: &str, style: Style, wanted: &str, newline: &str) -> String {
    let inner = &token[style.quotes().len()..];
    // The line end behind the opening quotes is no part of the text.
    let head = if style.is_long() && inner.starts_with(['\n', '\r']) { newline } else { "" };
    let written = whole(style, head, wanted, newline);
    if decoded(&written).as_deref() == Some(wanted) {
        return written;
    }
    let other = if style.is_long() { Style::LongBasic } else { Style::Basic };
    whole(other, head, wanted, newline)
}

fn whole(style: Style, head: &str, text: &str, newline: &str) -> String {
    let quotes = style.quotes();
    format!("{quotes}{head}{}{quotes}", style.encode(text, newline))
}

/// The token with the letters exchanged between the common beginning and the common end of both texts; `None` when the token is
/// not understood.
fn changed_within(token: &str, style: Style, old: &str, wanted: &str, newline: &str) -> Option<String> {
    let letters = letters(token, style)?;
    let (old, wanted): (Vec<char>, Vec<char>) = (old.chars().collect(), wanted.chars().collect());
    if letters.len() != old.len() || letters.iter().zip(&old).any(|(letter, c)| letter.0 != *c) {
        return None;
    }
    let start = old.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let most = old.len().min(wanted.len()) - start;
    let end = old.iter().rev().zip(wanted.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let content = content(token, style);
    let from = match start {
        _ if start + end < old.len() => letters[start].1.start,
        0 => content.start,
        _ => letters[start - 1].1.end,
    };
    let to = if start + end < old.len() { letters[old.len() - end - 1].1.end } else { from };
    let words: String = wanted[start..wanted.len() - end].iter().collect();
    Some(format!("{}{}{}", &token[..from], style.encode(&words, newline), &token[to..]))
}

/// The bytes between the quotes, without a line end behind the opening ones.
fn content(token: &str, style: Style) -> Range<usize> {
    let quotes = style.quotes().len();
    let mut start = quotes.min(token.len());
    if style.is_long() {
        start += ["\r\n", "\n"].iter().find(|end| token[start..].starts_with(**end)).map_or(0, |end| end.len());
    }
    start..token.len().saturating_sub(quotes).max(start)
}

/// Each letter of the text, and the bytes of the token that say it. A backslash at the end of a line says nothing.
fn letters(token: &str, style: Style) -> Option<Vec<(char, Range<usize>)>> {
    let content = content(token, style);
    let mut letters = Vec::new();
    let mut at = content.start;
    while at < content.end {
        let rest = &token[at..content.end];
        let first = rest.chars().next()?;
        let (letter, length) = match first {
            '\r' if rest.starts_with("\r\n") => (Some('\n'), 2),
            '\\' if style.has_escapes() => escape(rest)?,
            c => (Some(c), c.len_utf8()),
        };
        letters.extend(letter.map(|letter| (letter, at..at + length)));
        at += length;
    }
    Some(letters)
}

/// What an escape says, and how many bytes it has.
fn escape(text: &str) -> Option<(Option<char>, usize)> {
    let code = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((Some(char::from_u32(code)?), 2 + digits))
    };
    let letter = match text[1..].chars().next()? {
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        c @ ('"' | '\\') => c,
        'x' => return code(2),
        'u' => return code(4),
        'U' => return code(8),
        ' ' | '\t' | '\n' | '\r' => {
            let blanks = &text[1..];
            return Some((None, 1 + blanks.len() - blanks.trim_start_matches([' ', '\t', '\n', '\r']).len()));
        }
        _ => return None,
    };
    Some((Some(letter), 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(token: &str, text: &str, expected: &str) {
        assert_eq!(rewritten(token, text, "\n"), expected);
    }

    #[test]
    fn only_the_words_that_differ_are_changed() {
        check(r#""a \"b\" c\u00e9 d""#, "a \"b\" c\u{e9} e", r#""a \"b\" c\u00e9 e""#);
        check("'a b'", "a c", "'a c'");
        check("\"\"\"\none \\\n  two\nthree\n\"\"\"", "one two\nfour", "\"\"\"\none \\\n  two\nfour\n\"\"\"");
        check("\"\"\"\none \\\n  two\"\"\"", "one new two", "\"\"\"\none new \\\n  two\"\"\"");
        check("\"a\\nb\"", "a\nc", "\"a\\nc\"");
        check("\"a\"", "\"a\"", r#""\"a\"""#);
        check("\"\"\"a\"\"\"", "a\"", "\"\"\"a\\\"\"\"\"");
        check("'''\r\none\r\ntwo'''", "one\n2", "'''\r\none\r\n2'''");
    }

    #[test]
    fn what_the_quotes_cannot_say_gets_others() {
        check("'a b'", "a'b", "\"a'b\"");
        check("'''\na'''", "a'''b", "\"\"\"\na'''b\"\"\"");
        check("\"a\"", "a\nb", "\"\"\"\na\nb\"\"\"");
        assert_eq!(rewritten("\"\"\"\r\na\r\n\"\"\"", "b\nc", "\r\n"), "\"\"\"\r\nb\r\nc\r\n\"\"\"");
        assert_eq!(like("\"\"\"\nfr \\\n fr\n\"\"\"", "a\n\nb", "\n"), "\"\"\"\na\n\nb\n\"\"\"");
        assert_eq!(like("'x'", "it's", "\n"), "\"it's\"");
    }

    proptest! {
        #[test]
        fn any_text_can_take_the_place_of_any_other(
            token in prop::sample::select(vec![
                "\"\"", "\"a b\"", "'a b'", "\"\"\"\na \\\n  b \\\"c\\\"\n\"\"\"", "'''a\n\"b\"'''", "\"\\ta\\u00e9\\n\"", "1",
            ]),
            text in prop_oneof!["[ab \"'\\\\\n]{1,12}", any::<String>()],
        ) {
            // A text is given without blanks around it and without line ends of Windows.
            let text = text.replace('\r', "").trim().to_owned();
            prop_assume!(!text.is_empty());
            for written in [rewritten(token, &text, "\n"), like(token, &text, "\n"), new(&text, "\n")] {
                let read = decoded(&written);
                prop_assert_eq!(read.as_deref().map(str::trim), Some(text.as_str()), "{}", written);
            }
        }
    }
}
