//! Inline results as the Bot API takes them: answers to inline queries and to guests.
//!
//! Our own payload, because it borrows the cached JSON of up to twenty pages, which teloxide's would build and serialise again
//! for every letter that somebody types.

use std::rc::Rc;

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::requests::Payload;
use teloxide::types::{LinkPreviewOptions, True};

use crate::bot::inline::{InlineAnswer, InlineResult};
use crate::telegram::api::newer::{AnswerGuestQuery, payload};
use crate::telegram::outbound::fallback::{Keyboard, OptionalParts};
use crate::telegram::outbound::render::Rendered;

/// Seconds for which Telegram may give an answer to others who type the same.
const CACHE_TIME: u32 = 300;

#[derive(Serialize)]
pub(crate) struct AnswerInlineQuery<'a> {
    inline_query_id: &'a str,
    results: Vec<InlineQueryResult<'a>>,
    cache_time: u32,
    is_personal: bool,
    next_offset: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    button: Option<ResultsButton<'a>>,
}

payload!(AnswerInlineQuery<'a> = "answerInlineQuery" -> True);

#[derive(Serialize)]
struct ResultsButton<'a> {
    text: &'a str,
    start_parameter: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum InlineQueryResult<'a> {
    Article {
        id: &'a str,
        title: &'a str,
        description: &'a str,
        input_message_content: InputTextMessageContent<'a>,
        /// Never a forced reply: a prompt has nothing here.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_markup: Option<&'a RawValue>,
    },
    Contact {
        id: &'a str,
        phone_number: &'a str,
        first_name: &'a str,
        vcard: &'a str,
    },
}

#[derive(Serialize)]
pub(crate) struct InputTextMessageContent<'a> {
    message_text: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a RawValue>,
    link_preview_options: LinkPreviewOptions,
}

/// The answer to an inline query.
pub(crate) fn answer<'a>(
    query: &'a str,
    answer: &'a InlineAnswer<Rc<Rendered>>,
    parts: OptionalParts,
) -> AnswerInlineQuery<'a> {
    let result = |result: &'a InlineResult<Rc<Rendered>>| match result {
        InlineResult::Page { id, title, description, page } => article(id, title, description, page, parts),
        InlineResult::Contact { id, card } => {
            InlineQueryResult::Contact { id, phone_number: &card.phone, first_name: &card.name, vcard: &card.vcard }
        }
    };
    AnswerInlineQuery {
        inline_query_id: query,
        results: answer.results.iter().map(result).collect(),
        cache_time: CACHE_TIME,
        is_personal: answer.is_personal,
        next_offset: answer.next_offset.as_deref().unwrap_or_default(),
        button: answer
            .private_chat_button
            .as_ref()
            .map(|(text, payload)| ResultsButton { text, start_parameter: payload }),
    }
}

/// The answer to a guest's question.
pub(crate) fn guest<'a>(
    query: &'a str,
    page: &'a Rendered,
    parts: OptionalParts,
) -> AnswerGuestQuery<'a, InlineQueryResult<'a>> {
    // Nobody sees the title of a result that is sent without being chosen.
    AnswerGuestQuery { guest_query_id: query, result: article("answer", "answer", "", page, parts) }
}

fn article<'a>(
    id: &'a str,
    title: &'a str,
    description: &'a str,
    page: &'a Rendered,
    parts: OptionalParts,
) -> InlineQueryResult<'a> {
    let has_keyboard = page.force_reply.is_none() && parts.keyboard != Keyboard::None;
    InlineQueryResult::Article {
        id,
        title,
        description,
        input_message_content: InputTextMessageContent {
            message_text: &page.text,
            entities: parts.entities.then_some(&*page.entities),
            link_preview_options: page.preview.clone(),
        },
        reply_markup: has_keyboard.then_some(&*page.keyboard),
    }
}
