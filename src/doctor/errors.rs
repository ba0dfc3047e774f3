//! Errors of other rooms, as findings say them.

use crate::message;
use crate::messages::Message;
use crate::telegram::api::ApiError;
use crate::telegram::{ApiConfigError, TokenError, TokenFault};

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
        TokenError::Form(fault) => message!("the token cannot be right: {reason}", reason = token_fault(*fault)),
    }
}

fn token_fault(fault: TokenFault) -> Message {
    match fault {
        TokenFault::Assignment => {
            message!("it has the name of a variable before it; write what stands behind the `=`, and nothing else")
        }
        TokenFault::Quotes => message!("it has quotes around it; leave them out"),
        TokenFault::ByteOrderMark => {
            message!("its file begins with a byte order mark; save it as UTF-8 without BOM, or as plain ASCII")
        }
        TokenFault::Space => message!("it has white space in it; it is one word, as in 123456:ABC-def"),
        TokenFault::Character => {
            message!("it has a character that no token has; it is digits, a colon and letters, as in 123456:ABC-def")
        }
    }
}

/// Why the server cannot be asked.
pub(super) fn api_config(error: &ApiConfigError) -> Message {
    match error {
        ApiConfigError::Server => message!("TELOXIDE_API_URL is not an address, as https://api.telegram.org"),
        ApiConfigError::Proxy => {
            message!("TELOXIDE_PROXY is not an address, as http://proxy.example:3128 or socks5h://127.0.0.1:9050")
        }
        ApiConfigError::Client(error) => message!("the HTTP client cannot be built: {error}", error),
    }
}
