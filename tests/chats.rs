//! What people do in chats beside writing a question: albums, voice messages, quotes, remarks to each other, empty commands.

use std::sync::LazyLock;
use std::time::Duration;

use palabre::bot::pages;
use palabre::bot::reply::{Addressee, Input, MediaKind, PageKind, PageReply, Place, Question, Reply, Request, reply};
use palabre::content::{Content, load};
use serde_json::{Value, json};

use crate::support::bot::BotTest;
use crate::support::standin::StandIn;
use fake_bot_api::{BOT_ID, BOT_USERNAME, Fake, Message, Post, Queued};

const GROUP: i64 = -1_000_000_000_031;
const NAMED: Place = Place::Group { addressed: true };
const OVERHEARD: Place = Place::Group { addressed: false };

static SHIPPED: LazyLock<Content> = LazyLock::new(|| load::shipped(load::today()).content.unwrap());

fn answer(input: Input<'_>, place: Place) -> Reply {
    reply(&SHIPPED, &Request { input, language_code: Some("fr"), place, now: Duration::ZERO })
}

/// The kind of page that is shown, and the question that it answers.
#[track_caller]
fn page(input: Input<'_>, place: Place) -> (PageKind, Option<Question>) {
    let Reply::Page(PageReply { meta, .. }) = answer(input, place) else { panic!("no page for {input:?}") };
    (meta.page, meta.question)
}

fn section(id: &str) -> PageKind {
    PageKind::Section(SHIPPED.find(id).unwrap())
}

#[test]
fn a_reply_without_words_of_substance_asks_what_it_quotes() {
    let quoted = "@moussa quel est leur numéro de téléphone ?";
    let mentions =
        ["", "svp", "SVP !", "s’il vous plaît", "s'il te plait", "👆", "☝️ ☝️", "?", "!!", "please", "pls 🙏"];
    let texts = mentions.iter().flat_map(|words| {
        let commands = [format!("/ask {words}"), format!("/demander@bot {words}")];
        [format!("@palabre_bot {words}"), format!("{words} @palabre_bot")].into_iter().chain(commands)
    });
    for text in texts {
        let Reply::Page(page) = answer(Input::Quoting { text: &text, quoted }, NAMED) else { panic!("{text}") };
        assert_eq!(page.meta.page, section("contact"), "{text}");
        assert_eq!(page.addressee, Addressee::QuotedAuthor, "{text}");
        assert_eq!(page.meta.question.unwrap().text, "quel est leur numéro de téléphone ?");
    }
    // Words of its own are the question.
    let own = Input::Quoting { text: "@palabre_bot et vos principes ?", quoted };
    let Reply::Page(page) = answer(own, NAMED) else { panic!() };
    assert_eq!((page.meta.page, page.addressee), (section("principles"), Addressee::Asker));
}

#[test]
fn where_nothing_is_asked_one_line_shows_how_to() {
    for text in ["@palabre_bot", "@palabre_bot svp", "@palabre_bot ?", "/ask", "/demander svp", "/ask please 👆"] {
        assert_eq!(page(Input::Text(text), NAMED), (PageKind::HowToAsk, None), "{text}");
        let nothing = Input::Quoting { text, quoted: "👆" };
        assert_eq!(page(nothing, NAMED), (PageKind::HowToAsk, None), "{text}");
    }
    assert_eq!(page(Input::Text("/ask"), OVERHEARD).0, PageKind::HowToAsk);
    assert_eq!(page(Input::Text("/demander"), Place::Private).0, PageKind::HowToAsk);
}

