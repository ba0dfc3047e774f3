//! What is seen → HTML, by the template under `templates/preview/`.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use askama::Template;

use super::bubble;
use super::conversation::{Body, Chat, Conversation, Event, Person, events, play, result_id};
use super::labels::Labels;
use super::workshop::{Snapshot, State};
use crate::bot::inline::{InlineQuery, InlineResult, answer};
use crate::bot::reply::{MediaKind, Place};
use crate::bot::view::{Button, ButtonAction, View};
use crate::content::{BODY_PAGE_MAX, Content, LangId, SectionId, Topic};
use crate::diag::{Diagnostic, Severity, Source};
use crate::lang::is_right_to_left;
use crate::message;
use crate::messages::Locale;
use crate::quality::AskFigure;

/// The widths of a phone's screen, in CSS pixels.
const WIDTHS: [u16; 4] = [320, 360, 390, 430];
/// The languages of an app that are offered beside those of the content, to see what somebody else's app shows.
const OTHER_LANGUAGES: [&str; 3] = ["en", "fr", "de"];
/// Lines of a file that a problem shows.
const LINES_MAX: usize = 4;
/// Problems that are shown; more of them say little more.
const PROBLEMS_MAX: usize = 100;
/// Topics that an explanation shows.
const EXPLAINED: usize = 5;

/// What the address of the page asks for.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// What was done, as it is written.
    done: Vec<String>,
    /// What has just been typed, and whether in reply to the last message.
    say: Option<String>,
    is_reply: bool,
    chat: Chat,
    /// The language of the app.
    app: Option<String>,
    width: u16,
    is_dark: bool,
    drafts: bool,
    /// The words of an inline query.
    inline: Option<String>,
    /// The language of the preview itself.
    locale: Option<Locale>,
}

impl Query {
    /// Reads `in=t%3A%2Fstart&chat=group&…`; whatever is not known is left out.
    pub(super) fn parse(query: &str) -> Self {
        let mut read = Self { width: 360, ..Self::default() };
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "in" => read.done.push(value.into_owned()),
                "say" => read.say = Some(value.trim().to_owned()).filter(|text| !text.is_empty()),
                "reply" => read.is_reply = true,
                "chat" if value == "group" => read.chat = Chat::Group,
                "app" => read.app = Some(value.into_owned()).filter(|app| !app.is_empty()),
                "width" => read.width = value.parse().ok().filter(|width| WIDTHS.contains(width)).unwrap_or(read.width),
                "dark" => read.is_dark = value == "1",
                "drafts" => read.drafts = value == "1",
                "inline" => read.inline = Some(value.into_owned()),
                "lang" => read.locale = Locale::of_name(&value),
                _ => {}
            }
        }
        read
    }

    /// All that was done, what has just been typed included.
    fn events(&self) -> Vec<(String, Event)> {
        let typed = self.say.iter().map(|text| format!("{}:{text}", if self.is_reply { "r" } else { "t" }));
        let mut done: Vec<String> = self.done.iter().cloned().chain(typed).collect();
        if done.is_empty() && self.chat == Chat::Private {
            done.push("t:/start".to_owned());
        }
        events(&done)
    }
}

#[derive(Template)]
#[template(path = "preview/page.html")]
struct Page<'a> {
    tag: &'static str,
    labels: Labels,
    name: &'a str,
    number: u64,
    status: String,
    /// `sound`, `damaged` or `earlier`.
    state: &'static str,
    query: &'a Query,
    is_group: bool,
    app: &'a str,
    apps: Vec<String>,
    widths: [u16; 4],
    other_locale: &'static str,
    done: Vec<String>,
    menu: Vec<(String, String)>,
    messages: Vec<Bubble>,
    notice: Option<String>,
    placeholder: String,
    direction: &'static str,
    results: Option<Vec<InlineRow>>,
    problems: Vec<Problem>,
    more_problems: Option<String>,
    tree: Vec<Row>,
    languages: Vec<LanguageRow>,
    explanation: Option<Explanation>,
}

/// A message as the template shows it.
struct Bubble {
    /// `person` or `bot`.
    author: &'static str,
    note: Option<String>,
    html: String,
    rows: Vec<Vec<Key>>,
}

