//! Content → [`View`]: pure functions, one a page.

use std::borrow::Cow;
use std::time::Duration;

use crate::bot::action::{Action, Feedback, Page, Target};
use crate::bot::view::{Button, ButtonAction, ContactCard, Venue, View};
use crate::content::{
    Clip, CommandDefinition, CommandTarget, ContactId, ContactLinkKind, Content, LABEL_MAX, LangId, LinkButton,
    Opening, PerLanguage, SectionId, TalkAnswer, TalkId, clock_time,
};
use crate::lang::is_right_to_left;
use crate::markup::{RichText, Style};

/// Two buttons stand side by side when neither label is longer than this many characters: half a narrow phone.
const HALF_ROW: usize = 19;
/// How many commands are offered for one that does not exist.
const NEAREST: usize = 3;
/// From this similarity on (normalized Damerau-Levenshtein) an unknown command is a misspelt one: one letter in four.
const NEAR_COMMAND: f64 = 0.75;

/// A page of the content, the same for everybody who sees it in such a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageId {
    /// The language of its words; what it falls back to is a matter of the content.
    pub lang: LangId,
    /// Which page.
    pub page: Page,
    /// What is around it.
    pub frame: Frame,
    /// Whether the contact that it shows is open: the one thing in a page that time changes. `None` when nothing is said of it.
    pub opening: Option<Opening>,
}

impl PageId {
    /// A page that says nothing of the time.
    #[must_use]
    pub fn new(lang: LangId, page: Page, frame: Frame) -> Self {
        Self { lang, page, frame, opening: None }
    }

    /// The page as it is at a moment, given as the time since 1970. What is shared is read at any time: it says nothing of it.
    #[must_use]
    pub fn at(self, content: &Content, now: Duration) -> Self {
        let opening = match (self.page, self.frame) {
            (_, Frame::InlineMessage) | (Page::Home | Page::Help, _) => None,
            (Page::Section(section, _), _) => content.opening(section, now),
        };
        Self { opening, ..self }
    }
}

/// What kind of message shows a page: it decides on the last button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frame {
    /// A message.
    Message,
    /// A message that somebody shared by inline mode: a button opens the page in a chat with the bot.
    InlineMessage,
    /// A message that one person sees alone: a button shows the page to everybody.
    Ephemeral,
    /// A message that one person sees alone, beside a card that somebody shared: its buttons lead on in it, and one shares the page as
    /// another card. Nothing else is sure to reach the others: the bot may be no member of their chat.
    BesideCard,
}

/// Where a view comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageSource {
    /// A page of the content: the same view for every request, so an adapter may keep what it makes of it.
    Content(PageId),
    /// The page that answers a question, and the sections that it may have been about instead.
    Answer(PageId, Vec<SectionId>),
    /// A view that was made for one request.
    View(View),
    /// A view without buttons that asks for words: the app opens its input field as for a reply, where it can.
    Prompt {
        /// What asks.
        view: View,
        /// What the input field shows while it is empty: 1 to 64 characters.
        placeholder: Box<str>,
    },
}

impl PageSource {
    /// Whether it is shown in or beside a shared message, where no file can be uploaded.
    #[must_use]
    pub fn is_in_shared_message(&self) -> bool {
        match self {
            Self::Content(id) | Self::Answer(id, _) => matches!(id.frame, Frame::InlineMessage | Frame::BesideCard),
            Self::View(_) | Self::Prompt { .. } => false,
        }
    }

    /// The view itself.
    #[must_use]
    pub fn view(&self, content: &Content) -> Cow<'_, View> {
        match self {
            Self::Content(id) => Cow::Owned(view(content, *id)),
            Self::Answer(id, others) => Cow::Owned(answer(content, *id, others)),
            Self::View(view) | Self::Prompt { view, .. } => Cow::Borrowed(view),
        }
    }
}

/// The view of a page in its frame.
#[must_use]
pub fn view(content: &Content, id: PageId) -> View {
    with_frame(content, id, page_at(content, id))
}

