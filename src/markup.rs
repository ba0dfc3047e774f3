//! Text with styles: plain text and the ranges in it that are bold, a link and so on.
//!
//! [`RichText`] knows neither Telegram nor a terminal. Its ranges are bytes, at character boundaries; the length that
//! Telegram counts is in UTF-16 units ([`utf16_len`]). `normalize` makes CommonMark of what people write, `parse` reads it, `table`
//! sets tables, `split` cuts a long text into pages, `typography` keeps on one line what a language keeps together.

mod normalize;
mod parse;
mod split;
mod table;
mod typography;

use std::ops::Range;
use std::sync::Arc;

pub use normalize::Ambiguity;
pub use parse::{Element, NoPlaceholders, Placeholders, Problem, is_web_address, parse, too_deep};
pub use typography::Typography;

/// How a range of a text looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Code within a line.
    Code,
    /// A block of code.
    Pre,
    /// Words that open an address.
    Link(Arc<str>),
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A quotation.
    Quote,
    /// A quotation long enough to be shown folded.
    LongQuote,
}

impl Style {
    /// Whether the style may be closed at a page's end and opened again on the next without harm to the reader.
    fn is_block(&self) -> bool {
        matches!(self, Style::Quote | Style::LongQuote | Style::Pre)
    }
}

/// A styled range of a text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// Their style.
    pub style: Style,
}

/// Plain text and its styled ranges. Ranges nest or stand apart; they never cross.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RichText {
    text: String,
    spans: Vec<Span>,
}

impl RichText {
    /// Text without styles.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), spans: Vec::new() }
    }

    /// Text in one style.
    #[must_use]
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        let mut rich = Self::default();
        rich.push_styled(&text.into(), style);
        rich
    }

    /// Makes room for so many more bytes of text, so that adding them moves nothing.
    pub fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
        self.spans.reserve(8);
    }

    /// The text without its styles.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The styled ranges, outer before inner.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The length as Telegram counts it, in UTF-16 units.
    #[must_use]
    pub fn utf16_len(&self) -> usize {
        utf16_len(&self.text)
    }

    /// Adds plain text at the end.
    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text in one style at the end.
    pub fn push_styled(&mut self, text: &str, style: Style) {
        let start = self.text.len();
        self.text.push_str(text);
        if !text.is_empty() {
            self.spans.push(Span { range: start..self.text.len(), style });
        }
    }

    /// Adds text in one style as a paragraph of its own.
    pub fn push_styled_paragraph(&mut self, text: &str, style: Style) {
        self.separate(text);
        self.push_styled(text, style);
    }

    /// Adds another text with its styles at the end.
    pub fn push(&mut self, other: &RichText) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.spans.extend(
            other.spans.iter().map(|span| Span {
                range: span.range.start + shift..span.range.end + shift,
                style: span.style.clone(),
            }),
        );
    }

    /// Adds another text as a paragraph of its own, with an empty line before it if there is text already.
    pub fn push_paragraph(&mut self, other: &RichText) {
        self.separate(&other.text);
        self.push(other);
    }

    /// Adds an empty line between what is there and what comes.
    fn separate(&mut self, next: &str) {
        if !self.text.is_empty() && !next.is_empty() {
            self.text.push_str("\n\n");
        }
    }

    /// The bytes of a range as a text of their own, without white space at its ends; but a line of code keeps its indent. Styles
    /// that reach beyond are cut.
    fn slice(&self, range: Range<usize>) -> RichText {
        let whole = &self.text[range.clone()];
        let mut start = range.start + (whole.len() - whole.trim_start().len());
        if let Some(code) = self.spans.iter().find(|span| span.style == Style::Pre && span.range.contains(&start)) {
            let line = self.text[range.start..start].rfind('\n').map_or(range.start, |end| range.start + end + 1);
            start = line.max(code.range.start);
        }
        let end = (range.start + whole.trim_end().len()).max(start);
        let spans = self.spans.iter().filter_map(|span| {
            let (from, to) = (span.range.start.max(start), span.range.end.min(end));
            (from < to).then(|| Span { range: from - start..to - start, style: span.style.clone() })
        });
        RichText { text: self.text[start..end].to_owned(), spans: spans.collect() }
    }
}

/// How long Telegram counts a text: in UTF-16 units.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    // One for each first byte of a character, and one more for those that take two units; bytes are counted many at once.
    text.bytes().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0)).sum()
}

/// A piece of a text with placeholders: `{name}`, or the words between.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words to be shown as they are.
    Words(&'a str),
    /// A placeholder's name and the bytes where it stands, braces included.
    Placeholder(&'a str, Range<usize>),
}

/// The pieces of a text with placeholders. A brace without a partner is a word like any other.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(open) = text[search..].find('{').map(|at| at + search) {
        let Some(close) = text[open..].find('}').map(|at| at + open) else { break };
        let name = &text[open + 1..close];
        if name.is_empty() || name.contains(['{', '\n', ' ']) {
            search = open + 1;
            continue;
        }
        if from < open {
            pieces.push(Piece::Words(&text[from..open]));
        }
        pieces.push(Piece::Placeholder(name, open..close + 1));
        (from, search) = (close + 1, close + 1);
    }
    if from < text.len() {
        pieces.push(Piece::Words(&text[from..]));
    }
    pieces
}
