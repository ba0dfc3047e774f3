//! TOML tables → fields, with a diagnostic for every key that is unknown, missing or of another type.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::syntax::{syntax_error, syntax_help, type_name};
use super::{RawInterface, RawLabelled, RawSectionContact, RawText, RawTranslations, Spanned};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::message;
use crate::messages::Message;

/// The most syntax errors of one file that are reported: those after the first few mostly follow from them.
const SYNTAX_ERRORS_MAX: usize = 3;

/// The most texts of a list. The longest that is shipped, the stop-words of a language, has some 1,300.
const LIST_MAX: usize = 2_000;
/// The longest text of a list, in bytes: a question that somebody asks, a word, an address.
const LISTED_TEXT_MAX: usize = 1_000;

/// The longest text, in bytes. A body that can be shown has 9,000 UTF-16 units of up to three bytes, and addresses of links.
pub(crate) const TEXT_MAX: usize = 60_000;
/// The longest key, in bytes: of longer ones, which nothing reads, the beginning is named.
const KEY_MAX: usize = 200;

type Entries<'a> = Vec<(Spanned<String>, Spanned<DeValue<'a>>)>;

/// Reads one file.
pub(crate) struct Reader<'a> {
    source: &'a Source,
    report: &'a mut Report,
}

/// One table. Its keys are known by being read; [`Reader::fields`] reports those that are left.
pub(super) struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    entries: Entries<'a>,
    known: Vec<&'static str>,
    /// Where a missing key is reported.
    span: Range<usize>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source, report: &'a mut Report) -> Self {
        Self { source, report }
    }

    /// The file as one table.
    pub(super) fn document<T>(&mut self, read: impl FnOnce(&mut Fields<'_, 'a>) -> T) -> T {
        let entries = self.parse();
        self.fields(entries, 0..0, read)
    }

    /// The file as tables under keys that the editor chose.
    pub(super) fn tables<T>(&mut self, mut read: impl FnMut(Spanned<String>, &mut Fields<'_, 'a>) -> T) -> Vec<T> {
        let entries = self.parse().into_iter();
        let read = |(key, value): (Spanned<String>, _)| {
            let (entries, span) = (self.table(value), key.span.clone());
            self.fields(entries, span, |fields| read(key, fields))
        };
        entries.map(read).collect()
    }

    /// `known` lists the dotted keys that an interface has.
    pub(in crate::content) fn interface(mut self, known: &[&str]) -> RawInterface {
        let mut interface = RawInterface::default();
        for (key, value) in self.parse() {
            if key.value == "months" || key.value == "days" {
                let span = value.span.clone();
                let list = if key.value == "months" { &mut interface.months } else { &mut interface.days };
                *list = Some(Spanned { value: self.strings(value), span });
            } else if key.value == "please" {
                interface.please = self.strings(value);
            } else if key.value == "reactions" {
                interface.reactions = self.strings(value);
            } else {
                self.texts(key.value.clone(), &key, value, known, &mut interface);
            }
        }
        interface
    }

    pub(in crate::content) fn translations(mut self) -> Vec<RawTranslations> {
        let languages = self.parse().into_iter();
        let read = |(language, value): (Spanned<String>, _)| {
            let notes = self.table(value).into_iter();
            let notes = notes.filter_map(|(key, value)| Some((key, self.string(value)?))).collect();
            RawTranslations { language, notes }
        };
        languages.map(read).collect()
    }

    fn texts(
        &mut self,
        path: String,
        key: &Spanned<String>,
        value: Spanned<DeValue<'a>>,
        known: &[&str],
        out: &mut RawInterface,
    ) {
        let is_group = known.iter().any(|k| k.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.')));
        if is_group {
            for (key, value) in self.table(value) {
                self.texts(format!("{path}.{}", key.value), &key, value, known, out);
            }
        } else if known.contains(&path.as_str()) {
            if let Some(text) = self.string(value) {
                out.texts.push((path, text));
            }
        } else {
            let group = path.rsplit_once('.').map_or(String::new(), |(group, _)| format!("{group}."));
            let in_group = known.iter().filter_map(|k| k.strip_prefix(group.as_str())?.split('.').next());
            self.unknown(key, &in_group.collect::<Vec<_>>());
        }
    }

    fn parse(&mut self) -> Entries<'a> {
        let (table, errors) = DeTable::parse_recoverable(&self.source.text);
        for error in errors.into_iter().take(SYNTAX_ERRORS_MAX) {
            let span = self.visible(error.span().unwrap_or(0..0));
            let message = error.message().lines().next().unwrap_or("syntax error");
            let help = syntax_help(&self.source.text[span.clone()], message);
            self.error(
                Code::TomlSyntax,
                span,
                message!("this is not TOML: {problem}", problem = syntax_error(message)),
                help,
            );
        }
        entries(table.into_inner())
    }

    fn fields<T>(
        &mut self,
        entries: Entries<'a>,
        span: Range<usize>,
        read: impl FnOnce(&mut Fields<'_, 'a>) -> T,
    ) -> T {
        let mut fields = Fields { reader: self, entries, known: Vec::new(), span };
        let value = read(&mut fields);
        let Fields { entries, known, .. } = fields;
        entries.iter().for_each(|(key, _)| self.unknown(key, &known));
        value
    }

    fn table(&mut self, value: Spanned<DeValue<'a>>) -> Entries<'a> {
        match value.value {
            DeValue::Table(table) => entries(table),
            other => self.wrong_type(message!("a table"), &other, value.span),
        }
    }

    fn array(&mut self, value: Spanned<DeValue<'a>>) -> Vec<Spanned<DeValue<'a>>> {
        match value.value {
            DeValue::Array(array) => {
                array.into_iter().map(|item| Spanned { span: item.span(), value: item.into_inner() }).collect()
            }
            other => self.wrong_type(message!("a list in [ ]"), &other, value.span),
        }
    }

    fn by_language(&mut self, value: Spanned<DeValue<'a>>) -> Option<RawText> {
        let span = value.span.clone();
        let texts = match value.value {
            DeValue::Table(table) => {
                entries(table).into_iter().filter_map(|(tag, text)| Some((Some(tag), self.string(text)?))).collect()
            }
            DeValue::String(_) => vec![(None, self.string(value)?)],
            other => {
                return self.wrong_type(
                    message!("a text in quotes, or a table of texts by language"),
                    &other,
                    value.span,
                );
            }
        };
        Some(RawText { span, texts })
    }

    fn strings(&mut self, value: Spanned<DeValue<'a>>) -> Vec<Spanned<String>> {
        let mut items = self.array(value);
        if let Some(item) = items.get(LIST_MAX) {
            let message =
                message!("this list has {count} texts; {max} are the most", count = items.len(), max = LIST_MAX);
            self.error(Code::TextTooLong, item.span.clone(), message, message!("keep what says something of its own"));
            items.truncate(LIST_MAX);
        }
        let mut strings: Vec<_> = items.into_iter().filter_map(|item| self.listed_string(item)).collect();
        // They are collected in the memory of the values, each of which is several times larger.
        strings.shrink_to_fit();
        strings
    }

    fn listed_string(&mut self, value: Spanned<DeValue<'a>>) -> Option<Spanned<String>> {
        let text = self.string(value)?;
        if text.value.len() > LISTED_TEXT_MAX {
            let message = message!(
                "this text of a list has {count} bytes; {max} are the most",
                count = text.value.len(),
                max = LISTED_TEXT_MAX
            );
            self.error(Code::TextTooLong, text.span, message, message!("say it in one sentence"));
            return None;
        }
        Some(text)
    }

    fn string(&mut self, value: Spanned<DeValue<'a>>) -> Option<Spanned<String>> {
        match value.value {
            DeValue::String(text) if text.len() > TEXT_MAX => {
                let message =
                    message!("this text has {count} bytes; {max} are the most", count = text.len(), max = TEXT_MAX);
                self.error(Code::TextTooLong, value.span.clone(), message, message!("divide it into sections"));
                // Its beginning is looked at, so that it does not count as missing.
                let beginning = &text[..text.floor_char_boundary(TEXT_MAX)];
                Some(Spanned { value: beginning.replace("\r\n", "\n"), span: value.span })
            }
            DeValue::String(text) => Some(Spanned { value: text.replace("\r\n", "\n"), span: value.span }),
            other => self.wrong_type(message!("a text in quotes"), &other, value.span),
        }
    }

    /// Reports a value of another type, and gives the empty value instead.
    fn wrong_type<T: Default>(&mut self, wanted: Message, got: &DeValue<'_>, span: Range<usize>) -> T {
        let message =
            message!("{wanted} has to stand here, not a value of type {found}", wanted, found = type_name(got));
        self.error(Code::WrongType, span, message, message!("write {wanted}", wanted));
        T::default()
    }

    fn unknown(&mut self, key: &Spanned<String>, known: &[&str]) {
        let help = match did_you_mean(&key.value, known.iter().copied()) {
            Some(near) => message!("did you mean `{near}`?", near),
            None => message!("the keys here are {keys}", keys = list(known)),
        };
        self.error(
            Code::UnknownKey,
            key.span.clone(),
            message!("nothing reads the key `{key}`", key = key.value),
            help,
        );
    }

    fn error(&mut self, code: Code, span: Range<usize>, message: Message, help: Message) {
        let location = Location::span(&self.source.path, self.visible(span));
        self.report.error(code, location, message, help);
    }

    /// A span that lies in the file, at character boundaries.
    fn visible(&self, span: Range<usize>) -> Range<usize> {
        let text = &self.source.text;
        let start = text.floor_char_boundary(span.start.min(text.len()));
        start..text.ceil_char_boundary(span.end.clamp(start, text.len()))
    }
}

impl<'a> Fields<'_, 'a> {
    pub(super) fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.take(key).and_then(|value| self.reader.string(value))
    }

    pub(super) fn strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.take(key).map(|value| self.reader.strings(value)).unwrap_or_default()
    }

    /// A text, or a list of them; `None` when the key is not there.
    pub(super) fn one_or_more(&mut self, key: &'static str) -> Option<Vec<Spanned<String>>> {
        let value = self.take(key)?;
        if value.value.as_array().is_some_and(|array| array.is_empty()) {
            self.reader.error(
                Code::MissingKey,
                value.span.clone(),
                message!("`{key}` names nothing", key),
                message!("name at least one, or leave the key out"),
            );
            return None;
        }
        Some(match value.value {
            DeValue::Array(_) => self.reader.strings(value),
            _ => self.reader.string(value).into_iter().collect(),
        })
    }

    /// A text, or a table of texts by language.
    pub(super) fn by_language(&mut self, key: &'static str) -> Option<RawText> {
        self.take(key).and_then(|value| self.reader.by_language(value))
    }

    /// A list of texts and of tables with a text under `value` and a label.
    pub(super) fn labelled(&mut self, key: &'static str, value: &'static str) -> Vec<RawLabelled> {
        let items = self.take(key).map(|value| self.reader.array(value)).unwrap_or_default();
        let read = |item: Spanned<DeValue<'a>>| {
            if !matches!(item.value, DeValue::Table(_)) {
                return Some(RawLabelled { value: self.reader.string(item)?, label: None });
            }
            let span = item.span.start..item.span.start + 1;
            let entries = self.reader.table(item);
            self.reader.fields(entries, span, |fields| {
                let written = fields.required(value, message!("it is what the label belongs to"));
                let label = fields.by_language("label");
                Some(RawLabelled { value: written?, label })
            })
        };
        items.into_iter().filter_map(read).collect()
    }

    /// A list of numbers.
    pub(super) fn numbers(&mut self, key: &'static str) -> Option<Spanned<Vec<f64>>> {
        let value = self.take(key)?;
        let span = value.span.clone();
        let mut numbers = Vec::new();
        for item in self.reader.array(value) {
            let number = match &item.value {
                DeValue::Float(number) => number.as_str().parse().ok(),
                DeValue::Integer(number) => number.as_str().parse().ok(),
                _ => None,
            };
            match number {
                Some(number) => numbers.push(number),
                None => return self.reader.wrong_type(message!("a number"), &item.value, item.span),
            }
        }
        Some(Spanned { value: numbers, span })
    }

    /// `true`, or the id of a contact.
    pub(super) fn section_contact(&mut self, key: &'static str) -> Option<RawSectionContact> {
        let value = self.take(key)?;
        match value.value {
            DeValue::Boolean(yes) => yes.then_some(RawSectionContact::Main),
            DeValue::String(_) => self.reader.string(value).map(RawSectionContact::Named),
            other => self.reader.wrong_type(message!("`true` or the id of a contact in quotes"), &other, value.span),
        }
    }

    /// A text that has to be there; `why` is said to who left it out.
    pub(super) fn required(&mut self, key: &'static str, why: Message) -> Option<Spanned<String>> {
        let text = self.string(key);
        if text.is_none() {
            self.missing(key, why);
        }
        text
    }

    /// A date, with or without quotes; whether it is one is checked where it is used.
    pub(super) fn date(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.take(key)?;
        match value.value {
            DeValue::Datetime(date) => Some(Spanned { value: date.to_string(), span: value.span }),
            _ => self.reader.string(value),
        }
    }

    /// `false` when the key is not there.
    pub(super) fn boolean(&mut self, key: &'static str) -> bool {
        self.optional_boolean(key).unwrap_or(false)
    }

    pub(super) fn optional_boolean(&mut self, key: &'static str) -> Option<bool> {
        self.take(key).map(|value| match value.value {
            DeValue::Boolean(yes) => yes,
            other => self.reader.wrong_type(message!("`true` or `false`"), &other, value.span),
        })
    }

    pub(super) fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        let value = self.take(key)?;
        if let DeValue::Integer(number) = &value.value
            && let Ok(number) = i64::from_str_radix(number.as_str(), number.radix())
        {
            return Some(Spanned { value: number, span: value.span });
        }
        self.reader.wrong_type(message!("a whole number"), &value.value, value.span)
    }

    /// Texts under keys that the editor chose.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<(Spanned<String>, Spanned<String>)> {
        let entries = self.take(key).map(|value| self.reader.table(value)).unwrap_or_default().into_iter();
        entries.filter_map(|(key, value)| Some((key, self.reader.string(value)?))).collect()
    }

    /// A table, read as if it were empty when it is not there.
    pub(super) fn table<T: Default>(&mut self, key: &'static str, read: impl FnOnce(&mut Fields<'_, 'a>) -> T) -> T {
        self.optional_table(key, read).unwrap_or_default()
    }

    pub(super) fn optional_table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'_, 'a>) -> T,
    ) -> Option<T> {
        let (key, value) = self.take_entry(key)?;
        let entries = self.reader.table(value);
        Some(self.reader.fields(entries, key.span, read))
    }

    /// A table and its key.
    pub(super) fn keyed_table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Spanned<String>, &mut Fields<'_, 'a>) -> T,
    ) -> Option<T> {
        let (key, value) = self.take_entry(key)?;
        let (entries, span) = (self.reader.table(value), key.span.clone());
        Some(self.reader.fields(entries, span, |fields| read(key, fields)))
    }

    /// Tables under keys that the editor chose.
    pub(super) fn named_tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Spanned<String>, &mut Fields<'_, 'a>) -> T,
    ) -> Vec<T> {
        let entries = self.take(key).map(|value| self.reader.table(value)).unwrap_or_default();
        let read = |(key, value): (Spanned<String>, _)| {
            let (entries, span) = (self.reader.table(value), key.span.clone());
            self.reader.fields(entries, span, |fields| read(key, fields))
        };
        entries.into_iter().map(read).collect()
    }

    /// A list of tables.
    pub(super) fn tables<T>(&mut self, key: &'static str, read: impl Fn(&mut Fields<'_, 'a>) -> T) -> Vec<T> {
        let items = self.take(key).map(|value| self.reader.array(value)).unwrap_or_default();
        let read = |item: Spanned<DeValue<'a>>| {
            let span = item.span.start..item.span.start + 1;
            let entries = self.reader.table(item);
            self.reader.fields(entries, span, &read)
        };
        items.into_iter().map(read).collect()
    }

    pub(super) fn missing(&mut self, key: &str, why: Message) {
        let message = message!("`{key}` is missing here", key);
        self.reader.error(
            Code::MissingKey,
            self.span.clone(),
            message,
            message!("add `{key} = \"…\"`: {why}", key, why),
        );
    }

    /// Reports keys that exclude each other.
    pub(super) fn contradiction(&mut self, message: Message, help: Message) {
        self.reader.error(Code::Contradiction, self.span.clone(), message, help);
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.take_entry(key).map(|(_, value)| value)
    }

    fn take_entry(&mut self, key: &'static str) -> Option<(Spanned<String>, Spanned<DeValue<'a>>)> {
        self.known.push(key);
        let at = self.entries.iter().position(|(found, _)| found.value == key)?;
        Some(self.entries.swap_remove(at))
    }
}

fn entries(table: DeTable<'_>) -> Entries<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let mut key = Spanned { span: key.span(), value: key.into_inner().into_owned() };
            if key.value.len() > KEY_MAX {
                key.value.truncate(key.value.floor_char_boundary(KEY_MAX));
                key.value.push('…');
            }
            (key, Spanned { span: value.span(), value: value.into_inner() })
        })
        .collect()
}

fn list(names: &[&str]) -> String {
    let mut names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.dedup();
    names.join(", ")
}
