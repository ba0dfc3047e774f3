//! The shapes of the files, as dumb as they come: texts and where they stand.
//!
//! serde stops at the first unknown key or wrong type of a file. An editor wants all of them at once, so the tables
//! that the `toml` crate parses are read by hand here: every key has its span, and what is wrong is reported and passed over.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::diag::{Code, Place, Report, did_you_mean};

/// A value and the bytes of the file where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<T> At<T> {
    /// Where a problem with the value as a whole is shown: of a text over many lines the opening quotes.
    pub(super) fn head(&self, file_text: &str) -> Range<usize> {
        let token = &file_text[self.span.clone()];
        if token.starts_with("\"\"\"") || token.starts_with("'''") {
            self.span.start..self.span.start + 3
        } else {
            self.span.clone()
        }
    }
}

impl At<String> {
    /// Where a part of the text stands in the file. Escapes and joined lines shift things, so the words are looked for.
    pub(super) fn part(&self, file_text: &str, part: Range<usize>) -> Range<usize> {
        let Some(words) = self.value.get(part.clone()).filter(|w| !w.is_empty()) else { return self.head(file_text) };
        let words = words.lines().next().unwrap_or(words);
        let nth = self.value[..part.start].matches(words).count();
        let token = &file_text[self.span.clone()];
        token.match_indices(words).nth(nth).map_or_else(
            || self.head(file_text),
            |(at, found)| self.span.start + at..self.span.start + at + found.len(),
        )
    }
}

/// `palabre.toml`.
#[derive(Debug, Default)]
pub(super) struct RawRoot {
    pub(super) sections: Vec<RawSection>,
    pub(super) names: Vec<(At<String>, At<String>)>,
    pub(super) links: Vec<(At<String>, At<String>)>,
    pub(super) default: Option<At<String>>,
    pub(super) order: Vec<At<String>>,
    pub(super) phones: Vec<At<String>>,
    pub(super) address: Option<At<String>>,
    pub(super) source: Option<At<String>>,
    pub(super) checked: Option<At<String>>,
    pub(super) max_age_months: Option<At<i64>>,
}

/// A node of the tree in `palabre.toml`.
#[derive(Debug)]
pub(super) struct RawSection {
    pub(super) id: Option<At<String>>,
    pub(super) emoji: Option<At<String>>,
    pub(super) command: Option<At<String>>,
    pub(super) contact: bool,
    pub(super) children: Vec<RawSection>,
}

/// A section's words in one language.
#[derive(Debug)]
pub(super) struct RawWords {
    pub(super) id: At<String>,
    pub(super) title: Option<At<String>>,
    pub(super) button: Option<At<String>>,
    pub(super) command: Option<At<String>>,
    pub(super) summary: Option<At<String>>,
    pub(super) body: Option<At<String>>,
    pub(super) ask: Vec<At<String>>,
}

/// `interface.toml`: texts by their dotted keys (`buttons.home`), and the months.
#[derive(Debug, Default)]
pub(super) struct RawInterface {
    pub(super) texts: Vec<(String, At<String>)>,
    pub(super) months: Option<At<Vec<At<String>>>>,
}

/// `search.toml`: how people write a language.
#[derive(Debug, Default)]
pub(super) struct RawSearch {
    pub(super) stemmer: Option<At<String>>,
    pub(super) stop_words: Vec<At<String>>,
    pub(super) question_words: Vec<At<String>>,
    pub(super) spellings: Vec<(At<String>, At<String>)>,
    pub(super) not_ours: Vec<At<String>>,
    pub(super) talk: Vec<RawTalk>,
}

/// What people say that is no question, and what is said back.
#[derive(Debug)]
pub(super) struct RawTalk {
    pub(super) kind: At<String>,
    pub(super) ask: Vec<At<String>>,
    pub(super) answer: Option<At<String>>,
}

/// A file of questions that `check` asks.
#[derive(Debug)]
pub(super) struct RawQuestion {
    pub(super) ask: At<String>,
    pub(super) expected: RawExpected,
}

/// What a question must find.
#[derive(Debug)]
pub(super) enum RawExpected {
    /// The first answer.
    Section(At<String>),
    /// One of the first three.
    Among(At<String>),
    /// No answer: it is not ours.
    Refused,
}

