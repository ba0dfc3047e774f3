//! Content that changes while it is served, in each way in which editors, deployments and Kubernetes change files.
//!
//! [`Reloader`] has no clock, so most tests call its polls themselves and wait for nothing. The last ones run the binary.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use palabre::content::Calendar;
use palabre::content::load::{self, Loaded};
use palabre::diag::Code;
use palabre::messages::Locale;
use palabre::reload::Reloader;
use tempfile::TempDir;

use crate::diagnostics::lay_over;
use crate::support::bot::BotTest;
use fake_bot_api::Fake;

const WELL: &str = "en/well.toml";

// It is loaded on one thread and answers on another.
const fn is_send<T: Send>() {}
const _: () = is_send::<Loaded>();

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/base")
}

/// The words of the well under another title. Titles differ in length: two writes may fall into one tick of the clock.
fn well(title: &str) -> String {
    let words = fs::read_to_string(base().join(WELL)).unwrap();
    let (before, after) = words.split_once("title = \"The well\"").unwrap();
    format!("{before}title = \"{title}\"{after}")
}

/// The title under which a content shows the well.
fn title(loaded: &Loaded) -> &str {
    let content =
        loaded.content.as_ref().unwrap_or_else(|| panic!("{}", loaded.report.to_text(Locale::English, false)));
    &content.section_text(content.find("well").unwrap(), content.default_language()).title
}

/// What follows the directory of a content that was loaded from it.
fn follow(directory: &Path, served: &Loaded) -> Reloader {
    let calendar = served.content.as_ref().map(|content| content.calendar().clone()).unwrap_or_default();
    Reloader::new(Some(directory), served.version(), calendar)
}

/// A content directory somewhere in a temporary one, and what follows it.
struct Watched {
    place: TempDir,
    content: PathBuf,
    reloader: Reloader,
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
        let served = load::directory(&content, load::today());
        assert!(served.content.is_some(), "{}", served.report.to_text(Locale::English, false));
        let mut reloader = follow(&content, &served);
        assert!(reloader.poll(load::today()).is_none());
        Self { place, content, reloader }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.content.join(name), text).unwrap();
    }

    /// What the second poll after a change gives: the first one waits for an equal read.
    #[track_caller]
    fn next(&mut self) -> Loaded {
        assert!(self.reloader.poll(load::today()).is_none(), "a change is given before a second read confirms it");
        self.reloader.poll(load::today()).expect("the change is seen")
    }

    #[track_caller]
    fn expect_title(&mut self, expected: &str) {
        assert!(title(&self.next()).contains(expected));
    }

    #[track_caller]
    fn expect_broken(&mut self, code: Code) {
        let broken = self.next();
        assert!(broken.content.is_none());
        assert_eq!(broken.report.diagnostics[0].code, code);
        self.expect_nothing();
    }

    /// Nothing is given, however often it is polled.
    #[track_caller]
    fn expect_nothing(&mut self) {
        assert!((0..5).all(|_| self.reloader.poll(load::today()).is_none()), "nothing has changed");
    }
}

#[test]
fn an_edit_is_given_once() {
    let mut watched = Watched::plain();
    watched.write(WELL, &well("The new well"));
    let loaded = watched.next();
    assert!(title(&loaded).contains("The new well"));
    assert_eq!(loaded.content.as_ref().unwrap().version(), loaded.version());
    watched.expect_nothing();
}

#[test]
fn a_change_before_the_first_poll_is_not_missed() {
    let place = tempfile::tempdir().unwrap();
    lay_over(&base(), place.path());
    let served = load::directory(place.path(), load::today()).version();
    fs::write(place.path().join(WELL), well("The early well")).unwrap();
    let mut reloader = Reloader::new(Some(place.path()), served, Calendar::default());
    assert!(reloader.poll(load::today()).is_none());
    assert!(title(&reloader.poll(load::today()).unwrap()).contains("The early well"));
}

#[test]
fn a_half_written_file_is_neither_served_nor_reported() {
    let mut watched = Watched::plain();
    let text = well("The whole well");
    // Empty, then broken, then whole: no two reads show the same.
    for part in ["", &text[..text.find(" = ").unwrap()]] {
        watched.write(WELL, part);
        assert!(watched.reloader.poll(load::today()).is_none());
    }
    watched.write(WELL, &text);
    // The third read that differs: what has no errors is taken.
    assert!(title(&watched.reloader.poll(load::today()).unwrap()).contains("The whole well"));
    watched.expect_nothing();
    // Broken for a moment, and then as it was.
    watched.write(WELL, "[well\n");
    assert!(watched.reloader.poll(load::today()).is_none());
    watched.write(WELL, &text);
    watched.expect_nothing();
}

