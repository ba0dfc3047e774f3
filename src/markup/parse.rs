//! Markdown (CommonMark with `~~strike~~` and tables, and `__underline__` as Telegram writes it) → [`RichText`].
//!
//! Line ends and the numbers of lists stay as they are written.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::normalize::{Ambiguity, Normalized, OPTIONS, normalize};
use super::table::Table;
use super::{Piece, RichText, Span, Style, pieces, utf16_len};

/// A quotation longer than this many UTF-16 units is shown folded: about six lines on a phone.
const LONG_QUOTE: usize = 240;

/// How deep lists and quotations may stand within each other: a phone has no room for the indent of more, and each level costs
/// work at each of its lines.
const NESTING_MAX: usize = 8;

/// The marks that open or close something, longer ones first.
const MARKS: [&str; 9] = ["**", "__", "~~", "](", "] (http", "```", "`", "*", "_"];

/// Something in a Markdown text that cannot be shown, with its bytes in that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An element that a message does not have.
    Unsupported(Element, Range<usize>),
    /// A mark that opens and never closes.
    Unclosed(&'static str, Range<usize>),
    /// A link to an address that nobody can open from a message.
    BadUrl(String, Range<usize>),
    /// A brace that is no part of a placeholder.
    LoneBrace(Range<usize>),
    /// A placeholder that does not exist.
    UnknownPlaceholder(String, Range<usize>),
    /// Signs that could mean two things; what was made of them is shown.
    Ambiguous(Ambiguity, Range<usize>),
}

impl Problem {
    fn range_mut(&mut self) -> &mut Range<usize> {
        match self {
            Self::Unsupported(_, range)
            | Self::Unclosed(_, range)
            | Self::BadUrl(_, range)
            | Self::LoneBrace(range)
            | Self::UnknownPlaceholder(_, range)
            | Self::Ambiguous(_, range) => range,
        }
    }
}

/// An element of Markdown that a message does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A picture.
    Image,
    /// A note at the end, or the sign that leads to it.
    Footnote,
    /// A tag or a block of HTML.
    Html,
    /// A line across the page.
    Rule,
    /// Dashes or equals signs that make a heading of the words above them.
    Underlining,
    /// A link without words.
    EmptyLink,
    /// The address of a link apart from its words.
    LinkDefinition,
    /// Words beside the signs that open a block of code.
    CodeLanguage,
    /// A row with more cells than the first row of its table.
    LongRow,
    /// A quotation within a quotation.
    NestedQuotation,
    /// A list within eight others.
    DeepList,
    /// What the parser may know some day.
    Other,
}

/// What the placeholders of a text stand for.
pub trait Placeholders {
    /// What is shown in place of a placeholder.
    fn text(&self, name: &str) -> Option<RichText>;
    /// What stands in a link in place of a placeholder.
    fn address(&self, name: &str) -> Option<String>;
    /// What stands between a word and what it announces, in the language of the text.
    fn colon(&self) -> &'static str {
        ": "
    }
}

/// There are no placeholders: all that looks like one is reported.
#[derive(Clone, Copy, Debug)]
pub struct NoPlaceholders;

impl Placeholders for NoPlaceholders {
    fn text(&self, _: &str) -> Option<RichText> {
        None
    }

    fn address(&self, _: &str) -> Option<String> {
        None
    }
}

/// Parses Markdown. `placeholders` give the text of a placeholder; what cannot be shown is left out and reported.
pub fn parse(markdown: &str, placeholders: &dyn Placeholders) -> (RichText, Vec<Problem>) {
    let normalized = normalize(markdown);
    let mut builder = Builder::new(&normalized.text, placeholders);
    let parser = Parser::new_ext(&normalized.text, OPTIONS);
    for (_, definition) in parser.reference_definitions().iter() {
        builder.unsupported(Element::LinkDefinition, definition.span.clone());
    }
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        builder.event(event, range);
    }
    builder.finish(&normalized)
}

