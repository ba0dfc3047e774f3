//! `palabre check`: every problem of a content.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::cli::Error;
use crate::cli::arguments::{CheckOptions, Format};
use crate::cli::config::ContentChoice;
use crate::content::load::{self, Edition, Loaded, Scope};
use crate::diag::Baseline;
use crate::message;
use crate::messages::{Locale, Message};
use crate::quality::{self, AskFigure};

/// So many problems of a kind are shown: more of them say little more.
const OF_EACH_KIND: usize = 5;

/// Prints the report and the figures of the search; the exit status is 1 when there are errors.
///
/// # Errors
///
/// When there is no baseline where one is named.
pub(super) fn execute(options: CheckOptions) -> Result<ExitCode, Error> {
    let locale = options.lang.unwrap_or_else(Locale::of_system);
    let choice = ContentChoice { content: options.dir.or(options.content.content) };
    let loaded = quality::check(super::load(&choice, Edition::new(load::today(), Scope::Everything)));
    let (mut figures, built_in) = (quality::ask_figures(&loaded), quality::built_in(&loaded));
    figures.retain(|figure| figure.section.is_none() || figure.is_weak());
    let Loaded { content, mut report, .. } = loaded;
    if let Some(file) = options.baseline {
        report.set_aside(&baseline(file)?, options.all);
    }
    let mut out = std::io::stdout().lock();
    let text = match options.format {
        Format::Json => report.to_json_lines(locale) + &figures_to_json(&figures),
        // Colours in a terminal that supports them, none in a pipe.
        Format::Text => {
            let of_each = if options.all { usize::MAX } else { OF_EACH_KIND };
            let mut text = report.to_short_text(locale, AutoStream::choice(&out) != ColorChoice::Never, of_each);
            let built_in = built_in
                .into_iter()
                .map(|(language, used)| message!("{language}: no `search.toml`; used instead: {used}", language, used));
            for line in built_in.chain(figures.iter().map(figure_to_text)) {
                text.push_str(&line.to_text(locale));
                text.push('\n');
            }
            text
        }
    };
    // A closed pipe (`| head`) is no error.
    let _ = out.write_all(text.as_bytes());
    Ok(if content.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn baseline(file: PathBuf) -> Result<Baseline, Error> {
    match std::fs::read_to_string(&file) {
        Ok(text) => Baseline::parse(&text).map_err(|line| Error::BaselineLine(file, line)),
        Err(error) => Err(Error::Baseline(file, error)),
    }
}

/// A line of a language, or of one of its sections that is hard to find.
fn figure_to_text(figure: &AskFigure) -> Message {
    let AskFigure { language, section, .. } = figure;
    match section {
        None => message!("{language}: {share}", language, share = figure.to_message()),
        Some(section) => {
            message!("  `{section}`: {share}: add phrases in other words", section, share = figure.to_message())
        }
    }
}

/// One object a line: `{"figure": "ask", "language": "fr", "section": null, "asked": 12, "found": 10}`.
fn figures_to_json(figures: &[AskFigure]) -> String {
    let line = |figure: &AskFigure| {
        let line = JsonFigure { figure: "ask", figures: figure };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    };
    figures.iter().map(line).collect()
}

#[derive(Serialize)]
struct JsonFigure<'a> {
    figure: &'static str,
    #[serde(flatten)]
    figures: &'a AskFigure,
}
