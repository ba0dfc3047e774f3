//! The same answers in a terminal: pages with their styles, buttons with numbers.
//!
//! On a terminal styles are shown as such; in a pipe they are written as marks (`**bold**`), so that a transcript
//! holds all there is to see.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use textwrap::core::display_width;

use crate::bot::pages::listen_label;
use crate::bot::reply::{ClipReply, Input, Place, Reply, Request, reply};
use crate::bot::view::{Button, ButtonAction, ContactCard, Venue, View};
use crate::clock::unix_time;
use crate::content::{Content, Location, Picture};
use crate::markup::{RichText, Style};

/// Columns when the width of the terminal is unknown.
const WIDTH: usize = 80;
/// Columns that a row of buttons needs at least.
const WIDTH_MIN: usize = 20;
/// The longest line in columns: longer ones are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 88;

/// The columns of the standard output: `COLUMNS` if it is a number, else the terminal's width; `None` in a pipe or a file.
#[must_use]
pub fn columns() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    set.or_else(|| terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)))
}

/// How a conversation is shown.
#[derive(Clone, Copy, Debug)]
pub struct TerminalStyle {
    /// Columns of a line.
    pub width: usize,
    /// Styles are shown as such, not as marks.
    pub styled: bool,
    /// The input is written to the output too: a transcript from a pipe would lack it.
    pub echo: bool,
}

impl TerminalStyle {
    /// What the standard input and output allow, with lines of at most [`columns`] and 88.
    #[must_use]
    pub fn detect() -> Self {
        Self {
            width: columns().unwrap_or(WIDTH).clamp(WIDTH_MIN, WIDTH_MAX),
            styled: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            echo: !io::stdin().is_terminal(),
        }
    }
}

/// A conversation in a terminal.
pub struct Terminal<'a, R, W> {
    content: &'a Content,
    language_code: Option<&'a str>,
    input: R,
    output: W,
    style: TerminalStyle,
    place: Place,
    /// The time since 1970; `None` for that of the clock.
    now: Option<Duration>,
    /// The buttons of the last page: number N is at index N - 1.
    buttons: Vec<(String, ButtonAction)>,
}

impl<'a, R: BufRead, W: Write> Terminal<'a, R, W> {
    /// A conversation with somebody whose language is `language_code`.
    pub fn new(
        content: &'a Content,
        language_code: Option<&'a str>,
        style: TerminalStyle,
        input: R,
        output: W,
    ) -> Self {
        Self { content, language_code, input, output, style, place: Place::Private, now: None, buttons: Vec::new() }
    }

