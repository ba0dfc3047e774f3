//! Diagnostics: what is wrong with a content, where, and what to write instead.

mod baseline;
mod code;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

pub use self::baseline::Baseline;
pub use self::code::Code;
use crate::message;
use crate::messages::{Locale, Message};

/// Problems of a broken content that the log shows: as many as somebody reads there.
pub const LOGGED_MAX: usize = 20;

/// Problems that are named where a command cannot go on: a screen holds them.
pub const NAMED_MAX: usize = 5;

/// Problems of each severity that are kept: more is nobody's to read, and would take more memory than the content.
pub const KEPT_MAX: usize = 10_000;

/// The longest lines of a file that a report shows, in bytes together: a body on one line is shorter.
const EXCERPT_MAX: usize = 60_000;

/// Whether a content can be used in spite of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The content is refused.
    Error,
    /// The content is used.
    Warning,
}

/// One problem, with its place and a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: Code,
    /// Whether the content is refused for it.
    pub severity: Severity,
    /// The file, relative to the content directory, or the directory itself.
    pub file: String,
    /// The bytes of the file that are wrong; `None` when the file as a whole is.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub message: Message,
    /// What to write instead.
    pub help: Message,
}

/// One file of a content, as read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path relative to the content directory, with `/`.
    pub path: String,
    /// The text, without a byte order mark.
    pub text: String,
}

/// Every problem of a content, and the files they are in.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files that were read.
    pub sources: Vec<Source>,
    /// The problems, in the order of files and lines after [`Report::sort`].
    pub diagnostics: Vec<Diagnostic>,
    /// The kinds of warnings that an editor knows of: [`Report::quiet`] takes them out.
    pub allowed: Vec<Code>,
    /// How many it has taken out.
    pub quieted: usize,
    /// How many warnings of before [`Report::set_aside`] has found.
    pub known: usize,
    /// How many errors and warnings there were, also those beyond [`KEPT_MAX`].
    found: [usize; 2],
}

impl Report {
    /// Adds a problem for which the content is refused.
    pub fn error(&mut self, code: Code, at: Location<'_>, message: Message, help: Message) {
        self.push(code, Severity::Error, at, message, help);
    }

    /// Adds a problem in spite of which the content is used.
    pub fn warning(&mut self, code: Code, at: Location<'_>, message: Message, help: Message) {
        self.push(code, Severity::Warning, at, message, help);
    }

    fn push(&mut self, code: Code, severity: Severity, at: Location<'_>, message: Message, help: Message) {
        let found = &mut self.found[severity as usize];
        *found += 1;
        if *found <= KEPT_MAX {
            self.diagnostics.push(Diagnostic { code, severity, file: at.file.into(), span: at.span, message, help });
        }
    }

