//! The shipped content and others: another organisation, other depths, languages and scripts, without a line of Rust.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use palabre::bot::action::{Action, Page};
use palabre::bot::pages;
use palabre::content::load::{self, Loaded};
use palabre::content::{CommandTarget, Content, LangId, SectionId};
use palabre::diag::Code;

use crate::support::snapshot;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents").join(name)
}

fn load_content(name: &str) -> Loaded {
    load::directory(&directory(name), load::this_month())
}

/// The whole menu in every language: what each section is called, how it is reached, how many pages it has.
fn menu(content: &Content) -> String {
    let mut out = String::new();
    for lang in content.languages() {
        let interface = content.interface(lang);
        let _ = writeln!(out, "{} ({})", interface.name, content.tag(lang));
        for entry in content.menu(lang) {
            let _ = writeln!(out, "  /{} – {}", entry.command, entry.description);
        }
        branch(content, lang, content.top(), 1, &mut out);
    }
    out
}

fn branch(content: &Content, lang: LangId, sections: &[SectionId], depth: usize, out: &mut String) {
    for &section in sections {
        let (node, words) = (content.section(section), content.section_text(section, lang));
        let data = Action::section(lang, section).callback_data(content);
        let _ = write!(out, "{}{} [{data}]", "  ".repeat(depth), words.label);
        if words.pages.len() > 1 {
            let _ = write!(out, " {} pages", words.pages.len());
        }
        if words.language != lang {
            let _ = write!(out, " in {}", content.tag(words.language));
        }
        out.push('\n');
        branch(content, lang, &node.children, depth + 1, out);
    }
}

/// What holds of every page of every content that `check` accepts.
pub(crate) fn check_every_page(content: &Content) {
    for lang in content.languages() {
        let mut views = vec![
            pages::home(content, lang, Some(&content.interface(lang).unknown)),
            pages::help(content, lang),
            pages::languages(content, lang, Page::Home),
            pages::unknown_command(content, lang, "x"),
        ];
        for section in content.sections() {
            for part in 0..content.section_text(section, lang).pages.len() {
                views.push(pages::section(content, lang, section, part as u8));
            }
        }
        for view in views {
            let length = view.text.utf16_len();
            assert!((1..=4096).contains(&length), "{length}: {}", view.text.as_str());
            assert!(view.rows.iter().map(Vec::len).sum::<usize>() <= 100);
            for row in &view.rows {
                assert!((1..=2).contains(&row.len()));
                for button in row {
                    assert!(!button.label.trim().is_empty());
                    if let palabre::bot::view::ButtonAction::Open(action) = button.action {
                        let data = action.callback_data(content);
                        assert!(data.len() <= 64, "{data}");
                        assert_eq!(Action::from_callback_data(content, &data), Some(action));
                    }
                }
            }
        }
    }
}

#[test]
fn the_shipped_menu() {
    let content = load::shipped(load::this_month()).content.unwrap();
    snapshot("menus", "shipped", &menu(&content));
    check_every_page(&content);
}

#[test]
fn the_shipped_content_is_that_of_the_directory() {
    let here = load::directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), load::this_month());
    assert_eq!(menu(&here.content.unwrap()), menu(&load::shipped(load::this_month()).content.unwrap()));
}

#[test]
fn every_shipped_section_is_written_in_every_language_with_its_questions() {
    let Loaded { content, report } = load::shipped(load::this_month());
    let content = content.unwrap();
    for section in content.sections() {
        for lang in content.languages() {
            assert_eq!(content.section_text(section, lang).language, lang);
        }
    }
    let codes: Vec<Code> = report.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::OldFacts], "the source is of September 2016, and that is all there is to say");
}

#[test]
fn another_organisation_in_five_languages_and_three_scripts() {
    let Loaded { content, report } = load_content("library");
    assert!(report.diagnostics.iter().all(|d| d.code == Code::Untranslated), "{}", report.to_text(false));
    let content = content.unwrap();
    snapshot("menus", "library", &menu(&content));
    check_every_page(&content);
    let depth = |section: SectionId| std::iter::successors(Some(section), |&s| content.section(s).parent).count();
    assert_eq!(content.sections().map(depth).max(), Some(4));
}

#[test]
fn one_language_and_no_phone() {
    let Loaded { content, report } = load_content("single");
    assert_eq!(report.to_text(false), "no problems\n");
    let content = content.unwrap();
    snapshot("menus", "single", &menu(&content));
    check_every_page(&content);
    assert_eq!(pages::contact_card(&content), None);
    let lang = content.default_language();
    assert!(content.menu(lang).iter().all(|entry| &*entry.command != "language"));
    assert_eq!(content.command("language").unwrap().target, CommandTarget::Language);
}

#[test]
fn a_section_that_is_not_translated_says_so_in_one_line() {
    let content = load_content("library").content.unwrap();
    let (arabic, games) = (content.language("ar").unwrap(), content.find("games").unwrap());
    let page = pages::section(&content, arabic, games, 0);
    let note = page.text.as_str().lines().find(|line| line.contains("English"));
    assert!(note.is_some(), "{}", page.text.as_str());
}

#[test]
fn numbers_keep_their_order_in_texts_from_right_to_left() {
    let content = load_content("library").content.unwrap();
    let (arabic, dispatcher) = (content.language("ar").unwrap(), content.find("desk").unwrap());
    let page = pages::section(&content, arabic, dispatcher, 0);
    let phone = &content.contact().phones[0];
    assert!(page.text.as_str().contains('\u{2068}'), "{}", page.text.as_str());
    let buttons: Vec<&str> = page.rows.iter().flatten().map(|button| button.label.as_str()).collect();
    assert!(buttons.iter().any(|label| label.contains(&format!("\u{2068}{phone}\u{2069}"))), "{buttons:?}");
    let copied = page
        .rows
        .iter()
        .flatten()
        .any(|b| matches!(&b.action, palabre::bot::view::ButtonAction::Copy(text) if text == phone));
    assert!(copied, "what is copied is the number alone");
}
