//! A text → words that can be compared: lower case, without accents, spelt as the content spells them; and what a language
//! knows of its words (stop-words, question words, other spellings, a stemmer).

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::folding::{ascii_digit, is_invisible};

/// How much a stop-word counts beside a word of weight 1: little, but "qui" and "where" carry meaning.
const STOP_WEIGHT: f32 = 0.15;
/// How much a question word counts.
const QUESTION_WEIGHT: f32 = 0.225;

/// What is known of one language's words: stop-words, question words, other spellings and the stemmer.
///
/// All words are compared as the tokenizer leaves them: case, accents and repeated letters do not matter.
#[derive(Default)]
pub struct Lexicon {
    stop_words: FxHashSet<String>,
    question_words: FxHashSet<String>,
    /// Words for "you" and "your".
    address_words: FxHashSet<String>,
    /// Other spellings, such as those of text messages, and the words that they stand for.
    spellings: FxHashMap<String, Vec<String>>,
    stemmer: Option<Stemmer>,
}

impl Lexicon {
    /// A lexicon of the words as an editor writes them. `spellings` are pairs of another spelling and what it stands for, one
    /// word or several: `("rdv", "rendez-vous")`.
    pub fn new<'a>(
        stemmer: Option<Algorithm>,
        stop_words: impl IntoIterator<Item = &'a str>,
        question_words: impl IntoIterator<Item = &'a str>,
        spellings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let all = |words: &mut dyn Iterator<Item = &'a str>| words.flat_map(words_of).collect();
        Self {
            stop_words: all(&mut stop_words.into_iter()),
            question_words: all(&mut question_words.into_iter()),
            spellings: spellings.into_iter().map(|(from, to)| (words_of(from).concat(), words_of(to))).collect(),
            stemmer: stemmer.map(Stemmer::create),
            address_words: FxHashSet::default(),
        }
    }

    /// The same with words for "you" and "your".
    #[must_use]
    pub fn with_address_words<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.address_words = words.into_iter().flat_map(words_of).collect();
        self
    }

    /// Words as this language spells them: `words` comes from [`words_of`].
    pub(super) fn respell<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = &'a str> {
        words
            .iter()
            .flat_map(|word| self.spellings.get(word).map_or(std::slice::from_ref(word), Vec::as_slice))
            .map(|w| &**w)
    }

    /// The weight of a word regardless of its frequency, from 0 to 1.
    pub(super) fn weight(&self, word: &str) -> f32 {
        // A single letter is what is left of an elision (`l’`), or a slip.
        if self.stop_words.contains(word) || (word.len() == 1 && word.is_ascii()) {
            STOP_WEIGHT
        } else if self.question_words.contains(word) {
            QUESTION_WEIGHT
        } else {
            1.0
        }
    }

    /// Whether a word is a stop-word or a question word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.stop_words.contains(word) || self.question_words.contains(word)
    }

    /// Whether a word begins a question.
    pub(super) fn opens_question(&self, word: &str) -> bool {
        self.question_words.contains(word)
    }

    /// Whether a word speaks to the reader: "you".
    pub(super) fn addresses(&self, word: &str) -> bool {
        self.address_words.contains(word)
    }

    /// The stem of a word; the word itself where the language has no stemmer.
    pub(super) fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        self.stemmer.as_ref().map_or(Cow::Borrowed(word), |stemmer| stemmer.stem(word))
    }
}

/// The Snowball algorithm of a language, by its English name in lower case.
#[must_use]
pub fn stemmer(name: &str) -> Option<Algorithm> {
    STEMMERS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// The names of all stemmers.
pub fn stemmers() -> impl Iterator<Item = &'static str> {
    STEMMERS.iter().map(|(name, _)| *name)
}

const STEMMERS: &[(&str, Algorithm)] = &[
    ("arabic", Algorithm::Arabic),
    ("dutch", Algorithm::Dutch),
    ("english", Algorithm::English),
    ("french", Algorithm::French),
    ("german", Algorithm::German),
    ("hindi", Algorithm::Hindi),
    ("indonesian", Algorithm::Indonesian),
    ("italian", Algorithm::Italian),
    ("nepali", Algorithm::Nepali),
    ("persian", Algorithm::Persian),
    ("portuguese", Algorithm::Portuguese),
    ("russian", Algorithm::Russian),
    ("sesotho", Algorithm::Sesotho),
    ("spanish", Algorithm::Spanish),
    ("tamil", Algorithm::Tamil),
    ("turkish", Algorithm::Turkish),
    ("ukrainian", Algorithm::Ukrainian),
];

/// The words of a text: lower case, without accents and characters that nobody sees, letters that phone keyboards lack
/// replaced, digits those of ASCII, repeated letters squeezed into one, so that `Télephooone` and `telephone` are the same.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    first_words(text, usize::MAX)
}

