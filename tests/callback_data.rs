//! Callback data is a contract with the past: keyboards with these literals stand in people's chats.

use std::time::Duration;

use palabre::bot::action::{Action, Destination, Feedback, Page, Target};
use palabre::bot::reply::{Input, Place, Reply, Request, reply};
use palabre::content::{Content, load};

fn shipped() -> Content {
    load::shipped(load::today()).content.expect("the shipped content has no errors")
}

#[track_caller]
fn check(content: &Content, data: &str, tag: &str, target: Target) {
    let action = Action { lang: content.language(tag).unwrap(), target };
    assert_eq!(Action::from_callback_data(content, data), Some(action), "{data}");
    assert_eq!(action.callback_data(content), data);
}

#[test]
fn version_1_is_read_and_written_as_ever() {
    let content = shipped();
    let trust = content.find("trust").unwrap();
    check(&content, "1.fr.home", "fr", Target::Page(Page::Home));
    check(&content, "1.en.help", "en", Target::Page(Page::Help));
    check(&content, "1.fr.card", "fr", Target::Contact(content.main_contact().unwrap()));
    check(&content, "1.fr.s.trust", "fr", Target::Page(Page::Section(trust, 0)));
    check(&content, "1.en.s.trust.2", "en", Target::Page(Page::Section(trust, 2)));
    check(&content, "1.fr.lang.home", "fr", Target::Languages(Page::Home));
    check(&content, "1.fr.lang.s.trust.1", "fr", Target::Languages(Page::Section(trust, 1)));
    check(&content, "1.en.set.home", "en", Target::Choose(Page::Home));
    check(&content, "1.fr.set.s.trust.1", "fr", Target::Choose(Page::Section(trust, 1)));
    check(&content, "1.fr.post.help", "fr", Target::Post(Page::Help));
    check(&content, "1.fr.post.s.trust", "fr", Target::Post(Page::Section(trust, 0)));
    check(&content, "1.fr.voice.home", "fr", Target::Listen(Page::Home));
    check(&content, "1.en.voice.s.trust.1", "en", Target::Listen(Page::Section(trust, 1)));
    check(&content, "1.en.alone.home", "en", Target::Alone(Page::Home));
    check(&content, "1.fr.alone.s.trust.2", "fr", Target::Alone(Page::Section(trust, 2)));
    let ways =
        [("good.", true, false), ("good.among.", true, true), ("bad.", false, false), ("bad.among.", false, true)];
    for (verb, helped, among) in ways {
        let target = Target::Feedback(Page::Section(trust, 0), Feedback { helped, among });
        check(&content, &format!("1.fr.{verb}s.trust"), "fr", target);
    }
}

#[test]
fn cards_and_places_of_contacts_are_read_and_written_as_ever() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents/library");
    let content = load::directory(&directory, load::today()).content.unwrap();
    let [desk, van] = ["desk", "van"].map(|id| content.find_contact(id).unwrap());
    check(&content, "1.en.card.desk", "en", Target::Contact(desk));
    check(&content, "1.fr.card.van", "fr", Target::Contact(van));
    check(&content, "1.nqo.venue.van", "nqo", Target::Venue(van));
    // Of a content that had one contact.
    let old = Action::from_callback_data(&content, "1.en.card").unwrap();
    assert_eq!(old.target, Target::Contact(desk));
    // A section is called `card`.
    check(&content, "1.en.s.card", "en", Target::Page(Page::Section(content.find("card").unwrap(), 0)));
    for forged in ["1.en.card.", "1.en.card.nobody", "1.en.venue", "1.en.venue.nobody", "1.en.venue.van.1"] {
        assert_eq!(Action::from_callback_data(&content, forged), None, "{forged}");
    }
}

#[test]
fn payloads_of_deep_links_are_read_and_written_as_ever() {
    let content = shipped();
    let (fr, trust) = (content.language("fr").unwrap(), content.find("trust").unwrap());
    let listen = |page| Action { lang: fr, target: Target::Listen(page) };
    for (payload, action) in [
        ("fr", Action::page(fr, Page::Home)),
        ("fr-trust", Action::section(fr, trust)),
        ("fr--v", listen(Page::Home)),
        ("fr-trust-v", listen(Page::Section(trust, 0))),
    ] {
        assert_eq!(action.to_start_parameter(&content).as_deref(), Some(payload));
        assert_eq!(Action::from_start_parameter(&content, payload), Some(action));
    }
    for forged in ["", "xx", "fr-", "fr-nothing", "-trust", "fr_trust", "trust"] {
        assert_eq!(Action::from_start_parameter(&content, forged), None, "{forged}");
    }
}

