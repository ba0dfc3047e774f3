//! Descriptions, name and picture of the bot's profile at Telegram, compared with those of the content.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use super::menus::{CONCURRENCY, audience, comparison_finding};
use super::report::Finding;
use super::{errors, settings};
use crate::content::Content;
use crate::message;
use crate::telegram::api::Api;
use crate::telegram::api::newer::Me;
use crate::telegram::profile::{
    get_description, get_name, get_photos, get_short_description, has_name, is_called, languages,
};

/// What the content leaves alone is not examined.
pub(crate) async fn findings(api: &Api, bot: &Me, content: &Content, deadline: Instant) -> Vec<Finding> {
    let (descriptions, name, picture) = tokio::join!(
        descriptions(api, content, deadline),
        name(api, content, deadline),
        picture(api, bot, content, deadline)
    );
    [Some(descriptions), name, picture].into_iter().flatten().collect()
}

async fn descriptions(api: &Api, content: &Content, deadline: Instant) -> Finding {
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let (long, short) = (get_description(code), get_short_description(code));
        let (long, short) = tokio::join!(api.call_until(&long, deadline), api.call_until(&short, deadline));
        let interface = content.interface(lang);
        let different = match (
            long?.description == *interface.description,
            short?.short_description == *interface.short_description,
        ) {
            (true, true) => return Ok(None),
            (false, true) => message!("the long one"),
            (true, false) => message!("the short one"),
            (false, false) => message!("both"),
        };
        Ok(Some(message!("{audience} {difference}", audience = audience(code), difference = different)))
    });
    comparison_finding(
        "descriptions",
        differences.buffered(CONCURRENCY).collect().await,
        message!("those of the bot's profile are the content's in every language"),
        message!("those of the bot's profile differ from the content's"),
    )
}

async fn name(api: &Api, content: &Content, deadline: Instant) -> Option<Finding> {
    if !has_name(content) {
        return None;
    }
    let for_everybody = api.call_until(&get_name(None), deadline).await.map(|answer| answer.name);
    let for_everybody = for_everybody.as_deref();
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let expected = &content.interface(lang).bot_name;
        let name = api.call_until(&get_name(code), deadline).await?.name;
        let is_same = expected.is_empty() || is_called(expected, &name, for_everybody.unwrap_or_default());
        Ok((!is_same).then(|| audience(code)))
    });
    Some(comparison_finding(
        "name",
        differences.buffered(CONCURRENCY).collect().await,
        message!("the bot is called as in the content in every language"),
        message!("the bot is not called as in the content"),
    ))
}

async fn picture(api: &Api, bot: &Me, content: &Content, deadline: Instant) -> Option<Finding> {
    let picture = content.settings().picture.as_ref()?;
    Some(match api.call_until(&get_photos(bot), deadline).await {
        Ok(photos) if photos.total_count > 0 => Finding::ok(
            "picture",
            message!(
                "the bot has a picture; whether it is the content's cannot be seen, for Telegram compresses pictures anew"
            ),
        ),
        Ok(_) if bot.can_set_photo() => Finding::warning(
            "picture",
            message!("the bot has no picture, but the content has one"),
            settings::next_start(),
        ),
        Ok(_) => Finding::warning(
            "picture",
            message!("the bot has no picture, but the content has one"),
            message!("@BotFather: /setuserpic, choose the bot, and send it {file}", file = picture.path),
        ),
        Err(error) => Finding::unknown("picture", message!("not known: {error}", error = errors::api(&error))),
    })
}
