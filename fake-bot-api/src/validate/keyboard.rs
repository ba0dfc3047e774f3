//! Keyboards: <https://core.telegram.org/bots/api#inlinekeyboardbutton>.

use serde_json::Value;

use super::{super::state::Refusal, unknown_field};

const BUTTONS_MAX: usize = 100;
/// Bytes of JSON.
const MARKUP_MAX: usize = 10_000;
const ROW_MAX: usize = 8;
/// Bytes.
const DATA_MAX: usize = 64;
/// Characters.
const COPY_MAX: usize = 256;

/// A button does exactly one of these.
const ACTIONS: &[&str] = &[
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
];
const LOOKS: &[&str] = &["text", "style", "icon_custom_emoji_id"];

const STYLES: &[&str] = &["primary", "success", "danger"];

/// Keyboards that replace a person's own. They are another thing that `reply_markup` may be when a message is sent.
const REPLY_KEYBOARDS: &[&str] = &["keyboard", "remove_keyboard"];

/// <https://core.telegram.org/bots/api#forcereply>
const FORCE_REPLY_FIELDS: &[&str] = &["force_reply", "input_field_placeholder", "selective"];
/// Characters.
const PLACEHOLDER_MAX: usize = 64;

/// The `reply_markup` of a new message.
pub(crate) fn check_markup(markup: &Value) -> Result<(), Refusal> {
    if markup.get("force_reply").is_some() {
        return check_force_reply(markup);
    }
    if REPLY_KEYBOARDS.iter().any(|kind| markup.get(kind).is_some()) {
        return Ok(());
    }
    check_keyboard(markup)
}

fn check_force_reply(markup: &Value) -> Result<(), Refusal> {
    let broken = |rule: String| Err(Refusal::violation(rule, "object expected as reply markup"));
    if let Some(name) = unknown_field(markup, FORCE_REPLY_FIELDS) {
        return broken(format!("{name} beside force_reply"));
    }
    if markup["force_reply"] != true {
        return broken("force_reply is not true".to_owned());
    }
    let placeholder =
        markup.get("input_field_placeholder").map(|text| text.as_str().unwrap_or_default().chars().count());
    match placeholder {
        Some(count) if !(1..=PLACEHOLDER_MAX).contains(&count) => {
            broken(format!("input_field_placeholder is not 1 to {PLACEHOLDER_MAX} characters"))
        }
        _ if markup.get("selective").is_some_and(|selective| !selective.is_boolean()) => {
            broken("selective is neither true nor false".to_owned())
        }
        _ => Ok(()),
    }
}

/// An `InlineKeyboardMarkup`.
pub(crate) fn check_keyboard(markup: &Value) -> Result<(), Refusal> {
    let broken = |rule: String| Refusal::violation(rule, "can't parse inline keyboard");
    let Some(rows) = markup["inline_keyboard"].as_array() else {
        return Err(broken("reply_markup is no inline keyboard".to_owned()));
    };
    if let Some(name) = unknown_field(markup, &["inline_keyboard"]) {
        return Err(broken(format!("{name} beside inline_keyboard")));
    }
    let mut count = 0;
    for row in rows {
        let buttons = row.as_array().map_or(&[][..], Vec::as_slice);
        if buttons.is_empty() || buttons.len() > ROW_MAX {
            return Err(broken(format!("a row of {} buttons", buttons.len())));
        }
        count += buttons.len();
        buttons.iter().try_for_each(check_button)?;
    }
    if count > BUTTONS_MAX {
        return Err(broken(format!("{count} buttons")));
    }
    let size = markup.to_string().len();
    if size > MARKUP_MAX {
        return Err(Refusal::violation(format!("a keyboard of {size} bytes"), "REPLY_MARKUP_TOO_LONG"));
    }
    Ok(())
}

fn check_button(button: &Value) -> Result<(), Refusal> {
    let broken = |rule: &str, reason: &str| Refusal::violation(format!("{rule}: {button}"), reason);
    let known: Vec<&str> = [LOOKS, ACTIONS].concat();
    if let Some(name) = unknown_field(button, &known) {
        return Err(broken(&format!("a button with an unknown field {name}"), "can't parse inline keyboard button"));
    }
    if button["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
        return Err(broken("a button without text", "text buttons must be non-empty"));
    }
    let actions: Vec<_> = ACTIONS.iter().filter(|action| button.get(action).is_some()).collect();
    let [action] = actions[..] else {
        let rule = format!("a button with {} actions", actions.len());
        return Err(broken(&rule, "text buttons are unallowed in the inline keyboard"));
    };
    if button.get("style").is_some_and(|style| !STYLES.iter().any(|known| style == known)) {
        return Err(broken(
            "a style that is not primary, success or danger",
            "can't parse inline keyboard button: invalid button style specified",
        ));
    }
    let value = &button[*action];
    match *action {
        "callback_data" if !(1..=DATA_MAX).contains(&value.as_str().unwrap_or_default().len()) => {
            Err(broken("callback_data is not 1 to 64 bytes", "BUTTON_DATA_INVALID"))
        }
        "copy_text" if !(1..=COPY_MAX).contains(&value["text"].as_str().unwrap_or_default().chars().count()) => {
            Err(broken("copy_text is not 1 to 256 characters", "BUTTON_COPY_TEXT_INVALID"))
        }
        "disabled" if value.as_object().is_none_or(|fields| !fields.is_empty()) => {
            Err(broken("disabled is no empty object", "can't parse inline keyboard button"))
        }
        "url" if !is_button_url(value.as_str().unwrap_or_default()) => {
            let url = value.as_str().unwrap_or_default();
            let reason = format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL");
            Err(broken("a button with a wrong url", &reason))
        }
        "url" if !has_start_parameter(value.as_str().unwrap_or_default()) => {
            Err(broken("a start parameter that is not 1 to 64 of A-Za-z0-9_-", "START_PARAM_INVALID"))
        }
        _ => Ok(()),
    }
}

/// Whether the start parameter of a deep link to a bot, if the URL is one, is as Telegram wants it.
fn has_start_parameter(url: &str) -> bool {
    let Some((_, query)) = url.strip_prefix("https://t.me/").and_then(|rest| rest.split_once('?')) else { return true };
    let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
    parameters.filter(|(name, _)| matches!(*name, "start" | "startgroup")).all(|(_, value)| is_start_parameter(value))
}

/// 1 to 64 of A-Za-z0-9_-.
pub(crate) fn is_start_parameter(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_button_url(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let starts = ["http://", "https://", "tg://"];
    starts.iter().any(|start| url.starts_with(start) && url.len() > start.len()) && !url.contains(char::is_whitespace)
}
