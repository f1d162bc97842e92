//! Producers of an observer: found by key in constant time, walked in the order they were added.

use std::collections::HashMap;
use std::hash::Hash;

/// A map that keeps the order of insertion, so that equal input gives equal output.
pub(super) struct Roster<K, T> {
    entries: Vec<(K, T)>,
    /// Where each key is in `entries`.
    places: HashMap<K, usize>,
}

impl<K: Copy + Eq + Hash, T> Roster<K, T> {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Whether the key was new; an existing entry stays as it is.
    pub(super) fn add(&mut self, key: K, value: T) -> bool {
        if self.places.contains_key(&key) {
            return false;
        }
        self.places.insert(key, self.entries.len());
        self.entries.push((key, value));
        true
    }

    /// Whether the key was there.
    pub(super) fn remove(&mut self, key: K) -> bool {
        let Some(place) = self.places.remove(&key) else {
            return false;
        };
        self.entries.remove(place);
        self.places
            .values_mut()
            .filter(|other| **other > place)
            .for_each(|other| *other -= 1);
        true
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut T> {
        let place = *self.places.get(&key)?;
        self.entries.get_mut(place).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.entries.iter().map(|(key, value)| (*key, value))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (K, &mut T)> {
        self.entries.iter_mut().map(|(key, value)| (*key, value))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
