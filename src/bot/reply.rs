//! Request → reply: synchronous, total, without I/O. The adapters deliver what is decided here.

use std::time::Duration;

use crate::bot::action::{Destination, Feedback, Page, Target, above};
use crate::bot::command::CommandText;
use crate::bot::outcome::{Outcome, decide};
use crate::bot::pages::{self, Frame, PageId, PageSource};
use crate::bot::view::{ContactCard, Venue, View};
use crate::content::{CardPages, Clip, CommandTarget, Content, LangId, SectionId, Shortcut, TalkId, TalkKind};
use crate::folding::fold;
use crate::metrics::QuestionOutcome;

/// Score from which on a reply in a group is a question although it has no question mark.
const QUESTION_MIN: f32 = 0.5;

/// What somebody did, and all that the bot knows of them.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What they did.
    pub input: Input<'a>,
    /// The language of their app, an IETF tag such as `fr-CA`, where known.
    pub language_code: Option<&'a str>,
    /// Where they did it.
    pub place: Place,
    /// When they are answered: the time since 1970, in UTC.
    pub now: Duration,
}

impl Request<'_> {
    /// Whether the bot is addressed: what people in a group write to each other is not for it.
    #[must_use]
    pub fn is_for_bot(&self) -> bool {
        match self.input {
            Input::Text(text) | Input::Quoting { text, .. } => {
                self.is_addressed() || CommandText::parse(text).is_some()
            }
            Input::Media(_) => self.is_addressed(),
            Input::Answering { .. } | Input::Tap(_) => true,
        }
    }

    fn is_addressed(&self) -> bool {
        self.place != (Place::Group { addressed: false })
    }
}

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Wrote something: a command or a question.
    Text(&'a str),
    /// Wrote `text` in reply to somebody else's message, or about a part of any message.
    Quoting {
        /// What they wrote.
        text: &'a str,
        /// The part that they chose, else the text of the message that it is a reply to.
        quoted: &'a str,
    },
    /// Wrote `text` in a group in reply to the bot, without naming it: a question, or a remark to the others.
    Answering {
        /// What they wrote.
        text: &'a str,
        /// The text of the bot's message.
        to: &'a str,
    },
    /// Sent something that has no words.
    Media(MediaKind),
    /// Tapped a button with this callback data.
    Tap(&'a str),
}

/// What has no words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// Something to listen to: a voice message, a video message, music.
    Voice,
    /// Something to look at: a photo, a video.
    Picture,
    /// Anything else: a sticker, a place, a file.
    Other,
}

/// The kind of chat in which somebody did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A private chat with the bot.
    Private,
    /// Under a message that was shared by inline mode: any chat.
    InlineMessage,
    /// A group.
    Group {
        /// Whether they named this bot. Neither a bare command nor a reply does ([`Input::Answering`]).
        addressed: bool,
    },
    /// A group, in a message that only this person and the bot see.
    Ephemeral,
    /// Any chat, of which the bot is no member, and in which somebody named it: the answer is a shared message.
    Guest,
}

impl Place {
    fn frame(self) -> Frame {
        match self {
            Self::InlineMessage | Self::Guest => Frame::InlineMessage,
            Self::Ephemeral => Frame::Ephemeral,
            Self::Private | Self::Group { .. } => Frame::Message,
        }
    }
}

/// The reply to a request. `P` is what a page is shown as: its source here, in an adapter what it made of that.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply<P = PageSource> {
    /// Nothing: the request was not for this bot.
    Silent,
    /// A page: a new message after a text, in the place of the tapped message after a tap.
    Page(PageReply<P>),
    /// A page read aloud: a message of its own.
    Clip(ClipReply<P>),
    /// A contact card: a message of its own.
    Contact {
        /// What is sent.
        card: ContactCard,
        /// What is counted of it.
        meta: ReplyMeta,
    },
    /// A place on a map: a message of its own.
    Venue {
        /// What is sent.
        venue: Venue,
        /// What is counted of it.
        meta: ReplyMeta,
    },
}

/// A page read aloud as a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipReply<P = PageSource> {
    /// What is sent.
    pub clip: Clip,
    /// What stands under it: a text of at most 256 UTF-16 units (a description of a command), and the page's buttons.
    pub caption: P,
    /// What is shown where the clip cannot be sent.
    pub instead: P,
    /// What is counted of it.
    pub meta: ReplyMeta,
}

