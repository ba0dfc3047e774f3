//! `palabre links`: deep links and their QR codes.

use std::process::{Command, Output};

fn links(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env("LC_ALL", "C")
        .arg("links")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("PALABRE_CONTENT")
        .output()
        .unwrap()
}

#[test]
fn every_section_has_a_link_in_every_language() {
    let output = links(&["--bot", "@palabre_bot"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 2 * 19, "home and 18 sections, twice:\n{text}");
    assert!(text.contains("https://t.me/palabre_bot?start=en-trust  "), "{text}");
}

#[test]
fn a_group_s_links_let_the_bot_in() {
    let text = String::from_utf8(links(&["--bot", "palabre_bot", "--group"]).stdout).unwrap();
    assert!(text.contains("https://t.me/palabre_bot?startgroup=fr-trust  "), "{text}");
}

#[test]
fn csv_quotes_what_has_commas() {
    let text = String::from_utf8(links(&["--bot", "palabre_bot", "--format", "csv"]).stdout).unwrap();
    assert!(text.starts_with("\u{feff}language,section,title,link\n"), "with a byte order mark, for spreadsheets");
    assert!(text.contains("\"⏳ La paix, un engagement de longue haleine\""), "{text}");
}

#[test]
fn qr_codes_are_written_as_svg() {
    let directory = tempfile::tempdir().unwrap();
    assert!(links(&["--bot", "palabre_bot", "--qr", directory.path().to_str().unwrap()]).status.success());
    let svg = std::fs::read_to_string(directory.path().join("fr-trust.svg")).unwrap();
    assert!(svg.contains("<svg") && std::fs::read_dir(directory.path()).unwrap().count() == 38);
}

#[test]
fn what_is_no_bot_s_name_is_refused() {
    assert_eq!(links(&["--bot", "no bot!"]).status.code(), Some(1));
}

#[test]
fn links_name_the_page_of_the_site_too() {
    let site = ["--bot", "palabre_bot", "--site", "https://example.org/mali"];
    let text = String::from_utf8(links(&site).stdout).unwrap();
    let both = "https://t.me/palabre_bot?start=en-trust  https://example.org/mali/en/trust.html  ";
    assert!(text.contains(both), "{text}");
    assert!(text.contains("  https://example.org/mali/fr/index.html  "), "{text}");
    let csv = String::from_utf8(links(&[&site[..], &["--format", "csv"]].concat()).stdout).unwrap();
    assert!(csv.starts_with("\u{feff}language,section,title,link,page\n"), "{csv}");
    assert!(csv.contains("?start=en-trust,https://example.org/mali/en/trust.html\n"), "{csv}");
    let json = String::from_utf8(links(&[&site[..], &["--format", "json"]].concat()).stdout).unwrap();
    assert!(json.contains(r#""page":"https://example.org/mali/en/trust.html""#), "{json}");
    assert_eq!(links(&["--bot", "palabre_bot", "--site", "example.org"]).status.code(), Some(1));
}
