//! The menus of commands with their descriptions.

use super::Folder;
use super::commands::{BUILTIN, Menu};
use super::tree::Tree;
use crate::content::files::ROOT_FILE;
use crate::content::{CommandTarget, MenuEntry, SectionText};
use crate::diag::{Code, Location, Report};
use crate::message;

/// Characters of a command's description (Bot API, `BotCommand`).
const DESCRIPTION_MAX: usize = 256;

/// The menu of each language; the description of a section's command is its summary.
pub(super) fn describe(
    menus: Vec<Menu<'_>>,
    tree: &Tree<'_>,
    texts: &[Vec<SectionText>],
    folders: &[Folder<'_>],
    report: &mut Report,
) -> Vec<Vec<MenuEntry>> {
    let mut describe = |l: usize, target: CommandTarget| match target {
        CommandTarget::Section(section) => {
            let node = &tree.nodes[section.index()];
            let description = format!("{} {}", node.emoji, texts[section.index()][l].summary);
            if description.chars().count() > DESCRIPTION_MAX {
                report.error(
                    Code::DescriptionTooLong,
                    Location::span(ROOT_FILE, node.span.clone()),
                    message!(
                        "the summary of `{id}` is too long for the menu of commands: {max} characters are the most",
                        id = node.id,
                        max = DESCRIPTION_MAX
                    ),
                    message!("shorten the summary to one line"),
                );
            }
            description
        }
        builtin => {
            let name = BUILTIN.iter().find(|(_, target)| *target == builtin).map_or("", |(name, _)| name);
            let key = format!("commands.{name}.description");
            let mut order = std::iter::once(&folders[l]).chain(folders);
            let found = order.find_map(|f| Some((f.interface.as_ref()?.1.get(&key)?, f.typography)));
            found.map_or(name.into(), |(text, typography)| typography.apply(text.value.trim())).into_owned()
        }
    };
    let mut entry = |l, (command, target): (&str, _)| MenuEntry {
        command: command.into(),
        description: describe(l, target).into(),
    };
    let mut described = Vec::new();
    for (l, menu) in menus.into_iter().enumerate() {
        described.push(menu.into_iter().map(|line| entry(l, line)).collect());
    }
    described
}
