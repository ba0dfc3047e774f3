//! `palabre run`: answers on Telegram until it is told to stop.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::config::{ContentChoice, Token};
use crate::telegram::{Api, Bot};

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
///
/// A sentence when the content or the token cannot be used.
pub fn execute(choice: &ContentChoice) -> Result<ExitCode, String> {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    log_panics();
    let content = super::content(choice)?;
    let token = Token::from_env()?;
    let url = std::env::var("TELOXIDE_API_URL").ok();
    let api = Api::new(&token, url.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime does not start: {error}"))?;
    let result = runtime.block_on(async {
        let stop = stop_signal().map_err(|error| format!("signals cannot be caught: {error}"))?;
        Bot::new(api, content).run(stop).await
    });
    // A name that is being looked up would hold the end for seconds.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

/// Is there when SIGINT or SIGTERM is. Both are caught from the call on.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A panic's message may quote what somebody wrote: only its place is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("a panic at {}:{}", place.file(), place.line()),
        None => log::error!("a panic"),
    }));
}
