//! What is refused before it takes memory or time, and that no honest content is.

use std::fmt::Write;

use palabre::content::load::{self, Loaded, YearMonth};
use palabre::diag::{Code, Severity};
use palabre::messages::Locale;

const NOW: YearMonth = YearMonth { year: 2026, month: 2 };
const ROOT: &str = include_str!("cases/check/base/palabre.toml");
const INTERFACE: &str = include_str!("cases/check/base/en/interface.toml");
const SCHOOL: &str = include_str!("cases/check/base/en/school.toml");
const WELL: &str = include_str!("cases/check/base/en/well.toml");

fn load(files: &[(&str, &str)]) -> Loaded {
    load::memory(files.iter().map(|(path, text)| (*path, text.as_bytes())), NOW)
}

/// The base with one more file, or with this one in place of its own, has this error at this line, in a short report.
#[track_caller]
fn check_refused(path: &str, text: &str, code: Code, line: usize, message: &str) {
    let base =
        [("palabre.toml", ROOT), ("en/interface.toml", INTERFACE), ("en/school.toml", SCHOOL), ("en/well.toml", WELL)];
    let mut files: Vec<(&str, &str)> = base.into_iter().filter(|(other, _)| *other != path).collect();
    files.push((path, text));
    let report = load(&files).report;
    let errors = || report.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let error = errors().find(|error| error.code == code && error.message.to_text(Locale::English).contains(message));
    let error = error.unwrap_or_else(|| panic!("no {code:?} with {message:?}: {:?}", errors().collect::<Vec<_>>()));
    assert!(
        report.first_errors(Locale::English).iter().any(|error| error.starts_with(&format!("{path}:{line}:"))),
        "{error:?}"
    );
    let text = report.to_text(Locale::English, false);
    assert!(text.len() < 20_000, "the report has {} bytes", text.len());
}

#[test]
fn more_than_memory_is_for_is_refused_at_its_line() {
    let junk = |text: &str, code, line, message: &str| check_refused("en/junk.toml", text, code, line, message);
    junk(&format!("a = 1\nb = {}", "[".repeat(1_200_000)), Code::Unreadable, 2, "40000 tables and lists");
    junk(&format!("a = [{}]", "[],\n".repeat(300_000)), Code::Unreadable, 40_000, "40000 tables and lists");
    junk(&"k=1\n".repeat(1_000_000), Code::Unreadable, 100_001, "400000 words");
    junk(&format!("{}a=1", "a.".repeat(2_000_000)), Code::Unreadable, 1, "40000 tables");
    junk(&format!("a = {}{}", "[".repeat(81), "]".repeat(81)), Code::TomlSyntax, 1, "recurs");
    junk(&"?".repeat(4_000_000), Code::TomlSyntax, 1, "not TOML");
    junk(&format!("\n{}=1", "a".repeat(4_000_000)), Code::UnknownId, 2, "aaaa…");
}

#[test]
fn a_text_or_a_list_that_nobody_writes_is_refused_at_its_line() {
    let well =
        |body: &str, ask: &str| format!("[well]\ntitle = \"The well\"\nbody = '''\n{body}'''\nask = [\n{ask}]\n");
    let check = |text: &str, code, line, message: &str| check_refused("en/well.toml", text, code, line, message);
    check(&well(&"*a _b ".repeat(700_000), ""), Code::TextTooLong, 3, "60000 are the most");
    check(&well(&"*a* ".repeat(10_000), ""), Code::TextTooLong, 3, "4000 are the most");
    check(&well(&format!("One.\n{}x\n y", "- ".repeat(9)), ""), Code::UnsupportedMarkdown, 5, "so deep");
    let nested: String = (0..9).map(|level| format!("{}- a\n", "  ".repeat(level))).collect();
    check(&well(&nested, ""), Code::UnsupportedMarkdown, 12, "so deep");
    check(&well("Words.", &"\"a\",\n".repeat(2_001)), Code::TextTooLong, 2_006, "2001 texts");
    check(&well("Words.", &format!("\"{}\"", "a ".repeat(501))), Code::TextTooLong, 6, "1002 bytes");
}

/// Sections on three levels in one file of words, with more questions and longer texts than real ones have.
#[test]
fn a_language_of_a_thousand_sections_in_one_file_is_read() {
    let (mut tree, mut words) = (String::from("sections = [\n"), String::new());
    for top in 0..10 {
        let _ = writeln!(tree, "{{ id = \"s{top}\", emoji = \"📚\", command = \"s{top}\", children = [");
        for middle in 0..9 {
            let leaves = (0..10).map(|leaf| format!("{{ id = \"s{top}_{middle}_{leaf}\", emoji = \"📄\" }},"));
            let _ = writeln!(
                tree,
                "{{ id = \"s{top}_{middle}\", emoji = \"📖\", children = [{}] }},",
                leaves.collect::<String>()
            );
        }
        tree.push_str("] },\n");
    }
    tree.push_str("]\n");
    let ids: Vec<&str> = tree.split("id = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids.len(), 1_000);
    for id in &ids {
        let asked: String = (0..40).map(|n| format!("  \"question {n} about {id}\",\n")).collect();
        let body = format!("A **{id}** and what it is.\n\n- One thing, [here](https://example.org/{id}).\n").repeat(20);
        let _ = writeln!(
            words,
            "[{id}]\ntitle = \"{id}\"\nsummary = \"It.\"\nbody = \"\"\"\n{body}\"\"\"\nask = [\n{asked}]"
        );
    }
    let (_, rest) = ROOT.split_once("\n[").unwrap();
    let root = format!("{tree}[{rest}");
    let loaded = load(&[("palabre.toml", &root), ("en/interface.toml", INTERFACE), ("en/words.toml", &words)]);
    assert!(words.len() > 2_500_000, "{}", words.len());
    assert!(loaded.content.is_some(), "{}", loaded.report.to_short_text(Locale::English, false, 3));
}
