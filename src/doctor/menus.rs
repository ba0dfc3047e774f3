//! Menus of commands at Telegram, compared with those of the content in every language.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use super::errors;
use super::report::Finding;
use crate::content::Content;
use crate::message;
use crate::messages::Message;
use crate::telegram::api::newer::BotCommand;
use crate::telegram::api::{Api, ApiError};
use crate::telegram::profile::{BotCommandScope, get_menu, languages, menu};

/// The most concurrent requests of each check.
pub(super) const CONCURRENCY: usize = 8;
/// The most names or languages in a list; the rest is a number.
const LISTED_MAX: usize = 5;

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
    let (private, groups, shadowing) = tokio::join!(private, groups, shadowing_menus(api, content, deadline));
    [private, groups].into_iter().chain(shadowing).collect()
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
        let difference = menu_difference(&expected, &actual);
        Ok(difference.map(|it| message!("{audience} {difference}", audience = audience(code), difference = it)))
    });
    let [same, differs] = if is_group {
        [
            message!("the menu of groups is the content's in every language"),
            message!("the menu of groups differs from the content's"),
        ]
    } else {
        [message!("the menu is the content's in every language"), message!("the menu differs from the content's")]
    };
    comparison_finding(check, differences.buffered(CONCURRENCY).collect().await, same, differs)
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
        findings.push(Finding::unknown(
            "commands",
            message!("whether another menu hides the content's: {error}", error = errors::api(error)),
        ));
    }
    for (name, code, count) in results.into_iter().flatten().filter(|(_, _, count)| *count > 0) {
        let scope = name;
        let help = match code {
            None => message!(
                "an earlier program has left it: call deleteMyCommands with the scope {{\"type\":\"{scope}\"}}",
                scope
            ),
            Some(language) => message!(
                "an earlier program has left it: call deleteMyCommands with the scope {{\"type\":\"{scope}\"}} and the language_code {language}",
                scope,
                language
            ),
        };
        let audience = audience(code);
        let message = message!(
            "in the scope {scope} another menu, of {count}, hides the content's {audience}",
            scope,
            count,
            audience
        );
        findings.push(Finding::warning("commands", message, help));
    }
    findings
}

/// The finding on a comparison in every language, with one result a language: its difference, or `None` without one.
pub(super) fn comparison_finding(
    check: &'static str,
    results: Vec<Result<Option<Message>, ApiError>>,
    same: Message,
    differs: Message,
) -> Finding {
    let error = results.iter().find_map(|result| result.as_ref().err()).map(errors::api);
    let differences: Vec<Message> = results.into_iter().filter_map(|result| result.ok().flatten()).collect();
    match (differences.is_empty(), error) {
        (true, None) => Finding::ok(check, same),
        (true, Some(error)) => Finding::unknown(check, message!("not known in every language: {error}", error)),
        (false, _) => Finding::warning(
            check,
            message!("{differs}: {differences}", differs, differences = listed(differences, "; ")),
            message!("start `palabre run` (anew): it brings them up to date when it starts"),
        ),
    }
}

/// How the menu at Telegram differs from the content's. `is_ephemeral` is not compared: a server older than Bot API 10.2 does
/// not keep it.
fn menu_difference(expected: &[BotCommand], actual: &[BotCommand]) -> Option<Message> {
    if actual.is_empty() && !expected.is_empty() {
        return Some(message!("there is none"));
    }
    let find = |name: &str| actual.iter().find(|actual| actual.command.command == name);
    let is_expected = |name: &str| expected.iter().any(|expected| expected.command.command == name);
    let slash = |name: &str| Message::verbatim(format!("/{name}"));
    let missing =
        expected.iter().filter(|e| find(&e.command.command).is_none()).map(|e| slash(&e.command.command)).collect();
    let extra = actual.iter().filter(|a| !is_expected(&a.command.command)).map(|a| slash(&a.command.command)).collect();
    let is_reworded = |e: &&BotCommand| {
        find(&e.command.command).is_some_and(|actual| actual.command.description != e.command.description)
    };
    let reworded = expected.iter().filter(is_reworded).map(|e| slash(&e.command.command)).collect();
    let parts = [
        named(missing, |commands| message!("lacks {commands}", commands)),
        named(extra, |commands| message!("has besides {commands}", commands)),
        named(reworded, |commands| message!("has other words for {commands}", commands)),
    ];
    let parts: Vec<Message> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        let same_order = expected.iter().map(|e| &e.command.command).eq(actual.iter().map(|a| &a.command.command));
        return (!same_order).then(|| message!("has another order"));
    }
    Some(Message::joined(parts, ", "))
}

/// What is said of these commands, if there are any.
fn named(commands: Vec<Message>, say: impl FnOnce(Message) -> Message) -> Option<Message> {
    (!commands.is_empty()).then(|| say(listed(commands, ", ")))
}

/// The first few of these, and how many more there are.
fn listed(mut parts: Vec<Message>, separator: &'static str) -> Message {
    let more = parts.len().saturating_sub(LISTED_MAX);
    parts.truncate(LISTED_MAX);
    let list = Message::joined(parts, separator);
    if more == 0 { list } else { message!("{list} and {more} more", list, more) }
}

/// For whom a menu or another text is: people whose app has this language, or everybody else.
pub(super) fn audience(code: Option<&str>) -> Message {
    match code {
        None => message!("for everybody else"),
        Some(language) => message!("in `{language}`", language),
    }
}

#[cfg(test)]
mod tests {
    use super::{BotCommand, menu_difference};
    use crate::messages::Locale;

    #[test]
    fn differences_are_named() {
        let menu = |list: &[(&str, &str)]| -> Vec<BotCommand> {
            let command = |(command, description): &(&str, &str)| BotCommand::new(command, description, false);
            list.iter().map(command).collect()
        };
        let expected = menu(&[("a", "words"), ("b", "words")]);
        let check = |actual: &[(&str, &str)], difference: Option<&str>| {
            assert_eq!(
                menu_difference(&expected, &menu(actual)).map(|it| it.to_text(Locale::English)).as_deref(),
                difference
            );
        };
        check(&[("a", "words"), ("b", "words")], None);
        check(&[], Some("there is none"));
        check(&[("b", "words"), ("a", "words")], Some("has another order"));
        check(&[("a", "others"), ("c", "words")], Some("lacks /b, has besides /c, has other words for /a"));
    }
}
