//! A content that changes while it is served: it is loaded anew, by a thread of its own, once the change is complete.
//!
//! The thread sleeps until the system tells of a change or somebody asks. Then it looks where the files are now, reads
//! them all and compares them with what it gave last: the files decide, not what the events say of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::places::Places;
use super::settle::{Notice, Settle};
use crate::content::files::{Files, Fingerprint};
use crate::content::load::{self, Loaded};
use crate::content::{Content, Version};

/// How often the places are looked up again because they changed while they were being watched.
const LOOKS_MAX: usize = 5;

/// A content directory that is watched. The watching ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    loaded: tokio::sync::mpsc::Receiver<Loaded>,
    messages: mpsc::Sender<Message>,
}

impl Watch {
    /// Begins to watch the directory of a content of which this version is served; one that is already another is loaded.
    ///
    /// A change that cannot be noticed is no error: the log says so, and [`Watch::reload_now`] works all the same.
    ///
    /// # Errors
    ///
    /// A sentence for the operator when there can be no thread, or no directory to which the path is relative.
    pub fn start(directory: &Path, served: Version) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("the content cannot be watched: {error}");
        let directory = std::path::absolute(directory).map_err(cannot)?;
        let (messages, received) = mpsc::channel();
        // One waits for the loop, a newer one for the thread: more would be stale.
        let (sender, loaded) = tokio::sync::mpsc::channel(1);
        let mut thread = Thread {
            directory,
            messages: messages.clone(),
            received,
            loaded: sender,
            settle: Settle::default(),
            watcher: None,
            trouble: None,
            given: None,
        };
        // Before anything else happens, so that no change falls between this call and the first look.
        thread.watch();
        let files = Files::read(&thread.directory);
        if files.version() == served {
            thread.given = Some(files.fingerprint());
        } else {
            thread.settle.note(Notice::Other, Instant::now());
        }
        let builder = std::thread::Builder::new().name("content".into());
        builder.spawn(move || thread.run()).map_err(cannot)?;
        Ok(Self { loaded, messages })
    }

    /// The content after it has changed, or what is wrong with it; the same files are never given twice in a row, unless
    /// somebody asks. May be dropped at any time: nothing is lost.
    pub async fn changed(&mut self) -> Loaded {
        match self.loaded.recv().await {
            Some(loaded) => loaded,
            // The thread is gone, which only a fault of this program brings about: nothing will ever change.
            None => std::future::pending().await,
        }
    }

    /// Has it loaded at once and given out, changed or not, watched or not.
    pub fn reload_now(&self) {
        // Without a thread there is nobody to ask.
        let _ = self.messages.send(Message::Poke);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
    }
}

#[derive(Debug)]
enum Message {
    Noticed(Notice),
    Poke,
    Stop,
}

/// What the thread knows.
struct Thread {
    directory: PathBuf,
    messages: mpsc::Sender<Message>,
    received: mpsc::Receiver<Message>,
    loaded: tokio::sync::mpsc::Sender<Loaded>,
    settle: Settle,
    watcher: Option<RecommendedWatcher>,
    /// Why changes may not be noticed, as it was logged.
    trouble: Option<String>,
    /// The files that were given last; `None` when the next ones are to be given whatever they are.
    given: Option<Fingerprint>,
}

