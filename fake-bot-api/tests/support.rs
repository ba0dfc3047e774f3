//! A bot of a few lines: one blocking request a connection.

use std::{
    fmt,
    io::{self, Read, Write},
    net::TcpStream,
    ops::Deref,
    time::Duration,
};

use fake_bot_api::{Fake, TOKEN};
use serde_json::{Value, json};

pub(crate) const PERSON: i64 = 7;
pub(crate) const GROUP: i64 = -1_001_000_000_007;

/// A bot and the fake that it talks to.
pub(crate) struct Bot {
    fake: Fake,
}

impl Deref for Bot {
    type Target = Fake;

    fn deref(&self) -> &Fake {
        &self.fake
    }
}

impl Bot {
    /// [`PERSON`] has written to it, and it is in [`GROUP`]. Nothing of this is in the queue any more.
    pub(crate) fn start() -> Bot {
        let bot = Bot { fake: Fake::start() };
        let update = bot.private_message(PERSON, "/start").update_id;
        bot.group(GROUP, true);
        bot.poll(json!({ "offset": update + 1 }));
        bot.advance_clock(Duration::from_secs(4)); // The offset of the next poll is not throttled.
        bot
    }

    /// The `result`, or the whole answer that is none.
    pub(crate) fn call(&self, method: &str, body: impl Into<Body>) -> Result<Value, Value> {
        let Body { content_type, bytes, .. } = body.into();
        let (_, answer) = send(&self.url(), &format!("/bot{TOKEN}/{method}"), &content_type, &bytes).unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        if answer["ok"] == true { Ok(answer["result"].take()) } else { Err(answer) }
    }

    /// The ids of the updates that a poll gets.
    #[track_caller]
    pub(crate) fn poll(&self, params: Value) -> Vec<i64> {
        let updates = self.accepts("getUpdates", params);
        updates.as_array().unwrap().iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
    }

    /// # Panics
    /// If the request is refused, or breaks a rule.
    #[track_caller]
    pub(crate) fn accepts(&self, method: &str, params: impl Into<Body>) -> Value {
        let params = params.into();
        let violations = self.violations().len();
        let result = self.call(method, params.clone());
        let result = result.unwrap_or_else(|answer| panic!("{method} {params} is refused: {answer}"));
        assert_eq!(self.violations()[violations..], [""; 0], "{method} {params}");
        result
    }

    /// # Panics
    /// If the request is carried out, refused with another code or description, or counted as a violation.
    #[track_caller]
    pub(crate) fn refuses(&self, method: &str, params: impl Into<Body>, code: u16, description: &str) {
        let params = params.into();
        let violations = self.violations().len();
        let answer = self.call(method, params.clone()).expect_err(&format!("{method} {params}"));
        assert_eq!(answer["error_code"], code, "{answer}");
        let said = answer["description"].as_str().unwrap();
        assert!(said.contains(description), "{method} {params} is refused with {said:?}");
        assert_eq!(self.violations()[violations..], [""; 0], "{method} {params}");
    }

    /// # Panics
    /// If the request does not break one rule, that of this name. Whether it is carried out does not matter.
    #[track_caller]
    pub(crate) fn violates(&self, method: &str, params: impl Into<Body>, rule: &str) {
        let params = params.into();
        let before = self.violations().len();
        let _ = self.call(method, params.clone());
        let violations = self.violations().split_off(before);
        assert_eq!(violations.len(), 1, "{method} {params}: {violations:?}");
        assert!(violations[0].contains(rule), "{method} {params}: {violations:?}");
    }
}

/// The body of a request: JSON, or a form with files.
#[derive(Clone)]
pub(crate) struct Body {
    content_type: String,
    pub bytes: Vec<u8>,
    /// For the message of a panic.
    shown: String,
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl From<Value> for Body {
    fn from(params: Value) -> Body {
        let shown = params.to_string();
        Body { content_type: "application/json".to_owned(), bytes: shown.clone().into_bytes(), shown }
    }
}

/// `multipart/form-data`; each file is the name of its part, the name of the file and the bytes.
pub(crate) fn form(params: &Value, files: &[(&str, &str, &[u8])]) -> Body {
    const BOUNDARY: &str = "b0undary";
    let mut bytes = Vec::new();
    for (name, value) in params.as_object().unwrap() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        write!(bytes, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
    }
    for (name, file_name, file) in files {
        let disposition = format!("form-data; name=\"{name}\"; filename=\"{file_name}\"");
        write!(bytes, "--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n").unwrap();
        bytes.extend_from_slice(file);
        bytes.extend_from_slice(b"\r\n");
    }
    write!(bytes, "--{BOUNDARY}--\r\n").unwrap();
    let names: Vec<_> = files.iter().map(|(name, ..)| name).collect();
    Body {
        content_type: format!("multipart/form-data; boundary={BOUNDARY}"),
        bytes,
        shown: format!("{params} with the files {names:?}"),
    }
}

/// [`send`] with a text.
pub(crate) fn request(url: &str, path: &str, content_type: &str, body: &str) -> io::Result<(String, String)> {
    send(url, path, content_type, body.as_bytes())
}

/// The head and the body of the answer to a request; a GET if the body is empty.
fn send(url: &str, path: &str, content_type: &str, body: &[u8]) -> io::Result<(String, String)> {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    let verb = if body.is_empty() { "GET" } else { "POST" };
    write!(
        stream,
        "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok((head.to_owned(), body.to_owned()))
}
