//! Requests with a file: `multipart/form-data`, by teloxide's [`InputFile`] and `MultipartRequest`.
//!
//! The payload is one of ours, because teloxide's lack newer options; its fields become the texts of a form.

use std::marker::PhantomData;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;
use teloxide::RequestError;
use teloxide::requests::{MultipartPayload, MultipartRequest, Payload, Request};
use teloxide::types::InputFile;

use super::error::{ApiError, HttpError, RETRY_AFTER_MAX, RETRY_AFTER_MIN};
use super::{Api, method_name};
use crate::message;

/// How long an upload may take: 1 MB at 20 kB/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);
/// What Telegram's server, or one before it, says with a status of 5xx. teloxide passes on these words alone.
const SERVER_ERRORS: [&str; 4] = ["Bad Gateway", "Internal Server Error", "Gateway Timeout", "Service Unavailable"];

/// A payload `P` with a file.
pub(crate) struct Upload<P> {
    fields: Vec<(String, String)>,
    file: Option<InputFile>,
    payload: PhantomData<fn() -> P>,
}

impl<P> Upload<P> {
    /// A file under a name, and the payload that names it by its `attach://` address.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unreachable`] when the payload cannot be written as JSON.
    pub(crate) fn new<Q: Serialize>(
        name: &str,
        bytes: Vec<u8>,
        payload: impl FnOnce(String) -> Q,
    ) -> Result<Self, ApiError> {
        let file = InputFile::memory(bytes).file_name(name.to_owned());
        // The file keeps the address that is made here.
        let address = serde_json::to_value(&file).map_err(HttpError::from)?;
        let payload = payload(address.as_str().unwrap_or_default().to_owned());
        let Value::Object(fields) = serde_json::to_value(payload).map_err(HttpError::from)? else {
            return Err(ApiError::Unreachable(message!("the payload is no object")));
        };
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let fields = fields.into_iter().map(|(name, value)| (name, text(value))).collect();
        Ok(Self { fields, file: Some(file), payload: PhantomData })
    }
}

impl<P> Serialize for Upload<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields.iter().map(|(name, value)| (name, value)))
    }
}

impl<P: Payload> Payload for Upload<P> {
    type Output = P::Output;
    const NAME: &'static str = P::NAME;
}

impl<P: Payload> MultipartPayload for Upload<P> {
    fn copy_files(&self, into: &mut dyn FnMut(InputFile)) {
        self.file.iter().cloned().for_each(into);
    }

    fn move_files(&mut self, into: &mut dyn FnMut(InputFile)) {
        self.file.take().into_iter().for_each(into);
    }
}

impl Api {
    /// Uploads a file, and reads the result of the method.
    ///
    /// # Errors
    ///
    /// Any [`ApiError`]; nothing is tried again.
    pub(crate) async fn upload<P>(&self, upload: Upload<P>) -> Result<P::Output, ApiError>
    where
        P: Payload + 'static,
        P::Output: DeserializeOwned,
    {
        let request = MultipartRequest::new(self.bot.clone(), upload).send();
        match tokio::time::timeout(UPLOAD_TIMEOUT, request).await {
            Ok(result) => result.map_err(|error| of_teloxide(error, method_name::<P>())),
            Err(_) => Err(ApiError::Unreachable(message!("there was no answer in time"))),
        }
    }
}

/// teloxide's error as ours.
fn of_teloxide(error: RequestError, method: &'static str) -> ApiError {
    match error {
        RequestError::RetryAfter(pause) => {
            ApiError::RetryAfter(pause.duration().clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX))
        }
        RequestError::MigrateToChatId(chat) => ApiError::MigratedTo(chat.0),
        // 401 and 404 are one for teloxide. `getMe` has taken the token, and a poll learns when it is revoked.
        RequestError::Api(teloxide::ApiError::InvalidToken) => ApiError::UnknownMethod(method),
        // Those that teloxide does not know are shown in quotes.
        RequestError::Api(error) => match unquoted(error) {
            text if SERVER_ERRORS.iter().any(|words| text.starts_with(words)) => {
                ApiError::Unreachable(message!("the server has an error"))
            }
            description if description.starts_with("Forbidden") => ApiError::Refused { method, code: 403, description },
            description => ApiError::Refused { method, code: 400, description },
        },
        // Its text may hold the address, and that the token.
        RequestError::Network(_) => ApiError::Unreachable(message!("the upload did not arrive")),
        RequestError::InvalidJson { .. } => ApiError::Unreachable(message!("the server has an error")),
        RequestError::Io(_) => ApiError::Unreachable(message!("the upload did not arrive")),
    }
}

fn unquoted(error: teloxide::ApiError) -> String {
    match error {
        teloxide::ApiError::Unknown(description) => description,
        known => known.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_what_the_same_refusal_of_json_would_be() {
        use teloxide::ApiError as Theirs;
        let of = |theirs: Theirs| of_teloxide(RequestError::Api(theirs), "sendVoice");
        let unknown = |text: &str| of(Theirs::Unknown(text.to_owned()));
        assert!(of(Theirs::BotBlocked).is_forbidden());
        assert!(unknown("Bad Request: VOICE_MESSAGES_FORBIDDEN").says("VOICE_MESSAGES_FORBIDDEN"));
        assert!(matches!(unknown("Bad Gateway"), ApiError::Unreachable(_)));
        let not_found = serde_json::from_str(r#""Not Found""#).expect("a description");
        assert_eq!(of(not_found), ApiError::UnknownMethod("sendVoice"));
    }
}
