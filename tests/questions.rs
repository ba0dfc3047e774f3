//! Questions in people's own words: what is found, what is refused, and the contract of `palabre ask`.

use std::sync::LazyLock;

use palabre::bot::outcome::{Outcome, decide};
use palabre::bot::reply::{Input, PageReply, Place, Reply, Request, reply};
use palabre::content::{Content, load};
use serde_json::Value;

static SHIPPED: LazyLock<Content> = LazyLock::new(|| load::shipped(load::this_month()).content.unwrap());

/// The section that answers a question, and the language of the answer.
fn answer(question: &str) -> Option<(String, String)> {
    let found = SHIPPED.search(question, SHIPPED.default_language(), false);
    match decide(&found) {
        Outcome::Answer(section, _) => {
            Some((SHIPPED.section(section).id.to_string(), SHIPPED.tag(found.language).to_string()))
        }
        _ => None,
    }
}

#[track_caller]
fn check(question: &str, section: &str, language: &str) {
    assert_eq!(answer(question), Some((section.to_owned(), language.to_owned())), "{question}");
}

fn page(text: &str) -> palabre::bot::view::View {
    let request = Request { input: Input::Text(text), language_code: Some("fr"), place: Place::Private };
    match reply(&SHIPPED, &request) {
        Reply::Page(PageReply { page, .. }) => page.view(&SHIPPED).into_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_finds_its_section_however_it_is_spelt() {
    for question in
        ["quel est votre numéro de téléphone ?", "QUEL EST VOTRE NUMERO", "kel é votr numero de telefone svp"]
    {
        check(question, "contact", "fr");
    }
    check("how can I call you pls", "contact", "en");
    check("vos cinq principes", "principles", "fr");
}

#[test]
fn the_answer_comes_in_the_language_of_the_question() {
    check("what are your principles", "principles", "en");
    check("quels sont vos principes", "principles", "fr");
}

#[test]
fn an_answer_offers_what_else_it_may_have_been() {
    let view = page("quel est votre numéro de téléphone ?");
    assert!(view.text.as_str().contains("+223"), "{}", view.text.as_str());
    assert!(view.rows.iter().flatten().any(|button| button.label.starts_with("Plutôt")), "{:?}", view.rows);
}

#[test]
fn greetings_and_thanks_get_a_human_sentence() {
    assert!(page("bonjour").text.as_str().starts_with("Bonjour"));
    assert!(page("Merci bcp !").text.as_str().starts_with("Avec plaisir"));
    assert!(page("good bye").text.as_str().starts_with("Goodbye"));
}

#[test]
fn strangers_are_refused_kindly_with_a_way_to_a_human() {
    for question in ["quel temps fait-il demain", "xyzzy plugh", "🙂", "12345", ""] {
        let view = page(question);
        assert!(view.text.as_str().contains("/contact"), "{question}: {}", view.text.as_str());
        assert!(view.rows.len() > 3, "{question}");
    }
}

#[test]
fn a_group_asks_by_command() {
    let request =
        |text, addressed| Request { input: Input::Text(text), language_code: None, place: Place::Group { addressed } };
    for text in
        ["/ask what are your principles", "/ASK@bot what are your principles", "/demander quels sont vos principes"]
    {
        let Reply::Page(PageReply { page, .. }) = reply(&SHIPPED, &request(text, false)) else { panic!("{text}") };
        let view = page.view(&SHIPPED);
        assert!(view.text.as_str().starts_with("🕊️"), "{}", view.text.as_str());
    }
    assert_eq!(reply(&SHIPPED, &request("what are your principles", false)), Reply::Silent);
    let Reply::Page(PageReply { page, .. }) = reply(&SHIPPED, &request("@palabre_bot what are your principles", true))
    else {
        panic!()
    };
    assert!(page.view(&SHIPPED).text.as_str().contains("rinciple"));
}

fn ask(arguments: &[&str], input: &str) -> String {
    crate::support::palabre(&[&["ask"], arguments].concat(), "80", input)
}

#[test]
fn ask_answers_each_line_in_its_order_as_json() {
    let output = ask(&["--json"], "votre numéro de téléphone\nquel temps fait-il demain\nwhat are your principles\n");
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["section"], "contact");
    assert_eq!(lines[0]["language"], "fr");
    assert_eq!(lines[0]["suggestions"][0], "contact");
    assert_eq!(lines[1]["section"], Value::Null);
    assert_eq!(lines[2]["section"], "principles");
    assert_eq!(lines[2]["language"], "en");
    for line in &lines {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 5, "{keys:?}");
        assert!(line["suggestions"].as_array().unwrap().len() <= 3 && line["score"].is_number());
    }
}

#[test]
fn ask_takes_a_question_as_arguments_and_explains() {
    let output = ask(&["--explain", "votre", "numéro", "de", "téléphone"], "");
    assert!(output.contains("contact") && output.contains("letters"), "{output}");
}
