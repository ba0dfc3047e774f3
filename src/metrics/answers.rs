//! Answers by page, language and surface: a table that grows with what is shown, not with what could be.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use super::label::{Label, Surface};

/// The most pages that are told apart, each with its languages: a content that changes its ids again and again must not fill
/// memory.
const PAGES_MAX: usize = 4_000;
/// The most languages of a page that are told apart.
const LANGUAGES_MAX: usize = 64;
/// What is counted beyond.
const OTHER: &str = "other";

type ByName<T> = BTreeMap<Box<str>, T>;
type OnSurfaces = [AtomicU64; Surface::VALUES.len()];

/// Page → language → surface → how often.
#[derive(Debug, Default)]
pub(super) struct Answers(RwLock<ByName<ByName<OnSurfaces>>>);

impl Answers {
    pub(super) fn add(&self, page: &str, lang: &str, surface: Surface) {
        // Nothing between lock and release can panic half-way; a poisoned table is as good as any.
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = table.get(page).and_then(|languages| languages.get(lang)) {
            counts[surface.index()].fetch_add(1, Ordering::Relaxed);
            return;
        }
        drop(table);
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let languages = with_room(&mut table, page, PAGES_MAX);
        with_room(languages, lang, LANGUAGES_MAX)[surface.index()].fetch_add(1, Ordering::Relaxed);
    }
}

/// The entry of a key; that of [`OTHER`] when there is no room for a new one.
fn with_room<'a, T: Default>(table: &'a mut ByName<T>, key: &str, most: usize) -> &'a mut T {
    let key = if table.len() < most || table.contains_key(key) { key } else { OTHER };
    table.entry(key.into()).or_default()
}

impl Collector for Answers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if table.is_empty() {
            return Ok(()); // A family without a sample is no valid text.
        }
        let help = "Pages and cards that went out.";
        let mut family = encoder.encode_descriptor("answers", help, None, MetricType::Counter)?;
        for (page, languages) in &*table {
            for (lang, counts) in languages {
                for (surface, count) in Surface::VALUES.iter().zip(counts) {
                    let count = count.load(Ordering::Relaxed);
                    if count > 0 {
                        let labels = [("section", &**page), ("language", &**lang), (Surface::NAME, *surface)];
                        family.encode_family(&labels)?.encode_counter::<[(&str, &str); 0], _, u64>(&count, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}
