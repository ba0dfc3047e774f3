//! One language's phrases, prepared for comparison.

use rustc_hash::FxHashMap;

use super::Phrase;
use super::grams::{Grams, Numbers, for_each_gram};
use super::lists::Lists;
use super::spelling::{EditRows, letter_set, may_be_near};
use super::words::Lexicon;

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
    vocabulary: FxHashMap<Box<str>, u32>,
    stems: FxHashMap<Box<str>, u32>,
    /// The words of each stem.
    words_of_stem: Lists<u32>,
    /// The words by their number of letters, for comparison with mistyped ones.
    by_length: Vec<Vec<(u64, u32)>>,
    pub(super) words: Vec<Word>,
    /// For each word the phrases that have it.
    pub(super) phrases_of_word: Lists<u32>,
    /// For each word the topics that have it.
    pub(super) topics_of_word: Lists<u32>,
    pub(super) phrase_topics: Vec<u32>,
    /// The weights of a phrase's words together.
    pub(super) phrase_weights: Vec<f32>,
    pub(super) grams: Grams,
}

/// A word of the phrases.
pub(super) struct Word {
    pub(super) letters: Box<[char]>,
    stem: u32,
    pub(super) weight: f32,
    pub(super) grams: Box<[u32]>,
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
    pub(super) fn new(lexicon: Lexicon, phrases: &[Phrase<'_>], topics: usize) -> Self {
        let phrase_topics: Vec<u32> = phrases.iter().map(|phrase| phrase.topic).collect();
        let mut vocabulary = Vocabulary::default();
        let mut texts = Lists::with_capacity(phrases.len(), 0);
        for phrase in phrases {
            lexicon.for_each_word(phrase.text, |word| texts.add(vocabulary.word(word, &lexicon)));
            texts.end();
        }
        let Vocabulary { numbers, stems, mut words, grams } = vocabulary;
        let mut by_topic: Vec<u32> = (0..phrases.len() as u32).collect();
        by_topic.sort_by_key(|&phrase| phrase_topics[phrase as usize]);
        let phrases_of_word = texts.places(words.len(), &by_topic, |phrase| phrase);
        let topics_of_word = texts.places(words.len(), &by_topic, |phrase| phrase_topics[phrase as usize]);
        weigh(&mut words, &topics_of_word, topics);
        let weight_of = |text: &[u32]| {
            let firsts = text.iter().enumerate().filter(|&(i, word)| !text[..i].contains(word));
            firsts.map(|(_, &word)| words[word as usize].weight).sum()
        };
        let grams_of = |word: u32| &*words[word as usize].grams;
        Self {
            lexicon,
            vocabulary: numbers,
            words_of_stem: words_of_stem(&words, stems.len()),
            stems,
            by_length: by_length(&words),
            phrase_weights: texts.iter().map(weight_of).collect(),
            grams: Grams::new(grams, &texts, grams_of, &phrase_topics, topics),
            words,
            phrases_of_word,
            topics_of_word,
            phrase_topics,
        }
    }

    /// The word's number, if a phrase has it.
    pub(super) fn known(&self, word: &str) -> Option<u32> {
        self.vocabulary.get(word).copied()
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
            Some(id) => Some(self.words[id as usize].stem),
            None => self.stems.get(&*self.lexicon.stem(word)).copied(),
        };
        let related = stem.map_or(&[][..], |stem| self.words_of_stem.get(stem));
        found.extend(related.iter().filter(|&&id| Some(id) != known).map(|&id| (id, SAME_STEM)));
        letters.extend(word.chars());
        if unfinished {
            for &(_, id) in self.by_length.iter().skip(letters.len() + 1).flatten() {
                if self.words[id as usize].letters.starts_with(letters) {
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
                let known = &self.words[id as usize].letters;
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
#[derive(Default)]
struct Vocabulary {
    numbers: FxHashMap<Box<str>, u32>,
    stems: FxHashMap<Box<str>, u32>,
    words: Vec<Word>,
    grams: Numbers,
}

impl Vocabulary {
    /// The word's number; a new one if no phrase had it.
    fn word(&mut self, word: &str, lexicon: &Lexicon) -> u32 {
        if let Some(&id) = self.numbers.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.numbers.insert(word.into(), id);
        let stem_next = self.stems.len() as u32;
        let stem = *self.stems.entry(lexicon.stem(word).into()).or_insert(stem_next);
        let letters: Box<[char]> = word.chars().collect();
        let mut grams = Vec::new();
        for_each_gram(&letters, true, |gram| grams.push(self.grams.of(gram)));
        let weight = lexicon.weight(word);
        self.words.push(Word { letters, stem, weight, grams: grams.into() });
        id
    }
}

fn weigh(words: &mut [Word], topics_of_word: &Lists<u32>, topics: usize) {
    let all = (topics as f32 + 1.0).ln();
    for (word, topics_of_word) in words.iter_mut().zip(topics_of_word.iter()) {
        let rarity = ((topics as f32 + 1.0) / topics_of_word.len() as f32).ln() / all;
        word.weight *= 1.0 - RARITY + RARITY * rarity;
    }
}

fn words_of_stem(words: &[Word], stems: usize) -> Lists<u32> {
    let mut stem_of_word = Lists::with_capacity(words.len(), words.len());
    for word in words {
        stem_of_word.add(word.stem);
        stem_of_word.end();
    }
    let order: Vec<u32> = (0..words.len() as u32).collect();
    stem_of_word.places(stems, &order, |word| word)
}

fn by_length(words: &[Word]) -> Vec<Vec<(u64, u32)>> {
    let mut by_length: Vec<Vec<(u64, u32)>> = Vec::new();
    for (id, Word { letters, .. }) in words.iter().enumerate() {
        if by_length.len() <= letters.len() {
            by_length.resize(letters.len() + 1, Vec::new());
        }
        by_length[letters.len()].push((letter_set(letters), id as u32));
    }
    by_length
}
