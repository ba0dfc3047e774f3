//! Inline mode, groups and guests: `setMySettings` (Bot API 10.5), compared with `getMe`.

use super::{Refused, set};
use crate::content::Content;
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{BotSettings, Me, SetMySettings};
use crate::telegram::outbound::sender::Sender;

/// The settings that the content wants. The sentence in the empty field is that of the default language: Telegram has one for all.
pub(crate) fn settings(content: &Content) -> BotSettings {
    let settings = content.settings();
    BotSettings {
        can_join_groups: Some(settings.groups),
        supports_inline_queries: Some(settings.inline_mode),
        inline_query_placeholder: settings.inline_mode.then(|| placeholder(content).to_owned()),
        supports_guest_queries: Some(settings.guests),
    }
}

/// What is to stand in the empty field behind the bot's name.
pub(crate) fn placeholder(content: &Content) -> &str {
    &content.interface(content.default_language()).question_placeholder
}

/// Sets what differs. Each setting is a request: one that Telegram refuses does not take the others with it.
pub(super) async fn publish(
    sender: &Sender,
    me: &Me,
    content: &Content,
    was_set: impl Fn(BotSettings),
    refused: &mut Refused,
) -> Result<(), ApiError> {
    for (what, change) in changes(me, &settings(content)) {
        let result = set(sender, &SetMySettings(change.clone())).await;
        if result.is_ok() {
            was_set(change);
        }
        let is_unknown = matches!(result, Err(ApiError::UnknownMethod(_)));
        refused.check(if is_unknown { "its settings" } else { what }, result)?;
        if is_unknown {
            break;
        }
    }
    Ok(())
}

/// What differs, with words for it. What the server does not tell is older than the setting, and can be set by nobody.
fn changes(me: &Me, wanted: &BotSettings) -> Vec<(&'static str, BotSettings)> {
    let differs = |actual: Option<bool>, wanted: Option<bool>| actual.is_some() && actual != wanted;
    let actual = &me.settings;
    let mut changes = Vec::new();
    // A server that does not let the bot set the sentence does not tell it either.
    let says_else = me.can_set_settings()
        && wanted.inline_query_placeholder.is_some()
        && actual.inline_query_placeholder != wanted.inline_query_placeholder;
    if differs(actual.supports_inline_queries, wanted.supports_inline_queries) || says_else {
        let inline_query_placeholder = wanted.inline_query_placeholder.clone();
        let supports_inline_queries = wanted.supports_inline_queries;
        let change = BotSettings { supports_inline_queries, inline_query_placeholder, ..BotSettings::default() };
        changes.push(("inline mode", change));
    }
    if differs(actual.can_join_groups, wanted.can_join_groups) {
        let can_join_groups = wanted.can_join_groups;
        changes.push(("whether people add it to groups", BotSettings { can_join_groups, ..BotSettings::default() }));
    }
    if differs(actual.supports_guest_queries, wanted.supports_guest_queries) {
        let supports_guest_queries = wanted.supports_guest_queries;
        changes.push(("whether it answers guests", BotSettings { supports_guest_queries, ..BotSettings::default() }));
    }
    changes
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_differs_is_set_and_nothing_else() {
        let wanted = json!({
            "can_join_groups": true, "supports_inline_queries": true, "inline_query_placeholder": "Ask…",
            "supports_guest_queries": true,
        });
        let check = |differences: Value, expected: Value| {
            let mut me = wanted.clone();
            me["id"] = json!(1);
            me["username"] = json!("bot");
            me["active_usernames"] = json!(["bot"]);
            for (field, value) in differences.as_object().expect("an object") {
                me[field] = value.clone();
            }
            let me: Me = serde_json::from_value(me).expect("a bot");
            let wanted: BotSettings = serde_json::from_value(wanted.clone()).expect("settings");
            let changes: Vec<_> = changes(&me, &wanted).into_iter().map(|(_, change)| change).collect();
            assert_eq!(json!(changes), expected, "{differences}");
        };
        check(json!({}), json!([]));
        check(json!({ "can_join_groups": false }), json!([{ "can_join_groups": true }]));
        check(
            json!({ "inline_query_placeholder": null, "supports_guest_queries": false }),
            json!([
                { "supports_inline_queries": true, "inline_query_placeholder": "Ask…" },
                { "supports_guest_queries": true },
            ]),
        );
        // Servers before 10.5 do not tell the sentence, those before 10.0 know no guests.
        check(
            json!({ "active_usernames": null, "inline_query_placeholder": null, "supports_guest_queries": null }),
            json!([]),
        );
    }
}
