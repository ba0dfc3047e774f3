//! A view as the Bot API takes it: entities in UTF-16 units, buttons with their callback data. A page is rendered once and its
//! JSON is cached for all who ask for it.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use teloxide::types::{
    CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardButtonKind, InlineKeyboardMarkup,
    LinkPreviewOptions, MessageEntity, MessageEntityKind, SwitchInlineQueryChosenChat,
};
use url::Url;

use crate::bot::pages::{PageId, PageSource};
use crate::bot::view::{Button, ButtonAction, View};
use crate::content::{Content, Image};
use crate::markup::{RichText, Span, Style};
use crate::telegram::api::newer::Me;
use crate::telegram::outbound::fallback::Keyboard;

/// UTF-16 units under a picture (Bot API, `sendPhoto`).
const CAPTION_MAX: usize = 1_024;
/// Most pages in the cache, of a few kB each: more than people ask for in an hour.
const CACHED_PAGES_MAX: usize = 128;

/// No answer shows a preview of a link.
pub(crate) const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// Where a page is shown, as far as its buttons depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// For links that open a private chat with the bot.
    pub(crate) bot_username: &'a str,
    /// Whether there are buttons to share a page by inline mode: not if the bot has none or its content wants none, nor in the direct
    /// messages of a channel, where Telegram refuses them.
    pub(crate) can_share: bool,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn new(me: &'a Me, content: &Content, is_direct_messages: bool) -> Self {
        let can_share = me.has_inline_mode() && content.settings().inline_mode && !is_direct_messages;
        Self { bot_username: &me.username, can_share }
    }
}

/// A view as JSON, in the parts that requests have.
pub(crate) struct Rendered {
    pub(crate) text: Box<RawValue>,
    pub(crate) entities: Box<RawValue>,
    /// The buttons that every server knows.
    pub(crate) keyboard: Box<RawValue>,
    /// The buttons with what is newer: a colour (Bot API 9.4), and those that do nothing (10.3). `None` where there is nothing newer.
    newer_keyboard: Option<Box<RawValue>>,
    /// The picture above the text, if it has one that is no preview.
    pub(crate) photo: Option<Photo>,
    /// The preview of the picture on the site, where the text is too long to stand under it.
    pub(crate) preview: LinkPreviewOptions,
    /// Instead of the keyboard, where a message is sent: elsewhere the Bot API takes nothing else.
    pub(crate) force_reply: Option<Box<RawValue>>,
}

/// A picture that is sent as a file.
#[derive(Clone, Debug)]
pub(crate) struct Photo {
    /// Its file in the content.
    pub(crate) path: Box<str>,
    /// Whether the text has room under it.
    pub(crate) has_caption: bool,
}

impl Rendered {
    /// The buttons, as much of them as is wanted.
    pub(crate) fn keyboard(&self, wanted: Keyboard) -> Option<&RawValue> {
        match wanted {
            Keyboard::None => None,
            Keyboard::Plain => Some(&self.keyboard),
            Keyboard::Newer => Some(self.newer_keyboard.as_ref().unwrap_or(&self.keyboard)),
        }
    }

    /// As [`Rendered::keyboard`]; of what asks for words the opened input field.
    pub(crate) fn reply_markup(&self, wanted: Keyboard) -> Option<&RawValue> {
        let force_reply = self.force_reply.as_deref().filter(|_| wanted != Keyboard::None);
        force_reply.or_else(|| self.keyboard(wanted))
    }

    /// Whether there are buttons that an older server may refuse.
    pub(crate) fn has_newer(&self) -> bool {
        self.newer_keyboard.is_some()
    }

    pub(crate) fn new(content: &Content, surroundings: Surroundings<'_>, source: &PageSource) -> Self {
        let view = source.view(content);
        let force_reply = match source {
            PageSource::Prompt { placeholder, .. } => {
                let markup = ForceReply::new().input_field_placeholder(placeholder.to_string());
                // In a group the person alone who is answered.
                Some(to_json(&markup.selective()))
            }
            PageSource::Content(_) | PageSource::Answer(..) | PageSource::View(_) => None,
        };
        let has_caption = view.text.utf16_len() <= CAPTION_MAX;
        let can_upload = !source.is_in_shared_message();
        let site = content.settings().site.as_ref().filter(|_| !has_caption || !can_upload);
        let preview = view.picture.as_ref().zip(site).map(|(picture, site)| preview(site, &picture.image));
        let photo = view.picture.as_ref().filter(|_| preview.is_none() && can_upload);
        Self {
            text: to_json(view.text.as_str()),
            entities: to_json(&entities(&view.text)),
            keyboard: to_json(&keyboard(content, surroundings, &view)),
            newer_keyboard: newer_keyboard(content, surroundings, &view).as_ref().map(to_json),
            photo: photo.map(|picture| Photo { path: picture.image.path.clone(), has_caption }),
            preview: preview.unwrap_or(NO_PREVIEW),
            force_reply,
        }
    }
}

fn to_json(value: &(impl Serialize + ?Sized)) -> Box<RawValue> {
    to_raw_value(value).expect("texts and numbers can be written")
}

/// A content that is served, with its pages that were asked for.
pub(crate) struct ContentCache {
    pub(crate) content: Content,
    pages: RefCell<FxHashMap<(PageId, bool), Rc<Rendered>>>,
}

impl ContentCache {
    pub(crate) fn new(content: Content) -> Self {
        Self { content, pages: RefCell::default() }
    }

