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
    /// It has something in it or around it that no token has.
    #[error("the token cannot be right: {0}")]
    Form(TokenFault),
}

/// What is wrong with a text that should be a token. None of it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenFault {
    /// `TELOXIDE_TOKEN=…`, as in a file of variables.
    #[error("it has the name of a variable before it; write what stands behind the `=`, and nothing else")]
    Assignment,
    /// `"…"`, as in a shell.
    #[error("it has quotes around it; leave them out")]
    Quotes,
    /// A byte order mark, or UTF-16, as Windows writes them.
    #[error("its file begins with a byte order mark; save it as UTF-8 without BOM, or as plain ASCII")]
    ByteOrderMark,
    /// Several lines or words.
    #[error("it has white space in it; it is one word, as in 123456:ABC-def")]
    Space,
    /// Another character than a token has.
    #[error("it has a character that no token has; it is digits, a colon and letters, as in 123456:ABC-def")]
    Character,
}

impl Token {
    /// The token, white space around it left out.
    ///
    /// # Errors
    ///
    /// [`TokenError::Empty`], or [`TokenError::Form`] when it cannot be a token.
    pub fn new(token: &str) -> Result<Self, TokenError> {
        let token = token.trim();
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        fault(token).map_or_else(|| Ok(Self(token.to_owned())), |fault| Err(TokenError::Form(fault)))
    }

    /// The token itself if there is one, else what `file` holds.
    ///
    /// # Errors
    ///
    /// [`TokenError`], when there is neither, the file cannot be read or the token is empty.
    pub fn read(token: Option<&str>, file: Option<&Path>) -> Result<Self, TokenError> {
        match (token, file) {
            (Some(token), _) => Self::new(token),
            (None, Some(file)) => match std::fs::read(file) {
                Ok(bytes) if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") => {
                    Err(TokenError::Form(TokenFault::ByteOrderMark))
                }
                // What is no UTF-8 is no token either.
                Ok(bytes) => Self::new(&String::from_utf8_lossy(&bytes)),
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

/// What is wrong with a token, if it can be seen. What form tokens have exactly, only Telegram knows.
fn fault(token: &str) -> Option<TokenFault> {
    let is_quote = |c: char| "\"'`“”«»".contains(c);
    if token.starts_with('\u{FEFF}') {
        Some(TokenFault::ByteOrderMark)
    } else if token.contains('=') {
        Some(TokenFault::Assignment)
    } else if token.contains(is_quote) {
        Some(TokenFault::Quotes)
    } else if token.contains(char::is_whitespace) {
        Some(TokenFault::Space)
    } else if token.contains(|c: char| !c.is_ascii_alphanumeric() && !":_-".contains(c)) {
        Some(TokenFault::Character)
    } else {
        None
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(bytes: &[u8]) -> Result<String, TokenError> {
        let file = tempfile::NamedTempFile::new().expect("it works");
        std::fs::write(file.path(), bytes).expect("it works");
        Token::read(None, Some(file.path())).map(|token| token.secret().to_owned())
    }

    #[test]
    fn what_is_no_token_is_said_to_be_none_and_not_repeated() {
        let utf16: Vec<u8> = "\u{FEFF}123:secret".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, expected) in [
            (&b"\"123:secret\"\n"[..], TokenFault::Quotes),
            (b"'123:secret'", TokenFault::Quotes),
            ("« 123:secret »".as_bytes(), TokenFault::Quotes),
            (b"\xEF\xBB\xBF123:secret\r\n", TokenFault::ByteOrderMark),
            (&utf16, TokenFault::ByteOrderMark),
            (b"TELOXIDE_TOKEN=123:secret", TokenFault::Assignment),
            (b"export TELOXIDE_TOKEN=\"123:secret\"", TokenFault::Assignment),
            (b"123:secret\n456:other", TokenFault::Space),
            (b"123: secret", TokenFault::Space),
            (b"<123:secret>", TokenFault::Character),
            (b"123:s\xE9cret", TokenFault::Character),
        ] {
            let error = of_file(bytes).expect_err("it is none");
            assert!(matches!(error, TokenError::Form(fault) if fault == expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("cret"), "{error}");
        }
        assert!(matches!(of_file(b" \n"), Err(TokenError::Empty)));
        assert_eq!(of_file(b"\n 123:AB-c_d \r\n").expect("it is one"), "123:AB-c_d");
    }
}
