//! `palabre ask`: what a question finds, for people, programs and editors.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::bot::outcome::{Outcome, decide};
use crate::cli::Error;
use crate::cli::arguments::AskOptions;
use crate::content::{Content, Found, LangId, Match, SectionId, Shortcut, Topic};

/// The number of topics that an explanation shows.
const EXPLAINED: usize = 5;

/// One line of `--json`: programs rely on its keys.
#[derive(Serialize)]
struct JsonLine<'a> {
    question: &'a str,
    language: &'a str,
    section: Option<&'a str>,
    /// The talk topic that answers it; not there when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    talk: Option<&'a str>,
    suggestions: Vec<&'a str>,
    score: f32,
}

/// Answers the question, or each line of the standard input in its order.
pub(super) fn execute(options: &AskOptions) -> Result<ExitCode, Error> {
    let content = super::content(&options.content, options.edition)?;
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
    if let Some((lang, shortcut)) = content.shortcut(question, reader) {
        return shortcut_line(content, options, question, lang, shortcut, output);
    }
    let found = content.search(question, reader, false);
    let outcome = decide(&found);
    if options.json {
        serde_json::to_writer(&mut *output, &line(content, question, &found, &outcome))?;
        return writeln!(output);
    }
    let lang = found.language;
    match outcome {
        Outcome::Answer(section, _) => writeln!(output, "{}", section_name(content, section, lang))?,
        Outcome::Suggest(some) => {
            let names: Vec<String> = some.iter().map(|&section| section_name(content, section, lang)).collect();
            writeln!(output, "? {}", names.join(" · "))?;
        }
        Outcome::Talk(talk) => {
            writeln!(output, "{}", content.talk_answer(talk, lang).map_or("…", |answer| answer.text.as_str()))?;
        }
        Outcome::Unknown | Outcome::OutOfScope => writeln!(output, "–")?,
    }
    if options.explain {
        for m in found.matches.iter().take(EXPLAINED) {
            let features = m.features;
            writeln!(
                output,
                "  {:.2}  dice {:.2}  coverage {:.2}  ngrams {:.2}  centroid {:.2}  classifier {:.2}  document {:.2}  {}",
                m.score,
                features.dice,
                features.coverage,
                features.ngrams,
                features.centroid,
                features.classifier,
                features.document,
                name(content, m)
            )?;
        }
    }
    Ok(())
}

/// What leads somewhere without a search.
fn shortcut_line(
    content: &Content,
    options: &AskOptions,
    question: &str,
    lang: LangId,
    shortcut: Shortcut,
    output: &mut impl Write,
) -> io::Result<()> {
    let (section, talk, name) = match shortcut {
        Shortcut::Home => (None, None, "home".to_owned()),
        Shortcut::Help => (None, None, "help".to_owned()),
        Shortcut::Language(lang) => (None, None, format!("home [{}]", content.tag(lang))),
        Shortcut::Section(section) => (Some(section), None, section_name(content, section, lang)),
        Shortcut::Talk(talk) => {
            let answer = content.talk_answer(talk, lang);
            (None, Some(&*content.talk(talk).name), answer.map_or("…", |answer| answer.text.as_str()).to_owned())
        }
    };
    if !options.json {
        return writeln!(output, "{name}");
    }
    let lang = if let Shortcut::Language(chosen) = shortcut { chosen } else { lang };
    let section = section.map(|section| &*content.section(section).id);
    let language = content.tag(lang).as_str();
    let line = JsonLine { question, language, section, talk, suggestions: section.into_iter().collect(), score: 1.0 };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}

fn line<'a>(content: &'a Content, question: &'a str, found: &Found, outcome: &Outcome) -> JsonLine<'a> {
    let id = |section: SectionId| &*content.section(section).id;
    let (section, talk) = match outcome {
        Outcome::Answer(section, _) => (Some(id(*section)), None),
        Outcome::Talk(talk) => (None, Some(&*content.talk(*talk).name)),
        _ => (None, None),
    };
    let suggestions = match outcome {
        Outcome::Answer(..) => found.matches.iter().filter_map(|m| m.topic.section()).take(3).map(id).collect(),
        Outcome::Suggest(some) => some.iter().copied().map(id).collect(),
        _ => Vec::new(),
    };
    let score = found.matches.first().map_or(0.0, |m| (m.score * 100.0).round() / 100.0);
    JsonLine { question, language: content.tag(found.language).as_str(), section, talk, suggestions, score }
}

fn section_name(content: &Content, section: SectionId, lang: LangId) -> String {
    format!("{} [{}, {}]", content.section_text(section, lang).title, content.section(section).id, content.tag(lang))
}

fn name(content: &Content, m: &Match) -> String {
    let language = content.tag(m.language);
    match m.topic {
        Topic::Section(section) => section_name(content, section, m.language),
        Topic::OutOfScope => format!("not ours [{language}]"),
        Topic::Talk(talk) => format!("talk: {} [{language}]", content.talk(talk).name),
    }
}
