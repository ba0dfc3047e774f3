//! Raw files → [`Content`], with every problem of every file in one report.

mod ask;
mod facts;
mod interface;
mod tree;
mod words;

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::load::{Files, Loaded, ROOT_FILE, YearMonth};
use super::schema::{At, RawExpected, RawInterface, RawQuestion, RawRoot, RawSearch, RawWords, Reader};
use super::{
    Command, CommandTarget, Contact, Content, LANGUAGES_MAX, LangId, MenuEntry, SectionId, SmallTalk, Version,
};
use crate::diag::{Code, Diagnostic, Place, Report, Severity, Source, did_you_mean};
use crate::lang::{Tag, is_right_to_left};
use facts::Facts;
use tree::Node;

/// A file's path and text, apart from the report so that problems can be added while the text is read.
#[derive(Clone, Copy)]
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl<'a> File<'a> {
    /// A value as a whole.
    fn at<T>(self, value: &At<T>) -> Place<'a> {
        Place::span(self.path, value.head(self.text))
    }
}

/// What the files of one language say.
struct Folder<'a> {
    tag: Tag,
    /// Whether its texts are read from right to left.
    right_to_left: bool,
    interface: Option<(File<'a>, RawInterface)>,
    words: Vec<(File<'a>, RawWords)>,
    search: Option<(File<'a>, RawSearch)>,
}

/// Checks everything and builds the content if there are no errors. `now` is for the age of facts; `questions` has the
/// content's own questions asked too, which takes longer than all the rest.
pub(super) fn validate(files: Files, now: YearMonth, questions: bool) -> Loaded {
    let Files { mut report, folders } = files;
    let sources = std::mem::take(&mut report.sources);
    let content = Validation { sources: &sources, folders: &folders, report: &mut report, now, questions }.run();
    report.sources = sources;
    let content = content.filter(|_| report.count(Severity::Error) == 0);
    drop_follow_ons(&mut report);
    report.sort();
    Loaded { content, report }
}

/// What a file whose syntax or types are wrong did not say is not missing: only the cause is reported.
fn drop_follow_ons(report: &mut Report) {
    let broken = |d: &&Diagnostic| {
        matches!(d.code, Code::TomlSyntax | Code::WrongType | Code::NotUtf8 | Code::Unreadable)
            && d.severity == Severity::Error
    };
    // Words under a name that the tree does not have are the cause of those that are missing.
    let has_misplaced_words = report.diagnostics.iter().any(|d| d.code == Code::UnknownId);
    let broken: HashSet<String> = report.diagnostics.iter().filter(broken).map(|d| d.file.clone()).collect();
    let has = |code: Code, file: &str| report.diagnostics.iter().any(|d| d.code == code && d.file == file);
    let root_is_broken = broken.contains(ROOT_FILE) || has(Code::UnknownKey, ROOT_FILE);
    let without_folder = has(Code::LanguageWithoutFolder, ROOT_FILE);
    report.diagnostics.retain(|d| match d.code {
        Code::MissingKey if without_folder => d.file == ROOT_FILE,
        Code::MissingKey | Code::FewAsk => !broken.contains(&d.file),
        Code::NoWords | Code::Untranslated | Code::NoCommand => {
            broken.is_empty() && !without_folder && !has_misplaced_words
        }
        Code::UnknownPlaceholder | Code::UnknownId | Code::UndeclaredLanguage | Code::LanguageWithoutFolder => {
            !root_is_broken
        }
        _ => true,
    });
}

/// The commands of one language's menu, in order.
type Menu = Vec<(Box<str>, CommandTarget)>;

struct Validation<'a> {
    sources: &'a [Source],
    folders: &'a [String],
    report: &'a mut Report,
    now: YearMonth,
    questions: bool,
}

impl<'a> Validation<'a> {
    fn run(&mut self) -> Option<Content> {
        let Some(file) = self.file(ROOT_FILE) else {
            if self.report.count(Severity::Error) == 0 {
                self.report.diagnostics.retain(|d| d.code != Code::NotRead || d.file.eq_ignore_ascii_case(ROOT_FILE));
                self.report.error(
                    Code::Unreadable,
                    Place::file(ROOT_FILE),
                    "there is no `palabre.toml` in this directory",
                    "it holds the tree of sections, the languages, names and numbers; take the shipped content as a start",
                );
            }
            return None;
        };
        let root = Reader::new(file.path, file.text, self.report).root();
        let (tags, default) = self.languages(file, &root);
        let facts = Facts::validate(file, &root, self.now, self.report);
        let (nodes, top) = tree::flatten(file, &root.sections, self.report);
        let folders = self.read_folders(&tags);
        if tags.is_empty() || nodes.is_empty() {
            return None;
        }
        let default = LangId(default as u8);
        let interfaces = interface::resolve(&folders, &facts, self.report);
        let (words, asks) = words::resolve(&nodes, &folders, &facts, self.report);
        words::check_ask(&asks, self.report);
        let search = ask::index(&nodes, &folders, &asks, self.report);
        let talk = ask::talk(&folders, &facts, self.report);
        let (commands, menus) = self.commands(file, &nodes, &folders);
        let (Some(interfaces), Some(words)) = (interfaces, words) else { return None };
        let menus = words::describe(menus, &nodes, &words, &folders, self.report);
        interface::check_lengths(&interfaces, &menus, &folders, self.report);
        let by_id = nodes.iter().enumerate().map(|(i, node)| (node.id.clone(), SectionId(i as u16))).collect();
        let sections = nodes.into_iter().zip(words).map(|(node, words)| node.into_section(words)).collect();
        let Facts { contact, checked: facts_checked, .. } = facts;
        let version = Version::of(self.sources);
        let content = Content {
            version,
            tags,
            default,
            interfaces,
            menus,
            sections,
            top,
            by_id,
            commands,
            contact,
            facts_checked,
            search,
            talk,
        };
        if self.questions && self.report.count(Severity::Error) == 0 {
            ask::check(&content, &asks, self.sources, self.report);
        }
        Some(content)
    }

    fn file(&self, path: &str) -> Option<File<'a>> {
        self.sources.iter().find(|s| s.path == path).map(|s| File { path: &s.path, text: &s.text })
    }

    fn languages(&mut self, file: File<'_>, root: &RawRoot) -> (Vec<Tag>, usize) {
        let mut tags: Vec<Tag> = Vec::new();
        for written in &root.order {
            match Tag::new(&written.value) {
                None => self.report.error(
                    Code::BadLanguage,
                    file.at(written),
                    format!("`{}` is not a language tag", written.value),
                    "write the two or three lower-case letters of the language, as `fr`, `en`, `bm` or `nqo`",
                ),
                Some(tag) if tags.contains(&tag) => self.report.error(
                    Code::BadLanguage,
                    file.at(written),
                    format!("the language `{tag}` stands twice"),
                    "leave one of the two out",
                ),
                Some(_) if tags.len() == LANGUAGES_MAX => self.report.error(
                    Code::TooManyButtons,
                    file.at(written),
                    format!("more than {LANGUAGES_MAX} languages"),
                    "their buttons stand on one page, where Telegram shows at most 100",
                ),
                Some(tag) => {
                    if !self.folders.iter().any(|f| f == tag.as_str()) {
                        self.report.error(
                            Code::LanguageWithoutFolder,
                            file.at(written),
                            format!("the language `{tag}` has no folder `{tag}/`"),
                            format!("add the folder `{tag}/` with the words, or take `{tag}` out of `order`"),
                        );
                    }
                    tags.push(tag);
                }
            }
        }
        if root.order.is_empty() {
            self.report.error(
                Code::MissingKey,
                Place::file(file.path),
                "no language is declared",
                "add a table [languages] with `default = \"fr\"` and `order = [\"fr\"]`",
            );
        }
        for folder in self.folders.iter().filter(|f| !tags.iter().any(|t| t.as_str() == *f)) {
            let without = |tag: &&Tag| !self.folders.iter().any(|f| f == tag.as_str());
            let near = tags.iter().filter(without).find(|tag| folder.to_lowercase().starts_with(tag.as_str()));
            let help = match near.map(Tag::as_str).or(did_you_mean(folder, tags.iter().map(Tag::as_str))) {
                Some(near) => format!("rename it to `{near}/`, or add `{folder}` to `order` under [languages]"),
                None => format!("add `{folder}` to `order` under [languages] in palabre.toml, or remove the folder"),
            };
            self.report.error(
                Code::UndeclaredLanguage,
                Place::file(folder),
                format!("the folder `{folder}/` is no declared language"),
                help,
            );
        }
        let default =
            root.default.as_ref().map(|written| (written, tags.iter().position(|t| t.as_str() == written.value)));
        match default {
            Some((_, Some(default))) => return (tags, default),
            Some((written, None)) => self.report.error(
                Code::BadLanguage,
                file.at(written),
                format!("the default language `{}` is not in `order`", written.value),
                "name one of the languages of `order`",
            ),
            None if root.order.is_empty() => {}
            None => self.report.error(
                Code::MissingKey,
                Place::file(file.path),
                "no default language is named",
                "add `default = \"fr\"` under [languages]",
            ),
        }
        (tags, 0)
    }

    fn read_folders(&mut self, tags: &[Tag]) -> Vec<Folder<'a>> {
        let mut folders = Vec::new();
        for tag in tags {
            let mut folder =
                Folder { tag: tag.clone(), right_to_left: false, interface: None, words: Vec::new(), search: None };
            for source in self.sources {
                let Some(name) = source.path.strip_prefix(tag.as_str()).and_then(|rest| rest.strip_prefix('/')) else {
                    continue;
                };
                let file = File { path: &source.path, text: &source.text };
                let mut reader = Reader::new(file.path, file.text, self.report);
                if name == "interface.toml" {
                    let interface = reader.interface(&interface::keys());
                    folder.right_to_left = interface.get("name").is_some_and(|name| is_right_to_left(&name.value));
                    folder.interface = Some((file, interface));
                } else if name == "search.toml" {
                    folder.search = Some((file, reader.search(&ask::kinds())));
                } else {
                    folder.words.extend(reader.words().into_iter().map(|words| (file, words)));
                }
            }
            folders.push(folder);
        }
        folders
    }

    /// The names of all commands, and which of them each language's menu shows, in order.
    fn commands(
        &mut self,
        root: File<'_>,
        nodes: &[Node<'_>],
        folders: &[Folder<'_>],
    ) -> (HashMap<Box<str>, Command>, Vec<Menu>) {
        let ids = nodes.iter().enumerate().map(|(i, node)| (&*node.id, SectionId(i as u16))).collect();
        let mut names = CommandNames { map: HashMap::new(), ids, report: self.report };
        let builtin = [
            ("start", CommandTarget::Start),
            ("help", CommandTarget::Help),
            ("language", CommandTarget::Language),
            ("ask", CommandTarget::Ask),
        ];
        for (name, target) in builtin {
            names.map.insert(name.into(), Command { target, language: None });
        }
        for (i, node) in nodes.iter().enumerate() {
            if let Some(command) = node.command {
                names.add(root, command, CommandTarget::Section(SectionId(i as u16)), None);
            }
        }
        let mut menus = Vec::new();
        for (l, folder) in folders.iter().enumerate() {
            let language = Some(LangId(l as u8));
            if let Some((file, raw)) = &folder.interface {
                for (name, target) in builtin {
                    if let Some(alias) = raw.get(&format!("commands.{name}.alias")) {
                        names.add(*file, alias, target, language);
                    }
                }
            }
            let asked = folder.interface.as_ref().and_then(|(_, raw)| raw.get("commands.ask.alias"));
            let ask = asked.map_or("ask", |alias| alias.value.as_str());
            // Asking comes first, and is left out where there is no group: see `Content::menu`.
            let mut menu = vec![(ask.into(), CommandTarget::Ask), ("start".into(), CommandTarget::Start)];
            for (i, node) in nodes.iter().enumerate() {
                let target = CommandTarget::Section(SectionId(i as u16));
                let own = folder
                    .words
                    .iter()
                    .find(|(_, words)| words.id.value == *node.id)
                    .and_then(|(file, words)| Some((*file, words.command.as_ref()?)));
                if let Some((file, command)) = own {
                    names.add(file, command, target, language);
                }
                if node.parent.is_some() {
                    continue; // It has a command if it wants, but the menu shows the top sections alone.
                }
                let shown = own.map(|(_, command)| command).or(node.command);
                let is_translated = folder.words.iter().any(|(_, words)| words.id.value == *node.id);
                if shown.is_none() && is_translated {
                    names.report.warning(
                        Code::NoCommand,
                        Place::span(root.path, node.span.clone()),
                        format!("the section `{}` has no command in `{}`: its id serves as one", node.id, folder.tag),
                        format!(
                            "add `command = \"…\"` under [{}] in a file of `{}/`, or here for all languages",
                            node.id, folder.tag
                        ),
                    );
                }
                let shown = shown.map_or(&*node.id, |command| command.value.as_str());
                if shown == &*node.id && !names.map.contains_key(shown) {
                    names.map.insert(shown.into(), Command { target, language: None });
                }
                menu.push((shown.into(), target));
            }
            if folders.len() > 1 {
                menu.push(("language".into(), CommandTarget::Language));
            }
            menu.push(("help".into(), CommandTarget::Help));
            menus.push(menu);
        }
        (names.map, menus)
    }
}

struct CommandNames<'r> {
    map: HashMap<Box<str>, Command>,
    /// An id is understood as a command too.
    ids: HashMap<&'r str, SectionId>,
    report: &'r mut Report,
}

