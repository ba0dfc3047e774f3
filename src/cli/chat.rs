//! `palabre chat`: the same answers in the terminal.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::ChatOptions;
use crate::content::load::Loaded;
use crate::message;
use crate::messages::Locale;
use crate::terminal::{Terminal, TerminalStyle};

/// Talks until the input ends. Of a content with errors it shows what can be shown, and says so first.
pub(super) fn execute(options: &ChatOptions) -> Result<ExitCode, Error> {
    let Loaded { content, damaged, report, .. } = super::load(&options.content, options.edition);
    let broken = || super::broken(&report);
    if content.is_none() && damaged.is_some() {
        let shown = message!("what follows is shown as far as it can be");
        // Nobody reads it where the error output is closed.
        let _ = writeln!(std::io::stderr(), "{}\n{}", broken(), shown.to_text(Locale::of_system()));
    }
    let content = content.or(damaged).ok_or_else(broken)?;
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match Terminal::new(&content, options.lang.as_deref(), TerminalStyle::detect(), input, output).talk() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Terminal(error)),
        _ => Ok(ExitCode::SUCCESS),
    }
}
