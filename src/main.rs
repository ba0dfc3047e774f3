//! Arguments → command. When it fails, one line says why.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use palabre::cmd;
use palabre::config::Arguments;

fn main() -> ExitCode {
    match cmd::execute(Arguments::parse()) {
        Ok(code) => code,
        Err(message) => {
            // Nothing is left to do when even this cannot be written.
            let _ = writeln!(std::io::stderr(), "palabre: {message}");
            ExitCode::FAILURE
        }
    }
}
