//! The sections of the first tree that a document may fill, and our words for them.

use toml::de::{DeTable, DeValue};

use super::new_content::{self, Organisation};
use super::templates;
use crate::lang::Tag;

pub(super) const CONTACT: &str = "contact";
pub(super) const ABOUT: &str = "about";

/// What our texts say in the language of the document, or the language that it is translated from.
pub(super) struct FirstTree {
    /// Title, button and questions of the sections that a document may fill.
    contact: Template,
    about: Template,
    /// What stands where an editor has to write.
    pub(super) summary: String,
    pub(super) body: String,
}

/// The words of a section of the first tree.
#[derive(Default)]
pub(super) struct Template {
    pub(super) title: String,
    pub(super) button: String,
    pub(super) ask: Vec<String>,
}

impl FirstTree {
    pub(super) fn of(first: &Tag, organisation: &Organisation) -> Self {
        let languages = &organisation.languages;
        let texts = templates::of(first).unwrap_or_else(|| templates::source(languages));
        let section = Root::parse(texts.section);
        let sections = new_content::of_contacts(texts.sections, organisation);
        let sections = Root::parse(&sections);
        // Questions in another language than the document's would be found in the wrong one.
        let has_ask = templates::of(first).is_some();
        let template = |id: &str| Template {
            title: sections.text(id, "title"),
            button: sections.text(id, "button"),
            ask: if has_ask { sections.texts(id, "ask") } else { Vec::new() },
        };
        Self {
            contact: template(CONTACT),
            about: template(ABOUT),
            summary: section.text("ID", "summary"),
            body: section.text("ID", "body").trim().to_owned(),
        }
    }

    /// The template of a section of the first tree.
    pub(super) fn template(&self, id: &str) -> Option<&Template> {
        match id {
            CONTACT => Some(&self.contact),
            ABOUT => Some(&self.about),
            _ => None,
        }
    }
}

/// A template as TOML.
struct Root<'a>(Option<DeTable<'a>>);

impl<'a> Root<'a> {
    fn parse(text: &'a str) -> Self {
        Self(DeTable::parse(text).ok().map(toml::Spanned::into_inner))
    }

    fn get(&self, id: &str, key: &str) -> Option<&DeValue<'a>> {
        Some(self.0.as_ref()?.get(id)?.get_ref().get(key)?.get_ref())
    }

    fn text(&self, id: &str, key: &str) -> String {
        self.get(id, key).and_then(DeValue::as_str).unwrap_or_default().to_owned()
    }

    fn texts(&self, id: &str, key: &str) -> Vec<String> {
        let list = self.get(id, key).and_then(DeValue::as_array);
        list.into_iter().flatten().filter_map(|text| text.get_ref().as_str()).map(str::to_owned).collect()
    }
}
