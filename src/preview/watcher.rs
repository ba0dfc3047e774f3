//! What there is to see of a content while somebody writes it: a thread follows its files, another finds out what questions find.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::watch;

use crate::clock::unix_time;
use crate::content::Content;
use crate::content::files::{Files, Fingerprint};
use crate::content::load::{self, Edition, Loaded, Scope};
use crate::diag::Report;
use crate::quality::{self, AskFigure};
use crate::reload::Stamp;

/// The pause between two looks at the metadata of the files. With the time to load them a change is seen in less than half a second.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// What a preview shows at a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    /// Which one it is: every change has the next number.
    pub(super) number: u64,
    /// All sections, drafts and those of other days too; `None` when there is nothing to show.
    pub(super) whole: Option<Arc<Content>>,
    /// What readers see today, where that is less.
    pub(super) published: Option<Arc<Content>>,
    /// How the content that is shown came about.
    pub(super) state: State,
    /// The problems of the files as they are now, and the files.
    pub(super) report: Arc<Report>,
    /// What questions find; `None` while that is being found out, and of a content with errors.
    pub(super) figures: Option<Arc<Vec<AskFigure>>>,
}

/// How the content that is shown came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// It has no errors.
    #[default]
    Sound,
    /// It has errors, and is shown as far as it can be.
    Damaged,
    /// Nothing of the files can be shown, so that of before is.
    Earlier,
}

/// Follows the content of a directory, or shows the one inside the binary, which does not change.
#[derive(Debug)]
pub(super) struct ContentWatcher {
    directory: Option<PathBuf>,
    snapshots: watch::Sender<Arc<Snapshot>>,
}

/// What tells two states of a content apart: all of its files, the questions of `tests/` too, and the day.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    files: Fingerprint,
    sources: u64,
    day: NaiveDate,
}

impl Seen {
    fn of(files: &Files) -> Self {
        let mut hasher = DefaultHasher::new();
        files.report.sources.iter().for_each(|source| (&source.path, &source.text).hash(&mut hasher));
        Self { files: files.fingerprint(), sources: hasher.finish(), day: load::today() }
    }
}

/// A snapshot whose questions are to be asked: its number and its files.
type Unchecked = (u64, Files);

impl ContentWatcher {
    /// Loads the content and starts the threads. They end with the process.
    ///
    /// # Errors
    ///
    /// When there is no thread.
    pub(super) fn open(directory: Option<&Path>) -> std::io::Result<watch::Receiver<Arc<Snapshot>>> {
        let (watcher, receiver) = Self::new(directory);
        let watcher = Arc::new(watcher);
        let (unchecked, to_check) = channel();
        let files = watcher.read();
        let seen = Seen::of(&files);
        // Nobody has hung up yet.
        let _ = unchecked.send((watcher.show(files.clone(), load_all(&files)), files));
        let checker = Arc::clone(&watcher);
        std::thread::Builder::new().name("questions".into()).spawn(move || checker.check_all(&to_check))?;
        std::thread::Builder::new().name("content".into()).spawn(move || watcher.follow(seen, &unchecked))?;
        Ok(receiver)
    }

    /// The content as it is now, which is not followed.
    pub(super) fn once(directory: Option<&Path>) -> watch::Receiver<Arc<Snapshot>> {
        let (watcher, receiver) = Self::new(directory);
        let files = watcher.read();
        watcher.show(files.clone(), load_all(&files));
        receiver
    }

    fn new(directory: Option<&Path>) -> (Self, watch::Receiver<Arc<Snapshot>>) {
        // A page that is still open when the preview is started again knows a smaller number.
        let number = u64::try_from(unix_time().as_millis()).unwrap_or_default();
        let (snapshots, receiver) = watch::channel(Arc::new(Snapshot { number, ..Snapshot::default() }));
        (Self { directory: directory.map(Path::to_owned), snapshots }, receiver)
    }

