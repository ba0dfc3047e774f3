//! What is tried after Telegram refuses a message or an edit. Any other refusal is final.
//!
//! | refusal of a new message | next try |
//! |---|---|
//! | 403: blocked, removed | none: nobody wants an answer |
//! | the group became a supergroup | in the new chat, without topic and reply |
//! | the topic is gone or closed | without the topic |
//! | the message that it replies to is gone | without the reply; if there is none, as in the next rows |
//! | the keyboard is refused | without its newer buttons; without the keyboard; if there is none, without entities |
//! | the entities are refused | without entities; if there are none, without the keyboard |
//! | anything else, of an ephemeral message | visible to the whole chat: too late, or a server or group that has none |
//!
//! | refusal of an edit | next try |
//! |---|---|
//! | message is not modified | none: it is as it should be |
//! | the keyboard or the entities are refused | an edit without them |
//! | any other 400 or 404, the group became a supergroup | a new message, unless it is a shared card: its chat is unknown |
//!
//! | refusal of an answer to a query | next try |
//! |---|---|
//! | the keyboard or the entities of a result are refused | an answer without those of any result |
//!
//! A contact or a place that is refused, as in a group that takes text alone, is sent in words.
//!
//! Each try has something less than the one before, so it ends after eight at most.

use crate::telegram::api::ApiError;
use crate::telegram::outbound::recipient::{EditTarget, Recipient};

/// What a message can be sent without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RefusedPart {
    Topic,
    Reply,
    Keyboard,
    Entities,
}

/// Beginnings of Telegram's descriptions, in any case of letters, and the part that they refuse.
const REFUSED_PARTS: [(&str, RefusedPart); 19] = [
    ("message thread not found", RefusedPart::Topic),
    ("TOPIC_DELETED", RefusedPart::Topic),
    ("TOPIC_CLOSED", RefusedPart::Topic),
    ("TOPIC_ID_INVALID", RefusedPart::Topic),
    ("message to be replied not found", RefusedPart::Reply),
    ("replied message not found", RefusedPart::Reply),
    ("reply message not found", RefusedPart::Reply),
    ("REPLY_MESSAGE_ID_INVALID", RefusedPart::Reply),
    ("REPLY_TO_INVALID", RefusedPart::Reply),
    ("BUTTON_", RefusedPart::Keyboard),
    ("inline keyboard", RefusedPart::Keyboard),
    ("can't parse inline keyboard", RefusedPart::Keyboard),
    ("reply markup", RefusedPart::Keyboard),
    ("REPLY_MARKUP_", RefusedPart::Keyboard),
    ("object expected as reply markup", RefusedPart::Keyboard),
    ("text buttons are unallowed", RefusedPart::Keyboard),
    ("can't parse entities", RefusedPart::Entities),
    ("can't parse MessageEntity", RefusedPart::Entities),
    ("ENTIT", RefusedPart::Entities), // ENTITY_BOUNDS_INVALID, ENTITIES_TOO_LONG
];

fn refused_part(error: &ApiError) -> Option<RefusedPart> {
    REFUSED_PARTS.iter().find(|(beginning, _)| error.says(beginning)).map(|(_, part)| *part)
}

/// The buttons of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyboard {
    /// None.
    None,
    /// Those that every server knows.
    Plain,
    /// With what is newer than Bot API 9.3, where the page has such buttons.
    Newer,
}

impl Keyboard {
    /// Takes the refused part out; `false` when there is nothing left to take.
    fn reduce(&mut self) -> bool {
        let before = *self;
        *self = if before == Self::Newer { Self::Plain } else { Self::None };
        before != Self::None
    }
}

/// The parts of a page's message beside its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OptionalParts {
    pub(crate) keyboard: Keyboard,
    pub(crate) entities: bool,
}

impl OptionalParts {
    pub(crate) const NONE: Self = Self { keyboard: Keyboard::None, entities: false };

    /// Everything, with such a keyboard.
    pub(crate) fn all(keyboard: Keyboard) -> Self {
        Self { keyboard, entities: true }
    }

    /// What is left to be sent after a refusal; `None` when it was not of a part, or nothing is left out any more.
    pub(crate) fn after(mut self, error: &ApiError) -> Option<Self> {
        let part = refused_part(error).filter(|part| matches!(part, RefusedPart::Keyboard | RefusedPart::Entities))?;
        self.remove(part).then_some(self)
    }