fn with_frame(content: &Content, PageId { lang, page, frame, .. }: PageId, view: View) -> View {
    match frame {
        Frame::Message => view,
        Frame::InlineMessage => with_open_button(content, Action::page(lang, page), in_shared_message(content, view)),
        Frame::Ephemeral => with_everyone_button(content, lang, page, view),
        Frame::BesideCard => beside_card(content, lang, page, in_shared_message(content, view)),
    }
}

/// The clip that reads a page aloud.
#[must_use]
pub fn clip(content: &Content, lang: LangId, page: Page) -> Option<&Clip> {
    match page {
        Page::Home => content.interface(lang).home_clip.as_ref(),
        Page::Help => content.interface(lang).help_clip.as_ref(),
        Page::Section(section, _) => content.section_text(section, lang).clip.as_ref(),
    }
}

/// What the button says that sends a clip: with its length and its size, in words of the language.
#[must_use]
pub fn listen_label(content: &Content, lang: LangId, clip: &Clip) -> String {
    let label = content.interface(lang).button_listen.replace("{length}", &clip.length());
    label.replace("{kilobytes}", &clip.kilobytes().to_string())
}

/// The button that sends the clip of a page, in a row above all others.
fn listen_row(content: &Content, lang: LangId, page: Page) -> Option<Vec<Button>> {
    let label = listen_label(content, lang, clip(content, lang, page)?);
    Some(vec![open(label, Action { lang, target: Target::Listen(page) })])
}

/// A view in or beside a shared message: nothing can be sent to that chat. Clips open in a chat with the bot; help, to which no link
/// leads, has none there. A contact's card and place are left out: the buttons beside them copy the same, or open the map.
fn in_shared_message(content: &Content, mut view: View) -> View {
    let stays = |button: &mut Button| match button.action {
        ButtonAction::Open(listen @ Action { target: Target::Listen(_), .. }) => {
            let payload = listen.to_start_parameter(content);
            button.action =
                payload.map_or(ButtonAction::Nothing, |payload| ButtonAction::OpenPrivateChat(payload.into()));
            button.action != ButtonAction::Nothing
        }
        ButtonAction::Open(Action { target: Target::Contact(_) | Target::Venue(_), .. }) => false,
        _ => true,
    };
    view.rows.iter_mut().for_each(|row| row.retain_mut(stays));
    view.rows.retain(|row| !row.is_empty());
    view
}

/// What stands under the clip of a page: its title and its buttons.
#[must_use]
pub fn under_clip(content: &Content, id: PageId) -> View {
    let PageId { lang, page, .. } = id;
    let title = match page {
        Page::Home => &content.interface(lang).button_home,
        Page::Help => help_title(content, lang),
        Page::Section(section, _) => &content.section_text(section, lang).title,
    };
    let mut text = RichText::default();
    text.push_styled(title, Style::Bold);
    let mut view = with_frame(content, id, page_at(content, id));
    let is_listen = |row: &Vec<Button>| {
        row.iter().any(|b| matches!(b.action, ButtonAction::Open(Action { target: Target::Listen(_), .. })))
    };
    view.rows.retain(|row| !is_listen(row));
    View { text, rows: view.rows, picture: None }
}

/// What a clip is shown as where it cannot be sent: its page, which says so.
#[must_use]
pub fn instead_of_clip(content: &Content, id: PageId) -> View {
    let PageId { lang, page, opening, .. } = id;
    let note = &*content.interface(lang).no_clip;
    let view = match page {
        Page::Home => home(content, lang, Some(note)),
        Page::Section(section, part) => section_with_note(content, lang, section, part, opening, note),
        Page::Help => {
            let view = help(content, lang);
            let mut text = RichText::plain(note);
            text.push_paragraph(&view.text);
            View { text, ..view }
        }
    };
    with_frame(content, id, view)
}

fn help_title(content: &Content, lang: LangId) -> &str {
    let is_help = |name: &str| content.command(name).is_some_and(|command| command.target == CommandTarget::Help);
    let entry = content.menu(lang).iter().find(|entry| is_help(&entry.command));
    entry.map_or(&*content.interface(lang).button_home, |entry| &*entry.description)
}

