//! What Telegram says of the bot's state, judged for its operator. The questions change nothing.
//!
//! - `reach`: whether the server answers, how fast, with which clock, and whether it takes the token.
//! - `botfather`: what only @BotFather can set.
//! - `webhook`: the way on which Telegram hands over what people write.
//! - `menus`: commands and descriptions against those of the content.

use super::{botfather, connectivity, menus, webhook};
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::requests::Payload;
use tokio::time::{Instant, timeout_at};

use crate::clock::unix_time;
use crate::content::Content;
use crate::doctor::report::Finding;
use crate::telegram::api::newer::GetWebhookInfo;
use crate::telegram::api::{Api, ApiError};

/// What this environment is set to, to be compared with what Telegram says.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The content, if it can be used.
    pub content: Option<&'a Content>,
    /// Where `palabre run` is to serve a webhook; `None` when it polls.
    pub webhook_url: Option<&'a str>,
    /// Whether there is a token. Without one only the way to the server is looked at.
    pub has_token: bool,
}

/// Asks the server whatever it can be asked until the deadline. The first finding is about the token.
pub async fn examine(api: &Api, here: Here<'_>, deadline: Instant) -> Vec<Finding> {
    let (mut findings, bot) = connectivity::findings(api, here.has_token, deadline).await;
    findings.extend(webhook::of_this_environment(here.webhook_url, api.is_telegrams_own()));
    let Some(bot) = bot else {
        if here.has_token {
            let what = "webhook, settings at @BotFather, menus and descriptions were not asked for";
            findings.push(Finding::unknown("telegram", what));
        }
        return findings;
    };
    let menus = async {
        match here.content {
            Some(content) => menus::findings(api, content, deadline).await,
            None => vec![Finding::unknown("commands", "not compared: the content cannot be used")],
        }
    };
    let (info, menus) = tokio::join!(ask(api, &GetWebhookInfo {}, deadline), menus);
    match info {
        Ok(info) => findings.extend(webhook::findings(&info, here.webhook_url, unix_time().as_secs() as i64)),
        Err(error) => findings.push(Finding::unknown("webhook", format!("not known: {error}"))),
    }
    findings.extend(botfather::findings(&bot));
    findings.extend(menus);
    findings
}

/// Asks once: whoever waits for this page can ask for it again.
pub(crate) async fn ask<P>(api: &Api, payload: &P, deadline: Instant) -> Result<P::Output, ApiError>
where
    P: Payload + Serialize,
    P::Output: DeserializeOwned,
{
    let in_time = timeout_at(deadline, api.call(payload)).await;
    in_time.unwrap_or_else(|_| Err(ApiError::Unreachable("there was no answer in time".into())))
}
