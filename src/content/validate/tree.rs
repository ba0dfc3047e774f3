//! The tree of sections: nested tables become a list in reading order, each section before those below it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use chrono::NaiveDate;
use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

use super::characters;
use super::id::{self, is_id};
use crate::content::edition::{Edition, Period};
use crate::content::schema::{RawSection, RawSectionContact, Spanned};
use crate::content::{
    CHILDREN_MAX, Calendar, Contact, ContactId, DEPTH_MAX, LinkButton, PerLanguage, Section, SectionId, SectionText,
    Siblings,
};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::message;
use crate::messages::Message;

/// Buttons of a contact on a page with as many sections as it can have; the rest of Telegram's 100 are the ways on.
const CONTACT_BUTTONS_MAX: usize = 10;

/// The sections before their texts are known.
pub(super) struct Tree<'a> {
    /// In reading order: each section before those below it.
    pub(super) nodes: Vec<Node<'a>>,
    /// The sections under home.
    pub(super) top: Vec<SectionId>,
    pub(super) by_id: HashMap<Box<str>, SectionId>,
    /// The ids that sections had before.
    pub(super) by_old_id: HashMap<Box<str>, SectionId>,
}

impl<'a> Tree<'a> {
    /// The sections, each before those below it, with the menus that they make.
    fn new(mut nodes: Vec<Node<'a>>) -> Self {
        let (mut top, mut children) = (Vec::new(), vec![Vec::new(); nodes.len()]);
        let ids = || (0..nodes.len()).map(SectionId);
        for (section, node) in ids().zip(&nodes).filter(|(_, node)| node.is_on_menu()) {
            node.parent.map_or(&mut top, |parent| &mut children[parent.index()]).push(section);
        }
        let by_id = ids().zip(&nodes).map(|(section, node)| (node.id.clone(), section)).collect();
        let old_ids = |node: &Node<'a>| node.raw.was.iter().map(|id| id.value.as_str().into());
        let by_old_id = ids().zip(&nodes).flat_map(|(section, node)| old_ids(node).map(move |id| (id, section)));
        let by_old_id = by_old_id.collect();
        for menu in children.iter().chain([&top]) {
            for (&previous, &next) in menu.iter().zip(menu.iter().skip(1)) {
                nodes[previous.index()].siblings.next = Some(next);
                nodes[next.index()].siblings.previous = Some(previous);
            }
        }
        nodes.iter_mut().zip(children).for_each(|(node, children)| node.children = children);
        Self { nodes, top, by_id, by_old_id }
    }

    /// The days on which sections come and go.
    pub(super) fn calendar(&self, day: NaiveDate) -> Calendar {
        Calendar::new(day, self.nodes.iter().map(|node| node.period))
    }

    /// Whether there are days, or editions, without some of the sections.
    pub(super) fn is_partly_hidden(&self) -> bool {
        self.nodes.iter().any(|node| node.raw.draft || node.period != Period::default())
    }

    /// The part of the tree that an edition has: what is below a section that it lacks is not there either.
    pub(super) fn edition(&self, edition: Edition) -> Self {
        let mut kept: Vec<Option<SectionId>> = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::new();
        for node in &self.nodes {
            let parent = node.parent.map(|parent| kept[parent.index()]);
            let has_parent = parent != Some(None);
            let is_there = has_parent && edition.has(node.raw.draft, node.period);
            kept.push(is_there.then_some(SectionId(nodes.len())));
            if is_there {
                nodes.push(Node {
                    parent: parent.flatten(),
                    children: Vec::new(),
                    siblings: Siblings::default(),
                    ..node.clone()
                });
            }
        }
        Self::new(nodes)
    }

    /// The nearest section above this one of another edition that is in this one; `None` when home is.
    pub(super) fn nearest_above(&self, whole: &Tree<'_>, section: SectionId) -> Option<SectionId> {
        let above =
            std::iter::successors(whole.nodes[section.index()].parent, |above| whole.nodes[above.index()].parent);
        above.into_iter().find_map(|above| self.by_id.get(&whole.nodes[above.index()].id).copied())
    }

