//! The only place where files are read: a directory, or the copy inside the binary, becomes a [`Content`].

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::{Content, Version, validate};
use crate::diag::{Code, Diagnostic, Place, Report, Severity, Source};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// The name of the file that holds what has no language.
pub const ROOT_FILE: &str = "palabre.toml";

/// The folder of the questions that `check` asks; it holds no language's words.
pub(crate) const TESTS_FOLDER: &str = "tests";

/// The largest file that is read, in bytes: far more than anybody writes, and far less than memory.
const FILE_MAX: u64 = 4 << 20;

/// The files of a content before anything is known of what they say.
#[derive(Debug, Default)]
pub struct Files {
    pub(crate) report: Report,
    /// The folders, whether or not they hold a file.
    pub(crate) folders: Vec<String>,
}

/// A content, if there are no errors, and everything that is wrong or could be better.
#[derive(Debug)]
pub struct Loaded {
    /// The content; `None` when the report has errors.
    pub content: Option<Content>,
    /// The problems, sorted.
    pub report: Report,
}

impl Loaded {
    /// Which words these are, whether or not they can be used.
    #[must_use]
    pub fn version(&self) -> Version {
        Version::of(&self.report.sources)
    }
}

/// What a content is made of, to be compared: of two that are equal, one need not be loaded after the other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    version: Version,
    folders: Vec<String>,
    /// What could not be read.
    errors: Vec<Diagnostic>,
}

/// The month that is now, for the age of facts.
#[must_use]
pub fn this_month() -> YearMonth {
    use chrono::Datelike;
    let today = crate::clock::today();
    YearMonth { year: today.year(), month: today.month() }
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonth {
    /// The year of the common era.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl YearMonth {
    /// Reads `2016-09`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    /// How many months lie between this month and a later one; negative when it is earlier.
    #[must_use]
    pub fn months_until(self, later: Self) -> i64 {
        (i64::from(later.year) - i64::from(self.year)) * 12 + i64::from(later.month) - i64::from(self.month)
    }
}

/// Loads the content of a directory.
#[must_use]
pub fn directory(directory: &Path, now: YearMonth) -> Loaded {
    Files::of_bot(directory).load(now)
}

/// Loads the content of a directory, or that inside the binary, and asks its own questions: for editors, who have the
/// time.
#[must_use]
pub fn with_questions(directory: Option<&Path>, now: YearMonth) -> Loaded {
    validate::validate(directory.map_or_else(Files::shipped, Files::read), now, true)
}

/// Loads the content inside the binary.
#[must_use]
pub fn shipped(now: YearMonth) -> Loaded {
    Files::shipped().without_questions().load(now)
}

/// Loads a content from files in memory: paths relative to the content directory, with `/`, and their bytes.
#[must_use]
pub fn memory<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>, now: YearMonth) -> Loaded {
    let mut files = Files::default();
    for (path, bytes) in entries {
        if let Some((folder, _)) = path.split_once('/')
            && folder != TESTS_FOLDER
            && !files.folders.iter().any(|f| f == folder)
        {
            files.folders.push(folder.to_owned());
        }
        files.add(path, bytes);
    }
    validate::validate(files, now, false)
}

impl Files {
    /// The files of a directory that a running bot is made of.
    pub(crate) fn of_bot(directory: &Path) -> Self {
        Self::read(directory).without_questions()
    }

    /// The content that they make.
    pub(crate) fn load(self, now: YearMonth) -> Loaded {
        validate::validate(self, now, false)
    }

    /// Which words these are.
    pub(crate) fn version(&self) -> Version {
        Version::of(&self.report.sources)
    }

