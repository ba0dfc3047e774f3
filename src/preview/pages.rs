//! What is seen → HTML, by the template under `templates/preview/`.

use std::time::Duration;

use askama::Template;

use super::bubble;
use super::conversation::{Body, Chat, ChatMessage, Conversation, Person, play, result_id};
use super::labels::Labels;
use super::problems::{PROBLEMS_MAX, Problem, problems};
use super::query::{Query, WIDTHS};
use super::tree::{Row, languages, tree};
use super::watcher::{Snapshot, State};
use crate::bot::inline::{InlineQuery, InlineResult, answer};
use crate::bot::reply::{MediaKind, Place};
use crate::bot::view::{Button, ButtonAction, View};
use crate::content::{Content, LangId, Match, Picture, Topic};
use crate::lang::is_right_to_left;
use crate::markup::RichText;
use crate::message;
use crate::messages::Locale;
use crate::site::encoded_path;

/// The languages of an app that are offered beside those of the content, to see what somebody else's app shows.
const OTHER_LANGUAGES: [&str; 3] = ["en", "fr", "de"];
/// Topics that an explanation shows.
const EXPLAINED: usize = 5;

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
    /// The number of the first of what was done.
    from: usize,
    /// Whether there is no content to show.
    is_blank: bool,
    /// The language of the conversation.
    language: String,
    menu: Vec<(String, String)>,
    messages: Vec<Bubble>,
    notice: Option<String>,
    placeholder: String,
    direction: &'static str,
    results: Option<Vec<InlineRow>>,
    problems: Vec<Problem>,
    more_problems: Option<String>,
    tree: Vec<Row>,
    languages: Vec<String>,
    explanation: Option<Explanation>,
}

/// A message as the template shows it.
struct Bubble {
    /// `person` or `bot`.
    author: &'static str,
    note: Option<String>,
    media: Option<Media>,
    html: String,
    rows: Vec<Vec<Key>>,
}

/// What stands above the text.
enum Media {
    Clip { address: String, label: String },
    Picture { address: String, text: String, width: u32, height: u32 },
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
    Nothing,
}

struct InlineRow {
    id: String,
    title: String,
    description: String,
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
pub(super) struct RenderContext<'a> {
    /// What the content is called.
    pub(super) name: &'a str,
    pub(super) query: &'a Query,
    /// The language of the preview where none is chosen.
    pub(super) system: Locale,
    /// The time since 1970.
    pub(super) now: Duration,
}