    /// What is shown, as JSON. The bot's name is always the same.
    pub(crate) fn render(&self, surroundings: Surroundings<'_>, source: &PageSource) -> Rc<Rendered> {
        let render = || Rc::new(Rendered::new(&self.content, surroundings, source));
        let PageSource::Content(id) = source else { return render() };
        let key = (*id, surroundings.can_share);
        if let Some(page) = self.pages.borrow().get(&key) {
            return Rc::clone(page);
        }
        let page = render();
        let mut pages = self.pages.borrow_mut();
        // Those that are asked for are soon there again.
        if pages.len() >= CACHED_PAGES_MAX {
            pages.clear();
        }
        pages.insert(key, Rc::clone(&page));
        page
    }
}

/// The entities of a text, with offsets and lengths in UTF-16 units.
pub(crate) fn entities(text: &RichText) -> Vec<MessageEntity> {
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
    let entity = |span: &Span| {
        let offset = utf16(span.range.start);
        Some(MessageEntity::new(kind(&span.style)?, offset, utf16(span.range.end) - offset))
    };
    text.spans().iter().filter_map(entity).collect()
}

/// `None` for a link without an address, which no content that passed its checks has: its words stay.
fn kind(style: &Style) -> Option<MessageEntityKind> {
    Some(match style {
        Style::Bold => MessageEntityKind::Bold,
        Style::Italic => MessageEntityKind::Italic,
        Style::Underline => MessageEntityKind::Underline,
        Style::Strike => MessageEntityKind::Strikethrough,
        Style::Code => MessageEntityKind::Code,
        Style::Pre => MessageEntityKind::Pre { language: None },
        Style::Phone => MessageEntityKind::PhoneNumber,
        Style::Email => MessageEntityKind::Email,
        Style::Quote => MessageEntityKind::Blockquote,
        Style::LongQuote => MessageEntityKind::ExpandableBlockquote,
        Style::Link(url) => MessageEntityKind::TextLink { url: Url::parse(url).ok()? },
    })
}

/// The buttons of a view that can be shown there. Telegram takes no empty row.
pub(crate) fn keyboard(content: &Content, surroundings: Surroundings<'_>, view: &View) -> InlineKeyboardMarkup {
    let row = |buttons: &Vec<Button>| -> Vec<InlineKeyboardButton> {
        buttons.iter().filter_map(|button| self::button(content, surroundings, button)).collect()
    };
    InlineKeyboardMarkup::new(view.rows.iter().map(row).filter(|row| !row.is_empty()))
}

/// The buttons with what is newer than Bot API 9.3, if there is any.
fn newer_keyboard(content: &Content, surroundings: Surroundings<'_>, view: &View) -> Option<Value> {
    let is_newer = |button: &Button| button.is_primary || button.action == ButtonAction::Nothing;
    if !view.rows.iter().flatten().any(is_newer) {
        return None;
    }
    let newer = |b: &Button| match &b.action {
        ButtonAction::Nothing => Some(json!({ "text": b.label, "disabled": {} })),
        _ => {
            let mut value = serde_json::to_value(button(content, surroundings, b)?).ok()?;
            if b.is_primary {
                value["style"] = "primary".into();
            }
            Some(value)
        }
    };
    let rows = view.rows.iter().map(|row| row.iter().filter_map(newer).collect::<Vec<_>>());
    Some(json!({ "inline_keyboard": rows.filter(|row| !row.is_empty()).collect::<Vec<_>>() }))
}

/// The preview of a picture of the site.
fn preview(site: &Url, image: &Image) -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: false,
        url: Some(format!("{site}{}", image.path)),
        prefer_small_media: false,
        prefer_large_media: true,
        show_above_text: true,
    }
}

fn button(content: &Content, surroundings: Surroundings<'_>, button: &Button) -> Option<InlineKeyboardButton> {
    let kind = match &button.action {
        ButtonAction::Open(action) => InlineKeyboardButtonKind::CallbackData(action.callback_data(content)),
        ButtonAction::OpenPrivateChat(payload) => {
            let link = format!("https://t.me/{}?start={payload}", surroundings.bot_username);
            InlineKeyboardButtonKind::Url(Url::parse(&link).ok()?)
        }
        ButtonAction::OpenUrl(url) => InlineKeyboardButtonKind::Url(Url::parse(url).ok()?),
        ButtonAction::Share(_) if !surroundings.can_share => return None,
        ButtonAction::Share(query) => {
            InlineKeyboardButtonKind::SwitchInlineQueryChosenChat(SwitchInlineQueryChosenChat {
                query: Some(query.to_string()),
                allow_user_chats: true,
                allow_bot_chats: false,
                allow_group_chats: true,
                allow_channel_chats: true,
            })
        }
        ButtonAction::ShareHere(_) if !surroundings.can_share => return None,
        ButtonAction::ShareHere(query) => InlineKeyboardButtonKind::SwitchInlineQueryCurrentChat(query.to_string()),
        ButtonAction::Nothing => return None,
        ButtonAction::Copy(text) => InlineKeyboardButtonKind::CopyText(CopyTextButton { text: text.to_string() }),
    };
    Some(InlineKeyboardButton::new(&*button.label, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_button_opens_its_address() {
        let content = crate::content::load::shipped(crate::content::load::today()).content.expect("it has no errors");
        let action = ButtonAction::OpenUrl("https://example.org/map?a=1&b=2".into());
        let rows = vec![vec![Button { label: "Map".into(), action, is_primary: false }]];
        let view = View { text: RichText::plain("here"), rows, picture: None };
        let surroundings = Surroundings { bot_username: "village_bot", can_share: false };
        let json = to_json(&keyboard(&content, surroundings, &view));
        assert_eq!(json.get(), r#"{"inline_keyboard":[[{"text":"Map","url":"https://example.org/map?a=1&b=2"}]]}"#);
    }
}
