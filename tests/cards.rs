//! Pages that a tap on a shared card opens, and buttons that are newer than the server.

use std::path::Path;

use crate::support::bot::{BotTest, PERSON};
use crate::support::school::{change, content};
use fake_bot_api::{BotApi, Fake, Fault, FaultKind, Message, Person};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
const READER: Person = Person::new(7, "fr");

fn bot_with(directory: &Path, fake: Fake) -> BotTest {
    BotTest::start_with(BINARY, fake, &["--content", directory.to_str().unwrap()], &[])
}

/// A content whose cards are browsed alone.
fn alone() -> tempfile::TempDir {
    let directory = content();
    change(directory.path(), "palabre.toml", "[names]", "[bot]\ncards = \"alone\"\n\n[names]");
    directory
}

#[track_caller]
fn tap_card(bot: &BotTest, data: &str) {
    let tap = bot.fake.tap_inline(READER, "card-1", data);
    bot.fake.wait_confirmed(tap.update_id);
}

fn beside(bot: &BotTest) -> Vec<Message> {
    bot.fake.ephemeral_messages_for(READER)
}

#[test]
fn a_tap_on_a_card_opens_a_page_for_the_one_who_taps() {
    let directory = alone();
    let bot = bot_with(directory.path(), Fake::start());
    tap_card(&bot, "1.fr.s.fees");
    let page = beside(&bot).remove(0);
    assert!(page.text().contains("Orange Money"), "{page}");
    assert_eq!(bot.fake.inline_message("card-1").unwrap().edits(), 0, "the card stays");
    // What opens elsewhere leads there, what leads on stays theirs, and everybody can be shown the page as a card.
    let action = |label: &str| page.button(label).unwrap_or_else(|| panic!("no {label} under {page}"));
    assert_eq!(action("🔊").url.as_deref(), Some("https://t.me/palabre_test_bot?start=fr-fees-v"));
    assert_eq!(action("Bourses").data.as_deref(), Some("1.fr.alone.s.grants"));
    assert_eq!(action("English").data.as_deref(), Some("1.en.alone.s.fees"));
    assert_eq!(action("Pour tous").json["switch_inline_query_current_chat"], "fr:#fees");

    let tap = bot.fake.tap_ephemeral(READER, page.chat, page.id, "1.fr.alone.s.grants");
    bot.fake.wait_confirmed(tap.update_id);
    let next = beside(&bot).remove(0);
    assert_eq!((beside(&bot).len(), next.edits()), (1, 1));
    assert!(next.text().contains("🎓") && next.button("Frais").is_some(), "{next}");
    bot.fake.assert_clean();
}

