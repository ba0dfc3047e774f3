//! Texts with placeholders: the facts are filled in, and what cannot be shown is reported.

use super::facts::LocalizedFacts;
use super::{characters, web_address};
use crate::content::schema::Spanned;
use crate::diag::{Code, Report, Source, did_you_mean};
use crate::markup::{Ambiguity, Element, Piece, Problem, RichText, pieces, too_deep};
use crate::message;
use crate::messages::Message;

/// Styled parts of one text: Telegram shows 100 in a message (Bot API, `MessageEntity`), and a page has a few of its own.
pub(super) const STYLES_MAX: usize = 95;

/// The most signs of a Markdown text that may be marks. One that can be shown has 285 styled parts, or some 1,500 cells of tables;
/// a parser compares each mark with others, so that the time grows with the square of their number.
const MARKS_MAX: usize = 4_000;
/// The signs that may be marks.
const MARKS: &[u8] = b"*_~`[]<>{}|\\&\t";

/// A plain text with its facts filled in. `own` are placeholders that are filled in later and stay as they are.
pub(super) fn plain(
    file: &Source,
    text: &Spanned<String>,
    facts: LocalizedFacts<'_>,
    own: &[&str],
    report: &mut Report,
) -> String {
    characters::check_line(file, text, facts.is_right_to_left(), report);
    for piece in pieces(&text.value) {
        if let Piece::Placeholder(name, at) = piece
            && !own.contains(&name)
            && !facts.has(name)
        {
            let (message, help) = unknown_placeholder(name, facts, own);
            report.error(Code::UnknownPlaceholder, text.part_location(file, at), message, help);
        }
    }
    facts.fill(&text.value)
}

/// A Markdown text with its facts filled in.
pub(super) fn markdown(
    file: &Source,
    text: &Spanned<String>,
    facts: LocalizedFacts<'_>,
    report: &mut Report,
) -> RichText {
    if !has_few_marks(&text.value) {
        let marks = count_marks(&text.value);
        let message = message!(
            "this text has {marks} signs that may be marks, such as `*`; {max} are the most",
            marks,
            max = MARKS_MAX
        );
        let help = message!("style less of it, or divide it into sections");
        report.error(Code::TextTooLong, text.location(file), message, help);
        return RichText::default();
    }
    if let Some(line) = too_deep(&text.value) {
        let (what, help) = unsupported(Element::DeepList);
        let message = message!("a message cannot show {what}", what);
        report.error(Code::UnsupportedMarkdown, text.part_location(file, line), message, help);
        return RichText::default();
    }
    characters::check_markdown(file, text, facts.is_right_to_left(), report);
    let (rich, problems) = facts.parse(&text.value);
    for problem in problems {
        let (code, at, (message, help)) = match problem {
            Problem::Unsupported(element, at) => {
                let (what, help) = unsupported(element);
                (Code::UnsupportedMarkdown, at, (message!("a message cannot show {what}", what), help))
            }
            Problem::Ambiguous(ambiguity, at) => {
                let (message, help) = ambiguous(ambiguity);
                report.warning(Code::AmbiguousMarkdown, text.part_location(file, at), message, help);
                continue;
            }
            Problem::Unclosed(mark, at) => {
                let help = match mark {
                    "](" | "] (" => {
                        message!("write the link as [words](https://…), without a space within the brackets")
                    }
                    _ => message!(
                        "close it with another `{mark}`, without a space within, or write a backslash before each sign (two in `\"…\"` and `\"\"\"`, one in `'''`)",
                        mark
                    ),
                };
                (Code::BrokenMarkdown, at, (message!("this `{mark}` has no partner", mark), help))
            }
            Problem::LoneBrace(at) => {
                let help =
                    message!("write a placeholder as {{name}}, without spaces; to show braces, put them in `code`");
                (Code::UnknownPlaceholder, at, (message!("this brace belongs to no placeholder"), help))
            }
            Problem::BadUrl(url, at) => {
                let help = web_address::help(&url);
                (Code::BadUrl, at, (message!("nobody can open the address `{url}`", url), help))
            }
            Problem::UnknownPlaceholder(name, at) => {
                (Code::UnknownPlaceholder, at, unknown_placeholder(&name, facts, &[]))
            }
        };
        report.error(code, text.part_location(file, at), message, help);
    }
    rich
}

/// Whether a text has no more signs that may be marks than are read.
pub(super) fn has_few_marks(markdown: &str) -> bool {
    count_marks(markdown) <= MARKS_MAX
}

