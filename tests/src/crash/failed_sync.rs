//! Syncs that fail. Linux then forgets what was waiting to be written, though reading still shows it, and calls the next
//! sync a success: what a program builds on it is lost with the power.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::crash::life::START_ANEW;
use crate::crash::points::{Tried, spread};
use crate::crash::power::{Cut, cuts};
use crate::crash::record::{Recording, before};
use crate::crash::strace::{At, Harm};
use crate::crash::trace::{Op, SyncCall};

/// Power cuts tried after one failed sync, among the operations that follow.
const N_CUTS: usize = 14;
/// How many operations follow.
const N_OPS: usize = 700;
/// Answers after the failed sync, right after each of which the power is cut, too.
const N_ANSWERS: usize = 4;
/// The first syncs make the folder, on which everything else rests: each of them is always tried.
const N_MAKING: usize = 12;

/// One sync that fails, and where another one has to fail with it.
#[derive(Debug)]
struct Point {
    life: usize,
    harms: Vec<(At, Harm)>,
}

fn fails(call: &SyncCall, n: usize) -> (At, Harm) {
    let call = if call.call == "fsync" {
        "fsync"
    } else {
        "fdatasync"
    };
    (At { call, n }, Harm::Fail("EIO"))
}

impl Recording {
    /// Lets those that make the folder and a share of the other syncs fail, one at a time, and cuts the power at several moments afterwards.
    pub fn fail_syncs(&self, share: usize) -> Result<Tried> {
        let mut points = self.sync_points();
        let mut tried = Tried {
            n_points: points.len(),
            ..Tried::default()
        };
        let others = points.split_off(N_MAKING.min(points.len()));
        points.extend(spread(others, share));
        for point in points {
            tried.n_tried += 1;
            let came = self.fail_one(&point);
            match came.with_context(|| format!("{point:?}")) {
                Ok(came) => {
                    tried.n_met += 1;
                    tried.n_cuts += came.n_met;
                    let failures = came.failures.into_iter();
                    let named = failures.map(|failure| format!("{point:?}: {failure}"));
                    tried.failures.extend(named);
                }
                Err(error) => tried.failures.push(format!("{error:#}")),
            }
        }
        Ok(tried)
    }

    /// Linux tells every open handle of a file once that writing it back failed: when SQLite's sync of the write-ahead log
    /// fails, so does the next one on our own handle.
    fn sync_points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for (life, syncs) in self.trace.syncs.iter().enumerate() {
            for (at, sync) in syncs.iter().enumerate() {
                let follows = |later: &&SyncCall| {
                    later.thread == sync.thread
                        && later.file == sync.file
                        && later.call != sync.call
                };
                let mut harms = vec![fails(sync, sync.n)];
                if sync.call == "fsync"
                    && sync.file.is_some()
                    && let Some(ours) = syncs[at..].iter().find(follows)
                {
                    harms.push(fails(ours, ours.n));
                }
                points.push(Point { life, harms });
            }
        }
        points
    }

    fn fail_one(&self, point: &Point) -> Result<Tried> {
        self.place.put_back(&before(point.life))?;
        let morning = self.strace();
        let mut trace = self.files[point.life].fork();
        let hurt = morning.record(point.life, &point.harms)?;
        trace.read(&fs::read_to_string(self.place.trace())?)?;
        let said = hurt.said.clone();
        let ended = if hurt.has_code(START_ANEW) {
            let anew = morning.record(point.life, &[])?;
            trace.read(&fs::read_to_string(self.place.trace())?)?;
            anew
        } else {
            hurt
        };
        ensure!(
            ended.status.success(),
            "{:?}: {said}, {}",
            ended.status,
            ended.said
        );
        let begin = self.begins[point.life];
        let mut ops = self.trace.ops[..begin].to_vec();
        ops.extend(trace.ops);
        let failed = ops[begin..]
            .iter()
            .position(|op| matches!(op, Op::SyncFailed(_) | Op::SyncFolderFailed));
        let failed = begin + failed.context("the sync did not fail")?;
        self.cut_all(&ops, cuts_after(&ops, failed), usize::MAX)
            .map(|came| came.after(&said))
    }
}

fn cuts_after(ops: &[Op], failed: usize) -> Vec<Cut> {
    let all = cuts(ops, failed);
    let near = all.iter().filter(|cut| cut.n_ops <= failed + N_OPS);
    let mut chosen = spread(near.copied().collect(), N_CUTS);
    let is_told = |cut: &&Cut| matches!(ops[cut.n_ops - 1], Op::Acknowledged(_));
    chosen.extend(all.iter().filter(is_told).take(N_ANSWERS));
    chosen.sort_by_key(|cut| cut.n_ops);
    chosen.dedup();
    chosen
}
