//! `palabre voices`: the clips of a content, and what is to be read aloud.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::snapshot;

const SCHOOL: &str = "tests/contents/school";

fn run(language: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env_remove("PALABRE_CONTENT")
        .env("LC_ALL", language)
        .arg("voices")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[track_caller]
fn printed(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The content of the school in a directory of its own, to be changed.
fn copy_of_school() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    crate::diagnostics::lay_over(&Path::new(env!("CARGO_MANIFEST_DIR")).join(SCHOOL), directory.path());
    directory
}

#[test]
fn the_script_is_what_somebody_reads_aloud() {
    let french = printed(run("C", &[SCHOOL, "--script", "--lang", "fr"]));
    snapshot("voices", "script-fr", &french);
    let both = printed(run("C", &["--script", "--content", SCHOOL]));
    assert!(both.starts_with(&french), "{both}");
    assert!(both[french.len()..].starts_with("\n\nen/home.ogg\n===========\n"), "{both}");
    let columns = both.lines().map(|line| line.chars().count()).max();
    assert!(columns <= Some(72), "{columns:?}");
    // Nothing of the program's own words is in it.
    assert_eq!(both, printed(run("fr_ML.UTF-8", &["--script", "--content", SCHOOL])));
}

#[test]
fn the_list_says_what_is_there_and_what_is_missing() {
    let directory = copy_of_school();
    fs::copy(directory.path().join("fr/home.ogg"), directory.path().join("fr/old.ogg")).unwrap();
    let place = directory.path().to_str().unwrap();
    snapshot("voices", "list", &printed(run("C", &[place])));
    snapshot("voices", "list-fr", &printed(run("fr_ML.UTF-8", &[place, "--lang", "fr"])));
}

#[test]
fn a_file_has_the_name_that_the_content_gives_it_also_before_it_is_there() {
    let directory = copy_of_school();
    fs::remove_file(directory.path().join("fr/home.ogg")).unwrap();
    let words = directory.path().join("fr/pages.toml");
    let text = fs::read_to_string(&words).unwrap();
    fs::write(&words, text.replace("voice = \"fees.ogg\"", "voice = \"frais 2027.ogg\"")).unwrap();
    let place = directory.path().to_str().unwrap();
    let output = run("C", &[place, "--lang", "fr"]);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(said.contains("there is no file `fr/frais 2027.ogg`") && said.contains("as far as it can be"), "{said}");
    let list = printed(output);
    for line in
        ["fr/frais 2027.ogg  it cannot be used: `palabre check` says why\n", "fr/fees.ogg        nothing names it\n"]
    {
        assert!(list.contains(line), "{list}");
    }
    let script = printed(run("C", &[place, "--script"]));
    assert!(
        script.starts_with("fr/home.ogg\n") && script.contains("\nfr/frais 2027.ogg\n=================\n"),
        "{script}"
    );
}

#[test]
fn a_section_without_words_in_a_language_is_not_read_in_it() {
    let script = printed(run("C", &["--script", "tests/contents/library", "--lang", "bm"]));
    assert!(script.contains("bm/home.ogg") && !script.contains("bm/van.ogg"), "{script}");
    assert!(printed(run("C", &["--script", "tests/contents/library"])).contains("/van.ogg"));
}

#[test]
fn a_language_that_is_not_there_is_told_with_those_that_are() {
    for (written, said) in [("bm", "`bm` is no language of this content"), ("Français", "is not a language tag")] {
        let output = run("C", &[SCHOOL, "--lang", written]);
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said), "{error}");
    }
}
