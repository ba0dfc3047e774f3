//! The organisation's phone numbers, address and contact card.

/// How to reach the organisation.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// The name on a contact card.
    pub name: Box<str>,
    /// Phone numbers as people dial them from abroad (`+44 20 7946 0958`).
    pub phones: Vec<Box<str>>,
    /// The postal address, 1 to 256 characters; empty when there is none.
    pub address: Box<str>,
}

impl Contact {
    /// The contact as a vCard 3.0 (RFC 2426), at most [`VCARD_MAX`](crate::content::VCARD_MAX) bytes.
    #[must_use]
    pub fn vcard(&self) -> String {
        let escape =
            |text: &str| text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n");
        let name = escape(&self.name);
        let mut vcard = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nORG:{name}\r\n");
        for phone in &self.phones {
            let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            vcard.push_str(&format!("TEL;TYPE=WORK,VOICE:{digits}\r\n"));
        }
        if !self.address.is_empty() {
            vcard.push_str(&format!("ADR;TYPE=WORK:;;{};;;;\r\n", escape(&self.address)));
        }
        vcard.push_str("END:VCARD");
        vcard
    }
}
