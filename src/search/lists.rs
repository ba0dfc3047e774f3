//! Many short lists in one piece of memory.

/// Lists by number, one after the other.
pub(super) struct Lists<T> {
    /// Where each list begins, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    /// For so many lists, and items in all of them.
    pub(super) fn with_capacity(lists: usize, items: usize) -> Self {
        let mut starts = Vec::with_capacity(lists + 1);
        starts.push(0);
        Self { starts, items: Vec::with_capacity(items) }
    }

    /// Adds to the list that is not ended yet.
    pub(super) fn add(&mut self, item: T) {
        self.items.push(item);
    }

    /// Ends the list; gives it.
    pub(super) fn end(&mut self) -> &mut [T] {
        let start = self.starts.last().copied().unwrap_or_default();
        self.starts.push(self.items.len() as u32);
        &mut self.items[start as usize..]
    }

    /// Gives back the memory that was kept for lists to come.
    pub(super) fn shrink(&mut self) {
        self.starts.shrink_to_fit();
        self.items.shrink_to_fit();
    }

    /// How many lists there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The list of a number.
    pub(super) fn get(&self, list: u32) -> &[T] {
        let list = list as usize;
        &self.items[self.starts[list] as usize..self.starts[list + 1] as usize]
    }

    /// The list of a number, to be changed.
    pub(super) fn get_mut(&mut self, list: u32) -> &mut [T] {
        let list = list as usize;
        &mut self.items[self.starts[list] as usize..self.starts[list + 1] as usize]
    }

    /// All lists.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len() as u32).map(|list| self.get(list))
    }
}

/// An item that names another list, with something said about it.
pub(super) trait Entry: Copy + Default {
    /// The list that it names.
    fn number(self) -> u32;
    /// The same, of another list.
    fn with_number(self, number: u32) -> Self;
}

impl Entry for (u32, f32) {
    fn number(self) -> u32 {
        self.0
    }

    fn with_number(self, number: u32) -> Self {
        (number, self.1)
    }
}

impl<T: Entry> Lists<T> {
    /// The same entries by what they name: where list `n` names `m`, list `m` names `n`. `lists` is one more than the
    /// highest number that is named.
    pub(super) fn turned(&self, lists: usize) -> Self {
        let mut starts = vec![0; lists + 1];
        for entry in &self.items {
            starts[entry.number() as usize + 1] += 1;
        }
        for list in 0..lists {
            starts[list + 1] += starts[list];
        }
        let mut next = starts.clone();
        let mut items = vec![T::default(); self.items.len()];
        for (list, entries) in (0..).zip(self.iter()) {
            for entry in entries {
                let at = &mut next[entry.number() as usize];
                items[*at as usize] = entry.with_number(list);
                *at += 1;
            }
        }
        Self { starts, items }
    }
}

impl Lists<u32> {
    /// The places in which each item is found, each once: a place is one list or some of them. `order` names all lists,
    /// those of one place side by side. `lists` is one more than the highest item.
    pub(super) fn places(&self, lists: usize, order: &[u32], place: impl Fn(u32) -> u32) -> Self {
        let mut starts = vec![0; lists + 1];
        let mut last = vec![u32::MAX; lists];
        let mut for_each = |each: &mut dyn FnMut(usize, u32)| {
            last.fill(u32::MAX);
            for &list in order {
                let place = place(list);
                for &item in self.get(list) {
                    if std::mem::replace(&mut last[item as usize], place) != place {
                        each(item as usize, place);
                    }
                }
            }
        };
        for_each(&mut |item, _| starts[item + 1] += 1);
        for list in 0..lists {
            starts[list + 1] += starts[list];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[lists] as usize];
        for_each(&mut |item, place| {
            items[next[item] as usize] = place;
            next[item] += 1;
        });
        Self { starts, items }
    }
}
