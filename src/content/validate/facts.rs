//! The facts of `palabre.toml`: names, phone numbers, links and their source. The texts show them in place of placeholders.

use std::collections::HashMap;

use super::{Folder, characters, contacts, web_address};
use crate::content::month::YearMonth;
use crate::content::schema::{RawRoot, RawSource, Spanned};
use crate::content::{Contact, LangId, PerLanguage, Weekday};
use crate::diag::{Code, Location, Report, Source};
use crate::markup::{self, Piece, Problem, RichText, Style, Typography, pieces};
use crate::message;

/// Facts older than this many months are reported, unless the content says otherwise.
const MAX_AGE_MONTHS: i64 = 24;
/// Placeholders that the interface fills in by itself.
const RESERVED: &[&str] =
    &["source", "month", "year", "page", "pages", "title", "phone", "mailbox", "language", "languages", "day", "time"];

/// What a contact has, as its placeholders and its keys call it.
const WAYS: [&str; 4] = ["phones", "email", "hours", "address"];

/// The facts, validated.
pub(super) struct Facts {
    placeholders: HashMap<String, RichText>,
    /// Those of the contacts in each language: `phones` of the main one, `mopti.phones` and so on of each.
    of_contacts: Vec<HashMap<String, RichText>>,
    /// The main one first.
    pub(super) contacts: Vec<Contact>,
    pub(super) source: String,
    pub(super) checked: YearMonth,
    now: YearMonth,
    /// Months after which facts are old.
    max_age: i64,
}

