//! A conversation as it goes in an app, made anew from what somebody did in it.
//!
//! The address of the page holds what was done ([`Event`]), so there is nothing to remember: after a change of the content the same
//! events make the conversation as it would be now. Every page is what [`reply`] and [`answer`] give, and nothing is added to it.

use std::time::Duration;

use crate::bot::action::{Action, Page, Target};
use crate::bot::command::CommandText;
use crate::bot::inline::{InlineQuery, InlineResult, answer};
use crate::bot::pages::{PageSource, listen_label};
use crate::bot::reply::{Addressee, Input, MediaKind, Place, Reply, Request, reply};
use crate::bot::view::{ContactCard, Venue, View};
use crate::content::{Clip, CommandTarget, Content, LangId, SectionId};

/// The name that the bot has in a preview.
pub(super) const BOT_NAME: &str = "@bot";

/// As many events are kept, and as many bytes of them: each may take three in an address, of which a server reads 65,534 (hyper).
const EVENTS_MAX: usize = 40;
const BYTES_MAX: usize = 16 << 10;

/// The longest message that an app sends, in characters (Bot API: 4,096 after entities are parsed).
pub(super) const TEXT_MAX: usize = 4_096;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Wrote something.
    Text(String),
    /// Wrote something in reply to the bot's last message.
    Answer(String),
    /// Sent something that has no words.
    Media(MediaKind),
    /// Chose a result of inline mode by its id, as `fr-trust`.
    Share(String),
    /// Tapped a button with this callback data under the message that the event of this number made.
    Tap(usize, String),
}

impl Event {
    /// Reads `t:words`, `r:words`, `m:voice`, `s:fr-trust` or `3:1.fr.s.trust`.
    fn parse(written: &str) -> Option<Self> {
        let (kind, rest) = written.split_once(':')?;
        let owned = rest.to_owned();
        match (kind, rest) {
            ("t", _) => Some(Self::Text(owned)),
            ("r", _) => Some(Self::Answer(owned)),
            ("s", _) => Some(Self::Share(owned)),
            ("m", "voice") => Some(Self::Media(MediaKind::Voice)),
            ("m", "picture") => Some(Self::Media(MediaKind::Picture)),
            ("m", "other") => Some(Self::Media(MediaKind::Other)),
            _ => Some(Self::Tap(kind.parse().ok()?, owned)),
        }
    }
}

/// Events with their numbers: of many the first are forgotten, and the others keep theirs.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The number of the first one.
    pub(super) first: usize,
    /// Each as it is written and as it is meant.
    pub(super) events: Vec<(String, Event)>,
}

impl Events {
    /// Reads events, of which the first has this number. What is none is left out; of too many the last stay.
    pub(super) fn read(first: usize, written: &[String]) -> Self {
        let read = written.iter().filter_map(|written| Some((written.clone(), Event::parse(written)?)));
        let mut events: Vec<_> = read.collect();
        let bytes = |events: &[(String, Event)]| events.iter().map(|(written, _)| written.len()).sum::<usize>();
        let mut forgotten = 0;
        while events.len() - forgotten > 1
            && (events.len() - forgotten > EVENTS_MAX || bytes(&events[forgotten..]) > BYTES_MAX)
        {
            forgotten += 1;
        }
        events.drain(..forgotten);
        Self { first: first.saturating_add(forgotten), events }
    }
}

/// Who is in the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Chat {
    /// One person and the bot.
    #[default]
    Private,
    /// A group in which the bot is.
    Group,
}

/// A message in the chat.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChatMessage {
    /// The number of the event that made it.
    pub(super) event: usize,
    pub(super) body: Body,
    /// Where a tap under it happens.
    pub(super) place: Place,
}

/// What a message shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    /// What the person wrote.
    Words(String),
    /// What they sent that has no words.
    Media(MediaKind),
    /// A page, and what the input field shows while it is empty.
    Page(View, Option<Box<str>>),
    /// A clip.
    Clip {
        clip: Clip,
        /// What the button says that sends it.
        label: String,
        /// What stands under it.
        caption: View,
    },
    Card(ContactCard),
    Venue(Venue),
    /// The bot stays silent.
    Silence,
}

/// All that is in the chat.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) messages: Vec<ChatMessage>,
    /// The notice that the last tap brings up.
    pub(super) notice: Option<String>,
    /// The last question that was asked in words.
    pub(super) question: Option<String>,
    /// The number of the event that happens.
    number: usize,
}

