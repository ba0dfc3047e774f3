//! The runs of letters of one language's phrases: what they weigh, where they stand, and what they tell.

use rustc_hash::FxHashMap;

use super::classifier::Learnt;
use super::lists::{Entry, Lists};

/// What is added to counts before their ratio is taken, so that one occurrence proves little.
const SMOOTHING: f32 = 0.1;
/// Lengths of the runs of letters that are compared, word boundaries included.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=3;

/// Some grams, by number, each with a value.
pub(super) type Vector = Vec<(u32, f32)>;
/// Vectors of phrases or topics, by number.
pub(super) type Vectors = Lists<(u32, f32)>;

/// The numbers of the runs of letters that phrases have.
#[derive(Default)]
pub(super) struct Numbers(FxHashMap<u64, u32>);

impl Numbers {
    /// The gram's number, if a phrase has it.
    pub(super) fn get(&self, gram: u64) -> Option<u32> {
        self.0.get(&gram).copied()
    }

    /// The gram's number; a new one if no phrase had it.
    pub(super) fn of(&mut self, gram: u64) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(gram).or_insert(next)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A number and how often it is found, up to eight times, in four bytes: there are a hundred thousand and more of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Counted(u32);

impl Counted {
    const TIMES_BITS: u32 = 3;
    const TIMES_MAX: u32 = 1 << Self::TIMES_BITS;

    /// `number` is less than 2²⁹: contents are far from that many phrases or runs of letters.
    fn new(number: u32, times: u32) -> Self {
        Self((number << Self::TIMES_BITS) | (times.min(Self::TIMES_MAX) - 1))
    }

    /// What so many times count for.
    pub(super) fn value(self) -> f32 {
        sublinear_tf((self.0 % Self::TIMES_MAX + 1) as f32)
    }
}

impl Entry for Counted {
    fn number(self) -> u32 {
        self.0 >> Self::TIMES_BITS
    }

    fn with_number(self, number: u32) -> Self {
        Self((number << Self::TIMES_BITS) | (self.0 % Self::TIMES_MAX))
    }
}

/// The phrases as vectors of length 1: for each gram how often it is found, times its weight, times the phrase's scale.
pub(super) struct Phrases {
    counted: Lists<Counted>,
    weights: Vec<f32>,
    scales: Vec<f32>,
}

impl Phrases {
    /// `texts` gives the words of each phrase.
    fn new(count: usize, texts: &Lists<u32>, grams_of_word: &Lists<u32>, phrase_topics: &[u32], topics: usize) -> Self {
        let mut times = vec![0_u32; count];
        let grams_at_most = texts.iter().flatten().map(|&word| grams_of_word.get(word).len()).sum();
        let mut counted = Lists::with_capacity(texts.len(), grams_at_most);
        for text in texts.iter() {
            for &gram in text.iter().flat_map(|&word| grams_of_word.get(word)) {
                if times[gram as usize] == 0 {
                    counted.add(Counted::new(gram, 1));
                }
                times[gram as usize] += 1;
            }
            for gram in counted.end() {
                let number = gram.number();
                *gram = Counted::new(number, std::mem::take(&mut times[number as usize]));
            }
        }
        let mut phrases = Self { weights: rarity(count, &counted, phrase_topics, topics), scales: Vec::new(), counted };
        phrases.scales = vec![1.0; phrases.len()];
        phrases.scales = (0..phrases.len() as u32).map(|phrase| scale(phrases.vector(phrase))).collect();
        phrases
    }

    pub(super) fn len(&self) -> usize {
        self.counted.len()
    }