/// A page beside a shared card: its buttons lead on in the message that one person alone sees, and one shares it as a card.
fn beside_card(content: &Content, lang: LangId, page: Page, view: View) -> View {
    let stays = |mut b: Button| -> Option<Button> {
        match &mut b.action {
            ButtonAction::Open(action) => match action.target {
                Target::Page(page) | Target::Choose(page) => action.target = Target::Alone(page),
                // What opens in a message of its own has no chat to open in.
                Target::Languages(_) => return None,
                _ => {}
            },
            ButtonAction::Share(_) => return None,
            _ => {}
        }
        Some(b)
    };
    let rows = view.rows.into_iter().map(|row| row.into_iter().filter_map(stays).collect::<Vec<_>>());
    let mut rows: Vec<Vec<Button>> = rows.filter(|row| !row.is_empty()).collect();
    if let Some(query) = share_query(content, lang, page) {
        rows.push(vec![button(content.interface(lang).button_everyone.to_string(), ButtonAction::ShareHere(query))]);
    }
    View { rows, ..view }
}

fn page_at(content: &Content, PageId { lang, page, opening, .. }: PageId) -> View {
    match page {
        Page::Home => home(content, lang, None),
        Page::Help => help(content, lang),
        Page::Section(section, part) => section_at(content, lang, section, part, opening),
    }
}

/// Who this is, and the top sections; `note` stands first.
#[must_use]
pub fn home(content: &Content, lang: LangId, note: Option<&str>) -> View {
    let mut text = RichText::default();
    if let Some(note) = note {
        text.push_paragraph(&RichText::plain(note));
    }
    text.push_paragraph(&content.interface(lang).home);
    // In the preview of a content that lacks it.
    if text.as_str().is_empty() {
        text.push_paragraph(&RichText::plain(&*content.interface(lang).button_home));
    }
    let mut rows: Vec<Vec<Button>> = listen_row(content, lang, Page::Home).into_iter().collect();
    rows.extend(pack(content.top().iter().map(|&section| link(content, lang, section))));
    if let Some(first) = rows.iter_mut().flatten().next() {
        first.is_primary = true;
    }
    let below = language_switch(content, lang, Page::Home).into_iter().chain(share_button(content, lang, Page::Home));
    rows.extend(pack(below));
    View { text, rows, picture: None }
}

/// Home with a note first, in its frame.
#[must_use]
pub fn home_with_note(content: &Content, lang: LangId, note: &str, frame: Frame) -> View {
    with_frame(content, PageId::new(lang, Page::Home, frame), home(content, lang, Some(note)))
}

/// The page above a section that is not there now, in its frame: it says so.
#[must_use]
pub fn above_hidden(content: &Content, id: PageId) -> View {
    let PageId { lang, page, .. } = id;
    let note = &*content.interface(lang).gone;
    let view = match page {
        Page::Section(section, part) => section_with_note(content, lang, section, part, None, note),
        Page::Home | Page::Help => home(content, lang, Some(note).filter(|note| !note.is_empty())),
    };
    with_frame(content, id, view)
}

/// How to use the bot, with every command.
#[must_use]
pub fn help(content: &Content, lang: LangId) -> View {
    let interface = content.interface(lang);
    let mut text = interface.help.clone();
    let mut commands = String::new();
    for entry in content.menu(lang) {
        if !commands.is_empty() {
            commands.push('\n');
        }
        commands.push_str(&format!("/{} – {}", entry.command, entry.description));
    }
    text.push_paragraph(&RichText::plain(commands));
    text.push_paragraph(&interface.help_end);
    let mut rows: Vec<Vec<Button>> = listen_row(content, lang, Page::Help).into_iter().collect();
    rows.extend(footer(content, lang, Page::Help, None));
    View { text, rows, picture: None }
}

/// A section: its title, the page `part` of its body, the sections below, and the ways on.
///
/// A `part` that the body does not have (of an older content, say) is its last page.
#[must_use]
pub fn section(content: &Content, lang: LangId, section: SectionId, part: u8) -> View {
    section_at(content, lang, section, part, None)
}

