//! What is taken of an imported file, and what is passed over.

use std::collections::{BTreeMap, HashSet};

use super::incoming::Incoming;
use crate::content::texts::Texts;
use crate::content::translations::{Notes, State, translation};
use crate::diag::{NAMED_MAX, did_you_mean};
use crate::message;
use crate::messages::Message;

/// The most replaced texts that a summary names.
const REPLACED_MAX: usize = 20;

/// What is taken of a file, and what is passed over and why.
#[derive(Default)]
pub(super) struct Plan {
    /// Texts that are not there yet, or otherwise.
    pub(super) taken: Vec<Incoming>,
    /// Translations that are as they were and were stale: somebody has looked at them.
    pub(super) confirmed: Vec<Incoming>,
    empty: usize,
    fuzzy: usize,
    /// What has to be looked at: where, and what to do.
    refused: Vec<(Refusal, Message)>,
}

/// Why a text is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    UnknownKey,
    OtherSource,
    Twice,
    Incomplete,
}

impl Plan {
    pub(super) fn of(texts: &Texts, notes: &Notes, incoming: Vec<Incoming>) -> Self {
        let mut plan = Self::default();
        let mut seen = HashSet::new();
        for mut incoming in incoming {
            let Some(entry) = texts.entries.get(&incoming.key) else {
                plan.unknown(texts, &incoming);
                continue;
            };
            let text = entry.kind.normal(&incoming.text);
            if text.is_empty() {
                plan.empty += 1;
                continue;
            }
            let present = entry.written[incoming.language].as_ref().map(|written| written.text.as_str());
            if incoming.is_fuzzy {
                plan.fuzzy += 1;
                continue;
            }
            if !seen.insert((incoming.key.clone(), incoming.language)) {
                plan.refuse(Refusal::Twice, &incoming, message!("it stands twice: the first was taken"));
                continue;
            }
            let source = entry.original().map(|source| source.text.as_str());
            let is_of_source = source == Some(entry.kind.normal(&incoming.source).as_str());
            if present == Some(text.as_str()) {
                let state = translation(entry, incoming.language).map(|(source, written)| {
                    notes.state(&texts.languages[incoming.language], &incoming.key, &source.text, &written.text)
                });
                if incoming.is_reviewed && is_of_source && state == Some(State::Stale) {
                    plan.confirmed.push(incoming);
                }
            } else if is_of_source || entry.kind.is_written_anew() {
                incoming.text = text;
                plan.taken.push(incoming);
            } else {
                let problem = message!(
                    "its source is not the text that is there now: export anew, and translate what stands there"
                );
                plan.refuse(Refusal::OtherSource, &incoming, problem);
            }
        }
        plan.leave_incomplete(texts);
        // In the order of the content, so that keys are put behind those before them.
        plan.taken.sort_by_key(|incoming| texts.entries.get_index_of(&incoming.key));
        plan
    }

    fn refuse(&mut self, why: Refusal, incoming: &Incoming, problem: Message) {
        let (place, key) = (incoming.place.message(), &incoming.key);
        self.add_refused(why, message!("{place}, `{key}`: {problem}", place, key, problem));
    }

    /// A row of a spreadsheet has a text for each language: it is named once.
    fn add_refused(&mut self, why: Refusal, problem: Message) {
        let problem = (why, problem);
        if !self.refused.contains(&problem) {
            self.refused.push(problem);
        }
    }

    fn unknown(&mut self, texts: &Texts, incoming: &Incoming) {
        let place = incoming.place.message();
        let near = did_you_mean(&incoming.key, texts.entries.keys().map(String::as_str));
        let problem = match near {
            Some(near) => {
                message!("{place}: there is no text `{key}`: did you mean `{near}`?", place, key = incoming.key, near)
            }
            None => message!("{place}: there is no text `{key}` any more: export anew", place, key = incoming.key),
        };
        self.add_refused(Refusal::UnknownKey, problem);
    }

