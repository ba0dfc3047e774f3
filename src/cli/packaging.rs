//! `palabre completions` and `palabre man`: what a package installs beside the binary, made of the command line itself.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap_mangen::Man;

use crate::cli::Error;
use crate::cli::arguments::{CompletionsOptions, ManOptions, described};
use crate::messages::Locale;

pub(super) fn completions(options: &CompletionsOptions) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut described(Locale::of_system()), "palabre", &mut script);
    io::stdout().write_all(&script).map_err(Error::Terminal)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(options: &ManOptions) -> Result<ExitCode, Error> {
    let command = described(Locale::of_system());
    match &options.out {
        None => Man::new(command).render(&mut io::stdout()).map_err(Error::Terminal)?,
        Some(directory) => write_pages(command, directory).map_err(|error| Error::Man(directory.clone(), error))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_pages(command: clap::Command, directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    clap_mangen::generate_to(command, directory)
}
