//! The tree of sections: what has problems, how full each page is, what is not translated, what questions find.

use std::collections::HashMap;

use super::conversation::open;
use super::problems::section_of;
use super::watcher::Snapshot;
use crate::content::{BODY_PAGE_MAX, Content, LangId, SectionId};
use crate::diag::Severity;
use crate::markup::RichText;
use crate::message;
use crate::messages::Locale;
use crate::quality::AskFigure;

/// A section in the tree.
pub(super) struct Row {
    /// From 1.
    pub(super) level: usize,
    pub(super) title: String,
    pub(super) id: String,
    pub(super) open: String,
    pub(super) is_draft: bool,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) words: Vec<WordsRow>,
}

/// The words of a section in a language.
pub(super) struct WordsRow {
    pub(super) tag: String,
    /// `None` when it is not translated.
    pub(super) fullness: Option<String>,
    pub(super) is_full: bool,
    pub(super) figure: Option<String>,
    pub(super) is_weak: bool,
}

/// The sections in reading order.
pub(super) fn tree(snapshot: &Snapshot, content: &Content, app: Option<&str>, locale: Locale) -> Vec<Row> {
    let mut counts: HashMap<SectionId, [usize; 2]> = HashMap::new();
    for problem in &snapshot.report.diagnostics {
        if let Some((.., section)) = section_of(snapshot, problem) {
            counts.entry(section).or_default()[usize::from(problem.severity == Severity::Warning)] += 1;
        }
    }
    let figures = snapshot.figures.as_deref().map_or(&[][..], |figures| figures);
    let lang = content.language_for(app);
    let row = |section: SectionId| {
        let facts = content.section(section);
        let [errors, warnings] = counts.get(&section).copied().unwrap_or_default();
        let level = 1 + std::iter::successors(facts.parent, |&above| content.section(above).parent).count();
        let is_draft = snapshot.published.as_ref().is_some_and(|published| published.find(&facts.id).is_none());
        Row {
            level,
            title: content.section_text(section, lang).title.to_string(),
            id: facts.id.to_string(),
            open: open(content, lang, section),
            is_draft,
            errors,
            warnings,
            words: content.languages().map(|lang| words(content, lang, section, figures, locale)).collect(),
        }
    };
    content.sections().map(row).collect()
}

fn words(content: &Content, lang: LangId, section: SectionId, figures: &[AskFigure], locale: Locale) -> WordsRow {
    let words = content.section_text(section, lang);
    let tag = content.tag(lang).to_string();
    let is_translated = words.language == lang;
    let units: Vec<usize> = words.pages.iter().map(RichText::utf16_len).collect();
    let fullest = units.iter().copied().max().unwrap_or_default();
    let fullness = match units.len() {
        0 | 1 => message!("{units} of {max} characters", units = fullest, max = BODY_PAGE_MAX),
        pages => message!("{pages} pages, {units} characters", pages, units = units.iter().sum::<usize>()),
    };
    let of_section =
        |figure: &&AskFigure| figure.language == tag && figure.section.as_deref() == Some(&content.section(section).id);
    let figure = figures.iter().find(of_section);
    WordsRow {
        fullness: is_translated.then(|| fullness.to_text(locale)),
        is_full: units.len() > 1,
        figure: figure.filter(|_| is_translated).map(|figure| figure.to_message().to_text(locale)),
        is_weak: figure.is_some_and(AskFigure::is_weak),
        tag,
    }
}

/// What questions find in each language, a line each.
pub(super) fn languages(snapshot: &Snapshot, locale: Locale) -> Vec<String> {
    let of_languages =
        snapshot.figures.iter().flat_map(|figures| figures.iter()).filter(|figure| figure.section.is_none());
    of_languages.map(|figure| format!("{}: {}", figure.language, figure.to_message().to_text(locale))).collect()
}
