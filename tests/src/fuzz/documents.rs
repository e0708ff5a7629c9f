//! Document bytes from a peer: the snapshots of a first copy.

use automerge::{Automerge, ReadDoc};
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Edit, RawDoc, admission, new_document};

use super::changes::{COLUMNS, base, edit};
use super::{Target, chunk};

/// The contents of a document, sealed after they were altered.
pub const DOCUMENT: Target = Target {
    name: "document",
    run: document,
    seeds: document_seeds,
    words: COLUMNS,
    max_input_bytes: 16 * 1024,
    max_heap_bytes: 64 << 20,
};

fn document(input: &[u8]) {
    drop(admission::stored(input));
    drop(admission::snapshot(input));
    let Ok((document, _saved)) = admission::snapshot(&chunk::seal(chunk::DOCUMENT, input)) else {
        return;
    };
    let raw = RawDoc::read(&document);
    let hashes: Vec<_> = document
        .get_changes_meta(&[])
        .iter()
        .map(|meta| meta.hash)
        .collect();
    assert!(hashes.len() <= 1 << 16);
    let loaded = admission::stored(&document.save()).expect("what was stored is not readable");
    assert_eq!(loaded.get_heads(), document.get_heads());
    assert_eq!(RawDoc::read(&loaded), raw);
    let changes = document.get_changes(&[]);
    let mut joined = base().clone();
    for change in &changes {
        if joined.get_missing_deps(change.deps()).is_empty()
            && joined.get_change_meta_by_hash(&change.hash()).is_none()
            && admission::apply(&mut joined, change).is_err()
        {
            return;
        }
    }
    drop(RawDoc::read(&joined));
    says_what_its_changes_say(&document, changes);
}

/// A snapshot shows nothing that its hashes do not prove.
fn says_what_its_changes_say(document: &Automerge, changes: Vec<automerge::Change>) {
    let mut proven = Automerge::new();
    proven
        .apply_changes(changes)
        .expect("its changes do not apply");
    assert_eq!(proven.get_heads(), document.get_heads());
    assert_eq!(RawDoc::read(&proven), RawDoc::read(document));
}

fn document_seeds() -> Vec<Vec<u8>> {
    let body = |document: &Automerge| chunk::body(&document.save_nocompress()).to_vec();
    let mut events = new_document(DocKind::Series).unwrap();
    for n in 0..12_u8 {
        edit(
            &mut events,
            usize::from(n % 3),
            &[Edit::Append { event: vec![n] }],
        );
    }
    vec![
        body(&new_document(DocKind::Ticket).unwrap()),
        body(base()),
        body(&events),
    ]
}
