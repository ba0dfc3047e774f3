//! A document that an organisation has already, as blocks: headings, paragraphs, items of lists, quotations, code and tables.
//!
//! `markdown` makes HTML of Markdown, as its readers would see it; `html` reads HTML, `plain` plain text. What is not taken is
//! named in [`Document::left_out`], so that no word is lost silently.

mod html;
mod markdown;
mod plain;
mod words;

use std::ffi::OsStr;
use std::path::Path;

#[cfg(test)]
pub(super) use words::Run;
pub(super) use words::{Style, Words};

use super::ScaffoldError;
use crate::message;
use crate::messages::Message;

/// The most words that a document may have, in bytes: some 300 pages of a book.
const WORDS_MAX: usize = 1 << 20;

/// A document in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its name beside the text, as a browser's window shows it.
    pub(super) title: Option<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) left_out: Vec<LeftOut>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading and its level: 1 is the highest.
    Heading(usize, Words),
    Paragraph(Words),
    /// An item of a list that stands in so many others; its number where the list has numbers.
    Item {
        depth: usize,
        number: Option<String>,
        words: Words,
    },
    Quote(Words),
    Code(String),
    /// Rows of cells; the first row names the columns.
    Table(Vec<Vec<Words>>),
}

/// What of a document is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// A part of a web page that is no text of its own (`nav`, `footer` …), and its words.
    Part(String, String),
    /// What is shown without words (`iframe`, `video`, a button `input` …), and its name or where it lies.
    Embedded(String, String),
    /// A picture: what is written in its place.
    Picture(String),
    /// A link to something that is not on the web, or not by its whole address: its words, and where it leads.
    Link(String, String),
    /// A table with cells over several rows or columns: how it begins.
    MergedCells(String),
    /// A tip that shows when one points at words.
    Tip(String),
    /// A tag that no browser knows: words in angle brackets.
    Tag(String),
    /// The lines above a Markdown text that are for programs.
    Metadata(String),
}

/// The forms of a document that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Markdown,
    Html,
    Plain,
}

impl Document {
    /// The longest file, in bytes: a saved web page may hold its pictures.
    pub const FILE_MAX: usize = 8 << 20;

    /// Reads a document: its form is known by the end of its name, else by what it looks like.
    ///
    /// # Errors
    ///
    /// When it is not one of the three forms, not UTF-8, too long, or has no words.
    pub fn read(name: &Path, bytes: &[u8]) -> Result<Self, ScaffoldError> {
        let shown = name.display();
        let refused = |message| Err(ScaffoldError::Refused(message));
        if bytes.len() > Self::FILE_MAX {
            return refused(message!("{shown} is longer than 8 MB: save its text alone, without pictures", shown));
        }
        if let Some(kind) = other_program(bytes) {
            return refused(message!(
                "{shown} is a file of another kind ({kind}): open it in its program and save it as HTML or as plain text (UTF-8)",
                shown,
                kind
            ));
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => clean(text),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
                return refused(message!(
                    "{shown} is not UTF-8: line {line} holds a byte that is not; save the file as UTF-8 (in most editors: Save as, Encoding, UTF-8)",
                    shown,
                    line
                ));
            }
        };
        let document = match form(name, &text) {
            Form::Markdown => markdown::read(&text),
            Form::Html => html::read(&text),
            Form::Plain => plain::read(&text),
        };
        if !document.blocks.iter().any(|block| block.to_plain().contains(char::is_alphanumeric)) {
            return refused(message!("{shown} has no words that could be taken: is it the right file?", shown));
        }
        let bytes: usize = document.blocks.iter().map(|block| block.to_plain().len()).sum();
        if bytes > WORDS_MAX {
            return refused(message!(
                "{shown} has more than 1 MB of words, which nobody reads in a chat: take the part that people ask for",
                shown
            ));
        }
        Ok(document)
    }
}

