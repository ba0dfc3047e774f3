//! `palabre doctor` against the fake Bot API: its report in many situations, its exit status, and what it does not show.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::profile;
use crate::support::bot::BotTest;
use crate::support::snapshot;
use fake_bot_api::{ALWAYS, BotApi, Fake, Fault, FaultKind, TOKEN};

/// A content of one language, so that reports stay short; relative to `tests/`.
const CONTENT: &str = "contents/single";

/// Environment variables of a run, beside those that [`doctor`] sets.
type Env<'a> = &'a [(&'a str, &'a str)];

fn doctor(url: &str, arguments: &[&str], env: Env<'_>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .arg("doctor")
        .args(arguments)
        .env_clear()
        .env("TELOXIDE_TOKEN", TOKEN)
        .env("TELOXIDE_API_URL", url)
        .env("PALABRE_CONTENT", CONTENT)
        .envs(env.iter().copied())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .output()
        .unwrap()
}

/// The report, without what differs from run to run. It must not contain the token.
fn report(output: &Output, url: &str) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(!text.contains(TOKEN) && !text.contains("TEST-token"), "the token shows:\n{text}");
    // The content's version, durations and times, the age of the facts.
    let text = text.replace(url, "http://fake").replace(env!("CARGO_PKG_VERSION"), "0.0.0");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for (before, after) in [("took ", " ms"), ("version ", ":"), ("checked in ", " ago"), ("update (", " UTC")] {
            if let Some(start) = line.find(before).map(|at| at + before.len())
                && let Some(length) = line[start..].find(after)
            {
                line.replace_range(start..start + length, "…");
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Compares the report and the exit status with a snapshot.
#[track_caller]
fn check(name: &str, fake: &Fake, env: Env<'_>) -> String {
    let output = doctor(&fake.url(), &[], env);
    let report = format!("{}\n\nexit status {}", report(&output, &fake.url()), output.status.code().unwrap());
    snapshot("doctor", name, &report);
    assert_eq!(fake.polls(), 0, "it polled: that takes the updates of a running bot");
    fake.assert_clean();
    report
}

fn unix_time() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// A fake to which a bot has told its menus, descriptions and settings.
fn with_menus() -> Fake {
    let fake = Fake::start();
    let binary = env!("CARGO_BIN_EXE_palabre");
    let content = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/single");
    let bot = BotTest::start_with(binary, fake.clone(), &["--content", content], &[]);
    bot.fake.wait_calls("setMyShortDescription", 2);
    drop(bot);
    let fresh = Fake::start();
    fresh.preset_profile(|profile| *profile = fake.profile());
    fresh.preset_me("supports_guest_queries", json!(true));
    fresh.preset_me("inline_query_placeholder", json!("A sua pergunta…"));
    fresh
}

#[test]
fn all_is_well() {
    let fake = with_menus();
    // Empty variables count as unset.
    let empty = [("TELOXIDE_TOKEN_FILE", ""), ("PALABRE_WEBHOOK_URL", "")];
    let report = check("well", &fake, &empty);
    assert!(report.contains("nothing to do"), "{report}");
}

#[test]
fn a_bot_that_has_never_run() {
    check("new", &Fake::start(), &[]);
}

/// A fake on which everything is set otherwise than the content wants it.
fn with_other_settings() -> Fake {
    let fake = with_menus();
    fake.preset_me("can_join_groups", json!(false));
    fake.preset_me("can_read_all_group_messages", json!(true));
    fake.preset_me("supports_inline_queries", json!(false));
    fake.preset_me("supports_guest_queries", json!(false));
    fake.preset_me("can_connect_to_business", json!(true));
    fake
}

#[test]
fn the_bot_sets_what_the_server_lets_it_set() {
    check("settings", &with_other_settings(), &[]);
}

#[test]
fn on_an_older_server_botfather_is_told() {
    let fake = with_other_settings();
    fake.set_bot_api(BotApi::V10_4);
    check("botfather", &fake, &[]);
}

#[test]
fn what_the_server_does_not_know_needs_no_steps() {
    let fake = with_menus();
    fake.set_bot_api(BotApi::V9_1);
    let report = report(&doctor(&fake.url(), &[], &[]), &fake.url());
    assert!(report.contains("? unknown  guests         the server does not say"), "{report}");
    assert!(!report.contains("BotFather"), "{report}");
}

#[test]
fn settings_that_the_content_does_not_want_are_to_be_turned_off() {
    let content = named_content();
    let file = content.path().join("palabre.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, text + "inline_mode = false\ngroups = false\nguests = false\n").unwrap();
    let fake = with_menus();
    fake.set_bot_api(BotApi::V10_4);
    let report = report_on(&fake, &content, &[]);
    for steps in ["/setjoingroups, choose the bot, Disable", "write: /empty", "Bot Settings, Guest Mode"] {
        assert!(report.contains(steps), "no {steps:?}:\n{report}");
    }
}

#[test]
fn the_words_in_the_empty_field_are_compared() {
    let fake = with_menus();
    fake.preset_me("inline_query_placeholder", json!("Other words"));
    let report = report(&doctor(&fake.url(), &[], &[]), &fake.url());
    assert!(report.contains("! warning  inline         on, but the empty field"), "{report}");
}

/// A content with a name and a picture of the bot.
fn named_content() -> TempDir {
    let content = tempfile::tempdir().unwrap();
    profile::content(content.path());
    content
}

fn report_on(fake: &Fake, content: &TempDir, arguments: &[&str]) -> String {
    let env = [("PALABRE_CONTENT", content.path().to_str().unwrap())];
    report(&doctor(&fake.url(), arguments, &env), &fake.url())
}

#[test]
fn name_and_picture_are_compared() {
    let content = named_content();
    let fake = with_menus();
    let report = report_on(&fake, &content, &[]);
    assert!(report.contains("! warning  name           the bot is not called as in the content: for everybody else"));
    assert!(report.contains("! warning  picture        the bot has no picture"), "{report}");
    assert!(!report.contains("BotFather"), "{report}");
    let french = report_on(&fake, &content, &["--lang", "fr"]);
    assert!(french.contains("name           le bot ne porte pas le nom que donne le contenu"), "{french}");
    // A server of which it is not known that it takes a picture.
    fake.set_bot_api(BotApi::V9_3);
    let report = report_on(&fake, &content, &[]);
    assert!(report.contains("@BotFather: /setuserpic, choose the bot, and send it bot.jpg"), "{report}");

    fake.set_bot_api(BotApi::V10_5);
    fake.preset_profile(|profile| {
        profile.names.insert(String::new(), profile::NAME.to_owned());
        profile.photos.push(json!([{ "file_id": "a", "file_unique_id": "b", "width": 160, "height": 160 }]));
    });
    let report = report_on(&fake, &content, &[]);
    assert!(report.contains("✓ ok       name           the bot is called as in the content"), "{report}");
    assert!(report.contains("✓ ok       picture        the bot has a picture"), "{report}");
    fake.assert_clean();
}

#[test]
fn menus_and_descriptions_have_drifted() {
    let fake = with_menus();
    fake.preset_profile(|profile| {
        profile.set_commands("default", "pt", &[("start", "Another word"), ("prices", "What it costs")]);
        profile.set_commands("all_private_chats", "", &[("old", "Of an earlier bot")]);
        profile.descriptions.insert("pt".into(), "Another".into());
    });
    check("drift", &fake, &[]);
}

#[test]
fn a_webhook_where_this_environment_polls() {
    let fake = with_menus();
    fake.preset_webhook("https://bot.example.org/secret-path");
    fake.preset_webhook_info("allowed_updates", json!(["message", "callback_query"]));
    fake.preset_webhook_info("pending_update_count", json!(250));
    // A self-hosted Bot API server allows up to 100,000.
    fake.preset_webhook_info("max_connections", json!(1_000));
    let report = check("webhook-and-poller", &fake, &[]);
    assert!(!report.contains("secret-path"), "{report}");
}

#[test]
fn a_webhook_that_fails() {
    let fake = with_menus();
    fake.preset_webhook("https://bot.example.org/secret-path");
    fake.preset_webhook_info("pending_update_count", json!(3));
    fake.preset_webhook_info("last_error_date", json!(unix_time() - 60));
    let sentence = "Wrong response from the webhook /secret-path: 502 Bad Gateway\u{1b}[31m";
    fake.preset_webhook_info("last_error_message", json!(sentence));
    let report = check("webhook-fails", &fake, &[("PALABRE_WEBHOOK_URL", "https://bot.example.org/secret-path")]);
    assert!(!report.contains("secret-path") && !report.contains('\u{1b}'), "{report}");
}

#[test]
fn the_webhook_is_another() {
    let fake = with_menus();
    let ours = [("PALABRE_WEBHOOK_URL", "https://bot.example.org/secret-path")];
    let says = |fake: &Fake| report(&doctor(&fake.url(), &[], &ours), &fake.url());
    let report = says(&fake);
    assert!(report.contains("at Telegram no webhook is"), "{report}");
    fake.preset_webhook("https://other.example.org:8443/other-path");
    let report = says(&fake);
    assert!(
        report.contains("go to https://other.example.org:8443, but PALABRE_WEBHOOK_URL names https://bot.example.org")
    );
    fake.preset_webhook("https://bot.example.org/other-path");
    let report = says(&fake);
    assert!(
        report.contains("a path of https://bot.example.org, but PALABRE_WEBHOOK_URL names another path"),
        "{report}"
    );
    assert!(!report.contains("other-path") && !report.contains("secret-path"), "{report}");
}

#[test]
fn a_token_that_telegram_does_not_know() {
    let fake = Fake::start();
    check("token-unknown", &fake, &[("TELOXIDE_TOKEN", "123456789:another")]);
}

#[test]
fn no_token() {
    let fake = Fake::start();
    check("no-token", &fake, &[("TELOXIDE_TOKEN", "")]);
}

#[test]
fn where_the_token_comes_from() {
    let fake = with_menus();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let file = file.to_str().unwrap();
    let says = |env: Env<'_>| report(&doctor(&fake.url(), &[], env), &fake.url());
    let from_file: Env<'_> = &[("TELOXIDE_TOKEN", ""), ("TELOXIDE_TOKEN_FILE", file)];

    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(says(from_file).contains(&format!("✓ ok       token-source   comes from TELOXIDE_TOKEN_FILE ({file})\n")));
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(says(from_file).contains("which everybody on this machine can read"));
    assert!(says(&[("TELOXIDE_TOKEN_FILE", file)]).contains("TELOXIDE_TOKEN_FILE is set too, and not read"));
    let missing: Env<'_> = &[("TELOXIDE_TOKEN", ""), ("TELOXIDE_TOKEN_FILE", "/no/such/file")];
    assert!(says(missing).contains("✗ error    token-source   the token file /no/such/file cannot be read"));
}

#[test]
fn nothing_listens() {
    check("nothing-listens", &Fake::start_stopped(), &[]);
}

#[test]
fn failures_on_the_way_are_told_apart() {
    let says = |url: &str, env: Env<'_>| {
        let output = doctor(url, &[], env);
        assert_eq!(output.status.code(), Some(1));
        report(&output, url)
    };
    let fake = Fake::start();
    // Resolves to an error without a DNS query: a label is longer than 63 bytes.
    assert!(says(&format!("http://{}.invalid", "a".repeat(64)), &[]).contains("the name of http://fake is not found"));
    let tls = says(&fake.url().replace("http:", "https:"), &[]);
    assert!(tls.contains("is reached, but TLS with it fails"), "{tls}");
    let stopped = Fake::start_stopped().url();
    let proxy = says("https://telegram.invalid", &[("TELOXIDE_PROXY", &stopped)]);
    assert!(proxy.contains("the proxy of TELOXIDE_PROXY refuses the connection"), "{proxy}");
    // An HTTP server that does not know CONNECT.
    let proxy = says("https://telegram.invalid", &[("TELOXIDE_PROXY", &fake.url())]);
    assert!(proxy.contains("the proxy of TELOXIDE_PROXY does not let us through"), "{proxy}");
    assert!(says("nonsense", &[]).contains("TELOXIDE_API_URL is not an address"));
    fake.fault(Fault::new(FaultKind::ServerError).times(ALWAYS));
    let report = says(&fake.url(), &[]);
    assert!(report.contains("answers, but not as a Bot API server") && report.contains("HTTP 502"), "{report}");
    fake.clear_faults();
    fake.fault(Fault::new(FaultKind::Reset).times(ALWAYS));
    assert!(says(&fake.url(), &[]).contains("cannot be talked to"));
}

#[test]
fn an_empty_address_of_the_server_counts_as_unset() {
    let stopped = Fake::start_stopped().url();
    let output = doctor("", &[], &[("TELOXIDE_PROXY", &stopped)]);
    let report = report(&output, &stopped);
    assert!(report.contains("the proxy of TELOXIDE_PROXY refuses the connection"), "{report}");
}

#[test]
fn a_server_that_never_answers() {
    // The kernel accepts connections, and nothing reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let start = Instant::now();
    let output = doctor(&url, &[], &[]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
    let report = report(&output, &url);
    assert!(report.contains("takes the connection, but gives no answer"), "{report}");
    assert!(report.contains("ok       content"), "what can be said without it is said:\n{report}");
}

#[test]
fn what_hangs_is_not_known_and_the_rest_is_said() {
    let fake = with_menus();
    fake.fault(Fault::new(FaultKind::Hang).on("getWebhookInfo").times(ALWAYS));
    fake.fault(Fault::new(FaultKind::InternalJson).on("getMyDescription").times(ALWAYS));
    let output = doctor(&fake.url(), &[], &[]);
    assert_eq!(output.status.code(), Some(0));
    let report = report(&output, &fake.url());
    assert!(report.contains("? unknown  webhook        not known"), "{report}");
    assert!(report.contains("? unknown  descriptions"), "{report}");
    assert!(report.contains("✓ ok       commands"), "{report}");
}

#[test]
fn a_token_that_does_not_come_holds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("token");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let fake = Fake::start();
    let env = [("TELOXIDE_TOKEN", ""), ("TELOXIDE_TOKEN_FILE", pipe.to_str().unwrap())];
    let output = doctor(&fake.url(), &[], &env);
    assert_eq!(output.status.code(), Some(1));
    assert!(report(&output, &fake.url()).contains("does not come within 3 s"));
}

#[test]
fn a_clock_that_is_wrong() {
    let fake = with_menus();
    fake.preset_date("Tue, 15 Nov 1994 08:12:31 GMT");
    let output = doctor(&fake.url(), &[], &[]);
    assert_eq!(output.status.code(), Some(0));
    let report = report(&output, &fake.url());
    let line = report.lines().find(|line| line.contains(" clock ")).unwrap();
    assert!(line.contains("s ahead of the server's"), "{line}");
}

#[test]
fn a_content_that_cannot_be_used() {
    check("content-broken", &with_menus(), &[("PALABRE_CONTENT", "cases/check/bad-phone")]);
}

#[test]
fn json_is_one_object_a_finding() {
    let fake = Fake::start();
    let output = doctor(&fake.url(), &["--format", "json"], &[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        let status = line["severity"].as_str().unwrap();
        assert!(["ok", "unknown", "warning", "error"].contains(&status), "{line}");
        assert!(line["code"].is_string() && line["message"].is_string(), "{line}");
        assert!(line["help"].is_string() || status == "ok" || status == "unknown", "no help: {line}");
    }
    assert!(lines.iter().any(|line| line["code"] == "commands" && line["severity"] == "warning"));
}

#[test]
fn help_names_the_exit_status_and_no_secret() {
    let output = doctor("http://127.0.0.1:1", &["--help"], &[("PALABRE_WEBHOOK_URL", "https://a.example/secret-path")]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Exit status: 0") && !text.contains("secret-path"), "{text}");
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let fake = Fake::start();
    assert!(!doctor(&fake.url(), &[], &[]).stdout.contains(&0x1b));
    assert!(doctor(&fake.url(), &[], &[("CLICOLOR_FORCE", "1")]).stdout.contains(&0x1b));
}

#[test]
fn the_report_speaks_french() {
    let fake = Fake::start();
    let output = doctor(&fake.url(), &["--lang", "fr"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("avertissement") && text.contains("répond\u{a0}; la première requête a pris"), "{text}");
    assert!(!text.contains(" the "), "{text}");
}
