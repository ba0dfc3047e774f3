//! Raw files → [`Content`], with every problem of every file in one report.

mod ask_phrases;
mod characters;
mod commands;
mod contacts;
mod facts;
mod follow_ons;
mod id;
mod interface;
mod languages;
mod link_buttons;
mod media;
mod menus;
mod own_facts;
mod per_language;
mod references;
mod search;
mod sections;
mod settings;
mod talk;
mod text;
mod translations;
mod tree;
mod web_address;

use std::collections::HashMap;

pub(crate) use ask_phrases::key as ask_key;
pub(super) use follow_ons::drop_follow_ons;
pub(crate) use id::is_id;
pub(crate) use references::{check_questions, has_references, unknown_expected};
pub(crate) use search::HeldOut;
pub(crate) use sections::{SUMMARY_MAX, fits_body};

use self::facts::Facts;
use self::interface::Features;
use self::media::Media;
use self::talk::Talks;
use self::tree::{Node, Tree};
use super::edition::Edition;
use super::files::{self, Files, ROOT_FILE, Role};
use super::media::MediaFiles;
use super::model::LazyIndex;
use super::schema::limits;
use super::schema::{RawInterface, RawLanguages, RawSearch, RawSectionText, Reader, Spanned};
use super::version::Version;
use super::{CommandDefinition, CommandTarget, Content, LangId, SectionId, Settings, builtin};
use crate::diag::{Code, Location, Report, Severity, Source, did_you_mean};
use crate::lang::{Tag, is_right_to_left};
use crate::markup::Typography;
use crate::message;
use crate::search::Index;

/// The dotted keys of an interface file, each with its limit and placeholders in words.
pub(super) fn interface_keys() -> impl Iterator<Item = (&'static str, String)> {
    interface::described_keys()
}

#[cfg(test)]
pub(super) fn interface_names() -> Vec<&'static str> {
    interface::keys()
}

/// The files of one language.
struct Folder<'a> {
    lang: LangId,
    tag: Tag,
    /// The name of the directory, which may write the tag otherwise: `iw` for `he`.
    name: &'a str,
    /// Whether its texts are read from right to left.
    right_to_left: bool,
    /// The rules by which its texts are set.
    typography: Typography,
    interface: Option<(&'a Source, RawInterface)>,
    texts: Vec<(&'a Source, RawSectionText)>,
    search: Option<(&'a Source, RawSearch)>,
    /// What is known of the language without being told.
    builtin: Option<RawSearch>,
}

impl Folder<'_> {
    /// Its `search.toml`, and what is built in: the content's own comes first.
    fn searches(&self) -> impl Iterator<Item = &RawSearch> {
        self.search.iter().map(|(_, raw)| raw).chain(&self.builtin)
    }
}

/// Checks everything and builds the content of an edition. If the report has errors, it is for previews and `chat` alone: it is built as far as
/// it can be, and `None` only where the tree or the languages are missing.
pub(super) fn validate(files: Files, edition: Edition) -> (Option<Content>, Report) {
    let Files { mut report, folders, media, .. } = files;
    // Apart from the report, so that problems can be added while the texts are read.
    let sources = std::mem::take(&mut report.sources);
    let content = build(&sources, &folders, &media, edition, &mut report);
    report.sources = sources;
    (content, report)
}

fn build(
    sources: &[Source],
    folders: &[String],
    media: &MediaFiles,
    edition: Edition,
    report: &mut Report,
) -> Option<Content> {
    let Some(file) = sources.iter().find(|source| source.path == ROOT_FILE) else {
        missing_root(report);
        return None;
    };
    if !limits::check(sources, report) {
        return None;
    }
    let root = Reader::new(file, report).root();
    allowed(file, &root.allow, report);
    let (tags, default) = languages::validate(file, &root.languages, folders, sources, report);
    let folders = read_folders(sources, folders, &tags, &root.languages, report);
    let facts = Facts::validate(file, &root, &folders, edition.day.into(), report);
    let tree = tree::validate(file, &root.sections, &facts.contacts, report);
    tree::check_dates(file, &tree, edition.day, report);
    if tags.is_empty() || tree.nodes.is_empty() {
        return None;
    }
    let version = files::version(sources, &media.files);
    let media = Media::new(media);
    let settings = settings::validate(file, &root, media, report);
    let words = Words { file, version, tags: &tags, default, folders, facts, edition, settings, media };
    // All of it is checked, whatever is shown today.
    let whole = words.content(&tree, report);
    media.check(&root, &tree, &whole, &words.folders, report);
    references::check(file, &root, &tree, &whole, &words.folders, report);
    ask_phrases::check(&tree, &words.folders, report);
    search::check(&words.folders, report);
    let shown = tree.edition(edition);
    if shown.nodes.len() == tree.nodes.len() {
        return Some(whole);
    }
    let mut content = words.content(&shown, &mut Report::default());
    content.hide(&tree, &shown, whole);
    Some(content)
}

/// What has been read of a content beside its tree.
struct Words<'a> {
    file: &'a Source,
    version: Version,
    tags: &'a [Tag],
    default: LangId,
    folders: Vec<Folder<'a>>,
    facts: Facts,
    edition: Edition,
    settings: Settings,
    media: Media<'a>,
}

