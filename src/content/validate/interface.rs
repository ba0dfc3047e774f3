//! The bot's own sentences in every language.

mod keys;
mod lengths;

pub(super) use self::lengths::{FACTS_MAX, check_lengths};

use std::cmp::Reverse;

pub(super) use self::keys::Features;
use self::keys::{BOT_NAME, GONE, KEYS, Key, Kind, OTHER_LANGUAGE};
use super::facts::{Facts, LocalizedFacts};
use super::media::{HELP_CLIP, HOME_CLIP, Media};
use super::text::{STYLES_MAX, markdown, plain};
use super::{Folder, characters};
use crate::content::model::spaced_words;
use crate::content::month::YearMonth;
use crate::content::schema::{RawInterface, Spanned};
use crate::content::{BODY_PAGE_MAX, Contact, Interface, LABEL_MAX};
use crate::diag::{Code, Location, Report, Source};
use crate::lang::is_right_to_left;
use crate::markup::{RichText, utf16_len};
use crate::message;
use crate::messages::Message;

/// Languages that one line names; a button leads to the others.
const LANGUAGES_NAMED_MAX: usize = 8;

/// The dotted keys of an interface file.
pub(super) fn keys() -> Vec<&'static str> {
    KEYS.iter().map(|key| key.name).collect()
}

/// The dotted keys, each with its limit and placeholders in words.
pub(super) fn described_keys() -> impl Iterator<Item = (&'static str, String)> {
    KEYS.iter().map(|key| (key.name, key.describe()))
}