    /// The grams of a phrase, each with its value.
    pub(super) fn vector(&self, phrase: u32) -> impl Iterator<Item = (u32, f32)> {
        let scale = self.scales[phrase as usize];
        self.counted.get(phrase).iter().map(move |gram| {
            let number = gram.number();
            (number, gram.value() * self.weights[number as usize] * scale)
        })
    }
}

/// The runs of letters of one language's phrases.
pub(super) struct Grams {
    pub(super) numbers: Numbers,
    pub(super) weights: Vec<f32>,
    /// The weight of a gram that no phrase has.
    pub(super) unknown_weight: f32,
    /// For each gram the phrases that have it.
    pub(super) phrases: Lists<Counted>,
    /// By what each phrase's values are multiplied to make a vector of length 1.
    pub(super) phrase_scales: Vec<f32>,
    /// For each gram the topics that have it.
    pub(super) topics: Vectors,
    /// What tells topics apart; `None` when there is too much to learn.
    pub(super) learnt: Option<Learnt>,
}

impl Grams {
    /// Weighs the grams. `texts` gives the words of each phrase.
    pub(super) fn new(
        numbers: Numbers,
        texts: &Lists<u32>,
        grams_of_word: &Lists<u32>,
        phrase_topics: &[u32],
        topics: usize,
    ) -> Self {
        let count = numbers.len();
        let phrases = Phrases::new(count, texts, grams_of_word, phrase_topics, topics);
        // What takes most memory comes first, while there is least of the rest.
        let learnt = Learnt::new(count, &phrases, phrase_topics, topics);
        let topics = centroids(count, &phrases, phrase_topics, topics).turned(count);
        let Phrases { counted, weights, scales } = phrases;
        Self {
            unknown_weight: weights.iter().copied().fold(1.0, f32::max),
            phrases: counted.turned(count),
            phrase_scales: scales,
            topics,
            learnt,
            numbers,
            weights,
        }
    }
}

/// How rare each gram is, among phrases and among topics.
fn rarity(count: usize, phrases: &Lists<Counted>, phrase_topics: &[u32], topics: usize) -> Vec<f32> {
    let (mut in_phrases, mut in_topics) = (vec![0_u32; count], vec![0_u32; count]);
    let mut by_topic: Vec<u32> = (0..phrases.len() as u32).collect();
    by_topic.sort_by_key(|&phrase| phrase_topics[phrase as usize]);
    let mut last_topic = vec![u32::MAX; count];
    for phrase in by_topic {
        let topic = phrase_topics[phrase as usize];
        for gram in phrases.get(phrase) {
            let gram = gram.number() as usize;
            in_phrases[gram] += 1;
            if last_topic[gram] != topic {
                last_topic[gram] = topic;
                in_topics[gram] += 1;
            }
        }
    }
    let inverse = |all: usize, some: u32| ((1.0 + all as f32) / (1.0 + some as f32)).ln() + 1.0;
    let weight = |(&p, &t): (&u32, &u32)| 0.5 * (inverse(phrases.len(), p) + inverse(topics, t));
    in_phrases.iter().zip(&in_topics).map(weight).collect()
}

/// Each topic as the sum of its phrases, with what tells it from the other topics brought out; what says nothing of it is
/// left out.
fn centroids(count: usize, phrases: &Phrases, phrase_topics: &[u32], topics: usize) -> Vectors {
    let mut by_topic: Vec<Vec<u32>> = vec![Vec::new(); topics];
    for (phrase, &topic) in phrase_topics.iter().enumerate() {
        by_topic[topic as usize].push(phrase as u32);
    }
    let sums = sums(count, phrases, &by_topic);
    let mut totals = vec![0.0_f32; count];
    for &(gram, value) in sums.iter().flatten() {
        totals[gram as usize] += value;
    }
    let all: f32 = totals.iter().sum();
    let room = SMOOTHING * count as f32;
    let mut centroids = Vectors::with_capacity(topics, 0);
    for sums in sums.iter() {
        let mass: f32 = sums.iter().map(|(_, value)| value).sum();
        for &(gram, value) in sums {
            let inside = (value + SMOOTHING) / (mass + room);
            let outside = (totals[gram as usize] - value + SMOOTHING) / (all - mass + room);
            if inside > outside {
                centroids.add((gram, value * (inside / outside).ln().sqrt()));
            }
        }
        let centroid = centroids.end();
        let scale = scale(centroid.iter().copied());
        centroid.iter_mut().for_each(|(_, value)| *value *= scale);
    }
    level(&mut centroids, phrases, &by_topic, count);
    centroids
}

/// The sum of each topic's phrases.
fn sums(count: usize, phrases: &Phrases, by_topic: &[Vec<u32>]) -> Vectors {
    let mut values = vec![0.0_f32; count];
    let mut sums = Vectors::with_capacity(by_topic.len(), 0);
    for of_topic in by_topic {
        for (gram, value) in of_topic.iter().flat_map(|&phrase| phrases.vector(phrase)) {
            if values[gram as usize] == 0.0 {
                sums.add((gram, 0.0));
            }
            values[gram as usize] += value;
        }
        for (gram, value) in sums.end() {
            *value = std::mem::take(&mut values[*gram as usize]);
        }
    }
    sums
}

/// Measures each topic by how like its own phrases are to it: one of many unlike phrases (what is not ours) would otherwise
/// be like nothing. By half of that on a logarithmic scale: wholly, strangers outbid what is ours.
fn level(centroids: &mut Vectors, phrases: &Phrases, by_topic: &[Vec<u32>], count: usize) {
    let mut values = vec![0.0_f32; count];
    let mut likeness_of_own = Vec::with_capacity(centroids.len());
    for (centroid, of_topic) in centroids.iter().zip(by_topic) {
        for &(gram, value) in centroid {
            values[gram as usize] = value;
        }
        let cosine = |&phrase: &u32| phrases.vector(phrase).map(|(g, v)| v * values[g as usize]).sum::<f32>();
        let sum: f32 = of_topic.iter().map(cosine).sum();
        likeness_of_own.push(if of_topic.is_empty() { 0.0 } else { sum / of_topic.len() as f32 });
        for &(gram, _) in centroid {
            values[gram as usize] = 0.0;
        }
    }
    let spoken_for = likeness_of_own.iter().filter(|own| **own > 0.0);
    let average = spoken_for.clone().sum::<f32>() / spoken_for.count().max(1) as f32;
    for (topic, own) in (0..).zip(likeness_of_own) {
        if own > 0.0 {
            let factor = (average / own).sqrt();
            centroids.get_mut(topic).iter_mut().for_each(|(_, value)| *value *= factor);
        }
    }
}

/// What counts twice counts more, but not twice as much.
pub(super) fn sublinear_tf(times: f32) -> f32 {
    if times > 1.0 { 1.0 + times.ln() } else { times }
}

/// By what a vector is multiplied to be of length 1.
fn scale(vector: impl Iterator<Item = (u32, f32)>) -> f32 {
    let length = vector.map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length > 0.0 { length.recip() } else { 1.0 }
}

/// The runs of two and three letters of a word, its boundaries counted as letters; without the last boundary when the
/// word is unfinished.
pub(super) fn for_each_gram(letters: &[char], finished: bool, mut each: impl FnMut(u64)) {
    let end = letters.len() + 1 + usize::from(finished);
    let at = |i: usize| if i == 0 || i > letters.len() { ' ' } else { letters[i - 1] };
    for length in LENGTHS {
        for start in 0..(end + 1).saturating_sub(length) {
            // 21 bits a letter: three of them make one number, and no two runs share it.
            let gram = (start..start + length).fold(0_u64, |gram, i| (gram << 21) | (u64::from(u32::from(at(i))) + 1));
            each(gram);
        }
    }
}
