//! Checks that need no network: version, content, limits, token.

use std::path::Path;

use super::FILES_TIME_LIMIT;
use super::report::Finding;
use crate::content::load::{Loaded, today};
use crate::content::{CHILDREN_MAX, Content, LANGUAGES_MAX};
use crate::diag::{Code, Report, Severity, count_of};
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
    Finding::ok("version", concat!("palabre ", env!("CARGO_PKG_VERSION")))
}

/// The content's size and problems, the age of its facts, and limits that are near. `location` says where the content lies;
/// `loaded` is `None` when it was not read in time, `with_questions` when its test questions were not finished in time.
pub(crate) fn content(location: &str, loaded: Option<&Loaded>, with_questions: Option<&Report>) -> Vec<Finding> {
    let Some(Loaded { content, report }) = loaded else {
        let message = format!("its files ({location}) do not come within {} s", FILES_TIME_LIMIT.as_secs());
        return vec![Finding::error("content", message, "see where they lie: PALABRE_CONTENT, --content or ./content")];
    };
    let Some(content) = content else {
        let first = report.diagnostics.iter().find(|d| d.severity == Severity::Error);
        let first = first.map_or("", |d| d.message.as_str());
        let message = format!("{location}: it cannot be used ({}): {first}", report.summary());
        return vec![Finding::error("content", message, "palabre check: every mistake with its line and a way out")];
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
        (0, Some(_)) => Finding::ok("content", format!("{overview}: no mistakes")),
        (0, None) => {
            Finding::ok("content", format!("{overview}: no mistakes; not all of its own questions were asked"))
                .with_help("palabre check asks them all; it takes its time")
        }
        (n, _) => Finding::warning(
            "content",
            format!("{overview}: {}", count_of(n, "warning")),
            "palabre check: each with its line and a way out",
        ),
    }
}

fn age_of_facts(content: &Content, report: &Report) -> Finding {
    let checked = content.facts_checked();
    let age = checked.months_until(today().into());
    let month = format!("{}-{:02}", checked.year, checked.month);
    let age = match age {
        0 => "this month".to_owned(),
        1 => "a month ago".to_owned(),
        n => format!("{n} months ago"),
    };
    match report.diagnostics.iter().find(|d| d.code == Code::OldFacts) {
        Some(old) => Finding::warning("facts", format!("checked in {month}, {age}"), old.help.as_str()),
        None => Finding::ok("facts", format!("checked in {month}, {age}")),
    }
}

/// The limits that a growing content approaches: numbers of items, not lengths of texts.
fn limits(content: &Content) -> Finding {
    let largest = |sizes: &mut dyn Iterator<Item = usize>| sizes.max().unwrap_or(0);
    let pages = content.sections().map(|section| content.section(section).children.len());
    let used = [
        ("commands in a menu", largest(&mut content.languages().map(|lang| content.menu(lang).len())), COMMANDS_MAX),
        ("sections on a page", largest(&mut pages.chain([content.top().len()])), CHILDREN_MAX),
        ("languages", content.languages().len(), LANGUAGES_MAX),
    ];
    let list = |only_near: bool| {
        let parts = used.iter().filter(|(_, used, max)| !only_near || used * 100 >= max * NEAR_PERCENT);
        parts.map(|(what, used, max)| format!("{used} of {max} {what}")).collect::<Vec<_>>().join(", ")
    };
    match list(true) {
        none if none.is_empty() => Finding::ok("limits", list(false)),
        near => Finding::warning("limits", near, "group sections under others before the content is refused for it"),
    }
}

/// The token, with findings on where it comes from and what it looks like. The findings never contain it.
pub(crate) fn token(token: Option<&str>, file: Option<&Path>) -> (Option<Token>, Vec<Finding>) {
    let read_file = file.filter(|_| token.is_none());
    // Before the file is read: a pipe may be gone afterwards.
    let is_public = read_file.is_some_and(is_readable_by_all);
    let source = match read_file {
        Some(file) => format!("comes from TELOXIDE_TOKEN_FILE ({})", file.display()),
        None => "comes from TELOXIDE_TOKEN".to_owned(),
    };
    let has_both = token.is_some() && file.is_some();
    let token = match Token::read(token, file) {
        Ok(token) => token,
        Err(error) => {
            let help = "@BotFather: /newbot, or /token and choose the bot; it gives the token";
            return (None, vec![Finding::error("token-source", error.to_string(), help)]);
        }
    };
    let shape = shape_problem(token.secret()).map(|problem| {
        let message = format!("it does not look like one: {problem}");
        Finding::warning(TOKEN_SHAPE, message, "copy it once more from @BotFather")
    });
    let finding = if has_both {
        let help = "take one of the two variables away";
        Finding::warning("token-source", format!("{source}; TELOXIDE_TOKEN_FILE is set too, and not read"), help)
    } else if is_public {
        let help = "chmod 600, and chown to the user who runs palabre; a container's secret can be as it is if nobody else is in there";
        Finding::warning("token-source", format!("{source}, which everybody on this machine can read"), help)
    } else {
        Finding::ok("token-source", source)
    };
    (Some(token), std::iter::once(finding).chain(shape).collect())
}

/// The token's file was not read in time.
pub(crate) fn token_timeout() -> Finding {
    Finding::error(
        "token-source",
        format!("the file of TELOXIDE_TOKEN_FILE does not come within {} s", FILES_TIME_LIMIT.as_secs()),
        "see where it lies: a pipe that nobody writes to, or a drive that is away",
    )
}

/// Why a token cannot be one that @BotFather issued, without quoting it.
fn shape_problem(token: &str) -> Option<&'static str> {
    let Some((id, secret)) = token.split_once(':') else {
        return Some("it has no colon");
    };
    if token.contains(char::is_whitespace) {
        Some("there is a blank or a line end in it")
    } else if token.starts_with(['"', '\'']) || token.ends_with(['"', '\'']) {
        Some("there are quotation marks around it")
    } else if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        Some("before the colon there are not only digits")
    } else if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        Some("behind the colon there is something else than letters, digits, - and _")
    } else if secret.len() < SECRET_LENGTH {
        Some("it is too short")
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
