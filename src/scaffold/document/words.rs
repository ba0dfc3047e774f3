//! Words with a style each: what stands in a paragraph, an item or a cell.

/// How a run of words looks. One of several styles within each other is kept: a phone shows no more than it has to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scaffold) enum Style {
    Code,
    /// Words that open a web address.
    Link(String),
    Bold,
    Italic,
    Strike,
    Underline,
}

/// Words of one style. A line end in them is one that people see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scaffold) struct Run {
    pub(in crate::scaffold) text: String,
    pub(in crate::scaffold) style: Option<Style>,
}

/// Words, each run in a style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::scaffold) struct Words(pub(in crate::scaffold) Vec<Run>);

impl Words {
    pub(in crate::scaffold) fn plain(text: &str) -> Self {
        Self(vec![Run { text: text.to_owned(), style: None }])
    }

    pub(in crate::scaffold) fn push(&mut self, text: &str, style: Option<&Style>) {
        match self.0.last_mut() {
            Some(last) if last.style.as_ref() == style => last.text.push_str(text),
            _ => self.0.push(Run { text: text.to_owned(), style: style.cloned() }),
        }
    }

    pub(in crate::scaffold) fn to_plain(&self) -> String {
        self.0.iter().map(|run| run.text.as_str()).collect()
    }

    pub(in crate::scaffold) fn has_words(&self) -> bool {
        self.0.iter().any(|run| run.text.contains(|c: char| !c.is_whitespace()))
    }

    pub(in crate::scaffold) fn ends_with(&self, end: impl Fn(char) -> bool) -> bool {
        self.0.iter().rev().find_map(|run| run.text.chars().next_back()).is_none_or(end)
    }

    /// Without white space at its ends.
    pub(in crate::scaffold) fn trimmed(mut self) -> Self {
        let is_space = |c: char| c.is_whitespace();
        while let Some(first) = self.0.first_mut() {
            first.text = first.text.trim_start_matches(is_space).to_owned();
            if !first.text.is_empty() {
                break;
            }
            self.0.remove(0);
        }
        while let Some(last) = self.0.last_mut() {
            last.text.truncate(last.text.trim_end_matches(is_space).len());
            if !last.text.is_empty() {
                break;
            }
            self.0.pop();
        }
        self
    }

    /// The words in two halves, cut where a sentence, else a word ends; `None` where there is one word.
    pub(in crate::scaffold) fn halves(&self) -> Option<(Self, Self)> {
        let text = self.to_plain();
        let middle = text.floor_char_boundary(text.len() / 2);
        let near = |end: &str| {
            let before = text[..middle].rfind(end).map(|at| at + end.len());
            let after = text[middle..].find(end).map(|at| middle + at + end.len());
            let inside = |at: &usize| *at > 0 && !text[..*at].trim().is_empty() && !text[*at..].trim().is_empty();
            before.filter(inside).into_iter().chain(after.filter(inside)).min_by_key(|at| at.abs_diff(middle))
        };
        let anywhere = || (middle > 0).then_some(middle);
        let quarter = text.len() / 4;
        let at = ["\n", ". ", " "].iter().filter_map(|end| near(end)).find(|at| at.abs_diff(middle) <= quarter);
        let (before, after) = self.split(at.or_else(|| near(" ")).or_else(anywhere)?);
        Some((before.trimmed(), after.trimmed()))
    }

    /// The words before a byte of the plain text, and those from there on.
    pub(in crate::scaffold) fn split(&self, at: usize) -> (Self, Self) {
        let (mut before, mut after) = (Self::default(), Self::default());
        let mut start = 0;
        for run in &self.0 {
            let cut = at.saturating_sub(start).min(run.text.len());
            for (part, words) in [(&run.text[..cut], &mut before), (&run.text[cut..], &mut after)] {
                if !part.is_empty() {
                    words.push(part, run.style.as_ref());
                }
            }
            start += run.text.len();
        }
        (before, after)
    }
}