/// A page as a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageReply<P = PageSource> {
    /// What is shown.
    pub page: P,
    /// What is shown in the place of what was tapped, if [`Addressee::Alone`] cannot be reached.
    pub in_place: Option<P>,
    /// A short notice to the one who tapped: at most 200 characters.
    pub notice: Option<String>,
    /// Whom it is for.
    pub addressee: Addressee,
    /// The language that they have chosen with it: the chat's menu of commands follows.
    pub chosen_language: Option<LangId>,
    /// What is counted of it.
    pub meta: ReplyMeta,
}

impl<P> Reply<P> {
    /// The same reply with its page as something else.
    pub fn map<Q>(self, mut page: impl FnMut(P) -> Q) -> Reply<Q> {
        match self {
            Self::Silent => Reply::Silent,
            Self::Page(PageReply { page: shown, in_place, notice, addressee, chosen_language, meta }) => {
                let (shown, in_place) = (page(shown), in_place.map(page));
                Reply::Page(PageReply { page: shown, in_place, notice, addressee, chosen_language, meta })
            }
            Self::Clip(ClipReply { clip, caption, instead, meta }) => {
                Reply::Clip(ClipReply { clip, caption: page(caption), instead: page(instead), meta })
            }
            Self::Contact { card, meta } => Reply::Contact { card, meta },
            Self::Venue { venue, meta } => Reply::Venue { venue, meta },
        }
    }

    /// What is counted of it; nothing of silence.
    #[must_use]
    pub fn meta(&self) -> Option<&ReplyMeta> {
        match self {
            Self::Silent => None,
            Self::Page(page) => Some(&page.meta),
            Self::Clip(clip) => Some(&clip.meta),
            Self::Contact { meta, .. } | Self::Venue { meta, .. } => Some(meta),
        }
    }
}

/// Whom a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// The one who asked.
    Asker,
    /// The author of the message that was replied to: the page answers that message.
    QuotedAuthor,
    /// Everybody in the chat: a new message, whatever was tapped.
    Everyone,
    /// The one alone who tapped on a shared card, beside which the page is shown, if Telegram offers that.
    Alone,
}

/// What is counted of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyMeta {
    /// The language of the page.
    pub lang: LangId,
    /// Which page it is.
    pub page: PageKind,
    /// The question that it answers, if one was asked.
    pub question: Option<Question>,
    /// What somebody says of an answer, to be counted if it is the first to say so.
    pub feedback: Option<(SectionId, Feedback)>,
}

/// A page as far as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// A section.
    Section(SectionId),
    /// Home.
    Home,
    /// How to use the bot.
    Help,
    /// The list of languages.
    Languages,
    /// The sections that a question may be about.
    Suggestions,
    /// What is said back to a talk topic.
    Talk(TalkId),
    /// Home, because nothing answers a question.
    Unknown,
    /// How to ask, because nothing was asked.
    HowToAsk,
    /// Home, because there were no words.
    Media,
    /// What is offered for a command that does not exist.
    UnknownCommand,
    /// A contact card.
    ContactCard,
    /// The place of a contact.
    Venue,
    /// A page read aloud.
    Clip,
    /// The page that helped, or did not.
    Feedback,
}

impl ReplyMeta {
    fn new(lang: LangId, page: PageKind) -> Self {
        Self { lang, page, question: None, feedback: None }
    }
}

impl PageKind {
    /// The name in the metrics: a section's id, or one that stands for no section.
    #[must_use]
    pub fn name(self, content: &Content) -> &str {
        match self {
            Self::Section(section) => &content.section(section).id,
            Self::Home => "home",
            Self::Help => "help",
            Self::Languages => "languages",
            Self::Suggestions => "suggestions",
            Self::Talk(talk) => &content.talk(talk).metric,
            Self::Unknown => "unknown",
            Self::HowToAsk => "how_to_ask",
            Self::Media => "media",
            Self::UnknownCommand => "unknown_command",
            Self::ContactCard => "contact_card",
            Self::Venue => "venue",
            Self::Clip => "clip",
            Self::Feedback => "feedback",
        }
    }
}

/// A question in somebody's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What came of it.
    pub outcome: QuestionOutcome,
    /// The words that were searched: their own, or those of the message that they replied to.
    pub text: String,
}

/// Who reads the reply.
#[derive(Clone, Copy)]
struct Reader<'a> {
    lang: LangId,
    /// Which languages there are, for who reads none of them.
    languages: Option<&'a str>,
}

