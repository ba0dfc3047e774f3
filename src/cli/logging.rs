//! The log: lines to the standard error, which nothing waits for.
//!
//! Whoever reads the log may stop reading: a full pipe, a terminal that is paused. So a thread of its own writes the lines, and
//! what does not fit into its queue is dropped and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use env_logger::Target;

use crate::metrics::Metrics;

/// Lines that wait to be written. Most have some hundred bytes.
const QUEUED_MAX: usize = 1_000;
/// On a stop: the longest time for the last lines to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);
/// The pause before a queue that is full is looked at again.
const FLUSH_PAUSE: Duration = Duration::from_millis(5);

enum Entry {
    Line(Vec<u8>),
    /// Whoever sent it waits for what was queued before.
    Flush(SyncSender<()>),
}

/// The way to the thread that writes the log.
pub(super) struct Log(SyncSender<Entry>);

impl Log {
    /// Logs from now on what `filters` lets through, in colours where the standard error is a terminal, or as `RUST_LOG_STYLE` says.
    ///
    /// # Errors
    ///
    /// When the thread cannot start.
    ///
    /// # Panics
    ///
    /// When there is a log already.
    pub(super) fn start(filters: &str, metrics: Arc<Metrics>) -> io::Result<Self> {
        let (entries, queued) = sync_channel(QUEUED_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let queue = Queue { entries: entries.clone(), dropped: Arc::clone(&dropped), metrics };
        thread::Builder::new().name("log".into()).spawn(move || write(&queued, &dropped))?;
        let style = match std::env::var("RUST_LOG_STYLE").unwrap_or_default() {
            style if ["always", "never"].contains(&&*style) => style,
            _ if AutoStream::choice(&io::stderr()) == ColorChoice::Never => "never".to_owned(),
            _ => "always".to_owned(),
        };
        let mut builder = env_logger::Builder::new();
        builder.parse_filters(filters).parse_write_style(&style).target(Target::Pipe(Box::new(queue))).init();
        Ok(Self(entries))
    }

    /// Waits until all lines are written; `false` when nobody reads them.
    pub(super) fn flush(&self) -> bool {
        let deadline = Instant::now() + FLUSH_TIMEOUT;
        let (done, is_done) = sync_channel(1);
        let mut entry = Entry::Flush(done);
        // A full queue may be one that is being written.
        while let Err(TrySendError::Full(unsent)) = self.0.try_send(entry) {
            if Instant::now() >= deadline {
                return false;
            }
            entry = unsent;
            thread::sleep(FLUSH_PAUSE);
        }
        is_done.recv_timeout(deadline.saturating_duration_since(Instant::now())).is_ok()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Takes lines and never waits. env_logger writes each line as a whole.
struct Queue {
    entries: SyncSender<Entry>,
    /// Lines that the log has not been told of.
    dropped: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
}

impl Write for Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.entries.try_send(Entry::Line(line.to_owned())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            self.metrics.drop_log_line();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(queued: &Receiver<Entry>, dropped: &AtomicU64) {
    for entry in queued {
        match entry {
            Entry::Line(line) => {
                // Where the log cannot be written, nobody can be told.
                let _ = io::stderr().write_all(&line);
            }
            Entry::Flush(done) => {
                let _ = done.send(());
            }
        }
        let lines = dropped.swap(0, Ordering::Relaxed);
        if lines > 0 {
            // Not by way of the queue, in which there may be no room again.
            let _ = writeln!(io::stderr(), "{lines} lines of the log were dropped here: whoever reads it was too slow");
        }
    }
}
