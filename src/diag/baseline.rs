//! What was known before: the report of an earlier check.

use std::collections::HashSet;

use serde::Deserialize;

use super::Diagnostic;
use crate::messages::Locale;

/// The problems of a report that [`Report::to_json_lines`](super::Report::to_json_lines) has written. A problem is known by its
/// kind, its file and what is said of it: its line changes with what is written above it.
#[derive(Debug, Default)]
pub struct Baseline(HashSet<(String, String, String)>);

#[derive(Deserialize)]
struct Line {
    code: Option<String>,
    #[serde(default)]
    file: String,
    #[serde(default)]
    message: String,
}

impl Baseline {
    /// Reads a report; other lines with JSON, such as figures, are passed over.
    ///
    /// # Errors
    ///
    /// The number of the first line, from 1, that is no JSON object.
    pub fn parse(json_lines: &str) -> Result<Self, usize> {
        let mut known = HashSet::new();
        for (number, line) in (1_usize..).zip(json_lines.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|_| number)?;
            known.extend(line.code.map(|code| (code, line.file, line.message)));
        }
        Ok(Self(known))
    }

    /// Whether the report had this problem, in whatever language it was written.
    pub(super) fn has(&self, problem: &Diagnostic) -> bool {
        Locale::ALL.into_iter().any(|locale| {
            let (code, file) = (problem.code.name().to_owned(), problem.file.clone());
            self.0.contains(&(code, file, problem.message.to_text(locale)))
        })
    }
}
