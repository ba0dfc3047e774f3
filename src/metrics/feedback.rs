//! What people say of answers: how often one helped, by section, language and the way that it was found. Sums since the start, in memory
//! alone: no person, no time, no words.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

use super::{ANSWER_SERIES_MAX, FindingWay, OTHER};

/// The counts.
#[derive(Debug, Default)]
pub(super) struct FeedbackCounts(Mutex<BTreeMap<Answered, Counts>>);

/// What an answer was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Answered {
    section: Box<str>,
    language: Box<str>,
    /// A [`FindingWay`].
    found: &'static str,
}

/// How often it helped, and how often it did not.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    yes: u64,
    no: u64,
}

impl FeedbackCounts {
    pub(super) fn count(&self, section: &str, language: &str, found: FindingWay, helped: bool) {
        let mut counts = self.lock();
        let mut answered = Answered { section: section.into(), language: language.into(), found: found.into() };
        if counts.len() >= ANSWER_SERIES_MAX && !counts.contains_key(&answered) {
            answered = Answered { section: OTHER.into(), language: OTHER.into(), ..answered };
        }
        let counts = counts.entry(answered).or_default();
        *(if helped { &mut counts.yes } else { &mut counts.no }) += 1;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Answered, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for FeedbackCounts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let counts = self.lock();
        if counts.is_empty() {
            return Ok(()); // Few contents ask.
        }
        let help = "What people say of answers to their questions.";
        let mut family = encoder.encode_descriptor("feedback", help, None, MetricType::Counter)?;
        for (Answered { section, language, found }, Counts { yes, no }) in &*counts {
            for (helped, count) in [("yes", yes), ("no", no)].into_iter().filter(|(_, count)| **count > 0) {
                let labels =
                    [("section", &**section), ("language", &**language), ("found", *found), ("helped", helped)];
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

/// A line for each section: for people who edit the content.
impl fmt::Display for FeedbackCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Answers that helped and that did not, since the start, by section, language and how they were found"
        )?;
        let counts = self.lock();
        counts.iter().try_for_each(|(Answered { section, language, found }, Counts { yes, no })| {
            writeln!(f, "{yes:>6} {no:>6} {section} {language} {found}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_that_changes_its_ids_does_not_fill_memory() {
        let counts = FeedbackCounts::default();
        for number in 0..ANSWER_SERIES_MAX + 5 {
            counts.count(&number.to_string(), "fr", FindingWay::Alone, true);
        }
        counts.count("7", "fr", FindingWay::Alone, false);
        assert_eq!(counts.lock().len(), ANSWER_SERIES_MAX + 1);
        let report = counts.to_string();
        assert!(report.contains("     5      0 other other alone\n") && report.contains("     1      1 7 fr alone\n"));
    }
}
