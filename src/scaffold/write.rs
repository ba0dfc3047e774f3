//! Files are written whole into a hidden folder first, then moved to their places one after the other: a crash or a full disk
//! leaves old files or new ones, and no half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::ScaffoldError;

/// The folder inside the content directory in which the files are written. It is hidden, so that nothing reads it; what a process
/// that was killed has left there is written over.
pub(super) const STAGING: &str = ".palabre-unfinished";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes the files, in this order. A file that is there is replaced and keeps its permissions.
pub(super) fn all(directory: &Path, files: &[(String, String)]) -> Result<(), ScaffoldError> {
    let staging = directory.join(STAGING);
    let failed = |path: &str| {
        let path = directory.join(path);
        move |error| ScaffoldError::Write(path, error)
    };
    remove(&staging).map_err(failed(STAGING))?;
    let written = files
        .iter()
        .try_for_each(|(path, text)| stage(&staging.join(path), &directory.join(path), text).map_err(failed(path)))
        .and_then(|()| {
            files
                .iter()
                .try_for_each(|(path, _)| move_to(&staging.join(path), &directory.join(path)).map_err(failed(path)))
        });
    let removed = remove(&staging).map_err(failed(STAGING));
    written.and(removed)
}

fn remove(staging: &Path) -> io::Result<()> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn stage(path: &Path, target: &Path, text: &str) -> io::Result<()> {
    make_parent(path)?;
    let mut file = File::create(path)?;
    match fs::read(target) {
        Ok(old) => {
            // A mark is no part of the text: what was not changed stays as it was.
            if old.starts_with(BYTE_ORDER_MARK) {
                file.write_all(BYTE_ORDER_MARK)?;
            }
            file.set_permissions(fs::metadata(target)?.permissions())?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn move_to(path: &Path, target: &Path) -> io::Result<()> {
    make_parent(target)?;
    // The file behind a link is replaced, not the link.
    fs::rename(path, fs::canonicalize(target).unwrap_or_else(|_| target.to_owned()))
}
