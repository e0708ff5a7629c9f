//! Every write of a morning can be the last one: killed processes, power cuts, full disks, syncs that fail.
//!
//! A run tries an evenly spread share; `LIENQUAY_CRASH_POINTS=all` tries every point.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use lienquay_tests::crash::points::{Tried, share};
use lienquay_tests::crash::power::cuts;
use lienquay_tests::crash::record::Recording;
use lienquay_tests::crash::strace::{CHANGING, Harm};

fn record(seed: u64) -> Recording {
    Recording::make(seed).unwrap()
}

#[allow(
    clippy::print_stdout,
    reason = "how many points were tried is part of the result"
)]
#[track_caller]
fn all_is_well(what: &str, tried: &Tried) {
    println!("{what}: {tried}");
    assert!(tried.failures.is_empty(), "{what}: {tried}");
    assert!(tried.n_met > 0, "{what}: no point was met");
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let recording = record(1);
    let tried = recording
        .try_all(share(150), CHANGING, &Harm::Kill)
        .unwrap();
    all_is_well("kills", &tried);
}

#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    let recording = record(2);
    let ops = &recording.trace.ops;
    let tried = recording.cut_all(ops, cuts(ops, 0), share(450)).unwrap();
    all_is_well("power cuts", &tried);
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_space_again() {
    let recording = record(3);
    let calls = &["pwrite64", "write"];
    for harm in [Harm::FailTimes("ENOSPC", 12), Harm::FailForEver("ENOSPC")] {
        let tried = recording.try_all(share(25), calls, &harm).unwrap();
        all_is_well(&format!("full disks, {harm:?}"), &tried);
    }
}

#[test]
fn a_failed_sync_makes_nothing_acknowledged_that_is_not_on_the_disk() {
    let recording = record(4);
    let tried = recording.fail_syncs(share(16)).unwrap();
    all_is_well("failed syncs", &tried);
}
