//! What teloxide 0.17 (Bot API 9.1) lacks: newer methods and fields, and types that refuse what they do not know. An item that is
//! newer names its version of the Bot API; each goes when teloxide has it (`ARCHITECTURE.md` has the list).

use std::marker::PhantomData;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use teloxide::payloads;
use teloxide::requests::Payload;
use teloxide::types::{self, BotCommandScope, True};

use crate::telegram::ALLOWED_UPDATES;

/// Implements [`Payload`] for a method of the Bot API.
macro_rules! payload {
    ($type:ident $(<$($parameter:tt),+>)? = $name:literal -> $output:ty) => {
        impl $(<$($parameter),+>)? Payload for $type $(<$($parameter),+>)? {
            type Output = $output;
            const NAME: &'static str = $name;
        }
    };
}
pub(crate) use payload;

// ---- Where a message goes: direct messages of channels (9.2), ephemeral messages (10.2)

/// Parameters of `sendMessage`, `sendContact` and the like, beside `chat_id`.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SendOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_thread_id: Option<i32>,
    /// Bot API 9.2: the topic of a person in a channel's direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct_messages_topic_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_parameters: Option<ReplyParameters>,
    /// Bot API 10.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ephemeral_message_parameters: Option<EphemeralMessageParameters<'a>>,
}

/// What a message replies to.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ReplyParameters {
    Message(types::ReplyParameters),
    /// Bot API 10.2.
    Ephemeral {
        ephemeral_message_id: i64,
    },
}

/// Who alone sees a message (Bot API 10.2).
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct EphemeralMessageParameters<'a> {
    /// Bot API 10.4: a tap alone is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receiver_user_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callback_query_id: Option<&'a str>,
}

/// A payload of teloxide's with the options that it lacks.
#[derive(Serialize)]
pub(crate) struct WithOptions<'a, P> {
    #[serde(flatten)]
    pub(crate) payload: P,
    #[serde(flatten)]
    pub(crate) options: &'a SendOptions<'a>,
}

impl<P: Payload> Payload for WithOptions<'_, P> {
    type Output = P::Output;
    const NAME: &'static str = P::NAME;
}

/// `editEphemeralMessageText` (Bot API 10.2): as `editMessageText`, whose fields it takes.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct EditEphemeralMessageText<E>(pub(crate) E);

payload!(EditEphemeralMessageText<E> = "editEphemeralMessageText" -> True);

// ---- Files: with the options that teloxide's payloads lack

/// What is sent as a file, under the name of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FileKind {
    Voice,
    Audio,
    Photo,
}

/// The file: `attach://` and the name of a part, or a `file_id`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileField {
    Voice(String),
    Audio(String),
    Photo(String),
}

/// A method that sends a file.
pub(crate) trait FileMethod: 'static {
    const NAME: &'static str;
    const KIND: FileKind;
    const FIELD: fn(String) -> FileField;
}

pub(crate) enum VoiceMethod {}
pub(crate) enum AudioMethod {}
pub(crate) enum PhotoMethod {}

impl FileMethod for VoiceMethod {
    const NAME: &'static str = "sendVoice";
    const KIND: FileKind = FileKind::Voice;
    const FIELD: fn(String) -> FileField = FileField::Voice;
}

impl FileMethod for AudioMethod {
    const NAME: &'static str = "sendAudio";
    const KIND: FileKind = FileKind::Audio;
    const FIELD: fn(String) -> FileField = FileField::Audio;
}

impl FileMethod for PhotoMethod {
    const NAME: &'static str = "sendPhoto";
    const KIND: FileKind = FileKind::Photo;
    const FIELD: fn(String) -> FileField = FileField::Photo;
}

