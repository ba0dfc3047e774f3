//! A text is put into a TOML file: in the place of the one that is there, or as a new key beside its neighbours. All else stays
//! byte for byte.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::value;
use crate::scaffold::insertion::{Insertion, end_of_line, indent, insert, line_end, push};

/// Puts a text in the place of a value.
pub(super) fn replace(file: &str, span: &Range<usize>, text: &str) -> String {
    let token = value::rewritten(&file[span.clone()], text, line_end(file));
    format!("{}{token}{}", &file[..span.start], &file[span.end..])
}

/// Puts the items of a list, one a line of `text`, in the place of those that are there: what is the same at its beginning and
/// its end stays as it is.
pub(super) fn replace_list(file: &str, span: &Range<usize>, text: &str) -> String {
    let wanted: Vec<&str> = text.lines().collect();
    changed_list(file, span, &wanted)
        .filter(|changed| {
            let end = changed.len() - (file.len() - span.end);
            list_items(&changed[span.start..end]).is_some_and(|(items, _)| items == wanted)
        })
        .unwrap_or_else(|| {
            let list = new_list(&wanted, indent(file, span.start), line_end(file));
            format!("{}{list}{}", &file[..span.start], &file[span.end..])
        })
}

/// The longest list that stands on one line, in bytes.
const LINE_MAX: usize = 110;

/// The token of a list that was not there: each item on a line, unless all of them fit on one.
pub(super) fn new_list(items: &[&str], indent: &str, newline: &str) -> String {
    let items: Vec<String> = items.iter().map(|item| value::new(item, newline)).collect();
    let line = format!("[{}]", items.join(", "));
    if line.len() <= LINE_MAX {
        return line;
    }
    let items: String = items.iter().map(|item| format!("{newline}{indent}  {item},")).collect();
    format!("[{items}{newline}{indent}]")
}

/// Adds a table with its keys and their tokens at the end of a file.
pub(super) fn add_table(file: &str, name: &str, keys: &[(&str, String)], newline: &str) -> String {
    let gap = match file {
        "" => String::new(),
        _ if file.ends_with('\n') => newline.to_owned(),
        _ => newline.repeat(2),
    };
    let keys: String = keys.iter().map(|(key, token)| format!("{key} = {token}{newline}")).collect();
    format!("{file}{gap}[{name}]{newline}{keys}")
}

/// The items of a list without blanks around them, and their places in the token.
fn list_items(token: &str) -> Option<(Vec<String>, Vec<Range<usize>>)> {
    const BEFORE: &str = "x = ";
    let document = format!("{BEFORE}{token}");
    let table = DeTable::parse(&document).ok()?;
    let items = table.get_ref().get("x")?.get_ref().as_array()?.iter();
    let item = |item: &Spanned<DeValue<'_>>| {
        let span = item.span();
        let text = item.get_ref().as_str()?.trim().to_owned();
        Some((text, span.start - BEFORE.len()..span.end - BEFORE.len()))
    };
    items.map(item).collect::<Option<Vec<_>>>().map(|items| items.into_iter().unzip())
}

