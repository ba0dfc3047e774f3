//! Commands and descriptions at Telegram against those of the content, in every language.

use futures_util::StreamExt;
use futures_util::stream;
use teloxide::payloads::{GetMyDescription, GetMyShortDescription};
use teloxide::types::{self, BotCommandScope as Scope};
use tokio::time::Instant;

use super::telegram::ask;
use crate::content::Content;
use crate::doctor::report::Finding;
use crate::telegram::api::newer::BotCommand;
use crate::telegram::api::{Api, ApiError};
use crate::telegram::profile::{get_menu, languages, menu as our_menu};

/// Questions of a kind under way at once.
const AT_ONCE: usize = 8;
/// Names and languages that are listed; of more only the number is told.
const LISTED: usize = 5;
const UP_TO_DATE: &str = "start `palabre run` (anew): it brings them up to date when it starts";

/// The menus that Palabre tells Telegram, each with how it is called here and whether groups see it.
const OURS: [(Scope, &str, bool); 2] =
    [(Scope::Default, "commands", false), (Scope::AllGroupChats, "group-commands", true)];

/// A menu in one of these scopes is shown instead of ours, which have none.
const HIDING: [(Scope, &str); 2] =
    [(Scope::AllPrivateChats, "all_private_chats"), (Scope::AllChatAdministrators, "all_chat_administrators")];

pub(crate) async fn findings(api: &Api, content: &Content, deadline: Instant) -> Vec<Finding> {
    let [own, groups] = OURS.map(|ours| menu(api, content, ours, deadline));
    let (own, groups, hiding, descriptions) =
        tokio::join!(own, groups, hiding(api, content, deadline), descriptions(api, content, deadline));
    [own, groups].into_iter().chain(hiding).chain([descriptions]).collect()
}

async fn menu(api: &Api, content: &Content, ours: (Scope, &'static str, bool), deadline: Instant) -> Finding {
    let (scope, check, is_group) = ours;
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let known = commands(api, scope.clone(), code, deadline).await?;
        let ours = our_menu(content, lang, scope.clone(), code, is_group).commands;
        Ok(difference(&ours, &known).map(|how| format!("{} {how}", of(code))))
    });
    let of_groups = if is_group { " of groups" } else { "" };
    compare(
        check,
        differences.buffered(AT_ONCE).collect().await,
        format!("the menu{of_groups} is the content's in every language"),
        &format!("the menu{of_groups} differs from the content's"),
    )
}

async fn descriptions(api: &Api, content: &Content, deadline: Instant) -> Finding {
    let differences = stream::iter(languages(content)).map(async |(lang, code)| {
        let language_code = code.map(str::to_owned);
        let long = GetMyDescription { language_code: language_code.clone() };
        let short = GetMyShortDescription { language_code };
        let (long, short) = tokio::join!(ask(api, &long, deadline), ask(api, &short, deadline));
        let interface = content.interface(lang);
        let other = match (
            long?.description == *interface.description,
            short?.short_description == *interface.short_description,
        ) {
            (true, true) => return Ok(None),
            (false, true) => "the long one",
            (true, false) => "the short one",
            (false, false) => "both",
        };
        Ok(Some(format!("{} {other}", of(code))))
    });
    compare(
        "descriptions",
        differences.buffered(AT_ONCE).collect().await,
        "those of the bot's profile are the content's in every language".into(),
        "those of the bot's profile differ from the content's",
    )
}

