//! Delivery of one reply: a message, an edit, or the answer to a callback query.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use serde::Serialize;
use teloxide::payloads::{AnswerCallbackQuery, SendContact, SendMessage as SendText, SendVenue};
use teloxide::requests::Payload;
use teloxide::types::{BotCommandScope, CallbackQueryId, ChatId, UserId};

use crate::bot::reply::{Addressee, Reply};
use crate::bot::view::{ContactCard, Venue};
use crate::content::{Content, LangId, Location};
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{EditEphemeralMessageText, SetMyCommands, WithOptions};
use crate::telegram::inbound::update::{CallbackQuery, Message, Update};
use crate::telegram::outbound::fallback::{AfterEdit, Attempt, OptionalParts};
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::payloads::{EditMessageText, SendMessage};
use crate::telegram::outbound::recipient::{EditTarget, Recipient};
use crate::telegram::outbound::render::{NO_PREVIEW, Rendered};
use crate::telegram::outbound::sender::{CALLBACK_DEADLINE, EPHEMERAL_DEADLINE, GUEST_DEADLINE, Sender};
use crate::telegram::outbound::webhook_response::WebhookResponse;
use crate::telegram::profile::menu;

/// The chats whose answers cannot be sent at the moment, because the network or Telegram's server fails.
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

/// Characters of the text of an `answerCallbackQuery` (Bot API).
const NOTICE_MAX: usize = 200;

/// The text of the `answerCallbackQuery` for a tap: at most 200 characters.
pub(crate) fn notice(update: &Update, reply: &Reply<Rc<Rendered>>) -> Option<String> {
    let query = update.callback_query.as_ref()?;
    match reply {
        Reply::Page(page) => page.notice.clone(),
        // Under a shared card there is no chat to send the contact to.
        Reply::Contact { card, .. } if query.message.is_none() => Some(card.phone.to_string()),
        Reply::Venue { venue, .. } if query.message.is_none() => Some(venue.address.chars().take(NOTICE_MAX).collect()),
        _ => None,
    }
}

/// Acknowledges a tap. A failure is logged only: the page is shown all the same.
pub(crate) async fn answer_callback_query(sender: &Sender, query: CallbackQueryId, notice: Option<String>) {
    let mut payload = AnswerCallbackQuery::new(query);
    payload.text = notice;
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
        log::debug!("a tap was not acknowledged: {error}");
    }
}

/// Answers a message with a sentence, outside of the chat's rate limit and queue.
pub(crate) async fn send_sentence(sender: &Sender, message: &Message, sentence: &str) {
    let to = Recipient::answering(message);
    let mut payload = SendText::new(ChatId(to.chat), sentence);
    payload.link_preview_options = Some(NO_PREVIEW);
    let payload = WithOptions { payload, options: &to.options };
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, &payload).await {
        log::debug!("a sentence was not sent: {error}");
    }
}

/// The command menu that follows a chosen language, if the update chose one: that of the chat, or of the person alone where
/// others do not see the choice.
pub(crate) fn menu_to_follow(update: &Update, content: &Content, chosen: Option<LangId>) -> Option<SetMyCommands> {
    let (lang, query) = (chosen?, update.callback_query.as_ref()?);
    let message = query.message.as_ref()?;
    let chat_id = ChatId(message.chat.id).into();
    let scope = match message.ephemeral_message_id {
        Some(_) => BotCommandScope::ChatMember { chat_id, user_id: UserId(query.from.id.try_into().ok()?) },
        None => BotCommandScope::Chat { chat_id },
    };
    Some(menu(content, lang, scope, None, message.is_in_group()))
}

/// Sets the menu of [`menu_to_follow`]. Outside of the chat's queue, for `setMyCommands` may be slow. Telegram keeps the menu;
/// when it is refused, the page has been shown all the same.
pub(crate) async fn follow_language(sender: &Sender, menu: &SetMyCommands) {
    if let Err(error) = sender.send_with_deadline(CALLBACK_DEADLINE, menu).await {
        log::debug!("the menu of commands does not follow the language: {error}");
    }
}