fn changed_list(file: &str, span: &Range<usize>, wanted: &[&str]) -> Option<String> {
    let (old, spans) = list_items(&file[span.clone()])?;
    let spans: Vec<Range<usize>> = spans.iter().map(|at| span.start + at.start..span.start + at.end).collect();
    let start = old.iter().zip(wanted).take_while(|(a, b)| a == *b).count();
    let most = old.len().min(wanted.len()) - start;
    let end = old.iter().rev().zip(wanted.iter().rev()).take(most).take_while(|(a, b)| a == *b).count();
    let (old_end, new_end) = (old.len() - end, wanted.len() - end);
    let both = (old_end - start).min(new_end - start);
    let newline = line_end(file);
    let mut result = file.to_owned();
    // From the end, so that the places before stay.
    for item in spans[start + both..old_end].iter().rev() {
        result = without_item(&result, item);
    }
    for &item in wanted[start + both..new_end].iter().rev() {
        let item = value::new(item, newline);
        let next = spans.get(start + both).filter(|_| end > 0);
        result = match next {
            Some(next) => {
                let has_line = file[..next.start].trim_end_matches([' ', '\t']).ends_with('\n');
                let gap = if has_line { format!("{newline}{}", indent(file, next.start)) } else { " ".to_owned() };
                insert(&result, vec![Insertion { at: next.start, text: format!("{item},{gap}") }])
            }
            None => continue,
        };
    }
    if end == 0 {
        // Behind the last one, in their order.
        for &item in &wanted[start + both..new_end] {
            let grown = result.len() as isize - file.len() as isize;
            let list = span.start..span.end.checked_add_signed(grown)?;
            let (_, items) = list_items(&result[list.clone()])?;
            let last = items.last().map(|at| list.start + at.start..list.start + at.end);
            result = insert(&result, push(&result, list, last, &value::new(item, newline)));
        }
    }
    for (at, &item) in spans[start..start + both].iter().zip(&wanted[start..start + both]).rev() {
        result = replace(&result, at, item);
    }
    Some(result)
}

/// The file without an item of a list, its comma, and its line when nothing else stands there.
fn without_item(file: &str, item: &Range<usize>) -> String {
    let (mut from, mut to) = (item.start, item.end);
    let rest = &file[to..];
    if let Some(behind) = rest.trim_start_matches([' ', '\t']).strip_prefix(',') {
        to = file.len() - behind.len();
    }
    let rest = &file[to..];
    let before = file[..from].trim_end_matches([' ', '\t']);
    let behind = rest.trim_start_matches([' ', '\t']);
    if before.ends_with('\n') && behind.starts_with(['\n', '\r']) {
        from = before.len();
        to = file.len() - behind.len() + if behind.starts_with("\r\n") { 2 } else { 1 };
    } else {
        to = file.len() - behind.len();
        if behind.starts_with(']') {
            from = before.len();
        }
    }
    format!("{}{}", &file[..from], &file[to..])
}

/// Adds a key beside another one of the same table, whose value stands at `sibling`; `None` where that does not work.
pub(super) fn add_beside(file: &str, sibling: &Range<usize>, key: &str, token: &str) -> Option<String> {
    let line = file[..sibling.start].rfind('\n').map_or(0, |end| end + 1);
    let before = file[line..sibling.start].trim_end().strip_suffix('=')?.trim_end();
    let own_line = || {
        let is_key = |c: char| c.is_alphanumeric() || "_-.\"' \t".contains(c);
        if !before.chars().all(is_key) {
            return None;
        }
        let prefix = match before.rfind('.') {
            Some(dot) if !before[dot..].contains(['"', '\'']) => &before[..=dot],
            _ => indent(file, sibling.start),
        };
        let text = format!("{}{prefix}{key} = {token}", line_end(file));
        Some(insert(file, vec![Insertion { at: end_of_line(file, sibling.end), text }]))
    };
    let same_line = || Some(insert(file, vec![Insertion { at: sibling.end, text: format!(", {key} = {token}") }]));
    own_line().filter(|file| is_toml(file)).or_else(same_line).filter(|file| is_toml(file))
}

/// Adds a key to a file. `before` are the keys of its table that stand before it where there is an order, the nearest last.
/// `None` where no place is found.
pub(super) fn add(file: &str, path: &[&str], before: &[&str], token: &str) -> Option<String> {
    let candidates: [&dyn Fn() -> Option<String>; 4] = [
        &|| in_place_of_comment(file, path, token),
        &|| in_its_table(file, path, before, token),
        &|| Some(with_header(file, path, token)),
        &|| Some(at_the_top(file, &path.join("."), token)),
    ];
    let is_there = |file: &String| DeTable::parse(file).is_ok_and(|table| find(table.get_ref(), path).is_some());
    candidates.into_iter().filter_map(|candidate| candidate()).find(is_there)
}