/// At most `count` words, the first of the text.
pub(super) fn first_words(text: &str, count: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut take = |c: char, words: &mut Vec<String>| {
        if c.is_ascii_alphanumeric() {
            push(&mut word, c.to_ascii_lowercase());
        } else if (c.is_ascii() || !push_beyond_ascii(&mut word, c)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    };
    for c in text.chars() {
        if words.len() >= count {
            break;
        }
        if c.is_ascii() { take(c, &mut words) } else { decompose_compatible(c, |c| take(c, &mut words)) }
    }
    take(' ', &mut words);
    words.truncate(count);
    words
}

/// Adds a decomposed character beyond ASCII; says whether it belongs to a word.
fn push_beyond_ascii(word: &mut String, c: char) -> bool {
    // An accent, or a vowel sign that people often leave out; what nobody sees; the stroke that lengthens an Arabic word.
    if c.general_category_group() == GeneralCategoryGroup::Mark || is_invisible(c) || c == TATWEEL {
        return true;
    }
    if !c.is_alphanumeric() || is_apostrophe(c) {
        return false;
    }
    if let Some(digit) = ascii_digit(c) {
        push(word, digit);
        return true;
    }
    for c in c.to_lowercase() {
        match on_keyboards(c) {
            "" => push(word, c),
            letters => letters.chars().for_each(|c| push(word, c)),
        }
    }
    true
}

fn push(word: &mut String, c: char) {
    if c.is_ascii_digit() || !word.ends_with(c) {
        word.push(c);
    }
}

/// Arabic letters are joined by it to fill a line (U+0640).
const TATWEEL: char = 'ـ';

/// Whether a letter by Unicode is what others write as an apostrophe, which ends a word.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2ca}' | '\u{2cb}' | '\u{a78b}' | '\u{a78c}')
}

/// What people write for a letter that is not on their keyboard; empty when it is. The Arabic and Persian letters are those of
/// Lucene's `ArabicNormalizer` and `PersianNormalizer`; the hamza and madda on alef, waw and yeh are marks by now.
fn on_keyboards(c: char) -> &'static str {
    match c {
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        'ɛ' => "e",
        'ɔ' => "o",
        'ɲ' | 'ŋ' => "n",
        'ɓ' => "b",
        'ɗ' => "d",
        'ƴ' => "y",
        'ı' => "i",
        'ٱ' => "ا",
        'ى' | 'ی' | 'ے' => "ي",
        'ک' => "ك",
        'ة' | 'ہ' | 'ە' => "ه",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_accents_and_repeated_letters() {
        let check = |text, expected: &[&str]| assert_eq!(words_of(text), expected, "{text}");
        check("Télephooone !", &["telephone"]);
        check("L’ÉGLISE, où ?", &["l", "eglise", "ou"]);
        check("cœur Straße ɲɔgɔn", &["coeur", "strase", "nogon"]);
        check("76 00 44", &["76", "00", "44"]);
        check("ﬁn ２", &["fin", "2"]);
        check("السَّلَامُ", &["السلام"]);
        check("🙂 …", &[]);
    }

    #[test]
    fn what_nobody_sees_and_what_looks_alike_makes_no_other_word() {
        let check = |text, expected: &[&str]| assert_eq!(words_of(text), expected, "{text:?}");
        check("ad\u{ad}resse con\u{200b}tact tele\u{2060}phone", &["adrese", "contact", "telephone"]);
        check("\u{202b}contact\u{202c}\u{feff}", &["contact"]);
        check("l'eau l’eau l‘eau lʼeau l＇eau l´eau l`eau", &["l", "eau"].repeat(7));
        check("rendez-vous rendez\u{2011}vous rendez‐vous", &["rendez", "vous"].repeat(3));
        check("ＣＯＮＴＡＣＴ ３", &["contact", "3"]);
        check("٢٠١٦ ۲۰۱۶ ߂߀߁߆", &["2016", "2016", "2016"]);
        check("Iğdır IĞDIR İstanbul istanbul", &["igdir", "igdir", "istanbul", "istanbul"]);
        check("كتـــاب كتاب ﻛﺘﺎﺏ", &["كتاب"; 3]);
        check("أحمد إحمد ٱحمد احمد آحمد", &["احمد"; 5]);
        check("على علي علی", &["علي"; 3]);
        check("کتاب كتاب", &["كتاب"; 2]);
        check("مكتبة مكتبه", &["مكتبه"; 2]);
        check("می\u{200c}خواهم", &["ميخواهم"]);
    }

    #[test]
    fn other_spellings_become_the_words_that_they_stand_for() {
        let lexicon = Lexicon::new(None, ["Où"], ["qui"], [("rdv", "rendez-vous"), ("svp", "s’il vous plaît")]);
        let words = words_of("RDV svp demain");
        let respelt: Vec<&str> = lexicon.respell(&words).collect();
        assert_eq!(respelt, ["rendez", "vous", "s", "il", "vous", "plait", "demain"]);
        let weights = ["ou", "x", "qui", "demain"].map(|word| lexicon.weight(word));
        assert_eq!(weights, [STOP_WEIGHT, STOP_WEIGHT, QUESTION_WEIGHT, 1.0]);
    }
}
