//! Delivery of one reply: a message, an edit, or the answer to a callback query. Clips and pictures are in [`media`].

mod media;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use serde::Serialize;
use teloxide::payloads::{AnswerCallbackQuery, SendContact, SendMessage as SendText, SendVenue};
use teloxide::requests::Payload;
use teloxide::types::{BotCommandScope, CallbackQueryId, ChatId, UserId};

use self::media::{FileError, is_final};
use crate::bot::reply::{Addressee, PageReply, Reply};
use crate::bot::view::{ContactCard, Venue};
use crate::content::media::MediaStore;
use crate::content::{Content, LangId, Location};
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{
    EditEphemeralMessageText, EphemeralMessageParameters, SendOptions, SetMyCommands, WithOptions,
};
use crate::telegram::inbound::update::{CallbackQuery, Message, Update};
use crate::telegram::outbound::fallback::{AfterEdit, Attempt, Keyboard, OptionalParts};
use crate::telegram::outbound::files::FileIds;
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::payloads::{EditMessageReplyMarkup, EditMessageText, SendMessage};
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

/// What a server has refused because it is older than that. Asked once, it is not asked again until the next start.
#[derive(Debug, Default)]
pub(crate) struct TooNew {
    /// Buttons of Bot API 9.4 and 10.3.
    buttons: Cell<bool>,
    /// Answers to a tap for the one alone who tapped, in any chat (Bot API 10.4).
    alone: Cell<bool>,
}

