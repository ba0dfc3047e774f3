//! Menus of commands and profile descriptions at Telegram, compared with those of the content in every language.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use super::report::Finding;
use crate::content::Content;
use crate::telegram::api::newer::BotCommand;
use crate::telegram::api::{Api, ApiError};
use crate::telegram::profile::{BotCommandScope, get_description, get_menu, get_short_description, languages, menu};

/// The most concurrent requests of each check.
const CONCURRENCY: usize = 8;
/// The most names or languages in a list; the rest is a number.
const LISTED_MAX: usize = 5;
const UPDATE_HELP: &str = "start `palabre run` (anew): it brings them up to date when it starts";

/// The menus that `palabre run` sets: scope, name of the check, whether it is the menu of groups.
const PUBLISHED: [(BotCommandScope, &str, bool); 2] =
    [(BotCommandScope::Default, "commands", false), (BotCommandScope::AllGroupChats, "group-commands", true)];

/// Scopes that Palabre does not use and that take precedence over those of [`PUBLISHED`].
const SHADOWING: [(BotCommandScope, &str); 2] = [
    (BotCommandScope::AllPrivateChats, "all_private_chats"),
    (BotCommandScope::AllChatAdministrators, "all_chat_administrators"),
];

pub(crate) async fn findings(api: &Api, content: &Content, deadline: Instant) -> Vec<Finding> {
    let [private, groups] = PUBLISHED.map(|menu| published_menu(api, content, menu, deadline));
    let (private, groups, shadowing, descriptions) =
        tokio::join!(private, groups, shadowing_menus(api, content, deadline), descriptions(api, content, deadline));
    [private, groups].into_iter().chain(shadowing).chain([descriptions]).collect()
}

async fn published_menu(
    api: &Api,
    content: &Content,
    (scope, check, is_group): (BotCommandScope, &'static str, bool),
    deadline: Instant,
) -> Finding {
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let actual = api.call_until(&get_menu(scope.clone(), code), deadline).await?;
        let expected = menu(content, lang, scope.clone(), code, is_group).commands;
        Ok(menu_difference(&expected, &actual).map(|difference| format!("{} {difference}", audience(code))))
    });
    let of_groups = if is_group { " of groups" } else { "" };
    comparison_finding(
        check,
        differences.buffered(CONCURRENCY).collect().await,
        format!("the menu{of_groups} is the content's in every language"),
        &format!("the menu{of_groups} differs from the content's"),
    )
}

async fn descriptions(api: &Api, content: &Content, deadline: Instant) -> Finding {
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let (long, short) = (get_description(code), get_short_description(code));
        let (long, short) = tokio::join!(api.call_until(&long, deadline), api.call_until(&short, deadline));
        let interface = content.interface(lang);
        let different = match (
            long?.description == *interface.description,
            short?.short_description == *interface.short_description,
        ) {
            (true, true) => return Ok(None),
            (false, true) => "the long one",
            (true, false) => "the short one",
            (false, false) => "both",
        };
        Ok(Some(format!("{} {different}", audience(code))))
    });
    comparison_finding(
        "descriptions",
        differences.buffered(CONCURRENCY).collect().await,
        "those of the bot's profile are the content's in every language".into(),
        "those of the bot's profile differ from the content's",
    )
}

/// Menus that are shown instead of Palabre's: an earlier program has left them.
async fn shadowing_menus(api: &Api, content: &Content, deadline: Instant) -> Vec<Finding> {
    let menus = SHADOWING
        .into_iter()
        .flat_map(|(scope, name)| languages(content).map(move |(_, code)| (scope.clone(), name, code)));
    let results: Vec<_> = stream::iter(menus)
        .map(async |(scope, name, code)| {
            let commands = api.call_until(&get_menu(scope, code), deadline).await;
            commands.map(|commands| (name, code, commands.len()))
        })
        .buffered(CONCURRENCY)
        .collect()
        .await;
    let mut findings = Vec::new();
    if let Some(Err(error)) = results.iter().find(|result| result.is_err()) {
        findings.push(Finding::unknown("commands", format!("whether another menu hides the content's: {error}")));
    }
    for (name, code, count) in results.into_iter().flatten().filter(|(_, _, count)| *count > 0) {
        let language = code.map_or_else(String::new, |code| format!(" and the language_code {code}"));
        findings.push(Finding::warning(
            "commands",
            format!("in the scope {name} another menu, of {count}, hides the content's {}", audience(code)),
            format!(
                "an earlier program has left it: call deleteMyCommands with the scope {{\"type\":\"{name}\"}}{language}"
            ),
        ));
    }
    findings
}