/// The person and the chat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person<'a> {
    /// The language of their app.
    pub(super) language_code: Option<&'a str>,
    pub(super) chat: Chat,
    /// The time since 1970.
    pub(super) now: Duration,
}

/// The conversation after these events.
pub(super) fn play(content: &Content, person: Person<'_>, events: &Events) -> Conversation {
    let mut conversation = Conversation::default();
    for (number, (_, event)) in (events.first..).zip(&events.events) {
        conversation.notice = None;
        conversation.number = number;
        conversation.add(content, person, event);
    }
    conversation
}

impl Conversation {
    fn add(&mut self, content: &Content, person: Person<'_>, event: &Event) {
        let Person { language_code, chat, now } = person;
        match event {
            Event::Text(text) => {
                let place = place_of(content, person, text);
                self.push(Body::Words(text.clone()), place);
                if CommandText::parse(text).is_none() {
                    self.question = Some(without_bot(text));
                }
                let text = without_bot(text);
                self.answer(content, Request { input: Input::Text(&text), language_code, place, now }, None);
            }
            Event::Answer(text) => {
                let place = place_in(chat, false);
                let to = self.messages.iter().rev().find_map(|message| match &message.body {
                    Body::Page(view, _) => Some(view.text.as_str().to_owned()),
                    _ => None,
                });
                self.push(Body::Words(text.clone()), place);
                let input = match (&to, chat) {
                    (Some(to), Chat::Group) => Input::Answering { text, to },
                    _ => Input::Text(text),
                };
                self.answer(content, Request { input, language_code, place, now }, None);
            }
            Event::Media(kind) => {
                let place = place_in(chat, true);
                self.push(Body::Media(*kind), place);
                self.answer(content, Request { input: Input::Media(*kind), language_code, place, now }, None);
            }
            Event::Share(id) => match shared(content, language_code, id) {
                Some(InlineResult::Page { page, .. }) => {
                    self.push(Body::Page(shown(content, &page), None), Place::InlineMessage);
                }
                Some(InlineResult::Contact { card, .. }) => self.push(Body::Card(card), Place::InlineMessage),
                None => {}
            },
            Event::Tap(number, data) => {
                let is_tapped = |message: &ChatMessage| {
                    message.event == *number && matches!(message.body, Body::Page(..) | Body::Clip { .. })
                };
                let Some(tapped) = self.messages.iter().rposition(is_tapped) else { return };
                let place = self.messages[tapped].place;
                self.answer(content, Request { input: Input::Tap(data), language_code, place, now }, Some(tapped));
            }
        }
    }

    /// Adds the reply, or shows it in the place of a tapped message.
    fn answer(&mut self, content: &Content, request: Request<'_>, tapped: Option<usize>) {
        let place = request.place;
        match reply(content, &request) {
            Reply::Silent => self.push(Body::Silence, place),
            Reply::Contact { card, .. } => self.push(Body::Card(card), place),
            Reply::Venue { venue, .. } => self.push(Body::Venue(venue), place),
            Reply::Clip(reply) => {
                let label = listen_label(content, reply.meta.lang, &reply.clip);
                let caption = reply.caption.view(content).into_owned();
                self.push(Body::Clip { clip: reply.clip, label, caption }, place);
            }
            Reply::Page(reply) => {
                self.notice = reply.notice;
                let placeholder = match &reply.page {
                    PageSource::Prompt { placeholder, .. } => Some(placeholder.clone()),
                    _ => None,
                };
                let view = shown(content, &reply.page);
                // Between a text and a picture or a clip there is no edit.
                let is_new = |message: &ChatMessage| match &message.body {
                    Body::Page(before, _) => before.picture.is_some() || view.picture.is_some(),
                    _ => true,
                };
                let is_beside = reply.addressee == Addressee::Alone;
                let in_place = tapped.filter(|&tapped| !is_beside && !is_new(&self.messages[tapped]));
                let body = Body::Page(view, placeholder);
                match in_place.filter(|_| reply.addressee != Addressee::Everyone) {
                    Some(number) => self.messages[number].body = body,
                    None if is_beside => self.push(body, Place::Ephemeral),
                    None if tapped.is_some() && reply.addressee == Addressee::Everyone => {
                        self.push(body, place_in(Chat::Group, true))
                    }
                    None => self.push(body, place),
                }
            }
        }
    }

    fn push(&mut self, body: Body, place: Place) {
        self.messages.push(ChatMessage { event: self.number, body, place });
    }
}

/// What a page shows. In and beside a shared message there is no picture: no file can be uploaded to its chat.
fn shown(content: &Content, page: &PageSource) -> View {
    let view = page.view(content).into_owned();
    let picture = view.picture.filter(|_| !page.is_in_shared_message());
    View { picture, ..view }
}

