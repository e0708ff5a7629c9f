//! Both formats of documents keep one contract: automerge and the opaque documents of the simulation.

use lienquay_shared::schema::{AutomergeDocuments, Edit, Scalar};
use lienquay_tests::document_contract::{Act, Play, check_documents, play};
use lienquay_tests::sim::opaque::OpaqueDocuments;
use proptest::prelude::*;

#[test]
fn automerge_documents_keep_the_contract() {
    check_documents(&AutomergeDocuments);
}

#[test]
fn opaque_documents_keep_the_contract() {
    check_documents(&OpaqueDocuments);
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let key = || "[abc]";
    let value = prop_oneof![
        "[xy]".prop_map(Scalar::Text),
        (0..3_i64).prop_map(Scalar::Int),
        any::<bool>().prop_map(Scalar::Bool),
        Just(Scalar::Bytes(vec![0, 255])),
    ];
    let edit = prop_oneof![
        4 => (key(), value).prop_map(|(key, value)| Edit::Put { key, value }),
        1 => key().prop_map(|key| Edit::Clear { key }),
        2 => any::<u8>().prop_map(|event| Edit::Append { event: vec![event] }),
    ];
    prop::collection::vec(edit, 0..4)
}

fn life() -> impl Strategy<Value = Play> {
    let any = || 0..1_000_usize;
    let act = prop_oneof![
        6 => (any(), edits()).prop_map(|(copy, edits)| Act::Write(copy, edits)),
        2 => (any(), any(), edits()).prop_map(|(copy, nth, edits)| Act::WriteBeside(copy, nth, edits)),
        1 => (any(), edits()).prop_map(|(copy, edits)| Act::WriteAsClone(copy, edits)),
        6 => (any(), any()).prop_map(|(copy, nth)| Act::Offer(copy, nth)),
        2 => any().prop_map(Act::CatchUp),
        1 => any().prop_map(Act::Reload),
        1 => any().prop_map(Act::Resend),
    ];
    let acts = prop::collection::vec(act, 1..40);
    (2..4_usize, acts).prop_map(|(n_copies, acts)| Play { n_copies, acts })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_formats_read_alike_through_any_life(life in life()) {
        let (real, opaque) = (play(&AutomergeDocuments, &life), play(&OpaqueDocuments, &life));
        for (act, (real, opaque)) in life.acts.iter().zip(real.iter().zip(&opaque)) {
            prop_assert_eq!(real, opaque, "after {:?}", act);
        }
    }
}