    /// Leaves out the refused part, else the other one; `false` when both are left out already.
    fn remove(&mut self, refused: RefusedPart) -> bool {
        match refused {
            RefusedPart::Entities => std::mem::take(&mut self.entities) || self.keyboard.reduce(),
            _ => self.keyboard.reduce() || std::mem::take(&mut self.entities),
        }
    }
}

/// One try to send a message.
#[derive(Clone, Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) to: Recipient<'a>,
    pub(crate) parts: OptionalParts,
    has_migrated: bool,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(to: Recipient<'a>, parts: OptionalParts) -> Self {
        Self { to, parts, has_migrated: false }
    }

    /// The next try after this failure; `None` when it is final.
    pub(crate) fn after(mut self, error: &ApiError) -> Option<Self> {
        if error.is_forbidden() {
            return None;
        }
        let is_mended = match (error, refused_part(error)) {
            (ApiError::MigratedTo(chat), _) => self.migrate(*chat),
            (_, Some(RefusedPart::Topic)) => self.to.options.message_thread_id.take().is_some(),
            (_, Some(RefusedPart::Reply)) if self.remove_reply() => true,
            (_, Some(part)) => self.parts.remove(part),
            (_, None) => false,
        };
        (is_mended || self.make_visible()).then_some(self)
    }

    fn migrate(&mut self, chat: i64) -> bool {
        (self.to.chat, self.to.options.message_thread_id) = (chat, None);
        self.remove_reply();
        !std::mem::replace(&mut self.has_migrated, true)
    }

    /// An ephemeral message answers an ephemeral message or a tap: without both it is none.
    fn remove_reply(&mut self) -> bool {
        let options = &mut self.to.options;
        if options.ephemeral_message_parameters.is_some_and(|ephemeral| ephemeral.callback_query_id.is_none()) {
            options.ephemeral_message_parameters = None;
        }
        options.reply_parameters.take().is_some()
    }

    fn make_visible(&mut self) -> bool {
        let was_ephemeral = self.to.is_ephemeral();
        if was_ephemeral {
            // Nobody else sees the ephemeral message that it replies to.
            self.to.options.ephemeral_message_parameters = None;
            self.to = self.to.clone().replying_to(self.to.visible_reply);
        }
        was_ephemeral
    }
}

/// What follows a failed edit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AfterEdit {
    /// The message is as it should be.
    Done,
    /// Another edit, with these parts.
    Edit(OptionalParts),
    /// A new message.
    Send,
    /// Nothing: the failure is final.
    Fail,
}

