//! Settings that the content leaves to the operator, who changes them at @BotFather; `getMe` gives them.

use super::report::Finding;
use super::settings::not_said;
use crate::message;
use crate::telegram::api::newer::Me;

pub(crate) fn findings(bot: &Me) -> Vec<Finding> {
    let mut findings = vec![match bot.can_read_all_group_messages {
        Some(false) => Finding::ok("privacy", message!("on: in groups the bot sees only what is meant for it")),
        Some(true) => Finding::warning(
            "privacy",
            message!("off: Telegram hands over all that people write in its groups, most of it not meant for the bot"),
            message!(
                "@BotFather: /setprivacy, choose the bot, Enable; groups that it is in already must remove it and add it again"
            ),
        ),
        None => not_said("privacy"),
    }];
    if bot.can_connect_to_business == Some(true) {
        findings.push(Finding::warning(
            "business",
            message!("people can connect the bot to their own account, for which Palabre does not answer"),
            message!("@BotFather: /mybots, choose the bot, Bot Settings, and turn Business Mode off"),
        ));
    }
    findings
}
