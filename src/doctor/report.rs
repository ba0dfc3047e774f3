//! What an operator reads: findings, each with a verdict and a way out, as text or JSON. Knows no platform.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diag;

/// What a finding means for whoever runs the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing is to be done.
    Ok,
    /// It could not be seen.
    Unknown,
    /// The bot answers, but not as well as it could, or it may soon not.
    Warning,
    /// The bot does not answer.
    Error,
}

impl Verdict {
    /// A sign, a word of the same meaning for terminals that have no such sign, and a colour.
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Verdict::Ok => ("✓", "ok", "32"),
            Verdict::Unknown => ("?", "unknown", "2"),
            Verdict::Warning => ("!", "warning", "33"),
            Verdict::Error => ("✗", "error", "31"),
        }
    }
}

/// One line of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The name of what was looked at: a contract with scripts.
    #[serde(rename = "code")]
    pub check: &'static str,
    /// What it means.
    #[serde(rename = "severity")]
    pub verdict: Verdict,
    /// What was found, in one line.
    pub message: String,
    /// What to do about it: the command or the variable.
    pub help: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, message: message.into(), help: None }
    }

    /// It could not be seen.
    pub fn unknown(check: &'static str, message: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, ..Self::ok(check, message) }
    }

    /// It could be better.
    pub fn warning(check: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, ..Self::ok(check, message).with_help(help) }
    }

    /// It is broken.
    pub fn error(check: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, ..Self::ok(check, message).with_help(help) }
    }

    /// With a way out, or to something else that is possible.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Everything that was found, in the order in which it is read.
#[derive(Debug, Default)]
pub struct Page(pub Vec<Finding>);

impl Page {
    /// Whether something is broken.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.verdict == Verdict::Error)
    }

    /// The page as a person reads it; lines are at most so many columns long, if that is said. `styled` puts colours in.
    #[must_use]
    pub fn to_text(&self, width: Option<usize>, styled: bool) -> String {
        /// Where what was found begins, behind sign, word and name.
        const INDENT: usize = 26;
        let paint = |text: &str, sgr: &str| if styled { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() };
        let wrap = |text: &str| match width {
            Some(width) => textwrap::wrap(text, width.saturating_sub(INDENT).max(30))
                .join(&format!("\n{:INDENT$}", ""))
                .trim_end()
                .to_owned(),
            None => text.to_owned(),
        };
        let mut text = String::new();
        for Finding { check, verdict, message, help } in &self.0 {
            let (sign, word, sgr) = verdict.look();
            let verdict = paint(&format!("{sign} {word:8}"), sgr);
            let _ = writeln!(text, "{verdict} {check:14} {}", wrap(&one_line(message)));
            if let Some(help) = help {
                let _ = writeln!(text, "{:INDENT$}{}", "", wrap(&format!("→ {}", one_line(help))));
            }
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    /// The page as one JSON object a line, as `check` prints its own: `code`, `severity`, `message` and `help`, which may be null.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, finding| {
            text.push_str(&serde_json::to_string(finding).unwrap_or_default());
            text.push('\n');
            text
        })
    }

    fn summary(&self) -> String {
        let count = |verdict| self.0.iter().filter(|finding| finding.verdict == verdict).count();
        diag::summary(count(Verdict::Error), count(Verdict::Warning), "nothing to do")
    }
}

/// Some of these words are a server's: they break no line and steer no terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Finding, Page};

    #[test]
    fn lines_fit_a_terminal() {
        let page = Page(vec![Finding::warning("privacy", "off: ".repeat(40), "→ ".repeat(60) + "\u{1b}[2J\nend")]);
        let text = page.to_text(Some(72), false);
        assert!(text.lines().all(|line| textwrap::core::display_width(line) <= 72), "{text}");
        assert!(!text.contains('\u{1b}') && text.ends_with("1 warning\n"), "{text}");
    }
}
