//! The methods: one function for each carries it out.
//!
//! A new method is a row in `list` and a function in one of the modules below.

mod bot;
mod callbacks;
mod ephemeral;
mod inline;
mod list;
mod media;
mod messages;
mod place;
mod profile;
mod profile_photo;

use serde_json::{Map, Value};

pub(crate) use self::list::GET_UPDATES;
use self::list::METHODS;
use super::{
    files::Upload,
    params::{Param, Params},
    state::{Answer, Refusal, State},
};

/// A method as the Bot API documents it.
pub(crate) struct Method {
    pub name: &'static str,
    params: &'static [Param],
    carry_out: fn(&mut State, &Params) -> Answer,
}

/// Carries out any method but `getUpdates`; the name may be in any case of letters.
pub(crate) fn carry_out(state: &mut State, name: &str, raw: &Map<String, Value>, files: &[Upload]) -> Answer {
    let Some(method) = METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name)) else {
        state.report_violation(name, "a method that the fake does not know", &Value::Object(raw.clone()));
        return Err(Refusal::new(404, "Not Found"));
    };
    if !state.bot_api.has_method(method.name) {
        return Err(Refusal::new(404, "Not Found"));
    }
    let params = checked(state, method, raw, files)?;
    let outcome = (method.carry_out)(state, &params);
    outcome.map_err(|refusal| match params.some_ignored {
        // The bot could not know that it would be read otherwise than it was meant.
        true => Refusal { rule: None, ..refusal },
        false => {
            note(state, method, &refusal, raw);
            refusal
        }
    })
}

/// The parameters by the method's list; what is wrong with them is noted.
pub(crate) fn checked(
    state: &mut State,
    method: &Method,
    raw: &Map<String, Value>,
    files: &[Upload],
) -> Result<Params, Refusal> {
    let read = Params::read(method.params, raw, files);
    let (mut params, unknown) = read.inspect_err(|refusal| note(state, method, refusal, raw))?;
    let mut rules = Vec::new();
    if !unknown.is_empty() {
        rules.push(format!("unknown parameters {unknown:?}"));
    }
    let unnamed = params.unnamed_files(method.params);
    if !unnamed.is_empty() {
        rules.push(format!("files that no parameter names {unnamed:?}"));
    }
    rules.extend(state.custom_rule.and_then(|check| check(method.name, &params.to_json())));
    for rule in rules {
        state.report_violation(method.name, &rule, &Value::Object(raw.clone()));
    }
    params.ignore_newer(state.bot_api);
    Ok(params)
}

fn note(state: &mut State, method: &Method, refusal: &Refusal, raw: &Map<String, Value>) {
    if let Some(rule) = &refusal.rule {
        state.report_violation(method.name, rule, &Value::Object(raw.clone()));
    }
}
