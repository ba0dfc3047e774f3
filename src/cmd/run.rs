//! `palabre run`: answers on Telegram until it is told to stop.

use std::process::ExitCode;

use crate::config::{ContentChoice, Token};
use crate::telegram;

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
    let api = telegram::Api::from_env(&token)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime does not start: {error}"))?;
    runtime.block_on(telegram::run(content, api)).map(|()| ExitCode::SUCCESS)
}

/// A panic's message may quote what somebody wrote: only its place is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("a panic at {}:{}", place.file(), place.line()),
        None => log::error!("a panic"),
    }));
}
