//! `palabre new language`: a language in `order`, and its folder.

use super::insertion::insert;
use super::new_content::of_languages;
use super::templates::{self, Untranslated};
use super::tree::Root;
use super::{Change, Existing, ScaffoldError};
use crate::content::files::ROOT_FILE;
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;

/// The change that adds a language: the sentences of the interface if there are any in it, else what is to be translated. The
/// sections are not translated by it: they are shown in another language meanwhile.
///
/// # Errors
///
/// When the tag is none, when the language is there, or when the content would have errors.
pub fn language(existing: &Existing, written: &str) -> Result<Change, ScaffoldError> {
    let refused = |message| Err(ScaffoldError::Refused(message));
    let Some(tag) = Tag::new(written) else {
        return refused(no_tag(written));
    };
    let content = &existing.content;
    let languages: Vec<&Tag> = content.languages().map(|language| content.tag(language)).collect();
    if languages.contains(&&tag) {
        return refused(message!(
            "the language `{tag}` is there already: `palabre check` lists what is not translated into it",
            tag
        ));
    }
    let insertions = Root::parse(existing.root()).and_then(|root| root.push_language(tag.as_str()));
    let Some(insertions) = insertions else {
        return refused(message!("{file} has no list `order` under [languages]: add it", file = ROOT_FILE));
    };
    let interface = match templates::of(&tag) {
        Some(texts) => texts.interface.to_owned(),
        None => {
            let (source, comments) =
                (templates::source(languages.iter().copied()), templates::comments(languages.first().copied()));
            templates::untranslated_interface(&tag, source, Untranslated::Comments, comments)
        }
    };
    let files =
        vec![(format!("{tag}/interface.toml"), interface), (ROOT_FILE.to_owned(), insert(existing.root(), insertions))];
    let mut next = of_languages(std::slice::from_ref(&tag));
    next.push(message!(
        "write the words of the sections into files of `{tag}/`, one after the other: `palabre check` lists what is missing",
        tag
    ));
    existing.checked(Change { files, next })
}

/// What is said of a tag that is none.
#[must_use]
pub fn no_tag(written: &str) -> Message {
    message!(
        "`{written}` is not a language tag: write the two or three lower-case letters of the language, as `fr`, `en`, `bm` or `nqo`",
        written
    )
}

/// What is said of a language that a content does not have.
pub(crate) fn no_language(tag: &Tag, languages: &[&Tag]) -> Message {
    let languages: Vec<String> = languages.iter().map(|tag| format!("`{tag}`")).collect();
    message!(
        "`{tag}` is no language of this content, whose languages are {languages}: `palabre new language {tag}` adds it",
        tag,
        languages = languages.join(", ")
    )
}
