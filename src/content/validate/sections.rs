//! The texts of the sections, in every language.

use std::collections::{HashMap, HashSet};

use super::facts::{Facts, LocalizedFacts};
use super::media::Media;
use super::text::{STYLES_MAX, has_few_marks, markdown, plain};
use super::tree::{Node, Tree};
use super::{Folder, characters};
use crate::content::files::ROOT_FILE;
use crate::content::schema::{RawSectionText, Spanned, TEXT_MAX};
use crate::content::{BODY_PAGE_MAX, BODY_PAGES_MAX, Image, LABEL_MAX, LangId, Picture, SectionText, TITLE_MAX};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::markup::{RichText, utf16_len};
use crate::message;
use crate::messages::Message;

/// UTF-16 units of a summary: one line of a list or a preview.
pub(crate) const SUMMARY_MAX: usize = 200;

/// The texts of every section for every language. Of a section that has none at all its id is shown.
pub(super) fn validate(
    root: &Source,
    tree: &Tree<'_>,
    folders: &[Folder<'_>],
    facts: &Facts,
    media: Media<'_>,
    report: &mut Report,
) -> Vec<Vec<SectionText>> {
    let mut own: Vec<Vec<Option<SectionText>>> = vec![vec![None; folders.len()]; tree.nodes.len()];
    let mut own_files = HashMap::new();
    let without_text = only_one_without_text(tree, folders);
    let mut picture = |node: &Node<'_>| media.picture(root, node.raw.picture.as_ref()?, report);
    let pictures: Vec<Option<Image>> = tree.nodes.iter().map(&mut picture).collect();
    for (l, folder) in folders.iter().enumerate() {
        for (file, raw) in &folder.texts {
            let Some(&section) = tree.by_id.get(&*raw.id.value) else {
                unknown_section(file, raw, tree, without_text, report);
                continue;
            };
            if let Some(other) = own_files.insert((section, l), &file.path) {
                let message = message!("`{id}` has words in `{other}` already", id = raw.id.value, other);
                let location = Location::span(&file.path, raw.id.span.clone());
                report.error(Code::DuplicateId, location, message, message!("keep one of the two"));
            }
            let (emoji, facts) = (tree.nodes[section.index()].emoji, facts.in_language(folder));
            let text = section_text(file, raw, emoji, LangId(l), facts, report);
            let clip = raw.voice.as_ref().and_then(|voice| media.clip(file, folder.name, voice, report));
            let picture = picture_of(file, raw, pictures[section.index()].as_ref(), facts, report);
            own[section.index()][l] = Some(SectionText { clip, picture, ..text });
        }
    }
    let with_fallback = own.into_iter().zip(&tree.nodes).map(|(own, node)| {
        let fallback = own.iter().flatten().next().cloned().unwrap_or_else(|| {
            report.error(
                Code::NoWords,
                Location::span(ROOT_FILE, node.span.clone()),
                message!("the section `{id}` has no words in any language", id = node.id),
                message!("add a table [{id}] with title, summary, body and ask to a file of a language", id = node.id),
            );
            without_words(&node.id, node.emoji)
        });
        let is_anywhere = own.iter().any(Option::is_some);
        let texts = own.into_iter().zip(folders).map(|(text, folder)| {
            text.unwrap_or_else(|| {
                if !is_anywhere {
                    return fallback.clone();
                }
                report.warning(
                    Code::Untranslated,
                    Location::file(folder.name),
                    message!(
                        "the section `{id}` is not translated into `{language}` yet",
                        id = node.id,
                        language = folder.tag
                    ),
                    message!(
                        "add a table [{id}] to a file of `{folder}/`; until then it is shown in another language",
                        id = node.id,
                        folder = folder.name
                    ),
                );
                fallback.clone()
            })
        });
        texts.collect()
    });
    with_fallback.collect()
}

/// What a preview shows of a section whose words are missing, which is an error.
fn without_words(id: &str, emoji: &str) -> SectionText {
    let title: Box<str> = format!("{emoji} [{id}]").into();
    SectionText {
        language: LangId(0),
        label: title.clone(),
        title,
        summary: Box::default(),
        pages: vec![RichText::plain(format!("[{id}]"))],
        clip: None,
        picture: None,
    }
}

/// The id of the section without texts, if it is the only one.
fn only_one_without_text<'t>(tree: &'t Tree<'_>, folders: &[Folder<'_>]) -> Option<&'t str> {
    let with_text: HashSet<&str> =
        folders.iter().flat_map(|folder| &folder.texts).map(|(_, raw)| &*raw.id.value).collect();
    let mut without_text = tree.nodes.iter().map(|node| &*node.id).filter(|id| !with_text.contains(id));
    without_text.next().filter(|_| without_text.next().is_none())
}

