//! Content → the pages: what stands on each, handed to the templates under `templates/site/`.

use std::collections::BTreeSet;

use askama::Template;

use super::{SiteOptions, address, file_name, html};
use crate::bot::action::Page as BotPage;
use crate::bot::pages::{self, listen_label};
use crate::content::{Clip, CommandTarget, Contact, ContactLinkKind, Content, LangId, SectionId, SectionText};
use crate::lang::is_right_to_left;

/// The attributes `lang` and `dir`.
#[derive(Clone, Copy)]
struct Language<'a> {
    tag: &'a str,
    direction: &'static str,
}

/// What stands in the head of every page.
struct Head<'a> {
    title: String,
    /// What a link to the page shows of it, in a chat or a search engine.
    description: &'a str,
    /// The page's own address; of a section that is shown in another language, that of its page there.
    canonical: Option<String>,
    /// The page in each language that it is written in.
    translations: Vec<Translation<'a>>,
}

struct Translation<'a> {
    tag: &'a str,
    href: String,
}

struct Link<'a> {
    href: String,
    label: String,
    /// The language of the label, where it is not that of the page.
    language: Option<Language<'a>>,
}

/// The way to the same page in another language; without an address, this one.
struct OtherLanguage<'a> {
    language: Language<'a>,
    name: &'a str,
    href: Option<String>,
}

/// A way to reach a contact.
struct ContactLine<'a> {
    sign: &'static str,
    label: Option<&'a str>,
    text: String,
    href: Option<String>,
    /// Numbers and addresses of e-mail and web: in a text from right to left their parts would change places.
    is_left_to_right: bool,
}

/// The page read aloud.
struct Listen {
    href: String,
    label: String,
}

struct Picture<'a> {
    href: String,
    text: &'a str,
    width: u32,
    height: u32,
}

#[derive(Template)]
#[template(path = "site/page.html")]
struct Page<'a> {
    language: Language<'a>,
    head: Head<'a>,
    languages_label: &'a str,
    languages: Vec<OtherLanguage<'a>>,
    home_label: &'a str,
    /// The page above.
    up: Option<Link<'a>>,
    /// Says that the words are in another language.
    note: Option<String>,
    listen: Option<Listen>,
    /// That language.
    words_language: Option<Language<'a>>,
    heading: &'a str,
    summary: Option<&'a str>,
    picture: Option<Picture<'a>>,
    /// HTML.
    body: String,
    below: Vec<Link<'a>>,
    contact: Vec<ContactLine<'a>>,
    buttons: Vec<Link<'a>>,
    facts: Option<&'a str>,
    /// The sections before and behind, and home.
    navigation: Vec<Link<'a>>,
}

#[derive(Template)]
#[template(path = "site/index.html")]
struct Index<'a> {
    language: Language<'a>,
    head: Head<'a>,
    homes: Vec<Home<'a>>,
}

struct Home<'a> {
    language: Language<'a>,
    href: String,
    label: &'a str,
}

/// The page that leads to the home of each language. It is itself in the default language.
pub(super) fn index(content: &Content, options: SiteOptions<'_>) -> Result<String, askama::Error> {
    let lang = content.default_language();
    let home = |lang| {
        let label = &*content.interface(lang).name;
        Home { language: language(content, lang), href: super::path(content, lang, None), label }
    };
    let translation = |lang| Translation {
        tag: content.tag(lang).as_str(),
        href: match options.url {
            Some(url) => address(url, content, lang, None),
            None => super::path(content, lang, None),
        },
    };
    let head = Head {
        title: site_name(content, lang).to_owned(),
        description: &content.interface(lang).short_description,
        canonical: options.url.map(ToString::to_string),
        translations: content.languages().map(translation).collect(),
    };
    Index { language: language(content, lang), head, homes: content.languages().map(home).collect() }.render()
}