/// `sendVoice`, `sendAudio` and `sendPhoto`: the parameters that they have in common.
#[derive(Serialize)]
pub(crate) struct SendFile<'a, M> {
    pub(crate) chat_id: i64,
    #[serde(flatten)]
    pub(crate) options: &'a SendOptions<'a>,
    #[serde(flatten)]
    pub(crate) file: FileField,
    #[serde(flatten)]
    pub(crate) caption: Caption<'a>,
    #[serde(skip)]
    pub(crate) method: PhantomData<M>,
}

/// What stands under a file.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Caption<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caption: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caption_entities: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_markup: Option<&'a RawValue>,
    /// Seconds, of a clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<u64>,
}

impl<M: FileMethod> Payload for SendFile<'_, M> {
    type Output = SentFile;
    const NAME: &'static str = M::NAME;
}

/// A message that was sent, as far as it tells how to send its file again.
#[derive(Debug, Deserialize)]
pub(crate) struct SentFile {
    voice: Option<FileId>,
    audio: Option<FileId>,
    #[serde(default)]
    photo: Vec<FileId>,
}

#[derive(Debug, Deserialize)]
struct FileId {
    file_id: String,
}

impl SentFile {
    /// The id of the file; of a picture, of its largest size, which is the last.
    pub(crate) fn file_id(self, kind: FileKind) -> Option<String> {
        let file = match kind {
            FileKind::Voice => self.voice,
            FileKind::Audio => self.audio,
            FileKind::Photo => self.photo.into_iter().next_back(),
        };
        Some(file?.file_id)
    }
}

// ---- Guests: people who mention the bot where it is no member (10.0)

/// `answerGuestQuery`, with an `InlineQueryResult`.
#[derive(Serialize)]
pub(crate) struct AnswerGuestQuery<'a, R> {
    pub(crate) guest_query_id: &'a str,
    pub(crate) result: R,
}

payload!(AnswerGuestQuery<'a, R> = "answerGuestQuery" -> IgnoredAny);

/// `getMe`.
#[derive(Serialize)]
pub(crate) struct GetMe {}

payload!(GetMe = "getMe" -> Me);

/// The bot itself. What the server's Bot API is too old for is `None`; teloxide's `Me` takes no answer without such a field.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Me {
    pub(crate) id: i64,
    pub(crate) username: String,
    #[serde(flatten)]
    pub(crate) settings: BotSettings,
    /// Privacy mode is off.
    pub(crate) can_read_all_group_messages: Option<bool>,
    pub(crate) can_connect_to_business: Option<bool>,
    /// Bot API 10.5: a bot has one at least.
    active_usernames: Option<IgnoredAny>,
}

impl Me {
    /// Whether pages can be shared by inline mode.
    pub(crate) fn has_inline_mode(&self) -> bool {
        self.settings.supports_inline_queries == Some(true)
    }

    /// Whether the server knows [`SetMySettings`].
    pub(crate) fn can_set_settings(&self) -> bool {
        self.active_usernames.is_some()
    }

    /// Whether the server knows [`SetMyProfilePhoto`] for sure: no field tells its version, Bot API 9.4.
    pub(crate) fn can_set_photo(&self) -> bool {
        self.settings.supports_guest_queries.is_some()
    }
}

/// What `getMe` tells and `setMySettings` takes. `None` is not known, or stays as it is.
///
/// `callback_query_mode` is left out on purpose: it changes how each tap arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BotSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) can_join_groups: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supports_inline_queries: Option<bool>,
    /// Bot API 10.5: what stands in the empty field behind the bot's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inline_query_placeholder: Option<String>,
    /// Bot API 10.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supports_guest_queries: Option<bool>,
}

impl BotSettings {
    /// These settings, with what others name in their place.
    pub(crate) fn with(self, others: Self) -> Self {
        Self {
            can_join_groups: others.can_join_groups.or(self.can_join_groups),
            supports_inline_queries: others.supports_inline_queries.or(self.supports_inline_queries),
            inline_query_placeholder: others.inline_query_placeholder.or(self.inline_query_placeholder),
            supports_guest_queries: others.supports_guest_queries.or(self.supports_guest_queries),
        }
    }
}

