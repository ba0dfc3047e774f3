//! Labels. Except for sections and languages, which are the content's, each value is known when the code is written.

use prometheus_client::encoding::EncodeLabelSet;
use strum::{IntoStaticStr, VariantArray};

/// The kind of an update: the label `kind` of `palabre_updates_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum UpdateKind {
    /// A message in a chat.
    Message,
    /// A tap on a button.
    CallbackQuery,
    /// Text typed behind the bot's name.
    InlineQuery,
    /// A mention in a chat where the bot is no member.
    GuestMessage,
    /// A kind that was not asked for, or that only a newer Bot API has.
    Other,
    /// JSON that is no update.
    Unreadable,
}

/// Where an answer is read: the label `surface` of `palabre_answers_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Surface {
    /// In a private chat.
    Private,
    /// In a group, by everybody.
    Group,
    /// On a message that was sent through inline mode, after a tap.
    #[strum(serialize = "card")]
    InlineMessage,
    /// In a chat where the bot is no member.
    Guest,
    /// In a group, by one person.
    Ephemeral,
}

/// What a question in a person's own words led to: the label `outcome` of `palabre_questions_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum QuestionOutcome {
    /// A section answers it.
    Answered,
    /// Several sections were offered.
    Suggested,
    /// No section is similar to it.
    Unknown,
    /// A talk topic: a greeting, a question whether this is a robot. `palabre_answers_total` has its name.
    Talk,
    /// A known subject that is not the organisation's.
    #[strum(serialize = "not_ours")]
    OutOfScope,
}

/// How a section was found that somebody says something of: the label `found` of `palabre_feedback_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum FindingWay {
    /// It was the only one that came into question.
    Alone,
    /// Others were offered beside it.
    Among,
}

/// How a request to the Bot API ended: the label `result` of `palabre_bot_api_requests_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RequestResult {
    /// The method was carried out.
    Ok,
    /// Telegram refused it (4xx).
    Refused,
    /// Telegram asked for a pause (429).
    TooManyRequests,
    /// No response, or one of a server that fails (5xx).
    Unreachable,
}

/// How a request to the webhook ended: the label `result` of `palabre_webhook_requests_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum WebhookResult {
    /// 200: the update is processed.
    Handled,
    /// 401: the secret is missing or wrong.
    Unauthorized,
    /// 413: the body is over the limit.
    TooLarge,
    /// 400 or 408: the body broke off or took too long.
    Broken,
    /// 503: the queue is full; Telegram delivers the update again.
    Busy,
    /// 503: not processed in time; Telegram delivers the update again.
    Late,
}

/// How a change of the content ended: the label `result` of `palabre_content_reloads_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ReloadResult {
    /// The new content is served.
    Ok,
    /// It has errors: the last valid content is still served.
    Failed,
}

/// The state of an update that is not finished: the label `state` of `palabre_queue_updates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum QueueState {
    /// Being answered or waiting in a queue: `Waiting` and `Carried` are among them.
    InHand,
    /// Confirmed to Telegram and not finished: only this process has it.
    Carried,
    /// Waiting in the queue of its chat.
    Waiting,
}

/// The labels of `palabre_answers_total`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AnswerLabels {
    pub(super) section: String,
    pub(super) language: String,
    pub(super) surface: &'static str,
}

/// The labels of `palabre_updates_total`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct UpdateLabels {
    pub(super) kind: &'static str,
}

/// The labels of `palabre_questions_total`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct QuestionLabels {
    pub(super) outcome: &'static str,
}

/// The labels of `palabre_bot_api_requests_total`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) method: &'static str,
    pub(super) result: &'static str,
}

/// The labels of `palabre_bot_api_request_duration_seconds`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct MethodLabels {
    pub(super) method: &'static str,
}

/// The labels of `palabre_webhook_requests_total` and `palabre_content_reloads_total`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResultLabels {
    pub(super) result: &'static str,
}

/// The labels of `palabre_queue_updates`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct QueueLabels {
    pub(super) state: &'static str,
}
