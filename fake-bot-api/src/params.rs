//! The parameters of a request: read from JSON, query or form, then held against the list of the method.

use serde_json::{Map, Value};

use super::{bot_api::BotApi, files::Upload, state::Refusal};

/// Before the name of a file part.
const ATTACH: &str = "attach://";

/// The type of a parameter in the documentation.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Integer,
    /// With or without a fraction.
    Number,
    Text,
    /// A `file_id`, `attach://` with the name of a file part, or nothing beside a file part of the parameter's name.
    File,
    Flag,
    /// An object or array; Telegram takes it as a string of JSON too.
    Json,
}

/// A parameter that the documentation of a method lists.
pub(crate) struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

/// Parameters of the right names and types, and the files of the request.
pub(crate) struct Params {
    values: Map<String, Value>,
    files: Vec<Upload>,
    /// Whether the server is too old for some of them and ignores those.
    pub some_ignored: bool,
}

impl Params {
    /// Only what is listed is kept; the names that are not are given back beside it.
    ///
    /// # Errors
    /// If a required one is missing or one has the wrong type.
    pub(crate) fn read(
        listed: &[Param],
        raw: &Map<String, Value>,
        files: &[Upload],
    ) -> Result<(Params, Vec<String>), Refusal> {
        let mut values = Map::new();
        for param in listed {
            let value = raw.get(param.name).filter(|value| !value.is_null());
            match value {
                Some(value) => {
                    let value = typed(param.kind, value).ok_or_else(|| {
                        let rule = format!("{} has the wrong type", param.name);
                        Refusal::violation(rule, &format!("can't parse parameter \"{}\"", param.name))
                    })?;
                    values.insert(param.name.to_owned(), value);
                }
                None if param.required => {
                    return Err(Refusal::violation(format!("{} is missing", param.name), &missing(param.name)));
                }
                None => {}
            }
        }
        let is_listed = |name: &&String| listed.iter().any(|param| param.name == name.as_str());
        let unknown = raw.keys().filter(|name| !is_listed(name)).cloned().collect();
        Ok((Params { values, files: files.to_vec(), some_ignored: false }, unknown))
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.values.get(name)?.as_i64()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.values.get(name)?.as_f64()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn json(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The elements of an array; none if it is not there.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.values.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The file behind `attach://NAME`.
    pub(crate) fn attached(&self, reference: &str) -> Option<&Upload> {
        let name = reference.strip_prefix(ATTACH)?;
        self.files.iter().find(|file| file.name == name)
    }

    /// The file that a parameter names, or that goes by the parameter's own name.
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        match self.text(name).filter(|text| !text.is_empty()) {
            Some(reference) => self.attached(reference),
            None => self.files.iter().find(|file| file.name == name),
        }
    }

    /// The names of the file parts that no parameter is or names.
    pub(crate) fn unnamed_files(&self, listed: &[Param]) -> Vec<&str> {
        let files = listed.iter().filter(|param| matches!(param.kind, Kind::File));
        let mut named: Vec<&str> =
            files.filter(|param| self.text(param.name).is_none()).map(|param| param.name).collect();
        let values = listed.iter().filter(|param| matches!(param.kind, Kind::File | Kind::Json));
        values.filter_map(|param| self.values.get(param.name)).for_each(|value| add_attached(value, &mut named));
        self.files.iter().map(|file| file.name.as_str()).filter(|name| !named.contains(name)).collect()
    }

    /// Takes out what a server of this version ignores.
    pub(crate) fn ignore_newer(&mut self, version: BotApi) {
        self.some_ignored = version.ignore_newer(&mut self.values);
    }

    pub(crate) fn to_json(&self) -> Value {
        Value::Object(self.values.clone())
    }
}

/// The names behind `attach://` in JSON, however deep they stand.
fn add_attached<'a>(json: &'a Value, names: &mut Vec<&'a str>) {
    match json {
        Value::String(text) => names.extend(text.strip_prefix(ATTACH)),
        Value::Array(items) => items.iter().for_each(|item| add_attached(item, names)),
        Value::Object(fields) => fields.values().for_each(|field| add_attached(field, names)),
        _ => {}
    }
}

/// The chat of raw parameters, for faults, which come before any check.
pub(crate) fn chat_id(raw: &Map<String, Value>) -> Option<i64> {
    typed(Kind::Integer, raw.get("chat_id")?)?.as_i64()
}

fn missing(name: &str) -> String {
    match name {
        "text" => "message text is empty".to_owned(),
        "chat_id" => "chat_id is empty".to_owned(),
        _ => format!("parameter \"{name}\" is required"),
    }
}

/// The value as its kind wants it. Query and form know only strings.
pub(crate) fn typed(kind: Kind, value: &Value) -> Option<Value> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (value, fits): (Value, fn(&Value) -> bool) = match (kind, value) {
        (Kind::Text | Kind::File, Value::String(_)) => return Some(value.clone()),
        (Kind::Text | Kind::File, _) => return None,
        (_, Value::String(text)) => (parsed(text)?, fits(kind)),
        (_, value) => (value.clone(), fits(kind)),
    };
    fits(&value).then_some(value)
}

fn fits(kind: Kind) -> fn(&Value) -> bool {
    match kind {
        Kind::Integer => |value| value.is_i64(),
        Kind::Number => Value::is_number,
        Kind::Text | Kind::File => Value::is_string,
        Kind::Flag => Value::is_boolean,
        Kind::Json => |value| value.is_object() || value.is_array(),
    }
}

/// Reads `name=value&…` of a query or a form.
pub(crate) fn read_form(form: &str) -> Map<String, Value> {
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), Value::String(decoded(value))))
        .collect()
}

/// Undoes percent-encoding; what is not an escape stays as it is.
fn decoded(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = tail.get(..2).filter(|_| *first == b'%');
        let byte = escape.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(match (byte, first) {
            (Some(byte), _) => byte,
            (None, b'+') => b' ',
            (None, other) => *other,
        });
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
