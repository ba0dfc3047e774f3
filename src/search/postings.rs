//! Inverted index: for each key the places where it occurs.

/// Postings lists in one allocation (compressed sparse rows): a `Vec` for each key would add 0.5 MB to the 2.4 MB of the shipped
/// content's index.
#[derive(Default)]
pub(super) struct Postings<T> {
    /// Where each list begins in `entries`, and where the last one ends.
    starts: Vec<u32>,
    entries: Vec<T>,
}

impl<T: Copy + Default> Postings<T> {
    /// For keys below `keys`. `pairs` gives keys and their entries; it is called twice, and must give the same.
    pub(super) fn new<I: Iterator<Item = (u32, T)>>(keys: usize, pairs: impl Fn() -> I) -> Self {
        let mut starts = vec![0; keys + 1];
        pairs().for_each(|(key, _)| starts[key as usize + 1] += 1);
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut entries = vec![T::default(); starts[keys] as usize];
        for (key, entry) in pairs() {
            let at = &mut next[key as usize];
            entries[*at as usize] = entry;
            *at += 1;
        }
        Self { starts, entries }
    }

    /// The entries of a key, in the order in which they were given.
    pub(super) fn get(&self, key: u32) -> &[T] {
        let key = key as usize;
        &self.entries[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_entries_in_their_order() {
        let pairs = [(2, 'a'), (0, 'b'), (2, 'c'), (2, 'c')];
        let postings = Postings::new(4, || pairs.into_iter());
        let lists: Vec<String> = (0..4).map(|key| postings.get(key).iter().collect()).collect();
        assert_eq!(lists, ["b", "", "acc", ""]);
    }
}
