//! What is said of a file that is not TOML, and of types: in the words of editors.

use toml::de::DeValue;

use crate::message;
use crate::messages::Message;

/// What the `toml` crate says of a wrong syntax. Its rarer sentences stay in English.
pub(super) fn syntax_error(message: &str) -> Message {
    if let Some((problem, expected)) = message.split_once(", expected ") {
        return message!("{problem}, expected {expected}", problem = syntax_error(problem), expected);
    }
    match message {
        "invalid basic string" => message!("a text in quotes that does not end on its line"),
        "invalid literal string" => message!("a text in single quotes that does not end on its line"),
        "invalid multi-line basic string" => message!("a text in three quotes that does not end"),
        "invalid multi-line literal string" => message!("a text in three single quotes that does not end"),
        "extra `=`" => message!("extra `=`"),
        "extra comma in array" => message!("extra comma in array"),
        "extra comma in inline table" => message!("extra comma in inline table"),
        "invalid key-value pair" => message!("invalid key-value pair"),
        "invalid unquoted key" => message!("invalid unquoted key"),
        "invalid value" => message!("invalid value"),
        "duplicate key" => message!("duplicate key"),
        "key with no value" => message!("key with no value"),
        "missing assignment between key-value pairs" => message!("missing assignment between key-value pairs"),
        "missing comma between array elements" => message!("missing comma between array elements"),
        "missing comma between key-value pairs" => message!("missing comma between key-value pairs"),
        "missing opening quote" => message!("missing opening quote"),
        "missing value" => message!("missing value"),
        "missing value for key" => message!("missing value for key"),
        "string values must be quoted" => message!("string values must be quoted"),
        "unclosed array" => message!("unclosed array"),
        "unclosed array table" => message!("unclosed array table"),
        "unclosed inline table" => message!("unclosed inline table"),
        "unclosed table" => message!("unclosed table"),
        "unexpected content" => message!("unexpected content"),
        "unexpected content between comment and newline" => message!("unexpected content between comment and newline"),
        "unexpected key or value" => message!("unexpected key or value"),
        "unexpected leading zero" => message!("unexpected leading zero"),
        "unquoted keys cannot be empty" => message!("unquoted keys cannot be empty"),
        _ => Message::verbatim(message),
    }
}

/// What a type of TOML is called.
pub(super) fn type_name(value: &DeValue<'_>) -> Message {
    match value {
        DeValue::String(_) => message!("text"),
        DeValue::Integer(_) | DeValue::Float(_) => message!("number"),
        DeValue::Boolean(_) => message!("`true` or `false`"),
        DeValue::Datetime(_) => message!("date"),
        DeValue::Array(_) => message!("list"),
        DeValue::Table(_) => message!("table"),
    }
}

/// What to write instead of what is not TOML.
pub(super) fn syntax_help(written: &str, message: &str) -> Message {
    if written.contains(['“', '”', '„', '«', '»', '‘', '’']) {
        message!("these are typographic quotes: a text begins and ends with straight ones, as \"…\"")
    } else if written.contains(['\u{a0}', '\u{202f}']) {
        message!("a non-breaking space stands here: replace it by a plain one")
    } else if message.contains("unquoted key") && !written.is_ascii() {
        message!("a key with accents stands in quotes, as `\"école\" = \"ecole\"`")
    } else if message.contains("duplicate") {
        message!("this stands twice in the file: keep one of the two")
    } else if message.contains("escape") || message.contains("unicode") {
        message!("a backslash is written as `\\\\` in a text")
    } else if message.contains("recurs") {
        message!("tables and lists stand within each other at most 80 deep")
    } else if message.contains("basic string") || message.contains("literal string") {
        message!("put a quote at its end; quotes within it are written as “…” or `\\\"`")
    } else if message.contains("newline") {
        message!("a text ends at the second quote: write quotes within it as “…” or `\\\"`")
    } else {
        message!("texts stand in quotes, keys are followed by `=`, lists stand in [ ] with commas between")
    }
}
