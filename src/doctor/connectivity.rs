//! Whether the server answers, how fast, with which clock, and whether it takes the token: all from one `getMe`.

use std::error::Error;
use std::io;
use std::time::Duration;

use chrono::DateTime;
use tokio::time::{Instant, timeout_at};

use crate::clock::unix_time;
use crate::doctor::errors;
use crate::doctor::report::Finding;
use crate::message;
use crate::messages::Message;
use crate::telegram::api::newer::{GetMe, Me};
use crate::telegram::api::{Api, ApiError, HttpError};

/// A first request that takes longer is worth a word: people wait as long for each answer.
const SLOW: Duration = Duration::from_secs(2);
/// Seconds that the clock may be off.
const CLOCK_MAX: i64 = 30;

/// What came back.
struct Answer {
    status: u16,
    took: Duration,
    /// Seconds that this machine's clock is ahead of the server's.
    ahead: Option<i64>,
    bot: Result<Me, ApiError>,
}

/// Findings on token, server and clock, in this order, and the bot if the server knows it.
pub(crate) async fn findings(api: &Api, has_token: bool, deadline: Instant) -> (Vec<Finding>, Option<Me>) {
    let answer = match timeout_at(deadline, get_me(api)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(finding)) => return (token_unknown(has_token).into_iter().chain([finding]).collect(), None),
        Err(_) => {
            let finding = no_answer(&api.server());
            return (token_unknown(has_token).into_iter().chain([finding]).collect(), None);
        }
    };
    let mut findings = Vec::new();
    if has_token {
        findings.extend(token(&answer.bot));
    }
    findings.push(server(api, &answer, has_token));
    findings.push(clock(answer.ahead));
    (findings, answer.bot.ok())
}

async fn get_me(api: &Api) -> Result<Answer, Finding> {
    let start = Instant::now();
    let answer = api.post(&GetMe {}).await.map_err(|error| {
        let server = api.server();
        network_failure(&error, &server, proxy(&server))
    })?;
    let took = start.elapsed();
    let date = answer.headers.get("date").and_then(|date| http_date(date.to_str().ok()?));
    // The server wrote its date somewhere between the two ends of the request.
    let now = unix_time().saturating_sub(took / 2).as_secs() as i64;
    Ok(Answer { status: answer.status, took, ahead: date.map(|date| now - date), bot: answer.read() })
}

/// A date of HTTP (RFC 9110, 5.6.7) in seconds since 1970.
fn http_date(date: &str) -> Option<i64> {
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.timestamp())
}

fn token_unknown(has_token: bool) -> Option<Finding> {
    has_token.then(|| Finding::unknown("token", message!("the server could not be asked whether it takes it")))
}

fn token(bot: &Result<Me, ApiError>) -> Option<Finding> {
    Some(match bot {
        Ok(bot) => Finding::ok("token", message!("is that of @{username}", username = bot.username)),
        Err(error) if error.has_code(401) => Finding::error(
            "token",
            message!("the server does not know it: it was revoked, or its bot was deleted"),
            message!("@BotFather: /token, choose the bot, and put what it gives into TELOXIDE_TOKEN or its file"),
        ),
        Err(error) if error.has_code(404) => Finding::error(
            "token",
            message!(
                "the server finds no bot at this address: the token is not complete, or TELOXIDE_API_URL has a path too much"
            ),
            message!("@BotFather: /token, choose the bot, and copy all of it, from the first digit to the last letter"),
        ),
        Err(_) => Finding::unknown("token", message!("the server did not say whether it takes it")),
    })
}

fn server(api: &Api, answer: &Answer, has_token: bool) -> Finding {
    let (server, took) = (api.server(), answer.took.as_millis());
    match &answer.bot {
        Err(ApiError::Unreachable(_)) if answer.status == 407 => Finding::error(
            "server",
            message!("the proxy on the way wants a name and a password"),
            message!("write them into the proxy's address: http://name:password@proxy.example:3128"),
        ),
        Err(ApiError::Unreachable(what)) => Finding::error(
            "server",
            message!("{server} answers, but not as a Bot API server: {what}", server, what),
            message!(
                "with HTTP 5xx wait some minutes; else see that TELOXIDE_API_URL and the proxy lead to a Bot API server"
            ),
        ),
        Err(ApiError::RetryAfter(pause)) => Finding::warning(
            "server",
            message!(
                "{server} asks for a pause of {seconds} s: this bot has asked for too much",
                server,
                seconds = pause.as_secs()
            ),
            message!("ask again after it; if it comes often, set PALABRE_MAX_PER_SECOND"),
        ),
        // Without a token any answer of the Bot API's form will do.
        Err(error @ ApiError::Refused { code, .. }) if has_token && !matches!(code, 401 | 404) => {
            Finding::error("server", errors::api(error), message!("look the sentence up at core.telegram.org/bots/api"))
        }
        _ if answer.took > SLOW => Finding::warning(
            "server",
            message!("{server} answers, but took {took} ms", server, took),
            message!("see what slows the way to it down: name servers, proxy, a busy line"),
        ),
        _ => Finding::ok("server", message!("{server} answers; the first request took {took} ms", server, took)),
    }
}

