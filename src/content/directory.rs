//! The directory of a content, opened once: everything is listed and read relative to it. Links within it are followed
//! (Kubernetes mounts a ConfigMap by such links); those that lead out are not, even when a file is exchanged for one while the
//! directory is read: a report quotes lines of a broken file, and they could be those of a secret.

use std::io::{self, Read};
use std::path::Path;

use cap_fs_ext::OpenOptionsSyncExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};

use crate::message;
use crate::messages::Message;

/// The largest file that is read, in bytes: far more than anybody writes, and far less than memory.
pub(super) const FILE_MAX: u64 = 4 << 20;
/// The most entries of a folder that are listed: five times as many as files are read.
const ENTRIES_MAX: usize = 10_000;

/// An opened directory.
#[derive(Debug)]
pub(crate) struct Directory(Dir);

/// What stands in a directory under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A file, or what cannot be looked at: reading it tells.
    File,
    /// A directory.
    Folder,
    /// A link that leads out.
    LeadsOut,
}

/// Why a part of the directory is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// It, or a folder above it, is a link that leads out.
    #[error("it is a link that leads out of the content directory")]
    LeadsOut,
    /// A folder of more than [`ENTRIES_MAX`] entries.
    #[error("it holds more than {ENTRIES_MAX} files")]
    TooMany,
    /// A pipe, a socket or a device.
    #[error("it is not a file")]
    NoFile,
    /// More than [`FILE_MAX`].
    #[error("it is larger than 4 MB")]
    TooLarge,
    /// Any other error of the system.
    #[error(transparent)]
    System(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        if leads_out(&error) { Self::LeadsOut } else { Self::System(error) }
    }
}

impl ReadError {
    /// The kind of the system's error; [`io::ErrorKind::Other`] where there is none.
    pub(crate) fn kind(&self) -> io::ErrorKind {
        if let Self::System(error) = self { error.kind() } else { io::ErrorKind::Other }
    }

    /// The error in words for editors.
    pub(super) fn message(&self) -> Message {
        match self {
            Self::LeadsOut => message!("it is a link that leads out of the content directory"),
            Self::TooMany => message!("it holds more than {max} files", max = ENTRIES_MAX),
            Self::NoFile => message!("it is not a file"),
            Self::TooLarge => message!("it is larger than 4 MB"),
            Self::System(error) => Message::of_io(error),
        }
    }
}

impl Directory {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self(Dir::open_ambient_dir(path, ambient_authority())?))
    }

    /// The names in a folder, sorted; `.` is the directory itself.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names = Vec::new();
        for entry in self.0.read_dir(folder)? {
            if names.len() == ENTRIES_MAX {
                return Err(ReadError::TooMany);
            }
            let name = entry?.file_name();
            let kind = match self.0.metadata(Path::new(folder).join(&name)) {
                Ok(metadata) if metadata.is_dir() => Entry::Folder,
                Err(error) if leads_out(&error) => Entry::LeadsOut,
                _ => Entry::File,
            };
            names.push((name.to_string_lossy().into_owned(), kind));
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }

    /// A file and its length, for who reads parts of it.
    pub(super) fn open_file(&self, path: &str) -> Result<(File, u64), ReadError> {
        let mut options = OpenOptions::new();
        // The opening of a pipe would wait until somebody writes into it.
        options.read(true).nonblock(true);
        let file = self.0.open_with(path, &options)?;
        let metadata = file.metadata()?;
        // A pipe would never end.
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(ReadError::NoFile);
        }
        Ok((file, metadata.len()))
    }

    /// The bytes of a file. Of more than [`FILE_MAX`] it is an error, also when the file grows while it is read.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let (file, length) = self.open_file(path)?;
        let mut bytes = Vec::new();
        if length <= FILE_MAX {
            file.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
        }
        if length.max(bytes.len() as u64) > FILE_MAX {
            return Err(ReadError::TooLarge);
        }
        Ok(bytes)
    }
}

