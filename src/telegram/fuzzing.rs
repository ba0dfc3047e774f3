//! The way into the reading of updates for `cargo fuzz`. It is compiled with the feature `fuzzing` alone.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;

use crate::bot::inline;
use crate::bot::reply::{ClipReply, PageReply, Reply, reply};
use crate::bot::view::View;
use crate::content::Content;
use crate::telegram::api::newer::Me;
use crate::telegram::inbound::update::Update;
use crate::telegram::outbound::fallback::{Keyboard, OptionalParts};
use crate::telegram::outbound::inline_query;
use crate::telegram::outbound::render::{Rendered, Surroundings, entities, keyboard};

/// Reads the JSON of an update, answers it and writes the requests that would carry the answer.
///
/// # Panics
///
/// If an update that has an id loses it, or a request is more than Telegram takes.
pub fn update(content: &Content, json: &[u8]) {
    let me = serde_json::json!({ "id": 1, "username": "palabre_bot", "supports_inline_queries": true });
    let me = Me::deserialize(me).expect("the fuzzer's own JSON is sound");
    let surroundings = Surroundings::new(&me, content, false);
    let update = match Update::read(json) {
        Ok(update) => update,
        Err(id) => return assert_eq!(id, id_of(json), "an update lost its id"),
    };
    if let Some(query) = &update.inline_query {
        let answer = inline::answer(content, &query.query());
        let next_offset = answer.next_offset.clone();
        let answer = answer.map(|page| Rc::new(Rendered::new(content, surroundings, &page)));
        let payload =
            serde_json::to_value(inline_query::answer(&query.id, &answer, OptionalParts::all(Keyboard::Plain)));
        let payload = payload.expect("an answer can be written");
        // None beyond the last, for an offset that this bot never gave.
        assert!(payload["results"].as_array().is_some_and(|results| results.len() <= 50));
        assert!(next_offset.is_none_or(|offset| offset.len() <= 64));
        return;
    }
    let Some(place) = update.place(&me) else { return };
    match reply(content, &update.request(&me, place)) {
        Reply::Silent => {}
        Reply::Venue { venue, .. } => assert!(!venue.address.is_empty()),
        Reply::Contact { card, .. } => assert!(card.vcard.len() <= 2048),
        Reply::Clip(ClipReply { caption, instead, .. }) => {
            check(content, surroundings, &caption.view(content));
            check(content, surroundings, &instead.view(content));
        }
        Reply::Page(PageReply { page, notice, .. }) => {
            let view = page.view(content);
            assert!(notice.is_none_or(|notice| notice.chars().count() <= 200));
            check(content, surroundings, &view);
            if let Some(query) = update.guest_message.as_ref().and_then(|guest| guest.guest_query_id.as_ref()) {
                let rendered = Rendered::new(content, surroundings, &page);
                serde_json::to_vec(&inline_query::guest(query, &rendered, OptionalParts::all(Keyboard::Plain)))
                    .expect("an answer can be written");
            }
        }
    }
}

/// The id that an update has beyond doubt: an object with that field once, or `None` when nothing is certain.
fn id_of(json: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Id {
        update_id: i64,
    }
    serde_json::from_slice::<Id>(json).ok().map(|id| id.update_id)
}

fn check(content: &Content, surroundings: Surroundings<'_>, view: &View) {
    let length = view.text.utf16_len();
    assert!((1..=4096).contains(&length), "a text of {length} units");
    let entities = serde_json::to_value(entities(&view.text)).expect("entities can be written");
    for entity in entities.as_array().into_iter().flatten() {
        let (at, units) = (entity["offset"].as_u64(), entity["length"].as_u64());
        let end = at.zip(units).filter(|(_, units)| *units > 0).map(|(at, units)| at + units);
        assert!(end.is_some_and(|end| end <= length as u64), "{entity} in {length} units");
    }
    let keyboard = serde_json::to_value(keyboard(content, surroundings, view)).expect("a keyboard can be written");
    for button in keyboard["inline_keyboard"].as_array().into_iter().flatten().filter_map(Value::as_array).flatten() {
        assert!(button["callback_data"].as_str().is_none_or(|data| (1..=64).contains(&data.len())), "{button}");
        assert!(button["text"].as_str().is_some_and(|label| !label.trim().is_empty()), "{button}");
    }
}
