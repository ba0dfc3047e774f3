//! Talk topics and shortcuts: what people say that no section answers, and words that lead somewhere at once.

use super::Folder;
use super::facts::Facts;
use super::id::is_id;
use super::text::{STYLES_MAX, markdown};
use super::tree::Tree;
use crate::content::model::Shortcuts;
use crate::content::schema::{RawTalk, Spanned};
use crate::content::{ID_MAX, LangId, SectionId, Shortcut, TALK_MAX, Talk, TalkAnswer, TalkId, TalkKind};
use crate::diag::{Code, Report, Source, did_you_mean};
use crate::message;
use crate::search::has_words;

/// An example of what stands under `[talk]`.
pub(super) const TALK_OF_LANGUAGE: &str = "`[talk.greeting]` and others";

/// The talk topics of all languages.
#[derive(Default)]
pub(super) struct Talks {
    pub(super) topics: Vec<Talk>,
}

impl Talks {
    /// The topic of a name.
    pub(super) fn find(&self, name: &str) -> Option<TalkId> {
        self.topics.iter().position(|talk| &*talk.name == name).map(TalkId)
    }

    /// The topics that any language names, in the order in which they are met.
    pub(super) fn validate(tree: &Tree<'_>, folders: &[Folder<'_>], facts: &Facts, report: &mut Report) -> Self {
        let mut talks = Self::default();
        for (language, folder) in folders.iter().enumerate() {
            folder.builtin.iter().flat_map(|raw| &raw.talk).for_each(|raw| {
                talks.find_or_add(raw, folders.len());
            });
            let Some((file, raw)) = &folder.search else { continue };
            for raw in &raw.talk {
                check_name(file, &raw.name, report);
                let talk = talks.find_or_add(raw, folders.len());
                let answer = answer(tree, folder, file, raw, facts, report);
                talks.topics[talk.0].answers[language] = answer;
            }
        }
        talks
    }

    fn find_or_add(&mut self, raw: &RawTalk, languages: usize) -> TalkId {
        let name = raw.name.value.as_str();
        let talk = self.find(name).unwrap_or_else(|| {
            let kind = if TalkKind::COURTESY.contains(&name) { TalkKind::Courtesy } else { TalkKind::Question };
            let metric = format!("talk_{name}").into();
            self.topics.push(Talk { name: name.into(), metric, kind, answers: vec![None; languages] });
            TalkId(self.topics.len() - 1)
        });
        if raw.urgent {
            self.topics[talk.0].kind = TalkKind::Urgent;
        }
        talk
    }
}

fn check_name(file: &Source, name: &Spanned<String>, report: &mut Report) {
    if !is_id(&name.value) {
        report.error(
            Code::BadId,
            name.location(file),
            message!("`{name}` cannot be the name of a talk topic", name = name.value),
            message!("write 1 to {max} of the letters a to z, digits and `_`, as `opening_hours`", max = ID_MAX),
        );
    }
}

fn answer(
    tree: &Tree<'_>,
    folder: &Folder<'_>,
    file: &Source,
    raw: &RawTalk,
    facts: &Facts,
    report: &mut Report,
) -> Option<TalkAnswer> {
    let Some(written) = &raw.answer else {
        report.error(
            Code::MissingKey,
            raw.name.location(file),
            message!("`answer` is missing here"),
            message!("add `answer = \"…\"`: it is what the bot says back"),
        );
        return None;
    };
    let text = markdown(file, written, facts.in_language(folder), report);
    let length = text.utf16_len();
    if text.is_empty() {
        report.error(
            Code::EmptyText,
            written.location(file),
            message!("this answer has no words"),
            message!("write the answer"),
        );
    } else if length > TALK_MAX {
        let message = message!("this answer has {length} characters; {max} are the most", length, max = TALK_MAX);
        report.error(Code::TextTooLong, written.location(file), message, message!("say it in a few sentences"));
    } else if text.spans().len() > STYLES_MAX {
        let message = message!("this answer has {count} styled parts; a message shows 100", count = text.spans().len());
        report.error(Code::UnsupportedMarkdown, written.location(file), message, message!("style less of it"));
    }
    let section = raw.button.as_ref().and_then(|id| section(tree, file, id, report));
    Some(TalkAnswer { text, section })
}

fn section(tree: &Tree<'_>, file: &Source, id: &Spanned<String>, report: &mut Report) -> Option<SectionId> {
    let found = tree.by_id.get(&*id.value).copied();
    if found.is_none() {
        let renamed = tree.by_old_id.get(&*id.value).map(|section| &*tree.nodes[section.index()].id);
        let near = || did_you_mean(&id.value, tree.nodes.iter().map(|node| &*node.id));
        let help = match renamed.or_else(near) {
            Some(near) => message!("did you mean `{near}`?", near),
            None => message!("name a section of palabre.toml"),
        };
        report.error(
            Code::UnknownId,
            id.location(file),
            message!("the tree has no section `{id}`", id = id.value),
            help,
        );
    }
    found
}

/// The words that lead somewhere at once, in every language.
pub(super) fn shortcuts(tree: &Tree<'_>, folders: &[Folder<'_>], talks: &Talks) -> Shortcuts {
    let mut shortcuts = Shortcuts::default();
    for (language, folder) in folders.iter().enumerate() {
        let reader = LangId(language);
        for raw in folder.searches() {
            for (words, shortcut) in [
                (&raw.navigation.home, Shortcut::Home),
                (&raw.navigation.help, Shortcut::Help),
                (&raw.navigation.language, Shortcut::Language(reader)),
            ] {
                words.iter().for_each(|word| shortcuts.add(&word.value, reader, shortcut));
            }
        }
        let name = folder.interface.as_ref().and_then(|(_, interface)| interface.get("name"));
        name.into_iter().for_each(|name| shortcuts.add(&name.value, reader, Shortcut::Language(reader)));
        for (number, &section) in (1..=9).zip(&tree.top) {
            shortcuts.add(&number.to_string(), reader, Shortcut::Section(section));
        }
        for (section, node) in tree.iter() {
            shortcuts.add(node.emoji, reader, Shortcut::Section(section));
        }
        for raw in folder.searches().flat_map(|raw| &raw.talk) {
            let Some(talk) = talks.find(&raw.name.value) else { continue };
            // The others are found by the search.
            let signs = raw.ask.iter().filter(|phrase| !has_words(&phrase.value));
            signs.for_each(|phrase| shortcuts.add(&phrase.value, reader, Shortcut::Talk(talk)));
        }
    }
    shortcuts
}
