//! `palabre chat`: the same answers in the terminal.

use std::process::ExitCode;

use crate::cli::arguments::ContentChoice;
use crate::terminal::{Terminal, TerminalStyle};

/// Talks until the input ends.
///
/// # Errors
///
/// A sentence when the content cannot be used or the terminal cannot be read.
pub fn execute(choice: &ContentChoice, lang: Option<&str>) -> Result<ExitCode, String> {
    let content = super::content(choice)?;
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match Terminal::new(&content, lang, TerminalStyle::detect(), input, output).talk() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("the terminal failed: {error}")),
        _ => Ok(ExitCode::SUCCESS),
    }
}
