//! How updates arrive, webhook or polling, and what goes wrong there, from one `getWebhookInfo`.
//!
//! Findings show only scheme, host and port of a webhook's address: its path may be a secret.

use std::collections::HashSet;

use chrono::DateTime;
use tokio::time::Instant;
use url::Url;

use super::errors;
use super::report::Finding;
use crate::clock::unix_time;
use crate::message;
use crate::messages::Message;
use crate::telegram::api::newer::{GetWebhookInfo, WebhookInfo};
use crate::telegram::{ALLOWED_UPDATES, Api};

/// The most pending updates without a warning: one batch of `getUpdates`.
const PENDING_MAX: u64 = 100;
/// A delivery error younger than this, in seconds, is an error if updates are pending.
const CURRENT_ERROR_AGE: i64 = 10 * 60;
/// A delivery error younger than this, in seconds, is a warning.
const RECENT_ERROR_AGE: i64 = 24 * 60 * 60;
/// The most characters that are shown of Telegram's error message.
const ERROR_MESSAGE_MAX: usize = 160;

/// An error when Telegram would refuse the address of `PALABRE_WEBHOOK_URL`.
pub(crate) fn configured_url(url: Option<&str>, is_telegrams_own: bool) -> Option<Finding> {
    let broken =
        |message: Message| Some(Finding::error("webhook-url", message, message!("as https://bot.example.org/palabre")));
    let url = url?;
    let Some(url) = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    else {
        return broken(message!("PALABRE_WEBHOOK_URL is not an address"));
    };
    // A self-hosted Bot API server accepts any scheme and port.
    if is_telegrams_own && url.scheme() != "https" {
        return broken(message!("PALABRE_WEBHOOK_URL does not begin with https://, and Telegram takes no other"));
    }
    if is_telegrams_own && !matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443)) {
        return broken(message!(
            "PALABRE_WEBHOOK_URL names a port that Telegram does not use: it takes 443, 80, 88 and 8443"
        ));
    }
    None
}

/// Findings on the webhook that Telegram has, compared with the `configured` one.
pub(crate) async fn findings(api: &Api, configured: Option<&str>, deadline: Instant) -> Vec<Finding> {
    match api.call_until(&GetWebhookInfo {}, deadline).await {
        Ok(info) => evaluate(&info, configured, unix_time().as_secs() as i64),
        Err(error) => vec![Finding::unknown("webhook", message!("not known: {error}", error = errors::api(&error)))],
    }
}

fn evaluate(info: &WebhookInfo, configured: Option<&str>, now: i64) -> Vec<Finding> {
    let mut findings = vec![registered_url(info, configured)];
    if info.url.is_empty() && configured.is_none() {
        findings.push(Finding::unknown(
            "poller",
            message!(
                "whether another process polls with this token cannot be seen without disturbing it: it was not tried \
             (`palabre run` logs a conflict, 409, when there is one)"
            ),
        ));
    }
    findings.extend(delivery_error(info, now));
    if info.last_synchronization_error_date.is_some_and(|date| now - date < CURRENT_ERROR_AGE) {
        findings.push(Finding::warning(
            "synchronisation",
            message!("the server had trouble within Telegram in the last minutes"),
            message!("wait: nothing here can help it"),
        ));
    }
    findings.push(match info.pending_update_count {
        0 => Finding::ok("waiting", message!("no update waits")),
        1 => Finding::ok("waiting", message!("1 update waits to be answered")),
        n if n <= PENDING_MAX => Finding::ok("waiting", message!("{n} updates wait to be answered", n)),
        n => Finding::warning(
            "waiting",
            message!("{n} updates wait to be answered; Telegram keeps each for a day", n),
            message!("start `palabre run`; if it runs, its log says what holds it"),
        ),
    });
    findings.push(update_kinds(info));
    findings
}

