//! A start with a broken content: its first problems are named, and the last good content is served where it was kept.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use palabre::content::load;
use tempfile::TempDir;

use crate::diagnostics::lay_over;
use crate::support::bot::{BotTest, Process};
use fake_bot_api::{Fake, WAIT_LIMIT};

const WELL: &str = "en/well.toml";
const BROKEN: &str = "title = 1\n[well\n";
const COPY: &str = "last-good-content.json";

/// A content directory, and one for what is kept.
struct Places {
    place: TempDir,
}

impl Places {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        lay_over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/base"), &place.path().join("content"));
        Self { place }
    }

    fn content(&self) -> PathBuf {
        self.place.path().join("content")
    }

    fn state(&self) -> PathBuf {
        self.place.path().join("state")
    }

    fn copy(&self) -> PathBuf {
        self.state().join(COPY)
    }

    fn version(&self) -> String {
        load::directory(&self.content(), load::today()).version().to_string()
    }

    fn change_title(&self, title: &str) {
        let words = fs::read_to_string(self.content().join(WELL)).unwrap();
        fs::write(self.content().join(WELL), words.replace("The well\"", &format!("{title}\""))).unwrap();
    }

    fn break_content(&self) {
        fs::write(self.content().join(WELL), BROKEN).unwrap();
    }

    fn mend_content(&self) {
        lay_over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/base"), &self.content());
    }

    /// The bot, with this variable beside that of the content, and a port.
    fn start(&self, variable: (&str, &Path)) -> BotTest {
        let content = self.content();
        let environment = [
            ("PALABRE_CONTENT", content.to_str().unwrap()),
            ("PALABRE_LISTEN", "127.0.0.1:0"),
            (variable.0, variable.1.to_str().unwrap()),
        ];
        BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), Fake::start(), &[], &environment)
    }

    /// Lets a bot keep the content, which is broken afterwards.
    fn keep_and_break(&self) -> String {
        let version = self.version();
        let bot = self.start(("PALABRE_STATE", &self.state()));
        bot.process.wait_log(&format!("content {version} is kept"));
        drop(bot);
        self.break_content();
        version
    }

    /// The log of a bot that does not start.
    fn fail(&self, state: &Path) -> String {
        let fake = Fake::start();
        let content = self.content();
        let environment = [("PALABRE_CONTENT", content.to_str().unwrap()), ("PALABRE_STATE", state.to_str().unwrap())];
        let mut process = Process::start_with(env!("CARGO_BIN_EXE_palabre"), &fake, &[], &environment);
        assert_eq!(process.wait_exit(WAIT_LIMIT).code(), Some(1));
        process.log()
    }
}

/// What the bot's port says at a path.
fn get(bot: &BotTest, path: &str) -> String {
    let mut stream = TcpStream::connect(bot.process.address()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_broken_content_without_a_copy_ends_the_start_with_its_first_problems() {
    let places = Places::new();
    places.break_content();
    let interface: String = (0..6).map(|n| format!("key{n} = \"\u{1b}\"\n")).collect();
    fs::write(places.content().join("en/interface.toml"), interface).unwrap();
    let log = places.fail(&places.state());
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("palabre: the content cannot be used ("), "{log}");
    assert!(lines[1].starts_with("  en/interface.toml:1:1: nothing reads the key `key0`"), "{log}");
    assert_eq!(lines.len(), 8, "{log}");
    assert!(lines[6].trim_start().starts_with("and ") && lines[7].contains("`palabre check`"), "{log}");
    assert!(!places.copy().exists(), "what has errors is not kept");
    let run = |command: &[&str]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_palabre"))
            .args(command)
            .args(["--content".as_ref(), places.content().as_os_str()])
            .env("PALABRE_STATE", places.state())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let output = run(&["ask", "well"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), log);
    assert!(output.stdout.is_empty());
    // In a terminal somebody looks at it: what there is of it is shown, and what is wrong first.
    let output = run(&["chat"]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().next(), log.trim_start_matches("palabre: ").lines().next());
    assert_eq!(said.lines().last(), Some("what follows is shown as far as it can be"));
    assert!(!output.stdout.is_empty());
}

#[test]
fn a_start_with_a_broken_content_serves_the_copy_until_it_is_mended() {
    let places = Places::new();
    let version = places.keep_and_break();
    // As a process leaves it that is killed while it writes.
    fs::write(places.state().join(format!("{COPY}.part")), "{\"format\":1,\"direc").unwrap();
    let mut bot = places.start(("PALABRE_STATE", &places.state()));
    let log = bot.process.log();
    assert!(log.contains("the content has errors (") && log.contains("en/well.toml:2:6: this is not TOML"), "{log}");
    assert!(log.contains(&format!("the last good content: {version}, loaded on 20")), "{log}");
    bot.say("/start").expect("The well");
    assert!(!bot.process.log().contains("broken now"), "it was told at the start");
    assert!(get(&bot, "/readyz").starts_with("HTTP/1.1 200"));
    let metrics = get(&bot, "/metrics");
    assert!(
        metrics.contains("palabre_content_reloads_total{result=\"failed\"} 1") && metrics.contains(&version),
        "{metrics}"
    );
    places.mend_content();
    places.change_title("The mended well");
    bot.process.wait_log(&format!("content {} is served from now on", places.version()));
    bot.say("/start").expect("The mended well");
    bot.process.wait_log(&format!("content {} is kept", places.version()));
    bot.fake.assert_clean();
    drop(bot);
    places.break_content();
    let mut bot = places.start(("PALABRE_STATE", &places.state()));
    bot.say("/start").expect("The mended well");
}

#[test]
fn the_directory_of_the_crash_file_serves_as_well() {
    let places = Places::new();
    fs::create_dir(places.state()).unwrap();
    let crash_file = places.state().join("crash");
    let bot = places.start(("PALABRE_CRASH_FILE", &crash_file));
    bot.process.wait_log(&format!("content {} is kept", places.version()));
    drop(bot);
    places.break_content();
    places.start(("PALABRE_CRASH_FILE", &crash_file)).say("/start").expect("The well");
}

#[test]
fn a_copy_that_cannot_be_used_is_told_and_not_served() {
    let places = Places::new();
    places.keep_and_break();
    let copy = fs::read_to_string(places.copy()).unwrap();
    let changed = copy.replace("The well is deep.", "The well is dry.");
    assert_ne!(changed, copy);
    let elsewhere = copy.replacen(places.content().to_str().unwrap(), "/somewhere/else", 1);
    for (text, reason) in [
        (&copy[..copy.len() / 2], "not whole"),
        ("", "not whole"),
        (&changed, "was changed"),
        (&elsewhere, "/somewhere"),
    ] {
        fs::write(places.copy(), text).unwrap();
        let log = places.fail(&places.state());
        assert!(log.contains("is not used: ") && log.contains(reason), "{log}");
        assert!(log.contains("en/well.toml:2:6"), "{log}");
    }
}

#[test]
fn where_nothing_can_be_kept_the_bot_serves_all_the_same() {
    let places = Places::new();
    fs::write(places.state(), "a file").unwrap();
    let mut bot = places.start(("PALABRE_STATE", &places.state()));
    bot.process.wait_log("cannot be kept");
    bot.say("/start").expect("The well");
    assert_eq!(fs::read_to_string(places.state()).unwrap(), "a file");
}
