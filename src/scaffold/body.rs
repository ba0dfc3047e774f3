//! Blocks of a document → the body of a section, in the Markdown of a content.
//!
//! A block is written as people would write it, and read again by the parser of the product: where that shows other words, or finds
//! a problem, it is written with more signs escaped, last without styles. So no word is lost, whatever the document holds.

use super::document::{Block, Style, Words};
use crate::content::{BODY_PAGE_MAX, BODY_PAGES_MAX, fits_body, has_references};
use crate::markup::{NoPlaceholders, parse, too_deep, utf16_len};

/// How careful words are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// With styles; signs are taken for signs unless they surely are marks.
    Styled,
    /// With styles; each sign that may be a mark is escaped.
    Escaped,
    /// Without styles, as lines of a paragraph.
    Plain,
}

const CARES: [Care; 3] = [Care::Styled, Care::Escaped, Care::Plain];

/// The signs of ASCII that are never marks by themselves.
const HARMLESS: &str = ".,;:!?'\"()%/@$^";

/// UTF-16 units of the blocks that are tried as one body: a little less than three pages hold.
const BODY_MAX: usize = BODY_PAGE_MAX * BODY_PAGES_MAX - 1_000;

/// The bodies of a section and of those that go on with it: each fits a section. Empty where there are no words.
pub(super) fn bodies(blocks: &[Block]) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut rest: Vec<Block> = blocks.to_vec();
    while !rest.is_empty() {
        let mut length = 0;
        let fits = |block: &&Block| {
            length += utf16_len(&block.to_plain()) + 2;
            length <= BODY_MAX
        };
        let mut count = rest.iter().take_while(fits).count().max(1);
        loop {
            if let Some(body) = body_of(&rest[..count]) {
                bodies.push(body);
                rest.drain(..count);
                break;
            }
            if count == 1 {
                // What cannot be divided is one character.
                let halves = halves(&rest[0]).map(|(first, second)| [first, second]);
                rest.splice(..1, halves.into_iter().flatten());
                break;
            }
            count = (count * 3 / 4).max(1);
        }
    }
    bodies
}

/// The body of these blocks, if they fit one.
fn body_of(blocks: &[Block]) -> Option<String> {
    for care in CARES {
        let written: Vec<(String, String)> = blocks.iter().map(|block| written(block, care)).collect();
        let mut body = String::new();
        for (block, (markdown, _)) in blocks.iter().zip(&written) {
            // Items stand together, whatever else apart.
            let is_item = |text: &str| matches!(block, Block::Item { .. }) && text.lines().last().is_some_and(is_item);
            if !body.is_empty() {
                body.push_str(if care != Care::Plain && is_item(&body) { "\n" } else { "\n\n" });
            }
            body.push_str(markdown);
        }
        let (rich, problems) = parse(&body, &NoPlaceholders);
        let shown: String = written.iter().map(|(_, shown)| shown.as_str()).collect();
        let says_it = words_of(rich.as_str()) == words_of(&shown);
        if problems.is_empty() && too_deep(&body).is_none() && !has_references(&body) && says_it {
            return fits_body(&body, &rich).then_some(body);
        }
    }
    None
}

fn is_item(line: &str) -> bool {
    let words = line.trim_start();
    words.starts_with("- ") || words.starts_with(|c: char| c.is_ascii_digit()) || words.len() < line.len()
}

/// A block in Markdown, at least as careful as asked, and the signs that are shown for it.
fn written(block: &Block, least: Care) -> (String, String) {
    // A block that shows its signs in no way keeps its words at least.
    for compared in [signs, words_of] {
        for care in CARES.into_iter().skip_while(|care| *care != least) {
            let markdown = markdown(block, care);
            let (rich, problems) = parse(&markdown, &NoPlaceholders);
            let shown = compared(rich.as_str());
            let says_it = match block {
                // A wide table names its columns in each row.
                Block::Table(rows) if care != Care::Plain => {
                    rows.iter().flatten().all(|cell| shown.contains(&compared(&cell.to_plain())))
                }
                block => shown == compared(&block.to_plain()),
            };
            if says_it && problems.is_empty() && !has_references(&markdown) {
                return (markdown, shown);
            }
        }
    }
    (markdown(block, Care::Plain), signs(&block.to_plain()))
}

/// The signs that lists are drawn with, and those of other programs that are read as such.
const LIST_SIGNS: &str = "•◦●▪■‣►➢–—";

/// What people see of a text, but for white space and the signs that its items begin with.
fn signs(text: &str) -> String {
    let line = |line: &str| {
        let words = line.trim_start_matches(|c: char| c.is_whitespace() || LIST_SIGNS.contains(c));
        words.chars().filter(|c| !c.is_whitespace()).collect::<String>()
    };
    text.lines().map(line).collect()
}