fn registered_url(info: &WebhookInfo, configured: Option<&str>) -> Finding {
    let registered = origin(&info.url);
    match configured {
        None if info.url.is_empty() => {
            Finding::ok("webhook", message!("none is set, and none is configured here: Palabre polls"))
        }
        None => Finding::warning(
            "webhook",
            message!("updates go to {registered}, but PALABRE_WEBHOOK_URL is not set here", registered),
            message!(
                "if that address is yours, set PALABRE_WEBHOOK_URL; if not, start `palabre run`: it removes the webhook and polls"
            ),
        ),
        Some(_) if info.url.is_empty() => Finding::warning(
            "webhook",
            message!("PALABRE_WEBHOOK_URL is set, but at Telegram no webhook is"),
            message!(
                "start `palabre run`: it sets the webhook; if it runs, another process with this token has removed it"
            ),
        ),
        Some(configured) if is_same_url(configured, &info.url) && info.has_custom_certificate => Finding::warning(
            "webhook",
            message!(
                "updates go to {registered}, as configured, but with a certificate that somebody uploaded",
                registered
            ),
            message!(
                "if the certificate is of a public authority, call deleteWebhook and start `palabre run` anew: it uploads none"
            ),
        ),
        Some(configured) if is_same_url(configured, &info.url) => {
            Finding::ok("webhook", message!("updates go to {registered}, as configured", registered))
        }
        Some(configured) => {
            let (configured, registered) = match origin(configured) {
                configured if configured == registered => {
                    (message!("another path"), message!("a path of {registered}", registered))
                }
                configured => (configured, registered),
            };
            Finding::warning(
                "webhook",
                message!(
                    "updates go to {registered}, but PALABRE_WEBHOOK_URL names {configured}",
                    registered,
                    configured
                ),
                message!(
                    "correct the variable, or start `palabre run`: it sets the webhook to it; two deployments with one token \
                 take it from each other"
                ),
            )
        }
    }
}

fn delivery_error(info: &WebhookInfo, now: i64) -> Option<Finding> {
    let date = info.last_error_date.filter(|date| now - date < RECENT_ERROR_AGE && !info.url.is_empty())?;
    let time = DateTime::from_timestamp(date, 0).map_or_else(String::new, |date| date.format("%H:%M UTC").to_string());
    let reason = error_reason(info);
    let message = message!("Telegram could not hand over an update ({time}): {reason}", time, reason);
    let says = |words: &[&str]| words.iter().any(|word| reason.to_ascii_lowercase().contains(word));
    let help = if says(&["resolve"]) {
        message!("give the host of the webhook an address in the public DNS")
    } else if says(&["ssl", "certificate", "tls"]) {
        message!("let the proxy before Palabre send a valid certificate with its whole chain")
    } else if says(&["refused", "timed out", "timeout", "unreachable", "reset"]) {
        message!(
            "let the host be reached from 149.154.160.0/20 and 91.108.4.0/22, and see that `palabre run` listens behind it"
        )
    } else if says(&["401", "403"]) {
        message!("the secret of the webhook is another than Palabre's: start `palabre run` anew, it sets both")
    } else if says(&["404", "405", "301", "302", "307", "308"]) {
        message!("let the proxy pass the path of PALABRE_WEBHOOK_URL on to Palabre as it is")
    } else {
        message!("see that `palabre run` is up and that the proxy before it finds PALABRE_LISTEN")
    };
    if now - date < CURRENT_ERROR_AGE && info.pending_update_count > 0 {
        Some(Finding::error("delivery", message, help))
    } else {
        Some(Finding::warning("delivery", message, help))
    }
}

/// Compares sets: the server may list the kinds in any order, and more of them.
fn update_kinds(info: &WebhookInfo) -> Finding {
    let allowed: HashSet<&str> = info.allowed_updates.iter().map(String::as_str).collect();
    let missing: Vec<&str> = ALLOWED_UPDATES.into_iter().filter(|kind| !allowed.contains(kind)).collect();
    if allowed.is_empty() || missing.is_empty() {
        return Finding::ok("updates", message!("Telegram hands over every kind that Palabre answers"));
    }
    Finding::warning(
        "updates",
        message!("Telegram does not hand over {kinds}", kinds = missing.join(", ")),
        message!(
            "start `palabre run`: it asks for them; if it runs, another program uses this token and asks for other kinds"
        ),
    )
}

/// Telegram's message about the last delivery error, shortened and without the path of the webhook.
fn error_reason(info: &WebhookInfo) -> String {
    let reason = match Url::parse(&info.url) {
        Ok(url) if url.path().len() > 1 => info.last_error_message.replace(url.path(), "/…"),
        _ => info.last_error_message.clone(),
    };
    if reason.is_empty() { "no reason is given".into() } else { reason.chars().take(ERROR_MESSAGE_MAX).collect() }
}

