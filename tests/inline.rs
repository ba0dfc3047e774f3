//! Cards: what is offered while somebody types, what is shared, and what guests get.

use serde_json::{Value, json};

use crate::support::bot::BotTest;
use crate::support::snapshot;
use fake_bot_api::{ALWAYS, BOT_USERNAME, Fault, FaultKind, Person, QueuedQuery};

const ENGLISH: Person = Person::new(5, "en");

fn bot() -> BotTest {
    BotTest::start(env!("CARGO_BIN_EXE_palabre"))
}

/// The answer to what somebody types.
#[track_caller]
fn answer(bot: &BotTest, person: Person, query: &str, offset: &str) -> Value {
    let asked = bot.fake.inline_query(person, query, offset);
    bot.fake.wait_for("the answer", |state| state.answers(&asked.query_id).first().cloned())
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|result| result["id"].as_str().unwrap()).collect()
}

#[test]
fn the_name_alone_offers_everything_in_the_person_s_language() {
    let bot = bot();
    let all = answer(&bot, ENGLISH, "", "");
    assert_eq!(ids(&all)[..3], ["en", "en-contact", "en-contact-card"]);
    assert_eq!(ids(&all).len(), 20, "home, 18 sections and the contact card");
    assert_eq!(all["is_personal"], true);
    assert_eq!(all["next_offset"], "");
    assert_eq!(all["results"][2]["type"], "contact");
    bot.fake.assert_clean();
}

#[test]
fn words_find_sections_as_they_are_typed() {
    let bot = bot();
    for query in ["princ", "nos principes", "principl"] {
        let found = answer(&bot, Person::new(6, "fr"), query, "");
        assert!(ids(&found)[0].ends_with("-principles"), "{query}: {:?}", ids(&found));
        assert!(ids(&found).len() <= 20);
    }
    bot.fake.assert_clean();
}

#[test]
fn a_language_before_a_colon_is_everybody_s() {
    let bot = bot();
    let found = answer(&bot, ENGLISH, "fr: principes", "");
    assert_eq!(ids(&found)[0], "fr-principles");
    assert_eq!(found["is_personal"], false);
}

#[test]
fn nothing_found_leads_to_a_private_chat() {
    let bot = bot();
    let found = answer(&bot, ENGLISH, "xyzzyplugh", "");
    assert_eq!(ids(&found), ["en"]);
    assert_eq!(found["button"]["start_parameter"], "en");
    bot.fake.assert_clean();
}

#[test]
fn a_page_is_shared_by_the_query_that_finds_its_card() {
    let mut bot = bot();
    let page = bot.say("/start fr-trust").page();
    let share = page.button("Partager").unwrap().json;
    let query = share["switch_inline_query_chosen_chat"]["query"].as_str().unwrap();
    assert_eq!(query, "fr:#trust");
    let found = answer(&bot, ENGLISH, query, "");
    assert_eq!(ids(&found), ["fr-trust"]);
    let card = &found["results"][0];
    assert!(card["input_message_content"]["message_text"].as_str().unwrap().contains("Source"));
    let buttons = card["reply_markup"]["inline_keyboard"].to_string();
    assert!(buttons.contains(&format!("https://t.me/{BOT_USERNAME}?start=fr-trust")), "{buttons}");
    for forged in ["fr:#nothing", "#", "fr:#", "xx:#trust", ":", "#trust extra"] {
        assert!(!ids(&answer(&bot, ENGLISH, forged, "")).is_empty(), "{forged}");
    }
    bot.fake.assert_clean();
}

#[test]
fn a_card_turns_its_pages_in_place_for_everybody() {
    let bot = bot();
    for (person, data, words) in [
        (ENGLISH, "1.en.s.trust", "trust"),
        (Person::new(6, "fr"), "1.fr.s.contact", "+223"),
        (ENGLISH, "old", "Interpeace"),
    ] {
        let tap = bot.fake.tap_inline(person, "card-1", data);
        bot.fake.wait_confirmed(tap.update_id);
        let card = bot.fake.inline_message("card-1").unwrap();
        assert!(card.text().contains(words), "{card}");
    }
    // It stands under cards from before they left it out.
    let tap = bot.fake.tap_inline(ENGLISH, "card-1", "1.en.card");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(
        bot.fake.answers(&tap.query_id)[0]["text"],
        "+223 20 22 18 48",
        "there is no chat to send the contact to"
    );
    bot.fake.assert_clean();
}

