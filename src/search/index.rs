//! One language's phrases, prepared for comparison.

use super::Phrases;
use super::interner::Names;
use super::lists::Lists;
use super::ngrams::{Grams, Numbers, for_each_gram};
use super::spelling::{EditRows, letter_set, may_be_near};
use super::tokenizer::Lexicon;

/// How much of a word's weight depends on how few topics it stands under.
const RARITY: f32 = 0.6;

/// How sure it is that a word is another one: of the same stem; its beginning; mistyped once or twice.
const SAME_STEM: f32 = 0.83;
const SAME_BEGINNING: f32 = 0.8;
const ONE_EDIT: f32 = 0.95;
const TWO_EDITS: f32 = 0.65;
const OTHER_FIRST_LETTER: f32 = 0.1;

/// One language's phrases: words and runs of letters, each with where it stands.
pub(super) struct LanguageIndex {
    pub(super) lexicon: Lexicon,
    vocabulary: Names,
    stems: Names,
    stem_of_word: Vec<u32>,
    /// The words of each stem.
    words_of_stem: Lists<u32>,
    /// The words by their number of letters, for comparison with mistyped ones.
    by_length: Vec<Vec<(u64, u32)>>,
    pub(super) word_weights: Vec<f32>,
    /// For each word the phrases that have it.
    pub(super) phrases_of_word: Lists<u32>,
    /// For each word the topics that have it.
    pub(super) topics_of_word: Lists<u32>,
    pub(super) phrase_topics: Vec<u32>,
    /// The weights of a phrase's words together.
    pub(super) phrase_weights: Vec<f32>,
    pub(super) grams: Grams,
}

/// The words that a word may be, each with how sure that is.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) found: Vec<(u32, f32)>,
    /// Whether the word is none that is known, nor of a known stem, but near to some.
    pub(super) mistyped: bool,
    letters: Vec<char>,
    rows: EditRows,
}

impl LanguageIndex {
    pub(super) fn new(lexicon: Lexicon, phrases: &Phrases, topics: usize) -> Self {
        let phrase_topics: Vec<u32> = phrases.topics().collect();
        let mut vocabulary = Vocabulary::new();
        let mut texts = Lists::with_capacity(phrases.len(), 0);
        for text in phrases.texts() {
            lexicon.for_each_word(text, |word| texts.add(vocabulary.word(word, &lexicon)));
            texts.end();
        }
        let Vocabulary { mut words, mut stems, stem_of_word, weights: mut word_weights, numbers, grams_of_word } =
            vocabulary;
        words.shrink();
        stems.shrink();
        let grams = Grams::new(numbers, &texts, &grams_of_word, &phrase_topics, topics);
        drop(grams_of_word);
        let mut by_topic: Vec<u32> = (0..phrases.len() as u32).collect();
        by_topic.sort_by_key(|&phrase| phrase_topics[phrase as usize]);
        let phrases_of_word = texts.places(words.len(), &by_topic, |phrase| phrase);
        let topics_of_word = texts.places(words.len(), &by_topic, |phrase| phrase_topics[phrase as usize]);
        weigh(&mut word_weights, &topics_of_word, topics);
        let weight_of = |text: &[u32]| {
            let firsts = text.iter().enumerate().filter(|&(i, word)| !text[..i].contains(word));
            firsts.map(|(_, &word)| word_weights[word as usize]).sum()
        };
        Self {
            lexicon,
            words_of_stem: words_of_stem(&stem_of_word, stems.len()),
            stem_of_word,
            stems,
            by_length: by_length(&words),
            vocabulary: words,
            phrase_weights: texts.iter().map(weight_of).collect(),
            grams,
            word_weights,
            phrases_of_word,
            topics_of_word,
            phrase_topics,
        }
    }

    /// The word's number, if a phrase has it.
    pub(super) fn known(&self, word: &str) -> Option<u32> {
        self.vocabulary.get(word)
    }

    /// The letters of a word of the phrases.
    pub(super) fn letters(&self, word: u32) -> &[char] {
        self.vocabulary.letters(word)
    }

