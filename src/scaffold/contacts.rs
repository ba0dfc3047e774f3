//! Phone numbers, e-mail addresses and web addresses in a document.

use phonelib::PhoneNumber;

use super::document::{Block, Document, LeftOut, Style, Words};

/// The most of a kind that are named.
const NAMED_MAX: usize = 8;
/// Digits of a phone number, with the country's code (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What looks like a way to reach the organisation, each once, in the order of the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contacts {
    /// Numbers with `+` and the country's code that can be dialled.
    pub(super) phones: Vec<String>,
    pub(super) emails: Vec<String>,
    /// Web addresses.
    pub(super) sites: Vec<String>,
}

impl Contacts {
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.phones.iter().chain(&self.emails).chain(&self.sites)
    }
}

/// Looks through the text, and through what is left out of it: a page's foot says how to reach people.
pub(super) fn find(document: &Document) -> Contacts {
    let mut found = Contacts::default();
    for block in &document.blocks {
        add(&mut found, &block.to_plain());
        for address in words_of(block).into_iter().flat_map(|words| &words.0).filter_map(|run| match &run.style {
            Some(Style::Link(address)) => Some(address),
            _ => None,
        }) {
            push(&mut found.sites, address);
        }
    }
    for left_out in &document.left_out {
        match left_out {
            LeftOut::Part(_, words) => add(&mut found, words),
            LeftOut::Link(_, address) => {
                let address = address.trim_start_matches("mailto:").trim_start_matches("tel:");
                add(&mut found, address.split('?').next().unwrap_or_default());
            }
            _ => {}
        }
    }
    found
}

fn words_of(block: &Block) -> Vec<&Words> {
    match block {
        Block::Heading(_, words) | Block::Paragraph(words) | Block::Quote(words) | Block::Item { words, .. } => {
            vec![words]
        }
        Block::Code(_) => Vec::new(),
        Block::Table(rows) => rows.iter().flatten().collect(),
    }
}

fn push(list: &mut Vec<String>, text: &str) {
    if list.len() < NAMED_MAX && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

fn add(found: &mut Contacts, text: &str) {
    for word in text.split(|c: char| c.is_whitespace() || "<>()[],;|/\"".contains(c)) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_email(word) {
            push(&mut found.emails, word);
        }
    }
    for word in text.split_whitespace() {
        let start = ["https://", "http://", "www."].iter().filter_map(|scheme| word.find(scheme)).min();
        if let Some(start) = start {
            let address = word[start..].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
            push(&mut found.sites, address);
        }
    }
    for (at, _) in text.match_indices('+') {
        let is_in_number = |c: &char| c.is_ascii_digit() || " .-()\u{a0}\u{202f}".contains(*c);
        let run: String = text[at + 1..].chars().take_while(is_in_number).collect();
        // Groups behind each other are one number, as long as it can be dialled.
        let groups: Vec<&str> = run.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        let number = (1..=groups.len()).rev().map(|count| format!("+{}", groups[..count].join(" "))).find(|number| {
            DIGITS.contains(&number.bytes().filter(u8::is_ascii_digit).count()) && PhoneNumber::parse(number).is_some()
        });
        if let Some(number) = number {
            push(&mut found.phones, &number);
        }
    }
}

fn is_email(word: &str) -> bool {
    let Some((name, host)) = word.split_once('@') else { return false };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name && labels.len() > 1 && labels.iter().all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_found_in_running_text() {
        let mut found = Contacts::default();
        add(
            &mut found,
            "Call +223 20 22 18 48/ 95 15 83 46 or +44 (0)20 7946 0958, write to well@example.org. See www.example.org/a.",
        );
        add(&mut found, "5 + 3 = 8, @home, a@b, +223 20 22 18 48");
        assert_eq!(found.emails, ["well@example.org"]);
        assert_eq!(found.sites, ["www.example.org/a"]);
        assert_eq!(found.phones[0], "+223 20 22 18 48");
    }
}
