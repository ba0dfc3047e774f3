//! The tree of sections in the text of `palabre.toml`, in whichever of TOML's two forms it stands: lists of inline tables
//! (`sections = [{ … }]`), or tables with headers (`[[sections]]`).

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::insertion::{Insertion, end_of_line, indent, line_end, push};

/// The text of `palabre.toml`, parsed.
pub(super) struct Root<'a> {
    text: &'a str,
    table: DeTable<'a>,
}

/// A section in the tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'r, 'a> {
    value: &'r Spanned<DeValue<'a>>,
    /// How many sections are above it.
    depth: usize,
}

impl<'a> Root<'a> {
    /// `None` when the text is no TOML.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        Some(Self { text, table: DeTable::parse(text).ok()?.into_inner() })
    }

    /// All sections, each before those below it.
    pub(super) fn sections(&self) -> Vec<Node<'_, 'a>> {
        let mut found = Vec::new();
        add_sections(self.table.get("sections"), 0, &mut found);
        found
    }

    /// Puts a section last at the top, or last below another one. `keys` are its keys with their values.
    pub(super) fn push_section(&self, parent: Option<Node<'_, 'a>>, keys: &[(&str, String)]) -> Vec<Insertion> {
        let (list, depth) = match parent {
            None => (self.table.get("sections"), 0),
            Some(node) => (node.get("children"), node.depth + 1),
        };
        let inline = || {
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("{{ {} }}", keys.join(", "))
        };
        match (list, parent) {
            (Some(list), _) if !self.has_headers(list) => {
                push(self.text, list.span(), last(list).map(Spanned::span), &inline())
            }
            (None, Some(parent)) if !self.is_headed(parent) => {
                let (newline, indent) = (line_end(self.text), indent(self.text, parent.value.span().start));
                let text = format!(", children = [{newline}{indent}  {},{newline}{indent}]", inline());
                vec![Insertion { at: end_of_values(parent.value), text }]
            }
            (_, parent) => {
                let at = match parent {
                    Some(parent) => end_of_line(self.text, end_of_values(parent.value)),
                    None => self.text.trim_end().len(),
                };
                let newline = line_end(self.text);
                let header = format!("[[sections{}]]", ".children".repeat(depth));
                let keys: String = keys.iter().map(|(key, value)| format!("{newline}{key} = {value}")).collect();
                vec![Insertion { at, text: format!("{newline}{newline}{header}{keys}") }]
            }
        }
    }

    /// Puts a language last in `order`; `None` where there is no such list.
    pub(super) fn push_language(&self, tag: &str) -> Option<Vec<Insertion>> {
        let order = self.order()?;
        Some(push(self.text, order.span(), last(order).map(Spanned::span), &format!("\"{tag}\"")))
    }

    fn order(&self) -> Option<&Spanned<DeValue<'a>>> {
        self.table.get("languages")?.get_ref().get("order")
    }

    /// Whether a list of tables has headers: its place is then that of the first one.
    fn has_headers(&self, list: &Spanned<DeValue<'_>>) -> bool {
        self.text[list.span().start..].starts_with("[[")
    }

    fn is_headed(&self, node: Node<'_, '_>) -> bool {
        self.text[node.value.span().start..].starts_with("[[")
    }
}

impl<'r, 'a> Node<'r, 'a> {
    pub(super) fn id(self) -> Option<&'r str> {
        self.get("id")?.get_ref().as_str()
    }

    pub(super) fn emoji(self) -> Option<&'r str> {
        self.get("emoji")?.get_ref().as_str()
    }

    fn get(self, key: &str) -> Option<&'r Spanned<DeValue<'a>>> {
        self.value.get_ref().as_table()?.get(key)
    }
}

fn add_sections<'r, 'a>(list: Option<&'r Spanned<DeValue<'a>>>, depth: usize, found: &mut Vec<Node<'r, 'a>>) {
    let Some(list) = list.and_then(|list| list.get_ref().as_array()) else { return };
    for value in list {
        let node = Node { value, depth };
        found.push(node);
        add_sections(node.get("children"), depth + 1, found);
    }
}

fn last<'r, 'a>(list: &'r Spanned<DeValue<'a>>) -> Option<&'r Spanned<DeValue<'a>>> {
    list.get_ref().as_array()?.iter().last()
}

/// Where the last value within a table ends, also when it stands below a header of its own.
fn end_of_values(value: &Spanned<DeValue<'_>>) -> usize {
    let span: Range<usize> = value.span();
    match value.get_ref() {
        DeValue::Table(table) => {
            let ends = table.values().map(end_of_values);
            // An inline table ends with its brace, behind its values.
            ends.max().unwrap_or(span.end)
        }
        DeValue::Array(array) => span.end.max(array.iter().map(end_of_values).max().unwrap_or_default()),
        _ => span.end,
    }
}
