//! What the search is made of: each language's lexicon, phrases and texts.

use super::Folder;
use super::facts::Facts;
use super::talk::{TALK_OF_LANGUAGE, Talks};
use super::tree::Tree;
use crate::content::schema::{RawSearch, Spanned};
use crate::content::{Topic, builtin};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::message;
use crate::search::{Corpus, Index, Lexicon, Phrases, Role, Text, stemmer, stemmers};

/// Which `ask` phrases are left out, so that they can be asked: of each section those whose number, divided by `folds`, leaves
/// `fold`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldOut {
    pub(crate) fold: usize,
    pub(crate) folds: usize,
}

impl HeldOut {
    /// Whether the phrase of this number is left out.
    pub(crate) fn has(self, number: usize) -> bool {
        number % self.folds == self.fold
    }
}

/// What builds the index of all languages.
pub(super) fn index(
    tree: &Tree<'_>,
    folders: &[Folder<'_>],
    talks: &Talks,
    facts: &Facts,
    held_out: Option<HeldOut>,
) -> impl FnOnce() -> Index + Send + 'static {
    let corpora: Vec<Corpus> = folders.iter().map(|folder| corpus(tree, folder, talks, facts, held_out)).collect();
    let mut roles = vec![Role::Subject; tree.nodes.len()];
    roles.push(Role::Foreign);
    roles.extend(talks.topics.iter().map(|talk| talk.kind.role()));
    move || Index::new(corpora, roles)
}

fn corpus(tree: &Tree<'_>, folder: &Folder<'_>, talks: &Talks, facts: &Facts, held_out: Option<HeldOut>) -> Corpus {
    let own = folder.search.as_ref().map(|(_, raw)| raw);
    let sections = tree.nodes.len();
    let mut phrases = Phrases::default();
    let mut texts = Vec::new();
    for (_, text) in &folder.texts {
        let Some(&section) = tree.by_id.get(&*text.id.value) else { continue };
        let topic = Topic::Section(section).number(sections);
        let asked = text.ask.iter().enumerate().filter(|&(number, _)| held_out.is_none_or(|held| !held.has(number)));
        for phrase in text.title.iter().chain(asked.map(|(_, phrase)| phrase)) {
            phrases.add(topic, &phrase.value);
        }
        let read = |text: &Option<Spanned<String>>| {
            text.as_ref().map(|text| facts.searched(folder).fill(&text.value)).unwrap_or_default()
        };
        texts.push((topic, Text { title: read(&text.title), summary: read(&text.summary), body: read(&text.body) }));
    }
    let out_of_scope = Topic::OutOfScope.number(sections);
    own.iter().flat_map(|raw| &raw.out_of_scope).for_each(|phrase| phrases.add(out_of_scope, &phrase.value));
    let mut general = Phrases::default();
    let built_in = folder.builtin.iter().flat_map(|raw| &raw.out_of_scope);
    built_in.for_each(|phrase| general.add(out_of_scope, &phrase.value));
    // A talk topic of the content's own takes the place of one that is built in.
    let is_told = |name: &str| own.is_some_and(|own| own.talk.iter().any(|talk| talk.name.value == name));
    let builtin = folder.builtin.iter().flat_map(|raw| &raw.talk).filter(|raw| !is_told(&raw.name.value));
    for raw in own.into_iter().flat_map(|raw| &raw.talk).chain(builtin) {
        let Some(talk) = talks.find(&raw.name.value) else { continue };
        raw.ask.iter().for_each(|phrase| phrases.add(Topic::Talk(talk).number(sections), &phrase.value));
    }
    Corpus { lexicon: lexicon(folder.tag.as_str(), own, folder.builtin.as_ref()), phrases, general, texts }
}

/// A content's own lists, and for each that it does not have, what is built in.
fn lexicon(tag: &str, own: Option<&RawSearch>, builtin: Option<&RawSearch>) -> Lexicon {
    let words = |list: fn(&RawSearch) -> &Vec<Spanned<String>>| {
        let lists = [own, builtin].into_iter().flatten().map(list);
        lists.into_iter().find(|list| !list.is_empty()).into_iter().flatten().map(|word| word.value.as_str())
    };
    let told: Vec<&str> = words(|raw| &raw.stop_words).collect();
    let stop_words = if told.is_empty() { builtin::stop_words(tag).to_vec() } else { told };
    let stemmers = [own, builtin].into_iter().flatten();
    let algorithm = stemmers.filter_map(|raw| raw.stemmer.as_ref()).find_map(|name| stemmer(&name.value));
    // The content's own come last: they take the place of the same ones built in.
    let spellings = [builtin, own].into_iter().flatten().flat_map(|raw| &raw.spellings);
    Lexicon::new(
        algorithm,
        stop_words,
        words(|raw| &raw.question_words),
        spellings.map(|(from, to)| (from.value.as_str(), to.value.as_str())),
    )
    .with_address_words(words(|raw| &raw.address_words))
}

/// Reports what is wrong with each language's `search.toml`, and what is used where there is none.
pub(super) fn check(folders: &[Folder<'_>], report: &mut Report) {
    for folder in folders {
        match &folder.search {
            Some((file, raw)) => check_stemmer(file, raw, report),
            None if folders.iter().any(|other| other.search.is_some()) => missing(folder, report),
            None => {}
        }
    }
}

fn missing(folder: &Folder<'_>, report: &mut Report) {
    let tag = folder.tag.as_str();
    let used = builtin::describe(tag);
    report.warning(
        Code::Untranslated,
        Location::file(&format!("{tag}/search.toml")),
        message!("`{tag}/search.toml` is missing; used instead: {used}", tag, used),
        message!(
            "add spellings, what is not ours and talk ({example}), as in another language",
            example = TALK_OF_LANGUAGE
        ),
    );
}

fn check_stemmer(file: &Source, raw: &RawSearch, report: &mut Report) {
    let Some(name) = raw.stemmer.as_ref().filter(|name| stemmer(&name.value).is_none()) else { return };
    let help = match did_you_mean(&name.value, stemmers()) {
        Some(near) => message!("did you mean `{near}`?", near),
        None => {
            message!("leave it out, or name one of {stemmers}", stemmers = stemmers().collect::<Vec<_>>().join(", "))
        }
    };
    let message = message!("there is no stemmer `{name}`", name = name.value);
    report.error(Code::UnknownStemmer, name.location(file), message, help);
}
