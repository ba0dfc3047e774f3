//! Markdown as people write it → Markdown as CommonMark reads it.
//!
//! Much that an office writes means something else to CommonMark: `*144*39#` would lose its asterisks, `> 60 ans` become a
//! quotation, an indented paragraph code. Such signs are escaped before the text is parsed, so that they stay what they are;
//! the bullets of other programs and columns apart by tabs become the Markdown that they stand for.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

/// What is read beyond CommonMark: footnotes only to refuse them.
pub(super) const OPTIONS: Options =
    Options::ENABLE_STRIKETHROUGH.union(Options::ENABLE_TABLES).union(Options::ENABLE_FOOTNOTES);

/// Bullets of other programs; what follows them is a list's item, with or without a space.
const BULLETS: [char; 8] = ['•', '●', '▪', '■', '◦', '‣', '►', '➢'];
/// Dashes are bullets where two lines in a row begin with one: a single line may be somebody speaking.
const DASHES: [char; 2] = ['–', '—'];

/// Code is what stands behind so many columns, in CommonMark.
const CODE_INDENT: usize = 4;

/// What a line stands below, with no empty line between; of a list also with empty ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Above {
    Nothing,
    Quotation,
    /// An item of a list, from whose line so many bytes of indent were taken.
    Item(usize),
    Table,
}

/// A sign that could mean two things, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// `*144*`: the marks of emphasis around a number are shown.
    MarksOfNumber,
    /// `> 60`: a sign for "more than", no quotation.
    MoreThan,
    /// `+ 223`: a plus, no bullet.
    Plus,
    /// Lines with tabs: a table.
    Tabs,
    /// Lines with bars between words and no row of dashes below the first: no table.
    Pipes,
    /// `500 F*`: a star behind a word, with none before it.
    StarBehindWord,
}

/// A text in which signs that are no marks are escaped.
#[derive(Debug, Default)]
pub(super) struct Normalized {
    pub(super) text: String,
    /// What was decided, with its bytes in the source.
    pub(super) ambiguities: Vec<(Ambiguity, Range<usize>)>,
    /// Each place where the text differs: the byte behind it in the text, and in the source.
    anchors: Vec<(usize, usize)>,
    source_len: usize,
}

impl Normalized {
    /// Where a range of the text stands in the source.
    pub(super) fn in_source(&self, range: Range<usize>) -> Range<usize> {
        let start = self.byte_in_source(range.start);
        start..self.byte_in_source(range.end).max(start)
    }

    fn byte_in_source(&self, at: usize) -> usize {
        let after = self.anchors.partition_point(|&(in_text, _)| in_text <= at);
        let (in_text, in_source) = after.checked_sub(1).map_or((0, 0), |last| self.anchors[last]);
        // A replacement may be longer than what it replaces.
        let next = self.anchors.get(after).map_or(self.source_len, |&(_, in_source)| in_source);
        (in_source + at - in_text).min(next)
    }
}

/// Escapes what is no mark.
pub(super) fn normalize(source: &str) -> Normalized {
    let mut edits = Edits::new(source);
    edits.marks();
    edits.lines();
    edits.addresses();
    edits.finish()
}

/// Replacements in a text.
struct Edits<'a> {
    source: &'a str,
    /// What CommonMark makes of the text as it is written.
    structure: Structure,
    edits: Vec<(Range<usize>, String)>,
    ambiguities: Vec<(Ambiguity, Range<usize>)>,
}

/// Where things stand in a text, in bytes.
#[derive(Default)]
struct Structure {
    /// Code and addresses in angle brackets: nothing is escaped there.
    verbatim: Vec<Range<usize>>,
    /// Paragraphs that are indented so far that they would be code.
    indented: Vec<Range<usize>>,
    /// Emphasis: its marks included, and the length of one.
    emphasis: Vec<(Range<usize>, usize)>,
    /// Definitions of links, which would not be shown at all.
    definitions: Vec<Range<usize>>,
    tables: Vec<Range<usize>>,
}

