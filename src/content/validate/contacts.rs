//! The contacts: their names and addresses, and the contact cards.

mod hours;
mod links;
mod phones;

use super::id::{self, is_id};
use super::{Folder, characters, per_language};
use crate::content::schema::{RawContact, RawLabelled, RawRoot, RawText, Spanned};
use crate::content::{
    Contact, EMAILS_MAX, Email, LangId, Location as Place, MAIN_CONTACT, NAME_MAX, PHONES_MAX, PerLanguage, Phone,
    VCARD_MAX,
};
use crate::diag::{Code, Location, Report, Source};
use crate::message;
use crate::messages::Message;

/// Characters that a button can copy (Bot API, `CopyTextButton`).
const COPY_MAX: usize = 256;
/// Characters of a label: a word or two before a number.
const CONTACT_LABEL_MAX: usize = 40;

/// The contacts of `palabre.toml`, the main one first.
pub(super) fn validate(file: &Source, root: &RawRoot, folders: &[Folder<'_>], report: &mut Report) -> Vec<Contact> {
    let organisation = root.names.iter().find(|(key, _)| key.value == "organisation").map(|(_, name)| name);
    if organisation.is_none() {
        report.error(
            Code::MissingKey,
            Location::file(&file.path),
            message!("the organisation has no name"),
            message!("add `organisation = \"…\"` under [names]: it stands on the contact card"),
        );
    }
    let mut contacts: Vec<Contact> = Vec::new();
    let has_new = root.contacts.iter().any(|raw| !raw.is_old);
    for raw in &root.contacts {
        let validation = Validation { file, folders, report, raw };
        contacts.extend(validation.contact(organisation, &contacts, has_new));
    }
    // The sort is stable: the others keep their order.
    contacts.sort_by_key(|contact| &*contact.id != MAIN_CONTACT);
    contacts
}

/// The validation of one contact.
struct Validation<'a, 'r> {
    file: &'a Source,
    folders: &'a [Folder<'a>],
    report: &'r mut Report,
    raw: &'a RawContact,
}

