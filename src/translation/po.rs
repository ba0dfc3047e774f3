//! PO files, as Weblate and Poedit read and write them (GNU gettext, "The Format of PO Files"). Written and read here: the crates
//! for it know no line of an entry, which an editor needs when something is wrong, merge entries that stand twice, and panic.

use std::fmt::Write as _;

use crate::message;
use crate::messages::Message;

/// One text with its translation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PoEntry {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// What a translator should know, one line each.
    pub(super) comments: Vec<String>,
    pub(super) reference: String,
    pub(super) is_fuzzy: bool,
    pub(super) context: Option<String>,
    pub(super) id: String,
    pub(super) translation: String,
}

/// Why a file is no PO.
#[derive(Debug)]
pub(super) struct PoError {
    pub(super) line: usize,
    pub(super) message: Message,
}

/// The file: the header, then the entries. Without a language it is a template.
pub(super) fn write(language: Option<&str>, day: &str, entries: &[PoEntry]) -> String {
    let language = language.unwrap_or_default();
    let header = format!(
        "Project-Id-Version: palabre\nPOT-Creation-Date: {day} 00:00+0000\nPO-Revision-Date: {day} 00:00+0000\nLast-Translator: \n\
         Language-Team: \nLanguage: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\
         Content-Transfer-Encoding: 8bit\n"
    );
    let mut text = String::new();
    write_entry(&mut text, &PoEntry { translation: header, ..PoEntry::default() });
    for entry in entries {
        text.push('\n');
        write_entry(&mut text, entry);
    }
    text
}

fn write_entry(text: &mut String, entry: &PoEntry) {
    for comment in &entry.comments {
        let _ = writeln!(text, "#. {comment}");
    }
    if !entry.reference.is_empty() {
        let _ = writeln!(text, "#: {}", entry.reference);
    }
    if entry.is_fuzzy {
        text.push_str("#, fuzzy\n");
    }
    if let Some(context) = &entry.context {
        write_field(text, "msgctxt", context);
    }
    write_field(text, "msgid", &entry.id);
    write_field(text, "msgstr", &entry.translation);
}

fn write_field(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    // Of several lines each stands on a line of its own, below an empty one, as gettext writes them.
    if value.trim_end_matches('\n').contains('\n') {
        text.push_str(" \"\"\n");
        value.split_inclusive('\n').for_each(|line| write_string(text, line));
    } else {
        text.push(' ');
        write_string(text, value);
    }
}

fn write_string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(text, "\\{:03o}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push_str("\"\n");
}

/// Which field of an entry the next string continues.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    None,
    Context,
    Id,
    Translation,
}

/// Reads the file: the value of `Language` in its header, and its entries. What only comments hold, obsolete entries (`#~`) among
/// them, is passed over.
pub(super) fn read(text: &str) -> Result<(Option<String>, Vec<PoEntry>), PoError> {
    let (mut entries, mut entry, mut field) = (Vec::new(), PoEntry::default(), Field::None);
    for (line, written) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let fail = |message| Err(PoError { line, message });
        let written = written.trim();
        // What comes behind a translation belongs to the next entry.
        if field == Field::Translation && !written.starts_with('"') && !written.is_empty() {
            entries.push(std::mem::take(&mut entry));
            field = Field::None;
        }
        if !written.is_empty() && entry == PoEntry::default() {
            entry.line = line;
        }
        let (keyword, string) = match written.split_once('"') {
            _ if written.is_empty() => continue,
            _ if written.starts_with('#') => {
                if let Some(flags) = written.strip_prefix("#,") {
                    entry.is_fuzzy |= flags.split(',').any(|flag| flag.trim() == "fuzzy");
                } else if written.starts_with("#~") && field == Field::None {
                    // What stands above an obsolete entry is said of that one.
                    entry = PoEntry::default();
                }
                continue;
            }
            Some((keyword, _)) => (keyword.trim(), &written[keyword.len()..]),
            None => return fail(message!("this is no line of a PO file: texts stand in quotes, comments behind a #")),
        };
        let value = match unquote(string) {
            Ok(value) => value,
            Err(message) => return fail(message),
        };
        field = match (keyword, field) {
            ("", Field::None) => {
                return fail(message!("a text stands here that belongs to nothing: write `msgstr` before it"));
            }
            ("", field) => field,
            ("msgctxt", Field::None) => {
                entry.context = Some(String::new());
                Field::Context
            }
            ("msgid", Field::None | Field::Context) => Field::Id,
            ("msgstr", Field::Id) => Field::Translation,
            ("msgid_plural" | "msgstr[0]", _) => {
                return fail(message!("plural forms are not used here: write one `msgstr`"));
            }
            _ => {
                return fail(message!(
                    "`{keyword}` does not stand in its place: an entry is `msgctxt`, `msgid`, `msgstr`",
                    keyword
                ));
            }
        };
        match field {
            Field::Context => entry.context.get_or_insert_default().push_str(&value),
            Field::Id => entry.id.push_str(&value),
            _ => entry.translation.push_str(&value),
        }
    }
    match field {
        Field::Translation => entries.push(entry),
        Field::None => {}
        _ => {
            return Err(PoError {
                line: entry.line,
                message: message!("this entry has no `msgstr`: is the file whole?"),
            });
        }
    }
    let is_header = |entry: &PoEntry| entry.context.is_none() && entry.id.is_empty();
    let header = entries.iter().position(is_header).map(|at| entries.remove(at));
    let field = |name: &str| {
        let fields = header.as_ref()?.translation.lines();
        let value = fields.filter_map(|line| line.split_once(':')).find(|(key, _)| *key == name)?.1.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    Ok((field("Language"), entries))
}

