//! The first copy of a new PC: equal to its source, resumable, proven, and usable early.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::sync::OnceLock;

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::codec::{Blob, List, Text};
use lienquay_shared::command::{Command, DossierRef, Outcome, Submission};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::domain::person::{PersonField, Who};
use lienquay_shared::wire::bootstrap::{Docs, MAX_DOCS};
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, RequestId};
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::officer::papers::receive;
use lienquay_tests::sim::world::{PowerLoss, Prepared, World};

const N_DOSSIERS: usize = 300;
const N_EDITS: usize = 2_700;
/// The newcomer's place: nodes 0 and 1 are the site.
const NEW: NodeIndex = 2;

fn receive_one(world: &mut World, node: NodeIndex, name: &str) -> DocId {
    let command = Command::ReceiveDossier(Box::new(receive(name)));
    match world.done(node, command) {
        Outcome::DossierReceived(received) => received.doc,
        other => panic!("{other:?}"),
    }
}

fn edit(doc: DocId, value: usize) -> Command {
    Command::EditDossier {
        dossier: DossierRef::Id(doc),
        field: DossierField::Person(Who::Transacting, PersonField::Phone),
        value: Text::truncated(&format!("09{value:08}")),
    }
}

/// Two counters with 300 dossiers and 3,000 entries.
fn site() -> &'static Prepared {
    static SITE: OnceLock<Prepared> = OnceLock::new();
    SITE.get_or_init(|| {
        let mut world = World::new(77);
        world.build_site(2);
        let docs: Vec<DocId> = (0..N_DOSSIERS)
            .map(|number| receive_one(&mut world, number % 2, &format!("Trần Văn {number}")))
            .collect();
        world.run_until_quiescent();
        for number in 0..N_EDITS {
            let command = edit(docs[number % docs.len()], number);
            let request = RequestId(u128::try_from(number).unwrap().to_be_bytes());
            world.order(number % 2, Submission { request, command });
            if number % 50 == 0 {
                world.run_for(100);
            }
        }
        world.run_until_quiescent();
        world.prepare()
    })
}

/// The site, and a third PC that was just admitted by the first.
fn with_newcomer(seed: u64) -> World {
    let mut world = World::from_prepared(seed, site());
    world.add_node("quay3");
    world.join(NEW, 0, NodeMode::Desk, false);
    world
}

fn progress(world: &World) -> Option<(u64, u64)> {
    world.nodes[NEW]
        .host()
        .and_then(|host| host.engine().loading())
}

fn is_loaded(world: &World) -> bool {
    world.nodes[NEW].host().is_some()
        && progress(world).is_none()
        && world.holding(NEW).values().map(|(seq, _)| seq).sum::<u64>() > 3_000
}

#[track_caller]
fn must_load(world: &mut World) {
    if !world.run_until(120_000, is_loaded) {
        let why = format!(
            "loading stopped at {:?}: {}",
            progress(world),
            world.reasons_of(NEW)
        );
        world.fail(&why);
    }
}

#[track_caller]
fn must_equal_the_others(world: &mut World) {
    world.run_until_quiescent();
    let digest = |node: NodeIndex| world.nodes[node].store().projection_digest().unwrap();
    assert_eq!(world.holding(NEW), world.holding(0));
    assert_eq!(digest(NEW), digest(0));
    let store = world.nodes[NEW].store();
    assert_eq!(store.n_set_aside().unwrap(), (0, 0));
    assert!(
        store
            .docs_with(&[EntryState::Unproven], 1)
            .unwrap()
            .is_empty()
    );
    lienquay_tests::sim::invariants::check_settled(world);
}

fn n_sent(world: &World, name: &str) -> u64 {
    world.sent_by_name.get(name).map_or(0, |(n, _)| *n)
}

