//! A question in somebody's own words → the topics it may be about, best first.
//!
//! The engine knows neither sections nor languages by name: it compares a question with phrases, each of which stands
//! under a topic. A topic's score is the weighted sum of five likenesses, each from 0 to 1:
//!
//! - *phrase*: the words in common with its best phrase (Dice), mistyped and inflected words included;
//! - *words*: how much of the question its words cover;
//! - *letters*: the runs of letters in common with its best phrase (cosine);
//! - *whole*: the runs of letters in common with all its phrases together, as far as they tell it from other topics;
//! - *learnt*: the runs of letters that speak for it and against the others, as all phrases have taught.
//!
//! Every language is asked, each with its own lexicon; nobody has to say which one they write. Weights and similarities
//! were set on half of the shipped content's questions and on the phrases of a public set of help-desk intents; how much a
//! strange or an empty question loses, with all the questions in view.

mod classifier;
mod index;
mod interner;
mod lists;
mod ngrams;
mod score;
mod spelling;
mod tokenizer;

use std::cell::RefCell;

pub use score::{Likeness, Ranked};
pub use tokenizer::{Lexicon, stemmer, stemmers};

use index::LanguageIndex;
use score::Scratch;

thread_local! {
    /// The memory of a question, used again by the next one on the same thread.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Scores that differ by less do not tell one language from another: a name is the same in both.
const SAME_LIKENESS: f32 = 0.03;

/// From so many phrases on the languages are prepared side by side.
const MANY_PHRASES: usize = 10_000;

fn prepare((lexicon, phrases): (Lexicon, Phrases), topics: usize) -> LanguageIndex {
    LanguageIndex::new(lexicon, &phrases, topics)
}

/// The phrases of one language as people write them, each under a topic.
#[derive(Debug, Default)]
pub struct Phrases {
    text: String,
    /// The topic of each phrase, and where its text ends.
    ends: Vec<(u32, usize)>,
}

impl Phrases {
    /// Adds a phrase under the topic of a number.
    pub fn add(&mut self, topic: u32, text: &str) {
        self.text.push_str(text);
        self.ends.push((topic, self.text.len()));
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn topics(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().map(|&(topic, _)| topic)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&(_, end)| &self.text[std::mem::replace(&mut start, end)..end])
    }
}

/// The phrases of all languages, prepared for questions.
pub struct Index {
    languages: Vec<LanguageIndex>,
    topics: usize,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("topics", &self.topics).finish_non_exhaustive()
    }
}

impl Index {
    /// Prepares the phrases of each language. `topics` is one more than the highest number of a topic.
    #[must_use]
    pub fn new(languages: Vec<(Lexicon, Phrases)>, topics: usize) -> Self {
        // The languages have nothing in common: when there is much to do, each is prepared on a thread of its own. A thread
        // costs memory that a small content would not get back.
        if languages.iter().map(|(_, phrases)| phrases.len()).sum::<usize>() < MANY_PHRASES {
            return Self {
                languages: languages.into_iter().map(|language| prepare(language, topics)).collect(),
                topics,
            };
        }
        let languages = std::thread::scope(|scope| {
            let threads: Vec<_> =
                languages.into_iter().map(|language| scope.spawn(move || prepare(language, topics))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        Self { languages, topics }
    }

    /// The topics of a question, best first. `unfinished` when its last word may be the beginning of one; between
    /// languages that are about equally like, `preferred` is taken.
    #[must_use]
    pub fn rank(&self, question: &str, preferred: usize, unfinished: bool) -> Vec<Ranked> {
        let mut best: Vec<Option<Ranked>> = vec![None; self.topics];
        SCRATCH.with_borrow_mut(|scratch| {
            for (language, index) in self.languages.iter().enumerate() {
                index.likenesses(question, unfinished, self.topics, scratch, |topic, score, likeness| {
                    let ranked = Ranked { topic, language, score, likeness };
                    let best = &mut best[topic as usize];
                    *best = Some(best.map_or(ranked, |best| better(best, ranked, preferred)));
                });
            }
        });
        let mut ranking: Vec<Ranked> = best.into_iter().flatten().collect();
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranking
    }

    /// The words of a text that some language's phrases have, exactly, each once. Short words, stop-words and question words
    /// are left out: they say nothing about what is asked.
    #[must_use]
    pub fn known_words(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for index in &self.languages {
            index.lexicon.for_each_word(text, |word| {
                let is_telling = || self.languages.iter().all(|language| language.lexicon.weight(word) >= 1.0);
                let is_new = || !words.iter().any(|known| known == word);
                if word.chars().count() >= 3 && index.known(word).is_some() && is_telling() && is_new() {
                    words.push(word.to_owned());
                }
            });
        }
        words
    }
}

/// The better of what two languages say of a topic; the language is the preferred one where they say about the same.
fn better(before: Ranked, now: Ranked, preferred: usize) -> Ranked {
    let is_better = now.score > before.score;
    let is_near = (now.score - before.score).abs() < SAME_LIKENESS;
    let takes_over = if is_near { now.language == preferred } else { is_better };
    let language = if takes_over { now.language } else { before.language };
    Ranked { language, ..if is_better { now } else { before } }
}
