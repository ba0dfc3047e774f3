//! The declared languages and the folders that hold their texts.

use super::characters;
use crate::content::schema::RawLanguages;
use crate::content::{LANGUAGES_MAX, LangId};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::lang::Tag;
use crate::message;

/// The languages in their order, and the default one.
pub(super) fn validate(
    file: &Source,
    raw: &RawLanguages,
    folders: &[String],
    sources: &[Source],
    report: &mut Report,
) -> (Vec<Tag>, LangId) {
    let mut tags: Vec<Tag> = Vec::new();
    let folder_tags: Vec<Option<Tag>> = folders.iter().map(|folder| Tag::new(folder)).collect();
    let folder_tags: Vec<Option<&Tag>> = folder_tags.iter().map(Option::as_ref).collect();
    for written in &raw.order {
        match Tag::new(&written.value) {
            None if characters::check_code(file, written, report) => {}
            None => report.error(
                Code::BadLanguage,
                written.location(file),
                message!("`{written}` is not a language tag", written = written.value),
                message!("write the two or three lower-case letters of the language, as `fr`, `en`, `bm` or `nqo`"),
            ),
            Some(tag) if tags.contains(&tag) => report.error(
                Code::BadLanguage,
                written.location(file),
                message!("the language `{tag}` stands twice", tag),
                message!("leave one of the two out"),
            ),
            Some(_) if tags.len() == LANGUAGES_MAX => report.error(
                Code::TooManyButtons,
                written.location(file),
                message!("more than {max} languages", max = LANGUAGES_MAX),
                message!("their buttons stand on one page, where Telegram shows at most 100"),
            ),
            Some(tag) => {
                if !folder_tags.contains(&Some(&tag)) {
                    report.error(
                        Code::LanguageWithoutFolder,
                        written.location(file),
                        message!("the language `{tag}` has no folder `{tag}/`", tag),
                        message!("add the folder `{tag}/` with the words, or take `{tag}` out of `order`", tag),
                    );
                }
                tags.push(tag);
            }
        }
    }
    if raw.order.is_empty() {
        report.error(
            Code::MissingKey,
            Location::file(&file.path),
            message!("no language is declared"),
            message!("add a table [languages] with `default = \"fr\"` and `order = [\"fr\"]`"),
        );
    }
    for (n, (folder, tag)) in folders.iter().zip(&folder_tags).enumerate() {
        if let Some(tag) = tag.filter(|tag| tags.contains(tag)) {
            if let Some(first) = folder_tags[..n].iter().position(|other| *other == Some(tag)) {
                report.error(
                    Code::BadLanguage,
                    Location::file(folder),
                    message!(
                        "the folders `{first}/` and `{folder}/` are both of the language `{tag}`",
                        first = folders[first],
                        folder,
                        tag
                    ),
                    message!("put the files of both into one of them"),
                );
            }
            continue;
        }
        let has_file = |source: &Source| source.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if !sources.iter().any(has_file) {
            report.warning(
                Code::NotRead,
                Location::file(folder),
                message!("nothing in the folder `{folder}/` is read", folder),
                message!("keep what is no text of the bot elsewhere; a language's folder holds `.toml` files"),
            );
            continue;
        }
        let without = |tag: &&Tag| !folder_tags.contains(&Some(tag));
        let near = tags.iter().filter(without).find(|tag| folder.to_lowercase().starts_with(tag.as_str()));
        let help = match near.map(Tag::as_str).or(did_you_mean(folder, tags.iter().map(Tag::as_str))) {
            Some(near) => {
                message!("rename it to `{near}/`, or add `{folder}` to `order` under [languages]", near, folder)
            }
            None => {
                message!("add `{folder}` to `order` under [languages] in palabre.toml, or remove the folder", folder)
            }
        };
        report.error(
            Code::UndeclaredLanguage,
            Location::file(folder),
            message!("the folder `{folder}/` is no declared language", folder),
            help,
        );
    }
    let default = raw
        .default
        .as_ref()
        .map(|written| (written, Tag::new(&written.value).and_then(|tag| tags.iter().position(|t| *t == tag))));
    match default {
        Some((_, Some(default))) => return (tags, LangId(default)),
        Some((written, None)) if characters::check_code(file, written, report) => {}
        Some((written, None)) => report.error(
            Code::BadLanguage,
            written.location(file),
            message!("the default language `{written}` is not in `order`", written = written.value),
            message!("name one of the languages of `order`"),
        ),
        None if raw.order.is_empty() => {}
        None => report.error(
            Code::MissingKey,
            Location::file(&file.path),
            message!("no default language is named"),
            message!("add `default = \"fr\"` under [languages]"),
        ),
    }
    (tags, LangId(0))
}
