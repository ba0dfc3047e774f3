//! The runs of letters of one language's phrases: what they weigh, where they stand, and what they tell.

use rustc_hash::FxHashMap;

use super::learnt::Learnt;
use super::lists::Lists;

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

/// The runs of letters of one language's phrases.
pub(super) struct Grams {
    pub(super) numbers: Numbers,
    pub(super) weights: Vec<f32>,
    /// The weight of a gram that no phrase has.
    pub(super) unknown_weight: f32,
    /// For each gram the phrases that have it; each phrase is a vector of length 1.
    pub(super) phrases: Vectors,
    /// For each gram the topics that have it.
    pub(super) topics: Vectors,
    /// What tells topics apart; `None` when there is too much to learn.
    pub(super) learnt: Option<Learnt>,
}

impl Grams {
    /// Weighs the grams. `texts` gives the words of each phrase, `words` the grams of each word.
    pub(super) fn new<'a>(
        numbers: Numbers,
        texts: &Lists<u32>,
        words: impl Fn(u32) -> &'a [u32],
        phrase_topics: &[u32],
        topics: usize,
    ) -> Self {
        let count = numbers.len();
        let mut times = vec![0_u32; count];
        let grams = texts.items().iter().map(|&word| words(word).len()).sum();
        let mut vectors = Vectors::with_capacity(texts.len(), grams);
        for text in texts.iter() {
            for &gram in text.iter().flat_map(|&word| words(word)) {
                if times[gram as usize] == 0 {
                    vectors.add((gram, 0.0));
                }
                times[gram as usize] += 1;
            }
            for (gram, value) in vectors.end() {
                *value = dampened(std::mem::take(&mut times[*gram as usize]) as f32);
            }
        }
        let weights = rarity(count, &vectors, phrase_topics, topics);
        for phrase in 0..vectors.len() as u32 {
            let vector = vectors.get_mut(phrase);
            for (gram, value) in vector.iter_mut() {
                *value *= weights[*gram as usize];
            }
            normalise(vector);
        }
        // What takes most memory comes first, while there is least of the rest.
        let learnt = Learnt::new(count, &vectors, phrase_topics, topics);
        let centroids = centroids(count, &vectors, phrase_topics, topics);
        Self {
            unknown_weight: weights.iter().copied().fold(1.0, f32::max),
            phrases: vectors.turned(count),
            topics: centroids.turned(count),
            learnt,
            numbers,
            weights,
        }
    }
}

/// How rare each gram is, among phrases and among topics.
fn rarity(count: usize, vectors: &Vectors, phrase_topics: &[u32], topics: usize) -> Vec<f32> {
    let (mut in_phrases, mut in_topics) = (vec![0_u32; count], vec![0_u32; count]);
    let mut by_topic: Vec<u32> = (0..vectors.len() as u32).collect();
    by_topic.sort_by_key(|&phrase| phrase_topics[phrase as usize]);
    let mut last_topic = vec![u32::MAX; count];
    for phrase in by_topic {
        let topic = phrase_topics[phrase as usize];
        for &(gram, _) in vectors.get(phrase) {
            let gram = gram as usize;
            in_phrases[gram] += 1;
            if last_topic[gram] != topic {
                last_topic[gram] = topic;
                in_topics[gram] += 1;
            }
        }
    }
    let inverse = |all: usize, some: u32| ((1.0 + all as f32) / (1.0 + some as f32)).ln() + 1.0;
    let weight = |(&p, &t): (&u32, &u32)| 0.5 * (inverse(vectors.len(), p) + inverse(topics, t));
    in_phrases.iter().zip(&in_topics).map(weight).collect()
}

/// Each topic as the sum of its phrases, with what tells it from the other topics brought out.
fn centroids(count: usize, vectors: &Vectors, phrase_topics: &[u32], topics: usize) -> Vectors {
    let mut by_topic: Vec<Vec<u32>> = vec![Vec::new(); topics];
    for (phrase, &topic) in phrase_topics.iter().enumerate() {
        by_topic[topic as usize].push(phrase as u32);
    }
    let mut sums = vec![0.0_f32; count];
    let mut totals = vec![0.0_f32; count];
    let mut centroids = Vectors::with_capacity(topics, 0);
    for phrases in &by_topic {
        for &(gram, value) in phrases.iter().flat_map(|&phrase| vectors.get(phrase)) {
            if sums[gram as usize] == 0.0 {
                centroids.add((gram, 0.0));
            }
            sums[gram as usize] += value;
        }
        for (gram, value) in centroids.end() {
            *value = std::mem::take(&mut sums[*gram as usize]);
            totals[*gram as usize] += *value;
        }
    }
    let all: f32 = totals.iter().sum();
    let room = SMOOTHING * count as f32;
    for topic in 0..topics as u32 {
        let centroid = centroids.get_mut(topic);
        let mass: f32 = centroid.iter().map(|(_, value)| value).sum();
        for (gram, value) in centroid.iter_mut() {
            let inside = (*value + SMOOTHING) / (mass + room);
            let outside = (totals[*gram as usize] - *value + SMOOTHING) / (all - mass + room);
            *value *= (inside / outside).ln().max(0.0).sqrt();
        }
        normalise(centroid);
    }
    level(&mut centroids, vectors, &by_topic, count);
    centroids
}

/// Measures each topic by how like its own phrases are to it: one of many unlike phrases (what is not ours) would otherwise
/// be like nothing. By half of that on a logarithmic scale: wholly, strangers outbid what is ours.
fn level(centroids: &mut Vectors, vectors: &Vectors, by_topic: &[Vec<u32>], count: usize) {
    let mut values = vec![0.0_f32; count];
    let mut likeness_of_own = Vec::with_capacity(centroids.len());
    for (centroid, phrases) in centroids.iter().zip(by_topic) {
        for &(gram, value) in centroid {
            values[gram as usize] = value;
        }
        let cosine = |&phrase: &u32| vectors.get(phrase).iter().map(|&(g, v)| v * values[g as usize]).sum::<f32>();
        let sum: f32 = phrases.iter().map(cosine).sum();
        likeness_of_own.push(if phrases.is_empty() { 0.0 } else { sum / phrases.len() as f32 });
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
pub(super) fn dampened(times: f32) -> f32 {
    if times > 1.0 { 1.0 + times.ln() } else { times }
}

fn normalise(vector: &mut [(u32, f32)]) {
    let length = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for (_, value) in vector {
            *value /= length;
        }
    }
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
