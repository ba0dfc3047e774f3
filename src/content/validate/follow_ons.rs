//! Problems that follow from others are left out, so that an editor reads the cause alone.

use std::collections::HashSet;

use crate::content::files::ROOT_FILE;
use crate::diag::{Code, Diagnostic, Report, Severity};

/// Leaves out what follows from other problems: what a file with a wrong syntax or type did not say is not missing.
pub(in crate::content) fn drop_follow_ons(report: &mut Report) {
    let broken = |d: &&Diagnostic| {
        matches!(d.code, Code::TomlSyntax | Code::WrongType | Code::NotUtf8 | Code::Unreadable | Code::EmptyFile)
            && d.severity == Severity::Error
    };
    // A text under an id that the tree does not have is the cause of a section without text.
    let has_misplaced_text = report.diagnostics.iter().any(|d| d.code == Code::UnknownId);
    let broken: HashSet<String> = report.diagnostics.iter().filter(broken).map(|d| d.file.clone()).collect();
    let has = |code: Code, file: &str| report.diagnostics.iter().any(|d| d.code == code && d.file == file);
    let root_is_broken = broken.contains(ROOT_FILE) || has(Code::UnknownKey, ROOT_FILE);
    let without_folder = has(Code::LanguageWithoutFolder, ROOT_FILE);
    report.diagnostics.retain(|d| match d.code {
        Code::MissingKey if without_folder => d.file == ROOT_FILE,
        Code::MissingKey | Code::FewAsk => !broken.contains(&d.file),
        Code::NoWords | Code::Untranslated | Code::NoCommand => {
            broken.is_empty() && !without_folder && !has_misplaced_text
        }
        Code::UnknownPlaceholder | Code::UnknownId | Code::UndeclaredLanguage | Code::LanguageWithoutFolder => {
            !root_is_broken
        }
        _ => true,
    });
}
