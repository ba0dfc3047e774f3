//! What a bot has told Telegram about itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A command's name and its description.
pub(crate) type Command = (String, String);

/// Texts by language code; the empty one is for everybody else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// By scope and language code. The scope is its type, with the chat if it has one: `default`, `chat:7`.
    pub commands: BTreeMap<(String, String), Vec<Command>>,
    /// The commands that only their sender sees, likewise.
    pub ephemeral: BTreeMap<(String, String), BTreeSet<String>>,
    /// What the bot is called, as far as it has set that itself.
    pub names: BTreeMap<String, String>,
    /// What an empty chat with the bot shows.
    pub descriptions: BTreeMap<String, String>,
    /// What the bot's profile shows.
    pub short_descriptions: BTreeMap<String, String>,
    /// The profile's photos, newest first: each an array of `PhotoSize`.
    pub photos: Vec<Value>,
}

impl Profile {
    /// The names of the commands, in order; empty if none are set.
    pub fn command_names(&self, scope: &str, language: &str) -> Vec<&str> {
        self.commands_of(scope, language).iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The commands in order; empty if none are set.
    pub fn commands_of(&self, scope: &str, language: &str) -> &[Command] {
        let key = (scope.to_owned(), language.to_owned());
        self.commands.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Sets names with their descriptions.
    pub fn set_commands(&mut self, scope: &str, language: &str, commands: &[(&str, &str)]) {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        let commands = commands.iter().map(owned).collect();
        self.commands.insert((scope.to_owned(), language.to_owned()), commands);
    }

    /// Empty if none is set.
    pub fn name(&self, language: &str) -> &str {
        self.names.get(language).map_or("", String::as_str)
    }

    /// Empty if none is set.
    pub fn description(&self, language: &str) -> &str {
        self.descriptions.get(language).map_or("", String::as_str)
    }

    /// Empty if none is set.
    pub fn short_description(&self, language: &str) -> &str {
        self.short_descriptions.get(language).map_or("", String::as_str)
    }
}
