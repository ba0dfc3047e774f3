//! One language's phrases, prepared for comparison: postings of words and n-grams (inverted index), and the classifier.

use std::collections::{BTreeSet, HashMap};

use super::classifier::Classifier;
use super::ngrams::{NgramIds, is_trigram, ngrams};
use super::postings::Postings;
use super::texts::Documents;
use super::tokenizer::{Lexicon, words_of};
use super::vectors::{TfIdf, centroids};
use super::vocabulary::Vocabulary;
use super::{Corpus, Role};

/// The share of a word's weight that depends on the number of topics that have it.
const RARITY: f32 = 0.6;
/// An n-gram that occurs more often than once in this number of phrases is not looked up by phrase: it tells little, and such
/// n-grams take half of the time of a question. Below the second number of occurrences it is looked up in any case.
const COMMON_SHARE: usize = 16;
const COMMON_MIN: usize = 64;
/// The share of a topic's score that its document decides when no phrase asks for it, and the number of phrases that halves it.
const DOCUMENT_SHARE: f32 = 0.9;
const DOCUMENT_PHRASES: f32 = 8.0;

/// One language's phrases.
pub(super) struct LanguageIndex {
    pub(super) lexicon: Lexicon,
    /// The last is that of the general phrases.
    pub(super) topics: usize,
    /// The topic as which the general phrases count.
    pub(super) general_as: u32,
    /// The number of the first general phrase.
    pub(super) general_from: u32,
    /// By topic: whether it is one that the general phrases yield to.
    pub(super) are_own: Vec<bool>,
    /// For each word of the general phrases the topics whose title, summary or body has it, too.
    pub(super) texts_of_word: Postings<u32>,
    /// The topic of each phrase.
    pub(super) topic_of: Vec<u32>,
    /// The weights of each phrase's words together, repeated words once.
    pub(super) phrase_weights: Vec<f32>,
    pub(super) vocabulary: Vocabulary,
    /// By word, from 0 to 1: less for stop-words and question words, and for words of many topics.
    pub(super) word_weights: Vec<f32>,
    /// For each word the phrases that have it, topic by topic; repeated as often as they have it.
    pub(super) phrases_of_word: Postings<u32>,
    pub(super) ngram_ids: NgramIds,
    /// By n-gram.
    pub(super) idf: Vec<f32>,
    /// The idf of an n-gram that no phrase has.
    pub(super) unknown_idf: f32,
    /// For each n-gram but the common ones the phrases that have it, repeated as often as they have it. The values of their vectors follow from
    /// that, `idf` and `phrase_lengths`: to store them would add 0.6 MB to the 2.4 MB of the shipped content's index.
    pub(super) phrases_of_ngram: Postings<u32>,
    /// The length of each phrase's tf-idf vector.
    pub(super) phrase_lengths: Vec<f32>,
    /// For each n-gram the topics that have it, with its value in their centroids.
    pub(super) topics_of_ngram: Postings<(u32, f32)>,
    /// `None` when there is too much to train on.
    pub(super) classifier: Option<Classifier>,
    /// Titles, summaries and bodies.
    pub(super) documents: Documents,
    /// By topic: the share of its score that its document decides, the less the more phrases it has.
    pub(super) document_shares: Vec<f32>,
}

