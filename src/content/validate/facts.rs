//! The facts of `palabre.toml`: names, phone numbers, links and their source. The texts show them in place of placeholders.

use std::collections::HashMap;

use super::{Folder, characters, contact};
use crate::content::Contact;
use crate::content::month::YearMonth;
use crate::content::schema::{RawContact, RawRoot, RawSource, Spanned};
use crate::diag::{Code, Location, Report, Source};
use crate::markup::{self, Piece, Problem, RichText, Style, Typography, pieces};

/// Facts older than this many months are reported, unless the content says otherwise.
const MAX_AGE_MONTHS: i64 = 24;
/// Placeholders that the interface fills in by itself.
const RESERVED: &[&str] = &["source", "month", "year", "page", "pages", "title", "phone", "language", "languages"];

/// The facts, validated.
pub(super) struct Facts {
    placeholders: HashMap<String, RichText>,
    pub(super) contact: Contact,
    pub(super) source: String,
    pub(super) checked: YearMonth,
    now: YearMonth,
    /// Months after which facts are old.
    max_age: i64,
}

impl Facts {
    /// Checks the facts of `palabre.toml`.
    pub(super) fn validate(file: &Source, root: &RawRoot, now: YearMonth, report: &mut Report) -> Self {
        let contact = contact::validate(file, root, report);
        let max_age = root.source.max_age_months.as_ref().map_or(MAX_AGE_MONTHS, |limit| limit.value);
        let mut facts =
            Facts { placeholders: HashMap::new(), contact, source: String::new(), checked: now, now, max_age };
        facts.define_contact(&root.contact);
        facts.source(file, &root.source, report);
        for (key, value) in &root.names {
            characters::check_fact(file, value, report);
            facts.define(file, key, RichText::plain(value.value.trim()), report);
            if value.value.trim().is_empty() {
                report.error(
                    Code::EmptyText,
                    value.location(file),
                    format!("the name `{}` has no words", key.value),
                    "write the name",
                );
            }
        }
        for (key, value) in &root.links {
            if !characters::check_address(file, value, report) && !markup::is_web_address(&value.value) {
                report.error(
                    Code::BadUrl,
                    value.location(file),
                    format!("`{}` is not a web address", value.value),
                    "write the whole address, beginning with https://",
                );
            }
            facts.define(file, key, RichText::plain(value.value.as_str()), report);
        }
        facts
    }

