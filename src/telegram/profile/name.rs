//! What the bot is called, in every language.
//!
//! Telegram lets a name change only a few times a day and asks for pauses of hours: nothing waits for that, and until the pause is
//! over a newer content does not ask again.

use teloxide::payloads::{GetMyName, SetMyName};
use tokio::time::Instant;

use super::{Refused, languages, set};
use crate::content::Content;
use crate::telegram::api::ApiError;
use crate::telegram::outbound::sender::Sender;

/// Whether the content says what the bot is called.
pub(crate) fn has_name(content: &Content) -> bool {
    content.languages().any(|lang| !content.interface(lang).bot_name.is_empty())
}

/// Asks for the name that Telegram has.
pub(crate) fn get_name(code: Option<&str>) -> GetMyName {
    GetMyName { language_code: code.map(str::to_owned) }
}

/// Whether people read this name: a language that has none shows the one `for_everybody`.
pub(crate) fn is_called(expected: &str, name: &str, for_everybody: &str) -> bool {
    expected == if name.is_empty() { for_everybody } else { name }
}

#[derive(Default)]
pub(super) struct NamePublisher {
    /// The end of the pause that Telegram has asked for.
    paused_until: Option<Instant>,
}

impl NamePublisher {
    /// Sets the names that differ; where the content has none, Telegram's stays.
    pub(super) async fn publish(
        &mut self,
        sender: &Sender,
        content: &Content,
        refused: &mut Refused,
    ) -> Result<(), ApiError> {
        if !has_name(content) || self.paused_until.is_some_and(|end| Instant::now() < end) {
            return Ok(());
        }
        let result = set_names(sender, content).await;
        if let Err(ApiError::RetryAfter(pause)) = result {
            self.paused_until = Some(Instant::now() + pause);
        }
        refused.check("its name", result)
    }
}

async fn set_names(sender: &Sender, content: &Content) -> Result<(), ApiError> {
    let mut for_everybody = String::new();
    for (lang, code) in languages(content) {
        let expected = &content.interface(lang).bot_name;
        let actual = sender.call(&get_name(code)).await?.name;
        let is_set = expected.is_empty() || is_called(expected, &actual, &for_everybody);
        if !is_set {
            let payload = SetMyName { name: Some(expected.to_string()), language_code: code.map(str::to_owned) };
            set(sender, &payload).await?;
        }
        if code.is_none() {
            for_everybody = if is_set { actual } else { expected.to_string() };
        }
    }
    Ok(())
}
