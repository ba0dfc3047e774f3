//! Settings that the content decides, compared with those that `getMe` gives. Where the server lets the bot set them (Bot API 10.5),
//! `palabre run` does; else there are steps at @BotFather.

use super::report::Finding;
use crate::content::Content;
use crate::message;
use crate::messages::Message;
use crate::telegram::api::newer::{BotSettings, Me};
use crate::telegram::profile::{placeholder, settings};

/// A setting that is on or off.
struct Switch {
    check: &'static str,
    /// Its key under `[bot]` in `palabre.toml`.
    key: &'static str,
    on: Message,
    off: Message,
    /// How to turn it on and off at @BotFather.
    to_on: Message,
    to_off: Message,
}

/// Without a content that can be used there is nothing to compare, but what is set is said.
pub(crate) fn findings(bot: &Me, content: Option<&Content>) -> Vec<Finding> {
    let wanted = content.map_or_else(BotSettings::default, settings);
    let actual = &bot.settings;
    let groups = groups().finding(bot, actual.can_join_groups, wanted.can_join_groups);
    let guests = guests().finding(bot, actual.supports_guest_queries, wanted.supports_guest_queries);
    let is_on = bot.has_inline_mode() && wanted.supports_inline_queries == Some(true);
    let inline =
        if is_on && bot.can_set_settings() && actual.inline_query_placeholder != wanted.inline_query_placeholder {
            let message = message!("on, but the empty field behind the bot's name does not say what the content says");
            Finding::warning("inline", message, next_start())
        } else {
            let placeholder = content.map(placeholder).unwrap_or_default();
            inline(placeholder).finding(bot, actual.supports_inline_queries, wanted.supports_inline_queries)
        };
    vec![groups, inline, guests]
}

/// What to do about something that the bot sets itself.
pub(super) fn next_start() -> Message {
    message!("start `palabre run` (anew): it sets it when it starts")
}

/// The finding on a setting that is not in `getMe`.
pub(super) fn not_said(check: &'static str) -> Finding {
    Finding::unknown(check, message!("the server does not say: its Bot API is older than this setting"))
}

fn groups() -> Switch {
    Switch {
        check: "groups",
        key: "groups",
        on: message!("people can add the bot to their groups"),
        off: message!("nobody can add the bot to a group"),
        to_on: message!("@BotFather: /setjoingroups, choose the bot, Enable"),
        to_off: message!("@BotFather: /setjoingroups, choose the bot, Disable"),
    }
}

fn inline(placeholder: &str) -> Switch {
    Switch {
        check: "inline",
        key: "inline_mode",
        on: message!("on: people can ask and share in any chat"),
        off: message!("off: nobody can type the bot's name in another chat, and pages have no button to share them"),
        to_on: message!("@BotFather: /setinline, choose the bot, and write: {placeholder}", placeholder),
        to_off: message!("@BotFather: /setinline, choose the bot, and write: /empty"),
    }
}

fn guests() -> Switch {
    let steps = || message!("@BotFather: /mybots, choose the bot, Bot Settings, Guest Mode");
    Switch {
        check: "guests",
        key: "guests",
        on: message!("on: people can mention the bot where it is no member"),
        off: message!("off: where the bot is no member, a mention of it stays without answer"),
        to_on: steps(),
        to_off: steps(),
    }
}

impl Switch {
    fn finding(self, bot: &Me, actual: Option<bool>, wanted: Option<bool>) -> Finding {
        let Self { check, key, on, off, to_on, to_off } = self;
        let Some(is_on) = actual else { return not_said(check) };
        let state = if is_on { on } else { off };
        let Some(wanted) = wanted.filter(|wanted| *wanted != is_on) else { return Finding::ok(check, state) };
        let message = message!("{state}; the content wants it otherwise (`{key}` in palabre.toml)", state, key);
        let steps = if wanted { to_on } else { to_off };
        Finding::warning(check, message, if bot.can_set_settings() { next_start() } else { steps })
    }
}
