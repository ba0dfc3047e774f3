//! Texts of `palabre.toml` that are one for all languages, or a table of texts by language.

use super::Folder;
use crate::content::PerLanguage;
use crate::content::schema::{RawText, Spanned};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;

/// The text in every language: what one lacks is that of the first language of the content that has it. `what` names the text for
/// the editor; `read` checks it and gives it as people of a language read it.
pub(super) fn validate(
    file: &Source,
    written: &RawText,
    what: &Message,
    folders: &[Folder<'_>],
    report: &mut Report,
    mut read: impl FnMut(&Spanned<String>, &Folder<'_>, &mut Report) -> Box<str>,
) -> PerLanguage {
    let mut texts: Vec<Option<Box<str>>> = vec![None; folders.len()];
    for (tag, text) in &written.texts {
        match tag {
            // What is reported for each language is kept once.
            None => texts = folders.iter().map(|folder| Some(read(text, folder, report))).collect(),
            Some(tag) => {
                if let Some(language) = language(file, tag, folders, report) {
                    texts[language] = Some(read(text, &folders[language], report));
                }
            }
        }
    }
    let Some(fallback) = texts.iter().flatten().next().cloned() else {
        return PerLanguage(vec!["".into(); folders.len()]); // What is written is wrong, and has been reported.
    };
    let with_fallback = texts.into_iter().zip(folders).map(|(text, folder)| {
        text.unwrap_or_else(|| {
            report.warning(
                Code::Untranslated,
                Location::span(&file.path, written.span.clone()),
                message!("{what} is not translated into `{language}` yet", what, language = folder.tag),
                message!("add `{language} = \"…\"`; until then it is shown in another language", language = folder.tag),
            );
            fallback.clone()
        })
    });
    PerLanguage(with_fallback.collect())
}

fn language(file: &Source, tag: &Spanned<String>, folders: &[Folder<'_>], report: &mut Report) -> Option<usize> {
    let known = Tag::new(&tag.value);
    let found = folders.iter().position(|folder| Some(&folder.tag) == known.as_ref());
    if found.is_none() && !folders.is_empty() {
        let tags: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.tag)).collect();
        let help = match did_you_mean(&tag.value, folders.iter().map(|folder| folder.tag.as_str())) {
            Some(near) => message!("did you mean `{near}`?", near),
            None => message!(
                "the languages are {languages}; a text without a table is that of all",
                languages = tags.join(", ")
            ),
        };
        let message = message!("`{tag}` is no language of this content", tag = tag.value);
        report.error(Code::BadLanguage, tag.location(file), message, help);
    }
    found
}
