//! People of all kinds who write, tap and ask, by chance and with a seed.

use fake_bot_api::{Fake, Person, Post};
use fastrand::Rng;
use serde_json::{Value, json};

/// What one person, and one group, says before the next one comes: little, for a bot has limits for each.
const SAYS: u64 = 4;

const COMMANDS: [&str; 6] = ["/start", "/contact", "/principes", "/help", "/language", "/start en-trust"];
const QUESTIONS: [&str; 6] = [
    "qui etes vous et que faites vous",
    "how do you build trust between people",
    "c koi la mediation svp",
    "je veux devenir partenaire",
    "merci beaucoup",
    "what is the weather in Bamako",
];
const TAPS: [&str; 6] = ["1.fr.home", "1.en.s.trust", "1.fr.s.contact", "1.fr.lang.home", "0.old", "1.en.s.principles"];

/// People of all kinds, each for a while.
pub(crate) struct World {
    fake: Fake,
    chance: Rng,
    sent: u64,
}

impl World {
    pub(crate) fn new(fake: &Fake, seed: u64) -> World {
        World { fake: fake.clone(), chance: Rng::with_seed(seed), sent: 0 }
    }

    /// How many updates it has made.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    pub(crate) fn next(&mut self) {
        let World { fake, chance, sent } = self;
        let turn = i64::try_from(*sent / SAYS).expect("not so many");
        let person = Person::new(10_000_000 + turn, if turn % 3 == 0 { "en" } else { "fr" });
        let (command, question) = (chance.choice(COMMANDS).unwrap(), chance.choice(QUESTIONS).unwrap());
        let tap = chance.choice(TAPS).unwrap();
        *sent += 1;
        match chance.u32(0..100) {
            0..30 => drop(fake.private_message(person, command)),
            30..55 => drop(fake.private_message(person, question)),
            55..65 => {
                fake.private_message(person, "/start"); // So that there is a chat to answer in.
                fake.tap_inaccessible(person, person.id, 7, tap);
                *sent += 1;
            }
            65..72 => drop(fake.tap_inline(person, &format!("card-{}", turn % 50), tap)),
            72..82 => drop(fake.inline_query(person, question, "")),
            82..87 => drop(fake.guest_message(person, &format!("@palabre_test_bot {question}"))),
            87..95 => {
                let group = -1_000_000_000_000 - turn;
                fake.group(group, false);
                fake.post(Post::new(person, group, &format!("/ask@palabre_test_bot {question}")));
            }
            _ => drop(fake.push_raw(garbage(chance, person.id))),
        }
    }
}

fn garbage(chance: &mut Rng, person: i64) -> Value {
    match chance.u32(0..5) {
        0 => json!({}),
        1 => json!({"hologram": {"from": {"id": person}, "text": "x".repeat(chance.usize(0..5_000))}}),
        2 => json!({"message": {"message_id": 1, "text": ["no"], "chat": {"id": person}}}),
        3 => json!({"callback_query": {"id": person}}),
        _ => json!({"poll": {"id": "1", "question": "?", "options": []}}),
    }
}
