//! The texts that are words for people, of every language, by a key that is the same in all: what translators get. The key is the
//! name of the file's schema, then where it stands in the file: `sections.about.title`, `interface.lines.gone`.

use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Content;
use super::files::{Role, TESTS_FOLDER};
use super::json_schema::FileKind;
use crate::diag::Source;
use crate::lang::Tag;

/// What a text is, for who translates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// Plain text.
    Plain,
    /// Markdown.
    Markdown,
    /// A list that has as many items in every language, one a line.
    List,
    /// Phrases as people write them, one a line. They are written anew, not translated.
    Phrases,
    /// The name of a command: 1 to 32 of `a-z`, `0-9` and `_`.
    Command,
    /// The language's name for itself.
    Name,
}

impl TextKind {
    /// The kind as files for translators name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "text",
            Self::Markdown => "markdown",
            Self::List => "list",
            Self::Phrases => "phrases",
            Self::Command => "command",
            Self::Name => "name",
        }
    }

    /// Whether each language has words of its own, so that a change in one says nothing of another.
    pub(crate) fn is_written_anew(self) -> bool {
        matches!(self, Self::Phrases | Self::Command | Self::Name)
    }

    /// Whether it stands in the file as a list.
    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Phrases)
    }

    /// A text as it is compared and given to translators: without blanks around it, the items of a list one a line.
    pub(crate) fn normal(self, text: &str) -> String {
        // Spreadsheets of old Macs end lines with a carriage return alone.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if !self.is_list() {
            return text.trim().to_owned();
        }
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Which keys hold words, by the kind of file: `*` stands for any key, or any place in a list. In `palabre.toml` such a text is a
/// table by language; one for all languages is nothing to translate. A test holds the list against the JSON Schemas.
const WORDS: [(FileKind, &str, TextKind); 28] = [
    (FileKind::Root, "contacts.*.name", TextKind::Plain),
    (FileKind::Root, "contacts.*.address", TextKind::Plain),
    (FileKind::Root, "contacts.*.phones.*.label", TextKind::Plain),
    (FileKind::Root, "contacts.*.email.*.label", TextKind::Plain),
    (FileKind::Root, "contact.name", TextKind::Plain),
    (FileKind::Root, "contact.address", TextKind::Plain),
    (FileKind::Root, "contact.phones.*.label", TextKind::Plain),
    (FileKind::Root, "contact.email.*.label", TextKind::Plain),
    (FileKind::Root, "sections.*.links.*.text", TextKind::Plain),
    (FileKind::Sections, "*.title", TextKind::Plain),
    (FileKind::Sections, "*.button", TextKind::Plain),
    (FileKind::Sections, "*.command", TextKind::Command),
    (FileKind::Sections, "*.summary", TextKind::Plain),
    (FileKind::Sections, "*.body", TextKind::Markdown),
    (FileKind::Sections, "*.picture_text", TextKind::Plain),
    (FileKind::Sections, "*.ask", TextKind::Phrases),
    (FileKind::Interface, "name", TextKind::Name),
    (FileKind::Interface, "months", TextKind::List),
    (FileKind::Interface, "days", TextKind::List),
    (FileKind::Interface, "please", TextKind::Phrases),
    (FileKind::Interface, "reactions", TextKind::Phrases),
    (FileKind::Interface, "commands.*.alias", TextKind::Command),
    (FileKind::Interface, "commands.*.description", TextKind::Plain),
    (FileKind::Interface, "pages.*", TextKind::Markdown),
    (FileKind::Interface, "bot|lines|buttons.*", TextKind::Plain),
    (FileKind::Search, "talk.*.answer", TextKind::Markdown),
    (FileKind::Search, "talk.*.ask", TextKind::Phrases),
    (FileKind::Search, "not_ours", TextKind::Phrases),
];

/// What a key of a file holds; `None` when it is no words to translate.
fn kind_of(file: FileKind, path: &[impl AsRef<str>]) -> Option<TextKind> {
    let is_it = |pattern: &str| {
        let mut parts = pattern.split('.');
        let is_same = |part: &str, key: &str| part == "*" || part.split('|').any(|name| name == key);
        path.iter().all(|key| parts.next().is_some_and(|part| is_same(part, key.as_ref()))) && parts.next().is_none()
    };
    WORDS.iter().find(|(other, pattern, _)| *other == file && is_it(pattern)).map(|(.., kind)| *kind)
}

