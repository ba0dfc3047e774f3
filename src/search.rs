//! A question in somebody's own words → ranked topics.
//!
//! The engine knows neither sections nor languages by name: it compares a question with phrases, each of which belongs to a
//! topic. A text is cut into parts, for people write letters; the part that asks is what counts. A topic's score is the weighted
//! sum of [`Features`], each from 0 to 1:
//!
//! - *dice*: words in common with its best phrase (Dice coefficient), misspelt and inflected words included;
//! - *coverage*: the share of the question's words that it has;
//! - *ngrams*: character n-grams in common with its best phrase (tf-idf, cosine);
//! - *centroid*: character n-grams in common with all its phrases together (Rocchio classifier);
//! - *classifier*: an averaged passive-aggressive classifier over the same n-grams;
//! - *document*: BM25 of its title, summary and body, the more the fewer phrases it has.
//!
//! What is known without being told (`Corpus::general`) is compared apart from the topics, and yields to them: it is no class of the
//! classifier, and does not count for a question of which one topic has most of the words that it has.
//!
//! Every language is asked, each with its own lexicon: nobody has to say which one they write. Weights and similarities were
//! set on half of the shipped content's questions and on the phrases of a public set of help-desk intents; the penalties of
//! unknown words and of little weight, on all questions.
//!
//! The modules, each of which uses only those before it: `tokenizer` (text → words), `segments` (text → parts), `ngrams` (word →
//! n-grams), `vectors` (tf-idf, centroids), `classifier`, `vocabulary` (words that are spelt alike), `postings` (inverted index),
//! `texts` (BM25), `index` (all of that for one language), `score` (part → features → score).

mod classifier;
mod index;
mod ngrams;
mod postings;
mod score;
mod segments;
mod texts;
mod tokenizer;
mod vectors;
mod vocabulary;

pub use score::Features;
pub use texts::Text;
pub use tokenizer::{Lexicon, stemmer, stemmers};

use std::collections::HashSet;
use std::ops::Range;

use index::LanguageIndex;
use score::Reading;
use segments::{Part, Segments};
use tokenizer::first_words;
pub(crate) use tokenizer::words_of;

/// From this number of phrases on, each language is prepared on a thread of its own (benchmark
/// `load_1000_sections_in_5_languages_and_prepare`). A thread costs memory that a small content does not get back.
const THREADED_FROM: usize = 10_000;
/// How many words more than the reader's language another one must know of a question, times the square root of its length:
/// the longer a text, the surer is a small share.
const OTHER_LANGUAGE: f32 = 0.4;
/// The share of what the text's language knows of it that another one must know, for its topics to be compared with it.
const OTHER_SHARE: f32 = 0.5;
/// Up to this number of words a text is compared as a whole, too; beyond, it is a letter.
const WHOLE_MAX: usize = 24;
/// Up to this number of words misspelt ones count when the language is decided: looking for them is what takes the time.
const SPELLING_MAX: usize = 40;
/// Parts of a text that are compared in full, and their words together: with them the time that a message takes is bounded.
const PARTS_MAX: usize = 8;
const PART_WORDS_MAX: usize = 120;
/// How many of the compared parts are chosen for words that may be urgent.
const URGENT_PARTS: usize = 2;
/// Of a longer text the language is decided by words that lie equally far apart.
const LANGUAGE_WORDS_MAX: usize = 200;
/// What raises the score of a part when parts are compared: a question mark, a word that opens a question, a word for "you".
const QUESTION_MARK: f32 = 0.2;
const QUESTION_WORD: f32 = 0.1;
const ADDRESS: f32 = 0.1;
/// Courtesy counts from this score on. Below it the text is a question that begins with a greeting.
const COURTESY_MIN: f32 = 0.45;
/// What courtesy is worth beside a part that asks for something.
const COURTESY: f32 = 0.5;
/// Score and lead from which on something urgent wins over all else that a text says.
const URGENT_MIN: f32 = 0.55;
const URGENT_LEAD: f32 = 0.1;
/// Score from which on one of several questions is understood: the first of them is answered, the second offered.
const UNDERSTOOD_MIN: f32 = 0.4;
/// What other sentences are worth beside one with a question mark.
const CONTEXT: f32 = 0.6;

