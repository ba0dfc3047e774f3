//! Words, or what is left of them, each with a number.

use std::hash::{Hash as _, Hasher as _};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::lists::Lists;

/// Words by number. Each stands in memory once, as letters: a map from words to numbers beside a list of words would hold
/// each twice, and in a piece of memory of its own.
pub(super) struct Names {
    letters: Lists<char>,
    numbers: HashTable<u32>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { letters: Lists::with_capacity(0, 0), numbers: HashTable::new() }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// The word's number, if it has one.
    pub(super) fn get(&self, word: &str) -> Option<u32> {
        let is_word = |&number: &u32| word.chars().eq(self.letters(number).iter().copied());
        self.numbers.find(hash(word.chars()), is_word).copied()
    }

    /// The word's number; a new one, the next, if it had none.
    pub(super) fn of(&mut self, word: &str) -> u32 {
        if let Some(number) = self.get(word) {
            return number;
        }
        let number = self.letters.len() as u32;
        word.chars().for_each(|letter| self.letters.add(letter));
        self.letters.end();
        let letters = &self.letters;
        let hash_of = |&number: &u32| hash(letters.get(number).iter().copied());
        self.numbers.insert_unique(hash(word.chars()), number, hash_of);
        number
    }

    /// The letters of a word.
    pub(super) fn letters(&self, number: u32) -> &[char] {
        self.letters.get(number)
    }

    /// All words.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[char]> {
        self.letters.iter()
    }

    /// Gives back the memory that was kept for words to come.
    pub(super) fn shrink(&mut self) {
        self.letters.shrink();
    }
}

fn hash(letters: impl Iterator<Item = char>) -> u64 {
    let mut hasher = FxHasher::default();
    letters.for_each(|letter| letter.hash(&mut hasher));
    hasher.finish()
}
