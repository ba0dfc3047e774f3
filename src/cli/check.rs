//! `palabre check`: every problem of a content.

use std::io::Write;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::cli::arguments::{CheckOptions, Format};
use crate::cli::config::ContentChoice;
use crate::content::load::{self, Edition, Loaded, Scope};
use crate::quality::{self, AskFigure};

/// So many problems of a kind are shown: more of them say little more.
const OF_EACH_KIND: usize = 5;

/// Prints the report and the figures of the search; the exit status is 1 when there are errors.
pub(super) fn execute(options: CheckOptions) -> ExitCode {
    let choice = ContentChoice { content: options.dir.or(options.content.content) };
    let loaded = quality::check(super::load(&choice, Edition::new(load::today(), Scope::Everything)));
    let (figures, built_in) = (quality::ask_figures(&loaded), quality::built_in(&loaded));
    let Loaded { content, report } = loaded;
    let mut out = std::io::stdout().lock();
    let text = match options.format {
        Format::Json => report.to_json_lines() + &figures_to_json(&figures),
        // Colours in a terminal that supports them, none in a pipe.
        Format::Text => {
            let of_each = if options.all { usize::MAX } else { OF_EACH_KIND };
            let mut text = report.to_short_text(AutoStream::choice(&out) != ColorChoice::Never, of_each);
            built_in.iter().for_each(|(tag, used)| text += &format!("{tag}: no `search.toml`; used instead: {used}\n"));
            text + &figures_to_text(&figures)
        }
    };
    // A closed pipe (`| head`) is no error.
    let _ = out.write_all(text.as_bytes());
    if content.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line a language, and a line for each of its sections that is hard to find.
fn figures_to_text(figures: &[AskFigure]) -> String {
    let line = |figure: &AskFigure| {
        let AskFigure { language, section, asked, found } = figure;
        let percent = figure.share() * 100.0;
        match section {
            None => format!(
                "{language}: {found} of {asked} `ask` phrases ({percent:.0} %) are found when they are left out\n"
            ),
            Some(section) => {
                format!("  `{section}`: {found} of {asked} ({percent:.0} %): add phrases in other words\n")
            }
        }
    };
    figures.iter().map(line).collect()
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