fn count_marks(markdown: &str) -> usize {
    markdown.bytes().filter(|byte| MARKS.contains(byte)).count()
}

/// What an element is called, and what to write instead of it.
fn unsupported(element: Element) -> (Message, Message) {
    match element {
        Element::LinkDefinition => (
            message!("the address of a link apart from its words"),
            message!(
                "write [words](https://…); a bracket that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)"
            ),
        ),
        Element::EmptyLink => {
            (message!("a link without words"), message!("write what it opens between the brackets: [words](https://…)"))
        }
        Element::Rule => {
            (message!("a horizontal rule"), message!("leave an empty line, or write a heading: `## Words`"))
        }
        Element::Html => (
            message!("HTML"),
            message!(
                "write **bold** for <b>, *italic* for <i>, [words](https://…) for <a>; a sign that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)"
            ),
        ),
        Element::Footnote => {
            (message!("a footnote"), message!("say it where it belongs, in brackets, or in a paragraph at the end"))
        }
        Element::Underlining => (
            message!("a line of dashes below words"),
            message!("for a heading write `## Words`, else leave an empty line before the dashes or take them out"),
        ),
        Element::NestedQuotation => {
            (message!("a quotation within a quotation"), message!("begin its lines with one `>`"))
        }
        Element::CodeLanguage => {
            (message!("words beside the signs that open a block of code"), message!("begin the code on the next line"))
        }
        Element::Image => {
            (message!("an image"), message!("describe it in words, or write a link to it: [words](https://…)"))
        }
        Element::DeepList => (
            message!("lists and quotations so deep within each other"),
            message!("make at most eight levels of lists, and one of quotations"),
        ),
        Element::LongRow => (
            message!("a row with more cells than the first row of its table"),
            message!(
                "give the first row as many cells; a `|` that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)"
            ),
        ),
        Element::Other => (
            message!("this element"),
            message!(
                "use paragraphs, lists, quotations, **bold**, *italic*, __underline__, ~~strike~~, `code` and [links](https://…)"
            ),
        ),
    }
}

/// What was made of a sign, and the two ways to write it.
fn ambiguous(ambiguity: Ambiguity) -> (Message, Message) {
    match ambiguity {
        Ambiguity::MarksOfNumber => (
            message!("these marks stand around a number and are shown as they are"),
            message!(
                "write a backslash before each to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); for a bold number write `**144**`"
            ),
        ),
        Ambiguity::MoreThan => (
            message!("this `>` stands before a number and is shown as it is"),
            message!(
                "write a backslash before it to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); a quotation begins with a word or a quotation mark"
            ),
        ),
        Ambiguity::Plus => (
            message!("this `+` stands before a number and is shown as it is"),
            message!(
                "write a backslash before it to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); for a list begin its lines with `-`"
            ),
        ),
        Ambiguity::Pipes => (
            message!("these lines look like a table and are shown as they are"),
            message!(
                "for a table write below its first row `|---|---|`, as often as there are columns; else put another sign for `|`"
            ),
        ),
        Ambiguity::StarBehindWord => (
            message!("this `*` stands behind a word and is shown as it is"),
            message!(
                "write a backslash before it to say so (two in `\"…\"` and `\"\"\"`, one in `'''`), and before that of the note, which would begin a list"
            ),
        ),
        Ambiguity::Tabs => (
            message!("these lines have tabs and are shown as a table"),
            message!(
                "write it with signs to say so, `| a | b |` and below the first row `|---|---|`; else put spaces for the tabs"
            ),
        ),
    }
}

fn unknown_placeholder(name: &str, facts: LocalizedFacts<'_>, own: &[&str]) -> (Message, Message) {
    if let Some((contact, key)) = facts.lacking(name) {
        let help = message!("add `{key}` under [contacts.{contact}], or take the placeholder out", key, contact);
        return (
            message!("the contact `{contact}` has no `{key}`, for which `{{{name}}}` stands", contact, key, name),
            help,
        );
    }
    let help = match did_you_mean(name, facts.names().chain(own.iter().copied())) {
        Some(near) => message!("did you mean `{{{near}}}`?", near),
        None => message!(
            "name one of [names] and [links] of palabre.toml, or `phones`, `email`, `hours` or `address` of a contact"
        ),
    };
    (message!("nothing is called `{{{name}}}`", name), help)
}
