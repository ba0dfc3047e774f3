//! Callback data is a contract with the past: keyboards with these literals stand in people's chats.

use palabre::bot::action::{Action, Page, Target};
use palabre::content::{Content, load};

fn shipped() -> Content {
    load::shipped(load::this_month()).content.expect("the shipped content has no errors")
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
}

#[test]
fn cards_and_places_of_contacts_are_read_and_written_as_ever() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents/library");
    let content = load::directory(&directory, load::this_month()).content.unwrap();
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
    for (payload, action) in [("fr", Action::page(fr, Page::Home)), ("fr-trust", Action::section(fr, trust))] {
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