/// A text where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The number of the file among the sources.
    pub(crate) source: usize,
    /// The bytes of its value.
    pub(crate) span: Range<usize>,
    /// The text in its normal form.
    pub(crate) text: String,
}

/// One text in all languages.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) kind: TextKind,
    /// By the number of the language in the content's order.
    pub(crate) written: Vec<Option<Written>>,
    /// The number of the language that it is translated from: the default one, or the first that has it.
    pub(crate) source_language: usize,
}

impl Entry {
    /// The text that it is translated from.
    pub(crate) fn original(&self) -> Option<&Written> {
        self.written.get(self.source_language)?.as_ref()
    }
}

/// All texts of a content.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) languages: Vec<Tag>,
    /// The number of the default language.
    pub(crate) default: usize,
    pub(crate) entries: IndexMap<String, Entry>,
}

impl Texts {
    pub(crate) fn of(content: &Content, sources: &[Source]) -> Self {
        let languages: Vec<Tag> = content.languages().map(|language| content.tag(language).clone()).collect();
        let default = content.tag(content.default_language());
        let default = languages.iter().position(|tag| tag == default).unwrap_or_default();
        Self::of_files(languages, default, sources)
    }

    /// The texts of files, in the order of the default language's; those that it lacks come last.
    pub(crate) fn of_files(languages: Vec<Tag>, default: usize, sources: &[Source]) -> Self {
        let mut entries: IndexMap<String, Entry> = IndexMap::default();
        let order = std::iter::once(default).chain((0..languages.len()).filter(|&language| language != default));
        for language in order {
            let Some(tag) = languages.get(language) else { continue };
            let folder = folder(sources, tag);
            for (source, file) in sources.iter().enumerate() {
                let kind = match Role::of(&file.path) {
                    Some(Role::Root) => FileKind::Root,
                    Some(Role::Interface(name)) if name == folder => FileKind::Interface,
                    Some(Role::Search(name)) if name == folder => FileKind::Search,
                    Some(Role::Sections(name)) if name == folder => FileKind::Sections,
                    _ => continue,
                };
                for text in of_file(kind, &file.text) {
                    if text.language.is_some_and(|other| other != *tag) {
                        continue;
                    }
                    let empty =
                        || Entry { kind: text.kind, written: vec![None; languages.len()], source_language: language };
                    let entry = entries.entry(text.key).or_insert_with(empty);
                    // A key that stands twice is an error of the content.
                    if entry.written[language].is_none() {
                        entry.written[language] = Some(Written { source, span: text.span, text: text.text });
                    }
                }
            }
        }
        Self { languages, default, entries }
    }
}

impl Texts {
    /// The texts of a section.
    pub(crate) fn of_section(&self, section: &str) -> impl Iterator<Item = &Entry> + Clone {
        let prefix = format!("{}.{section}.", FileKind::Sections.name());
        self.entries.iter().filter(move |(key, _)| key.starts_with(&prefix)).map(|(_, entry)| entry)
    }
}

/// The folder of a language, which may write its tag otherwise.
pub(crate) fn folder<'a>(sources: &'a [Source], tag: &'a Tag) -> &'a str {
    let mut folders = sources.iter().filter_map(|source| source.path.split_once('/')).map(|(folder, _)| folder);
    folders.find(|name| *name != TESTS_FOLDER && Tag::new(name).as_ref() == Some(tag)).unwrap_or(tag.as_str())
}

/// A text of one file.
#[derive(Debug)]
pub(crate) struct FileText {
    pub(crate) key: String,
    pub(crate) kind: TextKind,
    /// Its language, where the file has several.
    pub(crate) language: Option<Tag>,
    pub(crate) span: Range<usize>,
    pub(crate) text: String,
}

/// The texts of a file, in their order; none when it is no TOML.
pub(crate) fn of_file(file: FileKind, text: &str) -> Vec<FileText> {
    let mut walk = Walk { file, found: Vec::new() };
    if let Ok(table) = DeTable::parse(text) {
        walk.table(table.get_ref(), &mut Vec::new());
    }
    walk.found
}

