//! The problems of a content, with the lines and the pages that they are about.

use std::ops::Range;

use super::conversation::open;
use super::watcher::Snapshot;
use crate::content::load::ROOT_FILE;
use crate::content::{Content, LangId, SectionId};
use crate::diag::{Diagnostic, Severity, Source, line_and_column};
use crate::message;
use crate::messages::Locale;

/// Lines of a file that a problem shows.
const LINES_MAX: usize = 4;
/// Problems that are shown; more of them say little more.
pub(super) const PROBLEMS_MAX: usize = 100;

/// A problem with the lines that it is about.
pub(super) struct Problem {
    pub(super) severity: &'static str,
    pub(super) severity_label: String,
    pub(super) code: &'static str,
    pub(super) place: String,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) lines: Vec<Line>,
    /// What opens the page that it is on, and its title.
    pub(super) page: Option<(String, String)>,
}

pub(super) struct Line {
    pub(super) number: usize,
    pub(super) before: String,
    pub(super) marked: String,
    pub(super) after: String,
}

/// The problems, errors first.
pub(super) fn problems(snapshot: &Snapshot, locale: Locale) -> Vec<Problem> {
    let report = &snapshot.report;
    let mut sorted: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    sorted.sort_by_key(|problem| problem.severity);
    let problem = |problem: &Diagnostic| {
        let source = report.source(&problem.file);
        let span = source.zip(problem.span.as_ref());
        let place = span.map(|(source, span)| line_and_column(&source.text, span.start));
        let section = section_of(snapshot, problem);
        Problem {
            severity: match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            severity_label: match problem.severity {
                Severity::Error => message!("error"),
                Severity::Warning => message!("warning"),
            }
            .to_text(locale),
            code: problem.code.name(),
            place: match place {
                Some((line, column)) => format!("{}:{line}:{column}", problem.file),
                None => problem.file.clone(),
            },
            message: problem.message.to_text(locale),
            help: problem.help.to_text(locale),
            lines: span.map_or_else(Vec::new, |(source, span)| lines(source, span)),
            page: section.map(|(content, lang, section)| {
                (open(content, lang, section), content.section_text(section, lang).title.to_string())
            }),
        }
    };
    sorted.into_iter().map(problem).collect()
}

/// The lines of a span, and what of them it is.
fn lines(source: &Source, span: &Range<usize>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (number, line) in (1_usize..).zip(source.text.split_inclusive('\n')) {
        let (from, to) = (start, start + line.trim_end_matches(['\n', '\r']).len());
        start += line.len();
        if from > span.end || lines.len() == LINES_MAX {
            break;
        }
        // An empty span at the end of a line is of this line.
        if to < span.start || (from == span.end && span.start < span.end) {
            continue;
        }
        let (marked_from, marked_to) = (span.start.clamp(from, to), span.end.clamp(from, to));
        let text = |range: Range<usize>| shortened(source.text.get(range).unwrap_or_default());
        lines.push(Line {
            number,
            before: text(from..marked_from),
            marked: text(marked_from..marked_to),
            after: text(marked_to..to),
        });
    }
    lines
}

/// The most of a line that is shown before, within and behind what is wrong.
fn shortened(text: &str) -> String {
    const MAX: usize = 160;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The section that a problem is about, and the language of its words; of `palabre.toml`, which has none, the default.
pub(super) fn section_of<'s>(snapshot: &'s Snapshot, problem: &Diagnostic) -> Option<(&'s Content, LangId, SectionId)> {
    let content = snapshot.whole.as_deref()?;
    let text = &snapshot.report.source(&problem.file)?.text;
    let end = problem.span.as_ref()?.end;
    // With the rest of the line, for the span of a key ends before its bracket.
    let above = text.get(..end + text.get(end..)?.find('\n').unwrap_or(text.len() - end))?;
    if problem.file == ROOT_FILE {
        let ids = above[..end].split("id = \"").skip(1).filter_map(|rest| content.find(rest.split('"').next()?));
        return Some((content, content.default_language(), ids.last()?));
    }
    let lang = content.language(problem.file.split_once('/')?.0)?;
    let ids = above.lines().filter_map(|line| {
        let (id, rest) = line.trim().strip_prefix('[')?.split_once(']')?;
        content.find(id.trim()).filter(|_| rest.trim().is_empty() || rest.trim_start().starts_with('#'))
    });
    Some((content, lang, ids.last()?))
}
