//! [`RichText`] → HTML: a style becomes its element, a list a list, everything else is escaped.
//!
//! A text is lines: those with a bullet are items of a list, an empty line ends a paragraph. Blocks of code and quotations are
//! found first, the lines between them next, and the styles within a line last. So a style that reaches over lines is opened again
//! in each, and no element ever crosses another.

use std::ops::Range;

use askama::filters::{Escaper, Html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::bot::command::commands_in;
use crate::markup::{RichText, Span, Style};

/// The text as HTML: paragraphs, lists, quotations and blocks of code beside each other.
///
/// `address_of` knows where a command leads that stands in the text, as `contact` of `/contact`.
#[must_use]
pub fn to_html(text: &RichText, address_of: &dyn Fn(&str) -> Option<String>) -> String {
    let mut spans: Vec<&Span> = text.spans().iter().collect();
    // The sort is stable: of two with the same range the outer one stays first.
    spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
    let mut writer =
        Writer { text: text.as_str(), address_of, out: String::with_capacity(text.as_str().len() * 5 / 4) };
    writer.blocks(0..text.as_str().len(), &spans);
    writer.out
}

/// The address that a phone dials: its digits, and a comma where it waits before the extension.
pub(crate) fn tel(number: &str) -> String {
    let dialled = number.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | ','));
    "tel:".chars().chain(dialled).collect()
}

/// What stands in a file's name as it does in an address (RFC 3986, unreserved), beside letters and digits.
const IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a file as it stands in an address.
pub(crate) fn encoded_path(path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(|part| utf8_percent_encode(part, IN_NAMES).to_string()).collect();
    parts.join("/")
}

struct Writer<'a> {
    text: &'a str,
    address_of: &'a dyn Fn(&str) -> Option<String>,
    out: String,
}

