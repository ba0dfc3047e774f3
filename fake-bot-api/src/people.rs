//! People, groups and channels act here. What they do is queued as updates for the bot.

use serde_json::{Map, Value, json};

use super::{
    Fake,
    message::Chat,
    state::{State, Tapped},
};

/// Somebody on Telegram. A bare id is a person with a French phone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// User id; the private chat with them has the same.
    pub id: i64,
    /// The `language_code` of their app.
    pub language: Option<&'static str>,
}

impl Person {
    /// Somebody whose app speaks this language.
    pub const fn new(id: i64, language: &'static str) -> Person {
        Person { id, language: Some(language) }
    }

    fn json(self, is_bot: bool) -> Value {
        let mut user = json!({ "id": self.id, "is_bot": is_bot, "first_name": "Person" });
        if let Some(language) = self.language {
            user["language_code"] = json!(language);
        }
        user
    }

    fn private_chat(self) -> Chat {
        Chat::new(json!({ "id": self.id, "type": "private", "first_name": "Person" }))
    }
}

impl From<i64> for Person {
    fn from(id: i64) -> Person {
        Person::new(id, "fr")
    }
}

impl From<&Person> for Person {
    fn from(person: &Person) -> Person {
        *person
    }
}

/// A message was queued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queued {
    /// Of the update that carries it.
    pub update_id: i64,
    /// Of the message; of an ephemeral one `ephemeral_message_id`.
    pub message_id: i64,
}

/// A callback query (a tap), an inline query or a guest message was queued.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedQuery {
    /// Of the update that carries it.
    pub update_id: i64,
    /// The id that the bot answers: `callback_query_id`, `inline_query_id` or `guest_query_id`.
    pub query_id: String,
}

/// A message to post: `Post::new(7, group, "/start").reply_to(12)`.
#[derive(Clone, Debug)]
pub struct Post {
    person: Person,
    chat: i64,
    text: String,
    reply_to: Option<i64>,
    topic: Option<i64>,
    by_bot: bool,
    fields: Map<String, Value>,
}

impl Post {
    /// Somebody's text for a chat.
    pub fn new(person: impl Into<Person>, chat: i64, text: &str) -> Post {
        Post {
            person: person.into(),
            chat,
            text: text.to_owned(),
            reply_to: None,
            topic: None,
            by_bot: false,
            fields: Map::new(),
        }
    }

    /// Answers a message that is in the chat.
    #[must_use]
    pub fn reply_to(mut self, message_id: i64) -> Post {
        self.reply_to = Some(message_id);
        self
    }

    /// In a topic of a forum, or of a private chat where the bot has topics, which is made if it is new.
    #[must_use]
    pub fn topic(mut self, thread_id: i64) -> Post {
        self.topic = Some(thread_id);
        self
    }

    /// In the thread under a channel's post: it has a `message_thread_id` that nothing can be sent to.
    #[must_use]
    pub fn discussion(self, thread_id: i64) -> Post {
        self.field("message_thread_id", json!(thread_id))
    }

    /// In place of those that Telegram would find in the text.
    #[must_use]
    pub fn entities(self, entities: Value) -> Post {
        self.field("entities", entities)
    }

    /// Written by another bot.
    #[must_use]
    pub fn by_bot(mut self) -> Post {
        self.by_bot = true;
        self
    }

    /// Any field of the message, over what would be there.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Post {
        self.fields.insert(name.to_owned(), value);
        self
    }

    fn queue(self, state: &mut State) -> Queued {
        if self.chat == self.person.id {
            state.chat_or(self.chat, || self.person.private_chat());
        }
        let mut fields = text_fields(&self.text);
        fields.insert("from".to_owned(), self.person.json(self.by_bot));
        if let Some(topic) = self.topic {
            state.chat_or(self.chat, || Chat::group(self.chat, true)).topics.insert(topic);
            fields.extend([
                ("message_thread_id".to_owned(), json!(topic)),
                ("is_topic_message".to_owned(), json!(true)),
                // In a topic Telegram lets every message answer at least the one that opened it.
                ("reply_to_message".to_owned(), topic_opening(state, self.chat, topic)),
            ]);
        }
        if let Some(message_id) = self.reply_to {
            let replied = state.message(self.chat, message_id);
            let replied = replied.unwrap_or_else(|| panic!("no message {message_id} in chat {}", self.chat));
            fields.insert("reply_to_message".to_owned(), replied.quoted());
        }
        fields.extend(self.fields);
        queue_message(state, "message", self.chat, fields)
    }
}

impl Fake {
    /// Somebody writes to the bot.
    pub fn private_message(&self, person: impl Into<Person>, text: &str) -> Queued {
        let person = person.into();
        self.post(Post::new(person, person.id, text))
    }

