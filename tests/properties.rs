//! What holds for any input: no panic, no limit passed, nothing lost. `PROPTEST_CASES=100000` runs it longer.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use palabre::bot::inline::{self, InlineAnswer, InlineQuery, InlineResult};
use palabre::bot::pages::PageSource;
use palabre::bot::reply::{Input, PageReply, Place, Reply, Request, reply};
use palabre::content::Content;
use palabre::content::load::{self, Loaded, YearMonth};
use palabre::diag::Severity;
use palabre::markup::{Ambiguity, Placeholders, Problem, RichText, Style, parse, utf16_len};
use palabre::messages::Locale;
use palabre::site::to_html;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::contents::check_every_page;
use crate::preview::crawl;
use crate::site::tags_and_text;

const NOW: YearMonth = YearMonth { year: 2026, month: 2 };

struct OnePlaceholder;

impl Placeholders for OnePlaceholder {
    fn text(&self, name: &str) -> Option<RichText> {
        (name == "name").then(|| RichText::styled("+44 20", Style::Phone))
    }

    fn address(&self, _: &str) -> Option<String> {
        None
    }
}

/// Markdown as editors write it and as they do not: marks, letters of many scripts, emoji, broken pieces.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "**",
        "__",
        "*",
        "_",
        "~~",
        "`",
        "```\n",
        "\n\n",
        "\n",
        "# ",
        "> ",
        "- ",
        "1. ",
        "  ",
        "[a](https://a.example)",
        "[",
        "](",
        "{name}",
        "{nobody}",
        "{",
        "\\",
        "![x](y)",
        "<b>",
        "|a|b|\n|-|-|\n",
        "Une phrase. ",
        "mot ",
        "é",
        "e\u{301}",
        "👨‍👩‍👧‍👦",
        "🇲🇱",
        "𐐷",
        "ߒߞߏ ",
        "السلام ",
        "\u{200d}",
        "&amp;",
        "---\n",
    ]);
    prop::collection::vec(prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => ".{0,12}"], 0..120)
        .prop_map(|p| p.concat())
}

/// What an office writes and pastes: numbers with signs, lists of other programs, columns, addresses, indented paragraphs.
fn office_text() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "*",
        "**",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "+ ",
        "+",
        "> ",
        ">",
        "- ",
        "-",
        "– ",
        "• ",
        "■",
        "# ",
        "#",
        "1. ",
        "2016. ",
        "3) ",
        "(",
        ")",
        "[",
        "]",
        "]: ",
        ":",
        " : ",
        "=",
        "/",
        ".",
        "!",
        "\\",
        "|",
        "| ",
        "\t",
        "\n",
        "\n",
        "\n\n",
        "\n    ",
        "    ",
        " ",
        " ",
        "144",
        "39",
        "7",
        "mot",
        "é",
        "Rue",
        "A",
        "b",
        "https://example.org/",
        "www.example.org/",
        "***",
        "_b_",
        "===\n",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn check_spans(text: &RichText) {
    for (i, span) in text.spans().iter().enumerate() {
        assert!(span.range.start < span.range.end, "{span:?}");
        assert!(text.as_str().get(span.range.clone()).is_some(), "{span:?} splits a character of {:?}", text.as_str());
        for other in &text.spans()[i + 1..] {
            let (a, b) = (&span.range, &other.range);
            let apart = a.end <= b.start || b.end <= a.start;
            let nested = (a.start <= b.start && b.end <= a.end) || (b.start <= a.start && a.end <= b.end);
            assert!(apart || nested, "{span:?} crosses {other:?}");
        }
    }
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The files of a small content in one language, and of one in five.
static CONTENTS: LazyLock<[Vec<(String, String)>; 2]> =
    LazyLock::new(|| ["cases/check/base", "contents/library"].map(files));

fn files(directory: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory);
    let names = |path: &Path| std::fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut files = Vec::new();
    for name in names(&root) {
        if root.join(&name).is_dir() {
            files.extend(names(&root.join(&name)).map(|file| format!("{name}/{file}")));
        } else {
            files.push(name);
        }
    }
    files.retain(|path| path.ends_with(".toml"));
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(root.join(&path)).unwrap())).collect()
}

