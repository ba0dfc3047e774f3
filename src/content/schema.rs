//! The shapes of the files: texts, lists and flags as an editor wrote them, each with its position.
//!
//! serde stops at the first unknown key or wrong type of a file. An editor wants all of them at once, so the tables that the
//! `toml` crate parses are read by hand here: what is wrong is reported and passed over.

mod reader;
mod spanned;

pub(crate) use reader::Reader;
pub(crate) use spanned::Spanned;

use self::reader::Fields;
use super::SmallTalk;

/// `palabre.toml`.
#[derive(Debug)]
pub(crate) struct RawRoot {
    pub(super) sections: Vec<RawSection>,
    pub(super) names: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) links: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) languages: RawLanguages,
    pub(super) contact: RawContact,
    pub(super) source: RawSource,
}

/// `[languages]`
#[derive(Debug, Default)]
pub(crate) struct RawLanguages {
    pub(super) default: Option<Spanned<String>>,
    pub(super) order: Vec<Spanned<String>>,
}

/// `[contact]`
#[derive(Debug, Default)]
pub(crate) struct RawContact {
    pub(super) phones: Vec<Spanned<String>>,
    pub(super) address: Option<Spanned<String>>,
}

/// `[source]`: where the facts are from.
#[derive(Debug, Default)]
pub(crate) struct RawSource {
    pub(super) title: Option<Spanned<String>>,
    pub(super) checked: Option<Spanned<String>>,
    pub(super) max_age_months: Option<Spanned<i64>>,
}

/// A node of the tree in `palabre.toml`.
#[derive(Debug)]
pub(crate) struct RawSection {
    pub(super) id: Option<Spanned<String>>,
    pub(super) emoji: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) contact: bool,
    pub(super) children: Vec<RawSection>,
}

/// A section's text in one language.
#[derive(Debug)]
pub(crate) struct RawSectionText {
    pub(crate) id: Spanned<String>,
    pub(super) title: Option<Spanned<String>>,
    pub(super) button: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) summary: Option<Spanned<String>>,
    pub(super) body: Option<Spanned<String>>,
    pub(crate) ask: Vec<Spanned<String>>,
}

/// `interface.toml`: texts by their dotted keys (`buttons.home`), the months, and phrases that ask nothing.
#[derive(Debug, Default)]
pub(crate) struct RawInterface {
    pub(super) texts: Vec<(String, Spanned<String>)>,
    pub(super) months: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) please: Vec<Spanned<String>>,
    pub(super) reactions: Vec<Spanned<String>>,
}

impl RawInterface {
    pub(super) fn get(&self, key: &str) -> Option<&Spanned<String>> {
        self.texts.iter().find(|(k, _)| k == key).map(|(_, text)| text)
    }
}

/// `search.toml`: how people write a language.
#[derive(Debug)]
pub(crate) struct RawSearch {
    pub(super) stemmer: Option<Spanned<String>>,
    pub(super) stop_words: Vec<Spanned<String>>,
    pub(super) question_words: Vec<Spanned<String>>,
    pub(super) spellings: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) out_of_scope: Vec<Spanned<String>>,
    pub(super) small_talk: Vec<RawSmallTalk>,
}

/// `[talk.greeting]` and its like: what people say, and the answer to it.
#[derive(Debug)]
pub(crate) struct RawSmallTalk {
    pub(super) kind: SmallTalk,
    pub(super) ask: Vec<Spanned<String>>,
    pub(super) answer: Option<Spanned<String>>,
}

/// A question of `tests/`.
#[derive(Debug)]
pub(crate) struct RawQuestion {
    pub(crate) ask: Spanned<String>,
    pub(crate) expected: RawExpected,
}

/// What a question must find.
#[derive(Debug)]
pub(crate) enum RawExpected {
    /// This section as the first.
    Section(Spanned<String>),
    /// This section as one of the first three.
    Among(Spanned<String>),
    /// No answer: it is out of scope.
    Refused,
}

/// The files, each read into its shape. A key is named once: in the order in which they are read, a diagnostic lists them.
impl<'a> Reader<'a> {
    pub(super) fn root(mut self) -> RawRoot {
        self.document(|fields| RawRoot {
            sections: fields.tables("sections", section),
            names: fields.pairs("names"),
            languages: fields.table("languages", |fields| RawLanguages {
                default: fields.string("default"),
                order: fields.strings("order"),
            }),
            contact: fields.table("contact", |fields| RawContact {
                phones: fields.strings("phones"),
                address: fields.string("address"),
            }),
            source: fields.table("source", |fields| RawSource {
                title: fields.string("title"),
                checked: fields.string("checked"),
                max_age_months: fields.integer("max_age_months"),
            }),
            links: fields.pairs("links"),
        })
    }

    pub(crate) fn section_texts(mut self) -> Vec<RawSectionText> {
        const WHY: &str = "every section has a title, a summary and a body";
        self.tables(|id, fields| {
            let (title, button) = (fields.required("title", WHY), fields.string("button"));
            let (command, summary) = (fields.string("command"), fields.required("summary", WHY));
            let (body, ask) = (fields.required("body", WHY), fields.strings("ask"));
            RawSectionText { id, title, button, command, summary, body, ask }
        })
    }

    pub(super) fn search(mut self) -> RawSearch {
        self.document(|fields| RawSearch {
            stemmer: fields.string("stemmer"),
            stop_words: fields.strings("stop_words"),
            question_words: fields.strings("question_words"),
            spellings: fields.pairs("spellings"),
            out_of_scope: fields.strings("not_ours"),
            small_talk: fields.table("talk", |fields| {
                let kinds = SmallTalk::ALL.into_iter();
                kinds.filter_map(|(kind, key)| fields.optional_table(key, |fields| small_talk(kind, fields))).collect()
            }),
        })
    }

    pub(crate) fn questions(mut self) -> Vec<RawQuestion> {
        self.document(|fields| fields.tables("question", question)).into_iter().flatten().collect()
    }
}

fn section(fields: &mut Fields<'_, '_>) -> RawSection {
    const WHY: &str = "every section has an id and an emoji";
    RawSection {
        id: fields.required("id", WHY),
        emoji: fields.required("emoji", WHY),
        command: fields.string("command"),
        contact: fields.boolean("contact"),
        children: fields.tables("children", section),
    }
}

fn small_talk(kind: SmallTalk, fields: &mut Fields<'_, '_>) -> RawSmallTalk {
    RawSmallTalk { kind, ask: fields.strings("ask"), answer: fields.required("answer", "it is what the bot says back") }
}

fn question(fields: &mut Fields<'_, '_>) -> Option<RawQuestion> {
    let ask = fields.required("ask", "it is the question");
    let section = fields.string("section").map(RawExpected::Section);
    let among = fields.string("among").map(RawExpected::Among);
    let refused = fields.boolean("refused").then_some(RawExpected::Refused);
    let expected = section.or(among).or(refused);
    if ask.is_some() && expected.is_none() {
        fields.missing("section", "or `among = \"…\"`, or `refused = true`");
    }
    Some(RawQuestion { ask: ask?, expected: expected? })
}
