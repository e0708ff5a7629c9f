//! What is admitted of honest documents, and what of runs that are longer than they look.

use std::io::Read as _;

use automerge::ActorId;

use super::*;
use crate::log::DocKind;
use crate::schema::{Document, Edit, RawDoc, new_document, write};

fn edited(n: usize) -> Automerge {
    let mut document = new_document(DocKind::Dossier).unwrap();
    document.set_actor(ActorId::from(&[9_u8; 16][..]));
    let mut tx = document.transaction();
    let edits: Vec<Edit> = (0..n)
        .map(|at| Edit::int(format!("field {at}"), 7))
        .collect();
    write(&mut tx, &edits, [7; 16]).unwrap();
    tx.commit();
    document
}

fn last_change(document: &Automerge) -> Vec<u8> {
    document
        .get_last_local_change()
        .unwrap()
        .raw_bytes()
        .to_vec()
}

#[test]
fn what_is_written_here_is_admitted_up_to_the_bound() {
    // Each change carries a salt beside its edits.
    let most = usize::try_from(MAX_CHANGE_OPS).unwrap() - 1;
    for n in [1, 100, most] {
        let document = edited(n);
        let change = change(&last_change(&document)).unwrap();
        let mut other = new_document(DocKind::Dossier).unwrap();
        apply(&mut other, &change).unwrap();
        assert_eq!(other.get_heads(), document.get_heads());
        snapshot(&document.save_nocompress()).unwrap();
    }
    assert!(change(&last_change(&edited(most + 1))).is_err());
}

#[test]
fn no_cut_and_no_compressed_change_is_admitted() {
    let document = edited(200);
    let mut change = document.get_last_local_change().unwrap();
    let plain = change.raw_bytes().to_vec();
    let compressed = change.bytes().into_owned();
    assert!(compressed.len() < plain.len());
    assert!(super::change(&compressed).is_err());
    assert!((0..plain.len()).all(|len| super::change(&plain[..len]).is_err()));
    for saved in [document.save_nocompress(), document.save()] {
        assert!(snapshot(&saved).is_ok());
        assert!((0..saved.len()).all(|len| snapshot(&saved[..len]).is_err()));
        assert!(snapshot(&[saved.clone(), saved].concat()).is_err());
    }
}

fn with_texts(lengths: impl IntoIterator<Item = usize>) -> Automerge {
    let mut document = new_document(DocKind::Dossier).unwrap();
    document.set_actor(ActorId::from(&[9_u8; 16][..]));
    for length in lengths {
        let mut tx = document.transaction();
        write(&mut tx, &[Edit::text("long", "a".repeat(length))], [7; 16]).unwrap();
        tx.commit();
    }
    document
}

#[test]
fn a_small_document_that_expands_beyond_the_bound_is_not_admitted() {
    let honest = with_texts([3_000]).save();
    assert!(honest.len() < 3_000);
    assert!(snapshot(&honest).is_ok());
    // One long column, and many texts that are small by themselves.
    for document in [with_texts([600_000]), with_texts(5_000..5_100)] {
        let bomb = document.save();
        assert!(bomb.len() < 16 * 1024, "{}", bomb.len());
        assert!(snapshot(&bomb).is_err());
        assert!(snapshot(&document.save_nocompress()).is_ok());
    }
}

#[test]
fn a_column_that_is_told_twice_or_out_of_order_is_not_read() {
    // Whoever checks one of two could not say which of them automerge reads; a compressed one is of the same name.
    let told = |specifications: &[u8]| {
        let n = u8::try_from(specifications.len()).unwrap();
        let columns = specifications.iter().flat_map(|told| [*told, 1]);
        let chunk: Vec<u8> = [n].into_iter().chain(columns).collect();
        Bytes(&chunk).columns().is_some()
    };
    assert!(told(&[0x01, 0x02, 0x15]));
    assert!(!told(&[0x01, 0x01]) && !told(&[0x02, 0x01]));
    assert!(!told(&[0x13, 0x1b]) && !told(&[0x1b, 0x13]));
}

#[test]
fn compressed_columns_are_walked_as_plain_ones() {
    // Rows are counted in what a column expands to.
    let plain = [[0x7f, 1].repeat(9), vec![8, 1]].concat();
    let mut compressed = Vec::new();
    flate2::read::DeflateEncoder::new(&plain[..], flate2::Compression::best())
        .read_to_end(&mut compressed)
        .unwrap();
    let chunk = [
        &[1, 0x1a, u8::try_from(compressed.len()).unwrap()][..],
        &compressed,
    ]
    .concat();
    let check = |n_rows, left: &mut Option<usize>| {
        let mut rest = Bytes(&chunk);
        let columns = rest.columns().unwrap();
        let n_text_bytes = 0;
        rest.check(
            &columns,
            1,
            Limits {
                n_rows,
                n_text_bytes,
            },
            left,
        )
    };
    let mut left = Some(plain.len() + 1);
    assert!(check(17, &mut left).is_some());
    assert_eq!(left, Some(1));
    assert!(check(16, &mut Some(plain.len())).is_none(), "too many rows");
    assert!(check(17, &mut Some(plain.len() - 1)).is_none(), "too long");
    assert!(check(17, &mut None).is_none(), "a change");
}

