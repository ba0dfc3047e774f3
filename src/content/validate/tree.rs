//! The tree of sections: nested tables become a list in reading order, each section before those below it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

use super::characters;
use crate::content::schema::{RawSection, RawSectionContact, Spanned};
use crate::content::{CHILDREN_MAX, Contact, ContactId, DEPTH_MAX, ID_MAX, Section, SectionId, SectionText, Siblings};
use crate::diag::{Code, Location, Report, Source, did_you_mean};

/// Buttons of a contact on a page with as many sections as it can have; the rest of Telegram's 100 are the ways on.
const CONTACT_BUTTONS_MAX: usize = 10;

/// The sections before their texts are known.
pub(super) struct Tree<'a> {
    /// In reading order: each section before those below it.
    pub(super) nodes: Vec<Node<'a>>,
    /// The sections under home.
    pub(super) top: Vec<SectionId>,
    pub(super) by_id: HashMap<Box<str>, SectionId>,
}

impl<'a> Tree<'a> {
    /// All sections, each before those below it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SectionId, &Node<'a>)> {
        self.nodes.iter().enumerate().map(|(i, node)| (SectionId(i), node))
    }
}

/// A section before its texts are known.
pub(super) struct Node<'a> {
    pub(super) id: Box<str>,
    pub(super) emoji: &'a str,
    pub(super) command: Option<&'a Spanned<String>>,
    pub(super) parent: Option<SectionId>,
    pub(super) span: Range<usize>,
    children: Vec<SectionId>,
    siblings: Siblings,
    contact: Option<ContactId>,
}

impl Node<'_> {
    pub(super) fn into_section(self, texts: Vec<SectionText>) -> Section {
        let Node { id, parent, children, siblings, contact, .. } = self;
        Section { id, parent, children, siblings, contact, texts }
    }
}

/// The nested sections of `palabre.toml` as a tree.
pub(super) fn validate<'a>(
    file: &Source,
    sections: &'a [RawSection],
    contacts: &[Contact],
    report: &mut Report,
) -> Tree<'a> {
    if sections.is_empty() {
        report.error(
            Code::MissingKey,
            Location::file(&file.path),
            "there are no sections",
            "add `sections = [ { id = \"contact\", emoji = \"📞\" } ]` at the top of the file",
        );
    }
    let mut flattening = Flattening { file, contacts, report, nodes: Vec::new(), seen: HashSet::new() };
    let top = flattening.level(sections, None, 1);
    let nodes = flattening.nodes;
    let by_id = nodes.iter().enumerate().map(|(i, node)| (node.id.clone(), SectionId(i))).collect();
    Tree { nodes, top, by_id }
}

struct Flattening<'a, 'f, 'r> {
    file: &'f Source,
    contacts: &'f [Contact],
    report: &'r mut Report,
    nodes: Vec<Node<'a>>,
    seen: HashSet<&'a str>,
}

impl<'a> Flattening<'a, '_, '_> {
    fn level(&mut self, sections: &'a [RawSection], parent: Option<SectionId>, depth: usize) -> Vec<SectionId> {
        let mut ids: Vec<SectionId> = Vec::new();
        for raw in sections {
            let Some(id) = raw.id.as_ref().filter(|id| self.id(id)) else { continue };
            let section = SectionId(self.nodes.len());
            if depth > DEPTH_MAX {
                self.error(
                    Code::TreeTooDeep,
                    id,
                    format!("`{}` is on level {depth} of the tree", id.value),
                    "a tree has at most four levels: move it up",
                );
                continue;
            }
            let emoji = raw.emoji.as_ref().map_or("", |emoji| emoji.value.as_str());
            if let Some(written) = raw.emoji.as_ref().filter(|_| !is_emoji(emoji))
                && !characters::check_code(self.file, written, self.report)
            {
                let message = format!("`{emoji}` is not one emoji");
                self.error(Code::BadEmoji, written, message, "write one picture, as \"📞\"");
            }
            let contact = self.contact(raw.contact.as_ref());
            let siblings = Siblings { previous: ids.last().copied(), next: None };
            if let Some(previous) = siblings.previous {
                self.nodes[previous.index()].siblings.next = Some(section);
            }
            self.nodes.push(Node {
                id: id.value.as_str().into(),
                emoji,
                command: raw.command.as_ref(),
                parent,
                span: id.span.clone(),
                children: Vec::new(),
                siblings,
                contact,
            });
            ids.push(section);
            if ids.len() == CHILDREN_MAX + 1 {
                self.error(
                    Code::TooManyButtons,
                    id,
                    format!("more than {CHILDREN_MAX} sections stand on one page"),
                    "group them under sections of their own: Telegram shows at most 100 buttons under a message",
                );
            }
            let children = self.level(&raw.children, Some(section), depth + 1);
            let buttons = contact.map_or(0, |contact| self.contacts[contact.0].buttons());
            if children.len() <= CHILDREN_MAX && children.len() + buttons > CHILDREN_MAX + CONTACT_BUTTONS_MAX {
                self.error(
                    Code::TooManyButtons,
                    id,
                    format!("{} sections and {buttons} buttons of a contact stand on one page", children.len()),
                    "show the contact under a section of its own: Telegram shows at most 100 buttons under a message",
                );
            }
            self.nodes[section.index()].children = children;
        }
        ids
    }

