//! What `/metrics` and `/gaps` say.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use palabre::content::load;
use palabre::metrics::unanswered::{DAYS, QUESTIONS_MIN, Unanswered, WORDS_MAX};
use palabre::metrics::{ANSWER_SERIES_MAX, Health, Metrics, MetricsFormat, Surface};
use serde_json::json;

use crate::support::bot::{BotTest, Process};
use crate::support::snapshot;
use fake_bot_api::{BOT_USERNAME, Fake, Person, Post, WAIT_LIMIT};

const GROUP: i64 = -100_777;
const ENGLISH: Person = Person::new(2, "en");

/// A bot that serves its metrics.
fn bot() -> BotTest {
    let env = [("PALABRE_LISTEN", "127.0.0.1:0")];
    BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), Fake::start(), &[], &env)
}

fn scrape(process: &Process) -> String {
    let log = process.log();
    let line = log.lines().find(|line| line.contains("health and metrics are on")).unwrap();
    let url = format!("http://{}/metrics", line.rsplit(' ').next().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { reqwest::get(url).await.unwrap().text().await.unwrap() })
}

/// The metrics of a bot that was asked once in every way there is.
static SCRAPED: LazyLock<String> = LazyLock::new(|| {
    let mut bot = bot();
    for text in [
        "/start",
        "/help",
        "/langue",
        "/trust",
        "/xyzzy",
        "confiance ou dialogue",
        "???",
        "un visa pour la France",
        "bonjour",
    ] {
        bot.say(text).page();
    }
    let page = bot.say("/contact").page();
    let card = page.buttons().into_iter().find_map(|b| b.data.filter(|data| data.ends_with(".card"))).unwrap();
    bot.fake.tap(1, 1, page.id, &card);
    bot.tap("Accueil").page();
    bot.fake.tap_inline(ENGLISH, "inline-7", "1.en.s.trust");
    bot.fake.group(GROUP, false);
    bot.fake.post(Post::new(7, GROUP, &format!("/contact@{BOT_USERNAME}")));
    bot.fake.ephemeral_command(8, GROUP, "/contact");
    bot.fake.guest_message(ENGLISH, &format!("@{BOT_USERNAME} your phone number?"));
    let typed = bot.fake.inline_query(ENGLISH, "trust", "");
    bot.fake.wait_for("the offers", |state| state.answers(&typed.query_id).first().cloned());
    bot.fake.push_raw(json!({"poll": {"id": "1"}}));
    // A last answer, behind which all the others are finished.
    let last = bot.fake.push_raw(json!({"message": "no message"}));
    bot.fake.wait_confirmed(last);
    bot.fake.wait_sent(GROUP, 1);
    bot.fake.assert_clean();
    scrape(&bot.process)
});

/// Methods whose number of requests does not depend on time.
const COUNTED_METHODS: [&str; 3] = ["editMessageText", "sendContact", "sendMessage"];

#[test]
fn a_bot_counts_what_it_does() {
    let is_fixed = |line: &str| match line.split_once(['{', ' ']) {
        Some(("palabre_bot_api_requests_total", labels)) => {
            COUNTED_METHODS.iter().any(|method| labels.contains(&format!("\"{method}\"")))
        }
        Some((name, _)) => !name.ends_with("_seconds") && !name.contains("_duration_seconds_"),
        None => true,
    };
    let text = SCRAPED.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let mut lines: Vec<String> = text.lines().filter(|line| is_fixed(line)).map(str::to_owned).collect();
    for line in lines.iter_mut().filter(|line| line.starts_with("palabre_content_info")) {
        *line = "palabre_content_info{version=\"…\"} 1".to_owned();
    }
    // The samples of a family come in any order.
    for samples in lines.chunk_by_mut(|a, b| a.starts_with('#') == b.starts_with('#')) {
        if !samples[0].starts_with('#') {
            samples.sort_unstable();
        }
    }
    snapshot("", "metrics", &lines.join("\n"));
}

#[test]
fn answers_are_counted_wherever_they_are_read() {
    for surface in ["private", "group", "card", "guest", "ephemeral"] {
        assert!(SCRAPED.contains(&format!("surface=\"{surface}\"")), "{surface}");
    }
}

