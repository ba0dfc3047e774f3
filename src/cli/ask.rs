//! `palabre ask`: what a question finds, for people, programs and editors.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::bot::outcome::{Outcome, decide};
use crate::cli::arguments::ContentChoice;
use crate::content::{Content, LangId, Match, Topic};

/// How many topics an explanation shows.
const EXPLAINED: usize = 5;

/// How to answer.
#[derive(Debug)]
pub struct How {
    /// One JSON object a line.
    pub json: bool,
    /// With the parts of the scores.
    pub explain: bool,
    /// The language of the person's app.
    pub lang: Option<String>,
}

/// One line of `--json`: a contract.
#[derive(Serialize)]
struct Answer<'a> {
    question: &'a str,
    language: &'a str,
    section: Option<&'a str>,
    suggestions: Vec<&'a str>,
    score: f32,
}

/// Answers the question, or each line of the standard input in its order.
///
/// # Errors
///
/// A sentence when the content cannot be used or the questions cannot be read.
pub fn execute(choice: &ContentChoice, how: &How, question: Vec<String>) -> Result<ExitCode, String> {
    let content = super::content(choice)?;
    let mut output = io::stdout().lock();
    let result = if question.is_empty() {
        answer_lines(&content, how, &mut io::stdin().lock(), &mut output)
    } else {
        answer(&content, how, &question.join(" "), &mut output)
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("the questions cannot be read: {error}"))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn answer_lines(content: &Content, how: &How, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    while input.read_until(b'\n', &mut bytes)? > 0 {
        answer(content, how, String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']), output)?;
        bytes.clear();
    }
    Ok(())
}

fn answer(content: &Content, how: &How, question: &str, output: &mut impl Write) -> io::Result<()> {
    let reader = content.language_for(how.lang.as_deref());
    let found = content.search(question, reader, false);
    let outcome = decide(&found);
    if how.json {
        serde_json::to_writer(&mut *output, &line(content, question, reader, &found, &outcome))?;
        return writeln!(output);
    }
    match outcome {
        Outcome::Answer(first, _) => writeln!(output, "{}", name(content, &first))?,
        Outcome::Suggest(some) => {
            let names: Vec<String> = some.iter().map(|m| name(content, m)).collect();
            writeln!(output, "? {}", names.join(" · "))?;
        }
        Outcome::SmallTalk(talk, language) => {
            writeln!(output, "{}", content.small_talk(talk, language).unwrap_or("…"))?
        }
        Outcome::Unknown => writeln!(output, "–")?,
    }
    if how.explain {
        for m in found.iter().take(EXPLAINED) {
            let parts = m.likeness;
            writeln!(
                output,
                "  {:.2}  phrase {:.2}  words {:.2}  letters {:.2}  whole {:.2}  learnt {:.2}  {}",
                m.score,
                parts.phrase,
                parts.words,
                parts.letters,
                parts.whole,
                parts.learnt,
                name(content, m)
            )?;
        }
    }
    Ok(())
}

fn line<'a>(content: &'a Content, question: &'a str, reader: LangId, found: &[Match], outcome: &Outcome) -> Answer<'a> {
    let id = |m: &Match| match m.topic {
        Topic::Section(section) => Some(&*content.section(section).id),
        _ => None,
    };
    let (section, language) = match outcome {
        Outcome::Answer(first, _) => (id(first), first.language),
        Outcome::Suggest(some) => (None, some.first().map_or(reader, |m| m.language)),
        Outcome::SmallTalk(_, language) => (None, *language),
        Outcome::Unknown => (None, reader),
    };
    let suggestions = match outcome {
        Outcome::Answer(..) | Outcome::Suggest(_) => found.iter().filter_map(id).take(3).collect(),
        _ => Vec::new(),
    };
    let score = found.first().map_or(0.0, |m| (m.score * 100.0).round() / 100.0);
    Answer { question, language: content.tag(language).as_str(), section, suggestions, score }
}

fn name(content: &Content, m: &Match) -> String {
    let language = content.tag(m.language);
    match m.topic {
        Topic::Section(section) => {
            format!("{} [{}, {language}]", content.section_text(section, m.language).title, content.section(section).id)
        }
        Topic::OutOfScope => format!("not ours [{language}]"),
        Topic::SmallTalk(talk) => format!("{talk:?} [{language}]"),
    }
}