/// Whether a reply was new to the one who gets it: an edit that changes nothing is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    New,
    AsBefore,
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
    pub(crate) files: &'a FileIds,
    pub(crate) too_new: &'a TooNew,
    /// The clips and pictures of the content.
    pub(crate) media: &'a MediaStore,
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
    pub(crate) async fn deliver(&self, update: &Update, reply: Reply<Rc<Rendered>>) -> Result<Delivered, ApiError> {
        let new = |()| Delivered::New;
        let result = match (&update.callback_query, &update.message, &update.guest_message) {
            (Some(query), _, _) => self.answer_tap(query, reply).await,
            (None, Some(message), _) => self.answer_message(message, reply).await.map(new),
            (None, None, Some(message)) => self.answer_guest(message, reply).await.map(new),
            (None, None, None) => Ok(Delivered::New),
        };
        // Blocked by the person, or removed from the group: they do not want an answer.
        result.or_else(|error| if error.is_forbidden() { Ok(Delivered::New) } else { Err(error) })
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
            Reply::Clip(reply) => self.send_clip(Recipient::answering(message), &reply).await,
            Reply::Contact { card, .. } => self.send_contact(Recipient::answering(message), &card).await,
            Reply::Venue { venue, .. } => self.send_venue(Recipient::answering(message), &venue).await,
            Reply::Silent => Ok(()),
        }
    }

    async fn answer_guest(&self, message: &Message, reply: Reply<Rc<Rendered>>) -> Result<(), ApiError> {
        let (Some(query), Reply::Page(reply)) = (&message.guest_query_id, reply) else { return Ok(()) };
        let mut parts = OptionalParts::all(Keyboard::Plain);
        if let Some(response) = self.response {
            return response.set(&inline_query::guest(query, &reply.page, parts));
        }
        loop {
            let payload = inline_query::guest(query, &reply.page, parts);
            let Err(error) = self.sender.send_with_deadline(GUEST_DEADLINE, &payload).await else { return Ok(()) };
            parts = parts.after(&error).ok_or(error)?;
        }
    }

    async fn answer_tap(&self, query: &CallbackQuery, reply: Reply<Rc<Rendered>>) -> Result<Delivered, ApiError> {
        let sent = match (reply, &query.message, &query.inline_message_id) {
            (Reply::Page(reply), Some(message), _) if reply.addressee == Addressee::Everyone => {
                self.send_page(Recipient::chat_of(message), &reply.page).await
            }
            (Reply::Page(reply), Some(message), _) if reply.meta.feedback.is_some() => {
                return self.take_feedback_buttons(query, message, &reply.page).await;
            }
            (Reply::Page(reply), Some(message), _) => return self.turn_page(query, message, &reply.page).await,
            (Reply::Page(reply), None, Some(card)) => return self.answer_tap_on_card(query, card, &reply).await,
            (Reply::Clip(reply), Some(message), _) => self.send_clip(alone_in_group(query, message), &reply).await,
            (Reply::Contact { card, .. }, Some(message), _) => self.send_contact(beside(query, message), &card).await,
            (Reply::Venue { venue, .. }, Some(message), _) => self.send_venue(beside(query, message), &venue).await,
            _ => Ok(()),
        };
        sent.map(|()| Delivered::New)
    }

    /// Shows a page beside a card that somebody shared, for the one alone who tapped, else in the card's place.
    async fn answer_tap_on_card(
        &self,
        query: &CallbackQuery,
        inline_message_id: &str,
        reply: &PageReply<Rc<Rendered>>,
    ) -> Result<Delivered, ApiError> {
        if reply.addressee == Addressee::Alone && !self.too_new.alone.get() {
            let tap = EphemeralMessageParameters { receiver_user_id: None, callback_query_id: Some(&query.id) };
            let options = SendOptions { ephemeral_message_parameters: Some(tap), ..SendOptions::default() };
            match self.send(None, true, &SendMessage::answering_tap(&options, &reply.page)).await {
                Ok(()) => return Ok(Delivered::New),
                Err(error) => {
                    let is_unknown = matches!(error, ApiError::UnknownMethod(_)) || error.says("chat_id is empty");
                    self.too_new.alone.set(is_unknown);
                    log::debug!("a page is shown in the place of its card: {error}");
                }
            }
        }
        let page = reply.in_place.as_ref().unwrap_or(&reply.page);
        self.edit(EditTarget::Inline { inline_message_id }, page, None).await
    }

    /// Shows a page in place of the message that was tapped, else in a new one.
    async fn turn_page(
        &self,
        query: &CallbackQuery,
        message: &Message,
        page: &Rendered,
    ) -> Result<Delivered, ApiError> {
        let chat_id = message.chat.id;
        let target = match message.ephemeral_message_id {
            Some(ephemeral_message_id) => {
                EditTarget::Ephemeral { chat_id, receiver_user_id: query.from.id, ephemeral_message_id }
            }
            None => EditTarget::Message { chat_id, message_id: message.message_id },
        };
        let can_edit = message.is_accessible() || message.ephemeral_message_id.is_some();
        // A text cannot become a picture or a clip, nor the other way round.
        if !can_edit || message.is_file() || page.photo.is_some() {
            return self.send_page(beside(query, message), page).await.map(|()| Delivered::New);
        }
        self.edit(target, page, Some(beside(query, message))).await
    }

    /// Takes the buttons away that ask whether an answer helped; the other pages that were offered stay. Where the buttons are not known,
    /// the page is shown anew.
    async fn take_feedback_buttons(
        &self,
        query: &CallbackQuery,
        message: &Message,
        page: &Rendered,
    ) -> Result<Delivered, ApiError> {
        let keyboard = message.keyboard_without_feedback().filter(|_| message.is_accessible());
        let Some(reply_markup) = keyboard else { return self.turn_page(query, message, page).await };
        let (chat_id, message_id) = (message.chat.id, message.message_id);
        let target = EditTarget::Message { chat_id, message_id };
        let edit = EditMessageReplyMarkup { target, reply_markup: &reply_markup };
        match self.send(Some(chat_id), false, &edit).await {
            Ok(()) => Ok(Delivered::New),
            Err(error) if error.says("message is not modified") => Ok(Delivered::AsBefore),
            Err(error) => Err(error),
        }
    }

    /// Edits a message, as [`AfterEdit`] says; `new` is where a new message goes instead.
    async fn edit(
        &self,
        target: EditTarget<'_>,
        page: &Rendered,
        new: Option<Recipient<'_>>,
    ) -> Result<Delivered, ApiError> {
        let wanted = self.newest_keyboard(page);
        let mut parts = OptionalParts::all(wanted);
        loop {
            let edit = EditMessageText::new(target, page, parts);
            let edited = match target {
                EditTarget::Ephemeral { .. } => self.send(None, true, &EditEphemeralMessageText(edit)).await,
                EditTarget::Message { chat_id, .. } => self.send(Some(chat_id), false, &edit).await,
                EditTarget::Inline { .. } => self.send(None, false, &edit).await,
            };
            let Err(error) = edited else {
                self.note_refused_buttons(wanted, parts.keyboard);
                return Ok(Delivered::New);
            };
            match AfterEdit::of(&error, target, parts) {
                AfterEdit::Done => return Ok(Delivered::AsBefore),
                AfterEdit::Edit(fewer) => parts = fewer,
                AfterEdit::Fail => return Err(error),
                AfterEdit::Send => {
                    let Some(to) = new else { return Err(error) };
                    return self.send_page(to, page).await.map(|()| Delivered::New);
                }
            }
        }
    }

    /// Sends a page, with its picture, if it has one that can be sent.
    async fn send_page(&self, to: Recipient<'_>, page: &Rendered) -> Result<(), ApiError> {
        if let Some(photo) = &page.photo {
            match self.send_photo(to.clone(), photo, page).await {
                Ok(()) if photo.has_caption => return Ok(()),
                Err(FileError::Api(error)) if is_final(&error) => return Err(error),
                // The text is what matters.
                Ok(()) => {}
                Err(error) => log::warn!("a picture was not sent: {error}"),
            }
        }
        self.send_text(to, page).await
    }

    async fn send_text(&self, to: Recipient<'_>, page: &Rendered) -> Result<(), ApiError> {
        // How a request in a response ends is not told: it has nothing that an older server refuses.
        let keyboard = if self.responds_to(&to) { Keyboard::Plain } else { self.newest_keyboard(page) };
        self.send_with_fallback(Attempt::new(to, OptionalParts::all(keyboard)), async |attempt| {
            self.send_or_respond(&attempt.to, &SendMessage::new(attempt, page)).await
        })
        .await
    }

    /// The newest buttons that the server is not known to refuse.
    fn newest_keyboard(&self, page: &Rendered) -> Keyboard {
        if page.has_newer() && !self.too_new.buttons.get() { Keyboard::Newer } else { Keyboard::Plain }
    }

    /// Remembers that a message was taken with plain buttons alone.
    fn note_refused_buttons(&self, wanted: Keyboard, taken: Keyboard) {
        if (wanted, taken) == (Keyboard::Newer, Keyboard::Plain) {
            self.too_new.buttons.set(true);
        }
    }

    async fn send_contact(&self, to: Recipient<'_>, card: &ContactCard) -> Result<(), ApiError> {
        self.send_or_say(to, &format!("{}\n{}", card.name, card.phone), async |to| {
            let mut payload = SendContact::new(ChatId(to.chat), &*card.phone, &*card.name);
            payload.vcard = Some(card.vcard.clone());
            self.send_or_respond(to, &WithOptions { payload, options: &to.options }).await
        })
        .await
    }

    async fn send_venue(&self, to: Recipient<'_>, venue: &Venue) -> Result<(), ApiError> {
        let Venue { title, address, location: Location { latitude, longitude } } = venue;
        self.send_or_say(to, &format!("{title}\n{address}"), async |to| {
            let payload = SendVenue::new(ChatId(to.chat), *latitude, *longitude, &**title, &**address);
            self.send_or_respond(to, &WithOptions { payload, options: &to.options }).await
        })
        .await
    }

    /// Sends what words can say as well: where it is refused, those are sent.
    async fn send_or_say(
        &self,
        to: Recipient<'_>,
        words: &str,
        send: impl AsyncFn(&Recipient<'_>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let attempt = Attempt::new(to.clone(), OptionalParts::NONE);
        match self.send_with_fallback(attempt, async |attempt| send(&attempt.to).await).await {
            Err(error) if !is_final(&error) => {
                self.send_with_fallback(Attempt::new(to, OptionalParts::NONE), async |Attempt { to, .. }| {
                    let payload = SendText::new(ChatId(to.chat), words);
                    self.send(Some(to.chat), to.is_ephemeral(), &WithOptions { payload, options: &to.options }).await
                })
                .await
            }
            sent => sent,
        }
    }

    /// Sends a message; one to a private chat, which is hardly ever refused, in the response to the webhook, if there is one.
    async fn send_or_respond<P: Payload + Serialize>(&self, to: &Recipient<'_>, payload: &P) -> Result<(), ApiError> {
        match self.response.filter(|_| self.responds_to(to) && self.sender.try_acquire(to.chat)) {
            Some(response) => response.set(payload),
            None => self.send(Some(to.chat), to.is_ephemeral(), payload).await,
        }
    }

    /// Whether a message may go out in the response to the webhook.
    fn responds_to(&self, to: &Recipient<'_>) -> bool {
        self.response.is_some() && to.chat > 0 && to.options.message_thread_id.is_none()
    }

    /// Sends, and again as [`Attempt::after`] says.
    async fn send_with_fallback(
        &self,
        mut attempt: Attempt<'_>,
        send: impl AsyncFn(&Attempt<'_>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let wanted = attempt.parts.keyboard;
        loop {
            let Err(error) = send(&attempt).await else {
                self.note_refused_buttons(wanted, attempt.parts.keyboard);
                return Ok(());
            };
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

/// Where a clip goes after a tap: in a group to the one alone who tapped.
fn alone_in_group<'a>(query: &'a CallbackQuery, message: &Message) -> Recipient<'a> {
    match message.ephemeral_message_id {
        Some(_) => Recipient::ephemeral(message, query),
        None if message.is_in_group() => Recipient::ephemeral_in_group(message, query),
        None => Recipient::chat_of(message),
    }
}

/// Where a new message goes after a tap: for the one alone who tapped if the message is theirs alone.
fn beside<'a>(query: &'a CallbackQuery, message: &Message) -> Recipient<'a> {
    match message.ephemeral_message_id {
        Some(_) => Recipient::ephemeral(message, query),
        None => Recipient::chat_of(message),
    }
}
