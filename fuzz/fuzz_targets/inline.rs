//! Any text as it is typed behind the bot's name.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palabre::bot::inline::{Offer, Query, offer};
use palabre::content::Content;
use palabre::content::load::{YearMonth, shipped};

static CONTENT: LazyLock<Content> =
    LazyLock::new(|| shipped(YearMonth { year: 2026, month: 2 }).content.expect("the shipped content is sound"));

fuzz_target!(|text: &str| {
    let (words, offset) = text.split_once('\n').unwrap_or((text, ""));
    let answer = offer(&CONTENT, &Query { words, language_code: Some(offset), offset });
    assert!(answer.offers.len() <= 50);
    for offer in answer.offers {
        let (Offer::Page { id, .. } | Offer::Contact { id, .. }) = &offer;
        assert!((1..=64).contains(&id.len()), "an id of {} bytes", id.len());
    }
});
