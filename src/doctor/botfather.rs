//! Settings that only @BotFather can change, as `getMe` gives them.

use super::report::Finding;
use crate::message;
use crate::telegram::api::newer::Me;

pub(crate) fn findings(bot: &Me) -> Vec<Finding> {
    let mut findings = vec![
        match bot.can_join_groups {
            Some(true) => Finding::ok("groups", message!("people can add the bot to their groups")),
            Some(false) => Finding::warning(
                "groups",
                message!("nobody can add the bot to a group"),
                message!("@BotFather: /setjoingroups, choose the bot, Enable"),
            ),
            None => unknown("groups"),
        },
        match bot.can_read_all_group_messages {
            Some(false) => Finding::ok("privacy", message!("on: in groups the bot sees only what is meant for it")),
            Some(true) => Finding::warning(
                "privacy",
                message!(
                    "off: Telegram hands over all that people write in its groups, most of it not meant for the bot"
                ),
                message!(
                    "@BotFather: /setprivacy, choose the bot, Enable; groups that it is in already must remove it and add it again"
                ),
            ),
            None => unknown("privacy"),
        },
        match bot.supports_inline_queries {
            Some(true) => Finding::ok("inline", message!("on: people can ask and share in any chat")),
            Some(false) => Finding::warning(
                "inline",
                message!("off: nobody can type the bot's name in another chat, and pages have no button to share them"),
                message!("@BotFather: /setinline, choose the bot, and write a few words such as Votre question…"),
            ),
            None => unknown("inline"),
        },
        match bot.supports_guest_queries {
            Some(true) => Finding::ok("guests", message!("on: people can mention the bot where it is no member")),
            Some(false) => {
                Finding::ok("guests", message!("off: where the bot is no member, a mention of it stays without answer"))
                    .with_help(message!(
                        "if you want it, @BotFather: /mybots, choose the bot, Bot Settings, Guest Mode"
                    ))
            }
            None => unknown("guests"),
        },
    ];
    if bot.can_connect_to_business == Some(true) {
        findings.push(Finding::warning(
            "business",
            message!("people can connect the bot to their own account, for which Palabre does not answer"),
            message!("@BotFather: /mybots, choose the bot, Bot Settings, and turn Business Mode off"),
        ));
    }
    findings
}

fn unknown(check: &'static str) -> Finding {
    Finding::unknown(check, message!("the server does not say: its Bot API is older than this setting"))
}
