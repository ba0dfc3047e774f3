//! HTML → blocks. The tokenizer is html5gum's; what a page's parts mean is decided here, with an eye on pages as they are: tags
//! that never close, tables for layout, menus beside the text.

mod page;

use std::collections::BTreeMap;

use self::page::{EMBEDDED, INLINE, Page, Part, SILENT, VOID, level, plain};
use super::{Block, Document, LeftOut, Style, Words};
use crate::markup::is_web_address;

/// Lists within each other, as deep as a message shows them.
const LISTS_MAX: usize = 8;

/// What names something that is shown and has no words, the best first.
const NAMES: [&str; 5] = ["title", "aria-label", "alt", "src", "data"];
/// Tags that begin a part of their own and are nothing else here.
const BLOCKS: [&str; 41] = [
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "main",
    "p",
    "picture",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
];

/// What stands for the tag of a note's sign among those that are open.
const NOTE: &str = "sup[";
/// The most parts of a link that are looked through for its words.
const LINK_PARTS_MAX: usize = 100;

/// The most styles within each other: where more are open, somebody has forgotten to close them.
const STYLES_MAX: usize = 100;

pub(super) fn read(page: &str) -> Document {
    let page = Page::new(page);
    let text = page.range_of_text();
    let is_in_text = |at: usize| text.as_ref().is_none_or(|text| text.contains(&at));
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(part) = page.parts.get(at) {
        let left_out = match part {
            Part::Start(name, attributes) => page.part_left_out(at, name, attributes, is_in_text(at)),
            _ => None,
        };
        // What the text itself stands in is entered.
        let holds_text = text.as_ref().is_some_and(|text| at < text.start && text.start < page.ends[at]);
        if let Some(kind) = left_out.filter(|_| !holds_text) {
            reader.leave_out(&kind, page.inside(at));
            at = page.ends[at];
            continue;
        }
        match part {
            _ if !is_in_text(at) => reader.outside(part),
            Part::Start(name, attributes) => reader.start(name, attributes, page.inside(at)),
            Part::End(name) => reader.end(name),
            Part::Text(words) => reader.text(words),
        }
        at += 1;
    }
    reader.finish()
}

/// A list that is open: the number of its next item, if it has numbers.
struct List {
    next: Option<i64>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<Words>>,
    has_merged_cells: bool,
}

#[derive(Default)]
struct Reader {
    document: Document,
    words: Words,
    /// The tags of styles that are open.
    styles: Vec<(String, Option<Style>)>,
    lists: Vec<List>,
    heading: Option<usize>,
    /// The item whose words are to come: how deep it stands, and its number.
    item: Option<(usize, Option<String>)>,
    /// Whether the last block is an item that is still open.
    in_item: bool,
    quotes: usize,
    /// Whether the last block is a quotation that is still open.
    in_quote: bool,
    preformatted: usize,
    table: Option<Table>,
    /// The words of the page around its text.
    around: String,
}

