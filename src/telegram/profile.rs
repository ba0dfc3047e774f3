//! What Telegram shows of the bot before anybody writes: the menus of commands and the descriptions, in every language.
//!
//! Groups have a menu of their own: asking a question comes first there, and the answers to the other commands are for the
//! asker alone (ephemeral, Bot API 10.2; a server that does not know it leaves them as they are).

use serde::{Deserialize, Serialize};
use teloxide::payloads::{
    GetMyDescription, GetMyShortDescription, SetMyDescription, SetMyDescriptionSetters as _, SetMyShortDescription,
    SetMyShortDescriptionSetters as _,
};
use teloxide::requests::Payload;

use crate::content::{CommandTarget, Content, LangId, MenuEntry};
use crate::telegram::api::ApiError;
use crate::telegram::outbound::sender::Sender;

/// For whom a menu of commands is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Scope {
    Default,
    AllPrivateChats,
    AllGroupChats,
    AllChatAdministrators,
    Chat { chat_id: i64 },
    ChatMember { chat_id: i64, user_id: i64 },
}

/// A command in a menu.
#[derive(Serialize)]
pub(crate) struct BotCommand<'a> {
    pub(crate) command: &'a str,
    pub(crate) description: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_ephemeral: bool,
}

/// A command as Telegram has it.
#[derive(Deserialize)]
pub(crate) struct Known {
    pub(crate) command: String,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) is_ephemeral: bool,
}

impl PartialEq<BotCommand<'_>> for Known {
    fn eq(&self, other: &BotCommand<'_>) -> bool {
        self.command == other.command
            && self.description == other.description
            && self.is_ephemeral == other.is_ephemeral
    }
}

#[derive(Serialize)]
pub(crate) struct SetMyCommands<'a> {
    pub(crate) commands: Vec<BotCommand<'a>>,
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_code: Option<&'a str>,
}

impl<'a> SetMyCommands<'a> {
    /// The menu in a language, for people whose app has the `code`; `None` is for all whose language has no menu of its own.
    pub(crate) fn new(
        content: &'a Content,
        lang: LangId,
        scope: Scope,
        code: Option<&'a str>,
        is_group: bool,
    ) -> SetMyCommands<'a> {
        let asks = |entry: &MenuEntry| content.command(&entry.command).is_some_and(|c| c.target == CommandTarget::Ask);
        let command = |entry: &'a MenuEntry| BotCommand {
            command: &entry.command,
            description: &entry.description,
            is_ephemeral: is_group && !asks(entry),
        };
        let entries = if is_group { content.group_menu(lang) } else { content.menu(lang) };
        Self { commands: entries.iter().map(command).collect(), scope, language_code: code }
    }
}

impl Payload for SetMyCommands<'_> {
    type Output = ();
    const NAME: &'static str = "setMyCommands";
}

#[derive(Serialize)]
pub(crate) struct GetMyCommands<'a> {
    pub(crate) scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language_code: Option<&'a str>,
}

impl Payload for GetMyCommands<'_> {
    type Output = ();
    const NAME: &'static str = "getMyCommands";
}

/// A description or a short description.
#[derive(Deserialize)]
pub(crate) struct Described {
    #[serde(alias = "short_description")]
    pub(crate) description: String,
}

/// Every language that has words of its own at Telegram, with its code there; `None` is for everybody else.
pub(crate) fn languages(content: &Content) -> impl Iterator<Item = (LangId, Option<&str>)> {
    let known = content.languages().filter(|&lang| content.tag(lang).is_known_to_telegram());
    let own = known.map(|lang| (lang, Some(content.tag(lang).as_str())));
    std::iter::once((content.default_language(), None)).chain(own)
}

/// Tells Telegram the commands and descriptions of every language, where they differ from what it has.
///
/// # Errors
///
/// [`ApiError::Unreachable`]. What Telegram refuses for one language is logged and does not stop the others.
pub(crate) async fn publish(sender: &Sender, content: &Content) -> Result<(), ApiError> {
    for (lang, code) in languages(content) {
        match publish_language(sender, content, lang, code).await {
            Err(error @ ApiError::Refused(..)) => {
                log::error!("the menu of commands in `{}` is not up to date: {error}", content.tag(lang));
            }
            other => other?,
        }
    }
    Ok(())
}

/// `code` is the language's code at Telegram; `None` is for everybody whose language has nothing of its own.
async fn publish_language(
    sender: &Sender,
    content: &Content,
    lang: LangId,
    code: Option<&str>,
) -> Result<(), ApiError> {
    for scope in [Scope::Default, Scope::AllGroupChats] {
        let set = SetMyCommands::new(content, lang, scope, code, scope == Scope::AllGroupChats);
        let known: Vec<Known> = sender.ask(&GetMyCommands { scope, language_code: code }).await?;
        if known != set.commands {
            sender.ask::<_, bool>(&set).await?;
        }
    }

    let interface = content.interface(lang);
    let code = code.map(str::to_owned);
    let mut get = GetMyDescription::new();
    get.language_code.clone_from(&code);
    let known: Described = sender.ask(&get).await?;
    if known.description != *interface.description {
        let mut set = SetMyDescription::new().description(&*interface.description);
        set.language_code.clone_from(&code);
        sender.ask::<_, bool>(&set).await?;
    }

    let mut get = GetMyShortDescription::new();
    get.language_code.clone_from(&code);
    let known: Described = sender.ask(&get).await?;
    if known.description != *interface.short_description {
        let mut set = SetMyShortDescription::new().short_description(&*interface.short_description);
        set.language_code.clone_from(&code);
        sender.ask::<_, bool>(&set).await?;
    }
    Ok(())
}
