//! What is written into a document is read back, whatever else is in it.

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, ObjType, ROOT, ScalarValue};
use proptest::prelude::*;

use super::raw::DefectKind;
use super::testing::{Copy, SITE, authors, context, merge_all, node};
use super::*;
use crate::domain::dossier::DossierField;
use crate::domain::site::Site;
use crate::ids::ChangeHash;
use crate::log::DocKind;

const KINDS: [DocKind; 5] = [
    DocKind::Site,
    DocKind::Procedure,
    DocKind::Dossier,
    DocKind::Ticket,
    DocKind::Series,
];

fn read_all(document: &Automerge) -> usize {
    let (_, dossier) = dossier::read(document, &authors);
    let (_, ticket) = ticket::read(document, &authors);
    let (_, site) = site::read(document, &authors);
    let (_, procedure) = procedure::read(document);
    let (_, series) = series::read(document, &node(1), &authors);
    dossier
        .len()
        .max(ticket.len())
        .max(site.len())
        .max(procedure.len())
        .max(series.len())
}

#[test]
fn concurrent_values_of_one_field_are_both_kept_until_settled() {
    let key = DossierField::PaperAt.key();
    let mut copies = Copy::several(2, DocKind::Dossier);
    copies[0].write(&[Edit::text(&key, "tủ 1")]);
    copies[1].write(&[Edit::text(&key, "tủ 2")]);
    merge_all(&mut copies);
    for copy in &copies {
        let (dossier, _) = dossier::read(&copy.document, &authors);
        let mut values: Vec<&str> = dossier.conflicts[0]
            .values
            .iter()
            .map(|value| value.value.as_str())
            .collect();
        assert_eq!(values[0], dossier.paper_at, "the value shown comes first");
        values.sort_unstable();
        assert_eq!(values, ["tủ 1", "tủ 2"]);
    }
    copies[1].write(&[Edit::text(&key, "tủ 1")]);
    merge_all(&mut copies);
    let (settled, _) = dossier::read(&copies[0].document, &authors);
    assert!(settled.conflicts.is_empty());
    assert_eq!(settled.paper_at, "tủ 1");
}

#[test]
fn equal_values_written_apart_are_no_conflict() {
    let mut copies = Copy::several(3, DocKind::Dossier);
    for copy in &mut copies {
        copy.write(&[Edit::text(DossierField::PaperAt.key(), "tủ 1")]);
    }
    merge_all(&mut copies);
    assert!(
        dossier::read(&copies[2].document, &authors)
            .0
            .conflicts
            .is_empty()
    );
}

#[test]
fn the_salt_makes_equal_edits_hash_differently() {
    let hash = |salt: [u8; 16]| {
        let mut document = new_document(DocKind::Dossier)
            .unwrap()
            .with_actor(ActorId::from([1_u8; 16]));
        let mut tx = document.transaction();
        write(&mut tx, &[Edit::text("request", "x")], salt).unwrap();
        tx.commit_with(automerge::transaction::CommitOptions::default().with_time(0));
        document.get_heads()
    };
    assert_eq!(hash([1; 16]), hash([1; 16]));
    assert_ne!(hash([1; 16]), hash([2; 16]));
}

#[test]
fn overwriting_the_containers_hides_nothing() {
    let mut copy = Copy::new(1, DocKind::Dossier);
    copy.write(&[Edit::text(DossierField::PaperAt.key(), "tủ 1")]);
    let mut tx = copy.document.transaction();
    tx.put_object(ROOT, "f", ObjType::Map).unwrap();
    tx.put(ROOT, "e", 7).unwrap();
    tx.commit();
    copy.write(&[Edit::text(DossierField::Request.key(), "khai sinh")]);
    let (dossier, defects) = dossier::read(&copy.document, &authors);
    assert_eq!(
        (dossier.paper_at.as_str(), dossier.request.as_str()),
        ("tủ 1", "khai sinh")
    );
    assert!(defects.is_empty());
}

#[test]
fn a_document_without_our_genesis_reads_as_defects_and_cannot_be_written() {
    let mut document = Automerge::new();
    assert!(read_all(&document) > 0);
    let mut tx = document.transaction();
    assert!(write(&mut tx, &[Edit::text("name", "x")], [0; 16]).is_err());
}

