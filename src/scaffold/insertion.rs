//! Text that is put between bytes of a TOML file.

use std::ops::Range;

/// A text, and the byte before which it is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Insertion {
    pub(crate) at: usize,
    pub(crate) text: String,
}

/// The text with all insertions, whose places are those of the text without them.
pub(crate) fn insert(text: &str, mut insertions: Vec<Insertion>) -> String {
    insertions.sort_by_key(|insertion| insertion.at);
    let mut result = text.to_owned();
    for Insertion { at, text } in insertions.into_iter().rev() {
        result.insert_str(at, &text);
    }
    result
}

/// The line end that the text uses.
pub(crate) fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The spaces with which the line of a byte begins.
pub(crate) fn indent(text: &str, at: usize) -> &str {
    let line = &text[..at];
    let line = &text[line.rfind('\n').map_or(0, |end| end + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the line of a byte ends, before its line end.
pub(crate) fn end_of_line(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.trim_end_matches('\r').len()
}

/// Puts an element behind the last one of a list in brackets: on a line of its own where the closing bracket stands on one, and
/// behind the comments that belong to the last element.
pub(crate) fn push(text: &str, list: Range<usize>, last: Option<Range<usize>>, element: &str) -> Vec<Insertion> {
    let Some(last) = last else { return vec![Insertion { at: list.start + 1, text: element.to_owned() }] };
    // Spaces, comments and at most one comma.
    let behind = &text[last.end..list.end - 1];
    let has_comma = behind.lines().any(|line| line.split('#').next().is_some_and(|code| code.contains(',')));
    let end = last.end + behind.trim_end().len();
    let mut insertions = Vec::new();
    if !has_comma {
        insertions.push(Insertion { at: last.end, text: ",".to_owned() });
    }
    let text = match behind.contains('\n') {
        true => format!("{}{}{element},", line_end(text), indent(text, last.start)),
        false => format!(" {element}"),
    };
    insertions.push(Insertion { at: end, text });
    insertions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, expected: &str) {
        let last_end = before.rfind('"').map_or(0, |at| at + 1);
        let last = (last_end > 0).then(|| last_end - 3..last_end);
        let start = before.find('[').unwrap_or_default();
        let end = before.rfind(']').unwrap_or_default() + 1;
        assert_eq!(insert(before, push(before, start..end, last, "\"b\"")), expected);
    }

    #[test]
    fn an_element_is_put_last() {
        check("x = []", "x = [\"b\"]");
        check("x = [\n]", "x = [\"b\"\n]");
        check("x = [\"a\"] # c", "x = [\"a\", \"b\"] # c");
        check("x = [\"a\", ]", "x = [\"a\", \"b\" ]");
        check("x = [\n  \"a\"\n]", "x = [\n  \"a\",\n  \"b\",\n]");
        check("x = [\r\n\t\"a\",\r\n]", "x = [\r\n\t\"a\",\r\n\t\"b\",\r\n]");
        check("x = [\n  \"a\", # one, two\n  # three\n]", "x = [\n  \"a\", # one, two\n  # three\n  \"b\",\n]");
        check("x = [\n  \"a\" # one\n]", "x = [\n  \"a\", # one\n  \"b\",\n]");
    }

    #[test]
    fn lines_are_found_from_within() {
        let text = "a\r\n\t b c\r\nd";
        assert_eq!(indent(text, 6), "\t ");
        assert_eq!(end_of_line(text, 6), 8);
        assert_eq!((end_of_line(text, 11), indent(text, 0)), (11, ""));
    }
}
