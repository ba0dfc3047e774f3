//! The parts of an update that concern the bot ([`Update`]), and the [`Request`] that it makes.
//!
//! Types of our own, not teloxide's: in teloxide 0.17 a message with an entity, a button or an origin of a kind that it does not
//! know loses its text without an error. A field that is not named here is skipped.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::written::{Entity, Id, Invoice, Poll, Quote, RepliedTo, RichMessage, User, Written, readable};
use crate::bot::action::Feedback;
use crate::bot::command::CommandText;
use crate::bot::inline;
use crate::bot::reply::{Input, MediaKind, Place, Request};
use crate::clock::unix_time;
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
    /// The part of the message replied to that its author chose.
    #[serde(default, deserialize_with = "readable")]
    quote: Option<Quote>,
    /// The message replied to, where that is in another chat.
    #[serde(default, deserialize_with = "readable")]
    external_reply: Option<Box<RepliedTo>>,
    /// The buttons under it, not read.
    #[serde(default)]
    reply_markup: Option<Box<RawValue>>,
    /// What the parts of an album have in common.
    #[serde(default, deserialize_with = "readable")]
    media_group_id: Option<String>,
    via_bot: Option<Id>,
    pub(crate) guest_query_id: Option<String>,
    /// Set when its author and the bot alone see it (Bot API 10.2); `message_id` is 0 then.
    pub(crate) ephemeral_message_id: Option<i64>,
    #[serde(default)]
    is_automatic_forward: bool,
    // What people send beside text. No message has two of one field.
    #[serde(alias = "video_note", alias = "audio")]
    voice: Option<IgnoredAny>,
    /// Comes with a live photo too.
    #[serde(rename = "photo", alias = "video", alias = "animation", alias = "paid_media", alias = "story")]
    picture: Option<IgnoredAny>,
    #[serde(
        rename = "sticker",
        alias = "contact",
        alias = "dice",
        alias = "game",
        alias = "checklist",
        alias = "giveaway",
        alias = "giveaway_winners"
    )]
    other_media: Option<IgnoredAny>,
    /// Comes with an animation too.
    document: Option<IgnoredAny>,
    /// Comes with a venue too.
    location: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "readable")]
    poll: Option<Poll>,
    /// Forwarded: who pays sends another message.
    #[serde(default, deserialize_with = "readable")]
    invoice: Option<Invoice>,
    /// Bot API 10.1.
    rich_message: Option<RichMessage>,
}

/// A person's topic in the direct messages of a channel (Bot API 9.2).
#[derive(Deserialize)]
struct DirectMessagesTopic {
    topic_id: i64,
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
            (None, Some(message)) => message.input(me, place),
            (None, None) => Input::Text(""),
        };
        Request { input, language_code: self.language_code(), place, now: unix_time() }
    }

    /// Whether its answer is read in the direct messages of a channel, where no button can share a page.
    pub(crate) fn is_in_direct_messages(&self) -> bool {
        let tapped = self.callback_query.as_ref().and_then(|query| query.message.as_ref());
        tapped.or_else(|| self.text_message()).is_some_and(|message| message.chat.is_direct_messages)
    }

    /// The album that it is a part of, by its chat and its id there.
    pub(crate) fn album(&self) -> Option<(i64, &str)> {
        let message = self.message.as_ref()?;
        Some((message.chat.id, message.media_group_id.as_deref()?))
    }

    /// Whether it has words of its author: a text or a caption.
    pub(crate) fn has_words(&self) -> bool {
        self.text_message().is_some_and(|message| !message.written().is_blank())
    }

    fn text_message(&self) -> Option<&Message> {
        self.guest_message.as_deref().or(self.message.as_ref())
    }
}

impl Message {
    /// The topic to answer in: of a forum, or of a private chat that has topics (Bot API 9.3). Threads of discussion groups have ids
    /// too, but cannot be sent to.
    pub(crate) fn topic(&self) -> Option<i32> {
        self.message_thread_id.filter(|_| self.is_topic_message || !self.is_in_group())?.try_into().ok()
    }

    /// Whether it is a clip or a picture: its text cannot be edited, for it has none.
    pub(crate) fn is_file(&self) -> bool {
        self.voice.is_some() || self.picture.is_some()
    }