/// A section in a language, or home; without the clips and pictures of some files.
pub(super) fn page(
    content: &Content,
    lang: LangId,
    section: Option<SectionId>,
    options: SiteOptions<'_>,
    left_out: &BTreeSet<&str>,
) -> Result<String, askama::Error> {
    let interface = content.interface(lang);
    let words = section.map(|section| content.section_text(section, lang));
    let site_name = site_name(content, lang);
    let words_language = words.map_or(lang, |words| words.language);
    let is_translated = words_language == lang;
    let clip = clip(content, lang, section).filter(|clip| !left_out.contains(&*clip.path));
    let picture = words.and_then(|words| words.picture.as_ref());
    let picture = picture.filter(|picture| !left_out.contains(&*picture.image.path));
    let mut buttons = section.map_or_else(Vec::new, |section| link_buttons(content, lang, section));
    buttons.extend((options.bot_link)(lang, section).map(|href| link(href, &interface.button_open)));
    let page = Page {
        language: language(content, lang),
        head: Head {
            title: words.map_or_else(|| site_name.to_owned(), |words| format!("{} – {site_name}", words.title)),
            description: words.map_or(&interface.short_description, |words| &words.summary),
            canonical: options.url.map(|url| address(url, content, words_language, section)),
            translations: translations(content, section, options),
        },
        languages_label: &interface.button_languages,
        languages: content.languages().map(|other| other_language(content, lang, other, section)).collect(),
        home_label: &interface.button_home,
        up: section.map(|section| up(content, lang, section)),
        note: (!is_translated)
            .then(|| interface.untranslated.replace("{language}", &content.interface(words_language).name)),
        listen: clip.map(|clip| Listen {
            href: media_address(content, lang, &clip.path),
            label: listen_label(content, lang, clip),
        }),
        words_language: (!is_translated).then(|| language(content, words_language)),
        heading: words.map_or(site_name, |words| &words.title),
        summary: words.filter(|_| has_below(content, section)).map(|words| &*words.summary),
        picture: picture.map(|picture| Picture {
            href: media_address(content, lang, &picture.image.path),
            text: &picture.text,
            width: picture.image.width,
            height: picture.image.height,
        }),
        body: body(content, lang, words),
        below: below(content, section).iter().map(|&below| to_section(content, lang, below)).collect(),
        contact: contact(content, lang, section),
        buttons,
        facts: section.map(|section| content.facts_line(section, lang)),
        navigation: section.map_or_else(Vec::new, |section| navigation(content, lang, section)),
    };
    page.render()
}

/// The name of whom the site is: that of the main contact, which is the organisation's where it has none of its own. Without a
/// contact there is but the bot's description of one line.
fn site_name(content: &Content, lang: LangId) -> &str {
    match content.main_contact() {
        Some(contact) => content.contact(contact).name.get(lang),
        None => &content.interface(lang).short_description,
    }
}

/// The clip of a section, or of home.
pub(super) fn clip(content: &Content, lang: LangId, section: Option<SectionId>) -> Option<&Clip> {
    let page = section.map_or(BotPage::Home, |section| BotPage::Section(section, 0));
    pages::clip(content, lang, page)
}

/// The address of a clip or a picture as the pages of a language name it.
fn media_address(content: &Content, lang: LangId, path: &str) -> String {
    match path.split_once('/') {
        Some((folder, name)) if folder == content.tag(lang).as_str() => html::encoded_path(name),
        _ => format!("../{}", html::encoded_path(path)),
    }
}

fn language(content: &Content, lang: LangId) -> Language<'_> {
    let direction = if is_right_to_left(&content.interface(lang).name) { "rtl" } else { "ltr" };
    Language { tag: content.tag(lang).as_str(), direction }
}

/// The page in each language in which its words are written; none where that is one alone.
fn translations<'a>(
    content: &'a Content,
    section: Option<SectionId>,
    options: SiteOptions<'_>,
) -> Vec<Translation<'a>> {
    let is_written =
        |&lang: &LangId| section.is_none_or(|section| content.section_text(section, lang).language == lang);
    let translation = |lang| Translation {
        tag: content.tag(lang).as_str(),
        href: match options.url {
            Some(url) => address(url, content, lang, section),
            None => format!("../{}", super::path(content, lang, section)),
        },
    };
    let translations: Vec<_> = content.languages().filter(is_written).map(translation).collect();
    if translations.len() > 1 { translations } else { Vec::new() }
}

fn other_language<'a>(
    content: &'a Content,
    lang: LangId,
    other: LangId,
    section: Option<SectionId>,
) -> OtherLanguage<'a> {
    let href = (other != lang).then(|| format!("../{}", super::path(content, other, section)));
    OtherLanguage { language: language(content, other), name: &content.interface(other).name, href }
}

