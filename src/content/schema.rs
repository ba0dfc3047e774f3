//! The shapes of the files: texts, lists and flags as an editor wrote them, each with its position.
//!
//! serde stops at the first unknown key or wrong type of a file. An editor wants all of them at once, so the tables that the
//! `toml` crate parses are read by hand here: what is wrong is reported and passed over.

pub(super) mod limits;
mod reader;
mod spanned;
mod syntax;

use std::ops::Range;

use crate::content::MAIN_CONTACT;
use crate::message;
pub(crate) use reader::{Reader, TEXT_MAX};
pub(crate) use spanned::Spanned;

use self::reader::Fields;

/// `palabre.toml`.
#[derive(Debug)]
pub(crate) struct RawRoot {
    pub(super) sections: Vec<RawSection>,
    pub(super) names: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) links: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) languages: RawLanguages,
    /// `[contacts.mopti]` and its like, and the older `[contact]`, which writes the one called `main`.
    pub(super) contacts: Vec<RawContact>,
    pub(super) source: RawSource,
    /// Kinds of warnings that the editors know of.
    pub(super) allow: Vec<Spanned<String>>,
    pub(super) bot: RawBot,
    /// Whether answers ask whether they helped.
    pub(super) feedback: bool,
}

/// `[bot]`: the bot as a messenger shows it.
#[derive(Debug, Default)]
pub(crate) struct RawBot {
    pub(super) picture: Option<Spanned<String>>,
    pub(super) site: Option<Spanned<String>>,
    pub(super) cards: Option<Spanned<String>>,
    pub(super) inline_mode: Option<bool>,
    pub(super) groups: Option<bool>,
    pub(super) guests: Option<bool>,
}

/// `[languages]`
#[derive(Debug, Default)]
pub(crate) struct RawLanguages {
    pub(super) default: Option<Spanned<String>>,
    pub(super) order: Vec<Spanned<String>>,
    /// Whether texts get the no-break spaces of their language; they do unless this is `false`.
    pub(super) typography: Option<bool>,
}

/// `[contacts.mopti]` and its like: one office, service or person and how to reach them.
#[derive(Debug)]
pub(crate) struct RawContact {
    pub(super) id: Spanned<String>,
    /// Whether it stands in `[contact]`.
    pub(super) is_old: bool,
    /// What the contact card is called, where that is not the organisation's name.
    pub(super) name: Option<RawText>,
    pub(super) phones: Vec<RawLabelled>,
    pub(super) emails: Vec<RawLabelled>,
    pub(super) address: Option<RawText>,
    /// Days and their hours.
    pub(super) hours: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) time_zone: Option<Spanned<String>>,
    pub(super) location: Option<Spanned<Vec<f64>>>,
    pub(super) links: RawContactLinks,
}

/// `links` of a contact.
#[derive(Debug, Default)]
pub(crate) struct RawContactLinks {
    pub(super) website: Option<Spanned<String>>,
    pub(super) whatsapp: Option<Spanned<String>>,
    pub(super) telegram: Option<Spanned<String>>,
    pub(super) facebook: Option<Spanned<String>>,
}

/// A text for every language, or a table of texts by language.
#[derive(Debug)]
pub(crate) struct RawText {
    pub(super) span: Range<usize>,
    /// Texts, each under the tag of its language; one without a tag is that of every language.
    pub(super) texts: Vec<(Option<Spanned<String>>, Spanned<String>)>,
}

/// A number or an address, and whose it is.
#[derive(Debug)]
pub(crate) struct RawLabelled {
    pub(super) value: Spanned<String>,
    pub(super) label: Option<RawText>,
}

/// The contact that a section shows.
#[derive(Debug)]
pub(crate) enum RawSectionContact {
    /// The main one, if there is one.
    Main,
    /// The one of this id.
    Named(Spanned<String>),
}

/// `[source]`: where the facts are from.
#[derive(Debug, Default)]
pub(crate) struct RawSource {
    pub(super) title: Option<Spanned<String>>,
    pub(super) checked: Option<Spanned<String>>,
    pub(super) max_age_months: Option<Spanned<i64>>,
}