impl Words<'_> {
    /// The content of the sections of a tree.
    fn content(&self, tree: &Tree<'_>, report: &mut Report) -> Content {
        let Self { file, version, tags, default, folders, facts, edition, settings, media } = self;
        let features = Features {
            contacts: &facts.contacts,
            is_partly_hidden: tree.is_partly_hidden(),
            has_clips: media::names_clips(folders),
            has_feedback: settings.feedback,
        };
        let interfaces = interface::validate(folders, facts, &features, *media, report);
        let texts = sections::validate(file, tree, folders, facts, *media, report);
        let links = link_buttons::validate(file, tree, folders, facts, report);
        let own_facts = own_facts::validate(file, tree, folders, facts, report);
        let talks = Talks::validate(tree, folders, facts, report);
        let shortcuts = talk::shortcuts(tree, folders, &talks);
        let index = search::index(tree, folders, &talks, facts, None);
        let (commands, menus) = commands::validate(file, tree, folders, report);
        translations::check(tree, folders, &texts, report);
        let menus = menus::describe(menus, tree, &texts, folders, report);
        interface::check_lengths(&interfaces, &menus, folders, report);
        let parts = tree.nodes.iter().zip(texts).zip(links).zip(own_facts);
        let section = |(((node, texts), links), facts): (((&Node<'_>, _), _), _)| node.section(texts, links, facts);
        let ids = tree.by_id.iter().chain(&tree.by_old_id);
        Content {
            version: *version,
            tags: tags.to_vec(),
            default: *default,
            interfaces,
            menus,
            sections: parts.map(section).collect(),
            top: tree.top.clone(),
            by_id: ids.map(|(id, section)| (id.clone(), *section)).collect(),
            hidden: HashMap::new(),
            calendar: tree.calendar(edition.day),
            edition: *edition,
            commands,
            contacts: facts.contacts.clone(),
            facts_checked: facts.checked,
            index: LazyIndex::new(Box::new(index)),
            talk: talks.topics,
            shortcuts,
            settings: settings.clone(),
            media: media.store(),
        }
    }
}

impl Content {
    /// Lets links, buttons and commands of sections that are not there now lead to what is above them.
    fn hide(&mut self, tree: &Tree<'_>, shown: &Tree<'_>, whole: Content) {
        let is_hidden = |section: SectionId| !shown.by_id.contains_key(&tree.nodes[section.index()].id);
        let above = |section| shown.nearest_above(tree, section);
        let hidden = whole.by_id.into_iter().filter(|&(_, section)| is_hidden(section));
        self.hidden = hidden.map(|(id, section)| (id, above(section))).collect();
        for (name, command) in whole.commands {
            if let CommandTarget::Section(section) = command.target
                && is_hidden(section)
            {
                self.commands
                    .insert(name, CommandDefinition { target: CommandTarget::Hidden(above(section)), ..command });
            }
        }
        self.calendar = whole.calendar;
    }
}

/// Notes the kinds of warnings that the editors know of.
fn allowed(file: &Source, names: &[Spanned<String>], report: &mut Report) {
    for name in names {
        match Code::of(&name.value) {
            Some(code) => report.allowed.push(code),
            None => {
                let help = match did_you_mean(&name.value, Code::ALL.iter().map(|code| code.name())) {
                    Some(near) => message!("did you mean `{near}`?", near),
                    None => message!("name a kind as it stands in brackets: `warning[old-facts]`"),
                };
                let message = message!("there is no kind of problem `{name}`", name = name.value);
                report.error(Code::UnknownId, name.location(file), message, help);
            }
        }
    }
}

/// Reads the files of a content without errors once more, for indexes without some of its phrases. What `ask` gets makes them.
pub(crate) fn with_phrases_held_out<R>(
    content: &Content,
    sources: &[Source],
    ask: impl FnOnce(&(dyn Fn(HeldOut) -> Index + Sync)) -> R,
) -> Option<R> {
    let mut report = Report::default();
    let root = sources.iter().find(|source| source.path == ROOT_FILE)?;
    let raw = Reader::new(root, &mut report).root();
    let names: Vec<String> =
        sources.iter().filter_map(|source| Some(source.path.split_once('/')?.0.to_owned())).collect();
    let folders = read_folders(sources, &names, &content.tags, &raw.languages, &mut report);
    let facts = Facts::validate(root, &raw, &folders, content.facts_checked(), &mut report);
    let tree = tree::validate(root, &raw.sections, &facts.contacts, &mut report).edition(content.edition);
    let talks = Talks::validate(&tree, &folders, &facts, &mut report);
    Some(ask(&|held_out| search::index(&tree, &folders, &talks, &facts, Some(held_out))()))
}

fn missing_root(report: &mut Report) {
    if report.count(Severity::Error) > 0 {
        return; // The directory or the file cannot be read.
    }
    report.diagnostics.retain(|d| d.code != Code::NotRead || d.file.eq_ignore_ascii_case(ROOT_FILE));
    report.error(
        Code::Unreadable,
        Location::file(ROOT_FILE),
        message!("there is no `palabre.toml` in this directory"),
        message!(
            "it holds the tree of sections, the languages, names and numbers; take the shipped content as a start"
        ),
    );
}

fn read_folders<'a>(
    sources: &'a [Source],
    names: &'a [String],
    tags: &'a [Tag],
    languages: &RawLanguages,
    report: &mut Report,
) -> Vec<Folder<'a>> {
    let read = |(lang, tag): (usize, &'a Tag)| {
        let name = names.iter().find(|name| Tag::new(name).as_ref() == Some(tag)).map_or(tag.as_str(), String::as_str);
        let typography = match languages.typography {
            Some(false) => Typography::NONE,
            _ => Typography::of(tag.as_str()),
        };
        let mut folder = Folder {
            lang: LangId(lang),
            tag: tag.clone(),
            name,
            right_to_left: false,
            typography,
            interface: None,
            texts: Vec::new(),
            search: None,
            builtin: builtin::search(tag.as_str()),
        };
        for source in sources {
            let reader = Reader::new(source, report);
            match Role::of(&source.path) {
                Some(Role::Interface(language)) if language == name => {
                    let interface = reader.interface(&interface::keys());
                    folder.right_to_left = interface.get("name").is_some_and(|name| is_right_to_left(&name.value));
                    folder.interface = Some((source, interface));
                }
                Some(Role::Search(language)) if language == name => {
                    folder.search = Some((source, reader.search()));
                }
                Some(Role::Sections(language)) if language == name => {
                    folder.texts.extend(reader.section_texts().into_iter().map(|text| (source, text)));
                }
                _ => {}
            }
        }
        folder
    };
    tags.iter().enumerate().map(read).collect()
}
