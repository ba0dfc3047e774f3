//! `palabre links`: the deep link of every page, for posters and web pages.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;

use crate::bot::action::{Action, Page};
use crate::cli::arguments::{ContentChoice, LinkFormat};
use crate::content::Content;

/// Pixels of a side of a QR code at least; it is drawn in lines, so that it can be made larger.
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
///
/// # Errors
///
/// A sentence when the content cannot be used, the bot's name is none or a file cannot be written.
pub fn execute(
    choice: &ContentChoice,
    bot: &str,
    group: bool,
    format: LinkFormat,
    qr: Option<&Path>,
) -> Result<ExitCode, String> {
    let content = super::content(choice)?;
    let bot = bot.trim_start_matches('@');
    // Bot API: 5 to 32 of letters, digits and underscores.
    if !(5..=32).contains(&bot.len()) || !bot.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err("that is no bot's name: write it as in t.me/NAME".into());
    }
    // With the first a chat with the bot opens, with the second it is let into a group, and says the page there.
    let links = links(&content, bot, if group { "startgroup" } else { "start" });
    if let Some(directory) = qr {
        write_codes(&links, directory)?;
    }
    let text = match format {
        LinkFormat::Text => lines(&links, |link| format!("{}  {}", link.link, link.title)),
        LinkFormat::Json => lines(&links, |link| serde_json::to_string(link).unwrap_or_default()),
        LinkFormat::Csv => {
            let rows = lines(&links, |link| {
                [&link.language, &link.section, &link.title, &link.link].map(|f| field(f)).join(",")
            });
            format!("language,section,title,link\n{rows}")
        }
    };
    // A reader that has gone (`| head`) has seen what it wanted.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn links(content: &Content, bot: &str, parameter: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for lang in content.languages() {
        let mut add = |action: Action, section: &str, title: &str| {
            if let Some(payload) = action.to_payload(content) {
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

fn write_codes(links: &[Link], directory: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("the QR codes cannot be written to {}: {error}", directory.display());
    std::fs::create_dir_all(directory).map_err(failed)?;
    for link in links {
        let code = QrCode::new(&link.link).map_err(|error| format!("{} fits no QR code: {error}", link.link))?;
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