    /// The conversation as it would be in another kind of chat: nobody presses Start there.
    #[must_use]
    pub fn in_chat(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The conversation as it would be at a moment, given as the time since 1970.
    #[must_use]
    pub fn at(self, now: Duration) -> Self {
        Self { now: Some(now), ..self }
    }

    /// Talks until the input ends.
    ///
    /// # Errors
    ///
    /// When the input cannot be read or the output cannot be written.
    pub fn talk(&mut self) -> io::Result<()> {
        if self.place == Place::Private {
            self.answer(Input::Text("/start"))?;
        }
        loop {
            write!(self.output, "{}", self.paint("> ", "1"))?;
            self.output.flush()?;
            let mut bytes = Vec::new();
            if self.input.read_until(b'\n', &mut bytes)? == 0 {
                return writeln!(self.output);
            }
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim();
            if self.style.echo {
                writeln!(self.output, "{line}")?;
            }
            match line.parse::<usize>() {
                Ok(number) if (1..=self.buttons.len()).contains(&number) => self.press(number - 1)?,
                Ok(_) if !self.buttons.is_empty() => writeln!(self.output, "(1–{})", self.buttons.len())?,
                _ if line.is_empty() => {}
                _ => self.answer(Input::Text(line))?,
            }
        }
    }

    fn press(&mut self, button: usize) -> io::Result<()> {
        let (label, action) = self.buttons[button].clone();
        match action {
            ButtonAction::Open(action) => self.answer(Input::Tap(&action.callback_data(self.content))),
            ButtonAction::Share(query) | ButtonAction::ShareHere(query) => {
                writeln!(self.output, "\n{label}: @… {query}\n")
            }
            ButtonAction::Nothing => Ok(()),
            ButtonAction::OpenUrl(url) => writeln!(self.output, "\n{label}: {url}\n"),
            ButtonAction::OpenPrivateChat(payload) => writeln!(self.output, "\n{label}: t.me/…?start={payload}\n"),
            ButtonAction::Copy(text) => {
                let shown = self.paint(&text, "1");
                writeln!(self.output, "\n{label}: {shown}\n")
            }
        }
    }

    fn answer(&mut self, input: Input<'_>) -> io::Result<()> {
        let now = self.now.unwrap_or_else(unix_time);
        let request = Request { input, language_code: self.language_code, place: self.place, now };
        match reply(self.content, &request) {
            Reply::Silent => Ok(()),
            Reply::Contact { card, .. } => self.card(&card),
            Reply::Venue { venue, .. } => self.venue(&venue),
            Reply::Clip(reply) => self.clip(&reply),
            Reply::Page(reply) => {
                if let Some(notice) = reply.notice {
                    writeln!(self.output, "\n({notice})")?;
                }
                let view = reply.page.view(self.content);
                // To the chat of a shared message nothing can be uploaded.
                let picture = view.picture.as_ref().filter(|_| !reply.page.is_in_shared_message());
                let file = picture.map(|Picture { image, text }| format!("🖼 {text}: {}", image.path));
                self.page(&view, file.as_deref())
            }
        }
    }

    fn card(&mut self, card: &ContactCard) -> io::Result<()> {
        writeln!(self.output, "\n👤 {}\n   {}\n", self.paint(&card.name, "1"), card.phone)
    }

    fn venue(&mut self, venue: &Venue) -> io::Result<()> {
        let Venue { title, address, location: Location { latitude, longitude } } = venue;
        writeln!(self.output, "\n📍 {}\n   {address}\n   {latitude}, {longitude}\n", self.paint(title, "1"))
    }

    /// What the button said that sends a clip, and its file; then what stands under it.
    fn clip(&mut self, reply: &ClipReply) -> io::Result<()> {
        let label = listen_label(self.content, reply.meta.lang, &reply.clip);
        let file = format!("{label}: {}", reply.clip.path);
        self.page(&reply.caption.view(self.content), Some(&file))
    }

    /// A page, above it the file that is sent with it.
    fn page(&mut self, view: &View, file: Option<&str>) -> io::Result<()> {
        let rule = "─".repeat(self.style.width);
        writeln!(self.output, "{}", self.paint(&rule, "2"))?;
        if let Some(file) = file {
            writeln!(self.output, "{}\n", self.paint(file, "36"))?;
        }
        let text = if self.style.styled { ansi(&view.text) } else { marked(&view.text) };
        for line in text.lines().flat_map(|line| wrapped(line, self.style.width)) {
            writeln!(self.output, "{line}")?;
        }
        writeln!(self.output)?;
        self.buttons.clear();
        for row in &view.rows {
            self.row(row)?;
        }
        writeln!(self.output)
    }

    /// A row of buttons, on as many lines as the width asks for.
    fn row(&mut self, row: &[Button]) -> io::Result<()> {
        let mut used = 0;
        for button in row.iter().filter(|button| button.action != ButtonAction::Nothing) {
            self.buttons.push((button.label.clone(), button.action.clone()));
            let number = format!("{:>3} ", self.buttons.len());
            let wide = display_width(&number) + display_width(&button.label);
            let gap = (self.style.width / 2).saturating_sub(used);
            if used > 0 && (gap == 0 || used + gap + wide > self.style.width) {
                writeln!(self.output)?;
                used = 0;
            } else if used > 0 {
                write!(self.output, "{}", " ".repeat(gap))?;
                used += gap;
            }
            write!(self.output, "{}{}", self.paint(&number, "36"), button.label)?;
            used += wide;
        }
        writeln!(self.output)
    }

    fn paint(&self, text: &str, sgr: &str) -> String {
        if self.style.styled { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A line on as many as it takes, of so many columns; those of a list item stand below its words.
pub(crate) fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let indent = " ".repeat(display_width(bullet(line)));
    let options = textwrap::Options::new(columns)
        .subsequent_indent(&indent)
        // A command (`/contact`) and a word with a hyphen stay whole.
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(line, options).into_iter().map(|line| line.into_owned()).collect()
}

/// The prefix of a list item: `• `, `  ◦ `, `12. `.
fn bullet(line: &str) -> &str {
    let rest = line.trim_start_matches(' ');
    let mark = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let words = match mark.strip_prefix(". ") {
        Some(words) if mark.len() < rest.len() => words,
        _ => rest.trim_start_matches(['•', '◦', ' ']),
    };
    &line[..line.len() - words.len()]
}

/// The text with its styles as terminal sequences; the address of a link stands behind its words.
fn ansi(text: &RichText) -> String {
    decorate(text, |style| match style {
        Style::Bold => ("\x1b[1m".into(), "\x1b[22m".into()),
        Style::Italic | Style::Quote | Style::LongQuote => ("\x1b[3m".into(), "\x1b[23m".into()),
        Style::Underline | Style::Phone | Style::Email => ("\x1b[4m".into(), "\x1b[24m".into()),
        Style::Strike => ("\x1b[9m".into(), "\x1b[29m".into()),
        Style::Code | Style::Pre => ("\x1b[36m".into(), "\x1b[39m".into()),
        Style::Link(url) => ("\x1b[4m".into(), format!("\x1b[24m <{url}>")),
    })
}

/// The text with its styles as marks.
fn marked(text: &RichText) -> String {
    decorate(text, |style| match style {
        Style::Bold => ("**".into(), "**".into()),
        Style::Italic => ("_".into(), "_".into()),
        Style::Underline => ("__".into(), "__".into()),
        Style::Strike => ("~~".into(), "~~".into()),
        Style::Code | Style::Pre => ("`".into(), "`".into()),
        Style::Quote | Style::LongQuote => ("“".into(), "”".into()),
        Style::Phone | Style::Email => (String::new(), String::new()),
        Style::Link(url) => (String::new(), format!(" <{url}>")),
    })
}

fn decorate(text: &RichText, marks: impl Fn(&Style) -> (String, String)) -> String {
    let mut inserts: Vec<(usize, isize, String)> = Vec::new();
    for (i, span) in text.spans().iter().enumerate() {
        let (open, close) = marks(&span.style);
        let depth = i as isize + 1;
        inserts.push((span.range.start, depth, open));
        inserts.push((span.range.end, -depth, close));
    }
    // At the same position, closing marks come before opening ones, and inner closing marks before outer ones.
    inserts.sort_by_key(|(at, depth, _)| (*at, *depth));
    let mut out = String::new();
    let mut from = 0;
    for (at, _, mark) in inserts {
        out.push_str(&text.as_str()[from..at]);
        out.push_str(&mark);
        from = at;
    }
    out.push_str(&text.as_str()[from..]);
    out
}