/// A button under a message.
struct Key {
    label: String,
    kind: KeyKind,
    /// What is sent, opened or copied.
    value: String,
}

#[derive(PartialEq, Eq)]
enum KeyKind {
    Send,
    Share,
    Private,
    Open,
    Copy,
}

struct InlineRow {
    id: String,
    title: String,
    description: String,
}

/// A problem with the lines that it is about.
struct Problem {
    severity: &'static str,
    severity_label: String,
    code: &'static str,
    place: String,
    message: String,
    help: String,
    lines: Vec<Line>,
    /// What opens the page that it is on, and its title.
    page: Option<(String, String)>,
}

struct Line {
    number: usize,
    before: String,
    marked: String,
    after: String,
}

/// A section in the tree.
struct Row {
    /// From 1.
    level: usize,
    title: String,
    id: String,
    open: String,
    is_draft: bool,
    errors: usize,
    warnings: usize,
    words: Vec<WordsRow>,
}

/// The words of a section in a language.
struct WordsRow {
    tag: String,
    /// `None` when it is not translated.
    fullness: Option<String>,
    is_full: bool,
    figure: Option<String>,
    is_weak: bool,
}

struct LanguageRow {
    tag: String,
    figure: String,
}

struct Explanation {
    question: String,
    /// What needs no search.
    shortcut: bool,
    rows: Vec<ExplanationRow>,
}

struct ExplanationRow {
    topic: String,
    values: Vec<String>,
}

/// What is around a snapshot when it is shown.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// What the content is called.
    pub(super) name: &'a str,
    pub(super) query: &'a Query,
    /// The language of the preview where none is chosen.
    pub(super) system: Locale,
    /// The time since 1970.
    pub(super) now: Duration,
}

/// The page for what an address asks. A `String` takes everything, so there is no error but in theory.
pub(super) fn page(snapshot: &Snapshot, frame: Frame<'_>) -> Result<String, askama::Error> {
    let Frame { name, query, system, now } = frame;
    let locale = query.locale.unwrap_or(system);
    let content = snapshot.published.as_ref().filter(|_| !query.drafts).or(snapshot.whole.as_ref());
    let events = query.events();
    let done = events.iter().map(|(written, _)| written.clone()).collect();
    let app = query.app.clone().or_else(|| Some(content?.tag(content?.default_language()).to_string()));
    let person = Person { language_code: app.as_deref(), chat: query.chat, now };
    let conversation = content.map(|content| play(content, person, events.iter().map(|(_, event)| event)));
    let conversation = conversation.unwrap_or_default();
    let lang = content.map(|content| content.language_for(app.as_deref()));
    let shown = content.zip(lang);
    let labels = Labels::new(locale);
    let placeholder = conversation.messages.iter().next_back().and_then(|message| match &message.body {
        Body::Page(_, placeholder) => placeholder.as_deref(),
        _ => None,
    });
    let problems = problems(snapshot, locale);
    let is_left_out = problems.len() > PROBLEMS_MAX;
    let more_problems =
        is_left_out.then(|| message!("and {count} more", count = problems.len() - PROBLEMS_MAX).to_text(locale));
    Page {
        tag: locale.name(),
        name,
        number: snapshot.number,
        status: status(snapshot, locale),
        state: match snapshot.state {
            State::Sound => "sound",
            State::Damaged => "damaged",
            State::Earlier => "earlier",
        },
        query,
        is_group: query.chat == Chat::Group,
        app: app.as_deref().unwrap_or_default(),
        apps: apps(content.map(|content| &**content), app.as_deref()),
        widths: WIDTHS,
        other_locale: if locale == Locale::French { "en" } else { "fr" },
        done,
        menu: shown.map_or_else(Vec::new, |(content, lang)| menu(content, lang, query.chat)),
        placeholder: placeholder.map_or_else(|| labels.write.clone(), ToOwned::to_owned),
        messages: bubbles(content.map(|content| &**content), &conversation, &labels),
        notice: conversation.notice.clone(),
        direction: match shown {
            Some((content, lang)) if is_right_to_left(&content.interface(lang).name) => "rtl",
            _ => "ltr",
        },
        results: content.zip(query.inline.as_ref()).map(|(content, words)| results(content, words, app.as_deref())),
        problems: problems.into_iter().take(PROBLEMS_MAX).collect(),
        more_problems,
        tree: snapshot
            .whole
            .as_ref()
            .zip(lang)
            .map_or_else(Vec::new, |(whole, _)| tree(snapshot, whole, app.as_deref(), locale)),
        languages: languages(snapshot, locale),
        explanation: shown
            .zip(conversation.question.as_ref())
            .map(|((content, lang), question)| explain(content, lang, question)),
        labels,
    }
    .render()
}