/// A change that an editor, an editor's cat or a broken disk may make to a file.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index, usize),
    Insert(Index, String),
    Byte(Index, u8),
    Swap(Index, Index),
    Truncate(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let words = select(vec![
        "\"",
        "'",
        "\"\"\"",
        "=",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\n",
        "#",
        ".",
        "\\",
        "\\u0000",
        "**",
        "{phones}",
        "id",
        "sections",
        "[names]",
        "[well]",
        "title",
        "body",
        "ask",
        "true",
        "-1",
        "1979-05-27",
        "children = [{ id = \"x\", emoji = \"🐝\" }]",
        "\u{feff}",
        "\r\n",
        "🐝",
        "\u{202e}",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z ",
    ]);
    let word = prop_oneof![words.prop_map(str::to_owned), ".{0,8}"];
    prop_oneof![
        (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Damage::Cut(at, length)),
        (any::<Index>(), word).prop_map(|(at, word)| Damage::Insert(at, word)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::Swap(a, b)),
        any::<Index>().prop_map(Damage::Truncate),
    ]
}

fn harm(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Cut(at, length) => {
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.drain(start..end);
        }
        Damage::Insert(at, word) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, word.bytes());
        }
        Damage::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Damage::Swap(a, b) => {
            let mut lines: Vec<Vec<u8>> = bytes.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            *bytes = lines.join(&b'\n');
        }
        Damage::Truncate(at) => bytes.truncate(at.index(bytes.len())),
    }
}

fn shipped() -> &'static Content {
    static SHIPPED: LazyLock<Content> = LazyLock::new(|| load::shipped(NOW).content.unwrap());
    &SHIPPED
}

/// Texts, commands and callback data, near to what the bot knows and far from it.
fn utterance() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "/",
        "@",
        "start",
        "principes",
        "trust",
        "1.",
        "fr",
        ".s.",
        ".lang.",
        "home",
        "card",
        ".",
        "255",
        "256",
        "-1",
        " ",
        "\0",
        "🕊️",
        "ߒߞߏ",
        "\u{202e}",
        "'",
    ]);
    prop_oneof![
        ".{0,80}",
        prop::collection::vec(prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => ".{0,4}"], 0..12)
            .prop_map(|p| p.concat()),
    ]
}

