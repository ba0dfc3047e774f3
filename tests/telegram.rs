//! The real binary on a strict Telegram, when all goes well: pages, taps, commands, groups, the profile.

use palabre::content::load;
use serde_json::json;

use crate::support::bot::BotTest;
use fake_bot_api::{BOT_ID, BOT_USERNAME, Fault, FaultKind, Message, Person, Post};

const GROUP: i64 = -1_000_000_000_007;

fn bot() -> BotTest {
    BotTest::start(env!("CARGO_BIN_EXE_palabre"))
}

/// Posts in a group; the answer, or nothing. That nothing comes is known when a later question has been answered.
#[track_caller]
fn check_group(post: Post, expected: Option<&str>) {
    let bot = bot();
    bot.fake.group(GROUP, false);
    let asked = bot.fake.post(post);
    let last = bot.fake.post(Post::new(9, GROUP, &format!("/help@{BOT_USERNAME}")));
    bot.fake.wait_confirmed(last.update_id);
    let sent = bot.fake.sent_to(GROUP);
    let answers: Vec<_> =
        sent.iter().filter(|m| m.json["reply_to_message"]["message_id"] == json!(asked.message_id)).collect();
    match expected {
        None => assert_eq!(sent.len(), 1, "{}", sent[0]),
        Some(fragment) => {
            let [answer] = answers[..] else { panic!("{} answers to {}", answers.len(), asked.message_id) };
            assert!(answer.text().contains(fragment), "{answer}");
        }
    }
    bot.fake.assert_clean();
}

#[test]
fn a_person_taps_through_and_back() {
    let mut bot = bot();
    bot.say("/start")
        .expect("Interpeace")
        .tap("principes")
        .expect("confiance")
        .tap("confiance")
        .expect("Les cinq principes");
    let page = bot.tap("English").page();
    assert!(page.text().contains("trust") && page.button("The five principles").is_some(), "{page}");
    bot.tap("Home").expect("The four objectives");
    let sent = bot.fake.sent_to(1);
    assert_eq!(sent.len(), 1, "every tap edits the one message");
    assert_eq!(sent[0].edits(), 4);
    bot.fake.assert_clean();
}

#[test]
fn every_button_of_every_page_leads_to_a_page() {
    let mut bot = bot();
    let callbacks = |page: &Message| page.buttons().into_iter().filter_map(|button| button.data).collect::<Vec<_>>();
    let mut open = callbacks(&bot.say("/start").page());
    let mut seen = std::collections::BTreeSet::new();
    while let Some(data) = open.pop() {
        if !seen.insert(data.clone()) {
            continue;
        }
        // Somebody else each time, for one person who taps so fast is told to slow down.
        let person = 1 + seen.len() as i64;
        let home = bot.say_as(person, "/start").page().id;
        let tapped = bot.fake.tap(person, person, home, &data);
        bot.fake.wait_confirmed(tapped.update_id);
        assert_eq!(bot.fake.answers(&tapped.query_id).len(), 1, "{data}");
        open.extend(callbacks(&bot.fake.message(person, home)));
    }
    // Home, help, languages and 18 sections, in two languages, and the contact card.
    assert!(seen.len() >= 2 * 19, "{seen:?}");
    bot.fake.assert_clean();
}

#[test]
fn the_same_tap_twice_is_harmless() {
    let mut bot = bot();
    let home = bot.say("/start").page();
    let data = home.button("📞 Contact").unwrap().data.unwrap();
    let taps: Vec<_> = (0..3).map(|_| bot.fake.tap(1, 1, home.id, &data)).collect();
    bot.fake.wait_confirmed(taps[2].update_id);
    for tap in &taps {
        assert_eq!(bot.fake.answers(&tap.query_id).len(), 1);
    }
    assert_eq!(bot.fake.sent_to(1).len(), 1);
}

#[test]
fn old_and_forged_buttons_get_a_notice_and_home() {
    let mut bot = bot();
    let home = bot.say("/help").page();
    for data in ["0.fr.home", "s:contact", "1.fr.s.nothing", "1.tooo.home", "\u{0}", "', drop"] {
        let tap = bot.fake.tap(1, 1, home.id, data);
        bot.fake.wait_confirmed(tap.update_id);
        let answers = bot.fake.answers(&tap.query_id);
        assert!(answers[0]["text"].as_str().is_some_and(|text| !text.is_empty()), "{data}: {answers:?}");
        assert!(bot.fake.message(1, home.id).button("Les cinq principes").is_some(), "{data}");
    }
    bot.fake.assert_clean();
}

