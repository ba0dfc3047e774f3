//! Phrases and topics as sparse vectors of n-grams: tf-idf (sublinear tf), and one centroid a topic (Rocchio).

/// Smooths the ratio of two frequencies (additive smoothing), so that one occurrence proves little.
const SMOOTHING: f32 = 0.1;

/// N-grams with a value other than 0.
pub(super) type SparseVector = Vec<(u32, f32)>;

/// Phrases as tf-idf vectors.
pub(super) struct TfIdf {
    /// The vector of each phrase, of length 1.
    pub(super) vectors: Vec<SparseVector>,
    /// The length of each phrase's vector before it was divided by it.
    pub(super) lengths: Vec<f32>,
    /// The inverse document frequency of each n-gram.
    pub(super) idf: Vec<f32>,
}

impl TfIdf {
    /// `phrases` gives the n-grams of each phrase, `by_topic` the phrases of each topic, `ngrams` is the number of all
    /// n-grams.
    pub(super) fn new(
        phrases: impl Iterator<Item = impl Iterator<Item = u32>>,
        by_topic: &[Vec<u32>],
        ngrams: usize,
    ) -> Self {
        let mut values = vec![0.0; ngrams];
        let mut vectors: Vec<_> = phrases.map(|phrase| sum(phrase.map(|ngram| (ngram, 1.0)), &mut values)).collect();
        let idf = idf(&vectors, by_topic, ngrams);
        let weigh = |vector: &mut SparseVector| {
            vector.iter_mut().for_each(|(ngram, times)| *times = sublinear_tf(*times) * idf[*ngram as usize]);
            normalize(vector)
        };
        let lengths = vectors.iter_mut().map(weigh).collect();
        Self { vectors, lengths, idf }
    }
}

/// Sublinear term frequency: what occurs twice counts more, but not twice as much.
pub(super) fn sublinear_tf(times: f32) -> f32 {
    if times > 1.0 { 1.0 + times.ln() } else { times }
}

/// Inverse document frequency of each n-gram: the mean of the one among phrases and the one among topics.
fn idf(phrases: &[SparseVector], by_topic: &[Vec<u32>], ngrams: usize) -> Vec<f32> {
    let (mut in_phrases, mut in_topics) = (vec![0_u32; ngrams], vec![0_u32; ngrams]);
    let mut last_topic = vec![usize::MAX; ngrams];
    for (topic, of_topic) in by_topic.iter().enumerate() {
        for &(ngram, _) in of_topic.iter().flat_map(|&phrase| &phrases[phrase as usize]) {
            let ngram = ngram as usize;
            in_phrases[ngram] += 1;
            in_topics[ngram] += u32::from(last_topic[ngram] != topic);
            last_topic[ngram] = topic;
        }
    }
    let idf = |all: usize, some: u32| ((1.0 + all as f32) / (1.0 + some as f32)).ln() + 1.0;
    let mean = |(&p, &t): (&u32, &u32)| 0.5 * (idf(phrases.len(), p) + idf(by_topic.len(), t));
    in_phrases.iter().zip(&in_topics).map(mean).collect()
}

/// Each topic as the sum of its phrases. An n-gram's value is raised by its log-odds against the other topics; those that
/// are less frequent here than elsewhere are left out.
pub(super) fn centroids(phrases: &[SparseVector], by_topic: &[Vec<u32>], ngrams: usize) -> Vec<SparseVector> {
    let mut values = vec![0.0; ngrams];
    let mut of_topic =
        |topic: &Vec<u32>| sum(topic.iter().flat_map(|&phrase| phrases[phrase as usize].iter().copied()), &mut values);
    let mut centroids: Vec<SparseVector> = by_topic.iter().map(&mut of_topic).collect();
    let mut totals = vec![0.0_f32; ngrams];
    for &(ngram, value) in centroids.iter().flatten() {
        totals[ngram as usize] += value;
    }
    let all: f32 = totals.iter().sum();
    let smoothing = SMOOTHING * ngrams as f32;
    for centroid in &mut centroids {
        let mass: f32 = centroid.iter().map(|(_, value)| value).sum();
        centroid.retain_mut(|(ngram, value)| {
            let inside = (*value + SMOOTHING) / (mass + smoothing);
            let outside = (totals[*ngram as usize] - *value + SMOOTHING) / (all - mass + smoothing);
            if inside > outside {
                *value *= (inside / outside).ln().sqrt();
            }
            inside > outside
        });
        normalize(centroid);
    }
    scale_by_cohesion(&mut centroids, phrases, by_topic, ngrams);
    centroids
}

