//! Unanswered questions: how often each known word stood in one, by the day, for the editors of the content.
//!
//! What is promised: only words of the content's own phrases are counted (see
//! [`Content::known_words`](crate::content::Content::known_words)), so no name, number or sentence of a person gets
//! here unless an editor wrote the same word; each word alone, never with its neighbours; without person, place or time of
//! day; in memory only; and a word is shown only from [`QUESTIONS_MIN`] questions on. Questions are counted, not people: one
//! person who asks five times makes a word appear.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

/// Days for which a word is remembered, today included.
pub const DAYS: usize = 14;
/// Questions in which a word must have stood before it is shown.
pub const QUESTIONS_MIN: u32 = 5;
/// The most words that are remembered. A new word is then ignored until others are forgotten.
pub const WORDS_MAX: usize = 4_000;

/// Counts of words in unanswered questions, by the day.
#[derive(Debug, Default)]
pub struct Unanswered(Mutex<DailyCounts>);

#[derive(Debug, Default)]
struct DailyCounts {
    /// The newest day of the counts.
    newest: NaiveDate,
    /// For each word its questions by the day, the newest day first.
    words: HashMap<Box<str>, [u16; DAYS]>,
}

impl Unanswered {
    /// Counts the words of one unanswered question, each word once.
    pub fn record<'a>(&self, words: impl IntoIterator<Item = &'a str>, day: NaiveDate) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.advance_to(day);
        let age = usize::try_from((counted.newest - day).num_days()).unwrap_or_default().min(DAYS - 1);
        let mut seen: Vec<&str> = Vec::new();
        for word in words {
            if seen.contains(&word) {
                continue;
            }
            seen.push(word);
            if let Some(days) = counted.words.get_mut(word) {
                days[age] = days[age].saturating_add(1);
            } else if counted.words.len() < WORDS_MAX {
                let mut days = [0; DAYS];
                days[age] = 1;
                counted.words.insert(word.into(), days);
            }
        }
    }

    /// The words that stood in at least [`QUESTIONS_MIN`] questions of the last [`DAYS`] days.
    #[must_use]
    pub fn report(&self, today: NaiveDate) -> Report {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.advance_to(today);
        let sums = counted.words.iter().map(|(word, days)| (days.iter().map(|&count| u32::from(count)).sum(), word));
        let mut words: Vec<(u32, String)> =
            sums.filter(|(sum, _)| *sum >= QUESTIONS_MIN).map(|(sum, word)| (sum, word.to_string())).collect();
        words.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
        Report { until: counted.newest, words }
    }
}

impl DailyCounts {
    /// Makes `day` the newest day, and forgets days that are [`DAYS`] or more before it.
    fn advance_to(&mut self, day: NaiveDate) {
        let forward = (day - self.newest).num_days();
        let days = DAYS as i64;
        if (1 - days..=0).contains(&forward) {
            return;
        }
        self.newest = day;
        if !(0..days).contains(&forward) {
            // No count overlaps: there was no question for long, or the clock was set. Only the report is lost.
            self.words.clear();
            return;
        }
        let forward = forward as usize;
        self.words.retain(|_, counts| {
            counts.rotate_right(forward);
            counts[..forward].fill(0);
            counts.iter().any(|&count| count > 0)
        });
    }
}

/// The words of unanswered questions, the most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The newest day.
    pub until: NaiveDate,
    /// The number of questions, at least [`QUESTIONS_MIN`], and the word that stood in them.
    pub words: Vec<(u32, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Unanswered questions of {DAYS} days until {}, by the content's words in them,", self.until)?;
        writeln!(f, "# from {QUESTIONS_MIN} questions on")?;
        self.words.iter().try_for_each(|(count, word)| writeln!(f, "{count:>6} {word}"))
    }
}