fn section_at(content: &Content, lang: LangId, section: SectionId, part: u8, opening: Option<Opening>) -> View {
    section_with_note(content, lang, section, part, opening, "")
}

/// A section; a note, if it has words, stands in the place of the summary, so that the text stays within a message.
fn section_with_note(
    content: &Content,
    lang: LangId,
    section: SectionId,
    part: u8,
    opening: Option<Opening>,
    note: &str,
) -> View {
    let node = content.section(section);
    let words = content.section_text(section, lang);
    let interface = content.interface(lang);
    let facts = content.facts_line(section, lang);
    let last = words.pages.len() - 1;
    let part = usize::from(part).min(last);

    let mut text = RichText::default();
    text.reserve(words.title.len() + words.summary.len() + words.pages[part].as_str().len() + facts.len() + 8);
    text.push_styled(&words.title, Style::Bold);
    if words.language != lang {
        let name = &content.interface(words.language).name;
        text.push_styled_paragraph(&interface.untranslated.replace("{language}", name), Style::Italic);
    }
    if !note.is_empty() {
        text.push_styled_paragraph(note, Style::Italic);
    } else if !node.children.is_empty() && part == 0 {
        text.push_styled_paragraph(&words.summary, Style::Italic);
    }
    text.push_paragraph(&words.pages[part]);
    if part == last {
        if let Some(opening) = opening {
            text.push_paragraph(&RichText::plain(opening_line(content, lang, opening)));
        }
        text.push_styled_paragraph(facts, Style::Italic);
    }

    let mut rows = Vec::with_capacity(8);
    rows.extend(listen_row(content, lang, Page::Section(section, part as u8)));
    rows.extend(pack(node.children.iter().map(|&child| link(content, lang, child))));
    if let Some(contact) = node.contact {
        rows.extend(pack(contact_buttons(content, lang, contact)));
    }
    let open_url = |link: &LinkButton| button(link.label.get(lang), ButtonAction::OpenUrl(link.url.clone()));
    rows.extend(pack(node.links.iter().map(open_url)));
    let turn = |to: usize, label: &str| {
        let label = label.replace("{pages}", &(last + 1).to_string()).replace("{page}", &(to + 1).to_string());
        open(label, Action::page(lang, Page::Section(section, to as u8)))
    };
    let mut pager = Vec::new();
    if part > 0 {
        pager.push(turn(part - 1, &interface.button_less));
    }
    if last > 0 {
        pager.push(button(format!("{}/{}", part + 1, last + 1), ButtonAction::Nothing));
    }
    if part < last {
        pager.push(turn(part + 1, &interface.button_more));
    }
    rows.extend((!pager.is_empty()).then_some(pager));
    let neighbours: Vec<Button> =
        [(node.siblings.previous, &interface.button_previous), (node.siblings.next, &interface.button_next)]
            .into_iter()
            .filter_map(|(sibling, label)| Some(open(label.to_string(), Action::section(lang, sibling?))))
            .collect();
    rows.extend((!neighbours.is_empty()).then_some(neighbours));
    rows.extend(footer(content, lang, Page::Section(section, part as u8), node.parent));
    let picture = words.picture.clone().filter(|_| part == 0);
    View { text, rows, picture }
}

/// The languages; choosing one opens `back` in it.
#[must_use]
pub fn languages(content: &Content, lang: LangId, back: Page) -> View {
    let text = content.interface(lang).languages.clone();
    let mut rows =
        pack(content.languages().map(|other| open(content.interface(other).name.to_string(), choose(other, back))));
    rows.push(vec![home_button(content, lang)]);
    View { text, rows, picture: None }
}

