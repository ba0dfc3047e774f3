//! A page as somebody reads it aloud for its clip.

use crate::bot::action::{Action, Page, Target};
use crate::bot::pages::{self, Frame, PageId};
use crate::bot::view::ButtonAction;
use crate::content::{Content, LangId};
use crate::markup::{RichText, Style};

/// What the clip of a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The words, without styles: paragraphs with an empty line between them.
    pub text: String,
    /// The labels of the buttons that lead somewhere, in the order in which they stand under the page.
    pub buttons: Vec<String>,
}

/// What the clip of a page says: all parts of a long one, since there is one clip for them. Commands are not read: who listens does
/// not write them. The source of the facts is not either: a clip would be out of date with each month in which they are checked.
#[must_use]
pub fn spoken(content: &Content, lang: LangId, page: Page) -> Spoken {
    let interface = content.interface(lang);
    let words: Vec<String> = match page {
        Page::Home => vec![plain(&interface.home)],
        Page::Help => vec![plain(&interface.help), plain(&interface.help_end)],
        Page::Section(section, _) => {
            let text = content.section_text(section, lang);
            let is_menu = !content.section(section).children.is_empty();
            let summary = is_menu.then_some(&text.summary);
            let before = std::iter::once(&text.title).chain(summary).map(|words| words.to_string());
            before.chain(text.pages.iter().map(plain)).collect()
        }
    };
    let words: Vec<&str> = words.iter().map(|words| words.trim()).filter(|words| !words.is_empty()).collect();
    let view = pages::view(content, PageId::new(lang, page, Frame::Message));
    let buttons = view.rows.into_iter().flatten().filter(|button| is_named(page, &button.action));
    Spoken { text: words.join("\n\n"), buttons: buttons.map(|button| button.label).collect() }
}

/// The words of a text, in which no line ends within a phone number.
fn plain(text: &RichText) -> String {
    let is_in_number = |at| text.spans().iter().any(|span| span.style == Style::Phone && span.range.contains(&at));
    let letters = text.as_str().char_indices();
    letters.map(|(at, c)| if c == ' ' && is_in_number(at) { '\u{a0}' } else { c }).collect()
}

/// Whether the clip of a page names a button: not what copies or opens something outside, the clip's own, or the next part of the page.
fn is_named(page: Page, action: &ButtonAction) -> bool {
    match (action, page) {
        (ButtonAction::Open(Action { target: Target::Listen(_), .. }), _) => false,
        (
            ButtonAction::Open(Action { target: Target::Page(Page::Section(other, _)), .. }),
            Page::Section(section, _),
        ) => *other != section,
        (ButtonAction::Open(_) | ButtonAction::Share(_), _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::Path;

    use super::*;
    use crate::content::load;

    fn check(directory: &str, page: &str, text: &str, buttons: &[&str]) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        let content = load::directory(&directory, load::today()).content.unwrap();
        let page = match page {
            "home" => Page::Home,
            "help" => Page::Help,
            id => Page::Section(content.find(id).unwrap(), 0),
        };
        let spoken = spoken(&content, content.language("en").unwrap(), page);
        assert_eq!((&*spoken.text, spoken.buttons.iter().map(String::as_str).collect()), (text, buttons.to_vec()));
    }

    #[test]
    fn a_page_is_read_with_the_buttons_that_lead_on() {
        let text = "💰 School fees\n\n120,000 F a year, in three instalments.\n\nSchool costs 120,000 F a year. It is paid in three \
                    instalments: September, January, April.\n\nPay at the school's cash desk or by Orange Money. Always ask for a \
                    receipt.\n\nCanteen, bus and boarding are paid apart.";
        let buttons = ["🎓 Grants", "◀️ Previous", "Next ▶️", "🏠 Menu", "🌐 Français", "📤 Share"];
        check("tests/contents/school", "fees", text, &buttons);
        let text = "How it works\n\n• Touch a button to read a page\n• Or write your question, e.g. canteen menu\n\nRather talk to us? \
                    +223\u{a0}20\u{a0}00\u{a0}01\u{a0}00";
        check("tests/contents/school", "help", text, &["🏠 Menu", "🌐 Français"]);
        // Not what copies.
        let text = "☎️ Reach us\n\nThe office answers from Monday to Friday, 8:00 to 16:00: +223\u{a0}20\u{a0}00\u{a0}01\u{a0}00";
        let buttons = ["📇 Contact card", "◀️ Previous", "🏠 Menu", "🌐 Français", "📤 Share"];
        check("tests/contents/school", "contact", text, &buttons);
    }
}