impl Structure {
    fn of(source: &str) -> Self {
        let mut structure = Self::default();
        let parser = Parser::new_ext(source, OPTIONS);
        structure.definitions = parser.reference_definitions().iter().map(|(_, link)| link.span.clone()).collect();
        let mut lists = 0_usize;
        for (event, range) in parser.into_offset_iter() {
            match event {
                Event::Code(_) | Event::InlineHtml(_) | Event::Html(_) => structure.verbatim.push(range),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) if lists == 0 => structure.indented.push(range),
                Event::Start(Tag::CodeBlock(_)) => structure.verbatim.push(range),
                Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
                    structure.verbatim.push(range);
                }
                Event::Start(Tag::Emphasis) => structure.emphasis.push((range, 1)),
                Event::Start(Tag::Strong) => structure.emphasis.push((range, 2)),
                Event::Start(Tag::Strikethrough) => {
                    let mark = if source[range.clone()].starts_with("~~") { 2 } else { 1 };
                    structure.emphasis.push((range, mark));
                }
                Event::Start(Tag::Table(_)) => structure.tables.push(range),
                Event::Start(Tag::List(_)) => lists += 1,
                Event::End(TagEnd::List(_)) => lists -= 1,
                _ => {}
            }
        }
        structure
    }

    fn is_verbatim(&self, at: usize) -> bool {
        self.verbatim.iter().any(|range| range.contains(&at))
    }
}

impl<'a> Edits<'a> {
    fn new(source: &'a str) -> Self {
        Self { source, structure: Structure::of(source), edits: Vec::new(), ambiguities: Vec::new() }
    }

    fn escape(&mut self, at: usize) {
        self.edits.push((at..at, "\\".to_owned()));
    }

    fn before(&self, at: usize) -> Option<char> {
        self.source[..at].chars().next_back()
    }

    fn after(&self, at: usize) -> Option<char> {
        self.source[at..].chars().next()
    }

