//! `palabre translated`: an editor says that translations are made of the texts that are there now.

use super::{Imported, language, notes_file, texts_of};
use crate::content::translations::{Note, Notes, State, translation};
use crate::diag::{Report, did_you_mean};
use crate::message;
use crate::messages::Message;
use crate::scaffold::{Existing, ScaffoldError};

/// Notes of each translation the text that is there now; of stale ones only where their keys are named: a key, or the beginning of
/// several, as `sections.about`.
///
/// # Errors
///
/// When the content does not have the language, or there is no such key.
pub fn translated(existing: &Existing, into: Option<&str>, keys: &[String]) -> Result<Imported, ScaffoldError> {
    let texts = texts_of(existing);
    let into = into.map(|tag| language(&texts, tag)).transpose()?;
    for written in keys {
        if !texts.entries.keys().any(|key| is_within(key, written)) {
            return Err(ScaffoldError::Refused(
                match did_you_mean(written, texts.entries.keys().map(String::as_str)) {
                    Some(near) => message!("there is no text `{written}`: did you mean `{near}`?", written, near),
                    None => message!("there is no text `{written}`: the keys are those of `palabre export`", written),
                },
            ));
        }
    }
    let before = Notes::read(existing.sources(), &mut Report::default());
    let mut notes = before.clone();
    let (mut noted, mut stale) = (0, Vec::new());
    for (key, entry) in &texts.entries {
        for (number, tag) in
            texts.languages.iter().enumerate().filter(|&(number, _)| into.is_none_or(|into| into == number))
        {
            let Some((source, written)) = translation(entry, number) else { continue };
            let is_named = keys.iter().any(|written| is_within(key, written));
            if !keys.is_empty() && !is_named {
                continue;
            }
            if !is_named && before.state(tag, key, &source.text, &written.text) == State::Stale {
                stale.push(Message::verbatim(format!("\n  {tag} {key}")));
                continue;
            }
            noted += 1;
            notes.insert(tag, key, Note::new(&source.text, &written.text));
        }
    }
    notes.retain(&texts);
    let mut summary = vec![Message::counted(
        noted,
        message!("1 translation is noted as one of the text that is there now"),
        message!("{count} translations are noted as those of the texts that are there now", count = noted),
    )];
    if !stale.is_empty() {
        summary.push(message!(
            "left out, because their source has changed and they have not; name those that still say the same:{stale}",
            stale = Message::joined(stale, "")
        ));
    }
    let files = notes_file(existing.sources(), &before, &notes).into_iter().collect();
    Ok(Imported { files, summary })
}

/// Whether a key is the one that is named, or below it.
fn is_within(key: &str, named: &str) -> bool {
    key.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
