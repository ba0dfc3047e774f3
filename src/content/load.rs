//! The way to a [`Content`]: a directory, the copy inside the binary, or files in memory are read and validated.

use std::path::Path;

use super::files::{Files, version};
use super::media::MediaFiles;
use super::{Content, Version, validate};
use crate::diag::{Code, Report, Severity, Source};

pub use super::edition::{Edition, Scope, today};
pub use super::files::ROOT_FILE;
pub use super::month::YearMonth;
pub(crate) use super::validate::{HeldOut, check_questions, unknown_expected, with_phrases_held_out};

/// A content, if there are no errors, and everything that is wrong or could be better.
#[derive(Debug)]
pub struct Loaded {
    /// The content; `None` when the report has errors.
    pub content: Option<Content>,
    /// What there is of a content with errors, for previews and `chat`: what is missing is shown by its key, `[buttons.home]`. Its pages may be
    /// longer and its buttons wider than Telegram takes. `None` of a content without errors, and where the tree or the languages
    /// are missing.
    pub damaged: Option<Content>,
    /// The problems, sorted, and the files.
    pub report: Report,
    /// What is known of clips and pictures.
    pub(crate) media: MediaFiles,
}

impl Loaded {
    /// What the files make, when all their problems are known: problems that follow from others are left out.
    pub(crate) fn new(content: Option<Content>, mut report: Report, media: MediaFiles) -> Self {
        let is_sound = report.count(Severity::Error) == 0;
        let (content, damaged) = if is_sound { (content, None) } else { (None, content) };
        validate::drop_follow_ons(&mut report);
        report.sort();
        report.quiet();
        report.merge_repeated(&[Code::UnknownId, Code::DeadReference]);
        Self { content, damaged, report, media }
    }

    /// The version of the files, whether or not they make a content.
    #[must_use]
    pub fn version(&self) -> Version {
        version(&self.report.sources, &self.media.files)
    }
}

/// Loads the content of a directory. `edition` is a day, for what readers see then, or says more: [`Edition`].
///
/// Files larger than 4 MB, more than 2,000 files or 16 MB in all, and links that lead out of the directory are errors. So is, of
/// any files, what would take much more memory than it has bytes: see `docs/content.md`.
#[must_use]
pub fn directory(directory: &Path, edition: impl Into<Edition>) -> Loaded {
    of_files(Files::read(directory), edition.into())
}

/// Loads the content inside the binary.
#[must_use]
pub fn shipped(edition: impl Into<Edition>) -> Loaded {
    of_files(Files::shipped(), edition.into())
}

/// The version of the content inside the binary, which is not loaded for it.
#[must_use]
pub fn shipped_version() -> Version {
    Files::shipped().version()
}

/// Loads the content of a directory; without one, that inside the binary.
#[must_use]
pub fn directory_or_shipped(path: Option<&Path>, edition: impl Into<Edition>) -> Loaded {
    let edition = edition.into();
    path.map_or_else(|| shipped(edition), |path| directory(path, edition))
}

/// Loads a content from files in memory: paths relative to the content directory, with `/`, and their bytes.
///
/// ```
/// use palabre::content::load;
/// use palabre::diag::Code;
///
/// let root = "sections = [{ id = \"well\", emoji = \"💧\" }]\nlanguages = { order = [\"en\"] }";
/// let loaded = load::memory([("palabre.toml", root.as_bytes())], load::today());
/// assert!(loaded.content.is_none());
/// assert!(loaded.report.diagnostics.iter().any(|problem| problem.code == Code::LanguageWithoutFolder));
/// ```
#[must_use]
pub fn memory<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>, edition: impl Into<Edition>) -> Loaded {
    of_files(Files::memory(entries), edition.into())
}

/// What readers see of a content of these files on its day; `None` when that is all of it.
pub(crate) fn as_published(content: &Content, sources: &[Source], media: &MediaFiles) -> Option<Content> {
    let files = Files::of_sources(sources, media);
    let published = of_files(files, content.edition.day.into()).content?;
    (published.sections().len() < content.sections().len()).then_some(published)
}

/// Loads the content of files that have been read.
pub(crate) fn of_files(files: Files, edition: Edition) -> Loaded {
    let media = files.media.clone();
    let (content, report) = validate::validate(files, edition);
    Loaded::new(content, report, media)
}
