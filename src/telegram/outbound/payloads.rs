//! The payloads of the hot path that are our own. They borrow the cached JSON of a page ([`Rendered`]), where teloxide's would
//! build and serialise text, entities and keyboard again for each answer: measured, half of an answer's work.

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::requests::Payload;
use teloxide::types::LinkPreviewOptions;

use crate::telegram::api::newer::{SendOptions, payload};
use crate::telegram::outbound::fallback::{Attempt, OptionalParts};
use crate::telegram::outbound::recipient::EditTarget;
use crate::telegram::outbound::render::Rendered;

/// `sendMessage`. teloxide's also lacks the newer options.
#[derive(Serialize)]
pub(crate) struct SendMessage<'a> {
    /// Absent in answer to a tap whose chat is unknown (Bot API 10.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_id: Option<i64>,
    #[serde(flatten)]
    options: &'a SendOptions<'a>,
    text: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a RawValue>,
    link_preview_options: LinkPreviewOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<&'a RawValue>,
}

payload!(SendMessage<'a> = "sendMessage" -> serde::de::IgnoredAny);

impl<'a> SendMessage<'a> {
    pub(crate) fn new(attempt: &'a Attempt<'_>, page: &'a Rendered) -> Self {
        Self {
            chat_id: Some(attempt.to.chat),
            options: &attempt.to.options,
            text: &page.text,
            entities: attempt.parts.entities.then_some(&*page.entities),
            link_preview_options: page.preview.clone(),
            reply_markup: page.reply_markup(attempt.parts.keyboard),
        }
    }

    /// For the one alone who tapped, in whatever chat that was.
    pub(crate) fn answering_tap(options: &'a SendOptions<'a>, page: &'a Rendered) -> Self {
        Self {
            chat_id: None,
            options,
            text: &page.text,
            entities: Some(&page.entities),
            link_preview_options: page.preview.clone(),
            reply_markup: Some(&page.keyboard),
        }
    }
}

/// `editMessageReplyMarkup`: the buttons alone.
#[derive(Serialize)]
pub(crate) struct EditMessageReplyMarkup<'a> {
    #[serde(flatten)]
    pub(crate) target: EditTarget<'a>,
    pub(crate) reply_markup: &'a RawValue,
}

payload!(EditMessageReplyMarkup<'a> = "editMessageReplyMarkup" -> serde::de::IgnoredAny);

/// `editMessageText`. teloxide's also lacks `link_preview_options` under a message of inline mode.
#[derive(Serialize)]
pub(crate) struct EditMessageText<'a> {
    #[serde(flatten)]
    target: EditTarget<'a>,
    text: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a RawValue>,
    link_preview_options: LinkPreviewOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<&'a RawValue>,
}

payload!(EditMessageText<'a> = "editMessageText" -> serde::de::IgnoredAny);

impl<'a> EditMessageText<'a> {
    pub(crate) fn new(target: EditTarget<'a>, page: &'a Rendered, parts: OptionalParts) -> Self {
        Self {
            target,
            text: &page.text,
            entities: parts.entities.then_some(&*page.entities),
            link_preview_options: page.preview.clone(),
            reply_markup: page.keyboard(parts.keyboard),
        }
    }
}
