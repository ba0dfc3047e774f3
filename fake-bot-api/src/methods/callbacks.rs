//! Answers to taps.

use serde_json::json;

use super::super::{
    params::Params,
    state::{Answer, Refusal, State},
};

/// Characters.
const NOTICE_MAX: usize = 200;

pub(crate) fn answer_callback_query(state: &mut State, params: &Params) -> Answer {
    const METHOD: &str = "answerCallbackQuery";
    let id = params.text("callback_query_id").unwrap_or_default();
    let Some(answers) = state.query(id) else {
        let reason = "query is too old and response timeout expired or query ID is invalid";
        return Err(Refusal::bad_request(reason));
    };
    answers.push(params.to_json());
    let answered_before = answers.len() > 1;
    if answered_before {
        state.report_violation(METHOD, "a tap answered twice", &params.to_json());
    }
    if params.text("text").unwrap_or_default().chars().count() > NOTICE_MAX {
        state.report_violation(METHOD, "a text of over 200 characters", &params.to_json());
    }
    Ok(json!(true))
}
