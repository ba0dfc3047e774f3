//! What has no language: names, numbers, links, the source. They are the placeholders of the words.

use std::collections::HashMap;

use phonelib::{PhoneNumber, PhoneNumberType};

use super::{At, Code, Contact, File, Place, RawRoot, Report, YearMonth};
use crate::content::{NAME_MAX, PHONES_MAX, VCARD_MAX};
use crate::markup::{self, Piece, RichText, Style, pieces};

/// Facts older than this many months are reported, unless the content says otherwise.
const MAX_AGE_MONTHS: i64 = 24;
/// Placeholders that the interface fills in by itself.
const RESERVED: &[&str] = &["source", "month", "year", "page", "pages", "title", "phone", "language"];
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
            if !markup::is_web_address(&value.value) {
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
            Some((_, name)) => {
                facts.contact.name = name.value.trim().into();
                let length = facts.contact.name.chars().count();
                let vcard = facts.contact.vcard().len();
                if length > NAME_MAX {
                    report.error(
                        Code::TextTooLong,
                        file.at(name),
                        format!(
                            "the organisation's name has {length} characters; a contact card has room for {NAME_MAX}"
                        ),
                        "shorten it; the words may use a longer one of its own under [names]",
                    );
                } else if vcard > VCARD_MAX {
                    report.error(
                        Code::TextTooLong,
                        file.at(name),
                        format!("the contact card has {vcard} bytes; {VCARD_MAX} are the most"),
                        "shorten the name or the address",
                    );
                }
            }
            None => report.error(
                Code::MissingKey,
                Place::file(file.path),
                "the organisation has no name",
                "add `organisation = \"…\"` under [names]: it stands on the contact card",
            ),
        }
        facts
    }

    /// The facts as they stand in texts of one direction.
    pub(super) fn within(&self, right_to_left: bool) -> FactsWithin<'_> {
        FactsWithin { facts: self, isolated: right_to_left }
    }

    fn name(&mut self, file: File<'_>, key: &At<String>, text: RichText, report: &mut Report) {
        if text.as_str().contains(char::is_control) {
            report.error(
                Code::NotOneLine,
                file.at(key),
                format!("`{}` holds a line end or another control character", key.value),
                "write it on one line",
            );
        }
        if RESERVED.contains(&key.value.as_str()) || self.placeholders.insert(key.value.clone(), text).is_some() {
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
            if let Some(odd) =
                written.value.chars().find(|c| !(c.is_ascii_digit() || " +-.\u{a0}\u{202f}".contains(*c)))
            {
                report.error(
                    Code::BadPhone,
                    file.at(written),
                    format!("`{odd}` does not stand in a phone number"),
                    "write one number, of digits alone with spaces between them, as \"+44 20 7946 0958\"",
                );
                continue;
            }
            let begins = written.value.trim_start().starts_with('+');
            let Some(number) = PhoneNumber::parse(&written.value).filter(|_| begins) else {
                let help = if begins {
                    "compare it with its source: the country's code, and the number of digits that its numbers have"
                } else {
                    "write it with + and the country's code, as \"+44 20 7946 0958\""
                };
                report.error(
                    Code::BadPhone,
                    file.at(written),
                    format!("nobody can dial `{}` from abroad", written.value),
                    help,
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
        if let Some(written) = root.phones.get(PHONES_MAX) {
            report.error(
                Code::TooManyButtons,
                file.at(written),
                format!("more than {PHONES_MAX} phone numbers"),
                "keep those that somebody answers: each has a button of its own",
            );
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
            Some(source) => {
                self.source = source.value.trim().to_owned();
                if self.source.is_empty() {
                    report.error(Code::EmptyText, file.at(source), "the source has no words", "name it in one line");
                }
            }
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
                "compare them with their source; if it has newer ones, write its month here, else raise `max_age_months`",
            );
        }
    }
}

impl markup::Facts for FactsWithin<'_> {
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
}

/// The facts as they stand in texts of one direction: in a text that is read from right to left each fact is isolated
/// (Unicode's FSI and PDI), else the parts of a phone number would change places.
#[derive(Clone, Copy)]
pub(super) struct FactsWithin<'a> {
    facts: &'a Facts,
    isolated: bool,
}

impl<'a> FactsWithin<'a> {
    /// A word among others that is of another direction, perhaps.
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

    /// A plain text with its facts filled in; what is no fact stays as it is.
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
        filled
    }
}
