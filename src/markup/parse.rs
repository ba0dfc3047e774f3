//! Markdown (CommonMark with `~~strike~~`, and `__underline__` as Telegram writes it) → [`RichText`].

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::{Piece, RichText, Span, Style, pieces, utf16_len};

/// A quotation longer than this many UTF-16 units is shown folded: about six lines on a phone.
const LONG_QUOTE: usize = 240;

/// Something in a Markdown text that cannot be shown, with its bytes in that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An element that a Telegram message does not have, by its name.
    Unsupported(&'static str, Range<usize>),
    /// A mark that opens and never closes.
    Unclosed(&'static str, Range<usize>),
    /// A link to an address that nobody can open from a message.
    BadUrl(String, Range<usize>),
    /// A brace that is no part of a placeholder.
    LoneBrace(Range<usize>),
    /// A placeholder that does not exist.
    UnknownPlaceholder(String, Range<usize>),
}

/// What the placeholders of a text stand for.
pub trait Placeholders {
    /// What is shown in place of a placeholder.
    fn text(&self, name: &str) -> Option<RichText>;
    /// What stands in a link in place of a placeholder.
    fn address(&self, name: &str) -> Option<String>;
}

/// Parses Markdown. `placeholders` give the text of a placeholder; what cannot be shown is left out and reported.
pub fn parse(markdown: &str, placeholders: &dyn Placeholders) -> (RichText, Vec<Problem>) {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let mut builder = Builder::new(markdown, placeholders);
    for (event, range) in TextMergeWithOffset::new(Parser::new_ext(markdown, options).into_offset_iter()) {
        builder.event(event, range);
    }
    builder.finish()
}

struct Builder<'a> {
    source: &'a str,
    placeholders: &'a dyn Placeholders,
    out: RichText,
    problems: Vec<Problem>,
    /// Styles that are open: where each began, its place among the spans, and the style.
    open: Vec<(usize, usize, Style)>,
    /// The lists that are open, each with the number of its next item if it counts.
    lists: Vec<Option<u64>>,
    quotes: usize,
    in_code_block: bool,
    /// How deep inside something that is left out (an image, a table) the reading is.
    left_out: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str, placeholders: &'a dyn Placeholders) -> Self {
        Self {
            source,
            placeholders,
            out: RichText::default(),
            problems: Vec::new(),
            open: Vec::new(),
            lists: Vec::new(),
            quotes: 0,
            in_code_block: false,
            left_out: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            _ if self.left_out > 0 => {}
            Event::Text(words) => self.words(&words, range),
            Event::Code(code) => self.out.push_styled(code.trim(), Style::Code),
            Event::SoftBreak => self.out.push_str(" "),
            Event::HardBreak => self.out.push_str("\n"),
            Event::Rule => self.unsupported("a horizontal rule", range),
            Event::Html(_) | Event::InlineHtml(_) => self.unsupported("HTML", range),
            Event::FootnoteReference(_) => self.unsupported("a footnote", range),
            Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            _ if self.left_out > 0 => self.left_out += 1,
            Tag::Paragraph | Tag::Item => self.new_block(&tag),
            Tag::Heading { .. } => {
                self.new_block(&tag);
                self.open_style(Style::Bold);
            }
            Tag::BlockQuote(_) if self.quotes > 0 => self.leave_out("a quotation within a quotation", range),
            Tag::BlockQuote(_) => {
                self.new_block(&tag);
                self.quotes += 1;
                self.open_style(Style::Quote);
            }
            Tag::CodeBlock(_) => {
                self.new_block(&tag);
                self.in_code_block = true;
                self.open_style(Style::Pre);
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.new_block(&Tag::List(first));
                }
                self.lists.push(first);
            }
            Tag::Emphasis => self.open_style(Style::Italic),
            Tag::Strong if self.source[range.start..].starts_with("__") => self.open_style(Style::Underline),
            Tag::Strong => self.open_style(Style::Bold),
            Tag::Strikethrough => self.open_style(Style::Strike),
            Tag::Link { dest_url, .. } => self.link(&dest_url, range),
            Tag::Image { .. } => self.leave_out("an image", range),
            Tag::Table(_) => self.leave_out("a table", range),
            Tag::FootnoteDefinition(_) => self.leave_out("a footnote", range),
            Tag::HtmlBlock => self.leave_out("HTML", range),
            _ => self.leave_out("this element", range),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        match tag {
            TagEnd::BlockQuote(_) => {
                self.quotes -= 1;
                self.close_style();
            }
            TagEnd::CodeBlock => {
                self.in_code_block = false;
                self.close_style();
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Heading(_) | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => {
                self.close_style()
            }
            _ => {}
        }
    }

    /// Words as they are shown, placeholders filled in. Code blocks are taken to the letter.
    fn words(&mut self, words: &str, range: Range<usize>) {
        if self.in_code_block {
            self.out.push_str(words);
            return;
        }
        let source = &self.source[range.clone()];
        for mark in ["**", "__", "~~", "](", "] (http", "```", "`", "*", "_"] {
            if let Some(at) = words.contains(mark).then(|| unescaped(source, mark)).flatten() {
                let at = range.start + at;
                let length = mark.trim_end_matches("http").len();
                let mark = &mark[..length];
                let same_place = |p: &Problem| matches!(p, Problem::Unclosed(_, other) if other.start == at);
                if !self.problems.iter().any(same_place) {
                    self.problems.push(Problem::Unclosed(mark, at..at + length));
                }
            }
        }
        if let Some(at) = lone_brace(words) {
            let at = self.place(words, at..at + 1, &range);
            self.problems.push(Problem::LoneBrace(at));
        }
        for piece in pieces(words) {
            match piece {
                Piece::Words(words) => self.out.push_str(words),
                Piece::Placeholder(name, at) => match self.placeholders.text(name) {
                    Some(text) => self.out.push(&text),
                    None => self.problems.push(Problem::UnknownPlaceholder(name.into(), self.place(words, at, &range))),
                },
            }
        }
    }

    /// Where a part of an event's words stands in the source. Escapes (`\*`, `&amp;`) shift it: then the whole event.
    fn place(&self, words: &str, part: Range<usize>, range: &Range<usize>) -> Range<usize> {
        if self.source.get(range.clone()) == Some(words) {
            range.start + part.start..range.start + part.end
        } else {
            range.clone()
        }
    }

    fn link(&mut self, target: &str, range: Range<usize>) {
        let mut address = String::new();
        for piece in pieces(target) {
            match piece {
                Piece::Words(words) => address.push_str(words),
                Piece::Placeholder(name, _) => match self.placeholders.address(name) {
                    Some(text) => address.push_str(&text),
                    None => {
                        self.problems.push(Problem::UnknownPlaceholder(name.into(), range));
                        self.open_style(Style::Underline);
                        return;
                    }
                },
            }
        }
        if !is_web_address(&address) {
            self.problems.push(Problem::BadUrl(address.clone(), range));
        }
        self.open_style(Style::Link(Arc::from(address)));
    }

    fn new_block(&mut self, tag: &Tag<'_>) {
        let in_item = !matches!(tag, Tag::Item | Tag::List(_)) && !self.lists.is_empty();
        if in_item && self.out.text.ends_with([' ']) {
            return; // What a list's item begins with stands beside its bullet.
        }
        let at_quote_start = self.open.last().is_some_and(|(start, ..)| *start == self.out.text.len());
        if !self.out.text.is_empty() && !at_quote_start {
            let wanted = if self.lists.is_empty() { 2 } else { 1 };
            let kept = self.out.text.trim_end_matches('\n').len();
            let newlines = self.out.text.len() - kept;
            for _ in newlines..wanted {
                self.out.push_str("\n");
            }
            if in_item {
                self.out.push_str(&"  ".repeat(self.lists.len())); // A later paragraph of an item, under its words.
            }
        }
        if let Tag::Item = tag {
            let depth = self.lists.len();
            self.out.push_str(&"  ".repeat(depth.saturating_sub(1)));
            match self.lists.last_mut() {
                Some(Some(number)) => {
                    let label = format!("{number}. ");
                    *number += 1;
                    self.out.push_str(&label);
                }
                _ => self.out.push_str(if depth > 1 { "◦ " } else { "• " }),
            }
        }
    }

    fn open_style(&mut self, style: Style) {
        self.open.push((self.out.text.len(), self.out.spans.len(), style));
    }

    fn close_style(&mut self) {
        let Some((start, place, mut style)) = self.open.pop() else { return };
        let end = start + self.out.text[start..].trim_end().len();
        if style == Style::Quote && utf16_len(&self.out.text[start..end]) > LONG_QUOTE {
            style = Style::LongQuote;
        }
        // What was put in since this style opened lies within it, without the white space at its end.
        for inner in &mut self.out.spans[place..] {
            inner.range.end = inner.range.end.min(end);
        }
        self.out.spans.retain(|span| span.range.start < span.range.end);
        if start < end {
            // Outer before inner.
            self.out.spans.insert(place, Span { range: start..end, style });
        }
    }

    fn unsupported(&mut self, what: &'static str, range: Range<usize>) {
        self.problems.push(Problem::Unsupported(what, trimmed(self.source, range)));
    }

    fn leave_out(&mut self, what: &'static str, range: Range<usize>) {
        self.unsupported(what, range);
        self.left_out = 1;
    }

    fn finish(mut self) -> (RichText, Vec<Problem>) {
        let whole = 0..self.out.text.len();
        self.out = self.out.slice(whole);
        (self.out, self.problems)
    }
}

