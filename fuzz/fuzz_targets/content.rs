//! Any bytes as the files of a content: it is reported or sound, and what is sound can be answered from.
//!
//! The input is the files, parted by a byte of zero, in the order of [`FILES`]: the seed is `tests/cases/check/base`.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use palabre::messages::Locale;
use palabre::content::load::{YearMonth, memory};
use palabre::diag::Severity;
use palabre::bot::reply::{Input, Place, Request, reply};

const NOW: YearMonth = YearMonth { year: 2026, month: 2 };
const FILES: [&str; 4] = ["palabre.toml", "en/interface.toml", "en/school.toml", "en/well.toml"];

fuzz_target!(|bytes: &[u8]| {
    let loaded = memory(FILES.into_iter().zip(bytes.split(|&byte| byte == 0)), NOW);
    assert_eq!(loaded.content.is_none(), loaded.report.count(Severity::Error) > 0);
    assert!(!loaded.report.to_text(Locale::English, false).is_empty());
    if let Some(content) = loaded.content {
        for text in ["/start", "where is the well"] {
            let request = Request { input: Input::Text(text), language_code: None, place: Place::Private, now: Duration::ZERO };
            drop(reply(&content, &request));
        }
    }
});