/// A text under an id that the tree does not have: the id of a section without texts is likely to be meant.
fn unknown_section(
    file: &Source,
    raw: &RawSectionText,
    tree: &Tree<'_>,
    only_one_without_text: Option<&str>,
    report: &mut Report,
) {
    if characters::check_code(file, &raw.id, report) {
        return;
    }
    let ids = || tree.nodes.iter().map(|node| &*node.id);
    let renamed = tree.by_old_id.get(&*raw.id.value).map(|section| &*tree.nodes[section.index()].id);
    let help = match renamed.or(only_one_without_text).or_else(|| did_you_mean(&raw.id.value, ids())) {
        Some(near) => {
            message!("did you mean `{near}`? If it has been taken out of the tree, take its words out, too", near)
        }
        None => message!("add the section to the tree in palabre.toml, or remove its words"),
    };
    report.error(
        Code::UnknownId,
        Location::span(&file.path, raw.id.span.clone()),
        message!("the tree has no section `{id}`", id = raw.id.value),
        help,
    );
}

fn section_text(
    file: &Source,
    raw: &RawSectionText,
    emoji: &str,
    language: LangId,
    facts: LocalizedFacts<'_>,
    report: &mut Report,
) -> SectionText {
    let text = |written: &Option<Spanned<String>>, what: Message, report: &mut Report| -> Option<String> {
        let written = written.as_ref()?;
        if written.value.trim().is_empty() {
            report.error(
                Code::EmptyText,
                written.location(file),
                message!("{what} of `{id}` has no words", what, id = raw.id.value),
                message!("write it"),
            );
        } else if written.value.trim().contains('\n') {
            report.error(
                Code::NotOneLine,
                written.location(file),
                message!("{what} of `{id}` has more than one line", what, id = raw.id.value),
                message!("write it on one line"),
            );
        }
        Some(plain(file, written, facts, &[], report).trim().to_owned())
    };
    let title = text(&raw.title, message!("the title"), report).unwrap_or_default();
    let summary = text(&raw.summary, message!("the summary"), report).unwrap_or_default();
    let button = text(&raw.button, message!("the button"), report);
    let check_length =
        |written: &Option<Spanned<String>>, text: &str, max: usize, what: Message, report: &mut Report| {
            let count = utf16_len(text);
            if let Some(written) = written.as_ref().filter(|_| count > max) {
                let message = message!(
                    "{what} of `{id}` has {count} characters; {max} are the most",
                    what,
                    id = raw.id.value,
                    count,
                    max
                );
                report.error(Code::TextTooLong, written.location(file), message, message!("say it in a few words"));
            }
        };
    check_length(&raw.title, &title, TITLE_MAX, message!("the title"), report);
    check_length(&raw.summary, &summary, SUMMARY_MAX, message!("the summary"), report);
    let label = format!("{emoji} {}", button.as_ref().unwrap_or(&title));
    if label.len() > LABEL_MAX
        && let Some(written) = raw.button.as_ref().or(raw.title.as_ref())
    {
        report.error(
            Code::ButtonTooLong,
            written.location(file),
            message!(
                "the button `{label}` has {count} bytes; it has room for {max}",
                label,
                count = label.len(),
                max = LABEL_MAX
            ),
            message!("shorten the title, or add a shorter `button = \"…\"`"),
        );
    }
    let mut pages =
        raw.body.as_ref().map_or_else(Vec::new, |body| body_pages(file, &raw.id.value, body, facts, report));
    if pages.is_empty() {
        // The reader of the file has reported that there is none.
        pages.push(RichText::plain("[body]"));
    }
    SectionText {
        language,
        title: format!("{emoji} {title}").into(),
        label: label.into(),
        summary: summary.into(),
        pages,
        clip: None,
        picture: None,
    }
}