/// Whether cap-std refused a path that leads out: an error of no system call.
fn leads_out(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn error(directory: &Directory, path: &str) -> String {
        directory.read(path).unwrap_err().to_string()
    }

    #[test]
    fn links_are_followed_within_and_not_out() {
        let place = tempfile::tempdir().unwrap();
        let content = place.path().join("content");
        fs::create_dir_all(content.join(".1/en")).unwrap();
        fs::write(content.join(".1/en/a.toml"), "a").unwrap();
        fs::write(place.path().join("secret"), "secret").unwrap();
        symlink(".1", content.join("..data")).unwrap();
        symlink("..data/en", content.join("en")).unwrap();
        symlink("../../../secret", content.join(".1/en/relative.toml")).unwrap();
        symlink(place.path().join("secret"), content.join(".1/en/absolute.toml")).unwrap();
        symlink(place.path(), content.join("fr")).unwrap();
        symlink("nowhere", content.join("gone")).unwrap();
        let directory = Directory::open(&content).unwrap();
        let listed = directory.list(".").unwrap();
        let kinds: Vec<(&str, Entry)> = listed.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        assert_eq!(
            kinds,
            [
                ("..data", Entry::Folder),
                (".1", Entry::Folder),
                ("en", Entry::Folder),
                ("fr", Entry::LeadsOut),
                ("gone", Entry::File),
            ]
        );
        assert_eq!(directory.read("en/a.toml").unwrap(), b"a");
        for path in ["en/relative.toml", "en/absolute.toml", "fr/secret", "../secret"] {
            assert_eq!(error(&directory, path), "it is a link that leads out of the content directory", "{path}");
        }
        assert!(directory.list("fr").is_err());
        // What the path means now is not asked again.
        fs::rename(&content, place.path().join("moved")).unwrap();
        assert_eq!(directory.read("en/a.toml").unwrap(), b"a");
    }

    #[test]
    fn a_file_that_becomes_a_link_is_read_as_it_was_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        fs::create_dir(path("content")).unwrap();
        fs::write(path("secret"), "secret").unwrap();
        let directory = Directory::open(&path("content")).unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    fs::write(path("file"), "words").unwrap();
                    fs::rename(path("file"), path("content/a.toml")).unwrap();
                    symlink(path("secret"), path("link")).unwrap();
                    fs::rename(path("link"), path("content/a.toml")).unwrap();
                }
            });
            let reads: Vec<Vec<u8>> = (0..2_000).filter_map(|_| directory.read("a.toml").ok()).collect();
            is_over.store(true, Ordering::Relaxed);
            assert!(reads.iter().all(|bytes| bytes == b"words"));
        });
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let made = std::process::Command::new("mkfifo").arg(place.path().join("pipe.toml")).status().unwrap();
        assert!(made.success());
        assert_eq!(error(&directory, "pipe.toml"), "it is not a file");
        let _socket = UnixListener::bind(place.path().join("socket.toml")).unwrap();
        assert!(directory.read("socket.toml").is_err());
        fs::create_dir(place.path().join("folder.toml")).unwrap();
        assert!(error(&directory, "folder.toml").starts_with("Is a directory"));
    }

    #[test]
    fn a_file_of_the_limit_is_read_and_a_larger_one_is_not() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        fs::write(place.path().join("a.toml"), vec![b'#'; FILE_MAX as usize]).unwrap();
        assert_eq!(directory.read("a.toml").unwrap().len() as u64, FILE_MAX);
        fs::write(place.path().join("a.toml"), vec![b'#'; FILE_MAX as usize + 1]).unwrap();
        assert_eq!(error(&directory, "a.toml"), "it is larger than 4 MB");
    }

    #[test]
    fn a_folder_with_more_than_is_listed_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        for n in 0..=ENTRIES_MAX {
            fs::write(place.path().join(n.to_string()), "").unwrap();
        }
        assert_eq!(directory.list(".").unwrap_err().to_string(), "it holds more than 10000 files");
    }
}
