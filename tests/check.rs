//! `palabre check` as an editor and CI run it: output, exit status, formats.

use std::path::Path;
use std::process::{Command, Output};

use palabre::content::load::{self, YearMonth};
use palabre::diag::Code;
use palabre::messages::Locale;
use serde_json::Value;

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env("LC_ALL", "C")
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

/// Whether a line counts the problems.
fn is_summary(line: &&str) -> bool {
    line.split(' ').nth(1).is_some_and(|noun| noun.starts_with("warnings"))
}

/// What stands below the report: how many `ask` phrases of each language, and of its sections that are hard to find, are found
/// when they are left out.
#[track_caller]
fn check_figures<'a>(lines: impl Iterator<Item = &'a str>, languages: &[&str]) {
    let mut named = Vec::new();
    for line in lines {
        let (name, figure) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        let words: Vec<&str> = figure.split([' ', ':']).collect();
        let [found, "of", asked, rest @ ..] = &words[..] else { panic!("{line}") };
        let (found, asked): (usize, usize) = (found.parse().unwrap(), asked.parse().unwrap());
        assert!(found <= asked && asked > 0, "{line}");
        let percent = format!("{:.0} %)", found as f32 / asked as f32 * 100.0);
        assert!(rest.join(" ").contains(&percent), "{line}");
        match name.strip_prefix("  `") {
            None => named.push(name),
            Some(_) => assert!(found * 10 < asked * 8 && line.ends_with("add phrases in other words"), "{line}"),
        }
    }
    assert_eq!(named, languages);
}

#[test]
fn a_content_without_problems_exits_with_0() {
    let output = check(&["contents/single"]);
    assert_eq!(output.status.code(), Some(0));
    let text = text(&output);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("no problems"));
    let used = lines.next().unwrap();
    assert!(used.starts_with("pt: no `search.toml`; used instead: ") && used.ends_with("as built in"), "{used}");
    check_figures(lines, &["pt"]);
}

#[test]
fn many_of_a_kind_are_summed_up() {
    let of_kind = |text: &str| text.matches("warning[untranslated]").count();
    let (short, whole) = (text(&check(&["contents/library"])), text(&check(&["contents/library", "--all"])));
    assert_eq!(of_kind(&short), 5);
    let rest = of_kind(&whole) - 5;
    assert!(short.contains(&format!("… and {rest} more of the kind `untranslated`; `--all` shows them\n")), "{short}");
    assert!(!whole.contains("--all"));
    let summary = |text: &str| text.lines().find(is_summary).map(str::to_owned);
    assert!(summary(&short).is_some_and(|count| Some(count) == summary(&whole)));
}

#[test]
fn what_an_editor_allows_is_counted_alone() {
    let root = |allow: &str| {
        format!(
            "allow = [{allow}]\nsections = [{{ id = \"well\", emoji = \"💧\" }}]\nlanguages = {{ default = \"pt\", order = [\"pt\"] }}\n\
             [names]\norganisation = \"Aldeia\"\n[source]\ntitle = \"x\"\nchecked = \"2001-01\"\n"
        )
    };
    let single =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/single/pt/interface.toml"));
    let interface = single.unwrap();
    let report = |allow: &str| {
        let words =
            "[well]\ntitle = \"Poço\"\ncommand = \"poco\"\nsummary = \"Água\"\nbody = \"Água.\"\nask = [\"água\"]\n";
        let (root, now) = (root(allow), YearMonth { year: 2026, month: 2 });
        let files = [
            ("palabre.toml", root.as_bytes()),
            ("pt/interface.toml", interface.as_bytes()),
            ("pt/w.toml", words.as_bytes()),
        ];
        load::memory(files, now).report
    };
    assert_eq!(report("").summary().to_text(Locale::English), "2 warnings");
    assert_eq!(report("\"old-facts\"").summary().to_text(Locale::English), "1 warning; 1 warning is allowed");
    assert_eq!(
        report("\"old-facts\", \"few-ask\"").summary().to_text(Locale::English),
        "no problems; 2 warnings are allowed"
    );
    let typo = report("\"old-fact\"");
    let problem = typo.diagnostics.iter().find(|problem| problem.code == Code::UnknownId).unwrap();
    assert_eq!(problem.help.to_text(Locale::English), "did you mean `old-facts`?");
}