impl<'a> Reader<'a> {
    fn new(content: &'a Content, language_code: Option<&str>) -> Self {
        let lang = content.language_for(language_code);
        let line = &*content.interface(lang).other_language;
        Self { lang, languages: (content.lacks_language(language_code) && !line.is_empty()).then_some(line) }
    }
}

/// The reply to a request.
#[must_use]
pub fn reply(content: &Content, request: &Request<'_>) -> Reply {
    if !request.is_for_bot() {
        return Reply::Silent;
    }
    let reader = Reader::new(content, request.language_code);
    let reply = match request.input {
        Input::Tap(data) => tap(content, reader.lang, data, request.place),
        Input::Answering { text, to } if !request.is_addressed() => answering(content, reader, text, to),
        Input::Text(text) | Input::Answering { text, .. } => text_message(content, reader, text, None, request.place),
        Input::Quoting { text, quoted } => text_message(content, reader, text, Some(quoted), request.place),
        Input::Media(kind) => media(content, reader.lang, kind),
    };
    reply.map(|page| match page {
        PageSource::Content(id) => PageSource::Content(id.at(content, request.now)),
        PageSource::Answer(id, others) => PageSource::Answer(id.at(content, request.now), others),
        page @ (PageSource::View(_) | PageSource::Prompt { .. }) => page,
    })
}

/// The reply when making one failed: home, with a word of regret.
#[must_use]
pub fn apology(content: &Content, language_code: Option<&str>) -> Reply {
    let lang = content.language_for(language_code);
    view_reply(lang, PageKind::Home, pages::home(content, lang, Some(&content.interface(lang).trouble)))
}

fn text_message(content: &Content, reader: Reader<'_>, text: &str, quoted: Option<&str>, place: Place) -> Reply {
    match CommandText::parse(text) {
        Some(written) => command(content, reader, written, quoted, place),
        None => match asked(content, text, quoted) {
            Some(asked) => question(content, reader, asked, place),
            // Those who write to the bot alone ask something with whatever they write.
            None if place == Place::Private => question(content, reader, Asked::own(text), place),
            None => nothing_asked(content, reader, text, place),
        },
    }
}

/// What is said to something that has no words. Who sends their voice may not read: home is read aloud first, and the help page, if the
/// content has it, is the answer itself.
fn media(content: &Content, lang: LangId, kind: MediaKind) -> Reply {
    let interface = content.interface(lang);
    let sentence = match kind {
        MediaKind::Voice => {
            let view = pages::say(content, lang, &interface.voice);
            return match interface.help_clip.clone() {
                None => view_reply(lang, PageKind::Media, view),
                Some(clip) => {
                    let meta = ReplyMeta::new(lang, PageKind::Media);
                    let (caption, instead) = (PageSource::View(view.clone()), PageSource::View(view));
                    Reply::Clip(ClipReply { clip, caption, instead, meta })
                }
            };
        }
        MediaKind::Picture => &interface.picture,
        MediaKind::Other => &interface.other,
    };
    view_reply(lang, PageKind::Media, pages::say(content, lang, sentence))
}

/// A page read aloud; the page itself, if there is no clip of it any more.
fn listen(content: &Content, lang: LangId, page: Page, place: Place) -> Reply {
    match pages::clip(content, lang, page).cloned() {
        // Nothing can be uploaded to a chat that the bot does not know.
        Some(clip) if place != Place::InlineMessage => {
            let id = PageId::new(lang, page, place.frame());
            let caption = PageSource::View(pages::under_clip(content, id));
            let instead = PageSource::View(pages::instead_of_clip(content, id));
            Reply::Clip(ClipReply { clip, caption, instead, meta: ReplyMeta::new(lang, PageKind::Clip) })
        }
        _ => Reply::Page(content_page(lang, page, place)),
    }
}

/// The reply to a reply in a group. Most are remarks to the others, or a "thanks": they are met with silence, unless they are
/// a command, ask what the bot can answer, or the bot has asked for them.
fn answering(content: &Content, reader: Reader<'_>, text: &str, to: &str) -> Reply {
    let is_invited = content.languages().any(|lang| to.trim() == &*content.interface(lang).how_to_ask);
    let is_navigation = matches!(
        content.shortcut(text, reader.lang),
        Some((_, Shortcut::Home | Shortcut::Help | Shortcut::Language(_)))
    );
    let is_meant = is_invited || is_navigation || CommandText::parse(text).is_some();
    if !is_meant && content.is_only_reaction(text) {
        return Reply::Silent;
    }
    let reply = text_message(content, reader, text, None, Place::Group { addressed: true });
    if is_meant || finds_answer(content, &reply) && asks(content, reader, &reply) { reply } else { Reply::Silent }
}

