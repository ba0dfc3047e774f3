//! The last content without errors, kept in a file, so that a start with a broken content has something to serve.
//!
//! The file is replaced as a whole: written beside, flushed to the disk, renamed. A crash or a full disk in between leaves the old
//! one. It holds the words of the content and nothing else, and whatever stands in it is only a guess until it has been loaded.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::clock::unix_time;
use crate::content::files::{Files, Role};
use crate::content::load::{self, Loaded};
use crate::content::media::{MediaFile, MediaFiles, MediaStore};
use crate::content::{Content, Version};
use crate::diag::Source;
use crate::messages::Locale;

/// The name of the file.
const FILE_NAME: &str = "last-good-content.json";
/// The name under which it is written. What a process that was killed has left there is written over.
const PART_NAME: &str = "last-good-content.json.part";
/// The form of the file. Another one is not read.
const FORMAT: u32 = 1;
/// The largest file that is read, in bytes: twice the 16 MB of a content, for JSON escapes line ends and quotes.
const BYTES_MAX: u64 = 32 << 20;

/// What the file holds.
#[derive(Debug, Serialize, Deserialize)]
struct KeptCopy {
    format: u32,
    /// The directory of which it is. Bots that share a crash directory must not answer with each other's words.
    directory: String,
    /// When it was first loaded, as Unix time in seconds.
    loaded_at: u64,
    /// The version of the files, which tells whether they are still the same.
    version: String,
    /// The texts by their paths; no questions of `tests/`, which nothing serves.
    files: BTreeMap<String, String>,
    /// What is known of clips and pictures, by their paths. Their bytes are read in the directory; what is gone there is not sent.
    #[serde(default)]
    media: BTreeMap<String, MediaFile>,
}

/// The kept copy of the content of a directory.
#[derive(Debug)]
pub(crate) struct LastGood {
    /// Where it is kept.
    state: PathBuf,
    /// The directory of the content.
    directory: String,
    /// The version that is known to be kept.
    kept: Option<String>,
}

/// A copy that was found and is sound.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) content: Content,
    /// Its files.
    pub(crate) files: Files,
    loaded_at: u64,
}

/// Why there is no copy to be served.
#[derive(Debug, thiserror::Error)]
enum CopyError {
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("it is larger than any content")]
    TooLarge,
    #[error("it is not whole, or no copy of a content")]
    Form,
    #[error("it is of another version of this program")]
    Format,
    #[error("it is of another directory, {0}")]
    Directory(String),
    #[error("it was changed since it was written")]
    Changed,
    #[error("it has errors itself ({0})")]
    Broken(String),
}

impl LastGood {
    /// The copy, in the directory `state`, of the content of a directory.
    pub(crate) fn new(state: PathBuf, content: &Path) -> Self {
        // Not canonical: where it is a link to the newest release, the release before is still of this content.
        let directory = std::path::absolute(content).unwrap_or_else(|_| content.to_owned());
        Self { state, directory: directory.to_string_lossy().into_owned(), kept: None }
    }

    fn path(&self) -> PathBuf {
        self.state.join(FILE_NAME)
    }

    /// The copy, if there is one and it makes a content. What is wrong with one is logged.
    pub(crate) fn restore(&self, today: NaiveDate) -> Option<Restored> {
        match self.read().and_then(|copy| copy.load(today)) {
            Ok(restored) => Some(restored),
            Err(CopyError::Read(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                log::warn!("the copy of the last good content, {}, is not used: {error}", self.path().display());
                None
            }
        }
    }

    fn read(&self) -> Result<KeptCopy, CopyError> {
        let mut text = Vec::new();
        File::open(self.path())?.take(BYTES_MAX + 1).read_to_end(&mut text)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(CopyError::TooLarge);
        }
        let copy: KeptCopy = serde_json::from_slice(&text).map_err(|_| CopyError::Form)?;
        if copy.format != FORMAT {
            return Err(CopyError::Format);
        }
        if copy.directory != self.directory {
            return Err(CopyError::Directory(copy.directory));
        }
        Ok(copy)
    }

    /// Keeps the files of a content that has been loaded without errors, unless they are kept already. What cannot be written is
    /// logged, and tried again with the next content.
    pub(crate) fn keep(&mut self, sources: &[Source], media: &MediaFiles, version: Version) {
        let version = version.to_string();
        if self.kept.is_none() {
            self.kept = self.read().ok().map(|copy| copy.version);
        }
        if self.kept.as_ref() == Some(&version) {
            return;
        }
        match self.write(sources, media, &version) {
            Ok(()) => {
                log::info!("content {version} is kept for a start with a broken one");
                self.kept = Some(version);
            }
            Err(error) => {
                let state = self.state.display();
                log::warn!("the content cannot be kept in {state} for a start with a broken one: {error}");
            }
        }
    }

    fn write(&self, sources: &[Source], media: &MediaFiles, version: &str) -> io::Result<()> {
        let is_served = |source: &&Source| Role::of(&source.path).is_none_or(Role::is_shown);
        let files = sources.iter().filter(is_served).map(|source| (source.path.clone(), source.text.clone()));
        let copy = KeptCopy {
            format: FORMAT,
            directory: self.directory.clone(),
            loaded_at: unix_time().as_secs(),
            version: version.to_owned(),
            files: files.collect(),
            media: media.files.clone(),
        };
        fs::create_dir_all(&self.state)?;
        let part = self.state.join(PART_NAME);
        // A new file: what was put there, a link perhaps, is not written through.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::create_new(&part)?;
        file.write_all(&serde_json::to_vec(&copy)?)?;
        file.sync_all()?;
        fs::rename(part, self.path())
    }
}

