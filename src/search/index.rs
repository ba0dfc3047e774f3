//! One language's phrases, prepared for comparison: postings of words and n-grams (inverted index), and the classifier.

use super::Phrases;
use super::classifier::Classifier;
use super::ngrams::{NgramIds, ngrams};
use super::tokenizer::{Lexicon, words_of};
use super::vectors::{SparseVector, TfIdf, centroids, transposed};
use super::vocabulary::Vocabulary;

/// The share of a word's weight that depends on the number of topics that have it.
const RARITY: f32 = 0.6;

/// One language's phrases.
pub(super) struct LanguageIndex {
    pub(super) lexicon: Lexicon,
    pub(super) topics: usize,
    /// The topic of each phrase.
    pub(super) topic_of: Vec<u32>,
    /// The weights of each phrase's words together, repeated words once.
    pub(super) phrase_weights: Vec<f32>,
    pub(super) vocabulary: Vocabulary,
    /// By word of the vocabulary.
    pub(super) words: Vec<WordPostings>,
    pub(super) ngram_ids: NgramIds,
    /// By n-gram.
    pub(super) idf: Vec<f32>,
    /// The idf of an n-gram that no phrase has.
    pub(super) unknown_idf: f32,
    /// For each n-gram the phrases that have it, repeated as often as they have it. Without the values, which follow from
    /// `idf` and `phrase_lengths`: they would be 0.6 MB of the shipped content, and the time of `question_among_1000_sections`
    /// is that of reading this.
    pub(super) phrase_postings: Vec<Vec<u32>>,
    /// The length of each phrase's tf-idf vector.
    pub(super) phrase_lengths: Vec<f32>,
    /// For each n-gram the topics that have it, with its value in their centroids.
    pub(super) topic_postings: Vec<SparseVector>,
    /// `None` when there is too much to train on.
    pub(super) classifier: Option<Classifier>,
}

/// Where a word occurs.
pub(super) struct WordPostings {
    /// From 0 to 1: less for stop-words and question words, and for words of many topics.
    pub(super) weight: f32,
    /// Topic by topic.
    pub(super) phrases: Vec<u32>,
}

impl LanguageIndex {
    pub(super) fn new(lexicon: Lexicon, phrases: Phrases, topics: usize) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut ngram_ids = NgramIds::default();
        let (mut topic_of, mut words_of_phrase, mut ngrams_of_word) = (Vec::new(), Vec::new(), Vec::new());
        for (topic, text) in phrases.0 {
            let mut words = Vec::new();
            for word in lexicon.respell(&words_of(&text)) {
                let id = vocabulary.get_or_add(word, &lexicon);
                if id as usize == ngrams_of_word.len() {
                    ngrams_of_word.push(numbers(word, &mut ngram_ids));
                }
                words.push(id);
            }
            topic_of.push(topic);
            words_of_phrase.push(words);
        }
        let mut by_topic = vec![Vec::new(); topics];
        (0..).zip(&topic_of).for_each(|(phrase, &topic)| by_topic[topic as usize].push(phrase));

        let words = word_postings(&vocabulary, &lexicon, &words_of_phrase, &by_topic);
        let weight_of = |phrase: &Vec<u32>| {
            let firsts = phrase.iter().enumerate().filter(|&(i, word)| !phrase[..i].contains(word));
            firsts.map(|(_, &word)| words[word as usize].weight).sum()
        };
        let phrase_weights = words_of_phrase.iter().map(weight_of).collect();

        let count = ngram_ids.len();
        let ngrams_of_phrase = || {
            words_of_phrase
                .iter()
                .map(|words| words.iter().flat_map(|&word| ngrams_of_word[word as usize].iter().copied()))
        };
        let TfIdf { vectors, lengths, idf } = TfIdf::new(ngrams_of_phrase(), &by_topic, count);
        let classifier = Classifier::train(&vectors, &topic_of, topics, count);
        let topic_postings = transposed(&centroids(&vectors, &by_topic, count), count);
        // Before the postings of phrases, which are as large.
        drop(vectors);
        vocabulary.shrink_to_fit();
        Self {
            lexicon,
            topics,
            topic_of,
            phrase_weights,
            vocabulary,
            words,
            phrase_postings: ngram_postings(ngrams_of_phrase(), count),
            phrase_lengths: lengths,
            ngram_ids,
            unknown_idf: idf.iter().copied().fold(1.0, f32::max),
            idf,
            topic_postings,
            classifier,
        }
    }
}

/// For each n-gram the phrases that have it, as often as they have it.
fn ngram_postings(phrases: impl Iterator<Item = impl Iterator<Item = u32>>, ngrams: usize) -> Vec<Vec<u32>> {
    let mut postings = vec![Vec::new(); ngrams];
    for (phrase, ngrams) in (0..).zip(phrases) {
        ngrams.for_each(|ngram| postings[ngram as usize].push(phrase));
    }
    postings.iter_mut().for_each(Vec::shrink_to_fit);
    postings
}

/// The numbers of a word's n-grams; new ones get the next.
fn numbers(word: &str, ids: &mut NgramIds) -> Vec<u32> {
    let number = |ngram| {
        let next = ids.len() as u32;
        *ids.entry(ngram).or_insert(next)
    };
    ngrams(word, true).into_iter().map(number).collect()
}

fn word_postings(
    vocabulary: &Vocabulary,
    lexicon: &Lexicon,
    words_of_phrase: &[Vec<u32>],
    by_topic: &[Vec<u32>],
) -> Vec<WordPostings> {
    let new = |word| WordPostings { weight: lexicon.weight(word), phrases: Vec::new() };
    let mut words: Vec<WordPostings> = vocabulary.iter().map(new).collect();
    let mut topics = vec![Vec::new(); words.len()];
    for (topic, phrases) in by_topic.iter().enumerate() {
        for &phrase in phrases {
            for &word in &words_of_phrase[phrase as usize] {
                push_new(&mut words[word as usize].phrases, phrase);
                push_new(&mut topics[word as usize], topic);
            }
        }
    }
    let all = by_topic.len() as f32 + 1.0;
    for (word, topics) in words.iter_mut().zip(topics) {
        let rarity = (all / topics.len() as f32).ln() / all.ln();
        word.weight *= 1.0 - RARITY + RARITY * rarity;
        word.phrases.shrink_to_fit();
    }
    words
}

/// Adds what is not the last already.
fn push_new<T: PartialEq>(list: &mut Vec<T>, number: T) {
    if list.last() != Some(&number) {
        list.push(number);
    }
}
