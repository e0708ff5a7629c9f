//! A member that writes what no program writes.

use std::time::{Duration, Instant};

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::codec::{Blob, List};
use lienquay_shared::log::bounds::{MAX_BATCH_ENTRIES, MAX_CHANGE_BYTES};
use lienquay_shared::log::{ActionKind, DocKind};
use lienquay_shared::schema::Edit;
use lienquay_shared::wire::Reason;
use lienquay_shared::{ChangeHash, DocId, Hlc, LogId};
use lienquay_tests::hostile::bomb::{self, Repeated};
use lienquay_tests::hostile::{Forger, Victim, unknown_doc};

use crate::floods::issue;

const DOC: DocId = DocId([1; 16]);

fn forger(victim: &Victim) -> Forger {
    Forger::new(victim.site, &victim.turncoat, 1)
}

#[test]
fn a_change_that_says_it_has_a_trillion_operations_is_refused_at_once() {
    for repeated in [Repeated::Operations, Repeated::Predecessors] {
        let mut victim = Victim::new();
        let mut log = forger(&victim);
        let actor = log.log.actor_bytes(&victim.site);
        let (hash, bytes) = bomb::change(&actor, repeated, 1 << 40);
        let entry = log.append(
            DOC,
            DocKind::Dossier,
            ActionKind::DossierNoted,
            Some((ChangeHash(hash.0), bytes)),
        );
        let batch = log.batch(vec![entry]);
        let started = Instant::now();
        victim.hears_entries(log.log.node, vec![batch]);
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(victim.holds(&log), 0);
        assert_eq!(victim.counted(log.log.node, Reason::WrongChangeHash), 1);
    }
}

#[test]
fn the_largest_honest_entries_are_taken() {
    let mut victim = Victim::new();
    let mut log = forger(&victim);
    let text = "ạ".repeat(60_000);
    let batch = log.edit_batch(DOC, &text);
    victim.hears_entries(log.log.node, vec![batch]);
    assert_eq!(victim.holds(&log), 1);
    // At the very bound of the format, and of no meaning: stored and counted all the same.
    let bytes = vec![0; MAX_CHANGE_BYTES];
    let entry = log.append(DOC, DocKind(250), ActionKind(60_000), None);
    let batch = log.batch(vec![entry]);
    victim.hears_entries(log.log.node, vec![batch]);
    assert_eq!(victim.holds(&log), 2);
    let hash = Some((ChangeHash([1; 32]), bytes));
    let entry = log.append(DOC, DocKind::Dossier, ActionKind::DossierNoted, hash);
    let batch = log.batch(vec![entry]);
    victim.hears_entries(log.log.node, vec![batch]);
    assert_eq!(victim.holds(&log), 2, "not the change its header names");
    assert_eq!(victim.counted(log.log.node, Reason::WrongChangeHash), 1);
}

#[test]
fn times_and_positions_at_the_end_of_their_range_look_like_no_broken_disk() {
    let mut victim = Victim::new();
    let before = issue(&mut victim);
    for hlc in [Hlc(0), Hlc(u64::MAX), Hlc::from_millis(u64::MAX)] {
        let mut log = Forger::new(victim.site, &victim.turncoat.clone(), hlc.0 ^ 5);
        log.hlc = hlc;
        let batch = log.edit_batch(DOC, "muôn năm");
        victim.hears_entries(log.log.node, vec![batch]);
        assert_eq!(victim.holds(&log), 1, "a clock is never a reason to refuse");
    }
    // Far beyond anything that could be held.
    let mut log = Forger::new(victim.site, &victim.turncoat.clone(), 3);
    log.seq = u64::MAX - 5;
    let batch = log.edit_batch(DOC, "cuối");
    victim.hears_entries(log.log.node, vec![batch.clone()]);
    let mut traced = batch.clone();
    traced.previous = Some(log.hash);
    victim.hears_entries(log.log.node, vec![traced]);
    for at in [u64::MAX - 5, u64::MAX, i64::MAX as u64, 0] {
        let mut branch = batch.clone();
        branch.after = at;
        branch.previous = Some(log.hash);
        branch.branch_of = Some(1);
        victim.hears_entries(log.log.node, vec![branch]);
    }
    assert_eq!(victim.holds(&log), 0);
    assert_ne!(issue(&mut victim), before, "the officer goes on");
}

/// A losing branch may start anywhere its author says, and its positions are stored.
#[test]
fn a_branch_that_leaves_a_log_beyond_every_position_is_refused() {
    let mut victim = Victim::new();
    let key = victim.turncoat.clone();
    for at in [u64::MAX - 1, i64::MAX as u64] {
        let mut parent = Forger::new(victim.site, &key, 1);
        parent.seq = at;
        let previous = parent.hash;
        let entry = parent.edit(DOC, "nhánh");
        let log = LogId {
            node: key.node(),
            incarnation: 1,
        }
        .branch(at, &parent.hash);
        let mut batch = parent.batch(vec![entry]);
        batch.log = log;
        batch.previous = Some(previous);
        batch.branch_of = Some(1);
        victim.hears_entries(key.node(), vec![batch]);
        assert_eq!(victim.store_head(&log), 0);
        assert!(victim.counted(key.node(), Reason::MalformedEntry) > 0);
    }
}

