//! The only place where a content's files are read: a directory or the copy inside the binary becomes [`Files`].
//!
//! What other programs leave beside a content is ignored (`stray`); a `.toml` file in a place where nothing reads it is reported.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::directory::{Directory, Entry, ReadError};
use super::media::{MediaFile, MediaFiles, MediaStore, is_media};
use super::stray;
use super::version::Version;
use crate::diag::{Code, Diagnostic, Location, Report, Severity, Source};
use crate::lang::Tag;
use crate::message;
use crate::messages::Message;

/// The content inside the binary.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// The name of the file that holds what has no language.
pub const ROOT_FILE: &str = "palabre.toml";

/// The name of the file that says of which text each translation was made. Tools write it; nothing that is shown depends on it.
pub(crate) const TRANSLATIONS_FILE: &str = "translations.toml";

/// The folder of the questions with which a content tests itself; it is no language's folder.
pub(crate) const TESTS_FOLDER: &str = "tests";

/// The most files of a directory that are read, and their bytes together: some hundred times as much as the shipped content has.
const FILES_MAX: usize = 2_000;
const BYTES_MAX: usize = 16 << 20;

/// The files of a content before they are parsed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// The texts, and what is wrong with files that have none.
    pub(crate) report: Report,
    /// Clips and pictures.
    pub(crate) media: MediaFiles,
    /// The names of the folders but [`TESTS_FOLDER`], whether or not they hold a file.
    pub(super) folders: Vec<String>,
    /// Whether there was more than is read.
    is_full: bool,
}

/// The identity of a content's files: of two that are equal, the second need not be loaded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    version: Version,
    folders: Vec<String>,
    /// The files that could not be read.
    errors: Vec<Diagnostic>,
}

/// What a file of a content holds, with the language tag where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    /// `palabre.toml`
    Root,
    /// `fr/interface.toml`: the bot's own sentences.
    Interface(&'a str),
    /// `fr/search.toml`: how people write the language.
    Search(&'a str),
    /// Any other file of a language's folder: the texts of sections.
    Sections(&'a str),
    /// `tests/fr.toml`: questions with their expected answers.
    Questions(&'a str),
    /// `translations.toml`: of which text each translation was made.
    Translations,
}

impl<'a> Role<'a> {
    /// The role of a file by its path in the content; `None` when nothing reads it.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        Some(match path.split_once('/') {
            None if path == ROOT_FILE => Self::Root,
            None if path == TRANSLATIONS_FILE => Self::Translations,
            None => return None,
            Some((TESTS_FOLDER, name)) => Self::Questions(name.trim_end_matches(".toml")),
            Some((language, "interface.toml")) => Self::Interface(language),
            Some((language, "search.toml")) => Self::Search(language),
            Some((language, _)) => Self::Sections(language),
        })
    }

    /// Whether what a bot says depends on the file.
    pub(crate) fn is_shown(self) -> bool {
        !matches!(self, Self::Questions(_) | Self::Translations)
    }
}

/// The version of the files that a bot answers from: the questions of `tests/` and the notes of the translators do not count.
pub(super) fn version(sources: &[Source], media: &BTreeMap<String, MediaFile>) -> Version {
    let is_shown = |source: &&Source| Role::of(&source.path).is_none_or(Role::is_shown);
    Version::of(sources.iter().filter(is_shown), media.iter().map(|(path, file)| (path.as_str(), file.digest)))
}

