//! The words of one language's phrases, and which of them a question's word may be: the same, of the same stem, with the
//! same beginning, or misspelt (optimal string alignment distance).

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::tokenizer::Lexicon;

/// How similar a word is to another one: of the same stem; its beginning; one edit away; two edits away.
const SAME_STEM: f32 = 0.83;
const SAME_BEGINNING: f32 = 0.8;
const ONE_EDIT: f32 = 0.95;
const TWO_EDITS: f32 = 0.65;
/// What is taken off for another first letter: people seldom mistype it.
const OTHER_FIRST_LETTER: f32 = 0.1;

/// Words by number, which is their position.
#[derive(Default)]
pub(super) struct Vocabulary {
    /// Each with the position of its stem.
    words: IndexMap<String, u32, FxBuildHasher>,
    /// Each with its words.
    stems: IndexMap<String, Vec<u32>, FxBuildHasher>,
    /// The words by their number of characters.
    by_length: Vec<Vec<Spelling>>,
}

/// A word and its letters, for comparison with misspelt ones.
struct Spelling {
    word: u32,
    letters: u64,
}

/// The words of the vocabulary that a question's word may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Candidates {
    /// Each with its similarity, from 0 to 1.
    pub(super) found: Vec<(u32, f32)>,
    /// Whether neither the word nor its stem is known, and the candidates are at a small edit distance.
    pub(super) misspelt: bool,
}

impl Candidates {
    /// The similarity of the best candidate; 0 when there is none.
    pub(super) fn similarity(&self) -> f32 {
        self.found.iter().map(|&(_, similarity)| similarity).fold(0.0, f32::max)
    }
}

impl Vocabulary {
    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// All words, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|word| &**word)
    }

    /// The word of a number.
    pub(super) fn word(&self, id: u32) -> &str {
        self.words.get_index(id as usize).map_or("", |(word, _)| word)
    }

    /// The word's number, if a phrase has it.
    pub(super) fn get(&self, word: &str) -> Option<u32> {
        self.words.get_index_of(word).map(|id| id as u32)
    }

    /// The stem of a word.
    pub(super) fn stem(&self, id: u32) -> &str {
        let stem = self.words.get_index(id as usize).map(|(_, &stem)| stem as usize);
        stem.and_then(|stem| self.stems.get_index(stem)).map_or("", |(stem, _)| stem)
    }

    /// The words of a stem.
    pub(super) fn of_stem(&self, stem: &str) -> &[u32] {
        self.stems.get(stem).map_or(&[], Vec::as_slice)
    }

    /// Whether a phrase has a word of this stem.
    pub(super) fn has_stem(&self, stem: &str) -> bool {
        self.stems.contains_key(stem)
    }

    /// The word's number; the next one if it is new.
    pub(super) fn get_or_add(&mut self, word: &str, lexicon: &Lexicon) -> u32 {
        if let Some(id) = self.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        let stem = self.stems.entry(lexicon.stem(word).into_owned());
        self.words.insert(word.to_owned(), stem.index() as u32);
        stem.or_default().push(id);
        let length = word.chars().count();
        if self.by_length.len() <= length {
            self.by_length.resize_with(length + 1, Vec::new);
        }
        self.by_length[length].push(Spelling { word: id, letters: letter_set(word) });
        id
    }

    /// Gives back the memory that was reserved for more words.
    pub(super) fn shrink_to_fit(&mut self) {
        self.words.shrink_to_fit();
        self.stems.shrink_to_fit();
        self.by_length.iter_mut().for_each(Vec::shrink_to_fit);
    }

    /// Whether some longer word of a phrase begins so.
    pub(super) fn begins_one(&self, beginning: &str) -> bool {
        self.iter().any(|word| word.len() > beginning.len() && word.starts_with(beginning))
    }

    /// The words that a question's word may be. An unfinished word may be the beginning of one. Whether it may be misspelt is
    /// for the caller to know.
    pub(super) fn candidates(
        &self,
        word: &str,
        lexicon: &Lexicon,
        unfinished: bool,
        may_be_misspelt: bool,
    ) -> Candidates {
        let known = self.words.get_full(word);
        let mut found: Vec<(u32, f32)> = known.map(|(id, ..)| (id as u32, 1.0)).into_iter().collect();
        let stem = match known {
            Some((.., &stem)) => self.stems.get_index(stem as usize).map(|(_, words)| words),
            None => self.stems.get(&*lexicon.stem(word)),
        };
        let known = known.map(|(id, ..)| id as u32);
        let related = stem.map_or(&[][..], Vec::as_slice);
        found.extend(related.iter().filter(|&&id| Some(id) != known).map(|&id| (id, SAME_STEM)));
        let length = word.chars().count();
        if unfinished {
            let longer = self.by_length.iter().skip(length + 1).flatten().map(|spelling| spelling.word);
            found.extend(longer.filter(|&id| self.word(id).starts_with(word)).map(|id| (id, SAME_BEGINNING)));
        }
        if !found.is_empty() || !may_be_misspelt {
            return Candidates { found, misspelt: false };
        }
        let found = self.similar(word, length);
        Candidates { misspelt: !found.is_empty(), found }
    }

    /// The words at a small edit distance: one edit from four characters on, two from eight.
    fn similar(&self, word: &str, length: usize) -> Vec<(u32, f32)> {
        let edits_max = match length {
            0..4 => return Vec::new(),
            4..8 => 1,
            _ => 2,
        };
        let letters = letter_set(word);
        let shortest = (length - edits_max).max(3);
        let of_about_this_length = self.by_length.iter().take(length + edits_max + 1).skip(shortest).flatten();
        let may_be_similar = |other: &&Spelling| (other.letters ^ letters).count_ones() as usize <= 2 * edits_max;
        let similarity = |other: &Spelling| {
            let known = self.word(other.word);
            let similarity = match strsim::osa_distance(word, known) {
                0 | 1 => ONE_EDIT,
                2 if edits_max == 2 => TWO_EDITS,
                _ => return None,
            };
            let same_beginning = known.chars().next() == word.chars().next();
            Some((other.word, if same_beginning { similarity } else { similarity - OTHER_FIRST_LETTER }))
        };
        of_about_this_length.filter(may_be_similar).filter_map(similarity).collect()
    }
}