impl Facts {
    /// Checks the facts of `palabre.toml`.
    pub(super) fn validate(
        file: &Source,
        root: &RawRoot,
        folders: &[Folder<'_>],
        now: YearMonth,
        report: &mut Report,
    ) -> Self {
        let contacts = contacts::validate(file, root, folders, report);
        let mut of_contacts: Vec<_> = folders.iter().map(|folder| contact_facts(&contacts, folder, folders)).collect();
        // What is written and wrong is not missing.
        for raw in &root.contacts {
            let written =
                [!raw.phones.is_empty(), !raw.emails.is_empty(), !raw.hours.is_empty(), raw.address.is_some()];
            let is_main = contacts.first().is_some_and(|main| *main.id == *raw.id.value);
            for (way, _) in WAYS.iter().zip(written).filter(|(_, is_written)| *is_written) {
                for facts in &mut of_contacts {
                    facts.entry(format!("{}.{way}", raw.id.value)).or_default();
                    if is_main {
                        facts.entry((*way).to_owned()).or_default();
                    }
                }
            }
        }
        let placeholders = HashMap::new();
        let max_age = root.source.max_age_months.as_ref().map_or(MAX_AGE_MONTHS, |limit| limit.value);
        let source = String::new();
        let mut facts = Facts { placeholders, of_contacts, contacts, source, checked: now, now, max_age };
        facts.source(file, &root.source, report);
        for (key, value) in &root.names {
            characters::check_fact(file, value, report);
            facts.define(file, key, RichText::plain(value.value.trim()), report);
            if value.value.trim().is_empty() {
                report.error(
                    Code::EmptyText,
                    value.location(file),
                    message!("the name `{key}` has no words", key = key.value),
                    message!("write the name"),
                );
            }
        }
        for (key, value) in &root.links {
            if !characters::check_address(file, value, report) && !markup::is_web_address(&value.value) {
                report.error(
                    Code::BadUrl,
                    value.location(file),
                    message!("`{value}` is not a web address", value = value.value),
                    web_address::help(&value.value),
                );
            }
            facts.define(file, key, RichText::plain(value.value.as_str()), report);
        }
        facts
    }

    /// The facts of a language as they are searched: nothing stands around them.
    pub(super) fn searched(&self, folder: &Folder<'_>) -> LocalizedFacts<'_> {
        LocalizedFacts { isolated: false, typography: Typography::NONE, ..self.in_language(folder) }
    }

    /// The facts as they stand in the texts of a language.
    pub(super) fn in_language(&self, folder: &Folder<'_>) -> LocalizedFacts<'_> {
        let (lang, typography) = (folder.lang, folder.typography);
        LocalizedFacts { facts: self, lang, isolated: folder.right_to_left, typography }
    }

    fn define(&mut self, file: &Source, key: &Spanned<String>, text: RichText, report: &mut Report) {
        if text.as_str().contains(char::is_control) {
            report.error(
                Code::NotOneLine,
                key.location(file),
                message!("`{key}` holds a line end or another control character", key = key.value),
                message!("write it on one line"),
            );
        }
        let is_of_contact = self.of_contacts.first().is_some_and(|facts| facts.contains_key(&key.value));
        let is_taken = is_of_contact || RESERVED.contains(&key.value.as_str());
        if is_taken || self.placeholders.insert(key.value.clone(), text).is_some() {
            report.error(
                Code::DuplicatePlaceholder,
                key.location(file),
                message!("`{{{key}}}` already stands for something else", key = key.value),
                message!("give one of the two another name"),
            );
        }
    }

    fn source(&mut self, file: &Source, raw: &RawSource, report: &mut Report) {
        let help = message!("add a table [source] with `title = \"…\"` and `checked = \"2016-09\"`");
        match &raw.title {
            Some(source) => self.source = self.check_source(file, source, report).unwrap_or_default().to_owned(),
            None => report.error(
                Code::MissingKey,
                Location::file(&file.path),
                message!("the source of the facts is not named"),
                help.clone(),
            ),
        }
        let Some(checked) = &raw.checked else {
            report.error(
                Code::MissingKey,
                Location::file(&file.path),
                message!("the month the facts were checked is missing"),
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
            report.error(
                Code::EmptyText,
                source.location(file),
                message!("the source has no words"),
                message!("name it in one line"),
            );
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
                    message!("`{checked}` is not a month that has been", checked = checked.value),
                    message!("write the year and the month, as \"2016-09\""),
                );
            }
            return None;
        };
        let (age, limit) = (month.months_until(self.now), self.max_age);
        if age > limit {
            let message = match section {
                None => message!("the facts were checked {age} months ago; the limit is {limit}", age, limit),
                Some(section) => message!(
                    "the facts of `{section}` were checked {age} months ago; the limit is {limit}",
                    section,
                    age,
                    limit
                ),
            };
            report.warning(
                Code::OldFacts,
                checked.location(file),
                message,
                message!("compare them with their source; if it has newer ones, write its month here, else raise `max_age_months`"),);
        }
        Some(month)
    }
}

/// The placeholders of the contacts in a language.
fn contact_facts(contacts: &[Contact], folder: &Folder<'_>, folders: &[Folder<'_>]) -> HashMap<String, RichText> {
    let mut facts = HashMap::new();
    for (n, contact) in contacts.iter().enumerate() {
        let written = [
            ("name", Some(RichText::plain(contact.name.get(folder.lang)))),
            ("phones", phones(contact, folder)),
            ("email", emails(contact, folder)),
            ("hours", hours(contact, folder, folders)),
            ("address", contact.address.as_ref().map(|address| RichText::plain(address.get(folder.lang)))),
        ];
        for (name, text) in written.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            // What is called `name` may be one of [names].
            if n == 0 && name != "name" {
                facts.insert(name.to_owned(), text.clone());
            }
            facts.insert(format!("{}.{name}", contact.id), text);
        }
    }
    facts
}

/// The numbers of a contact. Telegram makes those with a country's code tappable; a short code is copied by a tap, as code.
fn phones(contact: &Contact, folder: &Folder<'_>) -> Option<RichText> {
    let parts = contact.phones.iter().map(|phone| {
        let style = if phone.is_international() { Style::Phone } else { Style::Code };
        let mut text = RichText::styled(&*phone.number, style);
        if let Some(extension) = &phone.extension {
            text.push_str(&format!(" ext. {extension}"));
        }
        (phone.label.as_ref(), text)
    });
    joined(parts, folder)
}