impl Files {
    /// Reads a directory. What cannot be read is reported.
    pub(crate) fn read(directory: &Path) -> Self {
        let mut files = Self::default();
        let shown = directory.display().to_string();
        match Directory::open(directory).and_then(|directory| Ok((directory.list(".")?, directory))) {
            Ok((entries, directory)) => {
                let directory = Arc::new(directory);
                for (name, entry) in entries {
                    if stray::is_ignored(&name) {
                        continue;
                    }
                    if entry == Entry::LeadsOut && !looks_like_toml(&name) {
                        files.leads_out(&name);
                    } else if is_folder(&name, entry) {
                        files.read_folder(&directory, &name);
                    } else if name == ROOT_FILE || name == TRANSLATIONS_FILE {
                        files.read_file(&directory, &name);
                    } else if name.eq_ignore_ascii_case(ROOT_FILE) {
                        files.not_read(&name, message!("rename it to `{name}`", name = ROOT_FILE));
                    } else if is_media(&name) {
                        files.read_media(&directory, &name);
                    } else if looks_like_toml(&name) {
                        files.not_read(&name, message!("put it into the folder of its language, as `fr/`"));
                    }
                }
                files.media.store = MediaStore::Directory(directory);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => files.report.error(
                Code::NoDirectory,
                Location::file(&shown),
                message!("there is no directory `{shown}`", shown),
                message!(
                    "name the directory that holds palabre.toml, or leave `--content` out to use the shipped content"
                ),
            ),
            Err(error) => files.unreadable(&shown, &error),
        }
        files
    }

    /// The copy inside the binary.
    pub(crate) fn shipped() -> Self {
        let files = SHIPPED.files().chain(SHIPPED.dirs().flat_map(Dir::files));
        let paths: Vec<_> =
            files.map(|file| (file.path().to_string_lossy().replace('\\', "/"), file.contents())).collect();
        let mut files = Self::memory(paths.iter().map(|(path, bytes)| (path.as_str(), *bytes)));
        files.media.store = MediaStore::Embedded(&SHIPPED);
        files
    }

    /// Files in memory, by their paths relative to the content directory, with `/`.
    pub(crate) fn memory<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let (mut files, mut media) = (Self::default(), BTreeMap::new());
        for (path, bytes) in entries {
            if path.split('/').any(stray::is_ignored) {
                continue;
            }
            if let Some((folder, _)) = path.split_once('/')
                && folder != TESTS_FOLDER
                && !files.folders.iter().any(|f| f == folder)
            {
                files.folders.push(folder.to_owned());
            }
            if is_media(path.rsplit('/').next().unwrap_or(path)) {
                files.media.add_bytes(path, bytes);
                media.insert(path.to_owned(), bytes.to_vec());
            } else {
                files.add(path, bytes);
            }
        }
        if !media.is_empty() {
            files.media.store = MediaStore::Memory(Arc::new(media));
        }
        files
    }

