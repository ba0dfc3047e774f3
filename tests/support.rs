//! What the tests stand on: a strict fake of Telegram, the real bot against it, and the command line.

pub(crate) mod bot;
pub(crate) mod standin;
pub(crate) mod vitals;

use std::io::Write;
use std::process::{Command, Stdio};

/// What the real binary prints for these arguments and this input, on a screen of so many columns, with the shipped content.
#[track_caller]
pub(crate) fn palabre(arguments: &[&str], columns: &str, input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_palabre"))
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
    String::from_utf8(output.stdout).unwrap()
}
