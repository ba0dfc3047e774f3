//! The spaces at which a line must not end, by the rules of a language: `Pourquoi ?` keeps its question mark on its line.
//!
//! A space of the text becomes a no-break space (U+00A0); nothing is put in where an editor wrote none. The narrow one (U+202F),
//! which French typography prefers before `;`, `!` and `?`, is no choice: the Bot API's server makes a plain space of it in
//! some texts (TDLib, `strip_empty_characters`), and some phones draw it as wide as a letter or as a box.

use std::borrow::Cow;

use super::{RichText, Style};

const NO_BREAK_SPACE: &str = "\u{a0}";

/// The rules of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typography {
    /// The signs that stay with the word before them.
    signs_after: &'static [char],
    /// The signs that stay with the word behind them.
    signs_before: &'static [char],
    /// The months, in lower case: a day stays with its month, and a month with its year.
    months: &'static [&'static str],
    /// What follows the digit of an ordinal day: `1er`.
    ordinal: &'static str,
    /// Whether the digits of a number stand in groups of three with spaces between them.
    groups_digits: bool,
}

impl Typography {
    /// No rules: the text stays as it is.
    pub const NONE: Self = Self { signs_after: &[], signs_before: &[], months: &[], ordinal: "", groups_digits: false };

    /// The rules of a language, by its tag.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        match tag {
            "fr" => FRENCH,
            _ => Self::NONE,
        }
    }

    /// What stands between a word and what it announces.
    #[must_use]
    pub fn colon(&self) -> &'static str {
        if self.signs_after.contains(&':') { "\u{a0}: " } else { ": " }
    }

    /// The text with no-break spaces. Its length in characters and in UTF-16 units stays the same.
    #[must_use]
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &*self.spaces(text) {
            [] => Cow::Borrowed(text),
            spaces => Cow::Owned(replace(text, spaces)),
        }
    }

    /// Where the spaces stand that become no-break spaces, in bytes.
    fn spaces(&self, text: &str) -> Vec<usize> {
        if *self == Self::NONE {
            return Vec::new();
        }
        let in_numbers = if self.groups_digits { spaces_in_numbers(text) } else { Vec::new() };
        let holds = |at: usize| self.holds_together(&text[..at], &text[at + 1..]) || in_numbers.contains(&at);
        text.match_indices(' ').map(|(at, _)| at).filter(|&at| holds(at)).collect()
    }

    /// Whether what stands before and behind a space belongs on one line.
    fn holds_together(&self, before: &str, behind: &str) -> bool {
        behind.starts_with(self.signs_after)
            || before.ends_with(self.signs_before)
            || self.is_within_date(before, behind)
    }

    fn is_within_date(&self, before: &str, behind: &str) -> bool {
        let is_month = |word: &str| !word.is_empty() && self.months.contains(&&*word.to_lowercase());
        let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let next = behind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let is_number = |word: &str, digits: &[usize]| {
            digits.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_day =
            || is_number(last, &[1, 2]) || last.strip_suffix(self.ordinal).is_some_and(|day| is_number(day, &[1]));
        (is_month(next) && is_day()) || (is_number(next, &[4]) && is_month(last))
    }
}

/// French, by the "Lexique des règles typographiques en usage à l'Imprimerie nationale".
const FRENCH: Typography = Typography {
    signs_after: &[':', ';', '!', '?', '»', '%'],
    signs_before: &['«'],
    months: &[
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    ordinal: "er",
    groups_digits: true,
};

/// The spaces between the groups of a number's digits, in bytes: `50 000`, `1 234 567`. The first group has one to three digits,
/// the others have three. A phone number has groups of another size, or begins with a zero or `+`.
fn spaces_in_numbers(text: &str) -> Vec<usize> {
    let mut spaces = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at) {
        let rest = &text[start..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ' ').unwrap_or(rest.len());
        let run = rest[..end].trim_end_matches(' ');
        let (first, others) = run.split_once(' ').unwrap_or((run, ""));
        let stands_alone = !text[..start].ends_with(|c: char| c.is_alphanumeric() || "+-−–./,_".contains(c));
        if stands_alone
            && first.len() <= 3
            && !first.starts_with('0')
            && others.split(' ').all(|group| group.len() == 3)
        {
            spaces.extend(run.match_indices(' ').map(|(at, _)| start + at));
        }
        from = start + run.len();
    }
    spaces
}

