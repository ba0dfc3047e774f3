//! `palabre site`: the content as static web pages.

use std::io::Write;
use std::process::ExitCode;

use crate::bot::action::{Action, Page};
use crate::cli::arguments::SiteOptions;
use crate::cli::{Error, links};
use crate::content::{LangId, SectionId};
use crate::message;
use crate::messages::{Locale, Message};
use crate::site::{self, PAGE_BYTES_MAX, SiteFile, Written};

/// Writes the pages, and says how many there are, which are larger than they should be, and what they lack.
pub(super) fn execute(options: &SiteOptions) -> Result<ExitCode, Error> {
    let bot = options.bot.as_deref().map(links::bot_name).transpose()?;
    let url = options.url.as_deref().map(links::site_url).transpose()?;
    let content = super::content(&options.content, options.edition)?;
    let url = url.as_ref().or(content.settings().site.as_ref());
    let bot_link = |lang: LangId, section: Option<SectionId>| {
        let action = section.map_or(Action::page(lang, Page::Home), |section| Action::section(lang, section));
        links::deep_link(&content, bot?, "start", action)
    };
    let locale = Locale::of_system();
    let written = site::write(&options.dir, &content, site::SiteOptions { url, bot_link: &bot_link });
    let written = written.map_err(|error| Error::Site(error.to_message().to_text(locale)))?;
    let mut out = std::io::stdout().lock();
    for line in report(options, &written) {
        // A closed pipe (`| head`) is no error.
        let _ = writeln!(out, "{}", line.to_text(locale));
    }
    Ok(ExitCode::SUCCESS)
}

fn report(options: &SiteOptions, Written { pages, left_out }: &Written) -> Vec<Message> {
    let largest = pages.iter().map(|file| file.html.len()).max().unwrap_or_default();
    let mut lines = vec![message!(
        "{pages} pages in {directory}; the largest has {bytes} bytes",
        pages = pages.len(),
        directory = options.dir.display(),
        bytes = largest
    )];
    let large = pages.iter().filter(|file| file.html.len() > PAGE_BYTES_MAX);
    lines.extend(large.map(|SiteFile { path, html }| {
        message!(
            "{path} has {bytes} bytes, and a slow network likes {max} at most: share the section out among several",
            path,
            bytes = html.len(),
            max = PAGE_BYTES_MAX
        )
    }));
    lines.extend(left_out.iter().map(|(path, reason)| {
        message!("{path} is not in the site, and the pages are without it: {reason}", path, reason)
    }));
    lines
}