/// Menus that are shown instead of ours: an earlier program has left them.
async fn hiding(api: &Api, content: &Content, deadline: Instant) -> Vec<Finding> {
    let questions = HIDING
        .into_iter()
        .flat_map(|(scope, name)| languages(content).map(move |(_, code)| (scope.clone(), name, code)));
    let asked: Vec<_> = stream::iter(questions)
        .map(async |(scope, name, code)| {
            let known = commands(api, scope, code, deadline).await;
            known.map(|known| (name, code, known.len()))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut findings = Vec::new();
    if let Some(Err(error)) = asked.iter().find(|asked| asked.is_err()) {
        findings.push(Finding::unknown("commands", format!("whether another menu hides the content's: {error}")));
    }
    for (name, code, count) in asked.into_iter().flatten().filter(|(_, _, count)| *count > 0) {
        let language = code.map_or_else(String::new, |code| format!(" and the language_code {code}"));
        findings.push(Finding::warning(
            "commands",
            format!("in the scope {name} another menu, of {count}, hides the content's {}", of(code)),
            format!(
                "an earlier program has left it: call deleteMyCommands with the scope {{\"type\":\"{name}\"}}{language}"
            ),
        ));
    }
    findings
}

async fn commands(api: &Api, scope: Scope, code: Option<&str>, deadline: Instant) -> Result<Vec<BotCommand>, ApiError> {
    ask(api, &get_menu(scope, code), deadline).await
}

/// The finding on one comparison in every language: `None` where nothing differs.
fn compare(check: &'static str, asked: Vec<Result<Option<String>, ApiError>>, ok: String, differs: &str) -> Finding {
    let error = asked.iter().find_map(|one| one.as_ref().err()).map(ToString::to_string);
    let different: Vec<String> = asked.into_iter().filter_map(|one| one.ok().flatten()).collect();
    match (different.is_empty(), error) {
        (true, None) => Finding::ok(check, ok),
        (true, Some(error)) => Finding::unknown(check, format!("not known in every language: {error}")),
        (false, _) => Finding::warning(check, format!("{differs}: {}", listed(&different, "; ")), UP_TO_DATE),
    }
}

/// How a menu at Telegram differs from the content's. Whether answers are for the asker alone is left out: a server older
/// than Bot API 10.2 does not keep it.
fn difference(ours: &[BotCommand], known: &[BotCommand]) -> Option<String> {
    if known.is_empty() && !ours.is_empty() {
        return Some("there is none".into());
    }
    let [ours, known] = [ours, known].map(|menu| menu.iter().map(|entry| &entry.command).collect::<Vec<_>>());
    let find = |name: &str| known.iter().find(|known| known.command == name);
    let ours_has = |name: &str| ours.iter().any(|ours| ours.command == name);
    let slash = |name: &str| format!("/{name}");
    let lacks: Vec<String> = ours.iter().filter(|o| find(&o.command).is_none()).map(|o| slash(&o.command)).collect();
    let besides: Vec<String> = known.iter().filter(|k| !ours_has(&k.command)).map(|k| slash(&k.command)).collect();
    let reworded = |o: &&&types::BotCommand| find(&o.command).is_some_and(|known| known.description != o.description);
    let reworded: Vec<String> = ours.iter().filter(reworded).map(|o| slash(&o.command)).collect();
    let mut parts = Vec::new();
    for (names, what) in [(lacks, "lacks"), (besides, "has besides"), (reworded, "has other words for")] {
        if !names.is_empty() {
            parts.push(format!("{what} {}", listed(&names, ", ")));
        }
    }
    if parts.is_empty() {
        let same_order = ours.iter().map(|o| &o.command).eq(known.iter().map(|k| &k.command));
        return (!same_order).then(|| "has another order".into());
    }
    Some(parts.join(", "))
}

fn listed(names: &[String], between: &str) -> String {
    match names.len().checked_sub(LISTED) {
        None | Some(0) => names.join(between),
        Some(more) => format!("{} and {more} more", names[..LISTED].join(between)),
    }
}

fn of(code: Option<&str>) -> String {
    code.map_or_else(|| "for everybody else".into(), |code| format!("in `{code}`"))
}

#[cfg(test)]
mod tests {
    use super::{BotCommand, difference, types};

    #[test]
    fn differences_are_named() {
        let menu = |entries: &[(&str, &str)]| -> Vec<BotCommand> {
            let command = |(command, words): &(&str, &str)| types::BotCommand::new(*command, *words);
            entries.iter().map(|entry| BotCommand { command: command(entry), is_ephemeral: false }).collect()
        };
        let ours = menu(&[("a", "words"), ("b", "words")]);
        let check = |known: &[(&str, &str)], expected: Option<&str>| {
            assert_eq!(difference(&ours, &menu(known)).as_deref(), expected);
        };
        check(&[("a", "words"), ("b", "words")], None);
        check(&[], Some("there is none"));
        check(&[("b", "words"), ("a", "words")], Some("has another order"));
        check(&[("a", "others"), ("c", "words")], Some("lacks /b, has besides /c, has other words for /a"));
    }
}
