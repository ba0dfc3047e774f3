//! Content that changes while it is served: a poller compares the files' metadata, reads them when it differs, and takes
//! what two reads in a row show. Broken content is reported, and the last good one stays. When a day comes on which sections come
//! or go, the files that are served make the content of that day, whatever lies in the directory meanwhile.
//!
//! No file system events: they are not sent by network file systems, and a symbolic link on the path (a Kubernetes
//! ConfigMap, a `current` release) would need a watch for each of its directories.

mod last_good;

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use tokio::sync::mpsc;

use crate::content::directory::Directory;
use crate::content::files::{self, Files, Fingerprint};
use crate::content::load::{self, Loaded};
use crate::content::media::{MediaFiles, is_media};
use crate::content::{Calendar, Content, Version};
use crate::diag::{Code, Source};
use crate::metrics::{Metrics, ReloadResult};
use crate::platform::{FileIdentity, HangupSignal};

pub(crate) use last_good::LastGood;

/// The pause between two polls. A change is served after two equal reads, or three of which no two are equal
/// ([`UNSTABLE_READS`]): within 3 s, with the time that it takes to prepare the content.
const POLL_INTERVAL: Duration = Duration::from_millis(900);
/// After so many reads in a row of which no two are equal (a program writes all the time), one without errors is served.
const UNSTABLE_READS: u32 = 3;
/// After so many, errors are reported too: they do not come from a half-written file any more.
const BROKEN_READS: u32 = 60;
/// Files and folders whose metadata is compared. The content of 80 languages has some 1,000 files; changes of files beyond
/// the limit are seen on SIGHUP.
const ENTRIES_MAX: usize = 10_000;

/// Why no changes can be followed.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The handler of SIGHUP is refused.
    #[error("signals cannot be caught: {0}")]
    Signal(#[source] io::Error),
    /// There is no thread for the poller.
    #[error("the content cannot be watched: {0}")]
    Thread(#[source] io::Error),
}

/// Where the content of the start is from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// These files.
    Files(Vec<Source>, MediaFiles),
    /// The copy of the last good content, of these files; those of the directory have errors and are of this version.
    Copy { files: Files, broken: Version },
}

/// Sends each newer content: when the files of its directory change, at once on SIGHUP, and when a day comes on which sections
/// come or go. Of the content inside the binary only the day changes. Ends when the receiver is dropped. What is served is kept in
/// `last_good`.
///
/// # Errors
///
/// When SIGHUP cannot be caught or the thread cannot be started.
pub(super) fn start(
    directory: Option<&Path>,
    served: &Content,
    origin: Origin,
    last_good: Option<LastGood>,
    metrics: Arc<Metrics>,
) -> Result<mpsc::Receiver<Content>, ReloadError> {
    // In every case: without a handler SIGHUP ends the process.
    let mut hangup = HangupSignal::new().map_err(ReloadError::Signal)?;
    let (newer, contents) = mpsc::channel(1);
    tell(&metrics, served);
    if matches!(origin, Origin::Copy { .. }) {
        metrics.reload(ReloadResult::Failed);
        metrics.content_broken(true);
    }
    // One request is enough: whenever it is read, it reads what is there then.
    let (request, requests) = sync_channel(1);
    if directory.is_some() || served.calendar().has_dates() {
        let (directory, newer) = (directory.map(Path::to_owned), newer.clone());
        let (version, calendar) = (served.version(), served.calendar().clone());
        // A thread, not a blocking task of tokio: a hanging file system would hold up the end of the process.
        let thread = std::thread::Builder::new().name("content".into());
        let run = move || {
            let mut keeper = last_good;
            let mut reloader = Reloader::new(directory.as_deref(), version, calendar);
            match origin {
                Origin::Files(sources, media) => {
                    keeper.iter_mut().for_each(|keeper| keeper.keep(&sources, &media, version));
                }
                Origin::Copy { files, broken } => reloader.serves_copy(files, broken),
            }
            run(reloader, keeper, &requests, &newer, &metrics);
        };
        thread.spawn(run).map_err(ReloadError::Thread)?;
    }
    let is_shipped = directory.is_none();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = hangup.recv() => {}
                () = newer.closed() => return,
            }
            if is_shipped {
                log::info!("the content inside the binary is served, which does not change");
            }
            let _ = request.try_send(()); // Fails only if there is a request already, or nobody to read one.
        }
    });
    Ok(contents)
}

fn tell(metrics: &Metrics, served: &Content) {
    metrics.content(&served.version().to_string(), served.facts_checked().first_day());
}

