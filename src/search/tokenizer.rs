//! A text becomes words that can be compared: lower case, without accents, spelt as the content spells them.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// How much a stop-word counts beside a word of weight 1: little, but "qui" and "where" carry meaning.
const STOP_WEIGHT: f32 = 0.15;
/// How much a question word counts.
const QUESTION_WEIGHT: f32 = 0.225;

/// How people write one language.
#[derive(Default)]
pub struct Lexicon {
    stop_words: FxHashSet<String>,
    question_words: FxHashSet<String>,
    /// Spellings of phones, and what they stand for.
    spellings: FxHashMap<String, Vec<String>>,
    stemmer: Option<Stemmer>,
}

impl Lexicon {
    /// A lexicon of the words as an editor writes them. `stemmer` is the English name of a Snowball algorithm.
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
        }
    }

    /// Each word of a text as this language spells it.
    pub(super) fn for_each_word(&self, text: &str, mut each: impl FnMut(&str)) {
        for_each_word(text, |word| match self.spellings.get(word) {
            Some(spelling) => spelling.iter().for_each(|word| each(word)),
            None => each(word),
        });
    }

    /// How much a word counts before it is known how rare it is.
    pub(super) fn weight(&self, word: &str) -> f32 {
        // A single letter is what is left of an elision or of haste.
        if self.stop_words.contains(word) || (word.len() == 1 && word.is_ascii()) {
            STOP_WEIGHT
        } else if self.question_words.contains(word) {
            QUESTION_WEIGHT
        } else {
            1.0
        }
    }

    /// The word without its ending; as it is where the language has no stemmer.
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

/// The words of a text: lower case, accents off, letters that phones do not have replaced, runs of a letter squeezed
/// into one, so that `Télephooone` and `telephone` are the same.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |word| words.push(word.to_owned()));
    words
}

fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    let mut take = |c: char| {
        if c.is_ascii_alphanumeric() {
            push(&mut word, c.to_ascii_lowercase());
        } else if (c.is_ascii() || !take_in(&mut word, c)) && !word.is_empty() {
            each(&word);
            word.clear();
        }
    };
    for c in text.chars() {
        if c.is_ascii() { take(c) } else { decompose_compatible(c, &mut take) }
    }
    take(' ');
}

/// Takes in a letter beyond ASCII, taken apart already; says whether it belongs to a word.
fn take_in(word: &mut String, c: char) -> bool {
    // An accent, or a vowel sign that people leave out as often as not.
    if c.general_category_group() == GeneralCategoryGroup::Mark {
        return true;
    }
    if !c.is_alphanumeric() {
        return false;
    }
    for c in c.to_lowercase() {
        match plain(c) {
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

/// What people write for a letter that is not on their keyboard; empty when it is.
fn plain(c: char) -> &'static str {
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
        _ => "",
    }
}
