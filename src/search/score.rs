//! How like a question is to the phrases of one language.

use std::ops::Range;

use super::index::{Candidates, LanguageIndex};
use super::lists::Entry as _;
use super::ngrams::{Grams, Vector, for_each_gram, sublinear_tf};

/// The weights of the five likenesses; they make one together.
const PHRASE: f32 = 0.14;
const WORDS: f32 = 0.16;
const LETTERS: f32 = 0.20;
const WHOLE: f32 = 0.22;
const LEARNT: f32 = 0.28;

/// What somebody wants stands in the first words; a message of thousands would hold everybody else up.
const WORDS_MAX: usize = 40;
/// How much a question loses of its scores when none of its words stands in any phrase: it is about something else.
const STRANGENESS: f32 = 0.5;
/// A question of less weight than this says too little: it is made of stop-words.
const ENOUGH: f32 = 0.4;
/// How much a mistyped word is compared by the letters of the words that it may be, rather than by its own.
const CORRECTED: f32 = 0.5;
/// So many words at most are taken for what a mistyped word may be.
const CORRECTIONS_MAX: usize = 4;
/// What was learnt says from about -0.3 (another topic) to 1.3 (this one and no other); a likeness is from 0 to 1.
const LEARNT_RANGE: (f32, f32) = (-0.3, 1.3);

/// A topic and how like a question is to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The topic's number.
    pub topic: u32,
    /// The number of the language in which it was most like.
    pub language: usize,
    /// From 0 to 1.
    pub score: f32,
    /// What the score is made of.
    pub likeness: Likeness,
}

/// The parts of a score, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Words in common with the best phrase.
    pub phrase: f32,
    /// How much of the question the topic's words cover.
    pub words: f32,
    /// Runs of letters in common with the best phrase.
    pub letters: f32,
    /// Runs of letters in common with all phrases together.
    pub whole: f32,
    /// Runs of letters that speak for this topic and against the others, as learnt from all phrases; 0 where there are so
    /// many phrases that nothing is learnt.
    pub learnt: f32,
}

impl Likeness {
    fn score(&self, has_learnt: bool) -> f32 {
        let seen = PHRASE * self.phrase + WORDS * self.words + LETTERS * self.letters + WHOLE * self.whole;
        if has_learnt { seen + LEARNT * self.learnt } else { seen / (1.0 - LEARNT) }
    }
}

/// The memory that a question is compared in, kept for the next one.
#[derive(Default)]
pub(super) struct Scratch {
    text: String,
    words: Vec<Range<usize>>,
    candidates: Candidates,
    letters: Vec<char>,
    grams: Vector,
    phrase_sums: Sums,
    topic_sums: Sums,
    cosines: Vec<f32>,
    learnt: Vec<f32>,
    /// By topic.
    pub(super) likenesses: Vec<Likeness>,
}

/// The best that the word in hand adds to a place, so that a word counts once there.
#[derive(Clone, Copy, Default)]
struct Gain {
    word: u32,
    value: f32,
}

/// Sums of the best gains, one a place.
#[derive(Default)]
struct Sums {
    sums: Vec<f32>,
    gains: Vec<Gain>,
}

impl Sums {
    fn reset(&mut self, places: usize) {
        zeros(&mut self.sums, places);
        self.gains.clear();
        self.gains.resize(places, Gain::default());
    }

    /// `word` counts from 1.
    fn add(&mut self, place: u32, word: u32, value: f32) {
        let gain = &mut self.gains[place as usize];
        if gain.word != word {
            *gain = Gain { word, value: 0.0 };
        }
        if value > gain.value {
            self.sums[place as usize] += value - gain.value;
            gain.value = value;
        }
    }
}

fn zeros(values: &mut Vec<f32>, count: usize) {
    values.clear();
    values.resize(count, 0.0);
}

/// What a question says, apart from any topic.
struct Asked {
    /// The weights of its words together.
    weight: f32,
    /// How much of that stands in some phrase.
    understood: f32,
    /// The square of the length of its grams that stand in no phrase.
    unknown_grams: f32,
}

impl LanguageIndex {
    /// How like the question is to each topic that has anything in common with it.
    pub(super) fn likenesses(
        &self,
        question: &str,
        unfinished: bool,
        topics: usize,
        scratch: &mut Scratch,
        mut each: impl FnMut(u32, f32, Likeness),
    ) {
        scratch.likenesses.clear();
        scratch.likenesses.resize(topics, Likeness::default());
        self.split(question, scratch);
        let asked = self.compare_words(unfinished, topics, scratch);
        if asked.weight <= 0.0 {
            return;
        }
        self.compare_grams(&asked, scratch);
        let understood = 1.0 - STRANGENESS * (1.0 - asked.understood / asked.weight);
        let enough = (asked.weight / ENOUGH).min(1.0);
        for (topic, likeness) in scratch.likenesses.iter().enumerate() {
            // A phrase that is taken up whole is enough, however little its words weigh.
            let score = likeness.score(self.grams.learnt.is_some()) * understood * enough.max(likeness.phrase);
            if score > 0.0 {
                each(topic as u32, score, *likeness);
            }
        }
    }

    fn split(&self, question: &str, Scratch { text, words, .. }: &mut Scratch) {
        text.clear();
        words.clear();
        self.lexicon.for_each_word(question, |word| {
            if words.len() < WORDS_MAX {
                let start = text.len();
                text.push_str(word);
                words.push(start..text.len());
            }
        });
    }

