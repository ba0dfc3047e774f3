//! Words that lead somewhere at once, before any search: "menu", "english", the number or the emoji of a section.

use std::collections::HashMap;

use super::{LangId, SectionId, TalkId};
use crate::folding::is_invisible;
use crate::search::plain_words;

/// Where a word leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Home.
    Home,
    /// The help page.
    Help,
    /// Home in this language, which is theirs from now on.
    Language(LangId),
    /// A section.
    Section(SectionId),
    /// The answer of a talk topic: an emoji has no words that a search would find.
    Talk(TalkId),
}

/// The shortcuts of all languages.
#[derive(Debug, Default)]
pub(in crate::content) struct Shortcuts(HashMap<String, Vec<(LangId, Shortcut)>>);

impl Shortcuts {
    /// Adds what leads somewhere for the readers of a language; of two that are the same, the first stays.
    pub(in crate::content) fn add(&mut self, text: &str, lang: LangId, shortcut: Shortcut) {
        let known = self.0.entry(key(text)).or_default();
        if known.iter().all(|&(other, _)| other != lang) {
            known.push((lang, shortcut));
        }
    }

    /// Where a text leads, for the reader of a language if that has it, else in the first language that has it.
    pub(in crate::content) fn get(&self, text: &str, reader: LangId) -> Option<(LangId, Shortcut)> {
        let known = self.0.get(&key(text))?;
        known.iter().find(|(lang, _)| *lang == reader).or(known.first()).copied()
    }
}

/// What two ways to write a shortcut have in common: its words; without words, its signs, without skin tones and signs that
/// nobody sees.
fn key(text: &str) -> String {
    let words = plain_words(text);
    if words.is_empty() {
        let is_variant = |c: char| is_invisible(c) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
        let mut signs: Vec<char> = text.chars().filter(|&c| !c.is_whitespace() && !is_variant(c)).collect();
        signs.dedup();
        return signs.into_iter().collect();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_is_known_in_whatever_case_colour_and_number() {
        let (fr, en) = (LangId(0), LangId(1));
        let mut shortcuts = Shortcuts::default();
        shortcuts.add("Menu", fr, Shortcut::Home);
        shortcuts.add("menu", en, Shortcut::Help);
        shortcuts.add("Où suis-je ?", fr, Shortcut::Help);
        shortcuts.add("👍", fr, Shortcut::Talk(TalkId(0)));
        shortcuts.add("❤️", fr, Shortcut::Section(SectionId(3)));
        let check = |text, reader, expected| assert_eq!(shortcuts.get(text, reader), expected, "{text}");
        check("MENU !", fr, Some((fr, Shortcut::Home)));
        check("menu", en, Some((en, Shortcut::Help)));
        check("ou suis je", en, Some((fr, Shortcut::Help)));
        check("👍🏿👍🏿👍🏿", fr, Some((fr, Shortcut::Talk(TalkId(0)))));
        check("❤", fr, Some((fr, Shortcut::Section(SectionId(3)))));
        let long = ["👍".repeat(80), "menu ".repeat(80)];
        assert_eq!(shortcuts.get(&format!("{} au secours", long[0]), fr), None, "what follows is not cut off");
        assert_eq!(shortcuts.get(&long[1], fr), None);
        check("menus", fr, None);
        check("🙂", fr, None);
        check("", fr, None);
    }
}