    /// What they are, to be compared with others.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let errors = self.report.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        Fingerprint { version: self.version(), folders: self.folders.clone(), errors: errors.cloned().collect() }
    }

    /// Without the questions of `tests/`, which a bot that runs has no use for.
    fn without_questions(mut self) -> Self {
        self.report.sources.retain(|source| !is_question(&source.path));
        self
    }

    fn shipped() -> Self {
        let mut files = Self::default();
        for entry in SHIPPED.files() {
            files.add(&entry.path().to_string_lossy(), entry.contents());
        }
        for folder in SHIPPED.dirs() {
            if folder.path() != Path::new(TESTS_FOLDER) {
                files.folders.push(folder.path().to_string_lossy().into_owned());
            }
            for entry in folder.files() {
                files.add(&entry.path().to_string_lossy(), entry.contents());
            }
        }
        files
    }

    fn read(directory: &Path) -> Self {
        let mut files = Self::default();
        let shown = directory.display().to_string();
        match list(directory) {
            Ok(entries) => {
                for (name, is_folder) in entries {
                    if is_folder {
                        files.read_folder(directory, &name);
                    } else if name == ROOT_FILE {
                        files.read_file(directory, &name);
                    } else if name.eq_ignore_ascii_case(ROOT_FILE) {
                        files.not_read(&name, format!("rename it to `{ROOT_FILE}`"));
                    } else if looks_like_toml(&name) {
                        files.not_read(&name, "put it into the folder of its language, as `fr/`".into());
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => files.report.error(
                Code::NoDirectory,
                Place::file(&shown),
                format!("there is no directory `{shown}`"),
                "name the directory that holds palabre.toml, or leave `--content` out to use the shipped content",
            ),
            Err(error) => files.unreadable(&shown, &error),
        }
        files
    }

    fn read_folder(&mut self, directory: &Path, folder: &str) {
        if folder != TESTS_FOLDER {
            self.folders.push(folder.to_owned());
        }
        match list(&directory.join(folder)) {
            Ok(entries) => {
                for (name, is_folder) in entries {
                    let path = format!("{folder}/{name}");
                    if is_toml(&name) {
                        self.read_file(directory, &path);
                    } else if is_folder {
                        self.not_read(&path, format!("put its files into `{folder}/` itself"));
                    } else if looks_like_toml(&name) {
                        self.not_read(&path, "let its name end in `.toml`".into());
                    }
                }
            }
            Err(error) => self.unreadable(folder, &error),
        }
    }

    fn read_file(&mut self, directory: &Path, path: &str) {
        match read_inside(directory, path) {
            Ok(bytes) => self.add(path, &bytes),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn not_read(&mut self, path: &str, help: String) {
        self.report.warning(Code::NotRead, Place::file(path), format!("`{path}` is not read"), help);
    }

    fn unreadable(&mut self, path: &str, error: &std::io::Error) {
        self.report.error(
            Code::Unreadable,
            Place::file(path),
            format!("`{path}` cannot be read: {error}"),
            "make it a file that the user who runs palabre may read",
        );
    }

    /// Takes a file in, with what its bytes alone tell.
    fn add(&mut self, path: &str, bytes: &[u8]) {
        let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
                self.report.error(
                    Code::NotUtf8,
                    Place::file(path),
                    format!("`{path}` is not UTF-8: line {line} holds a byte that is not"),
                    "save the file as UTF-8 (in most editors: Save as, Encoding, UTF-8)",
                );
                return;
            }
        };
        if marked {
            self.report.warning(
                Code::ByteOrderMark,
                Place::file(path),
                format!("`{path}` begins with a byte order mark"),
                "save it as UTF-8 without BOM (in most editors: Save as, Encoding); it is read all the same",
            );
        }
        if let Some(at) = text.find("\r\n") {
            self.report.warning(
                Code::CarriageReturn,
                Place::span(path, at..at + 1),
                format!("`{path}` has Windows line ends (CRLF)"),
                "save it with Unix line ends (in most editors: Line endings, LF); it is read all the same",
            );
        }
        self.report.sources.push(Source { path: path.to_owned(), text });
    }
}

/// Reads a file that lies in the directory, links within it followed (so Kubernetes mounts a ConfigMap). One that leads out
/// is not read: a report shows lines of what is broken, and they could be those of a secret.
fn read_inside(directory: &Path, path: &str) -> std::io::Result<Vec<u8>> {
    let file = directory.join(path).canonicalize()?;
    if !file.starts_with(directory.canonicalize()?) {
        return Err(std::io::Error::other("it is a link that leads out of the content directory"));
    }
    let metadata = file.metadata()?;
    if metadata.len() > FILE_MAX {
        return Err(std::io::Error::other("it is larger than 4 MB"));
    }
    // A pipe would never end.
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(std::io::Error::other("it is not a file"));
    }
    std::fs::read(file)
}

/// Whether a file, by its path in the content, holds questions that `check` asks.
pub(crate) fn is_question(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| folder == TESTS_FOLDER)
}

fn is_toml(name: &str) -> bool {
    // Editors' temporary and hidden files are nobody's content.
    !name.starts_with(['.', '#']) && Path::new(name).extension().is_some_and(|e| e == "toml")
}

/// Whether an editor may think that a file is one of the content's.
fn looks_like_toml(name: &str) -> bool {
    !name.starts_with(['.', '#']) && name.to_ascii_lowercase().contains(".toml") && !name.ends_with('~')
}

/// The names in a directory that are not hidden, sorted, each with whether it is a directory.
pub(crate) fn list(directory: &Path) -> std::io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.path().is_dir() && !is_toml(&name);
        if !name.starts_with('.') {
            names.push((name, is_folder));
        }
    }
    names.sort();
    Ok(names)
}