/// A command that does not exist: the nearest that do.
#[must_use]
pub fn unknown_command(content: &Content, lang: LangId, name: &str) -> View {
    let name = name.to_lowercase();
    // Between names that are about as near, the reader's language.
    let preference =
        |command: &CommandDefinition| if command.language.is_none_or(|language| language == lang) { 0.1 } else { 0.0 };
    let score = |known: &str, command: &CommandDefinition| {
        strsim::normalized_damerau_levenshtein(&name, known) + preference(command)
    };
    let scored = content.commands().map(|(known, command)| (score(known, &command), known, command));
    let mut near: Vec<(f64, &str, CommandDefinition)> = scored.filter(|(score, ..)| *score >= 0.5).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let mut targets: Vec<CommandTarget> = Vec::new();
    let mut buttons: Vec<Button> = Vec::new();
    for (_, _, command) in near {
        if targets.contains(&command.target) {
            continue;
        }
        targets.push(command.target);
        let language = command.language.unwrap_or(lang);
        buttons.push(match command.target {
            CommandTarget::Section(section) => link(content, language, section),
            CommandTarget::Help => open("/help", Action::page(language, Page::Help)),
            CommandTarget::Language => languages_button(content, language, Page::Home),
            // Home has its own button below; what is not there has none.
            CommandTarget::Start | CommandTarget::Ask | CommandTarget::Hidden(_) => continue,
        });
    }
    if buttons.is_empty() {
        return home(content, lang, Some(&content.interface(lang).no_command));
    }
    buttons.truncate(NEAREST);
    let mut rows: Vec<Vec<Button>> = buttons.into_iter().map(|button| vec![button]).collect();
    rows.push(vec![home_button(content, lang)]);
    View { text: RichText::plain(&*content.interface(lang).unknown_command), rows, picture: None }
}

/// Whether a command that does not exist has, but for one letter in four, the name of one that opens a page.
#[must_use]
pub fn is_near_command(content: &Content, name: &str) -> bool {
    let name = name.to_lowercase();
    content.commands().any(|(known, command)| {
        !matches!(command.target, CommandTarget::Start | CommandTarget::Ask | CommandTarget::Hidden(_))
            && strsim::normalized_damerau_levenshtein(&name, known) >= NEAR_COMMAND
    })
}

/// The answer to a question: a page, and a way to the sections that it may have been about instead.
#[must_use]
pub fn answer(content: &Content, id: PageId, others: &[SectionId]) -> View {
    let lang = id.lang;
    let mut view = page_at(content, id);
    let rather = |&other: &SectionId| {
        let label = content.interface(lang).button_rather.replace("{title}", &content.section_text(other, lang).label);
        vec![open(label, Action::section(lang, other))]
    };
    view.rows.extend(others.iter().map(rather));
    if content.settings().feedback {
        let interface = content.interface(lang);
        let say = |helped: bool, label: &str| {
            let feedback = Feedback { helped, among: !others.is_empty() };
            open(label, Action { lang, target: Target::Feedback(id.page, feedback) })
        };
        view.rows.push(vec![say(true, &interface.button_helped), say(false, &interface.button_not_helped)]);
    }
    with_frame(content, id, view)
}

/// The sections that a question may be about.
#[must_use]
pub fn suggestions(content: &Content, lang: LangId, sections: &[SectionId]) -> View {
    let mut rows: Vec<Vec<Button>> = sections.iter().map(|&section| vec![link(content, lang, section)]).collect();
    rows.push(vec![home_button(content, lang)]);
    View { text: RichText::plain(&*content.interface(lang).suggest), rows, picture: None }
}

/// A sentence above the buttons of home.
#[must_use]
pub fn say(content: &Content, lang: LangId, sentence: &str) -> View {
    View { text: RichText::plain(sentence), ..home(content, lang, None) }
}

/// What is said back to a talk topic, with the section that leads on and home, or with the buttons of home.
#[must_use]
pub fn talk(content: &Content, lang: LangId, talk: TalkId) -> View {
    match content.talk_answer(talk, lang) {
        None => home(content, lang, None),
        Some(TalkAnswer { text, section: None }) => View { text: text.clone(), ..home(content, lang, None) },
        Some(TalkAnswer { text, section: Some(section) }) => {
            let rows = vec![vec![link(content, lang, *section)], vec![home_button(content, lang)]];
            View { text: text.clone(), rows, picture: None }
        }
    }
}

