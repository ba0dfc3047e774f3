//! Contacts: their cards, their places, and the hours that a page tells by the clock of the place.

use std::path::Path;
use std::time::Duration;

use palabre::bot::action::{Action, Page, Target};
use palabre::bot::pages::{self, Frame, PageId};
use palabre::bot::reply::{Input, Place, Reply, Request, reply};
use palabre::bot::view::ButtonAction;
use palabre::content::load::{self, Loaded, YearMonth};
use palabre::content::{Content, VCARD_MAX};
use palabre::diag::Code;
use palabre::messages::Locale;
use serde_json::json;

use crate::support::bot::BotTest;
use fake_bot_api::{Fake, Person};

fn library() -> Content {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents/library");
    load::directory(&directory, load::today()).content.unwrap()
}

#[test]
fn a_card_has_all_there_is() {
    let content = library();
    let card = |id, tag| {
        let (contact, lang) = (content.find_contact(id).unwrap(), content.language(tag).unwrap());
        pages::contact_card(&content, lang, contact).unwrap()
    };
    let desk = card("desk", "fr");
    assert_eq!(&*desk.phone, "+44 20 7946 0958");
    let lines: Vec<&str> = desk.vcard.split("\r\n").collect();
    let expected = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Quillhollow Village Library;;;;",
        "FN:Quillhollow Village Library",
        "ORG:Quillhollow Village Library",
        "item1.TEL;TYPE=WORK,VOICE:+442079460958",
        "item1.X-ABLabel:Comptoir",
        "TEL;TYPE=WORK,VOICE:+442079460123",
        "item2.EMAIL;TYPE=INTERNET:desk@example.org",
        "item2.X-ABLabel:Questions",
        "EMAIL;TYPE=INTERNET:books@example.org",
        "ADR;TYPE=WORK:;;The Old Granary\\, Pond Lane\\, Quillhollow;;;;",
        "GEO:51.7606;-1.2581",
        "URL:https://example.org",
        "END:VCARD",
    ];
    assert_eq!(lines, expected);
    let van = card("van", "fr");
    assert_eq!((&*van.name, &*van.phone), ("Bibliobus", "+44 20 7946 0777"));
    for line in ["TEL;TYPE=WORK,VOICE:+442079460777,12", "TEL;TYPE=WORK,VOICE:61555", "URL:https://wa.me/442079460777"]
    {
        assert!(van.vcard.contains(&format!("{line}\r\n")), "{line} in {}", van.vcard);
    }
    assert_eq!(&*card("van", "ar").name, "Book van", "of the first language that has a name");
}

/// What is wrong with these contacts, and with a section that has `children` below it and shows the main one.
fn problems(contacts: &str, children: usize) -> Vec<(Code, String)> {
    let children: Vec<String> = (0..children).map(|n| format!("{{ id = \"s{n}\", emoji = \"💧\" }}")).collect();
    let root = format!(
        "sections = [{{ id = \"well\", emoji = \"💧\", contact = true, children = [{}] }}]\n\
         languages = {{ order = [\"en\"], default = \"en\" }}\nnames = {{ organisation = \"Village\" }}\n{contacts}\n",
        children.join(", ")
    );
    let Loaded { report, .. } = load::memory([("palabre.toml", root.as_bytes())], YearMonth { year: 2026, month: 2 });
    let of_root =
        report.diagnostics.into_iter().filter(|problem| problem.file == load::ROOT_FILE && problem.span.is_some());
    let wanted = of_root
        .filter(|problem| !matches!(problem.code, Code::LanguageWithoutFolder | Code::NoWords | Code::DuplicateEmoji));
    wanted.map(|problem| (problem.code, problem.message.to_text(Locale::English))).collect()
}

#[track_caller]
fn check(contacts: &str, children: usize, expected: &[(Code, &str)]) {
    let found = problems(contacts, children);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((code, message), (expected, words)) in found.iter().zip(expected) {
        assert!(code == expected && message.contains(words), "{code:?} {message}");
    }
}

