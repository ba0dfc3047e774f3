//! One language's phrases, prepared for comparison.

use rustc_hash::FxHashMap;

use super::Phrase;
use super::words::Lexicon;

/// How much of a word's weight depends on how few topics it stands under.
const RARITY: f32 = 0.6;
/// What is added to counts before their ratio is taken, so that one occurrence proves little.
const SMOOTHING: f32 = 0.1;
/// Lengths of the runs of letters that are compared, word boundaries included.
const GRAM_LENGTHS: std::ops::RangeInclusive<usize> = 2..=3;

/// One language's phrases: words and runs of letters, each with where it stands.
pub(super) struct LanguageIndex {
    pub(super) lexicon: Lexicon,
    vocabulary: FxHashMap<Box<str>, u32>,
    stems: FxHashMap<Box<str>, Vec<u32>>,
    /// The words by their number of letters, for comparison with mistyped ones.
    by_length: Vec<Vec<u32>>,
    pub(super) words: Vec<Word>,
    pub(super) phrase_topics: Vec<u32>,
    /// The weights of a phrase's words together.
    pub(super) phrase_weights: Vec<f32>,
    grams: FxHashMap<u64, u32>,
    pub(super) gram_weights: Vec<f32>,
    pub(super) gram_phrases: Postings<f32>,
    pub(super) gram_topics: Postings<f32>,
    /// The weight of a gram that no phrase has.
    pub(super) unknown_gram_weight: f32,
}

/// A word of the phrases.
pub(super) struct Word {
    pub(super) letters: Box<[char]>,
    pub(super) weight: f32,
    pub(super) phrases: Vec<u32>,
    pub(super) topics: Vec<u32>,
    pub(super) grams: Box<[u32]>,
}

/// Lists of (place, value), one a key, in one piece of memory.
#[derive(Default)]
pub(super) struct Postings<T> {
    starts: Vec<u32>,
    items: Vec<(u32, T)>,
}

impl<T: Copy> Postings<T> {
    /// Sorts the items by key; those of a key keep their order.
    fn new(keys: usize, items: impl Iterator<Item = (u32, u32, T)> + Clone, empty: T) -> Self {
        let mut starts = vec![0; keys + 1];
        for (key, ..) in items.clone() {
            starts[key as usize + 1] += 1;
        }
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut sorted = vec![(0, empty); starts[keys] as usize];
        for (key, place, value) in items {
            let at = &mut next[key as usize];
            sorted[*at as usize] = (place, value);
            *at += 1;
        }
        Self { starts, items: sorted }
    }

