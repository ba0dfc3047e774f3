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
    let value = |zero: &u32| u32::from(c).checked_sub(*zero).filter(|value| *value < 10);
    ZEROS.iter().find_map(value).and_then(|value| char::from_digit(value, 10))
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

/// The zero of each script's decimal digits; the other nine follow it (UnicodeData.txt, `Nd`, without those for mathematics).
const ZEROS: [u32; 48] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x1e950,
];

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
    fn each_script_has_ten_digits_from_its_zero_on() {
        for zero in ZEROS {
            let digits: String = (zero..zero + 10).filter_map(char::from_u32).filter_map(ascii_digit).collect();
            assert_eq!(digits, "0123456789", "{zero:x}");
            let is_digit =
                |code| char::from_u32(code).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber);
            assert!((zero..zero + 10).all(is_digit), "{zero:x}");
        }
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