#[test]
fn a_card_that_is_too_large_is_an_error() {
    let contacts = |letters: usize| {
        let phone = format!("{{ number = \"+223 20 22 18 48\", label = \"{}\" }}", "é".repeat(letters));
        let (phones, address, path) = (vec![phone; 8].join(", "), "日".repeat(256), "a".repeat(400));
        format!(
            "[contacts.main]\nphones = [{phones}]\naddress = \"{address}\"\n\
             links = {{ website = \"https://example.org/{path}\" }}"
        )
    };
    check(&contacts(2), 0, &[]);
    check(&contacts(40), 0, &[(Code::TextTooLong, "the contact card has")]);
    assert!(problems(&contacts(40), 0)[0].1.contains(&VCARD_MAX.to_string()));
}

#[test]
fn a_contact_has_as_many_buttons_as_a_page_has_room_for() {
    let phones = |count: usize| vec!["\"+223 20 22 18 48\""; count].join(", ");
    let contact = |phones: &str| format!("[contacts.main]\nphones = [{phones}]\nemail = [\"a@example.org\"]");
    check(&contact(&phones(8)), 80, &[]);
    check(&contact(&phones(9)), 0, &[(Code::TooManyButtons, "more than 8 phone numbers")]);
    let with_link = format!("{}\nlinks = {{ telegram = \"@village\" }}", contact(&phones(8)));
    check(&with_link, 79, &[]);
    check(&with_link, 80, &[(Code::TooManyButtons, "80 sections and 11 buttons")]);
    let emails = "[contacts.main]\nemail = [\"a@b.org\", \"c@b.org\", \"d@b.org\", \"e@b.org\", \"f@b.org\"]";
    check(emails, 0, &[(Code::TooManyButtons, "more than 4 e-mail addresses")]);
}

#[test]
fn the_older_table_is_the_main_contact() {
    let old = "[contact]\nphones = [\"+223 20 22 18 48\"]";
    check(old, 0, &[]);
    check(&format!("{old}\nlocation = [12.6, -8]"), 0, &[(Code::OldForm, "[contact]")]);
    let both = format!("{old}\n[contacts.main]\nphones = [\"+223 20 22 18 48\"]");
    check(&both, 0, &[(Code::OldForm, "[contact]"), (Code::DuplicateId, "two contacts `main`")]);
}

#[test]
fn the_same_tap_says_what_the_clock_says() {
    let content = library();
    let page = |data: &str, place, hours: u64| {
        // 1970 began on a Thursday, when London kept summer time all year.
        let now = Duration::from_secs(hours * 3600);
        let request = Request { input: Input::Tap(data), language_code: None, place, now };
        let Reply::Page(page) = reply(&content, &request) else { panic!("{data}") };
        page.page.view(&content).text.as_str().to_owned()
    };
    assert!(page("1.en.s.desk", Place::Private, 10).contains("Open now, until 19:00"));
    assert!(page("1.en.s.desk", Place::Private, 8).contains("Opens today at 10:00"));
    assert!(page("1.fr.s.desk", Place::Private, 4 * 24).contains("Ouvre mardi à 10:00"));
    assert!(page("1.en.s.desk", Place::Ephemeral, 10).contains("Open now"));
    assert!(!page("1.en.s.desk", Place::InlineMessage, 10).contains("Open now"), "a shared card is read at any time");
    assert!(!page("1.en.s.van", Place::Private, 10).contains(" now"), "nobody knows its time zone");
}

#[test]
fn a_shared_card_offers_no_contact_and_no_place_to_a_chat_that_is_not_the_bot_s() {
    let content = library();
    let lang = content.language("en").unwrap();
    for id in ["desk", "van"] {
        let section = content.find(id).unwrap();
        let offered = |frame| {
            let rows = pages::view(&content, PageId::new(lang, Page::Section(section, 0), frame)).rows;
            let actions = rows.into_iter().flatten().map(|button| button.action);
            let (mut sent, mut copied) = (0, 0);
            for action in actions {
                match action {
                    ButtonAction::Open(Action { target: Target::Contact(_) | Target::Venue(_), .. }) => sent += 1,
                    ButtonAction::Copy(_) => copied += 1,
                    _ => {}
                }
            }
            (sent, copied)
        };
        let (sent, copied) = offered(Frame::Message);
        assert!(sent > 0 && copied > 0, "{id}");
        for frame in [Frame::InlineMessage, Frame::BesideCard] {
            assert_eq!(offered(frame), (0, copied), "{id} {frame:?}");
        }
    }
}