/// The value of a string in quotes.
fn unquote(written: &str) -> Result<String, Message> {
    let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return Err(message!("a text in quotes that does not end on its line"));
    };
    let (mut value, mut rest) = (String::with_capacity(inner.len()), inner.chars());
    let ends_early = || message!("a quote within a text is written as `\\\"`, a backslash as `\\\\`");
    while let Some(c) = rest.next() {
        value.push(match c {
            '"' => return Err(ends_early()),
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('a') => '\u{7}',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some(c @ ('"' | '\\')) => c,
                Some(digit @ '0'..='7') => {
                    let digits = rest.as_str();
                    let more = digits.bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                    let code = digits[..more]
                        .bytes()
                        .fold(u32::from(digit) - 48, |code, byte| code * 8 + u32::from(byte) - 48);
                    rest = digits[more..].chars();
                    char::from_u32(code).ok_or_else(ends_early)?
                }
                _ => return Err(ends_early()),
            },
            c => c,
        });
    }
    Ok(value)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::messages::Locale;

    fn entry(context: &str, id: &str, translation: &str) -> PoEntry {
        let (id, translation) = (id.to_owned(), translation.to_owned());
        PoEntry { context: Some(context.to_owned()), id, translation, ..PoEntry::default() }
    }

    #[test]
    fn what_other_programs_write_is_read() {
        let text = "\u{feff}# a translator\r\nmsgid \"\"\r\nmsgstr \"\"\r\n\"Language: pt_BR\\n\"\r\n\"X: y\\n\"\r\n\r\n\
                    #. c\r\n#: f:k\r\n#, fuzzy, c-format\r\n#| msgid \"old\"\r\nmsgctxt \"k\"\r\nmsgid \"a\"\r\n\"b\"\r\nmsgstr \"c\\\"\\n\"\r\n\"\\101\"\r\n\
                    \r\n#~ msgid \"gone\"\r\n#~ msgstr \"x\"\r\n";
        let (language, entries) = read(text).unwrap();
        assert_eq!(language.as_deref(), Some("pt_BR"));
        let expected = PoEntry { line: 7, is_fuzzy: true, ..entry("k", "ab", "c\"\nA") };
        assert_eq!(entries, [expected]);
    }

    #[test]
    fn what_is_said_of_an_obsolete_entry_is_not_said_of_the_next() {
        let text = "#, fuzzy\n#~ msgctxt \"gone\"\n#~ msgid \"a\"\n#~ msgstr \"b\"\n\nmsgctxt \"k\"\nmsgid \"a\"\nmsgstr \"c\"\n";
        assert_eq!(read(text).unwrap().1, [PoEntry { line: 6, ..entry("k", "a", "c") }]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, words) in [
            ("msgid \"a\"\n\nmsgstr b", 3, "in quotes"),
            ("msgid \"a\"\nmsgstr \"b", 2, "does not end"),
            ("msgid \"a\"\nmsgstr \"b\"c\"", 2, "within a text"),
            ("\"a\"", 1, "belongs to nothing"),
            ("msgid \"a\"\nmsgid_plural \"b\"", 2, "plural"),
            ("msgid \"a\"\nmsgctxt \"b\"", 2, "`msgctxt`"),
            ("msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"c\"", 4, "no `msgstr`"),
        ] {
            let error = read(text).unwrap_err();
            let message = error.message.to_text(Locale::English);
            assert!(error.line == line && message.contains(words), "{text:?}: {}: {message}", error.line);
        }
    }

    proptest! {
        #[test]
        fn any_text_survives(texts in prop::collection::vec(("[a-z.]{1,9}", any::<String>(), any::<String>(), any::<bool>()), 0..4)) {
            let entries: Vec<PoEntry> = texts
                .iter()
                .map(|(context, id, translation, is_fuzzy)| PoEntry { is_fuzzy: *is_fuzzy, ..entry(context, id, translation) })
                .collect();
            let (language, read) = read(&write(Some("bm"), "2026-01-01", &entries)).unwrap();
            prop_assert_eq!(language.as_deref(), Some("bm"));
            let read: Vec<PoEntry> = read.into_iter().map(|entry| PoEntry { line: 0, ..entry }).collect();
            prop_assert_eq!(read, entries);
        }

        #[test]
        fn nothing_panics(text in any::<String>(), quoted in "(msgid|msgstr|#,|\"|\\\\|[0-9]|\n| ){0,40}") {
            let _ = (read(&text), read(&quoted));
        }
    }
}