/// Whether what a reply answers was a question: it has a question mark, finds one thing for sure, or is an alarm.
fn asks(content: &Content, reader: Reader<'_>, reply: &Reply) -> bool {
    let Some(ReplyMeta { page, question: Some(Question { text, .. }), .. }) = reply.meta() else { return false };
    let is_sure = || {
        let first = content.search(text, reader.lang, false).matches.into_iter().next();
        *page != PageKind::Suggestions && first.is_some_and(|first| first.score >= QUESTION_MIN)
    };
    let is_alarm = matches!(*page, PageKind::Talk(talk) if content.talk(talk).kind == TalkKind::Urgent);
    is_alarm || text.contains(['?', '؟', '？']) || is_sure()
}

/// Whether it answers a question: with a section, with several to choose from, or with talk that is more than courtesy.
fn finds_answer(content: &Content, reply: &Reply) -> bool {
    let Some(meta) = reply.meta() else { return false };
    match (meta.page, &meta.question) {
        (PageKind::Talk(talk), _) => content.talk(talk).kind != TalkKind::Courtesy,
        (_, Some(question)) => matches!(question.outcome, QuestionOutcome::Answered | QuestionOutcome::Suggested),
        (_, None) => false,
    }
}

fn tap(content: &Content, lang: LangId, data: &str, place: Place) -> Reply {
    let Some(Destination { action, is_substitute }) = Destination::from_callback_data(content, data, lang) else {
        let home = PageSource::View(pages::home(content, lang, None));
        let notice = Some(content.interface(lang).old_button.to_string());
        return Reply::Page(PageReply { notice, ..page_reply(lang, PageKind::Home, home) });
    };
    let lang = action.lang;
    match action.target {
        Target::Page(page) => {
            let notice = is_substitute.then(|| content.interface(lang).gone.to_string());
            Reply::Page(PageReply { notice, ..page_or_beside(content, lang, page, place) })
        }
        Target::Listen(page) => listen(content, lang, page, place),
        Target::Alone(page) => {
            let beside = PageSource::Content(PageId::new(lang, page, Frame::BesideCard));
            Reply::Page(PageReply { page: beside, ..content_page(lang, page, place) })
        }
        Target::Feedback(page, feedback) => feedback_reply(content, lang, page, feedback, place),
        Target::Languages(back) => view_reply(lang, PageKind::Languages, pages::languages(content, lang, back)),
        Target::Choose(page) => {
            Reply::Page(PageReply { chosen_language: Some(lang), ..page_or_beside(content, lang, page, place) })
        }
        Target::Post(page) => {
            let reply = content_page(lang, page, Place::Group { addressed: true });
            Reply::Page(PageReply { addressee: Addressee::Everyone, ..reply })
        }
        Target::Contact(contact) => match pages::contact_card(content, lang, contact) {
            Some(card) => Reply::Contact { card, meta: ReplyMeta::new(lang, PageKind::ContactCard) },
            None => Reply::Page(content_page(lang, Page::Home, place)),
        },
        Target::Venue(contact) => match pages::venue(content, lang, contact) {
            Some(venue) => Reply::Venue { venue, meta: ReplyMeta::new(lang, PageKind::Venue) },
            None => Reply::Page(content_page(lang, Page::Home, place)),
        },
    }
}

/// A page in the place of the tapped message; of a card, as the content has it, beside it for the one who tapped.
fn page_or_beside(content: &Content, lang: LangId, page: Page, place: Place) -> PageReply {
    let in_place = content_page(lang, page, place);
    if place != Place::InlineMessage || content.settings().cards == CardPages::Together {
        return in_place;
    }
    let beside = PageSource::Content(PageId::new(lang, page, Frame::BesideCard));
    PageReply { page: beside, in_place: Some(in_place.page), addressee: Addressee::Alone, ..in_place }
}

/// The page that somebody has said something of, without the buttons to say so.
fn feedback_reply(content: &Content, lang: LangId, page: Page, feedback: Feedback, place: Place) -> Reply {
    let reply = content_page(lang, page, place);
    let Page::Section(section, _) = page else { return Reply::Page(reply) };
    let interface = content.interface(lang);
    let notice = if feedback.helped { &interface.feedback_thanks } else { &interface.feedback_sorry };
    let meta = ReplyMeta { feedback: Some((section, feedback)), ..ReplyMeta::new(lang, PageKind::Feedback) };
    Reply::Page(PageReply { notice: Some(notice.to_string()).filter(|notice| !notice.is_empty()), meta, ..reply })
}

