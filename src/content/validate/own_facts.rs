//! Sections whose facts are from another source than the content's, or of another month.

use super::Folder;
use super::facts::Facts;
use super::interface::{FACTS_MAX, facts_line};
use super::tree::{Node, Tree};
use crate::content::PerLanguage;
use crate::diag::{Code, Location, Report, Source};
use crate::markup::utf16_len;
use crate::message;

/// Of each section in the order of the tree, the line that names its source, in each language; `None` where it is the content's.
pub(super) fn validate(
    file: &Source,
    tree: &Tree<'_>,
    folders: &[Folder<'_>],
    facts: &Facts,
    report: &mut Report,
) -> Vec<Option<PerLanguage>> {
    let mut of_section = |node: &Node<'_>| {
        let (source, checked) = (node.raw.source.as_ref(), node.raw.checked.as_ref());
        if source.is_none() && checked.is_none() {
            return None;
        }
        let title = source.and_then(|source| facts.check_source(file, source, report));
        let month = checked.and_then(|checked| facts.check_month(file, checked, Some(&node.id), report));
        let (title, month) = (title.unwrap_or(&facts.source), month.unwrap_or(facts.checked));
        let line = |language| facts_line(language, folders, facts, title, month);
        let lines: Vec<Box<str>> = (0..folders.len()).map(line).collect();
        let longest = lines.iter().map(|line| utf16_len(line)).max().unwrap_or(0);
        if longest > FACTS_MAX {
            report.error(
                Code::TextTooLong,
                Location::span(&file.path, node.span.clone()),
                message!(
                    "the line of the source of `{id}` has {longest} characters; {max} are the most",
                    id = node.id,
                    longest,
                    max = FACTS_MAX
                ),
                message!("shorten its `source`"),
            );
        }
        Some(PerLanguage(lines))
    };
    tree.nodes.iter().map(&mut of_section).collect()
}
