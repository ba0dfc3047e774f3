//! What Telegram shows of the bot before anybody writes: the menu of commands and the descriptions, in every language.

use std::time::Duration;

use serde::Deserialize;
use teloxide::payloads::{
    GetMyCommands, GetMyDescription, GetMyShortDescription, SetMyCommands, SetMyDescription,
    SetMyDescriptionSetters as _, SetMyShortDescription, SetMyShortDescriptionSetters as _,
};
use teloxide::types::BotCommand;

use super::api::{Api, Failure};
use super::deliver::persist;
use crate::content::{Content, LangId};

#[derive(Deserialize)]
struct Described {
    #[serde(alias = "short_description")]
    description: String,
}

/// Tells Telegram the commands and descriptions of every language, where they differ from what it has.
///
/// # Errors
///
/// [`Failure::Unreachable`]. What Telegram refuses for one language is logged and does not stop the others.
pub(super) async fn publish(api: &Api, content: &Content) -> Result<(), Failure> {
    let known = content.languages().filter(|&lang| content.tag(lang).is_known_to_telegram());
    let languages = known.map(|lang| (lang, Some(content.tag(lang).to_string())));
    for (lang, code) in std::iter::once((content.default_language(), None)).chain(languages) {
        match publish_language(api, content, lang, code).await {
            Err(failure @ Failure::Refused(..)) => {
                log::error!("the menu of commands in `{}` is not up to date: {failure}", content.tag(lang));
            }
            other => other?,
        }
    }
    Ok(())
}

/// `code` is the language's code at Telegram; `None` is for everybody whose language has nothing of its own.
async fn publish_language(api: &Api, content: &Content, lang: LangId, code: Option<String>) -> Result<(), Failure> {
    let interface = content.interface(lang);
    let commands: Vec<BotCommand> =
        content.menu(lang).iter().map(|entry| BotCommand::new(&*entry.command, &*entry.description)).collect();

    let mut get = GetMyCommands::new();
    get.language_code.clone_from(&code);
    let known: Vec<BotCommand> = persist(async || api.call(&get, Duration::ZERO).await, || ()).await?;
    if known != commands {
        let mut set = SetMyCommands::new(commands);
        set.language_code.clone_from(&code);
        persist(async || api.send(&set).await, || ()).await?;
    }

    let mut get = GetMyDescription::new();
    get.language_code.clone_from(&code);
    let known: Described = persist(async || api.call(&get, Duration::ZERO).await, || ()).await?;
    if known.description != *interface.description {
        let mut set = SetMyDescription::new().description(&*interface.description);
        set.language_code.clone_from(&code);
        persist(async || api.send(&set).await, || ()).await?;
    }

    let mut get = GetMyShortDescription::new();
    get.language_code.clone_from(&code);
    let known: Described = persist(async || api.call(&get, Duration::ZERO).await, || ()).await?;
    if known.description != *interface.short_description {
        let mut set = SetMyShortDescription::new().short_description(&*interface.short_description);
        set.language_code.clone_from(&code);
        persist(async || api.send(&set).await, || ()).await?;
    }
    Ok(())
}
