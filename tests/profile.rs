//! The bot's profile at Telegram: menus, descriptions, name, settings and picture are set once, and only where they differ.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::diagnostics::lay_over;
use crate::support::bot::BotTest;
use fake_bot_api::{ALWAYS, BotApi, Fake, Fault, FaultKind};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
/// What the bot of [`content`] is called.
pub(crate) const NAME: &str = "Aldeia";
/// What stands in the empty field behind the name of the bot of [`content`].
const PLACEHOLDER: &str = "A sua pergunta…";

/// Writes a content of one language with a name and a picture of the bot. `palabre.toml` ends in its table `[bot]`.
pub(crate) fn content(directory: &Path) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    lay_over(&tests.join("contents/single"), directory);
    fs::copy(tests.join("contents/school/school.jpg"), directory.join("bot.jpg")).unwrap();
    edit(&directory.join("palabre.toml"), |text| text + "\n[bot]\npicture = \"bot.jpg\"\n");
    edit(&directory.join("pt/interface.toml"), |text| text.replace("[bot]\n", &format!("[bot]\nname = \"{NAME}\"\n")));
}

fn edit(file: &Path, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(file).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "nothing changed in {}", file.display());
    fs::write(file, changed).unwrap();
}

/// A fake as BotFather leaves a new bot, but that nobody can add it to groups: everything is to be set.
fn fresh() -> Fake {
    let fake = Fake::start();
    fake.preset_me("supports_inline_queries", json!(false));
    fake.preset_me("can_join_groups", json!(false));
    fake
}

/// A bot with [`content`] in a directory.
fn start(fake: Fake) -> (BotTest, TempDir) {
    let place = tempfile::tempdir().unwrap();
    content(place.path());
    let bot = start_with(fake, place.path());
    (bot, place)
}

fn start_with(fake: Fake, directory: &Path) -> BotTest {
    BotTest::start_with(BINARY, fake, &[], &[("PALABRE_CONTENT", directory.to_str().unwrap())])
}

/// What was set, in order: the method and its parameters.
fn sets(fake: &Fake) -> Vec<(String, Value)> {
    let calls = fake.calls().into_iter().filter(|call| call.method.starts_with("set"));
    calls.map(|call| (call.method, call.params)).collect()
}

fn settings(fake: &Fake) -> Vec<Value> {
    fake.calls_of("setMySettings").into_iter().map(|call| call.params).collect()
}

/// Whether the page that the bot shows has a button to share it.
fn can_share(bot: &mut BotTest) -> bool {
    let page = bot.say("/poco").page();
    page.buttons().iter().any(|button| button.json["switch_inline_query_chosen_chat"].is_object())
}

#[test]
fn menus_and_descriptions_are_told_once_and_only_where_it_differs() {
    let mut bot = BotTest::start(BINARY);
    bot.fake.wait_calls("setMyShortDescription", 3);
    let profile = bot.fake.profile();
    assert!(profile.command_names("default", "fr").contains(&"principes"));
    assert!(profile.command_names("default", "en").contains(&"principles"));
    assert_eq!(profile.commands_of("default", ""), profile.commands_of("default", "fr"));
    assert!(profile.description("en") != profile.description("fr") && !profile.description("en").is_empty());
    // French and everybody else have one name.
    bot.fake.wait_calls("setMyName", 2);
    let before = sets(&bot.fake).len();

    bot.fake.preset_profile(|profile| profile.set_commands("default", "en", &[("old", "Old")]));
    bot.restart();
    bot.fake.wait_calls("getMyName", 6);
    bot.fake.wait_for("the English commands", |state| {
        state.profile.command_names("default", "en").contains(&"principles").then_some(())
    });
    bot.say("/start").page();
    assert_eq!(sets(&bot.fake).len(), before + 1, "only the English commands differed");
    bot.fake.assert_clean();
}

#[test]
fn a_fresh_bot_gets_all_of_it_once() {
    let (mut bot, place) = start(fresh());
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    assert_eq!(bot.fake.profile().name(""), NAME);
    let picture = fs::read(place.path().join("bot.jpg")).unwrap();
    assert_eq!(*bot.fake.uploads_of("setMyProfilePhoto")[0].bytes, *picture);
    // What is named here and nothing else: `callback_query_mode` would change how each tap arrives.
    let all = [
        json!({ "supports_inline_queries": true, "inline_query_placeholder": PLACEHOLDER }),
        json!({ "can_join_groups": true }),
        json!({ "supports_guest_queries": true }),
    ];
    assert_eq!(settings(&bot.fake), all);
    let names: Vec<Value> = bot.fake.calls_of("setMyName").into_iter().map(|call| call.params).collect();
    assert_eq!(names, [json!({ "name": NAME })], "once for everybody: Portuguese is called so, too");

    let before = sets(&bot.fake);
    bot.restart();
    bot.fake.wait_calls("getUserProfilePhotos", 2);
    bot.say("/start").page();
    assert_eq!(sets(&bot.fake), before, "a second start sets nothing");
    bot.fake.assert_clean();
}

#[test]
fn pages_can_be_shared_as_soon_as_inline_mode_is_on() {
    let (mut bot, _place) = start(fresh());
    // The next setting follows when the bot knows how the first one ended.
    bot.fake.wait_calls("setMySettings", 2);
    assert!(can_share(&mut bot));
    bot.fake.assert_clean();
}

