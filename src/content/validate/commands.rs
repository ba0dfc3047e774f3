//! The commands: their names in every language, and the menus in which Telegram lists them.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::tree::Tree;
use super::{Folder, characters};
use crate::content::schema::{RawSectionText, Spanned};
use crate::content::{CommandDefinition, CommandTarget, LangId, SectionId};
use crate::diag::{Code, Location, Report, Source};
use crate::message;
use crate::search::plain_words;

/// The commands that have no section, by their English names.
pub(super) const BUILTIN: [(&str, CommandTarget); 4] = [
    ("start", CommandTarget::Start),
    ("help", CommandTarget::Help),
    ("language", CommandTarget::Language),
    ("ask", CommandTarget::Ask),
];

/// The commands of one language's menu, in order.
pub(super) type Menu<'a> = Vec<(&'a str, CommandTarget)>;

/// The names of all commands, and which of them each language's menu shows.
pub(super) fn validate<'a>(
    root: &Source,
    tree: &'a Tree<'a>,
    folders: &'a [Folder<'a>],
    report: &mut Report,
) -> (HashMap<Box<str>, CommandDefinition>, Vec<Menu<'a>>) {
    let mut names = CommandNames { definitions: HashMap::new(), tree, report };
    for (name, target) in BUILTIN {
        names.definitions.insert(name.into(), CommandDefinition { target, language: None });
    }
    for (section, node) in tree.iter() {
        if let Some(command) = &node.raw.command {
            names.add(root, command, CommandTarget::Section(section), None);
        }
    }
    let texts_of = |folder: &'a Folder<'a>| -> HashMap<&str, (&Source, &RawSectionText)> {
        folder.texts.iter().rev().map(|(file, text)| (&*text.id.value, (*file, text))).collect()
    };
    let texts: Vec<_> = folders.iter().map(texts_of).collect();
    let mut menus = Vec::new();
    for (l, folder) in folders.iter().enumerate() {
        let language = Some(LangId(l));
        let alias = |name: &str| {
            let (file, raw) = folder.interface.as_ref()?;
            Some((*file, raw.get(&format!("commands.{name}.alias"))?))
        };
        for (name, target) in BUILTIN {
            if let Some((file, alias)) = alias(name) {
                names.add(file, alias, target, language);
            }
        }
        let ask = alias("ask").map_or("ask", |(_, alias)| alias.value.as_str());
        // `ask` comes first: a private chat's menu leaves it out (`Content::menu`).
        let mut menu = vec![(ask, CommandTarget::Ask), ("start", CommandTarget::Start)];
        for (section, node) in tree.iter() {
            let target = CommandTarget::Section(section);
            let text = texts[l].get(&*node.id);
            let own = text.and_then(|(file, text)| Some((*file, text.command.as_ref()?)));
            if let Some((file, command)) = own {
                let others = texts.iter().enumerate().filter(|&(other, _)| other != l);
                let mut titles = others.filter_map(|(_, texts)| texts.get(&*node.id)?.1.title.as_ref());
                let is_shared = titles.any(|title| has_words(&title.value, &command.value));
                names.add(file, command, target, language.filter(|_| !is_shared));
            }
            if node.parent.is_some() || !node.is_on_menu() {
                continue; // Other sections may have commands, but the menu does not show them.
            }
            let shown = own.map(|(_, command)| command).or(node.raw.command.as_ref());
            // Where the id is a word of the title, nobody misses another name for the command.
            let is_in_title =
                |raw: &RawSectionText| raw.title.as_ref().is_some_and(|title| has_words(&title.value, &node.id));
            if shown.is_none() && text.is_some_and(|(_, raw)| !is_in_title(raw)) {
                names.report.warning(
                    Code::NoCommand,
                    Location::span(&root.path, node.span.clone()),
                    message!(
                        "the section `{id}` has no command in `{language}`: its id serves as one",
                        id = node.id,
                        language = folder.tag
                    ),
                    message!(
                        "add `command = \"…\"` under [{id}] in a file of `{folder}/`, or here for all languages",
                        id = node.id,
                        folder = folder.name
                    ),
                );
            }
            let shown = shown.map_or(&*node.id, |command| command.value.as_str());
            if shown == &*node.id && !names.definitions.contains_key(shown) {
                names.definitions.insert(shown.into(), CommandDefinition { target, language: None });
            }
            menu.push((shown, target));
        }
        if folders.len() > 1 {
            menu.push(("language", CommandTarget::Language));
        }
        menu.push(("help", CommandTarget::Help));
        menus.push(menu);
    }
    (names.definitions, menus)
}

struct CommandNames<'r> {
    definitions: HashMap<Box<str>, CommandDefinition>,
    /// A section's id is a command too, and so is one that it had before.
    tree: &'r Tree<'r>,
    report: &'r mut Report,
}

impl CommandNames<'_> {
    fn add(&mut self, file: &Source, name: &Spanned<String>, target: CommandTarget, language: Option<LangId>) {
        let valid = (1..=32).contains(&name.value.len())
            && name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !valid && characters::check_code(file, name, self.report) {
            return;
        }
        if !valid {
            self.report.error(
                Code::BadCommand,
                name.location(file),
                message!("Telegram refuses the command `{name}`", name = name.value),
                message!("a command is 1 to 32 of a-z, 0-9 and _: perhaps `{near}`", near = fit_command(&name.value)),
            );
            return;
        }
        let name_of = |ids: &HashMap<Box<str>, SectionId>| ids.get(name.value.as_str()).copied();
        let id = name_of(&self.tree.by_id).or_else(|| name_of(&self.tree.by_old_id));
        if id.is_some_and(|id| target != CommandTarget::Section(id)) {
            self.report.error(
                Code::DuplicateCommand,
                name.location(file),
                message!("the command `/{name}` opens the section of that id", name = name.value),
                message!("give it another name"),
            );
            return;
        }
        match self.definitions.get_mut(name.value.as_str()) {
            Some(command) if command.target == target => {
                // The same word for the same thing in two languages: it tells nothing of the reader's language.
                if command.language != language {
                    command.language = None;
                }
            }
            Some(_) => self.report.error(
                Code::DuplicateCommand,
                name.location(file),
                message!("the command `/{name}` already means something else", name = name.value),
                message!("give one of the two another name"),
            ),
            None => {
                self.definitions.insert(name.value.as_str().into(), CommandDefinition { target, language });
            }
        }
    }
}

/// Whether a command says words of this title. Who writes `/themes` may read English, or French, where that section is called
/// "Thèmes de travail": such a name tells nothing of the reader's language.
fn has_words(title: &str, command: &str) -> bool {
    let (title, command) = (plain_words(title), plain_words(command));
    !command.is_empty() && title.windows(command.len()).any(|words| words == command)
}

/// What an editor may have meant by a command that Telegram refuses.
fn fit_command(written: &str) -> String {
    let mut name = String::new();
    for c in written.trim_start_matches('/').to_lowercase().nfd() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !c.is_alphanumeric()
            && c.general_category_group() != GeneralCategoryGroup::Mark
            && !name.ends_with('_')
        {
            name.push('_');
        }
    }
    name.truncate(32);
    match name.trim_matches('_') {
        "" => "contact".into(),
        name => name.into(),
    }
}
