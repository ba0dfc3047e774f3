//! Voice clips and pictures: that they are there, can be used, and are used once.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::Folder;
use super::tree::Tree;
use crate::content::files::ROOT_FILE;
use crate::content::media::{MediaFile, MediaFiles, MediaFormat, MediaStore};
use crate::content::schema::{RawRoot, Spanned};
use crate::content::{Clip, Content, Image};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::message;
use crate::messages::Message;

/// The keys of an interface that name the clips of pages that are no sections.
pub(super) const HOME_CLIP: &str = "voices.home";
pub(super) const HELP_CLIP: &str = "voices.help";
/// Characters a second of somebody who reads aloud slowly.
const SLOW_READING: usize = 10;
/// What a clip may last longer than its text: a greeting, a pause.
const SPARE: Duration = Duration::from_secs(20);
/// Characters in which a clip names a button: "touch …".
const BUTTON: usize = 30;

/// Whether a page is said to have a clip.
pub(super) fn names_clips(folders: &[Folder<'_>]) -> bool {
    folders.iter().any(|folder| named_clips(folder).next().is_some())
}

/// The clips that a language names, each with the file that does.
fn named_clips<'a>(folder: &'a Folder<'a>) -> impl Iterator<Item = (&'a Source, &'a Spanned<String>)> {
    let of_pages = folder
        .interface
        .iter()
        .flat_map(|(file, raw)| [HOME_CLIP, HELP_CLIP].into_iter().map(move |key| (*file, raw.get(key))));
    let of_sections = folder.texts.iter().map(|(file, raw)| (*file, raw.voice.as_ref()));
    of_pages.chain(of_sections).filter_map(|(file, written)| Some((file, written?)))
}

/// What is known of the files of a content that hold no words.
#[derive(Clone, Copy)]
pub(super) struct Media<'a>(&'a MediaFiles);

impl<'a> Media<'a> {
    pub(super) fn new(files: &'a MediaFiles) -> Self {
        Self(files)
    }

    pub(super) fn store(self) -> MediaStore {
        self.0.store.clone()
    }

    /// The clip that a file of a language names.
    pub(super) fn clip(
        self,
        file: &Source,
        folder: &str,
        written: &Spanned<String>,
        report: &mut Report,
    ) -> Option<Clip> {
        let (path, found) = self.find(file, &format!("{folder}/"), written, report)?;
        match found.format {
            Ok(MediaFormat::Clip { milliseconds }) => {
                Some(Clip { path: path.into(), duration: Duration::from_millis(milliseconds), bytes: found.bytes })
            }
            Ok(MediaFormat::Picture { .. }) => {
                unusable(file, written, &path, message!("it is a picture"), report);
                None
            }
            Err(error) => {
                unusable(file, written, &path, error.message(), report);
                None
            }
        }
    }

    /// The picture that `palabre.toml` names.
    pub(super) fn picture(self, file: &Source, written: &Spanned<String>, report: &mut Report) -> Option<Image> {
        self.image(file, written, false, report)
    }

    /// The picture of a profile, of which Telegram takes a JPEG alone (Bot API, `InputProfilePhotoStatic`).
    pub(super) fn profile_picture(
        self,
        file: &Source,
        written: &Spanned<String>,
        report: &mut Report,
    ) -> Option<Image> {
        self.image(file, written, true, report)
    }

    fn image(self, file: &Source, written: &Spanned<String>, only_jpeg: bool, report: &mut Report) -> Option<Image> {
        let (path, found) = self.find(file, "", written, report)?;
        let reason = match found.format {
            Ok(MediaFormat::Picture { is_jpeg: false, .. }) if only_jpeg => message!("it is no JPEG"),
            Ok(MediaFormat::Picture { width, height, .. }) => return Some(Image { path: path.into(), width, height }),
            Ok(MediaFormat::Clip { .. }) => message!("it is a voice clip"),
            Err(error) => error.message(),
        };
        unusable(file, written, &path, reason, report);
        None
    }

