//! What an organisation chooses about the bot: `[bot]` and `feedback` of `palabre.toml`.

use url::Url;

use super::media::Media;
use crate::content::schema::{RawBot, RawRoot};
use crate::content::{CardPages, Settings};
use crate::diag::{Code, Report, Source};
use crate::message;

pub(super) fn validate(file: &Source, root: &RawRoot, media: Media<'_>, report: &mut Report) -> Settings {
    let RawBot { picture, site, cards, inline_mode, groups, guests } = &root.bot;
    let defaults = Settings::default();
    let cards = cards.as_ref().map_or(defaults.cards, |written| match written.value.as_str() {
        "together" => CardPages::Together,
        "alone" => CardPages::Alone,
        _ => {
            let message = message!("`{value}` is no way to open the pages of a card", value = written.value);
            let help = message!("write `together`, and everybody sees them, or `alone`, and who taps sees them");
            report.error(Code::WrongType, written.location(file), message, help);
            defaults.cards
        }
    });
    let site = site.as_ref().and_then(|written| match Url::parse(written.value.trim()) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() => {
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            Some(url)
        }
        _ => {
            let message = message!("nobody can open the address `{url}`", url = written.value);
            let help = message!("write where the pages of `palabre site` stand, as `https://example.org/palabre/`");
            report.error(Code::BadUrl, written.location(file), message, help);
            None
        }
    });
    Settings {
        site,
        picture: picture.as_ref().and_then(|picture| media.profile_picture(file, picture, report)),
        cards,
        inline_mode: inline_mode.unwrap_or(defaults.inline_mode),
        groups: groups.unwrap_or(defaults.groups),
        guests: guests.unwrap_or(defaults.guests),
        feedback: root.feedback,
    }
}
