//! `palabre ask`: what a question finds, for people, programs and editors.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::bot::outcome::{Outcome, decide};
use crate::cli::Error;
use crate::cli::arguments::AskOptions;
use crate::content::{Content, LangId, Match, Topic};

/// The number of topics that an explanation shows.
const EXPLAINED: usize = 5;

/// One line of `--json`: programs rely on its keys.
#[derive(Serialize)]
struct JsonLine<'a> {
    question: &'a str,
    language: &'a str,
    section: Option<&'a str>,
    suggestions: Vec<&'a str>,
    score: f32,
}

/// Answers the question, or each line of the standard input in its order.
pub(super) fn execute(options: &AskOptions) -> Result<ExitCode, Error> {
    let content = super::content(&options.content)?;
    let mut output = io::stdout().lock();
    let result = if options.question.is_empty() {
        answer_lines(&content, options, &mut io::stdin().lock(), &mut output)
    } else {
        answer(&content, options, &options.question.join(" "), &mut output)
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Questions(error)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn answer_lines(
    content: &Content,
    options: &AskOptions,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    while input.read_until(b'\n', &mut bytes)? > 0 {
        answer(content, options, String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']), output)?;
        bytes.clear();
    }
    Ok(())
}

fn answer(content: &Content, options: &AskOptions, question: &str, output: &mut impl Write) -> io::Result<()> {
    let reader = content.language_for(options.lang.as_deref());
    let found = content.search(question, reader, false);
    let outcome = decide(&found);
    if options.json {
        serde_json::to_writer(&mut *output, &line(content, question, reader, &found, &outcome))?;
        return writeln!(output);
    }
    match outcome {
        Outcome::Answer(_, first, _) => writeln!(output, "{}", name(content, &first))?,
        Outcome::Suggest(some) => {
            let names: Vec<String> = some.iter().map(|m| name(content, m)).collect();
            writeln!(output, "? {}", names.join(" · "))?;
        }
        Outcome::SmallTalk(talk, language) => {
            writeln!(output, "{}", content.small_talk(talk, language).unwrap_or("…"))?
        }
        Outcome::Unknown => writeln!(output, "–")?,
    }
    if options.explain {
        for m in found.iter().take(EXPLAINED) {
            let features = m.features;
            writeln!(
                output,
                "  {:.2}  phrase {:.2}  words {:.2}  letters {:.2}  whole {:.2}  learnt {:.2}  {}",
                m.score,
                features.dice,
                features.coverage,
                features.ngrams,
                features.centroid,
                features.classifier,
                name(content, m)
            )?;
        }
    }
    Ok(())
}

fn line<'a>(
    content: &'a Content,
    question: &'a str,
    reader: LangId,
    found: &[Match],
    outcome: &Outcome,
) -> JsonLine<'a> {
    let id = |m: &Match| match m.topic {
        Topic::Section(section) => Some(&*content.section(section).id),
        _ => None,
    };
    let (section, language) = match outcome {
        Outcome::Answer(_, first, _) => (id(first), first.language),
        Outcome::Suggest(some) => (None, some.first().map_or(reader, |m| m.language)),
        Outcome::SmallTalk(_, language) => (None, *language),
        Outcome::Unknown => (None, reader),
    };
    let suggestions = match outcome {
        Outcome::Answer(..) | Outcome::Suggest(_) => found.iter().filter_map(id).take(3).collect(),
        _ => Vec::new(),
    };
    let score = found.first().map_or(0.0, |m| (m.score * 100.0).round() / 100.0);
    JsonLine { question, language: content.tag(language).as_str(), section, suggestions, score }
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