fn status(snapshot: &Snapshot, locale: Locale) -> String {
    let summary = snapshot.report.summary().to_text(locale);
    match snapshot.state {
        State::Sound => return summary,
        State::Damaged => message!("{summary}: shown as far as it can be", summary),
        State::Earlier => message!("{summary}: the pages are those of before", summary),
    }
    .to_text(locale)
}

fn apps(content: Option<&Content>, chosen: Option<&str>) -> Vec<String> {
    let tags = content.into_iter().flat_map(|content| content.languages().map(|lang| content.tag(lang).to_string()));
    let mut apps: Vec<String> = tags.collect();
    for other in OTHER_LANGUAGES.into_iter().chain(chosen) {
        if !apps.iter().any(|app| app == other) {
            apps.push(other.to_owned());
        }
    }
    apps
}

/// The commands of the menu, each with its description.
fn menu(content: &Content, lang: LangId, chat: Chat) -> Vec<(String, String)> {
    let entries = match chat {
        Chat::Private => content.menu(lang),
        Chat::Group => content.group_menu(lang),
    };
    entries.iter().map(|entry| (format!("/{}", entry.command), entry.description.to_string())).collect()
}

fn bubbles(content: Option<&Content>, conversation: &Conversation, labels: &Labels) -> Vec<Bubble> {
    let Some(content) = content else { return Vec::new() };
    let messages = conversation.messages.iter().enumerate();
    let bubble = |(number, message): (usize, &super::conversation::Message)| {
        let note = match message.place {
            Place::Ephemeral => Some(labels.only_you.clone()),
            Place::InlineMessage => Some(labels.via_bot.clone()),
            _ => None,
        };
        let is_shared = message.place == Place::InlineMessage;
        let by_bot = |html: String, rows: Vec<Vec<Key>>| Bubble {
            author: if is_shared { "person" } else { "bot" },
            note: note.clone(),
            html,
            rows,
        };
        let by_person = |html: String| Bubble { author: "person", note: note.clone(), html, rows: Vec::new() };
        let plain = |text: &str| bubble::to_html(&crate::markup::RichText::plain(text));
        match &message.body {
            Body::Words(text) => by_person(plain(text)),
            Body::Media(MediaKind::Voice) => by_person(plain(&format!("🎤 {}", labels.voice))),
            Body::Media(MediaKind::Picture) => by_person(plain(&format!("🖼 {}", labels.picture))),
            Body::Media(MediaKind::Other) => by_person(plain(&format!("📎 {}", labels.other))),
            Body::Page(view, _) => by_bot(bubble::to_html(&view.text), keys(content, number, view)),
            Body::Card(card) => by_bot(plain(&format!("👤 {}\n{}", card.name, card.phone)), Vec::new()),
            Body::Venue(venue) => by_bot(
                plain(&format!(
                    "📍 {}\n{}\n{}, {}",
                    venue.title, venue.address, venue.location.latitude, venue.location.longitude
                )),
                Vec::new(),
            ),
            Body::Silence => Bubble { author: "silence", note: None, html: plain(&labels.silence), rows: Vec::new() },
        }
    };
    messages.map(bubble).collect()
}

