//! The result of an examination: findings, each with a status and what to do about it, as text or as JSON lines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diag;
use crate::message;
use crate::messages::{Locale, Message};

/// What a finding means for the operator, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing is to be done.
    Ok,
    /// It could not be determined.
    Unknown,
    /// The bot answers, but not as well as it could, or it may soon not.
    Warning,
    /// The bot does not answer.
    Error,
}

impl Status {
    const ALL: [Status; 4] = [Status::Ok, Status::Unknown, Status::Warning, Status::Error];

    /// A symbol, a word for terminals that cannot show the symbol, and a colour (SGR parameter).
    fn symbol_word_color(self) -> (&'static str, Message, &'static str) {
        match self {
            Status::Ok => ("✓", message!("ok"), "32"),
            Status::Unknown => ("?", message!("unknown"), "2"),
            Status::Warning => ("!", message!("warning"), "33"),
            Status::Error => ("✗", message!("error"), "31"),
        }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the check. Scripts rely on it: do not rename it.
    pub check: &'static str,
    /// What it means.
    pub status: Status,
    /// What was found, in one line.
    pub message: Message,
    /// What to do about it: a command or a variable.
    pub help: Option<Message>,
}

impl Finding {
    /// A finding with [`Status::Ok`].
    pub fn ok(check: &'static str, message: Message) -> Self {
        Self { check, status: Status::Ok, message, help: None }
    }

    /// A finding with [`Status::Unknown`].
    pub fn unknown(check: &'static str, message: Message) -> Self {
        Self { status: Status::Unknown, ..Self::ok(check, message) }
    }

    /// A finding with [`Status::Warning`].
    pub fn warning(check: &'static str, message: Message, help: Message) -> Self {
        Self { status: Status::Warning, ..Self::ok(check, message).with_help(help) }
    }

    /// A finding with [`Status::Error`].
    pub fn error(check: &'static str, message: Message, help: Message) -> Self {
        Self { status: Status::Error, ..Self::ok(check, message).with_help(help) }
    }

    /// The same finding with a help, also for what is only an option.
    #[must_use]
    pub fn with_help(self, help: Message) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// All findings of an examination.
#[derive(Debug, Default)]
pub struct DoctorReport {
    /// The findings in reading order.
    pub findings: Vec<Finding>,
}

impl DoctorReport {
    /// Whether a finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Status::Error) > 0
    }

    /// The report for people. Lines are wrapped to `width` columns if there is a width; `styled` adds colours.
    #[must_use]
    pub fn to_text(&self, locale: Locale, width: Option<usize>, styled: bool) -> String {
        // The column of the words, and that at which messages begin, after symbol, word and check.
        let words = Status::ALL.map(|status| status.symbol_word_color().1.to_text(locale).chars().count());
        let width_of_words = words.into_iter().max().unwrap_or(0) + 1;
        let indent = width_of_words + 18;
        let paint = |text: &str, sgr: &str| if styled { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() };
        let wrap = |text: &str| match width {
            Some(width) => textwrap::wrap(text, width.saturating_sub(indent).max(30))
                .join(&format!("\n{:indent$}", ""))
                .trim_end()
                .to_owned(),
            None => text.to_owned(),
        };
        let mut text = String::new();
        for Finding { check, status, message, help } in &self.findings {
            let (symbol, word, color) = status.symbol_word_color();
            let word = word.to_text(locale);
            let status = paint(&format!("{symbol} {word:width_of_words$}"), color);
            let _ = writeln!(text, "{status} {check:14} {}", wrap(&one_line(&message.to_text(locale))));
            if let Some(help) = help {
                let _ = writeln!(text, "{:indent$}{}", "", wrap(&format!("→ {}", one_line(&help.to_text(locale)))));
            }
        }
        let _ = writeln!(text, "\n{}", self.summary().to_text(locale));
        text
    }

    /// The report for programs: one JSON object a line, with the keys of `palabre check`: `code`, `severity`, `message` and
    /// `help`, which may be null.
    #[must_use]
    pub fn to_json_lines(&self, locale: Locale) -> String {
        #[derive(Serialize)]
        struct Line {
            code: &'static str,
            severity: Status,
            message: String,
            help: Option<String>,
        }
        let line = |finding: &Finding| Line {
            code: finding.check,
            severity: finding.status,
            message: finding.message.to_text(locale),
            help: finding.help.as_ref().map(|help| help.to_text(locale)),
        };
        let json = |finding| serde_json::to_string(&line(finding)).unwrap_or_default() + "\n";
        self.findings.iter().map(json).collect()
    }

    fn summary(&self) -> Message {
        diag::summary(self.count(Status::Error), self.count(Status::Warning), message!("nothing to do"))
    }

    fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }
}

/// Without control characters: some messages quote a server, which must neither break a line nor control the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{DoctorReport, Finding, Locale, Message};

    fn none() -> Message {
        Message::verbatim("")
    }

    fn summary(findings: Vec<Finding>) -> String {
        let text = DoctorReport { findings }.to_text(Locale::English, None, false);
        text.lines().next_back().unwrap_or_default().to_owned()
    }

    #[test]
    fn lines_fit_a_terminal() {
        let findings = vec![Finding::warning(
            "privacy",
            Message::verbatim("off: ".repeat(40)),
            Message::verbatim("→ ".repeat(60) + "\u{1b}[2J\nend"),
        )];
        let text = DoctorReport { findings }.to_text(Locale::English, Some(72), false);
        assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 72), "{text}");
        assert!(!text.contains('\u{1b}') && text.ends_with("1 warning\n"), "{text}");
    }

    #[test]
    fn the_summary_counts_errors_and_warnings() {
        let (ok, warning, error) =
            (Finding::ok("a", none()), Finding::warning("b", none(), none()), Finding::error("c", none(), none()));
        assert_eq!(summary(vec![ok]), "nothing to do");
        assert_eq!(summary(vec![warning.clone(), warning.clone()]), "2 warnings");
        assert_eq!(summary(vec![warning, error]), "1 error, 1 warning");
    }
}
