//! [`RichText`] → HTML as an app shows it: the text stays as it is, line by line, and every style is an element around its words.

use std::ops::Range;

use crate::bot::command::commands_in;
use crate::markup::{RichText, Style};
use crate::site::{escaped, tel};

/// The text with its styles. A command in it is a button that sends it.
pub(super) fn to_html(text: &RichText) -> String {
    let words = text.as_str();
    // Outer marks open first and close last: those of a span have its number as their depth.
    let mut marks: Vec<(usize, isize, String)> = Vec::new();
    let mut put = |range: &Range<usize>, depth: usize, (open, close): (String, &str)| {
        let depth = isize::try_from(depth).unwrap_or(isize::MAX);
        marks.push((range.start, depth, open));
        marks.push((range.end, -depth, close.to_owned()));
    };
    let spans = text.spans();
    for (number, span) in spans.iter().enumerate() {
        let tags = tags(&span.style, &words[span.range.clone()]);
        put(&span.range, number + 1, tags);
    }
    let is_free = |command: &Range<usize>| {
        spans.iter().all(|span| {
            let (from, to) = (span.range.start, span.range.end);
            let (is_apart, is_within) =
                (to <= command.start || from >= command.end, from <= command.start && to >= command.end);
            is_apart || is_within && !matches!(span.style, Style::Code | Style::Pre | Style::Link(_))
        })
    };
    for command in commands_in(words).filter(is_free) {
        let value = escaped(&words[command.clone()]);
        let open = format!("<button form=\"taps\" name=\"in\" value=\"t:{value}\" class=\"command\">");
        put(&command, spans.len() + 1, (open, "</button>"));
    }
    marks.sort_by_key(|(at, depth, _)| (*at, *depth));
    let mut html = String::with_capacity(words.len() * 5 / 4);
    let mut from = 0;
    for (i, (at, _, mark)) in marks.iter().enumerate() {
        html.push_str(&escaped(&words[from..*at]));
        html.push_str(mark);
        from = *at;
        // A block ends its line by itself; of blocks within each other the last that ends.
        let is_last_here = marks.get(i + 1).is_none_or(|(next, ..)| next > at);
        if is_last_here && (mark == CLOSE_PRE || mark == CLOSE_QUOTE) && words[from..].starts_with('\n') {
            html.push_str("<span hidden>\n</span>");
            from += 1;
        }
    }
    html.push_str(&escaped(&words[from..]));
    html
}

const CLOSE_PRE: &str = "</code></span>";
const CLOSE_QUOTE: &str = "</q>";

/// The opening and the closing tag of a style.
fn tags(style: &Style, words: &str) -> (String, &'static str) {
    let link = |address: &str| {
        let open = format!("<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">", escaped(address));
        (open, "</a>")
    };
    match style {
        Style::Bold => ("<b>".to_owned(), "</b>"),
        Style::Italic => ("<i>".to_owned(), "</i>"),
        Style::Underline => ("<u>".to_owned(), "</u>"),
        Style::Strike => ("<s>".to_owned(), "</s>"),
        Style::Code => ("<code>".to_owned(), "</code>"),
        Style::Pre => ("<span class=\"pre\"><code>".to_owned(), CLOSE_PRE),
        Style::Quote => ("<q>".to_owned(), CLOSE_QUOTE),
        Style::LongQuote => ("<q class=\"long\" tabindex=\"0\">".to_owned(), CLOSE_QUOTE),
        Style::Link(address) => link(address),
        Style::Phone => link(&tel(words)),
        Style::Email => link(&format!("mailto:{words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{NoPlaceholders, parse};

    fn check(markdown: &str, expected: &str) {
        assert_eq!(to_html(&parse(markdown, &NoPlaceholders).0), expected, "{markdown:?}");
    }

    #[test]
    fn a_style_is_an_element() {
        check("**a *b*** `<c>`", "<b>a <i>b</i></b> <code>&#60;c&#62;</code>");
        check("- a\n- b", "• a\n• b");
        check("> a\n\nb", "<q>a</q><span hidden>\n</span>\nb");
        let nested = to_html(&parse("> a\n>\n> ```\n> b\n> ```\n\nc", &NoPlaceholders).0);
        assert!(nested.ends_with("b</code></span></q><span hidden>\n</span>\nc"), "{nested}");
    }

    #[test]
    fn a_command_is_a_button_but_not_in_code() {
        check(
            "**see /help**, `/help`",
            "<b>see <button form=\"taps\" name=\"in\" value=\"t:/help\" class=\"command\">/help</button></b>, <code>/help</code>",
        );
    }
}