#[test]
fn a_file_that_is_touched_all_the_time_holds_up_no_change() {
    let mut watched = Watched::plain();
    let mut seconds = 0;
    let mut touch = |content: &Path| {
        seconds += 1;
        let file = fs::File::options().write(true).open(content.join("palabre.toml")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    };
    touch(&watched.content);
    assert!(watched.reloader.poll(load::today()).is_none());
    watched.write(WELL, &well("The new well"));
    touch(&watched.content);
    assert!(watched.reloader.poll(load::today()).is_none());
    touch(&watched.content);
    assert!(title(&watched.reloader.poll(load::today()).unwrap()).contains("The new well"));
    touch(&watched.content);
    watched.expect_nothing();
}

#[test]
fn a_text_that_changes_all_the_time_holds_up_no_change() {
    let mut watched = Watched::plain();
    let root = fs::read_to_string(base().join("palabre.toml")).unwrap();
    watched.write(WELL, &well("The new well"));
    let given = (1..=6).map(|n| {
        watched.write("palabre.toml", &format!("{root}# {}\n", "x".repeat(n)));
        watched.reloader.poll(load::today()).map(|loaded| title(&loaded).contains("The new well"))
    });
    assert_eq!(given.collect::<Vec<_>>(), [None, None, Some(true), None, None, Some(true)]);
}

#[test]
fn a_file_is_renamed_over_the_old_one() {
    let mut watched = Watched::plain();
    for title in ["The second well", "The third well"] {
        watched.write("en/.well.toml.part", &well(title));
        fs::rename(watched.content.join("en/.well.toml.part"), watched.content.join(WELL)).unwrap();
        watched.expect_title(title);
    }
}

#[test]
fn what_editors_leave_beside_a_file_is_no_change() {
    let mut watched = Watched::plain();
    for name in [".well.toml.swp", "well.toml~", "#well.toml#", "4913", "well.toml___jb_tmp___", "well.toml.part"] {
        watched.write(&format!("en/{name}"), "neither TOML nor anybody's words");
    }
    symlink("somebody@somewhere.1", watched.content.join("en/.#well.toml")).unwrap();
    watched.expect_nothing();
    // As vim writes: the old file becomes the backup, a new one takes its name, the backup goes.
    fs::rename(watched.content.join(WELL), watched.content.join("en/well.toml~")).unwrap();
    watched.write(WELL, &well("The edited well"));
    fs::remove_file(watched.content.join("en/well.toml~")).unwrap();
    watched.expect_title("The edited well");
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
        fs::remove_dir_all(old).unwrap();
        watched.expect_title(title);
    }
}

#[test]
fn a_config_map_is_swapped() {
    for inner in ["", "palabre", "deeper/palabre"] {
        check_swaps(inner);
    }
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
        watched.expect_title(title);
    }
    fs::write(watched.path("releases/3").join(WELL), well("The edited well")).unwrap();
    watched.expect_title("The edited well");
}

#[test]
fn a_directory_above_is_exchanged() {
    let mut watched = Watched::with(|place| {
        lay_over(&base(), &place.join("app/etc/content"));
        place.join("app/etc/content")
    });
    lay_over(&base(), &watched.path("new/etc/content"));
    fs::write(watched.path("new/etc/content").join(WELL), well("The new well")).unwrap();
    fs::rename(watched.path("app"), watched.path("old")).unwrap();
    // A poll between the two renames finds no content, which is not reported.
    assert!(watched.reloader.poll(load::today()).is_none());
    fs::rename(watched.path("new"), watched.path("app")).unwrap();
    watched.expect_title("The new well");
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
    watched.expect_title("The shared well");
    // The link is turned, and what it leads to now is edited.
    fs::create_dir(watched.content.join(".other")).unwrap();
    watched.write(".other/well.toml", &well("The other well"));
    symlink("../.other/well.toml", watched.content.join("en/.link")).unwrap();
    fs::rename(watched.content.join("en/.link"), watched.content.join(WELL)).unwrap();
    watched.expect_title("The other well");
    watched.write(".other/well.toml", &well("The edited well"));
    watched.expect_title("The edited well");
}

