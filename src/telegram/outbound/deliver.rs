//! One request, answered: what is sent, edited or left, and where it goes when it cannot go there.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::requests::Payload;
use teloxide::types::{CallbackQueryId, LinkPreviewOptions};

use crate::bot::reply::{Addressee, Reply};
use crate::bot::view::ContactCard;
use crate::content::{Content, LangId};
use crate::telegram::api::ApiError;
use crate::telegram::inbound::update::{CallbackQuery, Message, Update};
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::render::{NO_PREVIEW, Rendered};
use crate::telegram::outbound::sender::{ASIDE, CALLBACK_DEADLINE, GUEST, Sender};
use crate::telegram::profile::{Scope, SetMyCommands};

/// The chats to which nothing gets through at the moment.
#[derive(Default)]
pub(crate) struct UnreachableChats(RefCell<HashSet<i64>>);

impl UnreachableChats {
    pub(crate) fn contains(&self, chat: i64) -> bool {
        self.0.borrow().contains(&chat)
    }

    pub(crate) fn insert(&self, chat: i64) {
        self.0.borrow_mut().insert(chat);
    }

    pub(crate) fn remove(&self, chat: i64) {
        self.0.borrow_mut().remove(&chat);
    }
}

/// What the person who tapped is told beside the page: at most 200 characters.
pub(crate) fn notice(update: &Update, reply: &Reply<Rc<Rendered>>) -> Option<String> {
    let query = update.callback_query.as_ref()?;
    match reply {
        Reply::Page(page) => page.notice.clone(),
        // Under a shared card there is no chat to send the contact to.
        Reply::Contact { card, .. } if query.message.is_none() => Some(card.phone.to_string()),
        _ => None,
    }
}

/// Acknowledges a tap. It may fail: the page is shown all the same.
pub(crate) async fn acknowledge(sender: &Sender, query: CallbackQueryId, notice: Option<String>) {
    let mut payload = AnswerCallbackQuery::new(query);
    payload.text = notice;
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
        log::debug!("a tap was not acknowledged: {error}");
    }
}

/// Says a sentence in answer to a message, once and without its turn.
pub(crate) async fn tell(sender: &Sender, message: &Message, sentence: &str) {
    #[derive(Serialize)]
    struct Sentence<'a> {
        chat_id: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_thread_id: Option<i32>,
        text: &'a str,
        link_preview_options: LinkPreviewOptions,
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_parameters: Option<ReplyParameters>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ephemeral_message_parameters: Option<EphemeralMessageParameters<'a>>,
    }
    impl Payload for Sentence<'_> {
        type Output = ();
        const NAME: &'static str = "sendMessage";
    }
    let To { chat, topic, reply_to, aside } = To::answering(message);
    let payload = Sentence {
        chat_id: chat,
        message_thread_id: topic,
        text: sentence,
        link_preview_options: NO_PREVIEW,
        reply_parameters: reply_to,
        ephemeral_message_parameters: aside,
    };
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
        log::debug!("a sentence was not said: {error}");
    }
}

/// The response to a webhook, which can hold one request: Telegram carries it out when it takes the update as handled.
/// What becomes of it, nobody learns; so it serves what is not refused: a message to a private chat, an answer to typing or
/// to a guest.
#[derive(Default)]
pub(crate) struct WebhookResponse(Cell<Option<Vec<u8>>>);

impl WebhookResponse {
    /// Holds the request from now on.
    pub(crate) fn set<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        #[derive(Serialize)]
        struct Call<'a, P> {
            method: &'static str,
            #[serde(flatten)]
            payload: &'a P,
        }
        let written = serde_json::to_vec(&Call { method: P::NAME, payload });
        self.0.set(Some(written.map_err(|error| ApiError::Unreachable(error.to_string()))?));
        Ok(())
    }

    /// The request, if there is one.
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        self.0.into_inner()
    }
}

