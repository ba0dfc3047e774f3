//! `palabre init` and `palabre new`: what they write passes `check`, and what was there stays byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use palabre::content::Content;
use palabre::content::load::{self, Edition, Loaded, Scope};
use palabre::diag::{Code, Severity};
use palabre::lang::Tag;
use palabre::messages::Locale;
use palabre::quality;
use palabre::scaffold::{self, Change, Existing, MARK, NewSection, Organisation, ScaffoldError};

use toml::de::{DeTable, DeValue};

use crate::support::content_files::{Files, entries, read};
use crate::support::snapshot;

/// The languages that there are sentences in.
const SPOKEN: [&str; 5] = ["fr", "en", "pt", "es", "ar"];

fn organisation(languages: &[&str]) -> Organisation {
    Organisation {
        name: "Maison du Puits \"Nord\" & Co".to_owned(),
        languages: languages.iter().map(|tag| Tag::new(tag).unwrap()).collect(),
        phones: vec!["+223 20 22 18 48".to_owned()],
        emails: vec!["well@example.org".to_owned()],
    }
}

fn files(change: Change) -> Files {
    change.files.into_iter().collect()
}

fn init(languages: &[&str]) -> Files {
    files(scaffold::content(&organisation(languages), load::today()).unwrap())
}

/// Everything that `palabre check` finds.
fn check(files: &Files) -> Loaded {
    quality::check(load::memory(entries(files), Edition::new(load::today(), Scope::Everything)))
}

/// The kinds of the problems, each once.
fn kinds(loaded: &Loaded) -> Vec<(Severity, Code)> {
    let mut kinds: Vec<_> = loaded.report.diagnostics.iter().map(|problem| (problem.severity, problem.code)).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[track_caller]
fn assert_no_problems(files: &Files) {
    let report = check(files).report;
    assert!(report.diagnostics.is_empty(), "{}", report.to_text(Locale::English, false));
}

fn existing(files: &Files) -> Existing {
    Existing::memory(entries(files), load::today()).unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ScaffoldError>) -> String {
    result.unwrap_err().message().to_text(Locale::English)
}

#[test]
fn a_new_content_has_no_problems_in_any_language() {
    for language in SPOKEN {
        assert_no_problems(&init(&[language]));
    }
    assert_no_problems(&init(&SPOKEN));
    assert_no_problems(&init(&["ar", "es", "pt", "en", "fr"]));
}

#[test]
fn one_way_to_reach_the_organisation_is_enough() {
    for language in SPOKEN {
        let all = organisation(&[language]);
        let phone = Organisation { emails: Vec::new(), ..all.clone() };
        let several = vec!["+223 20 22 18 48".to_owned(), "36061".to_owned()];
        let email = Organisation { phones: Vec::new(), ..all.clone() };
        for organisation in [phone, email, Organisation { phones: several, ..all }] {
            assert_no_problems(&files(scaffold::content(&organisation, load::today()).unwrap()));
        }
    }
}

#[test]
fn a_language_without_sentences_falls_back_and_says_what_is_to_be_translated() {
    for languages in [["fr", "bm"], ["bm", "fr"]] {
        let files = init(&languages);
        let loaded = check(&files);
        assert_eq!(kinds(&loaded), [(Severity::Warning, Code::Untranslated)], "{languages:?}");
        let content = loaded.content.unwrap();
        let [bm, fr] = ["bm", "fr"].map(|tag| content.language(tag).unwrap());
        assert_eq!(&*content.interface(bm).name, "bm");
        assert_eq!(content.interface(bm).button_home, content.interface(fr).button_home);
        // A single sentence can be translated.
        let mut translated = files.clone();
        let interface = files["bm/interface.toml"].replace("\n# home = \"🏠 Accueil\"\n", "\nhome = \"🏠 So\"\n");
        translated.insert("bm/interface.toml".to_owned(), interface);
        let content = load(&translated);
        assert_eq!(&*content.interface(content.language("bm").unwrap()).button_home, "🏠 So");
        assert!(files["bm/sections.toml"].contains("\n# [about]\n"));
        assert!(!files.contains_key("tests/bm.toml"));
    }
    // Without the # it is what it was made of.
    let files = init(&["en", "nqo"]);
    let translated: String = files["nqo/sections.toml"]
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line)))
        .skip_while(|line| !line.starts_with('['))
        .collect();
    assert!(files["en/sections.toml"].ends_with(&translated[..]), "{translated}");
}

