//! Plain text → blocks. A heading is a line of at most 80 characters that does not end like a sentence, with an empty line before
//! it and after it and text below; one that is underlined (`===`, `---`) or in capitals needs no empty line after it. The kind of
//! heading that comes first in the document is the highest.

use super::{Block, Document, Words};

/// The most characters of a heading.
const HEADING_MAX: usize = 80;
/// Lines of at least so many characters are cut by a program, not by the one who writes.
const WRAPPED_MIN: usize = 50;
const BULLETS: [&str; 12] = ["•", "●", "▪", "■", "◦", "‣", "►", "➢", "- ", "* ", "– ", "— "];

/// What a line that is a heading looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Underlined with `=`.
    Double,
    /// Underlined with `-`.
    Single,
    Capitals,
    /// So many numbers before it: one in `2. Title`, two in `2.1 Title`.
    Number(usize),
    /// `II. Title`, `B. Title`
    Letter,
    Alone,
}

/// Lines without an empty line between them.
struct Group<'a> {
    lines: Vec<&'a str>,
}

pub(super) fn read(text: &str) -> Document {
    let groups = groups(text);
    let candidates: Vec<Option<(Kind, &str, usize)>> = groups.iter().map(heading).collect();
    let mut kinds: Vec<Kind> = Vec::new();
    let mut document = Document::default();
    for (at, group) in groups.iter().enumerate() {
        let found = candidates[at].filter(|&(kind, _, used)| {
            let has_own_text = used < group.lines.len();
            // Text, or a heading of another kind, which stands below this one.
            let next = candidates.get(at + 1).map(|next| next.is_none_or(|(other, ..)| other != kind));
            has_own_text || next.unwrap_or(false)
        });
        let rest = match found {
            Some((kind, words, used)) => {
                let level = level(kind, &mut kinds);
                document.blocks.push(Block::Heading(level, Words::plain(words)));
                &group.lines[used..]
            }
            None => &group.lines[..],
        };
        paragraphs(rest, &mut document.blocks);
    }
    document
}

fn groups(text: &str) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            groups.push(Group { lines: std::mem::take(&mut lines) });
        }
    }
    groups
}

/// The heading that a group begins with, and how many lines it takes.
fn heading<'a>(group: &Group<'a>) -> Option<(Kind, &'a str, usize)> {
    let words = group.lines.first()?.trim();
    let underlined = |sign: char| {
        group.lines.get(1).is_some_and(|line| line.trim().len() >= 3 && line.trim().chars().all(|c| c == sign))
    };
    let fits = words.chars().count() <= HEADING_MAX && words.contains(char::is_alphabetic);
    if !fits || bullet(words).is_some() || words.contains('\t') {
        return None;
    }
    if underlined('=') {
        return Some((Kind::Double, words, 2));
    }
    if underlined('-') {
        return Some((Kind::Single, words, 2));
    }
    let ends_like_sentence = words.ends_with(['.', ',', ';', ':', '!', '…', '»', '"', '”']) || is_fact(words);
    let is_alone = group.lines.len() == 1;
    let letters = words.chars().filter(|c| c.is_alphabetic());
    let is_capitals = letters.clone().count() > 2
        && letters.clone().any(char::is_uppercase)
        && !letters.clone().any(char::is_lowercase);
    if ends_like_sentence || !(is_alone || is_capitals) {
        return None;
    }
    let number = words.split_whitespace().next().unwrap_or_default();
    let bare = number.trim_end_matches(['.', ')']);
    let is_numbered = bare.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let is_letter = bare.len() < number.len()
        && ((bare.len() == 1 && bare.chars().all(char::is_uppercase))
            || (!bare.is_empty() && bare.chars().all(|c| "IVXLC".contains(c))));
    let kind = match () {
        () if is_numbered && (bare.contains('.') || bare.len() < number.len()) => Kind::Number(bare.split('.').count()),
        () if is_letter => Kind::Letter,
        () if is_capitals => Kind::Capitals,
        () => Kind::Alone,
    };
    Some((kind, words, 1))
}

/// Whether a line tells one fact, as `Tel: 20 22 18 48` or an address do, rather than what is to come.
fn is_fact(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    digits > 5 || line.contains('@') || line.contains("://")
}

fn level(kind: Kind, kinds: &mut Vec<Kind>) -> usize {
    // `2.1` stands below `2.`, whichever comes first.
    let of_list = if let Kind::Number(_) = kind { Kind::Number(1) } else { kind };
    let place = kinds.iter().position(|known| *known == of_list).unwrap_or_else(|| {
        kinds.push(of_list);
        kinds.len() - 1
    });
    let below = if let Kind::Number(parts) = kind { parts.min(9) - 1 } else { 0 };
    place * 10 + below + 1
}

/// The words behind the bullet of a line, if it has one.
fn bullet(line: &str) -> Option<&str> {
    let words = line.trim_start();
    let behind = BULLETS.iter().find_map(|bullet| words.strip_prefix(bullet))?.trim();
    (!behind.is_empty()).then_some(behind)
}

/// The number that a line begins with, with its sign, and the words behind it.
fn number(line: &str) -> Option<(&str, &str)> {
    let words = line.trim();
    let digits = words.len() - words.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let behind = words[digits..].strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && behind.starts_with(' ')).then(|| (&words[..=digits], behind.trim()))
}

