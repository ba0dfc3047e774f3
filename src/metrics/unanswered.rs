//! What people ask in vain: words of unanswered questions, counted by the day, for the editors.
//!
//! What is promised: only words that stand in the content's own phrases already are counted (see
//! [`Content::familiar_words`](crate::content::Content::familiar_words)), so no name, number or sentence of a person gets
//! here unless an editor wrote the same word; each word by itself, never with the words that stood beside it; without who,
//! where or when but the day; in memory alone; and a word is shown only from [`SHOWN_FROM`] questions on. Questions are
//! counted, not people: who asks five times makes a word show.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

/// For so many days, today among them, a word is remembered.
pub const DAYS: usize = 14;
/// In so many questions a word has to stand before it is shown.
pub const SHOWN_FROM: u32 = 5;
/// The most words that are remembered; of more, none is taken in until others are forgotten.
pub const WORDS_MAX: usize = 4_000;

/// Words of unanswered questions, by the day.
#[derive(Debug, Default)]
pub struct Unanswered(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// The last day that is counted.
    newest: NaiveDate,
    /// How many questions of each day have the word, the newest day first.
    words: HashMap<Box<str>, [u16; DAYS]>,
}

impl Unanswered {
    /// Counts the words of one unanswered question, each once.
    pub fn note<'a>(&self, words: impl IntoIterator<Item = &'a str>, day: NaiveDate) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.turn_to(day);
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

    /// The words that enough questions of the last [`DAYS`] days had.
    #[must_use]
    pub fn report(&self, today: NaiveDate) -> Report {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.turn_to(today);
        let sums = counted.words.iter().map(|(word, days)| (days.iter().map(|&count| u32::from(count)).sum(), word));
        let mut words: Vec<(u32, String)> =
            sums.filter(|(sum, _)| *sum >= SHOWN_FROM).map(|(sum, word)| (sum, word.to_string())).collect();
        words.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
        Report { until: counted.newest, words }
    }
}

impl Counted {
    /// Makes room for a day, and forgets those that are too long past.
    fn turn_to(&mut self, day: NaiveDate) {
        let forward = (day - self.newest).num_days();
        let days = DAYS as i64;
        if (1 - days..=0).contains(&forward) {
            return;
        }
        self.newest = day;
        if !(0..days).contains(&forward) {
            // Nothing of these days is known: a long silence, or a clock that was set. What is lost is a report.
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

/// What people asked in vain, most first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The last of the days.
    pub until: NaiveDate,
    /// In how many questions a word stood, at least [`SHOWN_FROM`], and the word.
    pub words: Vec<(u32, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Unanswered questions of {DAYS} days until {}, by the content's words in them,", self.until)?;
        writeln!(f, "# from {SHOWN_FROM} questions on")?;
        self.words.iter().try_for_each(|(count, word)| writeln!(f, "{count:>6} {word}"))
    }
}