impl Block {
    /// Its words without styles.
    pub(super) fn to_plain(&self) -> String {
        match self {
            Self::Heading(_, words) | Self::Paragraph(words) | Self::Quote(words) => words.to_plain(),
            Self::Item { number, words, .. } => match number {
                Some(number) => format!("{number} {}", words.to_plain()),
                None => words.to_plain(),
            },
            Self::Code(text) => text.clone(),
            Self::Table(rows) => {
                let row = |row: &Vec<Words>| row.iter().map(Words::to_plain).collect::<Vec<_>>().join(" ");
                rows.iter().map(row).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// What a file is by its first bytes, if it is of a program whose files are not read.
fn other_program(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 6] = [
        (b"%PDF", "PDF"),
        (b"PK\x03\x04", "Word, OpenDocument, zip"),
        (b"\xd0\xcf\x11\xe0", "Word 97–2003"),
        (b"{\\rtf", "RTF"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
    ];
    kinds.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
}

/// The text without the mark at its beginning, with plain line ends, and without characters that nobody sees and that a content
/// must not hold.
fn clean(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let is_kept = |c: &char| match c {
        '\n' | '\t' => true,
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' => false,
        c => !c.is_control(),
    };
    text.chars().map(|c| if c == '\r' { '\n' } else { c }).filter(is_kept).collect()
}

fn form(name: &Path, text: &str) -> Form {
    let ending = name.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "md" | "markdown" => return Form::Markdown,
        "html" | "htm" | "xhtml" => return Form::Html,
        _ => {}
    }
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    let is_page = ["<!doctype html", "<html", "<head", "<body", "<?xml"].iter().any(|tag| start.starts_with(tag));
    let is_heading = |line: &str| line.trim_start_matches('#').starts_with(' ') && line.starts_with('#');
    if is_page || text.contains("</p>") || text.contains("</div>") {
        Form::Html
    } else if text.lines().filter(|line| is_heading(line)).count() > 1 {
        Form::Markdown
    } else {
        Form::Plain
    }
}

/// What is said of a part that is left out.
impl LeftOut {
    pub(super) fn message(&self) -> Message {
        match self {
            Self::Part(part, words) => {
                let count = words.split_whitespace().count();
                message!("left out: {part}, {count} words: “{words}”", part, count, words = beginning(words))
            }
            Self::Embedded(part, words) => {
                message!("left out: {part}, “{words}”", part, words = beginning(words))
            }
            Self::Picture(words) => message!("picture left out: “{words}”", words = beginning(words)),
            Self::Link(words, address) if words.is_empty() => {
                message!("link without words left out: {address}", address)
            }
            Self::Link(words, address) => {
                message!("link left out, its words stay: “{words}” ({address})", words = beginning(words), address)
            }
            Self::MergedCells(words) => message!(
                "table with cells over several rows or columns, compare it with the document: “{words}”",
                words = beginning(words)
            ),
            Self::Tip(words) => message!("tip left out: “{words}”", words = beginning(words)),
            Self::Tag(words) => message!("left out, as browsers do: “{words}”", words = beginning(words)),
            Self::Metadata(words) => message!("lines for programs left out: “{words}”", words = beginning(words)),
        }
    }
}

/// The first words of a text.
fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 80;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(CHARACTERS) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::messages::Locale;

    fn refusal(name: &str, bytes: &[u8]) -> String {
        Document::read(Path::new(name), bytes).unwrap_err().message().to_text(Locale::English)
    }

    #[test]
    fn what_is_no_document_is_refused_with_a_way_out() {
        assert!(refusal("a.pdf", b"%PDF-1.7").contains("save it as HTML"));
        assert!(refusal("a.docx", b"PK\x03\x04").contains("Word"));
        let latin = refusal("a.txt", b"Titre\n\nCaf\xe9\n");
        assert!(latin.contains("line 3") && latin.contains("UTF-8"), "{latin}");
        assert!(refusal("a.md", b"\n  \n---\n").contains("no words"));
        assert!(refusal("a.txt", &vec![b'a'; Document::FILE_MAX + 1]).contains("8 MB"));
        assert!(refusal("a.txt", "mot ".repeat(WORDS_MAX / 4 + 1).as_bytes()).contains("1 MB"));
    }

    #[test]
    fn the_form_is_known_by_the_name_or_the_text() {
        let check =
            |name: &str, text: &str, expected| assert_eq!(form(Path::new(name), text), expected, "{name}: {text}");
        check("a.MD", "x", Form::Markdown);
        check("a.htm", "x", Form::Html);
        check("page", "\n<!DOCTYPE html><p>a", Form::Html);
        check("a.txt", "# A\n\ntext\n\n## B\n", Form::Markdown);
        check("a.txt", "#1 is a number\nA <b> tag", Form::Plain);
    }

    #[test]
    fn line_ends_and_what_nobody_sees_do_not_matter() {
        let plain = "Title\n=====\n\nWords of it.\n";
        let windows = format!("\u{feff}{}", plain.replace('\n', "\r\n").replace("Words", "Wo\u{ad}rds\u{200b}"));
        let read = |text: &str| Document::read(Path::new("a.md"), text.as_bytes()).unwrap();
        assert_eq!(read(plain), read(&windows));
    }
}
