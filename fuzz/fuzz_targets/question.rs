//! Any text as a question, a command, a tap or a reply to somebody's words.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use palabre::content::Content;
use palabre::content::load::{YearMonth, shipped};
use palabre::bot::reply::{Input, PageReply, Place, Reply, Request, reply};

static CONTENT: LazyLock<Content> =
    LazyLock::new(|| shipped(YearMonth { year: 2026, month: 2 }).content.expect("the shipped content is sound"));

fuzz_target!(|text: &str| {
    for language in CONTENT.languages() {
        for found in CONTENT.search(text, language, true).matches {
            assert!((0.0..=1.01).contains(&found.score), "a score of {}", found.score);
        }
    }
    let (before, after) = text.split_once('\n').unwrap_or((text, ""));
    let replies = [Input::Quoting { text: before, quoted: after }, Input::Answering { text: before, to: after }];
    let inputs = [Input::Text(text), Input::Tap(text)].into_iter().chain(replies);
    for input in inputs {
        let groups = [Place::Group { addressed: true }, Place::Group { addressed: false }, Place::Ephemeral];
        for place in [Place::Private, Place::InlineMessage].into_iter().chain(groups) {
            match reply(&CONTENT, &Request { input, language_code: Some(before), place, now: Duration::ZERO }) {
                Reply::Silent => assert_eq!(place, Place::Group { addressed: false }),
                Reply::Contact { card, .. } => assert!(!card.vcard.is_empty()),
                Reply::Venue { venue, .. } => assert!(!venue.address.is_empty()),
                Reply::Clip(reply) => assert!(!reply.caption.view(&CONTENT).text.is_empty()),
                Reply::Page(PageReply { page, notice, .. }) => {
                    let view = page.view(&CONTENT);
                    assert!((1..=4096).contains(&view.text.utf16_len()));
                    assert!(notice.is_none_or(|notice| notice.chars().count() <= 200));
                }
            }
        }
    }
});
