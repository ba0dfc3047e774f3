//! What `/metrics` and `/unanswered` say.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use palabre::content::load;
use palabre::metrics::unanswered::{DAYS, SHOWN_FROM, Unanswered, WORDS_MAX};
use palabre::metrics::{Asked, Delivery, Health, Kind, Metrics, NotReady, Outcome, Queue, Reload, Surface};

/// Each metric with something in it.
async fn some() -> Metrics {
    let health = Arc::new(Health::new(Duration::from_secs(60)));
    let metrics = Metrics::new(Arc::clone(&health));
    metrics.content("a1b2c3");
    metrics.update(Kind::Message);
    metrics.update(Kind::Message);
    metrics.update(Kind::Unreadable);
    metrics.answer("trust", "fr", Surface::Private);
    metrics.answer("trust", "fr", Surface::Private);
    metrics.answer("trust", "en", Surface::InlineMessage);
    metrics.answer("home", "fr", Surface::Ephemeral);
    metrics.question(Asked::OutOfScope);
    metrics.request("sendMessage", Outcome::Ok, Duration::from_millis(40));
    metrics.request("sendMessage", Outcome::Unreachable, Duration::from_secs(17));
    metrics.request("getUpdates", Outcome::TooManyRequests, Duration::from_millis(5));
    metrics.retry();
    metrics.give_up();
    metrics.flood_notice();
    metrics.delivery(Delivery::Unauthorized);
    metrics.queue(Queue::Carried, 3);
    metrics.reload(Reload::Failed);
    health.mark_alive();
    tokio::time::advance(Duration::from_secs(61)).await;
    metrics
}

#[tokio::test(start_paused = true)]
async fn metrics_text() {
    let text = some().await.encode().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    // The samples of a family come in any order.
    let mut sorted: Vec<&str> = text.lines().collect();
    for samples in sorted.chunk_by_mut(|a, b| a.starts_with('#') == b.starts_with('#')) {
        match samples[0].contains("_duration_seconds_") {
            // A histogram is read in the order of its buckets.
            true => samples.sort_by_key(|line| line.contains("sendMessage")),
            false if !samples[0].starts_with('#') => samples.sort_unstable(),
            false => {}
        }
    }
    insta::with_settings!({snapshot_path => "cases", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("metrics", sorted.join("\n"));
    });
}

/// The expressions of `deploy/grafana.json`, those of its variables included.
fn expressions() -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/grafana.json");
    let dashboard: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten().map(|target| &target["expr"]);
    let variables = dashboard["templating"]["list"].as_array().unwrap().iter().map(|list| &list["definition"]);
    targets.chain(variables).filter_map(|text| text.as_str()).map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn the_dashboard_shows_every_metric_and_no_other() {
    let text = some().await.encode();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let exported: BTreeSet<&str> = samples.filter_map(|line| line.split(['{', ' ']).next()).collect();
    let expressions = expressions();
    let words = expressions.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let shown: BTreeSet<&str> = words.filter(|word| word.starts_with("palabre_")).collect();
    assert!(shown.is_subset(&exported), "not exported: {:?}", shown.difference(&exported));
    // Sum and count of a histogram are for those who want an average.
    let missing: Vec<_> = exported.difference(&shown).filter(|name| !name.contains("_duration_seconds_")).collect();
    assert!(missing.is_empty(), "not shown: {missing:?}");
}

#[tokio::test(start_paused = true)]
async fn the_dashboard_asks_for_labels_that_there_are() {
    let text = some().await.encode();
    let (mut grouped, mut selected) = (0, 0);
    for expression in expressions() {
        for labels in expression.split("by (").skip(1) {
            // Prometheus itself says which copy it asked.
            for label in labels.split(')').next().unwrap().split(", ").filter(|label| *label != "instance") {
                assert!(text.contains(&format!("{label}=\"")), "{label} in {expression}");
                grouped += 1;
            }
        }
        for matcher in expression.split(['{', '}', ',']).filter(|text| text.ends_with('"') && !text.contains('$')) {
            assert!(text.contains(&matcher.replace("!=", "=")), "{matcher} in {expression}");
            selected += 1;
        }
    }
    assert!(grouped > 10 && selected > 3, "{grouped} and {selected} were read");
}