fn paragraphs(lines: &[&str], blocks: &mut Vec<Block>) {
    if let Some(table) = table(lines) {
        blocks.push(table);
        return;
    }
    let mut rest = lines;
    let mut first_indent = None;
    while let Some(&line) = rest.first() {
        let indent = line.len() - line.trim_start().len();
        let words = bullet(line).map(|words| (None, words)).or_else(|| number(line).map(|(n, words)| (Some(n), words)));
        let is_item = |line: &str| bullet(line).is_some() || number(line).is_some();
        let count = 1 + rest[1..].iter().take_while(|line| !is_item(line)).count();
        match words {
            Some((number, words)) => {
                let top = *first_indent.get_or_insert(indent);
                let mut words = words.to_owned();
                for line in &rest[1..count] {
                    words.push(if is_wrapped(&rest[..count]) { ' ' } else { '\n' });
                    words.push_str(line.trim());
                }
                let depth = usize::from(indent > top);
                blocks.push(Block::Item { depth, number: number.map(str::to_owned), words: Words::plain(&words) });
            }
            None => {
                let lines: Vec<&str> = rest[..count].iter().map(|line| line.trim()).collect();
                let between = if is_wrapped(&rest[..count]) { " " } else { "\n" };
                blocks.push(Block::Paragraph(Words::plain(&lines.join(between))));
            }
        }
        rest = &rest[count..];
    }
}

/// Whether the lines of a paragraph are as long as each other but the last: a program has cut them.
fn is_wrapped(lines: &[&str]) -> bool {
    let Some((_, cut)) = lines.split_last() else { return false };
    cut.iter().all(|line| line.trim().chars().count() >= WRAPPED_MIN)
}

/// A table: at least two lines with as many columns, apart by tabs.
fn table(lines: &[&str]) -> Option<Block> {
    let columns = |line: &&str| line.trim_end().split('\t').count();
    let first = lines.first().map(columns).filter(|&columns| columns > 1)?;
    let is_table = lines.len() > 1 && lines.iter().all(|line| columns(line) == first && !line.starts_with('\t'));
    let cells = |line: &&str| line.trim_end().split('\t').map(|cell| Words::plain(cell.trim())).collect();
    is_table.then(|| Block::Table(lines.iter().map(cells).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The headings of a text, each behind as many `#` as its level.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = read(text);
        let mut levels: Vec<usize> = Vec::new();
        for block in &document.blocks {
            if let Block::Heading(level, _) = block {
                levels.push(*level);
            }
        }
        levels.sort_unstable();
        levels.dedup();
        let heading = |block: &Block| match block {
            Block::Heading(level, words) => {
                let rank = levels.iter().position(|known| known == level)? + 1;
                Some(format!("{} {}", "#".repeat(rank), words.to_plain()))
            }
            _ => None,
        };
        assert_eq!(document.blocks.iter().filter_map(heading).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn headings_are_known_by_what_stands_around_them() {
        check("About us\n\nWe dig wells.\n\nHours\n\nMonday to Friday.\n", &["# About us", "# Hours"]);
        check("Wells\n=====\nText.\n\nDepth\n-----\nText.\n", &["# Wells", "## Depth"]);
        check("OUR WORK\nWe dig.\n\nOUR TEAM\nTen people.\n", &["# OUR WORK", "# OUR TEAM"]);
        check(
            "Principles\n\nText.\n\n1. Trust\n\nText.\n\n2. Time\n\nText.\n\nEnd\n\nText.\n",
            &["# Principles", "## 1. Trust", "## 2. Time", "# End"],
        );
        check(
            "1. Wells\n\nText.\n\n1.1 Depth\n\nText.\n\nFees\n\nText.\n",
            &["# 1. Wells", "## 1.1 Depth", "### Fees"],
        );
        check("II. Wells\n\nText.\n\nB. Depth\n\nText.\n", &["# II. Wells", "# B. Depth"]);
    }

    #[test]
    fn what_only_looks_like_a_heading_is_text() {
        check("We dig wells.\n\nCome on Monday.\n", &[]);
        check("Dear all,\n\nText.\n", &[]);
        check("Text.\n\nLast updated: May\n", &[]);
        check("Apples\n\nPears\n\nPlums\n\nText.\n", &["# Plums"]);
        check("Tel: 20 22 18 48\n\nText.\n", &[]);
        check("- Apples\n\nText.\n", &[]);
    }

    #[test]
    fn lines_that_a_program_has_cut_are_joined_and_others_stay() {
        let cut = "This line is so long that it was cut by a program that\nwrites seventy characters a line and no more than these, which\nends here.";
        let blocks = read(cut).blocks;
        assert_eq!(blocks, [Block::Paragraph(Words::plain(&cut.replace('\n', " ")))]);
        let address = "Rue 27\nPorte 35";
        assert_eq!(read(address).blocks, [Block::Paragraph(Words::plain(address))]);
    }

    #[test]
    fn lists_and_tables_are_known() {
        let item = |depth, number: Option<&str>, words: &str| Block::Item {
            depth,
            number: number.map(str::to_owned),
            words: Words::plain(words),
        };
        assert_eq!(
            read("Bring:\n  • a\n    - b\n  2) c\n").blocks,
            [
                Block::Paragraph(Words::plain("Bring:")),
                item(0, None, "a"),
                item(1, None, "b"),
                item(0, Some("2)"), "c")
            ]
        );
        assert!(matches!(&read("Day\tHours\nMonday\t8–12\n").blocks[..], [Block::Table(rows)] if rows.len() == 2));
    }
}