    /// Marks of emphasis beside digits, single tildes, and brackets that would define a link.
    fn marks(&mut self) {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '#');
        for (range, mark) in std::mem::take(&mut self.structure.emphasis) {
            let inside = range.start + mark..range.end - mark;
            let touches_numbers = (is_digit(self.before(range.start)) && is_digit(self.after(inside.start)))
                || (is_digit(self.before(inside.end)) && is_digit(self.after(range.end)));
            let words = &self.source[inside.clone()];
            let is_code =
                words.starts_with(|c: char| c.is_ascii_digit()) && words.ends_with(|c: char| c.is_ascii_digit());
            let is_number = mark == 1 && (is_code || !words.contains(char::is_alphabetic));
            if touches_numbers || is_number {
                self.ambiguities.push((Ambiguity::MarksOfNumber, range.clone()));
            }
            if touches_numbers || is_number || (mark == 1 && self.source[range.clone()].starts_with('~')) {
                for at in (range.start..inside.start).chain(inside.end..range.end) {
                    self.escape(at);
                }
            } else {
                // Its marks are marks, and not looked at below.
                self.structure.verbatim.push(range.start..inside.start);
                self.structure.verbatim.push(inside.end..range.end);
            }
        }
        for (at, mark) in self.source.match_indices(['*', '_']) {
            let before = self.before(at);
            let is_single = before != mark.chars().next() && self.after(at + 1) != mark.chars().next();
            let is_new = before != Some('\\') && !self.structure.is_verbatim(at);
            if is_single && is_new && (is_digit(before) || is_digit(self.after(at + 1))) {
                self.escape(at);
            }
        }
        for range in std::mem::take(&mut self.structure.definitions) {
            self.escape(range.start);
        }
    }

    /// What lines begin with, and columns apart by tabs.
    fn lines(&mut self) {
        let mut at = 0;
        let lines: Vec<Range<usize>> = self
            .source
            .split_inclusive('\n')
            .map(|line| {
                let start = at;
                at += line.len();
                start..start + line.trim_end_matches(['\n', '\r']).len()
            })
            .collect();
        self.pipes(&lines);
        let mut above = Above::Nothing;
        let mut number = 0;
        while let Some(line) = lines.get(number) {
            if self.structure.verbatim.iter().any(|range| range.contains(&line.start)) {
                number += 1;
                continue;
            }
            let rows = self.rows_of_table(&lines[number..]);
            if rows > 0 {
                self.table(&lines[number..number + rows]);
                above = Above::Table;
                number += rows;
                continue;
            }
            let neighbours = [number.checked_sub(1), Some(number + 1)];
            let is_beside = |dash: char| {
                let mut near = neighbours.iter().flatten().filter_map(|&near| lines.get(near));
                near.any(|near| dash_of(&self.source[near.clone()]) == Some(dash))
            };
            let makes_list = dash_of(&self.source[line.clone()]).is_some_and(is_beside);
            above = self.line(line.clone(), above, makes_list);
            number += 1;
        }
    }

    /// Lines that look like the rows of a table, with as many bars each, and make none.
    fn pipes(&mut self, lines: &[Range<usize>]) {
        let bars = |line: &Range<usize>| {
            let is_in = |ranges: &[Range<usize>]| ranges.iter().any(|range| range.contains(&line.start));
            let is_plain = !is_in(&self.structure.tables) && !is_in(&self.structure.verbatim);
            let text = &self.source[line.clone()];
            if is_plain && !text.contains('\t') { text.matches('|').count() - text.matches("\\|").count() } else { 0 }
        };
        let rows = lines.chunk_by(|line, next| bars(line) == bars(next)).filter(|rows| rows.len() > 1);
        let rows = rows.filter(|rows| bars(&rows[0]) > 0).map(|rows| rows[0].start..rows[rows.len() - 1].end);
        let found: Vec<_> = rows.map(|range| (Ambiguity::Pipes, range)).collect();
        self.ambiguities.extend(found);
    }

    /// One line; says what the next one stands below.
    fn line(&mut self, line: Range<usize>, above: Above, has_dash_as_bullet: bool) -> Above {
        let text = &self.source[line.clone()];
        let words = text.trim_start();
        let indent = line.start..line.end - words.len();
        let Some(sign) = words.chars().next() else {
            return if matches!(above, Above::Item(_)) { above } else { Above::Nothing };
        };
        let is_item = is_item(words) || (has_dash_as_bullet && DASHES.contains(&sign));
        let is_quotation = sign == '>' && !is_more_than(words, above);
        // To CommonMark a line goes on with what stands above it; here it ends where it is written that it ends.
        let begins_anew = match above {
            Above::Nothing => false,
            Above::Quotation => !is_quotation,
            Above::Item(_) => indent.is_empty() && !is_item,
            Above::Table => !words.contains('|'),
        };
        if begins_anew {
            self.edits.push((line.start..line.start, "\n".to_owned()));
        }
        let is_far_in = text[..indent.len()].contains('\t') || indent.len() >= CODE_INDENT;
        let would_be_code =
            self.structure.indented.iter().any(|range| range.start < line.end && line.start < range.end);
        let taken = match above {
            Above::Item(taken) if is_item => taken.min(indent.len()),
            Above::Item(_) if !would_be_code => 0,
            _ if would_be_code || ((is_item || begins_anew) && is_far_in) => indent.len(),
            _ => 0,
        };
        if taken > 0 {
            self.edits.push((line.start..line.start + taken, String::new()));
        }
        self.signs(indent.end..line.end, above, has_dash_as_bullet);
        match sign {
            _ if is_quotation => Above::Quotation,
            _ if is_item => Above::Item(taken),
            _ if matches!(above, Above::Item(_)) && !begins_anew => above,
            _ if sign == '|' || (above == Above::Table && !begins_anew) => Above::Table,
            _ => Above::Nothing,
        }
    }

    /// The signs that the words of a line begin with.
    fn signs(&mut self, line: Range<usize>, mut above: Above, has_dash_as_bullet: bool) {
        let mut at = line.start;
        loop {
            let words = self.source[at..line.end].trim_start();
            at = line.end - words.len();
            let Some(sign) = words.chars().next() else { return };
            let behind = &words[sign.len_utf8()..];
            let next = behind.trim_start_matches([' ', '\t']);
            let begins_with_number = next.starts_with(|c: char| c.is_ascii_digit());
            match sign {
                '>' if is_more_than(words, above) => {
                    self.escape(at);
                    self.ambiguities.push((Ambiguity::MoreThan, at..at + 1));
                }
                '>' => {
                    above = Above::Quotation;
                    at += 1;
                    continue;
                }
                '+' if begins_with_number && next.len() < behind.len() => {
                    self.escape(at);
                    self.ambiguities.push((Ambiguity::Plus, at..at + 1));
                }
                _ if (BULLETS.contains(&sign) && !next.is_empty())
                    || (DASHES.contains(&sign) && has_dash_as_bullet) =>
                {
                    let words = line.end - next.len();
                    self.edits.push((at..words, "- ".to_owned()));
                    self.definition(words);
                }
                _ => self.definition(at),
            }
            return;
        }
    }

    /// Escapes what would define a link, and not be shown at all: `[Lundi]: 8h`.
    fn definition(&mut self, at: usize) {
        let rest = &self.source[at..];
        let is_footnote = rest.starts_with("[^");
        if rest.starts_with('[')
            && !is_footnote
            && rest.split_once(']').is_some_and(|(_, behind)| behind.starts_with(':'))
        {
            self.escape(at);
        }
    }

    /// How many lines from here on are rows of a table whose cells are apart by tabs; 0 when there is none.
    fn rows_of_table(&self, lines: &[Range<usize>]) -> usize {
        let cells = |line: &Range<usize>| {
            let text = self.source[line.clone()].trim_end_matches(' ');
            (!text.trim().is_empty()).then(|| text.split('\t').count())
        };
        let Some(columns) = lines.first().and_then(cells).filter(|&columns| columns > 1) else { return 0 };
        let rows = lines.iter().take_while(|line| cells(line) == Some(columns)).count();
        // A tab that begins each line is an indent.
        let is_table = columns > 2 || self.tabs_of_indent(&lines[..rows]) == 0;
        if rows > 1 && is_table { rows } else { 0 }
    }

    /// 1 where each line begins with a tab, else 0.
    fn tabs_of_indent(&self, lines: &[Range<usize>]) -> usize {
        let has_first_cell = |line: &Range<usize>| {
            let first = self.source[line.clone()].split('\t').next();
            first.is_some_and(|cell| !cell.trim().is_empty())
        };
        usize::from(!lines.iter().any(has_first_cell))
    }

    /// Makes a Markdown table of lines whose cells are apart by tabs.
    fn table(&mut self, lines: &[Range<usize>]) {
        let indent = self.tabs_of_indent(lines);
        for (row, line) in lines.iter().enumerate() {
            let end = line.start + self.source[line.clone()].trim_end_matches(' ').len();
            let first_tab = self.source[line.clone()].find('\t').map_or(0, |at| at + 1);
            let start = line.start + indent * first_tab;
            self.edits.push((line.start..start, if row == 0 { "\n| ".to_owned() } else { "| ".to_owned() }));
            let text = &self.source[start..end];
            for (at, sign) in text.match_indices(['\t', '|']) {
                let replacement = if sign == "\t" { " | " } else { "\\|" };
                self.edits.push((start + at..start + at + 1, replacement.to_owned()));
            }
            let columns = text.matches('\t').count() + 1;
            let rule = if row == 0 { format!(" |\n|{}", "---|".repeat(columns)) } else { " |".to_owned() };
            self.edits.push((end..line.end, rule));
        }
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            self.ambiguities.push((Ambiguity::Tabs, first.start..last.end));
        }
    }

    /// Marks inside of web addresses.
    fn addresses(&mut self) {
        let is_word = |c: char| c.is_alphanumeric();
        for (at, sign) in self.source.match_indices("://").chain(self.source.match_indices("www.")) {
            let before = self.source[..at].trim_end_matches(is_word).len();
            let start = if sign == "www." { at } else { before };
            if (sign == "www.") == (before < at) || self.structure.is_verbatim(at) {
                continue; // No scheme, or within a word or another address.
            }
            let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»');
            let end = self.source[at..].find(is_end).map_or(self.source.len(), |length| at + length);
            // `**https://example.org**` is bold.
            let opened = &self.source[..start];
            let marks = opened.len() - opened.trim_end_matches(['*', '_', '~']).len();
            let closing: String = opened[opened.len() - marks..].chars().rev().collect();
            let address = &self.source[start..end];
            let address = address.strip_suffix(&closing).unwrap_or(address);
            for (offset, _) in address.match_indices(['*', '_', '~']) {
                self.escape(start + offset);
            }
        }
    }

    fn finish(mut self) -> Normalized {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        self.edits.dedup();
        let mut normalized = Normalized { source_len: self.source.len(), ..Normalized::default() };
        let mut done = 0;
        for (range, replacement) in self.edits {
            if range.start < done {
                continue; // Within what another edit replaced.
            }
            normalized.text.push_str(&self.source[done..range.start]);
            normalized.anchors.push((normalized.text.len(), range.start));
            normalized.text.push_str(&replacement);
            normalized.anchors.push((normalized.text.len(), range.end));
            done = range.end;
        }
        normalized.text.push_str(&self.source[done..]);
        normalized.ambiguities = self.ambiguities;
        normalized.ambiguities.sort_by_key(|(_, range)| range.start);
        normalized
    }
}

