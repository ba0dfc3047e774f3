//! `palabre voices`: which voice clips a content has and lacks, and what is to be read aloud for them.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use textwrap::core::display_width;
use toml::de::DeTable;

use crate::bot::action::Page;
use crate::bot::pages::clip;
use crate::bot::spoken::spoken;
use crate::cli::Error;
use crate::cli::arguments::VoicesOptions;
use crate::cli::config::ContentChoice;
use crate::content::files::Role;
use crate::content::load::{self, Edition, Loaded, Scope};
use crate::content::media::MediaFormat;
use crate::content::texts::folder;
use crate::content::{Clip, Content, LangId};
use crate::diag::Source;
use crate::lang::Tag;
use crate::message;
use crate::messages::{Locale, Message};
use crate::scaffold::{ScaffoldError, no_language, no_tag};
use crate::terminal::wrapped;

/// Columns of a line of the script: a sheet of A4 in a type that is easy to read aloud.
const COLUMNS: usize = 72;

/// Prints the clips, or the script; of a content with errors as far as it can be shown.
pub(super) fn execute(options: &VoicesOptions) -> Result<ExitCode, Error> {
    let choice = ContentChoice { content: options.dir.clone().or_else(|| options.content.content.clone()) };
    let everything = Edition::new(load::today(), Scope::Everything);
    let Loaded { content, damaged, report, media } = super::load(&choice, everything);
    let content = super::content_or_damaged(content, damaged, &report)?;
    let voices = |lang| voices(&content, lang, &report.sources);
    let wanted: Vec<Voice<'_>> = match &options.lang {
        None => content.languages().flat_map(voices).collect(),
        Some(written) => voices(language(&content, written)?),
    };
    let text = if options.script {
        script(&content, &wanted)
    } else {
        // A file is unused if no language names it, whichever is listed.
        let named: BTreeSet<String> = content.languages().flat_map(voices).map(|voice| voice.path).collect();
        let is_clip = |path: &str| matches!(media.files[path].format, Ok(MediaFormat::Clip { .. }));
        let unused = media.files.keys().filter(|path| is_clip(path) && !named.contains(*path));
        list(&wanted, unused.map(String::as_str).collect(), Locale::of_system())
    };
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn language(content: &Content, written: &str) -> Result<LangId, ScaffoldError> {
    let tag = Tag::new(written).ok_or_else(|| ScaffoldError::Refused(no_tag(written)))?;
    let found = content.languages().find(|&lang| *content.tag(lang) == tag);
    found.ok_or_else(|| {
        let languages: Vec<&Tag> = content.languages().map(|lang| content.tag(lang)).collect();
        ScaffoldError::Refused(no_language(&tag, &languages))
    })
}

/// A page that can be read aloud.
struct Voice<'a> {
    lang: LangId,
    page: Page,
    /// The file of its clip, as it is named or should be.
    path: String,
    clip: Option<&'a Clip>,
    /// Where the file is named; `None` where that is still to be done.
    to_name: Option<Message>,
}

/// The pages of a language: home, help, and the sections that have words in it.
fn voices<'a>(content: &'a Content, lang: LangId, sources: &[Source]) -> Vec<Voice<'a>> {
    let folder = folder(sources, content.tag(lang));
    let keys = read_keys(folder, sources);
    let own = content.sections().filter(|&section| content.section_text(section, lang).language == lang);
    let pages = [Page::Home, Page::Help].into_iter().chain(own.map(|section| Page::Section(section, 0)));
    let voice = |page| {
        let (table, key) = match page {
            Page::Home => ("voices", "home"),
            Page::Help => ("voices", "help"),
            Page::Section(section, _) => (&*content.section(section).id, "voice"),
        };
        let (file, named) = keys.get(&(table.to_owned(), key)).cloned().unwrap_or_default();
        let usual = format!("{}.ogg", if key == "voice" { table } else { key });
        let file = if file.is_empty() { format!("{folder}/interface.toml") } else { file };
        let to_name = named.is_none().then(|| {
            let line = format!("{key} = \"{usual}\"");
            message!("missing; when it is there: `{line}` under [{table}] in {file}", line, table, file)
        });
        let path = format!("{folder}/{}", named.unwrap_or(usual));
        Voice { lang, page, path, clip: clip(content, lang, page), to_name }
    };
    pages.map(voice).collect()
}

