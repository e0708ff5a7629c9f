//! The keepers of files' bytes: what engines order is done a little later, one thing after the other.

use lienquay_core::event::Event;
use lienquay_core::files::{FileEvent, FileOrder};
use lienquay_core::store::Store;
use lienquay_shared::FileHash;

use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// Microseconds that one order takes.
const ORDER_MICROS: u64 = 2_000;

impl World {
    /// A paper is scanned: its bytes are on the disk, and the node is told.
    pub fn scan(&mut self, node: NodeIndex, hash: FileHash, size: u64) {
        if !self.nodes[node].is_running() {
            return;
        }
        self.note(format!("{} scans {}", self.name(node), hash.short()));
        self.nodes[node].store_mut().blobs_mut().ingest(hash, size);
        self.deliver(node, Event::File(FileEvent::Kept { hash, size }));
    }

    /// A file on a disk is found damaged and erased.
    pub fn spoil(&mut self, node: NodeIndex, hash: FileHash) {
        self.note(format!("{} loses {}", self.name(node), hash.short()));
        let gone = self.nodes[node]
            .store_mut()
            .carry_out(FileOrder::Remove { hash });
        *self.burnt.entry(hash).or_default() += 1;
        self.deliver(node, Event::File(gone));
    }

    /// Whether a PC has a file's bytes.
    pub fn has_file(&self, node: NodeIndex, hash: &FileHash) -> bool {
        self.nodes[node].store().blobs().whole().contains_key(hash)
    }

    pub(super) fn order_file(&mut self, node: NodeIndex, order: FileOrder) {
        let at = self.nodes[node].next_file_order(self.now, ORDER_MICROS);
        let life = self.nodes[node].life();
        self.enqueue(at, super::Due::File(node, life, order));
    }

    pub(super) fn carry_out_file(&mut self, node: NodeIndex, life: u64, order: FileOrder) {
        if self.nodes[node].life() != life {
            return;
        }
        if let FileOrder::Remove { hash } = &order {
            self.note(format!("{} erases {}", self.name(node), hash.short()));
            self.check_two_are_left(node, hash);
        }
        let event = self.nodes[node].store_mut().carry_out(order);
        self.deliver(node, Event::File(event));
    }

    /// Of a file that a dossier names, two other PCs have the bytes when one lets them go; fewer only if disks that had them
    /// burned or were found damaged.
    fn check_two_are_left(&self, node: NodeIndex, hash: &FileHash) {
        let is_named = self.nodes[node]
            .store()
            .naming(hash)
            .is_ok_and(|naming| naming.n_docs > 0);
        if !is_named || !self.has_file(node, hash) {
            return;
        }
        let others = (0..self.nodes.len())
            .filter(|other| *other != node && !self.nodes[*other].is_scrapped)
            .filter(|other| self.has_file(*other, hash));
        let n_others = others.count();
        let n_burnt = self.burnt.get(hash).copied().unwrap_or(0) as usize;
        if n_others + n_burnt < 2 {
            let what = format!(
                "{} erases {} that only {n_others} others have",
                self.name(node),
                hash.short()
            );
            self.broken("two-copies-are-left", &what);
        }
    }

    /// The disk of a PC is gone or replaced: its files went with it.
    pub(in crate::sim) fn files_burn(&mut self, node: NodeIndex) {
        let whole = self.nodes[node].store().blobs().whole();
        for hash in whole.keys().copied().collect::<Vec<_>>() {
            *self.burnt.entry(hash).or_default() += 1;
        }
    }
}
