//! Papers that are scanned, and what happens to their files.

use lienquay_core::event::Control;
use lienquay_core::files::FilesPolicy;
use lienquay_shared::FileHash;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::file::{File, MediaType, Origin, Place};

use crate::sim::chance::Chance;
use crate::sim::network::NodeIndex;
use crate::sim::script::Verb;

use super::{Day, choose};

/// Papers of one page, and now and then a plan of many.
const PAGE_BYTES: u64 = 90_000;
const PLAN_BYTES: u64 = 2_000_000;

impl Day {
    pub(super) fn file(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        match verb {
            Verb::Scan | Verb::ScanOnly => self.scan(verb, pc, die),
            Verb::FilesQuota => self.set_quota(pc, die),
            Verb::FilesFull => {
                let blobs = self.world.nodes[pc].store_mut().blobs_mut();
                blobs.is_full = die.percent(50);
            }
            Verb::LieInParts => {
                let blobs = self.world.nodes[pc].store_mut().blobs_mut();
                blobs.lies = die.percent(60);
            }
            _ => {
                let whole = self.world.nodes[pc].store().blobs().whole();
                let all: Vec<FileHash> = whole.keys().copied().collect();
                if let Some(hash) = die.pick(&all).copied() {
                    self.world.spoil(pc, hash);
                }
            }
        }
    }

    fn scan(&mut self, verb: Verb, pc: NodeIndex, die: &mut Chance) {
        if !self.world.nodes[pc].is_running() {
            return;
        }
        // Dice repeat; a paper scanned anew is another file all the same.
        let mut hash: [u8; 32] = die.bytes();
        hash[..8].copy_from_slice(&self.world.n_orders().to_be_bytes());
        let hash = FileHash(hash);
        let size = match die.percent(85) {
            true => 1 + die.below(PAGE_BYTES),
            false => 1 + die.below(PLAN_BYTES),
        };
        self.world.scan(pc, hash, size);
        let doc = choose::newest_dossier(&self.world, pc, die);
        let Some(doc) = doc.filter(|_| verb == Verb::Scan) else {
            return;
        };
        let file = File {
            hash,
            size,
            media: MediaType::Jpeg,
            name: Text::truncated("Quét.jpg"),
            place: Place::Other,
            origin: Origin::Scanned,
        };
        let command = Command::AddFile {
            dossier: DossierRef::Id(doc),
            file,
            replaces: None,
        };
        self.order(pc, command, die);
    }

    fn set_quota(&mut self, pc: NodeIndex, die: &mut Chance) {
        let policy = FilesPolicy {
            quota_bytes: die.percent(60).then(|| die.below(6 * PAGE_BYTES)),
            bytes_per_second: die.percent(20).then(|| 200_000 + die.below(2_000_000)),
        };
        if self.world.nodes[pc].is_running() {
            self.world
                .order_control(pc, Control::SetFilesPolicy(policy));
        }
    }

    /// Whatever was wrong with the disks of files is repaired.
    pub(super) fn repair_files(&mut self, pc: NodeIndex) {
        let blobs = self.world.nodes[pc].store_mut().blobs_mut();
        blobs.is_full = false;
        blobs.lies = false;
    }
}