/// What it takes to send a reply.
pub(crate) struct Delivery<'a> {
    pub(crate) sender: &'a Sender,
    pub(crate) unreachable: &'a UnreachableChats,
    /// The key of the update's queue, for [`UnreachableChats`].
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
        let result = match (&update.callback_query, &update.message, &update.guest_message) {
            (Some(query), _, _) => self.answer_tap(query, reply).await,
            (None, Some(message), _) => self.answer_message(message, reply).await,
            (None, None, Some(message)) => self.answer_guest(message, reply).await,
            (None, None, None) => Ok(()),
        };
        // Blocked by the person, or removed from the group: they do not want an answer.
        result.or_else(|error| if error.is_forbidden() { Ok(()) } else { Err(error) })
    }

    async fn answer_message(&self, message: &Message, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        match reply {
            Reply::Page(reply) => {
                let quoted = message.quoted_message().filter(|_| reply.addressee == Addressee::QuotedAuthor);
                let to = match quoted {
                    Some(quoted) if message.ephemeral_message_id.is_none() => {
                        Recipient::chat_of(message).replying_to(Some(quoted))
                    }
                    // What was quoted of another chat, or of a bot, has nobody here whom to answer.
                    _ => Recipient::answering(message),
                };
                self.send_page(to, &reply.page).await
            }
            Reply::Contact { card, .. } => self.send_contact(Recipient::answering(message), &card).await,
            Reply::Venue { venue, .. } => self.send_venue(Recipient::answering(message), &venue).await,
            Reply::Silent => Ok(()),
        }
    }

    async fn answer_guest(&self, message: &Message, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        let (Some(query), Reply::Page(reply)) = (&message.guest_query_id, reply) else { return Ok(()) };
        let payload = inline_query::guest(query, &reply.page);
        match self.response {
            Some(response) => response.set(&payload),
            None => self.sender.send_with_deadline(GUEST_DEADLINE, &payload).await,
        }
    }

    async fn answer_tap(&self, query: &CallbackQuery, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        match (reply, &query.message, &query.inline_message_id) {
            (Reply::Page(reply), Some(message), _) if reply.addressee == Addressee::Everyone => {
                self.send_page(Recipient::chat_of(message), &reply.page).await
            }
            (Reply::Page(reply), Some(message), _) => self.turn_page(query, message, &reply.page).await,
            (Reply::Page(reply), None, Some(inline_message_id)) => {
                self.edit(EditTarget::Inline { inline_message_id }, &reply.page, None).await
            }
            (Reply::Contact { card, .. }, Some(message), _) => self.send_contact(beside(query, message), &card).await,
            (Reply::Venue { venue, .. }, Some(message), _) => self.send_venue(beside(query, message), &venue).await,
            _ => Ok(()),
        }
    }

    /// Shows a page in place of the message that was tapped, else in a new one.
    async fn turn_page(&self, query: &CallbackQuery, message: &Message, page: &Rendered) -> Result<(), ApiError> {
        let chat_id = message.chat.id;
        let target = match message.ephemeral_message_id {
            Some(ephemeral_message_id) => {
                EditTarget::Ephemeral { chat_id, receiver_user_id: query.from.id, ephemeral_message_id }
            }
            None if !message.is_accessible() => return self.send_page(beside(query, message), page).await,
            None => EditTarget::Message { chat_id, message_id: message.message_id },
        };
        self.edit(target, page, Some(beside(query, message))).await
    }

    /// Edits a message, as [`AfterEdit`] says; `new` is where a new message goes instead.
    async fn edit(&self, target: EditTarget<'_>, page: &Rendered, new: Option<Recipient<'_>>) -> Result<(), ApiError> {
        let mut parts = OptionalParts::ALL;
        loop {
            let edit = EditMessageText::new(target, page, parts);
            let edited = match target {
                EditTarget::Ephemeral { .. } => self.send(None, true, &EditEphemeralMessageText(edit)).await,
                EditTarget::Message { chat_id, .. } => self.send(Some(chat_id), false, &edit).await,
                EditTarget::Inline { .. } => self.send(None, false, &edit).await,
            };
            let Err(error) = edited else { return Ok(()) };
            match AfterEdit::of(&error, target, parts) {
                AfterEdit::Done => return Ok(()),
                AfterEdit::Edit(fewer) => parts = fewer,
                AfterEdit::Fail => return Err(error),
                AfterEdit::Send => {
                    let Some(to) = new else { return Err(error) };
                    return self.send_page(to, page).await;
                }
            }
        }
    }

    async fn send_page(&self, to: Recipient<'_>, page: &Rendered) -> Result<(), ApiError> {
        self.send_with_fallback(Attempt::new(to, OptionalParts::ALL), async |attempt| {
            self.send_or_respond(&attempt.to, &SendMessage::new(attempt, page)).await
        })
        .await
    }

    async fn send_contact(&self, to: Recipient<'_>, card: &ContactCard) -> Result<(), ApiError> {
        self.send_with_fallback(Attempt::new(to, OptionalParts::NONE), async |Attempt { to, .. }| {
            let mut payload = SendContact::new(ChatId(to.chat), &*card.phone, &*card.name);
            payload.vcard = Some(card.vcard.clone());
            self.send_or_respond(to, &WithOptions { payload, options: &to.options }).await
        })
        .await
    }

    async fn send_venue(&self, to: Recipient<'_>, venue: &Venue) -> Result<(), ApiError> {
        let Venue { title, address, location: Location { latitude, longitude } } = venue;
        self.send_with_fallback(Attempt::new(to, OptionalParts::NONE), async |Attempt { to, .. }| {
            let payload = SendVenue::new(ChatId(to.chat), *latitude, *longitude, &**title, &**address);
            self.send_or_respond(to, &WithOptions { payload, options: &to.options }).await
        })
        .await
    }

    /// Sends a message; one to a private chat, which is hardly ever refused, in the response to the webhook, if there is one.
    async fn send_or_respond<P: Payload + Serialize>(&self, to: &Recipient<'_>, payload: &P) -> Result<(), ApiError> {
        let is_private = to.chat > 0 && to.options.message_thread_id.is_none();
        match self.response.filter(|_| is_private && self.sender.try_acquire(to.chat)) {
            Some(response) => response.set(payload),
            None => self.send(Some(to.chat), to.is_ephemeral(), payload).await,
        }
    }

    /// Sends, and again as [`Attempt::after`] says.
    async fn send_with_fallback(
        &self,
        mut attempt: Attempt<'_>,
        send: impl AsyncFn(&Attempt<'_>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        loop {
            let Err(error) = send(&attempt).await else { return Ok(()) };
            let Some(next) = attempt.after(&error) else { return Err(error) };
            log::debug!("sent again in another way: {error}");
            attempt = next;
        }
    }

    /// Sends or edits within the rate limit of the chat; an ephemeral message before its deadline or not at all.
    async fn send<P: Payload + Serialize>(
        &self,
        chat: Option<i64>,
        is_ephemeral: bool,
        payload: &P,
    ) -> Result<(), ApiError> {
        if is_ephemeral {
            return self.sender.send_with_deadline(EPHEMERAL_DEADLINE, payload).await;
        }
        self.sender.send_rate_limited(chat, payload, || self.unreachable.insert(self.chat)).await
    }
}

/// Where a new message goes after a tap: for the one alone who tapped if the message is theirs alone.
fn beside<'a>(query: &'a CallbackQuery, message: &Message) -> Recipient<'a> {
    match message.ephemeral_message_id {
        Some(_) => Recipient::ephemeral(message, query),
        None => Recipient::chat_of(message),
    }
}
