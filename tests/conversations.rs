//! Conversations as text files: what somebody types, and what the terminal shows.

use std::path::Path;

use crate::support::palabre;

/// Talks to the real binary. A case is the lines to type, an empty line, and the transcript.
#[track_caller]
fn check(case: &str, arguments: &[&str], columns: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/conversations").join(format!("{case}.txt"));
    let input: String = std::fs::read_to_string(&path).unwrap();
    let transcript = palabre(&[&["chat"], arguments].concat(), columns, &input);
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