impl CommandNames<'_> {
    fn add(&mut self, file: File<'_>, name: &At<String>, target: CommandTarget, language: Option<LangId>) {
        let valid = (1..=32).contains(&name.value.len())
            && name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !valid {
            self.report.error(
                Code::BadCommand,
                file.at(name),
                format!("Telegram refuses the command `{}`", name.value),
                format!("a command is 1 to 32 of a-z, 0-9 and _: perhaps `{}`", fit_command(&name.value)),
            );
            return;
        }
        let id = self.ids.get(name.value.as_str());
        if id.is_some_and(|&id| target != CommandTarget::Section(id)) {
            self.report.error(
                Code::DuplicateCommand,
                file.at(name),
                format!("the command `/{}` opens the section of that id", name.value),
                "give it another name",
            );
            return;
        }
        match self.map.get_mut(name.value.as_str()) {
            Some(command) if command.target == target => {
                // The same word for the same thing in two languages: it tells nothing of the reader's language.
                if command.language != language {
                    command.language = None;
                }
            }
            Some(_) => self.report.error(
                Code::DuplicateCommand,
                file.at(name),
                format!("the command `/{}` already means something else", name.value),
                "give one of the two another name",
            ),
            None => {
                self.map.insert(name.value.as_str().into(), Command { target, language });
            }
        }
    }
}

/// What an editor may have meant by a command that Telegram refuses.
fn fit_command(written: &str) -> String {
    let mut name = String::new();
    for c in written.trim_start_matches('/').to_lowercase().nfd() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !c.is_alphanumeric()
            && c.general_category_group() != GeneralCategoryGroup::Mark
            && !name.ends_with('_')
        {
            name.push('_');
        }
    }
    name.truncate(32);
    match name.trim_matches('_') {
        "" => "contact".into(),
        name => name.into(),
    }
}
