//! The secret of a bot: where it comes from, and what is derived from it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ring::hmac;
use thiserror::Error;

/// The token that @BotFather gave. `Debug` hides it, and there is no `Display`.
pub struct Token(String);

/// Why there is no token. The messages are for the operator.
#[derive(Debug, Error)]
pub enum TokenError {
    /// There is neither a token nor a file.
    #[error(
        "there is no token: set TELOXIDE_TOKEN, or TELOXIDE_TOKEN_FILE to a file that holds it (`palabre chat` needs none)"
    )]
    Missing,
    /// The file of `TELOXIDE_TOKEN_FILE` cannot be read.
    #[error("the token file {} cannot be read: {error}", .file.display())]
    Unreadable {
        /// As the variable names it.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// There is only white space.
    #[error("the token is empty")]
    Empty,
}

impl Token {
    /// The token, white space around it left out.
    ///
    /// # Errors
    ///
    /// [`TokenError::Empty`].
    pub fn new(token: &str) -> Result<Self, TokenError> {
        match token.trim() {
            "" => Err(TokenError::Empty),
            token => Ok(Self(token.to_owned())),
        }
    }

    /// The token itself if there is one, else what `file` holds.
    ///
    /// # Errors
    ///
    /// [`TokenError`], when there is neither, the file cannot be read or the token is empty.
    pub fn read(token: Option<&str>, file: Option<&Path>) -> Result<Self, TokenError> {
        match (token, file) {
            (Some(token), _) => Self::new(token),
            (None, Some(file)) => match std::fs::read_to_string(file) {
                Ok(token) => Self::new(&token),
                Err(error) => Err(TokenError::Unreadable { file: file.to_owned(), error }),
            },
            (None, None) => Err(TokenError::Missing),
        }
    }

    /// The secret itself, for an HTTP request to the Bot API and nothing else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The `secret_token` of the webhook (Bot API, `setWebhook`), which Telegram sends with each delivery. Derived from the
    /// token (HMAC-SHA-256), so every copy of the bot knows it without configuration, and it does not reveal the token.
    #[must_use]
    pub fn webhook_secret(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        let tag = hmac::sign(&key, b"palabre webhook");
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
