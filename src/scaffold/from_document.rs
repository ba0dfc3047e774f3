//! `palabre init --from FILE`: the first content of an organisation, of a document that it has.
//!
//! `outline` makes sections of the document, `body` their words, `contacts` finds how to reach people. What only an editor can
//! decide is listed; nothing is made up.

use chrono::NaiveDate;

use super::document::Document;
use super::first_tree::{ABOUT, CONTACT, FirstTree};
use super::new_content::{self, quoted};
use super::outline::{self, Outline, Section};
use super::templates::{self, MARK};
use super::{Change, Organisation, ScaffoldError, check, contacts};
use crate::content::files::{Files, ROOT_FILE, TESTS_FOLDER};
use crate::content::{EMAILS_MAX, NAME_MAX, PHONES_MAX, TITLE_MAX};
use crate::lang::Tag;
use crate::markup::utf16_len;
use crate::message;
use crate::messages::{Locale, Message};

/// A content made of a document.
#[derive(Clone, Debug)]
pub struct FromDocument {
    /// The files, and what comes next.
    pub change: Change,
    /// What an editor has to decide, and what was left out.
    pub decisions: Vec<Message>,
}

/// Makes the content of a document: its words become sections in the first language. What the organisation lacks of name, phone
/// numbers and e-mail addresses is taken from the document.
///
/// # Errors
///
/// When something is missing in both, when the document has more sections than a page can show, or when the content would have
/// errors.
pub fn from_document(
    organisation: &Organisation,
    document: &Document,
    today: NaiveDate,
) -> Result<FromDocument, ScaffoldError> {
    let mut decisions = Vec::new();
    let organisation = completed(organisation, document, &mut decisions);
    let first = new_content::required(&organisation)?;
    let locale = templates::comments(Some(first));
    let texts = FirstTree::of(first, &organisation);
    let outline = outline::outline(document, &texts, &organisation.languages)?;
    decisions.extend(outline.decisions());
    decisions.push(message!(
        "the home page and the bot's description promise who you are, what you do and how to reach you: is all of that in the document? They stand in {file} as `home` and `description`",
        file = format!("{first}/interface.toml")
    ));
    decisions.push(message!(
        "people read under every page that the facts are as of this month: has somebody checked them? It stands in {file} as `checked`",
        file = ROOT_FILE
    ));
    decisions.extend(document.left_out.iter().map(|left_out| left_out.message()));
    let files = files(&organisation, first, &outline, &texts, document, today, locale);
    check(Files::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()))), today)?;
    let mut next = vec![
        message!("read each section as a phone shows it, and decide what is listed above"),
        message!("write under `ask` how people ask for each section, twelve questions at least: so it is found"),
    ];
    next.extend(new_content::of_languages(&organisation.languages));
    Ok(FromDocument { change: Change { files, next }, decisions })
}

/// The organisation with what it lacks, as far as the document has it.
fn completed(organisation: &Organisation, document: &Document, decisions: &mut Vec<Message>) -> Organisation {
    let mut organisation = organisation.clone();
    let title = outline::title(document);
    if organisation.name.trim().is_empty()
        && let Some(name) = title.filter(|title| title.chars().count() <= NAME_MAX)
    {
        decisions.push(message!("the organisation's name is the document's title, “{name}”: is it?", name));
        organisation.name = name;
    }
    let found = contacts::find(document);
    if organisation.phones.is_empty() && organisation.emails.is_empty() {
        organisation.phones = found.phones.iter().take(PHONES_MAX).cloned().collect();
        organisation.emails = found.emails.iter().take(EMAILS_MAX).cloned().collect();
        let taken: Vec<&str> = organisation.phones.iter().chain(&organisation.emails).map(String::as_str).collect();
        if !taken.is_empty() {
            decisions.push(message!(
                "these contacts are taken from the document: {taken}; are they yours, and in this order?",
                taken = taken.join(", ")
            ));
        }
    }
    let is_known = |contact: &&String| organisation.phones.contains(contact) || organisation.emails.contains(contact);
    let others: Vec<&str> = found.all().filter(|contact| !is_known(contact)).map(String::as_str).collect();
    if !others.is_empty() {
        decisions.push(message!(
            "these look like contacts, too: {others}; what is yours goes under [contacts.main] in {file}",
            others = others.join(", "),
            file = ROOT_FILE
        ));
    }
    organisation
}

