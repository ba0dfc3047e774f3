//! The bot's commands: what each name opens, and the menus in which Telegram lists them.

use super::{LangId, SectionId};

/// What a command opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandTarget {
    /// The home page.
    Start,
    /// The help page.
    Help,
    /// The list of languages.
    Language,
    /// The answer to the question behind the command.
    Ask,
    /// A section.
    Section(SectionId),
    /// A section that is not there now; the nearest one above it that is, or home.
    Hidden(Option<SectionId>),
}

/// What the name of a command stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandDefinition {
    /// What it opens.
    pub target: CommandTarget,
    /// The language that the name belongs to; `None` when it belongs to no language or to several.
    pub language: Option<LangId>,
}

/// A line of the menu of commands in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// The command without its slash: 1 to 32 of `a-z0-9_`.
    pub command: Box<str>,
    /// What it does: 1 to 256 characters.
    pub description: Box<str>,
}
