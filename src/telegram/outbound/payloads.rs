//! The payloads of the hot path that are our own. They borrow the cached JSON of a page ([`Rendered`]), where teloxide's would
//! build and serialise text, entities and keyboard again for each answer: measured, half of an answer's work.

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::requests::Payload;
use teloxide::types::LinkPreviewOptions;

use crate::telegram::api::newer::{SendOptions, payload};
use crate::telegram::outbound::fallback::{Attempt, OptionalParts};
use crate::telegram::outbound::recipient::EditTarget;
use crate::telegram::outbound::render::{NO_PREVIEW, Rendered};

/// `sendMessage`. teloxide's also lacks the newer options.
#[derive(Serialize)]
pub(crate) struct SendMessage<'a> {
    chat_id: i64,
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
            chat_id: attempt.to.chat,
            options: &attempt.to.options,
            text: &page.text,
            entities: attempt.parts.entities.then_some(&*page.entities),
            link_preview_options: NO_PREVIEW,
            reply_markup: attempt.parts.keyboard.then_some(page.force_reply.as_ref().unwrap_or(&page.keyboard)),
        }
    }
}

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
            link_preview_options: NO_PREVIEW,
            reply_markup: parts.keyboard.then_some(&*page.keyboard),
        }
    }
}
