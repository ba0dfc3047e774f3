//! Averaged passive-aggressive classifier: a linear model that learns from all phrases what tells one topic from another.
//!
//! Where the score of another topic comes within the margin of a phrase's own topic, the weights of the phrase's n-grams
//! move up for its own topic and down for the other, just enough (PA-I of Crammer et al., "Online Passive-Aggressive
//! Algorithms", 2006). Training is deterministic: the same phrases always give the same weights. It learns from trigrams
//! alone: bigrams would double the work and tell nothing more.

use super::vectors::SparseVector;

/// The number of passes over the phrases.
const PASSES: usize = 4;
/// By how much the score of a phrase's own topic should exceed any other.
const MARGIN: f32 = 1.0;
/// The largest step of one phrase: one misplaced phrase must not undo what others taught.
const STEP_MAX: f32 = 1.0;
/// A trigram of fewer phrases has no weights: it tells little of other phrases, and such are most.
const FREQUENCY_MIN: u32 = 3;
/// The row of an n-gram without weights.
const NO_ROW: u32 = u32::MAX;
/// Phrases times topics, of one language, up to which a classifier is trained. Time and memory grow with both: beyond, it
/// would delay the start by more than about 0.1 s and be larger than the rest of the index.
const WORK_MAX: usize = 300_000;

/// A weight for each n-gram and topic.
pub(super) struct Classifier {
    topics: usize,
    /// The row of each n-gram; [`NO_ROW`] for bigrams, and for trigrams that too few phrases have.
    rows: Vec<u32>,
    /// A matrix: a row for each n-gram, a column for each topic.
    weights: Vec<f32>,
}

impl Classifier {
    /// Trains on phrases, vectors of length 1; `None` when there are too many. `is_trigram` has an entry for each n-gram.
    pub(super) fn train(
        phrases: &[SparseVector],
        topic_of: &[u32],
        topics: usize,
        is_trigram: &[bool],
    ) -> Option<Self> {
        if phrases.len() * topics > WORK_MAX {
            return None;
        }
        let mut phrases_of = vec![0_u32; topics];
        topic_of.iter().for_each(|&topic| phrases_of[topic as usize] += 1);
        let non_empty = phrases_of.iter().filter(|&&phrases| phrases > 0).count();
        let average = phrases.len() as f32 / non_empty.max(1) as f32;
        let (rows, count) = rows(phrases, is_trigram);
        let mut now = Self { topics, rows, weights: vec![0.0; count * topics] };
        // The mean of the weights after each pass generalises better than the last weights.
        let mut mean = vec![0.0; count * topics];
        // A pass meets the phrases that were not clear enough in the one before.
        let mut unclear: Vec<usize> = (0..phrases.len()).collect();
        for pass in 0..PASSES {
            let met = std::mem::take(&mut unclear);
            for i in 0..met.len() {
                let phrase = met[shuffled(i, pass, met.len())];
                let (vector, own) = (&phrases[phrase], topic_of[phrase] as usize);
                let scores = now.scores(vector);
                let others = (0..topics).filter(|&topic| topic != own);
                let Some(rival) = others.max_by(|&a, &b| scores[a].total_cmp(&scores[b])) else { continue };
                let loss = MARGIN - scores[own] + scores[rival];
                if loss > 0.0 {
                    unclear.push(phrase);
                    // A topic of many phrases (what is out of scope) would overrule the others: its steps are shorter.
                    let step_max = STEP_MAX * average / phrases_of[own] as f32;
                    // The vector's length is 1, and two topics move.
                    let step = (loss / 2.0).min(step_max);
                    for &(ngram, value) in vector {
                        if let Some(row) = now.row(ngram) {
                            let row = &mut now.weights[row..][..topics];
                            row[own] += step * value;
                            row[rival] -= step * value;
                        }
                    }
                }
            }
            for (mean, weight) in mean.iter_mut().zip(&now.weights) {
                *mean += weight / PASSES as f32;
            }
        }
        Some(Self { weights: mean, ..now })
    }

    /// Where the weights of an n-gram begin.
    fn row(&self, ngram: u32) -> Option<usize> {
        let row = self.rows[ngram as usize];
        (row != NO_ROW).then_some(row as usize * self.topics)
    }

    /// The score of each topic, about -0.3 to 1.3: the vector times the weights.
    pub(super) fn scores(&self, vector: &SparseVector) -> Vec<f32> {
        let mut scores = vec![0.0; self.topics];
        for &(ngram, value) in vector {
            if let Some(row) = self.row(ngram) {
                let row = &self.weights[row..][..self.topics];
                scores.iter_mut().zip(row).for_each(|(score, weight)| *score += value * weight);
            }
        }
        scores
    }
}

/// The row of each trigram that enough phrases have, and the number of rows.
fn rows(phrases: &[SparseVector], is_trigram: &[bool]) -> (Vec<u32>, usize) {
    let mut frequency = vec![0_u32; is_trigram.len()];
    phrases.iter().flatten().for_each(|&(ngram, _)| frequency[ngram as usize] += 1);
    let mut count = 0;
    let number = |(frequency, is_trigram): (u32, bool)| {
        if !is_trigram || frequency < FREQUENCY_MIN {
            return NO_ROW;
        }
        count += 1;
        count - 1
    };
    let rows = frequency.into_iter().zip(is_trigram.iter().copied()).map(number).collect();
    (rows, count as usize)
}

/// The phrase that is number `i` of a pass: each phrase once, topics mixed, in another order each pass.
fn shuffled(i: usize, pass: usize, count: usize) -> usize {
    /// Primes: a step that does not divide `count` meets every phrase.
    const STEPS: [u64; 6] = [7_919, 104_729, 15_485_863, 32_452_843, 49_979_687, 67_867_967];
    let (count, step) = (count as u64, STEPS[pass % STEPS.len()]);
    if count.is_multiple_of(step) { i } else { ((i as u64 * step + pass as u64) % count) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ngram_of_one_topic_outweighs_what_topics_share() {
        // N-gram 0 is in every phrase, 1 to 3 each in those of one topic.
        let phrases: Vec<SparseVector> = (1..=3).cycle().take(9).map(|n| vec![(0, 0.8), (n, 0.6)]).collect();
        let topic_of: Vec<u32> = (0..3).cycle().take(9).collect();
        let classifier = Classifier::train(&phrases, &topic_of, 3, &[true; 4]).expect("there are few");
        for (phrase, &topic) in phrases.iter().zip(&topic_of) {
            let scores = classifier.scores(phrase);
            let best = (0..3).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).expect("there are topics");
            assert_eq!(best, topic as usize, "{scores:?}");
        }
    }

    #[test]
    fn too_many_phrases_are_not_trained_on() {
        let phrases = vec![vec![(0, 1.0)]; WORK_MAX / 2 + 1];
        let topic_of = vec![0; phrases.len()];
        assert!(Classifier::train(&phrases, &topic_of, 2, &[true]).is_none());
    }

    #[test]
    fn a_pass_meets_each_phrase_once() {
        for count in [1, 2, 7, 100, 7_919] {
            for pass in 0..PASSES {
                let mut met: Vec<usize> = (0..count).map(|i| shuffled(i, pass, count)).collect();
                met.sort_unstable();
                assert!(met.into_iter().eq(0..count), "{count} phrases, pass {pass}");
            }
        }
    }
}