/// What people see of a text, but for white space, dashes and the signs of lists.
fn words_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-' && !LIST_SIGNS.contains(*c)).collect()
}

fn markdown(block: &Block, care: Care) -> String {
    if care == Care::Plain {
        return lines(&Words::plain(&block.to_plain()), care).join("\n");
    }
    match block {
        Block::Heading(_, words) => format!("## {}", lines(words, care).join(" ")),
        Block::Paragraph(words) => lines(words, care).join("\n"),
        Block::Item { depth, number, words } => {
            let indent = "   ".repeat(*depth);
            let sign = number.as_deref().unwrap_or("-");
            let between = format!("\n{indent}{}", " ".repeat(sign.len() + 1));
            format!("{indent}{sign} {}", lines(words, care).join(&between))
        }
        Block::Quote(words) => lines(words, care).iter().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
        Block::Code(text) => format!("```\n{text}\n```"),
        Block::Table(rows) => {
            let row = |row: &Vec<Words>| {
                let cells: Vec<String> = row.iter().map(|cell| lines(cell, Care::Escaped).join(" ")).collect();
                format!("| {} |", cells.join(" | "))
            };
            let mut lines: Vec<String> = rows.iter().map(row).collect();
            let columns = rows.first().map_or(0, Vec::len);
            lines.insert(1.min(lines.len()), format!("|{}", "---|".repeat(columns)));
            lines.join("\n")
        }
    }
}

