//! `palabre export`, `palabre import`, `palabre translated`.

use std::fs;
use std::process::{Command, Output};

use palabre::content::load::{self, Edition, Scope};
use palabre::diag::Code;
use palabre::messages::Locale;
use palabre::quality;
use palabre::scaffold::{self, Existing};
use palabre::translation::{self, Format, Imported};

use crate::support::content_files::{Files, entries, read};
use crate::support::snapshot;

const CONTENTS: [&str; 5] =
    ["content", "tests/contents/library", "tests/contents/single", "tests/contents/school", "tests/contents/townhall"];

fn with_windows_ends(files: &Files) -> Files {
    files.iter().map(|(path, text)| (path.clone(), text.replace('\n', "\r\n"))).collect()
}

fn existing(files: &Files) -> Existing {
    Existing::memory(entries(files), load::today()).unwrap()
}

fn export(files: &Files, format: Format, language: Option<&str>) -> String {
    translation::export(&existing(files), format, language, Locale::English).unwrap()
}

fn import(files: &Files, name: &str, text: &str) -> Imported {
    let result = translation::import(&existing(files), name, text.as_bytes(), None);
    result.unwrap_or_else(|error| panic!("{}", error.message().to_text(Locale::English)))
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
    let loaded = quality::check(load::memory(entries(files), Edition::new(load::today(), Scope::Everything)));
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
    let content = load::memory(entries(files), load::today()).content.unwrap();
    content.languages().map(|language| content.tag(language).to_string()).collect()
}

#[test]
fn a_file_for_translators_says_what_is_to_be_done() {
    let files = read("tests/contents/school");
    let po = export(&files, Format::Po, Some("en"));
    let shown: String = po
        .split_inclusive("\n\n")
        .filter(|entry| {
            let of = |key: &str| entry.contains(&format!("msgctxt \"{key}\""));
            of("sections.bus.title")
                || of("sections.bus.body")
                || of("sections.bus.ask")
                || of("interface.name")
                || of("interface.days")
                || of("palabre.contacts.main.address")
        })
        .collect();
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
        let files = read("tests/contents/school");
        let files = if windows { with_windows_ends(&files) } else { files };
        let mut po = export(&files, Format::Po, Some("en"));
        po = translate(&po, "sections.bus.title", "The \"coach\"");
        po = translate(&po, "interface.buttons.home", "Start");
        let imported = import(&files, "en.po", &po);
        assert_eq!(paths(&imported), ["en/interface.toml", "en/pages.toml", "translations.toml"]);
        assert!(summary(&imported).starts_with("en: 2 texts are changed"), "{}", summary(&imported));
        let after = with(&files, &imported);
        let changed = |path: &str| difference(&files[path], &after[path]);
        assert_eq!(changed("en/pages.toml").lines().last(), Some("+title = \"The \\\"coach\\\"\""));
        assert_eq!(changed("en/interface.toml").lines().count(), 2);
        assert_eq!(after["en/pages.toml"].matches(end).count(), after["en/pages.toml"].matches('\n').count());
        // It is of the French that is there now, and becomes stale with it.
        assert_eq!(stale(&after), [""; 0]);
        let mut later = after.clone();
        later.insert(
            "fr/pages.toml".to_owned(),
            after["fr/pages.toml"].replace("Le car scolaire\"", "Notre car scolaire\""),
        );
        assert_eq!(
            stale(&later),
            [
                "en/pages.toml: `sections.bus.title` in `en` was translated from another text than stands in fr/pages.toml:69 now"
            ]
        );
        // In the next file it is fuzzy, and passed over until somebody has looked at it.
        let po = export(&later, Format::Po, Some("en"));
        let fuzzy = "#: fr/pages.toml:bus.title\n#, fuzzy\n";
        assert!(po.contains(fuzzy), "{}", &po[..2000]);
        let again = import(&later, "en.po", &po);
        assert!(
            again.files.is_empty() && summary(&again).contains("\n1 passed over, because they are marked as fuzzy"),
            "{}",
            summary(&again)
        );
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
    po = translate(&po, "interface.commands.language.alias", "kanw");
    po = translate(&po, "sections.games.title", "ߕߟߏ߲");
    po = translate(&po, "sections.rules.title", "ߛߙߊ");
    po = translate(&po, "sections.rules.summary", "ߛߙߊ ߓߍ߯");
    po = translate(&po, "sections.rules.body", "ߛߙߊ\n\n- ߁");
    po = translate(&po, "sections.rules.ask", "ߛߙߊ\nߛߙߊ ߓߍ߯");
    po = translate(&po, "palabre.contacts.desk.phones.1.label", "ߓߌߙߏ");
    let imported = import(&files, "nqo.po", &po);
    let changes: String = imported
        .files
        .iter()
        .filter(|(path, _)| path != "translations.toml")
        .map(|(path, text)| {
            let before = files.get(path).map_or("", String::as_str);
            format!("{path}\n{}\n", difference(before, text))
        })
        .collect();
    snapshot("translation", "added", &format!("{}\n\n{changes}", summary(&imported)));
    assert!(summary(&imported).contains("`sections.games.title`: it waits for"), "{}", summary(&imported));
}