fn is_toml(file: &str) -> bool {
    DeTable::parse(file).is_ok()
}

fn find<'t, 'a>(table: &'t DeTable<'a>, path: &[&str]) -> Option<&'t Spanned<DeValue<'a>>> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    if rest.is_empty() { Some(value) } else { find(value.get_ref().as_table()?, rest) }
}

/// As one more key of its table, or of the table around that.
fn in_its_table(file: &str, path: &[&str], before: &[&str], token: &str) -> Option<String> {
    let document = DeTable::parse(file).ok()?;
    let root = document.get_ref();
    let depth = (0..path.len()).rev().find(|&depth| depth == 0 || find(root, &path[..depth]).is_some())?;
    let (own, key) = (&path[..depth], path[depth..].join("."));
    let (table, header) = match find(root, own) {
        Some(value) => (value.get_ref().as_table()?, Some(value.span())),
        None => (root, None),
    };
    if own.is_empty() && path.len() > 1 {
        // A table that is not there gets a header.
        return None;
    }
    // What is written with a header of its own has no place for a neighbour.
    let is_direct = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Table(_) => file[value.span().start..].starts_with('{'),
        DeValue::Array(_) => !is_header(file, value.span().start),
        _ => true,
    };
    let siblings = || table.iter().filter(|(_, value)| is_direct(value));
    let nearest = before.iter().rev().find_map(|name| siblings().find(|(key, _)| key.get_ref() == name));
    let other = || if depth + 1 < path.len() { siblings().next_back() } else { siblings().next() };
    let sibling = nearest.or_else(other).map(|(_, value)| value.span());
    if let Some(sibling) = sibling {
        return add_beside(file, &sibling, &key, token);
    }
    let header = header?.start;
    if file[header..].starts_with('{') {
        return Some(insert(file, vec![Insertion { at: header + 1, text: format!(" {key} = {token} ") }]));
    }
    let text = format!("{}{key} = {token}", line_end(file));
    is_header(file, header).then(|| insert(file, vec![Insertion { at: end_of_line(file, header), text }]))
}