#[test]
fn a_language_alone_without_sentences_has_those_of_english_until_they_are_translated() {
    let files = init(&["bm", "nqo"]);
    let loaded = check(&files);
    assert!(loaded.content.is_some(), "{}", loaded.report.to_text(Locale::English, false));
    assert_eq!(kinds(&loaded), [(Severity::Warning, Code::Untranslated)]);
    let content = check(&init(&["bm"])).content.unwrap();
    assert_eq!(&*content.interface(content.default_language()).button_home, "🏠 Home");
}

/// The keys of an interface that has to have them all; `alias` is optional.
fn keys(text: &str) -> Vec<String> {
    fn add(table: &DeTable<'_>, prefix: &str, found: &mut Vec<String>) {
        for (key, value) in table {
            let key = key.get_ref();
            match value.get_ref() {
                DeValue::Table(table) => add(table, &format!("{prefix}{key}."), found),
                _ if key == "alias" => {}
                _ => found.push(format!("{prefix}{key}")),
            }
        }
    }
    let mut found = Vec::new();
    add(DeTable::parse(text).unwrap().get_ref(), "", &mut found);
    found.sort();
    found
}

#[test]
fn every_language_has_every_sentence() {
    let mut shipped = keys(include_str!("../content/en/interface.toml"));
    // Whoever asks for a token has named the bot: a new content leaves that alone.
    shipped.retain(|key| key != "bot.name");
    assert!(shipped.len() > 50);
    for language in SPOKEN {
        assert_eq!(keys(&init(&[language])[&format!("{language}/interface.toml")]), shipped, "{language}");
    }
}

#[test]
fn nothing_in_it_is_of_the_first_organisation() {
    for (path, text) in init(&SPOKEN) {
        for name in ["Mali", "IMRAP", "Interpeace", "Bamako", "{partner"] {
            assert!(!text.contains(name), "{path} has {name}");
        }
    }
}

#[test]
fn what_is_missing_or_wrong_is_said_with_a_way_out() {
    let today = load::today();
    let base = organisation(&["fr"]);
    let content = |organisation: &Organisation| refusal(scaffold::content(organisation, today));
    assert!(content(&Organisation { name: " ".to_owned(), ..base.clone() }).contains("`--name"));
    assert!(content(&Organisation { languages: Vec::new(), ..base.clone() }).contains("`--lang"));
    let unreachable = Organisation { phones: Vec::new(), emails: Vec::new(), ..base.clone() };
    assert!(content(&unreachable).contains("`--phone"));
    let wrong = Organisation { phones: vec!["20 22 18 48".to_owned()], name: "a\nb".to_owned(), ..base };
    snapshot("scaffold", "refusal", &content(&wrong));
}

/// Contents of every form: lists of inline tables, tables with headers, languages with and without sentences.
fn contents() -> Vec<(&'static str, Files)> {
    let mut contents = vec![("new", init(&["fr", "bm", "ar"]))];
    let directories = [
        "content",
        "tests/contents/library",
        "tests/contents/single",
        "tests/contents/school",
        "tests/contents/townhall",
    ];
    contents.extend(directories.map(|directory| (directory, read(directory))));
    let with_windows_ends = |files: &Files| -> Files {
        files.iter().map(|(path, text)| (path.clone(), text.replace('\n', "\r\n"))).collect()
    };
    let windows: Vec<(&str, Files)> = ["new", "tests/contents/townhall"]
        .map(|name| contents.iter().find(|(other, _)| *other == name).unwrap())
        .map(|(_, files)| ("Windows", with_windows_ends(files)))
        .into();
    contents.extend(windows);
    contents
}

/// What was put between the bytes of a text; all else has to be as it was.
#[track_caller]
fn inserted(before: &str, after: &str) -> String {
    let start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let end = before[start..].bytes().rev().zip(after.bytes().rev()).take_while(|(a, b)| a == b).count();
    assert_eq!(start + end, before.len(), "more than one place, or a change:\n{after}");
    String::from_utf8_lossy(&after.as_bytes()[start..after.len() - end]).into_owned()
}