#[test]
fn remarks_in_reply_to_the_bot_are_met_with_silence() {
    let to = "Contact";
    let remarks = [
        "👍",
        "😂😂",
        "lol",
        "mdr",
        "ok",
        "OK merci",
        "merci",
        "Merci beaucoup !",
        "thanks",
        "bonjour",
        "svp",
        "?",
        "",
        "haha",
        "d'accord",
        "xyzzy plugh",
        "on mange où ce soir ?",
        "c'est bon les gars, on y va demain matin",
        "confiance ou dialogue",
    ];
    for text in remarks {
        assert_eq!(answer(Input::Answering { text, to }, OVERHEARD), Reply::Silent, "{text}");
        // Whoever names the bot means it.
        assert_ne!(answer(Input::Text(text), NAMED), Reply::Silent, "{text}");
    }
    for kind in [MediaKind::Voice, MediaKind::Picture, MediaKind::Other] {
        assert_eq!(answer(Input::Media(kind), OVERHEARD), Reply::Silent);
    }
    assert_eq!(page(Input::Answering { text: "et votre numéro ?", to }, OVERHEARD).0, section("contact"));
    assert_eq!(page(Input::Answering { text: "votre numero svp", to }, OVERHEARD).0, section("contact"));
    let alarm = SHIPPED.talks().find(|&talk| &*SHIPPED.talk(talk).name == "danger").unwrap();
    let text = "on nous attaque";
    assert_eq!(page(Input::Answering { text, to }, OVERHEARD).0, PageKind::Talk(alarm));
    let unsure = "confiance ou dialogue ?";
    assert_eq!(page(Input::Answering { text: unsure, to }, OVERHEARD).0, PageKind::Suggestions);
    assert_eq!(page(Input::Answering { text: "/langu", to }, OVERHEARD).0, PageKind::UnknownCommand);
    assert_eq!(page(Input::Answering { text: "/ask", to }, OVERHEARD).0, PageKind::HowToAsk);
}

#[test]
fn who_was_asked_for_a_question_gets_an_answer_to_anything() {
    for lang in SHIPPED.languages() {
        let to = &SHIPPED.interface(lang).how_to_ask;
        assert_eq!(page(Input::Answering { text: "xyzzy plugh", to }, OVERHEARD).0, PageKind::Unknown);
        assert!(matches!(page(Input::Answering { text: "merci", to }, OVERHEARD).0, PageKind::Talk(_)));
    }
}

#[test]
fn what_has_no_words_gets_a_sentence_above_the_buttons_of_home() {
    let lang = SHIPPED.language("fr").unwrap();
    let interface = SHIPPED.interface(lang);
    let sentences = [
        (MediaKind::Voice, &interface.voice),
        (MediaKind::Picture, &interface.picture),
        (MediaKind::Other, &interface.other),
    ];
    for (kind, sentence) in sentences {
        let Reply::Page(PageReply { page, meta, .. }) = answer(Input::Media(kind), Place::Private) else { panic!() };
        let view = page.view(&SHIPPED);
        assert_eq!(view.text.as_str(), &**sentence);
        assert_eq!(view.rows, pages::home(&SHIPPED, lang, None).rows);
        assert_eq!((meta.page, meta.question), (PageKind::Media, None));
    }
}

#[test]
fn a_command_that_does_not_exist_is_tried_as_a_question() {
    for command in ["/adresse", "/numero", "/votre_numero", "/Téléphone", "/quel est votre numéro ?"] {
        let (kind, question) = page(Input::Text(command), Place::Private);
        assert_eq!(kind, section("contact"), "{command}");
        assert!(question.is_some(), "{command}");
        assert_eq!(answer(Input::Text(command), OVERHEARD), Reply::Silent, "{command}: it may be another bot's");
    }
    assert_eq!(page(Input::Text("/adresse@palabre_bot"), NAMED).0, section("contact"));
    assert_eq!(page(Input::Text("/xyzzy"), Place::Private), (PageKind::UnknownCommand, None));
}

// ---- On Telegram

fn bot() -> BotTest {
    let bot = BotTest::start(env!("CARGO_BIN_EXE_palabre"));
    bot.fake.group(GROUP, false);
    bot
}

/// What is sent to a chat in answer to this, after which the bot is done with it.
#[track_caller]
fn answers(bot: &BotTest, chat: i64, post: Post) -> Vec<Message> {
    let before = bot.fake.sent_to(chat).len();
    let Queued { update_id, .. } = bot.fake.post(post);
    bot.fake.wait_confirmed(update_id);
    bot.fake.sent_to(chat).split_off(before)
}

/// A message of the bot's in the group.
fn page_of_the_bot(bot: &BotTest) -> Message {
    answers(bot, GROUP, Post::new(7, GROUP, "/contact")).remove(0)
}

fn photo(fields: &[(&str, Value)]) -> Post {
    let post = Post::new(7, 7, "").field("photo", json!([{"file_id": "x", "width": 1}]));
    fields.iter().fold(post, |post, (name, value)| post.field(name, value.clone()))
}

/// What has no words is met with a sentence above the buttons of home.
#[track_caller]
fn check_media(media: &[(&str, Value)], sentence: &str) {
    check_answer(media, &[sentence, "[🕊️ Les cinq principes]"]);
}