fn emails(contact: &Contact, folder: &Folder<'_>) -> Option<RichText> {
    let parts = contact.emails.iter();
    joined(parts.map(|email| (email.label.as_ref(), RichText::styled(&*email.address, Style::Email))), folder)
}

/// Numbers or addresses behind their labels, on one line, so that they stand in a sentence as well.
fn joined<'a>(
    parts: impl Iterator<Item = (Option<&'a PerLanguage>, RichText)>,
    folder: &Folder<'_>,
) -> Option<RichText> {
    let parts: Vec<_> = parts.collect();
    // A label gives the text a direction, in which the parts of a number would change places.
    let is_isolated = folder.right_to_left && parts.iter().any(|(label, _)| label.is_some());
    let (before, after) = if is_isolated { ("\u{2068}", "\u{2069}") } else { ("", "") };
    let mut all = RichText::default();
    for (label, part) in parts {
        if !all.is_empty() {
            all.push_str(" · ");
        }
        if let Some(label) = label {
            all.push_str(label.get(folder.lang));
            all.push_str(" ");
        }
        all.push_str(before);
        all.push(&part);
        all.push_str(after);
    }
    (!all.is_empty()).then_some(all)
}

/// The opening hours, a line for days that have the same.
fn hours(contact: &Contact, folder: &Folder<'_>, folders: &[Folder<'_>]) -> Option<RichText> {
    let names = std::iter::once(folder).chain(folders).find_map(|f| f.interface.as_ref()?.1.days.as_ref());
    let name =
        |day: Weekday| names.and_then(|names| names.value.get(usize::from(day))).map_or("", |name| name.value.trim());
    let lines = contact.hours.lines(name);
    (!lines.is_empty()).then(|| RichText::plain(lines.join("\n")))
}

/// The facts as they stand in the texts of one language. In a text that is read from right to left each fact is isolated
/// (Unicode's FSI and PDI), else the parts of a phone number would change places.
#[derive(Clone, Copy)]
pub(super) struct LocalizedFacts<'a> {
    facts: &'a Facts,
    lang: LangId,
    isolated: bool,
    typography: Typography,
}

impl markup::Placeholders for LocalizedFacts<'_> {
    fn text(&self, name: &str) -> Option<RichText> {
        let fact = self.get(name)?;
        if !self.isolated {
            return Some(fact.clone());
        }
        let mut isolated = RichText::plain("\u{2068}");
        isolated.push(fact);
        isolated.push_str("\u{2069}");
        Some(isolated)
    }

    fn address(&self, name: &str) -> Option<String> {
        Some(self.get(name)?.as_str().to_owned())
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
        self.get(name).is_some()
    }

    /// The names of all placeholders, for "did you mean".
    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        self.facts.placeholders.keys().chain(self.facts.of_contacts[self.lang.0].keys()).map(String::as_str)
    }

    fn get(self, name: &str) -> Option<&'a RichText> {
        self.facts.of_contacts[self.lang.0].get(name).or_else(|| self.facts.placeholders.get(name))
    }

    /// The contact that a placeholder names, and the key of what it does not have.
    pub(super) fn lacking(self, name: &str) -> Option<(&'a str, &'static str)> {
        let (contact, way) = match name.split_once('.') {
            Some((id, way)) => (self.facts.contacts.iter().find(|contact| *contact.id == *id)?, way),
            None => (self.facts.contacts.first()?, name),
        };
        Some((&contact.id, WAYS.iter().find(|known| **known == way)?))
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
                Piece::Placeholder(name, at) => match self.get(name) {
                    // A plain text is one line.
                    Some(fact) => filled.push_str(&self.isolate(&fact.as_str().replace('\n', " · "))),
                    None => filled.push_str(&text[at]),
                },
            }
        }
        self.typeset(&filled)
    }
}
