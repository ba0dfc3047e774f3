//! The way on which Telegram hands over what people write: a webhook or polling, and what goes wrong there.
//!
//! Of a webhook's address only scheme, host and port are shown: the path may be a secret.

use chrono::DateTime;
use url::Url;

use crate::doctor::report::Finding;
use crate::telegram::ALLOWED_UPDATES;
use crate::telegram::api::newer::WebhookInfo;

/// Updates that wait without anybody wondering: as many as one poll takes.
const WAITING_MAX: u64 = 100;
/// Seconds for which a failed delivery counts as going on, if updates wait.
const FAILING: i64 = 10 * 60;
/// Seconds for which a failed delivery is worth a word.
const RECENT: i64 = 24 * 60 * 60;
/// Characters of Telegram's sentence that are shown.
const SENTENCE_MAX: usize = 160;

/// What can be said of `PALABRE_WEBHOOK_URL` without asking anybody.
pub(crate) fn of_this_environment(here: Option<&str>, is_telegrams_own: bool) -> Option<Finding> {
    let broken = |message: &str| Some(Finding::error("webhook-url", message, "as https://bot.example.org/palabre"));
    let here = here?;
    let Some(url) = Url::parse(here).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    else {
        return broken("PALABRE_WEBHOOK_URL is not an address");
    };
    // A Bot API server of one's own takes any address.
    if is_telegrams_own && url.scheme() != "https" {
        return broken("PALABRE_WEBHOOK_URL does not begin with https://, and Telegram takes no other");
    }
    if is_telegrams_own && !matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443)) {
        return broken("PALABRE_WEBHOOK_URL names a port that Telegram does not use: it takes 443, 80, 88 and 8443");
    }
    None
}

pub(crate) fn findings(info: &WebhookInfo, here: Option<&str>, now: i64) -> Vec<Finding> {
    let mut findings = vec![way(info, here)];
    if info.url.is_empty() && here.is_none() {
        findings.push(Finding::unknown(
            "poller",
            "whether another process polls with this token cannot be seen without disturbing it: it was not tried \
             (`palabre run` logs a conflict, 409, when there is one)",
        ));
    }
    findings.extend(failing(info, now));
    if info.last_synchronization_error_date.is_some_and(|date| now - date < FAILING) {
        findings.push(Finding::warning(
            "synchronisation",
            "the server had trouble within Telegram in the last minutes",
            "wait: nothing here can help it",
        ));
    }
    findings.push(match info.pending_update_count {
        0 => Finding::ok("waiting", "no update waits"),
        1 => Finding::ok("waiting", "1 update waits to be answered"),
        n if n <= WAITING_MAX => Finding::ok("waiting", format!("{n} updates wait to be answered")),
        n => Finding::warning(
            "waiting",
            format!("{n} updates wait to be answered; Telegram keeps each for a day"),
            "start `palabre run`; if it runs, its log says what holds it",
        ),
    });
    findings.push(kinds(info));
    findings
}

fn way(info: &WebhookInfo, here: Option<&str>) -> Finding {
    let set = shown(&info.url);
    match here {
        None if info.url.is_empty() => {
            Finding::ok("webhook", "none is set, and none is configured here: Palabre polls")
        }
        None => Finding::warning(
            "webhook",
            format!("updates go to {set}, but PALABRE_WEBHOOK_URL is not set here"),
            "if that address is yours, set PALABRE_WEBHOOK_URL; if not, start `palabre run`: it removes the webhook and polls",
        ),
        Some(_) if info.url.is_empty() => Finding::warning(
            "webhook",
            "PALABRE_WEBHOOK_URL is set, but at Telegram no webhook is",
            "start `palabre run`: it sets the webhook; if it runs, another process with this token has removed it",
        ),
        Some(here) if same(here, &info.url) && info.has_custom_certificate => Finding::warning(
            "webhook",
            format!("updates go to {set}, as configured, but with a certificate that somebody uploaded"),
            "if the certificate is of a public authority, call deleteWebhook and start `palabre run` anew: it uploads none",
        ),
        Some(here) if same(here, &info.url) => Finding::ok("webhook", format!("updates go to {set}, as configured")),
        Some(here) => {
            let (ours, set) = match shown(here) {
                ours if ours == set => ("another path".into(), format!("a path of {set}")),
                ours => (ours, set),
            };
            Finding::warning(
                "webhook",
                format!("updates go to {set}, but PALABRE_WEBHOOK_URL names {ours}"),
                "correct the variable, or start `palabre run`: it sets the webhook to it; two deployments with one token \
                 take it from each other",
            )
        }
    }
}

