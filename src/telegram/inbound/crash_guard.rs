//! Crash guard: gives up an update that ends the process again and again.
//!
//! A panic is caught, but a stack overflow or the kernel's out-of-memory killer cannot be, and Telegram would send that update
//! again to each process that follows. So a small file outlives the process: it exists while one runs, and one that stops
//! removes it. A process that finds it knows that the one before crashed; from then on it writes the id of the update whose
//! answer is being made into the file, and clears it afterwards. An update that stands there after [`CRASHES_MAX`] crashes is
//! given up. After a clean stop nothing is written.
//!
//! A kill from outside hardly ever falls into the microseconds in which an answer is made, let alone three times for the same
//! update.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Recorded crashes while an update's answer was made, after which it is given up. Its first crash is not recorded.
const CRASHES_MAX: u32 = 3;
/// Answers that are recorded after a crash: more than Telegram sends at once.
const RECORDED_MAX: u32 = 1_000;

/// The file, and what it said of the process before this one. Without a file nothing is known and nothing is given up.
#[derive(Debug, Default)]
pub struct CrashGuard {
    path: Option<PathBuf>,
    /// The update whose answer was being made when the process crashed, and the recorded crashes.
    suspect: Option<(i64, u32)>,
    /// Answers that are still to be recorded.
    remaining: Cell<u32>,
}

impl CrashGuard {
    /// Reads how the process before this one ended, and marks that this one runs. Two processes must not share a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let (suspect, remaining) = match fs::read_to_string(&path) {
            Ok(text) => (suspect(&text), RECORDED_MAX),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, 0),
            Err(error) => return Err(error),
        };
        // What it says stays until an answer is made.
        fs::OpenOptions::new().append(true).create(true).open(&path)?;
        Ok(Self { path: Some(path), suspect, remaining: Cell::new(remaining) })
    }

    /// Makes an update's answer; `None` when it has crashed too many processes.
    pub(crate) fn run<T>(&self, update_id: i64, make: impl FnOnce() -> T) -> Option<T> {
        let Some(path) = self.path.as_ref().filter(|_| self.remaining.get() > 0) else { return Some(make()) };
        let crashes = self.suspect.filter(|(suspect, _)| *suspect == update_id).map_or(0, |(_, crashes)| crashes);
        if crashes >= CRASHES_MAX {
            return None;
        }
        self.remaining.set(self.remaining.get() - 1);
        // What cannot be written cannot be counted; the answer is worth more.
        let _ = fs::write(path, format!("{update_id} {}", crashes + 1));
        let made = make();
        let _ = fs::write(path, "");
        Some(made)
    }
}

impl Drop for CrashGuard {
    /// A clean stop.
    fn drop(&mut self) {
        if let Some(path) = self.path.as_ref().filter(|_| !std::thread::panicking())
            && let Err(error) = fs::remove_file(path)
        {
            log::warn!("{} cannot be removed: {error}", path.display());
        }
    }
}

/// The update and the count that the file names.
fn suspect(text: &str) -> Option<(i64, u32)> {
    let (update_id, crashes) = text.split_once(' ')?;
    Some((update_id.parse().ok()?, crashes.parse().ok()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{CRASHES_MAX, CrashGuard};

    /// A process that finds this in the file; what the file holds while the answer to an update is made, if it is.
    fn while_made(before: Option<&str>, update_id: i64) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crash");
        if let Some(before) = before {
            std::fs::write(&path, before).unwrap();
        }
        let guard = CrashGuard::open(path.clone()).unwrap();
        guard.run(update_id, || std::fs::read_to_string(&path).unwrap())
    }

    #[test]
    fn after_a_clean_stop_nothing_is_written() {
        assert_eq!(while_made(None, 7).as_deref(), Some(""));
    }

    #[test]
    fn after_a_crash_the_update_in_progress_is_counted_and_given_up_in_the_end() {
        assert_eq!(while_made(Some(""), 7).as_deref(), Some("7 1"));
        assert_eq!(while_made(Some("7 1"), 7).as_deref(), Some("7 2"));
        assert_eq!(while_made(Some("7 2"), 8).as_deref(), Some("8 1"));
        assert_eq!(while_made(Some(&format!("7 {CRASHES_MAX}")), 7), None);
        assert_eq!(while_made(Some("what\0is this"), 7).as_deref(), Some("7 1"));
    }

    #[test]
    fn a_clean_stop_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crash");
        drop(CrashGuard::open(path.clone()).unwrap());
        assert!(!path.exists());
        assert!(CrashGuard::open(directory.path().to_owned()).is_err(), "a directory is no file");
    }
}
