//! The HTTP response to a webhook delivery, which can carry one call of a method (Bot API, "Making requests when getting
//! updates").

use std::cell::Cell;

use serde::Serialize;
use teloxide::requests::Payload;

use crate::telegram::api::{ApiError, HttpError, method_name};

/// The call that goes out in the response. Telegram carries it out and tells nobody its result, so it serves what is hardly
/// refused: a message to a private chat, an answer to an inline query or to a guest.
#[derive(Default)]
pub(crate) struct WebhookResponse(Cell<Option<Vec<u8>>>);

impl WebhookResponse {
    /// Puts a call into the response.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unreachable`] when the payload cannot be written as JSON.
    pub(crate) fn set<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        #[derive(Serialize)]
        struct Call<'a, P> {
            method: &'static str,
            #[serde(flatten)]
            payload: &'a P,
        }
        let call = serde_json::to_vec(&Call { method: method_name::<P>(), payload }).map_err(HttpError::from)?;
        self.0.set(Some(call));
        Ok(())
    }

    /// The call as JSON, if there is one.
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        self.0.into_inner()
    }
}
