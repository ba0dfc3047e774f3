//! Character n-grams: the bigrams and trigrams of a word, word boundaries included. Words that are inflected or misspelt
//! still share most of them.

use rustc_hash::FxHashMap;

/// Stands before and after each word.
const BOUNDARY: char = ' ';
/// The third character of a bigram.
const NONE: char = '\0';

/// Two or three characters.
pub(super) type Ngram = [char; 3];

/// The n-grams that the phrases of a language have, each with its number.
///
/// `FxHashMap`: a question looks up hundreds of n-grams; see the benchmark `question`.
pub(super) type NgramIds = FxHashMap<Ngram, u32>;

/// Whether it has three characters.
pub(super) fn is_trigram(ngram: Ngram) -> bool {
    ngram[2] != NONE
}

/// The n-grams of a word, repeated ones included. An unfinished word has no boundary at its end.
pub(super) fn ngrams(word: &str, finished: bool) -> Vec<Ngram> {
    let mut padded = vec![BOUNDARY];
    padded.extend(word.chars());
    padded.extend(finished.then_some(BOUNDARY));
    let bigrams = padded.windows(2).map(|pair| [pair[0], pair[1], NONE]);
    let trigrams = padded.windows(3).map(|three| [three[0], three[1], three[2]]);
    bigrams.chain(trigrams).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_word_lacks_the_ngrams_of_its_end() {
        let check = |word, finished, expected: &[&str]| {
            let found: Vec<String> =
                ngrams(word, finished).iter().map(|ngram| ngram.iter().filter(|&&c| c != NONE).collect()).collect();
            assert_eq!(found, expected, "{word}");
        };
        check("été", true, &[" é", "ét", "té", "é ", " ét", "été", "té "]);
        check("été", false, &[" é", "ét", "té", " ét", "été"]);
        check("a", true, &[" a", "a ", " a "]);
        check("a", false, &[" a"]);
    }
}
