//! Tables: aligned in a block of code where a phone has room for them, else one line a row.

use textwrap::core::display_width;

use super::{RichText, Style};

/// Columns of a block of code on a phone 360 points wide, in Telegram's own apps: a longer line is wrapped, and nothing is
/// aligned any more.
const COLUMNS_MAX: usize = 37;
const GAP: usize = 2;

/// The rows of a table; the first one names its columns.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<RichText>>,
}

impl Table {
    /// Begins a row. Says whether it has no more cells than the first: those are left out, in Markdown.
    pub(super) fn add_row(&mut self, source: &str) -> bool {
        let columns = self.rows.first().map_or(usize::MAX, Vec::len);
        self.rows.push(Vec::new());
        cells(source) <= columns
    }

    pub(super) fn add_cell(&mut self, cell: RichText) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell.slice(0..cell.as_str().len()));
        }
    }

    /// The table as it is shown. `colon` stands between the name of a column and its value.
    pub(super) fn render(&self, colon: &str) -> RichText {
        self.aligned().unwrap_or_else(|| self.lines(colon))
    }

    /// `None` where there is no room, and where something can be tapped: code cannot.
    fn aligned(&self) -> Option<RichText> {
        let mut cells = self.rows.iter().flatten();
        if cells.any(|cell| cell.spans().iter().any(|span| matches!(span.style, Style::Link(_) | Style::Phone))) {
            return None;
        }
        let columns = self.rows.first()?.len();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| display_width(cell.as_str())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        if widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1) > COLUMNS_MAX {
            return None;
        }
        let line = |row: &Vec<RichText>| {
            let mut line = String::new();
            let mut from = 0_usize;
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&" ".repeat(from.saturating_sub(display_width(&line))));
                line.push_str(cell.as_str());
                from += width + GAP;
            }
            line.trim_end().to_owned()
        };
        let rows: Vec<String> = self.rows.iter().filter(|row| !is_empty(row)).map(line).collect();
        Some(RichText::styled(rows.join("\n"), Style::Pre))
    }

    /// One line a row, each value behind the name of its column.
    fn lines(&self, colon: &str) -> RichText {
        let mut lines = RichText::default();
        let Some((names, rows)) = self.rows.split_first() else { return lines };
        // The names of columns without values would stand nowhere.
        let has_values = |column: usize| rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let alone = names.iter().enumerate().filter(|&(column, name)| !name.is_empty() && !has_values(column));
        let alone: Vec<&RichText> = alone.map(|(_, name)| name).collect();
        joined(&alone, &mut lines);
        for row in rows {
            if !lines.is_empty() {
                lines.push_str("\n");
            }
            let cells = names.iter().zip(row).filter(|(_, value)| !value.is_empty());
            for (number, (name, value)) in cells.enumerate() {
                if number > 0 {
                    lines.push_str(" · ");
                }
                if !name.is_empty() {
                    lines.push(name);
                    lines.push_str(colon);
                }
                lines.push(value);
            }
        }
        lines
    }
}

/// Adds cells, one behind the other.
fn joined(cells: &[&RichText], line: &mut RichText) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            line.push_str(" · ");
        }
        line.push(cell);
    }
}

fn is_empty(row: &[RichText]) -> bool {
    row.iter().all(RichText::is_empty)
}

/// How many cells a row has in Markdown.
fn cells(source: &str) -> usize {
    let row = source.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').filter(|row| !row.ends_with('\\')).unwrap_or(row);
    let mut escaped = false;
    let mut cells = 1;
    for c in row.chars() {
        cells += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    cells
}