/// The lines of words, none of them empty.
fn lines(words: &Words, care: Care) -> Vec<String> {
    let mut lines = vec![String::new()];
    for run in &words.0 {
        for (number, part) in run.text.split('\n').enumerate() {
            if number > 0 {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                let begins = line.trim().is_empty();
                line.push_str(&styled(part, run.style.as_ref(), care, begins));
            }
        }
    }
    let lines = lines.into_iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// A part of a line in its style. White space at its ends stands outside of the marks.
fn styled(text: &str, style: Option<&Style>, care: Care, begins: bool) -> String {
    let core = text.trim();
    if core.is_empty() {
        return text.to_owned();
    }
    let before = &text[..text.len() - text.trim_start().len()];
    let behind = &text[text.trim_end().len()..];
    let style = style.filter(|_| care != Care::Plain);
    let words = escaped(core, care, begins && style.is_none());
    let core = match style {
        Some(Style::Code) if !core.contains('`') => format!("`{core}`"),
        None | Some(Style::Code) => words,
        Some(Style::Link(address)) => format!("[{words}]({address})"),
        Some(Style::Bold) => format!("**{words}**"),
        Some(Style::Italic) => format!("*{words}*"),
        Some(Style::Strike) => format!("~~{words}~~"),
        Some(Style::Underline) => format!("__{words}__"),
    };
    format!("{before}{core}{behind}")
}

/// Words with a backslash before what would be a mark. Braces, commands and links to a bot's sections stand in code, where they mean
/// nothing.
fn escaped(text: &str, care: Care, begins: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (number, word) in text.split_inclusive(char::is_whitespace).enumerate() {
        let bare = word.trim_end();
        if (bare.contains('/') && has_references(bare)) || bare.contains(['{', '}']) {
            out.push_str(&in_code(bare));
        } else {
            let address = ["://", "www."].into_iter().filter_map(|begin| bare.find(begin)).min();
            let begins_line = begins && number == 0;
            for (at, c) in bare.char_indices() {
                let is_mark = match care {
                    _ if !c.is_ascii_punctuation() => false,
                    // The parser escapes these by itself in an address.
                    _ if address.is_some_and(|begin| at > begin) && "*_~".contains(c) => false,
                    Care::Styled => c == '\\' || c == '`' || (begins_line && at == 0 && "#>|=".contains(c)),
                    Care::Escaped => "\\`*_~[]<>|&".contains(c) || (begins_line && at == 0 && "#+=-:".contains(c)),
                    Care::Plain => !HARMLESS.contains(c),
                };
                // `12.` at the beginning of a line is a number of a list, which is shown as it is.
                if is_mark {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        out.push_str(&word[bare.len()..]);
    }
    out
}

/// A word in code. Backticks within it stand outside.
fn in_code(word: &str) -> String {
    let parts = word.split('`').map(|part| if part.is_empty() { String::new() } else { format!("`{part}`") });
    parts.collect::<Vec<_>>().join("\\`")
}

/// A block that is too long for a section, in two.
fn halves(block: &Block) -> Option<(Block, Block)> {
    let both = |words: &Words, make: &dyn Fn(Words) -> Block| words.halves().map(|(a, b)| (make(a), make(b)));
    match block {
        Block::Heading(..) | Block::Paragraph(_) => {
            let (Block::Heading(_, words) | Block::Paragraph(words)) = block else { return None };
            both(words, &Block::Paragraph)
        }
        Block::Quote(words) => both(words, &Block::Quote),
        Block::Item { depth, number, words } => {
            let (first, second) = words.halves()?;
            let first = Block::Item { depth: *depth, number: number.clone(), words: first };
            Some((first, Block::Paragraph(second)))
        }
        Block::Code(text) => {
            let (first, second) = Words::plain(text).halves()?;
            Some((Block::Code(first.to_plain()), Block::Code(second.to_plain())))
        }
        Block::Table(rows) => {
            let (names, rows) = rows.split_first()?;
            if rows.len() < 2 {
                // One row that is too long: its cells, one after the other.
                let cells = names.iter().chain(rows.iter().flatten()).map(Words::to_plain).collect::<Vec<_>>();
                return both(&Words::plain(&cells.join("\n")), &Block::Paragraph);
            }
            let (first, second) = rows.split_at(rows.len() / 2);
            let table = |rows: &[Vec<Words>]| Block::Table(std::iter::once(names).chain(rows).cloned().collect());
            Some((table(first), table(second)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffold::document::Run;

    #[track_caller]
    fn check(blocks: &[Block], expected: &str) {
        assert_eq!(bodies(blocks), [expected], "{blocks:?}");
    }

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(Words::plain(text))
    }

    fn item(depth: usize, number: Option<&str>, text: &str) -> Block {
        Block::Item { depth, number: number.map(str::to_owned), words: Words::plain(text) }
    }

    #[test]
    fn what_needs_no_marks_is_written_as_it_is() {
        for text in
            ["We dig wells.", "1. Title", "a_b - c", "Rue 27\nPorte 35", "https://example.org/a_b_c", "5 * 3 = 15"]
        {
            check(&[paragraph(text)], text);
        }
    }

    #[test]
    fn signs_that_would_be_marks_are_escaped() {
        check(&[paragraph("Dial *144*39# now")], "Dial \\*144\\*39# now");
        check(&[paragraph("# 1 in town")], "\\# 1 in town");
        check(&[paragraph("> 60 years")], "\\> 60 years");
        check(&[paragraph("<b>x</b> &amp; y")], "\\<b\\>x\\</b\\> \\&amp; y");
        check(&[paragraph("[a]: b")], "[a]: b");
        check(&[paragraph("Write {name} to /start or /etc/hosts")], "Write `{name}` to `/start` or /etc/hosts");
        check(&[paragraph("C:\\new")], "C:\\\\new");
    }

    #[test]
    fn dashes_are_lost_nowhere() {
        check(&[paragraph("- 5 degrees")], "\\- 5 degrees");
        check(&[paragraph("A\n---")], "A\n\\---");
        check(&[item(0, None, "- 5 degrees")], "- \\- 5 degrees");
        check(&[item(0, None, "a\n- b")], "- a\n  \\- b");
        check(&[paragraph("– a\n– b")], "– a\n– b");
    }

    #[test]
    fn styles_lists_quotations_code_and_tables_are_kept() {
        let words = Words(vec![
            Run { text: "See ".to_owned(), style: None },
            Run { text: "here ".to_owned(), style: Some(Style::Link("https://example.org/".to_owned())) },
            Run { text: "or call".to_owned(), style: Some(Style::Bold) },
        ]);
        check(&[Block::Paragraph(words)], "See [here](https://example.org/) **or call**");
        let list = [item(0, Some("3."), "a"), item(1, None, "b"), item(0, Some("7."), "c\nd"), paragraph("e")];
        check(&list, "3. a\n   - b\n7. c\n   d\n\ne");
        check(&[Block::Quote(Words::plain("a\nb"))], "> a\n> b");
        check(&[Block::Code("a\n  *b*".to_owned())], "```\na\n  *b*\n```");
        let row = |cells: [&str; 2]| cells.map(Words::plain).to_vec();
        check(&[Block::Table(vec![row(["a", "b"]), row(["c|d", ""])])], "| a | b |\n|---|---|\n| c\\|d |  |");
    }

    #[test]
    fn what_is_too_long_goes_on_in_another_section() {
        let sentence = "Peace is built by those who live in it. ";
        let long = [paragraph(&sentence.repeat(600))];
        let bodies = bodies(&long);
        assert!(bodies.len() > 2, "{}", bodies.len());
        assert_eq!(signs(&bodies.concat()), signs(&sentence.repeat(600)));
        let rows: Vec<Vec<Words>> =
            (0..900).map(|n| vec![Words::plain(&format!("row {n}")), Words::plain("a value")]).collect();
        let bodies = super::bodies(&[Block::Table(rows)]);
        assert!(bodies.len() > 1 && bodies.iter().all(|body| body.starts_with("| row 0 |")), "{bodies:?}");
        assert!((0..900).all(|n| bodies.iter().any(|body| body.contains(&format!("| row {n} |")))));
    }
}
