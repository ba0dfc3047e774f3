//! Checks that need no network: version, content, limits, token.

use std::path::Path;

use super::FILES_TIME_LIMIT;
use super::errors;
use super::report::Finding;
use crate::build_info;
use crate::content::load::{Loaded, today};
use crate::content::{CHILDREN_MAX, Content, LANGUAGES_MAX};
use crate::diag::{Code, Report, Severity, count_of_warnings};
use crate::message;
use crate::messages::Message;
use crate::platform::is_readable_by_all;
use crate::telegram::Token;

/// The most commands in one menu (Bot API, `setMyCommands`).
const COMMANDS_MAX: usize = 100;
/// The share of a limit, in per cent, from which on a warning is given.
const NEAR_PERCENT: usize = 90;
/// The name of the check on the token's shape, which matters only until a server has accepted the token.
pub(crate) const TOKEN_SHAPE: &str = "token-shape";
/// The length of the secret after a token's colon, in characters: what @BotFather has issued for years, not documented.
const SECRET_LENGTH: usize = 35;

pub(crate) fn version() -> Finding {
    Finding::ok("version", Message::verbatim(format_args!("palabre {}", build_info::VERSION)))
}

/// The content's size and problems, the age of its facts, and limits that are near. `location` says where the content lies;
/// `loaded` is `None` when it was not read in time, `with_questions` when its test questions were not finished in time.
pub(crate) fn content(location: &str, loaded: Option<&Loaded>, with_questions: Option<&Report>) -> Vec<Finding> {
    let Some(Loaded { content, report, .. }) = loaded else {
        let message = message!(
            "its files ({location}) do not come within {seconds} s",
            location,
            seconds = FILES_TIME_LIMIT.as_secs()
        );
        return vec![Finding::error(
            "content",
            message,
            message!("see where they lie: PALABRE_CONTENT, --content or ./content"),
        )];
    };
    let Some(content) = content else {
        let first = report.diagnostics.iter().find(|d| d.severity == Severity::Error);
        let first = first.map_or_else(|| Message::verbatim(""), |d| d.message.clone());
        let message =
            message!("{location}: it cannot be used ({summary}): {first}", location, summary = report.summary(), first);
        return vec![Finding::error(
            "content",
            message,
            message!("palabre check: every mistake with its line and a way out"),
        )];
    };
    vec![problems(location, content, report, with_questions), age_of_facts(content, report), limits(content)]
}

fn problems(location: &str, content: &Content, report: &Report, with_questions: Option<&Report>) -> Finding {
    let languages: Vec<&str> = content.languages().map(|lang| content.tag(lang).as_str()).collect();
    let overview = format!(
        "{location}: {} sections in {}, version {}",
        content.sections().len(),
        languages.join(", "),
        content.version()
    );
    // The age of the facts is a finding of its own.
    let diagnostics = &with_questions.unwrap_or(report).diagnostics;
    match (diagnostics.iter().filter(|d| d.code != Code::OldFacts).count(), with_questions) {
        (0, Some(_)) => Finding::ok("content", message!("{overview}: no mistakes", overview)),
        (0, None) => Finding::ok(
            "content",
            message!("{overview}: no mistakes; not all of its own questions were asked", overview),
        )
        .with_help(message!("palabre check asks them all; it takes its time")),
        (n, _) => Finding::warning(
            "content",
            message!("{overview}: {problems}", overview, problems = count_of_warnings(n)),
            message!("palabre check: each with its line and a way out"),
        ),
    }
}

fn age_of_facts(content: &Content, report: &Report) -> Finding {
    let checked = content.facts_checked();
    let age = checked.months_until(today().into());
    let month = format!("{}-{:02}", checked.year, checked.month);
    let age = match age {
        0 => message!("this month"),
        1 => message!("a month ago"),
        age => message!("{age} months ago", age),
    };
    match report.diagnostics.iter().find(|d| d.code == Code::OldFacts) {
        Some(old) => Finding::warning("facts", message!("checked in {month}, {age}", month, age), old.help.clone()),
        None => Finding::ok("facts", message!("checked in {month}, {age}", month, age)),
    }
}

/// What a growing content has more and more of.
#[derive(Clone, Copy)]
enum Limit {
    Commands,
    Sections,
    Languages,
}

impl Limit {
    fn message(self, used: usize, max: usize) -> Message {
        match self {
            Limit::Commands => message!("{used} of {max} commands in a menu", used, max),
            Limit::Sections => message!("{used} of {max} sections on a page", used, max),
            Limit::Languages => message!("{used} of {max} languages", used, max),
        }
    }
}