struct Builder<'a> {
    source: &'a str,
    placeholders: &'a dyn Placeholders,
    out: RichText,
    problems: Vec<Problem>,
    /// Styles that are open: where each began, its place among the spans, and the style.
    open: Vec<(usize, usize, Style)>,
    /// How many lists are open.
    lists: usize,
    /// Where the words of the last item begin.
    words_of_item: usize,
    quotes: usize,
    in_code_block: bool,
    /// The table that is open, and the text before it.
    table: Option<(Table, RichText)>,
    /// How deep inside something that is left out (an image, a footnote) the reading is.
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
            lists: 0,
            words_of_item: usize::MAX,
            quotes: 0,
            in_code_block: false,
            table: None,
            left_out: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            _ if self.left_out > 0 => {}
            Event::Text(words) => self.words(&words, range),
            Event::Code(code) => self.out.push_styled(code.trim(), Style::Code),
            Event::SoftBreak | Event::HardBreak => self.line_end(),
            Event::Rule => self.unsupported(Element::Rule, range),
            Event::Html(_) | Event::InlineHtml(_) => self.unsupported(Element::Html, range),
            Event::FootnoteReference(_) => self.unsupported(Element::Footnote, range),
            Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            _ if self.left_out > 0 => self.left_out += 1,
            Tag::Paragraph => self.new_block(&tag),
            Tag::Item => {
                self.new_block(&tag);
                self.bullet(range.start);
            }
            Tag::Heading { .. } if !self.source[range.start..].starts_with('#') => {
                self.leave_out(Element::Underlining, range);
            }
            Tag::Heading { .. } => {
                self.new_block(&tag);
                self.open_style(Style::Bold);
            }
            Tag::BlockQuote(_) if self.quotes > 0 => self.leave_out(Element::NestedQuotation, range),
            Tag::BlockQuote(_) => {
                self.new_block(&tag);
                self.quotes += 1;
                self.open_style(Style::Quote);
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) if !info.trim().is_empty() => {
                self.leave_out(Element::CodeLanguage, range);
            }
            Tag::CodeBlock(_) => {
                self.new_block(&tag);
                self.in_code_block = true;
                self.open_style(Style::Pre);
            }
            Tag::List(_) if self.lists == NESTING_MAX => self.leave_out(Element::DeepList, range),
            Tag::List(_) => {
                if self.lists == 0 {
                    self.new_block(&tag);
                }
                self.lists += 1;
            }
            Tag::Emphasis => self.open_style(Style::Italic),
            Tag::Strong if self.source[range.start..].starts_with("__") => self.open_style(Style::Underline),
            Tag::Strong => self.open_style(Style::Bold),
            Tag::Strikethrough => self.open_style(Style::Strike),
            Tag::Link { dest_url, .. } => self.link(&dest_url, range),
            Tag::Image { .. } => self.leave_out(Element::Image, range),
            Tag::Table(_) => {
                self.new_block(&tag);
                self.table = Some((Table::default(), std::mem::take(&mut self.out)));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some((table, _)) = &mut self.table
                    && !table.add_row(&self.source[range.clone()])
                {
                    self.unsupported(Element::LongRow, range);
                }
            }
            Tag::TableCell => {}
            Tag::FootnoteDefinition(_) => self.leave_out(Element::Footnote, range),
            Tag::HtmlBlock => self.leave_out(Element::Html, range),
            _ => self.leave_out(Element::Other, range),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
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
            TagEnd::Item => self.words_of_item = usize::MAX,
            TagEnd::List(_) => self.lists -= 1,
            TagEnd::TableCell => {
                if let Some((table, _)) = &mut self.table {
                    table.add_cell(std::mem::take(&mut self.out));
                }
            }
            TagEnd::Table => {
                if let Some((table, before)) = self.table.take() {
                    self.out = before;
                    self.out.push(&table.render(self.placeholders.colon()));
                }
            }
            TagEnd::Link => {
                let has_words = self.open.last().is_some_and(|&(start, ..)| !self.out.text[start..].trim().is_empty());
                if !has_words {
                    self.unsupported(Element::EmptyLink, range);
                }
                self.close_style();
            }
            TagEnd::Heading(_) | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.close_style(),
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
        // The range of words that begin with an escaped sign begins behind the backslash.
        let is_escaped = self.source[..range.start].ends_with('\\');
        // In `<https://…>` nothing is a mark.
        let is_address = self.source[..range.start].ends_with('<');
        for mark in MARKS.into_iter().filter(|_| !is_address) {
            if let Some(at) = words.contains(mark).then(|| unescaped(source, mark, is_escaped)).flatten() {
                if mark == "*" && is_behind_word(source, at) {
                    let at = range.start + at;
                    self.problems.push(Problem::Ambiguous(Ambiguity::StarBehindWord, at..at + 1));
                    continue;
                }
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
        if self.begins_item() {
            return; // What a list's item begins with stands beside its bullet.
        }
        let in_item = !matches!(tag, Tag::Item | Tag::List(_)) && self.lists > 0;
        let at_quote_start = self.open.last().is_some_and(|(start, ..)| *start == self.out.text.len());
        if !self.out.text.is_empty() && !at_quote_start {
            let wanted = if self.lists == 0 { 2 } else { 1 };
            let kept = self.out.text.trim_end_matches('\n').len();
            let newlines = self.out.text.len() - kept;
            for _ in newlines..wanted {
                self.out.push_str("\n");
            }
            if in_item {
                self.out.push_str(&"  ".repeat(self.lists)); // A later paragraph of an item, under its words.
            }
        }
    }

    /// What an item of a list begins with: the number that is written there, or a bullet.
    fn bullet(&mut self, at: usize) {
        let depth = self.lists;
        if !self.begins_item() {
            self.out.push_str(&"  ".repeat(depth.saturating_sub(1)));
        }
        let source = self.source[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let digits = source.len() - source.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        match source[digits..].chars().next().filter(|_| digits > 0) {
            Some(sign) => {
                self.out.push_str(&source[..digits + sign.len_utf8()]);
                self.out.push_str(" ");
            }
            None => self.out.push_str(if depth > 1 { "◦ " } else { "• " }),
        }
        self.words_of_item = self.out.text.len();
    }

    /// Whether nothing stands beside the last bullet yet.
    fn begins_item(&self) -> bool {
        self.lists > 0 && self.words_of_item == self.out.text.len()
    }

    /// The end of a line within a paragraph; in a list, the next one stands under the words of its item.
    fn line_end(&mut self) {
        self.out.push_str("\n");
        self.out.push_str(&"  ".repeat(self.lists));
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

    fn unsupported(&mut self, element: Element, range: Range<usize>) {
        self.problems.push(Problem::Unsupported(element, trimmed(self.source, range)));
    }

    fn leave_out(&mut self, element: Element, range: Range<usize>) {
        self.unsupported(element, range);
        self.left_out = 1;
    }

    fn finish(mut self, normalized: &Normalized) -> (RichText, Vec<Problem>) {
        for problem in &mut self.problems {
            let range = problem.range_mut();
            *range = normalized.in_source(range.clone());
        }
        let ambiguous = normalized.ambiguities.iter().cloned();
        self.problems.extend(ambiguous.map(|(ambiguity, range)| Problem::Ambiguous(ambiguity, range)));
        (self.out.slice(0..self.out.text.len()), self.problems)
    }
}

/// The signs with which the first line begins that opens more than eight lists and quotations by itself: a parser goes
/// through all of them again at each line that follows. Deeper lists over several lines are an [`Element::DeepList`].
#[must_use]
pub fn too_deep(markdown: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in markdown.split_inclusive('\n') {
        let mut rest = line.trim_start();
        let mut depth = 0;
        while let Some(behind) = behind_opening(rest) {
            rest = behind.trim_start_matches([' ', '\t']);
            depth += 1;
        }
        if depth > NESTING_MAX {
            let signs = line.len() - rest.len();
            return Some(start..start + line[..signs].trim_end().len());
        }
        start += line.len();
    }
    None
}

/// What stands behind a sign that opens a quotation or an item of a list.
fn behind_opening(line: &str) -> Option<&str> {
    if let Some(behind) = line.strip_prefix('>') {
        return Some(behind);
    }
    let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let signs: &[char] = if behind.len() < line.len() { &['.', ')'] } else { &['-', '+', '*'] };
    behind.strip_prefix(signs).filter(|behind| behind.starts_with([' ', '\t']))
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
/// and not on the other: `5 * 3` and `a_b` mean themselves. So does a line to write on: `Date: ______`.
fn unescaped(source: &str, mark: &str, mut escaped: bool) -> Option<usize> {
    let mut before = ' ';
    let mut is_line = false;
    for (at, c) in source.char_indices() {
        if c != before {
            is_line = begins_line(&source[at..], c, before);
        }
        if !escaped && !is_line && source[at..].starts_with(mark) {
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

/// Whether a text begins with a line to write on: at least three underscores, which touch no word.
fn begins_line(text: &str, sign: char, before: char) -> bool {
    let behind = text.trim_start_matches('_');
    let touches_word = before.is_alphanumeric() || behind.starts_with(char::is_alphanumeric);
    sign == '_' && text.len() - behind.len() >= 3 && !touches_word
}

/// Whether what stands there closes what nothing has opened, as the sign of a note does: `500 F*`.
fn is_behind_word(source: &str, at: usize) -> bool {
    source[..at].ends_with(char::is_alphanumeric)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, shown: &str, problems: &[Problem]) -> RichText {
        let (text, found) = parse(markdown, &NoPlaceholders);
        assert_eq!((text.as_str(), &*found), (shown, problems), "{markdown}");
        text
    }

    #[test]
    fn signs_that_are_no_marks_are_shown() {
        let ambiguous = |ambiguity, range| [Problem::Ambiguous(ambiguity, range)];
        check("Acte : 500 F* par page", "Acte : 500 F* par page", &ambiguous(Ambiguity::StarBehindWord, 12..13));
        check("Date : ______ Nom : ____.", "Date : ______ Nom : ____.", &[]);
        check("a__b", "a__b", &[Problem::Unclosed("__", 1..3)]);
        check("*note", "*note", &[Problem::Unclosed("*", 0..1)]);
        check("\\*note", "*note", &[]);
        check("- \\_note", "• _note", &[]);
        let pipes = "| Jour | Heure |\n| Lundi | 8h |";
        check(pipes, pipes, &ambiguous(Ambiguity::Pipes, 0..pipes.len()));
        check("a | b\nc | d", "a | b\nc | d", &ambiguous(Ambiguity::Pipes, 0..11));
        check("oui | non", "oui | non", &[]);
        check("[](https://example.org/3) a", "a", &[Problem::Unsupported(Element::EmptyLink, 0..25)]);
        let empty = "| Jour et date | Heure de passage et lieu | Remarque |\n|---|---|---|\n| Lundi | | |";
        check(empty, "Heure de passage et lieu · Remarque\nJour et date: Lundi", &[]);
        let tabs = "\tJour\tHeure\n\tLundi\t8h";
        check(tabs, "Jour   Heure\nLundi  8h", &ambiguous(Ambiguity::Tabs, 0..tabs.len()));
        let number = |range| ambiguous(Ambiguity::MarksOfNumber, range);
        for (markdown, problems) in [
            ("Composez *144*39#", &number(9..14)[..]),
            ("Composez *144#", &[]),
            ("Faites *100*1*2#.", &number(7..12)),
            ("Composez *100# puis 1* ou 2", &number(9..22)),
            ("Le _2016_ et le 3", &number(3..9)),
            ("> 60 ans : gratuit", &ambiguous(Ambiguity::MoreThan, 0..1)),
            ("Tarif :\n> 5 : 100", &ambiguous(Ambiguity::MoreThan, 8..9)),
            ("+ 223 20 22 18 48", &ambiguous(Ambiguity::Plus, 0..1)),
            ("~5 km, ~10 km", &[]),
            ("5~6~7", &[]),
            ("https://example.org/__a__/x?q=*b*", &[]),
            ("www.example.org/*a*_b_", &[]),
            ("[Lundi]: 8h", &[]),
            ("5 * 3 = 15, a_b_c", &[]),
        ] {
            let text = check(markdown, markdown, problems);
            assert_eq!(text.spans(), [], "{markdown}");
        }
    }

    #[test]
    fn signs_that_are_marks_stay_marks() {
        for (markdown, shown) in [
            ("*12 personnes*", "12 personnes"),
            ("**70 %** des gens", "70 % des gens"),
            ("~~500~~ 300 F", "500 300 F"),
            ("**https://example.org/a_b**", "https://example.org/a_b"),
            ("> Il y en a\n> 60 ici", "Il y en a\n60 ici"),
        ] {
            assert_eq!(check(markdown, shown, &[]).spans().len(), 1, "{markdown}");
        }
        check("`*144*39#`", "*144*39#", &[]);
        check("<https://example.org/__a__>", "https://example.org/__a__", &[]);
        check("```\n*144*39#\n```", "*144*39#", &[]);
    }

    #[test]
    fn lines_and_numbers_are_those_that_are_written() {
        check("Lundi : 8h\nMardi : 9h", "Lundi : 8h\nMardi : 9h", &[]);
        check("2016. A\n2014. B\n1960. C", "2016. A\n2014. B\n1960. C", &[]);
        check("27. rue X\n35. porte Y", "27. rue X\n35. porte Y", &[]);
        check("3) trois\n5) cinq", "3) trois\n5) cinq", &[]);
        check("- a\n  b\n- c", "• a\n  b\n• c", &[]);
        check("- a\n  1. b\n  3. c", "• a\n  1. b\n  3. c", &[]);
        check("- 2016. a\n- 2014. b", "• 2016. a\n• 2014. b", &[]);
        check("-\n- b", "• \n• b", &[]);
    }

    #[test]
    fn bullets_of_other_programs_make_lists() {
        check("• a\n• b", "• a\n• b", &[]);
        check("– a\n– b", "• a\n• b", &[]);
        check("Voici :\n■a\n■b", "Voici :\n\n• a\n• b", &[]);
        check("— Bonjour, dit-il.", "— Bonjour, dit-il.", &[]);
    }

    /// To CommonMark it would go on with the item, the quotation or the row above it.
    #[test]
    fn a_line_below_a_list_a_quotation_or_a_table_stands_by_itself() {
        check(
            "• acte\n• photo\nPrix : 500 F\nDélai : 2 jours",
            "• acte\n• photo\n\nPrix : 500 F\nDélai : 2 jours",
            &[],
        );
        check("1. acte\n+223 20 22 18 48", "1. acte\n\n+223 20 22 18 48", &[]);
        check("> Dit-il.\nPrix : 500 F", "Dit-il.\n\nPrix : 500 F", &[]);
        let more_than = [Problem::Ambiguous(Ambiguity::MoreThan, 10..11)];
        check("> Dit-il.\n>60 ans", "Dit-il.\n\n>60 ans", &more_than);
        check("| a | b |\n|---|---|\n| c | d |\nAprès", "a  b\nc  d\n\nAprès", &[]);
        check("Apportez :\n\t• a\n\t• b\n\t\t• c", "Apportez :\n\n• a\n• b\n  ◦ c", &[]);
        check("Tarifs\t\nSac\t50 F", "Tarifs\nSac     50 F", &[Problem::Ambiguous(Ambiguity::Tabs, 0..16)]);
    }

    #[test]
    fn indented_paragraphs_are_no_code_and_code_keeps_its_indent() {
        assert_eq!(check("Un.\n\n    Deux **mots**.", "Un.\n\nDeux mots.", &[]).spans()[0].style, Style::Bold);
        assert_eq!(check("```\n    a\n  b\n```", "    a\n  b", &[]).spans()[0].style, Style::Pre);
    }

    #[test]
    fn tables_are_aligned_where_there_is_room() {
        let narrow = "| Jour | Heures |\n|---|---|\n| Lundi | 8h–12h |\n| Mardi | |";
        let text = check(narrow, "Jour   Heures\nLundi  8h–12h\nMardi", &[]);
        assert_eq!(text.spans()[0].style, Style::Pre);
        let wide =
            "| Service | Ce qu’il faut apporter |\n|---|---|\n| **Carte** | deux photos et un acte de naissance |";
        let text = check(wide, "Service: Carte · Ce qu’il faut apporter: deux photos et un acte de naissance", &[]);
        assert_eq!(text.spans()[0].style, Style::Bold);
        let tabs = "Jour\tHeures\nLundi\t8h";
        check(tabs, "Jour   Heures\nLundi  8h", &[Problem::Ambiguous(Ambiguity::Tabs, 0..tabs.len())]);
        check("\tUn.\n\tDeux.", "Un.\nDeux.", &[]);
        let (_, problems) = parse("| a |\n|---|\n| b | c |", &NoPlaceholders);
        assert!(matches!(problems[..], [Problem::Unsupported(Element::LongRow, _)]), "{problems:?}");
    }

    #[test]
    fn lists_are_eight_levels_deep_at_most() {
        let nested =
            |levels: usize| (0..levels).map(|level| format!("{}- a\n", "  ".repeat(level))).collect::<String>();
        check(
            nested(NESTING_MAX).trim_end(),
            &nested(NESTING_MAX).trim_end().replacen("- ", "• ", 1).replace('-', "◦"),
            &[],
        );
        let (_, problems) = parse(&nested(NESTING_MAX + 1), &NoPlaceholders);
        assert!(matches!(problems[..], [Problem::Unsupported(Element::DeepList, _)]), "{problems:?}");
        for (markdown, place) in [
            ("- ".repeat(NESTING_MAX), None),
            (format!("a\n{}b\n c", "- ".repeat(NESTING_MAX + 1)), Some(2..19)),
            (format!("{}b", ">".repeat(NESTING_MAX + 1)), Some(0..9)),
            (format!("> 1. {}b", "+ > 2) * ".repeat(2)), Some(0..22)),
            ("-".repeat(NESTING_MAX + 1), None),
            ("**a** ".repeat(NESTING_MAX + 1), None),
        ] {
            assert_eq!(too_deep(&markdown), place, "{markdown}");
        }
    }

    #[test]
    fn what_a_message_cannot_show_is_a_problem() {
        for markdown in
            ["Titre\n---", "a\n\n---\n\nb", "```rust\na\n```", "![x](https://example.org/a.png)", "a[^1]\n\n[^1]: b"]
        {
            let (_, problems) = parse(markdown, &NoPlaceholders);
            assert!(problems.iter().all(|p| matches!(p, Problem::Unsupported(..))), "{markdown}: {problems:?}");
            assert!(!problems.is_empty(), "{markdown}");
        }
    }
}
