//! Characters that nobody sees, and those that look like others: they come with what is copied from web pages and word
//! processors, and make a phone number that cannot be dialled, a link that does not open, a word that is not found.

use std::ops::Range;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::content::schema::Spanned;
use crate::diag::{Code, Report, Severity, Source};
use crate::folding::{ascii_look_alike, is_invisible};
use crate::lang::is_right_to_left;
use crate::message;
use crate::messages::Message;

/// Reports them in what programs read: ids, commands, tags, dates, phone numbers. Says whether there are any.
pub(super) fn check_code(file: &Source, text: &Spanned<String>, report: &mut Report) -> bool {
    let found = odd_characters(&text.value, |_, c| is_odd_in_code(c));
    found.iter().for_each(|&(at, c)| add(Severity::Error, text, file, at, c, way_out(c), report));
    !found.is_empty()
}

/// Reports them in a web address. Says whether there are any.
pub(super) fn check_address(file: &Source, text: &Spanned<String>, report: &mut Report) -> bool {
    check_address_in(file, text, 0..text.value.len(), report)
}

/// Reports what nobody sees in a line that people read or copy: a title, a label, a sentence.
pub(super) fn check_line(file: &Source, text: &Spanned<String>, right_to_left: bool, report: &mut Report) {
    let found = odd_characters(&text.value, |before, c| is_hidden(before, c, right_to_left));
    found.iter().for_each(|&(at, c)| add(Severity::Warning, text, file, at, c, way_out(c), report));
}

/// Reports what nobody sees in a line of `palabre.toml`: a name, an address, a source.
pub(super) fn check_fact(file: &Source, text: &Spanned<String>, report: &mut Report) {
    check_line(file, text, is_right_to_left(&text.value), report);
}

/// Reports what nobody sees in a Markdown text, where soft hyphens and word joiners may say where a line ends, and what is odd
/// in its web addresses.
pub(super) fn check_markdown(file: &Source, text: &Spanned<String>, right_to_left: bool, report: &mut Report) {
    let addresses = addresses(&text.value);
    for address in &addresses {
        check_address_in(file, text, address.clone(), report);
    }
    let is_odd = |before, c| !matches!(c, '\u{ad}' | '\u{2060}') && is_hidden(before, c, right_to_left);
    for (at, c) in odd_characters(&text.value, is_odd) {
        if !addresses.iter().any(|address| address.contains(&at)) {
            add(Severity::Warning, text, file, at, c, way_out(c), report);
        }
    }
}

fn check_address_in(file: &Source, text: &Spanned<String>, address: Range<usize>, report: &mut Report) -> bool {
    let found = odd_characters(&text.value[address.clone()], |_, c| is_odd_in_code(c));
    for &(at, c) in &found {
        let help = message!(
            "{way_out}; if the address does hold it, write `{encoded}`",
            way_out = way_out(c),
            encoded = percent_encoded(c)
        );
        add(Severity::Error, text, file, address.start + at, c, help, report);
    }
    !found.is_empty()
}

/// The web addresses of Markdown links, in bytes: `[words](address)` and `<https://…>`.
fn addresses(markdown: &str) -> Vec<Range<usize>> {
    let after = |mark: &'static str| markdown.match_indices(mark).map(move |(at, _)| at + mark.len());
    let ends = |c: char| c.is_whitespace() || c == ')' || c == '>';
    let range = |start: usize| start..markdown[start..].find(ends).map_or(markdown.len(), |length| start + length);
    after("](").chain(after("<http")).map(range).collect()
}

/// The odd characters of a text with their places in bytes, each where it stands first.
fn odd_characters(text: &str, is_odd: impl Fn(Option<char>, char) -> bool) -> Vec<(usize, char)> {
    let mut found: Vec<(usize, char)> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        if is_odd(before, c) && !found.iter().any(|(_, other)| *other == c) {
            found.push((at, c));
        }
        before = Some(c);
    }
    found
}

fn add(
    severity: Severity,
    text: &Spanned<String>,
    file: &Source,
    at: usize,
    c: char,
    help: Message,
    report: &mut Report,
) {
    let place = text.part_location(file, at..at + c.len_utf8());
    let message = match ascii_look_alike(c) {
        Some(plain) => message!("`{c}` is {name}, not `{plain}`", c, name = describe(c), plain),
        None => message!("nobody sees this character: {name}", name = describe(c)),
    };
    match severity {
        Severity::Error => report.error(Code::OddCharacter, place, message, help),
        Severity::Warning => report.warning(Code::OddCharacter, place, message, help),
    }
}