impl Reader {
    fn start(&mut self, name: &str, attributes: &BTreeMap<String, String>, inside: &[Part]) {
        match name {
            "br" => self.line_end(),
            "img" => {
                let words = attributes.get("alt").or(attributes.get("src")).map_or("", String::as_str);
                self.document.left_out.push(LeftOut::Picture(words.to_owned()));
            }
            "input" => {
                if let Some(words) = input_words(attributes) {
                    self.document.left_out.push(LeftOut::Embedded(name.to_owned(), words.to_owned()));
                }
            }
            "area" => {
                if let Some(address) = attributes.get("href").filter(|address| !address.starts_with('#')) {
                    let words = attributes.get("alt").cloned().unwrap_or_default();
                    self.document.left_out.push(LeftOut::Link(words, address.clone()));
                }
            }
            "embed" => {
                if let Some(words) = name_of(attributes) {
                    self.document.left_out.push(LeftOut::Embedded(name.to_owned(), words.to_owned()));
                }
            }
            _ if VOID.contains(&name) && name != "hr" => {}
            _ if INLINE.contains(&name) => {
                let is_note =
                    name == "sup" && attributes.get("class").is_some_and(|class| class.starts_with("footnote"));
                if is_note {
                    self.words.push("[", None);
                }
                if let Some(tip) = attributes.get("title").filter(|_| name == "abbr" || name == "acronym") {
                    self.document.left_out.push(LeftOut::Tip(tip.clone()));
                }
                let style = style(name, attributes);
                if name == "a" {
                    match &style {
                        None => self.lost_link(attributes, inside),
                        Some(Style::Link(address)) if plain(&inside[..inside.len().min(LINK_PARTS_MAX)]).is_empty() => {
                            self.document.left_out.push(LeftOut::Link(String::new(), address.clone()));
                        }
                        Some(_) => {}
                    }
                }
                if self.styles.len() < STYLES_MAX {
                    self.styles.push((if is_note { NOTE } else { name }.to_owned(), style));
                }
            }
            "table" if self.table.is_none() && is_of_data(inside) => {
                self.flush();
                self.close_item();
                self.table = Some(Table::default());
            }
            "tr" if self.table.is_some() => {
                self.cell_end();
                self.table.iter_mut().for_each(|table| table.rows.push(Vec::new()));
            }
            "td" | "th" if self.table.is_some() => {
                self.cell_end();
                if let Some(table) = &mut self.table {
                    let spans = ["colspan", "rowspan"]
                        .map(|key| attributes.get(key).and_then(|span| span.parse::<usize>().ok()).unwrap_or(1));
                    table.has_merged_cells |= spans.iter().any(|&span| span > 1);
                    if table.rows.is_empty() {
                        table.rows.push(Vec::new());
                    }
                    if let Some(row) = table.rows.last_mut() {
                        row.push(Words::default());
                    }
                }
            }
            _ if self.table.is_some() => self.space(),
            "ul" | "ol" | "menu" | "dir" => {
                self.flush();
                let start = attributes.get("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push(List { next: (name == "ol").then_some(start) });
            }
            "li" => {
                self.flush();
                self.in_item = false;
                let depth = self.lists.len().clamp(1, LISTS_MAX) - 1;
                let number = self.lists.last_mut().and_then(|list| list.next.as_mut()).map(|next| {
                    *next = attributes.get("value").and_then(|value| value.parse().ok()).unwrap_or(*next);
                    let number = format!("{next}.");
                    *next = next.saturating_add(1);
                    number
                });
                self.item = Some((depth, number));
            }
            "blockquote" => {
                self.flush();
                self.close_item();
                self.quotes += 1;
            }
            "pre" | "listing" | "xmp" => {
                self.flush();
                self.close_item();
                self.preformatted += 1;
            }
            // `<your name>` is for those who read, `<x-card>` for a script.
            _ if !BLOCKS.contains(&name) && !name.contains('-') => {
                let words: Vec<&str> = std::iter::once(name).chain(attributes.keys().map(String::as_str)).collect();
                self.document.left_out.push(LeftOut::Tag(format!("<{}>", words.join(" "))));
            }
            _ => {
                self.flush();
                if let Some(level) = level(name) {
                    self.close_item();
                    self.close_quote();
                    self.heading = Some(level);
                }
                if name == "dt" || name == "summary" || name == "caption" {
                    self.styles.push((name.to_owned(), Some(Style::Bold)));
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        if INLINE.contains(&name) || name == "dt" || name == "summary" || name == "caption" {
            let is_this = |(open, _): &(String, Option<Style>)| open == name || (open == NOTE && name == "sup");
            if let Some(at) = self.styles.iter().rposition(is_this) {
                let (open, _) = self.styles.remove(at);
                if open == NOTE {
                    self.words.push("]", None);
                }
            }
            if !INLINE.contains(&name) {
                self.flush();
            }
            return;
        }
        match name {
            "td" | "th" | "tr" if self.table.is_some() => self.cell_end(),
            "table" => {
                self.cell_end();
                match self.table.take() {
                    Some(table) => self.table_end(table),
                    None => self.flush(),
                }
            }
            _ if self.table.is_some() => self.space(),
            "ul" | "ol" | "menu" | "dir" => {
                self.flush();
                self.lists.pop();
                // What follows belongs to the item around this list.
                self.close_item();
            }
            "li" => {
                self.flush();
                self.close_item();
            }
            "blockquote" => {
                self.flush();
                self.close_quote();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" | "listing" | "xmp" => {
                self.flush();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            _ if level(name).is_some() => {
                self.flush();
                self.heading = None;
            }
            // In `</p>` without a beginning browsers see an empty paragraph.
            _ => self.flush(),
        }
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 && self.table.is_none() {
            self.words.push(text, None);
            return;
        }
        let style = self.style();
        let mut is_first = true;
        for word in text.split(|c: char| c.is_ascii_whitespace()) {
            if !is_first {
                self.space();
            }
            is_first = false;
            if !word.is_empty() {
                self.words.push(word, style.as_ref());
            }
        }
    }

    /// The style of the words to come: that of code, else of a link, else the innermost.
    fn style(&self) -> Option<Style> {
        let open = || self.styles.iter().rev().filter_map(|(_, style)| style.as_ref());
        let find = |wanted: fn(&Style) -> bool| open().find(|style| wanted(style));
        find(|style| matches!(style, Style::Code))
            .or_else(|| find(|style| matches!(style, Style::Link(_))))
            .or_else(|| open().next())
            .cloned()
    }

    fn space(&mut self) {
        if !self.words.ends_with(char::is_whitespace) {
            // Between words of one style it has that style, too: marks would part them.
            let style = self.style();
            let last = self.words.0.last().and_then(|run| run.style.clone());
            self.words.push(" ", if style == last { style.as_ref() } else { None });
        }
    }

    fn line_end(&mut self) {
        if self.heading.is_some() || self.table.is_some() {
            self.space();
        } else if self.words.0.last().is_some_and(|run| run.text.trim_end_matches(' ').ends_with('\n')) {
            // Two in a row are what a paragraph was before there was `<p>`.
            self.flush();
        } else if self.words.has_words() {
            self.words.push("\n", None);
        }
    }

    /// Ends the paragraph that is open.
    fn flush(&mut self) {
        if self.table.is_some() {
            return;
        }
        if self.preformatted > 0 {
            let code = std::mem::take(&mut self.words).to_plain();
            let code = code.trim_matches('\n').trim_end();
            if !code.is_empty() {
                self.document.blocks.push(Block::Code(code.to_owned()));
            }
            return;
        }
        let words = std::mem::take(&mut self.words).trimmed();
        if !words.has_words() {
            return;
        }
        let blocks = &mut self.document.blocks;
        if let Some(level) = self.heading {
            blocks.push(Block::Heading(level, words));
        } else if self.quotes > 0 {
            let words = match self.item.take() {
                Some((_, number)) => prefixed(&number.unwrap_or_else(|| "-".to_owned()), words),
                None => words,
            };
            match blocks.last_mut() {
                Some(Block::Quote(before)) if self.in_quote => append(before, "\n", words),
                _ => blocks.push(Block::Quote(words)),
            }
            self.in_quote = true;
        } else if let Some((depth, number)) = self.item.take() {
            blocks.push(Block::Item { depth, number, words });
            self.in_item = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Item { words: before, .. }) if self.in_item => append(before, "\n", words),
                _ => blocks.push(Block::Paragraph(words)),
            }
        }
    }

    fn close_item(&mut self) {
        self.in_item = false;
        self.item = None;
    }

    fn close_quote(&mut self) {
        self.in_quote = false;
    }

    fn cell_end(&mut self) {
        let Some(table) = &mut self.table else { return };
        let words = std::mem::take(&mut self.words).trimmed();
        if !words.has_words() {
            return;
        }
        match table.rows.last_mut().and_then(|row| row.last_mut()) {
            Some(cell) if cell.has_words() => append(cell, " ", words),
            Some(cell) => *cell = words,
            // Words of a table beside its cells stand before it, as browsers show them.
            None => self.document.blocks.push(Block::Paragraph(words)),
        }
    }

    fn table_end(&mut self, mut table: Table) {
        table.rows.retain(|row| row.iter().any(Words::has_words));
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        for row in &mut table.rows {
            row.resize(columns, Words::default());
        }
        if table.rows.is_empty() {
            return;
        }
        let block = Block::Table(table.rows);
        if table.has_merged_cells {
            self.document.left_out.push(LeftOut::MergedCells(block.to_plain()));
        }
        self.document.blocks.push(block);
    }

    /// Names a link that is not kept, unless its words say where it leads.
    fn lost_link(&mut self, attributes: &BTreeMap<String, String>, inside: &[Part]) {
        let Some(address) = attributes.get("href").filter(|address| !address.starts_with('#')) else { return };
        // A link that never closes has the whole page for its words.
        let words = plain(&inside[..inside.len().min(LINK_PARTS_MAX)]);
        let bare = address.trim_start_matches("mailto:").trim_start_matches("tel:");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        // `020 7946 0958` says where `tel:+442079460958` leads.
        let (shown, number) = (digits(&words), digits(bare));
        let is_number =
            address.starts_with("tel:") && shown.len() > 5 && number.ends_with(shown.trim_start_matches('0'));
        if !words.contains(bare) && !is_number {
            self.document.left_out.push(LeftOut::Link(words, address.clone()));
        }
    }

    fn leave_out(&mut self, kind: &str, inside: &[Part]) {
        if kind == "head" {
            let title = inside.iter().position(|part| matches!(part, Part::Start(name, _) if name == "title"));
            if let Some(Part::Text(title)) = title.and_then(|at| inside.get(at + 1)) {
                self.document.title = Some(title.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        if SILENT.contains(&kind) {
            return;
        }
        let words = plain(inside);
        if !words.is_empty() {
            self.document.left_out.push(LeftOut::Part(kind.to_owned(), words));
            return;
        }
        let attributes = inside.iter().filter_map(|part| match part {
            Part::Start(_, attributes) => Some(attributes),
            _ => None,
        });
        if let Some(name) = attributes.filter_map(name_of).next().filter(|_| EMBEDDED.contains(&kind)) {
            self.document.left_out.push(LeftOut::Embedded(kind.to_owned(), name.to_owned()));
        }
    }

    fn outside(&mut self, part: &Part) {
        match part {
            Part::Text(words) => self.around.push_str(words),
            Part::Start(name, attributes) if name == "input" => {
                self.around.push_str(&format!(" {} ", input_words(attributes).unwrap_or_default()));
            }
            _ => self.around.push(' '),
        }
    }

    fn finish(mut self) -> Document {
        // A table that never closes.
        self.cell_end();
        if let Some(table) = self.table.take() {
            self.table_end(table);
        }
        self.flush();
        if !self.around.trim().is_empty() {
            self.document.left_out.push(LeftOut::Part("around the text".to_owned(), self.around));
        }
        self.document
    }
}

fn append(words: &mut Words, between: &str, more: Words) {
    words.push(between, None);
    for run in more.0 {
        words.push(&run.text, run.style.as_ref());
    }
}

fn prefixed(sign: &str, words: Words) -> Words {
    let mut prefixed = Words::plain(&format!("{sign} "));
    append(&mut prefixed, "", words);
    prefixed
}

fn style(name: &str, attributes: &BTreeMap<String, String>) -> Option<Style> {
    match name {
        "b" | "strong" => Some(Style::Bold),
        "i" | "em" | "cite" | "dfn" => Some(Style::Italic),
        "u" | "ins" => Some(Style::Underline),
        "s" | "del" => Some(Style::Strike),
        "code" | "kbd" | "samp" => Some(Style::Code),
        "a" => {
            let address = attributes.get("href")?.trim();
            // `//host/path` is an address by the scheme of the page.
            let scheme = if address.starts_with("//") { "https:" } else { "" };
            let address = url::Url::parse(&format!("{scheme}{address}")).ok()?;
            is_web_address(address.as_str()).then(|| Style::Link(encoded(address.as_str())))
        }
        _ => None,
    }
}

/// The words on a button or in a field of a form, where people see some.
fn input_words(attributes: &BTreeMap<String, String>) -> Option<&str> {
    let kind = attributes.get("type").map_or("text", String::as_str).to_ascii_lowercase();
    if ["hidden", "checkbox", "radio", "password"].contains(&kind.as_str()) {
        return None;
    }
    let words = ["value", "placeholder", "alt"].iter().filter_map(|key| attributes.get(*key));
    words.map(|words| words.trim()).find(|words| !words.is_empty())
}

/// What something without words is called, or where it lies. A picture within the page is no name.
fn name_of(attributes: &BTreeMap<String, String>) -> Option<&str> {
    let names = NAMES.iter().filter_map(|key| attributes.get(*key)).map(|name| name.trim());
    names.into_iter().find(|name| !name.is_empty() && !name.starts_with("data:") && !name.starts_with('#'))
}

/// An address without signs that would end it in Markdown or mean something there.
fn encoded(address: &str) -> String {
    let encode = |c: char| match c {
        '(' | ')' | '<' | '>' | '{' | '}' | '\\' | '`' | '"' | '*' | '_' | '~' | '|' | '[' | ']' | '\'' => {
            format!("%{:02X}", u32::from(c))
        }
        c => c.to_string(),
    };
    address.chars().map(encode).collect()
}

/// Whether a table holds data: it has more than one column, and nothing in it that divides a page.
fn is_of_data(parts: &[Part]) -> bool {
    let mut cells = 0;
    let mut columns = 0;
    for part in &parts[1.min(parts.len())..] {
        let Part::Start(name, _) = part else { continue };
        match name.as_str() {
            "table" | "ul" | "ol" | "pre" | "blockquote" => return false,
            name if level(name).is_some() => return false,
            "tr" => cells = 0,
            "td" | "th" => {
                cells += 1;
                columns = columns.max(cells);
            }
            _ => {}
        }
    }
    columns > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(block: &Block) -> String {
        match block {
            Block::Heading(level, words) => format!("h{level} {}", words.to_plain()),
            Block::Paragraph(words) => format!("p {}", words.to_plain()),
            Block::Item { depth, .. } => format!("li{depth} {}", block.to_plain()),
            Block::Quote(words) => format!("q {}", words.to_plain()),
            Block::Code(text) => format!("code {text}"),
            Block::Table(_) => format!("table {}", block.to_plain()),
        }
    }

    #[track_caller]
    fn check(page: &str, expected: &[&str]) -> Document {
        let document = read(page);
        assert_eq!(document.blocks.iter().map(shown).collect::<Vec<_>>(), expected, "{page}");
        document
    }

    #[test]
    fn blocks_are_known_by_their_tags_closed_or_not() {
        check("<h1>A</h1><p>b <b>c</b>\n d<p>e<br>f", &["h1 A", "p b c d", "p e\nf"]);
        check(
            "<ul><li>a<ol start=3><li>b<li value=7>c</ol><li>d</ul>e",
            &["li0 a", "li1 3. b", "li1 7. c", "li0 d", "p e"],
        );
        check("<blockquote><p>a</p><p>b</p></blockquote>c<pre>\n d\n  e</pre>", &["q a\nb", "p c", "code  d\n  e"]);
        check("<dl><dt>a<dd>b</dl>", &["p a", "p b"]);
        check("a<br><br>b &eacute;&#x200b;t&eacute;", &["p a", "p b été"]);
    }

    #[test]
    fn tables_of_data_are_tables_and_those_for_layout_are_not() {
        let document = check("<table><tr><th>a<th>b<tr><td colspan=2>c</table>", &["table a b\nc "]);
        assert!(matches!(document.left_out[..], [LeftOut::MergedCells(_)]));
        check("<table><tr><td>menu<td><h2>a</h2>b</table>", &["p menu", "h2 a", "p b"]);
        check("<table><tr><td>a<tr><td>b</table>", &["p a", "p b"]);
    }

    #[test]
    fn the_text_of_a_page_is_its_main_part_and_what_is_left_out_is_named() {
        let page = "<head><title>T</title><style>x</style></head><header>Logo</header><nav>Menu</nav>\
                    <main><header><h1>A</h1></header>b<script>s</script><img alt=pic><nav>here</nav></main>around<footer>foot</footer>";
        let document = check(page, &["h1 A", "p b"]);
        assert_eq!(document.title.as_deref(), Some("T"));
        let part = |kind: &str, words: &str| LeftOut::Part(kind.to_owned(), words.to_owned());
        let expected = [
            part("header", "Logo"),
            part("nav", "Menu"),
            LeftOut::Picture("pic".to_owned()),
            part("nav", "here"),
            part("footer", "foot"),
            part("around the text", " around"),
        ];
        let around = document.left_out.len() - 1;
        assert_eq!(document.left_out[..around], expected[..around]);
        assert!(matches!(&document.left_out[around], LeftOut::Part(_, words) if words.trim() == "around"));
        check("<header><h1>A</h1></header><nav>b</nav>c", &["h1 A", "p c"]);
    }

    #[test]
    fn links_that_are_lost_are_named_unless_their_words_say_it() {
        let document = check(
            "<a href=/a>here</a> <a href='https://example.org/(b)'>there</a> <a href=mailto:a@b.org>a@b.org</a> <a href=tel:+442079460958>020 7946 0958</a> <a href=#top>top</a>",
            &["p here there a@b.org 020 7946 0958 top"],
        );
        assert_eq!(document.left_out, [LeftOut::Link("here".to_owned(), "/a".to_owned())]);
        let Some(Block::Paragraph(words)) = document.blocks.first() else { return };
        assert!(words.0.iter().any(|run| run.style == Some(Style::Link("https://example.org/%28b%29".to_owned()))));
    }

    #[test]
    fn what_a_message_cannot_show_is_named() {
        for (page, kind, words) in [
            ("<iframe src=https://example.org/map></iframe>", "iframe", "https://example.org/map"),
            ("<iframe title='The way to us' src=x></iframe>", "iframe", "The way to us"),
            ("<object data=plan.pdf></object>", "object", "plan.pdf"),
            ("<video controls><source src=film.mp4></video>", "video", "film.mp4"),
            ("<embed src=song.mid>", "embed", "song.mid"),
            ("<form><input type=hidden value=x><input type=submit value=Join></form>", "input", "Join"),
        ] {
            let document = check(&format!("a{page}"), &["p a"]);
            assert_eq!(document.left_out, [LeftOut::Embedded(kind.to_owned(), words.to_owned())], "{page}");
        }
        for (page, kind, words) in [
            ("<object data=plan.pdf>Our plan</object>", "object", "Our plan"),
            ("<math><mi>x</mi><mn>2</mn></math>", "math", "x 2"),
            ("<svg><path d=M0/><text>1,200 wells</text></svg>", "svg", "1,200 wells"),
            ("<noscript>Call us</noscript>", "noscript", "Call us"),
        ] {
            let document = check(&format!("a{page}"), &["p a"]);
            assert_eq!(document.left_out, [LeftOut::Part(kind.to_owned(), words.to_owned())], "{page}");
        }
        let silent = "a<svg><path d=M0></svg><script>b</script><style>c</style><template>d</template>";
        assert_eq!(check(silent, &["p a"]).left_out, []);
        let around = check("<main>a</main><input type=submit value=Join>", &["p a"]);
        assert!(matches!(&around.left_out[..], [LeftOut::Part(_, words)] if words.trim() == "Join"));
    }

    #[test]
    fn links_without_words_are_named_and_those_without_a_scheme_kept() {
        let document =
            check("a <a href=https://example.org/x><img alt=b></a> <a href=//example.org/y>c</a>", &["p a c"]);
        let link = LeftOut::Link(String::new(), "https://example.org/x".to_owned());
        assert_eq!(document.left_out, [link, LeftOut::Picture("b".to_owned())]);
        let Some(Block::Paragraph(words)) = document.blocks.first() else { panic!("{:?}", document.blocks) };
        assert!(words.0.iter().any(|run| run.style == Some(Style::Link("https://example.org/y".to_owned()))));
    }

    #[test]
    fn what_never_closes_takes_no_long_time() {
        for tag in [
            "<a href=x>",
            "<nav>",
            "<table>",
            "<ul><li>",
            "<b>",
            "<header>",
            "<div>",
            "<blockquote>",
            "<table><tr><td>a<td>",
        ] {
            let words = read(&tag.repeat(20_000)).blocks.len();
            assert!(words <= 40_000, "{tag}");
        }
    }
}