/// The thread of the poller.
fn run(
    mut reloader: Reloader,
    mut last_good: Option<LastGood>,
    requests: &Receiver<()>,
    newer: &mpsc::Sender<Content>,
    metrics: &Metrics,
) {
    loop {
        let loaded = match requests.recv_timeout(POLL_INTERVAL) {
            Err(RecvTimeoutError::Timeout) => reloader.poll(load::today()),
            Ok(()) => reloader.reload_now(load::today()),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let Some(loaded) = loaded else { continue };
        metrics.content_broken(reloader.has_errors());
        if let Some(content) = loaded.content {
            let version = content.version();
            metrics.reload(ReloadResult::Ok);
            tell(metrics, &content);
            if newer.blocking_send(content).is_err() {
                return; // The bot has stopped.
            }
            if let Some(last_good) = &mut last_good {
                last_good.keep(&loaded.report.sources, &loaded.media, version);
            }
        } else {
            metrics.reload(ReloadResult::Failed);
            let served = reloader.served.version;
            log::error!("the content was changed and is broken now; {served} goes on being served:");
            loaded.report.to_log_lines().iter().for_each(|line| log::error!("{line}"));
        }
    }
}

/// A content that is polled. It has no clock: whoever calls [`Reloader::poll`] decides when.
#[derive(Debug)]
pub struct Reloader {
    /// `None` for the content inside the binary.
    directory: Option<PathBuf>,
    served: Served,
    /// The metadata before the last read.
    stamp: Stamp,
    /// Whether the files need not be read again while their metadata stays the same.
    is_settled: bool,
    candidate: Candidate<Fingerprint>,
    /// Whether the files of the directory had errors when they were last loaded.
    has_errors: bool,
}

/// The content that is served.
#[derive(Debug)]
struct Served {
    version: Version,
    calendar: Calendar,
    /// Its files, if it has dates and they were found.
    files: Option<Files>,
}

impl Reloader {
    /// Follows the directory of a content of which this version is served, or the content inside the binary. Reads its files:
    /// what has changed since they were loaded is a change.
    #[must_use]
    pub fn new(directory: Option<&Path>, version: Version, calendar: Calendar) -> Self {
        let stamp = directory.map(Stamp::of).unwrap_or_default();
        if stamp.0.len() >= ENTRIES_MAX {
            log::warn!("the content has more than {ENTRIES_MAX} files: changes of the others are seen on SIGHUP only");
        }
        let files = directory.map_or_else(Files::shipped, Files::read);
        let is_served = files.version() == version;
        let candidate = Candidate { known: is_served.then(|| files.fingerprint()), latest: None, reads: 0 };
        let files = (is_served && calendar.has_dates()).then_some(files);
        let served = Served { version, calendar, files };
        Self {
            directory: directory.map(Path::to_owned),
            served,
            stamp,
            is_settled: false,
            candidate,
            has_errors: false,
        }
    }

    /// Says that a copy of these files is served, because those of the directory, of the version `broken`, have errors, which are
    /// known.
    pub(crate) fn serves_copy(&mut self, files: Files, broken: Version) {
        self.served.files = self.served.calendar.has_dates().then_some(files);
        let found = self.directory.as_deref().map(Files::read).filter(|found| found.version() == broken);
        self.candidate.known = found.map(|found| found.fingerprint());
        self.has_errors = true;
    }

    /// Whether the files of the directory had errors when they were last loaded, so that something older is served.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// The content after it has changed, prepared for questions, or what is wrong with it. The same files are never given
    /// twice in a row, unless on `today` other sections are there. Reads nothing when the metadata of the files is as before.
    pub fn poll(&mut self, today: NaiveDate) -> Option<Loaded> {
        self.poll_directory(today).or_else(|| self.poll_calendar(today))
    }

    /// The content of the files that are served, if they make another one today.
    fn poll_calendar(&mut self, today: NaiveDate) -> Option<Loaded> {
        if self.served.calendar.is_valid_on(today) {
            return None;
        }
        // They come back with a content that has no errors: nothing is tried twice.
        let files = self.served.files.take()?;
        self.load(files, today)
    }

    fn poll_directory(&mut self, today: NaiveDate) -> Option<Loaded> {
        let directory = self.directory.as_deref()?;
        let stamp = Stamp::of(directory);
        let is_same = stamp == self.stamp;
        if is_same && self.is_settled {
            return None;
        }
        self.stamp = stamp;
        let files = Files::read(directory);
        // Metadata does not tell when a file can be read again.
        let is_readable = files.report.diagnostics.iter().all(|diagnostic| diagnostic.code != Code::Unreadable);
        let decision = self.candidate.decide(files.fingerprint());
        // One more read after each change: a write within one tick of the file system's clock leaves the metadata as it is.
        self.is_settled = is_same && is_readable && matches!(decision, Decision::Known | Decision::Take);
        match decision {
            Decision::Known | Decision::Wait => None,
            Decision::Take => {
                self.candidate.take();
                self.load_directory(files, today)
            }
            Decision::TakeIfSound => {
                let loaded = self.load(files, today).filter(|loaded| loaded.content.is_some())?;
                self.candidate.take();
                self.has_errors = false;
                Some(loaded)
            }
        }
    }

    /// Reads at once, and gives what is there, changed or not; `None` after a fault of this program, which is logged.
    pub fn reload_now(&mut self, today: NaiveDate) -> Option<Loaded> {
        self.is_settled = false;
        let files = self.directory.as_deref().map_or_else(Files::shipped, Files::read);
        self.candidate.decide(files.fingerprint());
        self.candidate.take();
        self.load_directory(files, today)
    }

    fn load_directory(&mut self, files: Files, today: NaiveDate) -> Option<Loaded> {
        let loaded = self.load(files, today)?;
        self.has_errors = loaded.content.is_none();
        Some(loaded)
    }

    /// Validates and prepares; what has no errors is served. A panic must not end the thread: the next change may be a good one.
    fn load(&mut self, files: Files, today: NaiveDate) -> Option<Loaded> {
        let kept = files.clone();
        let loaded = catch_unwind(AssertUnwindSafe(|| {
            let loaded = load::of_files(files, today.into());
            loaded.content.iter().for_each(Content::prepare);
            loaded
        }));
        let failed = "the content was not loaded, by a fault of this program: it is served as it was";
        let loaded = loaded.inspect_err(|_| log::error!("{failed}")).ok()?;
        if let Some(content) = &loaded.content {
            let calendar = content.calendar().clone();
            let files = calendar.has_dates().then_some(kept);
            self.served = Served { version: content.version(), calendar, files };
        }
        Some(loaded)
    }
}

/// What becomes of a read.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// Nothing has changed.
    Known,
    /// It may be half-written: the next read tells.
    Wait,
    /// Serve it, or report its errors.
    Take,
    /// Serve it unless it has errors.
    TakeIfSound,
}

