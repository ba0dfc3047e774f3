//! Groups: what one person alone sees, menus, topics, and who writes too much.

use std::time::Duration;

use serde_json::json;

use palabre::bot::reply::reply;

use crate::support::bot::BotTest;
use crate::support::standin::StandIn;
use fake_bot_api::{ALWAYS, BOT_USERNAME, Fake, Fault, FaultKind, Person, Post, State};

const GROUP: i64 = -1_000_000_000_021;
const ENGLISH: Person = Person::new(5, "en");

fn bot() -> BotTest {
    let bot = BotTest::start(env!("CARGO_BIN_EXE_palabre"));
    bot.fake.group(GROUP, false);
    bot
}

#[test]
fn an_ephemeral_command_is_answered_to_the_asker_alone() {
    let bot = bot();
    let asked = bot.fake.ephemeral_command(7, GROUP, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert!(bot.fake.sent_to(GROUP).is_empty(), "the group sees nothing");
    let aside = bot.fake.ephemeral_messages(GROUP).remove(0);
    assert!(aside.text().contains("+223"), "{aside}");
    assert_eq!(aside.json["receiver_user"]["id"], 7);

    // A tap turns the page in place, for them alone.
    let back = aside.button("Accueil").unwrap().data.unwrap();
    let tap = bot.fake.tap_ephemeral(7, GROUP, aside.id, &back);
    bot.fake.wait_confirmed(tap.update_id);
    let home = bot.fake.ephemeral_messages(GROUP).remove(0);
    assert_eq!(home.edits(), 1);
    assert!(home.text().contains("Que voulez-vous savoir"), "{home}");
    assert!(bot.fake.sent_to(GROUP).is_empty());
    bot.fake.assert_clean();
}

#[test]
fn what_one_sees_can_be_shown_to_everybody() {
    let bot = bot();
    let asked = bot.fake.ephemeral_command(7, GROUP, "/principes");
    bot.fake.wait_confirmed(asked.update_id);
    let aside = bot.fake.ephemeral_messages(GROUP).remove(0);
    let show = aside.button("Montrer à tous").unwrap().data.unwrap();
    assert_eq!(show, "1.fr.post.s.principles");
    let tap = bot.fake.tap_ephemeral(7, GROUP, aside.id, &show);
    bot.fake.wait_confirmed(tap.update_id);
    let page = bot.fake.sent_to(GROUP).remove(0);
    assert!(page.text().contains("principes") && page.button("Montrer à tous").is_none(), "{page}");
    assert_eq!(bot.fake.answers(&tap.query_id).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn an_ephemeral_answer_that_is_refused_becomes_a_normal_one() {
    let bot = bot();
    bot.fake.fault(Fault::new(FaultKind::refuse(400, "Bad Request: EPHEMERAL_MESSAGE_NOT_ALLOWED")).on("sendMessage"));
    let asked = bot.fake.ephemeral_command(7, GROUP, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert!(bot.fake.ephemeral_messages(GROUP).is_empty());
    let page = bot.fake.sent_to(GROUP).remove(0);
    assert!(page.text().contains("+223"), "{page}");
    // Under a message that is gone a tap gets a new one, again for them alone.
    let asked = bot.fake.ephemeral_command(7, GROUP, "/principes");
    bot.fake.wait_confirmed(asked.update_id);
    let aside = bot.fake.ephemeral_messages(GROUP).remove(0);
    let gone = FaultKind::refuse(400, "Bad Request: message to edit not found");
    bot.fake.fault(Fault::new(gone).on("editEphemeralMessageText"));
    let tap = bot.fake.tap_ephemeral(7, GROUP, aside.id, "1.fr.s.trust");
    bot.fake.wait_confirmed(tap.update_id);
    assert!(bot.fake.ephemeral_messages(GROUP)[1].text().contains("confiance"));
    assert_eq!(bot.fake.sent_to(GROUP).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn an_ephemeral_answer_follows_its_group_to_a_new_id() {
    const SUPERGROUP: i64 = -1_000_000_000_022;
    let bot = bot();
    bot.fake.group(SUPERGROUP, false);
    let moved = FaultKind::migrated(SUPERGROUP);
    bot.fake.fault(Fault::new(moved).on("sendMessage").in_chat(GROUP).times(ALWAYS));
    let asked = bot.fake.ephemeral_command(7, GROUP, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert!(bot.fake.sent_to(SUPERGROUP).remove(0).text().contains("+223"));
    bot.fake.assert_clean();
}

#[test]
fn an_ephemeral_answer_whose_topic_is_gone_as_well_arrives_in_the_group() {
    const FORUM: i64 = -1_000_000_000_023;
    let bot = bot();
    for refusal in ["EPHEMERAL_MESSAGE_NOT_ALLOWED", "message thread not found"] {
        let refusal = FaultKind::refuse(400, &format!("Bad Request: {refusal}"));
        bot.fake.fault(Fault::new(refusal).on("sendMessage"));
    }
    bot.fake.replay(json!({"update_id": 1, "message": {
        "message_id": 0, "ephemeral_message_id": 5, "date": 1, "text": "/contact",
        "chat": {"id": FORUM, "type": "supergroup", "title": "Forum", "is_forum": true},
        "message_thread_id": 44, "is_topic_message": true,
        "from": {"id": 7, "is_bot": false, "first_name": "Person", "language_code": "fr"},
    }}));
    assert!(bot.fake.wait_sent(FORUM, 1)[0].text().contains("+223"));
    bot.fake.assert_clean();
}

#[test]
fn direct_messages_of_a_channel_are_answered_in_the_topic_of_the_person() {
    const CHANNEL: i64 = -1_000_000_000_024;
    let bot = bot();
    let update = |id: i64, topic: Option<i64>| {
        let text = format!("/contact@{BOT_USERNAME}");
        let mut update = json!({"update_id": id, "message": {
            "message_id": id, "date": 1, "text": text,
            "chat": {"id": CHANNEL, "type": "supergroup", "title": "Channel", "is_direct_messages": true},
            "from": {"id": 7, "is_bot": false, "first_name": "Person", "language_code": "fr"},
        }});
        if let Some(topic) = topic {
            update["message"]["direct_messages_topic"] = json!({"topic_id": topic});
        }
        update
    };
    // Without a topic nothing can be sent there.
    bot.fake.replay(update(1, None));
    bot.fake.replay(update(2, Some(31)));
    bot.fake.wait_sent(CHANNEL, 1);
    let calls = bot.fake.calls_of("sendMessage");
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(calls[0].params["direct_messages_topic_id"], json!(31));
    let keyboard = calls[0].params["reply_markup"].to_string();
    assert!(keyboard.contains("callback_data") && !keyboard.contains("switch_inline"), "{keyboard}");
    bot.fake.assert_clean();
}

#[test]
fn a_contact_card_asked_for_aside_stays_aside() {
    let bot = bot();
    let asked = bot.fake.ephemeral_command(7, GROUP, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    let tap = bot.fake.tap_ephemeral(7, GROUP, bot.fake.ephemeral_messages(GROUP)[0].id, "1.fr.card");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(bot.fake.ephemeral_messages(GROUP)[1].json["contact"]["phone_number"], "+223 20 22 18 48");
    assert!(bot.fake.sent_to(GROUP).is_empty());
    bot.fake.assert_clean();
}

#[test]
fn groups_have_a_menu_of_their_own_in_which_asking_comes_first() {
    let bot = bot();
    bot.fake.wait_calls("setMyShortDescription", 3);
    let profile = bot.fake.profile();
    let names = profile.command_names("all_group_chats", "fr");
    assert_eq!(names[0], "demander");
    assert!(names.contains(&"contact") && names.contains(&"help"), "{names:?}");
    let key = ("all_group_chats".to_owned(), "fr".to_owned());
    let ephemeral = &profile.ephemeral[&key];
    assert!(ephemeral.contains("contact") && !ephemeral.contains("demander"), "{ephemeral:?}");
    assert!(profile.ephemeral[&("default".to_owned(), "fr".to_owned())].is_empty(), "private chats have no use for it");
    bot.fake.assert_clean();
}

#[test]
fn a_chosen_language_makes_the_chat_s_menu_follow() {
    let mut bot = bot();
    // First the menus for everybody, so that they are not counted below.
    bot.fake.wait_calls("setMyShortDescription", 3);
    bot.say("/start").tap("English").expect("The five principles");
    let profile = bot.fake.profile();
    assert!(profile.command_names("chat:1", "").contains(&"principles"), "{:?}", profile.commands);
    // A page turned in English is no choice.
    let sets = bot.fake.calls_of("setMyCommands").len();
    bot.tap("Contact").expect("+223");
    assert_eq!(bot.fake.calls_of("setMyCommands").len(), sets);
    // Aside, the choice is that person's own.
    let asked = bot.fake.ephemeral_command(7, GROUP, "/principes");
    bot.fake.wait_confirmed(asked.update_id);
    let tap = bot.fake.tap_ephemeral(7, GROUP, bot.fake.ephemeral_messages(GROUP)[0].id, "1.en.set.s.principles");
    bot.fake.wait_confirmed(tap.update_id);
    let profile = bot.fake.profile();
    assert_eq!(profile.command_names(&format!("chat_member:{GROUP}:7"), "")[0], "ask");
    assert!(profile.command_names(&format!("chat:{GROUP}"), "").is_empty());
    bot.fake.assert_clean();
}

#[test]
fn a_menu_that_cannot_follow_hides_no_page() {
    let mut bot = bot();
    bot.say("/start").expect("Interpeace");
    let refusal = FaultKind::refuse(400, "Bad Request: can't change commands");
    bot.fake.fault(Fault::new(refusal).on("setMyCommands").in_chat(1).times(1));
    bot.tap("English").expect("The five principles");
}

#[test]
fn a_menu_that_is_slow_to_follow_holds_no_page() {
    let fake = Fake::start();
    let bot = StandIn::start_with_clock(&fake, reply);
    fake.wait_calls("setMyShortDescription", 3);
    fake.fault(Fault::new(FaultKind::Hang).on("setMyCommands").times(ALWAYS));
    let start = fake.private_message(1, "/start");
    fake.wait_confirmed(start.update_id);
    let page = fake.sent_to(1).remove(0);
    for data in ["1.en.set.home", "1.en.s.contact"] {
        // The clock stands still: who waits for the menu waits for ever.
        let tap = fake.tap(1, page.chat, page.id, data);
        fake.wait_confirmed(tap.update_id);
    }
    assert!(fake.sent_to(1)[0].text().contains("+223"));
    bot.advance(Duration::from_secs(60));
    assert_eq!(bot.stop(), Ok(()));
}

#[test]
fn who_floods_gets_one_notice_and_others_feel_nothing() {
    let bot = bot();
    for _ in 0..1_000 {
        bot.fake.post(Post::new(7, GROUP, &format!("/contact@{BOT_USERNAME}")));
    }
    let calm = bot.fake.post(Post::new(ENGLISH, GROUP, "/ask your principles?"));
    let other = bot.fake.private_message(8, "/contact");
    assert!(bot.fake.wait_sent(8, 1)[0].text().contains("+223"));
    let notices =
        |state: &State| state.sent_to(GROUP).filter(|m| m.text().starts_with("Vous écrivez plus vite")).count();
    bot.fake.wait_for("the notice", |state| (notices(state) > 0).then_some(()));
    bot.fake.wait_for("the rest of the flood to be passed over", |state| {
        (state.polls.last()?.offset? > other.update_id - 960).then_some(())
    });
    assert_eq!(bot.fake.with_state(notices), 1);
    assert!(calm.update_id < other.update_id);
    bot.fake.assert_clean();
}

/// So many messages of 50 people, each of whom stays below what one person may write.
fn storm(bot: &BotTest, messages: i64) {
    for n in 0..messages {
        bot.fake.post(Post::new(100 + n % 50, GROUP, &format!("/contact@{BOT_USERNAME}")));
    }
}

#[test]
fn a_storm_of_many_in_a_group_does_not_hold_the_offset() {
    let bot = bot();
    // Less than a whole batch, behind which nothing that rests would hold it.
    storm(&bot, 60);
    let other = bot.fake.private_message(8, "/contact");
    bot.fake.wait_for("Telegram to be asked for newer updates alone", |state| {
        (state.polls.last()?.offset? > other.update_id).then_some(())
    });
    assert!(bot.fake.sent_to(GROUP).len() < 60, "the group still waits for its pace");
    bot.fake.assert_clean();
}

#[test]
fn the_queue_of_a_group_is_bounded_and_the_group_is_told_once() {
    let bot = bot();
    storm(&bot, 530);
    bot.fake.private_message(8, "/contact");
    bot.fake.wait_sent(8, 1);
    let notices =
        |state: &State| state.sent_to(GROUP).filter(|m| m.text().starts_with("Vous écrivez plus vite")).count();
    bot.fake.wait_for("the notice", |state| (notices(state) > 0).then_some(()));
    assert_eq!(bot.fake.with_state(notices), 1);
    bot.fake.assert_clean();
}

/// How many messages went out to a chat before the first one to another.
fn sent_before(state: &State, chat: i64, other: i64) -> usize {
    let sent = state.calls_of("sendMessage").map(|call| call.params["chat_id"].as_i64());
    sent.take_while(|to| *to != Some(other)).filter(|to| *to == Some(chat)).count()
}

#[test]
fn a_thousand_messages_in_one_private_chat_hold_nobody() {
    let bot = bot();
    for _ in 0..1_000 {
        bot.fake.private_message(7, "/contact");
    }
    bot.fake.private_message(8, "/contact");
    bot.fake.wait_sent(8, 1);
    // Twenty at once is the pace of a private chat; then comes the notice, and one a second.
    let before = bot.fake.with_state(|state| sent_before(state, 7, 8));
    assert!(before < 40, "{before} answers to one were sent before the other's");
    bot.fake.assert_clean();
}

#[test]
fn a_thousand_messages_of_many_in_one_group_hold_nobody() {
    let bot = bot();
    // None of these people says more than a person may.
    for n in 0..1_000 {
        bot.fake.post(Post::new(1_000 + n % 50, GROUP, &format!("/contact@{BOT_USERNAME}")));
    }
    bot.fake.private_message(8, "/contact");
    bot.fake.wait_sent(8, 1);
    // Ten at once is the pace of a group, then one in three seconds.
    let before = bot.fake.with_state(|state| sent_before(state, GROUP, 8));
    assert!(before < 40, "{before} answers to the group were sent before the other's");
    bot.fake.assert_clean();
}

#[test]
fn a_topic_is_answered_in_the_topic() {
    let bot = bot();
    bot.fake.group(GROUP, true);
    let asked = bot.fake.post(Post::new(7, GROUP, "/demander vos principes ?").topic(44));
    bot.fake.wait_confirmed(asked.update_id);
    assert_eq!(bot.fake.sent_to(GROUP)[0].json["message_thread_id"], json!(44));
    bot.fake.assert_clean();
}