#[test]
fn a_file_that_can_be_read_again_is_seen_though_its_metadata_is_the_same() {
    let mut watched = Watched::with(|place| {
        let content = place.join("content");
        lay_over(&base(), &content);
        for folder in [place.join("outside"), content.join(".inside")] {
            fs::create_dir(&folder).unwrap();
            fs::hard_link(content.join(WELL), folder.join("well.toml")).unwrap();
        }
        fs::remove_file(content.join(WELL)).unwrap();
        symlink("../.via/well.toml", content.join(WELL)).unwrap();
        symlink(".inside", content.join(".via")).unwrap();
        content
    });
    // The same file by another name, which leads out of the content and is not read. A new link, so that it is looked at.
    fs::remove_file(watched.content.join(".via")).unwrap();
    assert!(watched.reloader.poll(load::today()).is_none());
    symlink("../outside", watched.content.join(".via")).unwrap();
    watched.expect_broken(Code::Unreadable);
    fs::remove_file(watched.content.join(".via")).unwrap();
    symlink(".inside", watched.content.join(".via")).unwrap();
    watched.expect_title("The well");
}

#[test]
fn a_language_is_added_and_taken_away() {
    let mut watched = Watched::plain();
    let root = fs::read_to_string(base().join("palabre.toml")).unwrap();
    lay_over(&base().join("en"), &watched.content.join("fr"));
    watched.write("palabre.toml", &root.replace("order = [\"en\"]", "order = [\"en\", \"fr\"]"));
    let loaded = watched.next();
    let content = loaded.content.unwrap_or_else(|| panic!("{}", loaded.report.to_text(Locale::English, false)));
    assert_eq!(content.languages().len(), 2);
    watched.write("fr/well.toml", &well("Le puits"));
    let content = watched.next().content.unwrap();
    let well = content.find("well").unwrap();
    assert!(content.section_text(well, content.language("fr").unwrap()).title.contains("Le puits"));
    watched.write("palabre.toml", &root);
    fs::remove_dir_all(watched.content.join("fr")).unwrap();
    assert_eq!(watched.next().content.unwrap().languages().len(), 1);
}

#[test]
fn broken_content_is_reported_once_and_its_mending_given() {
    let mut watched = Watched::plain();
    watched.write(WELL, "[well\n");
    watched.expect_broken(Code::TomlSyntax);
    // The same error again is no news.
    watched.write(WELL, "[well\n");
    watched.expect_nothing();
    fs::copy(base().join(WELL), watched.content.join(WELL)).unwrap();
    watched.expect_title("The well");
}

#[test]
fn the_directory_goes_and_comes_back_twice() {
    let mut watched = Watched::plain();
    for title in ["The second well", "The third well"] {
        fs::remove_dir_all(&watched.content).unwrap();
        watched.expect_broken(Code::NoDirectory);
        lay_over(&base(), &watched.path("elsewhere"));
        fs::write(watched.path("elsewhere").join(WELL), well(title)).unwrap();
        fs::rename(watched.path("elsewhere"), &watched.content).unwrap();
        watched.expect_title(title);
        watched.write(WELL, &well("The edited well"));
        watched.expect_title("The edited well");
    }
}

#[test]
fn the_same_bytes_are_no_change() {
    let mut watched = Watched::plain();
    fs::copy(base().join(WELL), watched.content.join(WELL)).unwrap();
    watched.write("en/new.toml", "");
    assert!(watched.reloader.poll(load::today()).is_none());
    fs::remove_file(watched.content.join("en/new.toml")).unwrap();
    watched.expect_nothing();
}

/// A content whose school is there in March 2026 alone, as it is on the last day of February.
fn with_dates() -> Watched {
    let february = day("2026-02-28");
    let mut watched = Watched::plain();
    let root = fs::read_to_string(base().join("palabre.toml")).unwrap();
    let root = root.replace("command = \"school\"", "command = \"school\", from = 2026-03-01, until = 2026-03-31");
    watched.write("palabre.toml", &root);
    let interface = fs::read_to_string(base().join("en/interface.toml")).unwrap();
    watched.write("en/interface.toml", &interface.replace("flood =", "gone = \"It is not there.\"\nflood ="));
    let served = load::directory(&watched.content, february);
    assert!(served.content.is_some(), "{}", served.report.to_text(Locale::English, false));
    watched.reloader = follow(&watched.content, &served);
    assert!(watched.reloader.poll(february).is_none());
    watched
}

