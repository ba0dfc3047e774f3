//! `palabre export`, `palabre import`, `palabre translated`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use palabre::content::load::{self, Edition, Scope};
use palabre::diag::Code;
use palabre::messages::Locale;
use palabre::quality;
use palabre::scaffold::{self, Existing, Organisation, ScaffoldError};
use palabre::translation::{self, Format, Imported};

use crate::support::snapshot;

type Files = BTreeMap<String, String>;

const CONTENTS: [&str; 5] = [
    "content",
    "tests/contents/library",
    "tests/contents/single",
    "tests/contents/school",
    "tests/contents/townhall",
];

fn read(directory: &str) -> Files {
    fn add(path: &Path, prefix: &str, files: &mut Files) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                add(&path, &format!("{name}/"), files);
            } else {
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut files = Files::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory), "", &mut files);
    files
}

fn with_windows_ends(files: &Files) -> Files {
    files.iter().map(|(path, text)| (path.clone(), text.replace('\n', "\r\n"))).collect()
}

fn existing(files: &Files) -> Existing {
    let entries = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    Existing::memory(entries, load::today()).unwrap()
}

fn export(files: &Files, format: Format, language: Option<&str>) -> String {
    translation::export(&existing(files), format, language, Locale::English).unwrap()
}

fn import(files: &Files, name: &str, text: &str) -> Imported {
    let result = translation::import(&existing(files), name, text.as_bytes(), None);
    result.unwrap_or_else(|error| panic!("{}", error.message().to_text(Locale::English)))
}

fn refusal(files: &Files, name: &str, text: &str) -> String {
    let result = translation::import(&existing(files), name, text.as_bytes(), None);
    result.unwrap_err().message().to_text(Locale::English)
}

fn with(files: &Files, imported: &Imported) -> Files {
    let mut files = files.clone();
    files.extend(imported.files.iter().cloned());
    files
}

fn summary(imported: &Imported) -> String {
    let lines: Vec<String> = imported.summary.iter().map(|line| line.to_text(Locale::English)).collect();
    lines.join("\n")
}

fn paths(imported: &Imported) -> Vec<&str> {
    imported.files.iter().map(|(path, _)| path.as_str()).collect()
}

/// What `palabre check` says of stale translations.
fn stale(files: &Files) -> Vec<String> {
    let entries = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    let loaded = quality::check(load::memory(entries, Edition::new(load::today(), Scope::Everything)));
    assert!(loaded.content.is_some(), "{}", loaded.report.to_text(Locale::English, false));
    let problems = loaded.report.diagnostics.iter().filter(|problem| problem.code == Code::StaleTranslation);
    problems.map(|problem| format!("{}: {}", problem.file, problem.message.to_text(Locale::English))).collect()
}

/// The lines that differ, those of before with `-`, those of after with `+`.
fn difference(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let most = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let lines = before[start..before.len() - end].iter().map(|line| format!("-{line}\n"));
    lines.chain(after[start..after.len() - end].iter().map(|line| format!("+{line}\n"))).collect()
}

/// Changes one translation of a PO file.
fn translate(po: &str, key: &str, translation: &str) -> String {
    let at = po.find(&format!("msgctxt \"{key}\"")).unwrap_or_else(|| panic!("no {key}"));
    let start = at + po[at..].find("msgstr").unwrap();
    let end = po[start..].find("\n\n").map_or(po.len(), |end| start + end + 1);
    let text = serde_json::Value::from(translation).to_string();
    format!("{}msgstr {text}\n{}", &po[..start], &po[end..])
}

#[test]
fn a_round_trip_changes_nothing() {
    for directory in CONTENTS {
        let files = read(directory);
        for files in [with_windows_ends(&files), files] {
            let check = |name: &str, text: &str| {
                let imported = import(&files, name, text);
                assert_eq!(paths(&imported), [""; 0], "{directory}");
                assert!(summary(&imported).starts_with("no text is changed"), "{}", summary(&imported));
                assert!(!summary(&imported).contains("passed over: "), "{directory}: {}", summary(&imported));
            };
            check("a.csv", &export(&files, Format::Csv, None));
            for language in load(&files) {
                let exported = translation::export(&existing(&files), Format::Po, Some(&language), Locale::English);
                let Ok(po) = exported else { continue };
                check("a.po", &po);
                check("a.csv", &export(&files, Format::Csv, Some(&language)));
            }
        }
    }
}

fn load(files: &Files) -> Vec<String> {
    let entries = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    let content = load::memory(entries, load::today()).content.unwrap();
    content.languages().map(|language| content.tag(language).to_string()).collect()
}

