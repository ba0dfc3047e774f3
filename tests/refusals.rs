//! What a person gets when Telegram refuses a request: method × refusal, once and ever again. The tables are in `cases/refusals`.
//!
//! Whatever it is, three things hold: the update is confirmed, the requests have an end, and the next person is answered.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::support::bot::BotTest;
use crate::support::snapshot;
use fake_bot_api::{ALWAYS, Fake, Fault, FaultKind, Message, Person, State};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
/// Requests of one method for one answer: each leaves out something of the one before, or goes elsewhere.
const TRIES_MAX: usize = 9;

/// Who asks beside them.
const PROBE: Person = Person::new(7, "fr");

/// What the Bot API's documentation, its server's source and what people report of it know as refusals of messages and queries.
const REFUSALS: [(u16, &str); 44] = [
    (400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"),
    (400, "Bad Request: message to edit not found"),
    (400, "Bad Request: message can't be edited"),
    (400, "Bad Request: there is no text in the message to edit"),
    (400, "Bad Request: MESSAGE_ID_INVALID"),
    (400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
    (400, "Bad Request: message thread not found"),
    (400, "Bad Request: TOPIC_CLOSED"),
    (400, "Bad Request: TOPIC_DELETED"),
    (400, "Bad Request: chat not found"),
    (400, "Bad Request: PEER_ID_INVALID"),
    (400, "Bad Request: message to be replied not found"),
    (400, "Bad Request: REPLY_MESSAGE_ID_INVALID"),
    (400, "Bad Request: not enough rights to send text messages to the chat"),
    (400, "Bad Request: have no rights to send a message"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    (400, "Bad Request: CHAT_RESTRICTED"),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"),
    (400, "Bad Request: BUTTON_DATA_INVALID"),
    (400, "Bad Request: BUTTON_URL_INVALID"),
    (400, "Bad Request: BUTTON_TYPE_INVALID"),
    (400, "Bad Request: BUTTON_COPY_TEXT_INVALID"),
    (400, "Bad Request: reply markup is too long"),
    (400, "Bad Request: can't parse entities: can't find end of the entity starting at byte offset 7"),
    (400, "Bad Request: ENTITY_BOUNDS_INVALID"),
    (400, "Bad Request: message text is empty"),
    (400, "Bad Request: message is too long"),
    (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
    (400, "Bad Request: wrong file identifier/HTTP URL specified"),
    (400, "Bad Request: PHONE_NUMBER_INVALID"),
    (400, "Bad Request: RESULT_ID_DUPLICATE"),
    (400, "Bad Request: USER_IS_BLOCKED"),
    (400, "Bad Request: user not found"),
    (400, "Bad Request: EPHEMERAL_MESSAGE_NOT_ALLOWED"),
    (400, "Bad Request: what no documentation knows"),
    (403, "Forbidden: bot was blocked by the user"),
    (403, "Forbidden: bot can't initiate conversation with a user"),
    (403, "Forbidden: bot was kicked from the supergroup chat"),
    (403, "Forbidden: bot is not a member of the supergroup chat"),
    (403, "Forbidden: user is deactivated"),
    (403, "Forbidden: the group chat was deleted"),
    (404, "Not Found"),
    (409, "Conflict: what nobody knows"),
    (413, "Request Entity Too Large"),
];

/// Something that a person does, and the request that is refused.
struct Scene {
    method: &'static str,
    what: &'static str,
    /// Does it; what it takes beforehand is not refused.
    act: fn(&BotTest, Person) -> Act,
}

/// What was done.
struct Act {
    update_id: i64,
    /// Where the answer is to be seen.
    place: Place,
    /// The state of the chats before it: [`fake_bot_api::State::revision`].
    before: u64,
}

/// Where an answer is to be seen.
enum Place {
    Chat(i64),
    /// Only that person sees it, or else this group.
    Ephemeral(Person, i64),
    /// A message that was sent through inline mode.
    Card(String),
    /// Queries are answered by their id.
    Query(String),
}

fn now(bot: &BotTest) -> u64 {
    bot.fake.with_state(State::revision)
}

/// A group in which nobody else has asked: one group gets few messages a minute.
fn group(bot: &BotTest, person: Person) -> i64 {
    let group = -1_000_000_000_000 - person.id;
    bot.fake.group(group, false);
    group
}

fn private(bot: &BotTest, person: Person, text: &str) -> Message {
    let asked = bot.fake.private_message(person, text);
    bot.fake.wait_confirmed(asked.update_id);
    newest(bot, person.id).expect("an answer")
}

fn newest(bot: &BotTest, chat: i64) -> Option<Message> {
    bot.fake.sent_to(chat).into_iter().max_by_key(|message| message.revision)
}

/// Taps the first button with this in its data, under what a command shows.
fn tap_under(bot: &BotTest, person: Person, command: &str, part: &str) -> Act {
    let page = private(bot, person, command);
    let is_it = |data: &String| data.contains(part);
    let data = page.buttons().into_iter().find_map(|button| button.data.filter(is_it));
    let data = data.unwrap_or_else(|| panic!("no {part} under {page}"));
    let before = now(bot);
    let update_id = bot.fake.tap(person, person.id, page.id, &data).update_id;
    Act { update_id, place: Place::Chat(person.id), before }
}

fn scenes_of_messages() -> Vec<Scene> {
    vec![
        Scene {
            method: "sendMessage",
            what: "a command in private",
            act: |bot, person| {
                let before = now(bot);
                let update_id = bot.fake.private_message(person, "/contact").update_id;
                Act { update_id, place: Place::Chat(person.id), before }
            },
        },
        Scene {
            method: "sendMessage",
            what: "an ephemeral command in a group",
            act: |bot, person| {
                let (group, before) = (group(bot, person), now(bot));
                let update_id = bot.fake.ephemeral_command(person, group, "/contact").update_id;
                Act { update_id, place: Place::Ephemeral(person, group), before }
            },
        },
        Scene {
            method: "sendContact",
            what: "the contact card",
            act: |bot, person| tap_under(bot, person, "/contact", ".card"),
        },
    ]
}

fn scenes_of_edits() -> Vec<Scene> {
    vec![
        Scene {
            method: "editMessageText",
            what: "a tap in private",
            act: |bot, person| tap_under(bot, person, "/trust", ".home"),
        },
        Scene {
            method: "editMessageText",
            what: "a tap on a shared card",
            act: |bot, person| {
                let (card, before) = (format!("card-of-{}", person.id), now(bot));
                let update_id = bot.fake.tap_inline(person, &card, "1.fr.s.trust").update_id;
                Act { update_id, place: Place::Card(card), before }
            },
        },
        Scene {
            method: "editEphemeralMessageText",
            what: "a tap on an ephemeral message",
            act: |bot, person| {
                let group = group(bot, person);
                bot.fake.ephemeral_command(person, group, "/contact");
                let aside =
                    bot.fake.wait_for("an answer", |state| state.ephemeral_messages_for(person.id).next().cloned());
                let before = now(bot);
                let update_id = bot.fake.tap_ephemeral(person, group, aside.id, "1.fr.s.trust").update_id;
                Act { update_id, place: Place::Ephemeral(person, group), before }
            },
        },
    ]
}

fn scenes_of_queries() -> Vec<Scene> {
    vec![
        Scene {
            method: "answerCallbackQuery",
            what: "a tap in private",
            act: |bot, person| tap_under(bot, person, "/trust", ".home"),
        },
        Scene {
            method: "answerInlineQuery",
            what: "words behind the bot's name",
            act: |bot, person| {
                let (before, typed) = (now(bot), bot.fake.inline_query(person, "contact", ""));
                Act { update_id: typed.update_id, place: Place::Query(typed.query_id), before }
            },
        },
        Scene {
            method: "answerGuestQuery",
            what: "a mention where the bot is no member",
            act: |bot, person| {
                let (before, asked) = (now(bot), bot.fake.guest_message(person, "@palabre_test_bot contact"));
                Act { update_id: asked.update_id, place: Place::Query(asked.query_id), before }
            },
        },
    ]
}

fn scenes_of_files() -> Vec<Scene> {
    vec![
        Scene {
            method: "sendVoice",
            what: "a tap on the clip of a page",
            act: |bot, person| tap_under(bot, person, "/fees", ".voice."),
        },
        Scene {
            method: "sendPhoto",
            what: "a page with a picture",
            act: |bot, person| {
                let before = now(bot);
                let update_id = bot.fake.private_message(person, "/enrolment").update_id;
                Act { update_id, place: Place::Chat(person.id), before }
            },
        },
    ]
}

fn scenes_of_places() -> Vec<Scene> {
    vec![Scene { method: "sendVenue", what: "a place", act: |bot, person| tap_under(bot, person, "/desk", ".venue") }]
}

/// A message as a person sees it.
fn shown(message: &Message) -> String {
    let kind =
        ["voice", "audio", "photo", "contact", "venue"].into_iter().find(|kind| message.json.get(*kind).is_some());
    let styles = message.entities().is_empty() && message.json.get("caption_entities").is_none();
    let mut shown = kind.unwrap_or("a page").to_owned();
    if kind.is_none() || kind == Some("photo") {
        shown += if message.keyboard().is_empty() { ", no buttons" } else { "" };
        shown += if styles { ", no styles" } else { "" };
    }
    shown
}

/// What is there to be seen beside what was there before.
fn seen(bot: &BotTest, place: &Place, before: u64) -> String {
    let of = |messages: Vec<Message>, elsewhere: &str| {
        let newer = messages.into_iter().filter(|message| message.revision > before);
        newer.max_by_key(|message| message.revision).map(|message| {
            format!("{}{}{elsewhere}", if message.edits() > 0 { "in its place: " } else { "" }, shown(&message))
        })
    };
    let found = match place {
        Place::Chat(chat) => of(bot.fake.sent_to(*chat), ""),
        Place::Ephemeral(person, group) => of(bot.fake.ephemeral_messages_for(*person), ", for them alone")
            .or_else(|| of(bot.fake.sent_to(*group), ", for the whole group")),
        Place::Card(card) => of(Vec::from_iter(bot.fake.inline_message(card)), ""),
        Place::Query(query) => bot.fake.answers(query).last().map(|_| "an answer".to_owned()),
    };
    found.unwrap_or_else(|| "nothing".to_owned())
}

/// Goes through the refusals of a scene; what people get.
fn play(bot: &BotTest, scene: &Scene, first: i64) -> String {
    let (mut table, mut person) = (String::new(), first);
    writeln!(table, "\n{}: {}", scene.method, scene.what).unwrap();
    for (times, how_often) in [(1, "once"), (ALWAYS, "ever again")] {
        let mut outcomes = BTreeMap::<String, Vec<&str>>::new();
        for (code, description) in REFUSALS {
            person += 1;
            let who = Person::new(person, "fr");
            let fault = Fault::new(FaultKind::refuse(code, description)).on(scene.method).times(times);
            bot.fake.fault(fault);
            let calls = bot.fake.calls_of(scene.method).len();
            let Act { update_id, place, before } = (scene.act)(bot, who);
            bot.fake.wait_confirmed(update_id);
            if let Place::Query(query) = &place {
                // What somebody types is confirmed at once. Its answer is tried without buttons, then without styles.
                let is_of_a_part = ["BUTTON_", "reply markup is", "parse entities", "ENTIT"]
                    .iter()
                    .any(|part| description.contains(part));
                let tries = calls + if is_of_a_part { 3 } else { 1 };
                bot.fake.wait_for("the last try", |state| {
                    let is_last = state.calls_of(scene.method).count() >= tries;
                    (is_last || !state.answers(query).is_empty()).then_some(())
                });
            }
            let outcome = seen(bot, &place, before);
            bot.fake.clear_faults();
            let tries = bot.fake.calls_of(scene.method).len() - calls;
            assert!(tries <= TRIES_MAX + 2, "{}: {description}: {tries} requests", scene.method);
            outcomes.entry(outcome).or_default().push(description);
        }
        for (outcome, descriptions) in outcomes {
            writeln!(table, "  {how_often} → {outcome}").unwrap();
            // Most refusals are one like the other.
            let shorten = |text: &&str| text.split(": ").take(2).collect::<Vec<_>>().join(": ");
            let list: Vec<String> = descriptions.iter().map(shorten).collect();
            match REFUSALS.len() - list.len() {
                0 => writeln!(table, "      all").unwrap(),
                1..=12 => {
                    let others = REFUSALS.iter().filter(|(_, text)| !descriptions.contains(text));
                    writeln!(table, "      all but:").unwrap();
                    others.for_each(|(_, text)| writeln!(table, "      - {}", shorten(text)).unwrap());
                }
                _ => list.iter().for_each(|text| writeln!(table, "      {text}").unwrap()),
            }
        }
    }
    assert!(!private(bot, PROBE, "/help").text().is_empty(), "others are answered");
    table
}

#[track_caller]
fn check(name: &str, content: &str, scenes: &[Scene]) {
    let content = format!("{}/{content}", env!("CARGO_MANIFEST_DIR"));
    let bot = BotTest::start_with(BINARY, Fake::start(), &["--content", &content], &[]);
    // It is busy with the content at first, and an ephemeral answer cannot wait for long.
    private(&bot, PROBE, "/help");
    let table: String = (1..).zip(scenes).map(|(n, scene)| play(&bot, scene, 10_000 * n)).collect();
    snapshot("refusals", name, table.trim());
}

#[test]
fn messages() {
    check("messages", "content", &scenes_of_messages());
}

#[test]
fn edits() {
    check("edits", "content", &scenes_of_edits());
}

#[test]
fn queries() {
    check("queries", "content", &scenes_of_queries());
}

#[test]
fn clips_and_pictures() {
    check("files", "tests/contents/school", &scenes_of_files());
}

#[test]
fn places() {
    check("places", "tests/contents/library", &scenes_of_places());
}
