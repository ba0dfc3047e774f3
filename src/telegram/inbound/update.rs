//! The parts of an update that concern the bot ([`Update`]), and the [`Request`] that it makes.
//!
//! Types of our own, not teloxide's: in teloxide 0.17 a message with an entity, a button or an origin of a kind that it does not
//! know loses its text without an error. A field that is not named here is skipped.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::bot::command::CommandText;
use crate::bot::inline;
use crate::bot::reply::{Input, Place, Request};
use crate::metrics::{Surface, UpdateKind};
use crate::telegram::api::newer::Me;

/// An update of a kind that concerns the bot.
#[derive(Deserialize)]
pub(crate) struct Update {
    pub(crate) update_id: i64,
    pub(crate) message: Option<Message>,
    pub(crate) callback_query: Option<CallbackQuery>,
    pub(crate) inline_query: Option<Box<InlineQuery>>,
    /// Somebody mentions the bot where it is no member (Bot API 10.0).
    pub(crate) guest_message: Option<Box<Message>>,
}

/// What somebody types behind the bot's name.
#[derive(Deserialize)]
pub(crate) struct InlineQuery {
    pub(crate) id: String,
    from: User,
    query: String,
    #[serde(default)]
    offset: String,
}

impl InlineQuery {
    pub(crate) fn query(&self) -> inline::InlineQuery<'_> {
        inline::InlineQuery {
            words: &self.query,
            language_code: self.from.language_code.as_deref(),
            offset: &self.offset,
        }
    }
}

/// A message.
#[derive(Deserialize)]
pub(crate) struct Message {
    /// 0 when there is none: of an ephemeral message, or one that is no longer there.
    #[serde(default)]
    pub(crate) message_id: i32,
    pub(crate) chat: Chat,
    /// 0 when the message is no longer accessible.
    #[serde(default)]
    date: i64,
    from: Option<User>,
    sender_chat: Option<Id>,
    text: Option<String>,
    caption: Option<String>,
    entities: Option<Vec<Entity>>,
    caption_entities: Option<Vec<Entity>>,
    message_thread_id: Option<i64>,
    direct_messages_topic: Option<DirectMessagesTopic>,
    #[serde(default)]
    is_topic_message: bool,
    reply_to_message: Option<Box<RepliedTo>>,
    via_bot: Option<Id>,
    pub(crate) guest_query_id: Option<String>,
    /// Set when its author and the bot alone see it (Bot API 10.2); `message_id` is 0 then.
    pub(crate) ephemeral_message_id: Option<i64>,
    #[serde(default)]
    is_automatic_forward: bool,
    /// What people send beside text. No message has two of these.
    #[serde(
        alias = "photo",
        alias = "sticker",
        alias = "voice",
        alias = "video",
        alias = "video_note",
        alias = "audio",
        alias = "contact",
        alias = "poll",
        alias = "dice",
        alias = "story",
        alias = "game",
        alias = "paid_media",
        alias = "checklist",
        alias = "rich_message"
    )]
    media: Option<IgnoredAny>,
    /// Comes with an animation too.
    document: Option<IgnoredAny>,
    /// Comes with a venue too.
    location: Option<IgnoredAny>,
}

/// A person's topic in the direct messages of a channel (Bot API 9.2).
#[derive(Deserialize)]
struct DirectMessagesTopic {
    topic_id: i64,
}

#[derive(Deserialize)]
struct RepliedTo {
    message_id: i32,
    from: Option<Id>,
    text: Option<String>,
    caption: Option<String>,
    forum_topic_created: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

/// A chat.
#[derive(Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    #[serde(rename = "type")]
    kind: String,
    /// Direct messages of a channel (Bot API 9.2): each person has a topic.
    #[serde(default)]
    is_direct_messages: bool,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    #[serde(default)]
    is_bot: bool,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    offset: i64,
    #[serde(default)]
    length: i64,
    user: Option<Id>,
}

/// A tap on a button.
#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    pub(crate) id: String,
    pub(crate) from: User,
    /// Nothing where it cannot be read: the tap is acknowledged all the same.
    #[serde(default, deserialize_with = "readable")]
    pub(crate) message: Option<Message>,
    pub(crate) inline_message_id: Option<String>,
    #[serde(default)]
    data: String,
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Message>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

impl Update {
    /// Passes on an update that concerns the bot.
    ///
    /// # Errors
    ///
    /// The update's id, when its kind does not concern the bot.
    pub(crate) fn of_concern(self) -> Result<Self, Option<i64>> {
        if self.concerns_bot() { Ok(self) } else { Err(Some(self.update_id)) }
    }