/// A message of these fields in a private chat gets one answer, in which these words stand.
#[track_caller]
fn check_answer(media: &[(&str, Value)], expected: &[&str]) {
    let bot = bot();
    let post = media.iter().fold(Post::new(7, 7, ""), |post, (name, value)| post.field(name, value.clone()));
    let sent = answers(&bot, 7, post);
    assert_eq!(sent.len(), 1, "{media:?}");
    let shown = sent[0].to_string();
    assert!(expected.iter().all(|words| shown.contains(words)), "{media:?}: {shown}");
    bot.fake.assert_clean();
}

#[test]
fn a_voice_message_is_told_that_it_is_not_heard() {
    for kind in ["voice", "video_note", "audio"] {
        check_media(&[(kind, json!({"file_id": "x", "duration": 3}))], "écouter");
    }
}

#[test]
fn a_picture_is_told_that_it_is_not_seen() {
    check_media(&[("photo", json!([]))], "images");
    check_media(&[("animation", json!({})), ("document", json!({}))], "images");
    check_media(&[("photo", json!([])), ("caption", json!(" "))], "images");
}

#[test]
fn anything_else_is_told_that_words_are_read() {
    check_media(&[("sticker", json!({}))], "que les mots");
    check_media(&[("venue", json!({})), ("location", json!({}))], "que les mots");
    check_media(&[("giveaway", json!({"winner_count": 1}))], "que les mots");
    check_media(&[("poll", json!({"id": "1", "options": []}))], "que les mots");
    check_media(&[("rich_message", json!({"blocks": [{"type": "divider"}]}))], "que les mots");
}

#[test]
fn words_are_read_wherever_they_stand() {
    let question = "votre numéro de téléphone ?";
    check_answer(&[("video", json!({})), ("caption", json!(question))], &["+223"]);
    check_answer(&[("poll", json!({"id": "1", "question": question}))], &["+223"]);
    check_answer(
        &[("invoice", json!({"title": "numéro", "description": "de téléphone", "currency": "XOF"}))],
        &["+223"],
    );
    let blocks = json!([{"type": "paragraph", "text": ["votre ", {"type": "bold", "text": "numéro"}, " ?"]}]);
    check_answer(&[("rich_message", json!({ "blocks": blocks }))], &["+223"]);
}

/// What is sent to somebody whose album has these captions, after time enough for anything that is still to come.
fn album_answers(captions: &[Option<&str>], answers: usize) -> Vec<Message> {
    let fake = Fake::start();
    let bot = StandIn::start_with_clock(&fake, reply);
    let album = [("media_group_id", json!("77"))];
    let part = |caption: &Option<&str>| {
        let caption = caption.iter().fold(photo(&album), |part, caption| part.field("caption", json!(caption)));
        fake.post(caption).update_id
    };
    let last = captions.iter().map(part).max().unwrap();
    fake.wait_confirmed(last);
    bot.advance(Duration::from_secs(2));
    fake.wait_sent(7, answers);
    // Behind whatever else the album may have set off.
    fake.wait_confirmed(fake.private_message(8, "/contact").update_id);
    assert_eq!(bot.stop(), Ok(()));
    fake.assert_clean();
    fake.sent_to(7)
}

#[test]
fn an_album_is_answered_once_to_its_caption() {
    for captioned in 0..3 {
        let mut captions = [None; 3];
        captions[captioned] = Some("votre numéro de téléphone ?");
        let sent = album_answers(&captions, 1);
        assert_eq!(sent.len(), 1, "captioned: {captioned}");
        assert!(sent[0].text().contains("+223"), "{}", sent[0]);
    }
}

#[test]
fn an_album_without_a_caption_is_answered_once() {
    for parts in [1, 3] {
        let sent = album_answers(&vec![None; parts], 1);
        assert_eq!(sent.len(), 1);
        assert!(sent[0].text().contains("images"), "{}", sent[0]);
    }
}

#[test]
fn an_album_with_two_captions_is_one_message() {
    let sent = album_answers(&[Some("votre numéro ?"), None, Some("vos principes ?")], 1);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].text().contains("+223"), "{}", sent[0]);
}

