//! How like a question is to the phrases of one language.

use super::index::{LanguageIndex, dampened, for_each_gram};

/// The weights of the four likenesses; they make one together.
const PHRASE: f32 = 0.19;
const WORDS: f32 = 0.22;
const LETTERS: f32 = 0.28;
const WHOLE: f32 = 0.31;

/// What somebody wants stands in the first words; a message of thousands would hold everybody else up.
const WORDS_MAX: usize = 40;
/// How much a question loses of its scores when none of its words stands in any phrase: it is about something else.
const STRANGENESS: f32 = 0.5;

/// A question of less weight than this says too little: it is made of stop-words.
const ENOUGH: f32 = 0.4;

/// The words that a question has in common with the phrases.
struct Words {
    /// With the best phrase of each topic.
    phrase: Vec<f32>,
    /// With each topic as a whole.
    topic: Vec<f32>,
    /// How much of the question stands in some phrase: from 1 - [`STRANGENESS`] to 1.
    understood: f32,
    /// Whether the question says enough to be judged, from 0 to 1.
    enough: f32,
}

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Words in common with the best phrase.
    pub phrase: f32,
    /// How much of the question the topic's words cover.
    pub words: f32,
    /// Runs of letters in common with the best phrase.
    pub letters: f32,
    /// Runs of letters in common with all phrases together.
    pub whole: f32,
}

impl Likeness {
    fn score(&self) -> f32 {
        PHRASE * self.phrase + WORDS * self.words + LETTERS * self.letters + WHOLE * self.whole
    }
}

/// The best that the word in hand adds to a place, so that a word counts once there.
#[derive(Clone, Copy, Default)]
struct Gain {
    word: u32,
    value: f32,
}

/// Sums of the best gains, one a place.
struct Sums {
    sums: Vec<f32>,
    gains: Vec<Gain>,
}

impl Sums {
    fn new(places: usize) -> Self {
        Self { sums: vec![0.0; places], gains: vec![Gain::default(); places] }
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

impl LanguageIndex {
    /// How like the question is to each topic that has anything in common with it.
    pub(super) fn likenesses(
        &self,
        question: &str,
        unfinished: bool,
        topics: usize,
        language: usize,
    ) -> impl Iterator<Item = Ranked> {
        let mut words = self.lexicon.words(question);
        words.truncate(WORDS_MAX);
        let Words { phrase, topic: in_topic, understood, enough } = self.words_in_common(&words, unfinished, topics);
        let (letters, whole) = self.letters_in_common(&words, unfinished, topics);
        (0..topics).filter_map(move |topic| {
            let likeness = Likeness {
                phrase: phrase[topic],
                words: in_topic[topic],
                letters: letters[topic],
                whole: whole[topic],
            };
            // A phrase that is taken up whole is enough, however little its words weigh.
            let score = likeness.score() * understood * enough.max(likeness.phrase);
            (score > 0.0).then_some(Ranked { topic: topic as u32, language, score, likeness })
        })
    }

    fn words_in_common(&self, words: &[String], unfinished: bool, topics: usize) -> Words {
        let mut phrases = Sums::new(self.phrase_topics.len());
        let mut covered = Sums::new(topics);
        let (mut asked, mut understood) = (0.0, 0.0);
        let mut candidates = Vec::new();
        for (i, word) in words.iter().enumerate() {
            if words[..i].contains(word) {
                continue;
            }
            self.candidates(word, unfinished && i + 1 == words.len(), &mut candidates);
            let heaviest = candidates.iter().map(|&(id, _)| self.words[id as usize].weight).reduce(f32::max);
            let weight = heaviest.unwrap_or_else(|| self.lexicon.weight(word));
            asked += weight;
            understood += weight * candidates.iter().map(|&(_, sure)| sure).fold(0.0, f32::max);
            for &(id, sure) in &candidates {
                let known = &self.words[id as usize];
                let value = sure * weight.min(known.weight);
                for &phrase in &known.phrases {
                    phrases.add(phrase, i as u32 + 1, value);
                }
                for &topic in &known.topics {
                    covered.add(topic, i as u32 + 1, value);
                }
            }
        }
        let mut best = vec![0.0_f32; topics];
        for ((&sum, &weight), &topic) in phrases.sums.iter().zip(&self.phrase_weights).zip(&self.phrase_topics) {
            if sum > 0.0 {
                let best = &mut best[topic as usize];
                *best = best.max(2.0 * sum / (asked + weight));
            }
        }
        let covered = covered.sums.into_iter().map(|sum| if asked > 0.0 { sum / asked } else { 0.0 }).collect();
        Words {
            phrase: best,
            topic: covered,
            understood: if asked > 0.0 { 1.0 - STRANGENESS * (1.0 - understood / asked) } else { 0.0 },
            enough: (asked / ENOUGH).min(1.0),
        }
    }

    fn letters_in_common(&self, words: &[String], unfinished: bool, topics: usize) -> (Vec<f32>, Vec<f32>) {
        let mut known: Vec<u32> = Vec::new();
        let mut unknown = 0.0_f32;
        for (i, word) in words.iter().enumerate() {
            let finished = !unfinished || i + 1 < words.len();
            match self.known(word).filter(|_| finished) {
                Some(id) => known.extend(&self.words[id as usize].grams),
                None => {
                    let letters: Vec<char> = word.chars().collect();
                    for_each_gram(&letters, finished, |gram| match self.gram(gram) {
                        Some(gram) => known.push(gram),
                        None => unknown += 1.0,
                    });
                }
            }
        }
        known.sort_unstable();
        let mut length = unknown * self.unknown_gram_weight * self.unknown_gram_weight;
        let mut vector: Vec<(u32, f32)> = Vec::new();
        for same in known.chunk_by(|a, b| a == b) {
            let value = dampened(same.len() as f32) * self.gram_weights[same[0] as usize];
            length += value * value;
            vector.push((same[0], value));
        }
        let length = length.sqrt();
        let mut phrases = vec![0.0_f32; self.phrase_topics.len()];
        let mut whole = vec![0.0_f32; topics];
        for (gram, value) in vector {
            let value = value / length;
            for &(phrase, other) in self.gram_phrases.of(gram) {
                phrases[phrase as usize] += value * other;
            }
            for &(topic, other) in self.gram_topics.of(gram) {
                whole[topic as usize] += value * other;
            }
        }
        let mut best = vec![0.0_f32; topics];
        for (&cosine, &topic) in phrases.iter().zip(&self.phrase_topics) {
            let best = &mut best[topic as usize];
            *best = best.max(cosine);
        }
        (best, whole)
    }
}