    /// The facts as they stand in texts of one direction.
    pub(super) fn localized(&self, right_to_left: bool) -> LocalizedFacts<'_> {
        LocalizedFacts { facts: self, isolated: right_to_left, typography: Typography::NONE }
    }

    /// The facts as they stand in the texts of a language.
    pub(super) fn in_language(&self, folder: &Folder<'_>) -> LocalizedFacts<'_> {
        LocalizedFacts { typography: folder.typography, ..self.localized(folder.right_to_left) }
    }

    fn define(&mut self, file: &Source, key: &Spanned<String>, text: RichText, report: &mut Report) {
        if text.as_str().contains(char::is_control) {
            report.error(
                Code::NotOneLine,
                key.location(file),
                format!("`{}` holds a line end or another control character", key.value),
                "write it on one line",
            );
        }
        if RESERVED.contains(&key.value.as_str()) || self.placeholders.insert(key.value.clone(), text).is_some() {
            report.error(
                Code::DuplicatePlaceholder,
                key.location(file),
                format!("`{{{}}}` already stands for something else", key.value),
                "give one of the two another name",
            );
        }
    }

    fn define_contact(&mut self, raw: &RawContact) {
        let mut phones = RichText::default();
        for phone in &self.contact.phones {
            if !phones.is_empty() {
                phones.push_str(" · ");
            }
            phones.push_styled(phone, Style::Phone);
        }
        if !raw.phones.is_empty() {
            self.placeholders.insert("phones".into(), phones);
        }
        if raw.address.is_some() {
            self.placeholders.insert("address".into(), RichText::plain(&*self.contact.address));
        }
    }

    fn source(&mut self, file: &Source, raw: &RawSource, report: &mut Report) {
        let help = "add a table [source] with `title = \"…\"` and `checked = \"2016-09\"`";
        match &raw.title {
            Some(source) => self.source = self.check_source(file, source, report).unwrap_or_default().to_owned(),
            None => {
                report.error(Code::MissingKey, Location::file(&file.path), "the source of the facts is not named", help)
            }
        }
        let Some(checked) = &raw.checked else {
            report.error(
                Code::MissingKey,
                Location::file(&file.path),
                "the month the facts were checked is missing",
                help,
            );
            return;
        };
        if let Some(month) = self.check_month(file, checked, None, report) {
            self.checked = month;
        }
    }

    /// The name of a source, on one line.
    pub(super) fn check_source<'s>(
        &self,
        file: &Source,
        source: &'s Spanned<String>,
        report: &mut Report,
    ) -> Option<&'s str> {
        characters::check_fact(file, source, report);
        let title = source.value.trim();
        if title.is_empty() {
            report.error(Code::EmptyText, source.location(file), "the source has no words", "name it in one line");
        }
        (!title.is_empty()).then_some(title)
    }

    /// The month in which facts were checked: those of a section, or of the content. Reports their age.
    pub(super) fn check_month(
        &self,
        file: &Source,
        checked: &Spanned<String>,
        section: Option<&str>,
        report: &mut Report,
    ) -> Option<YearMonth> {
        let Some(month) = YearMonth::parse(&checked.value).filter(|month| month.months_until(self.now) >= 0) else {
            if !characters::check_code(file, checked, report) {
                report.error(
                    Code::BadDate,
                    checked.location(file),
                    format!("`{}` is not a month that has been", checked.value),
                    "write the year and the month, as \"2016-09\"",
                );
            }
            return None;
        };
        let (age, limit) = (month.months_until(self.now), self.max_age);
        if age > limit {
            let whose = section.map_or(String::new(), |section| format!(" of `{section}`"));
            report.warning(
                Code::OldFacts,
                checked.location(file),
                format!("the facts{whose} were checked {age} months ago; the limit is {limit}"),
                "compare them with their source; if it has newer ones, write its month here, else raise `max_age_months`",
            );
        }
        Some(month)
    }
}

/// The facts as they stand in the texts of one language. In a text that is read from right to left each fact is isolated
/// (Unicode's FSI and PDI), else the parts of a phone number would change places.
#[derive(Clone, Copy)]
pub(super) struct LocalizedFacts<'a> {
    facts: &'a Facts,
    isolated: bool,
    typography: Typography,
}

impl markup::Placeholders for LocalizedFacts<'_> {
    fn text(&self, name: &str) -> Option<RichText> {
        let fact = self.facts.placeholders.get(name)?;
        if !self.isolated {
            return Some(fact.clone());
        }
        let mut isolated = RichText::plain("\u{2068}");
        isolated.push(fact);
        isolated.push_str("\u{2069}");
        Some(isolated)
    }

    fn address(&self, name: &str) -> Option<String> {
        Some(self.facts.placeholders.get(name)?.as_str().to_owned())
    }

    fn colon(&self) -> &'static str {
        self.typography.colon()
    }
}

impl<'a> LocalizedFacts<'a> {
    /// Whether the text around them is read from right to left.
    pub(super) fn is_right_to_left(self) -> bool {
        self.isolated
    }

    /// A word that may be of another direction than the text around it.
    pub(super) fn isolate(self, text: &str) -> String {
        if self.isolated { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
    }

    /// Whether there is such a placeholder.
    pub(super) fn has(self, name: &str) -> bool {
        self.facts.placeholders.contains_key(name)
    }

    /// The names of all placeholders, for "did you mean".
    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        self.facts.placeholders.keys().map(String::as_str)
    }

    /// A plain text set by the rules of its language.
    pub(super) fn typeset(self, text: &str) -> String {
        self.typography.apply(text).into_owned()
    }

    /// A Markdown text with its facts filled in, set by the rules of its language.
    pub(super) fn parse(self, markdown: &str) -> (RichText, Vec<Problem>) {
        let (rich, problems) = markup::parse(markdown, &self);
        (rich.typeset(&self.typography), problems)
    }

    /// A plain text with its facts filled in, set by the rules of its language; other placeholders stay as they are.
    pub(super) fn fill(self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Placeholder(name, at) => match self.facts.placeholders.get(name) {
                    Some(fact) => filled.push_str(&self.isolate(fact.as_str())),
                    None => filled.push_str(&text[at]),
                },
            }
        }
        self.typeset(&filled)
    }
}