/// Divides each centroid by the square root of its cohesion (the mean cosine of its own phrases), relative to the average:
/// a topic of many unlike phrases, such as what is out of scope, would otherwise be near to no question. Without the root,
/// such a topic wins against the others.
fn scale_by_cohesion(centroids: &mut [SparseVector], phrases: &[SparseVector], by_topic: &[Vec<u32>], ngrams: usize) {
    let mut values = vec![0.0_f32; ngrams];
    let mut cohesion_of = |(centroid, of_topic): (&SparseVector, &Vec<u32>)| {
        centroid.iter().for_each(|&(ngram, value)| values[ngram as usize] = value);
        let dot = |phrase: &SparseVector| phrase.iter().map(|&(n, value)| value * values[n as usize]).sum::<f32>();
        let sum: f32 = of_topic.iter().map(|&phrase| dot(&phrases[phrase as usize])).sum();
        centroid.iter().for_each(|&(ngram, _)| values[ngram as usize] = 0.0);
        if of_topic.is_empty() { 0.0 } else { sum / of_topic.len() as f32 }
    };
    let cohesions: Vec<f32> = centroids.iter().zip(by_topic).map(&mut cohesion_of).collect();
    let positive = cohesions.iter().filter(|&&cohesion| cohesion > 0.0);
    let average = positive.clone().sum::<f32>() / positive.count().max(1) as f32;
    for (centroid, cohesion) in centroids.iter_mut().zip(cohesions).filter(|&(_, cohesion)| cohesion > 0.0) {
        let factor = (average / cohesion).sqrt();
        centroid.iter_mut().for_each(|(_, value)| *value *= factor);
    }
}

/// The sum of the values of each dimension. `values` has a 0 for each dimension, before and after.
fn sum(entries: impl Iterator<Item = (u32, f32)>, values: &mut [f32]) -> SparseVector {
    let mut vector = SparseVector::new();
    for (dimension, value) in entries {
        if values[dimension as usize] == 0.0 {
            vector.push((dimension, 0.0));
        }
        values[dimension as usize] += value;
    }
    vector.shrink_to_fit();
    vector.iter_mut().for_each(|(dimension, value)| *value = std::mem::take(&mut values[*dimension as usize]));
    vector
}

/// Divides a vector by its length, which is returned; 1 for a vector without values.
fn normalize(vector: &mut SparseVector) -> f32 {
    let length = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length <= 0.0 {
        return 1.0;
    }
    vector.iter_mut().for_each(|(_, value)| *value /= length);
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_a_vector_of_length_1_in_which_rare_ngrams_weigh_more() {
        // n-gram 0 is in both topics, 1 in one of them, 2 twice in one phrase.
        let phrases = [vec![0, 1], vec![0, 2, 2]];
        let TfIdf { vectors, idf, lengths } =
            TfIdf::new(phrases.iter().map(|p| p.iter().copied()), &[vec![0], vec![1]], 3);
        assert!(idf[0] < idf[1] && idf[1] == idf[2], "{idf:?}");
        for vector in &vectors {
            let length: f32 = vector.iter().map(|(_, value)| value * value).sum();
            assert!((length - 1.0).abs() < 1e-6, "{vector:?}");
        }
        let [(0, common), (2, twice)] = vectors[1][..] else { panic!("{vectors:?}") };
        assert!((common * lengths[1] - idf[0]).abs() < 1e-6, "{lengths:?}");
        assert!((twice / common - (1.0 + 2_f32.ln()) * idf[2] / idf[0]).abs() < 1e-6, "{vectors:?}");
    }

    #[test]
    fn a_centroid_has_what_tells_its_topic_from_the_others() {
        let phrases = [vec![(0, 0.6), (1, 0.8)], vec![(0, 0.6), (2, 0.8)]];
        let centroids = centroids(&phrases, &[vec![0], vec![1]], 3);
        let ngrams: Vec<Vec<u32>> = centroids.iter().map(|c| c.iter().map(|&(ngram, _)| ngram).collect()).collect();
        assert_eq!(ngrams, [[1], [2]]);
    }
}