/// Where a text is written: in a group a command of the menu is answered to its writer alone.
fn place_of(content: &Content, person: Person<'_>, text: &str) -> Place {
    if person.chat == Chat::Private {
        return Place::Private;
    }
    let lang = content.language_for(person.language_code);
    let command = CommandText::parse(text).filter(|command| command.bot.is_none());
    if command.is_some_and(|command| is_ephemeral(content, lang, &command.name)) {
        return Place::Ephemeral;
    }
    place_in(person.chat, names_bot(text))
}

fn place_in(chat: Chat, addressed: bool) -> Place {
    match chat {
        Chat::Private => Place::Private,
        Chat::Group => Place::Group { addressed },
    }
}

/// Whether an app sends this command, chosen from a group's menu, as a message that only the bot and its writer see.
fn is_ephemeral(content: &Content, lang: LangId, name: &str) -> bool {
    let is_on_menu = content.group_menu(lang).iter().any(|entry| *entry.command == *name);
    is_on_menu && content.command(name).is_some_and(|command| command.target != CommandTarget::Ask)
}

/// Whether a letter behind the bot's name makes it another name.
fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a text mentions the bot.
fn names_bot(text: &str) -> bool {
    text.to_lowercase().split(BOT_NAME).skip(1).any(|behind| !behind.starts_with(is_in_name))
}

/// The words without the bot's name before them.
fn without_bot(text: &str) -> String {
    let text = text.trim();
    let begins = text.get(..BOT_NAME.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BOT_NAME));
    let rest = begins.then(|| &text[BOT_NAME.len()..]).filter(|rest| !rest.starts_with(is_in_name));
    rest.map_or(text, str::trim_start).to_owned()
}

/// The result of inline mode that has this id.
fn shared(content: &Content, language_code: Option<&str>, id: &str) -> Option<InlineResult> {
    let page = id.strip_suffix("-card").unwrap_or(id);
    let action = Action::from_start_parameter(content, page)?;
    let tag = content.tag(action.lang);
    let words = match action.target {
        Target::Page(Page::Section(section, _)) => format!("{tag}:#{}", content.section(section).id),
        _ => format!("{tag}:"),
    };
    let results = answer(content, &InlineQuery { words: &words, language_code, offset: "" }).results;
    results.into_iter().find(|result| result_id(result) == id)
}

/// The event that opens a section: its deep link, as an app sends it.
pub(super) fn open(content: &Content, lang: LangId, section: SectionId) -> String {
    format!("t:/start {}-{}", content.tag(lang), content.section(section).id)
}