fn command(content: &Content, reader: Reader<'_>, written: CommandText, quoted: Option<&str>, place: Place) -> Reply {
    let name = &*written.name;
    let section = |lang, section| Reply::Page(content_page(lang, Page::Section(section, 0), place));
    let gone = |lang, above_it| page_above(content, lang, above(above_it), place);
    let Some(command) = content.command(name) else {
        if place == (Place::Group { addressed: false }) {
            return Reply::Silent;
        }
        // A section's id is understood as a command by those who speak to the bot alone.
        let id = name.to_ascii_lowercase();
        return match (content.find(&id), content.find_above_hidden(&id)) {
            (Some(found), _) => section(reader.lang, found),
            (None, Some(above_it)) => gone(reader.lang, above_it),
            (None, None) => unknown_command(content, reader, &written, place),
        };
    };
    // Who writes a language's own command reads that language.
    let reader = command.language.map_or(reader, |lang| Reader { lang, languages: None });
    let lang = reader.lang;
    match command.target {
        // A deep link comes as `/start` with its payload; one that is forged or too old opens home.
        CommandTarget::Start => match Destination::from_start_parameter(content, written.rest.trim(), lang) {
            Some(Destination { action, is_substitute }) => match action.target {
                Target::Page(page) if is_substitute => page_above(content, action.lang, page, place),
                Target::Page(page) => Reply::Page(content_page(action.lang, page, place)),
                Target::Listen(page) => listen(content, action.lang, page, place),
                _ => home(content, reader, place),
            },
            None => home(content, reader, place),
        },
        CommandTarget::Help => Reply::Page(content_page(lang, Page::Help, place)),
        CommandTarget::Language => view_reply(lang, PageKind::Languages, pages::languages(content, lang, Page::Home)),
        CommandTarget::Ask => match asked(content, &written.rest, quoted) {
            Some(asked) => question(content, reader, asked, place),
            None => nothing_asked(content, reader, &written.rest, place),
        },
        CommandTarget::Section(found) => section(lang, found),
        CommandTarget::Hidden(above_it) => gone(lang, above_it),
    }
}

/// A command that does not exist may be a question all the same: `/adresse`, `/vos_principes`.
fn unknown_command(content: &Content, reader: Reader<'_>, written: &CommandText, place: Place) -> Reply {
    let words = [&written.name.replace('_', " "), &*written.rest].join(" ");
    let answer = question(content, reader, Asked::own(&words), place);
    let page = answer.meta().map(|meta| meta.page);
    // `/langu` is `/language` before it is a word of a talk topic; an alarm comes first, however it is spelt.
    let is_misspelt = matches!(page, Some(PageKind::Talk(talk)) if content.talk(talk).kind != TalkKind::Urgent)
        && pages::is_near_command(content, &written.name);
    if finds_answer(content, &answer) && !is_misspelt {
        return answer;
    }
    let view = pages::unknown_command(content, reader.lang, &written.name);
    view_reply(reader.lang, PageKind::UnknownCommand, view)
}

/// The words that are asked about, and whom the answer is for.
struct Asked {
    text: String,
    addressee: Addressee,
}

impl Asked {
    /// What somebody asks in their own words; those that name a bot or a person (`@…`) are no part of it.
    fn own(text: &str) -> Self {
        Self { text: without_names(text), addressee: Addressee::Asker }
    }
}

/// What a text asks: its own words; without any of substance ("please", 👆) those that it quotes, for their author. `None` when
/// neither asks anything.
fn asked(content: &Content, text: &str, quoted: Option<&str>) -> Option<Asked> {
    let own = Asked::own(text);
    if !content.is_only_please(&own.text) {
        return Some(own);
    }
    let quoted = Asked { addressee: Addressee::QuotedAuthor, ..Asked::own(quoted?) };
    (!content.is_only_please(&quoted.text)).then_some(quoted)
}

/// The reply to a command or a mention without a question: how to ask one. A sign that says something (🙏) is met as such.
fn nothing_asked(content: &Content, reader: Reader<'_>, text: &str, place: Place) -> Reply {
    let reply = question(content, reader, Asked::own(text), place);
    if reply.meta().is_some_and(|meta| matches!(meta.page, PageKind::Talk(_))) {
        return reply;
    }
    let lang = reader.lang;
    Reply::Page(page_reply(lang, PageKind::HowToAsk, pages::how_to_ask(content, lang)))
}

