//! Power cuts: after every operation of a recorded morning, several disks that could be left.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use crate::crash::check::check;
use crate::crash::disk::{Disk, Fate, write_out};
use crate::crash::given::Acknowledged;
use crate::crash::points::{Tried, in_time, spread};
use crate::crash::record::Recording;
use crate::crash::trace::Op;

/// Disks drawn at random at each operation that leaves something unsynced.
const N_DRAWN: u64 = 2;
/// Steps done afterwards: enough to write on what is left.
const N_STEPS_AFTERWARDS: usize = 2;

/// One disk that could be left: after so many operations, with this fate of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Operations done.
    pub n_ops: usize,
    /// What becomes of what was not synced.
    pub fate: Fate,
}

/// Every cut worth trying after some operations. What is lost with everything unsynced changes with each sync and answer
/// only; where nothing waits to be synced, all fates are one.
pub fn cuts(ops: &[Op], from: usize) -> Vec<Cut> {
    let mut disk = Disk::default();
    let mut cuts = Vec::new();
    for (at, op) in ops.iter().enumerate() {
        disk.apply(op);
        let n_ops = at + 1;
        if n_ops <= from {
            continue;
        }
        let is_told = matches!(op, Op::Acknowledged(_));
        let syncs_next = matches!(ops.get(n_ops), None | Some(Op::Sync(_) | Op::SyncFolder(_)));
        if is_told || syncs_next || !disk.is_dirty() {
            cuts.push(Cut {
                n_ops,
                fate: Fate::Lost,
            });
        }
        if is_told || !disk.is_dirty() {
            continue;
        }
        let seed = n_ops as u64 * N_DRAWN;
        cuts.push(Cut {
            n_ops,
            fate: Fate::Kept,
        });
        cuts.extend((0..N_DRAWN).map(|draw| Cut {
            n_ops,
            fate: Fate::Some(seed + draw),
        }));
        if disk.can_tear() {
            cuts.push(Cut {
                n_ops,
                fate: Fate::TornLast(seed),
            });
        }
    }
    cuts
}

impl Recording {
    /// Cuts the power at a share of the given cuts of these operations, and checks what each leaves.
    pub fn cut_all(&self, ops: &[Op], cuts: Vec<Cut>, share: usize) -> Result<Tried> {
        let mut tried = Tried {
            n_points: cuts.len(),
            ..Tried::default()
        };
        let mut disk = Disk::default();
        let mut known = Acknowledged::default();
        let mut n_done = 0;
        let mut seen = BTreeSet::new();
        for cut in spread(cuts, share) {
            for op in &ops[n_done..cut.n_ops] {
                disk.apply(op);
                if let Op::Acknowledged(line) = op {
                    known.add(line)?;
                }
            }
            n_done = cut.n_ops;
            let left = disk.left(&self.place.root(), cut.fate);
            tried.n_tried += 1;
            // The same disk under the same promises was checked already.
            if !seen.insert((digest(&left), known.next())) {
                continue;
            }
            tried.n_met += 1;
            self.place.clear()?;
            write_out(&left)?;
            let until = (known.next() + N_STEPS_AFTERWARDS).min(self.script.steps.len());
            let checked = in_time(check(&self.place, &self.script, known.clone(), until));
            let checked = checked.with_context(|| {
                let step = self.script.steps.get(known.next());
                format!(
                    "{cut:?}, after {:?}, while {step:?}",
                    short(&ops[cut.n_ops - 1])
                )
            });
            if let Err(error) = checked {
                tried.failures.push(format!("{error:#}"));
            }
        }
        Ok(tried)
    }
}

fn digest(left: &std::collections::BTreeMap<std::path::PathBuf, Option<Vec<u8>>>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for (path, content) in left {
        let bytes = content.as_deref().unwrap_or(b"a folder");
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(&bytes.len().to_le_bytes()).update(bytes);
    }
    hasher.finalize().into()
}

fn short(op: &Op) -> String {
    format!("{op:?}").chars().take(80).collect()
}
