//! One request, answered: what is sent, edited or left, and what is tried again.

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::Serialize;
use teloxide::payloads::{AnswerCallbackQuery, SendContact, SendContactSetters as _};
use teloxide::requests::Payload;
use teloxide::types::{
    CallbackQueryId, ChatId, LinkPreviewOptions, MessageEntity, MessageId, ReplyParameters, ThreadId,
};
use tokio::time::Instant;

use super::api::{Api, Failure};
use super::inline;
use super::render::{Keyboard, NO_PREVIEW, entities};
use super::update::{CallbackQuery, Me, Message, Update};
use crate::cards::Answer;
use crate::content::Content;
use crate::reply::Reply;
use crate::view::{Card, View};

/// How long a request is tried, apart from the pauses that Telegram asks for.
const DEADLINE: Duration = Duration::from_secs(60);
/// The longest that Telegram may make a request wait in all.
const REST_MAX: Duration = Duration::from_secs(3_600);
/// How long an answer to a tap or to typing is tried: later nobody looks at it any more.
const BRIEFLY: Duration = Duration::from_secs(10);

/// The chats to which nothing gets through at the moment.
#[derive(Default)]
pub(super) struct CutOff(RefCell<HashSet<i64>>);

impl CutOff {
    pub(super) fn contains(&self, chat: i64) -> bool {
        self.0.borrow().contains(&chat)
    }

    pub(super) fn insert(&self, chat: i64) {
        self.0.borrow_mut().insert(chat);
    }

    pub(super) fn remove(&self, chat: i64) {
        self.0.borrow_mut().remove(&chat);
    }
}

/// What the person who tapped is told beside the page: at most 200 characters.
pub(super) fn notice(update: &Update, reply: &Reply) -> Option<String> {
    let query = update.callback_query.as_ref()?;
    match reply {
        Reply::Page { notice, .. } => notice.clone(),
        // Under a shared card there is no chat to send the contact to.
        Reply::Card(card) if query.message.is_none() => Some(card.phone.to_string()),
        _ => None,
    }
}

/// Acknowledges a tap. It may fail: the page is shown all the same.
pub(super) async fn acknowledge(api: &Api, query: CallbackQueryId, notice: Option<String>) {
    let mut payload = AnswerCallbackQuery::new(query);
    payload.text = notice;
    briefly(api, &payload).await;
}

/// Answers an inline query.
pub(super) async fn answer_inline(api: &Api, content: &Content, me: &Me, query: &str, answer: &Answer) {
    briefly(api, &inline::inline(content, me, query, answer)).await;
}

/// Sends what nobody waits for any more in a few seconds.
async fn briefly<P: Payload + Serialize>(api: &Api, payload: &P) {
    let result = tokio::time::timeout(BRIEFLY, persist(async || api.send(payload).await, || ())).await;
    if let Ok(Err(failure)) = result {
        log::debug!("{} failed: {failure}", P::NAME);
    }
}

/// Tries until Telegram answers: waits as long as a 429 asks for, and longer each time when nobody is there, which
/// `missed` is told.
///
/// # Errors
///
/// The refusal; [`Failure::Unreachable`] after [`DEADLINE`]; [`Failure::RetryAfter`] when the pauses that Telegram asks
/// for pass [`REST_MAX`].
pub(super) async fn persist<T>(request: impl AsyncFn() -> Result<T, Failure>, missed: impl Fn()) -> Result<T, Failure> {
    let mut pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(8))
        .with_jitter()
        .without_max_times()
        .build();
    let (mut tried, mut rested) = (Duration::ZERO, Duration::ZERO);
    loop {
        let began = Instant::now();
        match request().await {
            Err(Failure::RetryAfter(pause)) => {
                rested = rested.saturating_add(pause);
                if rested > REST_MAX {
                    return Err(Failure::RetryAfter(pause));
                }
                tokio::time::sleep(pause).await;
            }
            Err(failure @ Failure::Unreachable(_)) => {
                missed();
                let pause = pauses.next().unwrap_or_default();
                tried += began.elapsed() + pause;
                if tried > DEADLINE {
                    return Err(failure);
                }
                tokio::time::sleep(pause).await;
            }
            done => return done,
        }
    }
}

/// Where a message goes.
#[derive(Clone, Copy)]
struct To {
    chat: i64,
    topic: Option<i32>,
    reply_to: Option<i32>,
}

impl To {
    fn answering(message: &Message) -> Self {
        Self { reply_to: message.is_in_group().then_some(message.message_id), ..Self::beside(message) }
    }

    fn beside(message: &Message) -> Self {
        Self { chat: message.chat.id, topic: message.topic(), reply_to: None }
    }

    fn reply_parameters(self) -> Option<ReplyParameters> {
        self.reply_to.map(|id| ReplyParameters::new(MessageId(id)).allow_sending_without_reply())
    }

    fn thread(self) -> Option<ThreadId> {
        self.topic.map(|id| ThreadId(MessageId(id)))
    }

    /// The same message, where it has to go after this failure; `None` when it cannot go anywhere else.
    fn after(self, failure: &Failure) -> Option<Self> {
        match failure {
            Failure::MigratedTo(chat) => Some(Self { chat: *chat, topic: None, reply_to: None }),
            _ if self.topic.is_some() && failure.says("message thread not found") => Some(Self { topic: None, ..self }),
            _ => None,
        }
    }
}

/// What it takes to send a reply.
pub(super) struct Delivery<'a> {
    pub(super) api: &'a Api,
    pub(super) content: &'a Content,
    pub(super) me: &'a Me,
    pub(super) cut_off: &'a CutOff,
    /// Whose turn it is, for [`CutOff`].
    pub(super) chat: i64,
}