fn with(files: &Files, change: &Change) -> Files {
    let mut files = files.clone();
    files.extend(change.files.iter().cloned());
    files
}

fn load(files: &Files) -> Content {
    let loaded = load::memory(entries(files), Edition::new(load::today(), Scope::Everything));
    let report = loaded.report.to_text(Locale::English, false);
    loaded.content.unwrap_or_else(|| panic!("{report}"))
}

#[test]
fn a_section_is_put_last_at_the_top_or_below_any_other() {
    for (name, files) in contents() {
        let (existing, before) = (existing(&files), load(&files));
        let mut parents: Vec<Option<String>> = vec![None];
        parents.extend(before.sections().map(|section| Some(before.section(section).id.to_string())));
        for below in parents {
            let new = NewSection { id: "opening_hours".to_owned(), emoji: None, below: below.clone() };
            let change = match scaffold::section(&existing, &new) {
                Ok(change) => change,
                // The library has a tree of four levels; the smallest content has no sentence for a page that is not there.
                Err(error) => {
                    let error = error.message().to_text(Locale::English);
                    let reason = if name == "tests/contents/single" { "`lines.gone`" } else { "four levels" };
                    assert!(error.contains(reason), "{name}, {below:?}: {error}");
                    continue;
                }
            };
            let after_files = with(&files, &change);
            let text = inserted(&files["palabre.toml"], &after_files["palabre.toml"]);
            assert_eq!(text.contains("\r\n"), name == "Windows" && text.contains('\n'), "{name}: {text:?}");
            let after = load(&after_files);
            let section = after.sections().find(|&section| &*after.section(section).id == "opening_hours").unwrap();
            let siblings = match &below {
                None => after.top().to_vec(),
                Some(id) => {
                    let parent = after.sections().find(|&section| *after.section(section).id == **id).unwrap();
                    after.section(parent).children.clone()
                }
            };
            assert_eq!(siblings.last(), Some(&section), "{name}, {below:?}: {text}");
            assert_eq!(after.sections().count(), before.sections().count() + 1);
            // Nobody sees it before it is written.
            let published = load::memory(entries(&after_files), load::today()).content.unwrap();
            assert!(published.sections().all(|section| &*published.section(section).id != "opening_hours"));
        }
    }
}

#[test]
fn a_new_section_s_words_are_placeholders_and_no_warning_is_untrue() {
    let files = init(&SPOKEN);
    let new = NewSection { id: "opening_hours".to_owned(), emoji: Some("🕰️".to_owned()), below: None };
    let change = scaffold::section(&existing(&files), &new).unwrap();
    let after = with(&files, &change);
    assert_eq!(kinds(&check(&after)), [(Severity::Warning, Code::FewAsk)]);
    for language in SPOKEN {
        let words = &after[&format!("{language}/opening_hours.toml")];
        assert!(words.contains(MARK) && words.contains("title = \"Opening hours\""), "{words}");
    }
    assert!(after["palabre.toml"].contains("\n  { id = \"opening_hours\", emoji = \"🕰️\", draft = true },\n]\n"));
    let below = NewSection { id: "first".to_owned(), emoji: None, below: Some("opening_hours".to_owned()) };
    let after = with(&after, &scaffold::section(&existing(&after), &below).unwrap());
    snapshot(
        "scaffold",
        "palabre.toml",
        &after["palabre.toml"].replace(&load::today().format("%Y-%m").to_string(), "MONTH"),
    );
}

#[test]
fn words_are_put_behind_those_of_a_file_that_is_there() {
    let mut files = init(&["fr", "bm"]);
    let about = files.remove("fr/sections.toml").unwrap();
    files.insert("fr/hours.toml".to_owned(), about.trim_end().to_owned());
    let section = |id: &str| {
        let new = NewSection { id: id.to_owned(), emoji: None, below: None };
        with(&files, &scaffold::section(&existing(&files), &new).unwrap())
    };
    let after = section("hours");
    assert!(after["fr/hours.toml"].starts_with(about.trim_end()) && after["fr/hours.toml"].contains("\n[hours]\n"));
    assert!(after["bm/hours.toml"].contains("\n# [hours]\n"), "{}", after["bm/hours.toml"]);
    // Other files hold something else under these names.
    for id in ["interface", "search"] {
        assert!(section(id).contains_key(&format!("fr/{id}_section.toml")), "{id}");
    }
}