impl Writer<'_> {
    /// Quotations and blocks of code, and the lines between them.
    fn blocks(&mut self, range: Range<usize>, spans: &[&Span]) {
        let mut at = range.start;
        for (i, span) in spans.iter().enumerate() {
            if !is_block(&span.style) || span.range.start < at || span.range.end > range.end {
                continue;
            }
            self.lines(at..span.range.start, spans);
            if span.style == Style::Pre {
                self.out.push_str("<pre>");
                // HTML leaves out the first line end of a block of code.
                self.escape(self.text[span.range.clone()].trim_end_matches('\n'));
                self.out.push_str("</pre>\n");
            } else {
                self.out.push_str("<blockquote>\n");
                self.blocks(span.range.clone(), &spans[i + 1..]);
                self.out.push_str("</blockquote>\n");
            }
            at = span.range.end;
        }
        self.lines(at..range.end, spans);
    }

    /// Paragraphs and lists.
    fn lines(&mut self, range: Range<usize>, spans: &[&Span]) {
        let mut start = range.start;
        // How many lists are open within each other; whether a paragraph is; whether an empty line came before.
        let (mut lists, mut in_paragraph, mut after_gap) = (0, false, true);
        for line in self.text[range].split_inclusive('\n') {
            let words = start + (line.len() - line.trim_start().len())..start + line.trim_end().len();
            let indent = line.len() - line.trim_start_matches(' ').len();
            start += line.len();
            if words.is_empty() {
                after_gap = true;
                continue;
            }
            let mark =
                Mark::of(&self.text[words.clone()]).filter(|mark| *mark != Mark::Number || lists > 0 || after_gap);
            if let Some(mark) = mark {
                if in_paragraph {
                    self.out.push_str("</p>\n");
                    in_paragraph = false;
                }
                lists = self.item(lists, indent / 2 + 1, mark, words, spans);
            } else if lists > 0 && indent > 0 {
                self.out.push_str(if after_gap { "<br><br>" } else { "<br>" });
                self.inline(words, spans);
            } else {
                self.close_lists(lists);
                lists = 0;
                self.out.push_str(match (in_paragraph, after_gap) {
                    (true, false) => "<br>\n",
                    (true, true) => "</p>\n<p>",
                    (false, _) => "<p>",
                });
                in_paragraph = true;
                self.inline(words, spans);
            }
            after_gap = false;
        }
        self.close_lists(lists);
        if in_paragraph {
            self.out.push_str("</p>\n");
        }
    }

    /// Begins an item, and gives how many lists are open then.
    fn item(&mut self, open: usize, depth: usize, mark: Mark, words: Range<usize>, spans: &[&Span]) -> usize {
        let depth = depth.min(open + 1);
        if depth > open {
            self.out.push_str("<ul>");
        } else {
            self.out.push_str(&"</li></ul>".repeat(open - depth));
            self.out.push_str("</li>");
        }
        // A number stands there as it is written: HTML would count by itself.
        self.out.push_str(if mark == Mark::Number { "\n<li class=\"number\">" } else { "\n<li>" });
        let shown = self.text[words.clone()].trim_start_matches(BULLETS).trim_start();
        let from = if mark == Mark::Bullet { words.end - shown.len() } else { words.start };
        self.inline(from..words.end, spans);
        depth
    }

    fn close_lists(&mut self, open: usize) {
        self.out.push_str(&"</li></ul>\n".repeat(open));
    }

    /// Words within a line, in their styles.
    fn inline(&mut self, range: Range<usize>, spans: &[&Span]) {
        // The elements that are open: where each ends, its closing tag, and whether nothing within it becomes a link.
        let mut open: Vec<(usize, &str, bool)> = Vec::new();
        let mut at = range.start;
        for span in spans.iter().filter(|span| !is_block(&span.style)) {
            let (start, end) = (span.range.start.max(range.start), span.range.end.min(range.end));
            if start >= end {
                continue;
            }
            at = self.close_until(start, at, &mut open);
            let is_verbatim = is_verbatim(&open);
            self.words(at..start, is_verbatim);
            at = start;
            if let Some((tag, closing)) = self.element(span, is_verbatim) {
                self.out.push_str(&tag);
                open.push((end, closing, is_verbatim || !matches!(closing, "</b>" | "</i>" | "</u>" | "</s>")));
            }
        }
        at = self.close_until(range.end, at, &mut open);
        self.words(at..range.end, false);
    }

    /// Closes what ends at a place or before, and gives how far the text is written then.
    fn close_until(&mut self, place: usize, mut at: usize, open: &mut Vec<(usize, &str, bool)>) -> usize {
        while let Some(&(end, closing, _)) = open.last().filter(|(end, ..)| *end <= place) {
            self.words(at..end, is_verbatim(open));
            self.out.push_str(closing);
            open.pop();
            at = end;
        }
        at
    }

    /// The opening and the closing tag of a style; `None` of a link within a link, which HTML does not have.
    fn element(&self, span: &Span, is_verbatim: bool) -> Option<(String, &'static str)> {
        let words = &self.text[span.range.clone()];
        let link = |address: &str| (!is_verbatim).then(|| (format!("<a href=\"{}\">", escaped(address)), "</a>"));
        match &span.style {
            Style::Bold => Some(("<b>".to_owned(), "</b>")),
            Style::Italic => Some(("<i>".to_owned(), "</i>")),
            Style::Underline => Some(("<u>".to_owned(), "</u>")),
            Style::Strike => Some(("<s>".to_owned(), "</s>")),
            Style::Code => Some(("<code>".to_owned(), "</code>")),
            Style::Link(address) => link(address),
            Style::Phone => link(&tel(words)),
            Style::Email => link(&format!("mailto:{words}")),
            Style::Pre | Style::Quote | Style::LongQuote => None,
        }
    }

    /// Words without styles. A command in them leads to its page, as it does in a message.
    fn words(&mut self, range: Range<usize>, is_verbatim: bool) {
        let words = &self.text[range];
        let mut written = 0;
        for command in commands_in(words).filter(|_| !is_verbatim) {
            let name = &words[command.start + 1..command.end];
            if let Some(address) = (self.address_of)(name) {
                self.escape(&words[written..command.start]);
                written = command.end;
                self.out.push_str(&format!("<a href=\"{}\">/{name}</a>", escaped(&address)));
            }
        }
        self.escape(&words[written..]);
    }

    fn escape(&mut self, text: &str) {
        // A `String` takes everything.
        let _ = Html.write_escaped_str(&mut self.out, text);
    }
}