fn clock(ahead: Option<i64>) -> Finding {
    match ahead {
        None => Finding::unknown("clock", message!("the server does not say what time it is")),
        Some(ahead) if ahead.abs() <= CLOCK_MAX => Finding::ok("clock", message!("is that of the server")),
        Some(ahead) => Finding::warning(
            "clock",
            if ahead > 0 {
                message!("this machine's clock is {seconds} s ahead of the server's", seconds = ahead)
            } else {
                message!("this machine's clock is {seconds} s behind the server's", seconds = -ahead)
            },
            message!("let it follow a time server: timedatectl set-ntp true"),
        ),
    }
}

/// The variable that names a proxy on the way to the server, if one does. Its value may hold a password.
fn proxy(server: &str) -> Option<&'static str> {
    let web: [&str; 4] = if server.starts_with("https:") {
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let is_set = |name: &&str| value(name).is_some();
    if let ours @ Some(_) = Some("TELOXIDE_PROXY").filter(is_set) {
        return ours;
    }
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let left_out = |entry: &str| {
        let entry = entry.trim().trim_start_matches('.');
        entry == "*"
            || host == entry
            || host.strip_suffix(entry).is_some_and(|rest| !entry.is_empty() && rest.ends_with('.'))
    };
    let exceptions = value("NO_PROXY").or_else(|| value("no_proxy")).unwrap_or_default();
    web.into_iter().find(is_set).filter(|_| !exceptions.split(',').any(left_out))
}

fn no_answer(server: &str) -> Finding {
    Finding::error(
        "server",
        message!("{server} takes the connection, but gives no answer", server),
        message!("wait some minutes; if it stays so, see what stands on the way: a firewall, a proxy"),
    )
}

/// The kind of the innermost `io::Error`: `source` passes over one that is wrapped in another.
fn innermost_kind(error: &io::Error) -> io::ErrorKind {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.map_or_else(|| error.kind(), innermost_kind)
}

/// What failed on the way to the server, and what to do.
fn network_failure(error: &HttpError, server: &str, proxy: Option<&str>) -> Finding {
    let chain: Vec<&(dyn Error + 'static)> =
        std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source()).collect();
    let (is_connect, timed_out) = match error {
        HttpError::Network(error) => (error.is_connect(), error.is_timeout()),
        _ => (false, false),
    };
    let says = |beginning: &str| chain.iter().any(|error| error.to_string().starts_with(beginning));
    let kind = chain.iter().find_map(|error| error.downcast_ref::<io::Error>()).map(innermost_kind);
    let innermost = chain.last().map_or_else(|| message!("no reason is given"), Message::verbatim);
    let target = match proxy {
        Some(variable) => message!("the proxy of {variable}", variable),
        None => Message::verbatim(server),
    };
    let found = |message: Message, help: Message| Finding::error("server", message, help);
    if is_connect && says("dns error") {
        return found(
            message!("the name of {target} is not found: {innermost}", target, innermost),
            message!(
                "see that this machine has a network and a name server (/etc/resolv.conf), and that the name is right"
            ),
        );
    }
    // When the proxy itself is not reached, what is wrong with it is told below.
    if says("tunnel error") && !says("tunnel error: failed to create") {
        return found(
            message!("{target} does not let us through to {server}: {innermost}", target, server, innermost),
            message!(
                "let the proxy allow CONNECT to that host and port; name and password go into the proxy's address"
            ),
        );
    }
    if is_connect && timed_out {
        return found(
            message!("there is no connection to {target} within 5 s", target),
            message!("a firewall may drop it, or the network blocks Telegram: allow it, or set TELOXIDE_PROXY"),
        );
    }
    if timed_out {
        return no_answer(server);
    }
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => found(
            message!("{target} refuses the connection: nothing listens there", target),
            if proxy.is_some() {
                message!("start the proxy, correct its address, or take the variable away")
            } else {
                message!("see that the server runs and that TELOXIDE_API_URL names its host and port")
            },
        ),
        Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) if is_connect => found(
            message!("{server} is reached, but TLS with it fails: {innermost}", server, innermost),
            message!(
                "see that this machine's clock is right and that no proxy opens TLS on the way: only the web's public \
             authorities are trusted; a server without TLS is written http://"
            ),
        ),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => found(
            message!("there is no way to {target}: {innermost}", target, innermost),
            message!("see that this machine has a network, and in a container that it may use it"),
        ),
        _ => found(
            message!("{target} cannot be talked to: {innermost}", target, innermost),
            message!("try again; if it stays so, see what stands on the way: a firewall, a proxy"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{clock, http_date};
    use crate::doctor::report::Status;
    use crate::messages::Locale;

    #[test]
    fn the_clock_may_be_a_little_off() {
        for (ahead, status) in [
            (None, Status::Unknown),
            (Some(30), Status::Ok),
            (Some(-30), Status::Ok),
            (Some(31), Status::Warning),
            (Some(-31), Status::Warning),
        ] {
            assert_eq!(clock(ahead).status, status, "{ahead:?}");
        }
        assert!(clock(Some(-90)).message.to_text(Locale::English).contains("90 s behind"));
    }

    #[test]
    fn a_date_of_http() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("yesterday"), None);
    }
}
