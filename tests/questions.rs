//! Questions in people's own words: what is found, what is refused, and the contract of `palabre ask`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use palabre::bot::outcome::{Outcome, decide};
use palabre::bot::reply::{Input, PageKind, PageReply, Place, Reply, ReplyMeta, Request, reply};
use palabre::content::{Content, load};
use palabre::search::Features;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

static SHIPPED: LazyLock<Content> = LazyLock::new(|| load::shipped(load::today()).content.unwrap());

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
    let request =
        Request { input: Input::Text(text), language_code: Some("fr"), place: Place::Private, now: Duration::ZERO };
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

/// Lines of the files: many say the same in three spellings, one after the other.
#[test]
fn scores_and_features_are_shares_whatever_is_asked() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/fr");
    for file in std::fs::read_dir(directory).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            for found in SHIPPED.search(line, SHIPPED.default_language(), false).matches {
                let Features { dice, coverage, ngrams, centroid, classifier, document } = found.features;
                for share in [found.score, dice, coverage, ngrams, centroid, classifier, document] {
                    assert!((0.0..=1.001).contains(&share), "{line}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn the_answer_comes_in_the_language_of_the_question() {
    check("what are your principles", "principles", "en");
    check("quels sont vos principes", "principles", "fr");
}

#[test]
fn an_answer_offers_what_else_it_may_have_been() {
    let view = page("comment rétablir la confiance");
    assert!(view.text.as_str().contains("confiance"), "{}", view.text.as_str());
    assert!(view.rows.iter().flatten().any(|button| button.label.starts_with("Ou bien")), "{:?}", view.rows);
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
    let request = |text, addressed| Request {
        input: Input::Text(text),
        language_code: None,
        place: Place::Group { addressed },
        now: Duration::ZERO,
    };
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

/// What a reader of this language gets for a text: the kind of page, and the language that it is in.
#[track_caller]
fn shown(text: &str, reader: &str) -> (PageKind, String) {
    let request =
        Request { input: Input::Text(text), language_code: Some(reader), place: Place::Private, now: Duration::ZERO };
    let Reply::Page(PageReply { meta: ReplyMeta { page, lang, .. }, .. }) = reply(&SHIPPED, &request) else {
        panic!("no page for {text}")
    };
    (page, SHIPPED.tag(lang).to_string())
}

fn section(id: &str) -> PageKind {
    PageKind::Section(SHIPPED.find(id).unwrap())
}

#[test]
fn a_word_of_both_languages_is_answered_in_the_reader_s() {
    let check = |text, id, reader: &str| assert_eq!(shown(text, reader), (section(id), reader.to_owned()), "{text}");
    check("adresse", "contact", "fr");
    check("IMRAP", "partner", "fr");
    check("IMRAP", "partner", "en");
    check("dialogue", "mediation", "fr");
    check("dialogue", "mediation", "en");
    check("badalabougou", "contact", "fr");
    check("contact", "contact", "en");
    check("telephone", "contact", "en");
    let (page, language) = shown("mission", "fr");
    assert!(!matches!(page, PageKind::Unknown | PageKind::Talk(_)), "{page:?}");
    assert_eq!(language, "fr");
}

#[test]
fn a_command_that_two_languages_may_mean_is_answered_in_the_reader_s() {
    for reader in ["fr", "en"] {
        for (command, id) in [("/themes", "themes"), ("/contact", "contact"), ("/mediation", "mediation")] {
            assert_eq!(shown(command, reader), (section(id), reader.to_owned()), "{command}");
        }
        // These are of one language, in whose menu they stand.
        for (command, id, own) in [("/thematiques", "themes", "fr"), ("/principles", "principles", "en")] {
            assert_eq!(shown(command, reader), (section(id), own.to_owned()), "{command}");
        }
    }
}

/// A file of the shipped content.
fn file(path: &Path) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("content").join(path)).unwrap()
}

/// The `ask` phrases of a language's sections.
fn ask_phrases(language: &str) -> Vec<String> {
    let mut phrases = Vec::new();
    for id in SHIPPED.top().iter().map(|&section| &*SHIPPED.section(section).id) {
        let text = file(&Path::new(language).join(id).with_extension("toml"));
        for section in DeTable::parse(&text).unwrap().get_ref().values() {
            let ask = section.get_ref().get("ask").and_then(|ask| ask.get_ref().as_array()).unwrap();
            phrases.extend(ask.iter().map(|phrase| phrase.get_ref().as_str().unwrap().to_owned()));
        }
    }
    assert!(phrases.len() > 500, "{}", phrases.len());
    phrases
}

/// The test questions of a language.
pub(crate) fn test_questions(language: &str) -> Vec<String> {
    let text = file(&Path::new("tests").join(language).with_extension("toml"));
    let file = DeTable::parse(&text).unwrap();
    let questions = file.get_ref().get("question").and_then(|all| all.get_ref().as_array()).unwrap();
    let ask = |question: &DeValue<'_>| question.get("ask").unwrap().get_ref().as_str().unwrap().to_owned();
    questions.iter().map(|question| ask(question.get_ref())).collect()
}

/// How many of these texts are answered, and those of them that are answered in another language than this one.
fn answered_otherwise(texts: impl IntoIterator<Item = String>, reader: &str, language: &str) -> (usize, Vec<String>) {
    let reader = SHIPPED.language(reader).unwrap();
    let answered = texts.into_iter().map(|text| (SHIPPED.search(&text, reader, false), text));
    let is_answered = |outcome| matches!(outcome, Outcome::Answer(..) | Outcome::Suggest(_) | Outcome::Talk(_));
    let answered: Vec<_> = answered.filter(|(found, _)| is_answered(decide(found))).collect();
    let count = answered.len();
    let otherwise = answered.into_iter().filter(|(found, _)| SHIPPED.tag(found.language).as_str() != language);
    (count, otherwise.map(|(_, text)| text).collect())
}

#[test]
fn single_words_are_answered_in_the_reader_s_language_and_whole_questions_in_their_own() {
    for (own, other) in [("fr", "en"), ("en", "fr")] {
        let phrases = ask_phrases(own);
        let words = phrases.iter().flat_map(|phrase| phrase.split(|c: char| !c.is_alphabetic()));
        let words: BTreeSet<String> = words.filter(|word| word.chars().count() >= 5).map(str::to_lowercase).collect();
        let (count, otherwise) = answered_otherwise(words, own, own);
        assert!(count > 500, "{own}: only {count} words are answered");
        assert!(otherwise.len() * 200 <= count, "{own}: {} of {count}: {otherwise:?}", otherwise.len());

        // Of two or three words many are those of both languages: "imrap vacancies".
        let whole = test_questions(other).into_iter().filter(|question| question.split_whitespace().count() >= 4);
        let (count, otherwise) = answered_otherwise(whole, own, other);
        assert!(count > 100, "{other}: only {count} questions are answered");
        assert!(otherwise.len() * 10 <= count, "{other}: {} of {count}: {otherwise:?}", otherwise.len());
    }
}

#[test]
fn words_that_lead_somewhere_at_once_need_no_search() {
    for reader in ["fr", "en"] {
        let check = |text, page| assert_eq!(shown(text, reader), (page, reader.to_owned()), "{text}");
        for text in ["menu", "Menu !", "stop", "🏠", "0"] {
            check(text, PageKind::Home);
        }
        check("aide", PageKind::Help);
        check("help", PageKind::Help);
        check("1", section("contact"));
        check("3", section("partner"));
        check("٣", section("partner"));
        check("❤️", section("trust"));
        check("❤", section("trust"));
        assert_eq!(shown("english", reader), (PageKind::Home, "en".to_owned()));
        assert_eq!(shown("Français", reader), (PageKind::Home, "fr".to_owned()));
        // The chat's menu of commands follows, as it does after a tap on the language's button.
        let request = Request {
            input: Input::Text("anglais"),
            language_code: Some(reader),
            place: Place::Private,
            now: Duration::ZERO,
        };
        let Reply::Page(page) = reply(&SHIPPED, &request) else { panic!() };
        assert_eq!(page.chosen_language, SHIPPED.language("en"));
    }
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
fn ask_names_the_talk_topic_that_answers_as_json() {
    let input = "au secours, des hommes armés attaquent notre village\nvotre numéro\n";
    let output = ask(&["--json", "--lang", "fr"], input);
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["talk"], "danger");
    assert_eq!(lines[0]["section"], Value::Null);
    assert_eq!(lines[0]["suggestions"].as_array().unwrap().len(), 0);
    assert_eq!(lines[1]["section"], "contact");
    assert!(lines[1].get("talk").is_none(), "{}", lines[1]);
    assert!(ask(&["--lang", "fr", "au", "secours"], "").contains("+223"), "the answer itself, for people");
}

#[test]
fn ask_takes_a_question_as_arguments_and_explains() {
    let output = ask(&["--explain", "votre", "numéro", "de", "téléphone"], "");
    assert!(output.contains("contact") && output.contains("ngrams"), "{output}");
}

/// Nine sentences of somebody about themselves, none of which asks anything.
const STORY: &str = "Je travaille depuis vingt ans dans le commerce à Kayes et je voyage beaucoup. Ma famille vient de Nioro. \
    Nous avons huit enfants. Ils vont à l’école. La saison a été bonne cette année. Mon frère élève des moutons. \
    Le marché est loin. Les routes sont mauvaises. J’aime la musique.";

#[test]
fn a_question_or_an_alarm_is_found_behind_however_long_a_story() {
    for stories in [1, 4] {
        let story = [STORY; 4][..stories].join(" ");
        check(&format!("{story} Votre numéro ?"), "contact", "fr");
        let alarm = SHIPPED.search(&format!("{story} On veut me tuer."), SHIPPED.default_language(), false);
        let Outcome::Talk(talk) = decide(&alarm) else { panic!("{:?}", decide(&alarm)) };
        assert_eq!(&*SHIPPED.talk(talk).name, "danger");
    }
}

#[test]
fn one_long_question_is_one_question() {
    let question = "Bonjour, je suis étudiante à Ségou et je travaille sur les principes de la consolidation de la paix depuis \
                    deux ans dans une université du pays, et je voudrais savoir quel est votre numéro de téléphone ?";
    let found = SHIPPED.search(question, SHIPPED.default_language(), false);
    assert_eq!(found.also, None, "its clauses are no questions of their own");
}

#[test]
fn nothing_behind_a_shortcut_is_cut_off() {
    let alarm = "👍".repeat(64) + " au secours, des hommes armés attaquent notre village";
    assert_eq!(SHIPPED.shortcut(&alarm, SHIPPED.default_language()), None);
    let question = "menu".to_owned() + &" ".repeat(260) + "votre numéro de téléphone ?";
    assert_eq!(SHIPPED.shortcut(&question, SHIPPED.default_language()), None);
}
