//! The buttons of a section that open a web address.

use super::facts::{Facts, LocalizedFacts};
use super::text::plain;
use super::tree::{Node, Tree};
use super::{Folder, characters, per_language};
use crate::content::schema::{RawLinkButton, Spanned};
use crate::content::{CHILDREN_MAX, LABEL_MAX, LINKS_MAX, LinkButton};
use crate::diag::{Code, Location, Report, Source};
use crate::markup;
use crate::message;

/// The buttons of each section, in the order of the tree.
pub(super) fn validate(
    file: &Source,
    tree: &Tree<'_>,
    folders: &[Folder<'_>],
    facts: &Facts,
    report: &mut Report,
) -> Vec<Vec<LinkButton>> {
    let mut of_section = |node: &Node<'_>| {
        check_count(file, node, report);
        node.raw.links.iter().filter_map(|raw| button(file, node, raw, folders, facts, report)).collect()
    };
    tree.nodes.iter().map(&mut of_section).collect()
}

fn check_count(file: &Source, node: &Node<'_>, report: &mut Report) {
    let (links, below) = (node.raw.links.len(), node.raw.children.len());
    let at = Location::span(&file.path, node.span.clone());
    if links > LINKS_MAX {
        let message = message!("`{id}` has {links} links; {max} are the most", id = node.id, links, max = LINKS_MAX);
        report.error(
            Code::TooManyButtons,
            at,
            message,
            message!("put the others into the text, as [words](https://…)"),
        );
    } else if links > 0 && links + below > CHILDREN_MAX {
        let message = message!(
            "`{id}` has {links} links and {below} sections below: more than {max}",
            id = node.id,
            links,
            below,
            max = CHILDREN_MAX
        );
        report.error(Code::TooManyButtons, at, message, message!("Telegram shows at most 100 buttons under a message"));
    }
}

fn button(
    file: &Source,
    node: &Node<'_>,
    raw: &RawLinkButton,
    folders: &[Folder<'_>],
    facts: &Facts,
    report: &mut Report,
) -> Option<LinkButton> {
    let what = message!("the text of a link of `{id}`", id = node.id);
    let label = raw.text.as_ref().map(|text| {
        per_language::validate(file, text, &what, folders, report, |text, folder, report| {
            check(file, text, facts.in_language(folder), report)
        })
    });
    let written = raw.url.as_ref()?;
    // An address of [links] may stand for itself: `url = "{site}"`.
    let url = plain(file, written, facts.searched(folders.first()?), &[], report);
    if !characters::check_address(file, written, report) && !markup::is_web_address(&url) {
        let message = message!("`{written}` is not a web address", written = written.value);
        let help = message!("write the whole address, beginning with https://, or one of [links] as {{name}}");
        report.error(Code::BadUrl, written.location(file), message, help);
    }
    Some(LinkButton { label: label?, url: url.into() })
}

/// The label with its facts filled in.
fn check(file: &Source, text: &Spanned<String>, facts: LocalizedFacts<'_>, report: &mut Report) -> Box<str> {
    let label = plain(file, text, facts, &[], report).trim().to_owned();
    if label.is_empty() {
        report.error(
            Code::EmptyText,
            text.location(file),
            message!("this button has no words"),
            message!("say what it opens"),
        );
    } else if label.contains('\n') {
        let message = message!("the text of this button has more than one line");
        report.error(Code::NotOneLine, text.location(file), message, message!("write it on one line"));
    } else if label.len() > LABEL_MAX {
        report.error(
            Code::ButtonTooLong,
            text.location(file),
            message!(
                "the button `{label}` has {count} bytes; it has room for {max}",
                label,
                count = label.len(),
                max = LABEL_MAX
            ),
            message!("shorten it to a few words"),
        );
    }
    label.into()
}
