//! What tells the topics apart, learnt from their phrases when the content is loaded: a linear classifier.
//!
//! The other likenesses look at one topic at a time. Here each phrase is asked in turn; where another topic comes too near
//! to its own, the phrase's runs of letters are made to speak for the one and against the other, just enough (Crammer et
//! al., "Online Passive-Aggressive Algorithms", 2006). Nothing is random: the same phrases always teach the same.

use super::ngrams::{Phrases, Vector};

/// How often the phrases are gone through.
const PASSES: usize = 6;
/// How far a phrase's own topic should be ahead of any other.
const MARGIN: f32 = 1.0;
/// The most that one phrase may move at a time: an editor's slip must not undo what others taught.
const STEP_MAX: f32 = 0.5;
/// Phrases times topics, of one language, up to which something is learnt. Time and memory grow with both: more would be
/// felt at the start (about a tenth of a second) and weigh more than the rest of the index.
const WORK_MAX: usize = 300_000;

/// So many topics are reckoned with at once: a processor multiplies four or eight numbers as fast as one.
const LANES: usize = 8;

/// A weight for each gram and topic.
pub(super) struct Learnt {
    /// How many lots of topics there are; the last is filled up with some that do not exist.
    lots: usize,
    /// For each gram its weights, lot by lot, in units: two bytes are enough to tell weights apart.
    weights: Vec<[i16; LANES]>,
    unit: f32,
}

impl Learnt {
    /// Learns from the phrases, vectors of length 1; `None` when there are too many of them.
    pub(super) fn new(grams: usize, phrases: &Phrases, phrase_topics: &[u32], topics: usize) -> Option<Self> {
        if phrases.len() * topics > WORK_MAX {
            return None;
        }
        let mut phrases_of = vec![0_u32; topics];
        for &topic in phrase_topics {
            phrases_of[topic as usize] += 1;
        }
        let spoken_for = phrases_of.iter().filter(|&&phrases| phrases > 0).count();
        let average = phrases.len() as f32 / spoken_for.max(1) as f32;
        let lots = topics.div_ceil(LANES);
        let mut weights = vec![[0.0_f32; LANES]; grams * lots];
        // The mean of what was known after each pass holds better for new questions than the last word.
        let mut mean = weights.clone();
        let (mut vector, mut scores) = (Vector::new(), Vec::new());
        for pass in 0..PASSES {
            for i in 0..phrases.len() {
                let phrase = shuffled(i, pass, phrases.len()) as u32;
                let own = phrase_topics[phrase as usize] as usize;
                vector.clear();
                vector.extend(phrases.vector(phrase));
                sums(&weights, lots, &vector, &mut scores);
                let others = (0..topics).filter(|&topic| topic != own);
                let Some(rival) = others.max_by(|&a, &b| scores[a].total_cmp(&scores[b])) else { continue };
                let lacking = MARGIN - scores[own] + scores[rival];
                if lacking > 0.0 {
                    // A topic of many phrases (what is not ours) would drown the others: its phrases move less each.
                    let step_max = STEP_MAX * average / phrases_of[own] as f32;
                    // The length of a phrase's vector is 1, and two topics are moved.
                    let step = (lacking / 2.0).min(step_max);
                    for &(gram, value) in &vector {
                        let weights = weights[gram as usize * lots..][..lots].as_flattened_mut();
                        weights[own] += step * value;
                        weights[rival] -= step * value;
                    }
                }
            }
            for (mean, weight) in mean.as_flattened_mut().iter_mut().zip(weights.as_flattened()) {
                *mean += weight / PASSES as f32;
            }
        }
        drop(weights);
        let most = mean.as_flattened().iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
        let unit = most / f32::from(i16::MAX);
        let weights = mean.iter().map(|lot| lot.map(|weight| (weight / unit).round() as i16)).collect();
        Some(Self { lots, weights, unit })
    }

    /// What the grams say for each topic; what stands behind the last topic says nothing.
    pub(super) fn score(&self, grams: &[(u32, f32)], scores: &mut Vec<f32>) {
        sums(&self.weights, self.lots, grams, scores);
        scores.iter_mut().for_each(|score| *score *= self.unit);
    }
}

/// The weights of some grams, each times the gram's value, together for each topic.
fn sums<T: Copy + Into<f32>>(weights: &[[T; LANES]], lots: usize, grams: &[(u32, f32)], sums: &mut Vec<f32>) {
    sums.clear();
    for lot in 0..lots {
        let mut of_lot = [0.0; LANES];
        for &(gram, value) in grams {
            let weights = &weights[gram as usize * lots + lot];
            for lane in 0..LANES {
                of_lot[lane] += value * weights[lane].into();
            }
        }
        sums.extend(of_lot);
    }
}

/// The place of a phrase in a pass, so that topics alternate, each time otherwise.
fn shuffled(i: usize, pass: usize, count: usize) -> usize {
    /// Primes: whatever `count` is, most of them do not divide it, and a step that shares no divisor meets every place.
    const STEPS: [u64; 6] = [7_919, 104_729, 15_485_863, 32_452_843, 49_979_687, 67_867_967];
    let (count, step) = (count as u64, STEPS[pass % STEPS.len()]);
    if count.is_multiple_of(step) { i } else { ((i as u64 * step + pass as u64) % count) as usize }
}
