//! Commands, names, descriptions, settings and the profile photo.

use fake_bot_api::BOT_ID;
use serde_json::{Value, json};

use crate::support::{Bot, GROUP, PERSON, form};

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

#[test]
fn a_name_has_at_most_64_characters_and_get_me_shows_it() {
    let bot = Bot::start();
    let owners = bot.accepts("getMyName", json!({}))["name"].clone();
    assert_eq!(bot.accepts("getMe", json!({}))["first_name"], owners);
    bot.accepts("setMyName", json!({ "name": "é".repeat(64) }));
    bot.accepts("setMyName", json!({ "name": "Dialogue", "language_code": "fr" }));
    bot.violates("setMyName", json!({ "name": "é".repeat(65) }), "65 characters");
    bot.violates("setMyName", json!({ "name": "N", "language_code": "xx" }), "is not a language code");
    assert_eq!(bot.accepts("getMe", json!({}))["first_name"], "é".repeat(64));
    assert_eq!(bot.accepts("getMyName", json!({ "language_code": "fr" }))["name"], "Dialogue");
    assert_eq!(bot.accepts("getMyName", json!({ "language_code": "en" }))["name"], "");
    assert_eq!(bot.profile().name("fr"), "Dialogue");
    bot.accepts("setMyName", json!({ "name": "" }));
    assert_eq!(bot.accepts("getMyName", json!({}))["name"], owners);
}

#[test]
fn settings_that_are_not_named_stay() {
    let bot = Bot::start();
    bot.accepts("setMySettings", json!({ "inline_query_placeholder": "Ask", "can_join_groups": false }));
    bot.accepts("setMySettings", json!({ "supports_guest_queries": true, "has_topics_enabled": true }));
    let me = bot.accepts("getMe", json!({}));
    let expected = [
        ("inline_query_placeholder", json!("Ask")),
        ("can_join_groups", json!(false)),
        ("supports_guest_queries", json!(true)),
        ("has_topics_enabled", json!(true)),
        ("supports_inline_queries", json!(true)),
    ];
    for (name, value) in expected {
        assert_eq!(me[name], value, "{name}");
    }
    bot.accepts("setMySettings", json!({ "inline_query_placeholder": "" }));
    assert!(bot.accepts("getMe", json!({}))["inline_query_placeholder"].is_null());
    bot.violates("setMySettings", json!({ "callback_query_mode": "any" }), "callback_query_mode");
    bot.violates("setMySettings", json!({ "can_fly": true }), "unknown parameters");
    bot.violates("setMySettings", json!({ "can_join_groups": "perhaps" }), "wrong type");
}

#[test]
fn a_profile_photo_is_an_uploaded_jpeg() {
    const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0picture";
    let bot = Bot::start();
    let photos = |user: i64| bot.accepts("getUserProfilePhotos", json!({ "user_id": user, "limit": 1 }));
    assert_eq!(photos(BOT_ID), json!({ "total_count": 0, "photos": [] }));
    let named = |name: &str| json!({ "photo": { "type": "static", "photo": name } });
    let face = named("attach://face");
    bot.accepts("setMyProfilePhoto", form(&face, &[("face", "face.jpg", JPEG)]));
    bot.accepts("setMyProfilePhoto", form(&face, &[("face", "face.jpg", JPEG)]));
    let (all, newest) = (photos(BOT_ID), bot.profile().photos.remove(0));
    assert_eq!((&all["total_count"], &all["photos"]), (&json!(2), &json!([newest])));
    assert_eq!(newest[1]["width"], 320);
    assert_eq!(photos(PERSON)["total_count"], 0);
    bot.refuses("getUserProfilePhotos", json!({ "user_id": 8 }), 400, "user not found");
    assert_eq!(&*bot.uploads_of("setMyProfilePhoto")[0].bytes, JPEG);
    bot.violates("setMyProfilePhoto", form(&face, &[("face", "face.png", b"\x89PNG\r\n\x1A\n")]), "not JPEG");
    bot.violates("setMyProfilePhoto", form(&face, &[]), "not uploaded");
    bot.violates("setMyProfilePhoto", named("AgACAgQAAxkDAAI1"), "not uploaded");
    let moving = json!({ "photo": { "type": "animated", "animation": "attach://face" } });
    bot.violates("setMyProfilePhoto", form(&moving, &[("face", "face.mp4", JPEG)]), "not static");
}