    /// Makes a group that the bot is in: a supergroup if the id is below -1000000000000.
    pub fn group(&self, id: i64, forum: bool) {
        self.update(|state| *state.chat_or(id, || Chat::group(id, forum)) = Chat::group(id, forum));
    }

    /// Somebody writes in a chat.
    ///
    /// # Panics
    /// If the group, or the message that is answered, does not exist.
    pub fn post(&self, post: Post) -> Queued {
        self.update(|state| post.queue(state))
    }

    /// A channel that the bot is in publishes something.
    pub fn channel_post(&self, channel: i64, text: &str) -> Queued {
        self.update(|state| {
            let chat = state.chat_or(channel, || Chat::channel(channel)).json.clone();
            let mut fields = text_fields(text);
            fields.insert("sender_chat".to_owned(), chat);
            queue_message(state, "channel_post", channel, fields)
        })
    }

    /// Somebody taps a button of a message; any `data` goes, for keyboards outlive the program that made them.
    ///
    /// # Panics
    /// If there is no such message.
    pub fn tap(&self, person: impl Into<Person>, chat: i64, message_id: i64, data: &str) -> QueuedQuery {
        self.update(|state| {
            let message = state.message(chat, message_id);
            let message = message.unwrap_or_else(|| panic!("no message {message_id} in chat {chat}")).json.clone();
            queue_tap(state, person.into(), data, "message", message)
        })
    }

    /// Somebody sends a command in a group that nobody else sees. Its answer is found by [`Fake::ephemeral_messages`].
    ///
    /// # Panics
    /// If the group does not exist.
    pub fn ephemeral_command(&self, person: impl Into<Person>, chat: i64, text: &str) -> Queued {
        self.update(|state| {
            let group = state.chat(chat).unwrap_or_else(|| panic!("make the group {chat} first")).clone();
            let mut fields = text_fields(text);
            fields.insert("from".to_owned(), person.into().json(false));
            let message = state.add_ephemeral(&group, false, fields);
            let (message_id, json) = (message.id, message.json.clone());
            Queued { update_id: state.push_update("message", json), message_id }
        })
    }

    /// Somebody taps a button of a message that they alone see.
    ///
    /// # Panics
    /// If there is no such message.
    pub fn tap_ephemeral(
        &self,
        person: impl Into<Person>,
        chat: i64,
        ephemeral_message_id: i64,
        data: &str,
    ) -> QueuedQuery {
        self.update(|state| {
            let message = state.ephemeral(chat, ephemeral_message_id).expect("a message that is there").json.clone();
            queue_tap(state, person.into(), data, "message", message)
        })
    }

    /// Somebody taps a button under a message that Telegram no longer shows to bots.
    ///
    /// # Panics
    /// If the group does not exist.
    pub fn tap_inaccessible(&self, person: impl Into<Person>, chat: i64, message_id: i64, data: &str) -> QueuedQuery {
        self.update(|state| {
            let person = person.into();
            let chat = known_chat(state, person, chat).json;
            let message = json!({ "chat": chat, "message_id": message_id, "date": 0 });
            queue_tap(state, person, data, "message", message)
        })
    }

    /// Somebody taps a button of a message that was sent through inline mode, in a chat that the bot may not know.
    pub fn tap_inline(&self, person: impl Into<Person>, inline_message_id: &str, data: &str) -> QueuedQuery {
        self.update(|state| {
            state.register_inline_message(inline_message_id, Map::new());
            queue_tap(state, person.into(), data, "inline_message_id", json!(inline_message_id))
        })
    }

    /// Somebody types behind the bot's name in any chat. The answer is found by [`Fake::answers`].
    pub fn inline_query(&self, person: impl Into<Person>, query: &str, offset: &str) -> QueuedQuery {
        self.update(|state| {
            let person = person.into();
            let id = state.new_query(person.id, None);
            let from = person.json(false);
            let body = json!({ "id": id, "from": from, "query": query, "offset": offset, "chat_type": "group" });
            QueuedQuery { update_id: state.push_update("inline_query", body), query_id: id }
        })
    }

    /// Somebody mentions the bot in a chat where it is no member. The answer is found by [`Fake::answers`].
    pub fn guest_message(&self, person: impl Into<Person>, text: &str) -> QueuedQuery {
        self.update(|state| {
            let person = person.into();
            let id = state.new_query(person.id, None);
            let mut body = Map::from_iter([
                ("message_id".to_owned(), json!(1)),
                ("date".to_owned(), json!(1)),
                ("chat".to_owned(), json!({ "id": -77, "type": "group", "title": "Elsewhere" })),
                ("from".to_owned(), person.json(false)),
                ("guest_query_id".to_owned(), json!(id)),
            ]);
            body.extend(text_fields(text));
            QueuedQuery { update_id: state.push_update("guest_message", Value::Object(body)), query_id: id }
        })
    }

