//! A long text becomes pages, each cut where a reader would pause.

use unicode_segmentation::UnicodeSegmentation;

use super::{RichText, Span, utf16_len};

impl RichText {
    /// Cuts the text into pages of at most `limit` UTF-16 units: at the end of a paragraph, else of a line, else of a
    /// sentence, else between two graphemes. A link, a bold word or code is never cut as long as it fits a page; a
    /// quotation or a block of code goes on over the page when it must.
    ///
    /// A single grapheme longer than `limit` is cut between its characters: nothing else would end.
    #[must_use]
    pub fn split(&self, limit: usize) -> Vec<RichText> {
        // What does not fit a page as a whole has to be cut somewhere.
        let fits = |span: &&Span| utf16_len(&self.text[span.range.clone()]) <= limit;
        let whole: Vec<&Span> = self.spans.iter().filter(fits).collect();
        let mut pages = Vec::new();
        let mut start = 0;
        while start < self.text.len() {
            let end = start + self.cut(start, limit, &whole);
            let page = self.slice(start..end);
            if !page.text.is_empty() {
                pages.push(page);
            }
            start = end;
        }
        pages
    }

    /// How many bytes from `start` on make the next page. At least one character.
    fn cut(&self, start: usize, limit: usize, whole: &[&Span]) -> usize {
        let rest = &self.text[start..];
        let fits = longest_prefix(rest, limit);
        if fits == rest.len() {
            return fits;
        }
        let window = &rest[..fits];
        // Not within a styled range that could stand on a page as a whole, unless it is a block and `across_blocks`.
        let may_cut = |at: usize, across_blocks: bool| {
            let within = |span: &&&Span| span.range.start < at && at < span.range.end;
            whole.iter().filter(within).all(|span| across_blocks && span.style.is_block())
        };
        let paragraph = window.rfind("\n\n").map(|at| at + 2);
        let line = window.rfind('\n').map(|at| at + 1);
        for at in [paragraph, line].into_iter().flatten() {
            // A page of less than a third of its room would look torn: rather cut at a sentence.
            if at * 3 >= fits && may_cut(start + at, false) {
                return at;
            }
        }
        let sentences = rest.split_sentence_bound_indices().map(|(at, _)| at).take_while(|&at| at <= fits);
        let fitting = sentences.filter(|&at| at > 0 && at * 3 >= fits && may_cut(start + at, false));
        if let Some(at) = fitting.last() {
            return at;
        }
        let graphemes: Vec<usize> =
            rest.grapheme_indices(true).map(|(at, _)| at).take_while(|&at| at <= fits).collect();
        let best =
            |across_blocks| graphemes.iter().rev().copied().find(|&at| at > 0 && may_cut(start + at, across_blocks));
        let anywhere = graphemes.last().copied().filter(|&at| at > 0);
        let first_char = rest.chars().next().map_or(1, char::len_utf8);
        best(false).or_else(|| best(true)).or(anywhere).unwrap_or(fits.max(first_char))
    }
}

/// The bytes of the longest prefix of at most `limit` UTF-16 units.
fn longest_prefix(text: &str, limit: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > limit {
            return at;
        }
    }
    text.len()
}
