//! Arguments → command. When it fails, one line says why.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use palabre::cli;
use palabre::cli::arguments::Arguments;

fn main() -> ExitCode {
    match cli::execute(Arguments::parse()) {
        Ok(code) => code,
        Err(message) => {
            // Nothing is left to do when even this cannot be written.
            let _ = writeln!(std::io::stderr(), "palabre: {message}");
            ExitCode::FAILURE
        }
    }
}
