//! An ordered table that remembers how to go back.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::RangeBounds;

/// Rows by key, with an undo list that reaches back to the last point made permanent.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    undo: Vec<(K, Option<V>)>,
    /// Length of `undo` at every commit that is not yet permanent.
    commits: Vec<usize>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            undo: Vec::new(),
            commits: Vec::new(),
        }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.rows.get(key)
    }

    /// The row as a loss of power now would leave it.
    pub(super) fn permanent(&self, key: &K) -> Option<&V> {
        match self.undo.iter().find(|(changed, _)| changed == key) {
            Some((_, before)) => before.as_ref(),
            None => self.rows.get(key),
        }
    }

    pub(super) fn put(&mut self, key: K, row: V) {
        let before = self.rows.insert(key.clone(), row);
        self.undo.push((key, before));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(before) = self.rows.remove(key) {
            self.undo.push((key.clone(), Some(before)));
        }
    }

    pub(super) fn range(
        &self,
        range: impl RangeBounds<K>,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.range(range)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// What the disk does with every table alike.
pub(super) trait Rewind {
    /// Notes a commit that a crash may still lose.
    fn mark(&mut self);
    /// Makes everything so far permanent.
    fn settle(&mut self);
    /// Goes back to the `kept`-th commit that is not permanent; 0 is the last permanent point.
    fn rewind(&mut self, kept: usize);
}

impl<K: Ord + Clone, V> Rewind for Table<K, V> {
    fn mark(&mut self) {
        self.commits.push(self.undo.len());
    }

    fn settle(&mut self) {
        self.undo.clear();
        self.commits.clear();
    }

    fn rewind(&mut self, kept: usize) {
        let keep = kept
            .checked_sub(1)
            .and_then(|last| self.commits.get(last))
            .copied()
            .unwrap_or(0);
        while self.undo.len() > keep {
            match self.undo.pop() {
                Some((key, Some(before))) => drop(self.rows.insert(key, before)),
                Some((key, None)) => drop(self.rows.remove(&key)),
                None => break,
            }
        }
        self.commits.truncate(kept);
    }
}
