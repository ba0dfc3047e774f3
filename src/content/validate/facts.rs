//! What has no language: names, numbers, links, the source. They are the placeholders of the words.

use std::collections::HashMap;

use phonelib::{PhoneNumber, PhoneNumberType};

use super::{At, Code, Contact, File, Place, RawRoot, Report, YearMonth};
use crate::markup::{Piece, RichText, Style, pieces};

/// Facts older than this many months are reported, unless the content says otherwise.
const MAX_AGE_MONTHS: i64 = 24;
/// Characters that a button can copy (Bot API, `CopyTextButton`).
const COPY_MAX: usize = 256;

/// The facts, checked.
pub(super) struct Facts {
    placeholders: HashMap<String, RichText>,
    pub(super) contact: Contact,
    pub(super) source: String,
    pub(super) checked: YearMonth,
}

impl Facts {
    /// Checks the facts of `palabre.toml`.
    pub(super) fn validate(file: File<'_>, root: &RawRoot, now: YearMonth, report: &mut Report) -> Self {
        let mut facts =
            Facts { placeholders: HashMap::new(), contact: Contact::default(), source: String::new(), checked: now };
        facts.contact(file, root, report);
        facts.source(file, root, now, report);
        for (key, value) in &root.names {
            facts.name(file, key, RichText::plain(value.value.trim()), report);
            if value.value.trim().is_empty() {
                report.error(
                    Code::EmptyText,
                    file.at(value),
                    format!("the name `{}` has no words", key.value),
                    "write the name",
                );
            }
        }
        for (key, value) in &root.links {
            if !url::Url::parse(&value.value)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            {
                report.error(
                    Code::BadUrl,
                    file.at(value),
                    format!("`{}` is not a web address", value.value),
                    "write the whole address, beginning with https://",
                );
            }
            facts.name(file, key, RichText::plain(value.value.as_str()), report);
        }
        match root.names.iter().find(|(key, _)| key.value == "organisation") {
            Some((_, name)) => facts.contact.name = name.value.trim().into(),
            None => report.error(
                Code::MissingKey,
                Place::file(file.path),
                "the organisation has no name",
                "add `organisation = \"…\"` under [names]: it stands on the contact card",
            ),
        }
        facts
    }

    /// The text of a placeholder.
    pub(super) fn get(&self, name: &str) -> Option<RichText> {
        self.placeholders.get(name).cloned()
    }

    /// The names of all placeholders, for "did you mean".
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.placeholders.keys().map(String::as_str)
    }

    fn name(&mut self, file: File<'_>, key: &At<String>, text: RichText, report: &mut Report) {
        if self.placeholders.insert(key.value.clone(), text).is_some() {
            report.error(
                Code::DuplicatePlaceholder,
                file.at(key),
                format!("`{{{}}}` already stands for something else", key.value),
                "give one of the two another name",
            );
        }
    }

    fn contact(&mut self, file: File<'_>, root: &RawRoot, report: &mut Report) {
        let mut phones = RichText::default();
        for written in &root.phones {
            let Some(number) =
                PhoneNumber::parse(&written.value).filter(|_| written.value.trim_start().starts_with('+'))
            else {
                report.error(
                    Code::BadPhone,
                    file.at(written),
                    format!("nobody can dial `{}` from abroad", written.value),
                    "write it with + and the country's code, as \"+223 20 22 18 48\"",
                );
                continue;
            };
            if number.phone_type() == PhoneNumberType::Unknown {
                report.warning(
                    Code::OddPhone,
                    file.at(written),
                    format!("`{}` is in a range that its country is not known to use", written.value),
                    "compare it with its source, digit by digit",
                );
            }
            if !phones.is_empty() {
                phones.push_str(" · ");
            }
            // The editor's own grouping of the digits is kept: it is how people of the country read them.
            let shown = written.value.split_whitespace().collect::<Vec<_>>().join(" ");
            phones.push_styled(&shown, Style::Phone);
            self.contact.phones.push(shown.into());
        }
        if !root.phones.is_empty() {
            self.placeholders.insert("phones".into(), phones);
        }
        if let Some(address) = &root.address {
            let text = address.value.trim();
            if text.is_empty() {
                report.error(
                    Code::EmptyText,
                    file.at(address),
                    "the address has no words",
                    "write the address or leave the key out",
                );
            } else if text.chars().count() > COPY_MAX {
                report.error(
                    Code::TextTooLong,
                    file.at(address),
                    format!("the address has {} characters; a button can copy {COPY_MAX}", text.chars().count()),
                    "shorten the address",
                );
            }
            self.contact.address = text.into();
            self.placeholders.insert("address".into(), RichText::plain(text));
        }
    }

    fn source(&mut self, file: File<'_>, root: &RawRoot, now: YearMonth, report: &mut Report) {
        let help = "add a table [source] with `title = \"…\"` and `checked = \"2016-09\"`";
        match &root.source {
            Some(source) => self.source = source.value.trim().to_owned(),
            None => {
                report.error(Code::MissingKey, Place::file(file.path), "the source of the facts is not named", help)
            }
        }
        let Some(checked) = &root.checked else {
            report.error(Code::MissingKey, Place::file(file.path), "the month the facts were checked is missing", help);
            return;
        };
        let Some(month) = YearMonth::parse(&checked.value).filter(|month| month.months_until(now) >= 0) else {
            report.error(
                Code::BadDate,
                file.at(checked),
                format!("`{}` is not a month that has been", checked.value),
                "write the year and the month, as \"2016-09\"",
            );
            return;
        };
        self.checked = month;
        let limit = root.max_age_months.as_ref().map_or(MAX_AGE_MONTHS, |limit| limit.value);
        let age = month.months_until(now);
        if age > limit {
            report.warning(
                Code::OldFacts,
                file.at(checked),
                format!("the facts were checked {age} months ago; the limit is {limit}"),
                "compare them with their source and write the month in which you did",
            );
        }
    }
}

impl Facts {
    /// A plain text with its facts filled in; what is no fact stays as it is.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Placeholder(name, at) => match self.placeholders.get(name) {
                    Some(fact) => filled.push_str(fact.as_str()),
                    None => filled.push_str(&text[at]),
                },
            }
        }
        filled
    }
}