    /// The words that a word may be; the last word of a sentence that is still being written may be the beginning of one.
    pub(super) fn candidates(&self, word: &str, unfinished: bool, candidates: &mut Candidates) {
        let Candidates { found, mistyped, letters, rows } = candidates;
        found.clear();
        *mistyped = false;
        letters.clear();
        let known = self.known(word);
        found.extend(known.map(|id| (id, 1.0)));
        let stem = match known {
            Some(id) => Some(self.stem_of_word[id as usize]),
            None => self.stems.get(&self.lexicon.stem(word)),
        };
        let related = stem.map_or(&[][..], |stem| self.words_of_stem.get(stem));
        found.extend(related.iter().filter(|&&id| Some(id) != known).map(|&id| (id, SAME_STEM)));
        letters.extend(word.chars());
        if unfinished {
            for &(_, id) in self.by_length.iter().skip(letters.len() + 1).flatten() {
                if self.letters(id).starts_with(letters) {
                    found.push((id, SAME_BEGINNING));
                }
            }
        }
        if found.is_empty() {
            self.near(letters, rows, found);
            *mistyped = !found.is_empty();
        }
    }

    /// The words at a small distance: one edit from four letters on, two from eight.
    fn near(&self, letters: &[char], rows: &mut EditRows, found: &mut Vec<(u32, f32)>) {
        let allowed = match letters.len() {
            0..4 => return,
            4..8 => 1,
            _ => 2,
        };
        let set = letter_set(letters);
        let shortest = (letters.len() - allowed).max(3);
        for words in self.by_length.iter().take(letters.len() + allowed + 1).skip(shortest) {
            for &(_, id) in words.iter().filter(|(other, _)| may_be_near(*other, set, allowed)) {
                let known = self.letters(id);
                let sure = match rows.distance(letters, known, allowed) {
                    Some(0 | 1) => ONE_EDIT,
                    Some(_) => TWO_EDITS,
                    None => continue,
                };
                // People seldom mistype the first letter.
                found.push((id, if known[0] == letters[0] { sure } else { sure - OTHER_FIRST_LETTER }));
            }
        }
    }
}

/// The words of the phrases while they are taken in.
struct Vocabulary {
    words: Names,
    stems: Names,
    stem_of_word: Vec<u32>,
    weights: Vec<f32>,
    numbers: Numbers,
    grams_of_word: Lists<u32>,
}

impl Vocabulary {
    fn new() -> Self {
        Self {
            words: Names::new(),
            stems: Names::new(),
            stem_of_word: Vec::new(),
            weights: Vec::new(),
            numbers: Numbers::default(),
            grams_of_word: Lists::with_capacity(0, 0),
        }
    }

    /// The word's number; a new one if no phrase had it.
    fn word(&mut self, word: &str, lexicon: &Lexicon) -> u32 {
        let number = self.words.of(word);
        if number as usize == self.weights.len() {
            self.stem_of_word.push(self.stems.of(&lexicon.stem(word)));
            self.weights.push(lexicon.weight(word));
            for_each_gram(self.words.letters(number), true, |gram| self.grams_of_word.add(self.numbers.of(gram)));
            self.grams_of_word.end();
        }
        number
    }
}

fn weigh(weights: &mut [f32], topics_of_word: &Lists<u32>, topics: usize) {
    let all = (topics as f32 + 1.0).ln();
    for (weight, topics_of_word) in weights.iter_mut().zip(topics_of_word.iter()) {
        let rarity = ((topics as f32 + 1.0) / topics_of_word.len() as f32).ln() / all;
        *weight *= 1.0 - RARITY + RARITY * rarity;
    }
}

fn words_of_stem(stem_of_word: &[u32], stems: usize) -> Lists<u32> {
    let mut each = Lists::with_capacity(stem_of_word.len(), stem_of_word.len());
    for &stem in stem_of_word {
        each.add(stem);
        each.end();
    }
    let order: Vec<u32> = (0..stem_of_word.len() as u32).collect();
    each.places(stems, &order, |word| word)
}

fn by_length(words: &Names) -> Vec<Vec<(u64, u32)>> {
    let mut by_length: Vec<Vec<(u64, u32)>> = Vec::new();
    for (word, letters) in (0..).zip(words.iter()) {
        if by_length.len() <= letters.len() {
            by_length.resize(letters.len() + 1, Vec::new());
        }
        by_length[letters.len()].push((letter_set(letters), word));
    }
    by_length.iter_mut().for_each(Vec::shrink_to_fit);
    by_length
}