#[test]
fn labels_do_not_grow_without_end() {
    let metrics = Metrics::new(Arc::new(Health::new(Duration::ZERO)));
    for i in 0..10_000 {
        metrics.answer(&format!("s{i}"), "fr", Surface::Private);
        metrics.answer("home", &format!("l{i}"), Surface::Private);
    }
    let text = metrics.encode();
    assert!(text.lines().count() < 4_200, "{}", text.lines().count());
    assert!(
        text.contains("palabre_answers_total{section=\"other\",language=\"fr\",surface=\"private\"} 6001"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn silence_beyond_the_limit_is_not_ready() {
    let second = Duration::from_secs(1);
    let health = Health::new(60 * second);
    tokio::time::advance(3 * second).await;
    assert_eq!(health.ready(), Err(NotReady::NeverHeard(3 * second)));
    health.mark_alive();
    tokio::time::advance(60 * second).await;
    assert_eq!(health.ready(), Ok(()));
    tokio::time::advance(second).await;
    assert_eq!(health.ready(), Err(NotReady::Silent(61 * second, 60 * second)));
    let line = health.ready().unwrap_err().to_string();
    assert_eq!(line, "Telegram was not heard from for 61 s (the limit is 60 s)");
    health.mark_alive();
    assert_eq!(health.ready(), Ok(()));
}

/// The first day, and so many days later.
fn day(later: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 30).unwrap() + Days::new(later)
}

fn note(unanswered: &Unanswered, times: u32, word: &str, later: u64) {
    (0..times).for_each(|_| unanswered.note([word], day(later)));
}

#[test]
fn few_questions_are_not_shown() {
    let unanswered = Unanswered::default();
    note(&unanswered, SHOWN_FROM - 1, "visa", 0);
    // A word counts once a question.
    unanswered.note(["loan", "loan", "loan", "loan", "loan"], day(0));
    assert_eq!(unanswered.report(day(0)).words, []);
    unanswered.note(["visa", "loan"], day(1));
    assert_eq!(unanswered.report(day(1)).words, [(5, "visa".to_owned())], "the days are added up");
    note(&unanswered, 4, "loan", 1);
    note(&unanswered, 3, "visa", 1);
    let report = unanswered.report(day(1)).to_string();
    let pinned = "# Unanswered questions of 14 days until 2026-10-31, by the content's words in them,\n\
                  # from 5 questions on\n     8 visa\n     6 loan\n";
    assert_eq!(report, pinned);
}

#[test]
fn days_roll() {
    let unanswered = Unanswered::default();
    note(&unanswered, 5, "old", 0);
    note(&unanswered, 5, "new", 3);
    note(&unanswered, 1, "old", 3);
    let last = DAYS as u64 - 1;
    assert_eq!(unanswered.report(day(last)).words, [(6, "old".to_owned()), (5, "new".to_owned())]);
    assert_eq!(unanswered.report(day(last + 1)).words, [(5, "new".to_owned())], "one is left of the old");
    note(&unanswered, 4, "old", last + 1);
    assert_eq!(unanswered.report(day(last + 1)).words, [(5, "new".to_owned()), (5, "old".to_owned())]);
    // An update of yesterday that comes late, over midnight.
    note(&unanswered, 1, "old", last);
    assert_eq!(unanswered.report(day(last + 1)).words, [(6, "old".to_owned()), (5, "new".to_owned())]);
    assert_eq!(unanswered.report(day(last + 1 + DAYS as u64)).words, []);
}

#[test]
fn a_clock_that_jumps_costs_no_more_than_the_report() {
    let unanswered = Unanswered::default();
    note(&unanswered, 5, "visa", 0);
    note(&unanswered, 5, "visa", 5_000);
    note(&unanswered, 5, "visa", 1);
    assert_eq!(unanswered.report(day(1)).words, [(5, "visa".to_owned())]);
}

#[test]
fn words_have_a_limit() {
    let unanswered = Unanswered::default();
    for i in 0..=WORDS_MAX {
        note(&unanswered, 5, &format!("w{i}"), 0);
    }
    assert_eq!(unanswered.report(day(0)).words.len(), WORDS_MAX);
    note(&unanswered, 5, "late", DAYS as u64);
    assert_eq!(unanswered.report(day(DAYS as u64)).words, [(5, "late".to_owned())], "there is room again");
}

#[test]
fn only_the_content_s_own_words_are_familiar() {
    let content = load::shipped(load::this_month()).content.unwrap();
    let familiar = content.familiar_words("Je m'appelle Zorglub, +223 99 88 77 66: un visa pour la PAIX, la paix, svp");
    assert!(familiar.iter().any(|word| word == "visa") && familiar.iter().any(|word| word == "paix"), "{familiar:?}");
    let strange = |word: &String| word.contains("zorglub") || word.chars().any(|c| c.is_ascii_digit());
    assert!(!familiar.iter().any(strange), "{familiar:?}");
    assert_eq!(familiar.iter().filter(|word| *word == "paix").count(), 1);
    assert!(!familiar.iter().any(|word| ["pour", "la", "un", "je"].contains(&word.as_str())), "{familiar:?}");
}
