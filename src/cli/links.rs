//! `palabre links`: the deep link of every page, for posters and web pages.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use url::Url;

use crate::bot::action::{Action, Page};
use crate::cli::Error;
use crate::cli::arguments::{LinkFormat, LinksOptions};
use crate::content::{Content, SectionId, load};
use crate::site;

/// The shortest side of a QR code, in pixels. SVG scales without loss.
const QR_SIZE: u32 = 240;

#[derive(Serialize)]
struct Link {
    language: String,
    /// Empty for home.
    section: String,
    title: String,
    link: String,
    /// The page of the site, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

/// A bot's name without its `@`.
pub(super) fn bot_name(name: &str) -> Result<&str, Error> {
    let name = name.trim_start_matches('@');
    // Bot API: 5 to 32 of letters, digits and underscores.
    let is_name = (5..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_name { Ok(name) } else { Err(Error::BotName) }
}

/// The address of a site, with a slash at its end.
pub(super) fn site_url(address: &str) -> Result<Url, Error> {
    let url = Url::parse(&format!("{}/", address.trim_end_matches('/'))).map_err(|_| Error::SiteUrl)?;
    let is_site = matches!(url.scheme(), "http" | "https") && url.has_host() && !address.contains(['?', '#']);
    if is_site { Ok(url) } else { Err(Error::SiteUrl) }
}

/// The link that opens an action in a chat with the bot, if there is one.
pub(super) fn deep_link(content: &Content, bot: &str, parameter: &str, action: Action) -> Option<String> {
    Some(format!("https://t.me/{bot}?{parameter}={}", action.to_start_parameter(content)?))
}

/// Prints the links, and writes their QR codes if a directory is named.
pub(super) fn execute(options: &LinksOptions) -> Result<ExitCode, Error> {
    let content = super::content(&options.content, load::today())?;
    let bot = bot_name(&options.bot)?;
    let site = options.site.as_deref().map(site_url).transpose()?;
    // `start` opens the private chat with the bot; `startgroup` adds the bot to a group, where it sends the page.
    let links = links(&content, bot, if options.group { "startgroup" } else { "start" }, site.as_ref());
    if let Some(directory) = &options.qr {
        write_codes(&links, directory)?;
    }
    let text = match options.format {
        LinkFormat::Text => lines(&links, |link| {
            let page = link.page.as_ref().map_or(String::new(), |page| format!("  {page}"));
            format!("{}{page}  {}", link.link, link.title)
        }),
        LinkFormat::Json => lines(&links, |link| serde_json::to_string(link).unwrap_or_default()),
        LinkFormat::Csv => {
            let rows = lines(&links, |link| {
                let fields = [&link.language, &link.section, &link.title, &link.link].into_iter().chain(&link.page);
                fields.map(|text| field(text)).collect::<Vec<_>>().join(",")
            });
            let page = if site.is_some() { ",page" } else { "" };
            // Without a byte order mark spreadsheets take it for the alphabet of their country.
            format!("\u{feff}language,section,title,link{page}\n{rows}")
        }
    };
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn links(content: &Content, bot: &str, parameter: &str, site: Option<&Url>) -> Vec<Link> {
    let mut links = Vec::new();
    for lang in content.languages() {
        let mut add = |action: Action, section: Option<SectionId>, title: &str| {
            links.extend(deep_link(content, bot, parameter, action).map(|link| Link {
                language: content.tag(lang).to_string(),
                section: section.map_or("", |section| &content.section(section).id).to_owned(),
                title: title.to_owned(),
                link,
                page: site.map(|url| site::address(url, content, lang, section)),
            }));
        };
        add(Action::page(lang, Page::Home), None, &content.interface(lang).button_home);
        for section in content.sections() {
            add(Action::section(lang, section), Some(section), &content.section_text(section, lang).title);
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
