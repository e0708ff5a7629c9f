//! Snapshots with the heads of an honest document that show something else: automerge proves changes, not where rows lie
//! and which of them are overwritten by what no change holds.

use automerge::Automerge;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Edit, RawDoc, admission, new_document};
use lienquay_tests::fuzz::changes::edit;
use lienquay_tests::fuzz::chunk::{self, DocumentParts, deltas, rle, uleb};

/// How many successors each row has, their actors and their counters.
const SUCCESSORS: [u64; 3] = [0x80, 0x81, 0x83];
/// Two containers and the kind, then the salt, the field and the event.
const N_ROWS: usize = 6;
const FIELD: usize = 4;

fn honest() -> Automerge {
    let mut document = new_document(DocKind::Dossier).unwrap();
    edit(
        &mut document,
        0,
        &[Edit::int("n", 1), Edit::Append { event: vec![1] }],
    );
    document
}

/// The same document, of which a row says that an operation of no change overwrote it.
fn overwritten(honest: &Automerge, row: usize) -> Vec<u8> {
    let mut parts = DocumentParts::of(chunk::body(&honest.save_nocompress()));
    let number = |out: &mut Vec<u8>, number: &u64| uleb(out, *number);
    let counts: Vec<_> = (0..N_ROWS).map(|at| Some(u64::from(at == row))).collect();
    parts
        .operations
        .retain(|(specification, _)| !SUCCESSORS.contains(specification));
    let columns = [
        rle(&counts, number),
        rle(&[Some(0)], number),
        deltas(&[Some(7777)]),
    ];
    parts.operations.extend(SUCCESSORS.into_iter().zip(columns));
    parts.seal()
}

#[test]
fn a_snapshot_shows_only_what_its_hashes_prove() {
    let honest = honest();
    assert_eq!(
        DocumentParts::of(chunk::body(&honest.save_nocompress())).seal(),
        honest.save_nocompress()
    );
    let lie = overwritten(&honest, FIELD);
    let believed = Automerge::load(&lie).expect("automerge believes it");
    assert_eq!(believed.get_heads(), honest.get_heads());
    assert_ne!(RawDoc::read(&believed), RawDoc::read(&honest));
    let (admitted, saved) = admission::snapshot(&lie).unwrap();
    assert_eq!(admitted.get_heads(), honest.get_heads());
    assert_eq!(RawDoc::read(&admitted), RawDoc::read(&honest));
    let kept = admission::stored(&saved).unwrap();
    assert_eq!(RawDoc::read(&kept), RawDoc::read(&honest));
}

#[test]
fn an_honest_snapshot_is_kept_as_it_came_also_compressed() {
    let mut honest = honest();
    let edits: Vec<Edit> = (0..10_u64)
        .map(|n| {
            let text = (0..200).map(|at| ((n * 200 + at) * 104_729 % 99_991).to_string());
            Edit::text(format!("k{n}"), text.collect::<String>())
        })
        .collect();
    edit(&mut honest, 0, &edits);
    for sent in [honest.save(), honest.save_nocompress()] {
        let (_, saved) = admission::snapshot(&sent).unwrap();
        assert!(saved == sent, "{} bytes", sent.len());
    }
    assert!(honest.save().len() < honest.save_nocompress().len());
}