/// What an item of a list begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bullet,
    /// A number and a full stop.
    Number,
}

/// The bullets that `markup` writes.
const BULLETS: [char; 2] = ['•', '◦'];

impl Mark {
    fn of(line: &str) -> Option<Self> {
        if line.starts_with(BULLETS) {
            return Some(Self::Bullet);
        }
        let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (behind.len() < line.len() && behind.starts_with(". ")).then_some(Self::Number)
    }
}

fn is_block(style: &Style) -> bool {
    matches!(style, Style::Pre | Style::Quote | Style::LongQuote)
}

fn is_verbatim(open: &[(usize, &str, bool)]) -> bool {
    open.last().is_some_and(|(.., is_verbatim)| *is_verbatim)
}

/// A text as it stands in HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A `String` takes everything.
    let _ = Html.write_escaped_str(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Placeholders, parse};

    struct None;

    impl Placeholders for None {
        fn text(&self, name: &str) -> Option<RichText> {
            match name {
                "phones" => Some(RichText::styled("+223 20 22", Style::Phone)),
                "email" => Some(RichText::styled("a@example.org", Style::Email)),
                _ => Option::None,
            }
        }

        fn address(&self, _: &str) -> Option<String> {
            Option::None
        }
    }

    fn check(markdown: &str, expected: &str) {
        let (text, _) = parse(markdown, &None);
        let html = to_html(&text, &|command| (command == "contact").then(|| "contact.html".to_owned()));
        assert_eq!(html.trim_end(), expected, "{markdown:?}");
    }

    #[test]
    fn a_path_is_encoded_name_by_name() {
        assert_eq!(encoded_path("fr/l'école #1?.ogg"), "fr/l%27%C3%A9cole%20%231%3F.ogg");
        assert_eq!(encoded_path("logo_2-a.jpg"), "logo_2-a.jpg");
    }

    #[test]
    fn a_style_is_its_element() {
        check("**a** *b* __c__ ~~d~~ `e`", "<p><b>a</b> <i>b</i> <u>c</u> <s>d</s> <code>e</code></p>");
        check("**a *b* c**", "<p><b>a <i>b</i> c</b></p>");
        check("[a & b](https://e.org/?a=1&b=2)", "<p><a href=\"https://e.org/?a=1&#38;b=2\">a &#38; b</a></p>");
        check("## Title\nwords", "<p><b>Title</b></p>\n<p>words</p>");
        check(
            "{phones}, {email}",
            "<p><a href=\"tel:+2232022\">+223 20 22</a>, <a href=\"mailto:a@example.org\">a@example.org</a></p>",
        );
        check("[call {phones}](https://e.org)", "<p><a href=\"https://e.org\">call +223 20 22</a></p>");
    }

    #[test]
    fn lines_are_paragraphs_lists_and_blocks() {
        check("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>");
        check("a\n- b\n- c\n\nd", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li></ul>\n<p>d</p>");
        check("- a\n  - b\n- c", "<ul>\n<li>a<ul>\n<li>b</li></ul></li>\n<li>c</li></ul>");
        check("- a\n  b", "<ul>\n<li>a<br>b</li></ul>");
        check("1. a\n3. b", "<ul>\n<li class=\"number\">1. a</li>\n<li class=\"number\">3. b</li></ul>");
        check("> a\n> b", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>");
        check("```\na  <b>\n  c\n```", "<pre>a  &#60;b&#62;\n  c</pre>");
    }

    #[test]
    fn a_command_leads_to_its_page() {
        check("call: /contact.", "<p>call: <a href=\"contact.html\">/contact</a>.</p>");
        for words in ["/other", "a/contact", "/contact/b", "/contacts", "/contacté"] {
            check(words, &format!("<p>{words}</p>"));
        }
        check("`/contact`", "<p><code>/contact</code></p>");
    }
}
