//! The bot's commands, names and descriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::{
    bot_user,
    params::Params,
    state::{Answer, Refusal, State},
    validate,
};

const COMMANDS_MAX: usize = 100;
/// Characters, as all lengths here.
const COMMAND_MAX: usize = 32;
const COMMAND_DESCRIPTION_MAX: usize = 256;
const NAME_MAX: usize = 64;
const DESCRIPTION_MAX: usize = 512;
const SHORT_DESCRIPTION_MAX: usize = 120;

pub(crate) fn set_my_commands(state: &mut State, params: &Params) -> Answer {
    let key = (scope(params)?, language(params)?);
    let commands = params.list("commands");
    if commands.len() > COMMANDS_MAX {
        let rule = format!("{} commands", commands.len());
        return Err(Refusal::violation(rule, "BOT_COMMANDS_TOO_MUCH"));
    }
    let names: BTreeSet<&str> = commands.iter().filter_map(|json| json["command"].as_str()).collect();
    if names.len() < commands.len() {
        return Err(Refusal::violation("a command twice, or without a name", "BOT_COMMAND_INVALID"));
    }
    check_scope_chat(state, params)?;
    let is_ephemeral = |json: &&Value| json["is_ephemeral"] == true;
    let ephemeral = commands.iter().filter(is_ephemeral).filter_map(|json| json["command"].as_str());
    state.profile.ephemeral.insert(key.clone(), ephemeral.map(str::to_owned).collect());
    let commands = commands.iter().map(command).collect::<Result<Vec<_>, _>>()?;
    state.profile.commands.insert(key, commands);
    Ok(json!(true))
}

pub(crate) fn get_my_commands(state: &mut State, params: &Params) -> Answer {
    let key = (scope(params)?, language(params)?);
    let commands = state.profile.commands_of(&key.0, &key.1);
    let ephemeral = state.profile.ephemeral.get(&key);
    let to_json = |(name, description): &(String, String)| match ephemeral.is_some_and(|names| names.contains(name)) {
        true => json!({ "command": name, "description": description, "is_ephemeral": true }),
        false => json!({ "command": name, "description": description }),
    };
    Ok(commands.iter().map(to_json).collect())
}

pub(crate) fn delete_my_commands(state: &mut State, params: &Params) -> Answer {
    state.profile.commands.remove(&(scope(params)?, language(params)?));
    Ok(json!(true))
}

pub(crate) fn set_my_name(state: &mut State, params: &Params) -> Answer {
    set_text(&mut state.profile.names, params, "name", NAME_MAX)
}

/// Without a name for everybody the bot is called as its owner has called it.
pub(crate) fn get_my_name(state: &mut State, params: &Params) -> Answer {
    let language = language(params)?;
    let name = state.profile.name(&language);
    Ok(if name.is_empty() && language.is_empty() {
        json!({ "name": bot_user()["first_name"] })
    } else {
        json!({ "name": name })
    })
}

pub(crate) fn set_my_description(state: &mut State, params: &Params) -> Answer {
    set_text(&mut state.profile.descriptions, params, "description", DESCRIPTION_MAX)
}

pub(crate) fn get_my_description(state: &mut State, params: &Params) -> Answer {
    Ok(json!({ "description": state.profile.description(&language(params)?) }))
}

pub(crate) fn set_my_short_description(state: &mut State, params: &Params) -> Answer {
    set_text(&mut state.profile.short_descriptions, params, "short_description", SHORT_DESCRIPTION_MAX)
}

pub(crate) fn get_my_short_description(state: &mut State, params: &Params) -> Answer {
    Ok(json!({ "short_description": state.profile.short_description(&language(params)?) }))
}

/// An empty text takes the one of the language away.
fn set_text(texts: &mut BTreeMap<String, String>, params: &Params, name: &str, longest: usize) -> Answer {
    let text = params.text(name).unwrap_or_default();
    let length = text.chars().count();
    if length > longest {
        return Err(Refusal::violation(
            format!("{name} of {length} characters"),
            &format!("{} is too long", name.replace('_', " ")),
        ));
    }
    let language = language(params)?;
    if text.is_empty() {
        texts.remove(&language);
    } else {
        texts.insert(language, text.to_owned());
    }
    Ok(json!(true))
}

fn language(params: &Params) -> Result<String, Refusal> {
    let code = params.text("language_code").unwrap_or_default();
    validate::check_language(code)?;
    Ok(code.to_owned())
}

fn command(json: &Value) -> Result<(String, String), Refusal> {
    let broken = |rule: &str| Refusal::violation(format!("{rule}: {json}"), "BOT_COMMAND_INVALID");
    if let Some(name) = validate::unknown_field(json, &["command", "description", "is_ephemeral"]) {
        return Err(broken(&format!("a command with an unknown field {name}")));
    }
    let name = json["command"].as_str().unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(1..=COMMAND_MAX).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(broken("a command that is not 1 to 32 of a-z, 0-9 and _"));
    }
    let description = json["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() || description.chars().count() > COMMAND_DESCRIPTION_MAX {
        return Err(broken("a command whose description is not 1 to 256 characters"));
    }
    Ok((name.to_owned(), description.trim().to_owned()))
}

/// The chat of a scope must be known to the bot, and a member must be one of a group.
fn check_scope_chat(state: &State, params: &Params) -> Result<(), Refusal> {
    let Some(scope) = params.json("scope") else { return Ok(()) };
    let Some(id) = scope["chat_id"].as_i64() else { return Ok(()) };
    let chat = state.chat(id).ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if scope["type"] == "chat_member" && chat.json["type"] == "private" {
        return Err(Refusal::violation("a scope of one member in a private chat", "can't change commands in the chat"));
    }
    Ok(())
}

/// The scope as the key of `Profile::commands`.
fn scope(params: &Params) -> Result<String, Refusal> {
    let default = json!({ "type": "default" });
    let scope = params.json("scope").unwrap_or(&default);
    let kind = scope["type"].as_str().unwrap_or_default();
    let fields: &[&str] = match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => &[],
        "chat" | "chat_administrators" => &["chat_id"],
        "chat_member" => &["chat_id", "user_id"],
        _ => return Err(Refusal::violation(format!("an unknown scope {scope}"), "can't parse BotCommandScope")),
    };
    let mut key = kind.to_owned();
    for field in fields {
        let id = scope[field].as_i64();
        let id =
            id.ok_or_else(|| Refusal::violation(format!("a scope without {field}"), "can't parse BotCommandScope"))?;
        key.push_str(&format!(":{id}"));
    }
    Ok(key)
}
