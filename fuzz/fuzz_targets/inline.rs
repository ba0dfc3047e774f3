//! Any text as it is typed behind the bot's name.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palabre::bot::inline::{self, InlineQuery, InlineResult};
use palabre::content::Content;
use palabre::content::load::{YearMonth, shipped};

static CONTENT: LazyLock<Content> =
    LazyLock::new(|| shipped(YearMonth { year: 2026, month: 2 }).content.expect("the shipped content is sound"));

fuzz_target!(|text: &str| {
    let (words, offset) = text.split_once('\n').unwrap_or((text, ""));
    let answer = inline::answer(&CONTENT, &InlineQuery { words, language_code: Some(offset), offset });
    assert!(answer.results.len() <= 50);
    for result in answer.results {
        let (InlineResult::Page { id, .. } | InlineResult::Contact { id, .. }) = &result;
        assert!((1..=64).contains(&id.len()), "an id of {} bytes", id.len());
    }
});
