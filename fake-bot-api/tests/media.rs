//! `sendVoice`, `sendAudio`, `sendPhoto`, and the files of a request.

use std::time::Duration;

use fake_bot_api::{Post, TOKEN};
use serde_json::{Value, json};

use crate::support::{Body, Bot, GROUP, PERSON, form, request};

const VOICE: &[u8] = b"OggS\0\x02........OpusHead\x01\x01speech";
const AUDIO: &[u8] = b"ID3\x04music";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0picture";

/// A file of the method's kind as its only part.
fn upload(field: &str, file: &[u8], extra: Value) -> Body {
    let mut params = json!({ "chat_id": PERSON, field: "attach://clip" });
    params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    form(&params, &[("clip", "clip.bin", file)])
}

fn voice(extra: Value) -> Body {
    upload("voice", VOICE, extra)
}

/// A file that was uploaded before.
fn again(field: &str, file_id: &Value) -> Value {
    json!({ "chat_id": PERSON, field: file_id })
}

#[test]
fn a_voice_is_uploaded_once_and_sent_again_by_its_file_id() {
    let bot = Bot::start();
    let sent = bot.accepts("sendVoice", voice(json!({ "duration": 3 })));
    assert_eq!((&sent["voice"]["duration"], &sent["voice"]["mime_type"]), (&json!(3), &json!("audio/ogg")));
    assert_eq!(sent["voice"]["file_size"], VOICE.len());
    let file_id = &sent["voice"]["file_id"];
    assert_eq!(bot.accepts("sendVoice", again("voice", file_id))["voice"], sent["voice"]);
    assert_eq!(bot.uploads_of("sendVoice").len(), 1);
    let messages = bot.sent_to(PERSON);
    assert_eq!((messages.len(), messages[1].file_id()), (2, file_id.as_str()));
    bot.forget_files();
    bot.refuses("sendVoice", again("voice", file_id), 400, "wrong file identifier/HTTP URL specified");
    let renewed = bot.accepts("sendVoice", voice(json!({})));
    assert_ne!(&renewed["voice"]["file_id"], file_id);
    assert_eq!(bot.uploads_of("SENDVOICE").len(), 2);
}

#[test]
fn a_call_holds_what_was_uploaded() {
    let bot = Bot::start();
    let body = voice(json!({ "caption": "Hi" }));
    let size = body.bytes.len();
    bot.accepts("sendVoice", body);
    let call = bot.calls_of("sendVoice").remove(0);
    assert_eq!((call.body_size, call.params["caption"].as_str()), (size, Some("Hi")));
    let file = &call.files[0];
    assert_eq!((file.name.as_str(), file.file_name.as_str(), &*file.bytes), ("clip", "clip.bin", VOICE));
    bot.refuses("sendVoice", voice(json!({ "chat_id": 8 })), 400, "chat not found");
    assert_eq!((bot.calls_of("sendVoice").len(), bot.uploads_of("sendVoice").len()), (2, 1));
}

