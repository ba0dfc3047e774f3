//! The phone numbers, the address and the contact card.

use phonelib::{PhoneNumber, PhoneNumberType};

use super::characters;
use crate::content::schema::{RawRoot, Spanned};
use crate::content::{Contact, NAME_MAX, PHONES_MAX, VCARD_MAX};
use crate::diag::{Code, Location, Report, Source};

/// Characters that a button can copy (Bot API, `CopyTextButton`).
const COPY_MAX: usize = 256;

/// The contact of `palabre.toml`.
pub(super) fn validate(file: &Source, root: &RawRoot, report: &mut Report) -> Contact {
    let phones = root.contact.phones.iter().filter_map(|written| phone(file, written, report)).collect();
    if let Some(written) = root.contact.phones.get(PHONES_MAX) {
        report.error(
            Code::TooManyButtons,
            written.location(file),
            format!("more than {PHONES_MAX} phone numbers"),
            "keep those that somebody answers: each has a button of its own",
        );
    }
    let address = root.contact.address.as_ref().map_or("", |written| address(file, written, report));
    let mut contact = Contact { name: "".into(), phones, address: address.into() };
    let organisation = root.names.iter().find(|(key, _)| key.value == "organisation").map(|(_, name)| name);
    let Some(name) = root.contact.name.as_ref().filter(|_| organisation.is_some()).or(organisation) else {
        report.error(
            Code::MissingKey,
            Location::file(&file.path),
            "the organisation has no name",
            "add `organisation = \"…\"` under [names]: it stands on the contact card",
        );
        return contact;
    };
    contact.name = name.value.trim().into();
    if contact.name.is_empty() && root.contact.name.is_some() {
        report.error(Code::EmptyText, name.location(file), "the contact card has no name", "write it, or leave it out");
    }
    let length = contact.name.chars().count();
    let vcard = contact.vcard().len();
    if length > NAME_MAX {
        report.error(
            Code::TextTooLong,
            name.location(file),
            format!("the organisation's name has {length} characters; a contact card has room for {NAME_MAX}"),
            "shorten it, or give the card a shorter one: `name` under [contact]",
        );
    } else if vcard > VCARD_MAX {
        report.error(
            Code::TextTooLong,
            name.location(file),
            format!("the contact card has {vcard} bytes; {VCARD_MAX} are the most"),
            "shorten the name or the address",
        );
    }
    contact
}

fn phone(file: &Source, written: &Spanned<String>, report: &mut Report) -> Option<Box<str>> {
    if characters::check_code(file, written, report) {
        return None;
    }
    if let Some(odd) = written.value.chars().find(|c| !(c.is_ascii_digit() || " +-.\u{a0}\u{202f}".contains(*c))) {
        report.error(
            Code::BadPhone,
            written.location(file),
            format!("`{odd}` does not stand in a phone number"),
            "write one number, of digits alone with spaces between them, as \"+44 20 7946 0958\"",
        );
        return None;
    }
    let is_international = written.value.trim_start().starts_with('+');
    let Some(number) = PhoneNumber::parse(&written.value).filter(|_| is_international) else {
        let help = if is_international {
            "compare it with its source: the country's code, and the number of digits that its numbers have"
        } else {
            "write it with + and the country's code, as \"+44 20 7946 0958\""
        };
        report.error(
            Code::BadPhone,
            written.location(file),
            format!("nobody can dial `{}` from abroad", written.value),
            help,
        );
        return None;
    };
    if number.phone_type() == PhoneNumberType::Unknown {
        report.warning(
            Code::OddPhone,
            written.location(file),
            format!("`{}` is in a range that its country is not known to use", written.value),
            "compare it with its source, digit by digit",
        );
    }
    // The editor's own grouping of the digits is kept: it is how people of the country read them.
    Some(written.value.split_whitespace().collect::<Vec<_>>().join(" ").into())
}

fn address<'a>(file: &Source, written: &'a Spanned<String>, report: &mut Report) -> &'a str {
    characters::check_fact(file, written, report);
    let text = written.value.trim();
    if text.is_empty() {
        report.error(
            Code::EmptyText,
            written.location(file),
            "the address has no words",
            "write the address or leave the key out",
        );
    } else if text.chars().count() > COPY_MAX {
        report.error(
            Code::TextTooLong,
            written.location(file),
            format!("the address has {} characters; a button can copy {COPY_MAX}", text.chars().count()),
            "shorten the address",
        );
    }
    text
}
