//! JSON Schemas of the files, for editors that complete and explain keys (taplo, Even Better TOML). They say what the readers of
//! `schema` accept; a test holds the one against the other. What takes more than one file to know, `validate` says alone.

use serde_json::{Map, Value, json};

use super::validate::interface_keys;
use super::{DEPTH_MAX, EMAILS_MAX, ID_MAX, LANGUAGES_MAX, LINKS_MAX, PHONES_MAX};
use crate::diag::Code;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `palabre.toml`
    Root,
    /// The words of sections: any other file of a language's folder.
    Sections,
    /// `interface.toml` of a language.
    Interface,
    /// `search.toml` of a language.
    Search,
    /// The questions of `tests/`.
    Questions,
    /// `translations.toml`, which tools write.
    Translations,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Root, Self::Sections, Self::Interface, Self::Search, Self::Questions, Self::Translations];

    /// The name of its schema, as `palabre schema` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "palabre",
            Self::Sections => "sections",
            Self::Interface => "interface",
            Self::Search => "search",
            Self::Questions => "tests",
            Self::Translations => "translations",
        }
    }

    /// Its JSON Schema, draft 7.
    #[must_use]
    pub fn json_schema(self) -> Value {
        let mut schema = match self {
            Self::Root => root(),
            Self::Sections => sections(),
            Self::Interface => interface(),
            Self::Search => search(),
            Self::Questions => questions(),
            Self::Translations => translations(),
        };
        schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
        schema["title"] = format!("Palabre: {}", self.name()).into();
        schema
    }

    /// Its JSON Schema as the text of a file.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{:#}\n", self.json_schema())
    }
}

/// The folder of the schemas in a content directory: hidden, so that neither people nor `check` take them for content.
const FOLDER: &str = ".schemas";

/// The schemas, each with its path relative to the content directory, with `/`.
#[must_use]
pub fn schema_files() -> Vec<(String, String)> {
    let file = |kind: FileKind| (format!("{FOLDER}/{}.json", kind.name()), kind.to_text());
    FileKind::ALL.map(file).into()
}

/// The hidden files with which editors use the schemas: the settings of taplo, and the extension that VS Code should offer. Those
/// that are there already are somebody's own.
#[must_use]
pub fn editor_settings() -> Vec<(String, String)> {
    let extensions = format!("{:#}\n", json!({ "recommendations": ["tamasfe.even-better-toml"] }));
    vec![(".taplo.toml".to_owned(), taplo_settings()), (".vscode/extensions.json".to_owned(), extensions)]
}

