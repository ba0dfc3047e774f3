//! A page as its tags and words, in the order in which they stand: where each tag ends, which part is the text, and what is left out
//! as a whole.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use html5gum::{DefaultEmitter, HtmlString, Token, Tokenizer};

use crate::scaffold::document::clean;

/// Parts that people never see: the only ones that go without a word.
pub(super) const SILENT: [&str; 4] = ["script", "style", "template", "head"];
/// What a message cannot show: other pages, drawings, formulas, films.
pub(super) const EMBEDDED: [&str; 8] = ["svg", "iframe", "object", "math", "noscript", "video", "audio", "canvas"];
/// Parts of a page that lead elsewhere or take what people write.
const BESIDE: [&str; 8] = ["nav", "footer", "search", "select", "button", "textarea", "datalist", "dialog"];
/// What they are called where a page names their role instead.
const ROLES: [(&str, &str); 4] =
    [("navigation", "nav"), ("contentinfo", "footer"), ("search", "search"), ("banner", "header")];
/// Tags without an end.
pub(super) const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Tags within a line.
pub(super) const INLINE: [&str; 36] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "meter", "nobr", "output", "progress", "q", "rp", "rt", "ruby", "s", "samp", "small",
    "span", "strong", "sub", "sup", "u", "wbr",
];

/// A tag or words.
pub(super) enum Part {
    Start(String, BTreeMap<String, String>),
    End(String),
    Text(String),
}

/// The parts of a page, and where each ends: behind the tag that closes it, else behind all.
pub(super) struct Page {
    pub(super) parts: Vec<Part>,
    pub(super) ends: Vec<usize>,
}

impl Page {
    pub(super) fn new(page: &str) -> Self {
        let parts = parts(page);
        let mut ends: Vec<usize> = (1..=parts.len()).collect();
        let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Start(name, _) if !VOID.contains(&name.as_str()) => {
                    ends[at] = parts.len();
                    open.entry(name).or_default().push(at);
                }
                Part::End(name) => {
                    if let Some(start) = open.get_mut(name.as_str()).and_then(Vec::pop) {
                        ends[start] = at + 1;
                    }
                }
                _ => {}
            }
        }
        Self { parts, ends }
    }

    /// A part with all that stands in it.
    pub(super) fn inside(&self, at: usize) -> &[Part] {
        &self.parts[at..self.ends[at]]
    }

    /// Where the text stands: in the one `main`, else in the one `article`; `None` where the page names none.
    pub(super) fn range_of_text(&self) -> Option<Range<usize>> {
        ["main", "article"].iter().find_map(|wanted| {
            let is_start = |part: &Part| match part {
                Part::Start(name, attributes) => {
                    name == wanted || (*wanted == "main" && attributes.get("role").is_some_and(|role| role == "main"))
                }
                _ => false,
            };
            let mut starts = (0..self.parts.len()).filter(|&at| is_start(&self.parts[at]));
            let start = starts.next().filter(|_| starts.next().is_none())?;
            Some(start..self.ends[start])
        })
    }

    /// What a part is called that is left out as a whole; `None` for those that are read.
    pub(super) fn part_left_out(
        &self,
        at: usize,
        name: &str,
        attributes: &BTreeMap<String, String>,
        is_in_text: bool,
    ) -> Option<String> {
        let role = attributes.get("role").and_then(|role| ROLES.iter().find(|(known, _)| known == role));
        let kind = role.map_or(name, |(_, kind)| kind);
        let is_hidden = attributes.contains_key("hidden")
            || attributes.get("style").is_some_and(|style| style.replace(' ', "").contains("display:none"));
        // The header of a page may hold its title.
        let has_heading =
            || self.inside(at).iter().any(|part| matches!(part, Part::Start(name, _) if level(name).is_some()));
        let is_header = kind == "header" && !is_in_text && !has_heading();
        let is_left_out = [&SILENT[..], &BESIDE, &EMBEDDED].iter().any(|kinds| kinds.contains(&kind));
        let is_left_out = is_left_out || is_header || is_hidden;
        is_left_out.then(|| if is_hidden { "hidden" } else { kind }.to_owned())
    }
}

fn parts(page: &str) -> Vec<Part> {
    let mut emitter = DefaultEmitter::default();
    // Scripts and styles are no tags.
    emitter.naively_switch_states(true);
    let text = |bytes: &HtmlString| String::from_utf8_lossy(bytes).into_owned();
    let mut parts = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(key, value)| (text(key), clean(&text(value))));
                let (name, attributes) = (text(&tag.name), attributes.collect());
                // `<svg/>` closes itself; of other tags browsers pass the sign over.
                let closes = tag.self_closing && ["svg", "math"].contains(&name.as_str());
                parts.extend((!closes).then_some(Part::Start(name, attributes)));
            }
            Token::EndTag(tag) => parts.push(Part::End(text(&tag.name))),
            // What stands for a character may be one that nobody sees.
            Token::String(words) => parts.push(Part::Text(clean(&text(&words)))),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    parts
}

pub(super) fn level(name: &str) -> Option<usize> {
    let digit = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&digit).then_some(digit)
}

/// The words of parts, without those that nobody sees.
pub(super) fn plain(parts: &[Part]) -> String {
    let mut text = String::new();
    let mut silent: Option<&str> = None;
    for part in parts {
        match part {
            Part::Start(name, _) if silent.is_none() && SILENT.contains(&name.as_str()) && name != "head" => {
                silent = Some(name);
            }
            Part::End(name) if silent == Some(name) => silent = None,
            Part::Text(words) if silent.is_none() => text.push_str(words),
            Part::Start(name, _) | Part::End(name) if !INLINE.contains(&name.as_str()) => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
