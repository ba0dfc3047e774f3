//! A content that changes takes the place of the one that is served; a broken one is reported, and the last good one stays.

mod places;
mod settle;
mod watch;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use self::watch::Watch;
use crate::content::{Content, Version};
use crate::metrics::{Metrics, ReloadResult};
use crate::platform::HangupSignal;

/// Gives each newer content of the directory on SIGHUP and whenever its files have changed; never, when the content is the
/// copy inside the binary.
///
/// # Errors
///
/// A sentence for the operator when the signal cannot be caught or there can be no thread that watches.
pub(super) fn newer(
    directory: Option<&Path>,
    served: Version,
    metrics: Arc<Metrics>,
) -> Result<mpsc::Receiver<Content>, String> {
    // Caught in any case: by itself SIGHUP would end the process.
    let mut hangup = HangupSignal::new().map_err(|error| format!("signals cannot be caught: {error}"))?;
    let mut watch = directory.map(|directory| Watch::start(directory, served)).transpose()?;
    let (newer, contents) = mpsc::channel(1);
    metrics.content(&served.to_string());
    tokio::spawn(async move {
        let mut served = served;
        loop {
            let changed = async {
                match &mut watch {
                    Some(watch) => watch.changed().await,
                    None => std::future::pending().await,
                }
            };
            let loaded = tokio::select! {
                () = hangup.recv() => {
                    match &watch {
                        Some(watch) => watch.reload_now(),
                        None => log::info!("the content inside the binary is served, which does not change"),
                    }
                    continue;
                }
                loaded = changed => loaded,
            };
            let Some(content) = loaded.content else {
                metrics.reload(ReloadResult::Failed);
                log::error!("the content was changed and is broken now; {served} goes on being served:");
                for line in loaded.report.to_log_lines() {
                    log::error!("{line}");
                }
                continue;
            };
            served = content.version();
            metrics.reload(ReloadResult::Ok);
            metrics.content(&served.to_string());
            log::info!("content {served} is served from now on");
            if newer.send(content).await.is_err() {
                return; // The bot has stopped.
            }
        }
    });
    Ok(contents)
}
