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

    /// How many lists there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// All items of all lists.
    pub(super) fn items(&self) -> &[T] {
        &self.items
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

impl Lists<(u32, f32)> {
    /// The same values by what they belong to: of each `(item, value)` in list `n` comes `(n, value)` in list `item`.
    /// Values of zero are left out. `lists` is one more than the highest item.
    pub(super) fn turned(&self, lists: usize) -> Self {
        let mut starts = vec![0; lists + 1];
        for &(item, _) in self.items.iter().filter(|(_, value)| *value != 0.0) {
            starts[item as usize + 1] += 1;
        }
        for list in 0..lists {
            starts[list + 1] += starts[list];
        }
        let mut next = starts.clone();
        let mut items = vec![(0, 0.0); starts[lists] as usize];
        for (number, list) in self.iter().enumerate() {
            for &(item, value) in list.iter().filter(|(_, value)| *value != 0.0) {
                let at = &mut next[item as usize];
                items[*at as usize] = (number as u32, value);
                *at += 1;
            }
        }
        Self { starts, items }
    }
}