#[test]
fn more_events_than_the_bound_are_told_and_not_read() {
    let mut copy = Copy::new(1, DocKind::Dossier);
    let edits: Vec<Edit> = (0..bounds::MAX_EVENTS + 1)
        .map(|n| Edit::event(&n))
        .collect();
    copy.write(&edits);
    let raw = RawDoc::read(&copy.document);
    assert_eq!(raw.events.len(), bounds::MAX_EVENTS);
    assert!(
        raw.defects
            .iter()
            .any(|defect| defect.what == DefectKind::TooMany)
    );
    let (_, defects) = dossier::read(&copy.document, &authors);
    assert_eq!(
        defects.len(),
        bounds::MAX_DEFECTS,
        "the list of defects is bounded too"
    );
}

#[test]
fn only_the_founder_can_say_who_founded() {
    let mut copies = Copy::several(2, DocKind::Site);
    copies[0].write(&[Edit::bytes("founder", node(2).as_bytes())]);
    let (site, defects) = site::read(&copies[0].document, &authors);
    assert_eq!(site.founder, None);
    assert_eq!(defects[0].what, DefectKind::NotKeeper);
    let found = crate::decide::site::found(&context(2, 0), &SITE, "Điểm A", "H26.15").unwrap();
    copies[1].write(&found.edits);
    merge_all(&mut copies);
    for copy in &copies {
        assert_eq!(
            site::read(&copy.document, &authors).0.founder,
            Some(node(2))
        );
    }
}

#[test]
fn the_keepers_range_passes_only_by_the_word_of_its_holder() {
    use crate::command::Command;
    use crate::decide::site::{command, found, release_series};
    use crate::wire::keeper::SeriesKey;
    let key = SeriesKey::Dossier;
    let mut copies = Copy::several(3, DocKind::Site);
    let read = |copy: &Copy| -> Site { site::read(&copy.document, &authors).0 };
    copies[0].write(
        &found(&context(1, 0), &SITE, "Điểm A", "H26.15")
            .unwrap()
            .edits,
    );
    merge_all(&mut copies);
    assert!(
        read(&copies[2])
            .series(&key)
            .unwrap()
            .may_use_range(&node(1))
    );

    let take = Command::TakeOverSeries {
        series: key.clone(),
    };
    let site = read(&copies[1]);
    copies[1].write(
        &command(&context(2, 1), &SITE, &site, &take)
            .unwrap()
            .unwrap()
            .edits,
    );
    merge_all(&mut copies);
    let state = read(&copies[1]).series(&key).unwrap();
    assert_eq!(
        (state.keeper, state.may_use_range(&node(2))),
        (node(2), false)
    );
    assert!(
        !state.may_use_range(&node(1)),
        "the old keeper stops as soon as it knows"
    );

    let site = read(&copies[2]);
    assert!(release_series(&context(3, 2), &SITE, &site, &key, 7).is_err());
    let forged = site::ReleaseRecord {
        to: node(3),
        day: context(3, 0).day(),
        last: 0,
    };
    copies[2].write(&[Edit::record(site::release_key(&key, 0), &forged)]);
    merge_all(&mut copies);
    assert_eq!(read(&copies[0]).series(&key).unwrap().holder, node(1));

    let site = read(&copies[0]);
    copies[0].write(
        &release_series(&context(1, 3), &SITE, &site, &key, 41)
            .unwrap()
            .edits,
    );
    merge_all(&mut copies);
    let state = read(&copies[1]).series(&key).unwrap();
    assert!(state.may_use_range(&node(2)));
    assert_eq!(state.released_last(context(1, 0).day()), Some(41));

    // Replaced before it gave a number itself: what it was told goes on with the range.
    let site = read(&copies[2]);
    let take = Command::TakeOverSeries {
        series: key.clone(),
    };
    copies[2].write(
        &command(&context(3, 4), &SITE, &site, &take)
            .unwrap()
            .unwrap()
            .edits,
    );
    merge_all(&mut copies);
    let site = read(&copies[1]);
    copies[1].write(
        &release_series(&context(2, 5), &SITE, &site, &key, 0)
            .unwrap()
            .edits,
    );
    merge_all(&mut copies);
    let state = read(&copies[2]).series(&key).unwrap();
    assert!(state.may_use_range(&node(3)));
    assert_eq!(state.released_last(context(1, 0).day()), Some(41));
}

/// Version 1 of the genesis, for ever: documents of every site start from these. A change here splits every document in two.
#[test]
fn the_genesis_of_version_1_never_changes() {
    let golden = [
        (
            DocKind::Site,
            "15b009bec2e038d60176e4cb8c7b24f285123a2f19c05ccc9c2803d7a3912c11",
        ),
        (
            DocKind::Procedure,
            "e63804c28d5585678687771b4844f3f5562a2aeec60243a80b700ee5ec56ed61",
        ),
        (
            DocKind::Dossier,
            "4fcff42bb5b5852280da1ed9510e98f68d209f13a8725abf2bf5e655dd2c43f4",
        ),
        (
            DocKind::Ticket,
            "682b5e47a1885e4cc3215b85a60eb8d79ecb4128e603abc8fbe7528063aeda5c",
        ),
        (
            DocKind::Series,
            "c512b39bde3b3775d59518c950c3af855ca3e53d4f5d99d4fdc6710e566190b8",
        ),
    ];
    for (kind, hash) in golden {
        assert_eq!(genesis_hash(kind).unwrap().to_string(), hash, "{kind:?}");
        assert!(is_genesis(&hash.parse::<ChangeHash>().unwrap()));
    }
}

