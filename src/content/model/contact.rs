//! Ways to reach the organisation: phone numbers, e-mail addresses, an address, hours, a place on the map, links.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Hours, LangId, Opening, PerLanguage};

/// One office, service or person and how to reach them.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The id, as it stands in callback data: 1 to [`ID_MAX`](crate::content::ID_MAX) of `a-z0-9_`.
    pub id: Box<str>,
    /// The name on a contact card: at most [`NAME_MAX`](crate::content::NAME_MAX) characters.
    pub name: PerLanguage,
    /// The phone numbers.
    pub phones: Vec<Phone>,
    /// The e-mail addresses.
    pub emails: Vec<Email>,
    /// The postal address, 1 to 256 characters, if there is one.
    pub address: Option<PerLanguage>,
    /// The opening hours; empty when none are known.
    pub hours: Hours,
    /// The time zone of the hours, if it is known.
    pub(in crate::content) time_zone: Option<TimeZone>,
    /// Where it is, if that is known.
    pub location: Option<Location>,
    /// Pages on the web.
    pub links: Vec<ContactLink>,
}

/// A phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// As people dial it from abroad (`+44 20 7946 0958`), or within the country, if it is a short code (`36061`).
    pub number: Box<str>,
    /// The digits to dial once somebody has answered.
    pub extension: Option<Box<str>>,
    /// Whose number it is.
    pub label: Option<PerLanguage>,
}

impl Phone {
    /// Whether it can be dialled from abroad.
    #[must_use]
    pub fn is_international(&self) -> bool {
        self.number.starts_with('+')
    }

    /// As people read it: `+44 20 7946 0958 ext. 12` (ITU-T E.123).
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.extension {
            Some(extension) => format!("{} ext. {extension}", self.number),
            None => self.number.to_string(),
        }
    }

    /// As a phone dials it: at the comma it waits before it goes on with the extension.
    #[must_use]
    pub fn dialled(&self) -> String {
        match &self.extension {
            Some(extension) => format!("{},{extension}", self.number),
            None => self.number.to_string(),
        }
    }
}

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// `name@example.org`: at most 254 characters (RFC 5321).
    pub address: Box<str>,
    /// Whose address it is.
    pub label: Option<PerLanguage>,
}

/// A place on the map, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// -90 to 90, northwards.
    pub latitude: f64,
    /// -180 to 180, eastwards.
    pub longitude: f64,
}

impl Location {
    /// A page that shows it on a map.
    #[must_use]
    pub fn map_url(self) -> String {
        let Self { latitude, longitude } = self;
        format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}")
    }
}

/// A page on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactLink {
    /// What it leads to.
    pub kind: ContactLinkKind,
    /// Its web address.
    pub url: Box<str>,
}

/// What a link of a contact leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactLinkKind {
    /// A website; the interface says what it is called.
    Website,
    /// A chat on WhatsApp.
    WhatsApp,
    /// A chat, group or channel on Telegram.
    Telegram,
    /// A page on Facebook.
    Facebook,
}

impl Contact {
    /// Whether it is open at a moment, given as the time since 1970; `None` when its hours or its time zone are not known, or it
    /// never closes.
    #[must_use]
    pub fn opening(&self, now: Duration) -> Option<Opening> {
        self.hours.opening_at(self.time_zone.as_ref()?, now)
    }

    /// The buttons that it has under a section.
    pub(in crate::content) fn buttons(&self) -> usize {
        let place = if self.location.is_some() { 2 } else { 0 };
        let one = usize::from(self.address.is_some()) + usize::from(!self.phones.is_empty());
        self.phones.len() + self.emails.len() + place + one + self.links.len()
    }

    /// The contact as a vCard 3.0 (RFC 2426), at most [`VCARD_MAX`](crate::content::VCARD_MAX) bytes. Labels are written as
    /// Apple's address book began to, and others read: a group and its `X-ABLabel`.
    #[must_use]
    pub fn vcard(&self, lang: LangId) -> String {
        let escape =
            |text: &str| text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n");
        let name = escape(self.name.get(lang));
        let mut vcard = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nORG:{name}\r\n");
        let mut groups = 0;
        let mut labelled = |property: String, label: Option<&PerLanguage>| match label {
            None => property + "\r\n",
            Some(label) => {
                groups += 1;
                format!("item{groups}.{property}\r\nitem{groups}.X-ABLabel:{}\r\n", escape(label.get(lang)))
            }
        };
        for phone in &self.phones {
            let digits: String = phone.dialled().chars().filter(|c| c.is_ascii_digit() || "+,".contains(*c)).collect();
            vcard.push_str(&labelled(format!("TEL;TYPE=WORK,VOICE:{digits}"), phone.label.as_ref()));
        }
        for Email { address, label } in &self.emails {
            vcard.push_str(&labelled(format!("EMAIL;TYPE=INTERNET:{}", escape(address)), label.as_ref()));
        }
        if let Some(address) = &self.address {
            vcard.push_str(&format!("ADR;TYPE=WORK:;;{};;;;\r\n", escape(address.get(lang))));
        }
        if let Some(Location { latitude, longitude }) = self.location {
            vcard.push_str(&format!("GEO:{latitude};{longitude}\r\n"));
        }
        for link in &self.links {
            vcard.push_str(&format!("URL:{}\r\n", link.url));
        }
        vcard.push_str("END:VCARD");
        vcard
    }
}