    /// Texts that have been read or are to be written, with the clips and pictures beside them.
    pub(crate) fn of_sources<'a>(sources: impl IntoIterator<Item = &'a Source>, media: &MediaFiles) -> Self {
        let entries = sources.into_iter().map(|source| (source.path.as_str(), source.text.as_bytes()));
        Self { media: media.clone(), ..Self::memory(entries) }
    }

    /// The version of the files; it costs a hash of all of them.
    pub(crate) fn version(&self) -> Version {
        version(&self.report.sources, &self.media.files)
    }

    /// The identity of the files, to be compared with that of others.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let errors = self.report.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        Fingerprint { version: self.version(), folders: self.folders.clone(), errors: errors.cloned().collect() }
    }

    fn read_folder(&mut self, directory: &Directory, folder: &str) {
        if folder != TESTS_FOLDER {
            self.folders.push(folder.to_owned());
        }
        match directory.list(folder) {
            Ok(entries) => {
                let has = |name: &str| entries.iter().any(|(other, _)| other == name);
                for (name, entry) in &entries {
                    let name = name.as_str();
                    let path = format!("{folder}/{name}");
                    if stray::is_ignored(name) {
                        continue;
                    }
                    if is_toml(name) && stray::is_copy(name, has) {
                        self.not_read(&path, message!("it is a copy that another program made: put what is new in it into the file itself, then delete it"));
                    } else if is_toml(name) {
                        self.read_file(directory, &path);
                    } else if is_media(name) && *entry == Entry::File && folder != TESTS_FOLDER {
                        self.read_media(directory, &path);
                    } else if is_folder(name, *entry) {
                        self.not_read(&path, message!("put its files into `{folder}/` itself", folder));
                    } else if looks_like_toml(name) {
                        self.not_read(&path, message!("let its name end in `.toml`"));
                    }
                }
            }
            Err(error) => self.unreadable(folder, &error),
        }
    }

    fn read_file(&mut self, directory: &Directory, path: &str) {
        if self.is_full {
            return;
        }
        match directory.read(path) {
            Ok(bytes) if self.has_room(bytes.len()) => self.add(path, &bytes),
            Ok(_) => self.full(path),
            Err(error) => self.unreadable(path, &error),
        }
    }

    /// Looks into a clip or a picture.
    fn read_media(&mut self, directory: &Directory, path: &str) {
        if self.is_full {
            return;
        }
        if self.media.files.len() >= FILES_MAX {
            return self.full(path);
        }
        self.media.add_file(directory, path);
    }

    fn has_room(&self, bytes: usize) -> bool {
        let read: usize = self.report.sources.iter().map(|source| source.text.len()).sum();
        self.report.sources.len() < FILES_MAX && read + bytes <= BYTES_MAX
    }

    /// Reports the first file that is too much; those behind it are not read.
    fn full(&mut self, path: &str) {
        self.is_full = true;
        self.report.error(
            Code::Unreadable,
            Location::file(path),
            message!(
                "`{path}` and what follows is too much: {max} files and 16 MB are the most",
                path,
                max = FILES_MAX
            ),
            message!("take out what is no content; is this the right directory?"),
        );
    }

    /// A link instead of a folder. Only where words are looked for is it more than a warning.
    fn leads_out(&mut self, name: &str) {
        if name == TESTS_FOLDER || Tag::new(name).is_some() {
            self.folders.extend((name != TESTS_FOLDER).then(|| name.to_owned()));
            self.unreadable(name, &ReadError::LeadsOut);
        } else {
            self.not_read(name, message!("it is a link that leads out of the content directory: take it out"));
        }
    }

    fn not_read(&mut self, path: &str, help: Message) {
        self.report.warning(Code::NotRead, Location::file(path), message!("`{path}` is not read", path), help);
    }

    fn unreadable(&mut self, path: &str, error: &ReadError) {
        self.report.error(
            Code::Unreadable,
            Location::file(path),
            message!("`{path}` cannot be read: {reason}", path, reason = error.message()),
            message!("make it a file that the user who runs palabre may read"),
        );
    }

    /// Adds a file, with the problems of its encoding.
    fn add(&mut self, path: &str, bytes: &[u8]) {
        let (bytes, has_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
                self.report.error(
                    Code::NotUtf8,
                    Location::file(path),
                    message!("`{path}` is not UTF-8: line {line} holds a byte that is not", path, line),
                    message!("save the file as UTF-8 (in most editors: Save as, Encoding, UTF-8)"),
                );
                return;
            }
        };
        if has_mark {
            self.report.warning(
                Code::ByteOrderMark,
                Location::file(path),
                message!("`{path}` begins with a byte order mark", path),
                message!("save it as UTF-8 without BOM (in most editors: Save as, Encoding); it is read all the same"),
            );
        }
        if let Some(at) = text.find("\r\n") {
            self.report.warning(
                Code::CarriageReturn,
                Location::span(path, at..at + 1),
                message!("`{path}` has Windows line ends (CRLF)", path),
                message!("save it with Unix line ends (in most editors: Line endings, LF); it is read all the same"),
            );
        }
        // A full disk leaves such files. Nobody would notice that the words are gone.
        if text.trim().is_empty() && Role::of(path).is_some_and(Role::is_shown) {
            self.report.error(
                Code::EmptyFile,
                Location::file(path),
                message!("`{path}` is empty", path),
                message!("write its words again, from a backup perhaps; if nothing shall stand in it, delete it"),
            );
        }
        self.report.sources.push(Source { path: path.to_owned(), text });
    }
}

/// Whether a file of a folder is read, by its name.
pub(crate) fn is_toml(name: &str) -> bool {
    !stray::is_ignored(name) && Path::new(name).extension().is_some_and(|e| e == "toml")
}

/// Whether an editor may think that a file is one of the content's.
fn looks_like_toml(name: &str) -> bool {
    !stray::is_ignored(name) && name.to_ascii_lowercase().contains(".toml")
}

/// Whether something is looked into; a directory by the name of a file is reported as one.
pub(crate) fn is_folder(name: &str, entry: Entry) -> bool {
    entry == Entry::Folder && !is_toml(name) && !stray::is_ignored(name)
}