impl Delivery<'_> {
    /// Sends the reply to an update.
    ///
    /// # Errors
    ///
    /// [`Failure::Unreachable`] when Telegram could not be reached for a minute: worth another try. Any other failure is
    /// final.
    pub(super) async fn deliver(&self, update: &Update, reply: Reply) -> Result<(), Failure> {
        let result = match (&update.callback_query, &update.message) {
            (Some(query), _) => self.show(query, reply).await,
            (None, Some(message)) => self.answer(message, reply).await,
            (None, None) => match (&update.guest_message, reply) {
                (Some(message), Reply::Page { view, .. }) => self.answer_guest(message, &view).await,
                _ => Ok(()),
            },
        };
        match result {
            // Blocked by the person, or thrown out of the group: they do not want an answer.
            Err(Failure::Refused(403, _)) => Ok(()),
            other => other,
        }
    }

    async fn answer(&self, message: &Message, reply: Reply) -> Result<(), Failure> {
        match reply {
            Reply::Silent => Ok(()),
            Reply::Page { view, to_quoted: true, .. } => {
                let to = To { reply_to: message.replied_to(), ..To::beside(message) };
                self.send(to, &view).await
            }
            Reply::Page { view, .. } => self.send(To::answering(message), &view).await,
            Reply::Card(card) => self.send_card(To::answering(message), &card).await,
        }
    }

    async fn request<P: Payload + Serialize>(&self, payload: &P) -> Result<(), Failure> {
        let send = async || {
            let _slot = self.api.slot().await;
            self.api.send(payload).await
        };
        persist(send, || self.cut_off.insert(self.chat)).await
    }

    async fn answer_guest(&self, message: &Message, view: &View) -> Result<(), Failure> {
        let Some(query) = &message.guest_query_id else { return Ok(()) };
        self.request(&inline::guest(self.content, self.me, query, view)).await
    }

    async fn send(&self, to: To, view: &View) -> Result<(), Failure> {
        self.somewhere(to, async |to| {
            let payload = SendMessage {
                chat_id: to.chat,
                message_thread_id: to.topic,
                text: view.text.as_str(),
                entities: entities(&view.text),
                link_preview_options: NO_PREVIEW,
                reply_parameters: to.reply_parameters(),
                reply_markup: Keyboard { content: self.content, me: self.me, view },
            };
            self.request(&payload).await
        })
        .await
    }

    async fn send_card(&self, to: To, card: &Card) -> Result<(), Failure> {
        self.somewhere(to, async |to| {
            let mut payload = SendContact::new(ChatId(to.chat), &*card.phone, &*card.name).vcard(&*card.vcard);
            payload.reply_parameters = to.reply_parameters();
            payload.message_thread_id = to.thread();
            self.request(&payload).await
        })
        .await
    }

    /// Sends, and sends once more to where the chat has moved.
    async fn somewhere(&self, to: To, send: impl AsyncFn(To) -> Result<(), Failure>) -> Result<(), Failure> {
        match send(to).await {
            Err(failure) => match to.after(&failure) {
                Some(to) => send(to).await,
                None => Err(failure),
            },
            done => done,
        }
    }

    async fn show(&self, query: &CallbackQuery, reply: Reply) -> Result<(), Failure> {
        match (reply, &query.message, &query.inline_message_id) {
            (Reply::Page { view, .. }, Some(message), _) if message.is_accessible() => {
                let shown = Shown::InChat { chat_id: message.chat.id, message_id: message.message_id };
                match self.edit(shown, &view).await {
                    // Too old, deleted, or no text: a new message serves as well.
                    Err(Failure::Refused(400, _) | Failure::MigratedTo(_)) => {
                        self.send(To::beside(message), &view).await
                    }
                    done => done,
                }
            }
            (Reply::Page { view, .. }, Some(message), _) => self.send(To::beside(message), &view).await,
            (Reply::Page { view, .. }, None, Some(inline_message_id)) => {
                self.edit(Shown::Inline { inline_message_id }, &view).await
            }
            (Reply::Card(card), Some(message), _) => self.send_card(To::beside(message), &card).await,
            _ => Ok(()),
        }
    }

    async fn edit(&self, shown: Shown<'_>, view: &View) -> Result<(), Failure> {
        let payload = EditMessageText {
            shown,
            text: view.text.as_str(),
            entities: entities(&view.text),
            link_preview_options: NO_PREVIEW,
            reply_markup: Keyboard { content: self.content, me: self.me, view },
        };
        match self.request(&payload).await {
            Err(failure) if failure.says("message is not modified") => Ok(()),
            done => done,
        }
    }
}

/// A message that is to show another page.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    InChat { chat_id: i64, message_id: i32 },
    Inline { inline_message_id: &'a str },
}

// The two requests that are made for every answer are our own: they borrow what they send, where teloxide's payloads
// copy it; and teloxide 0.17 cannot turn previews off under a message of inline mode.

#[derive(Serialize)]
struct SendMessage<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i32>,
    text: &'a str,
    entities: Vec<MessageEntity>,
    link_preview_options: LinkPreviewOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_parameters: Option<ReplyParameters>,
    reply_markup: Keyboard<'a>,
}

impl Payload for SendMessage<'_> {
    type Output = ();
    const NAME: &'static str = "sendMessage";
}

#[derive(Serialize)]
struct EditMessageText<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    text: &'a str,
    entities: Vec<MessageEntity>,
    link_preview_options: LinkPreviewOptions,
    reply_markup: Keyboard<'a>,
}

impl Payload for EditMessageText<'_> {
    type Output = ();
    const NAME: &'static str = "editMessageText";
}