/// The id of a result.
pub(super) fn result_id(result: &InlineResult) -> &str {
    match result {
        InlineResult::Page { id, .. } | InlineResult::Contact { id, .. } => id,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::content::load;

    fn play_written(chat: Chat, written: &[&str]) -> Conversation {
        let content = load::shipped(load::today()).content.unwrap();
        let written: Vec<String> = written.iter().map(|&event| event.to_owned()).collect();
        let person = Person { language_code: Some("fr"), chat, now: Duration::ZERO };
        play(&content, person, &Events::read(0, &written))
    }

    fn title(message: &ChatMessage) -> &str {
        match &message.body {
            Body::Page(view, _) => view.text.as_str().lines().next().unwrap_or_default(),
            _ => "",
        }
    }

    #[test]
    fn a_tap_changes_the_message_that_has_the_button() {
        let conversation = play_written(Chat::Private, &["t:/start", "t:/contact", "0:1.fr.s.trust"]);
        assert_eq!(conversation.messages.len(), 4);
        assert!(title(&conversation.messages[1]).starts_with("❤️ Bâtir la confiance"));
        assert_eq!(title(&conversation.messages[3]), "📞 Contact");
    }

    #[test]
    fn a_group_is_answered_when_it_asks() {
        let conversation = play_written(
            Chat::Group,
            &["t:on y va @botte ?", "t:@bot où êtes-vous ?", "t:/contact", "2:1.fr.post.home"],
        );
        let places: Vec<_> = conversation.messages.iter().map(|message| message.place).collect();
        assert_eq!(conversation.messages[1].body, Body::Silence);
        assert_eq!(title(&conversation.messages[3]), "📞 Contact");
        assert_eq!(places[5], Place::Ephemeral);
        assert_eq!(places[6], Place::Group { addressed: true }, "what is shown to everybody is a message of its own");
        assert_eq!(conversation.question.as_deref(), Some("où êtes-vous ?"));
    }

    #[test]
    fn what_is_shared_is_a_page_with_buttons() {
        let conversation = play_written(Chat::Group, &["s:fr-trust", "0:1.fr.home", "s:fr-contact-card", "s:no"]);
        assert_eq!(conversation.messages.len(), 2);
        assert!(title(&conversation.messages[0]).contains("Interpeace"));
        assert!(matches!(conversation.messages[1].body, Body::Card(_)));
    }

    /// The content of these files with a clip, a picture, and pages beside shared cards.
    fn school() -> Content {
        let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents/school");
        let mut files = crate::content::files::Files::read(&directory);
        let root = files.report.sources.iter_mut().find(|source| source.path == "palabre.toml").unwrap();
        root.text.push_str("\n[bot]\ncards = \"alone\"\n");
        load::of_files(files, load::today().into()).content.unwrap()
    }

    fn play_school(written: &[&str]) -> Conversation {
        let written: Vec<String> = written.iter().map(|&event| event.to_owned()).collect();
        let person = Person { language_code: Some("en"), chat: Chat::Private, now: Duration::ZERO };
        play(&school(), person, &Events::read(0, &written))
    }

    #[test]
    fn a_clip_and_a_picture_are_messages_of_their_own() {
        let conversation = play_school(&[
            "t:/start",
            "0:1.en.voice.home",
            "1:1.en.s.fees",
            "2:1.en.s.grants",
            "2:1.en.s.enrolment",
            "4:1.en.home",
            "m:voice",
        ]);
        let kinds = conversation.messages.iter().map(|message| match &message.body {
            Body::Words(_) | Body::Media(_) => "person".to_owned(),
            Body::Clip { clip, label, .. } => format!("{} {label}", clip.path),
            Body::Page(view, _) if view.picture.is_some() => format!("picture: {}", title(message)),
            Body::Page(..) => title(message).to_owned(),
            _ => "other".to_owned(),
        });
        let expected = [
            "person",
            "Welcome to Lycée des Deux Rives 👋",
            "en/home.ogg 🔊 Listen (0:04, 4 kB)",
            "🎓 Grants and help",
            "picture: 📝 Enrol at the school",
            "Welcome to Lycée des Deux Rives 👋",
            "person",
            "en/help.ogg 🔊 Listen (0:03, 3 kB)",
        ];
        assert_eq!(kinds.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_tap_on_a_shared_card_opens_beside_it() {
        let conversation = play_school(&["s:en-enrolment", "0:1.en.s.fees", "1:1.en.alone.s.enrolment"]);
        let shown: Vec<_> =
            conversation.messages.iter().map(|message| (message.place, title(message), message.event)).collect();
        let card = (Place::InlineMessage, "📝 Enrol at the school", 0);
        assert_eq!(shown, [card, (Place::Ephemeral, "📝 Enrol at the school", 1)]);
        let pictures = conversation.messages.iter().filter_map(|message| match &message.body {
            Body::Page(view, _) => view.picture.as_ref(),
            _ => None,
        });
        assert_eq!(pictures.count(), 0, "nothing can be uploaded to the chat of a card");
    }

    #[test]
    fn forged_events_change_nothing() {
        let conversation = play_written(Chat::Private, &["7:1.fr.home", "x", "t:/start", "0:1.fr.home", "m:odd"]);
        assert_eq!(conversation.messages.len(), 2);
    }

    #[test]
    fn of_many_events_the_last_stay_and_keep_their_numbers() {
        let content = load::shipped(load::today()).content.unwrap();
        let person = Person { language_code: Some("fr"), chat: Chat::Private, now: Duration::ZERO };
        let (mut first, mut written) = (0, vec!["t:/start".to_owned()]);
        for number in 1..200 {
            // A text now and then, and taps under what it brought.
            written.push(match number % 20 {
                0 => "t:/contact".to_owned(),
                place => format!("{}:1.fr.s.{}", number - place, if number % 2 == 0 { "about" } else { "trust" }),
            });
            let events = Events::read(first, &written);
            let shown = play(&content, person, &events);
            let last = shown.messages.last().unwrap();
            assert!(number < 20 || matches!(last.body, Body::Page(..)), "{number}");
            assert!(events.events.len() <= EVENTS_MAX);
            first = events.first;
            written = events.events.into_iter().map(|(written, _)| written).collect();
        }
        assert_eq!(first, 160);
        let long = vec![format!("t:{}", "é".repeat(TEXT_MAX)); 5];
        assert!(Events::read(0, &long).events.len() < 5);
    }
}
