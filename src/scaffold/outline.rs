//! A document as a tree of sections: which heading becomes a section, its id, title, summary and questions.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::ScaffoldError;
use super::body::bodies;
use super::document::{Block, Document, Words};
use super::first_tree::{ABOUT, CONTACT, FirstTree};
use super::section::EMOJI;
use super::templates;
use crate::content::{CHILDREN_MAX, DEPTH_MAX, ID_MAX, LABEL_MAX, SUMMARY_MAX, TITLE_MAX, ask_key, has_references};
use crate::lang::Tag;
use crate::markup::utf16_len;
use crate::message;
use crate::messages::Message;
use crate::search::plain_words;

/// The most sections that a message names.
const NAMED_MAX: usize = 30;
/// How words about contacts begin in the languages whose texts are ours, and in their neighbours (`contactez`, `contatti`).
const CONTACT_WORDS: [&str; 4] = ["contact", "contat", "kontakt", "اتصل"];
/// The most words of a heading that names the section with the contacts.
const CONTACT_WORDS_MAX: usize = 4;

/// A section with its words.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) emoji: &'static str,
    pub(super) title: String,
    /// A shorter title, where the title is too long for a button.
    pub(super) button: Option<String>,
    /// `None` where an editor has to write it.
    pub(super) summary: Option<String>,
    /// `None` where the document says nothing under its heading.
    pub(super) body: Option<String>,
    pub(super) ask: Vec<String>,
    pub(super) children: Vec<Section>,
}

impl Section {
    /// Does something with this section, then with those below it.
    pub(super) fn each(&self, act: &mut impl FnMut(&Section)) {
        act(self);
        self.children.iter().for_each(|child| child.each(act));
    }
}

/// The sections of a document, and what an editor has to decide about them.
#[derive(Default)]
pub(super) struct Outline {
    pub(super) sections: Vec<Section>,
    /// The ids of the sections that each decision is about.
    decisions: BTreeMap<Decision, Vec<String>>,
}

/// What an editor has to decide about a section, in the order in which it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Decision {
    NoSummary,
    NoText,
    SameTitle,
    LongTitle,
    LongButton,
    Continued,
    /// Of a heading below the last level, which is no section.
    DeepHeading,
}

impl Decision {
    fn message(self, ids: String) -> Message {
        match self {
            Self::NoSummary => message!(
                "no first sentence of at most {max} characters, write a summary: {ids}",
                max = SUMMARY_MAX,
                ids
            ),
            Self::NoText => message!("no text below the heading, write some: {ids}", ids),
            Self::SameTitle => message!("the title stands twice in the document, tell them apart: {ids}", ids),
            Self::LongTitle => {
                message!("the heading is too long for a title, and stands whole in the text: {ids}", ids)
            }
            Self::LongButton => message!("the title is too long for a button, choose the button's words: {ids}", ids),
            Self::Continued => {
                message!("the text was too long for a section and goes on in these, give them titles: {ids}", ids)
            }
            Self::DeepHeading => {
                message!("headings below the fourth level stand in the text in bold: {headings}", headings = ids)
            }
        }
    }
}

impl Outline {
    fn decide(&mut self, decision: Decision, id: &str) {
        self.decisions.entry(decision).or_default().push(id.to_owned());
    }

    /// What an editor has to decide.
    pub(super) fn decisions(&self) -> Vec<Message> {
        let named = |ids: &[String]| {
            let more = if ids.len() > NAMED_MAX { " …" } else { "" };
            format!("`{}`{more}", ids[..ids.len().min(NAMED_MAX)].join("`, `"))
        };
        let of_sections = self.decisions.iter().map(|(decision, ids)| decision.message(named(ids)));
        let of_all = message!(
            "each summary is the first sentence of its text, which people then read twice: say it in other words, or take it out of the text"
        );
        of_sections.chain([of_all]).collect()
    }
}

/// A heading of the document and what stands below it.
struct Draft {
    title: String,
    blocks: Vec<Block>,
    children: Vec<Draft>,
    role: Option<&'static str>,
}

/// A heading with its text, before it stands in the tree.
struct Node {
    depth: usize,
    title: String,
    blocks: Vec<Block>,
}

/// The document's own title: its first heading if all others stand below it, else the name of the page.
pub(super) fn title(document: &Document) -> Option<String> {
    heading_of_document(document).map(one_line).or_else(|| document.title.clone())
}

fn heading_of_document(document: &Document) -> Option<&Words> {
    let Some(Block::Heading(top, words)) = document.blocks.first() else { return None };
    let below = document.blocks[1..].iter().all(|block| !matches!(block, Block::Heading(level, _) if level <= top));
    below.then_some(words)
}

