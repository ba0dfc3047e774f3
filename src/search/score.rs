//! The features of a question for each topic of one language, and the score that they make.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::index::LanguageIndex;
use super::ngrams::ngrams;
use super::vectors::{SparseVector, sublinear_tf};
use super::vocabulary::Candidates;

/// The weights of the features; they make 1 together.
const DICE: f32 = 0.14;
const COVERAGE: f32 = 0.16;
const NGRAMS: f32 = 0.20;
const CENTROID: f32 = 0.22;
const CLASSIFIER: f32 = 0.28;

/// What makes the scores of documents, of which few come near 1, comparable with those of phrases.
const DOCUMENT_SCALE: f32 = 1.5;
/// How well a word of a title, a summary or a body is known that no phrase has.
const IN_DOCUMENTS: f32 = 0.8;
/// From this share on, of the weights of a question's words that the general phrases have, one topic that has them, too, is what the
/// question is about. (Of 42 questions to a made-up school about football, illness, money or the rain, which elsewhere are nobody's
/// business, 22 were refused when the general phrases were a topic like others; with this share 9 are.)
const OWN_SHARE: f32 = 0.6;
/// How well a language knows a word of which it knows the stem, or another spelling.
const SAME_STEM_FAMILIARITY: f32 = 0.85;
const MISSPELT_FAMILIARITY: f32 = 0.3;
/// The share of its scores that a question loses when none of its words stands in any phrase.
const UNKNOWN_WORDS_PENALTY: f32 = 0.5;
/// Below this weight of its words a question says too little: it is made of stop-words.
const WEIGHT_MIN: f32 = 0.4;
/// The share of the corrections' n-grams, rather than its own, with which a misspelt word is compared.
const CORRECTED: f32 = 0.5;
/// The most corrections of a misspelt word.
const CORRECTIONS_MAX: usize = 4;
/// The scores of the classifier that become 0 (another topic) and 1 (this one and no other).
const CLASSIFIER_RANGE: (f32, f32) = (-0.3, 1.3);

/// The similarity of a question and a topic: each feature from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// Dice coefficient of the question's words and those of the topic's best phrase.
    pub dice: f32,
    /// The share of the question's words that the topic has.
    pub coverage: f32,
    /// Cosine of the character n-grams and those of the topic's best phrase.
    pub ngrams: f32,
    /// Cosine of the character n-grams and the centroid of all of the topic's phrases.
    pub centroid: f32,
    /// The classifier's score; 0 where there are too many phrases to train on.
    pub classifier: f32,
    /// BM25 of the question's words and the topic's title, summary and body; its share in the score depends on the number of
    /// the topic's phrases.
    pub document: f32,
}

impl Features {
    fn score(&self, has_classifier: bool) -> f32 {
        let score = DICE * self.dice + COVERAGE * self.coverage + NGRAMS * self.ngrams + CENTROID * self.centroid;
        if has_classifier { score + CLASSIFIER * self.classifier } else { score / (1.0 - CLASSIFIER) }
    }
}

/// The weight of a question's words together.
#[derive(Default)]
struct Weight {
    all: f32,
    /// As far as they stand in some phrase.
    known: f32,
}

/// A text as one language reads it: its words, spelt as the language spells them, and what each may be.
pub(super) struct Reading<'a> {
    index: &'a LanguageIndex,
    words: Vec<&'a str>,
    /// For each word of the text, and its end, where its words begin.
    starts: Vec<usize>,
    /// Looked up when they are needed: of a letter, only a few sentences are compared.
    candidates: Vec<OnceCell<Candidates>>,
    /// Whether the last word may be the beginning of one.
    unfinished: bool,
    /// By word: whether some language knows it as it is, so that it is not misspelt.
    are_known: Vec<bool>,
}

impl<'a> Reading<'a> {
    /// `text` comes from the tokenizer; `are_known` says which of its words some language knows as they are.
    pub(super) fn new(index: &'a LanguageIndex, text: &'a [String], are_known: &[bool], unfinished: bool) -> Self {
        let (mut words, mut starts) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
        let mut known = Vec::with_capacity(text.len());
        for (word, &is_known) in text.iter().zip(are_known) {
            starts.push(words.len());
            // `pa` may become `paix`: what it is short for in a message is not yet written.
            if unfinished && starts.len() == text.len() && index.vocabulary.begins_one(word) {
                words.push(word.as_str());
            } else {
                words.extend(index.lexicon.respell(std::slice::from_ref(word)));
            }
            known.resize(words.len(), is_known);
        }
        starts.push(words.len());
        let candidates = vec![OnceCell::new(); words.len()];
        Self { index, words, starts, candidates, unfinished, are_known: known }
    }