/// Debounces reads. The text decides, not its times: a file that is touched all the time holds up no change.
#[derive(Debug)]
struct Candidate<T> {
    /// What is served, or was reported as broken.
    known: Option<T>,
    /// The last read.
    latest: Option<T>,
    /// Reads in a row that were not `known`.
    reads: u32,
}

impl<T: PartialEq> Candidate<T> {
    fn decide(&mut self, read: T) -> Decision {
        let is_known = self.known.as_ref() == Some(&read);
        let is_stable = self.latest.as_ref() == Some(&read);
        self.reads = if is_known { 0 } else { self.reads + 1 };
        self.latest = Some(read);
        match self.reads {
            0 => Decision::Known,
            BROKEN_READS.. => Decision::Take,
            _ if is_stable => Decision::Take,
            UNSTABLE_READS.. => Decision::TakeIfSound,
            _ => Decision::Wait,
        }
    }

    /// The last read is served or reported from now on.
    fn take(&mut self) {
        (self.known, self.reads) = (self.latest.take(), 0);
    }
}

/// Metadata of all files that a content may be made of, symbolic links followed; an entry that cannot be asked has its error.
/// Folders have no metadata here: whatever is written beside the content, such as a log, changes nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, Result<Option<FileStamp>, ErrorKind>)>);

impl Stamp {
    pub(crate) fn of(directory: &Path) -> Self {
        let mut stamp = Self::default();
        for folder in stamp.add(directory.to_owned()) {
            stamp.add(folder);
        }
        stamp
    }

    /// Adds a folder, its TOML files, clips and pictures, and gives the folders in it.
    fn add(&mut self, folder: PathBuf) -> Vec<PathBuf> {
        if self.0.len() >= ENTRIES_MAX {
            return Vec::new();
        }
        let listed = Directory::open(&folder).and_then(|directory| directory.list("."));
        let mut folders = Vec::new();
        for (name, entry) in listed.iter().flatten() {
            let path = folder.join(name);
            if files::is_folder(name, *entry) {
                folders.push(path);
            } else if (files::is_toml(name) || is_media(name)) && self.0.len() < ENTRIES_MAX {
                let metadata = fs::metadata(&path).map(|metadata| Some(FileStamp::of(&metadata)));
                self.0.push((path, metadata.map_err(|error| error.kind())));
            }
        }
        self.0.push((folder, listed.map(|_| None).map_err(|error| error.kind())));
        folders
    }
}

