//! What happens around the process where it runs: signals, a log that nobody reads or that lies beside the content, ports of its
//! own, core files.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use crate::diagnostics::lay_over;
use crate::support::bot::{BotTest, Process};
use crate::support::http::get;
use fake_bot_api::{ALWAYS, Fake, Fault, FaultKind, TOKEN, WAIT_LIMIT};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// A bot whose log goes where the test says.
fn started(fake: &Fake, directory: &Path, log: impl Into<Stdio>) -> Child {
    started_by("exec \"$0\" run", fake, directory, log)
}

/// What a shell makes of a command, in which `$0` is the program.
fn started_by(shell: &str, fake: &Fake, directory: &Path, log: impl Into<Stdio>) -> Child {
    Command::new("sh")
        .args(["-c", shell, BINARY])
        .env_clear()
        .env("TELOXIDE_TOKEN", TOKEN)
        .env("TELOXIDE_API_URL", fake.url())
        .env("RUST_LOG", "trace")
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap().success());
}

/// Waits for the end of a process.
#[track_caller]
fn end(mut child: Child) -> ExitStatus {
    let pid = child.id().to_string();
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait().unwrap()));
    end.recv_timeout(WAIT_LIMIT).unwrap_or_else(|_| {
        let _ = Command::new("kill").args(["-KILL", &pid]).status();
        panic!("it does not end");
    })
}

/// Somebody asks and is answered.
fn somebody_asks(fake: &Fake) {
    let asked = fake.private_message(1, "/contact");
    fake.wait_confirmed(asked.update_id);
    assert!(!fake.sent_to(1).is_empty());
}

/// More lines than a pipe takes (64 KiB) and wait to be written.
fn much_is_logged(fake: &Fake) {
    let last = (0..4_000).fold(0, |_, _| fake.push_raw(json!({"hologram": {}})));
    fake.wait_confirmed(last);
}

#[test]
fn a_log_that_nobody_reads_holds_up_neither_answers_nor_the_end() {
    let fake = Fake::start();
    let directory = tempfile::tempdir().unwrap();
    let mut child = started(&fake, directory.path(), Stdio::piped());
    let _open_and_full = child.stderr.take().unwrap();
    much_is_logged(&fake);
    somebody_asks(&fake);
    signal(&child, "TERM");
    assert!(end(child).success());
}

#[test]
fn a_log_says_what_it_left_out_when_it_is_read_again() {
    let fake = Fake::start();
    let directory = tempfile::tempdir().unwrap();
    let mut child = started(&fake, directory.path(), Stdio::piped());
    let mut log = child.stderr.take().unwrap();
    much_is_logged(&fake);
    let reader = thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    });
    somebody_asks(&fake);
    signal(&child, "TERM");
    assert!(end(child).success());
    let text = reader.join().unwrap();
    assert!(text.contains("lines of the log were dropped here"), "{} bytes", text.len());
    assert!(text.trim_end().ends_with("stopped"), "the last lines are there");
}

#[test]
fn a_log_beside_or_above_the_content_does_not_feed_itself() {
    let around = tempfile::tempdir().unwrap();
    let content = around.path().join("content");
    lay_over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), &content);
    let logs = ["bot.log", "fr/bot.log", "../bot.log"].map(|log| content.join(log));
    let mut files = logs.clone().map(|log| File::create(log).unwrap());
    let fake = Fake::start();
    let mut child = started(&fake, around.path(), Stdio::piped());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (served, is_served) = mpsc::channel();
    thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            files.iter_mut().for_each(|file| writeln!(file, "{line}").unwrap());
            if line.contains("is served from now on") {
                served.send(()).unwrap();
            }
        }
    });
    somebody_asks(&fake);
    let root = content.join("palabre.toml");
    let before = fs::read_to_string(&root).unwrap();
    // A change is seen by the second look at the directory: after two changes it has looked at it four times at least.
    for line in ["# One more line\n", "# And another\n"] {
        fs::write(&root, format!("{before}{line}")).unwrap();
        is_served.recv_timeout(WAIT_LIMIT).unwrap();
    }
    somebody_asks(&fake);
    signal(&child, "TERM");
    assert!(end(child).success());
    for log in logs {
        let length = fs::metadata(&log).unwrap().len();
        assert!(length < 1_000_000, "{} has {length} bytes", log.display());
    }
}

