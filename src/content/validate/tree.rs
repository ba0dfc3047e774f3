//! The tree of sections: nested tables become a list in reading order, each section before those below it.

use std::collections::HashMap;
use std::ops::Range;

use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

use super::{At, Code, File, Place, Report, SectionId};
use crate::content::schema::RawSection;
use crate::content::{CHILDREN_MAX, DEPTH_MAX, ID_MAX, Section, Siblings, Words};

/// A section before its words are known.
pub(super) struct Node<'a> {
    pub(super) id: Box<str>,
    pub(super) emoji: &'a str,
    pub(super) command: Option<&'a At<String>>,
    pub(super) parent: Option<SectionId>,
    pub(super) span: Range<usize>,
    children: Vec<SectionId>,
    siblings: Siblings,
    contact: bool,
}

impl Node<'_> {
    pub(super) fn into_section(self, words: Vec<Words>) -> Section {
        let Node { id, parent, children, siblings, contact, .. } = self;
        Section { id, parent, children, siblings, contact, words }
    }
}

/// The nodes in reading order, and those under home.
pub(super) fn flatten<'a>(
    file: File<'_>,
    sections: &'a [RawSection],
    report: &mut Report,
) -> (Vec<Node<'a>>, Vec<SectionId>) {
    if sections.is_empty() {
        report.error(
            Code::MissingKey,
            Place::file(file.path),
            "there are no sections",
            "add `sections = [ { id = \"contact\", emoji = \"📞\" } ]` at the top of the file",
        );
    }
    let mut flat = Flat { file, report, nodes: Vec::new(), seen: HashMap::new() };
    let top = flat.level(sections, None, 1);
    (flat.nodes, top)
}

struct Flat<'a, 'f, 'r> {
    file: File<'f>,
    report: &'r mut Report,
    nodes: Vec<Node<'a>>,
    seen: HashMap<&'a str, ()>,
}

impl<'a> Flat<'a, '_, '_> {
    fn level(&mut self, sections: &'a [RawSection], parent: Option<SectionId>, depth: usize) -> Vec<SectionId> {
        let mut ids: Vec<SectionId> = Vec::new();
        for raw in sections {
            let Some(id) = raw.id.as_ref().filter(|id| self.id(id)) else { continue };
            let place = self.nodes.len();
            if place > usize::from(u16::MAX) {
                continue;
            }
            let section = SectionId(place as u16);
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
            if let Some(written) = raw.emoji.as_ref().filter(|_| !is_emoji(emoji)) {
                let message = format!("`{emoji}` is not one emoji");
                self.error(Code::BadEmoji, written, message, "write one picture, as \"📞\"");
            }
            let siblings = Siblings { previous: ids.last().copied(), next: None };
            if let Some(previous) = siblings.previous {
                self.nodes[usize::from(previous.0)].siblings.next = Some(section);
            }
            self.nodes.push(Node {
                id: id.value.as_str().into(),
                emoji,
                command: raw.command.as_ref(),
                parent,
                span: id.span.clone(),
                children: Vec::new(),
                siblings,
                contact: raw.contact,
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
            self.nodes[place].children = children;
        }
        ids
    }

    fn id(&mut self, id: &'a At<String>) -> bool {
        let fits = (1..=ID_MAX).contains(&id.value.len())
            && id.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            let message = format!("the id `{}` does not fit into links and buttons", id.value);
            self.error(
                Code::BadId,
                id,
                message,
                "an id is 1 to 32 of a-z, 0-9 and _, so that callback data stays under 64 bytes",
            );
        } else if self.seen.insert(&id.value, ()).is_some() {
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

    fn error(&mut self, code: Code, at: &At<String>, message: String, help: &str) {
        self.report.error(code, self.file.at(at), message, help);
    }
}

/// One grapheme with an emoji in it. Digits and `#` are emoji only together with what makes them keycaps.
fn is_emoji(text: &str) -> bool {
    let one = text.graphemes(true).count() == 1;
    one && !text.is_ascii() && text.chars().any(|c| c.is_emoji_char())
}