    /// The buttons under it, as JSON, without those that ask whether an answer helped.
    pub(crate) fn keyboard_without_feedback(&self) -> Option<Box<RawValue>> {
        #[derive(Deserialize, Serialize)]
        struct Keyboard {
            inline_keyboard: Vec<Vec<Value>>,
        }
        let mut keyboard: Keyboard = serde_json::from_str(self.reply_markup.as_ref()?.get()).ok()?;
        let asks = |button: &Value| button["callback_data"].as_str().is_some_and(Feedback::is_in);
        keyboard.inline_keyboard.iter_mut().for_each(|row| row.retain(|button| !asks(button)));
        keyboard.inline_keyboard.retain(|row| !row.is_empty());
        to_raw_value(&keyboard).ok()
    }

    /// The message of this person that it is a reply to.
    pub(crate) fn asked_by(&self, person: i64) -> Option<i32> {
        let replied = self.reply_to_message.as_deref()?;
        (replied.author() == Some(person)).then_some(replied.message_id)
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
            _ if is_guest => Some(Place::Guest),
            "private" => Some(Place::Private),
            "group" | "supergroup" => {
                let command_bot = CommandText::parse(self.written().text).and_then(|command| command.bot);
                if command_bot.as_ref().is_some_and(|bot| !bot.eq_ignore_ascii_case(&me.username)) {
                    return None; // Another bot's command.
                }
                let addressed = command_bot.is_some() || self.written().names(me);
                Some(match self.ephemeral_message_id {
                    Some(_) => Place::Ephemeral,
                    None => Place::Group { addressed },
                })
            }
            _ => None,
        }
    }

    /// What stands in it: empty for a sticker and the like.
    fn written(&self) -> Written<'_> {
        let own = [
            Written::of(self.text.as_deref(), self.entities.as_deref()),
            Written::of(self.caption.as_deref(), self.caption_entities.as_deref()),
            RichMessage::written(self.rich_message.as_ref()),
            Written::of(self.poll.as_ref().map(|poll| &*poll.question), None),
            Written::of(self.invoice.as_ref().map(|invoice| &*invoice.text), None),
        ];
        own.into_iter().find(|written| !written.is_blank()).unwrap_or_default()
    }

    fn input(&self, me: &Me, place: Place) -> Input<'_> {
        let written = self.written();
        let text = written.words(me);
        match (self.media().filter(|_| written.is_blank()), self.quoted(me)) {
            (Some(media), _) => Input::Media(media),
            _ if place == (Place::Group { addressed: false }) && self.answers(me) => {
                let to = self.reply_to_message.as_ref().map(|replied| replied.written());
                Input::Answering { text, to: to.unwrap_or_default() }
            }
            (None, Some(quoted)) => Input::Quoting { text, quoted },
            (None, None) => Input::Text(text),
        }
    }

    /// What kind of thing was sent, beside words or without any.
    fn media(&self) -> Option<MediaKind> {
        let other = [
            self.other_media.is_some(),
            self.document.is_some(),
            self.location.is_some(),
            self.poll.is_some(),
            self.invoice.is_some(),
            self.rich_message.is_some(),
        ];
        match () {
            () if self.voice.is_some() => Some(MediaKind::Voice),
            () if self.picture.is_some() => Some(MediaKind::Picture),
            () if other.contains(&true) => Some(MediaKind::Other),
            () => None,
        }
    }

    /// The person's message of this chat that it is a reply to.
    pub(crate) fn quoted_message(&self) -> Option<i32> {
        let replied = self.reply_to_message.as_deref()?;
        (!replied.is_from_bot() && !replied.opens_topic()).then_some(replied.message_id)
    }

    /// The words that this message is a reply to: the part that was chosen, else the whole message, unless it is the bot's.
    fn quoted(&self, me: &Me) -> Option<&str> {
        let part = self.quote.as_ref().map(|quote| &*quote.text);
        let replied = self.reply_to_message.as_deref().filter(|replied| !replied.is_from(me));
        let whole = [replied, self.external_reply.as_deref()].into_iter().flatten().map(RepliedTo::written);
        part.into_iter().chain(whole).find(|words| !words.trim().is_empty())
    }

    /// Whether somebody wrote or sent something: not a service message.
    fn has_content(&self) -> bool {
        self.text.is_some() || self.caption.is_some() || self.media().is_some()
    }

    /// Whether it is a reply to the bot, and not to somebody else who is named first.
    fn answers(&self, me: &Me) -> bool {
        let is_reply =
            self.reply_to_message.as_ref().is_some_and(|replied| replied.is_from(me) && !replied.opens_topic());
        is_reply && !self.written().begins_with_a_name()
    }
}