fn files(
    organisation: &Organisation,
    first: &Tag,
    outline: &Outline,
    texts: &FirstTree,
    document: &Document,
    today: NaiveDate,
    locale: Locale,
) -> Vec<(String, String)> {
    let languages = &organisation.languages;
    let has_contact = outline.sections.iter().any(|section| section.id == CONTACT);
    let mut files = Vec::new();
    for tag in languages {
        files.push(new_content::interface(tag, languages));
        if !has_contact {
            let contact = |words: &str| format!("{}\n{}", head(words), table(words, CONTACT));
            files.push((format!("{tag}/sections.toml"), new_content::sections(tag, organisation, contact)));
        }
        if let Some(texts) = templates::of(tag).filter(|_| !has_contact || tag == first) {
            let has_about = tag == first && outline.sections.iter().any(|section| section.id == ABOUT);
            let asked = |id: &str| id == CONTACT || (id == ABOUT && has_about);
            let questions = new_content::questions(texts.tests, organisation, asked);
            files.push((format!("{TESTS_FOLDER}/{tag}.toml"), questions));
        }
    }
    let comment = message!(
        "# Made of a document by `palabre init --from`. Where {mark} stands, write your own words; under `ask`, the questions that\n# the section answers, as people really write them.",
        mark = MARK
    );
    for section in &outline.sections {
        let mut text = format!("{}\n", comment.to_text(locale));
        section.each(&mut |section| text.push_str(&words(section, texts)));
        // `interface.toml` and `search.toml` hold something else, `sections.toml` the contact.
        let is_taken = ["interface", "search", "sections"].contains(&section.id.as_str());
        files.push((format!("{first}/{}{}.toml", section.id, if is_taken { "_section" } else { "" }), text));
    }
    let title = outline::title(document).filter(|title| utf16_len(title) <= TITLE_MAX && !title.contains(['{', '}']));
    let source = title.unwrap_or_else(|| organisation.name.clone());
    let root = new_content::root(organisation, first, &source, today);
    files.push((ROOT_FILE.to_owned(), with_tree(&root, &outline.sections, has_contact)));
    files
}

/// The words of one section as TOML.
fn words(section: &Section, texts: &FirstTree) -> String {
    let mut text = format!("\n[{}]\ntitle = {}\n", section.id, quoted(&section.title));
    if let Some(button) = &section.button {
        text.push_str(&format!("button = {}\n", quoted(button)));
    }
    text.push_str(&format!("summary = {}\n", quoted(section.summary.as_ref().unwrap_or(&texts.summary))));
    let body = section.body.as_ref().unwrap_or(&texts.body);
    text.push_str(&match body.contains("'''") || body.ends_with('\'') {
        true => format!("body = {}\n", quoted(body)),
        false => format!("body = '''\n{body}\n'''\n"),
    });
    let ask: String = section.ask.iter().map(|phrase| format!("  {},\n", quoted(phrase))).collect();
    text.push_str(&format!("ask = [\n{ask}]\n"));
    text
}

/// `palabre.toml` with these sections in place of the first tree.
fn with_tree(root: &str, sections: &[Section], has_contact: bool) -> String {
    const START: &str = "\nsections = [\n";
    const END: &str = "\n]\n";
    let Some(start) = root.find(START).map(|at| at + START.len()) else { return root.to_owned() };
    let Some(end) = root[start..].find(END).map(|at| start + at + 1) else { return root.to_owned() };
    let mut tree: String = sections.iter().map(|section| line(section, 1)).collect();
    if !has_contact {
        tree.push_str(&format!("  {{ id = \"{CONTACT}\", emoji = \"📞\", contact = true }},\n"));
    }
    let below = sections.first().map_or(CONTACT, |section| &section.id);
    let before = root[..start].replace("--below services", &format!("--below {below}"));
    format!("{before}{tree}{}", &root[end..])
}

fn line(section: &Section, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let contact = if section.id == CONTACT { ", contact = true" } else { "" };
    let keys = format!("id = \"{}\", emoji = \"{}\"{contact}", section.id, section.emoji);
    if section.children.is_empty() {
        return format!("{indent}{{ {keys} }},\n");
    }
    let children: String = section.children.iter().map(|child| line(child, depth + 1)).collect();
    format!("{indent}{{ {keys}, children = [\n{children}{indent}] }},\n")
}

/// The comments that a file of words begins with.
fn head(words: &str) -> String {
    words.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// A table of a template, with its header.
fn table(words: &str, id: &str) -> String {
    let header = format!("[{id}]");
    let mut lines = words.lines().skip_while(|line| *line != header);
    let first = lines.next().into_iter();
    let table: Vec<&str> = first.chain(lines.take_while(|line| !line.starts_with('['))).collect();
    format!("{}\n", table.join("\n").trim_end())
}