/// The page for what an address asks. A `String` takes everything, so there is no error but in theory.
pub(super) fn page(snapshot: &Snapshot, context: RenderContext<'_>) -> Result<String, askama::Error> {
    let RenderContext { name, query, system, now } = context;
    let locale = query.locale.unwrap_or(system);
    let content = snapshot.published.as_deref().filter(|_| !query.drafts).or(snapshot.whole.as_deref());
    let events = query.events();
    let done = events.events.iter().map(|(written, _)| written.clone()).collect();
    let app = query.app.clone().or_else(|| Some(content?.tag(content?.default_language()).to_string()));
    let person = Person { language_code: app.as_deref(), chat: query.chat, now };
    let conversation = content.map(|content| play(content, person, &events)).unwrap_or_default();
    let shown = content.map(|content| (content, content.language_for(app.as_deref())));
    let labels = Labels::new(locale);
    let placeholder = conversation.messages.last().and_then(|message| match &message.body {
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
        apps: apps(content, app.as_deref()),
        widths: WIDTHS,
        other_locale: if locale == Locale::French { "en" } else { "fr" },
        done,
        from: events.first,
        is_blank: content.is_none(),
        language: shown.map_or_else(String::new, |(content, lang)| content.tag(lang).to_string()),
        menu: shown.map_or_else(Vec::new, |(content, lang)| menu(content, lang, query.chat)),
        placeholder: placeholder.map_or_else(|| labels.write.clone(), ToOwned::to_owned),
        messages: bubbles(content, snapshot.number, &conversation, &labels),
        notice: conversation.notice.clone(),
        direction: match shown {
            Some((content, lang)) if is_right_to_left(&content.interface(lang).name) => "rtl",
            _ => "ltr",
        },
        results: content.zip(query.inline.as_ref()).map(|(content, words)| results(content, words, app.as_deref())),
        problems: problems.into_iter().take(PROBLEMS_MAX).collect(),
        more_problems,
        tree: snapshot.whole.as_ref().map_or_else(Vec::new, |whole| tree(snapshot, whole, app.as_deref(), locale)),
        languages: languages(snapshot, locale),
        explanation: shown
            .zip(conversation.question.as_ref())
            .map(|((content, lang), question)| explain(content, lang, question, locale)),
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

fn bubbles(content: Option<&Content>, number: u64, conversation: &Conversation, labels: &Labels) -> Vec<Bubble> {
    let Some(content) = content else { return Vec::new() };
    let bubble = |message: &ChatMessage| {
        let note = match message.place {
            Place::Ephemeral => Some(labels.only_you.clone()),
            Place::InlineMessage => Some(labels.via_bot.clone()),
            _ => None,
        };
        let is_shared = message.place == Place::InlineMessage;
        let by_bot = |html: String, media: Option<Media>, rows: Vec<Vec<Key>>| Bubble {
            author: if is_shared { "person" } else { "bot" },
            note: note.clone(),
            media,
            html,
            rows,
        };
        let by_person =
            |html: String| Bubble { author: "person", note: note.clone(), media: None, html, rows: Vec::new() };
        // A file that another one replaces under its name is another address: the browser loads it again.
        let address = |path: &str| format!("/media/{}?{number}", encoded_path(path));
        let plain = |text: &str| bubble::to_html(&RichText::plain(text));
        match &message.body {
            Body::Words(text) => by_person(plain(text)),
            Body::Media(MediaKind::Voice) => by_person(plain(&format!("🎤 {}", labels.voice))),
            Body::Media(MediaKind::Picture) => by_person(plain(&format!("🖼 {}", labels.picture))),
            Body::Media(MediaKind::Other) => by_person(plain(&format!("📎 {}", labels.other))),
            Body::Page(view, _) => {
                let picture = view.picture.as_ref().map(|Picture { image, text }| Media::Picture {
                    address: address(&image.path),
                    text: text.to_string(),
                    width: image.width,
                    height: image.height,
                });
                by_bot(bubble::to_html(&view.text), picture, keys(content, message.event, view))
            }
            Body::Clip { clip, label, caption } => {
                let clip = Media::Clip { address: address(&clip.path), label: format!("{label}: {}", clip.path) };
                by_bot(bubble::to_html(&caption.text), Some(clip), keys(content, message.event, caption))
            }
            Body::Card(card) => by_bot(plain(&format!("👤 {}\n{}", card.name, card.phone)), None, Vec::new()),
            Body::Venue(venue) => by_bot(
                plain(&format!(
                    "📍 {}\n{}\n{}, {}",
                    venue.title, venue.address, venue.location.latitude, venue.location.longitude
                )),
                None,
                Vec::new(),
            ),
            Body::Silence => {
                let html = plain(&labels.silence);
                Bubble { author: "silence", note: None, media: None, html, rows: Vec::new() }
            }
        }
    };
    conversation.messages.iter().map(bubble).collect()
}

fn keys(content: &Content, event: usize, view: &View) -> Vec<Vec<Key>> {
    let key = |Button { label, action, .. }: &Button| {
        let (kind, value) = match action {
            ButtonAction::Open(action) => (KeyKind::Send, format!("{event}:{}", action.callback_data(content))),
            ButtonAction::Share(words) | ButtonAction::ShareHere(words) => (KeyKind::Share, words.to_string()),
            ButtonAction::Nothing => (KeyKind::Nothing, String::new()),
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

/// Why the bot answers a question as it does.
fn explain(content: &Content, lang: LangId, question: &str, locale: Locale) -> Explanation {
    if content.shortcut(question, lang).is_some() {
        return Explanation { question: question.to_owned(), shortcut: true, rows: Vec::new() };
    }
    let found = content.search(question, lang, false);
    let row = |m: &Match| {
        let f = m.features;
        let values = [m.score, f.dice, f.coverage, f.ngrams, f.centroid, f.classifier, f.document];
        ExplanationRow {
            topic: match m.topic {
                Topic::Section(section) => {
                    format!("{} [{}]", content.section_text(section, m.language).title, content.tag(m.language))
                }
                Topic::OutOfScope => format!("{} [{}]", message!("not ours").to_text(locale), content.tag(m.language)),
                Topic::Talk(talk) => format!("💬 {} [{}]", content.talk(talk).name, content.tag(m.language)),
            },
            values: values.iter().map(|value| format!("{value:.2}")).collect(),
        }
    };
    let rows = found.matches.iter().take(EXPLAINED).map(row).collect();
    Explanation { question: question.to_owned(), shortcut: false, rows }
}