impl KeptCopy {
    fn load(self, today: NaiveDate) -> Result<Restored, CopyError> {
        let mut files = Files::memory(self.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
        files.media = MediaFiles { files: self.media, store: MediaStore::open(Path::new(&self.directory)) };
        if files.version().to_string() != self.version {
            return Err(CopyError::Changed);
        }
        let Loaded { content, report, .. } = load::of_files(files.clone(), today.into());
        let content = content.ok_or_else(|| CopyError::Broken(report.summary().to_text(Locale::English)))?;
        Ok(Restored { content, files, loaded_at: self.loaded_at })
    }
}

impl Restored {
    /// Version and the time at which it was loaded, for the log.
    pub(crate) fn description(&self) -> String {
        let version = self.content.version();
        let loaded_at = i64::try_from(self.loaded_at).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        match loaded_at {
            Some(time) => format!("{version}, loaded on {}", time.format("%F at %R UTC")),
            None => version.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tempfile::TempDir;

    use super::*;

    /// A content directory, a directory of state, and the version and files of the content.
    fn content() -> (TempDir, TempDir, Loaded) {
        let loaded = load::shipped(load::today());
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), loaded)
    }

    fn keep(last_good: &mut LastGood, loaded: &Loaded) {
        last_good.keep(&loaded.report.sources, &loaded.media, loaded.version());
    }

    /// What the file says after a change; the error of it.
    #[track_caller]
    fn check_refused(change: impl FnOnce(&str) -> String, expected: &str) {
        let (directory, state, loaded) = content();
        let mut last_good = LastGood::new(state.path().to_owned(), directory.path());
        keep(&mut last_good, &loaded);
        let text = fs::read_to_string(last_good.path()).unwrap();
        fs::write(last_good.path(), change(&text)).unwrap();
        let refused = last_good.read().and_then(|copy| copy.load(load::today())).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
        assert!(last_good.restore(load::today()).is_none());
    }

    #[test]
    fn what_is_kept_is_restored() {
        let (directory, state, loaded) = content();
        let mut last_good = LastGood::new(state.path().join("new/state"), directory.path());
        assert!(last_good.restore(load::today()).is_none());
        keep(&mut last_good, &loaded);
        let restored = LastGood::new(state.path().join("new/state"), directory.path()).restore(load::today()).unwrap();
        assert_eq!(restored.content.version(), loaded.version());
        assert!(restored.description().starts_with(&format!("{}, loaded on 2", loaded.version())));
        assert!(!fs::read_to_string(last_good.path()).unwrap().contains("[[question]]"));
    }

    #[test]
    fn it_is_written_when_it_differs_and_over_what_a_killed_process_left() {
        let (directory, state, loaded) = content();
        let mut last_good = LastGood::new(state.path().to_owned(), directory.path());
        fs::write(state.path().join(PART_NAME), "{\"format\": 1, \"dire").unwrap();
        keep(&mut last_good, &loaded);
        assert!(last_good.restore(load::today()).is_some());
        assert!(!state.path().join(PART_NAME).exists());
        let written = || fs::metadata(last_good.path()).unwrap().modified().unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        File::options().write(true).open(last_good.path()).unwrap().set_modified(old).unwrap();
        let mut next_process = LastGood::new(state.path().to_owned(), directory.path());
        keep(&mut next_process, &loaded);
        assert_eq!(written(), old, "the same content is not written again");
        let (_, mut changed) = (next_process.kept.take(), loaded.report.sources.clone());
        changed[0].text.push_str("\n# changed\n");
        let files = Files::memory(changed.iter().map(|source| (source.path.as_str(), source.text.as_bytes())));
        next_process.keep(&changed, &files.media, files.version());
        assert_eq!(next_process.restore(load::today()).unwrap().content.version(), files.version());
    }

    #[test]
    fn a_copy_that_is_not_ours_or_not_whole_is_not_served() {
        check_refused(|text| text[..text.len() / 2].to_owned(), "not whole");
        check_refused(|_| String::new(), "not whole");
        check_refused(|_| "{\"format\": 1}".to_owned(), "not whole");
        check_refused(|_| "[".repeat(100_000), "not whole");
        check_refused(|text| text.replace("{\"format\":1", "{\"format\":2"), "another version");
        check_refused(|text| text.replace("\"directory\":\"", "\"directory\":\"/elsewhere"), "another directory");
        check_refused(|text| text.replace("Interpeace", "Somebody"), "was changed");
        check_refused(|_| " ".repeat(BYTES_MAX as usize + 1), "larger");
    }

    #[test]
    fn a_copy_with_errors_is_not_served() {
        let (directory, state, _) = content();
        let mut last_good = LastGood::new(state.path().to_owned(), directory.path());
        let broken = load::memory([("palabre.toml", &b"sections = 1"[..])], load::today());
        keep(&mut last_good, &broken);
        let refused = last_good.read().and_then(|copy| copy.load(load::today())).unwrap_err();
        assert!(matches!(refused, CopyError::Broken(_)), "{refused}");
    }

    #[test]
    fn a_directory_that_cannot_be_written_ends_nothing() {
        let (directory, state, loaded) = content();
        fs::write(state.path().join("file"), "").unwrap();
        let mut last_good = LastGood::new(state.path().join("file"), directory.path());
        keep(&mut last_good, &loaded);
        assert!(last_good.restore(load::today()).is_none());
        assert_eq!(last_good.kept, None, "it is tried again");
    }
}