    /// How many problems of a severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// Sorts the problems by file, then by place, and keeps one of those that are the same.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.file.clone(), d.span.as_ref().map_or(0, |s| s.start), d.code);
            key(a).cmp(&key(b))
        });
        self.diagnostics.dedup();
    }

    /// Takes out the warnings of the kinds that are allowed.
    pub fn quiet(&mut self) {
        let before = self.diagnostics.len();
        self.diagnostics.retain(|d| d.severity == Severity::Error || !self.allowed.contains(&d.code));
        self.quieted += before - self.diagnostics.len();
    }

    /// Puts the warnings that a report of before has had behind those that are new; without `is_shown` they are taken out.
    pub fn set_aside(&mut self, baseline: &Baseline, is_shown: bool) {
        let is_known = |d: &Diagnostic| d.severity == Severity::Warning && baseline.has(d);
        let (known, new): (Vec<_>, Vec<_>) = std::mem::take(&mut self.diagnostics).into_iter().partition(is_known);
        self.known = known.len();
        self.diagnostics = new;
        if is_shown {
            self.diagnostics.extend(known);
        }
    }

    /// Keeps of the problems of these kinds that say the same the first, with the places of the others: one removed section is one
    /// thing to mend, however often it is named.
    pub(crate) fn merge_repeated(&mut self, kinds: &[Code]) {
        let mut places: HashMap<(Code, Message), BTreeMap<String, usize>> = HashMap::new();
        for d in self.diagnostics.iter().filter(|d| kinds.contains(&d.code)) {
            *places.entry((d.code, d.message.clone())).or_default().entry(d.file.clone()).or_default() += 1;
        }
        self.diagnostics.retain_mut(|d| {
            if !kinds.contains(&d.code) {
                return true;
            }
            let Some(files) = places.remove(&(d.code, d.message.clone())) else { return false };
            if files.values().sum::<usize>() > 1 {
                let times = |(file, times): (&String, &usize)| {
                    Message::counted(*times, Message::verbatim(file), message!("{file} ({times} times)", file, times))
                };
                let files = Message::joined(files.iter().map(times).collect(), ", ");
                d.help = message!("{help} (in {files})", help = d.help, files);
            }
            true
        });
    }

    /// The report as a person reads it, with the words underlined; `styled` puts colours in.
    #[must_use]
    pub fn to_text(&self, locale: Locale, styled: bool) -> String {
        self.to_short_text(locale, styled, usize::MAX)
    }

    /// The report as a person reads it, with at most so many problems of each kind; the others are counted.
    #[must_use]
    pub fn to_short_text(&self, locale: Locale, styled: bool, of_each: usize) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        let mut counts: BTreeMap<(Severity, Code), usize> = BTreeMap::new();
        for diagnostic in &self.diagnostics {
            let count = counts.entry((diagnostic.severity, diagnostic.code)).or_default();
            *count += 1;
            if *count <= of_each {
                text.push_str(&self.render(&renderer, locale, diagnostic));
                text.push_str("\n\n");
            }
        }
        for ((_, code), count) in counts {
            if let more @ 1.. = count.saturating_sub(of_each) {
                let more =
                    message!("… and {more} more of the kind `{kind}`; `--all` shows them", more, kind = code.name());
                text.push_str(&more.to_text(locale));
                text.push('\n');
            }
        }
        text.push_str(&self.summary().to_text(locale));
        text.push('\n');
        text
    }

    /// Why the content is refused, for the log: the first [`LOGGED_MAX`] errors as [`Report::to_text`] shows them in English, and
    /// the number of all problems last. Each line is one of the log's, without colours or control characters.
    #[must_use]
    pub fn to_log_lines(&self) -> Vec<String> {
        let errors = || self.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let renderer = Renderer::plain();
        let shown: Vec<String> =
            errors().take(LOGGED_MAX).map(|error| self.render(&renderer, Locale::English, error)).collect();
        let mut lines: Vec<String> = shown.iter().flat_map(|text| text.lines()).map(printable).collect();
        let summary = self.summary().to_text(Locale::English);
        lines.push(match errors().count().saturating_sub(LOGGED_MAX) {
            0 => summary,
            more => format!("and {more} more: {summary}; `palabre check` shows all"),
        });
        lines
    }

    /// The first [`NAMED_MAX`] errors in a line each, with file, line and column as compilers write them; then how many more there
    /// are. Without control characters.
    #[must_use]
    pub fn first_errors(&self, locale: Locale) -> Vec<String> {
        let errors = || self.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let mut lines: Vec<String> = errors()
            .take(NAMED_MAX)
            .map(|error| {
                let place = self.source(&error.file).zip(error.span.as_ref()).map(|(source, span)| {
                    let (line, column) = line_and_column(&source.text, span.start);
                    format!(":{line}:{column}")
                });
                printable(&format!("{}{}: {}", error.file, place.unwrap_or_default(), error.message.to_text(locale)))
            })
            .collect();
        if let more @ 1.. = errors().count().saturating_sub(NAMED_MAX) {
            let more = Message::counted(more, message!("and 1 more error"), message!("and {more} more errors", more));
            lines.push(more.to_text(locale));
        }
        lines
    }

    /// The report as one JSON object a line; lines and columns count from 1, columns in characters.
    #[must_use]
    pub fn to_json_lines(&self, locale: Locale) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            code: &'static str,
            severity: Severity,
            file: &'a str,
            line: Option<usize>,
            column: Option<usize>,
            end_line: Option<usize>,
            end_column: Option<usize>,
            message: String,
            help: String,
        }
        let mut text = String::new();
        for diagnostic in &self.diagnostics {
            let source = self.source(&diagnostic.file);
            let place = |offset: fn(&Range<usize>) -> usize| {
                let (source, span) = (source?, diagnostic.span.as_ref()?);
                Some(line_and_column(&source.text, offset(span)))
            };
            let (start, end) = (place(|s| s.start), place(|s| s.end));
            let line = Line {
                code: diagnostic.code.name(),
                severity: diagnostic.severity,
                file: &diagnostic.file,
                line: start.map(|p| p.0),
                column: start.map(|p| p.1),
                end_line: end.map(|p| p.0),
                end_column: end.map(|p| p.1),
                message: diagnostic.message.to_text(locale),
                help: diagnostic.help.to_text(locale),
            };
            text.push_str(&serde_json::to_string(&line).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    /// How many problems there are, in one line.
    #[must_use]
    pub fn summary(&self) -> Message {
        let none = message!("no problems");
        let summary = summary(self.count(Severity::Error), self.count(Severity::Warning), none);
        let quieted = self.quieted;
        let summary = match quieted {
            0 => summary,
            1 => message!("{summary}; 1 warning is allowed", summary),
            _ => message!("{summary}; {quieted} warnings are allowed", summary, quieted),
        };
        let known = self.known;
        let summary = match known {
            0 => summary,
            1 => message!("{summary}; 1 warning was there before", summary),
            _ => message!("{summary}; {known} warnings were there before", summary, known),
        };
        match self.found.iter().map(|found| found.saturating_sub(KEPT_MAX)).sum::<usize>() {
            0 => summary,
            more => message!("{summary}; {more} more are not looked at", summary, more),
        }
    }

    fn render(&self, renderer: &Renderer, locale: Locale, diagnostic: &Diagnostic) -> String {
        let (error, warning, help) = (message!("error"), message!("warning"), message!("help"));
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR.with_name(error.to_text(locale)),
            Severity::Warning => Level::WARNING.with_name(warning.to_text(locale)),
        };
        let title = level.primary_title(diagnostic.message.to_text(locale)).id(diagnostic.code.name());
        let help = Level::HELP.with_name(help.to_text(locale)).message(diagnostic.help.to_text(locale));
        let group = match (self.source(&diagnostic.file), &diagnostic.span) {
            (Some(source), Some(span)) => {
                let (from, to) = excerpt(&source.text, span);
                let (line, column) = line_and_column(&source.text, span.start);
                if to - from > EXCERPT_MAX {
                    let origin = annotate_snippets::Origin::path(source.path.as_str());
                    title.element(origin.line(line).char_column(column))
                } else {
                    title.element(
                        Snippet::source(&source.text[from..to])
                            .line_start(line - source.text[from..span.start].matches('\n').count())
                            .path(source.path.as_str())
                            .annotation(AnnotationKind::Primary.span(span.start - from..span.end - from)),
                    )
                }
            }
            _ => title.element(annotate_snippets::Origin::path(diagnostic.file.as_str())),
        };
        renderer.render(&[group.element(help)])
    }

    /// The file of this path, if it was read.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.path == path)
    }
}

