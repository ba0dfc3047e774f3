//! Markdown → HTML, as a browser shows it, so that HTML within it means what it means elsewhere.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::{Document, LeftOut};

const OPTIONS: Options = Options::ENABLE_STRIKETHROUGH.union(Options::ENABLE_TABLES).union(Options::ENABLE_FOOTNOTES);

pub(super) fn read(text: &str) -> Document {
    let (metadata, text) = metadata(text);
    let mut lists = Vec::new();
    let mut tips = Vec::new();
    let parser = Parser::new_ext(text, OPTIONS).into_offset_iter();
    let events = parser.map(|(event, range)| {
        match &event {
            // Words beside the fence, as in `~~~ Opening hours ~~~`, which no browser shows.
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if !info.trim().is_empty() => {
                let words = Event::Text(info.clone());
                let paragraph = [Event::Start(Tag::Paragraph), words, Event::End(TagEnd::Paragraph)];
                return (Some(paragraph), Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
            }
            Event::Start(Tag::List(start)) => lists.push(start.is_some()),
            Event::End(TagEnd::List(_)) => drop(lists.pop()),
            // The number that is written: CommonMark would count from the first one on.
            Event::Start(Tag::Item) if lists.last() == Some(&true) => {
                let item = text[range].trim_start_matches(|c: char| c.is_whitespace() || c == '>');
                let digits = item.len() - item.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                return (None, Event::Html(CowStr::from(format!("<li value=\"{}\">", &item[..digits]))));
            }
            Event::Start(Tag::Link { title, .. } | Tag::Image { title, .. }) if !title.is_empty() => {
                tips.push(LeftOut::Tip(title.to_string()));
            }
            Event::SoftBreak => return (None, Event::Text(CowStr::from(" "))),
            _ => {}
        }
        (None, event)
    });
    let events = events.flat_map(|(before, event)| before.into_iter().flatten().chain([event]));
    let mut page = String::with_capacity(text.len() * 2);
    html::push_html(&mut page, events);
    let mut document = super::html::read(&page);
    document.left_out.extend(tips);
    if !metadata.trim().is_empty() {
        let title = metadata.lines().find_map(|line| line.strip_prefix("title:"));
        document.title = title.map(|title| title.trim().trim_matches('"').to_owned()).filter(|title| !title.is_empty());
        document.left_out.insert(0, LeftOut::Metadata(metadata.to_owned()));
    }
    document
}

/// The lines between two of dashes at the very beginning, which are for programs, and the text below them.
fn metadata(text: &str) -> (&str, &str) {
    let divided = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    divided.filter(|(lines, _)| lines.contains(':')).unwrap_or(("", text))
}