#[test]
fn a_tap_under_an_inaccessible_message_gets_a_new_one() {
    let bot = bot();
    let tap = bot.fake.tap_inaccessible(1, 1, 55, "1.fr.s.contact");
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.sent_to(1)[0].text().contains("+223 20 22 18 48"));
    assert_eq!(bot.fake.answers(&tap.query_id).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_tap_on_a_shared_card_edits_that_card() {
    let bot = bot();
    let tap = bot.fake.tap_inline(Person::new(1, "en"), "inline-7", "1.en.s.trust");
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.inline_message("inline-7").unwrap().text().to_lowercase().contains("trust"));
    bot.fake.assert_clean();
}

#[test]
fn contact_has_numbers_to_copy_and_a_card() {
    let mut bot = bot();
    let page = bot.say("/contact").page();
    assert!(page.entity_texts("phone_number").contains(&"+223 20 22 18 48".to_owned()), "{page}");
    assert!(page.buttons().iter().any(|b| b.json["copy_text"]["text"] == "+223 20 22 18 48"), "{page}");
    let data = page.buttons().into_iter().find_map(|b| b.data.filter(|data| data.ends_with(".card"))).unwrap();
    let tap = bot.fake.tap(1, 1, page.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    let card = bot.fake.sent_to(1).pop().unwrap();
    let contact = &card.json["contact"];
    assert_eq!(contact["phone_number"], "+223 20 22 18 48");
    assert!(contact["vcard"].as_str().unwrap().contains("TEL;TYPE=WORK,VOICE:+22320221848\r\n"), "{contact}");
    bot.fake.assert_clean();
}

#[test]
fn a_command_answers_in_its_own_language_whatever_its_case() {
    let mut bot = bot();
    bot.say("/PRINCIPLES").expect("Home");
    bot.say("/Principes").expect("Accueil");
    bot.say(&format!("/contact@{}", BOT_USERNAME.to_uppercase())).expect("+223");
    bot.say_as(Person::new(2, "en-GB"), "/start").expect("The five principles");
}

#[test]
fn an_unknown_command_offers_the_nearest() {
    let mut bot = bot();
    let page = bot.say("/langu").page();
    assert!(page.button("Langue").is_some(), "{page}");
    let page = bot.say("/xyzzy").page();
    assert!(page.button("Les cinq principes").is_some(), "{page}");
}

#[test]
fn odd_messages_get_home_and_a_kind_sentence() {
    let mut bot = bot();
    for text in ["/", "//", "🙂", "\u{202e}اب", "a\u{301}", &"é".repeat(4096), "[[[{}]]]", "xyzzy plugh"] {
        let page = bot.say(text).page();
        assert!(page.button("Les cinq principes").is_some(), "{text}: {page}");
    }
    let sent = bot.fake.sent_to(1).len();
    bot.fake.post(Post::new(1, 1, "").field("sticker", json!({"file_id": "x", "width": 1})));
    bot.fake.wait_sent(1, sent + 1);
    bot.fake.assert_clean();
}

#[test]
fn service_messages_are_nobody_s_question() {
    let bot = bot();
    for service in ["pinned_message", "users_shared", "unique_gift", "something_of_tomorrow"] {
        let chat = json!({"id": 1, "type": "private"});
        let from = json!({"id": 1, "is_bot": false, "first_name": "Person"});
        bot.fake.push_raw(json!({"message": {"message_id": 7, "date": 1, "chat": chat, "from": from, service: {}}}));
    }
    let last = bot.fake.private_message(1, "/start");
    bot.fake.wait_confirmed(last.update_id);
    assert_eq!(bot.fake.sent_to(1).len(), 1);
}

#[test]
fn in_a_group_its_own_command_is_answered() {
    check_group(Post::new(7, GROUP, "/contact"), Some("+223"));
}

#[test]
fn in_a_group_a_command_that_names_it_is_answered() {
    check_group(Post::new(7, GROUP, &format!("/nothing@{BOT_USERNAME}")), Some(""));
}

#[test]
fn in_a_group_a_mention_is_answered() {
    check_group(Post::new(7, GROUP, &format!("hé @{BOT_USERNAME} qui êtes-vous ?")), Some("Interpeace"));
}

#[test]
fn in_a_group_it_is_silent_on_talk() {
    check_group(Post::new(7, GROUP, "bonjour à tous"), None);
}

#[test]
fn in_a_group_it_is_silent_on_a_command_of_nobody() {
    check_group(Post::new(7, GROUP, "/weather"), None);
}

#[test]
fn in_a_group_it_is_silent_on_another_bot_s_command() {
    check_group(Post::new(7, GROUP, "/contact@other_bot"), None);
}

#[test]
fn in_a_group_it_is_silent_on_other_bots() {
    check_group(Post::new(7, GROUP, "/contact").by_bot(), None);
}

#[test]
fn in_a_group_it_is_silent_on_photos() {
    check_group(Post::new(7, GROUP, "").field("photo", json!([])), None);
}

#[test]
fn in_a_group_a_command_is_understood_before_a_full_stop() {
    check_group(Post::new(7, GROUP, &format!("/contact@{BOT_USERNAME}!")), Some("+223"));
    check_group(Post::new(7, GROUP, "/contact, svp"), Some("+223"));
}

#[test]
fn in_a_group_a_section_s_id_alone_is_no_command() {
    check_group(Post::new(7, GROUP, "/trust"), None);
    check_group(Post::new(7, GROUP, &format!("/trust@{BOT_USERNAME}")), Some("confiance"));
}

#[test]
fn in_a_group_a_channel_s_forwarded_post_is_not_answered() {
    let post = || Post::new(7, GROUP, "/contact").field("is_automatic_forward", json!(true));
    check_group(post().field("sender_chat", json!({"id": -1_000_000_000_009_i64, "type": "channel"})), None);
}

#[test]
fn in_a_group_an_anonymous_administrator_is_answered() {
    let group = json!({"id": GROUP, "type": "supergroup"});
    check_group(Post::new(1_087_968_824, GROUP, "/contact").by_bot().field("sender_chat", group), Some("+223"));
}

#[test]
fn in_a_group_a_mention_of_the_name_and_in_a_caption_is_answered() {
    let entity = json!([{"type": "text_mention", "offset": 0, "length": 7, "user": {"id": BOT_ID}}]);
    check_group(Post::new(7, GROUP, "Palabre ?").entities(entity), Some("Interpeace"));
    let caption = format!("@{BOT_USERNAME} regardez");
    let entity = json!([{"type": "mention", "offset": 0, "length": BOT_USERNAME.len() + 1}]);
    let chat = json!({"id": GROUP, "type": "supergroup"});
    let bot = bot();
    bot.fake.group(GROUP, false);
    bot.fake.push_raw(json!({"message": {
        "message_id": 9, "date": 1, "chat": chat, "from": {"id": 7, "is_bot": false, "first_name": "Person"},
        "photo": [], "caption": caption, "caption_entities": entity,
    }}));
    bot.fake.wait_sent(GROUP, 1);
}

#[test]
fn in_private_another_bot_s_command_is_no_dead_end() {
    let mut bot = bot();
    bot.say("/contact@other_bot").expect("+223");
    bot.say("/contact!").expect("+223");
}

#[test]
fn in_a_group_a_reply_to_it_is_answered() {
    let bot = bot();
    bot.fake.group(GROUP, false);
    bot.fake.post(Post::new(7, GROUP, "/contact"));
    let page = bot.fake.wait_sent(GROUP, 1).remove(0);
    bot.fake.post(Post::new(8, GROUP, "merci, et vos principes ?").reply_to(page.id));
    bot.fake.wait_sent(GROUP, 2);
    bot.fake.assert_clean();
}

#[test]
fn in_a_group_somebody_has_another_s_question_answered() {
    let bot = bot();
    bot.fake.group(GROUP, false);
    for words in ["/ask", "/demander", &format!("@{BOT_USERNAME}")] {
        let asked = bot.fake.post(Post::new(7, GROUP, "quel est leur numéro de téléphone ?"));
        let settled = bot.fake.post(Post::new(8, GROUP, words).reply_to(asked.message_id));
        bot.fake.wait_confirmed(settled.update_id);
        let page = bot.fake.sent_to(GROUP).pop().unwrap();
        assert!(page.text().contains("+223"), "{words}: {page}");
        assert_eq!(
            page.json["reply_to_message"]["message_id"],
            json!(asked.message_id),
            "it answers the one who asked"
        );
    }
    bot.fake.assert_clean();
}

#[test]
fn in_a_group_a_question_behind_ask_is_answered() {
    check_group(Post::new(7, GROUP, "/ask quel est votre numéro de téléphone"), Some("+223"));
}

#[test]
fn a_deep_link_opens_its_page() {
    let mut bot = bot();
    bot.say("/start en-trust").expect("trust");
    bot.say("/start fr-contact").expect("+223");
    bot.say("/start forged-payload").expect("Que voulez-vous savoir");
}

#[test]
fn a_topic_is_answered_in_that_topic() {
    let bot = bot();
    bot.fake.group(GROUP, true);
    bot.fake.post(Post::new(7, GROUP, "/contact").topic(31));
    let page = bot.fake.wait_sent(GROUP, 1).remove(0);
    assert_eq!(page.json["message_thread_id"], 31);
    // A message in a topic is not a reply to the bot, whoever opened the topic.
    let quiet = bot.fake.post(Post::new(7, GROUP, "bonjour").topic(31));
    bot.fake.wait_confirmed(quiet.update_id);
    assert_eq!(bot.fake.sent_to(GROUP).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_discussion_s_thread_is_not_a_topic() {
    let bot = bot();
    bot.fake.group(GROUP, false);
    bot.fake.post(Post::new(7, GROUP, "/contact").discussion(77));
    let page = bot.fake.wait_sent(GROUP, 1).remove(0);
    assert!(page.json.get("message_thread_id").is_none(), "{}", page.json);
    bot.fake.assert_clean();
}

#[test]
fn a_question_that_is_deleted_meanwhile_is_answered_all_the_same() {
    let bot = bot();
    bot.fake.group(GROUP, false);
    bot.fake.post(Post::new(7, GROUP, "/contact").field("message_id", json!(99_999)));
    let page = bot.fake.wait_sent(GROUP, 1).remove(0);
    assert!(page.json.get("reply_to_message").is_none());
    bot.fake.assert_clean();
}

#[test]
fn channels_are_silent() {
    let bot = bot();
    let post = bot.fake.channel_post(-1_000_000_000_009, "/contact");
    bot.fake.wait_confirmed(post.update_id);
    assert!(bot.fake.calls_of("sendMessage").is_empty());
}

#[test]
fn an_unknown_kind_of_entity_keeps_its_text() {
    let bot = bot();
    let entities = json!([{"type": "date_time", "offset": 0, "length": 3, "unix_time": 1}]);
    bot.fake.post(Post::new(1, 1, "/contact").entities(entities));
    assert!(bot.fake.wait_sent(1, 1)[0].text().contains("+223"));
}

#[test]
fn updates_of_unknown_kinds_and_shapes_are_passed_over() {
    let bot = bot();
    for raw in [
        json!({"telepathy": {"thought": "hm"}}),
        json!({"message": 5}),
        json!({"message": {"chat": {"id": "x"}}}),
        json!({"callback_query": {"id": 1}}),
        json!({"message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "hologram"}, "text": "/start"}}),
        json!({}),
    ] {
        bot.fake.push_raw(raw);
    }
    let last = bot.fake.private_message(1, "/start");
    bot.fake.wait_sent(1, 1);
    bot.fake.wait_confirmed(last.update_id);
    bot.fake.assert_clean();
}

#[test]
fn it_says_one_line_at_the_start() {
    let bot = bot();
    bot.process.wait_log("answers as");
    let log = bot.process.log();
    assert_eq!(log.lines().count(), 1, "{log}");
    let content = load::shipped(load::today()).content.unwrap();
    let sections = format!("{} sections", content.sections().len());
    for part in [env!("CARGO_PKG_VERSION"), BOT_USERNAME, "fr, en", &sections] {
        assert!(log.contains(part), "{part}: {log}");
    }
}

#[test]
fn in_a_private_chat_with_topics_the_answer_goes_into_the_topic() {
    let bot = BotTest::start(env!("CARGO_BIN_EXE_palabre"));
    bot.fake.preset_me("has_topics_enabled", json!(true));
    for topic in [3, 4] {
        let asked = bot.fake.post(Post::new(7, 7, "/contact").topic(topic));
        bot.fake.wait_confirmed(asked.update_id);
        let page = bot.fake.sent_to(7).pop().unwrap();
        assert_eq!(page.json["message_thread_id"], topic);
        let card = page.buttons().into_iter().find_map(|b| b.data.filter(|data| data.ends_with(".card"))).unwrap();
        let tap = bot.fake.tap(7, 7, page.id, &card);
        bot.fake.wait_confirmed(tap.update_id);
        assert_eq!(bot.fake.sent_to(7).pop().unwrap().json["message_thread_id"], topic);
    }
    // A topic that is gone meanwhile.
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: message thread not found")).on("sendMessage"));
    let asked = bot.fake.post(Post::new(7, 7, "/contact").topic(4));
    bot.fake.wait_confirmed(asked.update_id);
    assert!(bot.fake.sent_to(7).pop().unwrap().json.get("message_thread_id").is_none());
    bot.fake.assert_clean();
}