#[test]
fn one_member_opens_only_so_many_logs() {
    let mut victim = Victim::new();
    let key = victim.turncoat.clone();
    for incarnation in 0..1_000 {
        let mut log = Forger::new(victim.site, &key, incarnation);
        let batch = log.edit_batch(DOC, "lại");
        victim.hears_entries(key.node(), vec![batch]);
    }
    assert!(victim.memory("logs") <= 300, "{}", victim.memory("logs"));
    assert!(victim.counted(key.node(), Reason::TooMany) >= 700);
    let mut honest = Forger::new(victim.site, &victim.honest.clone(), 1);
    let batch = honest.edit_batch(DOC, "vẫn vào");
    victim.hears_entries(honest.log.node, vec![batch]);
    assert_eq!(victim.holds(&honest), 1);
}

#[test]
fn nothing_forged_is_taken_and_everything_is_named() {
    let mut victim = Victim::new();
    let (bad, honest) = (victim.turncoat.clone(), victim.honest.clone());
    let mut theirs = Forger::new(victim.site, &honest, 1);
    let first = theirs.edit_batch(DOC, "thật");
    victim.hears_entries(honest.node(), vec![first.clone()]);
    // Entries of another's log, signed by itself.
    let mut forged = Forger::new(victim.site, &bad, 1);
    forged.log = theirs.log;
    (forged.seq, forged.hash) = (theirs.seq, theirs.hash);
    let batch = forged.edit_batch(DOC, "giả");
    victim.hears_entries(bad.node(), vec![batch]);
    assert_eq!(victim.counted(bad.node(), Reason::BadSignature), 1);
    // A good run with a signature of nobody at its end.
    let mut log = forger(&victim);
    let mut batch = log
        .batches(MAX_BATCH_ENTRIES, |log, n| log.edit(DOC, &n.to_string()))
        .remove(0);
    batch.signature = Forger::no_signature();
    victim.hears_entries(bad.node(), vec![batch]);
    assert_eq!(victim.holds(&log), 0);
    // A change under another's name.
    let mut log = forger(&victim);
    let actor = theirs.log.actor_bytes(&victim.site);
    let change = log.change_as(
        &actor,
        DOC,
        DocKind::Dossier,
        &[Edit::text("request", "mượn tên")],
    );
    let entry = log.append_change(DOC, DocKind::Dossier, &change);
    let batch = log.batch(vec![entry]);
    victim.hears_entries(bad.node(), vec![batch]);
    assert_eq!(victim.counted(bad.node(), Reason::BorrowedActor), 1);
    // Stale entries, again and again.
    victim.hears_entries(bad.node(), std::iter::repeat_n(first, 200).collect());
    assert_eq!(victim.counted(bad.node(), Reason::Duplicate), 200);
    // A chain that does not begin where the log does.
    let mut log = forger(&victim);
    log.hash = theirs.hash;
    let batch = log.edit_batch(DOC, "lệch");
    victim.hears_entries(bad.node(), vec![batch]);
    assert_eq!(victim.holds(&log), 0);
    assert!(victim.counted(bad.node(), Reason::BadSignature) >= 3);
    assert_eq!(victim.holds(&theirs), 1);
}

#[test]
fn an_empty_change_of_many_documents_leaves_no_more_than_its_entries() {
    let mut victim = Victim::new();
    let mut log = forger(&victim);
    let batches = log.batches(640, |log, number| {
        let hash = Some((ChangeHash([1; 32]), Vec::new()));
        log.append(
            unknown_doc(number as u64),
            DocKind::Dossier,
            ActionKind::DossierNoted,
            hash,
        )
    });
    victim.hears_entries(log.log.node, batches);
    assert_eq!(victim.holds(&log), 640);
    assert_eq!(victim.memory("documents with pending entries"), 0);
    let states = [EntryState::Quarantined(Reason::Forgotten)];
    assert_eq!(victim.store().docs_with(&states, 1_000).unwrap().len(), 640);
}

#[test]
fn a_traced_fork_that_never_meets_ours_ends() {
    let mut victim = Victim::new();
    let bad = victim.turncoat.clone();
    let mut log = forger(&victim);
    let batch = log.edit_batch(DOC, "một");
    victim.hears_entries(bad.node(), vec![batch.clone()]);
    victim.said.clear();
    let mut other = batch;
    other.previous = Some(lienquay_shared::EntryHash([6; 32]));
    victim.hears_entries(bad.node(), std::iter::repeat_n(other, 50).collect());
    let asked = victim.take_said(bad.node()).len();
    assert!(asked <= 1, "{asked} further questions to a liar");
    assert!(victim.counted(bad.node(), Reason::BadSignature) >= 49);
}

#[test]
fn headers_of_any_bytes_are_named_malformed() {
    let mut victim = Victim::new();
    let mut log = forger(&victim);
    let mut batch = log.edit_batch(DOC, "một");
    let mut entries = batch.entries.to_vec();
    entries[0].header = Blob::new(vec![0xff; 512]).unwrap();
    batch.entries = List::new(entries).unwrap();
    victim.hears_entries(log.log.node, vec![batch]);
    assert_eq!(victim.counted(log.log.node, Reason::MalformedEntry), 1);
}