/// Whether a header of a table stands at this byte: alone on its line.
fn is_header(file: &str, at: usize) -> bool {
    file[at..].starts_with('[') && indent(file, at).len() == at - file[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// With the header of its table, last in the file.
fn with_header(file: &str, path: &[&str], token: &str) -> String {
    let Some((key, table)) = path.split_last().filter(|(_, table)| !table.is_empty()) else {
        return at_the_top(file, &path.join("."), token);
    };
    add_table(file, &table.join("."), &[(key, token.to_owned())], line_end(file))
}

/// As the first key, behind the comments at the top.
fn at_the_top(file: &str, key: &str, token: &str) -> String {
    let comments = file.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
    let newline = line_end(file);
    insert(file, vec![Insertion { at: comments, text: format!("{key} = {token}{newline}") }])
}

/// In the place of the comment that `palabre new language` writes for a text that is to be translated: `# home = "…"` below the
/// header of its table.
fn in_place_of_comment(file: &str, path: &[&str], token: &str) -> Option<String> {
    let (key, table) = path.split_last()?;
    // Or for the inline table in which it stands: `# start = { description = "…" }`.
    let of_table = || {
        let around = (!table.is_empty() && !token.contains('\n')).then_some(table)?;
        uncommented(file, around, &format!("{{ {key} = {token} }}"))
    };
    uncommented(file, path, token).or_else(of_table)
}

fn uncommented(file: &str, path: &[&str], token: &str) -> Option<String> {
    let (key, table) = path.split_last()?;
    let header = format!("[{}]", table.join("."));
    let begins = format!("# {key} = ");
    let (mut at, mut is_inside) = (0, table.is_empty());
    let mut start = None;
    for line in file.split_inclusive('\n') {
        if line.starts_with('[') {
            is_inside = line.trim_end() == header;
        } else if is_inside && line.starts_with(&begins) {
            start = Some(at);
            break;
        }
        at += line.len();
    }
    let start = start?;
    // The text may go on over the next lines.
    let (mut end, mut written) = (start, String::new());
    for line in file[start..].split_inclusive('\n') {
        written.push_str(line.strip_prefix("# ").or_else(|| line.strip_prefix('#')).unwrap_or(line));
        end += line.len();
        if is_toml(&written) {
            return Some(format!("{}{key} = {token}{}{}", &file[..start], line_end(file), &file[end..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_list(list: &str, items: &[&str], expected: &str) {
        let file = format!("a = 1\nx = {list} # c\ny = 2\n");
        let span = file.find("x = ").map_or(0, |at| at + 4);
        let changed = replace_list(&file, &(span..span + list.len()), &items.join("\n"));
        assert_eq!(changed, format!("a = 1\nx = {expected} # c\ny = 2\n"));
    }

    #[test]
    fn a_list_keeps_what_is_the_same() {
        check_list("['a', \"b\", \"c\"]", &["a", "x", "c"], "['a', \"x\", \"c\"]");
        check_list("[\"a\", \"b\", \"c\"]", &["a", "c"], "[\"a\", \"c\"]");
        check_list("[\"a\", \"b\", \"c\"]", &["a", "b"], "[\"a\", \"b\",]");
        check_list("[\"a\", \"c\"]", &["a", "b", "b2", "c"], "[\"a\", \"b\", \"b2\", \"c\"]");
        check_list("[\"a\"]", &["a", "b", "c"], "[\"a\", \"b\", \"c\"]");
        check_list(
            "[\n  \"a\", # one\n  # two\n  \"b\",\n]",
            &["a", "x", "y"],
            "[\n  \"a\", # one\n  # two\n  \"x\",\n  \"y\",\n]",
        );
        check_list("[\n  \"a\",\n  \"b\",\n  \"c\", # last\n]", &["a", "c"], "[\n  \"a\",\n  \"c\", # last\n]");
        check_list("[\n  \"a\",\n  \"c\"\n]", &["b", "a", "c"], "[\n  \"b\",\n  \"a\",\n  \"c\"\n]");
        check_list("[]", &["b"], "[\"b\"]");
        check_list("[\r\n  \"a\",\r\n  \"b\",\r\n]", &["b"], "[\r\n  \"b\",\r\n]");
    }

    #[track_caller]
    fn check_add(file: &str, path: &str, before: &[&str], expected: &str) {
        let path: Vec<&str> = path.split('.').collect();
        assert_eq!(add(file, &path, before, "\"x\"").as_deref(), Some(expected));
    }

    #[test]
    fn a_key_is_put_beside_its_neighbours() {
        check_add(
            "[a]\ntitle = \"t\" # c\nbody = \"b\"\n[b]\n",
            "a.summary",
            &["title"],
            "[a]\ntitle = \"t\" # c\nsummary = \"x\"\nbody = \"b\"\n[b]\n",
        );
        check_add("a = { title = \"t\" }", "a.summary", &["title"], "a = { title = \"t\", summary = \"x\" }");
        check_add("a.title = \"t\"\r\n", "a.summary", &["title"], "a.title = \"t\"\r\na.summary = \"x\"\r\n");
        check_add("[a]\r\n\r\n[b]\r\nc = 1", "a.summary", &[], "[a]\r\nsummary = \"x\"\r\n\r\n[b]\r\nc = 1");
        check_add(
            "[commands]\nstart = { d = \"t\" }\n",
            "commands.start.alias",
            &["d"],
            "[commands]\nstart = { d = \"t\", alias = \"x\" }\n",
        );
        check_add(
            "[commands]\nstart = { d = \"t\" }\n",
            "commands.help.d",
            &[],
            "[commands]\nstart = { d = \"t\" }\nhelp.d = \"x\"\n",
        );
        check_add(
            "[commands.start]\nd = \"t\"\n",
            "commands.help.d",
            &[],
            "[commands.start]\nd = \"t\"\n\n[commands.help]\nd = \"x\"\n",
        );
        check_add("# c\n\n[a]\nb = 1\n", "name", &[], "# c\nname = \"x\"\n\n[a]\nb = 1\n");
        check_add("a = 1\n", "lines.gone", &[], "a = 1\n\n[lines]\ngone = \"x\"\n");
        check_add("a = {}\n", "a.b", &[], "a = { b = \"x\" }\n");
        check_add("a.b.c = 1\n", "a.d", &[], "a.d = \"x\"\na.b.c = 1\n");
        check_add("", "a.b", &[], "[a]\nb = \"x\"\n");
    }

    #[test]
    fn a_key_takes_the_place_of_the_comment_that_waits_for_it() {
        let file = "[a]\n# one = \"1\"\n# two = \"\"\"\n# 2\n#\n# 2\"\"\"\n# three = \"3\"\n\n[b]\n# two = \"\"\n";
        check_add(file, "a.two", &[], "[a]\n# one = \"1\"\ntwo = \"x\"\n# three = \"3\"\n\n[b]\n# two = \"\"\n");
        let file_of_tables = "[a]\n# b = { c = \"1\", d = \"2\" }\n# e = { c = \"3\" }\n";
        check_add(file_of_tables, "a.b.c", &[], "[a]\nb = { c = \"x\" }\n# e = { c = \"3\" }\n");
        check_add(file, "b.two", &[], &file.replace("# two = \"\"\n", "two = \"x\"\n"));
    }

    #[test]
    fn a_language_is_put_beside_another() {
        let check = |file: &str, expected: Option<&str>| {
            let at = file.rfind("\"y\"").unwrap_or_default();
            assert_eq!(add_beside(file, &(at..at + 3), "bm", "\"x\"").as_deref(), expected);
        };
        check("a = { en = \"y\" } # c", Some("a = { en = \"y\", bm = \"x\" } # c"));
        check("a = [{ b = { en = \"y\" }, c = 1 }]", Some("a = [{ b = { en = \"y\", bm = \"x\" }, c = 1 }]"));
        check("a.fr = \"f\"\na.en = \"y\" # c\n", Some("a.fr = \"f\"\na.en = \"y\" # c\na.bm = \"x\"\n"));
        check("[a]\n en = \"y\"", Some("[a]\n en = \"y\"\n bm = \"x\""));
        check("a = {\n  en = \"y\"\n}", Some("a = {\n  en = \"y\", bm = \"x\"\n}"));
    }

    proptest! {
        #[test]
        fn any_list_can_take_the_place_of_any_other(
            old in prop::collection::vec("[ab]", 0..5),
            new in prop::collection::vec("[abc\"]", 1..5),
            form in prop::sample::select(vec![
                ("[", ", ", "]"), ("[ ", " , ", ", ]"), ("[\n  ", ",\n  ", ",\n]"), ("[\r\n\t", ", # ],\r\n\t", "\r\n]"),
                ("[\n  # [\n  ", " # a\n  ,\n  ", " # b\n]"), ("[\n  ", ", ", ",\n]"),
            ]),
        ) {
            let (open, between, close) = form;
            let items: Vec<String> = old.iter().map(|item| format!("'{item}'")).collect();
            let list = if items.is_empty() { "[]".to_owned() } else { format!("{open}{}{close}", items.join(between)) };
            let file = format!("x = {list}\ny = 1\n");
            let changed = replace_list(&file, &(4..4 + list.len()), &new.join("\n"));
            let table = DeTable::parse(&changed);
            prop_assert!(table.is_ok(), "{}", changed);
            let list = &changed[4..changed.len() - "\ny = 1\n".len()];
            prop_assert_eq!(list_items(list).map(|(items, _)| items), Some(new), "{}", changed);
        }
    }
}