/// Where a message goes.
#[derive(Clone, Copy)]
struct To<'a> {
    chat: i64,
    topic: Option<i32>,
    reply_to: Option<ReplyParameters>,
    aside: Option<EphemeralMessageParameters<'a>>,
}

impl<'a> To<'a> {
    /// In answer to what somebody wrote: in a group as a reply, and aside when it was aside.
    fn answering(message: &'a Message) -> Self {
        let beside = Self::beside(message);
        match (message.ephemeral_message_id, message.author()) {
            (Some(id), Some(person)) => Self {
                reply_to: Some(ReplyParameters::Ephemeral { ephemeral_message_id: id }),
                aside: Some(EphemeralMessageParameters { receiver_user_id: person, callback_query_id: None }),
                ..beside
            },
            _ if message.is_in_group() => Self { reply_to: Some(ReplyParameters::to(message.message_id)), ..beside },
            _ => beside,
        }
    }

    fn beside(message: &'a Message) -> Self {
        Self { chat: message.chat.id, topic: message.topic(), reply_to: None, aside: None }
    }

    /// For the one who tapped under a message that nobody else sees.
    fn aside(message: &'a Message, query: &'a CallbackQuery) -> Self {
        let aside = EphemeralMessageParameters { receiver_user_id: query.from.id, callback_query_id: Some(&query.id) };
        Self { aside: Some(aside), ..Self::beside(message) }
    }

    /// The same message, where it has to go after this failure; `None` when it cannot go anywhere else.
    fn after(self, error: &ApiError) -> Option<Self> {
        match error {
            ApiError::Refused(403, _) => None,
            // Too late, or nothing that this server or this group knows: then everybody may see it.
            _ if self.aside.is_some() => Some(Self { reply_to: None, aside: None, ..self }),
            ApiError::MigratedTo(chat) => Some(Self { chat: *chat, topic: None, reply_to: None, aside: None }),
            _ if self.topic.is_some() && error.says("message thread not found") => Some(Self { topic: None, ..self }),
            _ => None,
        }
    }
}

/// What it takes to send a reply.
pub(crate) struct Delivery<'a> {
    pub(crate) sender: &'a Sender,
    pub(crate) unreachable: &'a UnreachableChats,
    /// Whose turn it is, for [`UnreachableChats`].
    pub(crate) chat: i64,
    /// Where the answer may go instead of being sent.
    pub(crate) response: Option<&'a WebhookResponse>,
}