    /// Leaves out the words of sections and talk topics that a language does not have yet, while some that they need are missing.
    fn leave_incomplete(&mut self, texts: &Texts) {
        let taken: HashSet<(usize, String)> =
            self.taken.iter().map(|incoming| (incoming.language, incoming.key.clone())).collect();
        let is_there = |language: usize, key: &str| {
            let entry = texts.entries.get(key);
            entry.is_some_and(|entry| entry.written[language].is_some()) || taken.contains(&(language, key.to_owned()))
        };
        for incoming in std::mem::take(&mut self.taken) {
            let missing: Vec<String> = needed(&incoming.key)
                .into_iter()
                .filter(|key| !is_there(incoming.language, key))
                .map(|key| format!("`{key}`"))
                .collect();
            if missing.is_empty() {
                self.taken.push(incoming);
            } else {
                let problem =
                    message!("it waits for {missing}, without which it cannot be there", missing = missing.join(", "));
                self.refuse(Refusal::Incomplete, &incoming, problem);
            }
        }
    }

    /// Names the texts that are there and that others take the place of: an editor may have written them since the export.
    fn replaced(&self, texts: &Texts) -> Vec<Message> {
        let line = |incoming: &Incoming| {
            let entry = texts.entries.get(&incoming.key)?;
            let before = entry.written[incoming.language].as_ref()?.text.as_str();
            let (key, words) = (&incoming.key, beginning(before));
            let language = texts.languages[incoming.language].as_str();
            Some(match entry.kind.is_list() {
                true => message!(
                    "replaced: `{key}` ({language}), {before} lines by {now}; it began with “{words}”",
                    key,
                    language,
                    before = before.lines().count(),
                    now = incoming.text.lines().count(),
                    words
                ),
                false => message!("replaced: `{key}` ({language}), which began with “{words}”", key, language, words),
            })
        };
        let mut lines: Vec<Message> = self.taken.iter().filter_map(line).collect();
        if let more @ 1.. = lines.len().saturating_sub(REPLACED_MAX) {
            lines.truncate(REPLACED_MAX);
            lines.push(message!("replaced: {more} more", more));
        }
        lines
    }

    pub(super) fn summary(&self, texts: &Texts) -> Vec<Message> {
        let mut lines = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for incoming in &self.taken {
            *counts.entry(texts.languages[incoming.language].as_str()).or_default() += 1;
        }
        for (language, count) in counts {
            lines.push(Message::counted(
                count,
                message!("{language}: 1 text is changed", language),
                message!("{language}: {count} texts are changed", language, count),
            ));
        }
        if self.taken.is_empty() {
            lines.push(message!("no text is changed"));
        }
        lines.extend(self.replaced(texts));
        let count = self.confirmed.len();
        if count > 0 {
            lines.push(message!("{count} as before, and noted as translations of the texts that are there now", count));
        }
        if self.empty > 0 {
            lines.push(message!("{count} passed over, because they are empty", count = self.empty));
        }
        if self.fuzzy > 0 {
            lines.push(message!("{count} passed over, because they are marked as fuzzy", count = self.fuzzy));
        }
        for why in [Refusal::UnknownKey, Refusal::OtherSource, Refusal::Twice, Refusal::Incomplete] {
            let of_kind = || self.refused.iter().filter(|(other, _)| *other == why).map(|(_, problem)| problem);
            lines.extend(of_kind().take(NAMED_MAX).map(|problem| message!("passed over: {problem}", problem)));
            if let more @ 1.. = of_kind().count().saturating_sub(NAMED_MAX) {
                lines.push(message!("passed over: {more} more for this reason", more));
            }
        }
        lines
    }
}

/// The first words of a text, as a line of a summary has room for.
fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 40;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(CHARACTERS) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}

/// The keys without which a text cannot be there.
fn needed(key: &str) -> Vec<String> {
    match key.rsplit_once('.') {
        Some((table, _)) if key.starts_with("sections.") => {
            ["title", "summary", "body"].map(|name| format!("{table}.{name}")).into()
        }
        Some((table, "ask")) if key.starts_with("search.talk.") => vec![format!("{table}.answer")],
        _ => Vec::new(),
    }
}
