//! A map from items.

use crate::content::{FileId, ItemId};

/// A value for each of many items, found by counting: file after file, and for each its own value and those of its
/// entries. File numbers go up from 0, so little is left empty.
#[derive(Debug)]
pub struct Items<T> {
    files: Vec<Vec<Option<T>>>,
    len: usize,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { files: Vec::new(), len: 0 }
    }
}

impl<T> Items<T> {
    /// Puts a value in, in place of any that was there.
    pub fn insert(&mut self, item: ItemId, value: T) {
        let (file, entry) = (item.file as usize, item.entry as usize);
        if self.files.len() <= file {
            self.files.resize_with(file + 1, Vec::new);
        }
        let Some(entries) = self.files.get_mut(file) else { return };
        if entries.len() <= entry {
            entries.resize_with(entry + 1, || None);
        }
        if let Some(slot) = entries.get_mut(entry) {
            self.len += usize::from(slot.replace(value).is_none());
        }
    }

    fn slot(&mut self, item: ItemId) -> Option<&mut Option<T>> {
        self.files.get_mut(item.file as usize)?.get_mut(item.entry as usize)
    }

    /// Takes a value out.
    pub fn remove(&mut self, item: ItemId) -> Option<T> {
        let value = self.slot(item)?.take()?;
        self.len -= 1;
        Some(value)
    }

    /// The value of an item.
    pub fn get(&self, item: ItemId) -> Option<&T> {
        self.files.get(item.file as usize)?.get(item.entry as usize)?.as_ref()
    }

    /// The value of an item, to be changed.
    pub fn get_mut(&mut self, item: ItemId) -> Option<&mut T> {
        self.slot(item)?.as_mut()
    }

    /// All values, by file and entry.
    pub fn iter(&self) -> impl Iterator<Item = (ItemId, &T)> {
        (0..).zip(&self.files).flat_map(|(file, entries)| {
            (0..)
                .zip(entries)
                .filter_map(move |(entry, value)| Some((ItemId { file, entry }, value.as_ref()?)))
        })
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.files.iter_mut().flatten().flatten()
    }

    /// Takes out those that are not to stay.
    pub fn retain(&mut self, mut stays: impl FnMut(ItemId, &mut T) -> bool) {
        for (file, entries) in (0..).zip(&mut self.files) {
            for (entry, slot) in (0..).zip(entries) {
                if slot.as_mut().is_some_and(|value| !stays(ItemId { file, entry }, value)) {
                    *slot = None;
                    self.len -= 1;
                }
            }
        }
    }

    /// Takes out all of this file and later ones.
    pub fn forget_from(&mut self, first: FileId) {
        self.files.truncate(first as usize);
        self.len = self.files.iter().flatten().flatten().count();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_a_tree_does(steps in prop::collection::vec((0u32..6, 0u32..4, 0u8..6, any::<u16>()), 0..60)) {
            let (mut items, mut tree) = (Items::default(), BTreeMap::new());
            for (file, entry, step, value) in steps {
                let item = ItemId { file, entry };
                match step {
                    0..=2 => {
                        items.insert(item, value);
                        tree.insert(item, value);
                    }
                    3 => prop_assert_eq!(items.remove(item), tree.remove(&item)),
                    4 => {
                        items.retain(|item, value| (item.entry + u32::from(*value)) % 3 > 0);
                        tree.retain(|item, value| (item.entry + u32::from(*value)) % 3 > 0);
                    }
                    _ => {
                        items.forget_from(file);
                        tree.retain(|item, _| item.file < file);
                    }
                }
                prop_assert_eq!(items.get(item), tree.get(&item));
                prop_assert_eq!(items.get_mut(item), tree.get_mut(&item));
                prop_assert_eq!(items.len(), tree.len());
                prop_assert_eq!(items.is_empty(), tree.is_empty());
            }
            prop_assert!(items.iter().eq(tree.iter().map(|(item, value)| (*item, value))));
            prop_assert!(items.values_mut().eq(tree.values_mut()));
        }
    }
}