/// The rows of a CSV file.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The rows as LibreOffice and a French Excel write them.
fn with_semicolons(rows: &[Vec<String>]) -> String {
    let field = |text: &String| match text.contains([';', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.clone(),
    };
    rows.iter().map(|row| row.iter().map(field).collect::<Vec<_>>().join(";") + "\r\n").collect()
}

#[test]
fn a_spreadsheet_changes_any_language_and_names_what_it_cannot_use() {
    let files = read("content");
    let mut rows = rows(&export(&files, Format::Csv, None));
    for row in &mut rows {
        match row[0].as_str() {
            "sections.about.title" => row[4] = "The programme; \"in short\"".to_owned(),
            "sections.contact.summary" => row[3] = "L’adresse, les numéros".to_owned(),
            "sections.contact.title" => (row[2], row[4]) = ("Autre".to_owned(), "Other".to_owned()),
            "sections.partner.title" => row[0] = "sections.partnre.title".to_owned(),
            "sections.themes.title" => row[4] = String::new(),
            _ => {}
        }
    }
    let twice = rows.iter().find(|row| row[0] == "sections.about.title").cloned().unwrap();
    rows.push(vec![String::new(); 5]);
    rows.push(twice);
    let imported = import(&files, "a.CSV", &with_semicolons(&rows));
    assert_eq!(paths(&imported), ["en/about.toml", "fr/contact.toml", "translations.toml"]);
    snapshot("translation", "summary", &summary(&imported));
    // The English of a French text that was changed here is of the French before.
    let after = with(&files, &imported);
    let found = stale(&after);
    assert!(found.len() == 1 && found[0].starts_with("en/contact.toml: `sections.contact.summary`"), "{found:?}");
}

#[test]
fn a_text_that_is_replaced_is_named_with_its_old_words() {
    let files = read("content");
    let csv = "key,source,en\nsections.about.ask,,only one phrase\n";
    let said = summary(&import(&files, "a.csv", csv));
    let before = files["en/about.toml"].split("ask = [").nth(1).unwrap().split('"').nth(1).unwrap();
    assert!(said.contains("replaced: `sections.about.ask` (en), ") && said.contains(" lines by 1;"), "{said}");
    assert!(said.contains(&format!("it began with “{before}")), "{said}");
    // An editor has changed the translation since the export, and its source stays.
    let po = translate(&export(&files, Format::Po, Some("en")), "sections.about.title", "From Weblate");
    let edited = files.iter().map(|(path, text)| {
        let changed = text.replacen("title = ", "title = \"By an editor\" # ", usize::from(path == "en/about.toml"));
        (path.clone(), changed)
    });
    let said = summary(&import(&edited.collect(), "en.po", &po));
    assert!(said.contains("replaced: `sections.about.title` (en), which began with “By an editor”"), "{said}");
}

#[test]
fn what_would_be_wrong_is_not_written_and_its_place_is_named() {
    let files = read("content");
    let po = export(&files, Format::Po, Some("en"));
    let wrong = translate(&po, "sections.about.body", "**bold");
    let wrong = translate(&wrong, "interface.days", "Monday\nTuesday");
    let csv = "key;source;en\ninterface.buttons.home;🏠 Accueil;\"two\nlines\"\n";
    let undeclared = po.replace("Language: en", "Language: bm_ML");
    let english =
        |result: Result<Imported, scaffold::ScaffoldError>| result.unwrap_err().message().to_text(Locale::English);
    let import = |name: &str, bytes: &[u8]| english(translation::import(&existing(&files), name, bytes, None));
    let export = |tag: &str| {
        let result = translation::export(&existing(&files), Format::Po, Some(tag), Locale::English);
        result.unwrap_err().message().to_text(Locale::English)
    };
    let refusals = [
        import("wrong.po", wrong.as_bytes()),
        import("wrong.csv", csv.as_bytes()),
        import("bm.po", undeclared.as_bytes()),
        import("no.po", po.replace("Language: en", "Language: ").as_bytes()),
        import("broken.po", po.replacen("msgstr \"English\"", "msgstr \"English", 1).as_bytes()),
        import("a.csv", b"key,source,bm\n"),
        import("a.csv", b"key,source,en,en\n"),
        import("a.csv", b"key,source\n"),
        import("a.csv", b"cle,source,en\n"),
        import("a.csv", b"key,source,en\nx,caf\xe9,y\n"),
        import("a.csv", b"key,source,en\nsections.about.title,x,\"The prog"),
        import("a.xlsx", b"PK"),
        export("bm"),
        export("fr"),
        export("Bambara!"),
        english(translation::translated(&existing(&files), None, &["sections.abuot.title".to_owned()])),
    ];
    snapshot("translation", "refusals", &refusals.join("\n\n"));
}

#[test]
fn a_new_language_is_translated_in_one_file() {
    for windows in [false, true] {
        let files = read("content");
        let files = if windows { with_windows_ends(&files) } else { files };
        let change = scaffold::language(&existing(&files), "bm").unwrap();
        let mut files = files;
        files.extend(change.files);
        let mut rows = rows(&export(&files, Format::Csv, Some("bm")));
        for row in &mut rows[1..] {
            row[3] = match row[1].as_str() {
                "command" => String::new(),
                "name" => "Bamanankan".to_owned(),
                _ => row[2].clone(),
            };
        }
        let imported = import(&files, "bm.csv", &with_semicolons(&rows));
        let after = with(&files, &imported);
        let interface = &after["bm/interface.toml"];
        // No comment waits for a text that is there.
        let left = interface.lines().filter(|line| line.starts_with("# ") && line.contains(" = \""));
        assert_eq!(left.collect::<Vec<_>>(), [""; 0]);
        if !windows {
            snapshot("translation", "interface", interface);
        }
        let of = |files: &Files, language: &str| {
            let csv = export(files, Format::Csv, Some(language));
            csv.lines().filter(|line| line.starts_with("sections.") || line.starts_with("interface.")).count()
        };
        assert_eq!(of(&after, "bm"), of(&after, "en"));
        let loaded = load::memory(entries(&after), load::today());
        let untranslated = loaded.report.diagnostics.iter().filter(|problem| problem.code == Code::Untranslated);
        assert_eq!(untranslated.map(|problem| problem.message.to_text(Locale::English)).collect::<Vec<_>>(), [""; 0]);
        // All of it once more changes nothing.
        assert!(import(&after, "bm.csv", &with_semicolons(&rows)).files.is_empty());
    }
}

#[test]
fn an_editor_says_which_translations_still_hold() {
    let files = read("tests/contents/school");
    let note = |files: &Files, keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        let noted = translation::translated(&existing(files), Some("en"), &keys).unwrap();
        assert!(paths(&noted).iter().all(|path| *path == "translations.toml"));
        (with(files, &noted), summary(&noted))
    };
    assert_eq!(stale(&files), [""; 0]);
    let (noted, _) = note(&files, &[]);
    assert_eq!(stale(&noted), [""; 0]);
    let mut changed = noted;
    let french = changed["fr/pages.toml"].replace("Le car scolaire\"", "Notre car\"");
    changed.insert("fr/pages.toml".to_owned(), french.replace("La cantine\"", "Notre cantine\""));
    assert_eq!(stale(&changed).len(), 2);
    // Translated by hand in its file: nothing more is to be done.
    changed.insert("en/pages.toml".to_owned(), changed["en/pages.toml"].replace("The school bus\"", "Our bus\""));
    assert_eq!(stale(&changed).len(), 1);
    let (noted, said) = note(&changed, &[]);
    assert!(said.ends_with("still say the same:\n  en sections.canteen.title"), "{said}");
    assert_eq!(stale(&noted).len(), 1);
    let (noted, _) = note(&noted, &["sections.canteen"]);
    assert_eq!(stale(&noted), [""; 0]);
    // The notes are no part of what is shown, and none that is wrong keeps a content from being served.
    let version = |files: &Files| load::memory(entries(files), load::today());
    assert_eq!(version(&noted).version(), version(&changed).version());
    changed.insert("translations.toml".to_owned(), "<<<<<<< ours".to_owned());
    assert!(version(&changed).content.is_some());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, ..Default::default() })]

    /// Whatever is written into whichever texts: they are read back, and all others are as they were.
    #[test]
    fn any_words_can_be_given_to_any_text(
        number in 0..4_usize,
        windows in proptest::bool::ANY,
        changes in proptest::collection::vec((0..10_000_usize, "[a-zé\"'\\\\ ]{0,9}[a-z]"), 1..12),
    ) {
        let files = read(["tests/contents/townhall", "tests/contents/library", "tests/contents/school", "content"][number]);
        let files = if windows { with_windows_ends(&files) } else { files };
        let existing = existing(&files);
        let mut rows = rows(&translation::export(&existing, Format::Csv, None, Locale::English).unwrap());
        let before = rows.clone();
        let languages = rows[0].len() - 3;
        for (place, text) in changes {
            let row = 1 + place % (rows.len() - 1);
            let column = 3 + place % languages;
            match rows[row][1].as_str() {
                // Each phrase is new, so that none stands twice.
                "phrases" => rows[row][column].push_str(&format!("\n{text} {place}")),
                "text" if rows[row][0].ends_with(".summary") => rows[row][column] = text,
                _ => {}
            }
        }
        // The errors of a content are not what this is about.
        let imported = translation::import(&existing, "a.csv", with_semicolons(&rows).as_bytes(), None);
        if let Ok(imported) = imported {
            let after = with(&files, &imported);
            let now = self::rows(&export(&after, Format::Csv, None));
            for ((now, wanted), before) in now.iter().zip(&rows).zip(&before) {
                for column in 3..now.len() {
                    let is_left = imported.summary.iter().any(|line| line.to_text(Locale::English).contains(&format!("`{}`", now[0])));
                    let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned();
                    let wanted = trimmed(&wanted[column]);
                    proptest::prop_assert!(trimmed(&now[column]) == wanted || is_left && now[column] == before[column], "{}: {:?}, {:?}", now[0], now[column], wanted);
                }
            }
        }
    }
}