#[test]
fn runs_are_counted_without_being_walked_item_by_item() {
    let limits = Limits {
        n_rows: 8,
        n_text_bytes: 8,
    };
    let rows = |column: &[u8]| Bytes(column).runs(limits, Bytes::number);
    assert_eq!(rows(&[8, 1]), Some(8));
    assert_eq!(rows(&[9, 1]), None);
    assert_eq!(rows(&[0, 8]), Some(0));
    assert_eq!(rows(&[0, 9]), None);
    assert_eq!(rows(&[0x7e, 1, 2]), Some(3));
    assert_eq!(rows(&[0x7e, 1]), None);
    // 2⁶² times the same, and as many literals as there are numbers.
    assert_eq!(
        rows(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1]),
        None
    );
    assert_eq!(
        rows(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]),
        None
    );
    assert_eq!(Bytes(&[4, 4]).booleans(limits), Some(0));
    assert_eq!(Bytes(&[4, 5]).booleans(limits), None);
}

#[test]
fn counters_may_neither_jump_nor_fall_behind() {
    assert!(is_sound_counter(3, 4));
    assert!(is_sound_counter(3, 4 + MAX_CHANGE_OPS));
    assert!(!is_sound_counter(3, 5 + MAX_CHANGE_OPS));
    assert!(!is_sound_counter(3, 3));
    assert!(!is_sound_counter(u64::MAX, u64::MAX));
}

#[test]
fn what_is_written_beside_a_long_history_is_admitted() {
    let mut document = new_document(DocKind::Dossier).unwrap();
    let genesis = Document::heads(&document);
    let most = MAX_CHANGE_OPS.cast_signed() - 1;
    for from in [0, most] {
        let edits: Vec<Edit> = (from..from + most).map(|n| Edit::int("n", n)).collect();
        Document::write(&mut document, [9; 16], &[], &edits, [7; 16]).unwrap();
    }
    let mut other = document.clone();
    let edits = [Edit::int("n", -1)];
    let late = Document::write(&mut document, [8; 16], &genesis, &edits, [7; 16]).unwrap();
    Document::apply(&mut other, late.as_ref()).unwrap();
    assert_eq!(other.get_heads(), document.get_heads());
}

#[test]
fn a_change_larger_than_the_format_is_not_written() {
    let mut document = new_document(DocKind::Dossier).unwrap();
    let n = usize::try_from(MAX_CHANGE_OPS).unwrap();
    let edits: Vec<Edit> = (0..n).map(|at| Edit::int(format!("{at}"), 1)).collect();
    assert!(Document::write(&mut document, [9; 16], &[], &edits, [7; 16]).is_err());
}

/// Three nodes write apart from each other and merge, over and over.
fn lived() -> Automerge {
    let mut copies = [0_u8, 1, 2].map(|_| new_document(DocKind::Dossier).unwrap());
    for round in 0..6_u8 {
        for (actor, copy) in copies.iter_mut().enumerate() {
            let cleared = Edit::Clear {
                key: "cleared".to_owned(),
            };
            let edits = [
                Edit::text("name", format!("name {round} {actor}")),
                Edit::int(format!("field {}", (round * 7) % 5), i64::from(round)),
                Edit::int("cleared", i64::from(round)),
                Edit::event(&"một"),
                Edit::event(&actor),
            ];
            let actor = [u8::try_from(actor).unwrap(); 16];
            Document::write(copy, actor, &[], &edits, [round; 16]).unwrap();
            Document::write(copy, actor, &[], &[cleared], [round + 100; 16]).unwrap();
        }
        let [one, two, three] = &mut copies;
        one.merge(two).unwrap();
        if round % 2 == 0 {
            two.merge(three).unwrap();
            three.merge(one).unwrap();
        }
    }
    let [mut one, mut two, mut three] = copies;
    one.merge(&mut two).unwrap();
    one.merge(&mut three).unwrap();
    one
}

#[test]
fn what_honest_nodes_send_is_proven_as_it_lies() {
    for document in [lived(), edited(1), new_document(DocKind::Ticket).unwrap()] {
        for sent in [document.save(), document.save_nocompress()] {
            assert!(order::is_proven(&expanded(&sent).unwrap(), &document));
        }
        let (rebuilt, saved) = rebuilt(&document).unwrap();
        assert_eq!(RawDoc::read(&rebuilt), RawDoc::read(&document));
        assert_eq!(
            RawDoc::read(&stored(&saved).unwrap()),
            RawDoc::read(&document)
        );
    }
}
