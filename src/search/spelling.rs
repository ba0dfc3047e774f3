//! How far two words are from each other, in slips of the finger.

/// The distance of Damerau and Levenshtein (optimal string alignment), with its rows kept for the next comparison.
#[derive(Default)]
pub(super) struct EditRows {
    before: Vec<usize>,
    last: Vec<usize>,
    now: Vec<usize>,
}

impl EditRows {
    /// How many letters to insert, remove, replace or swap; `None` when it is more than `allowed`.
    pub(super) fn distance(&mut self, a: &[char], b: &[char], allowed: usize) -> Option<usize> {
        let Self { before, last, now } = self;
        before.clear();
        before.resize(b.len() + 1, 0);
        last.clear();
        last.extend(0..=b.len());
        now.clear();
        now.resize(b.len() + 1, 0);
        for i in 1..=a.len() {
            now[0] = i;
            let mut least = i;
            for j in 1..=b.len() {
                let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut edits = replaced.min(last[j] + 1).min(now[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    edits = edits.min(before[j - 2] + 1);
                }
                now[j] = edits;
                least = least.min(edits);
            }
            if least > allowed {
                return None;
            }
            std::mem::swap(before, last);
            std::mem::swap(last, now);
        }
        (last[b.len()] <= allowed).then_some(last[b.len()])
    }
}

/// Which letters a word has, as a set of 64: an edit changes at most two of them, so most words are told apart without
/// counting edits.
pub(super) fn letter_set(letters: &[char]) -> u64 {
    letters.iter().fold(0, |set, &c| set | 1 << (u32::from(c) % 64))
}

/// Whether words of these letters may be within so many edits of each other.
pub(super) fn may_be_near(a: u64, b: u64, edits: usize) -> bool {
    (a ^ b).count_ones() as usize <= 2 * edits
}
