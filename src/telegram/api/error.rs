//! Why a request to the Bot API failed, and what the server's answer means.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use thiserror::Error;

use crate::message;
use crate::messages::{Locale, Message};

/// Shortest pause after a 429: a `retry_after` of 0 would be asked again at once, and refused again.
pub(super) const RETRY_AFTER_MIN: Duration = Duration::from_secs(1);
/// Longest pause after a 429. Telegram keeps an update for 24 hours and a polling bot that pauses longer than this looks dead to
/// its operator; asking once an hour costs nothing.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// Beginnings of Telegram's descriptions, as a log shows them: the rest may name a chat, a person or what somebody wrote. Of a
/// description that begins with a code, such as `BUTTON_DATA_INVALID`, that is shown.
const KNOWN_DESCRIPTIONS: [&str; 38] = [
    "Unauthorized",
    "Too Many Requests",
    "bot can't initiate conversation with a user",
    "bot can't send messages to",
    "bot is not a member of",
    "bot was blocked by the user",
    "bot was kicked from",
    "user is deactivated",
    "the group chat was deleted",
    "group chat was deactivated",
    "chat not found",
    "chat_id is empty",
    "have no rights to send a message",
    "not enough rights",
    "need administrator rights",
    "message is not modified",
    "message can't be edited",
    "message to edit not found",
    "message to be replied not found",
    "replied message not found",
    "message thread not found",
    "message text is empty",
    "message is too long",
    "text must be non-empty",
    "can't parse entities",
    "can't parse inline keyboard",
    "inline keyboard expected",
    "query is too old and response timeout expired or query ID is invalid",
    "result_id",
    "file is too big",
    "file must be non-empty",
    "wrong file identifier",
    "wrong remote file identifier",
    "wrong type of the web page content",
    "failed to get HTTP URL content",
    "can't use getUpdates method while webhook is active",
    "terminated by other getUpdates request",
    "terminated by setWebhook request",
];

/// Why a request did not do what it should. `Display` holds no token, no id and no text that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ApiError {
    /// 429: not before this time has passed (1 s to 1 h).
    #[error("Telegram asks for a pause of {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// The group has become a supergroup with this id.
    #[error("the group has become a supergroup")]
    MigratedTo(i64),
    /// The network failed, or the server (5xx, no JSON): worth another try. What happened, without the address.
    #[error("Telegram cannot be reached: {}", .0.to_text(Locale::English))]
    Unreachable(Message),
    /// 404: the server is older than the method.
    #[error("this server does not know the method {0}")]
    UnknownMethod(&'static str),
    /// Telegram understood and declined.
    #[error("Telegram refuses {method} ({code}): {}", kind_of(description))]
    Refused {
        /// The method.
        method: &'static str,
        /// `error_code`, 400 to 499.
        code: u16,
        /// `description`, a sentence of Telegram's.
        description: String,
    },
}

impl ApiError {
    /// Whether it is a refusal with this `error_code`.
    pub(crate) fn has_code(&self, expected: u16) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == expected)
    }

    /// 403: blocked by the person, removed from the group. Nobody wants an answer.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.has_code(403)
    }

    /// 401, and for `getMe` a 404: there is no bot with this token.
    pub(crate) fn is_unknown_token(&self) -> bool {
        // A 404 of any other method is `UnknownMethod`.
        self.has_code(401) || self.has_code(404)
    }

    /// Whether Telegram's description begins so, in any case of letters and whatever stands before its first colon
    /// (`Bad Request: `). Beginnings, because Telegram changes the ends of its sentences.
    pub(crate) fn says(&self, beginning: &str) -> bool {
        let Self::Refused { description, .. } = self else { return false };
        begins(description, beginning)
    }
}

fn begins(description: &str, beginning: &str) -> bool {
    let starts = |text: &str| text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning));
    starts(description) || description.split_once(": ").is_some_and(|(_, rest)| starts(rest))
}

/// What a log says of a description. None of it is Telegram's free text.
fn kind_of(description: &str) -> &str {
    if let Some(known) = KNOWN_DESCRIPTIONS.into_iter().find(|known| begins(description, known)) {
        return known;
    }
    let reason = description.split_once(": ").map_or(description, |(_, reason)| reason);
    let code = reason.split(':').next().unwrap_or_default();
    // Words in capitals may be a name.
    let is_code = code.contains('_') && code.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if is_code { code } else { "for a reason that the log leaves out" }
}

/// A failure of the HTTP request, before there is an answer to read. The address, which holds the token, is left out.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    /// The network, the proxy or TLS.
    #[error(transparent)]
    Network(reqwest::Error),
    /// The payload cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The answer is longer than [`super::ANSWER_MAX`].
    #[error("the answer is too long")]
    TooLong,
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