/// Makes sections of a document.
///
/// # Errors
///
/// When more sections stand beside each other than a page can show.
pub(super) fn outline(document: &Document, texts: &FirstTree, languages: &[Tag]) -> Result<Outline, ScaffoldError> {
    let mut outline = Outline::default();
    let drafts = drafts(document, texts, &mut outline);
    let mut naming = Naming { ids: reserved(languages), phrases: phrases(languages), texts, titles: HashSet::new() };
    naming.ids.extend([CONTACT, ABOUT].map(str::to_owned));
    outline.sections = naming.sections(drafts, None, 1, &mut outline)?;
    Ok(outline)
}

/// The document's headings as a tree, what stands above the first of them first.
fn drafts(document: &Document, texts: &FirstTree, outline: &mut Outline) -> Vec<Draft> {
    let own_title = heading_of_document(document).map(one_line);
    let mut blocks = document.blocks.iter().skip(usize::from(own_title.is_some())).peekable();
    let mut above = Vec::new();
    while let Some(block) = blocks.next_if(|block| !matches!(block, Block::Heading(..))) {
        above.push(block.clone());
    }
    let mut levels: Vec<usize> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    for block in blocks {
        match (block, nodes.last_mut()) {
            (Block::Heading(level, words), last) => {
                while levels.last().is_some_and(|open| open >= level) {
                    levels.pop();
                }
                levels.push(*level);
                match last {
                    Some(last) if levels.len() > DEPTH_MAX => {
                        outline.decide(Decision::DeepHeading, &one_line(words));
                        last.blocks.push(block.clone());
                    }
                    _ => nodes.push(Node { depth: levels.len(), title: one_line(words), blocks: Vec::new() }),
                }
            }
            (block, Some(last)) => last.blocks.push(block.clone()),
            (block, None) => above.push(block.clone()),
        }
    }
    let mut nodes = nodes.into_iter().peekable();
    let mut drafts = nested(&mut nodes, 1);
    let role = |draft: &Draft, id: &'static str| {
        let template = texts.template(id)?;
        let words = plain_words(&draft.title);
        let is_in = |name: &String| {
            let name = plain_words(name);
            !name.is_empty() && words.windows(name.len()).any(|part| part == name)
        };
        let is_role = match id {
            CONTACT => {
                let is_contact = |word: &String| CONTACT_WORDS.iter().any(|begin| word.starts_with(begin));
                words.len() <= CONTACT_WORDS_MAX
                    && (words.iter().any(is_contact) || [&template.title, &template.button].into_iter().any(is_in))
            }
            _ => words == plain_words(&template.title),
        };
        is_role.then_some(id)
    };
    if let Some(contact) = drafts.iter_mut().find(|draft| role(draft, CONTACT).is_some()) {
        contact.role = Some(CONTACT);
    }
    if own_title.is_some() || !above.is_empty() {
        let title = own_title.or_else(|| texts.template(ABOUT).map(|template| template.title.clone()));
        let title = title.unwrap_or_else(|| ABOUT.to_owned());
        drafts.insert(0, Draft { title, blocks: above, children: Vec::new(), role: Some(ABOUT) });
    } else if let Some(about) = drafts.iter_mut().find(|draft| role(draft, ABOUT).is_some()) {
        about.role = Some(ABOUT);
    }
    drafts
}

fn nested(nodes: &mut std::iter::Peekable<impl Iterator<Item = Node>>, depth: usize) -> Vec<Draft> {
    let mut drafts = Vec::new();
    while let Some(node) = nodes.next_if(|node| node.depth >= depth) {
        let children = nested(nodes, depth + 1);
        drafts.push(Draft { title: node.title, blocks: node.blocks, children, role: None });
    }
    drafts
}

/// The commands that are no section's, in all of these languages.
fn reserved(languages: &[Tag]) -> HashSet<String> {
    let interfaces = languages.iter().filter_map(templates::of).map(|texts| texts.interface);
    let alias = |line: &str| Some(line.split_once("alias = \"")?.1.split('"').next()?.to_owned());
    let aliases = interfaces.flat_map(|interface| interface.lines().filter_map(alias).collect::<Vec<_>>());
    aliases.chain(["start", "help", "language", "ask", "settings"].map(str::to_owned)).collect()
}

/// The questions of the sections of ours that may stand beside those of the document.
fn phrases(languages: &[Tag]) -> HashSet<String> {
    let asked = languages.iter().filter_map(templates::of).flat_map(|texts| {
        let lines = texts.sections.lines().filter_map(|line| Some(line.trim().strip_prefix('"')?.split_once("\",")?.0));
        lines.map(ask_key).collect::<Vec<_>>()
    });
    asked.collect()
}