/// What Telegram gets, as people see it: the list while one types, and the card that is sent.
#[test]
fn cards_look_so() {
    let bot = bot();
    insta::glob!("cases/cards/*.txt", |path| {
        let query = std::fs::read_to_string(path).unwrap();
        let mut answer = answer(&bot, ENGLISH, query.trim_end_matches('\n'), "");
        answer.as_object_mut().unwrap().remove("inline_query_id");
        let results = answer["results"].as_array_mut().unwrap();
        results.truncate(2);
        let name = path.file_stem().unwrap().to_str().unwrap();
        snapshot("cards", name, &serde_json::to_string_pretty(&answer).unwrap());
    });
}

#[test]
fn a_card_that_was_sent_is_nobody_s_question() {
    let bot = bot();
    let chosen =
        json!({ "result_id": "fr-trust", "from": { "id": 1, "is_bot": false }, "query": "", "inline_message_id": "i" });
    bot.fake.push_raw(json!({ "chosen_inline_result": chosen }));
    let asked = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    assert_eq!(bot.fake.sent_to(1).len(), 1);
    bot.fake.assert_clean();
}

#[test]
fn a_guest_gets_a_card() {
    let bot = bot();
    let asked = bot.fake.guest_message(Person::new(8, "fr"), &format!("@{BOT_USERNAME} vos principes ?"));
    let answer = bot.fake.wait_for("the card", |state| state.answers(&asked.query_id).first().cloned());
    assert!(answer["result"]["input_message_content"]["message_text"].as_str().unwrap().contains("principes"));
    assert_eq!(answer["result"]["type"], "article");
    bot.fake.wait_confirmed(asked.update_id);
    bot.fake.assert_clean();
}

#[test]
fn typing_waits_for_nobody() {
    let bot = bot();
    let typed: Vec<_> = (0..200).map(|i| bot.fake.inline_query(ENGLISH, &"principles"[..i % 10], "")).collect();
    for query in &typed {
        bot.fake.wait_for("each to be answered", |state| (!state.answers(&query.query_id).is_empty()).then_some(()));
    }
    bot.fake.wait_confirmed(typed[199].update_id);
    assert_eq!(json!(bot.fake.violations()), json!([]));
}

#[test]
fn a_tap_amid_a_storm_of_typing_waits_for_none_of_it_and_nothing_stays_behind() {
    let bot = bot();
    let type_some =
        |count: i64| -> Vec<_> { (0..count).map(|n| bot.fake.inline_query(1_000 + n, "confiance", "")).collect() };
    let all_answered = |typed: Vec<QueuedQuery>| {
        for query in typed {
            bot.fake.wait_for("each to be answered", |state| state.answers(&query.query_id).first().map(|_| ()));
        }
    };
    let storm = || {
        // No answer to typing gets through for now, and some wait for a slot: no more than a very busy machine answers in the
        // 10 s that an answer to typing is worth.
        bot.fake.fault(Fault::new(FaultKind::Hang).on("answerInlineQuery").times(ALWAYS));
        type_some(20);
        let tap = bot.fake.tap_inline(ENGLISH, "card-1", "1.en.s.trust");
        type_some(20);
        bot.fake.wait_confirmed(tap.update_id);
        // Beside its page, so not before the other in any case.
        bot.fake.wait_for("the tap to be acknowledged", |state| state.answers(&tap.query_id).first().map(|_| ()));
        assert!(bot.fake.inline_message("card-1").unwrap().text().contains("trust"), "its page is turned, too");
        bot.fake.clear_faults();
        all_answered(type_some(10));
        bot.process.vitals()
    };
    let before = storm();
    storm().assert_flat_since(before);
    bot.fake.assert_clean();
}
