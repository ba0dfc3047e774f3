//! The menus of commands and the descriptions, in every language.
//!
//! Groups have a menu of their own: asking a question comes first there, and the answers to the other commands are ephemeral
//! (Bot API 10.2; an older server ignores that).

use teloxide::payloads::{self, GetMyDescription, GetMyShortDescription, SetMyDescription, SetMyShortDescription};
use teloxide::types::BotCommandScope;

use super::languages;
use crate::content::{CommandTarget, Content, LangId, MenuEntry};
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{BotCommand, GetMyCommands, SetMyCommands};
use crate::telegram::outbound::sender::Sender;

/// The menu in a language, for people whose app has the language `code`; `None` is for everybody whose language has no menu.
pub(crate) fn menu(
    content: &Content,
    lang: LangId,
    scope: BotCommandScope,
    code: Option<&str>,
    is_group: bool,
) -> SetMyCommands {
    let asks = |entry: &MenuEntry| content.command(&entry.command).is_some_and(|c| c.target == CommandTarget::Ask);
    let command = |entry: &MenuEntry| BotCommand::new(&entry.command, &entry.description, is_group && !asks(entry));
    let entries = if is_group { content.group_menu(lang) } else { content.menu(lang) };
    SetMyCommands { commands: entries.iter().map(command).collect(), scope, language_code: code.map(str::to_owned) }
}

/// Asks for the menu that Telegram has.
pub(crate) fn get_menu(scope: BotCommandScope, code: Option<&str>) -> GetMyCommands {
    GetMyCommands(payloads::GetMyCommands { scope: Some(scope), language_code: code.map(str::to_owned) })
}

/// Asks for the description of the bot's profile that Telegram has.
pub(crate) fn get_description(code: Option<&str>) -> GetMyDescription {
    GetMyDescription { language_code: code.map(str::to_owned) }
}

/// Asks for the short description that Telegram has.
pub(crate) fn get_short_description(code: Option<&str>) -> GetMyShortDescription {
    GetMyShortDescription { language_code: code.map(str::to_owned) }
}

/// Tells Telegram the menus and descriptions of every language, where they differ from what it has.
///
/// # Errors
///
/// [`ApiError::Unreachable`] and the like. What Telegram refuses for one language is logged and does not stop the others.
pub(super) async fn publish(sender: &Sender, content: &Content) -> Result<(), ApiError> {
    for (lang, code) in languages(content) {
        match publish_language(sender, content, lang, code).await {
            Err(error @ (ApiError::Refused { .. } | ApiError::UnknownMethod(_))) => {
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
    for (scope, is_group) in [(BotCommandScope::Default, false), (BotCommandScope::AllGroupChats, true)] {
        let ours = menu(content, lang, scope.clone(), code, is_group);
        if sender.call(&get_menu(scope, code)).await? != ours.commands {
            sender.call(&ours).await?;
        }
    }
    let interface = content.interface(lang);
    let language_code = code.map(str::to_owned);
    if sender.call(&get_description(code)).await?.description != *interface.description {
        let description = Some(interface.description.to_string());
        sender.call(&SetMyDescription { description, language_code: language_code.clone() }).await?;
    }
    if sender.call(&get_short_description(code)).await?.short_description != *interface.short_description {
        let short_description = Some(interface.short_description.to_string());
        sender.call(&SetMyShortDescription { short_description, language_code }).await?;
    }
    Ok(())
}
