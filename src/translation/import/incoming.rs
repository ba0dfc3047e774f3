//! What stands in the imported file.

use std::path::Path;

use crate::content::texts::Texts;
use crate::message;
use crate::scaffold::ScaffoldError;
use crate::translation::{Place, language, po, spreadsheet};

/// A text of the imported file.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) place: Place,
    pub(super) key: String,
    /// The number of the language.
    pub(super) language: usize,
    pub(super) source: String,
    pub(super) text: String,
    pub(super) is_fuzzy: bool,
    /// Whether a text that is as it was has been looked at.
    pub(super) is_reviewed: bool,
}

pub(super) fn read(
    texts: &Texts,
    name: &str,
    bytes: &[u8],
    into: Option<&str>,
) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| Err(ScaffoldError::Refused(message));
    let extension = Path::new(name).extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    let is_po = match extension.as_deref() {
        Some("po" | "pot") => true,
        Some("csv" | "tsv" | "txt") => false,
        _ => {
            return refused(message!(
                "{name} is neither a PO nor a CSV file by its name: let it end in .po or .csv; save other spreadsheets as CSV (UTF-8)",
                name
            ));
        }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            return refused(message!(
                "{name} is not UTF-8: line {line} holds a byte that is not; save it as UTF-8 (in Excel: CSV UTF-8; in LibreOffice: character set Unicode (UTF-8))",
                name,
                line
            ));
        }
    };
    if is_po { read_po(texts, name, text, into) } else { read_csv(texts, name, text, into) }
}

fn read_po(texts: &Texts, name: &str, text: &str, into: Option<&str>) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| ScaffoldError::Refused(message);
    let (named, entries) = po::read(text).map_err(|error| {
        refused(message!("{name}, line {line}: {problem}", name, line = error.line, problem = error.message))
    })?;
    let tag = into.map(str::to_owned).or(named).ok_or_else(|| {
        refused(message!(
            "{name} does not say its language: name it with `--lang`, or write `\"Language: en\\n\"` into its header",
            name
        ))
    })?;
    let language = language(texts, &tag)?;
    let incoming = |entry: po::PoEntry| Incoming {
        place: Place::Line(entry.line),
        key: entry.context.unwrap_or_default(),
        language,
        source: entry.id,
        text: entry.translation,
        is_fuzzy: entry.is_fuzzy,
        is_reviewed: !entry.is_fuzzy,
    };
    Ok(entries.into_iter().map(incoming).collect())
}

fn read_csv(texts: &Texts, name: &str, text: &str, into: Option<&str>) -> Result<Vec<Incoming>, ScaffoldError> {
    let refused = |message| ScaffoldError::Refused(message!("{name}: {problem}", name, problem = message));
    let (columns, rows) = spreadsheet::read(text).map_err(refused)?;
    let mut languages = Vec::new();
    for column in &columns {
        let number = language(texts, column).map_err(|error| {
            refused(message!(
                "the column `{column}`: {problem}; or take the column out",
                column,
                problem = error.message()
            ))
        })?;
        if languages.contains(&number) {
            return Err(refused(message!("the column `{column}` stands twice: take one out", column)));
        }
        languages.push(number);
    }
    let into = into.map(|tag| language(texts, tag)).transpose()?;
    if languages.is_empty() || into.is_some_and(|into| !languages.contains(&into)) {
        return Err(refused(message!("there is no column with the texts of a language, named by its tag, as `en`")));
    }
    let mut incoming = Vec::new();
    for row in rows {
        for (&language, text) in languages.iter().zip(row.texts) {
            if into.is_none_or(|into| into == language) {
                incoming.push(Incoming {
                    place: Place::Row(row.number),
                    key: row.key.clone(),
                    language,
                    source: row.source.clone(),
                    text,
                    is_fuzzy: false,
                    is_reviewed: false,
                });
            }
        }
    }
    Ok(incoming)
}