#[test]
fn warnings_exit_with_0() {
    let output = check(&["--content", "contents/library"]);
    assert_eq!(output.status.code(), Some(0));
    let text = text(&output);
    let count = text.lines().position(|line| is_summary(&line)).unwrap();
    let below = text.lines().skip(count + 1).filter(|line| !line.contains(": no `search.toml`"));
    check_figures(below, &["en", "fr", "ar", "nqo", "bm"]);
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
        .env_remove("LANGUAGE")
        .env("LC_ALL", "C")
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
    let (figures, problems): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.get("figure").is_some());
    for line in problems {
        assert_eq!(line["code"], "untranslated");
        assert_eq!(line["severity"], "warning");
        assert!(line["message"].is_string() && line["help"].is_string() && line["file"].is_string());
    }
    let of_languages: Vec<_> = figures.iter().filter(|figure| figure["section"].is_null()).collect();
    assert!(!of_languages.is_empty() && figures.len() > of_languages.len(), "{figures:?}");
    for figure in &figures {
        assert_eq!(figure["figure"], "ask");
        assert!(figure["language"].is_string());
        let (asked, found) = (figure["asked"].as_u64().unwrap(), figure["found"].as_u64().unwrap());
        assert!(asked > 0 && found <= asked, "{figure}");
        // A section is named because it is hard to find.
        assert!(figure["section"].is_null() || found * 10 < asked * 8, "{figure}");
    }
}

#[test]
fn without_a_directory_it_checks_the_copy_inside() {
    // There is no `content` where the tests are.
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("1 warning is allowed"));
}

#[test]
fn the_directory_wins_over_the_variable() {
    for (variable, option) in [("contents/library", None), ("no/such/place", Some("contents/library"))] {
        let options = option.map(|option| ["--content", option]);
        let output = Command::new(env!("CARGO_BIN_EXE_palabre"))
            .args(["check", "contents/single"])
            .args(options.into_iter().flatten())
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
            .env("PALABRE_CONTENT", variable)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(text(&output).starts_with("no problems\n"), "{output:?}");
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let output = check(&["no/such/place"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("no/such/place"));
}

#[test]
fn the_report_speaks_french() {
    let french = check(&["contents/library", "--lang", "fr"]);
    let english = check(&["contents/library", "--lang", "en"]);
    assert!(text(&french).contains("avertissement["), "{}", text(&french));
    assert_eq!(text(&french).matches("avertissement[").count(), text(&english).matches("warning[").count());
    let json = text(&check(&["contents/library", "--lang", "fr", "--format", "json"]));
    let first: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["severity"], "warning", "what programs read has no language");
}

#[test]
fn what_was_there_before_is_set_aside() {
    let before = tempfile::NamedTempFile::new().unwrap();
    let baseline = before.path().to_str().unwrap();
    let json = text(&check(&["contents/library", "--format", "json", "--lang", "fr"]));
    std::fs::write(before.path(), &json).unwrap();
    let known = json.lines().filter(|line| line.contains("\"warning\"")).count();
    let output = text(&check(&["contents/library", "--baseline", baseline]));
    let summary = output.lines().next().unwrap_or_default();
    assert!(
        summary.starts_with("no problems") && summary.ends_with(&format!("; {known} warnings were there before")),
        "{output}"
    );
    let english = text(&check(&["contents/library", "--format", "json"]));
    let mut warnings: Vec<&str> = english.lines().filter(|line| line.contains("\"warning\"")).collect();
    let new = warnings.remove(1);
    std::fs::write(before.path(), warnings.join("\n")).unwrap();
    let all = text(&check(&["contents/library", "--baseline", baseline, "--all", "--format", "json"]));
    assert_eq!(all.lines().next(), Some(new), "the new one comes first");
    std::fs::write(before.path(), "{}\nwhat is this").unwrap();
    let output = check(&["contents/library", "--baseline", baseline]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 2 of"), "{output:?}");
    let output = check(&["contents/library", "--baseline", "nowhere.json"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("palabre check --format json > nowhere.json"),
        "{output:?}"
    );
}
