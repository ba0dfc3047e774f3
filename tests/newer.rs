//! Updates of newer Bot API versions, and of none: what can be answered is, and nothing wedges the loop.
//!
//! `tests/cases/updates/*.json` hold an update each, why it is there, whether it gets an answer.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::bot::BotTest;
use fake_bot_api::{Fake, State};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

struct Case {
    name: String,
    is_answered: bool,
    update: Value,
}

fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/updates");
    let mut paths: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(case["why"].as_str().is_some_and(|why| !why.is_empty()), "{}: say why", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_answered = case["answered"].as_bool().unwrap();
        Case { name, is_answered, update: case["update"].clone() }
    };
    paths.iter().map(read).collect()
}

/// Whether anything was sent to where the update came from.
fn has_answer(state: &State, update: &Value) -> bool {
    let answered = |id: &Value| id.as_str().is_some_and(|id| !state.answers(id).is_empty());
    answered(&update["callback_query"]["id"])
        || answered(&update["inline_query"]["id"])
        || answered(&update["guest_message"]["guest_query_id"])
        || update
            .as_object()
            .into_iter()
            .flatten()
            .any(|(_, body)| body["chat"]["id"].as_i64().is_some_and(|chat| state.sent_to(chat).next().is_some()))
}

#[track_caller]
fn check_answers(fake: &Fake, cases: &[Case]) {
    for Case { name, is_answered, update, .. } in cases {
        let got_one = fake.with_state(|state| has_answer(state, update));
        assert_eq!(got_one, *is_answered, "{name}: answered or not\n{update:#}");
    }
    fake.assert_clean();
}

#[test]
fn each_update_is_answered_or_passed_over_and_the_next_question_is_answered() {
    let cases = cases();
    assert!(cases.len() >= 80, "the corpus is there");
    let bot = BotTest::start_with(BINARY, Fake::start(), &[], &[("RUST_LOG", "debug")]);
    let mut last = 0;
    for (person, case) in (50_000..).zip(&cases) {
        bot.fake.replay(case.update.clone());
        last = bot.fake.private_message(person, "/contact").update_id;
        bot.fake.wait_sent(person, 1);
    }
    bot.fake.wait_confirmed(last);
    check_answers(&bot.fake, &cases);
    // What is of no kind that is known here is counted.
    let unknown = cases.iter().filter(|case| case.name.starts_with("kind-")).count();
    let passed_over = bot.process.log().lines().filter(|line| line.contains("was passed over")).count();
    assert!(passed_over >= unknown, "{passed_over} of {unknown} are counted");
}

#[test]
fn all_in_one_batch_with_questions_between() {
    let cases = cases();
    let fake = Fake::start();
    // A poll brings a hundred updates, so that every one of these shares its batch with good questions.
    for (person, case) in (50_000..).zip(&cases) {
        fake.replay(case.update.clone());
        fake.private_message(person, "/contact");
    }
    let last = fake.private_message(99_999, "/contact");
    let bot = BotTest::start_with(BINARY, fake, &[], &[]);
    bot.fake.wait_confirmed(last.update_id);
    for (person, _) in (50_000..).zip(&cases) {
        assert_eq!(bot.fake.sent_to(person).len(), 1, "person {person}");
    }
    check_answers(&bot.fake, &cases);
}

#[test]
fn ids_of_updates_may_be_huge() {
    let bot = BotTest::start(BINARY);
    let mut update = json!({"update_id": 4_503_599_627_370_496_i64, "hologram": {}});
    bot.fake.replay(update.clone());
    let before = bot.fake.private_message(1, "/contact");
    bot.fake.wait_confirmed(before.update_id);
    // And below everything: Telegram numbers them anew after a week.
    update["update_id"] = json!(5);
    bot.fake.replay(update);
    let after = bot.fake.private_message(2, "/contact");
    bot.fake.wait_sent(2, 1);
    bot.fake.wait_confirmed(after.update_id);
}