/// Whether a line's words begin with `>` before a number: "more than". Within a quotation only where no space follows.
fn is_more_than(words: &str, above: Above) -> bool {
    words.strip_prefix('>').is_some_and(|behind| {
        let next = behind.trim_start_matches([' ', '\t']);
        let is_apart = next.len() < behind.len();
        next.starts_with(|c: char| c.is_ascii_digit()) && !(above == Above::Quotation && is_apart)
    })
}

/// Whether a line's words begin an item of a list.
fn is_item(words: &str) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\t');
    let digits = words.len() - words.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut signs = words[digits..].chars();
    match (signs.next(), digits) {
        (Some('.' | ')'), 1..=9) => is_space(signs.next()),
        (Some('+'), 0) => {
            let behind = signs.as_str();
            is_space(signs.next()) && !behind.trim_start().starts_with(|c: char| c.is_ascii_digit())
        }
        (Some('-' | '*'), 0) => is_space(signs.next()),
        (Some(sign), 0) => BULLETS.contains(&sign) && !signs.as_str().trim().is_empty(),
        _ => false,
    }
}

/// The dash that a line begins with, if white space follows.
fn dash_of(line: &str) -> Option<char> {
    let words = line.trim_start();
    let dash = words.chars().next().filter(|first| DASHES.contains(first))?;
    words[dash.len_utf8()..].starts_with([' ', '\t', '\u{a0}']).then_some(dash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_text_is_one_in_the_source() {
        let source = "Composez *144*39#\n• a\n• b *c*\nfin";
        let normalized = normalize(source);
        assert_eq!(normalized.text, "Composez \\*144\\*39#\n- a\n- b *c*\n\nfin");
        for word in ["Composez", "144", "39#", "a", "b *c*", "fin"] {
            let at = normalized.text.find(word).expect(word);
            let place = normalized.in_source(at..at + word.len());
            assert_eq!(&source[place], word);
        }
    }
}