/// Where a problem is: a file and, where known, the bytes in it.
#[derive(Clone, Debug)]
pub struct Location<'a> {
    /// The file's path, as in [`Source::path`].
    pub file: &'a str,
    /// The bytes of the file.
    pub span: Option<Range<usize>>,
}

impl<'a> Location<'a> {
    /// The file as a whole.
    #[must_use]
    pub fn file(file: &'a str) -> Self {
        Self { file, span: None }
    }

    /// Some bytes of the file.
    #[must_use]
    pub fn span(file: &'a str, span: Range<usize>) -> Self {
        Self { file, span: Some(span) }
    }
}

/// The longest words that are compared with names, in bytes: the time that it takes grows with both lengths.
const NEAR_MAX: usize = 256;

/// The nearest of `known` to what was written, when it is near enough to be what was meant.
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > NEAR_MAX {
        return None;
    }
    let score = |name: &&str| strsim::normalized_damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase());
    let best = known.into_iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(&best) >= 0.5).then_some(best)
}

/// The numbers of errors and warnings in one line, as `1 error, 2 warnings`; `none` when there are neither.
#[must_use]
pub fn summary(errors: usize, warnings: usize, none: Message) -> Message {
    match (errors, warnings) {
        (0, 0) => none,
        (0, warnings) => count_of_warnings(warnings),
        (errors, 0) => count_of_errors(errors),
        (errors, warnings) => {
            message!("{errors}, {warnings}", errors = count_of_errors(errors), warnings = count_of_warnings(warnings))
        }
    }
}

fn count_of_errors(count: usize) -> Message {
    Message::counted(count, message!("1 error"), message!("{count} errors", count))
}

/// `1 warning`, `2 warnings`.
pub(crate) fn count_of_warnings(count: usize) -> Message {
    Message::counted(count, message!("1 warning"), message!("{count} warnings", count))
}

/// A line that says the same to a terminal as to a file.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The lines of a span, with those beside them: a renderer that is given the whole file copies each of its lines.
fn excerpt(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text[..span.start].rfind('\n').map_or(0, |at| text[..at].rfind('\n').map_or(0, |at| at + 1));
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    (before, line_end(line_end(span.end)))
}

/// The line and the column of a byte, both from 1; a column is a character.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
