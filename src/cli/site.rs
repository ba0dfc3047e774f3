//! `palabre site`: the content as static web pages.

use std::io::Write;
use std::process::ExitCode;

use crate::bot::action::{Action, Page};
use crate::cli::arguments::SiteOptions;
use crate::cli::{Error, links};
use crate::content::{LangId, SectionId};
use crate::message;
use crate::messages::{Locale, Message};
use crate::site::{self, PAGE_BYTES_MAX, SiteFile};

/// Writes the pages, and says how many there are and which are larger than they should be.
pub(super) fn execute(options: &SiteOptions) -> Result<ExitCode, Error> {
    let bot = options.bot.as_deref().map(links::bot_name).transpose()?;
    let url = options.url.as_deref().map(links::site_url).transpose()?;
    let content = super::content(&options.content, options.edition)?;
    let bot_link = |lang: LangId, section: Option<SectionId>| {
        let action = section.map_or(Action::page(lang, Page::Home), |section| Action::section(lang, section));
        links::deep_link(&content, bot?, "start", action)
    };
    let locale = Locale::of_system();
    let failed = |message: Message| Error::Site(message.to_text(locale));
    let files = site::render(&content, site::SiteOptions { url: url.as_ref(), bot_link: &bot_link })
        .map_err(|error| failed(Message::verbatim(error)))?;
    site::write(&options.dir, &files).map_err(|error| failed(error.to_message()))?;
    let mut out = std::io::stdout().lock();
    for line in report(options, &files) {
        // A closed pipe (`| head`) is no error.
        let _ = writeln!(out, "{}", line.to_text(locale));
    }
    Ok(ExitCode::SUCCESS)
}

fn report(options: &SiteOptions, files: &[SiteFile]) -> Vec<Message> {
    let largest = files.iter().map(|file| file.html.len()).max().unwrap_or_default();
    let mut lines = vec![message!(
        "{pages} pages in {directory}; the largest has {bytes} bytes",
        pages = files.len(),
        directory = options.dir.display(),
        bytes = largest
    )];
    let large = files.iter().filter(|file| file.html.len() > PAGE_BYTES_MAX);
    lines.extend(large.map(|SiteFile { path, html }| {
        message!(
            "{path} has {bytes} bytes, and a slow network likes {max} at most: share the section out among several",
            path,
            bytes = html.len(),
            max = PAGE_BYTES_MAX
        )
    }));
    lines
}
