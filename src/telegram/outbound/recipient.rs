//! Where an answer goes: the chat, topic and reply of a new message, or the message that is edited.

use serde::Serialize;
use teloxide::types::{self, MessageId};

use crate::telegram::api::newer::{EphemeralMessageParameters, ReplyParameters, SendOptions};
use crate::telegram::inbound::update::{CallbackQuery, Message};

/// Where a new message goes.
#[derive(Clone, Debug)]
pub(crate) struct Recipient<'a> {
    pub(crate) chat: i64,
    pub(crate) options: SendOptions<'a>,
    /// What it replies to if everybody sees it, because it cannot be ephemeral.
    pub(crate) visible_reply: Option<i32>,
}

impl<'a> Recipient<'a> {
    /// The chat and topic of a message.
    pub(crate) fn chat_of(message: &Message) -> Self {
        let options = SendOptions {
            message_thread_id: message.topic(),
            direct_messages_topic_id: message.direct_messages_topic(),
            ..SendOptions::default()
        };
        Self { chat: message.chat.id, options, visible_reply: None }
    }

    /// In answer to what somebody wrote: a reply in a group, ephemeral if the question was.
    pub(crate) fn answering(message: &Message) -> Self {
        match (message.ephemeral_message_id, message.author()) {
            (Some(ephemeral_message_id), Some(receiver_user_id)) => {
                let mut to = Self::chat_of(message);
                to.options.reply_parameters = Some(ReplyParameters::Ephemeral { ephemeral_message_id });
                to.options.ephemeral_message_parameters = Some(EphemeralMessageParameters {
                    receiver_user_id: Some(receiver_user_id),
                    callback_query_id: None,
                });
                to
            }
            _ if message.is_in_group() => Self::chat_of(message).replying_to(Some(message.message_id)),
            _ => Self::chat_of(message),
        }
    }

    /// For the one alone who tapped under an ephemeral message.
    pub(crate) fn ephemeral(message: &Message, query: &'a CallbackQuery) -> Self {
        let mut to = Self::chat_of(message);
        let (receiver_user_id, callback_query_id) = (Some(query.from.id), Some(&*query.id));
        to.options.ephemeral_message_parameters =
            Some(EphemeralMessageParameters { receiver_user_id, callback_query_id });
        to
    }

    /// For the one alone who tapped under a message of a group; if that cannot be, a reply to what they asked, else to the message.
    pub(crate) fn ephemeral_in_group(message: &Message, query: &'a CallbackQuery) -> Self {
        let visible_reply = message.asked_by(query.from.id).unwrap_or(message.message_id);
        Self { visible_reply: Some(visible_reply).filter(|id| *id != 0), ..Self::ephemeral(message, query) }
    }

    /// As a reply to this message of the chat, if it is still there.
    pub(crate) fn replying_to(mut self, message: Option<i32>) -> Self {
        let reply = |id| types::ReplyParameters::new(MessageId(id)).allow_sending_without_reply();
        self.options.reply_parameters = message.map(|id| ReplyParameters::Message(reply(id)));
        self
    }

    pub(crate) fn is_ephemeral(&self) -> bool {
        self.options.ephemeral_message_parameters.is_some()
    }
}

/// The message that is edited.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum EditTarget<'a> {
    /// A message of a chat.
    Message { chat_id: i64, message_id: i32 },
    /// A card that somebody shared by inline mode, in a chat that the bot does not know.
    Inline { inline_message_id: &'a str },
    /// A message that one person sees.
    Ephemeral { chat_id: i64, receiver_user_id: i64, ephemeral_message_id: i64 },
}