/// The page above a section: another section, or home.
fn up<'a>(content: &'a Content, lang: LangId, section: SectionId) -> Link<'a> {
    let interface = content.interface(lang);
    match content.section(section).parent {
        None => link(file_name(content, None), &interface.button_home),
        Some(parent) => {
            let to = to_section(content, lang, parent);
            Link { label: interface.button_back.replace("{title}", &to.label), ..to }
        }
    }
}

/// The sections before and behind, and home.
fn navigation<'a>(content: &'a Content, lang: LangId, section: SectionId) -> Vec<Link<'a>> {
    let interface = content.interface(lang);
    let siblings = content.section(section).siblings;
    let beside = |sibling: Option<SectionId>, label: &str| Some(link(file_name(content, Some(sibling?)), label));
    let siblings =
        [beside(siblings.previous, &interface.button_previous), beside(siblings.next, &interface.button_next)];
    let home = link(file_name(content, None), &interface.button_home);
    siblings.into_iter().flatten().chain(std::iter::once(home)).collect()
}

/// The sections on the menu of a section, or of home.
fn below(content: &Content, section: Option<SectionId>) -> &[SectionId] {
    section.map_or(content.top(), |section| &content.section(section).children)
}

fn has_below(content: &Content, section: Option<SectionId>) -> bool {
    !below(content, section).is_empty()
}

/// All pages of a section's body as one, or the text of home.
fn body(content: &Content, lang: LangId, words: Option<&SectionText>) -> String {
    let address_of = |command: &str| match content.command(command)?.target {
        CommandTarget::Section(section) => Some(file_name(content, Some(section))),
        CommandTarget::Start => Some(file_name(content, None)),
        CommandTarget::Help | CommandTarget::Language | CommandTarget::Ask | CommandTarget::Hidden(_) => None,
    };
    match words {
        Some(words) => words.pages.iter().map(|page| html::to_html(page, &address_of)).collect(),
        None => html::to_html(&content.interface(lang).home, &address_of),
    }
}

/// The ways to reach the contact that a section shows.
fn contact(content: &Content, lang: LangId, section: Option<SectionId>) -> Vec<ContactLine<'_>> {
    let Some(id) = section.and_then(|section| content.section(section).contact) else { return Vec::new() };
    let (contact, interface) = (content.contact(id), content.interface(lang));
    let line = |sign, text: String, href| ContactLine { sign, label: None, text, href, is_left_to_right: false };
    let Contact { phones, emails, address, hours, location, links, .. } = contact;
    let mut lines = Vec::new();
    lines.extend(phones.iter().map(|phone| ContactLine {
        label: phone.label.as_ref().map(|label| label.get(lang)),
        is_left_to_right: true,
        ..line("📞", phone.shown(), Some(html::tel(&phone.dialled())))
    }));
    lines.extend(emails.iter().map(|email| ContactLine {
        label: email.label.as_ref().map(|label| label.get(lang)),
        is_left_to_right: true,
        ..line("✉️", email.address.to_string(), Some(format!("mailto:{}", email.address)))
    }));
    lines.extend(address.as_ref().map(|address| line("📍", address.get(lang).to_owned(), None)));
    let day = |day| interface.days.get(usize::from(day)).map_or("", |day| &**day);
    lines.extend(hours.lines(day).into_iter().map(|hours| line("🕐", hours, None)));
    lines.extend(location.map(|location| line("", interface.button_map.to_string(), Some(location.map_url()))));
    lines.extend(links.iter().map(|link| {
        let label = match link.kind {
            ContactLinkKind::Website => &*interface.button_website,
            // These are names: the same in every language.
            ContactLinkKind::WhatsApp => "WhatsApp",
            ContactLinkKind::Telegram => "Telegram",
            ContactLinkKind::Facebook => "Facebook",
        };
        line("", label.to_owned(), Some(link.url.to_string()))
    }));
    lines
}

fn link_buttons<'a>(content: &'a Content, lang: LangId, section: SectionId) -> Vec<Link<'a>> {
    content.section(section).links.iter().map(|button| link(button.url.to_string(), button.label.get(lang))).collect()
}

/// The link to a section's page, with the label of its button.
fn to_section<'a>(content: &'a Content, lang: LangId, section: SectionId) -> Link<'a> {
    let words = content.section_text(section, lang);
    let language = (words.language != lang).then(|| language(content, words.language));
    Link { href: file_name(content, Some(section)), label: words.label.to_string(), language }
}

fn link<'a>(href: String, label: &str) -> Link<'a> {
    Link { href, label: label.to_owned(), language: None }
}
