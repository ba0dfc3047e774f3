//! The site's files on the disk: written beside the directory, then put in its place as a whole.
//!
//! So nobody is ever served half a site, and a full disk leaves the old one. What was in the directory before goes only where all
//! of it is a site of ours, which its list of files says: anything else that stands there is named, and nothing is written.
//!
//! Clips and pictures are copied first, one after the other, so that one alone is in memory; the pages are made without those that
//! cannot be read.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{SiteFile, SiteOptions, render_without};
use crate::content::Content;
use crate::message;
use crate::messages::Message;

/// The list of the site's files, in the site itself.
const LIST: &str = "palabre-site.txt";
/// The first line of the list.
const LIST_TITLE: &str = "The pages of this site. `palabre site` writes all of them anew: change the content instead.";

/// Why a site cannot be written. The directory is as it was, but for [`WriteError::NotBack`].
#[derive(Debug)]
pub enum WriteError {
    /// This stands in the directory and is no file of a site.
    Foreign(PathBuf),
    /// The pages cannot be made.
    Pages(askama::Error),
    /// This file or directory cannot be read or written.
    Io(PathBuf, io::Error),
    /// The new site could not be put in its place, and neither could the old one, which is now here.
    NotBack(PathBuf, io::Error),
}

impl WriteError {
    /// What is wrong, and a way out.
    #[must_use]
    pub fn to_message(&self) -> Message {
        match self {
            Self::Foreign(path) => message!(
                "{path} is no page of a site: name a directory that does not exist yet, is empty, or holds a site alone",
                path = path.display()
            ),
            Self::Pages(error) => Message::verbatim(error),
            Self::Io(path, error) => message!(
                "the site cannot be written: {path}: {reason}; a directory that is mounted cannot be exchanged: name one inside of it",
                path = path.display(),
                reason = Message::of_io(error)
            ),
            Self::NotBack(path, error) => message!(
                "the site cannot be exchanged: {reason}; the one of before is in {path}: move it back",
                reason = Message::of_io(error),
                path = path.display()
            ),
        }
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The pages.
    pub pages: Vec<SiteFile>,
    /// The clips and pictures that cannot be read, by their files, and why: the pages are without them.
    pub left_out: Vec<(String, Message)>,
}

/// Writes the site of a content into a directory, which does not exist, is empty, or holds a site that was written before.
///
/// # Errors
///
/// See [`WriteError`].
pub fn write(directory: &Path, content: &Content, options: SiteOptions<'_>) -> Result<Written, WriteError> {
    let exists = fs::symlink_metadata(directory).is_ok();
    // Of a link, the directory that it leads to is exchanged.
    let directory = &if exists { fs::canonicalize(directory).map_err(at(directory))? } else { directory.to_owned() };
    if exists {
        check_own(directory)?;
    }
    let parent = match directory.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(WriteError::Io(directory.clone(), io::ErrorKind::IsADirectory.into())),
    };
    fs::create_dir_all(parent).map_err(at(parent))?;
    let beside = tempfile::Builder::new().prefix(".palabre-site-").tempdir_in(parent).map_err(at(parent))?;
    let (new, old) = (beside.path().join("new"), beside.path().join("old"));
    let written = write_files(&new, content, options)?;
    if exists {
        fs::rename(directory, &old).map_err(at(directory))?;
        // Again, for somebody may have put something there meanwhile.
        if let Err(error) = check_own(&old).and_then(|()| fs::rename(&new, directory).map_err(at(directory))) {
            return match fs::rename(&old, directory) {
                Ok(()) => Err(error),
                Err(back) => {
                    // Not removed with the rest.
                    let kept = beside.keep().join("old");
                    Err(WriteError::NotBack(kept, back))
                }
            };
        }
    } else {
        fs::rename(&new, directory).map_err(at(directory))?;
    }
    let path = beside.path().to_owned();
    beside.close().map_err(at(&path))?;
    Ok(written)
}

/// The files and their list in a new directory.
fn write_files(directory: &Path, content: &Content, options: SiteOptions<'_>) -> Result<Written, WriteError> {
    let write = |path: &str, bytes: &[u8]| {
        let path = directory.join(path);
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder).map_err(at(folder))?;
        fs::write(&path, bytes).map_err(at(&path))
    };
    let mut list = super::media(content);
    let mut left_out = Vec::new();
    for path in list.clone() {
        match content.media().read(path) {
            Ok(bytes) => write(path, &bytes)?,
            Err(error) => left_out.push((path, error.message())),
        }
    }
    let without: BTreeSet<&str> = left_out.iter().map(|(path, _)| *path).collect();
    let pages = render_without(content, options, &without).map_err(WriteError::Pages)?;
    for SiteFile { path, html } in &pages {
        write(path, html.as_bytes())?;
    }
    list.retain(|path| !without.contains(path));
    list.extend(pages.iter().map(|page| page.path.as_str()));
    let lines: String = std::iter::once(LIST_TITLE).chain(list).flat_map(|line| [line, "\n"]).collect();
    write(LIST, lines.as_bytes())?;
    let left_out = left_out.into_iter().map(|(path, reason)| (path.to_owned(), reason)).collect();
    Ok(Written { pages, left_out })
}

/// Whether a directory holds nothing but files that its list names.
fn check_own(directory: &Path) -> Result<(), WriteError> {
    let list = directory.join(LIST);
    let text = match fs::read_to_string(&list) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(WriteError::Io(list, error)),
    };
    let own: BTreeSet<PathBuf> = match text.strip_prefix(LIST_TITLE) {
        Some(lines) => lines.lines().map(|line| directory.join(line)).chain([list]).collect(),
        None => BTreeSet::new(),
    };
    check_entries(directory, &own)
}

fn check_entries(directory: &Path, own: &BTreeSet<PathBuf>) -> Result<(), WriteError> {
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let entry = entry.map_err(at(directory))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(at(directory))?);
        // A directory of ours holds a file of ours; a link is none, whatever its name.
        if kind.is_dir() && own.iter().any(|file| file.starts_with(&path)) {
            check_entries(&path, own)?;
        } else if !kind.is_file() || !own.contains(&path) {
            return Err(WriteError::Foreign(path));
        }
    }
    Ok(())
}

fn at(path: &Path) -> impl Fn(io::Error) -> WriteError + use<> {
    let path = path.to_owned();
    move |error| WriteError::Io(path.clone(), error)
}