/// A content directory, and the program that works in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &Files) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, bytes) in entries(files) {
            let path = directory.path().join("content").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(directory)
    }

    fn run(&self, language: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_palabre"))
            .env_remove("LANGUAGE")
            .env_remove("PALABRE_CONTENT")
            .env("LC_ALL", language)
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }
}

#[test]
fn the_commands_do_it_with_a_directory() {
    let place = Place::new(&read("tests/contents/school"));
    let text = |output: Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let po = text(place.run("C", &["export", "--to", "po", "--lang", "en"]));
    let file = place.0.path().join("en.po");
    fs::write(&file, translate(&po, "sections.bus.title", "The coach")).unwrap();
    let said = text(place.run("fr_FR.UTF-8", &["import", "en.po"]));
    let expected = "en\u{a0}: 1 texte changé";
    assert!(said.starts_with(expected) && said.ends_with("\n  en/pages.toml\n  translations.toml\n"), "{said}");
    assert!(
        fs::read_to_string(place.0.path().join("content/en/pages.toml")).unwrap().contains("title = \"The coach\"\n")
    );
    assert!(!text(place.run("C", &["check", "content"])).contains("not-read"));
    assert!(text(place.run("C", &["translated"])).contains("are noted as those"));
    assert!(text(place.run("C", &["export", "--to", "csv"])).starts_with("\u{feff}key,kind,source,fr,en\r\n"));
    // Nothing is written when something is wrong.
    fs::write(&file, translate(&po, "sections.bus.body", "**bold")).unwrap();
    let before = fs::read(place.0.path().join("content/en/pages.toml")).unwrap();
    let refused = place.run("C", &["import", "en.po"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("en.po, line ") && said.contains("`sections.bus.body`"), "{said}");
    assert_eq!(fs::read(place.0.path().join("content/en/pages.toml")).unwrap(), before);
    assert_eq!(place.run("C", &["import", "nowhere.po"]).status.code(), Some(1));
    assert_eq!(place.run("C", &["export", "--to", "po", "--lang", "bm"]).status.code(), Some(1));
}