impl Delivery<'_> {
    /// Sends the reply to an update.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unreachable`] when Telegram could not be reached for a minute: worth another try. Any other failure is
    /// final.
    pub(crate) async fn deliver(&self, update: &Update, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        let result = match (&update.callback_query, &update.message) {
            (Some(query), _) => self.show(query, reply).await,
            (None, Some(message)) => self.answer(message, reply).await,
            (None, None) => match (&update.guest_message, reply) {
                (Some(message), Reply::Page(reply)) => self.answer_guest(message, &reply.page).await,
                _ => Ok(()),
            },
        };
        match result {
            // Blocked by the person, or thrown out of the group: they do not want an answer.
            Err(ApiError::Refused(403, _)) => Ok(()),
            other => other,
        }
    }

    async fn answer(&self, message: &Message, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        match reply {
            Reply::Silent => Ok(()),
            Reply::Page(reply)
                if reply.addressee == Addressee::QuotedAuthor && message.ephemeral_message_id.is_none() =>
            {
                let to = To { reply_to: message.replied_to().map(ReplyParameters::to), ..To::beside(message) };
                self.send(to, &reply.page).await
            }
            Reply::Page(reply) => self.send(To::answering(message), &reply.page).await,
            Reply::Contact { card, .. } => self.send_contact(To::answering(message), &card).await,
        }
    }

    /// Sends or edits at the pace of the chat; what only one person sees goes at once or not at all.
    async fn request<P: Payload + Serialize>(
        &self,
        chat: Option<i64>,
        is_aside: bool,
        payload: &P,
    ) -> Result<(), ApiError> {
        if is_aside {
            return self.sender.send_with_deadline(ASIDE, payload).await;
        }
        self.sender.message(chat, payload, || self.unreachable.insert(self.chat)).await
    }

    async fn answer_guest(&self, message: &Message, page: &Rendered) -> Result<(), ApiError> {
        let Some(query) = &message.guest_query_id else { return Ok(()) };
        let payload = inline_query::guest(query, page);
        match self.response {
            Some(response) => response.set(&payload),
            None => self.sender.send_with_deadline(GUEST, &payload).await,
        }
    }

    async fn send(&self, to: To<'_>, page: &Rendered) -> Result<(), ApiError> {
        self.send_with_fallback(to, async |to| {
            let payload = SendMessage {
                chat_id: to.chat,
                message_thread_id: to.topic,
                text: &page.text,
                entities: &page.entities,
                link_preview_options: NO_PREVIEW,
                reply_parameters: to.reply_to,
                ephemeral_message_parameters: to.aside,
                reply_markup: &page.keyboard,
            };
            let is_private = to.chat > 0 && to.topic.is_none();
            match self.response.filter(|_| is_private && self.sender.may_now(to.chat)) {
                Some(response) => response.set(&payload),
                None => self.request(Some(to.chat), to.aside.is_some(), &payload).await,
            }
        })
        .await
    }

    async fn send_contact(&self, to: To<'_>, card: &ContactCard) -> Result<(), ApiError> {
        self.send_with_fallback(to, async |to| {
            let payload = SendContact {
                chat_id: to.chat,
                message_thread_id: to.topic,
                phone_number: &card.phone,
                first_name: &card.name,
                vcard: &card.vcard,
                reply_parameters: to.reply_to,
                ephemeral_message_parameters: to.aside,
            };
            self.request(Some(to.chat), to.aside.is_some(), &payload).await
        })
        .await
    }

    /// Sends, and sends once more to where it can go instead.
    async fn send_with_fallback(
        &self,
        to: To<'_>,
        send: impl AsyncFn(To<'_>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        match send(to).await {
            Err(error) => match to.after(&error) {
                Some(to) => send(to).await,
                None => Err(error),
            },
            done => done,
        }
    }

    async fn show(&self, query: &CallbackQuery, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        match (reply, &query.message, &query.inline_message_id) {
            (Reply::Page(reply), Some(message), _) if reply.addressee == Addressee::Everyone => {
                self.send(To::beside(message), &reply.page).await
            }
            (Reply::Page(reply), Some(message), _) => self.turn(query, message, &reply.page).await,
            (Reply::Page(reply), None, Some(inline_message_id)) => {
                self.edit(Shown::Inline { inline_message_id }, &reply.page).await
            }
            (Reply::Contact { card, .. }, Some(message), _) if message.ephemeral_message_id.is_some() => {
                self.send_contact(To::aside(message, query), &card).await
            }
            (Reply::Contact { card, .. }, Some(message), _) => self.send_contact(To::beside(message), &card).await,
            _ => Ok(()),
        }
    }

    /// Shows a page in the place of the message under which it was asked for, else in a new one.
    async fn turn(&self, query: &CallbackQuery, message: &Message, page: &Rendered) -> Result<(), ApiError> {
        let (shown, new) = match message.ephemeral_message_id {
            Some(ephemeral_message_id) => {
                let (chat_id, receiver_user_id) = (message.chat.id, query.from.id);
                (Shown::Aside { chat_id, receiver_user_id, ephemeral_message_id }, To::aside(message, query))
            }
            None if !message.is_accessible() => return self.send(To::beside(message), page).await,
            None => {
                let shown = Shown::InChat { chat_id: message.chat.id, message_id: message.message_id };
                (shown, To::beside(message))
            }
        };
        match self.edit(shown, page).await {
            // Too old, deleted, or no text: a new message serves as well.
            Err(ApiError::Refused(400 | 404, _) | ApiError::MigratedTo(_)) => self.send(new, page).await,
            done => done,
        }
    }

    async fn edit(&self, shown: Shown<'_>, page: &Rendered) -> Result<(), ApiError> {
        let edit = EditMessageText {
            shown,
            text: &page.text,
            entities: &page.entities,
            link_preview_options: NO_PREVIEW,
            reply_markup: &page.keyboard,
        };
        let edited = match shown {
            Shown::Aside { .. } => self.request(None, true, &EditEphemeralMessageText(edit)).await,
            Shown::InChat { chat_id, .. } => self.request(Some(chat_id), false, &edit).await,
            Shown::Inline { .. } => self.request(None, false, &edit).await,
        };
        match edited {
            Err(error) if error.says("message is not modified") => Ok(()),
            done => done,
        }
    }
}

