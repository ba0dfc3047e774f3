//! Where updates come from. A source is asked for the next updates, told what becomes of them, and confirms to Telegram only what
//! is finished.

pub(crate) mod polling;
pub(crate) mod webhook;

use super::dispatcher::{Accepted, Dispatcher, Finished};
use super::update::Update;
use crate::metrics::{Metrics, UpdateKind};
use crate::telegram::RunError;

/// A source of updates.
pub(crate) trait Source {
    /// Waits for updates that were not there before. Nothing is lost when the wait is dropped.
    ///
    /// # Errors
    ///
    /// When there will be no more: Telegram refuses the token or the webhook.
    async fn next(&mut self) -> Result<Vec<Update>, RunError>;

    /// What became of an update that it brought.
    fn accepted(&mut self, update_id: i64, accepted: Accepted);

    /// Takes note of how the chats stand, before each wait.
    fn observe(&mut self, dispatcher: &Dispatcher);

    /// An update is finished: Telegram may forget it.
    fn confirm(&mut self, finished: Finished);

    /// Confirms what is finished, once nothing more is; whether Telegram knows it.
    async fn close(&mut self) -> bool;
}

/// An update, or the id of one that does not concern the bot or cannot be read, if it has one.
pub(crate) type ReadUpdate = Result<Update, Option<i64>>;

/// Counts an update that does not concern the bot (it has an id then) or cannot be read.
fn count_skipped(metrics: &Metrics, update_id: Option<i64>) {
    metrics.update(if update_id.is_some() { UpdateKind::Other } else { UpdateKind::Unreadable });
    log::debug!("an update of an unknown kind or shape was passed over");
}