    /// The contact that a section shows.
    fn contact(&mut self, written: Option<&RawSectionContact>) -> Option<ContactId> {
        let id = match written? {
            RawSectionContact::Main => return (!self.contacts.is_empty()).then_some(ContactId(0)),
            RawSectionContact::Named(id) => id,
        };
        let found = self.contacts.iter().position(|contact| *contact.id == *id.value);
        if found.is_none() && !characters::check_code(self.file, id, self.report) {
            let ids = || self.contacts.iter().map(|contact| &*contact.id);
            let help = match did_you_mean(&id.value, ids()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.contacts.is_empty() => format!("add a table [contacts.{}]", id.value),
                None => format!("the contacts are `{}`", ids().collect::<Vec<_>>().join("`, `")),
            };
            self.error(Code::UnknownContact, id, format!("there is no contact `{}`", id.value), &help);
        }
        found.map(ContactId)
    }

    fn id(&mut self, id: &'a Spanned<String>) -> bool {
        let fits = (1..=ID_MAX).contains(&id.value.len())
            && id.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if characters::check_code(self.file, id, self.report) {
            return false;
        }
        if !fits {
            let message = format!("the id `{}` does not fit into links and buttons", id.value);
            self.error(
                Code::BadId,
                id,
                message,
                "an id is 1 to 32 of a-z, 0-9 and _, so that callback data stays under 64 bytes",
            );
        } else if !self.seen.insert(&id.value) {
            self.error(
                Code::DuplicateId,
                id,
                format!("the id `{}` stands twice in the tree", id.value),
                "give one of the two another id",
            );
            return false;
        }
        fits
    }

    fn error(&mut self, code: Code, at: &Spanned<String>, message: String, help: &str) {
        self.report.error(code, at.location(self.file), message, help);
    }
}

/// One grapheme with an emoji in it. Digits and `#` are emoji only together with what makes them keycaps.
fn is_emoji(text: &str) -> bool {
    let one = text.graphemes(true).count() == 1;
    one && !text.is_ascii() && text.chars().any(|c| c.is_emoji_char())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: String, children: Vec<RawSection>) -> RawSection {
        let spanned = |value| Some(Spanned { value, span: 0..0 });
        RawSection { id: spanned(id), emoji: spanned("💧".into()), command: None, contact: None, children }
    }

    /// A tree that is as wide as a page allows, but at the top.
    fn wide(id: &str, depth: usize) -> Vec<RawSection> {
        let children = |id: &str| if depth == 1 { Vec::new() } else { wide(id, depth - 1) };
        let ids = (0..CHILDREN_MAX).map(|n| format!("{id}_{n}"));
        ids.map(|id| section(id.clone(), children(&id))).collect()
    }

    #[test]
    fn more_than_65_536_sections_are_all_there() {
        let top: Vec<RawSection> = (0..11).map(|n| section(format!("s{n}"), wide(&format!("s{n}"), 2))).collect();
        let file = Source { path: "palabre.toml".into(), text: String::new() };
        let mut report = Report::default();
        let tree = validate(&file, &top, &[], &mut report);
        assert!(report.diagnostics.is_empty());
        assert_eq!(tree.nodes.len(), 11 * (1 + 80 + 80 * 80));
        assert_eq!(tree.by_id.len(), tree.nodes.len());
        let last = &tree.nodes[tree.by_id["s10_79_79"].index()];
        assert_eq!(last.parent, Some(tree.by_id["s10_79"]));
        assert_eq!(last.siblings.previous, Some(tree.by_id["s10_79_78"]));
    }
}