#[test]
fn a_place_is_counted_as_such() {
    let content = library();
    let request = Request {
        input: Input::Tap("1.en.venue.van"),
        language_code: None,
        place: Place::Private,
        now: Duration::ZERO,
    };
    let meta = reply(&content, &request).meta().cloned().unwrap();
    assert_eq!(meta.page.name(&content), "venue");
}

const CONTENT: (&str, &str) = ("PALABRE_CONTENT", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/library"));
const GROUP: i64 = -1_000_000_000_041;

fn bot() -> BotTest {
    let fake = Fake::start();
    fake.group(GROUP, false);
    BotTest::start_with(env!("CARGO_BIN_EXE_palabre"), fake, &[], &[CONTENT])
}

#[test]
fn a_place_is_sent_as_a_venue() {
    let mut bot = bot();
    let page = bot.say("/desk").page();
    assert_eq!(page.entity_texts("email"), ["desk@example.org", "books@example.org"]);
    let link = |label: &str| page.button(label).unwrap().url.unwrap();
    assert_eq!(link("🌍"), "https://example.org/");
    assert!(link("🗺️").contains("mlat=51.7606&mlon=-1.2581"), "{}", link("🗺️"));
    let data = page.button("📍").unwrap().data.unwrap();
    let tap = bot.fake.tap(1, 1, page.id, &data);
    bot.fake.wait_confirmed(tap.update_id);
    let sent = bot.fake.sent_to(1).pop().unwrap();
    let venue = json!({
        "location": { "latitude": 51.7606, "longitude": -1.2581 },
        "title": "Quillhollow Village Library",
        "address": "The Old Granary, Pond Lane, Quillhollow",
    });
    assert_eq!(sent.json["venue"], venue);
    bot.fake.assert_clean();
}

#[test]
fn a_place_without_an_address_is_named_by_its_degrees() {
    let mut bot = bot();
    let page = bot.say("/van").page();
    assert_eq!(page.entity_texts("code"), ["61555"], "Telegram makes no short code tappable");
    let tap = bot.fake.tap(1, 1, page.id, "1.fr.venue.van");
    bot.fake.wait_confirmed(tap.update_id);
    let venue = bot.fake.sent_to(1).pop().unwrap().json["venue"].clone();
    assert_eq!((&venue["title"], &venue["address"]), (&json!("Bibliobus"), &json!("51.7, -1.25")));
    let tap = bot.fake.tap(1, 1, page.id, "1.fr.card.van");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(bot.fake.sent_to(1).pop().unwrap().json["contact"]["first_name"], "Bibliobus");
    bot.fake.assert_clean();
}

#[test]
fn a_place_asked_for_aside_stays_aside() {
    let bot = bot();
    let asked = bot.fake.ephemeral_command(7, GROUP, "/contact");
    bot.fake.wait_confirmed(asked.update_id);
    let page = bot.fake.ephemeral_messages(GROUP)[0].id;
    let tap = bot.fake.tap_ephemeral(7, GROUP, page, "1.en.venue.desk");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(bot.fake.ephemeral_messages(GROUP)[1].json["venue"]["location"]["latitude"], 51.7606);
    assert!(bot.fake.sent_to(GROUP).is_empty());
    bot.fake.assert_clean();
}

#[test]
fn under_a_shared_card_the_address_is_said() {
    let bot = bot();
    let tap = bot.fake.tap_inline(Person::new(7, "en"), "card-1", "1.en.venue.desk");
    bot.fake.wait_confirmed(tap.update_id);
    assert_eq!(bot.fake.answers(&tap.query_id)[0]["text"], "The Old Granary, Pond Lane, Quillhollow");
    bot.fake.assert_clean();
}