    /// The words in common, with each topic's best phrase and with each topic; collects the grams on the way.
    fn compare_words(&self, unfinished: bool, topics: usize, scratch: &mut Scratch) -> Asked {
        let Scratch { text, words, candidates, letters, grams, phrase_sums, topic_sums, likenesses, .. } = scratch;
        phrase_sums.reset(self.phrase_topics.len());
        topic_sums.reset(topics);
        grams.clear();
        let mut asked = Asked { weight: 0.0, understood: 0.0, unknown_grams: 0.0 };
        for (i, range) in words.iter().enumerate() {
            let word = &text[range.clone()];
            let unfinished = unfinished && i + 1 == words.len();
            self.candidates(word, unfinished, candidates);
            asked.unknown_grams += self.collect_grams(word, unfinished, candidates, letters, grams);
            if words[..i].iter().any(|other| text[other.clone()] == *word) {
                continue;
            }
            let found = &candidates.found;
            let heaviest = found.iter().map(|&(id, _)| self.word_weights[id as usize]).reduce(f32::max);
            let weight = heaviest.unwrap_or_else(|| self.lexicon.weight(word));
            asked.weight += weight;
            asked.understood += weight * found.iter().map(|&(_, sure)| sure).fold(0.0, f32::max);
            for &(id, sure) in found {
                let value = sure * weight.min(self.word_weights[id as usize]);
                for &phrase in self.phrases_of_word.get(id) {
                    phrase_sums.add(phrase, i as u32 + 1, value);
                }
                for &topic in self.topics_of_word.get(id) {
                    topic_sums.add(topic, i as u32 + 1, value);
                }
            }
        }
        for ((&sum, &weight), &topic) in phrase_sums.sums.iter().zip(&self.phrase_weights).zip(&self.phrase_topics) {
            if sum > 0.0 {
                let best = &mut likenesses[topic as usize].phrase;
                *best = best.max(2.0 * sum / (asked.weight + weight));
            }
        }
        for (likeness, sum) in likenesses.iter_mut().zip(&topic_sums.sums) {
            likeness.words = if asked.weight > 0.0 { sum / asked.weight } else { 0.0 };
        }
        asked
    }

    /// The grams of a word, and of the words that it may be if it is mistyped; gives the square of the length of those
    /// that no phrase has.
    fn collect_grams(
        &self,
        word: &str,
        unfinished: bool,
        candidates: &Candidates,
        letters: &mut Vec<char>,
        grams: &mut Vector,
    ) -> f32 {
        let numbers = &self.grams.numbers;
        let mut own = 1.0;
        if candidates.mistyped {
            let surest = candidates.found.iter().map(|&(_, sure)| sure).fold(0.0, f32::max);
            let corrections = || candidates.found.iter().filter(|(_, sure)| *sure >= surest).take(CORRECTIONS_MAX);
            let share = CORRECTED * surest / corrections().count() as f32;
            for &(id, _) in corrections() {
                for_each_gram(self.letters(id), true, |gram| grams.extend(numbers.get(gram).map(|gram| (gram, share))));
            }
            own -= CORRECTED * surest;
        }
        letters.clear();
        letters.extend(word.chars());
        let mut unknown = 0.0;
        for_each_gram(letters, !unfinished, |gram| match numbers.get(gram) {
            Some(gram) => grams.push((gram, own)),
            None => unknown += (own * self.grams.unknown_weight).powi(2),
        });
        unknown
    }

    /// The runs of letters in common, with each topic's best phrase, with each topic, and what they tell.
    fn compare_grams(&self, asked: &Asked, scratch: &mut Scratch) {
        let Scratch { grams: vector, cosines, learnt: scores, likenesses, .. } = scratch;
        let Grams { weights, phrases, phrase_scales, topics, learnt, .. } = &self.grams;
        vector.sort_unstable_by_key(|&(gram, _)| gram);
        vector.dedup_by(|(gram, times), (kept, sum)| {
            let same = gram == kept;
            if same {
                *sum += *times;
            }
            same
        });
        let mut length = asked.unknown_grams;
        for (gram, value) in vector.iter_mut() {
            *value = sublinear_tf(*value) * weights[*gram as usize];
            length += *value * *value;
        }
        let length = length.sqrt();
        zeros(cosines, self.phrase_topics.len());
        for (gram, value) in vector.iter_mut() {
            *value /= length;
            let weighed = *value * weights[*gram as usize];
            for phrase in phrases.get(*gram) {
                cosines[phrase.number() as usize] += weighed * phrase.value();
            }
            for &(topic, other) in topics.get(*gram) {
                likenesses[topic as usize].whole += *value * other;
            }
        }
        for ((&cosine, &scale), &topic) in cosines.iter().zip(phrase_scales).zip(&self.phrase_topics) {
            let best = &mut likenesses[topic as usize].letters;
            *best = best.max(cosine * scale);
        }
        if let Some(learnt) = learnt {
            learnt.score(vector, scores);
            let (least, most) = LEARNT_RANGE;
            for (likeness, score) in likenesses.iter_mut().zip(scores) {
                likeness.learnt = ((*score - least) / (most - least)).clamp(0.0, 1.0);
            }
        }
    }
}