#[test]
fn a_file_for_translators_says_what_is_to_be_done() {
    let files = read("tests/contents/school");
    let po = export(&files, Format::Po, Some("en"));
    let shown: String = po.split_inclusive("\n\n").filter(|entry| {
        let of = |key: &str| entry.contains(&format!("msgctxt \"{key}\""));
        of("sections.bus.title") || of("sections.bus.body") || of("sections.bus.ask") || of("interface.name") || of("interface.days") || of("palabre.contacts.main.address")
    }).collect();
    snapshot("translation", "po", &without_day(&format!("{}\n\n{shown}", po.split("\n\n").next().unwrap())));
    let csv = export(&files, Format::Csv, None);
    assert!(csv.starts_with("\u{feff}key,kind,source,fr,en\r\n") && csv.ends_with("\r\n"));
    let template = export(&files, Format::Po, None);
    assert!(template.contains("\"Language: \\n\"") && template.contains("msgctxt \"sections.bus.title\"\nmsgid"));
    assert!(!template.contains("msgstr \"a"), "a template has no translations");
}

fn without_day(po: &str) -> String {
    po.replace(&load::today().to_string(), "DAY")
}

#[test]
fn only_what_differs_is_changed() {
    for (windows, end) in [(false, "\n"), (true, "\r\n")] {
        let files = read("content");
        let files = if windows { with_windows_ends(&files) } else { files };
        let mut po = export(&files, Format::Po, Some("en"));
        po = translate(&po, "sections.about.title", "The \"programme\"");
        po = translate(&po, "interface.buttons.home", "Start");
        let imported = import(&files, "en.po", &po);
        assert_eq!(paths(&imported), ["en/about.toml", "en/interface.toml", "translations.toml"]);
        assert!(summary(&imported).starts_with("en: 2 texts are changed"), "{}", summary(&imported));
        let after = with(&files, &imported);
        let changed = |path: &str| difference(&files[path], &after[path]);
        assert_eq!(changed("en/about.toml").lines().last(), Some("+title = \"The \\\"programme\\\"\""));
        assert_eq!(changed("en/interface.toml").lines().count(), 2);
        assert_eq!(after["en/about.toml"].matches(end).count(), after["en/about.toml"].matches('\n').count());
        // It is of the French that is there now, and becomes stale with it.
        assert_eq!(stale(&after), [""; 0]);
        let mut later = after.clone();
        later.insert("fr/about.toml".to_owned(), after["fr/about.toml"].replace("Le programme\"", "Notre programme\""));
        assert_eq!(stale(&later), ["en/about.toml: `sections.about.title` in `en` was translated from another text than stands in fr/about.toml:2 now"]);
        // In the next file it is fuzzy, and passed over until somebody has looked at it.
        let po = export(&later, Format::Po, Some("en"));
        let fuzzy = "#: fr/about.toml:about.title\n#, fuzzy\n";
        assert!(po.contains(fuzzy), "{}", &po[..2000]);
        let again = import(&later, "en.po", &po);
        assert!(again.files.is_empty() && summary(&again).contains("\n1 passed over, because they are marked as fuzzy"), "{}", summary(&again));
        let reviewed = import(&later, "en.po", &po.replace(fuzzy, "#: x\n"));
        assert_eq!(paths(&reviewed), ["translations.toml"]);
        assert_eq!(stale(&with(&later, &reviewed)), [""; 0]);
    }
}

#[test]
fn what_a_language_lacks_is_added_where_it_belongs() {
    let files = read("tests/contents/library");
    let mut po = export(&files, Format::Po, Some("nqo"));
    po = translate(&po, "interface.lines.trouble", "ߞߍ");
    po = translate(&po, "interface.commands.start.alias", "bolo");
    po = translate(&po, "sections.books.button", "ߞߊ");
    po = translate(&po, "sections.games.title", "ߕߟߏ߲");
    po = translate(&po, "sections.rules.title", "ߛߙߊ");
    po = translate(&po, "sections.rules.summary", "ߛߙߊ ߓߍ߯");
    po = translate(&po, "sections.rules.body", "ߛߙߊ\n\n- ߁");
    po = translate(&po, "sections.rules.ask", "ߛߙߊ\nߛߙߊ ߓߍ߯");
    po = translate(&po, "palabre.contacts.desk.phones.1.label", "ߓߌߙߏ");
    let imported = import(&files, "nqo.po", &po);
    let after = with(&files, &imported);
    let changes: String = imported.files.iter().filter(|(path, _)| path != "translations.toml").map(|(path, text)| {
        let before = files.get(path).map_or("", String::as_str);
        format!("{path}\n{}\n", difference(before, text))
    }).collect();
    snapshot("translation", "added", &format!("{}\n\n{changes}", summary(&imported)));
    assert!(summary(&imported).contains("`sections.games.title`: it waits for"), "{}", summary(&imported));
}