impl From<HttpError> for ApiError {
    /// Keeps the innermost reason, such as "connection refused".
    fn from(error: HttpError) -> Self {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::Unreachable(Message::verbatim(cause))
    }
}

/// The server's answer, not yet read as JSON.
pub(crate) struct ApiResponse {
    pub(super) method: &'static str,
    /// HTTP status.
    pub(crate) status: u16,
    /// HTTP headers.
    pub(crate) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    ok: bool,
    result: Option<T>,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl ApiResponse {
    /// The `result`.
    ///
    /// # Errors
    ///
    /// The server's refusal; [`ApiError::Unreachable`] when the answer is not the Bot API's.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.envelope()?.ok_or_else(|| self.not_bot_api())
    }

    /// As [`ApiResponse::read`], for methods of which only the success matters.
    pub(crate) fn read_ok(&self) -> Result<(), ApiError> {
        self.envelope::<IgnoredAny>().map(drop)
    }

    fn envelope<T: DeserializeOwned>(&self) -> Result<Option<T>, ApiError> {
        let answer: Envelope<T> = serde_json::from_slice(&self.body).map_err(|_| self.not_bot_api())?;
        if answer.ok {
            return Ok(answer.result);
        }
        let Envelope { error_code: code, description, parameters, .. } = answer;
        Err(match (code, parameters) {
            (_, Parameters { retry_after: Some(seconds), .. }) => {
                ApiError::RetryAfter(Duration::from_secs(seconds).clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX))
            }
            (_, Parameters { migrate_to_chat_id: Some(id), .. }) => ApiError::MigratedTo(id),
            (429, _) => ApiError::RetryAfter(RETRY_AFTER_MIN),
            (500.., _) => ApiError::Unreachable(message!("error {code}", code)),
            (404, _) if self.method != "getMe" => ApiError::UnknownMethod(self.method),
            _ => ApiError::Refused { method: self.method, code, description },
        })
    }

    fn not_bot_api(&self) -> ApiError {
        ApiError::Unreachable(message!("an answer that is not the Bot API's (HTTP {status})", status = self.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &'static str, body: &str) -> Result<bool, ApiError> {
        ApiResponse { method, status: 200, headers: HeaderMap::new(), body: body.into() }.read()
    }

    #[test]
    fn a_pause_is_neither_nothing_nor_for_days() {
        for (asked, pause) in [(0, 1), (3, 3), (86_400, 3_600), (u64::MAX, 3_600)] {
            let body = format!(r#"{{"ok":false,"error_code":429,"parameters":{{"retry_after":{asked}}}}}"#);
            assert_eq!(read("sendMessage", &body), Err(ApiError::RetryAfter(Duration::from_secs(pause))), "{asked}");
        }
    }

    #[test]
    fn a_method_that_the_server_does_not_know_is_no_unknown_token() {
        let body = r#"{"ok":false,"error_code":404,"description":"Not Found"}"#;
        assert_eq!(read("answerGuestQuery", body), Err(ApiError::UnknownMethod("answerGuestQuery")));
        assert!(read("getMe", body).is_err_and(|error| error.is_unknown_token()));
    }

    #[test]
    fn a_description_is_known_by_its_beginning() {
        let refused =
            |description: &str| ApiError::Refused { method: "sendMessage", code: 400, description: description.into() };
        assert!(refused("Bad Request: Message Thread not found: 7").says("message thread not found"));
        assert!(refused("TOPIC_CLOSED").says("topic_closed") && !refused("TOPIC").says("TOPIC_CLOSED"));
    }

    #[test]
    fn a_log_names_the_kind_of_a_refusal_and_nobody() {
        let shown = |description: &str| {
            let refused = ApiError::Refused { method: "sendMessage", code: 400, description: description.into() };
            refused.to_string().split_once("Telegram refuses sendMessage (400): ").expect("it begins so").1.to_owned()
        };
        let unknown = "for a reason that the log leaves out";
        for (description, kind) in [
            ("Bad Request: chat not found: @kadiatou", "chat not found"),
            ("Forbidden: Bot was kicked from the supergroup chat", "bot was kicked from"),
            ("Bad Request: BUTTON_DATA_INVALID", "BUTTON_DATA_INVALID"),
            ("Bad Request: PEER_ID_INVALID: 556677", "PEER_ID_INVALID"),
            ("Bad Request: user Kadiatou Traoré is odd", unknown),
            ("Bad Request: KADIATOU is odd", unknown),
            ("Bad Request: KADI_T is odd", unknown),
            ("KADI_T wrote: où", unknown),
            ("Kadiatou: où est votre bureau", unknown),
            ("Bad Request: 556677 is odd", unknown),
            ("", unknown),
        ] {
            assert_eq!(shown(description), kind, "{description}");
        }
    }
}
