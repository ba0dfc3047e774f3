//! What tests and benchmarks share: the real bot against the fake Bot API, and the command line.
#![allow(dead_code, reason = "no single set of tests uses all of it")]

pub(crate) mod bot;
pub(crate) mod content_files;
pub(crate) mod http;
pub(crate) mod project_rule;
pub(crate) mod record;
pub(crate) mod school;
pub(crate) mod standin;
pub(crate) mod vitals;
pub(crate) mod world;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Compares a text with `tests/cases/<directory>/<name>.snap`. `INSTA_UPDATE=always cargo test` accepts what has changed.
#[track_caller]
pub(crate) fn snapshot(directory: &str, name: &str, text: &str) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(directory));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings
    };
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What the real binary prints for these arguments and this input, on a screen of so many columns, with the shipped content.
#[track_caller]
pub(crate) fn palabre(arguments: &[&str], columns: &str, input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env("LC_ALL", "C")
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