/// The answer to a question in somebody's own words.
fn question(content: &Content, reader: Reader<'_>, asked: Asked, place: Place) -> Reply {
    let Asked { text, addressee } = asked;
    if let Some((lang, shortcut)) = content.shortcut(&text, reader.lang) {
        return Reply::Page(PageReply { addressee, ..shortcut_page(content, lang, shortcut, place) });
    }
    let found = content.search(&text, reader.lang, false);
    let lang = found.language;
    let (page, outcome, source) = match decide(&found) {
        Outcome::Answer(section, others) => {
            let id = PageId::new(lang, Page::Section(section, 0), place.frame());
            (PageKind::Section(section), QuestionOutcome::Answered, PageSource::Answer(id, others))
        }
        Outcome::Suggest(some) => {
            let view = pages::suggestions(content, lang, &some);
            (PageKind::Suggestions, QuestionOutcome::Suggested, PageSource::View(view))
        }
        Outcome::Talk(talk) => {
            (PageKind::Talk(talk), QuestionOutcome::Talk, PageSource::View(pages::talk(content, lang, talk)))
        }
        outcome @ (Outcome::Unknown | Outcome::OutOfScope) => {
            let counted = match outcome {
                Outcome::OutOfScope => QuestionOutcome::OutOfScope,
                _ => QuestionOutcome::Unknown,
            };
            let note: Vec<&str> = std::iter::once(&*content.interface(lang).unknown).chain(reader.languages).collect();
            let view = pages::home(content, lang, Some(&note.join("\n\n")));
            (PageKind::Unknown, counted, PageSource::View(view))
        }
    };
    let reply = page_reply(lang, page, source);
    let meta = ReplyMeta { question: Some(Question { outcome, text }), ..reply.meta };
    Reply::Page(PageReply { addressee, meta, ..reply })
}

/// Where a word leads that needs no search.
fn shortcut_page(content: &Content, lang: LangId, shortcut: Shortcut, place: Place) -> PageReply {
    match shortcut {
        Shortcut::Home => content_page(lang, Page::Home, place),
        Shortcut::Help => content_page(lang, Page::Help, place),
        Shortcut::Language(lang) => PageReply { chosen_language: Some(lang), ..content_page(lang, Page::Home, place) },
        Shortcut::Section(section) => content_page(lang, Page::Section(section, 0), place),
        Shortcut::Talk(talk) => {
            page_reply(lang, PageKind::Talk(talk), PageSource::View(pages::talk(content, lang, talk)))
        }
    }
}

/// Home; for who reads none of the languages, with the line that names them.
fn home(content: &Content, reader: Reader<'_>, place: Place) -> Reply {
    match reader.languages {
        None => Reply::Page(content_page(reader.lang, Page::Home, place)),
        Some(line) => {
            let view = pages::home_with_note(content, reader.lang, line, place.frame());
            view_reply(reader.lang, PageKind::Home, view)
        }
    }
}

/// The words of a text but those that name a bot or a person.
fn without_names(text: &str) -> String {
    let text = fold(text);
    let words: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('@')).collect();
    words.join(" ")
}

/// A page of the content, in the frame of the place.
fn content_page(lang: LangId, page: Page, place: Place) -> PageReply {
    let kind = match page {
        Page::Home => PageKind::Home,
        Page::Help => PageKind::Help,
        Page::Section(section, _) => PageKind::Section(section),
    };
    page_reply(lang, kind, PageSource::Content(PageId::new(lang, page, place.frame())))
}

/// The page above one that is not there now, which a sentence says.
fn page_above(content: &Content, lang: LangId, page: Page, place: Place) -> Reply {
    let reply = content_page(lang, page, place);
    let id = PageId::new(lang, page, place.frame());
    Reply::Page(PageReply { page: PageSource::View(pages::above_hidden(content, id)), ..reply })
}

fn view_reply(lang: LangId, kind: PageKind, view: View) -> Reply {
    Reply::Page(page_reply(lang, kind, PageSource::View(view)))
}

fn page_reply(lang: LangId, kind: PageKind, page: PageSource) -> PageReply {
    let meta = ReplyMeta::new(lang, kind);
    PageReply { page, in_place: None, notice: None, addressee: Addressee::Asker, chosen_language: None, meta }
}