/// The text with a no-break space in place of each space at one of these bytes.
fn replace(text: &str, spaces: &[usize]) -> String {
    let mut replaced = String::with_capacity(text.len() + spaces.len());
    let mut from = 0;
    for &at in spaces {
        replaced.push_str(&text[from..at]);
        replaced.push_str(NO_BREAK_SPACE);
        from = at + 1;
    }
    replaced.push_str(&text[from..]);
    replaced
}

impl RichText {
    /// The text with no-break spaces, but for code and phone numbers, which people copy. Lengths in UTF-16 units stay the same.
    #[must_use]
    pub fn typeset(self, typography: &Typography) -> RichText {
        let is_copied = |at: usize| {
            let around = self.spans.iter().filter(|span| span.range.contains(&at));
            around.into_iter().any(|span| matches!(span.style, Style::Code | Style::Pre | Style::Phone))
        };
        let spaces: Vec<usize> = typography.spaces(&self.text).into_iter().filter(|&at| !is_copied(at)).collect();
        if spaces.is_empty() {
            return self;
        }
        // A no-break space is a byte longer.
        let moved = |at: usize| at + spaces.partition_point(|&space| space < at) * (NO_BREAK_SPACE.len() - 1);
        let text = replace(&self.text, &spaces);
        let mut spans = self.spans;
        for span in &mut spans {
            span.range = moved(span.range.start)..moved(span.range.end);
        }
        RichText { text, spans }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Placeholders, parse};

    /// No-break spaces are shown as `~`.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let applied = Typography::of("fr").apply(text);
        assert_eq!(applied.replace('\u{a0}', "~"), expected);
        assert_eq!(applied.encode_utf16().count(), text.encode_utf16().count());
    }

    #[test]
    fn signs_stay_with_their_word() {
        check("Quoi ? Ceci : « cela » ; voilà !", "Quoi~? Ceci~: «~cela~»~; voilà~!");
        check("Non, merci. 5 % (ou 6)", "Non, merci. 5~% (ou 6)");
        check("https://example.org:80/?a 10:30", "https://example.org:80/?a 10:30");
        check("déjà\u{a0}: fait", "déjà~: fait");
    }

    #[test]
    fn numbers_and_dates_stay_together() {
        check("50 000 personnes, 1 234 567 et 12 500.", "50~000 personnes, 1~234~567 et 12~500.");
        check("le 1er mars et le 12 septembre 2016", "le 1er~mars et le 12~septembre~2016");
        check("en Mai 2016, 3 maires", "en Mai~2016, 3 maires");
        check("vers 100 000 (50 000 en 2015)", "vers 100~000 (50~000 en 2015)");
    }

    #[test]
    fn what_is_no_number_keeps_its_spaces() {
        for text in [
            "+223 20 22 18 48",
            "+223 201 848 123",
            "01 23 45 67 89",
            "0800 123 456",
            "en 2016 300 personnes",
            "rue 27, porte 35",
            "12 34",
            "7 1000",
            "n 123 4567",
            "A12 345",
            "1.5 000",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn other_languages_have_no_rules() {
        assert_eq!(Typography::of("en").apply("What ? 50 000 « x »"), "What ? 50 000 « x »");
    }

    #[test]
    fn styles_keep_their_words_and_what_is_copied_stays_as_it_is() {
        struct Phones;
        impl Placeholders for Phones {
            fn text(&self, _: &str) -> Option<RichText> {
                Some(RichText::styled("+1 ? 50 000", Style::Phone))
            }
            fn address(&self, _: &str) -> Option<String> {
                None
            }
        }
        let body = "**Quoi ?** `a ?` *50 000 voix* : [lire « ici »](https://a.org/a:b) {phones} !\n\n```\nx ? y\n```";
        let (rich, problems) = parse(body, &Phones);
        assert_eq!(problems, []);
        let plain: Vec<String> = words(&rich);
        let typeset = rich.clone().typeset(&Typography::of("fr"));
        let expected = ["Quoi~?", "a ?", "50~000 voix", "lire «~ici~»", "+1 ? 50 000", "x ? y"];
        assert_eq!(words(&typeset).iter().map(|word| word.replace('\u{a0}', "~")).collect::<Vec<_>>(), expected);
        assert_eq!(words(&typeset).iter().map(|word| word.replace('\u{a0}', " ")).collect::<Vec<_>>(), plain);
        assert_eq!(typeset.utf16_len(), rich.utf16_len());
    }

    fn words(rich: &RichText) -> Vec<String> {
        rich.spans().iter().map(|span| rich.as_str()[span.range.clone()].to_owned()).collect()
    }
}
