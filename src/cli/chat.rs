//! `palabre chat`: the same answers in the terminal.

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::ChatOptions;
use crate::content::load::Loaded;
use crate::terminal::{Terminal, TerminalStyle};

/// Talks until the input ends. Of a content with errors it shows what can be shown, and says so first.
pub(super) fn execute(options: &ChatOptions) -> Result<ExitCode, Error> {
    let Loaded { content, damaged, report, .. } = super::load(&options.content, options.edition);
    let content = super::content_or_damaged(content, damaged, &report)?;
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match Terminal::new(&content, options.lang.as_deref(), TerminalStyle::detect(), input, output).talk() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Terminal(error)),
        _ => Ok(ExitCode::SUCCESS),
    }
}