fn failing(info: &WebhookInfo, now: i64) -> Option<Finding> {
    let date = info.last_error_date.filter(|date| now - date < RECENT && !info.url.is_empty())?;
    let time =
        DateTime::from_timestamp(date, 0).map_or_else(String::new, |date| date.format(" at %H:%M UTC").to_string());
    let sentence = sentence(info);
    let message = format!("Telegram could not hand over an update{time}: {sentence}");
    let says = |words: &[&str]| words.iter().any(|word| sentence.to_ascii_lowercase().contains(word));
    let help = if says(&["resolve"]) {
        "give the host of the webhook an address in the public DNS"
    } else if says(&["ssl", "certificate", "tls"]) {
        "let the proxy before Palabre send a valid certificate with its whole chain"
    } else if says(&["refused", "timed out", "timeout", "unreachable", "reset"]) {
        "let the host be reached from 149.154.160.0/20 and 91.108.4.0/22, and see that `palabre run` listens behind it"
    } else if says(&["401", "403"]) {
        "the secret of the webhook is another than Palabre's: start `palabre run` anew, it sets both"
    } else if says(&["404", "405", "301", "302", "307", "308"]) {
        "let the proxy pass the path of PALABRE_WEBHOOK_URL on to Palabre as it is"
    } else {
        "see that `palabre run` is up and that the proxy before it finds PALABRE_LISTEN"
    };
    if now - date < FAILING && info.pending_update_count > 0 {
        Some(Finding::error("delivery", message, help))
    } else {
        Some(Finding::warning("delivery", message, help))
    }
}

fn kinds(info: &WebhookInfo) -> Finding {
    let lacks = |kind: &&str| !info.allowed_updates.iter().any(|allowed| allowed == kind);
    let missing: Vec<&str> = ALLOWED_UPDATES.into_iter().filter(lacks).collect();
    if info.allowed_updates.is_empty() || missing.is_empty() {
        return Finding::ok("updates", "Telegram hands over every kind that Palabre answers");
    }
    Finding::warning(
        "updates",
        format!("Telegram hands over no {}", missing.join(", no ")),
        "start `palabre run`: it asks for them; if it runs, another program uses this token and asks for other kinds",
    )
}

/// Telegram's reason, short and without the path.
fn sentence(info: &WebhookInfo) -> String {
    let sentence = match Url::parse(&info.url) {
        Ok(url) if url.path().len() > 1 => info.last_error_message.replace(url.path(), "/…"),
        _ => info.last_error_message.clone(),
    };
    if sentence.is_empty() { "no reason is given".into() } else { sentence.chars().take(SENTENCE_MAX).collect() }
}

/// Scheme, host and port.
fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "an address that is none".into(), |url| url.origin().ascii_serialization())
}

fn same(one: &str, other: &str) -> bool {
    matches!((Url::parse(one), Url::parse(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::{WebhookInfo, failing, findings, of_this_environment};
    use crate::doctor::report::{Finding, Verdict};

    fn info(json: &str) -> WebhookInfo {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
    }

    #[test]
    fn addresses_that_telegram_takes() {
        for (url, own, fits) in [
            ("https://bot.example.org/path", true, true),
            ("https://bot.example.org:8443", true, true),
            ("https://bot.example.org:8080", true, false),
            ("http://bot.example.org", true, false),
            ("http://10.0.0.7:8080", false, true),
            ("bot.example.org", true, false),
            ("ftp://bot.example.org", false, false),
        ] {
            assert_eq!(of_this_environment(Some(url), own).is_none(), fits, "{url}");
        }
        assert!(of_this_environment(None, true).is_none());
    }

    #[test]
    fn a_failed_delivery_has_a_way_out_of_its_own() {
        for (sentence, help) in [
            ("Failed to resolve host: Name or service not known", "DNS"),
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Connection refused", "149.154.160.0/20"),
            ("Wrong response from the webhook: 403 Forbidden", "secret"),
            ("Wrong response from the webhook: 404 Not Found", "path"),
            ("Wrong response from the webhook: 502 Bad Gateway", "PALABRE_LISTEN"),
        ] {
            let json = format!(
                r#"{{"url":"https://a.example","last_error_date":1000,"last_error_message":{sentence:?},"pending_update_count":1}}"#
            );
            let finding = failing(&info(&json), 1_010).unwrap_or_else(|| panic!("{sentence}"));
            assert!(finding.help.unwrap_or_default().contains(help), "{sentence}");
        }
    }

    #[test]
    fn a_failure_of_the_past_is_none_of_today() {
        let json = r#"{"url":"https://a.example","last_error_date":1000,"pending_update_count":1}"#;
        let verdict = |now| failing(&info(json), now).map(|finding| finding.verdict);
        assert_eq!(verdict(1_010), Some(Verdict::Error));
        assert_eq!(verdict(5_000), Some(Verdict::Warning));
        assert_eq!(verdict(100_000), None);
        let nothing_waits = r#"{"url":"https://a.example","last_error_date":1000,"pending_update_count":0}"#;
        assert_eq!(failing(&info(nothing_waits), 1_010).map(|finding| finding.verdict), Some(Verdict::Warning));
    }

    #[test]
    fn a_certificate_of_one_s_own_and_trouble_at_telegram_are_told() {
        let json =
            r#"{"url":"https://a.example/p","has_custom_certificate":true,"last_synchronization_error_date":990}"#;
        let findings = findings(&info(json), Some("https://a.example/p"), 1_000);
        let warns = |check| findings.iter().any(|f: &Finding| f.check == check && f.verdict == Verdict::Warning);
        assert!(warns("webhook") && warns("synchronisation"), "{findings:?}");
    }
}