#[test]
fn an_album_in_a_group_is_answered_to_who_names_the_bot() {
    let bot = bot();
    let part = |caption: &str| {
        let post = Post::new(7, GROUP, "").field("photo", json!([])).field("media_group_id", json!("77"));
        let mention = json!([{"type": "mention", "offset": 0, "length": BOT_USERNAME.len() + 1}]);
        if caption.is_empty() { post } else { post.field("caption", json!(caption)).field("caption_entities", mention) }
    };
    bot.fake.post(part(""));
    bot.fake.post(part(&format!("@{BOT_USERNAME} votre numéro ?")));
    let sent = bot.fake.wait_sent(GROUP, 1);
    let last = bot.fake.post(part(""));
    bot.fake.wait_confirmed(last.update_id);
    assert!(sent[0].text().contains("+223"), "{}", sent[0]);
    assert_eq!(bot.fake.sent_to(GROUP).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_bare_ask_opens_the_field_for_a_question_and_what_is_written_there_is_answered() {
    let bot = bot();
    let asked = bot.fake.post(Post::new(7, GROUP, "/demander"));
    bot.fake.wait_confirmed(asked.update_id);
    let call = bot.fake.calls_of("sendMessage").remove(0);
    let markup = json!({"force_reply": true, "input_field_placeholder": "Votre question…", "selective": true});
    assert_eq!(call.params["reply_markup"], markup);
    assert_eq!(call.params["reply_parameters"]["message_id"], json!(asked.message_id), "for them alone");
    let prompt = bot.fake.sent_to(GROUP).remove(0);
    assert!(prompt.text().contains("/demander comment"), "{prompt}");

    let answered = answers(&bot, GROUP, Post::new(7, GROUP, "xyzzy plugh").reply_to(prompt.id));
    assert!(answered[0].text().contains("Je ne sais pas répondre"), "{}", answered[0]);
    bot.fake.assert_clean();
}

#[test]
fn a_guest_who_asks_nothing_gets_the_line_without_a_field() {
    let bot = bot();
    let asked = bot.fake.guest_message(7, &format!("@{BOT_USERNAME}"));
    let answer = bot.fake.wait_for("the line", |state| state.answers(&asked.query_id).first().cloned());
    assert!(answer.to_string().contains("Quelle est votre question"), "{answer}");
    assert!(!answer.to_string().contains("reply_markup"), "{answer}");
    bot.fake.assert_clean();
}

#[test]
fn a_remark_to_the_bot_gets_no_page_and_a_question_does() {
    let bot = bot();
    let page = page_of_the_bot(&bot);
    let reply = |text: &str| Post::new(8, GROUP, text).reply_to(page.id);
    for remark in ["👍", "mdr", "merci !"] {
        assert!(answers(&bot, GROUP, reply(remark)).is_empty(), "{remark}");
    }
    assert!(answers(&bot, GROUP, reply("").field("sticker", json!({}))).is_empty());
    assert!(answers(&bot, GROUP, reply("").field("animation", json!({})).field("document", json!({}))).is_empty());
    assert_eq!(answers(&bot, GROUP, reply("et vos principes ?")).len(), 1);
    assert_eq!(answers(&bot, GROUP, reply(&format!("@{BOT_USERNAME} xyzzy plugh"))).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn who_is_named_first_is_spoken_to() {
    let bot = bot();
    let page = page_of_the_bot(&bot);
    let reply = |text: &str| Post::new(8, GROUP, text).reply_to(page.id);
    let named = |text: &str, offset: usize, id: i64| {
        reply(text).entities(json!([{"type": "text_mention", "offset": offset, "length": 6, "user": {"id": id}}]))
    };
    assert!(answers(&bot, GROUP, reply("@moussa votre numéro de téléphone ?")).is_empty());
    assert!(answers(&bot, GROUP, named("Moussa votre numéro de téléphone ?", 0, 9)).is_empty());
    assert_eq!(answers(&bot, GROUP, named("Votre numéro, Moussa ?", 14, 9)).len(), 1, "named later");
    assert_eq!(answers(&bot, GROUP, named("Moussa votre numéro de téléphone ?", 0, BOT_ID)).len(), 1, "the bot itself");
    let both = reply(&format!("@moussa @{BOT_USERNAME} votre numéro de téléphone ?"));
    assert_eq!(answers(&bot, GROUP, both).len(), 1, "the bot too");
    bot.fake.assert_clean();
}

/// Somebody asks the bot to answer what these fields quote; gives the answers.
fn answers_to_quoted(bot: &BotTest, fields: &[(&str, Value)]) -> Vec<Message> {
    let ask = Post::new(8, GROUP, "/demander svp");
    answers(bot, GROUP, fields.iter().fold(ask, |ask, (name, value)| ask.field(name, value.clone())))
}

#[test]
fn the_part_that_is_quoted_is_asked_about() {
    let bot = bot();
    let text = "Bonjour à tous. votre numéro de téléphone ? et vos cinq principes ?";
    let asked = bot.fake.post(Post::new(7, GROUP, text));
    let replied = bot.fake.message(GROUP, asked.message_id).json;
    let quote = json!({"text": "vos cinq principes ?", "position": 47, "is_manual": true});
    let sent = answers_to_quoted(&bot, &[("reply_to_message", replied), ("quote", quote)]);
    assert!(sent[0].text().starts_with("🕊️"), "{}", sent[0]);
    assert_eq!(sent[0].json["reply_to_message"]["message_id"], json!(asked.message_id), "for who wrote it");
    bot.fake.assert_clean();
}

#[test]
fn a_message_of_another_chat_is_asked_about_and_answered_to_who_asks() {
    let bot = bot();
    let origin = json!({"type": "hidden_user", "date": 1, "sender_user_name": "x"});
    let external = json!({ "origin": origin, "message_id": 3 });
    let quote = json!({"text": "votre numéro de téléphone ?", "position": 0});
    let sent = answers_to_quoted(&bot, &[("external_reply", external), ("quote", quote)]);
    assert!(sent[0].text().contains("+223"), "{}", sent[0]);
    assert!(sent[0].json["reply_to_message"].is_object());
    let poll = json!({"id": "1", "question": "votre numéro de téléphone ?", "options": []});
    let sent = answers_to_quoted(&bot, &[("external_reply", json!({ "origin": origin, "poll": poll }))]);
    assert!(sent[0].text().contains("+223"), "{}", sent[0]);
    bot.fake.assert_clean();
}

#[test]
fn a_caption_and_a_poll_are_asked_about_as_a_text_is() {
    let bot = bot();
    let question = "votre numéro de téléphone ?";
    for (field, value) in [
        ("caption", json!(question)),
        ("poll", json!({"id": "1", "question": question, "options": []})),
        ("rich_message", json!({"blocks": [{"type": "heading", "text": question, "size": 1}]})),
    ] {
        let asked = bot.fake.post(Post::new(7, GROUP, "").field("photo", json!([])).field(field, value));
        let replied = bot.fake.message(GROUP, asked.message_id).json;
        let sent = answers_to_quoted(&bot, &[("reply_to_message", replied)]);
        assert!(sent[0].text().contains("+223"), "{field}: {}", sent[0]);
        assert_eq!(sent[0].json["reply_to_message"]["message_id"], json!(asked.message_id));
    }
    bot.fake.assert_clean();
}

#[test]
fn a_part_of_the_bot_s_own_page_can_be_asked_about() {
    let bot = bot();
    let page = page_of_the_bot(&bot);
    let quote = json!({"text": "bâtir la confiance", "position": 0, "is_manual": true});
    let ask = Post::new(8, GROUP, &format!("@{BOT_USERNAME} ?")).reply_to(page.id).field("quote", quote);
    let asked = bot.fake.post(ask);
    bot.fake.wait_confirmed(asked.update_id);
    let answer = bot.fake.sent_to(GROUP).pop().unwrap();
    assert!(answer.text().contains("confiance"), "{answer}");
    assert_eq!(answer.json["reply_to_message"]["message_id"], json!(asked.message_id), "not to the bot itself");
    bot.fake.assert_clean();
}

#[test]
fn fields_of_another_shape_lose_no_question() {
    let fake = Fake::start();
    let bot = BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), fake, &[], &[]);
    let odd = [
        ("quote", json!({"text": {"type": "bold"}})),
        ("external_reply", json!("x")),
        ("media_group_id", json!(77)),
        ("poll", json!({"question": []})),
        ("invoice", json!([1])),
        ("rich_message", json!("x")),
        ("reply_to_message", json!({"poll": 1, "invoice": 2, "rich_message": {"blocks": {"blocks": 3}}})),
    ];
    for (person, (field, value)) in (100..).zip(odd) {
        let sent = answers(&bot, person, Post::new(person, person, "votre numéro ?").field(field, value));
        assert!(sent[0].text().contains("+223"), "{field}");
    }
    bot.fake.assert_clean();
}