/// The phrases of one language as people write them, each with the number of its topic.
#[derive(Debug, Default)]
pub struct Phrases(Vec<(u32, String)>);

impl Phrases {
    /// Adds a phrase to a topic.
    pub fn add(&mut self, topic: u32, text: &str) {
        self.0.push((topic, text.to_owned()));
    }
}

/// What is known of one language.
#[derive(Default)]
pub struct Corpus {
    /// Its words.
    pub lexicon: Lexicon,
    /// By which phrases people ask for the topics.
    pub phrases: Phrases,
    /// What people ask anybody, whatever the content is. Where a topic of the content has the words of a question, too, these
    /// phrases do not count. All are of one topic.
    pub general: Phrases,
    /// What people read of the topics, as far as they have a text; each with the topic's number.
    pub texts: Vec<(u32, Text)>,
}

/// What kind of topic it is: what it means for the rest of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What people ask for.
    Subject,
    /// What people ask beside the subjects, and has an answer of its own.
    Talk,
    /// A greeting, thanks: no question.
    Courtesy,
    /// What people ask and nobody here answers.
    Foreign,
    /// What wins over all else that a message says.
    Urgent,
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

/// What a text asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The number of the language that it is written in, or the reader's.
    pub language: usize,
    /// The topics that have anything in common with its question, best first.
    pub ranking: Vec<Ranked>,
    /// The topic of a second question.
    pub also: Option<Ranked>,
}

