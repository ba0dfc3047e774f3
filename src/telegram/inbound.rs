//! Updates: where they come from, in which order they are processed, and when Telegram may forget them.
//!
//! An update takes this way: [`source`] → [`dispatcher`] → the reply of `crate::bot` → `outbound` → confirmed at its source. It is
//! confirmed after it is processed and not before, so no question is lost when the process ends.
//!
//! - [`update`]: the parts of an update that concern the bot.
//! - [`written`]: what people write, wherever in a message it stands.
//! - [`source`]: polling or a webhook; both end in the same way.
//! - [`offset_tracker`]: what polling may confirm.
//! - [`dispatcher`]: per-chat queues: sequential within a chat, concurrent across chats.
//! - [`context`]: what every answer needs, and how a reply is made.
//! - [`flood_control`]: who writes too much.
//! - [`albums`]: photos that are sent together are one message.
//! - [`crash_guard`]: updates that end the process.

mod albums;
pub(crate) mod context;
pub(crate) mod crash_guard;
pub(crate) mod dispatcher;
mod flood_control;
mod offset_tracker;
pub(crate) mod source;
pub(crate) mod update;
mod written;

use std::time::Duration;

use dispatcher::Dispatcher;
use source::Source;

use super::RunError;

/// On a stop: time for the updates in progress. With the last confirmation it stays below five seconds, after which container
/// runtimes begin to kill.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(3_500);

/// Processes what the source brings until `stop` resolves or the source fails; then drains what is in progress.
///
/// # Errors
///
/// What ended the source: Telegram refuses the token or the webhook.
pub(crate) async fn run(
    mut dispatcher: Dispatcher,
    mut source: impl Source,
    stop: &mut (impl Future<Output = ()> + Unpin),
) -> Result<(), RunError> {
    let result = loop {
        source.observe(&dispatcher);
        tokio::select! {
            biased;
            () = &mut *stop => break Ok(()),
            Some(finished) = dispatcher.next() => {
                source.confirm(finished);
                // The chat's next answer begins in this turn of the scheduler: whether it is rate limited is known after it.
                tokio::task::yield_now().await;
            }
            updates = source.next() => match updates {
                Ok(updates) => updates.into_iter().for_each(|update| {
                    let update_id = update.update_id;
                    source.accepted(update_id, dispatcher.enqueue(update));
                }),
                Err(error) => break Err(error),
            },
        }
    };
    let drained = tokio::time::timeout(DRAIN_TIMEOUT, async {
        while let Some(finished) = dispatcher.next().await {
            source.confirm(finished);
        }
    });
    let is_drained = drained.await.is_ok();
    if !is_drained {
        log::warn!("stopped with answers in hand: Telegram will send what was not confirmed again");
    }
    if source.close().await && is_drained {
        log::info!("stopped");
    }
    result
}
