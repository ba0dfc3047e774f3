//! Where to look for changes: the directories on the way to the content's files, through every symbolic link, and the
//! names in them that matter.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RenameMode};

use super::settle::Notice;
use crate::content::files;

/// inotify watches a directory alone, for next to nothing: so each on the way is watched, and the content is found again
/// when one of them is moved or replaced. Elsewhere (FSEvents) a watch is of everything below: only what is a link or
/// holds the content is.
const EACH_DIRECTORY: bool = cfg!(any(target_os = "linux", target_os = "android"));
/// Only inotify tells that a file is closed after it was written.
const TELLS_CLOSING: bool = EACH_DIRECTORY;
/// Links on one way: Linux follows as many (path_resolution(7)).
const LINKS_MAX: usize = 40;

/// Where to look, as the file system is now. Paths are real: no part of them but the last is a link.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// What stands on the way to a file of the content, whether it is there or not.
    names: BTreeSet<PathBuf>,
    /// The content directory and the folders of its languages: any file in them may be one of the content's.
    folders: BTreeSet<PathBuf>,
}

impl Places {
    /// The places of the content of a directory, given by an absolute path.
    pub(super) fn of(directory: &Path) -> Self {
        let mut places = Self::default();
        let root = places.follow(PathBuf::from("/"), directory);
        for (name, is_folder) in files::list(&root).unwrap_or_default() {
            let entry = places.follow(root.clone(), Path::new(&name));
            if !is_folder || name == files::TESTS_FOLDER {
                continue;
            }
            for (file, _) in files::list(&entry).unwrap_or_default() {
                places.follow(entry.clone(), Path::new(&file));
            }
            places.folders.insert(entry);
        }
        places.folders.insert(root);
        places
    }

    /// Goes the way that the system goes from a real directory, notes each name on it, and gives the real path.
    fn follow(&mut self, from: PathBuf, way: &Path) -> PathBuf {
        let steps = |way: &Path| way.components().rev().map(|c| c.as_os_str().to_owned()).collect::<Vec<OsString>>();
        let (mut at, mut left, mut links) = (from, steps(way), 0);
        while let Some(step) = left.pop() {
            match Path::new(&step).components().next() {
                Some(Component::RootDir) => at = PathBuf::from("/"),
                Some(Component::ParentDir) => {
                    at.pop();
                }
                Some(Component::Normal(name)) => {
                    let next = at.join(name);
                    let target = fs::read_link(&next).ok().filter(|_| links < LINKS_MAX);
                    if EACH_DIRECTORY || target.is_some() || left.is_empty() {
                        self.names.insert(next.clone());
                    }
                    match target {
                        Some(target) => {
                            links += 1;
                            left.extend(steps(&target));
                        }
                        None => at = next,
                    }
                }
                _ => {}
            }
        }
        at
    }

    /// The directories to be watched, those that are there.
    pub(super) fn directories(&self) -> BTreeSet<&Path> {
        let parents = self.names.iter().filter_map(|name| name.parent());
        parents.chain(self.folders.iter().map(PathBuf::as_path)).filter(|directory| directory.is_dir()).collect()
    }

    /// What an event of the file system means for the content; `None` when it means nothing.
    pub(super) fn notice(&self, event: &notify::Event) -> Option<Notice> {
        if event.need_rescan() {
            return Some(Notice::Other);
        }
        // A renaming comes as two events of one path each, and as a third of both.
        let path = event.paths.iter().rev().find(|path| self.matters(path))?.clone();
        Some(match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Notice::Done(path),
            // Whoever reads the files, such as this program, does not change them.
            EventKind::Access(_) => return None,
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) if path.is_dir() => {
                Notice::Folder
            }
            // A link is complete when it is there.
            EventKind::Create(CreateKind::File) if TELLS_CLOSING && !path.is_symlink() => Notice::Writing(path),
            EventKind::Modify(ModifyKind::Data(_)) if TELLS_CLOSING => Notice::Writing(path),
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => Notice::Done(path),
            _ => Notice::Other,
        })
    }

    fn matters(&self, path: &Path) -> bool {
        let is_ours = || path.parent().is_some_and(|parent| self.folders.contains(parent));
        // What hides is an editor's business, unless it leads to the content, as `..data` of a ConfigMap does.
        let is_temporary = || {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(['.', '#']) || name.ends_with('~')
        };
        self.names.contains(path) || (is_ours() && !is_temporary())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::os::unix::fs::symlink;

    use notify::Event;
    use notify::event::{DataChange, MetadataKind, RemoveKind};

    use super::*;

    fn event(kind: EventKind, path: &Path) -> Event {
        Event::new(kind).add_path(path.to_owned())
    }

    #[test]
    fn every_link_on_the_way_is_noted() {
        let temporary = tempfile::tempdir().unwrap();
        let base = temporary.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("releases/2/content/fr")).unwrap();
        fs::write(base.join("releases/2/content/fr/a.toml"), "").unwrap();
        symlink("releases/2", base.join("current")).unwrap();
        symlink(base.join("current/content"), base.join("content")).unwrap();
        let places = Places::of(&base.join("releases/../content"));
        for name in ["content", "current", "releases/2", "releases/2/content/fr", "releases/2/content/fr/a.toml"] {
            assert!(places.names.contains(&base.join(name)), "{name}: {places:?}");
        }
        assert_eq!(
            places.folders.iter().collect::<Vec<_>>(),
            [&base.join("releases/2/content"), &base.join("releases/2/content/fr")]
        );
        assert!(places.directories().contains(base.as_path()));
    }

    #[test]
    fn a_circle_of_links_ends() {
        let temporary = tempfile::tempdir().unwrap();
        symlink("b", temporary.path().join("a")).unwrap();
        symlink("a", temporary.path().join("b")).unwrap();
        let places = Places::of(&temporary.path().join("a"));
        assert!(!places.directories().is_empty());
    }

    #[test]
    fn what_editors_leave_beside_the_content_means_nothing() {
        let temporary = tempfile::tempdir().unwrap();
        let base = temporary.path().canonicalize().unwrap();
        fs::write(base.join("palabre.toml"), "").unwrap();
        let places = Places::of(&base);
        let created = EventKind::Create(CreateKind::File);
        for name in [".palabre.toml.swp", "palabre.toml~", "#palabre.toml#", ".#palabre.toml", ".git"] {
            assert_eq!(places.notice(&event(created, &base.join(name))), None, "{name}");
        }
        let beside = base.parent().unwrap().join("beside.toml");
        assert_eq!(places.notice(&event(created, &beside)), None);
        let file = base.join("palabre.toml");
        assert_eq!(places.notice(&event(created, &file)), Some(Notice::Writing(file.clone())));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(places.notice(&event(written, &file)), Some(Notice::Writing(file.clone())));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert_eq!(places.notice(&event(closed, &file)), Some(Notice::Done(file.clone())));
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert_eq!(places.notice(&event(opened, &file)), None);
        let permitted = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        assert_eq!(places.notice(&event(permitted, &file)), Some(Notice::Other));
        let removed = EventKind::Remove(RemoveKind::Folder);
        assert_eq!(places.notice(&event(removed, &base)), Some(Notice::Done(base.clone())));
    }
}