#[test]
fn a_newcomers_first_copy_equals_its_source() {
    let mut world = with_newcomer(1);
    must_load(&mut world);
    must_equal_the_others(&mut world);
    let n_pages = N_DOSSIERS.div_ceil(MAX_DOCS) as u64;
    assert!(n_sent(&world, "Headers") > 0 && n_sent(&world, "Docs") >= n_pages);
    assert!(
        n_sent(&world, "Entries") < 100,
        "not replayed entry by entry"
    );
    assert_eq!(
        world.nodes[NEW]
            .host()
            .unwrap()
            .engine()
            .reasons()
            .total(Reason::SnapshotMismatch),
        0
    );
}

#[test]
fn a_pc_that_loads_counts_for_nobody_and_takes_no_orders() {
    let mut world = with_newcomer(2);
    assert!(world.run_until(60_000, |world| progress(world).is_some_and(|(n, _)| n > 0)));
    let refused = world.submit(NEW, edit(DocId([0; 16]), 1));
    assert_eq!(refused, Err(lienquay_shared::refusal::Refusal::Loading));
    assert!(progress(&world).is_some());
    must_load(&mut world);
}

#[test]
fn the_newest_documents_can_be_read_before_the_load_ends() {
    let mut world = World::from_prepared(3, site());
    let newest = receive_one(&mut world, 0, "Người Mới Nhất");
    world.run_until_quiescent();
    world.add_node("quay3");
    world.join(NEW, 0, NodeMode::Desk, false);
    assert!(world.run_until(60_000, |world| {
        world.nodes[NEW]
            .store()
            .doc(&newest)
            .unwrap()
            .is_some_and(|row| !row.snapshot.is_empty())
    }));
    let (here, all) = progress(&world).unwrap();
    assert!(here < all / 2, "{here} of {all}");
    must_load(&mut world);
    must_equal_the_others(&mut world);
}

#[test]
fn edits_made_during_the_load_arrive_too() {
    let mut world = with_newcomer(4);
    let docs: Vec<DocId> = world.nodes[0]
        .store()
        .docs_newest(None, 400)
        .unwrap()
        .into_iter()
        .filter(|(_, _, kind)| *kind == lienquay_shared::log::DocKind::Dossier)
        .map(|(_, doc, _)| doc)
        .collect();
    let mut number = 0;
    while !is_loaded(&world) && number < 400 {
        for node in [0, 1] {
            number += 1;
            let doc = docs[(number * 37) % docs.len()];
            world.done(node, edit(doc, number));
        }
        receive_one(&mut world, number % 2, &format!("Lê Thị {number}"));
    }
    assert!(number > 4);
    must_load(&mut world);
    must_equal_the_others(&mut world);
}

#[test]
fn an_interrupted_load_goes_on_from_another_peer() {
    for trap in ["Plan", "Docs", "Headers"] {
        for nth in [1, 3] {
            let mut world = with_newcomer(5);
            let count = move |world: &World| n_sent(world, trap);
            assert!(world.run_until(60_000, |world| count(world) >= nth || is_loaded(world)));
            // The PC it loads from goes, and so does its own power.
            world.crash(NEW, PowerLoss::AnyUnsynced);
            world.partition(&[&[1, NEW], &[0]]);
            world.restart(NEW);
            must_load(&mut world);
            world.heal();
            must_equal_the_others(&mut world);
        }
    }
}

#[test]
fn a_crash_at_any_write_of_the_load_is_recovered_from() {
    for n_writes in [1, 2, 5, 40, 700, 1_500, 2_500, 3_500, 5_000, 7_000] {
        let mut world = with_newcomer(6);
        world.crash_at_write(NEW, n_writes);
        world.run_until(60_000, |world| {
            !world.nodes[NEW].is_running() || is_loaded(world)
        });
        world.restart(NEW);
        must_load(&mut world);
        must_equal_the_others(&mut world);
    }
}

#[test]
fn a_plan_whose_maker_is_gone_for_ever_is_lowered() {
    let mut world = World::from_prepared(7, site());
    world.partition(&[&[0], &[1]]);
    let doc = receive_one(&mut world, 0, "Chỉ Máy Một Có");
    world.done(0, edit(doc, 1));
    world.add_node("quay3");
    world.cut_pair(1, NEW);
    world.join(NEW, 0, NodeMode::Desk, false);
    assert!(world.run_until(60_000, |world| {
        progress(world).is_some_and(|(n, _)| n > 100)
    }));
    world.partition(&[&[0], &[1, NEW]]);
    world.network.mend(1, NEW);
    world.nodes[0].is_outside = true;
    world.crash(0, PowerLoss::AnyUnsynced);
    must_load(&mut world);
    world.run_until_quiescent();
    assert_eq!(world.holding(NEW), world.holding(1));
}