/// What tells two states of a file apart without reading it.
#[derive(Debug, PartialEq, Eq)]
struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: FileIdentity,
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity: FileIdentity::of(metadata) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// Judges reads in turn, each a letter for what was read; `S` is served first. Capital letters are sound, small ones have
    /// errors. Gives for each read `=` (known), `.` (waits), `!` (served) or `x` (reported).
    fn decisions(reads: &str) -> String {
        let mut candidate = Candidate { known: Some('S'), latest: None, reads: 0 };
        let mut outcome = |read: char| match candidate.decide(read) {
            Decision::Known => '=',
            Decision::Wait => '.',
            Decision::TakeIfSound if read.is_lowercase() => '.',
            Decision::Take | Decision::TakeIfSound => {
                candidate.take();
                if read.is_lowercase() { 'x' } else { '!' }
            }
        };
        reads.chars().map(&mut outcome).collect()
    }

    #[test]
    fn two_equal_reads_decide_and_the_third_of_unequal_ones() {
        for (reads, outcomes, case) in [
            ("SSSS", "====", "nothing changes, however often it is touched"),
            ("AAAA", ".!==", "a change is served on the second equal read, once"),
            ("ASSS", ".===", "a change is taken back before it is served"),
            ("bAAA", "..!=", "a half-written file heals"),
            ("bSSS", ".===", "a half-written file becomes what it was"),
            ("bbbb", ".x==", "broken content is reported once"),
            ("bbSSS", ".x.!=", "mended to what it was before"),
            ("bbccc", ".x.x=", "broken in another way"),
            ("ABCDEF", "..!..!", "text that changes all the time is served at every third read"),
            ("ABSABB", "..=..!", "a change that is taken back counts no longer"),
            ("AbcdEe", "....!.", "of text that changes all the time, the first without errors"),
        ] {
            assert_eq!(decisions(reads), outcomes, "{case}");
        }
    }

    #[test]
    fn broken_content_that_changes_all_the_time_is_reported_at_last() {
        let outcomes = decisions(&"ab".repeat(60));
        assert_eq!(outcomes.find('x'), Some(BROKEN_READS as usize - 1));
        assert_eq!(outcomes.matches('x').count(), 1, "what was reported is known from then on");
    }

    #[test]
    fn only_toml_files_and_folders_change_the_stamp() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir(path("en")).unwrap();
        for file in ["palabre.toml", "en/well.toml"] {
            fs::write(path(file), "text").unwrap();
        }
        let mut stamp = Stamp::of(directory.path());
        for name in ["palabre.log", "en/palabre.log", ".palabre.toml.swp", "en/.#well.toml", "en/well.toml~", "en/4913"]
        {
            for text in ["a line\n", "a line\nanother line\n"] {
                fs::write(path(name), text).unwrap();
                assert_eq!(Stamp::of(directory.path()), stamp, "{name}");
            }
            fs::rename(path(name), path("en/rotated")).unwrap();
            assert_eq!(Stamp::of(directory.path()), stamp, "{name}");
        }
        let changes: [(&str, &dyn Fn()); 6] = [
            ("written", &|| fs::write(path("palabre.toml"), "other text").unwrap()),
            ("touched", &|| {
                let file = fs::File::options().write(true).open(path("en/well.toml")).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }),
            ("new file", &|| fs::write(path("en/new.toml"), "").unwrap()),
            ("new folder", &|| fs::create_dir(path("fr")).unwrap()),
            ("file removed", &|| fs::remove_file(path("en/new.toml")).unwrap()),
            ("directory removed", &|| fs::remove_dir_all(directory.path()).unwrap()),
        ];
        for (case, change) in changes {
            change();
            let changed = Stamp::of(directory.path());
            assert_ne!(changed, stamp, "{case}");
            stamp = changed;
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_is_replaced_by_one_of_the_same_length_and_time_changes_the_stamp() {
        let directory = tempfile::tempdir().unwrap();
        let (old, new) = (directory.path().join("a.toml"), directory.path().join(".new"));
        for path in [&old, &new] {
            fs::write(path, "text").unwrap();
            fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        let stamp = Stamp::of(directory.path());
        fs::rename(&new, &old).unwrap();
        assert_ne!(Stamp::of(directory.path()), stamp);
    }

    #[test]
    fn files_are_read_until_two_polls_show_the_same_and_then_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("palabre.toml");
        fs::write(&file, "text").unwrap();
        let served = Files::read(directory.path()).version();
        let today = NaiveDate::default();
        let mut reloader = Reloader::new(Some(directory.path()), served, Calendar::default());
        let settles_after =
            |reloader: &mut Reloader| (1..10).find(|_| reloader.poll(today).is_some() || reloader.is_settled).unwrap();
        assert_eq!(settles_after(&mut reloader), 1);
        fs::write(&file, "text").unwrap(); // Touched.
        reloader.poll(today);
        assert!(!reloader.is_settled, "a write in the same tick of the clock would go unseen");
        assert_eq!(settles_after(&mut reloader), 1);
        fs::write(directory.path().join("palabre.log"), "a line\n").unwrap();
        reloader.poll(today);
        assert!(reloader.is_settled, "a log in the directory causes no read");
    }
}