#[test]
fn user_signals_are_ignored() {
    let mut bot = BotTest::start(BINARY);
    for name in ["USR1", "USR2", "USR1"] {
        bot.process.signal(name);
        bot.say("/contact").expect("+223");
    }
}

/// The program is running with the token in its memory; a signal that leaves a core file ends it.
#[track_caller]
fn check_leaves_no_core_file(command: &str, fake: &Fake, is_running: impl Fn()) {
    let directory = tempfile::tempdir().unwrap();
    let child =
        started_by(&format!("ulimit -c unlimited; exec \"$0\" {command}"), fake, directory.path(), Stdio::null());
    is_running();
    signal(&child, "QUIT");
    let status = end(child);
    assert_eq!((status.signal(), status.core_dumped()), (Some(3), false));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn no_signal_leaves_a_core_file() {
    let fake = Fake::start();
    check_leaves_no_core_file("run", &fake, || somebody_asks(&fake));
}

#[test]
fn no_signal_leaves_a_core_file_of_doctor() {
    let fake = Fake::start();
    fake.fault(Fault::new(FaultKind::Hang).on("getMe").times(ALWAYS));
    check_leaves_no_core_file("doctor", &fake, || {
        fake.wait_for("a call", |state| (state.calls_made() > 0).then_some(()));
    });
}

fn status(address: &str, path: &str) -> u16 {
    get(address, path).0
}

#[test]
fn a_quiet_start_is_ready_with_its_first_poll() {
    let fake = Fake::start();
    let bot = BotTest::start_with(BINARY, fake, &[], &[("PALABRE_LISTEN", "127.0.0.1:0")]);
    let address = bot.process.address();
    // The second poll begins when the first has come back. It is held for longer than this test waits for anything.
    bot.fake.wait_polls(2);
    assert_eq!(status(&address, "/readyz"), 200);
    let timeouts = bot.fake.with_state(|state| state.polls.iter().map(|poll| poll.timeout).collect::<Vec<_>>());
    assert_eq!(timeouts, [Some(0), Some(25)]);
}

#[test]
fn monitoring_has_a_port_of_its_own_where_it_is_asked_for() {
    const PAGES: [&str; 3] = ["/livez", "/metrics", "/readyz"];
    let fake = Fake::start();
    let env = [
        ("PALABRE_WEBHOOK_URL", "http://127.0.0.1:9/hook"),
        ("PALABRE_LISTEN", "127.0.0.1:0"),
        ("PALABRE_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let process = Process::start_with(BINARY, &fake, &[], &env);
    process.wait_log("the webhook is set");
    let (webhook, monitoring) = (process.address_of("the webhook is on"), process.address());
    for page in PAGES {
        assert_eq!(status(&webhook, page), 404, "{page}");
    }
    assert_eq!(status(&monitoring, "/metrics"), 200);
    assert_eq!((status(&webhook, "/hook"), status(&monitoring, "/hook")), (405, 404));

    // Whoever holds all that one port gives does not touch the other.
    let held: Vec<TcpStream> =
        (0..palabre::server::CONNECTIONS_MAX).map(|_| TcpStream::connect(&monitoring).unwrap()).collect();
    assert_eq!(status(&webhook, "/hook"), 405);
    drop(held);

    let alone = Process::start_with(BINARY, &fake, &[], &[("PALABRE_METRICS_LISTEN", "127.0.0.1:0")]);
    alone.wait_log("answers as");
    assert_eq!(status(&alone.address(), "/livez"), 200);
}