/// Collects the texts of one file.
struct Walk {
    file: FileKind,
    found: Vec<FileText>,
}

impl Walk {
    fn table(&mut self, table: &DeTable<'_>, path: &mut Vec<String>) {
        for (key, value) in table {
            path.push(key.get_ref().clone().into_owned());
            self.value(value, path);
            path.pop();
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &mut Vec<String>) {
        if let Some(kind) = kind_of(self.file, path) {
            return self.text(kind, value, path);
        }
        match value.get_ref() {
            DeValue::Table(table) => self.table(table, path),
            DeValue::Array(items) => {
                let is_tree = self.file == FileKind::Root
                    && path.first().is_some_and(|first| first == "sections")
                    && (path.len() == 1 || path.last().is_some_and(|last| last == "children"));
                for (number, item) in (1..).zip(items) {
                    if is_tree {
                        // A section is called by its id, wherever in the tree it stands.
                        let id = item.get_ref().get("id").and_then(|id| id.get_ref().as_str());
                        self.value(item, &mut vec!["sections".to_owned(), id.unwrap_or_default().to_owned()]);
                    } else {
                        path.push(number.to_string());
                        self.value(item, path);
                        path.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, kind: TextKind, value: &Spanned<DeValue<'_>>, path: &[String]) {
        let key = format!("{}.{}", self.file.name(), path.join("."));
        let mut add = |language: Option<Tag>, value: &Spanned<DeValue<'_>>| {
            if let Some(text) = text_of(kind, value.get_ref()).filter(|text| !text.is_empty()) {
                self.found.push(FileText { key: key.clone(), kind, language, span: value.span(), text });
            }
        };
        match (self.file, value.get_ref()) {
            (FileKind::Root, DeValue::Table(texts)) => {
                for (tag, text) in texts {
                    if let Some(tag) = Tag::new(tag.get_ref()) {
                        add(Some(tag), text);
                    }
                }
            }
            (FileKind::Root, _) => {}
            _ => add(None, value),
        }
    }
}

/// The text of a value in its normal form; `None` when the value is of another type.
pub(crate) fn text_of(kind: TextKind, value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) if !kind.is_list() => Some(kind.normal(text)),
        DeValue::Array(items) if kind.is_list() => {
            let items: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            Some(kind.normal(&items?.join("\n")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Keys that hold texts and are nothing to translate: names of things, what is the same in every language, and how a language
    /// is written.
    const NO_WORDS: [(FileKind, &str); 23] = [
        (FileKind::Root, "allow"),
        (FileKind::Root, "names|links.*"),
        (FileKind::Root, "languages.default|order"),
        (FileKind::Root, "source.title|checked"),
        (FileKind::Root, "sections.*.id|emoji|command|contact|was|from|until|source|checked|picture"),
        (FileKind::Root, "bot.picture|site|cards"),
        (FileKind::Root, "sections.*.links.*.url"),
        (FileKind::Root, "contact.phones|email.*"),
        (FileKind::Root, "contact.phones|email.*.number|address"),
        (FileKind::Root, "contact.hours|links.*"),
        (FileKind::Root, "contact.links.website|whatsapp|telegram|facebook"),
        (FileKind::Root, "contact.time_zone"),
        (FileKind::Root, "contacts.*.phones|email.*"),
        (FileKind::Root, "contacts.*.phones|email.*.number|address"),
        (FileKind::Root, "contacts.*.hours|links.*"),
        (FileKind::Root, "contacts.*.links.website|whatsapp|telegram|facebook"),
        (FileKind::Root, "contacts.*.time_zone"),
        // Files, of which each language has its own.
        (FileKind::Sections, "*.voice"),
        (FileKind::Interface, "voices.home|help"),
        (FileKind::Search, "stemmer|stop_words|question_words|address_words"),
        (FileKind::Search, "spellings.*"),
        // Words that alone lead somewhere: each language has its own, and they serve in all.
        (FileKind::Search, "navigation.home|help|language"),
        (FileKind::Search, "talk.*.button"),
    ];

    /// The keys of a schema that hold a text or a list of texts.
    fn leaves(schema: &Value, root: &Value, path: &str, found: &mut Vec<String>) {
        let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            // The children of a section are sections.
            if !path.ends_with(".children.*") {
                leaves(&root["definitions"][name], root, path, found);
            }
        } else if let Some(choices) = schema["anyOf"].as_array() {
            choices.iter().for_each(|choice| leaves(choice, root, path, found));
        } else {
            match schema["type"].as_str() {
                Some("string") => found.push(path.to_owned()),
                Some("array") if schema["items"]["type"] == "string" => found.push(path.to_owned()),
                Some("array") => leaves(&schema["items"], root, &join("*"), found),
                Some("object") => {
                    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
                        leaves(schema, root, &join(key), found);
                    }
                    let others = schema["patternProperties"].as_object().into_iter().flatten().map(|(_, value)| value);
                    for schema in others
                        .chain(schema["additionalProperties"].is_object().then(|| &schema["additionalProperties"]))
                    {
                        leaves(schema, root, &join("*"), found);
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_key_of_the_schemas_is_words_or_known_to_be_none() {
        for file in FileKind::ALL {
            if matches!(file, FileKind::Questions | FileKind::Translations) {
                continue;
            }
            let schema = file.json_schema();
            let mut found = Vec::new();
            leaves(&schema, &schema, "", &mut found);
            assert!(found.len() > 5, "{found:?}");
            for key in found {
                let path: Vec<&str> = key.split('.').collect();
                // A text in `palabre.toml` has the languages below it.
                let is_words = kind_of(file, &path).is_some() || kind_of(file, &path[..path.len() - 1]).is_some();
                let is_known = NO_WORDS.iter().any(|(other, pattern)| *other == file && matches(pattern, &path));
                assert!(
                    is_words != is_known,
                    "{}: `{key}` is {}",
                    file.name(),
                    if is_words { "both" } else { "neither: are these words?" }
                );
            }
        }
    }

    fn matches(pattern: &str, path: &[&str]) -> bool {
        let parts: Vec<&str> = pattern.split('.').collect();
        parts.len() == path.len()
            && parts.iter().zip(path).all(|(part, key)| *part == "*" || part.split('|').any(|name| name == *key))
    }

    #[track_caller]
    fn check(file: FileKind, toml: &str, expected: &[(&str, &str, &str)]) {
        let found = of_file(file, toml);
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|text| (text.key.as_str(), text.language.as_ref().map_or("", Tag::as_str), text.text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_has_the_same_key_in_either_form_of_toml() {
        let expected = [
            ("palabre.sections.b.links.2.text", "en", "Map"),
            ("palabre.contacts.main.name", "fr", "Bureau"),
            ("palabre.contacts.main.phones.1.label", "en", "Desk"),
        ];
        check(
            FileKind::Root,
            "sections = [{ id = \"a\", children = [{ id = \"b\", links = [{ text = \"x\" }, { text = { en = \"Map\" } }] }] }]\n\
             contacts.main = { name = { fr = \"Bureau\" }, phones = [{ number = \"1\", label = { en = \"Desk\" } }, \"2\"] }",
            &expected,
        );
        check(
            FileKind::Root,
            "[[sections]]\nid = \"a\"\n[[sections.children]]\nid = \"b\"\n[[sections.children.links]]\ntext = \"x\"\n\
             [[sections.children.links]]\n[sections.children.links.text]\nen = \"Map\"\n\
             [contacts.main]\nname.fr = \"Bureau\"\n[[contacts.main.phones]]\nlabel.en = \"Desk\"",
            &expected,
        );
    }

    #[test]
    fn blanks_and_line_ends_are_no_part_of_a_text() {
        check(
            FileKind::Sections,
            "[a]\r\ntitle = \" A \"\r\nbody = \"\"\"\r\none\r\ntwo\r\n\"\"\"\r\nask = [\"x\", \" \", \"y \"]\r\nbutton = \"\"",
            &[("sections.a.title", "", "A"), ("sections.a.body", "", "one\ntwo"), ("sections.a.ask", "", "x\ny")],
        );
        assert_eq!(TextKind::Phrases.normal("x\ry\r\nz"), "x\ny\nz");
        assert_eq!(TextKind::Markdown.normal("x\r\ry"), "x\n\ny");
    }
}