/// Whether Telegram opens an address: the web, at a host with a dot in its name or an IPv6 address. It refuses the whole
/// message for a `tel:` or `mailto:` link, and for a host such as `intranet`.
#[must_use]
pub fn is_web_address(address: &str) -> bool {
    let whole = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    whole
        && url::Url::parse(address).is_ok_and(|url| match url.host() {
            Some(url::Host::Domain(name)) => name.trim_matches('.').contains('.'),
            Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
            None => false,
        })
}

/// Where a mark stands unescaped in Markdown source. A single `*` or `_` counts only where it touches a word on one side
/// and not on the other: `5 * 3` and `a_b` mean themselves.
fn unescaped(source: &str, mark: &str) -> Option<usize> {
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in source.char_indices() {
        if !escaped && source[at..].starts_with(mark) {
            let after = source[at + mark.len()..].chars().next().unwrap_or(' ');
            let opens_or_closes = before.is_alphanumeric() != after.is_alphanumeric();
            let alone = before != c && after != c;
            if !matches!(mark, "*" | "_") || (opens_or_closes && alone) {
                return Some(at);
            }
        }
        escaped = !escaped && c == '\\';
        before = c;
    }
    None
}

/// Where a brace stands that is no part of a placeholder.
fn lone_brace(words: &str) -> Option<usize> {
    let mut at = 0;
    for piece in pieces(words) {
        match piece {
            Piece::Words(words) => {
                if let Some(brace) = words.find(['{', '}']) {
                    return Some(at + brace);
                }
                at += words.len();
            }
            Piece::Placeholder(_, place) => at = place.end,
        }
    }
    None
}

/// A range without the line ends that a Markdown block carries.
fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let kept = source[range.clone()].trim_end().len();
    range.start..range.start + kept
}
