//! Links of a contact: web addresses, or the names from which they are made.

use phonelib::PhoneNumber;

use crate::content::schema::{RawContactLinks, Spanned};
use crate::content::validate::{characters, web_address};
use crate::content::{ContactLink, ContactLinkKind};
use crate::diag::{Code, Report, Source};
use crate::markup::is_web_address;
use crate::message;
use crate::messages::Message;

/// Characters of a web address: that of a button, in a keyboard of at most 10 kB (TDLib), and of a contact card.
const URL_MAX: usize = 512;

/// What a name or a number stands for, as a web address.
type FromName = fn(&str) -> Option<String>;

/// A kind of link: what is written, and what may be written instead of a whole address.
type Kind<'a> = (ContactLinkKind, &'a Option<Spanned<String>>, FromName, Option<Message>);

/// The links of a contact, in the order of their buttons.
pub(super) fn validate(file: &Source, raw: &RawContactLinks, report: &mut Report) -> Vec<ContactLink> {
    let RawContactLinks { website, whatsapp, telegram, facebook } = raw;
    let kinds: [Kind<'_>; 4] = [
        (ContactLinkKind::Website, website, |_| None, None),
        (
            ContactLinkKind::WhatsApp,
            whatsapp,
            whatsapp_address,
            Some(message!("a phone number, as \"+44 20 7946 0958\"")),
        ),
        (ContactLinkKind::Telegram, telegram, telegram_address, Some(message!("a name, as \"@example\""))),
        (
            ContactLinkKind::Facebook,
            facebook,
            facebook_address,
            Some(message!("the name of a page, as \"example.org\"")),
        ),
    ];
    let mut links = Vec::new();
    for (kind, written, from_name, or) in kinds {
        let Some(written) = written else { continue };
        let text = written.value.trim();
        if characters::check_address(file, written, report) {
            continue;
        }
        let url = if text.contains("://") { text.to_owned() } else { from_name(text).unwrap_or_default() };
        if is_web_address(&url) && url.len() <= URL_MAX {
            links.push(ContactLink { kind, url: url.into() });
            continue;
        }
        let help = match or {
            None => web_address::help(text),
            Some(or) => message!("write {or}, or the whole address, beginning with https://", or),
        };
        report.error(Code::BadUrl, written.location(file), message!("nobody can open `{text}`", text), help);
    }
    links
}

fn whatsapp_address(number: &str) -> Option<String> {
    PhoneNumber::parse(number).filter(|_| number.starts_with('+'))?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Some(format!("https://wa.me/{digits}"))
}

fn telegram_address(name: &str) -> Option<String> {
    let name = name.trim_start_matches('@');
    let fits = (4..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    fits.then(|| format!("https://t.me/{name}"))
}

fn facebook_address(name: &str) -> Option<String> {
    let name = name.trim_start_matches('@');
    let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    fits.then(|| format!("https://www.facebook.com/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_make_addresses() {
        assert_eq!(whatsapp_address("+223 95 15 83 46").as_deref(), Some("https://wa.me/22395158346"));
        assert_eq!(whatsapp_address("95 15 83 46"), None);
        assert_eq!(telegram_address("@example_bot").as_deref(), Some("https://t.me/example_bot"));
        assert_eq!(telegram_address("a b"), None);
        assert_eq!(facebook_address("example.org").as_deref(), Some("https://www.facebook.com/example.org"));
        assert_eq!(facebook_address("example/../x"), None);
    }
}
