//! The requests that the bot makes in the tests, for `.ci/bot-api`, which holds them against other people's lists of the Bot API's types.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use fake_bot_api::{Call, Fake};
use serde_json::{Value, json};

/// The directory for the records; without it nothing is recorded.
const DIRECTORY: &str = "PALABRE_RECORDED";
/// The tests that talk with the whole bot. Faults are left out: what is sent again is the same.
const TALKING: [&str; 8] =
    ["media::", "cards::", "feedback::", "profile::", "telegram::", "groups::", "webhook::", "doctor::"];
/// Fields of forms that are texts, whatever stands in them.
const TEXTS: [&str; 1] = ["caption"];

static RECORDS: AtomicUsize = AtomicUsize::new(0);

/// Writes the requests that the fake has seen, each once, a JSON object a line.
pub(crate) fn requests(fake: &Fake) {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let thread = std::thread::current();
    if !thread.name().is_some_and(|test| TALKING.iter().any(|module| test.starts_with(module))) {
        return;
    }
    let lines: BTreeSet<String> = fake.calls().iter().map(line).collect();
    let number = RECORDS.fetch_add(1, Ordering::Relaxed);
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    fs::write(directory.join(format!("{}-{number}.jsonl", std::process::id())), text).unwrap();
}

fn line(call: &Call) -> String {
    let mut params = call.params.clone();
    // In a form all values are texts.
    for (name, value) in params.as_object_mut().into_iter().flatten().filter(|_| !call.files.is_empty()) {
        if let Some(written) = value.as_str().filter(|_| !TEXTS.contains(&name.as_str()))
            && let Ok(read) = serde_json::from_str::<Value>(written)
        {
            *value = read;
        }
    }
    json!({ "method": call.method, "params": params }).to_string()
}
