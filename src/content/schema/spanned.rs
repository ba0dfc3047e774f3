//! Values with their position in the file.

use std::ops::Range;

use crate::diag::{Location, Source};

/// A value and the bytes of the file where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

impl<T> Spanned<T> {
    /// Where a problem with the value as a whole is shown: its bytes, or the opening quotes of a text over many lines.
    pub(crate) fn location<'a>(&self, source: &'a Source) -> Location<'a> {
        let token = &source.text[self.span.clone()];
        let is_long = token.starts_with("\"\"\"") || token.starts_with("'''");
        let end = if is_long { self.span.start + 3 } else { self.span.end };
        Location::span(&source.path, self.span.start..end)
    }
}

impl Spanned<String> {
    /// Where a problem with a part of the text is shown. Escapes and joined lines shift positions, so the words of the part
    /// are searched in the file; if they are not found, the text as a whole is shown.
    pub(crate) fn part_location<'a>(&self, source: &'a Source, part: Range<usize>) -> Location<'a> {
        let Some(words) = self.value.get(part.clone()).filter(|words| !words.is_empty()) else {
            return self.location(source);
        };
        let words = words.lines().next().unwrap_or(words);
        let nth = self.value[..part.start].matches(words).count();
        match source.text[self.span.clone()].match_indices(words).nth(nth) {
            Some((at, found)) => {
                let start = self.span.start + at;
                Location::span(&source.path, start..start + found.len())
            }
            None => self.location(source),
        }
    }
}
