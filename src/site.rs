//! The same content as static web pages, for people without Telegram: to be put on a web server, shared as files or printed.
//!
//! A page is a section in a language: `fr/contact.html`. A file with its ending, not a directory with an `index.html`: so links also
//! lead on where nobody serves the pages, from a memory card or out of an archive. Every link within the site is relative. There is
//! no script and nothing from elsewhere; the styles stand in the page. The same content gives the same bytes.
//!
//! Clips and pictures stand where they stand in the content, and are loaded when somebody plays them or scrolls there.

mod html;
mod pages;
mod write;

use std::collections::BTreeSet;

use url::Url;

use crate::content::{Content, LangId, SectionId};

pub use html::to_html;
pub(crate) use html::{encoded_path, escaped, tel};
pub use write::{WriteError, Written, write};

/// The size that a page should not pass, in bytes: what a server may send at once before the first answer comes back (ten packets,
/// RFC 6928). A page that does is slower on a slow network, and nothing else.
pub const PAGE_BYTES_MAX: usize = 14 * 1024;

/// What leads from a page to the bot's page of the same section (`None`: home), where there is one.
pub type BotLink<'a> = &'a dyn Fn(LangId, Option<SectionId>) -> Option<String>;

/// What the pages are to name beside the content.
#[derive(Clone, Copy)]
pub struct SiteOptions<'a> {
    /// Where the site is to be, with a slash at its end: pages then name their own address.
    pub url: Option<&'a Url>,
    /// The link to the bot.
    pub bot_link: BotLink<'a>,
}

/// A page of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// Relative to the site, with `/`.
    pub path: String,
    /// What stands in it.
    pub html: String,
}

/// All pages: the index, and for each language its home and its sections.
///
/// # Errors
///
/// None that is known of: templates are checked when the program is compiled.
pub fn render(content: &Content, options: SiteOptions<'_>) -> Result<Vec<SiteFile>, askama::Error> {
    render_without(content, options, &BTreeSet::new())
}

/// All pages, without the clips and pictures of these files.
fn render_without(
    content: &Content,
    options: SiteOptions<'_>,
    left_out: &BTreeSet<&str>,
) -> Result<Vec<SiteFile>, askama::Error> {
    let mut files = vec![SiteFile { path: INDEX.to_owned(), html: pages::index(content, options)? }];
    for lang in content.languages() {
        for section in pages_of(content) {
            let html = pages::page(content, lang, section, options, left_out)?;
            files.push(SiteFile { path: path(content, lang, section), html });
        }
    }
    Ok(files)
}

/// The clips and pictures that the pages show, by their files.
fn media(content: &Content) -> BTreeSet<&str> {
    let of_language = |lang| {
        let clips = pages_of(content).filter_map(move |section| pages::clip(content, lang, section));
        let pictures =
            content.sections().filter_map(move |section| content.section_text(section, lang).picture.as_ref());
        clips.map(|clip| &*clip.path).chain(pictures.map(|picture| &*picture.image.path))
    };
    content.languages().flat_map(of_language).collect()
}

/// The pages of each language: home (`None`) and the sections.
fn pages_of(content: &Content) -> impl Iterator<Item = Option<SectionId>> + use<> {
    std::iter::once(None).chain(content.sections().map(Some))
}

/// Where a page stands, relative to the site: `fr/contact.html`, and home (`None`) `fr/index.html`.
#[must_use]
pub fn path(content: &Content, lang: LangId, section: Option<SectionId>) -> String {
    format!("{}/{}", content.tag(lang), file_name(content, section))
}

/// The address of a page of a site, whose own ends with a slash.
#[must_use]
pub fn address(url: &Url, content: &Content, lang: LangId, section: Option<SectionId>) -> String {
    format!("{url}{}", path(content, lang, section))
}

/// The first page, and the home of each language in its directory: what a server shows of a directory.
const INDEX: &str = "index.html";

/// The file of a section in a language's directory.
fn file_name(content: &Content, section: Option<SectionId>) -> String {
    match section {
        None => INDEX.to_owned(),
        // An id has no hyphen: no other section has this name.
        Some(section) => match &*content.section(section).id {
            id if is_taken(id) => format!("{id}-.html"),
            id => format!("{id}.html"),
        },
    }
}

/// Whether a file cannot have this name: that of home, and those that Windows keeps for devices, whatever their ending.
fn is_taken(id: &str) -> bool {
    let is_port = |name: &str| id.strip_prefix(name).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
    matches!(id, "index" | "con" | "prn" | "aux" | "nul") || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_home_and_devices_are_taken() {
        for (id, expected) in
            [("index", true), ("con", true), ("com1", true), ("contact", false), ("com", false), ("com12", false)]
        {
            assert_eq!(is_taken(id), expected, "{id}");
        }
    }
}