/// The finding on a comparison in every language, with one result a language: its difference, or `None` without one.
fn comparison_finding(
    check: &'static str,
    results: Vec<Result<Option<String>, ApiError>>,
    ok: String,
    differs: &str,
) -> Finding {
    let error = results.iter().find_map(|result| result.as_ref().err()).map(ToString::to_string);
    let differences: Vec<String> = results.into_iter().filter_map(|result| result.ok().flatten()).collect();
    match (differences.is_empty(), error) {
        (true, None) => Finding::ok(check, ok),
        (true, Some(error)) => Finding::unknown(check, format!("not known in every language: {error}")),
        (false, _) => Finding::warning(check, format!("{differs}: {}", listed(&differences, "; ")), UPDATE_HELP),
    }
}

/// How the menu at Telegram differs from the content's. `is_ephemeral` is not compared: a server older than Bot API 10.2 does
/// not keep it.
fn menu_difference(expected: &[BotCommand], actual: &[BotCommand]) -> Option<String> {
    if actual.is_empty() && !expected.is_empty() {
        return Some("there is none".into());
    }
    let find = |name: &str| actual.iter().find(|actual| actual.command.command == name);
    let is_expected = |name: &str| expected.iter().any(|expected| expected.command.command == name);
    let slash = |name: &str| format!("/{name}");
    let missing =
        expected.iter().filter(|e| find(&e.command.command).is_none()).map(|e| slash(&e.command.command)).collect();
    let extra = actual.iter().filter(|a| !is_expected(&a.command.command)).map(|a| slash(&a.command.command)).collect();
    let is_reworded = |e: &&BotCommand| {
        find(&e.command.command).is_some_and(|actual| actual.command.description != e.command.description)
    };
    let reworded = expected.iter().filter(is_reworded).map(|e| slash(&e.command.command)).collect();
    let lists: [(Vec<String>, &str); 3] =
        [(missing, "lacks"), (extra, "has besides"), (reworded, "has other words for")];
    let mut parts = Vec::new();
    for (names, verb) in lists {
        if !names.is_empty() {
            parts.push(format!("{verb} {}", listed(&names, ", ")));
        }
    }
    if parts.is_empty() {
        let same_order = expected.iter().map(|e| &e.command.command).eq(actual.iter().map(|a| &a.command.command));
        return (!same_order).then(|| "has another order".into());
    }
    Some(parts.join(", "))
}

fn listed(names: &[String], separator: &str) -> String {
    match names.len().checked_sub(LISTED_MAX) {
        None | Some(0) => names.join(separator),
        Some(more) => format!("{} and {more} more", names[..LISTED_MAX].join(separator)),
    }
}

/// For whom a menu or description is: people whose app has this language, or everybody else.
fn audience(code: Option<&str>) -> String {
    code.map_or_else(|| "for everybody else".into(), |code| format!("in `{code}`"))
}

#[cfg(test)]
mod tests {
    use super::{BotCommand, menu_difference};

    #[test]
    fn differences_are_named() {
        let menu = |list: &[(&str, &str)]| -> Vec<BotCommand> {
            let command = |(command, description): &(&str, &str)| BotCommand::new(command, description, false);
            list.iter().map(command).collect()
        };
        let expected = menu(&[("a", "words"), ("b", "words")]);
        let check = |actual: &[(&str, &str)], difference: Option<&str>| {
            assert_eq!(menu_difference(&expected, &menu(actual)).as_deref(), difference);
        };
        check(&[("a", "words"), ("b", "words")], None);
        check(&[], Some("there is none"));
        check(&[("b", "words"), ("a", "words")], Some("has another order"));
        check(&[("a", "others"), ("c", "words")], Some("lacks /b, has besides /c, has other words for /a"));
    }
}