/// The phrases of all languages, prepared for questions.
///
/// ```
/// use palabre::search::{Corpus, Index, Lexicon, Phrases, Role, stemmer};
///
/// let mut phrases = Phrases::default();
/// phrases.add(0, "What are your opening hours?");
/// phrases.add(0, "When are you open?");
/// phrases.add(1, "Where is your office?");
/// phrases.add(1, "How do I get to you?");
/// let lexicon = Lexicon::new(stemmer("english"), ["your", "you", "are", "is", "do", "i"], ["what", "when"], []);
/// let index = Index::new(vec![Corpus { lexicon, phrases, ..Corpus::default() }], vec![Role::Subject; 2]);
///
/// let ranking = index.search("when do you opne", 0, false).ranking;
/// assert_eq!(ranking[0].topic, 0);
/// assert!(ranking[0].score > 0.5);
/// assert_eq!(index.search("I am from Mopti. Your ofice pls?", 0, false).ranking[0].topic, 1);
/// ```
pub struct Index {
    languages: Vec<LanguageIndex>,
    roles: Vec<Role>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("topics", &self.roles.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Prepares the phrases and texts of each language. `roles` holds the role of each topic.
    ///
    /// Time and memory grow with the n-grams of all phrases; a classifier is trained for each language whose phrases times
    /// topics are at most 300,000.
    ///
    /// # Panics
    ///
    /// When the topic of a phrase or a text has no role.
    #[must_use]
    pub fn new(languages: Vec<Corpus>, roles: Vec<Role>) -> Self {
        let prepare = |corpus| LanguageIndex::new(corpus, &roles);
        if languages.iter().map(|corpus| corpus.phrases.0.len()).sum::<usize>() < THREADED_FROM {
            return Self { languages: languages.into_iter().map(prepare).collect(), roles };
        }
        let languages = std::thread::scope(|scope| {
            let threads: Vec<_> =
                languages.into_iter().map(|language| scope.spawn(move || prepare(language))).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().map(join).collect()
        });
        Self { languages, roles }
    }

    /// What a text asks for: the part of it that does, compared with all topics in all languages.
    ///
    /// `unfinished` when the last word may be the beginning of one. The language is the reader's, unless another one clearly
    /// knows the words better. The time is bounded: of a long text the eight parts that seem to say most are compared, what may be urgent and
    /// questions before the rest.
    #[must_use]
    pub fn search(&self, text: &str, reader: usize, unfinished: bool) -> Found {
        let segments = Segments::new(text, |word| self.lexicons().any(|lexicon| lexicon.opens_question(word)));
        let words = &segments.words;
        // What some language knows is no misspelt word of another.
        let is_known = |word: &String| self.languages.iter().any(|index| index.knows(word));
        let are_known: Vec<bool> = words.iter().map(is_known).collect();
        let read = |index| Reading::new(index, words, &are_known, unfinished);
        let readings: Vec<Reading<'_>> = self.languages.iter().map(read).collect();
        let familiarities = familiarities(&readings, words.len());
        let language = written_in(&familiarities, words.len(), reader);
        let least = OTHER_SHARE * familiarities.get(language).unwrap_or(&0.0);
        let readings = (0..).zip(readings).zip(familiarities).filter(|&(_, familiarity)| familiarity >= least);
        let readings: Vec<(usize, Reading<'_>)> = readings.map(|(reading, _)| reading).collect();
        let mut parts = self.parts_to_compare(segments.parts, words, &readings, language);
        for part in &mut parts {
            part.ranking = self.rank(&readings, &part.words, language);
        }
        let Some(best) = self.best_part(&parts) else { return Found { language, ..Found::default() } };
        let also = self.second_question(&parts, best);
        Found { language, ranking: parts.swap_remove(best).ranking, also }
    }

    fn lexicons(&self) -> impl Iterator<Item = &Lexicon> {
        self.languages.iter().map(|index| &index.lexicon)
    }

    /// The parts of a text that are compared, each with its emphasis; the whole of a short text among them.
    fn parts_to_compare(
        &self,
        parts: Vec<Part>,
        words: &[String],
        readings: &[(usize, Reading<'_>)],
        language: usize,
    ) -> Vec<RankedPart> {
        let with_emphasis = |Part { words: range, sentence, is_question }: Part| {
            let any = |is: fn(&Lexicon, &str) -> bool| {
                let lexicon = self.languages.get(language).map(|index| &index.lexicon);
                lexicon.is_some_and(|lexicon| words[range.clone()].iter().any(|word| is(lexicon, word)))
            };
            let has_question_word = any(Lexicon::opens_question);
            let mut emphasis = 1.0;
            for (raises, by) in
                [(is_question, QUESTION_MARK), (has_question_word, QUESTION_WORD), (any(Lexicon::addresses), ADDRESS)]
            {
                emphasis += if raises { by } else { 0.0 };
            }
            let asks = is_question || has_question_word;
            RankedPart { words: range, sentence: Some(sentence), emphasis, is_question, asks, ranking: Vec::new() }
        };
        // What is said again is compared once.
        let mut met = HashSet::new();
        let new = parts.into_iter().filter(|part| met.insert((&words[part.words.clone()], part.is_question)));
        let parts: Vec<RankedPart> = new.map(with_emphasis).collect();
        let mut compared = self.most_promising(parts, readings);
        if compared.len() > 1 && words.len() <= WHOLE_MAX {
            let emphasis = compared.iter().map(|part| part.emphasis).fold(1.0, f32::max);
            let is_question = compared.iter().any(|part| part.is_question);
            let words = 0..words.len();
            compared.push(RankedPart {
                words,
                sentence: None,
                emphasis,
                is_question,
                asks: is_question,
                ranking: Vec::new(),
            });
        }
        compared
    }

    /// Of many parts those that may be urgent, then the questions, then those whose words say most: as many as may be compared,
    /// in the order of the text.
    fn most_promising(&self, parts: Vec<RankedPart>, readings: &[(usize, Reading<'_>)]) -> Vec<RankedPart> {
        if parts.len() <= PARTS_MAX && parts.iter().map(|part| part.words.len()).sum::<usize>() <= PART_WORDS_MAX {
            return parts;
        }
        let urgent: Vec<u32> =
            (0..).zip(&self.roles).filter(|(_, role)| **role == Role::Urgent).map(|(t, _)| t).collect();
        let most =
            |of: &dyn Fn(&Reading<'_>) -> f32| readings.iter().map(|(_, reading)| of(reading)).fold(0.0, f32::max);
        let mut estimated: Vec<(f32, f32, RankedPart)> = parts
            .into_iter()
            .map(|part| {
                let urgency = most(&|reading| urgent.iter().map(|&topic| reading.promise_of(&part.words, topic)).sum());
                let promise = part.emphasis * most(&|reading| reading.promise(&part.words));
                (urgency, promise, part)
            })
            .collect();
        estimated.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        let mut rest = estimated.split_off(URGENT_PARTS.min(estimated.len()));
        rest.sort_by(|(_, a, part_a), (_, b, part_b)| part_b.is_question.cmp(&part_a.is_question).then(b.total_cmp(a)));
        let mut room = PART_WORDS_MAX;
        let mut compared: Vec<RankedPart> = Vec::with_capacity(PARTS_MAX);
        for (.., part) in estimated.into_iter().chain(rest) {
            if compared.len() < PARTS_MAX && part.words.len() <= room {
                room -= part.words.len();
                compared.push(part);
            }
        }
        compared.sort_by_key(|part| part.words.start);
        compared
    }

    /// The topics that have anything in common with a part of a text, best first. Talk, courtesy and what is foreign count in the
    /// text's own language alone: what another language calls foreign must not hide a subject.
    fn rank(&self, readings: &[(usize, Reading<'_>)], part: &Range<usize>, own: usize) -> Vec<Ranked> {
        let mut best: Vec<Option<Ranked>> = vec![None; self.roles.len()];
        for &(language, ref reading) in readings {
            for (topic, score, features) in reading.score(part) {
                let counts = match self.roles[topic as usize] {
                    Role::Subject | Role::Urgent => true,
                    Role::Talk | Role::Foreign => language == own,
                    Role::Courtesy => language == own && score >= COURTESY_MIN,
                };
                if !counts {
                    continue;
                }
                let best = &mut best[topic as usize];
                if best.is_none_or(|best| score > best.score) {
                    *best = Some(Ranked { topic, language, score, features });
                }
            }
        }
        let mut ranking: Vec<Ranked> = best.into_iter().flatten().collect();
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranking
    }

    /// Which part of a text asks: something urgent, else the first question that is understood, else what scores best with its
    /// emphasis.
    fn best_part(&self, parts: &[RankedPart]) -> Option<usize> {
        let role = |ranked: &Ranked| self.roles[ranked.topic as usize];
        let urgency = |part: &RankedPart| {
            let first = part.ranking.first().filter(|first| role(first) == Role::Urgent)?;
            let other = part.ranking.iter().find(|other| role(other) != Role::Urgent).map_or(0.0, |other| other.score);
            (first.score >= URGENT_MIN && first.score - other >= URGENT_LEAD).then_some(first.score)
        };
        let has_question = parts.iter().any(|part| part.is_question);
        let value = |part: &RankedPart| {
            let first = part.ranking.first()?;
            let factor = if role(first) == Role::Courtesy { COURTESY } else { part.emphasis };
            Some(first.score * factor * if has_question && !part.is_question { CONTEXT } else { 1.0 })
        };
        let best = |value: &dyn Fn(&RankedPart) -> Option<f32>| {
            let valued = parts.iter().enumerate().filter_map(|(i, part)| Some((i, value(part)?)));
            valued.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(i, _)| i)
        };
        let is_understood = |part: &&RankedPart| {
            let first = part.ranking.first().filter(|first| first.score >= UNDERSTOOD_MIN);
            part.is_question
                && first.is_some_and(|first| matches!(role(first), Role::Subject | Role::Talk | Role::Urgent))
        };
        // The parts of one long question are one question.
        let mut questions: Vec<usize> =
            parts.iter().filter(|part| part.is_question).filter_map(|part| part.sentence).collect();
        questions.dedup();
        let first_question = || {
            let sentence = parts.iter().filter(|part| part.sentence.is_some()).find(is_understood)?.sentence;
            best(&|part| (part.sentence == sentence).then(|| value(part)).flatten()).filter(|_| questions.len() > 1)
        };
        best(&urgency).or_else(first_question).or_else(|| best(&value))
    }

    /// The topic of a second question in a text, beside that of its best part.
    fn second_question(&self, parts: &[RankedPart], best: usize) -> Option<Ranked> {
        let asked = parts.get(best)?;
        let topic = asked.ranking.first()?.topic;
        let others = parts.iter().filter(|part| part.asks && part.sentence.is_some() && asked.sentence.is_some());
        let firsts =
            others.filter(|part| part.sentence != asked.sentence).filter_map(|part| part.ranking.first().copied());
        let is_another = |first: &Ranked| {
            first.topic != topic && first.score >= UNDERSTOOD_MIN && self.roles[first.topic as usize] == Role::Subject
        };
        firsts.filter(is_another).max_by(|a, b| a.score.total_cmp(&b.score))
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

/// The words of a text as they are compared: lower case, without accents, repeated letters squeezed into one.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    words_of(text)
}

/// Whether a text has a word, as words are compared: signs and emoji are none.
#[must_use]
pub fn has_words(text: &str) -> bool {
    !first_words(text, 1).is_empty()
}

/// How many of a text's words each language knows. Of a long text some are looked up, equally far apart; misspelt words count
/// in a short one.
fn familiarities(readings: &[Reading<'_>], words: usize) -> Vec<f32> {
    let exactly = words > SPELLING_MAX;
    let step = words.div_ceil(LANGUAGE_WORDS_MAX).max(1);
    let known = |reading: &Reading<'_>| {
        let sum: f32 = (0..words).step_by(step).map(|word| reading.familiarity(word, exactly)).sum();
        sum * step as f32
    };
    readings.iter().map(known).collect()
}

/// The language of a text: the reader's, unless another one knows clearly more of its words.
fn written_in(familiarities: &[f32], words: usize, reader: usize) -> usize {
    let of_reader = familiarities.get(reader).copied().unwrap_or_default();
    // Of languages that know as many, the first.
    let other = familiarities.iter().copied().enumerate().rev().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let least = of_reader + OTHER_LANGUAGE * (words as f32).sqrt();
    other.filter(|&(_, known)| known > least).map_or(reader, |(language, _)| language)
}

/// A part of a text and what it asks for.
struct RankedPart {
    words: Range<usize>,
    /// The number of its sentence; `None` for the whole text.
    sentence: Option<usize>,
    /// How much it looks like a question: 1 and more.
    emphasis: f32,
    /// Whether its sentence ends with a question mark.
    is_question: bool,
    /// Whether it has a question mark or a question word.
    asks: bool,
    ranking: Vec<Ranked>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scores of topic 0, which has these phrases, and of topic 1, which is what anybody asks.
    fn scores(own: &[&str], question: &str) -> [f32; 2] {
        let (mut phrases, mut general) = (Phrases::default(), Phrases::default());
        own.iter().for_each(|phrase| phrases.add(0, phrase));
        ["which football team plays best", "price of a bag of rice", "weather of tomorrow"]
            .iter()
            .for_each(|phrase| general.add(1, phrase));
        let lexicon = Lexicon::new(stemmer("english"), ["the", "a", "of", "does"], ["which", "when"], []);
        let corpus = Corpus { lexicon, phrases, general, ..Corpus::default() };
        let ranking = Index::new(vec![corpus], vec![Role::Subject, Role::Foreign]).search(question, 0, false).ranking;
        [0, 1].map(|topic| ranking.iter().find(|ranked| ranked.topic == topic).map_or(0.0, |ranked| ranked.score))
    }

    #[test]
    fn a_word_that_is_being_typed_is_no_spelling_yet() {
        let mut phrases = Phrases::default();
        phrases.add(0, "la paix");
        phrases.add(1, "pas encore");
        let lexicon = Lexicon::new(stemmer("french"), ["la"], [], [("pa", "pas"), ("ankor", "encore")]);
        let index = Index::new(vec![Corpus { lexicon, phrases, ..Corpus::default() }], vec![Role::Subject; 2]);
        let first = |question, unfinished| index.search(question, 0, unfinished).ranking[0].topic;
        assert_eq!([first("pa", true), first("pa", false)], [0, 1]);
        assert_eq!(first("ankor", true), 1, "no word begins so");
    }

    #[test]
    fn what_anybody_asks_yields_to_a_topic_with_the_same_words() {
        let question = "which football team plays best";
        let [own, general] = scores(&["opening hours", "when are you open"], question);
        assert!(general > 0.5 && own < 0.1, "{own} {general}");
        let [own, general] = scores(&["our football team", "when does the football team play"], question);
        assert!(own > 0.3 && general < 0.1, "{own} {general}");
        // Some of the words are not enough, nor are all of them in different phrases.
        let [own, general] = scores(&["our football team", "price of the ticket"], "price of a bag of rice");
        assert!(general > own, "{own} {general}");
        let [_, general] =
            scores(&["price of the ticket", "a bag for books", "rice in the canteen"], "price of a bag of rice");
        assert!(general > 0.5, "{general}");
    }
}