    fn find(
        self,
        file: &Source,
        prefix: &str,
        written: &Spanned<String>,
        report: &mut Report,
    ) -> Option<(String, &'a MediaFile)> {
        let path = format!("{prefix}{}", written.value);
        if let Some(found) = self.0.files.get(&path) {
            return Some((path, found));
        }
        let beside =
            || self.0.files.keys().filter_map(|path| path.strip_prefix(prefix)).filter(|name| !name.contains('/'));
        let help = match did_you_mean(&written.value, beside()) {
            Some(near) => message!("did you mean `{near}`?", near),
            None if written.value.contains(['/', '\\']) => {
                message!("write the name of a file alone; it stands beside the file that names it")
            }
            None => message!("put the file there, or take this line out"),
        };
        report.error(Code::MissingFile, written.location(file), message!("there is no file `{path}`", path), help);
        None
    }

    /// What is to be said of all files together.
    pub(super) fn check(
        self,
        root: &RawRoot,
        tree: &Tree<'_>,
        content: &Content,
        folders: &[Folder<'_>],
        report: &mut Report,
    ) {
        let named = |folder: &Folder<'_>| -> Vec<String> {
            named_clips(folder).map(|(_, written)| format!("{}/{}", folder.name, written.value)).collect()
        };
        let pictures = tree.nodes.iter().filter_map(|node| node.raw.picture.as_ref()).chain(&root.bot.picture);
        let used: HashSet<String> =
            folders.iter().flat_map(named).chain(pictures.map(|written| written.value.clone())).collect();
        // What lies in a folder of no language is reported as a whole.
        let is_of_language = |path: &str| {
            path.split_once('/').is_none_or(|(folder, _)| folders.iter().any(|language| language.name == folder))
        };
        for path in self.0.files.keys().filter(|path| !used.contains(*path) && is_of_language(path)) {
            report.warning(
                Code::UnusedFile,
                Location::file(path),
                message!("nothing names `{path}`", path),
                message!(
                    "name it: `voice = \"…\"` beside a section's words, `picture = \"…\"` in {root}; or delete it",
                    root = ROOT_FILE
                ),
            );
        }
        self.check_same(folders, report);
        check_lengths(tree, content, folders, report);
    }

    /// Reports clips that are those of other pages.
    fn check_same(self, folders: &[Folder<'_>], report: &mut Report) {
        let mut seen: HashMap<u64, String> = HashMap::new();
        for folder in folders {
            for (file, written) in named_clips(folder) {
                let path = format!("{}/{}", folder.name, written.value);
                let Some(found) = self.0.files.get(&path).filter(|found| found.format.is_ok()) else { continue };
                if let Some(other) = seen.insert(found.digest, path.clone()) {
                    let message = match path == other {
                        true => message!("two pages have the clip `{path}`", path),
                        false => message!("`{path}` is the same clip as `{other}`", path, other),
                    };
                    report.warning(
                        Code::SameClip,
                        written.location(file),
                        message,
                        message!("give each page its own: who listens knows by it where they are"),
                    );
                }
            }
        }
    }
}

/// Reports clips of sections that are much longer than reading their words takes: those of another page, most likely.
fn check_lengths(tree: &Tree<'_>, content: &Content, folders: &[Folder<'_>], report: &mut Report) {
    for folder in folders {
        for (source, raw) in &folder.texts {
            let (Some(written), Some(&section)) = (&raw.voice, tree.by_id.get(&*raw.id.value)) else { continue };
            let text = content.section_text(section, folder.lang);
            let Some(clip) = &text.clip else { continue };
            let body: usize = text.pages.iter().map(|page| page.as_str().chars().count()).sum();
            let buttons = content.section(section).children.len() + 2;
            let characters = text.title.chars().count() + body + buttons * BUTTON;
            let longest = Duration::from_secs((characters / SLOW_READING) as u64) + SPARE;
            if clip.duration > longest {
                report.warning(
                    Code::LongClip,
                    written.location(source),
                    message!(
                        "the clip of `{id}` lasts {length}; to read its words takes {longest} s at most",
                        id = raw.id.value,
                        length = clip.length(),
                        longest = longest.as_secs()
                    ),
                    message!("is it the clip of another page? If not, cut what is not in the words"),
                );
            }
        }
    }
}

fn unusable(file: &Source, written: &Spanned<String>, path: &str, reason: Message, report: &mut Report) {
    report.error(
        Code::UnusableFile,
        written.location(file),
        message!("`{path}` cannot be used: {reason}", path, reason),
        message!(
            "clips are Opus in Ogg of at most 1 MB and three minutes; pictures are JPEG, PNG or WebP of at most 1 MB"
        ),
    );
}
