//! What can be said without asking anybody: version, content, limits, token.

use std::os::unix::fs::MetadataExt;

use crate::content::load::{Loaded, this_month};
use crate::content::{CHILDREN_MAX, Content, LANGUAGES_MAX};
use crate::diag::{Code, Report, Severity};
use crate::doctor::report::Finding;
use crate::telegram::Token;

/// Commands in one menu (Bot API, `setMyCommands`).
const COMMANDS_MAX: usize = 100;
/// Per cent of a limit from which on it is near.
const NEAR: usize = 90;
/// The check that matters only until a server has taken the token.
pub(crate) const SHAPE: &str = "token-shape";
/// Letters behind the colon of a token, as @BotFather has given them for years; nowhere is it promised.
const SECRET_LETTERS: usize = 35;

pub(crate) fn version() -> Finding {
    Finding::ok("version", concat!("palabre ", env!("CARGO_PKG_VERSION")))
}

/// What is loaded, its mistakes, the age of its facts, and limits that are near. `checked` is the report with the
/// content's own questions, if it was there in time; `place` is where the content lies.
pub(crate) fn content(place: &str, loaded: Option<&Loaded>, checked: Option<&Report>) -> Vec<Finding> {
    let Some(Loaded { content, report }) = loaded else {
        let message = format!("its files ({place}) do not come within 3 s");
        return vec![Finding::error("content", message, "see where they lie: PALABRE_CONTENT, --content or ./content")];
    };
    let Some(content) = content else {
        let first = report.diagnostics.iter().find(|d| d.severity == Severity::Error);
        let first = first.map_or("", |d| d.message.as_str());
        let message = format!("{place}: it cannot be used ({}): {first}", report.summary());
        return vec![Finding::error("content", message, "palabre check: every mistake with its line and a way out")];
    };
    vec![mistakes(place, content, report, checked), facts(content, report), limits(content)]
}

fn mistakes(place: &str, content: &Content, report: &Report, checked: Option<&Report>) -> Finding {
    let languages: Vec<&str> = content.languages().map(|lang| content.tag(lang).as_str()).collect();
    let what = format!(
        "{place}: {} sections in {}, version {}",
        content.sections().len(),
        languages.join(", "),
        content.version()
    );
    // The age of the facts has a line of its own.
    let others = |report: &Report| report.diagnostics.iter().filter(|d| d.code != Code::OldFacts).count();
    match (others(checked.unwrap_or(report)), checked) {
        (0, Some(_)) => Finding::ok("content", format!("{what}: no mistakes")),
        (0, None) => Finding::ok("content", format!("{what}: no mistakes; not all of its own questions were asked"))
            .with_help("palabre check asks them all; it takes its time"),
        (n, _) => Finding::warning(
            "content",
            format!("{what}: {n} warning{}", if n == 1 { "" } else { "s" }),
            "palabre check: each with its line and a way out",
        ),
    }
}

fn facts(content: &Content, report: &Report) -> Finding {
    let checked = content.facts_checked();
    let age = checked.months_until(this_month());
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

/// Only what grows with a content can come near; lengths of texts do not grow by themselves.
fn limits(content: &Content) -> Finding {
    let fullest = |sizes: &mut dyn Iterator<Item = usize>| sizes.max().unwrap_or(0);
    let pages = content.sections().map(|section| content.section(section).children.len());
    let used = [
        ("commands in a menu", fullest(&mut content.languages().map(|lang| content.menu(lang).len())), COMMANDS_MAX),
        ("sections on a page", fullest(&mut pages.chain([content.top().len()])), CHILDREN_MAX),
        ("languages", content.languages().len(), LANGUAGES_MAX),
    ];
    let list = |near: bool| {
        let parts = used.iter().filter(|(_, used, max)| !near || used * 100 >= max * NEAR);
        parts.map(|(what, used, max)| format!("{used} of {max} {what}")).collect::<Vec<_>>().join(", ")
    };
    match list(true) {
        none if none.is_empty() => Finding::ok("limits", list(false)),
        near => Finding::warning("limits", near, "group sections under others before the content is refused for it"),
    }
}

/// The token, and what can be said of it. It is shown nowhere.
pub(crate) fn token() -> (Option<Token>, Vec<Finding>) {
    // As `Token::from_env` takes them: an empty variable is how a compose file leaves one out.
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let (variable, file) = (set("TELOXIDE_TOKEN").is_some(), set("TELOXIDE_TOKEN_FILE"));
    // Before it is read: what comes through a pipe can be looked at once.
    let is_open = file.as_deref().filter(|_| !variable).is_some_and(is_readable_by_all);
    let source = match &file {
        Some(file) if !variable => format!("comes from TELOXIDE_TOKEN_FILE ({file})"),
        _ => "comes from TELOXIDE_TOKEN".to_owned(),
    };
    let token = match Token::from_env() {
        Ok(token) => token,
        Err(error) => {
            let help = "@BotFather: /newbot, or /token and choose the bot; it gives the token";
            return (None, vec![Finding::error("token-source", error.to_string(), help)]);
        }
    };
    let shape = odd_shape(token.secret()).map(|odd| {
        Finding::warning(SHAPE, format!("it does not look like one: {odd}"), "copy it once more from @BotFather")
    });
    let finding = if variable && file.is_some() {
        let help = "take one of the two variables away";
        Finding::warning("token-source", format!("{source}; TELOXIDE_TOKEN_FILE is set too, and not read"), help)
    } else if is_open {
        let help = "chmod 600, and chown to the user who runs palabre; a container's secret can be as it is if nobody else is in there";
        Finding::warning("token-source", format!("{source}, which everybody on this machine can read"), help)
    } else {
        Finding::ok("token-source", source)
    };
    (Some(token), std::iter::once(finding).chain(shape).collect())
}

pub(crate) fn token_does_not_come() -> Finding {
    Finding::error(
        "token-source",
        "the file of TELOXIDE_TOKEN_FILE does not come within 3 s",
        "see where it lies: a pipe that nobody writes to, or a drive that is away",
    )
}

fn is_readable_by_all(file: &str) -> bool {
    std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o004 != 0)
}

/// What is odd about a token, in words that tell nothing of it.
fn odd_shape(token: &str) -> Option<&'static str> {
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
    } else if secret.len() < SECRET_LETTERS {
        Some("it is too short")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::odd_shape;

    #[test]
    fn a_token_s_shape() {
        let secret = "x".repeat(35);
        assert_eq!(odd_shape(&format!("123456789:{secret}")), None);
        for odd in
            ["", "123", &format!("\"1:{secret}\""), &format!("bot1:{secret}"), "1:short", &format!("1:…{secret}")]
        {
            assert!(odd_shape(odd).is_some(), "{odd}");
        }
    }
}
