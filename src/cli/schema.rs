//! `palabre schema`: the JSON Schemas of the files of a content, for editors that complete and explain keys.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::SchemaOptions;
use crate::content::json_schema::{FileKind, taplo_settings};

/// Prints one schema, or writes all of them, and settings of taplo that use them, into the directory of a content.
pub(super) fn execute(options: &SchemaOptions) -> Result<ExitCode, Error> {
    match (&options.out, options.kind) {
        (Some(directory), _) => {
            write_all(directory).map_err(|error| Error::Schemas(directory.clone(), error))?;
        }
        (None, kind) => {
            let kind = kind.unwrap_or(FileKind::Root);
            // A closed pipe (`| head`) is no error.
            let _ = io::stdout().lock().write_all(to_text(kind).as_bytes());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Hidden, so that neither people nor `check` take them for content.
const FOLDER: &str = ".schemas";
/// Where taplo, and editors by it, look for settings.
const SETTINGS: &str = ".taplo.toml";

fn write_all(directory: &Path) -> io::Result<()> {
    let folder = directory.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    for kind in FileKind::ALL {
        std::fs::write(folder.join(format!("{}.json", kind.name())), to_text(kind))?;
    }
    // Settings that are there already are somebody's own.
    match File::create_new(directory.join(SETTINGS)) {
        Ok(mut file) => file.write_all(taplo_settings(FOLDER).as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn to_text(kind: FileKind) -> String {
    format!("{:#}\n", kind.json_schema())
}
