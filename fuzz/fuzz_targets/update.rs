//! Any bytes as an update: it is read, answered, and the requests that carry the answer are within Telegram's limits.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palabre::content::Content;
use palabre::content::load::{YearMonth, shipped};

static CONTENT: LazyLock<Content> =
    LazyLock::new(|| shipped(YearMonth { year: 2026, month: 2 }).content.expect("the shipped content is sound"));

fuzz_target!(|bytes: &[u8]| palabre::telegram::fuzzing::update(&CONTENT, bytes));