    fn is_unfinished(&self, word: usize) -> bool {
        self.unfinished && word + 1 == self.words.len()
    }

    fn candidates(&self, word: usize) -> &Candidates {
        let find = || {
            self.index.vocabulary.candidates(
                self.words[word],
                &self.index.lexicon,
                self.is_unfinished(word),
                !self.are_known[word],
            )
        };
        self.candidates[word].get_or_init(find)
    }

    /// How well the language knows a word of the text, from 0 to 1; with `exactly`, misspelt words are not looked up.
    pub(super) fn familiarity(&self, word: usize, exactly: bool) -> f32 {
        let words = self.starts[word]..self.starts[word + 1];
        let count = words.len().max(1) as f32;
        let of_word = |word: usize| {
            let (text, lexicon) = (self.words[word], &self.index.lexicon);
            if lexicon.has(text) || self.index.vocabulary.get(text).is_some() {
                1.0
            } else if exactly {
                if self.index.vocabulary.has_stem(&lexicon.stem(text)) { SAME_STEM_FAMILIARITY } else { 0.0 }
            } else {
                let candidates = self.candidates(word);
                match candidates.similarity() {
                    similarity if similarity <= 0.0 => 0.0,
                    _ if candidates.misspelt => MISSPELT_FAMILIARITY,
                    _ => SAME_STEM_FAMILIARITY,
                }
            }
        };
        words.map(of_word).sum::<f32>() / count
    }

    /// A cheap estimate of how much a part of the text says: the weight of the words that phrases have.
    pub(super) fn promise(&self, part: &Range<usize>) -> f32 {
        self.estimate(part, |_| 1.0)
    }

    /// A cheap estimate of how much it says of one topic: each word counts by the share of its phrases that are that topic's.
    pub(super) fn promise_of(&self, part: &Range<usize>, topic: u32) -> f32 {
        let index = self.index;
        self.estimate(part, |word| {
            let phrases = index.phrases_of_word.get(word);
            // They lie topic by topic.
            let start = phrases.partition_point(|&phrase| index.topic_of[phrase as usize] < topic);
            let end = phrases.partition_point(|&phrase| index.topic_of[phrase as usize] <= topic);
            (end - start) as f32 / phrases.len() as f32
        })
    }

    fn estimate(&self, part: &Range<usize>, share: impl Fn(u32) -> f32) -> f32 {
        let words = &self.words[self.starts[part.start]..self.starts[part.end]];
        let known = words.iter().filter_map(|word| self.index.vocabulary.get(word));
        let weight: f32 = known.map(|word| self.index.word_weights[word as usize] * share(word)).sum();
        weight / (words.len().max(1) as f32).sqrt()
    }

    /// The topics that have anything in common with a part of the text, each with its score and the features that make it.
    pub(super) fn score(&self, part: &Range<usize>) -> Vec<(u32, f32, Features)> {
        let index = self.index;
        let part = self.starts[part.start]..self.starts[part.end];
        let candidates: Vec<&Candidates> = part.clone().map(|word| self.candidates(word)).collect();
        let words = &self.words[part.clone()];
        let mut features = vec![Features::default(); index.topics];
        let weight = index.compare_words(words, &candidates, &mut features);
        if weight.all <= 0.0 {
            return Vec::new();
        }
        let unfinished = part.end > part.start && self.is_unfinished(part.end - 1);
        index.compare_ngrams(&index.question_vector(words, &candidates, unfinished), &mut features);
        index.compare_documents(words, &candidates, &mut features);
        let familiarity = 1.0 - UNKNOWN_WORDS_PENALTY * (1.0 - weight.known / weight.all);
        let sufficiency = (weight.all / WEIGHT_MIN).min(1.0);
        let general_counts = index.own_share(words, &candidates) < OWN_SHARE;
        let scored = features.into_iter().zip(0..).map(|(features, topic)| {
            let share = index.document_shares[topic as usize];
            let score = (1.0 - share) * features.score(index.classifier.is_some())
                + share * (DOCUMENT_SCALE * features.document).min(1.0);
            // A phrase that the question repeats is enough, however little its words weigh.
            let score = score * familiarity * sufficiency.max(features.dice);
            match topic as usize + 1 == index.topics {
                true if general_counts => (index.general_as, score, features),
                true => (index.general_as, 0.0, features),
                false => (topic, score, features),
            }
        });
        scored.filter(|&(_, score, _)| score > 0.0).collect()
    }
}