impl AfterEdit {
    pub(crate) fn of(error: &ApiError, target: EditTarget<'_>, parts: OptionalParts) -> Self {
        if error.says("message is not modified") {
            return Self::Done;
        }
        if let Some(fewer) = parts.after(error) {
            return Self::Edit(fewer);
        }
        let is_lost = matches!(
            error,
            ApiError::Refused { code: 400 | 404, .. } | ApiError::UnknownMethod(_) | ApiError::MigratedTo(_)
        );
        if is_lost && !matches!(target, EditTarget::Inline { .. }) { Self::Send } else { Self::Fail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Message;
    use crate::telegram::api::newer::{EphemeralMessageParameters, ReplyParameters, SendOptions};

    fn refused(description: &str) -> ApiError {
        ApiError::Refused { method: "sendMessage", code: 400, description: format!("Bad Request: {description}") }
    }

    /// With all that a message can have.
    fn full(callback_query_id: Option<&str>) -> Attempt<'_> {
        let options = SendOptions {
            message_thread_id: Some(3),
            direct_messages_topic_id: None,
            reply_parameters: Some(ReplyParameters::Ephemeral { ephemeral_message_id: 5 }),
            ephemeral_message_parameters: Some(EphemeralMessageParameters {
                receiver_user_id: Some(7),
                callback_query_id,
            }),
        };
        Attempt::new(Recipient { chat: -1, options, visible_reply: None }, OptionalParts::all(Keyboard::Newer))
    }

    /// What is left after these failures, one after the other: chat, topic, reply, ephemeral, keyboard, entities.
    #[track_caller]
    fn check(errors: &[ApiError], expected: &str) {
        let attempt = errors.iter().try_fold(full(Some("q")), |attempt, error| attempt.after(error));
        let left = attempt.map_or_else(
            || "nothing".to_owned(),
            |Attempt { to: Recipient { chat, options, .. }, parts, .. }| {
                let parts = [
                    (options.message_thread_id.is_some(), "topic"),
                    (options.reply_parameters.is_some(), "reply"),
                    (options.ephemeral_message_parameters.is_some(), "ephemeral"),
                    (parts.keyboard == Keyboard::Newer, "newer"),
                    (parts.keyboard != Keyboard::None, "keyboard"),
                    (parts.entities, "entities"),
                ];
                let parts = parts.into_iter().filter_map(|(is_there, name)| is_there.then_some(name));
                std::iter::once(chat.to_string()).chain(parts.map(str::to_owned)).collect::<Vec<_>>().join(" ")
            },
        );
        assert_eq!(left, expected, "{errors:?}");
    }

    #[test]
    fn each_refusal_takes_away_what_it_refuses() {
        check(&[refused("message thread not found")], "-1 reply ephemeral newer keyboard entities");
        check(&[refused("message to be replied not found")], "-1 topic ephemeral newer keyboard entities");
        check(&[refused("BUTTON_DATA_INVALID")], "-1 topic reply ephemeral keyboard entities");
        check(&[refused("can't parse entities: odd")], "-1 topic reply ephemeral newer keyboard");
        check(&[refused("EPHEMERAL_MESSAGE_NOT_ALLOWED")], "-1 topic newer keyboard entities");
        check(&[ApiError::UnknownMethod("sendMessage")], "-1 topic newer keyboard entities");
        check(&[ApiError::Unreachable(Message::verbatim("too late"))], "-1 topic newer keyboard entities");
        check(&[ApiError::MigratedTo(-2)], "-2 ephemeral newer keyboard entities");
        check(
            &[ApiError::Refused { method: "sendMessage", code: 403, description: "Forbidden: bot was blocked".into() }],
            "nothing",
        );
        let all = [
            ApiError::MigratedTo(-2),
            refused("EPHEMERAL_MESSAGE_NOT_ALLOWED"),
            refused("reply markup is too long"),
            refused("reply markup is too long"),
            refused("ENTITY_BOUNDS_INVALID"),
        ];
        check(&all, "-2");
    }

    #[test]
    fn an_ephemeral_answer_without_what_it_answers_is_none() {
        let attempt = full(None).after(&refused("message to be replied not found")).expect("another try");
        assert!(!attempt.to.is_ephemeral() && attempt.to.options.message_thread_id.is_some());
    }

    #[test]
    fn trying_ends_whatever_is_refused_again_and_again() {
        let errors = REFUSED_PARTS.iter().map(|(beginning, _)| refused(beginning));
        for error in errors.chain([ApiError::MigratedTo(-2), refused("chat not found")]) {
            let tries = std::iter::successors(Some(full(Some("q"))), |attempt| attempt.clone().after(&error)).count();
            assert!(tries <= 8, "{error}: {tries}");
        }
    }

    #[test]
    fn an_edit_that_is_impossible_becomes_a_message() {
        let message = EditTarget::Message { chat_id: 1, message_id: 2 };
        let inline = EditTarget::Inline { inline_message_id: "3" };
        let after = |description: &str, target| {
            AfterEdit::of(&refused(description), target, OptionalParts::all(Keyboard::Plain))
        };
        assert!(matches!(after("message is not modified: exactly the same", message), AfterEdit::Done));
        assert!(matches!(after("message can't be edited", message), AfterEdit::Send));
        assert!(matches!(after("MESSAGE_ID_INVALID", inline), AfterEdit::Fail));
        assert!(matches!(
            after("BUTTON_URL_INVALID", inline),
            AfterEdit::Edit(OptionalParts { keyboard: Keyboard::None, entities: true })
        ));
        assert!(matches!(
            AfterEdit::of(&ApiError::MigratedTo(-2), message, OptionalParts::all(Keyboard::Plain)),
            AfterEdit::Send
        ));
    }
}
