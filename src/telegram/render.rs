//! A view as the Bot API takes it: entities in UTF-16 units, buttons with their callback data.

use teloxide::types::{
    CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, MessageEntityKind,
};

use crate::content::Content;
use crate::markup::{RichText, Style};
use crate::view::{Does, View};

/// No answer of ours shows a preview of a link.
pub(super) const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// The entities of a text.
pub(super) fn entities(text: &RichText) -> Vec<MessageEntity> {
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
    let entity = |span: &crate::markup::Span| {
        let offset = utf16(span.range.start);
        Some(MessageEntity { kind: kind(&span.style)?, offset, length: utf16(span.range.end) - offset })
    };
    text.spans().iter().filter_map(entity).collect()
}

fn kind(style: &Style) -> Option<MessageEntityKind> {
    Some(match style {
        Style::Bold => MessageEntityKind::Bold,
        Style::Italic => MessageEntityKind::Italic,
        Style::Underline => MessageEntityKind::Underline,
        Style::Strike => MessageEntityKind::Strikethrough,
        Style::Code => MessageEntityKind::Code,
        Style::Pre => MessageEntityKind::Pre { language: None },
        Style::Phone => MessageEntityKind::PhoneNumber,
        Style::Quote => MessageEntityKind::Blockquote,
        Style::LongQuote => MessageEntityKind::ExpandableBlockquote,
        // An address that does not parse never passed `check`.
        Style::Link(url) => MessageEntityKind::TextLink { url: url::Url::parse(url).ok()? },
    })
}

/// The buttons of a view.
pub(super) fn keyboard(content: &Content, view: &View) -> InlineKeyboardMarkup {
    let button = |button: &crate::view::Button| match &button.does {
        Does::Open(action) => InlineKeyboardButton::callback(&button.label, action.to_callback_data(content)),
        Does::Copy(text) => {
            InlineKeyboardButton::copy_text_button(&button.label, CopyTextButton { text: text.to_string() })
        }
    };
    InlineKeyboardMarkup::new(view.rows.iter().map(|row| row.iter().map(button)))
}