fn keys(content: &Content, number: usize, view: &View) -> Vec<Vec<Key>> {
    let key = |Button { label, action }: &Button| {
        let (kind, value) = match action {
            ButtonAction::Open(action) => (KeyKind::Send, format!("{number}:{}", action.callback_data(content))),
            ButtonAction::Share(words) => (KeyKind::Share, words.to_string()),
            ButtonAction::OpenPrivateChat(payload) => (KeyKind::Private, format!("t:/start {payload}")),
            ButtonAction::OpenUrl(address) => (KeyKind::Open, address.to_string()),
            ButtonAction::Copy(text) => (KeyKind::Copy, text.to_string()),
        };
        Key { label: label.clone(), kind, value }
    };
    view.rows.iter().map(|row| row.iter().map(key).collect()).collect()
}

fn results(content: &Content, words: &str, language_code: Option<&str>) -> Vec<InlineRow> {
    let found = answer(content, &InlineQuery { words, language_code, offset: "" });
    let row = |result: &InlineResult| {
        let (title, description) = match result {
            InlineResult::Page { title, description, .. } => (title.to_string(), description.to_string()),
            InlineResult::Contact { card, .. } => (format!("👤 {}", card.name), card.phone.to_string()),
        };
        InlineRow { id: format!("s:{}", result_id(result)), title, description }
    };
    found.results.iter().map(row).collect()
}

fn problems(snapshot: &Snapshot, locale: Locale) -> Vec<Problem> {
    let report = &snapshot.report;
    let mut sorted: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    sorted.sort_by_key(|problem| problem.severity);
    let problem = |problem: &Diagnostic| {
        let source = report.source(&problem.file);
        let span = source.zip(problem.span.as_ref());
        let place = span.map(|(source, span)| crate::diag::line_and_column(&source.text, span.start));
        let section = section_of(snapshot, problem);
        Problem {
            severity: match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            severity_label: match problem.severity {
                Severity::Error => message!("error"),
                Severity::Warning => message!("warning"),
            }
            .to_text(locale),
            code: problem.code.name(),
            place: match place {
                Some((line, column)) => format!("{}:{line}:{column}", problem.file),
                None => problem.file.clone(),
            },
            message: problem.message.to_text(locale),
            help: problem.help.to_text(locale),
            lines: span.map_or_else(Vec::new, |(source, span)| lines(source, span)),
            page: section.map(|(content, lang, section)| {
                (open(content, lang, section), content.section_text(section, lang).title.to_string())
            }),
        }
    };
    sorted.into_iter().map(problem).collect()
}

/// The lines of a span, and what of them it is.
fn lines(source: &Source, span: &Range<usize>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (number, line) in (1_usize..).zip(source.text.split_inclusive('\n')) {
        let (from, to) = (start, start + line.trim_end_matches(['\n', '\r']).len());
        start += line.len();
        if from > span.end || lines.len() == LINES_MAX {
            break;
        }
        // An empty span at the end of a line is of this line.
        if to < span.start || (from == span.end && span.start < span.end) {
            continue;
        }
        let (marked_from, marked_to) = (span.start.clamp(from, to), span.end.clamp(from, to));
        let text = |range: Range<usize>| shortened(source.text.get(range).unwrap_or_default());
        lines.push(Line {
            number,
            before: text(from..marked_from),
            marked: text(marked_from..marked_to),
            after: text(marked_to..to),
        });
    }
    lines
}

/// The most of a line that is shown before, within and behind what is wrong.
fn shortened(text: &str) -> String {
    const MAX: usize = 160;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The section whose words a problem is in, and the language.
fn section_of<'s>(snapshot: &'s Snapshot, problem: &Diagnostic) -> Option<(&'s Content, LangId, SectionId)> {
    let content = snapshot.whole.as_deref()?;
    let (folder, _) = problem.file.split_once('/')?;
    let lang = content.language(folder)?;
    let source = snapshot.report.source(&problem.file)?;
    let above = source.text.get(..problem.span.as_ref()?.end)?;
    let headers = above.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once(']'));
    let id = headers.map(|(id, _)| id).filter_map(|id| content.find(id.trim())).last()?;
    Some((content, lang, id))
}

/// What opens a section: its deep link.
fn open(content: &Content, lang: LangId, section: SectionId) -> String {
    format!("t:/start {}-{}", content.tag(lang), content.section(section).id)
}