/// A node of the tree in `palabre.toml`.
#[derive(Debug, Default)]
pub(crate) struct RawSection {
    pub(super) id: Option<Spanned<String>>,
    pub(super) emoji: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) contact: Option<RawSectionContact>,
    /// The ids that it had before.
    pub(super) was: Vec<Spanned<String>>,
    pub(super) draft: bool,
    /// Whether menus and lists show it; they do unless this is `false`.
    pub(super) listed: Option<bool>,
    /// The first and the last day on which it is there, as `2026-12-01`.
    pub(super) from: Option<Spanned<String>>,
    pub(super) until: Option<Spanned<String>>,
    /// Where its facts are from, where that is another source than the content's.
    pub(super) source: Option<Spanned<String>>,
    pub(super) checked: Option<Spanned<String>>,
    pub(super) links: Vec<RawLinkButton>,
    pub(super) picture: Option<Spanned<String>>,
    pub(super) children: Vec<RawSection>,
}

/// A button that opens a web address.
#[derive(Debug)]
pub(crate) struct RawLinkButton {
    pub(super) text: Option<RawText>,
    pub(super) url: Option<Spanned<String>>,
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
    /// The file of the clip that reads it aloud.
    pub(super) voice: Option<Spanned<String>>,
    /// What the section's picture shows.
    pub(super) picture_text: Option<Spanned<String>>,
    pub(crate) ask: Vec<Spanned<String>>,
}

/// `interface.toml`: texts by their dotted keys (`buttons.home`), the months, the days, and phrases that ask nothing.
#[derive(Debug, Default)]
pub(crate) struct RawInterface {
    pub(super) texts: Vec<(String, Spanned<String>)>,
    pub(super) months: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) days: Option<Spanned<Vec<Spanned<String>>>>,
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
    pub(super) address_words: Vec<Spanned<String>>,
    pub(super) out_of_scope: Vec<Spanned<String>>,
    pub(super) navigation: RawNavigation,
    pub(super) talk: Vec<RawTalk>,
}

/// `[navigation]`: words that lead somewhere by themselves.
#[derive(Debug, Default)]
pub(crate) struct RawNavigation {
    pub(super) home: Vec<Spanned<String>>,
    pub(super) help: Vec<Spanned<String>>,
    pub(super) language: Vec<Spanned<String>>,
}

/// `[talk.greeting]` and its like: what people say, and the answer to it.
#[derive(Debug)]
pub(crate) struct RawTalk {
    pub(super) name: Spanned<String>,
    pub(crate) ask: Vec<Spanned<String>>,
    pub(super) answer: Option<Spanned<String>>,
    pub(super) button: Option<Spanned<String>>,
    pub(super) urgent: bool,
}

/// A question of `tests/`.
#[derive(Debug)]
pub(crate) struct RawQuestion {
    pub(crate) ask: Spanned<String>,
    pub(crate) expected: RawExpected,
    /// The language in which it is answered.
    pub(crate) language: Option<Spanned<String>>,
}

/// The notes of one language in `translations.toml`: each with the key of the text that it is of.
#[derive(Debug)]
pub(crate) struct RawTranslations {
    pub(crate) language: Spanned<String>,
    pub(crate) notes: Vec<(Spanned<String>, Spanned<String>)>,
}

/// What a question must find.
#[derive(Debug)]
pub(crate) enum RawExpected {
    /// One of these sections as the first.
    Section(Vec<Spanned<String>>),
    /// One of these sections among the first three.
    Among(Vec<Spanned<String>>),
    /// One of these sections among those that are offered: none is the answer.
    Offered(Vec<Spanned<String>>),
    /// The answer of this talk topic.
    Talk(Spanned<String>),
    /// No section: it is out of scope.
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
                typography: fields.optional_boolean("typography"),
            }),
            contacts: {
                let old = fields.keyed_table("contact", |key, fields| {
                    contact(Spanned { value: MAIN_CONTACT.to_owned(), span: key.span }, true, fields)
                });
                let named = fields.named_tables("contacts", |id, fields| contact(id, false, fields));
                old.into_iter().chain(named).collect()
            },
            source: fields.table("source", |fields| RawSource {
                title: fields.string("title"),
                checked: fields.string("checked"),
                max_age_months: fields.integer("max_age_months"),
            }),
            links: fields.pairs("links"),
            allow: fields.strings("allow"),
            feedback: fields.boolean("feedback"),
            bot: fields.table("bot", |fields| RawBot {
                picture: fields.string("picture"),
                site: fields.string("site"),
                cards: fields.string("cards"),
                inline_mode: fields.optional_boolean("inline_mode"),
                groups: fields.optional_boolean("groups"),
                guests: fields.optional_boolean("guests"),
            }),
        })
    }

    pub(crate) fn section_texts(mut self) -> Vec<RawSectionText> {
        let why = || message!("every section has a title, a summary and a body");
        self.tables(|id, fields| {
            let (title, button) = (fields.required("title", why()), fields.string("button"));
            let (command, summary) = (fields.string("command"), fields.required("summary", why()));
            let body = fields.required("body", why());
            let (voice, picture_text) = (fields.string("voice"), fields.string("picture_text"));
            RawSectionText {
                id,
                title,
                button,
                command,
                summary,
                body,
                voice,
                picture_text,
                ask: fields.strings("ask"),
            }
        })
    }

    pub(super) fn search(mut self) -> RawSearch {
        self.document(|fields| RawSearch {
            stemmer: fields.string("stemmer"),
            stop_words: fields.strings("stop_words"),
            question_words: fields.strings("question_words"),
            address_words: fields.strings("address_words"),
            spellings: fields.pairs("spellings"),
            out_of_scope: fields.strings("not_ours"),
            navigation: fields.table("navigation", |fields| RawNavigation {
                home: fields.strings("home"),
                help: fields.strings("help"),
                language: fields.strings("language"),
            }),
            talk: fields.named_tables("talk", talk),
        })
    }

    pub(crate) fn questions(mut self) -> Vec<RawQuestion> {
        self.document(|fields| fields.tables("question", question)).into_iter().flatten().collect()
    }
}