/// The settings of taplo. VS Code with "Even Better TOML" reads them in the folder that is opened and in those above it.
fn taplo_settings() -> String {
    let rules = [
        (FileKind::Root, "\"palabre.toml\"", ""),
        (FileKind::Interface, "\"*/interface.toml\"", ""),
        (FileKind::Search, "\"*/search.toml\"", ""),
        (FileKind::Questions, "\"tests/*.toml\"", ""),
        (FileKind::Translations, "\"translations.toml\"", ""),
        (FileKind::Sections, "\"*/*.toml\"", "\nexclude = [\"*/interface.toml\", \"*/search.toml\", \"tests/*.toml\"]"),
    ];
    let rule = |(kind, include, exclude): (FileKind, &str, &str)| {
        let path = format!("{FOLDER}/{}.json", kind.name());
        format!("[[rule]]\ninclude = [{include}]{exclude}\nschema = {{ path = \"{path}\", enabled = true }}\n")
    };
    rules.map(rule).join("\n")
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn boolean(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn table(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Tables under keys that the editor chooses.
fn named(item: Value, description: &str) -> Value {
    json!({ "type": "object", "additionalProperties": item, "description": description })
}

/// One text, or a table of texts by language.
fn by_language(description: &str) -> Value {
    let table = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    json!({ "anyOf": [{ "type": "string" }, table], "description": description })
}

fn id(description: &str) -> Value {
    let pattern = format!("^[a-z0-9_]{{1,{ID_MAX}}}$");
    json!({ "type": "string", "pattern": pattern, "description": description })
}

fn root() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let languages = table(
        json!({
            "default": text("The language of readers whose own is not there"),
            "order": {
                "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": LANGUAGES_MAX,
                "description": "The languages, in the order of their buttons: [\"fr\", \"en\"]",
            },
            "typography": boolean("false: no no-break spaces are put in"),
        }),
        &["default", "order"],
    );
    let source = table(
        json!({
            "title": text("Where the facts come from, in one line"),
            "checked": text("The month in which they were checked: \"2016-09\""),
            "max_age_months": { "type": "integer", "description": "After so many months check warns; 24 without it" },
        }),
        &["title", "checked"],
    );
    let bot = table(
        json!({
            "picture": text("The picture of its profile: a JPEG beside palabre.toml"),
            "site": text("Where `palabre site` is served: a web address, with https://"),
            "cards": {
                "type": "string", "enum": ["together", "alone"],
                "description": "What a tap on a shared card opens: a page that everybody sees, or one for who taps",
            },
            "inline_mode": boolean("false: nobody shares pages by inline mode"),
            "groups": boolean("false: nobody adds the bot to groups"),
            "guests": boolean("false: nobody mentions the bot in chats that it is no member of"),
        }),
        &[],
    );
    let mut schema = table(
        json!({
            "sections": { "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/section" }, "description": "The tree" },
            "allow": {
                "type": "array", "items": { "enum": codes },
                "description": "Kinds of warnings that you know of: [\"old-facts\"]",
            },
            "names": named(text("A name on one line"), "Names, written in texts as {organisation}, {partner} …"),
            "links": named(text("A web address, with https://"), "Web addresses, written in texts as [words]({site})"),
            "languages": languages,
            "contacts": named(json!({ "$ref": "#/definitions/contact" }), "Offices, services, people: how to reach them"),
            "contact": { "$ref": "#/definitions/contact" },
            "source": source,
            "bot": bot,
            "feedback": boolean("true: answers to questions ask whether they helped"),
        }),
        &["sections", "languages", "source"],
    );
    schema["definitions"] = json!({ "section": section(), "contact": contact() });
    schema
}

fn section() -> Value {
    let link = table(
        json!({ "text": by_language("What the button says"), "url": text("The address that it opens") }),
        &["text", "url"],
    );
    let contact = json!({
        "anyOf": [{ "type": "boolean" }, id("The id of a contact")],
        "description": "true: the main contact is shown; \"mopti\": that one",
    });
    let children = format!("The sections below; the tree has at most {DEPTH_MAX} levels");
    table(
        json!({
            "id": id("Stands in links and buttons; it stays once people have used it"),
            "emoji": text("Stands before its title: one picture"),
            "command": text("A command in every language: 1 to 32 of a-z, 0-9 and _"),
            "contact": contact,
            "was": texts("The ids that it had before: their links lead here"),
            "draft": boolean("true: only previews show it"),
            "listed": boolean("false: no menu shows it"),
            "from": text("The first day on which it is there: \"2026-12-01\""),
            "until": text("The last day on which it is there"),
            "source": text("Where its facts are from, if from another source than the content's"),
            "checked": text("The month in which they were checked: \"2016-09\""),
            "links": { "type": "array", "maxItems": LINKS_MAX, "items": link, "description": "Buttons that open web addresses" },
            "picture": text("A JPEG, PNG or WebP picture beside palabre.toml"),
            "children": { "type": "array", "items": { "$ref": "#/definitions/section" }, "description": children },
        }),
        &["id", "emoji"],
    )
}

fn contact() -> Value {
    let labelled = |key: &str, description: &str, max: usize, whole: &str| {
        let label = by_language("Whose it is: Switchboard, Hotline");
        let properties = Map::from_iter([(key.to_owned(), text(description)), ("label".to_owned(), label)]);
        let item = json!({ "anyOf": [text(description), table(properties.into(), &[key])] });
        json!({ "type": "array", "maxItems": max, "items": item, "description": whole })
    };
    let day = "(mon|tue|wed|thu|fri|sat|sun)";
    let hours = json!({
        "type": "object",
        "patternProperties": { format!("^{day}(-{day})?$"): text("\"08:00-12:00, 14:00-17:00\"") },
        "additionalProperties": false,
        "description": "Days and their hours: mon-thu = \"08:00-12:00, 14:00-17:00\"",
    });
    let links = table(
        json!({
            "website": text("A web address, with https://"),
            "whatsapp": text("A phone number or a web address"),
            "telegram": text("A name or a web address: \"@example\""),
            "facebook": text("The name of a page or a web address"),
        }),
        &[],
    );
    table(
        json!({
            "name": by_language("What its contact card is called; without it, the organisation's name"),
            "phones": labelled("number", "\"+44 20 7946 0958\", with an extension \"… ext. 12\", or a short code", PHONES_MAX, "Phone numbers"),
            "email": labelled("address", "\"office@example.org\"", EMAILS_MAX, "E-mail addresses"),
            "address": by_language("Where it is"),
            "hours": hours,
            "time_zone": text("\"Africa/Bamako\": then the bot says whether it is open now"),
            "location": {
                "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2,
                "description": "Latitude and longitude in degrees: [12.6392, -8.0029]",
            },
            "links": links,
        }),
        &[],
    )
}

fn sections() -> Value {
    let words = table(
        json!({
            "title": text("A few words, at most 128 characters"),
            "button": text("A shorter title for its button"),
            "command": text("Its command in this language: 1 to 32 of a-z, 0-9 and _"),
            "summary": text("One short line, at most 200 characters: for menus and lists"),
            "body": text("Markdown: at most three pages"),
            "voice": text("The page read aloud: an Opus file (.ogg) in this folder"),
            "picture_text": text("What the section's picture shows, at most 200 characters"),
            "ask": texts("How people ask for it, in their words: at least twelve"),
        }),
        &["title", "summary", "body"],
    );
    named(words, "The words of sections, each under its id")
}

/// The dotted keys as nested tables.
fn interface() -> Value {
    let mut schema = table(
        json!({
            "months": { "type": "array", "items": { "type": "string" }, "minItems": 12, "maxItems": 12, "description": "January first" },
            "days": { "type": "array", "items": { "type": "string" }, "minItems": 7, "maxItems": 7, "description": "Monday first" },
            "please": texts("Words that ask for nothing by themselves: \"please\""),
            "reactions": texts("What is met with silence in groups: \"thanks\""),
        }),
        &[],
    );
    for (name, description) in interface_keys() {
        let mut parts: Vec<&str> = name.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        let mut group = &mut schema;
        for part in parts {
            let groups = &mut group["properties"];
            if groups[part].is_null() {
                groups[part] = table(json!({}), &[]);
            }
            group = &mut groups[part];
        }
        group["properties"][last] = text(&description);
    }
    schema
}

fn search() -> Value {
    let navigation = table(
        json!({
            "home": texts("Words that alone open home"),
            "help": texts("Words that alone open the help page"),
            "language": texts("The names of this language, in any language: they open home in it"),
        }),
        &[],
    );
    let talk = table(
        json!({
            "ask": texts("What people say"),
            "answer": text("Markdown, at most 1,000 characters"),
            "button": id("The section that a button below the answer opens"),
            "urgent": boolean("true: it wins over all else that a message says"),
        }),
        &["answer"],
    );
    table(
        json!({
            "stemmer": text("The rules of its endings, by the language's English name"),
            "stop_words": texts("Words that hardly count"),
            "question_words": texts("Words that open a question"),
            "address_words": texts("Words that speak to the reader"),
            "spellings": named(text("What they mean"), "What people write, and what they mean: kel = \"quel\""),
            "not_ours": texts("What people ask here and nobody answers"),
            "navigation": navigation,
            "talk": named(talk, "What people say that no section answers, each topic under its name"),
        }),
        &[],
    )
}

fn translations() -> Value {
    let note = json!({
        "type": "string", "pattern": "^[0-9a-f]{12} [0-9a-f]{12}$",
        "description": "Hashes of the text that it was translated from, and of the translation",
    });
    named(
        named(note, "The translations into a language, each under its key"),
        "Written by `palabre import` and `palabre translated`",
    )
}

fn questions() -> Value {
    let one_or_more = |description: &str| {
        let many = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
        json!({ "anyOf": [{ "type": "string" }, many], "description": description })
    };
    let question = table(
        json!({
            "ask": text("The question, as somebody would write it"),
            "section": one_or_more("The section that it must find first"),
            "among": one_or_more("A section that must be among the first three"),
            "offered": one_or_more("A section that must be offered, without an answer"),
            "talk": text("The talk topic that must answer"),
            "refused": boolean("true: no section answers it"),
            "language": text("The language of the answer, if it is not that of the file"),
        }),
        &["ask"],
    );
    table(json!({ "question": { "type": "array", "items": question } }), &[])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::content::schema::Reader;
    use crate::content::validate::interface_names;
    use crate::diag::{Report, Source};
    use crate::messages::Locale;

    /// A key that no table has.
    const UNKNOWN: &str = "zzzzzzzzzzzz";

    /// An instance of a schema with every property of every table, and in each table an unknown one. The keys of the tables are
    /// collected.
    fn instance(schema: &Value, root: &Value, depth: usize, tables: &mut Vec<BTreeSet<String>>) -> Option<Value> {
        if let Some(path) = schema["$ref"].as_str() {
            let name = path.rsplit('/').next().unwrap();
            return instance(&root["definitions"][name], root, depth + 1, tables);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            return instance(choices.last().unwrap(), root, depth, tables);
        }
        if depth > 2 {
            return None;
        }
        Some(match schema["type"].as_str().unwrap_or("string") {
            "object" => {
                let mut table = Map::new();
                if let Some(properties) = schema["properties"].as_object() {
                    tables.push(properties.keys().cloned().collect());
                    table.insert(UNKNOWN.to_owned(), "x".into());
                    let values = properties.iter().map(|(key, schema)| (key, instance(schema, root, depth, tables)));
                    table.extend(values.filter_map(|(key, value)| Some((key.clone(), value?))));
                } else if schema["additionalProperties"].is_object() {
                    let value = instance(&schema["additionalProperties"], root, depth, tables);
                    table.extend(value.map(|value| ("main".to_owned(), value)));
                }
                table.into()
            }
            "array" => {
                instance(&schema["items"], root, depth, tables).map_or(json!([]), |item| match &schema["minItems"] {
                    Value::Number(count) => vec![item; count.as_u64().unwrap() as usize].into(),
                    _ => vec![item].into(),
                })
            }
            "boolean" => true.into(),
            "integer" | "number" => 1.into(),
            _ => "x".into(),
        })
    }

    /// The keys of every table that the reader knows, from what it says of the unknown one.
    fn known_keys(kind: FileKind, toml: &str) -> Vec<BTreeSet<String>> {
        let source = Source { path: "file.toml".into(), text: toml.to_owned() };
        let mut report = Report::default();
        let reader = Reader::new(&source, &mut report);
        match kind {
            FileKind::Root => drop(reader.root()),
            FileKind::Sections => drop(reader.section_texts()),
            FileKind::Interface => drop(reader.interface(&interface_names())),
            FileKind::Search => drop(reader.search()),
            FileKind::Questions => drop(reader.questions()),
            FileKind::Translations => drop(reader.translations()),
        }
        let mut tables = Vec::new();
        for problem in report.diagnostics.iter().filter(|problem| problem.code == Code::UnknownKey) {
            assert!(problem.message.to_text(Locale::English).contains(UNKNOWN), "{problem:?}");
            let help = problem.help.to_text(Locale::English);
            let keys = help.strip_prefix("the keys here are ").unwrap();
            tables.push(keys.split(", ").map(|key| key.trim_matches('`').to_owned()).collect());
        }
        let wrong = report.diagnostics.iter().find(|problem| problem.code == Code::WrongType);
        assert!(wrong.is_none(), "{wrong:?}\n{toml}");
        tables
    }

    #[test]
    fn the_schemas_have_the_keys_that_are_read() {
        for kind in FileKind::ALL {
            let schema = kind.json_schema();
            let mut written = Vec::new();
            let instance = instance(&schema, &schema, 0, &mut written).unwrap();
            let toml = to_toml(&instance);
            let mut read = known_keys(kind, &toml);
            // The lists of an interface are known by their names alone.
            if kind == FileKind::Interface {
                read.iter_mut().filter(|keys| keys.contains("pages")).for_each(|keys| {
                    keys.extend(["months", "days", "please", "reactions"].map(str::to_owned));
                });
            }
            let sorted = |mut tables: Vec<BTreeSet<String>>| {
                tables.sort();
                tables.dedup();
                tables
            };
            assert_eq!(sorted(written), sorted(read), "{}", kind.name());
        }
    }

    /// JSON as inline TOML.
    fn to_toml(value: &Value) -> String {
        fn inline(value: &Value) -> String {
            match value {
                Value::Object(table) => {
                    let pairs = table.iter().map(|(key, value)| format!("{key} = {}", inline(value)));
                    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
                }
                Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
                other => other.to_string(),
            }
        }
        value.as_object().unwrap().iter().map(|(key, value)| format!("{key} = {}\n", inline(value))).collect()
    }
}
