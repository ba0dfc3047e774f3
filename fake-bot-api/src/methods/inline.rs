//! Answers to inline queries and to guests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{
    params::Params,
    state::{Answer, Refusal, State},
    validate,
};

const RESULTS_MAX: usize = 50;
/// Bytes.
const RESULT_ID_MAX: usize = 64;
/// Bytes.
const OFFSET_MAX: usize = 64;

pub(crate) fn answer_inline_query(state: &mut State, params: &Params) -> Answer {
    let results = params.list("results");
    if results.len() > RESULTS_MAX {
        return Err(Refusal::violation(format!("{} results", results.len()), "RESULTS_TOO_MUCH"));
    }
    let ids: BTreeSet<&str> = results.iter().filter_map(|result| result["id"].as_str()).collect();
    if ids.len() < results.len() {
        return Err(Refusal::violation("ids of results that repeat or are missing", "RESULT_ID_DUPLICATE"));
    }
    results.iter().try_for_each(check_result)?;
    if params.text("next_offset").is_some_and(|offset| offset.len() > OFFSET_MAX) {
        return Err(Refusal::violation("a next_offset of over 64 bytes", "NEXT_OFFSET_INVALID"));
    }
    if let Some(button) = params.json("button") {
        check_start_parameter(button)?;
    }
    state.answer_query("answerInlineQuery", params.text("inline_query_id").unwrap_or_default(), params)?;
    Ok(json!(true))
}

pub(crate) fn answer_guest_query(state: &mut State, params: &Params) -> Answer {
    let result = params.json("result").unwrap_or(&Value::Null);
    check_result(result)?;
    let query_id = params.text("guest_query_id").unwrap_or_default();
    state.answer_query("answerGuestQuery", query_id, params)?;
    let inline_message_id = format!("guest-{query_id}");
    let content = &result["input_message_content"];
    let fields = [
        ("text", &content["message_text"]),
        ("entities", &content["entities"]),
        ("reply_markup", &result["reply_markup"]),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    state.register_inline_message(&inline_message_id, fields);
    Ok(json!({ "inline_message_id": inline_message_id }))
}

fn check_start_parameter(button: &Value) -> Result<(), Refusal> {
    let parameter = button["start_parameter"].as_str().unwrap_or_default();
    if validate::is_start_parameter(parameter) && button["text"].is_string() {
        return Ok(());
    }
    Err(Refusal::violation("a start_parameter that is not 1 to 64 of A-Za-z0-9_-", "START_PARAM_INVALID"))
}

fn check_result(result: &Value) -> Result<(), Refusal> {
    let broken = |rule: &str| Err(Refusal::violation(rule, "can't parse inline query result"));
    if !(1..=RESULT_ID_MAX).contains(&result["id"].as_str().unwrap_or_default().len()) {
        return broken("an id of a result that is not 1 to 64 bytes");
    }
    match result["type"].as_str() {
        Some("contact") if result["phone_number"].is_string() && result["first_name"].is_string() => return Ok(()),
        Some("article") if !result["title"].as_str().unwrap_or_default().is_empty() => {}
        _ => return broken("a result that is neither an article with a title nor a contact"),
    }
    let content = &result["input_message_content"];
    let entities = content["entities"].as_array().map_or(&[][..], Vec::as_slice);
    validate::check_text(content["message_text"].as_str().unwrap_or_default(), entities)?;
    match &result["reply_markup"] {
        Value::Null => Ok(()),
        markup => validate::check_keyboard(markup),
    }
}