/// The limits that a growing content approaches: numbers of items, not lengths of texts.
fn limits(content: &Content) -> Finding {
    let largest = |sizes: &mut dyn Iterator<Item = usize>| sizes.max().unwrap_or(0);
    let pages = content.sections().map(|section| content.section(section).children.len());
    let used = [
        (Limit::Commands, largest(&mut content.languages().map(|lang| content.menu(lang).len())), COMMANDS_MAX),
        (Limit::Sections, largest(&mut pages.chain([content.top().len()])), CHILDREN_MAX),
        (Limit::Languages, content.languages().len(), LANGUAGES_MAX),
    ];
    let list = |only_near: bool| {
        let parts = used.iter().filter(|(_, used, max)| !only_near || used * 100 >= max * NEAR_PERCENT);
        parts.map(|(limit, used, max)| limit.message(*used, *max)).collect::<Vec<_>>()
    };
    match list(true) {
        none if none.is_empty() => Finding::ok("limits", Message::joined(list(false), ", ")),
        near => Finding::warning(
            "limits",
            Message::joined(near, ", "),
            message!("group sections under others before the content is refused for it"),
        ),
    }
}

/// The token, with findings on where it comes from and what it looks like. The findings never contain it.
pub(crate) fn token(token: Option<&str>, file: Option<&Path>) -> (Option<Token>, Vec<Finding>) {
    let read_file = file.filter(|_| token.is_none());
    // Before the file is read: a pipe may be gone afterwards.
    let is_public = read_file.is_some_and(is_readable_by_all);
    let source = match read_file {
        Some(file) => message!("comes from TELOXIDE_TOKEN_FILE ({file})", file = file.display()),
        None => message!("comes from TELOXIDE_TOKEN"),
    };
    let has_both = token.is_some() && file.is_some();
    let token = match Token::read(token, file) {
        Ok(token) => token,
        Err(error) => {
            let help = message!("@BotFather: /newbot, or /token and choose the bot; it gives the token");
            return (None, vec![Finding::error("token-source", errors::token(&error), help)]);
        }
    };
    let shape = shape_problem(token.secret()).map(|problem| {
        let message = message!("it does not look like one: {problem}", problem);
        Finding::warning(TOKEN_SHAPE, message, message!("copy it once more from @BotFather"))
    });
    let finding = if has_both {
        let help = message!("take one of the two variables away");
        Finding::warning(
            "token-source",
            message!("{source}; TELOXIDE_TOKEN_FILE is set too, and not read", source),
            help,
        )
    } else if is_public {
        let help = message!(
            "chmod 600, and chown to the user who runs palabre; a container's secret can be as it is if nobody else is in there"
        );
        Finding::warning("token-source", message!("{source}, which everybody on this machine can read", source), help)
    } else {
        Finding::ok("token-source", source)
    };
    (Some(token), std::iter::once(finding).chain(shape).collect())
}

/// The token's file was not read in time.
pub(crate) fn token_timeout() -> Finding {
    Finding::error(
        "token-source",
        message!(
            "the file of TELOXIDE_TOKEN_FILE does not come within {seconds} s",
            seconds = FILES_TIME_LIMIT.as_secs()
        ),
        message!("see where it lies: a pipe that nobody writes to, or a drive that is away"),
    )
}

/// Why a token cannot be one that @BotFather issued, without quoting it.
fn shape_problem(token: &str) -> Option<Message> {
    let Some((id, secret)) = token.split_once(':') else {
        return Some(message!("it has no colon"));
    };
    if token.contains(char::is_whitespace) {
        Some(message!("there is a blank or a line end in it"))
    } else if token.starts_with(['"', '\'']) || token.ends_with(['"', '\'']) {
        Some(message!("there are quotation marks around it"))
    } else if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        Some(message!("before the colon there are not only digits"))
    } else if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        Some(message!("behind the colon there is something else than letters, digits, - and _"))
    } else if secret.len() < SECRET_LENGTH {
        Some(message!("it is too short"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::shape_problem;

    #[test]
    fn a_token_s_shape() {
        let secret = "x".repeat(35);
        assert_eq!(shape_problem(&format!("123456789:{secret}")), None);
        for malformed in
            ["", "123", &format!("\"1:{secret}\""), &format!("bot1:{secret}"), "1:short", &format!("1:…{secret}")]
        {
            assert!(shape_problem(malformed).is_some(), "{malformed}");
        }
    }
}