proptest! {
    #[test]
    fn a_text_is_cut_into_pages_without_loss(source in markdown(), limit in 1_usize..600) {
        let (text, _) = parse(&source, &OnePlaceholder);
        check_spans(&text);
        let pages = text.split(limit);
        for page in &pages {
            prop_assert!(!page.is_empty());
            check_spans(page);
            // Only a single character of two units may be longer than a limit of one.
            prop_assert!(page.utf16_len() <= limit.max(2), "{} > {limit}", page.utf16_len());
        }
        let together: String = pages.iter().map(|page| visible(page.as_str())).collect();
        prop_assert_eq!(together, visible(text.as_str()));
        for span in text.spans().iter().filter(|span| matches!(span.style, Style::Link(_) | Style::Bold)) {
            let words = &text.as_str()[span.range.clone()];
            if utf16_len(words) * 3 <= limit {
                let whole = |page: &RichText| page.spans().iter().any(|s| {
                    s.style == span.style && visible(&page.as_str()[s.range.clone()]) == visible(words)
                });
                prop_assert!(pages.iter().any(whole), "{:?} was cut", words);
            }
        }
    }

    /// Where nothing is refused, every letter and digit is shown, in its order. Only a wide table is written otherwise: it names its
    /// columns in each row.
    #[test]
    fn a_text_keeps_its_letters_and_digits(source in office_text()) {
        let (text, problems) = parse(&source, &OnePlaceholder);
        check_spans(&text);
        let is_refused = problems.iter().any(|problem| !matches!(problem, Problem::Ambiguous(..)));
        let has_table = source.contains('|') || problems.iter().any(|p| matches!(p, Problem::Ambiguous(Ambiguity::Tabs, _)));
        let (shown, written) = (letters_and_digits(text.as_str()), letters_and_digits(&source));
        let is_row = |line: &&str| line.contains(['|', '\t']);
        let lines: Vec<&str> = source.lines().collect();
        let tables = lines.chunk_by(|a, b| is_row(a) == is_row(b)).filter(|lines| is_row(&lines[0])).count();
        let is_aligned = tables == 1 && text.spans().iter().any(|span| span.style == Style::Pre);
        if !is_refused && has_table && !is_aligned {
            let is_shown = |c: char| shown.matches(c).count() >= written.matches(c).count();
            prop_assert!(written.chars().all(is_shown), "{:?} lacks some of {:?}", shown, written);
        } else if !is_refused {
            prop_assert_eq!(shown, written);
        }
    }

    /// As HTML, a text keeps its letters, and no element crosses another.
    #[test]
    fn a_text_as_html_keeps_its_letters(source in prop_oneof![markdown(), office_text()], limit in 20_usize..600) {
        let (text, _) = parse(&source, &OnePlaceholder);
        for page in text.split(limit) {
            let html = to_html(&page, &|command| Some(format!("{command}.html")));
            let (_, shown) = tags_and_text(&html);
            prop_assert_eq!(letters_and_digits(&shown), letters_and_digits(page.as_str()), "{}", html);
        }
    }

    #[test]
    fn a_damaged_content_is_reported_or_sound(
        which in 0_usize..2,
        damages in prop::collection::vec((any::<Index>(), damage()), 1..6),
    ) {
        let files = CONTENTS[which].iter();
        let mut files: Vec<(&str, Vec<u8>)> = files.map(|(path, text)| (path.as_str(), text.clone().into_bytes())).collect();
        for (file, damage) in &damages {
            let file = file.index(files.len());
            harm(&mut files[file].1, damage);
        }
        let Loaded { content, damaged, report, .. } = load::memory(files.iter().map(|(path, bytes)| (*path, bytes.as_slice())), NOW);
        prop_assert_eq!(content.is_none(), report.count(Severity::Error) > 0);
        let text = report.to_text(Locale::English, true);
        prop_assert!(text.len() > 5);
        prop_assert_eq!(report.to_json_lines(Locale::English).lines().count(), report.diagnostics.len());
        if let Some(content) = content {
            check_every_page(&content);
        }
        // A preview shows what there is of it: no promise is kept but that there is something to see.
        if let Some(damaged) = damaged {
            for lang in damaged.languages() {
                prop_assert!(crawl(&damaged, damaged.tag(lang).as_str()).values().all(|answer| !answer.view.text.is_empty()));
            }
            let request = Request { input: Input::Text("où êtes-vous ?"), language_code: None, place: Place::Private, now: Duration::ZERO };
            prop_assert!(reply(&damaged, &request) != Reply::Silent);
        }
    }

    #[test]
    fn what_is_offered_while_somebody_types_keeps_every_limit(
        text in utterance(),
        offset in select(vec!["", "0", "20", "-1", "x", "99999999999999999999"]),
        code in prop::option::of("[a-zA-Z_-]{0,12}"),
    ) {
        let InlineAnswer { results, next_offset, private_chat_button, .. } =
            inline::answer(shipped(), &InlineQuery { words: &text, language_code: code.as_deref(), offset });
        prop_assert!((1..=50).contains(&results.len()) || !offset.is_empty());
        prop_assert!(next_offset.is_none_or(|next| next.len() <= 64));
        prop_assert!(private_chat_button.is_none_or(|(label, payload)| !label.is_empty() && (1..=64).contains(&payload.len())));
        let mut ids = std::collections::HashSet::new();
        for result in &results {
            let id = match result {
                InlineResult::Page { id, title, page, .. } => {
                    let view = page.view(shipped());
                    prop_assert!(!title.is_empty() && (1..=4096).contains(&view.text.utf16_len()));
                    prop_assert!(view.rows.iter().flatten().count() <= 100);
                    id
                }
                InlineResult::Contact { id, card } => {
                    prop_assert!(card.vcard.len() <= 2048);
                    id
                }
            };
            prop_assert!((1..=64).contains(&id.len()) && ids.insert(id));
        }
    }

    #[test]
    fn every_request_has_an_answer(
        text in utterance(),
        tap in any::<bool>(),
        code in prop::option::of("[a-zA-Z_-]{0,12}"),
        place in select(vec![
            Place::Private,
            Place::InlineMessage,
            Place::Ephemeral,
            Place::Group { addressed: true },
            Place::Group { addressed: false },
        ]),
    ) {
        let input = if tap { Input::Tap(&text) } else { Input::Text(&text) };
        match reply(shipped(), &Request { input, language_code: code.as_deref(), place, now: Duration::ZERO }) {
            Reply::Silent => prop_assert_eq!(place, Place::Group { addressed: false }),
            Reply::Contact { card, .. } => prop_assert!(!card.vcard.is_empty()),
            Reply::Venue { venue, .. } => prop_assert!(!venue.address.is_empty()),
            Reply::Clip(reply) => {
                for page in [reply.caption, reply.instead] {
                    prop_assert!(!page.view(shipped()).text.is_empty());
                }
            }
            Reply::Page(PageReply { page, notice, .. }) => {
                let view = page.view(shipped());
                prop_assert!((1..=4096).contains(&view.text.utf16_len()));
                prop_assert_eq!(view.rows.is_empty(), matches!(page, PageSource::Prompt { .. }));
                prop_assert!(notice.is_none_or(|notice| notice.chars().count() <= 200));
            }
        }
    }
}