/// Gives sections their ids, titles, summaries and questions.
struct Naming<'a> {
    /// Those that are taken.
    ids: HashSet<String>,
    /// The keys of questions that are taken.
    phrases: HashSet<String>,
    titles: HashSet<Vec<String>>,
    texts: &'a FirstTree,
}

impl Naming<'_> {
    fn sections(
        &mut self,
        drafts: Vec<Draft>,
        parent: Option<&str>,
        depth: usize,
        outline: &mut Outline,
    ) -> Result<Vec<Section>, ScaffoldError> {
        let mut sections = Vec::new();
        for draft in drafts {
            let mut blocks = draft.blocks;
            let title = self.title(&draft.title, &mut blocks);
            let has_whole_title = title == draft.title;
            let mut bodies = bodies(&blocks).into_iter();
            let headings = blocks.iter().filter_map(|block| match block {
                Block::Heading(_, words) => Some(one_line(words)),
                _ => None,
            });
            let asked = without_number(&title);
            let whole =
                parent.filter(|_| self.phrases.contains(&ask_key(asked))).map(|parent| format!("{parent}: {asked}"));
            let phrases: Vec<String> =
                std::iter::once(whole.unwrap_or_else(|| asked.to_owned())).chain(headings).collect();
            let mut section = self.section(title.clone(), draft.role, bodies.next(), &phrases, outline);
            section.summary = summary(&blocks);
            if section.body.is_none() {
                outline.decide(Decision::NoText, &section.id);
                section.summary = None;
            } else if section.summary.is_none() {
                outline.decide(Decision::NoSummary, &section.id);
            }
            if !has_whole_title {
                outline.decide(Decision::LongTitle, &section.id);
            }
            if !self.titles.insert(plain_words(&title)) {
                outline.decide(Decision::SameTitle, &section.id);
            }
            let mut more = Vec::new();
            for (number, body) in (2..).zip(bodies) {
                let title = format!("{title} ({number})");
                let mut next = self.section(title, None, Some(body), &[], outline);
                next.summary =
                    next.body.as_deref().and_then(|body| sentence(body.trim_start_matches(['#', '>', '-', ' '])));
                if next.summary.as_ref().is_none_or(|summary| summary.contains(['*', '`', '[', '\\', '|', '_', '~'])) {
                    next.summary = None;
                    outline.decide(Decision::NoSummary, &next.id);
                }
                outline.decide(Decision::Continued, &next.id);
                more.push(next);
            }
            let mut children = self.sections(draft.children, Some(&title), depth + 1, outline)?;
            if depth < DEPTH_MAX {
                children.splice(0..0, more.drain(..));
            }
            number(&mut children);
            section.children = fitting(children, &title)?;
            sections.push(section);
            sections.extend(more);
        }
        number(&mut sections);
        // One more stands at the top: the contact.
        fitting(sections, parent.unwrap_or_default())
    }

    fn section(
        &mut self,
        title: String,
        role: Option<&'static str>,
        body: Option<String>,
        phrases: &[String],
        outline: &mut Outline,
    ) -> Section {
        let id = role.map_or_else(|| self.id(&title), str::to_owned);
        let mut ask =
            role.and_then(|role| self.texts.template(role)).map_or_else(Vec::new, |template| template.ask.clone());
        for phrase in phrases {
            let key = ask_key(phrase);
            if !key.is_empty() && self.phrases.insert(key) {
                ask.push(phrase.clone());
            }
        }
        let button = button(&title);
        if button.is_some() {
            outline.decide(Decision::LongButton, &id);
        }
        let emoji = match role {
            Some(CONTACT) => "📞",
            Some(_) => "🌳",
            None => EMOJI[0],
        };
        Section { id, emoji, title, button, summary: None, body, ask, children: Vec::new() }
    }

    /// The title of a heading. One that is too long is cut, and stands whole in the text.
    fn title(&self, heading: &str, blocks: &mut Vec<Block>) -> String {
        let title =
            if heading.contains('{') { heading.replace('{', "(").replace('}', ")") } else { heading.to_owned() };
        // A number in brackets may stand behind it.
        const ROOM: usize = 8;
        if utf16_len(&title) <= TITLE_MAX - ROOM {
            return title;
        }
        blocks.insert(0, Block::Paragraph(Words::plain(heading)));
        shortened(&title, |text| utf16_len(text) <= TITLE_MAX - ROOM)
    }

    /// An id of the words of a title: `Opening hours` is `opening_hours`.
    fn id(&mut self, title: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        let plain: String = title.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
        for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word: String =
                word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
            words.extend((!word.is_empty()).then_some(word));
        }
        // The number of a heading changes when one comes before it.
        let numbers = words.iter().take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit())).count();
        if numbers < words.len() {
            words.drain(..numbers);
        }
        let mut id = String::new();
        for word in words {
            let longer = if id.is_empty() { word } else { format!("{id}_{word}") };
            // Room for a number.
            if longer.len() > ID_MAX - 4 {
                break;
            }
            id = longer;
        }
        if id.is_empty() {
            id = "section".to_owned();
        }
        let numbered = (2..).map(|number| format!("{id}_{number}"));
        let free = std::iter::once(id.clone()).chain(numbered).find(|id| !self.ids.contains(id));
        let id = free.unwrap_or(id);
        self.ids.insert(id.clone());
        id
    }
}

