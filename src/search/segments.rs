//! A text → its words, and the parts in which a question may stand: sentences, the clauses of long ones, and windows over
//! what has no punctuation. People write letters: first who they are, then what they want.

use std::ops::Range;

use super::tokenizer::first_words;

/// A sentence of more words is cut into clauses; one that ends with a question mark is what is asked, and may be longer.
const SENTENCE_MAX: usize = 14;
const QUESTION_MAX: usize = 30;
/// A clause of fewer words is joined to the next.
const CLAUSE_MIN: usize = 4;
/// The words of a window over a clause that is still too long, and from one window to the next.
const WINDOW: usize = 10;
const WINDOW_STEP: usize = 5;
/// No more words of a text are read: 4,096 characters have fewer, but for words of one letter and signs that each stand for
/// several words.
const WORDS_MAX: usize = 1_400;

/// The words of a text and its parts.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// As the tokenizer leaves them.
    pub(super) words: Vec<String>,
    /// The parts, in the order of the text; those that overlap are parts of one sentence.
    pub(super) parts: Vec<Part>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Which words of the text.
    pub(super) words: Range<usize>,
    /// The number of the sentence that it belongs to.
    pub(super) sentence: usize,
    /// Whether it belongs to a sentence that ends with a question mark.
    pub(super) is_question: bool,
}

impl Segments {
    /// `opens` says whether a question may begin with a word: a window begins there, too.
    pub(super) fn new(text: &str, opens: impl Fn(&str) -> bool) -> Self {
        let mut segments = Self::default();
        let (mut start, mut clauses, mut sentence) = (0, Vec::new(), 0);
        for piece in pieces(text) {
            let room = WORDS_MAX - segments.words.len();
            segments.words.extend(first_words(piece.text, room));
            let end = segments.words.len();
            if piece.end == End::Clause {
                clauses.push(end);
            } else if end > start {
                clauses.push(end);
                segments.push_sentence(start, &clauses, sentence, piece.end == End::Question, &opens);
                (start, clauses, sentence) = (end, Vec::new(), sentence + 1);
            } else if piece.end == End::Question
                && let Some(last) = segments.parts.last_mut()
            {
                // A question mark that stands alone.
                last.is_question = true;
            }
        }
        segments
    }

    /// Adds a sentence: whole, or its clauses, or windows over them.
    fn push_sentence(
        &mut self,
        start: usize,
        ends: &[usize],
        sentence: usize,
        is_question: bool,
        opens: &impl Fn(&str) -> bool,
    ) {
        let end = self.words.len();
        if end - start <= if is_question { QUESTION_MAX } else { SENTENCE_MAX } {
            self.parts.push(Part { words: start..end, sentence, is_question });
            return;
        }
        let mut from = start;
        for &to in ends {
            if to - from < CLAUSE_MIN && to != end {
                continue;
            }
            // The rest of a sentence is no clause by itself when it is short.
            let from_of_rest = if to - from < CLAUSE_MIN { from.saturating_sub(CLAUSE_MIN).max(start) } else { from };
            self.push_clause(Part { words: from_of_rest..to, sentence, is_question }, opens);
            from = to;
        }
    }

    fn push_clause(&mut self, part: Part, opens: &impl Fn(&str) -> bool) {
        let clause = part.words.clone();
        if clause.len() <= SENTENCE_MAX {
            self.parts.push(part);
            return;
        }
        for from in clause.clone() {
            let is_step = (from - clause.start).is_multiple_of(WINDOW_STEP);
            if (is_step || opens(&self.words[from])) && (clause.end - from > WINDOW / 2 || from == clause.start) {
                self.parts.push(Part { words: from..clause.end.min(from + WINDOW), ..part.clone() });
            }
        }
    }
}

/// A text up to the next mark.
struct Piece<'a> {
    text: &'a str,
    end: End,
}

/// What stands after a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Clause,
    Sentence,
    Question,
}

/// The pieces of a text between marks.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mark = rest.char_indices().find_map(|(at, c)| {
            let after = &rest[at + c.len_utf8()..];
            // A point within a number or an address ends no sentence.
            let is_followed_by_space = after.chars().next().is_none_or(|next| !next.is_alphanumeric());
            let end = match c {
                '?' | '؟' | '？' | '⸮' => End::Question,
                '!' | '…' | '\n' | ';' | '。' | '！' | '؛' => End::Sentence,
                '.' if is_followed_by_space => End::Sentence,
                ',' | '،' | '、' | '(' | ')' | '–' | '—' => End::Clause,
                ':' if is_followed_by_space => End::Clause,
                _ => return None,
            };
            Some((at, after, end))
        });
        let (piece, after) = match mark {
            Some((at, after, end)) => (Piece { text: &rest[..at], end }, after),
            None => (Piece { text: rest, end: End::Sentence }, ""),
        };
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a text, each with a `?` after one that asks.
    fn parts(text: &str) -> Vec<String> {
        let segments = Segments::new(text, |word| word == "where");
        let words = |part: &Part| segments.words[part.words.clone()].join(" ");
        segments.parts.iter().map(|part| words(part) + if part.is_question { "?" } else { "" }).collect()
    }

    #[test]
    fn sentences_are_parts() {
        assert_eq!(parts("Good day. Where is it ? Call 76.00 !"), ["god day", "where is it?", "cal 76 00"]);
        assert_eq!(parts("hello\nwhere is it"), ["helo", "where is it"]);
        assert_eq!(parts("where is it\n??"), ["where is it?"]);
        assert_eq!(parts(" ?! "), Vec::<String>::new());
    }

    #[test]
    fn a_long_sentence_is_cut_into_clauses() {
        let long = "I am, as you see, one two three four five six seven eight, and where is your ofice, please";
        let expected = [
            "i am as you se",
            "one two thre four five six seven eight",
            "and where is your ofice",
            "where is your ofice please",
        ];
        assert_eq!(parts(long), expected);
        let question = [long, "?"].concat();
        assert_eq!(parts(&question).len(), 1, "what is asked stays whole");
    }

    #[test]
    fn the_parts_of_a_sentence_know_that_they_belong_together() {
        let segments = Segments::new(&format!("hello. {}? yes.", "one two three four, ".repeat(10)), |_| false);
        let sentences: Vec<usize> = segments.parts.iter().map(|part| part.sentence).collect();
        assert_eq!((sentences.first(), sentences.last()), (Some(&0), Some(&2)));
        assert!(sentences.len() > 4 && sentences[1..sentences.len() - 1].iter().all(|&sentence| sentence == 1));
    }

    #[test]
    fn a_sign_that_stands_for_words_does_not_make_a_text_longer_than_it_may_be() {
        assert_eq!(Segments::new(&"\u{fdfa}".repeat(4_096), |_| false).words.len(), WORDS_MAX);
    }

    #[test]
    fn what_has_no_punctuation_is_seen_through_windows() {
        let long = "a b c d e f g h i j k where l m n o p q";
        assert_eq!(
            parts(long),
            ["a b c d e f g h i j", "f g h i j k where l m n", "k where l m n o p q", "where l m n o p q"]
        );
    }
}