    /// Reads an update's JSON.
    ///
    /// # Errors
    ///
    /// The update's id, if it has one, when its kind or shape does not concern the bot.
    pub(crate) fn read(json: &[u8]) -> Result<Self, Option<i64>> {
        #[derive(Deserialize)]
        struct UpdateId {
            update_id: i64,
        }
        match serde_json::from_slice::<Self>(json) {
            Ok(update) => update.of_concern(),
            Err(_) => Err(serde_json::from_slice::<UpdateId>(json).ok().map(|update| update.update_id)),
        }
    }

    fn concerns_bot(&self) -> bool {
        self.message.is_some()
            || self.callback_query.is_some()
            || self.inline_query.is_some()
            || self.guest_message.is_some()
    }

    /// Its kind.
    pub(crate) fn kind(&self) -> UpdateKind {
        match self {
            Self { message: Some(_), .. } => UpdateKind::Message,
            Self { callback_query: Some(_), .. } => UpdateKind::CallbackQuery,
            Self { inline_query: Some(_), .. } => UpdateKind::InlineQuery,
            Self { guest_message: Some(_), .. } => UpdateKind::GuestMessage,
            _ => UpdateKind::Other,
        }
    }

    /// Where its answer is read.
    pub(crate) fn surface(&self) -> Surface {
        let message = match self {
            Self { callback_query: Some(query), .. } => query.message.as_ref(),
            Self { message: Some(message), .. } => Some(message),
            Self { guest_message: Some(_), .. } => return Surface::Guest,
            _ => None,
        };
        match message {
            None => Surface::InlineMessage,
            Some(message) if message.ephemeral_message_id.is_some() => Surface::Ephemeral,
            Some(message) if message.is_in_group() => Surface::Group,
            Some(_) => Surface::Private,
        }
    }

    /// The key of its queue: updates with the same key are processed one after the other. The chat, else the person.
    pub(crate) fn queue_key(&self) -> i64 {
        match (self.message.as_ref().or(self.guest_message.as_deref()), &self.callback_query) {
            (Some(message), _) => message.chat.id,
            (None, Some(query)) => query.message.as_ref().map_or(query.from.id, |message| message.chat.id),
            (None, None) => self.inline_query.as_ref().map_or(0, |query| query.from.id),
        }
    }

    /// The chat and its author, for flood control. `None` for an inline query, which is no message.
    pub(crate) fn chat_and_author(&self) -> Option<(i64, i64)> {
        let person = match (&self.callback_query, self.message.as_ref().or(self.guest_message.as_deref())) {
            (Some(query), _) => query.from.id,
            (None, Some(message)) => message.author()?,
            (None, None) => return None,
        };
        Some((self.queue_key(), person))
    }

    /// The language of the person's app.
    pub(crate) fn language_code(&self) -> Option<&str> {
        let message = self.message.as_ref().or(self.guest_message.as_deref());
        let from = self.callback_query.as_ref().map(|query| &query.from);
        from.or_else(|| message?.from.as_ref())?.language_code.as_deref()
    }

    /// The kind of chat in which somebody asks something of the bot; `None` when the update is not for it.
    pub(crate) fn place(&self, me: &Me) -> Option<Place> {
        if let Some(query) = &self.callback_query {
            return Some(query.message.as_ref().map_or(
                Place::InlineMessage,
                |message| match message.chat.kind.as_str() {
                    "private" => Place::Private,
                    _ if message.ephemeral_message_id.is_some() => Place::Ephemeral,
                    _ => Place::Group { addressed: true },
                },
            ));
        }
        let place = self.text_message()?.place(me)?;
        self.request(me, place).is_for_bot().then_some(place)
    }

    /// What somebody asks of the bot, in the [`Update::place`] of the update.
    pub(crate) fn request(&self, me: &Me, place: Place) -> Request<'_> {
        let input = match (&self.callback_query, self.text_message()) {
            (Some(query), _) => Input::Tap(&query.data),
            (None, Some(message)) => message.input(me),
            (None, None) => Input::Text(""),
        };
        Request { input, language_code: self.language_code(), place }
    }

    /// Whether its answer is read in the direct messages of a channel, where no button can share a page.
    pub(crate) fn is_in_direct_messages(&self) -> bool {
        let tapped = self.callback_query.as_ref().and_then(|query| query.message.as_ref());
        tapped.or_else(|| self.text_message()).is_some_and(|message| message.chat.is_direct_messages)
    }

    fn text_message(&self) -> Option<&Message> {
        self.guest_message.as_deref().or(self.message.as_ref())
    }
}

impl Message {
    /// The forum topic to answer in. Threads of discussion groups have ids too, but cannot be sent to.
    pub(crate) fn topic(&self) -> Option<i32> {
        self.message_thread_id.filter(|_| self.is_topic_message)?.try_into().ok()
    }

