//! Voice clips and pictures on Telegram: uploaded once, refused, forgotten, and who gets what instead.

use std::fs;
use std::path::Path;

use crate::support::bot::{BotTest, PERSON};
use crate::support::school::{change, content};
use fake_bot_api::{BotApi, Fake, Fault, FaultKind, Message, Person, Post};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
const GROUP: i64 = -1_000_000_000_041;
const OTHER: Person = Person::new(9, "fr");

fn bot_with(directory: &Path, fake: Fake, env: &[(&str, &str)]) -> BotTest {
    fake.group(GROUP, false);
    BotTest::start_with(BINARY, fake, &["--content", directory.to_str().unwrap()], env)
}

fn bot(directory: &Path) -> BotTest {
    bot_with(directory, Fake::start(), &[])
}

/// The bot's newest message in a chat after something was tapped or said there.
fn newest(bot: &BotTest, chat: i64) -> Message {
    bot.fake.sent_to(chat).into_iter().max_by_key(|message| message.revision).unwrap()
}

#[track_caller]
fn tap(bot: &BotTest, person: Person, message: &Message, label: &str) {
    let data = message.button(label).unwrap_or_else(|| panic!("no {label:?} under {message}")).data.unwrap();
    let tap = bot.fake.tap(person, message.chat, message.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
}

/// Asks for a page and taps its clip.
#[track_caller]
fn listen(bot: &BotTest, person: Person, command: &str) -> Message {
    let asked = bot.fake.private_message(person, command);
    bot.fake.wait_confirmed(asked.update_id);
    tap(bot, person, &newest(bot, person.id), "🔊");
    newest(bot, person.id)
}

#[test]
fn a_clip_is_uploaded_once_and_then_sent_by_its_id() {
    let directory = content();
    let bot = bot(directory.path());
    let first = listen(&bot, PERSON, "/fees");
    assert_eq!(
        first.to_string(),
        "voice 💰 Les frais de scolarité\n[🎓 Bourses]\n[◀️ Précédent] [Suivant ▶️]\n[🏠 Menu] [🌐 English]\n[📤 Partager]"
    );
    assert_eq!(first.json["voice"]["duration"], 5);
    let second = listen(&bot, OTHER, "/fees");
    assert_eq!((second.file_id(), second.caption()), (first.file_id(), first.caption()));
    assert_ne!(listen(&bot, PERSON, "/enrolment").file_id(), first.file_id());

    let uploads = bot.fake.uploads_of("sendVoice");
    assert_eq!(uploads.len(), 2);
    assert_eq!(*uploads[0].bytes, *fs::read(directory.path().join("fr/fees.ogg")).unwrap());
    assert_eq!(uploads[0].file_name, "fees.ogg");
    let sizes: Vec<usize> = bot.fake.calls_of("sendVoice").iter().map(|call| call.body_size).collect();
    assert!(sizes[0] > uploads[0].bytes.len() && sizes[1] < 1_000, "{sizes:?}");
    bot.fake.assert_clean();
}

#[test]
fn who_taps_while_a_clip_is_uploaded_gets_it_by_its_id() {
    let directory = content();
    let bot = bot(directory.path());
    let people: Vec<Person> = (20..28).map(|id| Person::new(id, "fr")).collect();
    for &person in &people {
        bot.fake.private_message(person, "/fees");
        bot.fake.wait_sent(person.id, 1);
    }
    for person in &people {
        let page = newest(&bot, person.id);
        bot.fake.tap(*person, page.chat, page.id, &page.button("🔊").unwrap().data.unwrap());
    }
    for person in &people {
        bot.fake.wait_sent(person.id, 2);
    }
    assert_eq!(bot.fake.uploads_of("sendVoice").len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_clip_that_telegram_has_forgotten_is_uploaded_again() {
    let directory = content();
    let mut bot = bot(directory.path());
    listen(&bot, PERSON, "/fees");
    bot.fake.forget_files();
    for person in [PERSON, OTHER] {
        assert!(listen(&bot, person, "/fees").file_id().is_some());
    }
    assert_eq!(bot.fake.uploads_of("sendVoice").len(), 2);
    // Ids are kept in memory alone.
    bot.restart();
    assert!(listen(&bot, PERSON, "/fees").file_id().is_some());
    assert_eq!(bot.fake.uploads_of("sendVoice").len(), 3);
    bot.fake.assert_clean();
}

#[test]
fn who_takes_no_voice_messages_gets_music_or_the_page() {
    let directory = content();
    let bot = bot(directory.path());
    bot.fake.forbid_voice_messages(PERSON, true);
    assert!(listen(&bot, PERSON, "/fees").to_string().starts_with("audio 💰 Les frais"));
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: CHAT_SEND_AUDIOS_FORBIDDEN")).on("sendAudio"));
    let page = listen(&bot, PERSON, "/fees");
    assert!(
        page.text().contains("Je n’ai pas pu vous envoyer ma voix") && page.text().contains("Orange Money"),
        "{page}"
    );
    assert!(page.button("🎓 Bourses").is_some());
    // An id of music is none of a voice.
    assert!(listen(&bot, OTHER, "/fees").to_string().starts_with("voice"));
    bot.fake.assert_clean();
}

#[test]
fn a_clip_that_is_broken_after_the_start_is_its_page() {
    let directory = content();
    // A content that is not followed: what stands on the disk is not what was looked into.
    let bot = bot(directory.path());
    let page = {
        let asked = bot.fake.private_message(PERSON, "/fees");
        bot.fake.wait_confirmed(asked.update_id);
        newest(&bot, PERSON.id)
    };
    for (broken, reason) in [(Some("no sound"), "it is neither Opus"), (None, "it cannot be read")] {
        let file = directory.path().join("fr/fees.ogg");
        match broken {
            Some(text) => fs::write(&file, text).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        tap(&bot, PERSON, &page, "🔊");
        let instead = newest(&bot, PERSON.id);
        assert!(instead.text().contains("Je n’ai pas pu vous envoyer ma voix"), "{instead}");
        bot.process.wait_log(reason);
    }
    bot.fake.assert_clean();
}

#[test]
fn an_exchanged_clip_is_another_one() {
    let directory = content();
    let bot = bot(directory.path());
    let before = listen(&bot, PERSON, "/fees");
    fs::copy(directory.path().join("fr/home.ogg"), directory.path().join("fr/fees.ogg")).unwrap();
    bot.process.wait_log("is served from now on");
    let after = listen(&bot, PERSON, "/fees");
    assert_ne!(after.file_id(), before.file_id());
    assert_eq!(after.json["voice"]["duration"], 4);
    bot.fake.assert_clean();
}

#[test]
fn a_link_opens_the_bot_at_a_clip() {
    let directory = content();
    let mut bot = bot(directory.path());
    // A shared card cannot upload: its button opens the bot.
    let card = bot.fake.inline_query(PERSON, "fr:#fees", "");
    let results = bot.fake.wait_for("results", |state| state.answers(&card.query_id).first().cloned());
    let button = &results["results"][0]["reply_markup"]["inline_keyboard"][0][0];
    assert_eq!(button["url"], "https://t.me/palabre_test_bot?start=fr-fees-v");
    for (payload, caption) in
        [("fr-fees-v", "💰 Les frais de scolarité"), ("en-fees-v", "💰 School fees"), ("fr--v", "🏠 Menu")]
    {
        bot.say(&format!("/start {payload}"));
        bot.fake.wait_for(caption, |state| state.sent_to(PERSON.id).any(|m| m.caption() == caption).then_some(()));
    }
    // There is no clip of it: its page opens.
    bot.say("/start fr-jobs-v").expect("Travailler");
    bot.say("/start fr-gone-v").expect("Bienvenue");
    bot.fake.assert_clean();
}

#[test]
fn who_sends_their_voice_hears_the_help_and_finds_what_to_listen_to() {
    let directory = content();
    let bot = bot(directory.path());
    let sent = bot.fake.post(Post::new(PERSON, PERSON.id, "").field("voice", serde_json::json!({"file_id": "x"})));
    bot.fake.wait_confirmed(sent.update_id);
    let answer = newest(&bot, PERSON.id);
    assert!(answer.file_id().is_some() && answer.caption().contains("écrivez votre question"), "{answer}");
    let first = answer.buttons().remove(0);
    assert_eq!(first.data.as_deref(), Some("1.fr.voice.home"));
    assert_eq!(*bot.fake.uploads_of("sendVoice")[0].bytes, *fs::read(directory.path().join("fr/help.ogg")).unwrap());
    tap(&bot, PERSON, &answer, "🔊");
    assert_eq!(newest(&bot, PERSON.id).caption(), "🏠 Menu");
    bot.fake.assert_clean();
}

#[test]
fn in_a_group_the_one_alone_hears_it_who_taps() {
    let directory = content();
    let bot = bot(directory.path());
    let asked = bot.fake.post(Post::new(7, GROUP, "/fees@palabre_test_bot"));
    bot.fake.wait_confirmed(asked.update_id);
    let page = newest(&bot, GROUP);
    tap(&bot, OTHER, &page, "🔊");
    let clip = bot.fake.ephemeral_messages_for(OTHER).remove(0);
    assert!(clip.file_id().is_some() && bot.fake.sent_to(GROUP).len() == 1, "{clip}");
    bot.fake.assert_clean();
}

#[test]
fn where_nothing_is_ephemeral_a_clip_replies_to_who_asked() {
    let directory = content();
    let bot = bot(directory.path());
    let asked = bot.fake.post(Post::new(7, GROUP, "/fees@palabre_test_bot"));
    bot.fake.wait_confirmed(asked.update_id);
    let page = newest(&bot, GROUP);
    let question = page.json["reply_to_message"]["message_id"].as_i64().unwrap();
    for (person, expected) in [(Person::new(7, "fr"), question), (OTHER, page.id)] {
        let refused = FaultKind::refuse(400, "Bad Request: EPHEMERAL_MESSAGE_NOT_ALLOWED");
        bot.fake.fault(Fault::new(refused).on("sendVoice"));
        tap(&bot, person, &page, "🔊");
        let clip = newest(&bot, GROUP);
        assert!(clip.file_id().is_some(), "{clip}");
        assert_eq!(clip.json["reply_to_message"]["message_id"], expected);
    }
    bot.fake.assert_clean();
}

#[test]
fn a_page_that_follows_a_clip_is_a_new_message() {
    let directory = content();
    let bot = bot(directory.path());
    let clip = listen(&bot, PERSON, "/fees");
    tap(&bot, PERSON, &clip, "🎓 Bourses");
    let page = newest(&bot, PERSON.id);
    assert!(page.text().contains("🎓") && page.id != clip.id, "{page}");
    assert!(bot.fake.calls_of("editMessageText").is_empty());
    tap(&bot, PERSON, &page, "Frais");
    assert_eq!(newest(&bot, PERSON.id).id, page.id, "a text is turned in place");
    bot.fake.assert_clean();
}

#[test]
fn a_picture_stands_above_its_page() {
    let directory = content();
    let bot = bot(directory.path());
    let asked = bot.fake.private_message(PERSON, "/enrolment");
    bot.fake.wait_confirmed(asked.update_id);
    let page = newest(&bot, PERSON.id);
    assert!(page.to_string().starts_with("photo 📝 S'inscrire au lycée"), "{page}");
    assert!(page.json["caption_entities"].as_array().is_some_and(|entities| !entities.is_empty()));
    // To text and back: each is a message of its own.
    tap(&bot, PERSON, &page, "🏠 Menu");
    let home = newest(&bot, PERSON.id);
    assert!(home.text().contains("Bienvenue") && home.id != page.id, "{home}");
    tap(&bot, PERSON, &home, "Inscription");
    let again = newest(&bot, PERSON.id);
    assert!(again.file_id().is_some() && again.id != home.id, "{again}");
    assert!(bot.fake.calls_of("editMessageText").is_empty());
    assert_eq!(bot.fake.uploads_of("sendPhoto").len(), 1);
    bot.fake.forget_files();
    tap(&bot, PERSON, &home, "Inscription");
    assert_eq!(bot.fake.uploads_of("sendPhoto").len(), 2);
    bot.fake.assert_clean();
}

/// A page longer than what has room under a picture.
fn make_long(directory: &Path) {
    let long = format!("L'inscription se fait au secrétariat.\n\n{}", "Venez avec tous les papiers. ".repeat(45));
    change(directory, "fr/pages.toml", "L'inscription se fait au secrétariat", &long);
}

#[test]
fn a_long_page_comes_below_its_picture_or_with_a_preview_of_it() {
    let directory = content();
    make_long(directory.path());
    let mut bot = bot(directory.path());
    bot.say("/enrolment").expect("Venez avec tous");
    let sent = bot.fake.sent_to(PERSON.id);
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].to_string(), sent[1].file_id()), ("photo ".to_owned(), None));
    assert!(sent[1].button("Suivant").is_some());
    bot.fake.assert_clean();
    drop(bot);

    change(directory.path(), "palabre.toml", "[names]", "[bot]\nsite = \"https://example.org/lycee\"\n\n[names]");
    let mut bot = self::bot(directory.path());
    bot.say("/enrolment").expect("Venez avec tous");
    assert_eq!(bot.fake.sent_to(PERSON.id).len(), 1);
    let call = &bot.fake.calls_of("sendMessage")[0];
    assert_eq!(call.params["link_preview_options"]["url"], "https://example.org/lycee/school.jpg");
    // Such a page is turned in place.
    bot.tap("Menu").expect("Bienvenue").tap("Inscription").expect("Venez avec tous");
    assert_eq!(bot.fake.sent_to(PERSON.id).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_page_whose_picture_is_refused_is_a_text() {
    let directory = content();
    let mut bot = bot(directory.path());
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN")).on("sendPhoto"));
    bot.say("/enrolment").expect("secrétariat");
    assert_eq!(newest(&bot, PERSON.id).file_id(), None);
    bot.process.wait_log("a picture was not sent");
    bot.fake.assert_clean();
}

#[test]
fn an_upload_that_fails_is_made_again() {
    let directory = content();
    let bot = bot(directory.path());
    let asked = bot.fake.private_message(PERSON, "/fees");
    bot.fake.wait_confirmed(asked.update_id);
    let page = newest(&bot, PERSON.id);
    bot.fake.fault(Fault::new(FaultKind::Reset).on("sendVoice").times(2));
    tap(&bot, PERSON, &page, "🔊");
    assert!(newest(&bot, PERSON.id).file_id().is_some());
    bot.fake.assert_clean();
}

#[test]
fn an_older_server_sends_clips_and_pictures_all_the_same() {
    let directory = content();
    let fake = Fake::start();
    fake.set_bot_api(BotApi::V9_1);
    let bot = bot_with(directory.path(), fake, &[]);
    assert!(listen(&bot, PERSON, "/fees").file_id().is_some());
    let asked = bot.fake.post(Post::new(7, GROUP, "/fees@palabre_test_bot"));
    bot.fake.wait_confirmed(asked.update_id);
    tap(&bot, OTHER, &newest(&bot, GROUP), "🔊");
    assert!(newest(&bot, GROUP).file_id().is_some());
    bot.fake.assert_clean();
}
