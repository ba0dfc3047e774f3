//! What the tests stand on: a strict fake of Telegram, the real bot against it, and the command line.

pub(crate) mod bot;
pub(crate) mod standin;
pub(crate) mod vitals;

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

/// What the real binary prints for these arguments and this input, on a screen of so many columns, with the shipped content.
#[track_caller]
pub(crate) fn palabre(arguments: &[&str], columns: &str, input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_palabre"))
        .args(arguments)
        .env("COLUMNS", columns)
        .env_remove("PALABRE_CONTENT")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Palabre's own rules on top of Telegram's: no link previews, and a webhook never without a secret.
pub(crate) fn project_rule(method: &str, params: &Value) -> Option<String> {
    let without_preview = |content: &Value| content["link_preview_options"]["is_disabled"] == true;
    let is_text = |result: &&Value| result["input_message_content"]["message_text"].is_string();
    let is_kept = match method {
        "sendMessage" | "editMessageText" | "editEphemeralMessageText" => without_preview(params),
        "answerInlineQuery" => {
            let results = params["results"].as_array().into_iter().flatten();
            results.filter(is_text).all(|result| without_preview(&result["input_message_content"]))
        }
        "answerGuestQuery" => without_preview(&params["result"]["input_message_content"]),
        "setWebhook" => return params["secret_token"].is_null().then(|| "no secret_token".to_owned()),
        _ => true,
    };
    (!is_kept).then(|| "link previews are not off".to_owned())
}