#[test]
fn a_flood_notice_is_counted() {
    let bot = bot();
    // 40 messages at once are allowed.
    for _ in 0..41 {
        bot.fake.private_message(9, "/contact");
    }
    let deadline = Instant::now() + WAIT_LIMIT;
    while !scrape(&bot.process).lines().any(|line| line == "palabre_flood_notices_total 1") {
        assert!(Instant::now() < deadline, "no notice was counted");
        std::thread::sleep(Duration::from_millis(50));
    }
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

#[test]
fn the_dashboard_shows_every_metric_and_no_other() {
    let samples = SCRAPED.lines().filter(|line| !line.starts_with('#'));
    let exported: BTreeSet<&str> = samples.filter_map(|line| line.split(['{', ' ']).next()).collect();
    let expressions = expressions();
    let words = expressions.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let shown: BTreeSet<&str> = words.filter(|word| word.starts_with("palabre_")).collect();
    assert!(shown.is_subset(&exported), "not exported: {:?}", shown.difference(&exported));
    // Sum and count of a histogram are for those who want an average.
    let missing: Vec<_> = exported.difference(&shown).filter(|name| !name.contains("_duration_seconds_")).collect();
    assert!(missing.is_empty(), "not shown: {missing:?}");
}

#[test]
fn the_dashboard_asks_for_labels_that_there_are() {
    let text = &*SCRAPED;
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
    for i in 0..ANSWER_SERIES_MAX {
        metrics.answer(&format!("s{i}"), "fr", Surface::Private);
        metrics.answer("home", &format!("l{i}"), Surface::Private);
    }
    let text = metrics.encode(MetricsFormat::OpenMetrics);
    let series = text.lines().filter(|line| line.starts_with("palabre_answers_total")).count();
    assert_eq!(series, ANSWER_SERIES_MAX + 1);
    let other = "palabre_answers_total{section=\"other\",language=\"other\",surface=\"private\"} ";
    assert!(text.contains(&format!("{other}{ANSWER_SERIES_MAX}\n")), "{text}");
}

/// The first day, and so many days later.
fn day(later: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 30).unwrap() + Days::new(later)
}

fn record(unanswered: &Unanswered, times: u32, word: &str, later: u64) {
    (0..times).for_each(|_| unanswered.record([word], day(later)));
}

#[test]
fn few_questions_are_not_shown() {
    let unanswered = Unanswered::default();
    record(&unanswered, QUESTIONS_MIN - 1, "visa", 0);
    // A word counts once a question.
    unanswered.record(["loan", "loan", "loan", "loan", "loan"], day(0));
    assert_eq!(unanswered.report(day(0)).words, []);
    unanswered.record(["visa", "loan"], day(1));
    assert_eq!(unanswered.report(day(1)).words, [(5, "visa".to_owned())], "the days are added up");
    record(&unanswered, 4, "loan", 1);
    record(&unanswered, 3, "visa", 1);
    let report = unanswered.report(day(1)).to_string();
    let pinned = "# Unanswered questions of 14 days until 2026-10-31, by the content's words in them,\n\
                  # from 5 questions on\n     8 visa\n     6 loan\n";
    assert_eq!(report, pinned);
}

#[test]
fn days_roll() {
    let unanswered = Unanswered::default();
    record(&unanswered, 5, "old", 0);
    record(&unanswered, 5, "new", 3);
    record(&unanswered, 1, "old", 3);
    let last = DAYS as u64 - 1;
    assert_eq!(unanswered.report(day(last)).words, [(6, "old".to_owned()), (5, "new".to_owned())]);
    assert_eq!(unanswered.report(day(last + 1)).words, [(5, "new".to_owned())], "one is left of the old");
    record(&unanswered, 4, "old", last + 1);
    assert_eq!(unanswered.report(day(last + 1)).words, [(5, "new".to_owned()), (5, "old".to_owned())]);
    // An update of yesterday that comes late, over midnight.
    record(&unanswered, 1, "old", last);
    assert_eq!(unanswered.report(day(last + 1)).words, [(6, "old".to_owned()), (5, "new".to_owned())]);
    assert_eq!(unanswered.report(day(last + 1 + DAYS as u64)).words, []);
}

#[test]
fn a_clock_that_jumps_costs_no_more_than_the_report() {
    let unanswered = Unanswered::default();
    record(&unanswered, 5, "visa", 0);
    record(&unanswered, 5, "visa", 5_000);
    record(&unanswered, 5, "visa", 1);
    assert_eq!(unanswered.report(day(1)).words, [(5, "visa".to_owned())]);
}

#[test]
fn words_have_a_limit() {
    let unanswered = Unanswered::default();
    for i in 0..=WORDS_MAX {
        record(&unanswered, 5, &format!("w{i}"), 0);
    }
    assert_eq!(unanswered.report(day(0)).words.len(), WORDS_MAX);
    record(&unanswered, 5, "late", DAYS as u64);
    assert_eq!(unanswered.report(day(DAYS as u64)).words, [(5, "late".to_owned())], "there is room again");
}

#[test]
fn only_the_content_s_own_words_are_familiar() {
    let content = load::shipped(load::today()).content.unwrap();
    let familiar = content.known_words("Je m'appelle Zorglub, +223 99 88 77 66: un visa pour la PAIX, la paix, svp");
    assert!(familiar.iter().any(|word| word == "visa") && familiar.iter().any(|word| word == "paix"), "{familiar:?}");
    let strange = |word: &String| word.contains("zorglub") || word.chars().any(|c| c.is_ascii_digit());
    assert!(!familiar.iter().any(strange), "{familiar:?}");
    assert_eq!(familiar.iter().filter(|word| *word == "paix").count(), 1);
    assert!(!familiar.iter().any(|word| ["pour", "la", "un", "je"].contains(&word.as_str())), "{familiar:?}");
}
