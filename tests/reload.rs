//! A content that changes while it is served, in each way in which editors, deployments and Kubernetes change files.
//!
//! That something is *not* announced is shown by what is announced next, or by a second content that is watched too and
//! changed later: when it has settled, the first would have.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use palabre::content::Content;
use palabre::content::load::{self, Loaded};
use palabre::content::watch::Watch;
use palabre::diag::Code;
use tempfile::TempDir;

use crate::diagnostics::lay_over;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(60);
const WELL: &str = "en/well.toml";

// It is loaded on one thread and answers on another.
const fn is_send<T: Send>() {}
const _: () = is_send::<Loaded>();

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/base")
}

/// The words of the well under another title.
fn well(title: &str) -> String {
    let words = fs::read_to_string(base().join(WELL)).unwrap();
    let (before, after) = words.split_once("title = \"The well\"").unwrap();
    format!("{before}title = \"{title}\"{after}")
}

/// The title under which a content shows the well.
fn title(loaded: &Loaded) -> String {
    let content = loaded.content.as_ref().unwrap_or_else(|| panic!("{}", loaded.report.to_text(false)));
    shown(content).to_owned()
}

fn shown(content: &Content) -> &str {
    &content.section_text(content.find("well").unwrap(), content.default_language()).title
}

/// A directory that is watched, somewhere in a temporary one.
struct Watched {
    place: TempDir,
    content: PathBuf,
    watch: Watch,
    runtime: tokio::runtime::Runtime,
}

impl Watched {
    /// The base, as a plain directory `content`.
    fn plain() -> Self {
        Self::with(|place| {
            lay_over(&base(), &place.join("content"));
            place.join("content")
        })
    }

    /// Something laid out in a new directory, which gives the path of the content.
    fn with(lay_out: impl FnOnce(&Path) -> PathBuf) -> Self {
        let place = tempfile::tempdir().unwrap();
        let content = lay_out(place.path());
        let served = load::directory(&content, load::this_month());
        assert!(served.content.is_some(), "{}", served.report.to_text(false));
        let watch = Watch::start(&content, served.version()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { place, content, watch, runtime }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.content.join(name), text).unwrap();
    }

    /// What is announced next.
    #[track_caller]
    fn next(&mut self) -> Loaded {
        let next = async { tokio::time::timeout(PATIENCE, self.watch.changed()).await };
        self.runtime.block_on(next).expect("the change is noticed")
    }

    /// The next announcement of this kind: a slow machine may take longer over a change than it takes to settle.
    #[track_caller]
    fn next_with(&mut self, wanted: impl Fn(&Loaded) -> bool) -> Loaded {
        loop {
            let loaded = self.next();
            if wanted(&loaded) {
                return loaded;
            }
        }
    }

    /// Makes several changes that are one, however slow the machine: a file is open all the while.
    fn at_once(&self, change: impl FnOnce()) {
        let open = File::create(self.content.join("en/open")).unwrap();
        change();
        drop(open);
        fs::remove_file(self.content.join("en/open")).unwrap();
    }

    /// The title of the well in what is announced next.
    #[track_caller]
    fn next_title(&mut self) -> String {
        title(&self.next())
    }

    /// Nothing has been announced so far.
    #[track_caller]
    fn expect_nothing(&mut self) {
        let now = async { tokio::time::timeout(Duration::ZERO, self.watch.changed()).await };
        assert!(self.runtime.block_on(now).is_err(), "nothing has been worth announcing");
    }
}

/// As much time passes as a change needs to be noticed, to settle and to be loaded.
fn let_settle() {
    let mut other = Watched::plain();
    other.write(WELL, &well("Another place"));
    other.next();
}

#[test]
fn an_edit_is_announced_once() {
    let mut watched = Watched::plain();
    watched.write(WELL, &well("The new well"));
    let loaded = watched.next();
    assert!(title(&loaded).contains("The new well"));
    assert_eq!(loaded.content.as_ref().unwrap().version(), loaded.version());
    let_settle();
    watched.expect_nothing();
}

#[test]
fn a_change_before_the_watch_begins_is_not_missed() {
    let place = tempfile::tempdir().unwrap();
    lay_over(&base(), place.path());
    let served = load::directory(place.path(), load::this_month()).version();
    fs::write(place.path().join(WELL), well("The early well")).unwrap();
    let mut watch = Watch::start(place.path(), served).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let next = runtime.block_on(async { tokio::time::timeout(PATIENCE, watch.changed()).await.unwrap() });
    assert!(title(&next).contains("The early well"));
}

