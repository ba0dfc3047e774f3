//! What Palabre promises beyond Telegram's rules: the fake holds its requests against it.

use serde_json::Value;

/// Palabre's own rules on top of Telegram's: no link previews but those of a picture that it names itself, and a webhook never without a secret.
pub(crate) fn project_rule(method: &str, params: &Value) -> Option<String> {
    let without_preview = |content: &Value| {
        let options = &content["link_preview_options"];
        options["is_disabled"] == true || options["url"].is_string()
    };
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
