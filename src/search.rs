//! A question in somebody's own words → ranked topics.
//!
//! The engine knows neither sections nor languages by name: it compares a question with phrases, each of which belongs to a
//! topic. A topic's score is the weighted sum of five [`Features`], each from 0 to 1:
//!
//! - *dice*: words in common with its best phrase (Dice coefficient), misspelt and inflected words included;
//! - *coverage*: the share of the question's words that it has;
//! - *ngrams*: character n-grams in common with its best phrase (tf-idf, cosine);
//! - *centroid*: character n-grams in common with all its phrases together (Rocchio classifier);
//! - *classifier*: an averaged passive-aggressive classifier over the same n-grams.
//!
//! Every language is asked, each with its own lexicon: nobody has to say which one they write. Weights and similarities were
//! set on half of the shipped content's questions and on the phrases of a public set of help-desk intents; the penalties of
//! unknown words and of little weight, on all questions.
//!
//! The modules, each of which uses only those before it: `tokenizer` (text → words), `ngrams` (word → n-grams), `vectors`
//! (tf-idf, centroids), `classifier`, `vocabulary` (words that are spelt alike), `postings` (inverted index), `index` (all of that
//! for one language), `score` (question → features → score).

mod classifier;
mod index;
mod ngrams;
mod postings;
mod score;
mod tokenizer;
mod vectors;
mod vocabulary;

pub use score::Features;
pub use tokenizer::{Lexicon, stemmer, stemmers};

use index::LanguageIndex;
use tokenizer::words_of;

/// Scores that differ by less do not decide between two languages: a name is the same in both.
const LANGUAGE_TIE: f32 = 0.03;

/// From this number of phrases on, each language is prepared on a thread of its own (benchmark
/// `load_1000_sections_in_5_languages_and_prepare`). A thread costs memory that a small content does not get back.
const THREADED_FROM: usize = 10_000;

/// The phrases of one language as people write them, each with the number of its topic.
#[derive(Debug, Default)]
pub struct Phrases(Vec<(u32, String)>);

impl Phrases {
    /// Adds a phrase to a topic.
    pub fn add(&mut self, topic: u32, text: &str) {
        self.0.push((topic, text.to_owned()));
    }
}

/// A topic and its similarity to a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The topic's number.
    pub topic: u32,
    /// The number of the language with the highest score.
    pub language: usize,
    /// From 0 to 1.
    pub score: f32,
    /// What the score is made of.
    pub features: Features,
}

/// The phrases of all languages, prepared for questions.
///
/// ```
/// use palabre::search::{Index, Lexicon, Phrases, stemmer};
///
/// let mut phrases = Phrases::default();
/// phrases.add(0, "What are your opening hours?");
/// phrases.add(0, "When are you open?");
/// phrases.add(1, "Where is your office?");
/// phrases.add(1, "How do I get to you?");
/// let lexicon = Lexicon::new(stemmer("english"), ["your", "you", "are", "is", "do", "i"], ["what", "when"], []);
/// let index = Index::new(vec![(lexicon, phrases)], 2);
///
/// let ranked = index.rank("when do you opne", 0, false);
/// assert_eq!(ranked[0].topic, 0);
/// assert!(ranked[0].score > 0.5);
/// assert_eq!(index.rank("your ofice pls", 0, false)[0].topic, 1);
/// ```
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
    ///
    /// Time and memory grow with the n-grams of all phrases; a classifier is trained for each language whose phrases times
    /// `topics` are at most 300,000.
    ///
    /// # Panics
    ///
    /// When a phrase's topic is not below `topics`.
    #[must_use]
    pub fn new(languages: Vec<(Lexicon, Phrases)>, topics: usize) -> Self {
        let prepare = |(lexicon, phrases)| LanguageIndex::new(lexicon, phrases, topics);
        if languages.iter().map(|(_, phrases)| phrases.0.len()).sum::<usize>() < THREADED_FROM {
            return Self { languages: languages.into_iter().map(prepare).collect(), topics };
        }
        let languages = std::thread::scope(|scope| {
            let threads: Vec<_> =
                languages.into_iter().map(|language| scope.spawn(move || prepare(language))).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().map(join).collect()
        });
        Self { languages, topics }
    }

    /// The topics that have anything in common with a question, best first.
    ///
    /// `unfinished` when the question's last word may be the beginning of one. Between languages of about the same score,
    /// `preferred` is taken. Only the first 40 words of a question are compared; the time grows with them, and with the
    /// phrases that share their n-grams.
    #[must_use]
    pub fn rank(&self, question: &str, preferred: usize, unfinished: bool) -> Vec<Ranked> {
        let words = words_of(question);
        let mut best: Vec<Option<Ranked>> = vec![None; self.topics];
        for (language, index) in self.languages.iter().enumerate() {
            for (topic, score, features) in index.score(&words, unfinished) {
                let ranked = Ranked { topic, language, score, features };
                let best = &mut best[topic as usize];
                *best = Some(best.map_or(ranked, |best| better(best, ranked, preferred)));
            }
        }
        let mut ranking: Vec<Ranked> = best.into_iter().flatten().collect();
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranking
    }

    /// The words of a text that stand in phrases of any language, as the tokenizer leaves them, each once; without short
    /// words (one or two characters), stop-words and question words.
    #[must_use]
    pub fn known_words(&self, text: &str) -> Vec<String> {
        let words = words_of(text);
        let mut known: Vec<String> = Vec::new();
        for index in &self.languages {
            for word in index.lexicon.respell(&words) {
                let is_telling = || self.languages.iter().all(|language| language.lexicon.weight(word) >= 1.0);
                let is_new = || !known.iter().any(|known| known == word);
                if word.chars().count() >= 3 && index.vocabulary.get(word).is_some() && is_telling() && is_new() {
                    known.push(word.to_owned());
                }
            }
        }
        known
    }
}

/// The better of two languages' scores of a topic; the language is the preferred one where they are about the same.
fn better(before: Ranked, now: Ranked, preferred: usize) -> Ranked {
    let is_better = now.score > before.score;
    let is_tie = (now.score - before.score).abs() < LANGUAGE_TIE;
    let takes_over = if is_tie { now.language == preferred } else { is_better };
    let language = if takes_over { now.language } else { before.language };
    Ranked { language, ..if is_better { now } else { before } }
}