/// One line that shows how to ask.
#[must_use]
pub fn how_to_ask(content: &Content, lang: LangId) -> PageSource {
    let interface = content.interface(lang);
    let view = View { text: RichText::plain(&*interface.how_to_ask), rows: Vec::new(), picture: None };
    PageSource::Prompt { view, placeholder: interface.question_placeholder.clone() }
}

/// A page in a message that the asker alone sees: with a button that shows it to everybody.
fn with_everyone_button(content: &Content, lang: LangId, page: Page, mut view: View) -> View {
    let label = content.interface(lang).button_everyone.to_string();
    view.rows.push(vec![open(label, Action { lang, target: Target::Post(page) })]);
    view
}

/// A page in a shared message: with a button that opens it in a chat with the bot.
fn with_open_button(content: &Content, page: Action, mut view: View) -> View {
    if let Some(payload) = page.to_start_parameter(content) {
        let label = content.interface(page.lang).button_open.to_string();
        view.rows.push(vec![button(label, ButtonAction::OpenPrivateChat(payload.into()))]);
    }
    view
}

/// Whether it is open, and until or from when.
fn opening_line(content: &Content, lang: LangId, opening: Opening) -> String {
    let interface = content.interface(lang);
    let (line, day, time) = match opening {
        Opening::Open(until) => (&interface.open, None, until),
        Opening::Closed(day, from) => (&interface.closed, Some(day), from),
        Opening::ClosedUntil(from) => (&interface.closed_until, None, from),
    };
    let day = day.and_then(|day| interface.days.get(usize::from(day))).map_or("", |day| &**day);
    line.replace("{day}", day).replace("{time}", &clock_time(time))
}

/// The card of a contact; `None` when it has no phone: Telegram knows no other card.
#[must_use]
pub fn contact_card(content: &Content, lang: LangId, contact: ContactId) -> Option<ContactCard> {
    let contact = content.contact(contact);
    let from_abroad = contact.phones.iter().find(|phone| phone.is_international());
    let phone = from_abroad.or(contact.phones.first())?.number.clone();
    Some(ContactCard { name: contact.name.get(lang).into(), phone, vcard: contact.vcard(lang) })
}

/// The place of a contact; `None` when it is not known.
#[must_use]
pub fn venue(content: &Content, lang: LangId, contact: ContactId) -> Option<Venue> {
    let contact = content.contact(contact);
    let location = contact.location?;
    let address = match &contact.address {
        Some(address) => address.get(lang).into(),
        None => format!("{}, {}", location.latitude, location.longitude).into(),
    };
    Some(Venue { title: contact.name.get(lang).into(), address, location })
}

fn contact_buttons(content: &Content, lang: LangId, id: ContactId) -> Vec<Button> {
    let (contact, interface) = (content.contact(id), content.interface(lang));
    let copy = |label: String, text: &str| button(label, ButtonAction::Copy(text.into()));
    // What is copied stands on the button, behind the word that says whose it is, if there is room for both.
    let labelled = |template: &str, name: &str, shown: &str, label: Option<&PerLanguage>| {
        let both = label.map(|label| match label.get(lang) {
            // In a text from right to left the parts of a number would change places.
            label if is_right_to_left(label) => format!("{label} \u{2068}{shown}\u{2069}"),
            label => format!("{label} {shown}"),
        });
        let both = both.map(|both| template.replace(name, &both)).filter(|both| both.len() <= LABEL_MAX);
        both.unwrap_or_else(|| template.replace(name, shown))
    };
    let mut buttons = Vec::new();
    for phone in &contact.phones {
        let label = labelled(&interface.button_copy_phone, "{phone}", &phone.shown(), phone.label.as_ref());
        buttons.push(copy(label, &phone.dialled()));
    }
    for email in &contact.emails {
        let label = labelled(&interface.button_copy_email, "{mailbox}", &email.address, email.label.as_ref());
        buttons.push(copy(label, &email.address));
    }
    if let Some(address) = &contact.address {
        buttons.push(copy(interface.button_copy_address.to_string(), address.get(lang)));
    }
    let url = |label: &str, url: &str| button(label, ButtonAction::OpenUrl(url.into()));
    if let Some(location) = contact.location {
        buttons.push(open(interface.button_venue.to_string(), Action { lang, target: Target::Venue(id) }));
        buttons.push(url(&interface.button_map, &location.map_url()));
    }
    for link in &contact.links {
        let label = match link.kind {
            ContactLinkKind::Website => &*interface.button_website,
            // These are names: the same in every language.
            ContactLinkKind::WhatsApp => "WhatsApp",
            ContactLinkKind::Telegram => "Telegram",
            ContactLinkKind::Facebook => "Facebook",
        };
        buttons.push(url(label, &link.url));
    }
    if !contact.phones.is_empty() {
        buttons.push(open(interface.button_card.to_string(), Action { lang, target: Target::Contact(id) }));
    }
    buttons
}

