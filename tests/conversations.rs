//! Conversations as text files, `tests/cases/conversations/*.txt`, each with its transcript beside it: settings (`# lang: fr`), then
//! what somebody types, a line each. A number presses a button. To add one, write the file and run `INSTA_UPDATE=always cargo test`.
//!
//! | setting | |
//! | --- | --- |
//! | `lang` | the language of the app; without it none is known |
//! | `columns` | the width of the screen; 60 without it |
//! | `content` | a directory of `tests/contents/`; the shipped content without it |
//! | `day` | the day on which it takes place, `2030-06-01`; today without it |
//! | `drafts` | `yes` for a preview with drafts |
//! | `now` | when it takes place, as `2026-11-27T09:00Z`; that of the clock without it |
//! | `place` | `group`, `mention` (in a group), `ephemeral`, `inline-message`; `inline` for what is typed behind the bot's name |

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use palabre::bot::inline::{self, InlineQuery, InlineResult};
use palabre::bot::reply::Place;
use palabre::content::load::{Edition, Scope};
use palabre::content::{Content, load};
use palabre::terminal::{Terminal, TerminalStyle};

use crate::support::{palabre, snapshot};

struct Conversation<'a> {
    lang: Option<&'a str>,
    columns: &'a str,
    content: Option<String>,
    place: Option<&'a str>,
    day: Option<&'a str>,
    drafts: bool,
    now: Option<Duration>,
    /// What is typed.
    lines: String,
}

impl<'a> Conversation<'a> {
    fn read(text: &'a str) -> Self {
        let (settings, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("# "));
        let setting = |name: &str| {
            let values = settings.iter().filter_map(|line| line.strip_prefix("# ")?.split_once(": "));
            values.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
        };
        let directory = |name| format!("{}/tests/contents/{name}", env!("CARGO_MANIFEST_DIR"));
        Self {
            lang: setting("lang"),
            columns: setting("columns").unwrap_or("60"),
            content: setting("content").map(directory),
            place: setting("place"),
            day: setting("day"),
            drafts: setting("drafts") == Some("yes"),
            now: setting("now").map(moment),
            lines: lines.join("\n") + "\n",
        }
    }

    fn transcript(&self) -> String {
        match self.place {
            None if self.now.is_some() => self.talk(Place::Private),
            None => self.chat(),
            Some("inline") => self.inline_results(),
            Some("group") => self.talk(Place::Group { addressed: false }),
            Some("mention") => self.talk(Place::Group { addressed: true }),
            Some("ephemeral") => self.talk(Place::Ephemeral),
            Some("inline-message") => self.talk(Place::InlineMessage),
            Some(other) => panic!("there is no place {other}"),
        }
    }

    /// With the real binary.
    fn chat(&self) -> String {
        let mut arguments = vec!["chat"];
        arguments.extend(self.lang.iter().flat_map(|lang| ["--lang", lang]));
        arguments.extend(self.content.iter().flat_map(|directory| ["--content", directory]));
        arguments.extend(self.day.iter().flat_map(|day| ["--day", day]));
        arguments.extend(self.drafts.then_some("--drafts"));
        palabre(&arguments, self.columns, &self.lines)
    }

    fn talk(&self, place: Place) -> String {
        let style = TerminalStyle { width: self.columns.parse().unwrap(), styled: false, echo: true };
        let (content, mut output) = (self.load(), Vec::new());
        let terminal = Terminal::new(&content, self.lang, style, self.lines.as_bytes(), &mut output);
        let terminal = terminal.in_chat(place);
        match self.now {
            Some(now) => terminal.at(now).talk().unwrap(),
            None => { terminal }.talk().unwrap(),
        }
        String::from_utf8(output).unwrap()
    }

    fn inline_results(&self) -> String {
        let (content, mut output) = (self.load(), String::new());
        for words in self.lines.lines() {
            let answer = inline::answer(&content, &InlineQuery { words, language_code: self.lang, offset: "" });
            writeln!(output, "> @bot {words}").unwrap();
            for result in answer.results {
                match result {
                    InlineResult::Page { title, description, .. } => writeln!(output, "  {title} · {description}"),
                    InlineResult::Contact { card, .. } => writeln!(output, "  👤 {} · {}", card.name, card.phone),
                }
                .unwrap();
            }
            if let Some((label, _)) = answer.private_chat_button {
                writeln!(output, "  [{label}]").unwrap();
            }
        }
        output
    }

    fn load(&self) -> Content {
        let day = self.day.map_or_else(load::today, |day| day.parse().unwrap());
        let now = Edition::new(day, if self.drafts { Scope::Drafts } else { Scope::Published });
        let loaded = match &self.content {
            Some(directory) => load::directory(Path::new(directory), now),
            None => load::shipped(now),
        };
        loaded.content.unwrap()
    }
}

/// The time from 1970 to a moment in UTC.
fn moment(text: &str) -> Duration {
    let moment: jiff::Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    Duration::from_secs(moment.as_second().try_into().unwrap())
}

#[test]
fn conversations() {
    insta::glob!("cases/conversations/*.txt", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        snapshot("conversations", name, &Conversation::read(&text).transcript());
    });
}