impl LanguageIndex {
    /// Sets the features of words: `dice` and `coverage`.
    fn compare_words(&self, words: &[&str], candidates: &[&Candidates], features: &mut [Features]) -> Weight {
        let mut weight = Weight::default();
        let (mut in_phrases, mut in_topics) = (Sums::new(self.topic_of.len()), Sums::new(self.topics));
        for (i, (word, candidates)) in words.iter().zip(candidates).enumerate() {
            if words[..i].contains(word) {
                continue;
            }
            let weight_of = |id: u32| self.word_weights[id as usize];
            let heaviest = candidates.found.iter().map(|&(id, _)| weight_of(id)).reduce(f32::max);
            let word_weight = heaviest.unwrap_or_else(|| self.lexicon.weight(word));
            weight.all += word_weight;
            let is_read = || self.documents.knows(&self.lexicon.stem(word));
            let known = candidates.similarity();
            weight.known += word_weight * if known < IN_DOCUMENTS && is_read() { IN_DOCUMENTS } else { known };
            let value = |&(id, similarity): &(u32, f32)| (id, similarity * word_weight.min(weight_of(id)));
            let mut values: Vec<(u32, f32)> = candidates.found.iter().map(value).collect();
            values.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            for (id, value) in values {
                for &phrase in self.phrases_of_word.get(id) {
                    in_phrases.add_once(phrase, i, value);
                    in_topics.add_once(self.topic_of[phrase as usize], i, value);
                }
            }
        }
        for ((&sum, &phrase_weight), &topic) in in_phrases.sums.iter().zip(&self.phrase_weights).zip(&self.topic_of) {
            if sum > 0.0 {
                let dice = &mut features[topic as usize].dice;
                // Two spellings of one word in the question are no more than the phrase has of it.
                *dice = dice.max(2.0 * sum.min(phrase_weight) / (weight.all + phrase_weight));
            }
        }
        for (features, sum) in features.iter_mut().zip(in_topics.sums) {
            features.coverage = if weight.all > 0.0 { sum / weight.all } else { 0.0 };
        }
        weight
    }

    /// How much of what the general phrases know of a question a topic of the content says, too, in one phrase or in its text: a share
    /// of the words' weights. (In a hundred phrases together there are words of nearly everything.)
    fn own_share(&self, words: &[&str], candidates: &[&Candidates]) -> f32 {
        let mut all = 0.0;
        let (mut in_phrases, mut in_texts) = (Sums::new(self.topic_of.len()), vec![0.0_f32; self.topics]);
        for (i, (word, candidates)) in words.iter().zip(candidates).enumerate() {
            if words[..i].contains(word) {
                continue;
            }
            let general = candidates.found.iter().filter(|&&(word, _)| self.is_general(word));
            let Some(&(word, similarity)) = general.max_by(|(_, a), (_, b)| a.total_cmp(b)) else { continue };
            let weight = similarity * self.word_weights[word as usize];
            all += weight;
            self.texts_of_word.get(word).iter().for_each(|&topic| in_texts[topic as usize] += weight);
            for &related in self.vocabulary.of_stem(self.vocabulary.stem(word)) {
                self.phrases_of_word.get(related).iter().for_each(|&phrase| in_phrases.add_once(phrase, i, weight));
            }
        }
        let by_phrase = in_phrases.sums.into_iter().zip(self.topic_of.iter().copied());
        let by_topic = by_phrase.chain(in_texts.into_iter().zip(0..));
        let most = by_topic.filter(|&(_, topic)| self.are_own[topic as usize]).map(|(sum, _)| sum).fold(0.0, f32::max);
        if all > 0.0 { most / all } else { 0.0 }
    }

