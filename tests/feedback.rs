//! Whether an answer helped: asked after questions alone, counted once, and of nobody.

use std::path::Path;

use crate::support::bot::{BotTest, PERSON};
use crate::support::http::get;
use crate::support::school::{change, content};
use fake_bot_api::{Fake, Person};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

fn asking() -> tempfile::TempDir {
    let directory = content();
    change(directory.path(), "palabre.toml", "allow =", "feedback = true\nallow =");
    for language in ["fr", "en"] {
        let file = format!("{language}/interface.toml");
        change(directory.path(), &file, "[buttons]\n", "[buttons]\nhelped = \"👍\"\nnot_helped = \"👎\"\n");
        change(
            directory.path(),
            &file,
            "\nvoice = ",
            "\nfeedback_thanks = \"Thank you!\"\nfeedback_sorry = \"Ask in other words.\"\nvoice = ",
        );
    }
    directory
}

fn bot(directory: &Path) -> BotTest {
    let env = [("PALABRE_LISTEN", "127.0.0.1:0"), ("PALABRE_GAPS", "on")];
    BotTest::start_with(BINARY, Fake::start(), &["--content", directory.to_str().unwrap()], &env)
}

/// The lines of the counter, without its comments.
fn counted(bot: &BotTest) -> Vec<String> {
    let (_, metrics) = get(&bot.process.address(), "/metrics");
    metrics.lines().filter(|line| line.starts_with("palabre_feedback_total{")).map(str::to_owned).collect()
}

#[test]
fn an_answer_to_a_question_asks_and_a_page_does_not() {
    let directory = asking();
    let mut bot = bot(directory.path());
    assert!(bot.say("/fees").page().button("👍").is_none());
    assert!(bot.tap("Menu").page().button("👍").is_none());
    let answer = bot.say("combien coûte la scolarité").page();
    let data = answer.button("👍").unwrap_or_else(|| panic!("{answer}")).data.unwrap();
    assert!(data.starts_with("1.fr.good.") && data.ends_with("s.fees"), "{data}");
    bot.fake.assert_clean();
}

#[test]
fn what_is_said_twice_is_counted_once() {
    let directory = asking();
    let mut bot = bot(directory.path());
    let answer = bot.say("combien coûte la scolarité").page();
    let data = answer.button("👎").unwrap().data.unwrap();
    // As a thumb that trembles does: the second tap is on its way before the first has taken the buttons away.
    let taps = [0, 1].map(|_| bot.fake.tap(PERSON, answer.chat, answer.id, &data));
    bot.fake.wait_confirmed(taps[1].update_id);
    let page = bot.fake.message(answer.chat, answer.id);
    assert!(page.button("👎").is_none() && page.text().contains("Orange Money"), "{page}");
    for tap in &taps {
        assert_eq!(bot.fake.answers(&tap.query_id)[0]["text"], "Ask in other words.");
    }
    let lines = counted(&bot);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("section=\"fees\"") && lines[0].contains("language=\"fr\""), "{lines:?}");
    assert!(lines[0].contains("helped=\"no\"") && lines[0].ends_with(" 1"), "{lines:?}");
    let (_, report) = get(&bot.process.address(), "/gaps");
    assert!(report.contains("fees") && !report.contains(&PERSON.id.to_string().repeat(3)), "{report}");
    bot.fake.assert_clean();
}

#[test]
fn the_other_pages_that_were_offered_stay() {
    let directory = asking();
    let mut bot = bot(directory.path());
    let others = |message: &fake_bot_api::Message| -> Vec<String> {
        let labels = message.buttons().into_iter().map(|button| button.label);
        labels.filter(|label| label.starts_with("Plutôt") || label.contains("plutôt")).collect()
    };
    let questions = [
        "les frais de la cantine",
        "le prix de la cantine",
        "payer la cantine",
        "bourse pour les frais",
        "frais et bourses",
    ];
    let answer = questions.iter().map(|question| bot.say(question).page()).find(|page| !others(page).is_empty());
    let answer = answer.expect("an answer beside which others are offered");
    let data = answer.button("👎").unwrap().data.unwrap();
    assert!(data.starts_with("1.fr.bad.among."), "{data}");
    let tap = bot.fake.tap(PERSON, answer.chat, answer.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    let after = bot.fake.message(answer.chat, answer.id);
    assert!(after.button("👎").is_none() && after.button("👍").is_none(), "{after}");
    assert_eq!(others(&after), others(&answer));
    bot.fake.assert_clean();
}

#[test]
fn each_answer_counts() {
    let directory = asking();
    let mut bot = bot(directory.path());
    for person in [31, 32, 33] {
        let answer = bot.say_as(Person::new(person, "fr"), "combien coûte la scolarité").page();
        assert!(answer.button("👍").is_some());
        bot.tap("👍").page();
    }
    let lines = counted(&bot);
    assert!(lines.len() == 1 && lines[0].contains("helped=\"yes\"") && lines[0].ends_with(" 3"), "{lines:?}");
    bot.fake.assert_clean();
}

#[test]
fn an_answer_with_a_picture_loses_its_buttons_alone() {
    let directory = asking();
    let mut bot = bot(directory.path());
    bot.say("inscrire mon enfant").tap("👍");
    let sent = bot.fake.wait_for("the buttons to go", |state| {
        let sent: Vec<_> = state.sent_to(PERSON.id).cloned().collect();
        sent[0].button("👍").is_none().then_some(sent)
    });
    assert!(sent.len() == 1 && sent[0].file_id().is_some() && sent[0].button("Suivant").is_some(), "{sent:?}");
    let answer = &sent[0];
    let again = bot.fake.tap(PERSON, answer.chat, answer.id, "1.fr.good.s.enrolment");
    bot.fake.wait_confirmed(again.update_id);
    assert!(counted(&bot)[0].ends_with(" 1"), "{:?}", counted(&bot));
    bot.fake.assert_clean();
}