fn day(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

fn has_school(loaded: Option<Loaded>) -> Option<bool> {
    loaded.map(|loaded| loaded.content.unwrap().find("school").is_some())
}

#[test]
fn sections_come_and_go_with_the_days() {
    let reloader = &mut with_dates().reloader;
    for (today, expected) in [
        ("2026-02-28", None),
        ("2026-03-01", Some(true)),
        ("2026-03-01", None),
        ("2026-03-31", None),
        ("2026-04-01", Some(false)),
        ("2027-01-01", None),
        // A clock that was set wrongly.
        ("2026-03-15", Some(true)),
    ] {
        assert_eq!(has_school(reloader.poll(day(today))), expected, "{today}");
    }
}

#[test]
fn a_day_comes_for_what_is_served_though_the_files_are_broken_meanwhile() {
    let mut watched = with_dates();
    watched.write(WELL, "broken");
    assert!(watched.reloader.poll(day("2026-02-28")).is_none());
    assert!(!watched.reloader.has_errors());
    assert!(watched.reloader.poll(day("2026-02-28")).unwrap().content.is_none());
    assert!(watched.reloader.has_errors());
    assert_eq!(has_school(watched.reloader.poll(day("2026-03-01"))), Some(true));
    assert!(watched.reloader.poll(day("2026-03-01")).is_none());
    assert!(watched.reloader.has_errors(), "what is served now is not what lies there");
    watched.write(WELL, &well("The mended well"));
    assert!(watched.reloader.poll(day("2026-03-02")).is_none());
    assert_eq!(has_school(watched.reloader.poll(day("2026-03-02"))), Some(true));
    assert!(!watched.reloader.has_errors());
}

#[test]
fn who_asks_gets_what_is_there() {
    let mut watched = Watched::plain();
    assert!(title(&watched.reloader.reload_now(load::today()).unwrap()).contains("The well"));
    fs::remove_dir_all(&watched.content).unwrap();
    for _ in 0..2 {
        let broken = watched.reloader.reload_now(load::today()).unwrap();
        assert_eq!(broken.report.diagnostics[0].code, Code::NoDirectory, "asked again, it tells again");
    }
    watched.expect_nothing();
}

/// The bot on the base in a directory.
fn start_bot(directory: &Path) -> BotTest {
    lay_over(&base(), directory);
    let environment = [("PALABRE_CONTENT", directory.to_str().unwrap())];
    BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), Fake::start(), &[], &environment)
}

#[test]
fn a_running_bot_keeps_the_last_good_content_and_reloads_on_sighup() {
    let place = tempfile::tempdir().unwrap();
    let mut bot = start_bot(place.path());
    let version = || load::directory(place.path(), load::today()).version();
    let served = version();
    // A poll gives nothing when nothing has changed; only a signal does.
    bot.process.signal("HUP");
    bot.process.wait_log(&format!("content {served} is served from now on"));
    fs::write(place.path().join(WELL), "[well\n").unwrap();
    bot.process.wait_log(&format!("broken now; {served} goes on being served"));
    bot.say("/start").expect("The well");
    fs::write(place.path().join(WELL), well("The new well")).unwrap();
    bot.process.wait_log(&format!("content {} is served from now on", version()));
    bot.say("/start").expect("The new well");
    bot.fake.assert_clean();
}

#[test]
fn a_running_bot_serves_a_change_however_busy_the_directory_is() {
    let place = tempfile::tempdir().unwrap();
    let bot = start_bot(place.path());
    let (stop, stopped) = mpsc::channel::<()>();
    let busy = place.path().join("en/school.toml");
    let toucher = thread::spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(150)) == Err(RecvTimeoutError::Timeout) {
            fs::File::options().write(true).open(&busy).unwrap().set_modified(SystemTime::now()).unwrap();
        }
    });
    fs::write(place.path().join(WELL), well("The new well")).unwrap();
    let version = load::directory(place.path(), load::today()).version();
    bot.process.wait_log(&format!("content {version} is served from now on"));
    drop(stop);
    toucher.join().unwrap();
}

#[test]
fn the_version_is_that_of_the_words_wherever_they_are() {
    let shipped = load::shipped(load::today());
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    assert_eq!(load::directory(&directory, load::today()).version(), shipped.version());
    assert_eq!(shipped.content.unwrap().version().to_string().len(), 12);
}

#[test]
fn the_log_shows_twenty_errors_and_counts_the_rest() {
    let place = tempfile::tempdir().unwrap();
    lay_over(&base(), place.path());
    let errors: String = (0..25).map(|n| format!("key{n} = \"\u{1b}[31m\"\n")).collect();
    fs::write(place.path().join("en/interface.toml"), errors).unwrap();
    let report = load::directory(place.path(), load::today()).report;
    let lines = report.to_log_lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("error")).count(), 20);
    assert!(lines.last().unwrap().starts_with("and "), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains(char::is_control)));
}