    /// Sets the feature of documents.
    fn compare_documents(&self, words: &[&str], candidates: &[&Candidates], features: &mut [Features]) {
        let mut stems: Vec<(Cow<'_, str>, f32)> = Vec::with_capacity(words.len());
        for (word, candidates) in words.iter().zip(candidates) {
            let best = candidates.found.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
            let corrected = best.filter(|_| candidates.misspelt);
            let stem = match corrected {
                Some(&(id, _)) if !self.documents.knows(&self.lexicon.stem(word)) => {
                    self.lexicon.stem(self.vocabulary.word(id))
                }
                _ => self.lexicon.stem(word),
            };
            if !stems.iter().any(|(known, _)| *known == stem) {
                stems.push((stem, self.lexicon.weight(word)));
            }
        }
        let stems = stems.iter().map(|(stem, weight)| (&**stem, *weight));
        self.documents.score(stems, |topic, score| features[topic as usize].document += score);
    }

    /// The tf-idf vector of a question's n-grams, those of corrections included; of length 1 with the n-grams that no phrase
    /// has, which are left out.
    fn question_vector(&self, words: &[&str], candidates: &[&Candidates], unfinished: bool) -> SparseVector {
        let mut vector = SparseVector::new();
        let mut length_squared = 0.0;
        for (i, (word, candidates)) in words.iter().zip(candidates).enumerate() {
            let mut own = 1.0;
            if candidates.misspelt {
                let best = candidates.similarity();
                let corrections = || candidates.found.iter().filter(|(_, s)| *s >= best).take(CORRECTIONS_MAX);
                let share = CORRECTED * best / corrections().count() as f32;
                for &(id, _) in corrections() {
                    let known = ngrams(self.vocabulary.word(id), true).into_iter();
                    vector.extend(known.filter_map(|ngram| self.ngram_ids.get(&ngram)).map(|&ngram| (ngram, share)));
                }
                own -= CORRECTED * best;
            }
            for ngram in ngrams(word, !(unfinished && i + 1 == words.len())) {
                match self.ngram_ids.get(&ngram) {
                    Some(&ngram) => vector.push((ngram, own)),
                    None => length_squared += (own * self.unknown_idf).powi(2),
                }
            }
        }
        vector.sort_unstable_by_key(|&(ngram, _)| ngram);
        vector.dedup_by(|(ngram, times), (kept, sum)| {
            let same = ngram == kept;
            if same {
                *sum += *times;
            }
            same
        });
        for (ngram, value) in &mut vector {
            *value = sublinear_tf(*value) * self.idf[*ngram as usize];
            length_squared += *value * *value;
        }
        let length = length_squared.sqrt();
        vector.iter_mut().for_each(|(_, value)| *value /= length);
        vector
    }

    /// Sets the features of n-grams: `ngrams`, `centroid` and `classifier`.
    fn compare_ngrams(&self, vector: &SparseVector, features: &mut [Features]) {
        // What each further occurrence in a phrase adds to its term frequency, up to eight: no phrase has more of one n-gram that
        // would tell anything.
        let increments: [f32; 8] =
            std::array::from_fn(|times| sublinear_tf(times as f32 + 1.0) - sublinear_tf(times as f32));
        let mut sums = vec![0.0_f32; self.topic_of.len()];
        // The share of the vector's length that is not looked up.
        let mut common = 0.0;
        for &(ngram, value) in vector {
            let weighed = value * self.idf[ngram as usize];
            let (mut last, mut times) = (u32::MAX, 0);
            let phrases = self.phrases_of_ngram.get(ngram);
            common += if phrases.is_empty() { value * value } else { 0.0 };
            for &phrase in phrases {
                times = if phrase == last { times + 1 } else { 0 };
                last = phrase;
                sums[phrase as usize] += weighed * increments.get(times).unwrap_or(&0.0);
            }
            for &(topic, other) in self.topics_of_ngram.get(ngram) {
                features[topic as usize].centroid += value * other;
            }
        }
        for ((sum, length), &topic) in sums.into_iter().zip(&self.phrase_lengths).zip(&self.topic_of) {
            let best = &mut features[topic as usize].ngrams;
            *best = best.max(sum / length);
        }
        // Of the common ones a phrase has as much as of the words.
        for features in features.iter_mut() {
            features.ngrams = (features.ngrams + common * features.dice).min(1.0);
        }
        if let Some(classifier) = &self.classifier {
            let (min, max) = CLASSIFIER_RANGE;
            for (features, score) in features.iter_mut().zip(classifier.scores(vector)) {
                features.classifier = ((score - min) / (max - min)).clamp(0.0, 1.0);
            }
        }
    }
}

/// Sums by phrase or topic, in which each word of the question counts once.
struct Sums {
    sums: Vec<f32>,
    last_word: Vec<usize>,
}

impl Sums {
    fn new(count: usize) -> Self {
        Self { sums: vec![0.0; count], last_word: vec![usize::MAX; count] }
    }

    /// Adds unless the word was added already.
    fn add_once(&mut self, at: u32, word: usize, value: f32) {
        let at = at as usize;
        if self.last_word[at] != word {
            self.last_word[at] = word;
            self.sums[at] += value;
        }
    }
}
