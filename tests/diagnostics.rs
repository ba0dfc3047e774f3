//! Every diagnostic has a case in `tests/cases/check/`: the files of a content that differ from `base/`, and the
//! report that they get (`report.snap`).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use palabre::content::load::{self, Loaded, YearMonth};
use palabre::diag::{Code, Severity};
use palabre::messages::Locale;
use palabre::quality;

use crate::support::snapshot;

/// The month in which all cases are checked.
const NOW: YearMonth = YearMonth { year: 2026, month: 2 };

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")
}

/// Lays the files of one directory over another.
pub(crate) fn lay_over(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = entry.map(|e| (e.path(), to.join(e.file_name()))).unwrap();
        if path.is_dir() {
            if target.is_file() {
                fs::remove_file(&target).unwrap();
            }
            lay_over(&path, &target);
        } else if path.extension().is_none_or(|e| e != "snap") {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn load_case(case: &str) -> Loaded {
    let directory = tempfile::tempdir().unwrap();
    lay_over(&cases().join("base"), directory.path());
    lay_over(&cases().join(case), directory.path());
    quality::check(load::directory(directory.path(), NOW))
}

#[test]
fn the_base_has_no_problems() {
    let loaded = load_case("base");
    assert_eq!(loaded.report.to_text(Locale::English, false), "no problems\n");
}

#[test]
fn every_code_has_a_case_with_its_report() {
    for &code in Code::ALL.iter().filter(|&&code| code != Code::NoDirectory) {
        let case = code.name();
        assert!(cases().join(case).is_dir(), "there is no case tests/cases/check/{case}");
        let Loaded { content, report, .. } = load_case(case);
        assert!(
            report.diagnostics.iter().any(|d| d.code == code),
            "{case}: {}",
            report.to_text(Locale::English, false)
        );
        assert_eq!(content.is_none(), report.count(Severity::Error) > 0, "{case}");
        snapshot(&format!("check/{case}"), "report", &report.to_text(Locale::English, false));
        snapshot(&format!("check/{case}"), "report.fr", &report.to_text(Locale::French, false));
    }
}

#[test]
fn every_case_is_that_of_a_code() {
    for entry in fs::read_dir(cases()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "base" || Code::ALL.iter().any(|code| code.name() == name), "{name} is no code");
    }
}

#[test]
fn a_directory_that_is_not_there() {
    let Loaded { content, report, .. } = load::directory(Path::new("no/such/directory"), NOW);
    assert!(content.is_none());
    assert_eq!(report.diagnostics[0].code, Code::NoDirectory);
}

#[test]
fn links_within_the_directory_are_followed_and_those_that_lead_out_are_not() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("token");
    fs::write(&secret, "123456:AAsecret").unwrap();

    // As Kubernetes mounts a ConfigMap: a directory for each version, and links to it.
    let directory = tempfile::tempdir().unwrap();
    lay_over(&cases().join("base"), &directory.path().join("..2026"));
    symlink("..2026", directory.path().join("..data")).unwrap();
    for entry in fs::read_dir(directory.path().join("..2026")).unwrap() {
        let name = entry.unwrap().file_name();
        symlink(Path::new("..data").join(&name), directory.path().join(&name)).unwrap();
    }
    let Loaded { content, report, .. } = load::directory(directory.path(), NOW);
    assert!(content.is_some(), "{}", report.to_text(Locale::English, false));

    symlink(&secret, directory.path().join("..2026/en/extra.toml")).unwrap();
    let Loaded { content, report, .. } = load::directory(directory.path(), NOW);
    assert!(content.is_none());
    let text = report.to_text(Locale::English, false);
    assert!(text.contains("leads out of the content directory") && !text.contains("AAsecret"), "{text}");

    fs::remove_file(directory.path().join("..2026/en/extra.toml")).unwrap();
    symlink(outside.path(), directory.path().join("images")).unwrap();
    let Loaded { content, report, .. } = load::directory(directory.path(), NOW);
    assert!(content.is_some(), "{}", report.to_text(Locale::English, false));
    assert_eq!((report.diagnostics[0].code, &*report.diagnostics[0].file), (Code::NotRead, "images"));
    symlink(outside.path(), directory.path().join("fr")).unwrap();
    let text = load::directory(directory.path(), NOW).report.to_text(Locale::English, false);
    assert!(text.contains("`fr` cannot be read: it is a link that leads out of the content directory"), "{text}");
}