    /// All sections, each before those below it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SectionId, &Node<'a>)> {
        self.nodes.iter().enumerate().map(|(i, node)| (SectionId(i), node))
    }
}

/// A section before its texts are known.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) id: Box<str>,
    pub(super) emoji: &'a str,
    pub(super) raw: &'a RawSection,
    pub(super) parent: Option<SectionId>,
    pub(super) span: Range<usize>,
    /// Whether lists of all sections show it: neither it nor a section above is left out of them.
    is_listed: bool,
    period: Period,
    children: Vec<SectionId>,
    siblings: Siblings,
    contact: Option<ContactId>,
}

impl Node<'_> {
    /// Whether the menu of its parent shows it. Who has found the parent of unlisted sections sees those below it.
    pub(super) fn is_on_menu(&self) -> bool {
        self.raw.listed != Some(false)
    }

    pub(super) fn section(
        &self,
        texts: Vec<SectionText>,
        links: Vec<LinkButton>,
        facts: Option<PerLanguage>,
    ) -> Section {
        let Node { id, parent, children, siblings, is_listed, contact, .. } = self.clone();
        Section { id, parent, children, siblings, is_listed, contact, links, facts, texts }
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
            message!("there are no sections"),
            message!("add `sections = [ {{ id = \"contact\", emoji = \"📞\" }} ]` at the top of the file"),
        );
    }
    let mut flattening = Flattening { file, contacts, report, nodes: Vec::new(), seen: HashSet::new() };
    flattening.level(sections, None, 1);
    let Flattening { nodes, seen, .. } = flattening;
    old_ids(file, &nodes, seen, report);
    Tree::new(nodes)
}

/// Reports old ids that lead to two sections or to none.
fn old_ids<'a>(file: &Source, nodes: &[Node<'a>], ids: HashSet<&'a str>, report: &mut Report) {
    let mut old_ids: HashMap<&str, &str> = HashMap::new();
    for node in nodes {
        for old in &node.raw.was {
            if characters::check_code(file, old, report) {
                continue;
            }
            let name = old.value.as_str();
            let (code, message, help) = if !is_id(name) {
                (Code::BadId, message!("the id `{name}` never stood in a link", name), id::help())
            } else if ids.contains(name) {
                let message = message!("`{name}` is the id of a section: its links lead there", name);
                (Code::DuplicateId, message, message!("leave it out, or give that section another id"))
            } else if let Some(other) = old_ids.insert(name, &node.id) {
                let message = message!("the old id `{name}` stands under `{other}` already", name, other);
                (Code::DuplicateId, message, message!("a link leads to one section: keep it there or here"))
            } else {
                continue;
            };
            report.error(code, old.location(file), message, help);
        }
    }
}

/// Reports sections that are over on a day.
pub(super) fn check_dates(file: &Source, tree: &Tree<'_>, day: NaiveDate, report: &mut Report) {
    for node in &tree.nodes {
        if let (Some(until), Some(written)) = (node.period.until, &node.raw.until)
            && until < day
        {
            report.warning(
                Code::IsOver,
                written.location(file),
                message!("the section `{id}` is over since {until}: nobody sees it", id = node.id, until),
                message!(
                    "give it another day, or take it out; its `id` under `was` of another section keeps its links"
                ),
            );
        }
    }
}

/// The days on which a section is there.
fn period(file: &Source, raw: &RawSection, report: &mut Report) -> Period {
    let mut day = |written: &Option<Spanned<String>>| {
        let written = written.as_ref()?;
        let day = NaiveDate::parse_from_str(&written.value, "%Y-%m-%d").ok().filter(|_| written.value.len() == 10);
        if day.is_none() && !characters::check_code(file, written, report) {
            let message = message!("`{written}` is not a day", written = written.value);
            report.error(
                Code::BadDate,
                written.location(file),
                message,
                message!("write year, month and day, as 2026-12-01"),
            );
        }
        day
    };
    let period = Period { from: day(&raw.from), until: day(&raw.until) };
    if let (Some(from), Some(until), Some(written)) = (period.from, period.until, &raw.until)
        && until < from
    {
        let message = message!("it is over on {until}, before it begins on {from}", until, from);
        report.error(
            Code::BadDate,
            written.location(file),
            message,
            message!("`until` is the last day on which it is shown"),
        );
    }
    period
}