    /// Queues any update, garbage too, and gives its id. An object without an `update_id` gets one.
    pub fn push_raw(&self, update: Value) -> i64 {
        self.update(|state| state.queue.push(update))
    }

    /// Queues an update as it stands, and makes the chats and queries in it known, so that they can be answered.
    pub fn replay(&self, update: Value) -> i64 {
        self.update(|state| {
            register_chats(state, &update);
            for (kind, id) in [("callback_query", "id"), ("inline_query", "id"), ("guest_message", "guest_query_id")] {
                if let Some(id) = update[kind][id].as_str() {
                    let tapped = (kind == "callback_query").then(|| Tapped::new(&update[kind]));
                    state.register_query(id, update[kind]["from"]["id"].as_i64(), tapped);
                }
            }
            if let Some(id) = update["callback_query"]["inline_message_id"].as_str() {
                state.register_inline_message(id, Map::new());
            }
            state.queue.push(update)
        })
    }
}

/// Makes the chats of messages known, however deep they stand.
fn register_chats(state: &mut State, json: &Value) {
    if let Some(id) = json["chat"]["id"].as_i64() {
        let topic = json["message_thread_id"].as_i64().filter(|_| json["is_topic_message"] == true);
        state.chat_or(id, || Chat::new(json["chat"].clone())).topics.extend(topic);
    }
    json.as_object().into_iter().flat_map(Map::values).for_each(|field| register_chats(state, field));
}

fn known_chat(state: &mut State, person: Person, chat: i64) -> Chat {
    if chat == person.id {
        return state.chat_or(chat, || person.private_chat()).clone();
    }
    state.chat(chat).unwrap_or_else(|| panic!("make the group {chat} first")).clone()
}

fn queue_message(state: &mut State, kind: &str, chat: i64, fields: Map<String, Value>) -> Queued {
    let chat = state.chat(chat).unwrap_or_else(|| panic!("make the group {chat} first")).clone();
    let message = state.add_message(&chat, false, fields);
    let (message_id, json) = (message.id, message.json.clone());
    Queued { update_id: state.push_update(kind, json), message_id }
}

fn queue_tap(state: &mut State, person: Person, data: &str, place: &str, where_: Value) -> QueuedQuery {
    state.chat_or(person.id, || person.private_chat());
    let mut query = json!({ "from": person.json(false), "chat_instance": "-3141592653589793", "data": data });
    query[place] = where_;
    let query_id = state.new_query(person.id, Some(Tapped::new(&query)));
    query["id"] = json!(query_id);
    QueuedQuery { update_id: state.push_update("callback_query", query), query_id }
}

fn topic_opening(state: &State, chat: i64, topic: i64) -> Value {
    let chat = state.chat(chat).map(|chat| chat.json.clone());
    json!({
        "message_id": topic, "date": 1_700_000_000, "chat": chat, "from": Person::from(1).json(false),
        "message_thread_id": topic, "is_topic_message": true,
        "forum_topic_created": { "name": "Topic", "icon_color": 7_322_096 },
    })
}

fn text_fields(text: &str) -> Map<String, Value> {
    let mut fields = Map::from_iter([("text".to_owned(), json!(text))]);
    let entities = found_entities(text);
    if !entities.is_empty() {
        fields.insert("entities".to_owned(), Value::Array(entities));
    }
    fields
}

/// The commands and mentions that Telegram marks in what people write.
fn found_entities(text: &str) -> Vec<Value> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let name_length =
        |rest: &str| rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let mention_length = |rest: &str| match rest.strip_prefix('@').map_or(0, name_length) {
        length @ 3..=32 => 1 + length,
        _ => 0,
    };
    let mut entities = Vec::new();
    let mut offset = 0;
    let mut before = ' ';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let stands_alone = !is_word(before) && before != '/';
        let (kind, length) = match first {
            '/' if stands_alone => match name_length(&rest[1..]) {
                name @ 1..=64 => ("bot_command", 1 + name + mention_length(&rest[1 + name..])),
                _ => ("", 0),
            },
            '@' if stands_alone => ("mention", mention_length(rest)),
            _ => ("", 0),
        };
        // Commands and names are ASCII, where bytes and UTF-16 units are the same.
        let (step, units) = if length > 0 {
            entities.push(json!({ "type": kind, "offset": offset, "length": length }));
            (length, length)
        } else {
            (first.len_utf8(), first.len_utf16())
        };
        before = rest[..step].chars().next_back().unwrap_or(' ');
        offset += units;
        rest = &rest[step..];
    }
    entities
}