fn tree(snapshot: &Snapshot, content: &Content, app: Option<&str>, locale: Locale) -> Vec<Row> {
    let mut counts: HashMap<SectionId, [usize; 2]> = HashMap::new();
    for problem in &snapshot.report.diagnostics {
        if let Some((.., section)) = section_of(snapshot, problem) {
            counts.entry(section).or_default()[usize::from(problem.severity == Severity::Warning)] += 1;
        }
    }
    let figures = snapshot.figures.as_deref().map_or(&[][..], |figures| figures);
    let lang = content.language_for(app);
    let row = |section: SectionId| {
        let facts = content.section(section);
        let [errors, warnings] = counts.get(&section).copied().unwrap_or_default();
        let level = 1 + std::iter::successors(facts.parent, |&above| content.section(above).parent).count();
        let is_draft = snapshot.published.as_ref().is_some_and(|published| published.find(&facts.id).is_none());
        Row {
            level,
            title: content.section_text(section, lang).title.to_string(),
            id: facts.id.to_string(),
            open: open(content, lang, section),
            is_draft,
            errors,
            warnings,
            words: content.languages().map(|lang| words(content, lang, section, figures, locale)).collect(),
        }
    };
    content.sections().map(row).collect()
}

fn words(content: &Content, lang: LangId, section: SectionId, figures: &[AskFigure], locale: Locale) -> WordsRow {
    let words = content.section_text(section, lang);
    let tag = content.tag(lang).to_string();
    let is_translated = words.language == lang;
    let units: Vec<usize> = words.pages.iter().map(crate::markup::RichText::utf16_len).collect();
    let fullest = units.iter().copied().max().unwrap_or_default();
    let fullness = match units.len() {
        0 | 1 => message!("{units} of {max} characters", units = fullest, max = BODY_PAGE_MAX),
        pages => message!("{pages} pages, {units} characters", pages, units = units.iter().sum::<usize>()),
    };
    let of_section =
        |figure: &&AskFigure| figure.language == tag && figure.section.as_deref() == Some(&content.section(section).id);
    let figure = figures.iter().find(of_section);
    WordsRow {
        fullness: is_translated.then(|| fullness.to_text(locale)),
        is_full: units.len() > 1,
        figure: figure.filter(|_| is_translated).map(|figure| {
            let (found, asked) = (figure.found, figure.asked);
            message!("{found} of {asked} questions", found, asked).to_text(locale)
        }),
        is_weak: figure.is_some_and(AskFigure::is_weak),
        tag,
    }
}

fn languages(snapshot: &Snapshot, locale: Locale) -> Vec<LanguageRow> {
    let figures = snapshot.figures.as_deref().map_or(&[][..], |figures| figures);
    let of_language = figures.iter().filter(|figure| figure.section.is_none());
    let row = |figure: &AskFigure| {
        let (found, asked) = (figure.found, figure.asked);
        let percent = format!("{:.0}", figure.share() * 100.0);
        let figure_text = message!(
            "{found} of {asked} `ask` phrases ({percent} %) are found when they are left out",
            found,
            asked,
            percent
        );
        LanguageRow { tag: figure.language.clone(), figure: figure_text.to_text(locale) }
    };
    of_language.map(row).collect()
}

fn explain(content: &Content, lang: LangId, question: &str) -> Explanation {
    if content.shortcut(question, lang).is_some() {
        return Explanation { question: question.to_owned(), shortcut: true, rows: Vec::new() };
    }
    let found = content.search(question, lang, false);
    let row = |m: &crate::content::Match| {
        let f = m.features;
        let values = [m.score, f.dice, f.coverage, f.ngrams, f.centroid, f.classifier, f.document];
        ExplanationRow {
            topic: match m.topic {
                Topic::Section(section) => {
                    format!("{} [{}]", content.section_text(section, m.language).title, content.tag(m.language))
                }
                Topic::OutOfScope => format!("– [{}]", content.tag(m.language)),
                Topic::Talk(talk) => format!("💬 {} [{}]", content.talk(talk).name, content.tag(m.language)),
            },
            values: values.iter().map(|value| format!("{value:.2}")).collect(),
        }
    };
    let rows = found.matches.iter().take(EXPLAINED).map(row).collect();
    Explanation { question: question.to_owned(), shortcut: false, rows }
}