#[test]
fn where_that_is_refused_the_page_takes_the_place_of_the_card() {
    let directory = alone();
    let fake = Fake::start();
    fake.set_bot_api(BotApi::V10_3);
    let bot = bot_with(directory.path(), fake);
    for id in ["fees", "jobs"] {
        tap_card(&bot, &format!("1.fr.s.{id}"));
        assert!(beside(&bot).is_empty());
    }
    let card = bot.fake.inline_message("card-1").unwrap();
    assert!(card.text().contains("Emplois") || card.text().contains("🧑"), "{card}");
    // A server that is too old is asked once.
    assert_eq!(bot.fake.calls_of("sendMessage").len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn one_chat_that_refuses_is_no_reason_not_to_ask_the_next() {
    let directory = alone();
    let bot = bot_with(directory.path(), Fake::start());
    let refused = FaultKind::refuse(400, "Bad Request: EPHEMERAL_MESSAGE_NOT_ALLOWED");
    bot.fake.fault(Fault::new(refused).on("sendMessage"));
    tap_card(&bot, "1.fr.s.fees");
    assert!(bot.fake.inline_message("card-1").unwrap().text().contains("Orange Money"));
    tap_card(&bot, "1.fr.s.jobs");
    assert_eq!(beside(&bot).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn without_the_setting_everybody_sees_the_page() {
    let directory = content();
    let bot = bot_with(directory.path(), Fake::start());
    tap_card(&bot, "1.fr.s.fees");
    assert!(bot.fake.inline_message("card-1").unwrap().text().contains("Orange Money"));
    assert!(beside(&bot).is_empty());
    bot.fake.assert_clean();
}

/// A content with a section of three pages.
fn long() -> tempfile::TempDir {
    let directory = content();
    let body = format!("La scolarité coûte\n\n{}", "Une phrase de plus, pour que cela dure. ".repeat(200));
    change(directory.path(), "fr/pages.toml", "La scolarité coûte", &body);
    directory
}

#[test]
fn the_first_step_is_coloured_and_a_button_says_which_page_it_is() {
    let directory = long();
    let mut bot = bot_with(directory.path(), Fake::start());
    let home = bot.say("/start").page();
    let styles: Vec<_> = home.buttons().iter().map(|button| button.style().map(str::to_owned)).collect();
    assert_eq!(styles.iter().flatten().count(), 1, "{styles:?}");
    assert_eq!(styles[0].as_deref(), Some("primary"));
    let page = bot.say("/fees").page();
    let counter = page.buttons().into_iter().find(fake_bot_api::Button::is_disabled).unwrap();
    assert_eq!(counter.label, "1/3");
    bot.tap("suite");
    assert!(bot.page().buttons().iter().any(|button| button.is_disabled() && button.label == "2/3"));
    bot.fake.assert_clean();
}

#[test]
fn a_server_that_refuses_newer_buttons_gets_plain_ones_and_is_asked_once() {
    let directory = long();
    let mut bot = bot_with(directory.path(), Fake::start());
    bot.fake.fault(Fault::newer_buttons());
    let home = bot.say("/start").page();
    assert!(home.button("Frais").is_some() && home.buttons().iter().all(|button| button.style().is_none()), "{home}");
    let page = bot.say("/fees").page();
    assert!(page.button("suite").is_some() && !page.buttons().iter().any(fake_bot_api::Button::is_disabled), "{page}");
    bot.tap("suite").expect("Une phrase");
    assert_eq!(bot.fake.calls_of("sendMessage").len(), 3, "one is refused");
    assert_eq!(bot.fake.calls_of("editMessageText").len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_clip_with_newer_buttons_that_is_refused_is_remembered_too() {
    let directory = long();
    let mut bot = bot_with(directory.path(), Fake::start());
    bot.fake.fault(Fault::newer_buttons());
    bot.say("/start fr-fees-v");
    bot.fake.wait_sent(PERSON.id, 1);
    bot.say("/fees").expect("La scolarité");
    assert_eq!((bot.fake.calls_of("sendVoice").len(), bot.fake.calls_of("sendMessage").len()), (2, 1));
    bot.fake.assert_clean();
}

#[test]
fn help_has_no_clip_where_nothing_can_be_uploaded() {
    let directory = content();
    let bot = bot_with(directory.path(), Fake::start());
    let asked = bot.fake.guest_message(READER, "/help@palabre_test_bot");
    let answer = bot.fake.wait_for("the card", |state| state.answers(&asked.query_id).first().cloned());
    let keyboard = answer["result"]["reply_markup"].to_string();
    assert!(keyboard.contains("1.fr.home") && !keyboard.contains("voice"), "{keyboard}");
    bot.fake.assert_clean();
}

#[test]
fn an_edit_with_newer_buttons_that_is_refused_is_made_with_plain_ones() {
    let directory = long();
    let mut bot = bot_with(directory.path(), Fake::start());
    bot.say("/jobs").page();
    bot.fake.fault(Fault::newer_buttons());
    bot.tap("Menu").expect("Bienvenue");
    assert_eq!(bot.fake.calls_of("editMessageText").len(), 2);
    assert!(bot.page().button("Frais").is_some());
    bot.fake.assert_clean();
}

#[test]
fn a_server_of_any_age_is_answered() {
    let directory = long();
    for version in [BotApi::V9_1, BotApi::V9_3, BotApi::V9_4, BotApi::V10_2, BotApi::V10_5] {
        let fake = Fake::start();
        fake.set_bot_api(version);
        let mut bot = bot_with(directory.path(), fake);
        bot.say("/start").expect("Bienvenue").tap("Frais").expect("La scolarité");
        bot.say_as(PERSON, "/fees").tap("suite").expect("Une phrase");
        bot.fake.assert_clean();
    }
}

#[test]
fn a_card_shows_its_picture_where_the_content_says_on_which_site() {
    let directory = content();
    change(
        directory.path(),
        "palabre.toml",
        "[names]",
        "[bot]\ncards = \"alone\"\nsite = \"https://example.org\"\n\n[names]",
    );
    let bot = bot_with(directory.path(), Fake::start());
    let typed = bot.fake.inline_query(READER, "fr:#enrolment", "");
    let answer = bot.fake.wait_for("results", |state| state.answers(&typed.query_id).first().cloned());
    let preview = &answer["results"][0]["input_message_content"]["link_preview_options"]["url"];
    assert_eq!(preview, "https://example.org/school.jpg");
    tap_card(&bot, "1.fr.s.enrolment");
    let page = beside(&bot).remove(0);
    assert!(page.text().contains("secrétariat"), "{page}");
    let tap = bot.fake.tap_ephemeral(READER, page.chat, page.id, "1.fr.alone.s.fees");
    bot.fake.wait_confirmed(tap.update_id);
    let tap = bot.fake.tap_ephemeral(READER, page.chat, page.id, "1.fr.alone.s.enrolment");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!((beside(&bot).len(), beside(&bot)[0].edits()), (1, 2), "in place all along");
    assert!(bot.fake.calls_of("sendPhoto").is_empty());
    bot.fake.assert_clean();
}