/// Scheme, host and port.
fn origin(url: &str) -> Message {
    match Url::parse(url) {
        Ok(url) => Message::verbatim(url.origin().ascii_serialization()),
        Err(_) => message!("an address that is none"),
    }
}

fn is_same_url(a: &str, b: &str) -> bool {
    matches!((Url::parse(a), Url::parse(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::{WebhookInfo, configured_url, delivery_error, evaluate, update_kinds};
    use crate::doctor::Status;
    use crate::messages::Locale;
    use crate::telegram::ALLOWED_UPDATES;

    fn info(json: &str) -> WebhookInfo {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
    }

    #[test]
    fn addresses_that_telegram_accepts() {
        for (url, is_telegrams_own, is_accepted) in [
            ("https://bot.example.org/path", true, true),
            ("https://bot.example.org:8443", true, true),
            ("https://bot.example.org:8080", true, false),
            ("http://bot.example.org", true, false),
            ("http://10.0.0.7:8080", false, true),
            ("bot.example.org", true, false),
            ("ftp://bot.example.org", false, false),
        ] {
            assert_eq!(configured_url(Some(url), is_telegrams_own).is_none(), is_accepted, "{url}");
        }
        assert!(configured_url(None, true).is_none());
    }

    #[test]
    fn each_delivery_error_has_its_own_help() {
        for (reason, help) in [
            ("Failed to resolve host: Name or service not known", "DNS"),
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Connection refused", "149.154.160.0/20"),
            ("Wrong response from the webhook: 403 Forbidden", "secret"),
            ("Wrong response from the webhook: 404 Not Found", "path"),
            ("Wrong response from the webhook: 502 Bad Gateway", "PALABRE_LISTEN"),
        ] {
            let json = format!(
                r#"{{"url":"https://a.example","last_error_date":1000,"last_error_message":{reason:?},"pending_update_count":1}}"#
            );
            let finding = delivery_error(&info(&json), 1_010).unwrap_or_else(|| panic!("{reason}"));
            assert!(finding.help.is_some_and(|written| written.to_text(Locale::English).contains(help)), "{reason}");
        }
    }

    #[test]
    fn an_old_delivery_error_is_not_reported() {
        let json = r#"{"url":"https://a.example","last_error_date":1000,"pending_update_count":1}"#;
        let status = |now| delivery_error(&info(json), now).map(|finding| finding.status);
        assert_eq!(status(1_010), Some(Status::Error));
        assert_eq!(status(5_000), Some(Status::Warning));
        assert_eq!(status(100_000), None);
        let nothing_waits = r#"{"url":"https://a.example","last_error_date":1000,"pending_update_count":0}"#;
        assert_eq!(delivery_error(&info(nothing_waits), 1_010).map(|finding| finding.status), Some(Status::Warning));
    }

    #[test]
    fn an_uploaded_certificate_and_synchronisation_errors_are_warnings() {
        let json =
            r#"{"url":"https://a.example/p","has_custom_certificate":true,"last_synchronization_error_date":990}"#;
        let findings = evaluate(&info(json), Some("https://a.example/p"), 1_000);
        let warns = |check| findings.iter().any(|f| f.check == check && f.status == Status::Warning);
        assert!(warns("webhook") && warns("synchronisation"), "{findings:?}");
    }

    #[test]
    fn kinds_of_updates_are_a_set() {
        let status = |kinds: &[&str]| {
            update_kinds(&info(&serde_json::json!({ "url": "", "allowed_updates": kinds }).to_string())).status
        };
        let mut kinds = ALLOWED_UPDATES.to_vec();
        kinds.reverse();
        assert_eq!(status(&kinds), Status::Ok, "another order");
        assert_eq!(status(&[&kinds[..], &["poll", "poll"]].concat()), Status::Ok, "more kinds");
        assert_eq!(status(&kinds[1..]), Status::Warning, "one is missing");
        assert_eq!(status(&[]), Status::Ok, "Telegram's default");
    }

    #[test]
    fn any_number_of_connections_can_be_read() {
        // A self-hosted Bot API server allows up to 100,000.
        let info = info(r#"{"url":"https://a.example","pending_update_count":0,"max_connections":100000}"#);
        assert_eq!(info.url, "https://a.example");
    }
}
