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
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::platform::FileIdentity;

/// Recorded crashes while an update's answer was made, after which it is given up. Its first crash is not recorded.
const CRASHES_MAX: u32 = 3;
/// Answers that are recorded after a crash: more than Telegram sends at once.
const RECORDED_MAX: u32 = 1_000;
/// Times that the file is opened, when it is removed in between.
const OPENS_MAX: u32 = 10;
/// Bytes of the file that are read: more than an update's number and a count have.
const LENGTH_MAX: u64 = 64;

/// The file, and what it said of the process before this one. Without a file nothing is known and nothing is given up.
#[derive(Debug, Default)]
pub struct CrashGuard {
    /// The file, which is locked, and its name.
    file: Option<(File, PathBuf)>,
    /// The update whose answer was being made when the process crashed, and the recorded crashes.
    suspect: Option<(i64, u32)>,
    /// Answers that are still to be recorded.
    remaining: Cell<u32>,
}

impl CrashGuard {
    /// Reads how the process before this one ended, and marks that this one runs. A file that says nothing of an update, whatever
    /// stands in it, is one of a process that ended between two answers.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, or another process uses it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let (mut file, remaining) = Self::lock(path)?;
        // What it says stays until an answer is made.
        let mut text = Vec::new();
        (&mut file).take(LENGTH_MAX).read_to_end(&mut text)?;
        let suspect = std::str::from_utf8(&text).ok().and_then(suspect);
        Ok(Self { file: Some((file, path.to_owned())), suspect, remaining: Cell::new(remaining) })
    }

    /// The file, locked, and how many answers are to be recorded: none where it is new.
    fn lock(path: &Path) -> io::Result<(File, u32)> {
        let mut options = File::options();
        options.read(true).write(true);
        for _ in 0..OPENS_MAX {
            let (file, remaining) = match options.clone().create_new(true).open(path) {
                Ok(file) => (file, 0),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match options.open(path) {
                    Ok(file) => (file, RECORDED_MAX),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                },
                Err(error) => return Err(error),
            };
            file.try_lock().map_err(|error| match error {
                TryLockError::WouldBlock => io::Error::other("another process uses it"),
                TryLockError::Error(error) => error,
            })?;
            // The process before may have removed it between the opening and the lock.
            let is_there = fs::metadata(path).is_ok_and(|there| {
                file.metadata().is_ok_and(|ours| FileIdentity::of(&ours) == FileIdentity::of(&there))
            });
            if is_there {
                return Ok((file, remaining));
            }
        }
        Err(io::Error::other("it is removed again and again"))
    }

    /// Makes an update's answer; `None` when it has crashed too many processes.
    pub(crate) fn run<T>(&self, update_id: i64, make: impl FnOnce() -> T) -> Option<T> {
        let Some((file, _)) = self.file.as_ref().filter(|_| self.remaining.get() > 0) else { return Some(make()) };
        let crashes = self.suspect.filter(|(suspect, _)| *suspect == update_id).map_or(0, |(_, crashes)| crashes);
        if crashes >= CRASHES_MAX {
            return None;
        }
        self.remaining.set(self.remaining.get() - 1);
        // What cannot be written cannot be counted; the answer is worth more.
        let _ = replace(file, &format!("{update_id} {}", crashes + 1));
        let made = make();
        let _ = replace(file, "");
        Some(made)
    }
}

fn replace(mut file: &File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

impl Drop for CrashGuard {
    /// A clean stop.
    fn drop(&mut self) {
        if let Some((_, path)) = self.file.as_ref().filter(|_| !std::thread::panicking())
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
        let guard = CrashGuard::open(&path).unwrap();
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
        drop(CrashGuard::open(&path).unwrap());
        assert!(!path.exists());
        assert!(CrashGuard::open(directory.path()).is_err(), "a directory is no file");
    }

    #[test]
    fn a_file_belongs_to_one_process() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("crash");
        let first = CrashGuard::open(&path).unwrap();
        let error = CrashGuard::open(&path).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
        drop(first);
        assert!(!path.exists() && CrashGuard::open(&path).is_ok());
    }

    #[test]
    fn what_is_no_file_of_ours_names_no_update() {
        for before in [&b"\xFF\xFE\x00"[..], &[b'7'; 100_000], b"7", b"7 -1", b"\n\n"] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("crash");
            std::fs::write(&path, before).unwrap();
            let guard = CrashGuard::open(&path).unwrap();
            assert_eq!(guard.run(7, || std::fs::read_to_string(&path).unwrap()).as_deref(), Some("7 1"));
        }
    }
}
