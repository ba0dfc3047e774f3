//! Commands and descriptions.

use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON};

fn commands(list: Value) -> Value {
    json!({ "commands": list })
}

fn in_scope(scope: Value) -> Value {
    json!({ "commands": [{ "command": "start", "description": "Begin" }], "scope": scope })
}

#[test]
fn commands_are_kept_by_scope_and_language() {
    let bot = Bot::start();
    let begin = json!([{ "command": "start", "description": " Begin " }]);
    let french = json!([{ "command": "start", "description": "Début", "is_ephemeral": true }]);
    bot.accepts("setMyCommands", commands(begin));
    bot.accepts(
        "setMyCommands",
        json!({ "commands": french, "scope": { "type": "chat", "chat_id": PERSON }, "language_code": "fr" }),
    );
    assert_eq!(bot.profile().command_names("default", ""), ["start"]);
    assert_eq!(bot.profile().commands_of("chat:7", "fr")[0].1, "Début");
    let of_chat = json!({ "scope": { "type": "chat", "chat_id": PERSON }, "language_code": "fr" });
    assert_eq!(bot.accepts("getMyCommands", of_chat.clone()), french);
    assert_eq!(bot.accepts("getMyCommands", json!({})), json!([{ "command": "start", "description": "Begin" }]));
    bot.accepts("deleteMyCommands", of_chat.clone());
    assert_eq!(bot.accepts("getMyCommands", of_chat), json!([]));
}

#[test]
fn a_command_is_short_and_of_plain_letters() {
    let bot = Bot::start();
    let check = |command: Value, rule: &str| match rule {
        "" => drop(bot.accepts("setMyCommands", commands(json!([command])))),
        rule => bot.violates("setMyCommands", commands(json!([command])), rule),
    };
    check(json!({ "command": "a_1".repeat(10), "description": "é".repeat(256) }), "");
    check(json!({ "command": "a".repeat(33), "description": "Begin" }), "1 to 32 of a-z");
    check(json!({ "command": "Start", "description": "Begin" }), "1 to 32 of a-z");
    check(json!({ "command": "/start", "description": "Begin" }), "1 to 32 of a-z");
    check(json!({ "command": "start", "description": " " }), "1 to 256 characters");
    check(json!({ "command": "start", "description": "é".repeat(257) }), "1 to 256 characters");
    check(json!({ "command": "start", "description": "Begin", "hidden": true }), "unknown field hidden");
}

#[test]
fn there_are_at_most_100_commands_each_once() {
    let bot = Bot::start();
    let many = |count: usize| {
        let list = (0..count).map(|index| json!({ "command": format!("c{index}"), "description": "Command" }));
        commands(list.collect())
    };
    bot.accepts("setMyCommands", many(100));
    bot.violates("setMyCommands", many(101), "101 commands");
    let start = json!({ "command": "start", "description": "Begin" });
    bot.violates("setMyCommands", commands(json!([start, start])), "a command twice");
}

#[test]
fn a_scope_names_a_chat_that_is_known() {
    let bot = Bot::start();
    for kind in ["default", "all_private_chats", "all_group_chats", "all_chat_administrators"] {
        bot.accepts("setMyCommands", in_scope(json!({ "type": kind })));
    }
    bot.accepts("setMyCommands", in_scope(json!({ "type": "chat_administrators", "chat_id": GROUP })));
    bot.accepts("setMyCommands", in_scope(json!({ "type": "chat_member", "chat_id": GROUP, "user_id": PERSON })));
    bot.refuses("setMyCommands", in_scope(json!({ "type": "chat", "chat_id": 999 })), 400, "chat not found");
    bot.violates("setMyCommands", in_scope(json!({ "type": "everybody" })), "an unknown scope");
    bot.violates("setMyCommands", in_scope(json!({ "type": "chat" })), "a scope without chat_id");
    let in_private = json!({ "type": "chat_member", "chat_id": PERSON, "user_id": PERSON });
    bot.violates("setMyCommands", in_scope(in_private), "a scope of one member in a private chat");
}

#[test]
fn a_language_is_an_iso_639_1_code() {
    let bot = Bot::start();
    for code in ["", "fr", "zu"] {
        bot.accepts("getMyDescription", json!({ "language_code": code }));
    }
    for code in ["xx", "FR", "fra", "fr-FR"] {
        bot.violates("getMyDescription", json!({ "language_code": code }), "is not a language code");
    }
}

#[test]
fn descriptions_have_their_lengths_and_an_empty_one_is_deleted() {
    let bot = Bot::start();
    for (method, name, longest) in
        [("setMyDescription", "description", 512), ("setMyShortDescription", "short_description", 120)]
    {
        let get = method.replace("set", "get");
        bot.accepts(method, json!({ name: "é".repeat(longest), "language_code": "fr" }));
        bot.violates(method, json!({ name: "é".repeat(longest + 1) }), "characters");
        assert_eq!(bot.accepts(&get, json!({ "language_code": "fr" }))[name], "é".repeat(longest));
        bot.accepts(method, json!({ name: "", "language_code": "fr" }));
        assert_eq!(bot.accepts(&get, json!({ "language_code": "fr" }))[name], "");
    }
    assert_eq!((bot.profile().description("fr"), bot.profile().short_description("fr")), ("", ""));
}

#[test]
fn an_earlier_profile_can_be_preset() {
    let bot = Bot::start();
    bot.preset_profile(|profile| profile.set_commands("default", "", &[("old", "Outdated")]));
    assert_eq!(bot.accepts("getMyCommands", json!({}))[0]["command"], "old");
}
