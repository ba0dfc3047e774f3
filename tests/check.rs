//! `palabre check` as an editor and CI run it: output, exit status, formats.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .arg("check")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .env_remove("PALABRE_CONTENT")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_content_without_problems_exits_with_0() {
    let output = check(&["contents/single"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output), "no problems\n");
}

#[test]
fn warnings_exit_with_0() {
    let output = check(&["--content", "contents/library"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).ends_with(" warnings\n"));
}

#[test]
fn errors_exit_with_1_and_are_plain_in_a_pipe() {
    let output = check(&["contents"]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    assert!(text.contains("palabre.toml") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let output = Command::new(env!("CARGO_BIN_EXE_palabre"))
        .args(["check", "contents"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(text(&output).contains('\u{1b}'));
}

#[test]
fn json_is_one_object_a_line_with_the_place() {
    let output = check(&["--format", "json", "contents/library"]);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty());
    for line in lines {
        assert_eq!(line["code"], "untranslated");
        assert_eq!(line["severity"], "warning");
        assert!(line["message"].is_string() && line["help"].is_string() && line["file"].is_string());
    }
}

#[test]
fn without_a_directory_it_checks_the_copy_inside() {
    // There is no `content` where the tests are.
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("old-facts"));
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let output = check(&["no/such/place"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("no/such/place"));
}