#[test]
fn what_the_content_does_not_want_is_turned_off() {
    let place = tempfile::tempdir().unwrap();
    content(place.path());
    let off = "inline_mode = false\ngroups = false\nguests = false\n";
    edit(&place.path().join("palabre.toml"), |text| text + off);
    let mut bot = start_with(Fake::start(), place.path());
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    assert_eq!(settings(&bot.fake), [json!({ "supports_inline_queries": false }), json!({ "can_join_groups": false })]);
    assert!(!can_share(&mut bot));
    bot.fake.assert_clean();

    // Where the bot cannot turn it off, it offers it to nobody all the same.
    let older = Fake::start();
    older.set_bot_api(BotApi::V10_4);
    let mut bot = start_with(older, place.path());
    assert!(!can_share(&mut bot));
    bot.fake.assert_clean();
}

#[test]
fn a_changed_content_sets_only_what_changed() {
    let (bot, place) = start(Fake::start());
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    let before = sets(&bot.fake).len();
    edit(&place.path().join("palabre.toml"), |text| text + "groups = false\n");
    edit(&place.path().join("pt/interface.toml"), |text| text.replace(NAME, "Três Fontes"));
    let mut picture = fs::read(place.path().join("bot.jpg")).unwrap();
    picture.push(0);
    fs::write(place.path().join("bot.jpg"), &picture).unwrap();
    bot.fake.wait_calls("setMyProfilePhoto", 2);
    let mut changes = sets(&bot.fake).split_off(before);
    // The content may be read while it is written: then it changes twice.
    changes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let [(name, named), (photo, _), (settings, set)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!([name, photo, settings], ["setmyname", "setmyprofilephoto", "setmysettings"]);
    assert_eq!(*named, json!({ "name": "Três Fontes" }));
    assert_eq!(*set, json!({ "can_join_groups": false }));
    assert_eq!(*bot.fake.uploads_of("setMyProfilePhoto")[1].bytes, *picture);
    bot.fake.assert_clean();
}

#[test]
fn a_picture_that_was_set_at_botfather_stays_until_the_content_brings_another() {
    let fake = Fake::start();
    let photo = json!([{ "file_id": "a", "file_unique_id": "b", "width": 160, "height": 160 }]);
    fake.preset_profile(|profile| profile.photos.push(photo));
    let (bot, place) = start(fake);
    bot.fake.wait_calls("getUserProfilePhotos", 1);
    let file = place.path().join("bot.jpg");
    let mut picture = fs::read(&file).unwrap();
    picture.push(0);
    fs::write(&file, &picture).unwrap();
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    assert_eq!(*bot.fake.uploads_of("setMyProfilePhoto")[0].bytes, *picture);
    bot.fake.assert_clean();
}

#[test]
fn an_older_server_goes_on_and_is_named_once() {
    let fake = fresh();
    fake.set_bot_api(BotApi::V9_3);
    let (mut bot, place) = start(fake);
    bot.process.wait_log("cannot set its picture itself");
    assert_eq!(bot.fake.profile().name(""), NAME, "it knows names");
    assert!(!can_share(&mut bot));
    edit(&place.path().join("pt/interface.toml"), |text| text.replace(NAME, "Três Fontes"));
    bot.process.wait_log("is served from now on");
    bot.fake.wait_calls("setMyName", 2);
    bot.say("/start").page();
    let log = bot.process.log();
    assert_eq!(log.matches("`palabre doctor`").count(), 2, "settings and picture: {log}");
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    assert_eq!(bot.fake.calls_of("setMyProfilePhoto").len(), 1, "a picture that the server does not take is sent once");
    bot.fake.assert_clean();
}

#[test]
fn a_pause_of_hours_for_the_name_holds_nothing() {
    let fake = fresh();
    // Once more would be a violation before this time has passed.
    fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 86_400 }).on("setMyName").times(1));
    fake.fault(Fault::new(FaultKind::TooManyRequests { retry_after: 1 }).on("setMySettings").times(1));
    let (bot, place) = start(fake);
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    assert_eq!(settings(&bot.fake).len(), 4, "a short pause is waited for");
    bot.process.wait_log("cannot set its name itself");
    edit(&place.path().join("palabre.toml"), |text| text + "groups = false\n");
    bot.fake.wait_calls("setMySettings", 5);
    edit(&place.path().join("palabre.toml"), |text| text.replace("groups = false", "groups = true"));
    bot.fake.wait_calls("setMySettings", 6);
    assert_eq!(bot.fake.calls_of("setMyName").len(), 1, "the pause is kept");
    bot.fake.assert_clean();
}

#[test]
fn a_question_about_pictures_that_telegram_refuses_is_asked_once() {
    let fake = Fake::start();
    fake.fault(
        Fault::new(FaultKind::refuse(400, "Bad Request: user not found")).on("getUserProfilePhotos").times(ALWAYS),
    );
    let (mut bot, _place) = start(fake);
    bot.process.wait_log("cannot set its picture itself");
    bot.say("/start").page();
    assert_eq!(bot.fake.calls_of("getUserProfilePhotos").len(), 1);
    assert!(!bot.process.log().contains("trying again"), "{}", bot.process.log());
    bot.fake.assert_clean();
}

#[test]
fn a_setting_that_telegram_refuses_does_not_stop_the_others() {
    let fake = fresh();
    fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: not for this bot")).on("setMySettings").times(1));
    fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: name is odd")).on("setMyName").times(ALWAYS));
    let (mut bot, _place) = start(fake);
    bot.fake.wait_calls("setMyProfilePhoto", 1);
    assert_eq!(settings(&bot.fake).len(), 3);
    assert!(!can_share(&mut bot), "inline mode was refused");
    let log = bot.process.log();
    assert!(log.contains("cannot set inline mode itself: Telegram refuses setMySettings (400)"), "{log}");
    assert_eq!(log.matches("`palabre doctor`").count(), 2, "{log}");
    bot.fake.assert_clean();
}
