//! Files of dossiers: named only by the PC that has their bytes, known everywhere.

use lienquay_core::store::Store;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::domain::file::{File, MediaType, Origin, Place};
use lienquay_shared::{DocId, FileHash, Refusal};
use lienquay_tests::sim::invariants::check_converged;
use lienquay_tests::sim::network::NodeIndex;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{dossier, three};

const HASH: FileHash = FileHash([7; 32]);
const SIZE: u64 = 81_234;

fn add(doc: DocId, size: u64) -> Command {
    Command::AddFile {
        dossier: DossierRef::Id(doc),
        file: File {
            hash: HASH,
            size,
            media: MediaType::Jpeg,
            name: Text::truncated("Giấy chứng sinh.jpg"),
            place: Place::Other,
            origin: Origin::Scanned,
        },
        replaces: None,
    }
}

fn n_files(world: &World, node: NodeIndex, doc: DocId) -> usize {
    world.disk(node).unwrap().dossier(&doc).unwrap().files.len()
}

#[test]
fn a_file_is_named_only_where_its_bytes_are_and_then_known_everywhere() {
    let mut world = three(31);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    assert_eq!(world.submit(1, add(doc, SIZE)), Err(Refusal::FileAbsent));
    world.file_kept(1, HASH, SIZE);
    assert_eq!(
        world.submit(1, add(doc, SIZE + 1)),
        Err(Refusal::FileAbsent),
        "of another size they are other bytes"
    );
    assert_eq!(world.submit(2, add(doc, SIZE)), Err(Refusal::FileAbsent));
    world.done(1, add(doc, SIZE));
    world.run_until_quiescent();
    check_converged(&world);
    for node in 0..3 {
        assert_eq!(n_files(&world, node, doc), 1, "node {node}");
    }
}

#[test]
fn what_was_kept_is_still_kept_after_a_power_cut() {
    let mut world = three(32);
    let doc = dossier(&mut world, 1);
    world.run_until_quiescent();
    world.file_kept(1, HASH, SIZE);
    world.run_for(1_000);
    world.crash(1, PowerLoss::AllUnsynced);
    world.restart(1);
    let held = world.nodes[1].store().held_file(&HASH);
    assert_eq!(held.unwrap(), Some(SIZE));
    world.done(1, add(doc, SIZE));
    world.file_gone(1, HASH);
    assert_eq!(world.submit(1, add(doc, SIZE)), Err(Refusal::FileAbsent));
    assert_eq!(n_files(&world, 1, doc), 1, "what was said stays said");
}