impl Thread {
    fn run(mut self) {
        loop {
            let message = match self.settle.due() {
                None => self.received.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => self.received.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            let goes_on = match message {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => self.load(),
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Takes note of a message; `false` when it is the last one.
    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Noticed(notice) => {
                // A folder fills while it settles.
                if notice == Notice::Folder {
                    self.watch();
                }
                self.settle.note(notice, Instant::now());
            }
            Message::Poke => {
                self.given = None;
                self.settle.ask(Instant::now());
            }
            Message::Stop => return false,
        }
        true
    }

    /// Reads the files, and gives the content out if it is another one; `false` when nobody wants it any more.
    fn load(&mut self) -> bool {
        self.settle.clear();
        self.watch();
        let files = Files::read(&self.directory);
        let fingerprint = files.fingerprint();
        if self.given.as_ref() == Some(&fingerprint) {
            return true;
        }
        let loaded = catch_unwind(AssertUnwindSafe(|| {
            let loaded = load::of_files(files, load::this_month());
            // Here it holds nobody up.
            loaded.content.iter().for_each(Content::prepare);
            loaded
        }));
        // What changed meanwhile may be half read: it is read again when it has settled.
        while let Ok(message) = self.received.try_recv() {
            if !self.take(message) {
                return false;
            }
        }
        if self.settle.due().is_some() {
            return true;
        }
        self.given = Some(fingerprint);
        match loaded {
            Ok(loaded) => self.loaded.blocking_send(loaded).is_ok(),
            Err(_) => {
                log::error!("the content was not loaded, by a fault of this program: it is served as it was");
                true
            }
        }
    }

    /// Watches the places where the content is now. What was watched before no longer is, but without a gap.
    fn watch(&mut self) {
        let mut trouble = None;
        let mut places = Places::of(&self.directory);
        for _ in 0..LOOKS_MAX {
            let now = Arc::new(places);
            trouble = match self.watcher(&now) {
                Ok((watcher, trouble)) => {
                    self.watcher = Some(watcher);
                    trouble
                }
                Err(error) => Some(error),
            };
            places = Places::of(&self.directory);
            if *now == places {
                break;
            }
        }
        let trouble = trouble.map(|error| why(&error));
        if trouble != self.trouble {
            match &trouble {
                Some(trouble) => log::warn!("{trouble}"),
                None => log::info!("changes of the content are noticed again"),
            }
            self.trouble = trouble;
        }
    }

    /// A watcher of these places, with the first error if one of them cannot be watched.
    fn watcher(&self, places: &Arc<Places>) -> notify::Result<(RecommendedWatcher, Option<notify::Error>)> {
        let (here, messages) = (Arc::clone(places), self.messages.clone());
        let handler = move |event: notify::Result<notify::Event>| {
            if let Some(notice) = event.map_or(Some(Notice::Other), |event| here.notice(&event)) {
                let _ = messages.send(Message::Noticed(notice));
            }
        };
        let mut watcher = RecommendedWatcher::new(handler, notify::Config::default())?;
        let mut trouble = None;
        for directory in places.directories() {
            if let Err(error) = watcher.watch(directory, RecursiveMode::NonRecursive)
                && !is_harmless(&error)
            {
                trouble.get_or_insert(error);
            }
        }
        Ok((watcher, trouble))
    }
}

/// Whether nothing is lost by a directory that cannot be watched: it has gone, which those above it tell, or it may not be
/// read, which the report tells if it is the content's.
fn is_harmless(error: &notify::Error) -> bool {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(error.kind(), NotFound | PermissionDenied),
        _ => false,
    }
}

/// Why changes may not be noticed, and what to do.
fn why(error: &notify::Error) -> String {
    /// `EMFILE`: inotify's limit of instances, or the process's of files.
    const TOO_MANY: i32 = 24;
    let cause = match &error.kind {
        ErrorKind::MaxFilesWatch => "the limit of watches is reached: raise fs.inotify.max_user_watches".into(),
        ErrorKind::Io(error) if error.raw_os_error() == Some(TOO_MANY) => {
            "too many are watching: raise fs.inotify.max_user_instances, or the limit of open files".into()
        }
        ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    };
    format!("changes of the content may go unnoticed ({cause}); SIGHUP loads it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_with_the_way_out() {
        assert_eq!(
            why(&notify::Error::new(ErrorKind::MaxFilesWatch)),
            "changes of the content may go unnoticed (the limit of watches is reached: raise \
             fs.inotify.max_user_watches); SIGHUP loads it"
        );
        let instances = notify::Error::io(std::io::Error::from_raw_os_error(24));
        assert!(why(&instances).contains("fs.inotify.max_user_instances"));
        assert!(!is_harmless(&instances));
    }
}
