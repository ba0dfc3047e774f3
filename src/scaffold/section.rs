//! `palabre new section`: a section in the tree, and its words in a file of every language.

use super::insertion::{insert, line_end};
use super::new_content::quoted;
use super::templates::{self, MARK, Untranslated};
use super::tree::{Node, Root};
use super::{Change, Existing, ScaffoldError};
use crate::content::files::{ROOT_FILE, Role};
use crate::diag::did_you_mean;
use crate::lang::Tag;
use crate::message;

/// Emoji for sections that are given none, in this order: one for each section that a page may have, and some more.
pub(super) const EMOJI: [&str; 87] = [
    "📄", "📌", "🔖", "📎", "💡", "🗂️", "📦", "🔑", "🧩", "🪧", "🗓️", "📐", "📘", "📗", "📙", "📕", "📒", "📓", "📔",
    "📚", "📖", "🧾", "📋", "📁", "📂", "📃", "📑", "📊", "📈", "📰", "🏷️", "🖊️", "🖋️", "📏", "📍", "🚩", "🔷", "🔶",
    "🔹", "🔸", "🔺", "🔵", "🟢", "🟡", "🟠", "🟣", "🟤", "🟦", "🟩", "🟨", "🟧", "🟪", "🟫", "💠", "🔘", "🧭", "🗺️",
    "🔎", "🔔", "💬", "🗨️", "📨", "📬", "📝", "🖼️", "🧮", "⏱️", "⏳", "🧰", "🔧", "🔩", "🧱", "🪜", "🪟", "🚪", "🛎️",
    "🗝️", "🧵", "🧶", "🪡", "🎈", "🎗️", "🪁", "🌀", "⭐", "🌟", "🔆",
];

/// A section that is to be added.
#[derive(Clone, Debug)]
pub struct NewSection {
    /// Its id: 1 to 32 of `a-z`, `0-9` and `_`.
    pub id: String,
    /// Its emoji; without one, it gets one that no other section has.
    pub emoji: Option<String>,
    /// The id of the section above it; without one it stands at the top.
    pub below: Option<String>,
}

/// The change that adds a section as a draft: nobody reads placeholders of a content that is served.
///
/// # Errors
///
/// When its id is none or exists, when what it is to stand below does not exist, or when the content would have errors.
pub fn section(existing: &Existing, new: &NewSection) -> Result<Change, ScaffoldError> {
    let refused = |message| Err(ScaffoldError::Refused(message));
    let id = new.id.as_str();
    if !crate::content::is_id(id) {
        return refused(message!(
            "`{id}` is no id: write 1 to 32 of a-z, 0-9 and _, as `opening_hours`; its title may be anything",
            id
        ));
    }
    let Some(root) = Root::parse(existing.root()) else {
        return refused(message!("{file} is no TOML: `palabre check` says where", file = ROOT_FILE));
    };
    let nodes = root.sections();
    let find = |id: &str| nodes.iter().copied().find(|node| node.id() == Some(id));
    if find(id).is_some() {
        return refused(message!("the section `{id}` is there already: choose another id, or change its words", id));
    }
    let parent = match &new.below {
        None => None,
        Some(below) => match find(below) {
            Some(node) => Some(node),
            None => {
                let near = did_you_mean(below, nodes.iter().filter_map(|node| node.id()));
                return refused(match near {
                    Some(near) => {
                        message!("there is no section `{below}`: did you mean `--below {near}`?", below, near)
                    }
                    None => message!("there is no section `{below}`: name one of {file}", below, file = ROOT_FILE),
                });
            }
        },
    };
    let emoji = new.emoji.clone().unwrap_or_else(|| free_emoji(&nodes).to_owned());
    let keys = [("id", quoted(id)), ("emoji", quoted(&emoji)), ("draft", "true".to_owned())];
    let mut files = words(existing, id);
    files.push((ROOT_FILE.to_owned(), insert(existing.root(), root.push_section(parent, &keys))));
    let next = vec![
        message!("write its words where {mark} stands", mark = MARK),
        message!("take `draft = true` from `{id}` in {file}: until then nobody else sees it", id, file = ROOT_FILE),
    ];
    existing.checked(Change { files, next })
}

fn free_emoji(nodes: &[Node<'_, '_>]) -> &'static str {
    let is_free = |emoji: &&&str| nodes.iter().all(|node| node.emoji() != Some(**emoji));
    EMOJI.iter().find(is_free).unwrap_or(&EMOJI[0])
}

/// The words in a file of every language, as far as there are texts in it; of others as comments.
fn words(existing: &Existing, id: &str) -> Vec<(String, String)> {
    let languages: Vec<&Tag> = existing.content.languages().map(|language| existing.content.tag(language)).collect();
    let source = templates::source(languages.iter().copied());
    let comments = templates::comments(languages.first().copied());
    let has_texts = languages.iter().any(|tag| templates::of(tag).is_some());
    let file = |(number, tag): (usize, &&Tag)| {
        let words = match templates::of(tag) {
            Some(texts) => texts.section.to_owned(),
            None => {
                let is_first = number == 0 && !has_texts;
                let how = if is_first { Untranslated::AsIs } else { Untranslated::Comments };
                templates::untranslated_words(tag, source, source.section, how, comments)
            }
        };
        let words = words.replace("[ID]", &format!("[{id}]")).replace("\"TITLE\"", &quoted(&title(id)));
        let (path, before) = place(existing, tag, id);
        let newline = line_end(before);
        let gap = match before {
            "" => String::new(),
            _ if before.ends_with('\n') => newline.to_owned(),
            _ => newline.repeat(2),
        };
        (path, format!("{before}{gap}{}", words.replace('\n', newline)))
    };
    languages.iter().enumerate().map(file).collect()
}

/// The file of a language into which the words of a section go, and what stands in it.
fn place<'a>(existing: &'a Existing, tag: &Tag, id: &str) -> (String, &'a str) {
    let folders = existing.sources.iter().filter_map(|source| source.path.split_once('/')).map(|(folder, _)| folder);
    let folder = folders.clone().find(|folder| Tag::new(folder).as_ref() == Some(tag)).unwrap_or(tag.as_str());
    let mut path = format!("{folder}/{id}.toml");
    // `interface.toml` and `search.toml` hold something else.
    if !matches!(Role::of(&path), Some(Role::Sections(_))) {
        path = format!("{folder}/{id}_section.toml");
    }
    let text = existing.text(&path).unwrap_or_default();
    (path, text)
}

/// A title for an id: `opening_hours` is `Opening hours`.
fn title(id: &str) -> String {
    let words = id.replace('_', " ");
    let words = words.trim();
    let mut letters = words.chars();
    letters.next().map_or_else(|| id.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
