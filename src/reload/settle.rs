//! When a change is complete enough to be read. It neither waits nor reads a clock: it is told the time.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// For so long nothing must have happened: programs write a file in one go, and a set of files one after the other.
pub(super) const QUIET: Duration = Duration::from_millis(300);
/// A file that somebody is writing is waited for, but no longer than this after the last sign of life: a program may hold
/// it open for ever, and a few ways to make a file never say that it is complete.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What happened to a name that matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// Somebody has begun to write a file, or writes more.
    Writing(PathBuf),
    /// The file is closed, has gone or is another now.
    Done(PathBuf),
    /// There is a new folder, in which nobody watches yet.
    Folder,
    /// Anything else.
    Other,
}

/// What has been noticed and not been read.
#[derive(Debug, Default)]
pub(super) struct Settle {
    last: Option<Instant>,
    /// The files that are open for writing, as far as is known.
    writing: HashSet<PathBuf>,
    /// Somebody wants it read at once.
    asked: Option<Instant>,
}

impl Settle {
    /// Takes note of a change.
    pub(super) fn note(&mut self, notice: Notice, now: Instant) {
        self.last = Some(now);
        match notice {
            Notice::Writing(path) => {
                self.writing.insert(path);
            }
            Notice::Done(path) => {
                self.writing.remove(&path);
            }
            Notice::Folder | Notice::Other => {}
        }
    }

    /// Somebody wants it read at once.
    pub(super) fn ask(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
    }

    /// When to read, if nothing more is noticed; `None` when there is nothing new.
    pub(super) fn due(&self) -> Option<Instant> {
        let wait = if self.writing.is_empty() { QUIET } else { PATIENCE };
        self.asked.or(self.last.map(|last| last + wait))
    }

    /// Begins anew, since everything is read now.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(path: &str) -> Notice {
        Notice::Writing(path.into())
    }

    fn done(path: &str) -> Notice {
        Notice::Done(path.into())
    }

    /// What is noticed, each so many milliseconds after the start, makes a reading due so many milliseconds after it.
    #[track_caller]
    fn check(noticed: Vec<(u64, Notice)>, due: u64) {
        let start = Instant::now();
        let mut settle = Settle::default();
        for (at, notice) in noticed {
            settle.note(notice, start + Duration::from_millis(at));
        }
        assert_eq!(settle.due(), Some(start + Duration::from_millis(due)));
    }

    #[test]
    fn nothing_is_due_before_something_happens() {
        assert_eq!(Settle::default().due(), None);
    }

    #[test]
    fn a_storm_is_one_change() {
        check((0..1_000).map(|at| (at, Notice::Other)).collect(), 999 + 300);
    }

    #[test]
    fn a_file_that_is_written_is_waited_for() {
        check(vec![(0, writing("a"))], 10_000);
        check(vec![(0, writing("a")), (900, writing("a")), (1_000, done("a"))], 1_300);
        check(vec![(0, writing("a")), (1, writing("b")), (2, done("a"))], 10_002);
    }

    #[test]
    fn what_happens_to_other_files_does_not_complete_one() {
        check(vec![(0, writing("a")), (1, done("b")), (2, Notice::Folder), (3, Notice::Other)], 10_003);
    }

    #[test]
    fn who_asks_does_not_wait() {
        let now = Instant::now();
        let mut settle = Settle::default();
        settle.note(writing("a"), now);
        settle.ask(now);
        assert_eq!(settle.due(), Some(now));
        settle.clear();
        assert_eq!(settle.due(), None);
    }
}
