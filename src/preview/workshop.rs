//! What there is to see of a content while somebody writes it: a thread follows its files, another finds out what questions find.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tokio::sync::watch;

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
pub(super) struct Workshop {
    directory: Option<PathBuf>,
    snapshots: watch::Sender<Arc<Snapshot>>,
}

impl Workshop {
    /// Loads the content and starts the threads. They end with the process.
    ///
    /// # Errors
    ///
    /// When there is no thread.
    pub(super) fn open(directory: Option<&Path>) -> std::io::Result<watch::Receiver<Arc<Snapshot>>> {
        let (snapshots, receiver) = watch::channel(Arc::default());
        let workshop = Arc::new(Self { directory: directory.map(Path::to_owned), snapshots });
        let (changed, changes) = channel();
        let files = workshop.read();
        let known = files.fingerprint();
        workshop.show(files.clone(), load::of_files(files.clone(), everything()));
        // Nobody has hung up yet.
        let _ = changed.send(files);
        let checker = Arc::clone(&workshop);
        std::thread::Builder::new().name("questions".into()).spawn(move || checker.check_all(&changes))?;
        std::thread::Builder::new().name("content".into()).spawn(move || workshop.follow(known, &changed))?;
        Ok(receiver)
    }

    /// The content as it is now, which is not followed.
    pub(super) fn still(directory: Option<&Path>) -> watch::Receiver<Arc<Snapshot>> {
        let (snapshots, receiver) = watch::channel(Arc::default());
        let workshop = Self { directory: directory.map(Path::to_owned), snapshots };
        let files = workshop.read();
        workshop.show(files.clone(), load::of_files(files, everything()));
        receiver
    }

    fn read(&self) -> Files {
        self.directory.as_deref().map_or_else(Files::shipped, Files::read)
    }

    /// Shows each change. What has errors may be half-written, so it is shown when two looks see the same.
    fn follow(&self, mut known: Fingerprint, changed: &Sender<Files>) {
        let Some(directory) = &self.directory else { return };
        let mut stamp = Stamp::of(directory);
        let mut is_settled = false;
        let mut doubtful: Option<Fingerprint> = None;
        loop {
            std::thread::sleep(LOOK_INTERVAL);
            let now = Stamp::of(directory);
            if is_settled && now == stamp {
                continue;
            }
            // A write in the same tick of the file system's clock leaves the metadata as it is: so there is one more read.
            is_settled = now == stamp;
            stamp = now;
            let files = self.read();
            let found = files.fingerprint();
            if found == known {
                continue;
            }
            let loaded = load::of_files(files.clone(), everything());
            if loaded.content.is_none() && doubtful.as_ref() != Some(&found) {
                (doubtful, is_settled) = (Some(found), false);
                continue;
            }
            self.show(files.clone(), loaded);
            (known, doubtful) = (found, None);
            if changed.send(files).is_err() {
                return;
            }
        }
    }

    fn show(&self, files: Files, loaded: Loaded) {
        let published = load::of_files(files, Edition::from(load::today()));
        let Loaded { content, damaged, report } = loaded;
        let state = match (&content, &damaged) {
            (Some(_), _) => State::Sound,
            (None, Some(_)) => State::Damaged,
            (None, None) => State::Earlier,
        };
        let whole = content.or(damaged).map(Arc::new);
        let sections = whole.as_ref().map_or(0, |content| content.sections().len());
        let published = published.content.or(published.damaged).filter(|content| content.sections().len() < sections);
        self.snapshots.send_modify(|snapshot| {
            let before = Snapshot::clone(snapshot);
            let report = Arc::new(report);
            *snapshot = Arc::new(match state {
                State::Earlier => Snapshot { number: before.number + 1, state, report, figures: None, ..before },
                _ => Snapshot {
                    number: before.number + 1,
                    whole,
                    published: published.map(Arc::new),
                    state,
                    report,
                    figures: None,
                },
            });
        });
    }

    /// Adds to each snapshot what its questions find, unless it has been changed meanwhile.
    fn check_all(&self, changes: &Receiver<Files>) {
        while let Ok(mut files) = changes.recv() {
            // Those between are over.
            while let Ok(newer) = changes.try_recv() {
                files = newer;
            }
            let version = files.version();
            if let Some(content) = self.snapshots.borrow().whole.clone() {
                content.prepare();
            }
            let loaded = quality::check(load::of_files(files, everything()));
            let figures = loaded.content.is_some().then(|| Arc::new(quality::ask_figures(&loaded)));
            self.snapshots.send_if_modified(|snapshot| {
                let is_current = snapshot.whole.as_ref().is_some_and(|content| content.version() == version);
                if is_current && snapshot.state != State::Earlier {
                    let number = snapshot.number + 1;
                    *snapshot = Arc::new(Snapshot {
                        number,
                        report: Arc::new(loaded.report),
                        figures,
                        ..Snapshot::clone(snapshot)
                    });
                }
                is_current
            });
        }
    }
}

fn everything() -> Edition {
    Edition::new(load::today(), Scope::Everything)
}