/// The file of a key, and what stands there.
type Written = (String, Option<String>);

/// The keys that name the clips of a language, by table and key, whether or not the clips can be used.
fn read_keys(folder: &str, sources: &[Source]) -> HashMap<(String, &'static str), Written> {
    let mut found = HashMap::new();
    for Source { path, text } in sources {
        let (only, keys) = match Role::of(path) {
            Some(Role::Interface(name)) if name == folder => (Some("voices"), &["home", "help"][..]),
            Some(Role::Sections(name)) if name == folder => (None, &["voice"][..]),
            _ => continue,
        };
        let Ok(tables) = DeTable::parse(text) else { continue };
        let tables = tables.get_ref().iter().filter(|(name, _)| only.is_none_or(|only| *name.get_ref() == only));
        for (table, value) in tables {
            for key in keys {
                let written = value.get_ref().get(key).and_then(|value| value.get_ref().as_str().map(str::to_owned));
                found.insert((table.get_ref().clone().into_owned(), *key), (path.clone(), written));
            }
        }
    }
    found
}

/// The clips with their lengths and sizes, and what is to be done.
fn list(voices: &[Voice<'_>], unused: Vec<&str>, locale: Locale) -> String {
    let of_page = |voice: &Voice<'_>| match (voice.clip, &voice.to_name) {
        (Some(clip), _) => message!("{length}, {kilobytes} kB", length = clip.length(), kilobytes = clip.kilobytes()),
        (None, Some(to_name)) => to_name.clone(),
        (None, None) => message!("it cannot be used: `palabre check` says why"),
    };
    let lines = voices.iter().map(|voice| (voice.path.as_str(), of_page(voice)));
    let lines: Vec<_> = lines.chain(unused.iter().map(|path| (*path, message!("nothing names it")))).collect();
    let width = lines.iter().map(|(path, _)| display_width(path)).max().unwrap_or_default();
    let clips = || voices.iter().filter_map(|voice| voice.clip);
    let whole = Clip {
        path: "".into(),
        duration: clips().map(|clip| clip.duration).sum::<Duration>(),
        bytes: clips().map(|clip| clip.bytes).sum(),
    };
    let sum = message!(
        "clips: {count} of {pages} pages; {length}, {kilobytes} kB",
        count = clips().count(),
        pages = voices.len(),
        length = whole.length(),
        kilobytes = whole.kilobytes()
    );
    let line = |(path, what): &(&str, Message)| {
        let gap = " ".repeat(width - display_width(path));
        format!("{path}{gap}  {}\n", what.to_text(locale))
    };
    lines.iter().map(line).chain([format!("\n{}\n", sum.to_text(locale))]).collect()
}

/// What is to be read aloud, a page after the other: the file's name, the words, and the labels of the buttons. It has no words of
/// the program: whoever reads it speaks the language of the page.
fn script(content: &Content, voices: &[Voice<'_>]) -> String {
    let page = |voice: &Voice<'_>| {
        let said = spoken(content, voice.lang, voice.page);
        let words = said.text.lines().flat_map(|line| wrapped(line, COLUMNS));
        let buttons = said.buttons.iter().map(|label| format!("    {label}"));
        let rule = "=".repeat(display_width(&voice.path));
        let lines = [voice.path.clone(), rule, String::new()].into_iter().chain(words);
        let lines: Vec<String> = lines.chain([String::new()]).chain(buttons).collect();
        lines.join("\n") + "\n"
    };
    voices.iter().map(page).collect::<Vec<_>>().join("\n\n")
}