impl<'a> Validation<'a, '_> {
    fn contact(mut self, organisation: Option<&Spanned<String>>, others: &[Contact], has_new: bool) -> Option<Contact> {
        let (file, raw) = (self.file, self.raw);
        if !self.id(others) {
            return None;
        }
        self.form(has_new);
        let phones = self.phones();
        let emails = self.emails();
        let address = raw.address.as_ref().map(|written| self.text(written, What::Address));
        let hours = hours::hours(file, &raw.hours, self.report);
        let time_zone = raw.time_zone.as_ref().and_then(|written| hours::time_zone(file, written, self.report));
        let location = raw.location.as_ref().and_then(|written| self.location(written));
        let links = links::validate(file, &raw.links, self.report);
        let name = match (&raw.name, organisation) {
            (Some(written), _) => self.text(written, What::Name),
            (None, Some(name)) => {
                let text = name.value.trim();
                check_length(file, &raw.id.value, name, What::Name, self.report);
                PerLanguage(vec![text.into(); self.folders.len()])
            }
            (None, None) => PerLanguage(vec!["".into(); self.folders.len()]),
        };
        let contact = Contact {
            id: raw.id.value.as_str().into(),
            name,
            phones,
            emails,
            address,
            hours,
            time_zone,
            location,
            links,
        };
        let vcard = (0..self.folders.len()).map(|lang| contact.vcard(LangId(lang)).len()).max().unwrap_or(0);
        if vcard > VCARD_MAX {
            self.report.error(
                Code::TextTooLong,
                Location::span(&file.path, raw.id.span.clone()),
                message!("the contact card has {vcard} bytes; {max} are the most", vcard, max = VCARD_MAX),
                message!("shorten the name, the address or the labels, or divide it into two contacts"),
            );
        }
        Some(contact)
    }

    /// Whether the id can be used.
    fn id(&mut self, others: &[Contact]) -> bool {
        let id = &self.raw.id;
        if characters::check_code(self.file, id, self.report) {
            return false;
        }
        let (code, message, help) = if !is_id(&id.value) {
            (Code::BadId, message!("the id `{id}` does not fit into buttons", id = id.value), id::help())
        } else if others.iter().any(|other| *other.id == *id.value) {
            let help = message!("[contact] is [contacts.main]: put all of it into [contacts.main]");
            (Code::DuplicateId, message!("there are two contacts `{id}`", id = id.value), help)
        } else {
            return true;
        };
        self.report.error(code, Location::span(&self.file.path, id.span.clone()), message, help);
        false
    }

    /// Says how the old table is written now, where somebody is about to use what is new; that a contact leads somewhere.
    fn form(&mut self, has_new: bool) {
        let RawContact { id, is_old, name: _, phones, emails, address, hours, time_zone, location, links } = self.raw;
        let has_link =
            [&links.website, &links.whatsapp, &links.telegram, &links.facebook].iter().any(|link| link.is_some());
        let is_new = !emails.is_empty() || !hours.is_empty() || time_zone.is_some() || location.is_some() || has_link;
        let at = Location::span(&self.file.path, id.span.clone());
        if *is_old && (is_new || has_new) {
            self.report.warning(
                Code::OldForm,
                at,
                message!("[contact] is how the one contact was written before there could be several"),
                message!("write [contacts.main]: `{{phones}}`, `contact = true` and the buttons in people's chats go on meaning it"),);
        } else if !is_old
            && phones.is_empty()
            && emails.is_empty()
            && address.is_none()
            && location.is_none()
            && !has_link
        {
            self.report.error(
                Code::MissingKey,
                at,
                message!("nothing says how to reach the contact `{id}`", id = id.value),
                message!("add one of `phones`, `email`, `address`, `location` and `links`"),
            );
        }
    }

    fn phones(&mut self) -> Vec<Phone> {
        let written = &self.raw.phones;
        self.at_most(
            written,
            PHONES_MAX,
            message!("more than {max} phone numbers", max = PHONES_MAX),
            message!("keep those that somebody answers: each has a button of its own"),
        );
        let mut phones = Vec::new();
        for RawLabelled { value, label } in written {
            let label = self.label(label.as_ref());
            if let Some((number, extension)) = phones::validate(self.file, value, self.report) {
                phones.push(Phone { number, extension, label });
            }
        }
        phones
    }

    fn emails(&mut self) -> Vec<Email> {
        let written = &self.raw.emails;
        self.at_most(
            written,
            EMAILS_MAX,
            message!("more than {max} e-mail addresses", max = EMAILS_MAX),
            message!("keep those that somebody reads: each has a button of its own"),
        );
        let mut emails = Vec::new();
        for RawLabelled { value, label } in written {
            let label = self.label(label.as_ref());
            if characters::check_code(self.file, value, self.report) {
                continue;
            }
            if !is_email(&value.value) {
                self.report.error(
                    Code::BadEmail,
                    value.location(self.file),
                    message!("`{value}` is not an e-mail address", value = value.value),
                    message!("write the address alone, as \"office@example.org\""),
                );
                continue;
            }
            emails.push(Email { address: value.value.as_str().into(), label });
        }
        emails
    }

    fn at_most(&mut self, written: &[RawLabelled], max: usize, message: Message, help: Message) {
        if let Some(written) = written.get(max) {
            let at = written.value.location(self.file);
            self.report.error(Code::TooManyButtons, at, message, help);
        }
    }

    fn label(&mut self, written: Option<&RawText>) -> Option<PerLanguage> {
        written.map(|written| self.text(written, What::Label))
    }

    /// A text in every language.
    fn text(&mut self, written: &RawText, what: What) -> PerLanguage {
        let (file, id) = (self.file, &self.raw.id.value);
        per_language::validate(file, written, &what.message(), self.folders, self.report, |text, _, report| {
            characters::check_fact(file, text, report);
            let words = text.value.trim();
            if words.is_empty() {
                let message = message!("{what} has no words", what = what.message());
                report.error(Code::EmptyText, text.location(file), message, message!("write it, or leave it out"));
            } else if words.contains(char::is_control) && what != What::Address {
                let message = message!("{what} has more than one line", what = what.message());
                report.error(Code::NotOneLine, text.location(file), message, message!("write it on one line"));
            }
            check_length(file, id, text, what, report);
            words.into()
        })
    }

    fn location(&mut self, written: &Spanned<Vec<f64>>) -> Option<Place> {
        let (message, help) = match *written.value.as_slice() {
            [latitude, longitude] if latitude == 0.0 && longitude == 0.0 => (
                message!("this place is in the sea"),
                message!("write the degrees of the place, as [12.6392, -8.0029]"),
            ),
            [latitude, longitude] if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) => {
                return Some(Place { latitude, longitude });
            }
            [longitude, latitude] if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) => (
                message!("there is no such latitude"),
                message!("the latitude comes first, from -90 to 90: exchange the two"),
            ),
            _ => (
                message!("this is no place on a map"),
                message!(
                    "write the latitude (-90 to 90) and the longitude (-180 to 180) in degrees, as [12.6392, -8.0029]"
                ),
            ),
        };
        let at = Location::span(&self.file.path, written.span.clone());
        self.report.error(Code::BadLocation, at, message, help);
        None
    }
}

