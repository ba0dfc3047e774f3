//! What lies beside a content and is no part of it: files and folders of operating systems, editors, office programs and programs
//! that keep folders in step. This is the only list of them.

/// Folders that systems and network drives make, in lower case.
const FOLDERS: [&str; 8] = [
    "lost+found",
    "@eadir",
    "__macosx",
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "system volume information",
    "node_modules",
];
/// Files that systems make, in lower case.
const FILES: [&str; 3] = ["thumbs.db", "desktop.ini", "ehthumbs.db"];
/// Beginnings of hidden files, locks and backups: `.DS_Store`, `.#x`, `#x#`, `~$x`.
const PREFIXES: [&str; 3] = [".", "#", "~$"];
/// What programs write into the name of the second of two versions, in lower case: Syncthing, Dropbox, Nextcloud, Windows.
const COPIES: [&str; 7] =
    ["sync-conflict", "conflicted copy", "(case conflict", "copy of ", "copie de ", " - copy", " - copie"];

/// Whether a name is none of a content's, and not worth a word.
pub(super) fn is_ignored(name: &str) -> bool {
    let lower = name.to_lowercase();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || name.ends_with('~')
        || FOLDERS.contains(&lower.as_str())
        || FILES.contains(&lower.as_str())
}

/// Whether a program has made a file as the second version of another. A number alone (`contact (1).toml`) makes a copy only beside
/// the file without it.
pub(super) fn is_copy(name: &str, has: impl Fn(&str) -> bool) -> bool {
    let lower = name.to_lowercase();
    if COPIES.iter().any(|mark| lower.contains(mark)) {
        return true;
    }
    let numbered = || {
        let (original, number) = name.strip_suffix(").toml")?.rsplit_once('(')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        Some(is_number && has(&format!("{}.toml", original.trim_end())))
    };
    numbered().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_leave_is_known_by_its_name() {
        for name in [
            "lost+found",
            "@eaDir",
            "__MACOSX",
            "$RECYCLE.BIN",
            "Thumbs.db",
            ".DS_Store",
            ".#contact.toml",
            "#contact.toml#",
            "~$contact.toml",
            "contact.toml~",
            "..data",
        ] {
            assert!(is_ignored(name), "{name}");
        }
        for name in ["fr", "contact.toml", "images", "palabre.toml", "notes.txt"] {
            assert!(!is_ignored(name), "{name}");
        }
    }

    #[test]
    fn a_copy_is_told_from_a_file_with_a_number() {
        let has = |name: &str| name == "contact.toml";
        for name in [
            "contact (1).toml",
            "contact(12).toml",
            "contact-DESKTOP-1.sync-conflict.toml",
            "contact.sync-conflict-20260101-120000-ABCDEFG.toml",
            "contact (conflicted copy 2026-01-01).toml",
            "Copy of contact.toml",
            "contact - Copie.toml",
        ] {
            assert!(is_copy(name, has), "{name}");
        }
        for name in ["contact.toml", "themes (1).toml", "contact (suite).toml", "contact ().toml"] {
            assert!(!is_copy(name, has), "{name}");
        }
    }
}