fn section(fields: &mut Fields<'_, '_>) -> RawSection {
    let why = || message!("every section has an id and an emoji");
    RawSection {
        id: fields.required("id", why()),
        emoji: fields.required("emoji", why()),
        command: fields.string("command"),
        contact: fields.section_contact("contact"),
        was: fields.strings("was"),
        draft: fields.boolean("draft"),
        listed: fields.optional_boolean("listed"),
        from: fields.date("from"),
        until: fields.date("until"),
        source: fields.string("source"),
        checked: fields.string("checked"),
        links: fields.tables("links", link_button),
        picture: fields.string("picture"),
        children: fields.tables("children", section),
    }
}

fn link_button(fields: &mut Fields<'_, '_>) -> RawLinkButton {
    let why = || message!("a button has a text and the address that it opens");
    let text = fields.by_language("text");
    if text.is_none() {
        fields.missing("text", why());
    }
    RawLinkButton { text, url: fields.required("url", why()) }
}

fn contact(id: Spanned<String>, is_old: bool, fields: &mut Fields<'_, '_>) -> RawContact {
    RawContact {
        id,
        is_old,
        name: fields.by_language("name"),
        phones: fields.labelled("phones", "number"),
        emails: fields.labelled("email", "address"),
        address: fields.by_language("address"),
        hours: fields.pairs("hours"),
        time_zone: fields.string("time_zone"),
        location: fields.numbers("location"),
        links: fields.table("links", |fields| RawContactLinks {
            website: fields.string("website"),
            whatsapp: fields.string("whatsapp"),
            telegram: fields.string("telegram"),
            facebook: fields.string("facebook"),
        }),
    }
}

fn talk(name: Spanned<String>, fields: &mut Fields<'_, '_>) -> RawTalk {
    RawTalk {
        name,
        ask: fields.strings("ask"),
        answer: fields.string("answer"),
        button: fields.string("button"),
        urgent: fields.boolean("urgent"),
    }
}

fn question(fields: &mut Fields<'_, '_>) -> Option<RawQuestion> {
    let ask = fields.required("ask", message!("it is the question"));
    let expected = [
        fields.one_or_more("section").map(RawExpected::Section),
        fields.one_or_more("among").map(RawExpected::Among),
        fields.one_or_more("offered").map(RawExpected::Offered),
        fields.string("talk").map(RawExpected::Talk),
        fields.boolean("refused").then_some(RawExpected::Refused),
    ];
    let language = fields.string("language");
    let mut expected = expected.into_iter().flatten();
    let (first, second) = (expected.next(), expected.next());
    if ask.is_some() && first.is_none() {
        fields
            .missing("section", message!("or `among = \"…\"`, `offered = \"…\"`, `talk = \"…\"` or `refused = true`"));
    }
    if second.is_some() {
        fields.contradiction(
            message!("this question has two outcomes"),
            message!("keep one: `section`, `among`, `offered`, `talk` or `refused`"),
        );
    }
    Some(RawQuestion { ask: ask?, expected: first?, language })
}