/// The way back, home, and the other languages.
fn footer(content: &Content, lang: LangId, page: Page, parent: Option<SectionId>) -> Vec<Vec<Button>> {
    let mut buttons = Vec::new();
    if let Some(parent) = parent {
        let label = content.interface(lang).button_back.replace("{title}", &content.section_text(parent, lang).label);
        buttons.push(open(label, Action::section(lang, parent)));
    }
    buttons.push(home_button(content, lang));
    buttons.extend(language_switch(content, lang, page));
    buttons.extend(share_button(content, lang, page));
    pack(buttons)
}

/// Shares a page by the query that finds exactly its card; help is nothing to share.
fn share_button(content: &Content, lang: LangId, page: Page) -> Option<Button> {
    let query = share_query(content, lang, page)?;
    Some(button(content.interface(lang).button_share.to_string(), ButtonAction::Share(query)))
}

/// The inline query that finds exactly the card of a page.
fn share_query(content: &Content, lang: LangId, page: Page) -> Option<Box<str>> {
    let id = match page {
        Page::Home => "",
        Page::Section(section, _) => &content.section(section).id,
        Page::Help => return None,
    };
    Some([content.tag(lang).as_str(), ":#", id].concat().into())
}

/// With two languages the other one, else a list of them.
fn language_switch(content: &Content, lang: LangId, page: Page) -> Option<Button> {
    match content.languages().len() {
        1 => None,
        2 => {
            let other = content.languages().find(|&other| other != lang)?;
            Some(open(format!("🌐 {}", content.interface(other).name), choose(other, page)))
        }
        _ => Some(languages_button(content, lang, page)),
    }
}

fn languages_button(content: &Content, lang: LangId, page: Page) -> Button {
    open(content.interface(lang).button_languages.to_string(), Action { lang, target: Target::Languages(page) })
}

/// A page in another language, which is theirs from now on.
fn choose(lang: LangId, page: Page) -> Action {
    Action { lang, target: Target::Choose(page) }
}

fn home_button(content: &Content, lang: LangId) -> Button {
    open(content.interface(lang).button_home.to_string(), Action::page(lang, Page::Home))
}

fn link(content: &Content, lang: LangId, section: SectionId) -> Button {
    open(content.section_text(section, lang).label.to_string(), Action::section(lang, section))
}

fn open(label: impl Into<String>, action: Action) -> Button {
    button(label, ButtonAction::Open(action))
}

fn button(label: impl Into<String>, action: ButtonAction) -> Button {
    Button { label: label.into(), action, is_primary: false }
}

/// Rows of buttons: two that are short stand side by side.
fn pack(buttons: impl IntoIterator<Item = Button>) -> Vec<Vec<Button>> {
    let short = |button: &Button| button.label.chars().count() <= HALF_ROW;
    let mut rows: Vec<Vec<Button>> = Vec::new();
    for button in buttons {
        match rows.last_mut() {
            Some(row) if row.len() == 1 && short(&row[0]) && short(&button) => row.push(button),
            _ => {
                let mut row = Vec::with_capacity(2);
                row.push(button);
                rows.push(row);
            }
        }
    }
    rows
}
