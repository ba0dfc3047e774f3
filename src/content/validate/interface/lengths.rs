//! The lengths of texts that are put together from several.

use super::keys::OPENING_MAX;
use crate::content::validate::Folder;
use crate::content::{Interface, MESSAGE_MAX, MenuEntry};
use crate::diag::{Code, Location, Report};
use crate::markup::utf16_len;
use crate::message;

/// UTF-16 units of the line under a section that says where its facts are from. With a page of a body, its title, its
/// summary and the note of a missing translation it stays under [`MESSAGE_MAX`].
pub(in crate::content::validate) const FACTS_MAX: usize = 400;
/// UTF-16 units of the note above a text in another language, with the name of the language.
const NOTE_MAX: usize = 280;

/// UTF-16 units of the line that says which languages there are. With home and the note above it, it stays under
/// [`MESSAGE_MAX`].
const OTHER_LANGUAGE_MAX: usize = 800;

/// Checks what is put together from several texts: the help page with its commands, the line of the facts, the note above
/// an untranslated text, the line that names a day, the line that says which languages there are.
pub(in crate::content::validate) fn check_lengths(
    interfaces: &[Interface],
    menus: &[Vec<MenuEntry>],
    folders: &[Folder<'_>],
    report: &mut Report,
) {
    for ((interface, menu), folder) in interfaces.iter().zip(menus).zip(folders) {
        let texts = folder.interface.as_ref();
        let place = |key: &str| match texts.and_then(|(file, raw)| Some(raw.get(key)?.location(file))) {
            Some(place) => place,
            None => Location::file(folder.name),
        };
        // A slash, a dash with its spaces and a line end for each command but asking; an empty line between the parts.
        let commands: usize = menu.iter().skip(1).map(|e| e.command.len() + utf16_len(&e.description) + 5).sum();
        // Above it stands that its clip cannot be sent.
        let note = interface.help_clip.as_ref().map_or(0, |_| utf16_len(&interface.no_clip) + 2);
        let help = note + interface.help.utf16_len() + commands + interface.help_end.utf16_len() + 4;
        if help > MESSAGE_MAX {
            report.error(
                Code::TextTooLong,
                place("pages.help"),
                message!(
                    "the help page with its commands has {help} characters; a message has room for {max}",
                    help,
                    max = MESSAGE_MAX
                ),
                message!("shorten `pages.help`, or the summaries of the top sections, which describe their commands"),
            );
        }
        let names =
            interfaces.iter().map(|other| utf16_len(&interface.untranslated.replace("{language}", &other.name)));
        let longest = names.max().unwrap_or(0);
        if longest > NOTE_MAX {
            report.error(
                Code::TextTooLong,
                place("lines.untranslated"),
                message!(
                    "with a language's name the line has {longest} characters; {max} are the most",
                    longest,
                    max = NOTE_MAX
                ),
                message!("name `{{language}}` once"),
            );
        }
        let longest_day = interface.days.iter().max_by_key(|day| utf16_len(day)).map_or("", |day| &**day);
        let closed = utf16_len(&interface.closed.replace("{day}", longest_day).replace("{time}", "00:00"));
        if closed > OPENING_MAX {
            report.error(
                Code::TextTooLong,
                place("lines.closed"),
                message!(
                    "with a day's name the line has {closed} characters; {max} are the most",
                    closed,
                    max = OPENING_MAX
                ),
                message!("shorten it, or the names under `days`"),
            );
        }
        let languages = utf16_len(&interface.other_language);
        if languages > OTHER_LANGUAGE_MAX {
            report.error(
                Code::TextTooLong,
                place("lines.other_language"),
                message!(
                    "with the languages' names the line has {languages} characters; {max} are the most",
                    languages,
                    max = OTHER_LANGUAGE_MAX
                ),
                message!("name `{{languages}}` once"),
            );
        }
        let facts = utf16_len(&interface.facts);
        if facts > FACTS_MAX {
            report.error(
                Code::TextTooLong,
                place("lines.facts"),
                message!("the line of the source has {facts} characters; {max} are the most", facts, max = FACTS_MAX),
                message!("shorten it, or the title of the source"),
            );
        }
    }
}