#[test]
fn forged_data_is_refused() {
    let content = shipped();
    let forged = [
        "",
        "1",
        "1.fr",
        "1.fr.",
        "2.fr.home",
        "1.xx.home",
        "1.fr.s.nothing",
        "1.fr.s.trust.-1",
        "1.fr.s.trust.999",
        "s:contact",
        "1.fr.lang.card",
        "1.fr.set.card",
        "1.fr.post.",
        "1.fr.set.lang.home",
    ];
    for data in forged {
        assert_eq!(Action::from_callback_data(&content, data), None, "{data}");
    }
}

fn library(day: &str) -> Content {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/library");
    load::directory(directory.as_ref(), day.parse::<chrono::NaiveDate>().unwrap()).content.unwrap()
}

#[test]
fn links_and_buttons_of_a_renamed_section_and_of_a_language_that_is_gone_go_on() {
    let content = library("2030-06-10");
    let (fr, en) = (content.language("fr").unwrap(), content.language("en").unwrap());
    let fair = content.find("summer_fair").unwrap();
    let to = |lang, target| Some(Destination { action: Action { lang, target }, is_substitute: false });
    let (page, part) = (Page::Section(fair, 0), Page::Section(fair, 1));
    for (data, expected) in [
        ("1.fr.s.fete", to(fr, Target::Page(page))),
        ("1.fr.s.village_fete.1", to(fr, Target::Page(part))),
        ("1.fr.post.s.fete", to(fr, Target::Post(page))),
        ("1.xx.s.fete", to(en, Target::Page(page))),
        ("1.xx.lang.s.summer_fair", to(en, Target::Languages(page))),
        ("1.xx.set.s.fete", to(en, Target::Page(page))),
        ("1.xx.set.home", to(en, Target::Page(Page::Home))),
        ("1.xx.card", to(en, Target::Contact(content.main_contact().unwrap()))),
        ("1.xx.s.nothing", None),
        ("1.tooo.home", None),
        ("1.fr_x.home", None),
    ] {
        assert_eq!(Destination::from_callback_data(&content, data, en), expected, "{data}");
    }
    for (payload, lang) in [("fr-fete", fr), ("xx-fete", en), ("xx-summer_fair", en)] {
        let expected = to(lang, Target::Page(page));
        assert_eq!(Destination::from_start_parameter(&content, payload, en), expected, "{payload}");
    }
    assert_eq!(Action::section(fr, fair).callback_data(&content), "1.fr.s.summer_fair", "new buttons have the new id");
}

#[test]
fn what_is_not_there_leads_to_what_is_above_it_and_says_so() {
    let content = library("2030-07-01");
    let (en, events) = (content.language("en").unwrap(), content.find("events").unwrap());
    assert_eq!(content.find("summer_fair"), None);
    let above = Some(Destination { action: Action::section(en, events), is_substitute: true });
    for data in
        ["1.en.s.summer_fair", "1.en.s.fete.2", "1.en.s.cake_stall", "1.en.post.s.fete", "1.xx.set.s.reading_night"]
    {
        assert_eq!(Destination::from_callback_data(&content, data, en), above, "{data}");
        assert_eq!(Action::from_callback_data(&content, data), None, "{data}");
    }
    let (input, place) = (Input::Tap("1.en.s.fete"), Place::InlineMessage);
    let request = Request { input, language_code: Some("en"), place, now: Duration::ZERO };
    let Reply::Page(page) = reply(&content, &request) else { panic!("a page") };
    assert_eq!(page.notice.as_deref(), Some(&*content.interface(en).gone));
}

#[test]
fn metrics_count_the_new_id() {
    let content = library("2030-06-10");
    for (input, name) in [
        (Input::Tap("1.en.s.fete"), "summer_fair"),
        (Input::Text("/start en-helpers"), "volunteers"),
        (Input::Text("/village_fete"), "summer_fair"),
    ] {
        let reply =
            reply(&content, &Request { input, language_code: None, place: Place::Private, now: Duration::ZERO });
        assert_eq!(reply.meta().unwrap().page.name(&content), name, "{input:?}");
    }
}
