//! `palabre schema`: the JSON Schemas of the files of a content, for editors that complete and explain keys.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::SchemaOptions;
use crate::content::json_schema::{FileKind, editor_settings, schema_files};

/// Prints one schema, or writes all of them, and settings of taplo that use them, into the directory of a content.
pub(super) fn execute(options: &SchemaOptions) -> Result<ExitCode, Error> {
    match (&options.out, options.kind) {
        (Some(directory), _) => {
            write_all(directory).map_err(|error| Error::Schemas(directory.clone(), error))?;
        }
        (None, kind) => {
            let kind = kind.unwrap_or(FileKind::Root);
            // A closed pipe (`| head`) is no error.
            let _ = io::stdout().lock().write_all(kind.to_text().as_bytes());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_all(directory: &Path) -> io::Result<()> {
    for (path, text) in schema_files() {
        std::fs::write(made(directory, &path)?, text)?;
    }
    for (path, text) in editor_settings() {
        match File::create_new(made(directory, &path)?) {
            Ok(mut file) => file.write_all(text.as_bytes())?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The whole path of a file, in a folder that is there.
fn made(directory: &Path, path: &str) -> io::Result<PathBuf> {
    let path = directory.join(path);
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    Ok(path)
}
