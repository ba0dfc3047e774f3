//! A command as somebody wrote it.

/// A command as somebody wrote it: `/Principes@palabre_bot and more`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandText<'a> {
    /// The name, without slash and bot.
    pub name: &'a str,
    /// The bot that it names.
    pub bot: Option<&'a str>,
    /// What stands behind it.
    pub rest: &'a str,
}

impl<'a> CommandText<'a> {
    /// The command at the beginning of a text, if there is one. What follows its letters (`/contact!`) is left out.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.trim_start().strip_prefix('/')?;
        let word = |text: &'a str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let name = word(rest);
        let mut behind = &rest[name.len()..];
        let bot = behind.strip_prefix('@').map(word).filter(|bot| !bot.is_empty());
        if let Some(bot) = bot {
            behind = &behind[1 + bot.len()..];
        }
        (!name.is_empty()).then_some(Self { name, bot, rest: behind })
    }
}