/// One random write into a document, in or beside our containers.
#[derive(Debug, Clone)]
enum Scribble {
    Root(String, u8),
    Field(String, u8),
    Event(usize, u8),
    RawEvent(Vec<u8>),
    Merge,
}

fn scribble() -> impl Strategy<Value = Scribble> {
    let key = prop_oneof![
        Just("f".to_owned()),
        Just("e".to_owned()),
        Just("counter/1".to_owned()),
        Just("seat/zz".to_owned()),
        Just("release/dossier/0".to_owned()),
        Just("procedure".to_owned()),
        Just("founder".to_owned()),
        Just("transacting/sex".to_owned()),
        "[a-zđ/]{0,120}",
    ];
    prop_oneof![
        (key.clone(), any::<u8>()).prop_map(|(key, what)| Scribble::Root(key, what)),
        (key, any::<u8>()).prop_map(|(key, what)| Scribble::Field(key, what)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, what)| Scribble::Event(at, what)),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Scribble::RawEvent),
        Just(Scribble::Merge),
    ]
}

fn value(what: u8) -> ScalarValue {
    match what % 8 {
        0 => ScalarValue::Null,
        1 => ScalarValue::Int(-1),
        2 => ScalarValue::Uint(u64::MAX),
        3 => ScalarValue::F64(f64::NAN),
        4 => ScalarValue::Boolean(true),
        5 => ScalarValue::Timestamp(i64::MAX),
        6 => ScalarValue::Bytes(vec![what; 9]),
        _ => ScalarValue::Str("văn bản".into()),
    }
}

fn apply(copy: &mut Copy, scribble: &Scribble) {
    use super::on_automerge::genesis::{EVENTS_COUNTER, FIELDS_COUNTER, container};
    let fields = container(&copy.document, FIELDS_COUNTER, ObjType::Map).unwrap();
    let events = container(&copy.document, EVENTS_COUNTER, ObjType::List).unwrap();
    let length = automerge::ReadDoc::length(&copy.document, &events);
    let mut tx = copy.document.transaction();
    match scribble {
        Scribble::Root(key, what) if what % 3 == 0 => tx.delete(ROOT, key.as_str()).unwrap(),
        Scribble::Root(key, what) => tx.put(ROOT, key.as_str(), value(*what)).unwrap(),
        Scribble::Field(key, what) if what % 5 == 0 => {
            drop(tx.put_object(&fields, key.as_str(), ObjType::List).unwrap());
        }
        Scribble::Field(key, what) => tx.put(&fields, key.as_str(), value(*what)).unwrap(),
        Scribble::Event(at, what) if length > 0 && what % 2 == 0 => {
            tx.put(&events, at % length, value(*what)).unwrap();
        }
        Scribble::Event(at, what) => tx.insert(&events, at % (length + 1), value(*what)).unwrap(),
        Scribble::RawEvent(bytes) => tx
            .insert(&events, length, ScalarValue::Bytes(bytes.clone()))
            .unwrap(),
        Scribble::Merge => {}
    }
    tx.commit();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_never_panics_and_does_not_depend_on_merge_order(
        kind in 0..KINDS.len(),
        script in prop::collection::vec((0..3_usize, scribble()), 0..40),
    ) {
        let mut copies = Copy::several(3, KINDS[kind]);
        for (who, scribble) in &script {
            if matches!(scribble, Scribble::Merge) {
                let other = copies[(who + 1) % 3].clone();
                copies[*who].merge(&other);
            } else {
                apply(&mut copies[*who], scribble);
            }
        }
        merge_all(&mut copies);
        read_all(&copies[0].document);
        let raws: Vec<RawDoc> = copies.iter().map(|copy| RawDoc::read(&copy.document)).collect();
        prop_assert_eq!(&raws[0], &raws[1]);
        prop_assert_eq!(&raws[0], &raws[2]);
        let loaded = Automerge::load(&copies[1].document.save()).unwrap();
        prop_assert_eq!(&raws[0], &RawDoc::read(&loaded));
    }
}