struct Flattening<'a, 'f, 'r> {
    file: &'f Source,
    contacts: &'f [Contact],
    report: &'r mut Report,
    nodes: Vec<Node<'a>>,
    seen: HashSet<&'a str>,
}

impl<'a> Flattening<'a, '_, '_> {
    fn level(&mut self, sections: &'a [RawSection], parent: Option<SectionId>, depth: usize) {
        let mut count = 0;
        let mut emoji_of_page: HashMap<&str, &str> = HashMap::new();
        for raw in sections {
            let Some(id) = raw.id.as_ref().filter(|id| self.id(id)) else { continue };
            let section = SectionId(self.nodes.len());
            if depth > DEPTH_MAX {
                self.error(
                    Code::TreeTooDeep,
                    id,
                    message!("`{id}` is on level {depth} of the tree", id = id.value, depth),
                    message!("a tree has at most four levels: move it up"),
                );
                continue;
            }
            let emoji = raw.emoji.as_ref().map_or("", |emoji| emoji.value.as_str());
            if let Some(written) = raw.emoji.as_ref().filter(|_| !is_emoji(emoji))
                && !characters::check_code(self.file, written, self.report)
            {
                let message = message!("`{emoji}` is not one emoji", emoji);
                self.error(Code::BadEmoji, written, message, message!("write one picture, as \"📞\""));
            }
            if let Some(other) = emoji_of_page.insert(emoji, &id.value)
                && let Some(written) = raw.emoji.as_ref()
                && raw.listed != Some(false)
            {
                self.report.warning(
                    Code::DuplicateEmoji,
                    written.location(self.file),
                    message!("`{other}` has the same emoji, on the same page", other),
                    message!("give one of the two another: who does not read tells the buttons apart by them"),
                );
            }
            let is_parent_listed = parent.is_none_or(|parent| self.nodes[parent.index()].is_listed);
            let period = period(self.file, raw, self.report);
            let contact = self.contact(raw.contact.as_ref());
            self.nodes.push(Node {
                id: id.value.as_str().into(),
                emoji,
                raw,
                parent,
                span: id.span.clone(),
                is_listed: is_parent_listed && raw.listed != Some(false),
                period,
                children: Vec::new(),
                siblings: Siblings::default(),
                contact,
            });
            count += 1;
            if count == CHILDREN_MAX + 1 {
                self.error(
                    Code::TooManyButtons,
                    id,
                    message!("more than {max} sections stand on one page", max = CHILDREN_MAX),
                    message!(
                        "group them under sections of their own: Telegram shows at most 100 buttons under a message"
                    ),
                );
            }
            self.level(&raw.children, Some(section), depth + 1);
            let buttons = contact.map_or(0, |contact| self.contacts[contact.0].buttons());
            let below = raw.children.len();
            if below <= CHILDREN_MAX && below + buttons > CHILDREN_MAX + CONTACT_BUTTONS_MAX {
                self.error(
                    Code::TooManyButtons,
                    id,
                    message!("{below} sections and {buttons} buttons of a contact stand on one page", below, buttons),
                    message!("show the contact under a section of its own: Telegram shows at most 100 buttons under a message"),);
            }
        }
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
                Some(near) => message!("did you mean `{near}`?", near),
                None if self.contacts.is_empty() => message!("add a table [contacts.{id}]", id = id.value),
                None => message!("the contacts are `{ids}`", ids = ids().collect::<Vec<_>>().join("`, `")),
            };
            self.error(Code::UnknownContact, id, message!("there is no contact `{id}`", id = id.value), help);
        }
        found.map(ContactId)
    }

    fn id(&mut self, id: &'a Spanned<String>) -> bool {
        let fits = is_id(&id.value);
        if characters::check_code(self.file, id, self.report) {
            return false;
        }
        if !fits {
            let message = message!("the id `{id}` does not fit into links and buttons", id = id.value);
            self.error(Code::BadId, id, message, id::help());
        } else if !self.seen.insert(&id.value) {
            self.error(
                Code::DuplicateId,
                id,
                message!("the id `{id}` stands twice in the tree", id = id.value),
                message!("give one of the two another id"),
            );
            return false;
        }
        fits
    }

    fn error(&mut self, code: Code, at: &Spanned<String>, message: Message, help: Message) {
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
        RawSection { id: spanned(id), emoji: spanned("💧".into()), children, ..RawSection::default() }
    }

    /// A tree that is as wide as a page allows, but at the top.
    fn wide(id: &str, depth: usize) -> Vec<RawSection> {
        let children = |id: &str| if depth == 1 { Vec::new() } else { wide(id, depth - 1) };
        let ids = (0..CHILDREN_MAX).map(|n| format!("{id}_{n}"));
        ids.map(|id| section(id.clone(), children(&id))).collect()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn what_is_below_an_unlisted_section_stands_on_its_menu_and_in_no_list() {
        let below = vec![section("below".into(), Vec::new())];
        let unlisted = RawSection { listed: Some(false), ..section("unlisted".into(), below) };
        let sections = [section("first".into(), Vec::new()), unlisted, section("last".into(), Vec::new())];
        let file = Source { path: "palabre.toml".into(), text: String::new() };
        let tree = validate(&file, &sections, &[], &mut Report::default());
        let node = |id: &str| &tree.nodes[tree.by_id[id].index()];
        assert_eq!(tree.top, [tree.by_id["first"], tree.by_id["last"]]);
        assert_eq!(node("first").siblings.next, Some(tree.by_id["last"]));
        assert_eq!(node("unlisted").children, [tree.by_id["below"]]);
        let listed: Vec<&str> = tree.nodes.iter().filter(|node| node.is_listed).map(|node| &*node.id).collect();
        assert_eq!(listed, ["first", "last"]);
    }

    #[test]
    fn an_edition_lacks_what_is_below_a_section_that_it_lacks() {
        let leaf = |id: &str| section(id.into(), Vec::new());
        let branch = RawSection { draft: true, ..section("branch".into(), vec![leaf("leaf")]) };
        let sections = [section("root".into(), vec![leaf("before"), branch, leaf("behind")])];
        let file = Source { path: "palabre.toml".into(), text: String::new() };
        let whole = validate(&file, &sections, &[], &mut Report::default());
        let shown = whole.edition(day("2026-12-01").into());
        let ids: Vec<&str> = shown.nodes.iter().map(|node| &*node.id).collect();
        assert_eq!(ids, ["root", "before", "behind"]);
        assert_eq!(shown.nodes[1].siblings.next, Some(shown.by_id["behind"]));
        assert_eq!(shown.nodes[0].children, [shown.by_id["before"], shown.by_id["behind"]]);
        assert_eq!(shown.nearest_above(&whole, whole.by_id["leaf"]), Some(shown.by_id["root"]));
    }

    #[test]
    fn more_than_65_536_sections_are_all_there() {
        let top: Vec<RawSection> = (0..11).map(|n| section(format!("s{n}"), wide(&format!("s{n}"), 2))).collect();
        let file = Source { path: "palabre.toml".into(), text: String::new() };
        let mut report = Report::default();
        let tree = validate(&file, &top, &[], &mut report);
        assert!(report.diagnostics.iter().all(|problem| problem.code == Code::DuplicateEmoji));
        assert_eq!(tree.nodes.len(), 11 * (1 + 80 + 80 * 80));
        assert_eq!(tree.by_id.len(), tree.nodes.len());
        let last = &tree.nodes[tree.by_id["s10_79_79"].index()];
        assert_eq!(last.parent, Some(tree.by_id["s10_79"]));
        assert_eq!(last.siblings.previous, Some(tree.by_id["s10_79_78"]));
    }
}