/// Gives the sections of a page an emoji each.
fn number(sections: &mut [Section]) {
    let plain = sections.iter_mut().filter(|section| section.id != CONTACT && section.id != ABOUT);
    plain.zip(EMOJI.iter().cycle()).for_each(|(section, emoji)| section.emoji = emoji);
}

fn fitting(sections: Vec<Section>, above: &str) -> Result<Vec<Section>, ScaffoldError> {
    let count = sections.len();
    if count < CHILDREN_MAX {
        return Ok(sections);
    }
    let max = CHILDREN_MAX - 1;
    Err(ScaffoldError::Refused(if above.is_empty() {
        message!(
            "the document has {count} headings beside each other at its top, and a page shows {max}: put headings above groups of them, or take a part of the document",
            count,
            max
        )
    } else {
        message!(
            "the document has {count} headings beside each other under “{above}”, and a page shows {max}: put headings above groups of them, or take a part of the document",
            count,
            above,
            max
        )
    }))
}

/// The first sentence of a text, if it can be a summary.
fn summary(blocks: &[Block]) -> Option<String> {
    match blocks.iter().find(|block| !matches!(block, Block::Heading(..)))? {
        Block::Paragraph(words) | Block::Quote(words) | Block::Item { words, .. } => sentence(&words.to_plain()),
        Block::Heading(..) | Block::Code(_) | Block::Table(_) => None,
    }
}

fn sentence(text: &str) -> Option<String> {
    let line = text.trim().lines().next()?;
    let mut sentence = String::new();
    for part in line.split_sentence_bounds() {
        sentence.push_str(part);
        // `Av. de l’Yser` or `1. Trust` is no sentence yet, and `list.php?page=2` is a part of an address. Scripts without spaces
        // between words have none between sentences, either.
        let ends = part.ends_with(|c: char| c.is_whitespace() || !c.is_ascii());
        if ends && sentence.trim().chars().count() > 20 {
            break;
        }
    }
    let sentence = sentence.trim();
    // A summary is shown as it is written.
    if ["](", "**", "__", "~~", "`"].iter().any(|mark| sentence.contains(mark)) {
        return None;
    }
    let fits = utf16_len(sentence) <= SUMMARY_MAX && sentence.contains(char::is_alphabetic);
    (fits && !sentence.contains(['{', '}']) && !has_references(sentence)).then(|| sentence.to_owned())
}

/// A shorter title for a button, where the title does not fit.
fn button(title: &str) -> Option<String> {
    let emoji = EMOJI.iter().map(|emoji| emoji.len()).max().unwrap_or_default();
    let fits = |text: &str| emoji + 1 + text.len() <= LABEL_MAX;
    (!fits(title)).then(|| shortened(title, fits))
}

/// As many words of a text as fit, with an ellipsis.
fn shortened(text: &str, fits: impl Fn(&str) -> bool) -> String {
    let with_ellipsis = |end: usize| format!("{}…", text[..end].trim_end_matches(|c: char| !c.is_alphanumeric()));
    let ends = || text.char_indices().map(|(at, _)| at).rev().filter(|&at| at > 0);
    let at_word = ends().filter(|&at| text[at..].starts_with(char::is_whitespace));
    let found = at_word.chain(ends()).map(with_ellipsis).find(|text| fits(text));
    found.unwrap_or_else(|| "…".to_owned())
}

/// A title without the number that it begins with, which nobody asks for.
fn without_number(title: &str) -> &str {
    let words = title.trim_start_matches(|c: char| c.is_ascii_digit() || ".) ".contains(c));
    if words.contains(char::is_alphabetic) { words } else { title }
}

/// The words of a heading, on one line.
fn one_line(words: &Words) -> String {
    words.to_plain().split_whitespace().collect::<Vec<_>>().join(" ")
}
