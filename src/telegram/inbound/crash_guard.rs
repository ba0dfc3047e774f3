//! Updates that end the process.
//!
//! A panic is caught, but nothing catches a stack that overflows, or a kernel that ends a process which takes too much
//! memory; Telegram would send that update again, to each process that comes after. So a small file outlives the process.
//! It is there while one runs and goes with one that stops: who finds it knows that the one before ended otherwise, and from
//! then on writes down whose answer is being made, and takes that out once it is made. An update that stands there when a
//! process has ended that way [`DEATHS_MAX`] times is given up. As long as all is well, nothing is written.
//!
//! A kill from outside hardly ever falls into the microseconds in which an answer is made, let alone three times into those
//! of the same update, so it costs nobody an answer.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The process may have ended so often while an update's answer was made; then the update is given up. The first time, it
/// was not written down.
const DEATHS_MAX: u32 = 3;
/// After an end that was none of ours, so many answers are written down: more than Telegram sends at once.
const WATCHED: u32 = 1_000;

/// A file that tells a process how the one before it ended. Without one, nothing is known and nothing is given up.
#[derive(Debug, Default)]
pub struct CrashGuard {
    path: Option<PathBuf>,
    /// The update whose answer was being made when the process ended, and how often that has happened.
    suspect: Option<(i64, u32)>,
    /// How many answers are still to be written down.
    watched: Cell<u32>,
}

impl CrashGuard {
    /// Reads how the process before this one ended, and marks that this one runs. Each process needs a file of its own.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let (suspect, watched) = match fs::read_to_string(&path) {
            Ok(text) => (suspect(&text), WATCHED),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, 0),
            Err(error) => return Err(error),
        };
        // What it says stays until an answer is made.
        fs::OpenOptions::new().append(true).create(true).open(&path)?;
        Ok(Self { path: Some(path), suspect, watched: Cell::new(watched) })
    }

    /// Makes an update's answer; `None` when it has ended too many processes.
    pub(crate) fn guard<T>(&self, update_id: i64, make: impl FnOnce() -> T) -> Option<T> {
        let Some(path) = self.path.as_ref().filter(|_| self.watched.get() > 0) else { return Some(make()) };
        let deaths = self.suspect.filter(|(suspect, _)| *suspect == update_id).map_or(0, |(_, deaths)| deaths);
        if deaths >= DEATHS_MAX {
            return None;
        }
        self.watched.set(self.watched.get() - 1);
        // What cannot be written cannot be counted; the answer is worth more.
        let _ = fs::write(path, format!("{update_id} {}", deaths + 1));
        let made = make();
        let _ = fs::write(path, "");
        Some(made)
    }
}

impl Drop for CrashGuard {
    /// The process ends as it should.
    fn drop(&mut self) {
        if let Some(path) = self.path.as_ref().filter(|_| !std::thread::panicking())
            && let Err(error) = fs::remove_file(path)
        {
            log::warn!("{} cannot be removed: {error}", path.display());
        }
    }
}

/// The update and the count that a file names.
fn suspect(text: &str) -> Option<(i64, u32)> {
    let (update_id, deaths) = text.split_once(' ')?;
    Some((update_id.parse().ok()?, deaths.parse().ok()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{CrashGuard, DEATHS_MAX};

    /// A process that finds this in the file; what the file holds while the answer to an update is made, if it is.
    fn while_made(before: Option<&str>, update_id: i64) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crash");
        if let Some(before) = before {
            std::fs::write(&path, before).unwrap();
        }
        let crash_guard = CrashGuard::open(path.clone()).unwrap();
        crash_guard.guard(update_id, || std::fs::read_to_string(&path).unwrap())
    }

    #[test]
    fn after_a_good_end_nothing_is_written() {
        assert_eq!(while_made(None, 7).as_deref(), Some(""));
    }

    #[test]
    fn after_another_end_the_update_in_hand_is_counted_and_given_up_in_the_end() {
        assert_eq!(while_made(Some(""), 7).as_deref(), Some("7 1"));
        assert_eq!(while_made(Some("7 1"), 7).as_deref(), Some("7 2"));
        assert_eq!(while_made(Some("7 2"), 8).as_deref(), Some("8 1"));
        assert_eq!(while_made(Some(&format!("7 {DEATHS_MAX}")), 7), None);
        assert_eq!(while_made(Some("what\0is this"), 7).as_deref(), Some("7 1"));
    }

    #[test]
    fn a_good_end_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crash");
        drop(CrashGuard::open(path.clone()).unwrap());
        assert!(!path.exists());
        assert!(CrashGuard::open(directory.path().to_owned()).is_err(), "a directory is no file");
    }
}
