//! An update that ends the process each time its answer is made: it is given up, and everybody else is answered.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use tokio::runtime::LocalOptions;

use palabre::bot::reply::{Input, Reply, Request, reply};
use palabre::content::{Content, load};
use palabre::telegram::{Api, Bot, CrashGuard, Token};

use crate::support::bot::Process;
use fake_bot_api::{Fake, TOKEN};

/// Set for [`a_bot_that_dies_of_boom`], and for it alone.
const CRASH_FILE: &str = "TEST_CRASH_FILE";

fn dies_of_boom(content: &Content, request: &Request<'_>) -> Reply {
    if request.input == Input::Text("boom") {
        std::process::abort();
    }
    reply(content, request)
}

/// No test: this is how [`an_update_that_ends_the_process_is_given_up`] gets a bot that dies.
#[test]
#[ignore = "a bot for the test below, which starts it"]
fn a_bot_that_dies_of_boom() {
    let Some(file) = env::var_os(CRASH_FILE) else { return };
    let content = load::shipped(load::today()).content.unwrap();
    let url = env::var("TELOXIDE_API_URL").unwrap();
    let api = Api::new(&Token::new(TOKEN).unwrap(), Some(&url), None).unwrap();
    let bot = Bot::new(api, content).reply(dies_of_boom).crash_guard(CrashGuard::open(Path::new(&file)).unwrap());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(bot.run(std::future::pending())).unwrap();
}

/// Starts this very program again, as the bot above.
fn start(fake: &Fake, crash_file: &Path) -> std::process::Child {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash_guard::a_bot_that_dies_of_boom"])
        .env(CRASH_FILE, crash_file)
        .env("TELOXIDE_API_URL", fake.url())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_update_that_ends_the_process_is_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let crash_file = directory.path().join("crash");
    let fake = Fake::start();
    fake.private_message(1, "/contact");
    fake.private_message(2, "boom");
    let last = fake.private_message(3, "/contact");
    // The first death is not written down; the next three are.
    for death in 1..=4 {
        let status = start(&fake, &crash_file).wait().unwrap();
        assert!(!status.success(), "death {death}");
    }
    let mut survivor = start(&fake, &crash_file);
    fake.wait_confirmed(last.update_id);
    survivor.kill().unwrap();
    survivor.wait().unwrap();
    assert!(fake.sent_to(2).is_empty(), "given up");
    for person in [1, 3] {
        let times = fake.sent_to(person).len();
        assert!((1..=5).contains(&times), "person {person} is answered, and no more than once a life: {times}");
    }
    fake.assert_clean();
}

#[test]
fn a_process_that_stops_leaves_no_file_and_one_that_is_killed_does() {
    let directory = tempfile::tempdir().unwrap();
    let crash_file = directory.path().join("crash");
    let fake = Fake::start();
    let env = [("PALABRE_CRASH_FILE", crash_file.to_str().unwrap())];
    for kill in [true, false] {
        let mut process = Process::start_with(env!("CARGO_BIN_EXE_palabre"), &fake, &[], &env);
        let asked = fake.private_message(1, "/contact");
        fake.wait_confirmed(asked.update_id);
        assert!(crash_file.exists());
        if kill {
            process.kill();
        } else {
            process.signal("TERM");
            assert!(process.wait_exit(fake_bot_api::WAIT_LIMIT).success());
        }
        assert_eq!(crash_file.exists(), kill);
    }
}

#[test]
fn with_a_file_that_cannot_be_used_it_says_so_and_answers() {
    let directory = tempfile::tempdir().unwrap();
    let corrupt = directory.path().join("corrupt");
    std::fs::write(&corrupt, [0xFF; 100_000]).unwrap();
    let shared = directory.path().join("shared");
    let _of_another_process = CrashGuard::open(&shared).unwrap();
    for (file, complaint) in [
        (&*corrupt.join("crash"), Some("ot a directory")),
        (directory.path(), Some("s a directory")),
        (&shared, Some("another process uses it")),
        (&corrupt, None),
    ] {
        let fake = Fake::start();
        let env = [("PALABRE_CRASH_FILE", file.to_str().unwrap())];
        let mut process = Process::start_with(env!("CARGO_BIN_EXE_palabre"), &fake, &[], &env);
        let asked = fake.private_message(1, "/contact");
        fake.wait_confirmed(asked.update_id);
        assert!(!fake.sent_to(1).is_empty(), "{file:?}");
        process.signal("TERM");
        assert!(process.wait_exit(fake_bot_api::WAIT_LIMIT).success());
        let log = process.log();
        let line = log.lines().find(|line| line.contains("PALABRE_CRASH_FILE"));
        assert_eq!(line.is_some(), complaint.is_some(), "{log}");
        assert!(line.zip(complaint).is_none_or(|(line, complaint)| line.contains(complaint)), "{log}");
    }
    assert!(shared.exists() && !corrupt.exists(), "a file is removed by the process that it belongs to");
}
