//! Titles, summaries and bodies as documents, one a topic, ranked by BM25: they tell most where phrases are few.

use rustc_hash::FxHashMap;

use super::postings::Postings;
use super::tokenizer::{Lexicon, words_of};

/// The parameters of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009): the saturation of a term's
/// frequency, and how much of it a document's length takes away.
const K1: f32 = 0.9;
const B: f32 = 0.6;

/// How often a word counts in a title, a summary, a body.
const TITLE: f32 = 3.0;
const SUMMARY: f32 = 2.0;
const BODY: f32 = 1.0;

/// What people read of a topic, as plain text.
#[derive(Debug, Default)]
pub struct Text {
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Its body.
    pub body: String,
}

/// The documents of one language.
#[derive(Default)]
pub(super) struct Documents {
    /// The number of each stem.
    stems: FxHashMap<String, u32>,
    /// By stem.
    idf: Vec<f32>,
    /// The idf of a stem that no document has.
    unknown_idf: f32,
    /// For each stem the topics that have it, with its weight there, from 0 to 1.
    topics_of_stem: Postings<(u32, f32)>,
}

impl Documents {
    /// `phrases` gives the stems of the phrases by which people ask, each with its topic: they belong to the documents, too.
    pub(super) fn new<'a>(
        texts: &'a [(u32, Text)],
        phrases: impl Iterator<Item = (u32, &'a str)>,
        lexicon: &Lexicon,
        topics: usize,
    ) -> Self {
        let mut documents: Vec<FxHashMap<u32, f32>> = vec![FxHashMap::default(); topics];
        let mut stems: FxHashMap<String, u32> = FxHashMap::default();
        let mut count = |topic: u32, stem: &str, times: f32| {
            let stem = stems.get(stem).copied().unwrap_or_else(|| {
                let next = stems.len() as u32;
                stems.insert(stem.to_owned(), next);
                next
            });
            *documents[topic as usize].entry(stem).or_default() += times;
        };
        let mut add = |topic: u32, text: &str, times: f32| {
            lexicon.respell(&words_of(text)).for_each(|word| count(topic, &lexicon.stem(word), times));
        };
        let mut has_text = vec![false; topics];
        for (topic, text) in texts {
            has_text[*topic as usize] = true;
            add(*topic, &text.title, TITLE);
            add(*topic, &text.summary, SUMMARY);
            add(*topic, &text.body, BODY);
        }
        phrases.filter(|&(topic, _)| has_text[topic as usize]).for_each(|(topic, stem)| count(topic, stem, BODY));
        let length = |document: &FxHashMap<u32, f32>| document.values().sum::<f32>();
        let average = documents.iter().map(length).sum::<f32>() / texts.len().max(1) as f32;
        let mut frequency = vec![0_u32; stems.len()];
        documents.iter().flat_map(|document| document.keys()).for_each(|&stem| frequency[stem as usize] += 1);
        let idf = |frequency: u32| {
            let (all, frequency) = (texts.len() as f32, frequency as f32);
            ((all - frequency + 0.5) / (frequency + 0.5) + 1.0).ln()
        };
        let topics_of_stem = Postings::new(stems.len(), || {
            (0_u32..).zip(&documents).flat_map(|(topic, document)| {
                let norm = K1 * (1.0 - B + B * length(document) / average);
                document.iter().map(move |(&stem, &times)| (stem, (topic, times / (times + norm))))
            })
        });
        Self { idf: frequency.into_iter().map(idf).collect(), unknown_idf: idf(0), stems, topics_of_stem }
    }

    /// Whether a document has a word of this stem.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.stems.contains_key(stem)
    }

    /// Adds the score of each topic, from 0 to 1, for the stems of a question, each with its weight.
    pub(super) fn score<'a>(&self, stems: impl Iterator<Item = (&'a str, f32)>, mut add: impl FnMut(u32, f32)) {
        let known: Vec<(Option<u32>, f32)> = stems
            .map(|(stem, weight)| {
                let stem = self.stems.get(stem).copied();
                (stem, weight * stem.map_or(self.unknown_idf, |stem| self.idf[stem as usize]))
            })
            .collect();
        let all: f32 = known.iter().map(|(_, idf)| idf).sum();
        for (stem, idf) in known {
            for &(topic, weight) in stem.map_or(&[][..], |stem| self.topics_of_stem.get(stem)) {
                add(topic, idf * weight / all);
            }
        }
    }
}