/// The interface of every language; texts that one lacks are those of the first language that has them. What none has is an error, and
/// its key stands for it: `[buttons.home]`.
pub(super) fn validate(
    folders: &[Folder<'_>],
    facts: &Facts,
    features: &Features<'_>,
    media: Media<'_>,
    report: &mut Report,
) -> Vec<Interface> {
    for folder in folders {
        let Some((file, raw)) = &folder.interface else {
            report.error(
                Code::MissingKey,
                Location::file(folder.name),
                message!("`{folder}/interface.toml` is missing", folder = folder.name),
                message!("add the file with `name = \"…\"`, the language's name for itself; what else it lacks is shown in another language"),);
            continue;
        };
        for key in KEYS {
            match raw.get(key.name) {
                Some(text) => check(file, key, text, facts.in_language(folder), report),
                None if key.kind.is_own() => {}
                None if key.name == "name" => report.error(
                    Code::MissingKey,
                    Location::file(&file.path),
                    message!("the language `{language}` does not say its name", language = folder.tag),
                    message!("add `name = \"…\"`, the language's name for itself: it stands on a button"),
                ),
                None if folders
                    .iter()
                    .any(|f| f.interface.as_ref().is_some_and(|(_, raw)| raw.get(key.name).is_some())) =>
                {
                    report.warning(
                        Code::Untranslated,
                        Location::file(&file.path),
                        message!(
                            "`{name}` is not translated into `{language}` yet",
                            name = key.name,
                            language = folder.tag
                        ),
                        message!("add `{name}`; until then it is shown in another language", name = key.name),
                    )
                }
                None => {}
            }
        }
        for list in LISTS {
            check_list(file, folder, folders, list, report);
        }
    }
    let missing: Vec<(&str, Option<Message>)> = KEYS
        .iter()
        .filter(|key| key.is_required(features))
        .map(|key| (key.name, key.why()))
        .chain(
            LISTS
                .iter()
                .filter(|list| (list.is_required)(features.contacts))
                .map(|list| (list.name, list.needed_by.map(|needed_by| needed_by()))),
        )
        .filter(|(name, _)| !folders.iter().any(|f| has(f, name)))
        .collect();
    for (name, why) in &missing {
        let first = folders.first().map_or("", |f| f.name);
        report.error(
            Code::MissingKey,
            Location::file(&format!("{first}/interface.toml")),
            message!("no language has `{name}`", name),
            match why {
                Some(why) => message!("add `{name}` to {first}/interface.toml: {why}", name, first, why),
                None => message!("add `{name}` to {first}/interface.toml", name, first),
            },
        );
    }
    let missing: Vec<&str> = missing.into_iter().map(|(name, _)| name).collect();
    let mut interfaces: Vec<Interface> = (0..folders.len()).map(|l| build(l, folders, &missing, facts)).collect();
    for (interface, folder) in interfaces.iter_mut().zip(folders) {
        let Some((file, raw)) = &folder.interface else { continue };
        let mut clip = |name| media.clip(file, folder.name, raw.get(name)?, report);
        (interface.home_clip, interface.help_clip) = (clip(HOME_CLIP), clip(HELP_CLIP));
    }
    name_languages(&mut interfaces, folders);
    interfaces
}

/// Says the languages' names for themselves in the lines for readers of another one.
fn name_languages(interfaces: &mut [Interface], folders: &[Folder<'_>]) {
    let names: Vec<Box<str>> = interfaces.iter().map(|interface| interface.name.clone()).collect();
    for (interface, folder) in interfaces.iter_mut().zip(folders) {
        let isolate = |name: &str| match is_right_to_left(name) == folder.right_to_left {
            true => name.to_owned(),
            false => format!("\u{2068}{name}\u{2069}"),
        };
        let mut list: Vec<String> = names.iter().take(LANGUAGES_NAMED_MAX).map(|name| isolate(name)).collect();
        if names.len() > LANGUAGES_NAMED_MAX {
            list.push("…".to_owned());
        }
        interface.other_language = interface.other_language.replace("{languages}", &list.join(" · ")).into();
    }
}

fn has(folder: &Folder<'_>, name: &str) -> bool {
    folder.interface.as_ref().is_some_and(|(_, raw)| match LISTS.iter().find(|list| list.name == name) {
        Some(list) => (list.get)(raw).is_some(),
        None => raw.get(name).is_some(),
    })
}

type Names = Spanned<Vec<Spanned<String>>>;

/// Names that an interface lists.
struct List {
    name: &'static str,
    get: fn(&RawInterface) -> Option<&Names>,
    count: usize,
    /// What has so many, and which comes first: for the editor.
    why: fn() -> [Message; 2],
    is_required: fn(&[Contact]) -> bool,
    /// Why a content must have it; `None` when every content must.
    needed_by: Option<fn() -> Message>,
}

const LISTS: [&List; 2] = [
    &List {
        name: "months",
        get: |raw| raw.months.as_ref(),
        count: 12,
        why: || [message!("a year has twelve"), message!("the twelve names, January first")],
        is_required: |_| true,
        needed_by: None,
    },
    &List {
        name: "days",
        get: |raw| raw.days.as_ref(),
        count: 7,
        why: || [message!("a week has seven"), message!("the seven names, Monday first")],
        is_required: |contacts| contacts.iter().any(|contact| !contact.hours.is_empty()),
        needed_by: Some(|| message!("a contact has hours")),
    },
];

fn check_list(file: &Source, folder: &Folder<'_>, folders: &[Folder<'_>], list: &List, report: &mut Report) {
    let [fact, names] = (list.why)();
    let Some(written) = folder.interface.as_ref().and_then(|(_, raw)| (list.get)(raw)) else {
        if folders.iter().any(|f| has(f, list.name)) {
            report.warning(
                Code::Untranslated,
                Location::file(&file.path),
                message!("`{name}` is not translated into `{language}` yet", name = list.name, language = folder.tag),
                message!("add {names}; until then those of another language are shown", names),
            );
        }
        return;
    };
    for name in &written.value {
        characters::check_line(file, name, folder.right_to_left, report);
    }
    if written.value.len() != list.count {
        let message =
            message!("{count} {name} stand here; {fact}", count = written.value.len(), name = list.name, fact);
        report.error(Code::WrongType, written.location(file), message, message!("list {names}", names));
    }
}

fn check(file: &Source, key: &Key, text: &Spanned<String>, facts: LocalizedFacts<'_>, report: &mut Report) {
    if text.value.trim().is_empty() {
        report.error(
            Code::EmptyText,
            text.location(file),
            message!("`{name}` has no words", name = key.name),
            message!("write the text"),
        );
        return;
    }
    if !matches!(key.kind, Kind::Page | Kind::Description(_)) && text.value.trim().contains('\n') {
        report.error(
            Code::NotOneLine,
            text.location(file),
            message!("`{name}` has more than one line", name = key.name),
            message!("write it on one line"),
        );
    }
    match key.kind {
        Kind::Page => {
            let rich = markdown(file, text, facts, report);
            if rich.is_empty() {
                report.error(
                    Code::EmptyText,
                    text.location(file),
                    message!("`{name}` shows no words", name = key.name),
                    message!("write the text"),
                );
            }
            if rich.spans().len() > STYLES_MAX {
                let message = message!(
                    "`{name}` has {count} styled parts; a message shows 100",
                    name = key.name,
                    count = rich.spans().len()
                );
                report.error(Code::UnsupportedMarkdown, text.location(file), message, message!("style less of it"));
            }
            if rich.utf16_len() > BODY_PAGE_MAX {
                let message = message!(
                    "`{name}` has {count} characters; a page has room for {max}",
                    name = key.name,
                    count = rich.utf16_len(),
                    max = BODY_PAGE_MAX
                );
                report.error(
                    Code::TextTooLong,
                    text.location(file),
                    message,
                    message!("shorten it: people read it on a phone"),
                );
            }
        }
        Kind::Plain(max, own) => {
            let filled = plain(file, text, facts, own, report);
            too_long(file, text, utf16_len(&filled), max, Code::TextTooLong, key.name, report);
        }
        Kind::Description(max) => {
            let filled = plain(file, text, facts, &[], report);
            too_long(file, text, filled.chars().count(), max, Code::DescriptionTooLong, key.name, report);
        }
        Kind::Label(own) => {
            let filled = plain(file, text, facts, own, report);
            let fixed = own.iter().fold(filled, |text, name| text.replace(&format!("{{{name}}}"), ""));
            if fixed.len() > LABEL_MAX {
                report.error(
                    Code::ButtonTooLong,
                    text.location(file),
                    message!(
                        "this label has {count} bytes; a button has room for {max}",
                        count = fixed.len(),
                        max = LABEL_MAX
                    ),
                    message!("shorten it to a few words"),
                );
            }
        }
        Kind::Alias | Kind::Clip => {}
    }
}

fn too_long(
    file: &Source,
    text: &Spanned<String>,
    count: usize,
    max: usize,
    code: Code,
    name: &str,
    report: &mut Report,
) {
    if count > max {
        report.error(
            code,
            text.location(file),
            message!("`{name}` has {count} characters; {max} is the most", name, count, max),
            message!("shorten it"),
        );
    }
}

/// The interface of the language at `l`. The keys that are missing are reported already.
fn build(l: usize, folders: &[Folder<'_>], missing: &[&str], facts: &Facts) -> Interface {
    let order = || std::iter::once(&folders[l]).chain(folders);
    // A text of another language keeps to the rules of its own.
    let raw = |name: &str| {
        let found = order().find_map(|f| Some((f.interface.as_ref()?.1.get(name)?, f)));
        found.map_or(("", facts.in_language(&folders[l])), |(text, f)| (text.value.trim(), facts.in_language(f)))
    };
    let own = |name: &str| -> Box<str> {
        if missing.contains(&name) {
            return format!("[{name}]").into();
        }
        let (text, localized) = raw(name);
        localized.fill(text).into()
    };
    let page = |name: &str| -> RichText {
        if missing.contains(&name) {
            return RichText::plain(format!("[{name}]"));
        }
        let (text, localized) = raw(name);
        localized.parse(text).0
    };
    let localized = facts.in_language(&folders[l]);
    let days = order().find_map(|f| f.interface.as_ref()?.1.days.as_ref());
    let days = days.into_iter().flat_map(|days| &days.value).map(|day| day.value.trim().into()).collect();
    Interface {
        name: own("name"),
        bot_name: own(BOT_NAME),
        home_clip: None,
        help_clip: None,
        no_clip: own("lines.no_clip"),
        feedback_thanks: own("lines.feedback_thanks"),
        feedback_sorry: own("lines.feedback_sorry"),
        button_listen: own("buttons.listen"),
        button_helped: own("buttons.helped"),
        button_not_helped: own("buttons.not_helped"),
        description: own("bot.description"),
        short_description: own("bot.short_description"),
        home: page("pages.home"),
        help: page("pages.help"),
        help_end: page("pages.help_end"),
        languages: page("pages.languages"),
        unknown: own("lines.unknown"),
        suggest: own("lines.suggest"),
        unknown_command: own("lines.unknown_command"),
        no_command: own("lines.no_command"),
        old_button: own("lines.old_button"),
        gone: own(GONE),
        flood: own("lines.flood"),
        trouble: own("lines.trouble"),
        untranslated: own("lines.untranslated"),
        other_language: own(OTHER_LANGUAGE),
        voice: own("lines.voice"),
        picture: own("lines.picture"),
        other: own("lines.other"),
        how_to_ask: own("lines.how_to_ask"),
        question_placeholder: own("lines.question_placeholder"),
        please: phrases(&folders[l], |raw| &raw.please),
        reactions: phrases(&folders[l], |raw| &raw.reactions),
        facts: facts_line(l, folders, facts, &facts.source, facts.checked),
        days,
        open: own("lines.open"),
        closed: own("lines.closed"),
        closed_until: own("lines.closed_until"),
        button_home: own("buttons.home"),
        button_back: own("buttons.back"),
        button_previous: own("buttons.previous"),
        button_next: own("buttons.next"),
        button_more: own("buttons.more"),
        button_less: own("buttons.less"),
        button_languages: own("buttons.languages"),
        button_copy_phone: own("buttons.copy_phone").replace("{phone}", &localized.isolate("{phone}")).into(),
        button_copy_address: own("buttons.copy_address"),
        button_copy_email: own("buttons.copy_email").replace("{mailbox}", &localized.isolate("{mailbox}")).into(),
        button_venue: own("buttons.venue"),
        button_map: own("buttons.map"),
        button_website: own("buttons.website"),
        button_card: own("buttons.card"),
        button_share: own("buttons.share"),
        button_open: own("buttons.open"),
        button_everyone: own("buttons.everyone"),
        button_rather: own("buttons.rather"),
    }
}

/// The line of the language at `l` that says from where facts are, and of which month. Words that it lacks are those of the first
/// language that has them.
pub(super) fn facts_line(
    l: usize,
    folders: &[Folder<'_>],
    facts: &Facts,
    source: &str,
    checked: YearMonth,
) -> Box<str> {
    let order = || std::iter::once(&folders[l]).chain(folders);
    let line = order().find_map(|f| Some((f.interface.as_ref()?.1.get("lines.facts")?.value.trim(), f)));
    let (line, folder) = line.unwrap_or(("", &folders[l]));
    let months = order().find_map(|f| f.interface.as_ref()?.1.months.as_ref());
    let month = months.and_then(|months| months.value.get(checked.month as usize - 1)).map_or("", |m| m.value.as_str());
    let localized = facts.in_language(folder);
    let line = localized
        .fill(line)
        .replace("{source}", &facts.in_language(&folders[l]).isolate(source))
        .replace("{month}", month)
        .replace("{year}", &checked.year.to_string());
    localized.typeset(&line).into()
}

/// A list of phrases in a language, the longest first: a shorter one may be a part of it.
fn phrases(folder: &Folder<'_>, list: impl Fn(&RawInterface) -> &[Spanned<String>]) -> Vec<String> {
    let raw = folder.interface.iter().flat_map(|(_, raw)| list(raw));
    let mut phrases: Vec<String> = raw.map(|phrase| spaced_words(&phrase.value)).filter(|p| !p.is_empty()).collect();
    phrases.sort_by_key(|phrase| Reverse(phrase.len()));
    phrases
}
