//! Arguments → command. An error is told on the standard error, with an exit status of 1.

use std::io::Write;
use std::process::ExitCode;

use palabre::cli;

fn main() -> ExitCode {
    match cli::arguments::parse().and_then(cli::execute) {
        Ok(code) => code,
        Err(error) => {
            // Where this cannot be written, nothing can.
            let _ = writeln!(std::io::stderr(), "palabre: {error}");
            ExitCode::FAILURE
        }
    }
}
