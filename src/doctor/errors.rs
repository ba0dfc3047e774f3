//! Errors of other rooms, as findings say them.

use crate::message;
use crate::messages::Message;
use crate::telegram::api::ApiError;
use crate::telegram::{ApiConfigError, TokenError};

/// Why a request did not do what it should.
pub(super) fn api(error: &ApiError) -> Message {
    match error {
        ApiError::RetryAfter(pause) => message!("Telegram asks for a pause of {seconds} s", seconds = pause.as_secs()),
        ApiError::Unreachable(cause) => message!("Telegram cannot be reached: {cause}", cause),
        ApiError::UnknownMethod(method) => message!("this server does not know the method {method}", method),
        ApiError::Refused { .. } | ApiError::MigratedTo(_) => Message::verbatim(error),
    }
}

/// Why there is no token.
pub(super) fn token(error: &TokenError) -> Message {
    match error {
        TokenError::Missing => message!(
            "there is no token: set TELOXIDE_TOKEN, or TELOXIDE_TOKEN_FILE to a file that holds it (`palabre chat` needs none)"
        ),
        TokenError::Unreadable { file, error } => message!(
            "the token file {file} cannot be read: {reason}",
            file = file.display(),
            reason = Message::of_io(error)
        ),
        TokenError::Empty => message!("the token is empty"),
    }
}

/// Why the server cannot be asked.
pub(super) fn api_config(error: &ApiConfigError) -> Message {
    match error {
        ApiConfigError::Server => message!("TELOXIDE_API_URL is not an address, as https://api.telegram.org"),
        ApiConfigError::Proxy => message!("TELOXIDE_PROXY is not an address, as http://proxy.example:3128"),
        ApiConfigError::Client(error) => message!("the HTTP client cannot be built: {error}", error),
    }
}