/// A character by its code point and name: `U+200B zero width space`.
fn describe(c: char) -> Message {
    let name = name(c).unwrap_or_else(|| match ascii_look_alike(c) {
        Some('0'..='9') => message!("digit of another script"),
        Some('-') => message!("dash"),
        Some(_) => message!("full-width character"),
        None => message!("control character"),
    });
    message!("U+{code} {name}", code = format!("{:04X}", u32::from(c)), name)
}

fn way_out(c: char) -> Message {
    match ascii_look_alike(c) {
        Some(plain) => message!("write `{plain}`", plain),
        None => message!("delete it, or write the words around it anew"),
    }
}

fn is_odd_in_code(c: char) -> bool {
    is_invisible(c) || ascii_look_alike(c).is_some()
}

/// Whether nobody sees a character in words, and the writing does without it.
fn is_hidden(before: Option<char>, c: char, right_to_left: bool) -> bool {
    match c {
        // A variation selector says how the sign before it is drawn.
        '\u{fe00}'..='\u{fe0f}' => false,
        // Marks and isolates of direction belong into texts from right to left; embeddings and overrides, which can disguise a
        // text, do not.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}' => !right_to_left,
        '\u{ad}' | '\u{202a}'..='\u{202e}' => true,
        c => is_invisible(c) && !before.is_some_and(|before| has_use_behind(before, c)),
    }
}

/// Whether what nobody sees does something behind another character: behind Hebrew letters and those of all scripts that follow
/// them in Unicode it spells words or divides them (Khmer), behind an emoji it makes one sign of several; behind Latin, Greek and
/// Cyrillic letters, digits and punctuation it does nothing.
fn has_use_behind(before: char, c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark, Symbol};
    let is_joiner = c == '\u{200d}' || ('\u{e0020}'..='\u{e007f}').contains(&c);
    before >= '\u{590}'
        && match before.general_category_group() {
            Letter | Mark => true,
            Symbol => is_joiner,
            _ => is_joiner && is_invisible(before),
        }
}

fn percent_encoded(c: char) -> String {
    c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What the characters are called that come most often (UnicodeData.txt, in lower case).
fn name(c: char) -> Option<Message> {
    Some(match c {
        '\u{ad}' => message!("soft hyphen"),
        '\u{34f}' => message!("combining grapheme joiner"),
        '\u{61c}' => message!("arabic letter mark"),
        '\u{180e}' => message!("mongolian vowel separator"),
        '\u{200b}' => message!("zero width space"),
        '\u{200c}' => message!("zero width non-joiner"),
        '\u{200d}' => message!("zero width joiner"),
        '\u{200e}' => message!("left-to-right mark"),
        '\u{200f}' => message!("right-to-left mark"),
        '\u{2010}' => message!("hyphen"),
        '\u{2011}' => message!("non-breaking hyphen"),
        '\u{2012}' => message!("figure dash"),
        '\u{2013}' => message!("en dash"),
        '\u{2014}' => message!("em dash"),
        '\u{202a}' => message!("left-to-right embedding"),
        '\u{202b}' => message!("right-to-left embedding"),
        '\u{202c}' => message!("pop directional formatting"),
        '\u{202d}' => message!("left-to-right override"),
        '\u{202e}' => message!("right-to-left override"),
        '\u{2060}' => message!("word joiner"),
        '\u{2066}' => message!("left-to-right isolate"),
        '\u{2067}' => message!("right-to-left isolate"),
        '\u{2068}' => message!("first strong isolate"),
        '\u{2069}' => message!("pop directional isolate"),
        '\u{2212}' => message!("minus sign"),
        '\u{feff}' => message!("zero width no-break space"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Locale;

    #[test]
    fn addresses_are_those_of_links() {
        let text = "[a](https://a.org) b (c) <https://d.org> [e](f\u{200b}g";
        let found: Vec<&str> = addresses(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["https://a.org", "f\u{200b}g", "s://d.org"]);
    }

    #[test]
    fn joiners_and_marks_are_named_where_they_do_nothing() {
        let check = |text: &str, right_to_left, expected: &[&str]| {
            let mut before = None;
            let mut found = Vec::new();
            for c in text.chars() {
                found.extend(is_hidden(before, c, right_to_left).then(|| describe(c).to_text(Locale::English)));
                before = Some(c);
            }
            assert_eq!(found, expected, "{text:?}");
        };
        check("Notre\u{a0}histoire 🕊️ 1️⃣ 👩‍🌾", false, &[]);
        check("con\u{200b}tact\u{200d}", false, &["U+200B zero width space", "U+200D zero width joiner"]);
        check("می\u{200c}خواهم", true, &[]);
        check("\u{200f}العنوان\u{200f}", true, &[]);
        check("\u{200f}Titre", false, &["U+200F right-to-left mark"]);
        check("\u{202e}العنوان", true, &["U+202E right-to-left override"]);
        check("a\u{2061}", false, &["U+2061 control character"]);
    }
}