#[test]
fn a_section_that_cannot_be_is_refused() {
    let files = init(&["fr"]);
    let existing = existing(&files);
    let section = |id: &str, emoji: Option<&str>, below: Option<&str>| {
        let (emoji, below) = (emoji.map(str::to_owned), below.map(str::to_owned));
        refusal(scaffold::section(&existing, &NewSection { id: id.to_owned(), emoji, below }))
    };
    assert!(section("about", None, None).contains("is there already"));
    for id in ["Hours", "", "opening hours", "a-b", &"a".repeat(33), "é", "../x"] {
        assert!(section(id, None, None).contains("is no id"), "{id}");
    }
    assert!(section("hours", None, Some("service")).contains("did you mean `--below services`"));
    assert!(section("hours", None, Some("xyz")).contains("name one of palabre.toml"));
    assert!(section("hours", Some("abc"), None).contains("is not one emoji"));
    let broken = Files::from([("palabre.toml".to_owned(), "sections = 3".to_owned())]);
    let text = refusal(Existing::memory(entries(&broken), load::today()));
    assert!(text.contains("mend them first"), "{text}");
}

#[test]
fn a_language_is_put_last_and_nothing_else_changes() {
    for (name, files) in contents() {
        let before = load(&files);
        for tag in ["pt", "es", "ar", "ha", "iw"] {
            let canonical = Tag::new(tag).unwrap();
            let change = scaffold::language(&existing(&files), tag);
            if before.languages().any(|language| *before.tag(language) == canonical) {
                assert!(refusal(change).contains("is there already"));
                continue;
            }
            let after_files = with(&files, &change.unwrap());
            let text = inserted(&files["palabre.toml"], &after_files["palabre.toml"]);
            assert!(text.contains(&format!("\"{canonical}\"")), "{name}: {text}");
            let after = load(&after_files);
            let last = after.languages().last().unwrap();
            assert_eq!(*after.tag(last), canonical);
            let is_spoken = SPOKEN.contains(&tag);
            assert_eq!(
                after.interface(last).button_home != before.interface(before.default_language()).button_home,
                is_spoken,
                "{name}"
            );
        }
    }
    let files = init(&["fr"]);
    assert!(refusal(scaffold::language(&existing(&files), "English")).contains("is not a language tag"));
}

