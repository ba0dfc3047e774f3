//! Characters that say the same: those that nobody sees are left out, those that look alike become one.
//!
//! Phones, web pages and word processors put them in: zero-width signs, soft hyphens, full-width letters, digits of another
//! script. Letters that a language spells in several ways are the tokenizer's matter.

use std::borrow::Cow;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether a character has no shape of its own: zero-width signs, soft hyphens, marks of direction, variation selectors
/// (Unicode, `Default_Ignorable_Code_Point`).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    !c.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The digit of another script as an ASCII digit: `3` of `٣`, `۳` or `３`.
#[must_use]
pub fn ascii_digit(c: char) -> Option<char> {
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    if c.is_ascii() || !is_digit(c) {
        return None;
    }
    // The digits of a script follow each other from its zero on (Unicode, D14: decimal digits); some scripts, each other.
    let before = (0..u32::from(c)).rev().take_while(|&code| char::from_u32(code).is_some_and(is_digit)).count();
    u32::try_from(before % 10).ok().and_then(|value| char::from_digit(value, 10))
}

/// The ASCII character that another one is taken for in numbers, names and addresses: a digit of another script, a hyphen or
/// dash, a full-width form.
#[must_use]
pub fn ascii_look_alike(c: char) -> Option<char> {
    match c {
        _ if c.is_ascii() => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{2212}' => Some('-'), // The minus sign is no dash by its category.
        _ if c.general_category() == GeneralCategory::DashPunctuation => Some('-'),
        _ => ascii_digit(c),
    }
}

/// A text as a plain keyboard would have written it: without characters that nobody sees, in composed compatibility forms
/// (NFKC: full-width and presentation forms become the plain letters), with ASCII digits.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii() || (!is_invisible(c) && ascii_digit(c).is_none());
    if text.is_ascii() || (is_nfkc_quick(text.chars()) == IsNormalized::Yes && text.chars().all(is_plain)) {
        return Cow::Borrowed(text);
    }
    let visible = text.chars().filter(|&c| !is_invisible(c));
    Cow::Owned(visible.nfkc().map(|c| ascii_digit(c).unwrap_or(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_and_what_looks_alike_is_folded() {
        let check = |text, expected| assert_eq!(fold(text), expected, "{text:?}");
        check("con\u{200b}tact", "contact");
        check("\u{feff}ad\u{ad}resse\u{200f}", "adresse");
        check("／ＣＯＮＴＡＣＴ＠ｂｏｔ　２", "/CONTACT@bot 2");
        check("٣ ۳ ߃", "3 3 3");
        check("fr\u{a0}: e\u{301}té", "fr : été");
        assert!(matches!(fold("déjà « là »"), Cow::Borrowed(_)), "what is plain is not copied");
    }

    #[test]
    fn each_script_has_its_ten_digits() {
        let digits = ('\u{80}'..=char::MAX).filter(|c| c.general_category() == GeneralCategory::DecimalNumber);
        let values: String = digits.map(|digit| ascii_digit(digit).expect("it is a digit")).collect();
        assert!(values.len() > 600 && values.as_bytes().chunks(10).all(|ten| ten == b"0123456789"), "{values}");
        let check = |c, expected| assert_eq!(ascii_digit(c), expected, "{c}");
        check('٣', Some('3'));
        check('\u{16ac5}', Some('5'));
        check('²', None);
        check('½', None);
    }

    #[test]
    fn hyphens_and_digits_are_taken_for_those_of_ascii() {
        let check = |c, expected| assert_eq!(ascii_look_alike(c), expected, "{c:?}");
        check('\u{2011}', Some('-'));
        check('–', Some('-'));
        check('−', Some('-'));
        check('＋', Some('+'));
        check('٢', Some('2'));
        check('é', None);
        check('-', None);
    }
}