    pub(super) fn of(&self, key: u32) -> &[(u32, T)] {
        let key = key as usize;
        &self.items[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

impl LanguageIndex {
    pub(super) fn new(lexicon: Lexicon, phrases: &[Phrase<'_>], topics: usize) -> Self {
        let mut index = Self {
            lexicon,
            vocabulary: FxHashMap::default(),
            stems: FxHashMap::default(),
            by_length: Vec::new(),
            words: Vec::new(),
            phrase_topics: phrases.iter().map(|phrase| phrase.topic).collect(),
            phrase_weights: Vec::new(),
            grams: FxHashMap::default(),
            gram_weights: Vec::new(),
            gram_phrases: Postings::default(),
            gram_topics: Postings::default(),
            unknown_gram_weight: 1.0,
        };
        let texts: Vec<Vec<u32>> = phrases.iter().enumerate().map(|(i, phrase)| index.add(i as u32, phrase)).collect();
        index.weigh_words(&texts, topics);
        index.weigh_grams(&texts, topics);
        index
    }

    /// Takes in a phrase's words; gives their numbers.
    fn add(&mut self, number: u32, phrase: &Phrase<'_>) -> Vec<u32> {
        let lexicon = std::mem::take(&mut self.lexicon);
        let mut ids = Vec::new();
        lexicon.for_each_word(phrase.text, |word| ids.push(self.word(word, &lexicon)));
        self.lexicon = lexicon;
        for &id in &ids {
            let word = &mut self.words[id as usize];
            if word.phrases.last() != Some(&number) {
                word.phrases.push(number);
            }
            // Phrases come topic by topic, more or less: what is there already is near the end.
            if !word.topics.iter().rev().any(|&topic| topic == phrase.topic) {
                word.topics.push(phrase.topic);
            }
        }
        ids
    }

    fn word(&mut self, word: &str, lexicon: &Lexicon) -> u32 {
        if let Some(&id) = self.vocabulary.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.vocabulary.insert(word.into(), id);
        self.stems.entry(lexicon.stem(word).into()).or_default().push(id);
        let letters: Box<[char]> = word.chars().collect();
        if self.by_length.len() <= letters.len() {
            self.by_length.resize(letters.len() + 1, Vec::new());
        }
        self.by_length[letters.len()].push(id);
        let mut grams = Vec::new();
        for_each_gram(&letters, true, |gram| {
            let next = self.grams.len() as u32;
            grams.push(*self.grams.entry(gram).or_insert(next));
        });
        let weight = lexicon.weight(word);
        self.words.push(Word { letters, weight, phrases: Vec::new(), topics: Vec::new(), grams: grams.into() });
        id
    }

    fn weigh_words(&mut self, texts: &[Vec<u32>], topics: usize) {
        let all = (topics as f32 + 1.0).ln();
        for word in &mut self.words {
            let rarity = ((topics as f32 + 1.0) / word.topics.len() as f32).ln() / all;
            word.weight *= 1.0 - RARITY + RARITY * rarity;
        }
        self.phrase_weights = texts
            .iter()
            .map(|ids| {
                let mut ids = ids.clone();
                ids.sort_unstable();
                ids.dedup();
                ids.iter().map(|&id| self.words[id as usize].weight).sum()
            })
            .collect();
    }

    fn weigh_grams(&mut self, texts: &[Vec<u32>], topics: usize) {
        let count = self.grams.len();
        // Each phrase as its grams and how often each stands in it.
        let mut times = vec![0_u32; count];
        let mut vectors: Vec<Vec<(u32, f32)>> = Vec::with_capacity(texts.len());
        for ids in texts {
            let mut vector = Vec::new();
            for &gram in ids.iter().flat_map(|&id| self.words[id as usize].grams.iter()) {
                if times[gram as usize] == 0 {
                    vector.push((gram, 0.0));
                }
                times[gram as usize] += 1;
            }
            for (gram, value) in &mut vector {
                *value = dampened(std::mem::take(&mut times[*gram as usize]) as f32);
            }
            vectors.push(vector);
        }
        self.gram_weights = self.rarity_of_grams(&vectors, topics);
        self.unknown_gram_weight = self.gram_weights.iter().copied().fold(1.0, f32::max);
        for vector in &mut vectors {
            for (gram, value) in vector.iter_mut() {
                *value *= self.gram_weights[*gram as usize];
            }
            normalise(vector);
        }
        let items = vectors
            .iter()
            .enumerate()
            .flat_map(|(phrase, vector)| vector.iter().map(move |&(gram, value)| (gram, phrase as u32, value)));
        self.gram_phrases = Postings::new(count, items, 0.0);
        let centroids = self.centroids(&vectors, topics);
        let items = centroids
            .iter()
            .enumerate()
            .flat_map(|(topic, vector)| vector.iter().map(move |&(gram, value)| (gram, topic as u32, value)));
        self.gram_topics = Postings::new(count, items, 0.0);
    }

    /// How rare each gram is, among phrases and among topics.
    fn rarity_of_grams(&self, vectors: &[Vec<(u32, f32)>], topics: usize) -> Vec<f32> {
        let count = self.grams.len();
        let (mut in_phrases, mut in_topics) = (vec![0_u32; count], vec![0_u32; count]);
        let mut by_topic: Vec<u32> = (0..vectors.len() as u32).collect();
        by_topic.sort_by_key(|&phrase| self.phrase_topics[phrase as usize]);
        let mut last_topic = vec![u32::MAX; count];
        for phrase in by_topic {
            let topic = self.phrase_topics[phrase as usize];
            for &(gram, _) in &vectors[phrase as usize] {
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
    fn centroids(&self, vectors: &[Vec<(u32, f32)>], topics: usize) -> Vec<Vec<(u32, f32)>> {
        let count = self.grams.len();
        let mut by_topic: Vec<Vec<u32>> = vec![Vec::new(); topics];
        for (phrase, &topic) in self.phrase_topics.iter().enumerate() {
            by_topic[topic as usize].push(phrase as u32);
        }
        let mut sums = vec![0.0_f32; count];
        let mut totals = vec![0.0_f32; count];
        let mut centroids: Vec<Vec<(u32, f32)>> = Vec::with_capacity(topics);
        for phrases in &by_topic {
            let mut touched = Vec::new();
            for &(gram, value) in phrases.iter().flat_map(|&phrase| &vectors[phrase as usize]) {
                if sums[gram as usize] == 0.0 {
                    touched.push(gram);
                }
                sums[gram as usize] += value;
            }
            let centroid = touched.into_iter().map(|gram| (gram, std::mem::take(&mut sums[gram as usize])));
            let centroid: Vec<(u32, f32)> = centroid.collect();
            for &(gram, value) in &centroid {
                totals[gram as usize] += value;
            }
            centroids.push(centroid);
        }
        let all: f32 = totals.iter().sum();
        let room = SMOOTHING * count as f32;
        for centroid in &mut centroids {
            let mass: f32 = centroid.iter().map(|(_, value)| value).sum();
            for (gram, value) in centroid.iter_mut() {
                let inside = (*value + SMOOTHING) / (mass + room);
                let outside = (totals[*gram as usize] - *value + SMOOTHING) / (all - mass + room);
                *value *= (inside / outside).ln().max(0.0).sqrt();
            }
            centroid.retain(|(_, value)| *value > 0.0);
            normalise(centroid);
        }
        centroids
    }

    /// The words that a word may be, each with how sure that is; the last word of a sentence that is still being
    /// written may be the beginning of one.
    pub(super) fn candidates(&self, word: &str, unfinished: bool, found: &mut Vec<(u32, f32)>) {
        found.clear();
        if let Some(&id) = self.vocabulary.get(word) {
            found.push((id, 1.0));
        }
        for &id in self.stems.get(self.lexicon.stem(word).as_str()).into_iter().flatten() {
            if !found.iter().any(|(other, _)| *other == id) {
                found.push((id, SAME_STEM));
            }
        }
        let letters: Vec<char> = word.chars().collect();
        if unfinished {
            for &id in self.by_length.iter().skip(letters.len() + 1).flatten() {
                if self.words[id as usize].letters.starts_with(&letters) {
                    found.push((id, SAME_BEGINNING));
                }
            }
        }
        if found.is_empty() {
            self.mistyped(&letters, found);
        }
    }

    /// The words at a small distance: one edit from four letters on, two from eight.
    fn mistyped(&self, letters: &[char], found: &mut Vec<(u32, f32)>) {
        let allowed = match letters.len() {
            0..4 => return,
            4..8 => 1,
            _ => 2,
        };
        let mut rows = EditRows::default();
        let shortest = (letters.len() - allowed).max(3);
        for ids in self.by_length.iter().take(letters.len() + allowed + 1).skip(shortest) {
            for &id in ids {
                let known = &self.words[id as usize].letters;
                let sure = match rows.distance(letters, known, allowed) {
                    Some(0 | 1) => ONE_EDIT,
                    Some(_) => TWO_EDITS,
                    None => continue,
                };
                // People seldom mistype the first letter.
                found.push((id, if known[0] == letters[0] { sure } else { sure - OTHER_FIRST_LETTER }));
            }
        }
    }

    /// The gram's number, if a phrase has it.
    pub(super) fn gram(&self, gram: u64) -> Option<u32> {
        self.grams.get(&gram).copied()
    }

    /// The word's number, if a phrase has it.
    pub(super) fn known(&self, word: &str) -> Option<u32> {
        self.vocabulary.get(word).copied()
    }
}

const SAME_STEM: f32 = 0.83;
const SAME_BEGINNING: f32 = 0.8;
const ONE_EDIT: f32 = 0.95;
const TWO_EDITS: f32 = 0.65;
const OTHER_FIRST_LETTER: f32 = 0.1;

/// What counts twice counts more, but not twice as much.
pub(super) fn dampened(times: f32) -> f32 {
    1.0 + times.max(1.0).ln()
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
    for length in GRAM_LENGTHS {
        for start in 0..(end + 1).saturating_sub(length) {
            // 21 bits a letter: three of them make one number, and no two runs share it.
            let gram = (start..start + length).fold(0_u64, |gram, i| (gram << 21) | (u64::from(u32::from(at(i))) + 1));
            each(gram);
        }
    }
}

/// The distance of Damerau and Levenshtein (optimal string alignment), with its rows kept for the next comparison.
#[derive(Default)]
struct EditRows {
    before: Vec<usize>,
    last: Vec<usize>,
    now: Vec<usize>,
}

impl EditRows {
    /// How many letters to insert, remove, replace or swap; `None` when it is more than `allowed`.
    fn distance(&mut self, a: &[char], b: &[char], allowed: usize) -> Option<usize> {
        let Self { before, last, now } = self;
        before.clear();
        before.resize(b.len() + 1, 0);
        last.clear();
        last.extend(0..=b.len());
        now.clear();
        now.resize(b.len() + 1, 0);
        for i in 1..=a.len() {
            now[0] = i;
            let mut least = i;
            for j in 1..=b.len() {
                let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut edits = replaced.min(last[j] + 1).min(now[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    edits = edits.min(before[j - 2] + 1);
                }
                now[j] = edits;
                least = least.min(edits);
            }
            if least > allowed {
                return None;
            }
            std::mem::swap(before, last);
            std::mem::swap(last, now);
        }
        (last[b.len()] <= allowed).then_some(last[b.len()])
    }
}