    /// The direct messages topic to answer in (Bot API 9.2). Without one nothing can be sent to such a chat.
    pub(crate) fn direct_messages_topic(&self) -> Option<i64> {
        self.direct_messages_topic.as_ref().map(|topic| topic.topic_id)
    }

    /// Who wrote it; for a group's anonymous administrator and for a channel the chat.
    pub(crate) fn author(&self) -> Option<i64> {
        self.from.as_ref().map(|from| from.id).or_else(|| self.sender_chat.as_ref().map(|chat| chat.id))
    }

    /// Whether it stands in a chat of several people, where an answer shows what it answers.
    pub(crate) fn is_in_group(&self) -> bool {
        self.chat.kind != "private"
    }

    /// Whether Telegram still lets the bot edit it.
    pub(crate) fn is_accessible(&self) -> bool {
        self.date != 0 && self.message_id != 0
    }

    fn place(&self, me: &Me) -> Option<Place> {
        let is_guest = self.guest_query_id.is_some();
        let is_from_bot = self.from.as_ref().map_or(!is_guest, |from| from.is_bot);
        if is_from_bot && self.sender_chat.is_none() {
            return None; // Another bot. A group's anonymous administrator also comes as one, on behalf of the group.
        }
        if self.via_bot.as_ref().is_some_and(|bot| bot.id == me.id) {
            return None; // A result of this bot's own inline mode.
        }
        if self.is_automatic_forward || !self.has_content() {
            return None; // A channel's post in its discussion group, or a service message.
        }
        if self.chat.is_direct_messages && self.is_in_group() && self.direct_messages_topic.is_none() {
            return None; // There is nowhere to answer.
        }
        match self.chat.kind.as_str() {
            // Wherever that is, and whoever: only who mentions the bot asks this way.
            _ if is_guest => Some(Place::Group { addressed: true }),
            "private" => Some(Place::Private),
            "group" | "supergroup" => {
                let command_bot = CommandText::parse(self.words()).and_then(|command| command.bot);
                if command_bot.as_ref().is_some_and(|bot| !bot.eq_ignore_ascii_case(&me.username)) {
                    return None; // Another bot's command.
                }
                let addressed = command_bot.is_some() || self.mentions(me) || self.replies_to(me);
                Some(match self.ephemeral_message_id {
                    Some(_) => Place::Ephemeral,
                    None => Place::Group { addressed },
                })
            }
            _ => None,
        }
    }

    /// Its text or caption; empty for a sticker and the like.
    fn words(&self) -> &str {
        self.text.as_deref().or(self.caption.as_deref()).unwrap_or_default()
    }

    fn input(&self, me: &Me) -> Input<'_> {
        let text = self.words();
        self.quoted(me).map_or(Input::Text(text), |quoted| Input::Quoting { text, quoted })
    }

    /// The message that this one is a reply to.
    pub(crate) fn replied_to(&self) -> Option<i32> {
        self.reply_to_message.as_ref().map(|replied| replied.message_id)
    }

    /// The words of the message that this one is a reply to, unless it is the bot's.
    fn quoted(&self, me: &Me) -> Option<&str> {
        let replied = self.reply_to_message.as_deref()?;
        let ours = replied.from.as_ref().is_some_and(|from| from.id == me.id);
        replied.text.as_deref().or(replied.caption.as_deref()).filter(|_| !ours)
    }

    /// Whether somebody wrote or sent something: not a service message.
    fn has_content(&self) -> bool {
        let sent = [&self.media, &self.document, &self.location];
        self.text.is_some() || self.caption.is_some() || sent.iter().any(|sent| sent.is_some())
    }

    fn mentions(&self, me: &Me) -> bool {
        let text = self.words();
        let entities = if self.text.is_some() { &self.entities } else { &self.caption_entities };
        entities.iter().flatten().any(|entity| match entity.kind.as_str() {
            "text_mention" => entity.user.as_ref().is_some_and(|user| user.id == me.id),
            "mention" => {
                let place = |at: i64| usize::try_from(at).unwrap_or_default();
                let words = text.encode_utf16().skip(place(entity.offset)).take(place(entity.length));
                let words: Vec<u16> = words.collect();
                String::from_utf16_lossy(&words)
                    .strip_prefix('@')
                    .is_some_and(|name| name.eq_ignore_ascii_case(&me.username))
            }
            _ => false,
        })
    }

    fn replies_to(&self, me: &Me) -> bool {
        let Some(replied) = &self.reply_to_message else { return false };
        // In a topic every message "replies" to the one that opened it.
        replied.forum_topic_created.is_none() && replied.from.as_ref().is_some_and(|from| from.id == me.id)
    }
}
