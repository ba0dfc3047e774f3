//! A view as the Bot API takes it: entities in UTF-16 units, buttons with their callback data; written once for all who are
//! shown the same page.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use teloxide::types::LinkPreviewOptions;

use crate::bot::pages::{PageId, PageSource};
use crate::bot::view::{Button, ButtonAction, View};
use crate::content::Content;
use crate::markup::{RichText, Span, Style};
use crate::telegram::inbound::update::Me;

/// How many pages are kept rendered, of a few kB each: more than an organisation has that people ask for in an hour.
const RENDERED_MAX: usize = 128;

/// No answer of ours shows a preview of a link.
pub(crate) const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// A view as JSON, in the parts that requests have.
pub(crate) struct Rendered {
    pub(crate) text: Box<RawValue>,
    pub(crate) entities: Box<RawValue>,
    pub(crate) keyboard: Box<RawValue>,
}

impl Rendered {
    pub(crate) fn new(content: &Content, me: &Me, view: &View) -> Self {
        Self {
            text: json(view.text.as_str()),
            entities: json(&entities(&view.text)),
            keyboard: json(&Keyboard { content, me, view }),
        }
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> Box<RawValue> {
    to_raw_value(value).expect("texts and numbers can be written")
}

/// A content that is served, and those of its pages that were asked for.
pub(crate) struct ContentCache {
    pub(crate) content: Content,
    rendered: RefCell<FxHashMap<PageId, Rc<Rendered>>>,
}

impl ContentCache {
    pub(crate) fn new(content: Content) -> Self {
        Self { content, rendered: RefCell::default() }
    }

    /// What is shown, as JSON. `me` is always the same.
    pub(crate) fn render(&self, me: &Me, shows: &PageSource) -> Rc<Rendered> {
        let render = || Rc::new(Rendered::new(&self.content, me, &shows.view(&self.content)));
        let PageSource::Content(id) = shows else { return render() };
        if let Some(page) = self.rendered.borrow().get(id) {
            return Rc::clone(page);
        }
        let page = render();
        let mut rendered = self.rendered.borrow_mut();
        // Those that are asked for are soon there again.
        if rendered.len() >= RENDERED_MAX {
            rendered.clear();
        }
        rendered.insert(*id, Rc::clone(&page));
        page
    }
}

/// A range of a text, in UTF-16 units, and how it looks. Of our own, for teloxide's copies and parses addresses.
#[derive(Serialize)]
pub(crate) struct MessageEntity<'a> {
    r#type: &'static str,
    offset: usize,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// The entities of a text.
pub(crate) fn entities<'a>(text: &'a RichText) -> Vec<MessageEntity<'a>> {
    let mut edges: Vec<usize> = text.spans().iter().flat_map(|span| [span.range.start, span.range.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut units = Vec::with_capacity(edges.len());
    let (mut at, mut count) = (0, 0);
    for &edge in &edges {
        count += crate::markup::utf16_len(&text.as_str()[at..edge]);
        at = edge;
        units.push(count);
    }
    let utf16 = |byte: usize| edges.binary_search(&byte).map_or(0, |i| units[i]);
    let entity = |span: &'a Span| {
        let offset = utf16(span.range.start);
        let url = match &span.style {
            Style::Link(url) => Some(&**url),
            _ => None,
        };
        MessageEntity { r#type: kind(&span.style), offset, length: utf16(span.range.end) - offset, url }
    };
    text.spans().iter().map(entity).collect()
}

fn kind(style: &Style) -> &'static str {
    match style {
        Style::Bold => "bold",
        Style::Italic => "italic",
        Style::Underline => "underline",
        Style::Strike => "strikethrough",
        Style::Code => "code",
        Style::Pre => "pre",
        Style::Phone => "phone_number",
        Style::Quote => "blockquote",
        Style::LongQuote => "expandable_blockquote",
        Style::Link(_) => "text_link",
    }
}

/// The buttons of a view, written as an `InlineKeyboardMarkup` straight from it.
pub(crate) struct Keyboard<'a> {
    pub(crate) content: &'a Content,
    pub(crate) me: &'a Me,
    pub(crate) view: &'a View,
}

impl Serialize for Keyboard<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut markup = serializer.serialize_struct("InlineKeyboardMarkup", 1)?;
        markup.serialize_field("inline_keyboard", &Rows(self))?;
        markup.end()
    }
}

struct Rows<'a>(&'a Keyboard<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keyboard = self.0;
        let rows = keyboard.view.rows.iter().map(|buttons| Row { keyboard, buttons });
        // Telegram takes no empty row.
        serializer.collect_seq(rows.filter(|row| row.shown().next().is_some()))
    }
}

struct Row<'a> {
    keyboard: &'a Keyboard<'a>,
    buttons: &'a [Button],
}

impl Row<'_> {
    /// The buttons that this bot can have: without inline mode there is nothing to share by.
    fn shown(&self) -> impl Iterator<Item = &Button> {
        let shares = self.keyboard.me.supports_inline_queries;
        self.buttons.iter().filter(move |button| shares || !matches!(button.action, ButtonAction::Share(_)))
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keyboard = self.keyboard;
        serializer.collect_seq(self.shown().map(|button| InlineKeyboardButton::new(keyboard, button)))
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum InlineKeyboardButton<'a> {
    Callback { text: &'a str, callback_data: String },
    Copy { text: &'a str, copy_text: CopyTextButton<'a> },
    Share { text: &'a str, switch_inline_query_chosen_chat: SwitchInlineQueryChosenChat<'a> },
    Url { text: &'a str, url: String },
}

#[derive(Serialize)]
struct SwitchInlineQueryChosenChat<'a> {
    query: &'a str,
    allow_user_chats: bool,
    allow_group_chats: bool,
    allow_channel_chats: bool,
}

#[derive(Serialize)]
struct CopyTextButton<'a> {
    text: &'a str,
}

impl<'a> InlineKeyboardButton<'a> {
    fn new(keyboard: &Keyboard<'a>, button: &'a Button) -> Self {
        let text = &*button.label;
        match &button.action {
            ButtonAction::Open(action) => {
                Self::Callback { text, callback_data: action.callback_data(keyboard.content) }
            }
            ButtonAction::OpenPrivateChat(payload) => {
                Self::Url { text, url: format!("https://t.me/{}?start={payload}", keyboard.me.username) }
            }
            ButtonAction::Share(query) => {
                let switch_inline_query_chosen_chat = SwitchInlineQueryChosenChat {
                    query,
                    allow_user_chats: true,
                    allow_group_chats: true,
                    allow_channel_chats: true,
                };
                Self::Share { text, switch_inline_query_chosen_chat }
            }
            ButtonAction::Copy(copied) => Self::Copy { text, copy_text: CopyTextButton { text: copied } },
        }
    }
}