#[test]
fn a_wait_that_is_dropped_loses_nothing() {
    let mut watched = Watched::plain();
    for _ in 0..100 {
        watched.expect_nothing();
    }
    watched.write(WELL, &well("The new well"));
    let_settle();
    drop(watched.watch.changed());
    assert!(watched.next_title().contains("The new well"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_is_waited_for_until_it_is_closed() {
    let mut watched = Watched::plain();
    let text = well("The whole well");
    // The first half makes a sound content, too: nothing but its being open tells that more is to come.
    let (first, second) = text.split_at(text.find("ask = ").unwrap());
    let mut file = File::create(watched.content.join(WELL)).unwrap();
    let_settle();
    watched.expect_nothing();
    file.write_all(first.as_bytes()).unwrap();
    let_settle();
    watched.expect_nothing();
    file.write_all(second.as_bytes()).unwrap();
    drop(file);
    let whole = watched.next();
    assert!(title(&whole).contains("The whole well"));
    assert!(!whole.report.diagnostics.iter().any(|d| d.code == Code::FewAsk));
}

#[test]
#[cfg(target_os = "linux")]
fn a_new_file_is_waited_for_from_its_first_moment() {
    let mut watched = Watched::plain();
    fs::remove_file(watched.content.join("en/school.toml")).unwrap();
    assert!(watched.next().content.is_none(), "nothing else has these words");
    let mut file = File::create(watched.content.join("en/school.toml")).unwrap();
    let_settle();
    watched.expect_nothing();
    file.write_all(&fs::read(base().join("en/school.toml")).unwrap()).unwrap();
    drop(file);
    assert!(watched.next().content.is_some());
}

#[test]
fn a_file_is_renamed_over_the_old_one() {
    let mut watched = Watched::plain();
    for title in ["The second well", "The third well"] {
        watched.write("en/.well.toml.part", &well(title));
        fs::rename(watched.content.join("en/.well.toml.part"), watched.content.join(WELL)).unwrap();
        assert!(watched.next_title().contains(title));
    }
}

#[test]
fn what_editors_leave_beside_a_file_is_not_announced() {
    let mut watched = Watched::plain();
    for name in [".well.toml.swp", "well.toml~", "#well.toml#", "4913", "well.toml___jb_tmp___", "well.toml.part"] {
        watched.write(&format!("en/{name}"), "neither TOML nor anybody's words");
    }
    symlink("somebody@somewhere.1", watched.content.join("en/.#well.toml")).unwrap();
    let_settle();
    watched.expect_nothing();
    // As vim writes: the old file becomes the backup, a new one takes its name, the backup goes.
    watched.at_once(|| {
        fs::rename(watched.content.join(WELL), watched.content.join("en/well.toml~")).unwrap();
        watched.write(WELL, &well("The edited well"));
        fs::remove_file(watched.content.join("en/well.toml~")).unwrap();
    });
    assert!(watched.next_title().contains("The edited well"));
}

/// Lays a content out as the kubelet does (its AtomicWriter): the files in a directory of their own, `..data` a link to
/// it, and links through `..data` for what stands at the top. Gives the directory that is no longer used, to be removed.
fn publish(volume: &Path, stamp: &str, inner: &str, title: &str) -> Option<PathBuf> {
    let files = volume.join(format!("..{stamp}"));
    lay_over(&base(), &files.join(inner));
    fs::write(files.join(inner).join(WELL), well(title)).unwrap();
    let old = fs::read_link(volume.join("..data")).ok();
    symlink(format!("..{stamp}"), volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    for entry in fs::read_dir(&files).unwrap() {
        let name = entry.unwrap().file_name();
        if fs::symlink_metadata(volume.join(&name)).is_err() {
            symlink(Path::new("..data").join(&name), volume.join(&name)).unwrap();
        }
    }
    old.map(|old| volume.join(old))
}

/// A volume of Kubernetes is swapped three times; the content is `inner` in it.
#[track_caller]
fn check_swaps(inner: &str) {
    let mut watched = Watched::with(|place| {
        assert_eq!(publish(place, "2026_01_01", inner, "The first well"), None);
        place.join(inner)
    });
    for (stamp, title) in [("2026_01_02", "The second well"), ("2026_01_03", "The third"), ("2026_01_04", "The fourth")]
    {
        let old = publish(watched.place.path(), stamp, inner, title).unwrap();
        // The turning of the link is enough, and the kubelet's removing at once does no harm.
        if stamp == "2026_01_03" {
            fs::remove_dir_all(old).unwrap();
        }
        assert!(watched.next_title().contains(title));
    }
}

#[test]
fn a_config_map_is_swapped() {
    check_swaps("");
}

#[test]
fn a_config_map_is_swapped_that_has_the_content_in_a_folder() {
    check_swaps("palabre");
    check_swaps("deeper/palabre");
}

#[test]
fn the_directory_is_a_link_that_is_turned() {
    let mut watched = Watched::with(|place| {
        lay_over(&base(), &place.join("releases/1"));
        symlink("releases/1", place.join("current")).unwrap();
        place.join("current")
    });
    for (release, title) in [("2", "The second well"), ("3", "The third well")] {
        lay_over(&base(), &watched.path("releases").join(release));
        fs::write(watched.path("releases").join(release).join(WELL), well(title)).unwrap();
        symlink(format!("releases/{release}"), watched.path("next")).unwrap();
        fs::rename(watched.path("next"), watched.path("current")).unwrap();
        assert!(watched.next_title().contains(title));
    }
    fs::write(watched.path("releases/3").join(WELL), well("The edited well")).unwrap();
    assert!(watched.next_title().contains("The edited well"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_directory_above_is_exchanged() {
    let mut watched = Watched::with(|place| {
        lay_over(&base(), &place.join("app/etc/content"));
        place.join("app/etc/content")
    });
    lay_over(&base(), &watched.path("new/etc/content"));
    fs::write(watched.path("new/etc/content").join(WELL), well("The new well")).unwrap();
    fs::rename(watched.path("app"), watched.path("old")).unwrap();
    fs::rename(watched.path("new"), watched.path("app")).unwrap();
    let new = watched.next_with(|loaded| loaded.content.is_some());
    assert!(title(&new).contains("The new well"));
    watched.write(WELL, &well("The edited well"));
    assert!(watched.next_title().contains("The edited well"));
}

#[test]
fn a_file_that_is_a_link_is_edited_where_it_is() {
    let mut watched = Watched::with(|place| {
        let content = place.join("content");
        lay_over(&base(), &content);
        fs::create_dir(content.join(".shared")).unwrap();
        fs::rename(content.join(WELL), content.join(".shared/well.toml")).unwrap();
        symlink("../.shared/well.toml", content.join(WELL)).unwrap();
        content
    });
    watched.write(".shared/well.toml", &well("The shared well"));
    assert!(watched.next_title().contains("The shared well"));
    // The link is turned, and what it leads to now is edited.
    fs::create_dir(watched.content.join(".other")).unwrap();
    watched.write(".other/well.toml", &well("The other well"));
    symlink("../.other/well.toml", watched.content.join("en/.link")).unwrap();
    fs::rename(watched.content.join("en/.link"), watched.content.join(WELL)).unwrap();
    assert!(watched.next_title().contains("The other well"));
    watched.write(".other/well.toml", &well("The edited well"));
    assert!(watched.next_title().contains("The edited well"));
}

#[test]
fn a_language_is_added_and_taken_away() {
    let mut watched = Watched::plain();
    let root = fs::read_to_string(base().join("palabre.toml")).unwrap();
    watched.at_once(|| {
        lay_over(&base().join("en"), &watched.content.join("fr"));
        watched.write("palabre.toml", &root.replace("order = [\"en\"]", "order = [\"en\", \"fr\"]"));
    });
    let loaded = watched.next();
    let content = loaded.content.unwrap_or_else(|| panic!("{}", loaded.report.to_text(false)));
    assert_eq!(content.languages().len(), 2);
    // The new folder is watched as well.
    watched.write("fr/well.toml", &well("Le puits"));
    let content = watched.next().content.unwrap();
    let well = content.find("well").unwrap();
    assert!(content.section_text(well, content.language("fr").unwrap()).title.contains("Le puits"));
    watched.at_once(|| {
        watched.write("palabre.toml", &root);
        fs::remove_dir_all(watched.content.join("fr")).unwrap();
    });
    assert_eq!(watched.next().content.unwrap().languages().len(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_new_folder_is_watched_while_it_fills() {
    let mut watched = Watched::plain();
    let mut last = None;
    watched.at_once(|| {
        lay_over(&base().join("en"), &watched.content.join("fr"));
        let root = fs::read_to_string(base().join("palabre.toml")).unwrap();
        watched.write("palabre.toml", &root.replace("order = [\"en\"]", "order = [\"en\", \"fr\"]"));
        let_settle();
        last = Some(File::create(watched.content.join("fr/well.toml")).unwrap());
    });
    let_settle();
    watched.expect_nothing();
    last.unwrap().write_all(well("Le puits").as_bytes()).unwrap();
    assert_eq!(watched.next().content.unwrap().languages().len(), 2);
}

#[test]
fn a_broken_content_is_reported_once_and_its_mending_announced() {
    let mut watched = Watched::plain();
    watched.write(WELL, "[well\n");
    let broken = watched.next();
    assert!(broken.content.is_none());
    assert_eq!(broken.report.diagnostics[0].code, Code::TomlSyntax);
    // The same error again is no news.
    watched.write(WELL, "[well\n");
    let_settle();
    watched.expect_nothing();
    fs::copy(base().join(WELL), watched.content.join(WELL)).unwrap();
    assert!(watched.next_title().contains("The well"), "it is as it was: the trouble is over");
}

#[test]
fn the_directory_goes_and_comes_back_twice() {
    let mut watched = Watched::plain();
    for title in ["The second well", "The third well"] {
        fs::remove_dir_all(&watched.content).unwrap();
        let gone = watched.next_with(|loaded| loaded.report.diagnostics[0].code == Code::NoDirectory);
        assert!(gone.content.is_none());
        let_settle();
        watched.expect_nothing();
        lay_over(&base(), &watched.path("elsewhere"));
        fs::write(watched.path("elsewhere").join(WELL), well(title)).unwrap();
        fs::rename(watched.path("elsewhere"), &watched.content).unwrap();
        assert!(watched.next_title().contains(title));
        watched.write(WELL, &well("The edited well"));
        assert!(watched.next_title().contains("The edited well"));
    }
}

#[test]
fn the_same_bytes_are_no_change() {
    let mut watched = Watched::plain();
    fs::copy(base().join(WELL), watched.content.join(WELL)).unwrap();
    watched.at_once(|| {
        fs::write(watched.content.join("en/new.toml"), "").unwrap();
        fs::remove_file(watched.content.join("en/new.toml")).unwrap();
    });
    let_settle();
    watched.expect_nothing();
    watched.write(WELL, &well("The new well"));
    assert!(watched.next_title().contains("The new well"));
}

#[test]
fn a_storm_leads_to_one_announcement() {
    let mut watched = Watched::plain();
    watched.at_once(|| {
        for n in 0..500 {
            watched.write(WELL, &well(&format!("Well {n}")));
            watched.write(&format!("en/extra{}.toml", n % 50), "");
        }
        for n in 0..50 {
            fs::remove_file(watched.content.join(format!("en/extra{n}.toml"))).unwrap();
        }
    });
    assert!(watched.next_title().contains("Well 499"));
    let_settle();
    watched.expect_nothing();
}

#[test]
fn who_asks_gets_what_is_there() {
    let mut watched = Watched::plain();
    watched.watch.reload_now();
    assert!(watched.next_title().contains("The well"));
    fs::remove_dir_all(&watched.content).unwrap();
    watched.next_with(|loaded| loaded.report.diagnostics[0].code == Code::NoDirectory);
    watched.watch.reload_now();
    assert!(watched.next().content.is_none(), "asked again, it tells again");
}

#[test]
fn the_version_is_that_of_the_words_wherever_they_are() {
    let shipped = load::shipped(load::this_month());
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    assert_eq!(load::directory(&directory, load::this_month()).version(), shipped.version());
    assert_eq!(shipped.content.unwrap().version().to_string().len(), 12);
}

#[test]
fn the_log_shows_twenty_errors_and_counts_the_rest() {
    let place = tempfile::tempdir().unwrap();
    lay_over(&base(), place.path());
    let errors: String = (0..25).map(|n| format!("key{n} = \"\u{1b}[31m\"\n")).collect();
    fs::write(place.path().join("en/interface.toml"), errors).unwrap();
    let report = load::directory(place.path(), load::this_month()).report;
    let lines = report.to_log_lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("error")).count(), 20);
    assert!(lines.last().unwrap().starts_with("and "), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains(char::is_control)));
}