    fn read(&self) -> Files {
        self.directory.as_deref().map_or_else(Files::shipped, Files::read)
    }

    /// Shows each change. What has errors may be half-written, so it is shown when two looks see the same.
    fn follow(&self, mut shown: Seen, unchecked: &Sender<Unchecked>) {
        let Some(directory) = &self.directory else { return };
        let mut stamp = Stamp::of(directory);
        let mut is_settled = false;
        let mut pending: Option<Seen> = None;
        loop {
            std::thread::sleep(LOOK_INTERVAL);
            let now = Stamp::of(directory);
            if is_settled && now == stamp && shown.day == load::today() {
                continue;
            }
            // A write in the same tick of the file system's clock leaves the metadata as it is: so there is one more read.
            is_settled = now == stamp;
            stamp = now;
            let files = self.read();
            let seen = Seen::of(&files);
            if seen == shown {
                continue;
            }
            let loaded = load_all(&files);
            let is_sound = loaded.as_ref().is_some_and(|loaded| loaded.content.is_some());
            if !is_sound && pending.as_ref() != Some(&seen) {
                (pending, is_settled) = (Some(seen), false);
                continue;
            }
            let number = self.show(files.clone(), loaded);
            (shown, pending) = (seen, None);
            // Without the other thread the pages are followed all the same.
            let _ = unchecked.send((number, files));
        }
    }

    /// Shows what has been loaded, and gives its number. `None`, a fault of this program, changes nothing.
    fn show(&self, files: Files, loaded: Option<Loaded>) -> u64 {
        let published = caught(|| load::of_files(files, Edition::from(load::today())));
        let published = published.and_then(|loaded| loaded.content.or(loaded.damaged));
        if let Some(Loaded { content, damaged, report, .. }) = loaded {
            let state = match (&content, &damaged) {
                (Some(_), _) => State::Sound,
                (None, Some(_)) => State::Damaged,
                (None, None) => State::Earlier,
            };
            let whole = content.or(damaged).map(Arc::new);
            let sections = whole.as_ref().map_or(0, |content| content.sections().len());
            let published = published.filter(|content| content.sections().len() < sections).map(Arc::new);
            self.snapshots.send_modify(|snapshot| {
                let before = Snapshot::clone(snapshot);
                let (number, report) = (before.number + 1, Arc::new(report));
                *snapshot = Arc::new(match state {
                    State::Earlier => Snapshot { number, state, report, figures: None, ..before },
                    _ => Snapshot { number, whole, published, state, report, figures: None },
                });
            });
        }
        self.snapshots.borrow().number
    }

    /// Adds to each snapshot what its questions find, unless another one is shown meanwhile.
    fn check_all(&self, unchecked: &Receiver<Unchecked>) {
        while let Ok(mut next) = unchecked.recv() {
            // Those between are over.
            while let Ok(newer) = unchecked.try_recv() {
                next = newer;
            }
            let (number, files) = next;
            let shown = Arc::clone(&self.snapshots.borrow());
            let checked = caught(|| {
                shown.whole.iter().chain(&shown.published).for_each(|content| content.prepare());
                let loaded = quality::check(load::of_files(files, everything()));
                let figures = loaded.content.is_some().then(|| Arc::new(quality::ask_figures(&loaded)));
                (Arc::new(loaded.report), figures)
            });
            let Some((report, figures)) = checked else { continue };
            self.snapshots.send_if_modified(|snapshot| {
                let is_shown = snapshot.number == number;
                if is_shown {
                    let number = number + 1;
                    *snapshot = Arc::new(Snapshot { number, report, figures, ..Snapshot::clone(snapshot) });
                }
                is_shown
            });
        }
    }
}

fn everything() -> Edition {
    Edition::new(load::today(), Scope::Everything)
}

/// All of a content; `None` after a fault of this program.
fn load_all(files: &Files) -> Option<Loaded> {
    caught(|| load::of_files(files.clone(), everything()))
}

/// A panic must not end a thread: the next change may be a good one.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
