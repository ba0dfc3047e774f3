//! `palabre links`: the deep link of every page, for posters and web pages.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;

use crate::bot::action::{Action, Page};
use crate::cli::Error;
use crate::cli::arguments::{LinkFormat, LinksOptions};
use crate::content::{Content, load};

/// The shortest side of a QR code, in pixels. SVG scales without loss.
const QR_SIZE: u32 = 240;

#[derive(Serialize)]
struct Link {
    language: String,
    /// Empty for home.
    section: String,
    title: String,
    link: String,
}

/// Prints the links, and writes their QR codes if a directory is named.
pub(super) fn execute(options: &LinksOptions) -> Result<ExitCode, Error> {
    let content = super::content(&options.content, load::today())?;
    let bot = options.bot.trim_start_matches('@');
    // Bot API: 5 to 32 of letters, digits and underscores.
    if !(5..=32).contains(&bot.len()) || !bot.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Error::BotName);
    }
    // `start` opens the private chat with the bot; `startgroup` adds the bot to a group, where it sends the page.
    let links = links(&content, bot, if options.group { "startgroup" } else { "start" });
    if let Some(directory) = &options.qr {
        write_codes(&links, directory)?;
    }
    let text = match options.format {
        LinkFormat::Text => lines(&links, |link| format!("{}  {}", link.link, link.title)),
        LinkFormat::Json => lines(&links, |link| serde_json::to_string(link).unwrap_or_default()),
        LinkFormat::Csv => {
            let rows = lines(&links, |link| {
                [&link.language, &link.section, &link.title, &link.link].map(|f| field(f)).join(",")
            });
            // Without a byte order mark spreadsheets take it for the alphabet of their country.
            format!("\u{feff}language,section,title,link\n{rows}")
        }
    };
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn links(content: &Content, bot: &str, parameter: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for lang in content.languages() {
        let mut add = |action: Action, section: &str, title: &str| {
            if let Some(payload) = action.to_start_parameter(content) {
                links.push(Link {
                    language: content.tag(lang).to_string(),
                    section: section.to_owned(),
                    title: title.to_owned(),
                    link: format!("https://t.me/{bot}?{parameter}={payload}"),
                });
            }
        };
        add(Action::page(lang, Page::Home), "", &content.interface(lang).button_home);
        for section in content.sections() {
            add(
                Action::section(lang, section),
                &content.section(section).id,
                &content.section_text(section, lang).title,
            );
        }
    }
    links
}

fn write_codes(links: &[Link], directory: &Path) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::QrFile(PathBuf::from(directory), error);
    std::fs::create_dir_all(directory).map_err(failed)?;
    for link in links {
        let code = QrCode::new(&link.link).map_err(|error| Error::QrCode(link.link.clone(), error))?;
        let svg = code.render::<svg::Color<'_>>().min_dimensions(QR_SIZE, QR_SIZE).build();
        let section = if link.section.is_empty() { "home" } else { &link.section };
        std::fs::write(directory.join(format!("{}-{section}.svg", link.language)), svg).map_err(failed)?;
    }
    Ok(())
}

fn lines(links: &[Link], line: impl Fn(&Link) -> String) -> String {
    links.iter().fold(String::new(), |mut text, link| {
        let _ = writeln!(text, "{}", line(link));
        text
    })
}

/// A field of CSV (RFC 4180).
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
