//! What `/metrics` and `/gaps` say.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use palabre::content::load;
use palabre::metrics::unanswered::{DAYS, QUESTIONS_MIN, Unanswered, WORDS_MAX};
use palabre::metrics::{ANSWER_SERIES_MAX, Health, Metrics, MetricsFormat, Surface};
use serde_json::{Value, json};

use crate::diagnostics::lay_over;
use crate::support::bot::{BotTest, Process};
use crate::support::http::{get, get_as};
use crate::support::school::change;
use crate::support::snapshot;
use fake_bot_api::{BOT_USERNAME, Fake, Person, Post, WAIT_LIMIT};

const GROUP: i64 = -100_777;
const ENGLISH: Person = Person::new(2, "en");

/// A bot that serves its metrics.
fn bot(extra_args: &[&str]) -> BotTest {
    let env = [("PALABRE_LISTEN", "127.0.0.1:0")];
    BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), Fake::start(), extra_args, &env)
}

fn scrape(process: &Process) -> String {
    get_as(&process.address(), "/metrics", "application/openmetrics-text").1
}

/// The metrics of a bot that was asked once in every way there is.
static SCRAPED: LazyLock<String> = LazyLock::new(|| {
    let content = asking();
    scrape(&asked_in_every_way(content.path()).process)
});

/// The shipped content, which asks here whether an answer helped.
fn asking() -> tempfile::TempDir {
    let content = tempfile::tempdir().unwrap();
    lay_over(&root().join("content"), content.path());
    change(content.path(), "palabre.toml", "allow =", "feedback = true\nallow =");
    for language in ["fr", "en"] {
        let (file, texts) =
            (format!("{language}/interface.toml"), "feedback_thanks = \"👍\"\nfeedback_sorry = \"👎\"\n");
        change(content.path(), &file, "facts = ", &format!("{texts}facts = "));
        change(content.path(), &file, "[buttons]\n", "[buttons]\nhelped = \"👍\"\nnot_helped = \"👎\"\n");
    }
    content
}

/// A bot that was asked once in every way there is, and has answered.
fn asked_in_every_way(content: &Path) -> BotTest {
    let mut bot = bot(&["--content", content.to_str().unwrap()]);
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
    bot.say("comment vous joindre").tap("👍").page();
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
    bot
}

/// Methods whose number of requests does not depend on time.
const COUNTED_METHODS: [&str; 3] = ["editMessageText", "sendContact", "sendMessage"];

#[test]
fn a_bot_counts_what_it_does() {
    let is_fixed = |line: &str| match line.split_once(['{', ' ']) {
        Some(("palabre_bot_api_requests_total", labels)) => {
            COUNTED_METHODS.iter().any(|method| labels.contains(&format!("\"{method}\"")))
        }
        Some((name, _)) => {
            let varies = ["_seconds", "_seconds_total", "_bytes", "_fds"].iter().any(|end| name.ends_with(end));
            !varies && !name.contains("_duration_seconds_")
        }
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
    let bot = bot(&[]);
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn deployed(file: &str) -> PathBuf {
    root().join("deploy").join(file)
}

/// The expressions of `deploy/grafana.json`, those of its variables included.
fn expressions() -> Vec<String> {
    let path = deployed("grafana.json");
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
    let shown: BTreeSet<&str> =
        words.filter(|word| word.starts_with("palabre_") || word.starts_with("process_")).collect();
    assert!(shown.is_subset(&exported), "not exported: {:?}", shown.difference(&exported));
    // Sum and count of a histogram are for those who want an average; address space says little of memory.
    let is_aside = |name: &str| name.contains("_duration_seconds_") || name == "process_virtual_memory_bytes";
    let missing: Vec<_> = exported.difference(&shown).filter(|name| !is_aside(name)).collect();
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

/// A Prometheus that asks one bot for its metrics, each second.
struct Prometheus {
    child: Child,
    url: String,
    _directory: tempfile::TempDir,
}

impl Prometheus {
    fn start(program: &str, bot: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("prometheus.yml");
        let text = json!({
            "global": { "scrape_interval": "1s", "evaluation_interval": "1s" },
            "rule_files": [deployed("alerts.yaml")],
            "scrape_configs": [{ "job_name": "palabre", "static_configs": [{ "targets": [bot] }] }],
        });
        // JSON is YAML.
        fs::write(&config, text.to_string()).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, url: format!("http://127.0.0.1:{port}/api/v1"), _directory: directory }
    }

    /// What an expression gives, or what is wrong with it.
    fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let query: String = url::form_urlencoded::byte_serialize(expression.as_bytes()).collect();
        let request = reqwest::Client::new().get(format!("{}/query?query={query}", self.url)).send();
        let answer = runtime.block_on(async { request.await?.text().await }).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let result = answer["data"]["result"].as_array();
        result.cloned().ok_or_else(|| answer["error"].to_string())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Feeds a program; its status and what it says.
fn fed(program: &str, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// `.ci/monitoring` runs this: it gives the paths of the programs.
#[test]
#[ignore = "needs Prometheus and promtool: .ci/monitoring"]
fn prometheus_understands_what_is_served_and_asked() {
    let (prometheus, promtool) = (std::env::var("PROMETHEUS").unwrap(), std::env::var("PROMTOOL").unwrap());
    let content = asking();
    let bot = asked_in_every_way(content.path());
    let address = bot.process.address();
    // promtool reads the older format alone.
    let (is_valid, said) = fed(&promtool, &["check", "metrics"], &get(&address, "/metrics").1);
    assert!(is_valid && said.is_empty(), "{said}");

    let prometheus = Prometheus::start(&prometheus, &address);
    let deadline = Instant::now() + WAIT_LIMIT;
    // A rate takes two scrapes. Prometheus asks for OpenMetrics.
    while prometheus.query("count_over_time(up{job=\"palabre\"}[1m]) >= 3").map_or(true, |found| found.is_empty()) {
        assert!(Instant::now() < deadline, "Prometheus does not scrape");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(prometheus.query("up == 1").unwrap().len(), 1, "it can be read");
    let alerts = fs::read_to_string(deployed("alerts.yaml")).unwrap();
    let rules = alerts.lines().filter_map(|line| line.trim_start().strip_prefix("expr: ")).map(str::to_owned);
    let rules: Vec<String> = rules.collect();
    assert!(rules.len() >= 8, "{rules:?}");
    for expression in &rules {
        // What an alert compares has to be there, whether or not it is as large as the alert says.
        for compared in expression.split(" or ").filter(|part| !part.starts_with("absent")) {
            let compared = compared.rsplit_once(['<', '>', '=']).map_or(compared, |(value, _)| value);
            let compared = compared.trim_end_matches(['=', '<', '>', ' ']);
            let found = prometheus.query(compared).unwrap_or_else(|error| panic!("{compared}: {error}"));
            assert!(!found.is_empty(), "{compared} finds nothing");
        }
        prometheus.query(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    }
    for expression in expressions().iter().filter(|expression| !expression.starts_with("label_values")) {
        let expression = expression
            .replace("$job", "palabre")
            .replace("$instance", ".+")
            .replace("$__rate_interval", "1m")
            .replace("$__range", "1h");
        let found = prometheus.query(&expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert!(!found.is_empty(), "{expression} finds nothing");
    }
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
