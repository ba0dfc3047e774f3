//! A webhook: the real binary, to which the fake delivers, alone and behind a small proxy with another copy.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::support::bot::Process;
use crate::support::http::get;
use fake_bot_api::{BOT_USERNAME, Fake, Person, Post, WAIT_LIMIT, WebhookDelivery};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// A proxy that takes turns among the backends that answer.
struct Proxy {
    url: String,
    backends: Arc<Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Proxy {
    fn start() -> Proxy {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let backends = Arc::new(Mutex::new(Vec::<String>::new()));
        let known = Arc::clone(&backends);
        runtime.spawn(async move {
            for turn in 0_usize.. {
                let (mut client, _) = listener.accept().await.unwrap();
                let mut addresses = known.lock().unwrap().clone();
                let first = turn % addresses.len().max(1);
                addresses.rotate_left(first);
                tokio::spawn(async move {
                    for address in addresses {
                        if let Ok(mut backend) = TcpStream::connect(address).await {
                            // Either end may go at any time: then both are closed.
                            let _ = tokio::io::copy_bidirectional(&mut client, &mut backend).await;
                            return;
                        }
                    }
                });
            }
        });
        Proxy { url, backends, _runtime: runtime }
    }

    /// Starts a copy of the bot behind the proxy.
    fn copy(&self, fake: &Fake, env: &[(&str, &str)]) -> Process {
        let own = [("PALABRE_WEBHOOK_URL", self.url.as_str()), ("PALABRE_LISTEN", "127.0.0.1:0")];
        let process = Process::start_with(BINARY, fake, &[], &[&own, env].concat());
        process.wait_log("answers as");
        self.backends.lock().unwrap().push(process.address());
        process
    }
}

/// A bot behind a proxy, and Telegram that delivers to it.
fn served(env: &[(&str, &str)]) -> (Fake, Proxy, Process, WebhookDelivery) {
    let (fake, proxy) = (Fake::start(), Proxy::start());
    let bot = proxy.copy(&fake, env);
    let deliveries = fake.deliver_to_webhook();
    (fake, proxy, bot, deliveries)
}

#[test]
fn a_question_is_answered_in_the_response() {
    let (fake, _proxy, _bot, _deliveries) = served(&[]);
    let asked = fake.private_message(1, "/contact");
    fake.wait_confirmed(asked.update_id);
    assert!(fake.wait_sent(1, 1)[0].text().contains("+223"));
    assert_eq!(fake.with_state(|state| state.webhook_replies), 1);
    let typed = fake.inline_query(1, "principes", "");
    fake.wait_for("the cards", |state| state.answers(&typed.query_id).first().cloned());
    assert_eq!(fake.with_state(|state| state.webhook_replies), 2);
    fake.assert_clean();
}

#[test]
fn taps_and_groups_are_answered_by_requests() {
    let (fake, _proxy, _bot, _deliveries) = served(&[]);
    fake.private_message(1, "/start");
    let home = fake.wait_sent(1, 1).remove(0);
    let tap = fake.tap(1, 1, home.id, "1.fr.s.contact");
    fake.wait_confirmed(tap.update_id);
    assert_eq!(fake.answers(&tap.query_id).len(), 1);
    assert!(fake.message(1, home.id).text().contains("+223"));
    fake.group(-5, false);
    let asked = fake.post(Post::new(2, -5, &format!("/contact@{BOT_USERNAME}")));
    fake.wait_confirmed(asked.update_id);
    assert!(fake.sent_to(-5)[0].text().contains("+223"));
    assert_eq!(fake.with_state(|state| state.webhook_replies), 1, "the first message alone");
    fake.assert_clean();
}

#[test]
fn a_place_is_sent_in_the_response() {
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contents/library");
    let (fake, _proxy, _bot, _deliveries) = served(&[("PALABRE_CONTENT", library)]);
    fake.private_message(1, "/desk");
    let page = fake.wait_sent(1, 1).remove(0);
    let tap = fake.tap(1, 1, page.id, "1.en.venue.desk");
    fake.wait_confirmed(tap.update_id);
    assert_eq!(fake.wait_sent(1, 2)[1].json["venue"]["location"]["latitude"], 51.7606);
    assert_eq!(fake.with_state(|state| state.webhook_replies), 2, "the page and the place");
    fake.assert_clean();
}

#[test]
fn an_album_is_one_message() {
    let (fake, _proxy, _bot, _deliveries) = served(&[]);
    let part = |person: i64, caption: Option<&str>| {
        let post = Post::new(person, person, "").field("photo", json!([])).field("media_group_id", json!("77"));
        fake.post(caption.iter().fold(post, |post, caption| post.field("caption", json!(caption))))
    };
    // The caption stands in the first part, as in Telegram's own apps: how long another would be waited for is a matter of a
    // clock (`inbound/albums.rs`), and a delivery may take its time here.
    for person in [1, 2] {
        part(person, (person == 1).then_some("votre numéro de téléphone ?"));
        part(person, None);
        part(person, None);
    }
    let (with_caption, without) = (fake.wait_sent(1, 1), fake.wait_sent(2, 1));
    assert!(with_caption[0].text().contains("+223"), "{}", with_caption[0]);
    assert!(without[0].text().contains("images"), "{}", without[0]);
    assert_eq!((fake.sent_to(1).len(), fake.sent_to(2).len()), (1, 1));
    fake.assert_clean();
}

#[test]
fn the_switch_turns_answers_in_the_response_off() {
    let (fake, _proxy, _bot, _deliveries) = served(&[("PALABRE_ANSWER_IN_RESPONSE", "off")]);
    let asked = fake.private_message(1, "/contact");
    fake.wait_confirmed(asked.update_id);
    assert!(fake.sent_to(1)[0].text().contains("+223"), "sent before the update is taken");
    assert_eq!(fake.with_state(|state| state.webhook_replies), 0);
}

#[test]
fn the_webhook_is_set_once_and_stays() {
    let (fake, proxy, mut bot, deliveries) = served(&[("PALABRE_WEBHOOK_MAX_CONNECTIONS", "7")]);
    let set = fake.wait_calls("setWebhook", 1).remove(0);
    assert_eq!(set.params["url"], json!(proxy.url));
    assert_eq!(set.params["max_connections"], 7);
    let kinds = set.params["allowed_updates"].as_array().unwrap();
    assert!(kinds.contains(&json!("guest_message")) && kinds.contains(&json!("inline_query")), "{kinds:?}");
    assert_eq!(set.params["secret_token"].as_str().unwrap().len(), 64);
    bot.signal("TERM");
    assert!(bot.wait_exit(WAIT_LIMIT).success());
    assert!(fake.calls_of("deleteWebhook").is_empty());
    // What is asked meanwhile waits; the next copy answers it, and finds the webhook as it should be.
    let asked = fake.private_message(1, "/contact");
    proxy.backends.lock().unwrap().clear();
    let _next = proxy.copy(&fake, &[("PALABRE_WEBHOOK_MAX_CONNECTIONS", "7")]);
    fake.wait_confirmed(asked.update_id);
    fake.wait_sent(1, 1);
    assert_eq!(fake.calls_of("setWebhook").len(), 1);
    drop(deliveries);
}

#[test]
fn what_nobody_can_read_is_taken_and_counted() {
    let (fake, _proxy, bot, _deliveries) = served(&[]);
    for raw in [json!({"message": 5}), json!({"telepathy": {"thought": "hm"}}), json!({"message": {"chat": "x"}})] {
        fake.push_raw(raw);
    }
    let asked = fake.private_message(1, "/contact");
    fake.wait_confirmed(asked.update_id);
    let (_, metrics) = get(&bot.address(), "/metrics");
    assert!(metrics.contains("palabre_updates_total{kind=\"other\"} 3"), "{metrics}");
    assert!(metrics.contains("section=\"contact\""), "{metrics}");
    let (status, _) = get(&bot.address(), "/readyz");
    assert_eq!(status, 200);
}

#[test]
fn an_update_that_comes_again_is_answered_once() {
    let (fake, _proxy, _bot, _deliveries) = served(&[("PALABRE_ANSWER_IN_RESPONSE", "off")]);
    let asked = fake.private_message(1, "/contact");
    fake.wait_confirmed(asked.update_id);
    let again = fake.message(1, asked.message_id).json;
    fake.push_raw(json!({ "update_id": asked.update_id, "message": again }));
    let last = fake.private_message(2, "/contact");
    fake.wait_confirmed(last.update_id);
    assert_eq!(fake.sent_to(1).len(), 1);
}

#[test]
fn a_copy_that_is_killed_loses_nothing() {
    let (fake, proxy) = (Fake::start(), Proxy::start());
    let mut first = proxy.copy(&fake, &[]);
    let second = proxy.copy(&fake, &[]);
    let _deliveries = fake.deliver_to_webhook();
    for person in 1..=400 {
        fake.private_message(Person::new(person, "fr"), "/contact");
        if person == 150 {
            fake.wait_for("some answers", |state| (state.webhook_replies > 50).then_some(()));
            first.kill();
        }
    }
    for person in 1..=400 {
        fake.wait_sent(person, 1);
    }
    assert!(!second.has_ended());
    fake.assert_clean();
}

#[test]
fn a_rolling_deploy_loses_nothing() {
    let (fake, proxy) = (Fake::start(), Proxy::start());
    let mut old = proxy.copy(&fake, &[]);
    let _deliveries = fake.deliver_to_webhook();
    for person in 1..=100 {
        fake.private_message(Person::new(person, "en"), "/contact");
    }
    let _new = proxy.copy(&fake, &[]);
    old.signal("TERM");
    for person in 101..=200 {
        fake.private_message(Person::new(person, "en"), "/contact");
    }
    assert!(old.wait_exit(WAIT_LIMIT).success());
    for person in 1..=200 {
        assert_eq!(fake.wait_sent(person, 1).len(), 1);
    }
    fake.assert_clean();
}

#[test]
fn clips_and_pictures_are_uploaded_and_their_buttons_are_plain() {
    let directory = crate::support::school::content();
    let (fake, _proxy, _bot, _delivery) = served(&[("PALABRE_CONTENT", directory.path().to_str().unwrap())]);
    fake.private_message(1, "/fees");
    let page = fake.wait_sent(1, 1).remove(0);
    fake.tap(1, page.chat, page.id, &page.button("🔊").unwrap().data.unwrap());
    assert!(fake.wait_sent(1, 2)[1].file_id().is_some());
    fake.private_message(2, "/enrolment");
    assert!(fake.wait_sent(2, 1)[0].file_id().is_some());
    // How a request in a response ends is not told.
    fake.private_message(3, "/start");
    assert!(fake.wait_sent(3, 1)[0].buttons().iter().all(|button| button.style().is_none()));
    fake.assert_clean();
}