impl LanguageIndex {
    pub(super) fn new(Corpus { lexicon, mut phrases, general, texts }: Corpus, roles: &[Role]) -> Self {
        // The last topic is that of the general phrases, which come last.
        let topics = roles.len() + 1;
        let general_as = general.0.first().map_or(0, |&(topic, _)| topic);
        let general_from = phrases.0.len();
        phrases.0.extend(general.0.into_iter().map(|(_, text)| (roles.len() as u32, text)));
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
        let known = &vocabulary;
        let stems = topic_of
            .iter()
            .zip(&words_of_phrase)
            .flat_map(|(&topic, words): (&u32, &Vec<u32>)| words.iter().map(move |&word| (topic, known.stem(word))));
        let documents = Documents::new(&texts, stems, &lexicon, topics);
        let mut document_shares = vec![0.0; topics];
        for (topic, _) in &texts {
            let phrases = by_topic[*topic as usize].len() as f32;
            document_shares[*topic as usize] = DOCUMENT_SHARE / (1.0 + phrases / DOCUMENT_PHRASES);
        }

        let phrases_of_word = Postings::new(vocabulary.len(), || {
            let phrases = by_topic.iter().flatten();
            phrases.flat_map(|&phrase| words_of_phrase[phrase as usize].iter().map(move |&word| (word, phrase)))
        });
        let topics_of_word = |word| {
            let is_same_topic = |a: &u32, b: &u32| topic_of[*a as usize] == topic_of[*b as usize];
            phrases_of_word.get(word).chunk_by(is_same_topic).count()
        };
        let all = (topics as f32 + 1.0).ln();
        let rarity = |word| ((topics as f32 + 1.0) / topics_of_word(word) as f32).ln() / all;
        let word_weight = |(id, word)| lexicon.weight(word) * (1.0 - RARITY + RARITY * rarity(id));
        let word_weights: Vec<f32> = (0..).zip(vocabulary.iter()).map(word_weight).collect();
        let phrase_weight = |phrase: &Vec<u32>| {
            let firsts = phrase.iter().enumerate().filter(|&(i, word)| !phrase[..i].contains(word));
            firsts.map(|(_, &word)| word_weights[word as usize]).sum()
        };

        let are_own = (0..topics).map(|topic| roles.get(topic) == Some(&Role::Subject)).collect();
        let mut topics_of_stem: HashMap<String, BTreeSet<u32>> = HashMap::new();
        for (topic, text) in &texts {
            let words = [&text.title, &text.summary, &text.body]
                .into_iter()
                .flat_map(|text| words_of(text))
                .collect::<Vec<_>>();
            for word in lexicon.respell(&words) {
                topics_of_stem.entry(lexicon.stem(word).into_owned()).or_default().insert(*topic);
            }
        }

        let count = ngram_ids.len();
        let ngrams_of_phrase = || {
            words_of_phrase
                .iter()
                .map(|words| words.iter().flat_map(|&word| ngrams_of_word[word as usize].iter().copied()))
        };
        let TfIdf { vectors, lengths, idf } = TfIdf::new(ngrams_of_phrase(), &by_topic, count);
        let mut frequency = vec![0_usize; count];
        ngrams_of_phrase().flatten().for_each(|ngram| frequency[ngram as usize] += 1);
        let common = (topic_of.len() / COMMON_SHARE).max(COMMON_MIN);
        let is_telling = |ngram: u32| frequency[ngram as usize] <= common;
        let mut are_trigrams = vec![false; count];
        ngram_ids.iter().for_each(|(ngram, &id)| are_trigrams[id as usize] = is_trigram(*ngram));
        let classifier = Classifier::train(&vectors[..general_from], &topic_of[..general_from], topics, &are_trigrams);
        let centroids = centroids(&vectors, &by_topic, count);
        // Before the postings are allocated.
        drop(vectors);
        vocabulary.shrink_to_fit();
        Self {
            lexicon,
            topics,
            general_as,
            general_from: general_from as u32,
            are_own,
            texts_of_word: Postings::new(vocabulary.len(), || {
                let is_general =
                    |word: u32| phrases_of_word.get(word).last().is_some_and(|&last| last >= general_from as u32);
                let words = (0..vocabulary.len() as u32).filter(move |&word| is_general(word));
                words.flat_map(|word| {
                    topics_of_stem.get(vocabulary.stem(word)).into_iter().flatten().map(move |&topic| (word, topic))
                })
            }),
            topic_of,
            phrase_weights: words_of_phrase.iter().map(phrase_weight).collect(),
            vocabulary,
            word_weights,
            phrases_of_word,
            phrases_of_ngram: Postings::new(count, || {
                let of_phrase = (0..).zip(ngrams_of_phrase());
                let all = of_phrase.flat_map(|(phrase, ngrams)| ngrams.map(move |ngram| (ngram, phrase)));
                all.filter(|&(ngram, _)| is_telling(ngram))
            }),
            phrase_lengths: lengths,
            ngram_ids,
            unknown_idf: idf.iter().copied().fold(1.0, f32::max),
            idf,
            topics_of_ngram: Postings::new(count, || {
                let centroids = (0..).zip(&centroids);
                centroids
                    .flat_map(|(topic, centroid)| centroid.iter().map(move |&(ngram, value)| (ngram, (topic, value))))
            }),
            classifier,
            documents,
            document_shares,
        }
    }
}

impl LanguageIndex {
    /// Whether a general phrase has a word of the vocabulary.
    pub(super) fn is_general(&self, word: u32) -> bool {
        self.phrases_of_word.get(word).last().is_some_and(|&phrase| phrase >= self.general_from)
    }

    /// Whether a word stands in a phrase or in the lexicon, spelt like this.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.lexicon.has(word) || self.vocabulary.get(word).is_some()
    }
}

/// The numbers of a word's n-grams; new ones get the next.
fn numbers(word: &str, ids: &mut NgramIds) -> Vec<u32> {
    let number = |ngram| {
        let next = ids.len() as u32;
        *ids.entry(ngram).or_insert(next)
    };
    // By reference: a vector that is mapped in place would keep three times the memory.
    ngrams(word, true).iter().copied().map(number).collect()
}