/// Lets the menu of commands follow a chosen language: of the chat, or of the person alone where others see nothing of the
/// choice. Telegram remembers it. When it fails, the page has been shown all the same.
pub(crate) async fn follow_language(sender: &Sender, content: &Content, query: &CallbackQuery, lang: LangId) {
    let Some(message) = &query.message else { return };
    let chat_id = message.chat.id;
    let scope = match message.ephemeral_message_id {
        Some(_) => Scope::ChatMember { chat_id, user_id: query.from.id },
        None => Scope::Chat { chat_id },
    };
    let payload = SetMyCommands::new(content, lang, scope, None, message.is_in_group());
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
        log::debug!("the menu does not follow: {error}");
    }
}

/// A message that is to show another page.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    InChat { chat_id: i64, message_id: i32 },
    Inline { inline_message_id: &'a str },
    Aside { chat_id: i64, receiver_user_id: i64, ephemeral_message_id: i64 },
}

// The requests that are made for an answer are our own: they borrow what they send, where teloxide's payloads copy it; and
// teloxide 0.17 knows neither ephemeral messages (Bot API 10.2) nor previews under a message of inline mode.

#[derive(Serialize)]
struct SendMessage<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i32>,
    text: &'a RawValue,
    entities: &'a RawValue,
    link_preview_options: LinkPreviewOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_parameters: Option<ReplyParameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ephemeral_message_parameters: Option<EphemeralMessageParameters<'a>>,
    reply_markup: &'a RawValue,
}

impl Payload for SendMessage<'_> {
    type Output = ();
    const NAME: &'static str = "sendMessage";
}

#[derive(Serialize)]
struct SendContact<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i32>,
    phone_number: &'a str,
    first_name: &'a str,
    vcard: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_parameters: Option<ReplyParameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ephemeral_message_parameters: Option<EphemeralMessageParameters<'a>>,
}

impl Payload for SendContact<'_> {
    type Output = ();
    const NAME: &'static str = "sendContact";
}

/// What a message replies to.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum ReplyParameters {
    Message { message_id: i32, allow_sending_without_reply: bool },
    Ephemeral { ephemeral_message_id: i64 },
}

impl ReplyParameters {
    fn to(message_id: i32) -> Self {
        Self::Message { message_id, allow_sending_without_reply: true }
    }
}

/// Who alone sees a message.
#[derive(Clone, Copy, Serialize)]
struct EphemeralMessageParameters<'a> {
    receiver_user_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_query_id: Option<&'a str>,
}

#[derive(Serialize)]
struct EditMessageText<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    text: &'a RawValue,
    entities: &'a RawValue,
    link_preview_options: LinkPreviewOptions,
    reply_markup: &'a RawValue,
}

impl Payload for EditMessageText<'_> {
    type Output = ();
    const NAME: &'static str = "editMessageText";
}

#[derive(Serialize)]
#[serde(transparent)]
struct EditEphemeralMessageText<'a>(EditMessageText<'a>);

impl Payload for EditEphemeralMessageText<'_> {
    type Output = ();
    const NAME: &'static str = "editEphemeralMessageText";
}