impl RawInterface {
    pub(super) fn get(&self, key: &str) -> Option<&At<String>> {
        self.texts.iter().find(|(k, _)| k == key).map(|(_, text)| text)
    }
}

/// The most syntax errors of one file that are reported.
const SYNTAX_ERRORS: usize = 3;

type Entries<'a> = Vec<(At<String>, At<DeValue<'a>>)>;

/// Reads one file's tables, reporting what does not fit.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    report: &'a mut Report,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str, report: &'a mut Report) -> Self {
        Self { file, text, report }
    }

    fn document(&mut self) -> Entries<'a> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        // What comes after the first few follows from them more often than not.
        for error in errors.into_iter().take(SYNTAX_ERRORS) {
            let span = self.visible(error.span().unwrap_or(0..0));
            let message = error.message().lines().next().unwrap_or("syntax error");
            let help = syntax_help(&self.text[span.clone()], message);
            self.report.error(
                Code::TomlSyntax,
                Place::span(self.file, span),
                format!("this is not TOML: {message}"),
                help,
            );
        }
        entries(table.into_inner())
    }

    /// A span that lies in the file at character boundaries and is not empty where it can be otherwise.
    fn visible(&self, span: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start.min(self.text.len()));
        let end = self.text.ceil_char_boundary(span.end.clamp(start, self.text.len()));
        start..end
    }

    pub(super) fn root(&mut self) -> RawRoot {
        let mut root = RawRoot::default();
        let known = ["sections", "names", "languages", "contact", "source", "links"];
        for (key, value) in self.document() {
            match key.value.as_str() {
                "sections" => root.sections = self.sections(value),
                "names" => root.names = self.pairs(value),
                "links" => root.links = self.pairs(value),
                "languages" => {
                    for (key, value) in self.table(value) {
                        match key.value.as_str() {
                            "default" => root.default = self.string(value),
                            "order" => root.order = self.strings(value),
                            _ => self.unknown(&key, &["default", "order"]),
                        }
                    }
                }
                "contact" => {
                    for (key, value) in self.table(value) {
                        match key.value.as_str() {
                            "phones" => root.phones = self.strings(value),
                            "address" => root.address = self.string(value),
                            _ => self.unknown(&key, &["phones", "address"]),
                        }
                    }
                }
                "source" => {
                    for (key, value) in self.table(value) {
                        match key.value.as_str() {
                            "title" => root.source = self.string(value),
                            "checked" => root.checked = self.string(value),
                            "max_age_months" => root.max_age_months = self.integer(value),
                            _ => self.unknown(&key, &["title", "checked", "max_age_months"]),
                        }
                    }
                }
                _ => self.unknown(&key, &known),
            }
        }
        root
    }

    fn sections(&mut self, value: At<DeValue<'a>>) -> Vec<RawSection> {
        let mut sections = Vec::new();
        for item in self.array(value) {
            let mut section = RawSection { id: None, emoji: None, command: None, contact: false, children: Vec::new() };
            let span = item.span.clone();
            for (key, value) in self.table(item) {
                match key.value.as_str() {
                    "id" => section.id = self.string(value),
                    "emoji" => section.emoji = self.string(value),
                    "command" => section.command = self.string(value),
                    "contact" => section.contact = self.boolean(value),
                    "children" => section.children = self.sections(value),
                    _ => self.unknown(&key, &["id", "emoji", "command", "contact", "children"]),
                }
            }
            for (key, missing) in [("id", section.id.is_none()), ("emoji", section.emoji.is_none())] {
                if missing {
                    self.missing(key, self.visible(span.start..span.start + 1), "every section has an id and an emoji");
                }
            }
            sections.push(section);
        }
        sections
    }

    pub(super) fn words(&mut self) -> Vec<RawWords> {
        let known = ["title", "button", "command", "summary", "body", "ask"];
        let mut all = Vec::new();
        for (id, value) in self.document() {
            let mut words =
                RawWords { id, title: None, button: None, command: None, summary: None, body: None, ask: Vec::new() };
            for (key, value) in self.table(value) {
                match key.value.as_str() {
                    "title" => words.title = self.string(value),
                    "button" => words.button = self.string(value),
                    "command" => words.command = self.string(value),
                    "summary" => words.summary = self.string(value),
                    "body" => words.body = self.string(value),
                    "ask" => words.ask = self.strings(value),
                    _ => self.unknown(&key, &known),
                }
            }
            for (key, missing) in
                [("title", words.title.is_none()), ("summary", words.summary.is_none()), ("body", words.body.is_none())]
            {
                if missing {
                    self.missing(key, words.id.span.clone(), "every section has a title, a summary and a body");
                }
            }
            all.push(words);
        }
        all
    }

    pub(super) fn search(&mut self, kinds: &[&str]) -> RawSearch {
        let known = ["stemmer", "stop_words", "question_words", "spellings", "not_ours", "talk"];
        let mut search = RawSearch::default();
        for (key, value) in self.document() {
            match key.value.as_str() {
                "stemmer" => search.stemmer = self.string(value),
                "stop_words" => search.stop_words = self.strings(value),
                "question_words" => search.question_words = self.strings(value),
                "spellings" => search.spellings = self.pairs(value),
                "not_ours" => search.not_ours = self.strings(value),
                "talk" => {
                    for (kind, value) in self.table(value) {
                        if !kinds.contains(&kind.value.as_str()) {
                            self.unknown(&kind, kinds);
                            continue;
                        }
                        let mut talk = RawTalk { kind, ask: Vec::new(), answer: None };
                        for (key, value) in self.table(value) {
                            match key.value.as_str() {
                                "ask" => talk.ask = self.strings(value),
                                "answer" => talk.answer = self.string(value),
                                _ => self.unknown(&key, &["ask", "answer"]),
                            }
                        }
                        if talk.answer.is_none() {
                            self.missing("answer", talk.kind.span.clone(), "it is what the bot says back");
                        }
                        search.talk.push(talk);
                    }
                }
                _ => self.unknown(&key, &known),
            }
        }
        search
    }

    pub(super) fn questions(&mut self) -> Vec<RawQuestion> {
        let mut questions = Vec::new();
        for (key, value) in self.document() {
            if key.value != "question" {
                self.unknown(&key, &["question"]);
                continue;
            }
            for item in self.array(value) {
                let span = self.visible(item.span.start..item.span.start + 1);
                let (mut ask, mut expected) = (None, None);
                for (key, value) in self.table(item) {
                    match key.value.as_str() {
                        "ask" => ask = self.string(value),
                        "section" => expected = self.string(value).map(RawExpected::Section),
                        "among" => expected = self.string(value).map(RawExpected::Among),
                        "refused" => expected = self.boolean(value).then_some(RawExpected::Refused),
                        _ => self.unknown(&key, &["ask", "section", "among", "refused"]),
                    }
                }
                match (ask, expected) {
                    (Some(ask), Some(expected)) => questions.push(RawQuestion { ask, expected }),
                    (None, _) => self.missing("ask", span, "it is the question"),
                    (_, None) => self.missing("section", span, "or `among = \"…\"`, or `refused = true`"),
                }
            }
        }
        questions
    }

    /// `known` lists the dotted keys that an interface has.
    pub(super) fn interface(&mut self, known: &[&str]) -> RawInterface {
        let mut interface = RawInterface::default();
        for (key, value) in self.document() {
            if key.value == "months" {
                let span = value.span.clone();
                interface.months = Some(At { value: self.strings(value), span });
            } else {
                self.texts(key.value.clone(), &key, value, known, &mut interface);
            }
        }
        interface
    }

    fn texts(
        &mut self,
        path: String,
        key: &At<String>,
        value: At<DeValue<'a>>,
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
            let group = path.rsplit_once('.').map_or("", |(group, _)| group);
            let near: Vec<&str> = known
                .iter()
                .filter_map(|k| {
                    if group.is_empty() {
                        k.split('.').next()
                    } else {
                        k.strip_prefix(group)?.strip_prefix('.')?.split('.').next()
                    }
                })
                .collect();
            self.unknown(key, &near);
        }
    }

    fn table(&mut self, value: At<DeValue<'a>>) -> Entries<'a> {
        match value.value {
            DeValue::Table(table) => entries(table),
            other => {
                self.wrong_type("a table", &other, value.span);
                Vec::new()
            }
        }
    }

    fn array(&mut self, value: At<DeValue<'a>>) -> Vec<At<DeValue<'a>>> {
        match value.value {
            DeValue::Array(array) => {
                array.into_iter().map(|item| At { span: item.span(), value: item.into_inner() }).collect()
            }
            other => {
                self.wrong_type("a list in [ ]", &other, value.span);
                Vec::new()
            }
        }
    }

    fn pairs(&mut self, value: At<DeValue<'a>>) -> Vec<(At<String>, At<String>)> {
        let entries = self.table(value);
        entries.into_iter().filter_map(|(key, value)| Some((key, self.string(value)?))).collect()
    }

    fn strings(&mut self, value: At<DeValue<'a>>) -> Vec<At<String>> {
        let items = self.array(value);
        let mut strings: Vec<_> = items.into_iter().filter_map(|item| self.string(item)).collect();
        // They are collected in the memory of the values, each of which is several times larger.
        strings.shrink_to_fit();
        strings
    }

    fn string(&mut self, value: At<DeValue<'a>>) -> Option<At<String>> {
        match value.value {
            DeValue::String(text) => Some(At { value: text.replace("\r\n", "\n"), span: value.span }),
            other => {
                self.wrong_type("a text in quotes", &other, value.span);
                None
            }
        }
    }

    fn boolean(&mut self, value: At<DeValue<'a>>) -> bool {
        if let DeValue::Boolean(yes) = value.value {
            return yes;
        }
        self.wrong_type("`true` or `false`", &value.value, value.span);
        false
    }

    fn integer(&mut self, value: At<DeValue<'a>>) -> Option<At<i64>> {
        if let DeValue::Integer(number) = &value.value
            && let Ok(number) = i64::from_str_radix(number.as_str(), number.radix())
        {
            return Some(At { value: number, span: value.span });
        }
        self.wrong_type("a whole number", &value.value, value.span);
        None
    }

    fn wrong_type(&mut self, wanted: &str, got: &DeValue<'_>, span: Range<usize>) {
        let span = self.visible(span);
        self.report.error(
            Code::WrongType,
            Place::span(self.file, span),
            format!("{wanted} has to stand here, not a value of type {}", got.type_str()),
            format!("write {wanted}"),
        );
    }

    fn unknown(&mut self, key: &At<String>, known: &[&str]) {
        let help = match did_you_mean(&key.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {}", list(known)),
        };
        let span = self.visible(key.span.clone());
        self.report.error(
            Code::UnknownKey,
            Place::span(self.file, span),
            format!("nothing reads the key `{}`", key.value),
            help,
        );
    }

    fn missing(&mut self, key: &str, span: Range<usize>, why: &str) {
        self.report.error(
            Code::MissingKey,
            Place::span(self.file, span),
            format!("`{key}` is missing here"),
            format!("add `{key} = \"…\"`: {why}"),
        );
    }
}

/// What to write instead of what is not TOML.
fn syntax_help(written: &str, message: &str) -> &'static str {
    if written.contains(['“', '”', '„', '«', '»', '‘', '’']) {
        "these are typographic quotes: a text begins and ends with straight ones, as \"…\""
    } else if written.contains(['\u{a0}', '\u{202f}']) {
        "a non-breaking space stands here: replace it by a plain one"
    } else if message.contains("duplicate") {
        "this stands twice in the file: keep one of the two"
    } else if message.contains("escape") || message.contains("unicode") {
        "a backslash is written as `\\\\` in a text"
    } else if message.contains("newline") {
        "a text ends at the second quote: write quotes within it as “…” or `\\\"`"
    } else {
        "texts stand in quotes, keys are followed by `=`, lists stand in [ ] with commas between"
    }
}

fn entries(table: DeTable<'_>) -> Entries<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let key = At { span: key.span(), value: key.into_inner().into_owned() };
            (key, At { span: value.span(), value: value.into_inner() })
        })
        .collect()
}

fn list(names: &[&str]) -> String {
    let mut names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.dedup();
    names.join(", ")
}