/// The picture of a section with what it shows in words, which every language must say.
fn picture_of(
    file: &Source,
    raw: &RawSectionText,
    image: Option<&Image>,
    facts: LocalizedFacts<'_>,
    report: &mut Report,
) -> Option<Picture> {
    let written = raw.picture_text.as_ref().filter(|written| !written.value.trim().is_empty());
    match (image, written) {
        (Some(_), None) => report.error(
            Code::MissingKey,
            Location::span(&file.path, raw.id.span.clone()),
            message!("`{id}` does not say what its picture shows", id = raw.id.value),
            message!("add `picture_text = \"…\"`: one line for who does not see it"),
        ),
        (None, Some(written)) => report.warning(
            Code::UnusedFile,
            written.location(file),
            message!("`{id}` has no picture", id = raw.id.value),
            message!("add `picture = \"…\"` to the section in palabre.toml, or take this line out"),
        ),
        _ => {}
    }
    let text = plain(file, written?, facts, &[], report).trim().to_owned();
    if utf16_len(&text) > SUMMARY_MAX || text.contains('\n') {
        report.error(
            Code::TextTooLong,
            written?.location(file),
            message!(
                "what the picture of `{id}` shows takes more than {max} characters or one line",
                id = raw.id.value,
                max = SUMMARY_MAX
            ),
            message!("say it in a few words"),
        );
    }
    Some(Picture { image: image?.clone(), text: text.into() })
}

/// Whether a text without placeholders that is shown like this can be the body of a section. For texts that a program divides: it
/// leaves some room for what a language puts in, such as the space before its colons.
pub(crate) fn fits_body(markdown: &str, rich: &RichText) -> bool {
    const ROOM: usize = 200;
    let pages = rich.split(BODY_PAGE_MAX - ROOM);
    markdown.len() <= TEXT_MAX
        && has_few_marks(markdown)
        && (1..=BODY_PAGES_MAX).contains(&pages.len())
        && pages.iter().all(|page| page.spans().len() <= STYLES_MAX)
}

/// The pages of a section's body.
fn body_pages(
    file: &Source,
    id: &str,
    body: &Spanned<String>,
    facts: LocalizedFacts<'_>,
    report: &mut Report,
) -> Vec<RichText> {
    let rich = markdown(file, body, facts, report);
    if rich.is_empty() {
        report.error(
            Code::EmptyText,
            body.location(file),
            message!("the body of `{id}` has no words", id),
            message!("write the body"),
        );
    }
    let mut pages = rich.split(BODY_PAGE_MAX);
    if let Some(page) = pages.iter().find(|page| page.spans().len() > STYLES_MAX) {
        report.error(
            Code::UnsupportedMarkdown,
            body.location(file),
            message!("a page of `{id}` has {count} styled parts; a message shows 100", id, count = page.spans().len()),
            message!("style less of it: what is bold everywhere stands out nowhere"),
        );
    }
    if pages.len() > BODY_PAGES_MAX {
        report.error(
            Code::BodyTooLong,
            body.location(file),
            message!(
                "the body of `{id}` takes {count} pages; {max} are the most",
                id,
                count = pages.len(),
                max = BODY_PAGES_MAX
            ),
            message!("shorten it, or divide it into sections below this one"),
        );
        // They would be shown nowhere.
        pages.truncate(BODY_PAGES_MAX);
    }
    pages
}