// ---- The bot's profile: its photo (9.4), its settings (10.5)

/// `setMySettings`.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct SetMySettings(pub(crate) BotSettings);

payload!(SetMySettings = "setMySettings" -> True);

/// `setMyProfilePhoto`.
#[derive(Serialize)]
pub(crate) struct SetMyProfilePhoto {
    pub(crate) photo: InputProfilePhoto,
}

payload!(SetMyProfilePhoto = "setMyProfilePhoto" -> True);

/// A photo that is uploaded.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum InputProfilePhoto {
    /// A JPEG.
    Static {
        /// `attach://` and the name of a part.
        photo: String,
    },
}

/// `setWebhook`: teloxide's `AllowedUpdate` knows no `guest_message`.
#[derive(Serialize)]
pub(crate) struct SetWebhook<'a> {
    pub(crate) url: &'a str,
    /// Simultaneous deliveries, 1 to 100.
    pub(crate) max_connections: u8,
    pub(crate) allowed_updates: [&'static str; ALLOWED_UPDATES.len()],
    pub(crate) secret_token: &'a str,
}

payload!(SetWebhook<'a> = "setWebhook" -> True);

/// `getWebhookInfo`.
#[derive(Serialize)]
pub(crate) struct GetWebhookInfo {}

payload!(GetWebhookInfo = "getWebhookInfo" -> WebhookInfo);

/// The webhook that is set, if any. teloxide's fails at a `guest_message` in `allowed_updates` and at an odd address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WebhookInfo {
    /// Empty when none is set.
    pub(crate) url: String,
    pub(crate) has_custom_certificate: bool,
    pub(crate) pending_update_count: u64,
    /// Seconds since 1970.
    pub(crate) last_error_date: Option<i64>,
    pub(crate) last_error_message: String,
    /// Seconds since 1970.
    pub(crate) last_synchronization_error_date: Option<i64>,
    /// A server of one's own allows up to 100,000.
    pub(crate) max_connections: Option<u32>,
    /// Empty when all kinds are allowed that Telegram sends by default; ours are among those.
    pub(crate) allowed_updates: Vec<String>,
}

impl WebhookInfo {
    /// Whether exactly these kinds are allowed, in any order.
    pub(crate) fn allows_exactly(&self, kinds: &[&str]) -> bool {
        self.allowed_updates.len() == kinds.len() && self.allowed_updates.iter().all(|kind| kinds.contains(&&**kind))
    }
}

// ---- Commands whose messages only their author and the bot see (10.2)

/// A command in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BotCommand {
    #[serde(flatten)]
    pub(crate) command: types::BotCommand,
    /// Bot API 10.2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_ephemeral: bool,
}

impl BotCommand {
    pub(crate) fn new(command: &str, description: &str, is_ephemeral: bool) -> Self {
        Self { command: types::BotCommand::new(command, description), is_ephemeral }
    }
}

/// `setMyCommands`.
#[derive(Serialize)]
pub(crate) struct SetMyCommands {
    pub(crate) commands: Vec<BotCommand>,
    pub(crate) scope: BotCommandScope,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language_code: Option<String>,
}

payload!(SetMyCommands = "setMyCommands" -> True);

/// `getMyCommands`.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct GetMyCommands(pub(crate) payloads::GetMyCommands);

payload!(GetMyCommands = "getMyCommands" -> Vec<BotCommand>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_of_one_s_own_server_may_have_many_connections_and_kinds() {
        let json = r#"{"url":"x","max_connections":1000,"allowed_updates":["guest_message","message","hologram"]}"#;
        let info: WebhookInfo = serde_json::from_str(json).expect("it can be read");
        assert_eq!(info.max_connections, Some(1_000));
        assert!(info.allows_exactly(&["message", "hologram", "guest_message"]));
        assert!(!info.allows_exactly(&["message", "guest_message"]));
    }
}