#[test]
fn a_file_is_the_part_that_is_named_or_that_of_the_parameter() {
    let bot = Bot::start();
    let to_person = json!({ "chat_id": PERSON });
    bot.accepts("sendVoice", form(&to_person, &[("voice", "a.ogg", VOICE)]));
    let named = json!({ "chat_id": PERSON, "voice": "attach://clip" });
    bot.violates("sendVoice", form(&named, &[]), "voice is missing");
    bot.violates("sendVoice", form(&to_person, &[]), "voice is missing");
    bot.violates("sendVoice", json!({ "chat_id": PERSON, "voice": "" }), "voice is missing");
    let two: &[(&str, &str, &[u8])] = &[("clip", "a.ogg", VOICE), ("other", "b.ogg", VOICE)];
    bot.violates("sendVoice", form(&named, two), r#"files that no parameter names ["other"]"#);
    bot.violates(
        "sendMessage",
        form(&json!({ "chat_id": PERSON, "text": "attach://clip" }), &two[..1]),
        "no parameter names",
    );
    bot.violates("sendVoice", json!({ "chat_id": PERSON, "voice": 7 }), "voice has the wrong type");
}

#[test]
fn parameters_come_as_multipart_too() {
    let bot = Bot::start();
    let keyboard = json!({ "inline_keyboard": [[{ "text": "A", "callback_data": "a" }]] });
    bot.accepts("sendMessage", form(&json!({ "chat_id": PERSON, "text": "sûr", "reply_markup": keyboard }), &[]));
    let message = bot.sent_to(PERSON).remove(0);
    assert_eq!((message.text(), message.buttons().len()), ("sûr", 1));
    let path = format!("/bot{TOKEN}/getMe");
    let (head, _) = request(&bot.url(), &path, "multipart/form-data; boundary=x", "no parts").unwrap();
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(bot.violations()[0].contains("multipart/form-data"), "{:?}", bot.violations());
}

#[test]
fn a_file_is_of_its_kind_and_within_its_size() {
    let bot = Bot::start();
    let of_size = |start: &[u8], size: usize| [start, &vec![0; size - start.len()]].concat();
    let check = |method: &str, field: &str, file: &[u8], rule: &str| match rule {
        "" => drop(bot.accepts(method, upload(field, file, json!({})))),
        rule => bot.violates(method, upload(field, file, json!({})), rule),
    };
    check("sendVoice", "voice", b"", "an empty file");
    check("sendVoice", "voice", AUDIO, "not Ogg/Opus");
    check("sendVoice", "voice", b"OggS\0\x02........\x01vorbis", "not Ogg/Opus");
    check("sendAudio", "audio", AUDIO, "");
    check("sendAudio", "audio", VOICE, "");
    check("sendPhoto", "photo", JPEG, "");
    check("sendPhoto", "photo", b"\x89PNG\r\n\x1A\n", "");
    check("sendPhoto", "photo", b"RIFF\0\0\0\0WEBPVP8 ", "");
    check("sendPhoto", "photo", b"GIF89a", "not JPEG, PNG or WebP");
    check("sendPhoto", "photo", &of_size(JPEG, 10 << 20), "");
    check("sendPhoto", "photo", &of_size(JPEG, (10 << 20) + 1), "over 10 MB");
    check("sendVoice", "voice", &of_size(VOICE, (50 << 20) + 1), "a file of 52428801 bytes");
    assert_eq!(bot.calls().last().unwrap().outcome.clone().unwrap_err().code, 413);
}

#[test]
fn a_file_id_is_good_for_its_own_kind() {
    let bot = Bot::start();
    let voice = &bot.accepts("sendVoice", voice(json!({})))["voice"]["file_id"];
    let photo = bot.accepts("sendPhoto", upload("photo", JPEG, json!({})));
    bot.violates("sendAudio", again("audio", voice), "can't use file of type Voice as Audio");
    for size in photo["photo"].as_array().unwrap() {
        assert_eq!(bot.accepts("sendPhoto", again("photo", &size["file_id"]))["photo"], photo["photo"]);
        bot.violates("sendVoice", again("voice", &size["file_id"]), "can't use file of type Photo as Voice");
    }
    bot.refuses("sendAudio", again("audio", &json!("AwACAgQAAxkDAAI99")), 400, "wrong file identifier");
    bot.violates("sendPhoto", again("photo", &json!("https://example.org/a.jpg")), "does not fetch");
}

#[test]
fn an_audio_has_a_title_and_a_thumbnail() {
    let bot = Bot::start();
    let params = json!({
        "chat_id": PERSON, "audio": "attach://clip", "title": "Trust", "performer": "Speaker", "thumbnail": "attach://cover",
    });
    let audio = ("clip", "trust.mp3", AUDIO);
    let sent = bot.accepts("sendAudio", form(&params, &[audio, ("cover", "cover.jpg", JPEG)]));
    let field = |name: &str| sent["audio"][name].as_str();
    assert_eq!(
        (field("title"), field("performer"), field("file_name")),
        (Some("Trust"), Some("Speaker"), Some("trust.mp3"))
    );
    bot.violates("sendAudio", form(&params, &[audio]), "a thumbnail");
    bot.violates("sendAudio", form(&params, &[audio, ("cover", "cover.png", b"\x89PNG")]), "a thumbnail");
}

#[test]
fn a_caption_has_at_most_1024_utf_16_units() {
    let bot = Bot::start();
    let bold = json!([{ "type": "bold", "offset": 0, "length": 2 }]);
    let sent = bot.accepts("sendVoice", voice(json!({ "caption": "🕊".repeat(512), "caption_entities": bold })));
    assert_eq!(sent["caption_entities"], bold);
    bot.violates("sendVoice", voice(json!({ "caption": "é".repeat(1_025) })), "1025 UTF-16 units");
    bot.violates("sendVoice", voice(json!({ "caption": "é", "caption_entities": bold })), "outside of the 1 UTF-16");
    bot.violates("sendVoice", voice(json!({ "caption_entities": bold })), "outside of the 0 UTF-16");
    bot.violates("sendVoice", voice(json!({ "caption": "a", "parse_mode": "HTML" })), "parse_mode");
    assert!(bot.accepts("sendVoice", voice(json!({ "caption": "" }))).get("caption").is_none());
    let spoiler = upload("photo", JPEG, json!({ "has_spoiler": true, "show_caption_above_media": true }));
    let photo = bot.accepts("sendPhoto", spoiler);
    assert_eq!((&photo["has_media_spoiler"], &photo["show_caption_above_media"]), (&json!(true), &json!(true)));
}

#[test]
fn files_go_where_texts_go() {
    let bot = Bot::start();
    let asked = bot.post(Post::new(PERSON, GROUP, "Hi").topic(12)).message_id;
    let reply = json!({ "chat_id": GROUP, "reply_parameters": { "message_id": asked } });
    let sent = bot.accepts("sendVoice", voice(reply));
    assert_eq!((&sent["message_thread_id"], &sent["reply_to_message"]["message_id"]), (&json!(12), &json!(asked)));
    bot.refuses("sendVoice", voice(json!({ "chat_id": GROUP, "message_thread_id": 13 })), 400, "thread not found");
    bot.violates(
        "sendVoice",
        voice(json!({ "reply_markup": { "inline_keyboard": [[{ "text": "A" }]] } })),
        "0 actions",
    );
    let command = bot.ephemeral_command(PERSON, GROUP, "/start").message_id;
    let ephemeral = json!({
        "chat_id": GROUP, "ephemeral_message_parameters": { "receiver_user_id": PERSON },
        "reply_parameters": { "ephemeral_message_id": command }, "caption": "Hi",
    });
    let sent = bot.accepts("sendPhoto", upload("photo", JPEG, ephemeral));
    let edit = json!({
        "chat_id": GROUP, "receiver_user_id": PERSON, "ephemeral_message_id": sent["ephemeral_message_id"], "text": "Ho",
    });
    bot.refuses("editEphemeralMessageText", edit, 400, "there is no text in the message to edit");
    assert_eq!(bot.ephemeral_messages(GROUP)[0].to_string(), "photo Hi");
}

#[test]
fn a_tap_under_a_file_carries_it_and_its_text_is_no_text() {
    let bot = Bot::start();
    let asked = bot.private_message(PERSON, "Hi").message_id;
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Read", "callback_data": "read" }]] });
    let extra = json!({ "caption": "Trust", "reply_markup": keyboard, "reply_parameters": { "message_id": asked } });
    let id = bot.accepts("sendVoice", voice(extra))["message_id"].as_i64().unwrap();
    bot.tap(PERSON, PERSON, id, "read");
    bot.advance_clock(Duration::from_secs(4));
    let update = bot.accepts("getUpdates", json!({ "offset": -1 }))[0].take();
    let message = &update["callback_query"]["message"];
    assert!(message["voice"]["file_id"].is_string(), "{message}");
    assert_eq!((&message["caption"], &message["reply_markup"]), (&json!("Trust"), &keyboard));
    assert_eq!(message["reply_to_message"]["from"]["id"], PERSON);
    let edit = json!({ "chat_id": PERSON, "message_id": id, "text": "Trust" });
    bot.refuses("editMessageText", edit, 400, "there is no text in the message to edit");
    assert_eq!(bot.message(PERSON, id).to_string(), "voice Trust\n[Read]");
}

#[test]
fn a_person_can_forbid_voice_messages() {
    let bot = Bot::start();
    bot.forbid_voice_messages(PERSON, true);
    bot.refuses("sendVoice", voice(json!({})), 400, "VOICE_MESSAGES_FORBIDDEN");
    bot.accepts("sendAudio", upload("audio", VOICE, json!({})));
    bot.accepts("sendVoice", voice(json!({ "chat_id": GROUP })));
    bot.forbid_voice_messages(PERSON, false);
    bot.accepts("sendVoice", voice(json!({})));
}
