//! What says something else in another language: numbers, links and the items of lists. They are how wrong facts linger, when one
//! language is brought up to date and another is not.

use url::Url;

use super::Folder;
use super::tree::Tree;
use crate::content::{LangId, SectionText};
use crate::diag::{Code, Report};
use crate::folding::ascii_digit;
use crate::markup::{self, Placeholders, RichText, Style};
use crate::message;
use crate::messages::Message;

/// A number up to this one may be a word in another language: "trois" and "3".
const WORD_MAX: u64 = 12;

/// Compares each text with that of the first language that has the section.
pub(super) fn check(tree: &Tree<'_>, folders: &[Folder<'_>], texts: &[Vec<SectionText>], report: &mut Report) {
    for (node, texts) in tree.nodes.iter().zip(texts) {
        // A language without words of its own has those of another.
        let own = (0..).map(LangId).zip(texts).filter(|(language, text)| text.language == *language);
        let mut bodies = own.filter_map(|(language, _)| {
            let folder = &folders[language.0];
            let (file, raw) = folder.texts.iter().find(|(_, raw)| *raw.id.value == *node.id)?;
            Some((folder, *file, raw.body.as_ref()?))
        });
        let Some((first, _, reference)) = bodies.next() else { continue };
        let reference = Facts::of(&reference.value);
        for (_, file, body) in bodies {
            let differences = Facts::of(&body.value).differences(&reference);
            if differences.is_empty() {
                continue;
            }
            report.warning(
                Code::OtherFacts,
                body.location(file),
                message!(
                    "`{id}` says something else than in `{language}`: {differences}",
                    id = node.id,
                    language = first.tag,
                    differences = Message::joined(differences, "; ")
                ),
                message!("compare the two, sentence by sentence"),
            );
        }
    }
}

/// Placeholders stand for the same facts in every language, whose words may have other numbers: opening hours, labels of phones.
struct NoFacts;

impl Placeholders for NoFacts {
    fn text(&self, _: &str) -> Option<RichText> {
        Some(RichText::default())
    }

    fn address(&self, _: &str) -> Option<String> {
        None
    }
}

/// What should be the same in every language.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    numbers: Vec<String>,
    hosts: Vec<String>,
    items: usize,
}

impl Facts {
    fn of(body: &str) -> Self {
        let (text, _) = markup::parse(body, &NoFacts);
        let links = text.spans().iter().filter_map(|span| match &span.style {
            Style::Link(address) => Url::parse(address).ok(),
            _ => None,
        });
        let mut hosts: Vec<String> = links.filter_map(|link| link.host_str().map(str::to_owned)).collect();
        let mut numbers = numbers(text.as_str());
        numbers.sort();
        hosts.sort();
        Self { numbers, hosts, items: text.as_str().lines().filter(|line| is_item(line)).count() }
    }

    /// What is not as in the reference, in words.
    fn differences(&self, reference: &Self) -> Vec<Message> {
        let mut differences = Vec::new();
        let (here, there) = (without(&self.numbers, &reference.numbers), without(&reference.numbers, &self.numbers));
        let are_words = |numbers: &[String]| {
            numbers.iter().all(|number| number.parse::<u64>().is_ok_and(|number| number <= WORD_MAX))
        };
        let may_be_words = (here.is_empty() && are_words(&there)) || (there.is_empty() && are_words(&here));
        if !may_be_words {
            differences.push(message!("the numbers {here}, not {there}", here = list(&here), there = list(&there)));
        }
        if self.hosts != reference.hosts {
            let (here, there) = (without(&self.hosts, &reference.hosts), without(&reference.hosts, &self.hosts));
            differences.push(message!("links to {here}, not {there}", here = list(&here), there = list(&there)));
        }
        if self.items != reference.items {
            differences.push(message!("{here} list items, not {there}", here = self.items, there = reference.items));
        }
        differences
    }
}

/// The numbers of a text, written the same way: without what divides their groups of three digits, and without leading zeros. The
/// minutes of a full hour are left out.
fn numbers(text: &str) -> Vec<String> {
    let text: &str = &text.chars().map(|c| ascii_digit(c).unwrap_or(c)).collect::<String>();
    let mut groups: Vec<(usize, &str)> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = &rest[start..];
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        groups.push((text.len() - digits.len(), &digits[..length]));
        rest = &digits[length..];
    }
    let mut numbers: Vec<String> = Vec::new();
    let mut end = None;
    for (at, digits) in groups {
        let between = end.and_then(|end| text.get(end..at));
        let divides = matches!(between, Some(" " | "\u{a0}" | "\u{202f}" | "," | "." | "’" | "'" | "٬"));
        match numbers.last_mut() {
            Some(number) if divides && digits.len() == 3 => number.push_str(digits),
            _ => numbers.push(digits.to_owned()),
        }
        end = Some(at + digits.len());
    }
    let plain = |number: String| number.trim_start_matches('0').to_owned();
    numbers.into_iter().map(plain).filter(|number| !number.is_empty()).collect()
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let words = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['•', '◦'])
        || (words.len() < line.len() && [". ", ") "].iter().any(|sign| words.starts_with(sign)))
}

/// What one list has more than another.
fn without(list: &[String], other: &[String]) -> Vec<String> {
    let mut other = other.to_vec();
    let mut rest = Vec::new();
    for entry in list {
        match other.iter().position(|known| known == entry) {
            Some(at) => drop(other.swap_remove(at)),
            None => rest.push(entry.clone()),
        }
    }
    rest
}

fn list(entries: &[String]) -> Message {
    if entries.is_empty() { message!("none") } else { Message::verbatim(entries.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Locale;

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        for text in [
            "12 000 F en 2016, de 8 h à 12h30",
            "١٢٬٠٠٠ ٢٠١٦ ٨ ١٢ ٣٠",
            "12,000 F in 2016, from 08:00 to 12:30",
            "12.000 2016 8 12 30",
        ] {
            assert_eq!(numbers(text), ["12000", "2016", "8", "12", "30"], "{text}");
        }
    }

    #[test]
    fn what_differs_is_named() {
        let facts = |text: &str| Facts::of(text);
        let check = |here, there, expected: &[&str]| {
            let differences = facts(here).differences(&facts(there));
            let differences: Vec<String> = differences.iter().map(|d| d.to_text(Locale::English)).collect();
            assert_eq!(differences, expected);
        };
        check("5 offices since 2016", "5 bureaux depuis 2016", &[]);
        check("three offices", "3 bureaux", &[]);
        check("4 offices", "3 bureaux", &["the numbers 4, not 3"]);
        check("in 2017", "en 2016", &["the numbers 2017, not 2016"]);
        check("open", "ouvert en 2016", &["the numbers none, not 2016"]);
        check("call {phones} 2016", "appelez 2016", &[]);
        check("• a\n• b", "• a\n• b\n• c", &["2 list items, not 3"]);
    }
}