/// Which letters a word has, as a set of 64. An edit changes at most two of them, which tells most words apart without
/// computing a distance: with distances alone the benchmark `question` takes 6 to 17 times as long.
fn letter_set(word: &str) -> u64 {
    word.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::stemmer;

    #[test]
    fn a_word_is_known_by_itself_its_stem_its_beginning_or_with_a_slip() {
        let lexicon = Lexicon::new(stemmer("english"), [], [], []);
        let mut vocabulary = Vocabulary::default();
        for word in ["contact", "contacts", "principle", "peace", "appointment"] {
            vocabulary.get_or_add(word, &lexicon);
        }
        let check = |word: &str, unfinished, misspelt, expected: &[(&str, f32)]| {
            let candidates = vocabulary.candidates(word, &lexicon, unfinished, true);
            let found: Vec<_> =
                candidates.found.iter().map(|&(id, similarity)| (vocabulary.word(id), similarity)).collect();
            assert_eq!((found.as_slice(), candidates.misspelt), (expected, misspelt), "{word}");
        };
        check("contact", false, false, &[("contact", 1.0), ("contacts", SAME_STEM)]);
        check("contacted", false, false, &[("contact", SAME_STEM), ("contacts", SAME_STEM)]);
        check("princ", true, false, &[("principle", SAME_BEGINNING)]);
        check("princ", false, false, &[]);
        check("paece", false, true, &[("peace", ONE_EDIT)]);
        check("beace", false, true, &[("peace", ONE_EDIT - OTHER_FIRST_LETTER)]);
        check("peaaxe", false, false, &[]);
        check("apointmant", false, true, &[("appointment", TWO_EDITS)]);
        check("pea", false, false, &[]);
    }
}