fn palabre(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env_remove("PALABRE_CONTENT")
        .env("LC_ALL", "C")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// What it prints when it does what it is asked.
#[track_caller]
fn done(directory: &Path, arguments: &[&str]) -> String {
    let output = palabre(directory, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when it refuses.
#[track_caller]
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = palabre(directory, arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

const INIT: [&str; 6] = ["init", "content", "--name", "Well House", "--email", "well@example.org"];

/// All files of a directory, hidden ones too.
fn listed(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(listed(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[test]
fn a_content_is_made_and_grows_by_the_command_line() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let mut said = done(place, &[&INIT[..], &["--lang", "en,fr,en,bm,es"]].concat());
    assert!(done(place, &["check"]).contains("warnings"));
    said += &done(place, &["new", "section", "hours", "--below", "about"]);
    said += &done(place, &["new", "language", "pt", "--content", "content"]);
    snapshot("scaffold", "commands", &said);
    let report = done(place, &["check", "content"]);
    assert!(!report.contains("error"), "{report}");
    assert!(done(place, &["ask", "--json", "how do I reach you?"]).contains("\"section\":\"contact\""));
    assert!(!place.join("content/.palabre-unfinished").exists());
}

#[test]
fn editors_find_the_schemas_and_settings_that_are_there_stay() {
    let place = tempfile::tempdir().unwrap();
    let content = place.path().join("content");
    fs::create_dir(&content).unwrap();
    fs::write(content.join(".taplo.toml"), "[formatting]\n").unwrap();
    done(place.path(), &INIT);
    assert_eq!(fs::read_to_string(content.join(".taplo.toml")).unwrap(), "[formatting]\n");
    assert!(fs::read_to_string(content.join(".vscode/extensions.json")).unwrap().contains("even-better-toml"));
    let schemas = |content: &Path| listed(&content.join(".schemas"));
    assert_eq!(schemas(&content).len(), 6);
    let other = done(place.path(), &["init", "other", "--name", "x", "--email", "a@example.org", "--lang", "en"]);
    assert_eq!(other.matches("VS Code").count(), 1, "{other}");
    let settings = fs::read_to_string(place.path().join("other/.taplo.toml")).unwrap();
    for schema in schemas(&place.path().join("other")) {
        let name = schema.file_name().unwrap().to_str().unwrap();
        assert!(settings.contains(&format!("\".schemas/{name}\"")), "{settings}");
    }
    assert!(done(place.path(), &["check", "other"]).starts_with("no problems"));
}

#[test]
fn nothing_is_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    done(place, &INIT);
    let before = listed(place);
    assert!(refused(place, &INIT).contains("`palabre new` adds"));
    fs::create_dir(place.join("other")).unwrap();
    fs::write(place.join("other/notes.txt"), "").unwrap();
    assert!(
        refused(place, &["init", "other", "--name", "x", "--email", "a@example.org"]).contains("it holds `notes.txt`")
    );
    assert!(refused(place, &["init", "other/notes.txt"]).contains("is a file"));
    fs::remove_dir_all(place.join("other")).unwrap();
    assert_eq!(listed(place), before);
    // What is missing is said, and no directory made.
    let missing = refused(place, &["init", "new", "--phone", "+223 20 22 18 48"]);
    assert!(missing.contains("--name"), "{missing}");
    assert!(!place.join("new").exists());
    assert!(refused(&place.join("content/en"), &["new", "language", "pt"]).contains("there is no content here"));
}

#[test]
fn hidden_files_stay_and_what_a_crash_left_goes() {
    let place = tempfile::tempdir().unwrap();
    let content = place.path().join("content");
    fs::create_dir_all(content.join(".git")).unwrap();
    fs::write(content.join(".git/HEAD"), "ref").unwrap();
    fs::create_dir_all(content.join(".palabre-unfinished/en")).unwrap();
    fs::write(content.join(".palabre-unfinished/en/interf"), "na").unwrap();
    done(place.path(), &INIT);
    assert_eq!(fs::read_to_string(content.join(".git/HEAD")).unwrap(), "ref");
    assert!(!content.join(".palabre-unfinished").exists());
    assert!(done(place.path(), &["check"]).starts_with("no problems"));
}

#[test]
fn a_changed_file_keeps_its_byte_order_mark() {
    let place = tempfile::tempdir().unwrap();
    done(place.path(), &INIT);
    let root = place.path().join("content/palabre.toml");
    let text = fs::read_to_string(&root).unwrap();
    fs::write(&root, format!("\u{feff}{text}")).unwrap();
    done(place.path(), &["new", "section", "hours"]);
    let after = fs::read_to_string(&root).unwrap();
    assert!(after.starts_with("\u{feff}# "), "{after}");
    inserted(&text, after.trim_start_matches('\u{feff}'));
}

#[cfg(unix)]
#[test]
fn a_changed_file_keeps_its_permissions_and_a_link_leads_where_it_led() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let place = tempfile::tempdir().unwrap();
    done(place.path(), &INIT);
    let root = place.path().join("content/palabre.toml");
    fs::rename(&root, place.path().join("content/.tree")).unwrap();
    symlink(".tree", &root).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o664)).unwrap();
    done(place.path(), &["new", "section", "hours"]);
    assert!(root.is_symlink());
    assert!(fs::read_to_string(place.path().join("content/.tree")).unwrap().contains("\"hours\""));
    assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o777, 0o664);
}

#[test]
fn a_directory_that_cannot_be_written_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    done(place.path(), &INIT);
    let before = listed(place.path());
    // Nothing can be written below a file, whoever runs the tests.
    fs::write(place.path().join("content/.palabre-unfinished"), "").unwrap();
    let said = refused(place.path(), &["new", "section", "hours"]);
    assert!(said.contains("cannot be written"), "{said}");
    fs::remove_file(place.path().join("content/.palabre-unfinished")).unwrap();
    assert_eq!(listed(place.path()), before);
}
