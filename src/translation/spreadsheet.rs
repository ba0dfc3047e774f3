//! CSV files for spreadsheets (RFC 4180): with a byte order mark, without which they take the text for the alphabet of their
//! country, and read with whatever separator their country has.

use csv::{ReaderBuilder, Terminator, WriterBuilder};

use crate::message;
use crate::messages::Message;

/// The columns before those of the languages.
const KEY: &str = "key";
const KIND: &str = "kind";
const SOURCE: &str = "source";

/// Put behind the file as a row of its own. Where a text in quotes does not end it stands within that text instead: the file is cut.
const END: &str = "\u{1}palabre: end of the file";

/// A row: one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its number as spreadsheets count: the first row holds the names of the columns.
    pub(super) number: usize,
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) source: String,
    /// A text for each column of a language.
    pub(super) texts: Vec<String>,
}

/// The file of the languages and texts.
pub(super) fn write(languages: &[String], rows: &[Row]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let head = [KEY, KIND, SOURCE].into_iter().chain(languages.iter().map(String::as_str));
    // A list of bytes takes all that is written to it.
    let _ = writer.write_record(head);
    for row in rows {
        let fields = [&row.key, &row.kind, &row.source].into_iter().chain(&row.texts);
        let _ = writer.write_record(fields.map(|text| guard(text)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}

/// Reads a file: the names of the languages' columns, and the rows. Rows without a key are empty ones.
pub(super) fn read(text: &str) -> Result<(Vec<String>, Vec<Row>), Message> {
    let text = text.trim_start_matches('\u{feff}');
    let text = format!("{text}\n{END}\n");
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter(&text)).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = (1..).zip(reader.records());
    let no_columns = || {
        message!(
            "the first row does not name the columns `key` and `source`: take the file as `palabre export --to csv` writes it, and leave its first row as it is"
        )
    };
    let Some((_, Ok(head))) = records.next() else { return Err(no_columns()) };
    if head.iter().any(|name| name.contains(END)) {
        return Err(no_columns());
    }
    let name_of = |name: &str| name.trim().to_lowercase();
    let place = |wanted: &str| head.iter().position(|name| name_of(name) == wanted);
    let (Some(key), Some(source)) = (place(KEY), place(SOURCE)) else { return Err(no_columns()) };
    let kind = place(KIND);
    // Spreadsheets add columns without a name.
    let is_language =
        |&(at, name): &(usize, &str)| at != key && at != source && Some(at) != kind && !name.trim().is_empty();
    let languages: Vec<(usize, &str)> = head.iter().enumerate().filter(is_language).collect();
    let mut rows = Vec::new();
    for (number, record) in records {
        let record = record.map_err(|error| {
            message!("row {number} cannot be read: {reason}", number, reason = Message::verbatim(error))
        })?;
        if record.iter().any(|field| field.trim_end().ends_with(END)) {
            if record.len() == 1 && record.get(0) == Some(END) {
                break;
            }
            let line = record.position().map_or(0, csv::Position::line);
            return Err(message!(
                "row {number}, which begins on line {line}, has a text in quotes that does not end: is the file whole?",
                number,
                line
            ));
        }
        let field = |at: usize| record.get(at).map(unguard).unwrap_or_default();
        if field(key).trim().is_empty() {
            continue;
        }
        rows.push(Row {
            number,
            key: field(key).trim().to_owned(),
            kind: kind.map(field).unwrap_or_default(),
            source: field(source),
            texts: languages.iter().map(|&(at, _)| field(at)).collect(),
        });
    }
    Ok((languages.iter().map(|(_, name)| name.trim().to_owned()).collect(), rows))
}

/// The separator that the first row has most of: semicolons where the comma is in the numbers, as in French.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let most = [',', ';', '\t'].into_iter().rev().max_by_key(|&sign| count(sign)).unwrap_or(',');
    most as u8
}

/// Signs at which spreadsheets take what follows for a formula: they would show `- one` as an error.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that no spreadsheet computes: behind an apostrophe (OWASP, "CSV Injection").
fn guard(text: &str) -> String {
    let quote = if text.trim_start_matches('\'').starts_with(FORMULA) { "'" } else { "" };
    format!("{quote}{text}")
}

fn unguard(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::messages::Locale;

    fn row(number: usize, key: &str, source: &str, text: &str) -> Row {
        let [key, kind, source, text] = [key, "text", source, text].map(str::to_owned);
        Row { number, key, kind, source, texts: vec![text] }
    }

    #[test]
    fn a_spreadsheet_of_any_country_is_read() {
        let expected =
            (vec!["en".to_owned()], vec![row(2, "a.b", "un; \"deux\"", "one\ntwo"), row(4, "c", "- x", "+223")]);
        for (mark, separator) in [("\u{feff}", ';'), ("", ','), ("", '\t')] {
            let text = format!(
                "{mark}key;kind;source;en;\r\na.b;text;\"un; \"\"deux\"\"\";\"one\ntwo\";\r\n;;;;\r\nc;text;'- x;'+223;\r\n"
            );
            let text = match separator {
                ';' => text,
                _ => text.replace(';', &separator.to_string()).replace(&format!("un{separator}"), "un;"),
            };
            assert_eq!(read(&text).unwrap(), expected, "{text}");
        }
        // LibreOffice can put all into quotes, and a source may be missing at the end of a row.
        assert_eq!(read("\"key\";\"source\";\"en\"\n\"a\"").unwrap().1[0].key, "a");
    }

    #[test]
    fn a_file_without_the_names_of_its_columns_is_refused() {
        for text in ["", "a,b\n", "key,en\n", "source;en\n", "key,source,\"e"] {
            assert!(read(text).unwrap_err().to_text(Locale::English).contains("first row"), "{text:?}");
        }
    }

    #[test]
    fn a_file_that_is_cut_within_a_text_is_refused_with_its_line() {
        for end in ["", "\n", "\r\n", " \"\""] {
            let cut = format!("key,source,en\na,\"x\ny\",z\nb,x,\"one\ntwo{end}");
            let message = read(&cut).unwrap_err().to_text(Locale::English);
            assert!(message.starts_with("row 3, which begins on line 4,"), "{cut:?}: {message}");
        }
        assert_eq!(read("key,source,en\nb,x,\"one\ntwo\"").unwrap().1.len(), 1);
        assert_eq!(read("key,source,en\nb,x,5\" and 6\"").unwrap().1[0].texts, ["5\" and 6\""]);
    }

    #[test]
    fn nothing_is_a_formula() {
        for (text, expected) in [("- a", "'- a"), ("=1", "'=1"), ("'=1", "''=1"), ("'a", "'a"), ("a-b", "a-b")] {
            assert_eq!(guard(text), expected);
            assert_eq!(unguard(&guard(text)), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_survives(source in any::<String>(), text in "[-=+'\"\r\n,;a]{0,9}") {
            let rows = vec![row(2, "k", &source, &text), row(3, "l", &text, &source)];
            let (languages, read) = read(&write(&["bm".to_owned()], &rows)).unwrap();
            prop_assert_eq!((languages, read), (vec!["bm".to_owned()], rows));
        }
    }
}