/// Lets the newcomer load while every `Docs` message from node 0 is replaced by `tamper`.
fn with_tampered_docs(
    seed: u64,
    n_times: usize,
    mut tamper: impl FnMut(&mut Docs) + 'static,
) -> World {
    let mut world = World::from_prepared(seed, site());
    world.add_node("quay3");
    world.cut_pair(1, NEW);
    let mut left = n_times;
    world.set_tamper(0, NEW, move |message| {
        if let Message::Docs(docs) = message
            && left > 0
        {
            left -= 1;
            tamper(docs);
        }
    });
    world.join(NEW, 0, NodeMode::Desk, false);
    world.run_for(3_000);
    world.heal();
    world
}

#[track_caller]
fn must_name_the_culprit(world: &mut World) {
    must_load(world);
    must_equal_the_others(world);
    let liar = world.nodes[0].id;
    let reasons = world.nodes[NEW].host().unwrap().engine().reasons();
    assert!(
        reasons
            .all()
            .any(|(peer, reason, _)| peer == Some(liar) && reason == Reason::SnapshotMismatch),
        "{}",
        world.reasons_of(NEW)
    );
}

#[test]
fn a_garbage_snapshot_is_caught_and_named() {
    let mut world = with_tampered_docs(8, 2, |docs| {
        let mut all = std::mem::take(&mut docs.docs).into_vec();
        for document in &mut all {
            document.bytes = Blob::new(vec![7; 1_000]).unwrap();
        }
        docs.docs = List::truncated(all);
    });
    must_name_the_culprit(&mut world);
}

#[test]
fn a_document_left_out_is_asked_for_by_name() {
    let mut world = with_tampered_docs(9, 1, |docs| {
        let mut all = std::mem::take(&mut docs.docs).into_vec();
        all.drain(5..10);
        docs.docs = List::truncated(all);
    });
    must_load(&mut world);
    must_equal_the_others(&mut world);
}

#[test]
fn a_change_left_out_of_a_snapshot_is_caught_and_completed() {
    let mut world = with_tampered_docs(10, 1, |docs| {
        let mut all = std::mem::take(&mut docs.docs).into_vec();
        for document in all.iter_mut().filter(|document| is_dossier(document)) {
            let whole = automerge::Automerge::load(&document.bytes).unwrap();
            let mut changes = whole.get_changes(&[]);
            changes.pop();
            let mut part = automerge::Automerge::new();
            part.apply_changes(changes).unwrap();
            document.bytes = Blob::new(part.save_nocompress()).unwrap();
        }
        docs.docs = List::truncated(all);
    });
    must_name_the_culprit(&mut world);
}

#[test]
fn a_change_that_no_header_names_is_caught_and_taken_out() {
    use automerge::transaction::Transactable;
    let mut world = with_tampered_docs(11, 1, |docs| {
        let mut all = std::mem::take(&mut docs.docs).into_vec();
        for document in all.iter_mut().filter(|document| is_dossier(document)) {
            let mut whole = automerge::Automerge::load(&document.bytes).unwrap();
            let author = whole.get_changes(&[]).pop().unwrap().actor_id().clone();
            whole.set_actor(author);
            let mut tx = whole.transaction();
            tx.put(automerge::ROOT, "forged", "x").unwrap();
            tx.commit();
            document.bytes = Blob::new(whole.save_nocompress()).unwrap();
        }
        docs.docs = List::truncated(all);
    });
    must_name_the_culprit(&mut world);
}

fn is_dossier(document: &lienquay_shared::wire::bootstrap::DocSnapshot) -> bool {
    document.kind == lienquay_shared::log::DocKind::Dossier
}
