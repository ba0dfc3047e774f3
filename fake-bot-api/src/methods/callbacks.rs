//! Answers to taps.

use serde_json::json;

use super::super::{
    params::Params,
    state::{Answer, State},
};

/// Characters.
const NOTICE_MAX: usize = 200;

pub(crate) fn answer_callback_query(state: &mut State, params: &Params) -> Answer {
    const METHOD: &str = "answerCallbackQuery";
    let id = params.text("callback_query_id").unwrap_or_default();
    state.answer_query(METHOD, id, params)?;
    if params.text("text").unwrap_or_default().chars().count() > NOTICE_MAX {
        state.report_violation(METHOD, "a text of over 200 characters", &params.to_json());
    }
    Ok(json!(true))
}
