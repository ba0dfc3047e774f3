//! Conversations as text files: what somebody types, and what the terminal shows.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Talks to the real binary. A case is the lines to type, an empty line, and the transcript.
#[track_caller]
fn check(case: &str, arguments: &[&str], columns: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/conversations").join(format!("{case}.txt"));
    let input: String = std::fs::read_to_string(&path).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_palabre"))
        .arg("chat")
        .args(arguments)
        .env("COLUMNS", columns)
        .env_remove("PALABRE_CONTENT")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let transcript = String::from_utf8(output.stdout).unwrap();
    insta::with_settings!({snapshot_path => "cases/conversations", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(case, transcript);
    });
}

#[test]
fn a_person_reads_everything_in_french() {
    check("tour-fr", &["--lang", "fr"], "80");
}

#[test]
fn a_person_on_a_narrow_screen() {
    check("narrow-en", &["--lang", "en"], "40");
}
