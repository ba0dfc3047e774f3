//! The bot's profile at Telegram, published where it differs from what the content says.
//!
//! - `texts`: the menus of commands and the descriptions, in every language.
//! - `settings`: inline mode, groups, guests (Bot API 10.5).
//! - `name`: what the bot is called, in every language.
//! - `photo`: its picture (Bot API 9.4).
//!
//! What Telegram does not let the bot set is logged, and left to the operator.

mod name;
mod photo;
mod settings;
mod texts;

use std::collections::HashSet;
use std::time::Duration;

use log::Level;
use serde::Serialize;
use teloxide::requests::Payload;
pub(crate) use teloxide::types::BotCommandScope;

pub(crate) use self::name::{get_name, has_name, is_called};
pub(crate) use self::photo::get_photos;
pub(crate) use self::settings::{placeholder, settings};
pub(crate) use self::texts::{get_description, get_menu, get_short_description, menu};
use crate::content::{Content, LangId};
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{BotSettings, Me};
use crate::telegram::outbound::sender::Sender;

/// The longest pause of a 429 that is waited for: Telegram lets a bot change its name a few times a day, and asks for hours.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Every language that has words of its own at Telegram, with its code there; `None` is for everybody else.
pub(crate) fn languages(content: &Content) -> impl Iterator<Item = (LangId, Option<&str>)> {
    let own =
        content.languages().flat_map(|lang| content.tag(lang).telegram_codes().map(move |code| (lang, Some(code))));
    std::iter::once((content.default_language(), None)).chain(own)
}

/// Publishes the profile, at the start and with each newer content. It remembers what Telegram does not tell.
#[derive(Default)]
pub(crate) struct Publisher {
    name: name::NamePublisher,
    photo: photo::PhotoPublisher,
    refused: Refused,
}

impl Publisher {
    /// Tells Telegram what differs from what it has. The picture comes last: it may take a minute. `was_set` hears of settings that
    /// Telegram has taken.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unreachable`] and the like. What Telegram refuses is logged and does not stop the rest.
    pub(crate) async fn publish(
        &mut self,
        sender: &Sender,
        me: &Me,
        content: &Content,
        was_set: impl Fn(BotSettings),
    ) -> Result<(), ApiError> {
        texts::publish(sender, content).await?;
        settings::publish(sender, me, content, was_set, &mut self.refused).await?;
        self.name.publish(sender, content, &mut self.refused).await?;
        self.photo.publish(sender, me, content, &mut self.refused).await
    }
}

/// Changes something. Telegram may ask for a short pause, once.
async fn set<P: Payload + Serialize>(sender: &Sender, payload: &P) -> Result<(), ApiError> {
    let call = async || sender.call_once(payload, |answer| answer.read_ok()).await;
    match call().await {
        Err(ApiError::RetryAfter(pause)) if pause <= PAUSE_MAX => {
            tokio::time::sleep(pause).await;
            call().await
        }
        result => result,
    }
}

/// What Telegram does not let the bot set, so that it is logged once.
#[derive(Default)]
struct Refused(HashSet<&'static str>);

impl Refused {
    /// Logs why something cannot be set. Passes on errors that another try may mend.
    fn check(&mut self, what: &'static str, result: Result<(), ApiError>) -> Result<(), ApiError> {
        let (level, advice) = match &result {
            Ok(()) | Err(ApiError::Unreachable(_)) => return result,
            Err(ApiError::RetryAfter(_)) => (Level::Warn, "the next start tries again"),
            // An older server: nothing is wrong.
            Err(ApiError::UnknownMethod(_)) => (Level::Info, "`palabre doctor` says how to"),
            Err(ApiError::Refused { .. } | ApiError::MigratedTo(_)) => (Level::Warn, "`palabre doctor` says more"),
        };
        if let Err(error) = result
            && self.0.insert(what)
        {
            log::log!(level, "the bot cannot set {what} itself: {error}; {advice}");
        }
        Ok(())
    }
}
