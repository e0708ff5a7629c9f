//! Change bytes from a peer: admitted or not, and if so without harm to the document they go into.

use std::sync::OnceLock;

use automerge::{ActorId, Automerge, ReadDoc};
use lienquay_shared::log::DocKind;
use lienquay_shared::log::bounds::MAX_CHANGE_OPS;
use lienquay_shared::schema::{Edit, RawDoc, admission, edits_of, new_document, write};

use super::{Target, chunk};

/// The contents of a change, sealed after they were altered.
pub const CHANGE: Target = Target {
    name: "change",
    run: change,
    seeds: change_seeds,
    words: COLUMNS,
    max_input_bytes: 16 * 1024,
    max_heap_bytes: 64 << 20,
};

/// Specifications of columns, and runs that are longer than they look.
pub const COLUMNS: &[&[u8]] = &[
    b"\x42",
    b"\x56",
    b"\x57",
    b"\x70\x01",
    b"\x71",
    b"\x73",
    b"\x15",
    b"\x34",
    b"\x13",
    b"\x11",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\x3f\x01",
    b"\x80\x80\x80\x80\x10",
    b"\x80\x40\x01",
    b"\x7f",
    b"\0\x80\x80\x80\x80\x10",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f",
    b"\xff\xff\xff\xff\x0f",
];

/// Actors of the documents that changes go into.
pub const ACTORS: [[u8; 16]; 3] = [[1; 16], [2; 16], [3; 16]];

/// Writes edits into a document, as one of the actors.
pub fn edit(document: &mut Automerge, actor: usize, edits: &[Edit]) {
    document.set_actor(ActorId::from(&ACTORS[actor][..]));
    let mut tx = document.transaction();
    write(&mut tx, edits, [7; 16]).unwrap();
    tx.commit_with(automerge::transaction::CommitOptions::default().with_time(0));
}

/// A dossier that two nodes edited, in conflict.
pub fn base() -> &'static Automerge {
    static BASE: OnceLock<Automerge> = OnceLock::new();
    BASE.get_or_init(|| {
        let mut one = new_document(DocKind::Dossier).unwrap();
        edit(
            &mut one,
            0,
            &[Edit::text("name", "Nguyễn Thị Ánh"), Edit::int("n", 3)],
        );
        edit(
            &mut one,
            0,
            &[
                Edit::Append { event: vec![0xa0] },
                Edit::Append { event: vec![0xf6] },
            ],
        );
        let mut two = one.clone();
        edit(&mut one, 0, &[Edit::text("name", "Ánh")]);
        edit(
            &mut two,
            1,
            &[Edit::text("name", "Anh"), Edit::Append { event: vec![1] }],
        );
        one.merge(&mut two).unwrap();
        one
    })
}

/// The highest number of an operation in [`base`].
#[must_use]
pub fn max_op() -> u64 {
    base()
        .get_changes_meta(&[])
        .iter()
        .map(|meta| meta.max_op)
        .max()
        .unwrap_or_default()
}

/// Gives a chunk to the product as a peer's change, and sees that the document is none the worse for it.
pub fn take_in(bytes: &[u8]) {
    let Ok(change) = admission::change(bytes) else {
        return;
    };
    assert_eq!(change.raw_bytes(), bytes);
    assert!(change.len() as u64 <= MAX_CHANGE_OPS);
    drop(edits_of(&change));
    let mut document = base().clone();
    if !document.get_missing_deps(change.deps()).is_empty() {
        return;
    }
    let before = document.get_heads();
    if admission::apply(&mut document, &change).is_err() || document.get_heads() == before {
        return;
    }
    let raw = RawDoc::read(&document);
    let loaded = admission::stored(&document.save()).expect("what was stored is not readable");
    assert_eq!(loaded.get_heads(), document.get_heads());
    assert_eq!(RawDoc::read(&loaded), raw);
    let (sent, _saved) =
        admission::snapshot(&document.save_nocompress()).expect("a snapshot not taken in");
    assert_eq!(sent.get_heads(), document.get_heads());
    goes_on(document);
}

/// Others can still write, and what they write is taken in.
fn goes_on(mut document: Automerge) {
    let mut other = document.clone();
    edit(
        &mut document,
        0,
        &[Edit::text("name", "sau"), Edit::Append { event: vec![9] }],
    );
    let honest = document.get_last_local_change().unwrap();
    let honest = admission::change(honest.raw_bytes()).expect("an honest change is refused");
    admission::apply(&mut other, &honest).expect("an honest change does not apply");
    assert_eq!(other.get_heads(), document.get_heads());
    assert_eq!(RawDoc::read(&other), RawDoc::read(&document));
}

fn change(input: &[u8]) {
    drop(admission::change(input));
    take_in(&chunk::seal(chunk::CHANGE, input));
}

fn change_seeds() -> Vec<Vec<u8>> {
    let of = |edits: &[Edit]| {
        let mut document = base().clone();
        edit(&mut document, 2, edits);
        let change = document.get_last_local_change().unwrap();
        chunk::body(change.raw_bytes()).to_vec()
    };
    let event = |n: u8| Edit::Append { event: vec![n; 20] };
    vec![
        of(&[
            Edit::text("name", "Trần"),
            Edit::Clear {
                key: "n".to_owned(),
            },
        ]),
        of(&(0..40).map(event).collect::<Vec<_>>()),
        of(&[
            Edit::text("long", "dài ".repeat(300)),
            Edit::bytes("b", &[1, 2, 3]),
            event(1),
        ]),
    ]
}
