//! Texts with placeholders: the facts are filled in, and what cannot be shown is reported.

use super::facts::LocalizedFacts;
use super::{characters, web_address};
use crate::content::schema::Spanned;
use crate::diag::{Code, Report, Source, did_you_mean};
use crate::markup::{Ambiguity, Element, Piece, Problem, RichText, pieces, too_deep};

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
    let marks = text.value.bytes().filter(|byte| MARKS.contains(byte)).count();
    if marks > MARKS_MAX {
        let message = format!("this text has {marks} signs that may be marks, such as `*`; {MARKS_MAX} are the most");
        report.error(Code::TextTooLong, text.location(file), message, "style less of it, or divide it into sections");
        return RichText::default();
    }
    if let Some(line) = too_deep(&text.value) {
        let (what, help) = unsupported(Element::DeepList);
        let message = format!("a message cannot show {what}");
        report.error(Code::UnsupportedMarkdown, text.part_location(file, line), message, help);
        return RichText::default();
    }
    characters::check_markdown(file, text, facts.is_right_to_left(), report);
    let (rich, problems) = facts.parse(&text.value);
    for problem in problems {
        let (code, at, (message, help)) = match problem {
            Problem::Unsupported(element, at) => {
                let (what, help) = unsupported(element);
                (Code::UnsupportedMarkdown, at, (format!("a message cannot show {what}"), help.into()))
            }
            Problem::Ambiguous(ambiguity, at) => {
                let (message, help) = ambiguous(ambiguity);
                report.warning(Code::AmbiguousMarkdown, text.part_location(file, at), message, help);
                continue;
            }
            Problem::Unclosed(mark, at) => {
                let help = match mark {
                    "](" | "] (" => "write the link as [words](https://…), without a space within the brackets".into(),
                    _ => format!(
                        "close it with another `{mark}`, without a space within, or write a backslash before each sign (two in `\"…\"` and `\"\"\"`, one in `'''`)"
                    ),
                };
                (Code::BrokenMarkdown, at, (format!("this `{mark}` has no partner and is shown as it is"), help))
            }
            Problem::LoneBrace(at) => {
                let help = "write a placeholder as {name}, without spaces; to show braces, put them in `code`";
                (Code::UnknownPlaceholder, at, ("this brace belongs to no placeholder".into(), help.into()))
            }
            Problem::BadUrl(url, at) => {
                let help = web_address::help(&url);
                (Code::BadUrl, at, (format!("nobody can open the address `{url}`"), help.into()))
            }
            Problem::UnknownPlaceholder(name, at) => {
                (Code::UnknownPlaceholder, at, unknown_placeholder(&name, facts, &[]))
            }
        };
        report.error(code, text.part_location(file, at), message, help);
    }
    rich
}

/// What an element is called, and what to write instead of it.
fn unsupported(element: Element) -> (&'static str, &'static str) {
    match element {
        Element::LinkDefinition => (
            "the address of a link apart from its words",
            "write [words](https://…); a bracket that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)",
        ),
        Element::Rule => ("a horizontal rule", "leave an empty line, or write a heading: `## Words`"),
        Element::Html => (
            "HTML",
            "write **bold** for <b>, *italic* for <i>, [words](https://…) for <a>; a sign that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)",
        ),
        Element::Footnote => ("a footnote", "say it where it belongs, in brackets, or in a paragraph at the end"),
        Element::Underlining => (
            "a line of dashes below words",
            "for a heading write `## Words`, else leave an empty line before the dashes or take them out",
        ),
        Element::NestedQuotation => ("a quotation within a quotation", "begin its lines with one `>`"),
        Element::CodeLanguage => {
            ("words beside the signs that open a block of code", "begin the code on the next line")
        }
        Element::DeepList => (
            "lists and quotations so deep within each other",
            "make at most eight levels of lists, and one of quotations",
        ),
        Element::Image => ("an image", "describe it in words, or write a link to it: [words](https://…)"),
        Element::LongRow => (
            "a row with more cells than the first row of its table",
            "give the first row as many cells; a `|` that is meant as it is has a backslash before it (two in `\"…\"` and `\"\"\"`, one in `'''`)",
        ),
        Element::Other => (
            "this element",
            "use paragraphs, lists, quotations, **bold**, *italic*, __underline__, ~~strike~~, `code` and [links](https://…)",
        ),
    }
}

/// What was made of a sign, and the two ways to write it.
fn ambiguous(ambiguity: Ambiguity) -> (&'static str, &'static str) {
    match ambiguity {
        Ambiguity::MarksOfNumber => (
            "these marks stand around a number and are shown as they are",
            "write a backslash before each to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); for a bold number write `**144**`",
        ),
        Ambiguity::MoreThan => (
            "this `>` stands before a number and is shown as it is",
            "write a backslash before it to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); a quotation begins with a word or a quotation mark",
        ),
        Ambiguity::Plus => (
            "this `+` stands before a number and is shown as it is",
            "write a backslash before it to say so (two in `\"…\"` and `\"\"\"`, one in `'''`); for a list begin its lines with `-`",
        ),
        Ambiguity::Tabs => (
            "these lines have tabs and are shown as a table",
            "write it with signs to say so, `| a | b |` and below the first row `|---|---|`; else put spaces for the tabs",
        ),
    }
}

fn unknown_placeholder(name: &str, facts: LocalizedFacts<'_>, own: &[&str]) -> (String, String) {
    if let Some((contact, key)) = facts.lacking(name) {
        let help = format!("add `{key}` under [contacts.{contact}], or take the placeholder out");
        return (format!("the contact `{contact}` has no `{key}`, for which `{{{name}}}` stands"), help);
    }
    let help = match did_you_mean(name, facts.names().chain(own.iter().copied())) {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None => {
            "name one of [names] and [links] of palabre.toml, or `phones`, `email`, `hours` or `address` of a contact"
                .into()
        }
    };
    (format!("nothing is called `{{{name}}}`"), help)
}