/// A text of a contact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Name,
    Address,
    Label,
}

impl What {
    /// How it is called, with its article.
    fn message(self) -> Message {
        match self {
            What::Name => message!("the name"),
            What::Address => message!("the address"),
            What::Label => message!("the label"),
        }
    }

    /// The most characters.
    fn max(self) -> usize {
        match self {
            What::Name => NAME_MAX,
            What::Address => COPY_MAX,
            What::Label => CONTACT_LABEL_MAX,
        }
    }
}

fn check_length(file: &Source, id: &str, written: &Spanned<String>, what: What, report: &mut Report) {
    let (length, max) = (written.value.trim().chars().count(), what.max());
    if length <= max {
        return;
    }
    let (message, help) = match what {
        What::Name => (
            message!("the name has {length} characters; a contact card has room for {max}", length, max),
            message!("shorten it, or give the card a shorter one: `name` under [contacts.{id}]", id),
        ),
        What::Address => (
            message!("the address has {length} characters; a button can copy {max}", length, max),
            message!("shorten the address"),
        ),
        What::Label => (
            message!("the label has {length} characters; {max} are the most", length, max),
            message!("say it in a word or two"),
        ),
    };
    report.error(Code::TextTooLong, written.location(file), message, help);
}

/// Whether it is an address as people have it: letters, digits and a few signs, at a host with a dot in its name. The quoted
/// names and the addresses without a host that RFC 5321 also has are nothing that a phone makes tappable.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    let is_host = url::Host::parse(host).is_ok_and(|host| matches!(host, url::Host::Domain(_)));
    text.len() <= 254
        && name.len() <= 64
        && name.split('.').all(is_part)
        && is_host
        && host.is_ascii()
        && host.contains('.')
        && host.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_those_that_phones_make_tappable() {
        for address in ["office@example.org", "a.b+c@mail.example.org", "o'neil@example.co.uk"] {
            assert!(is_email(address), "{address}");
        }
        let wrong = [
            "",
            "office",
            "office@",
            "@example.org",
            "office@example",
            "a..b@example.org",
            "a b@example.org",
            "<office@example.org>",
            "mailto:office@example.org",
            "office@example.org.",
            "office@[::1]",
            "office@10.0.0.1",
            "a@b@example.org",
        ];
        for address in wrong {
            assert!(!is_email(address), "{address}");
        }
    }
}
