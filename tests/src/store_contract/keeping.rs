//! What a node decided as keeper.

use lienquay_core::store::{GrantRow, NumberRow, Store, StoreFault};
use lienquay_shared::{NodeId, RequestId};

use super::sample::{doc, request};

pub(super) fn grants(store: &mut dyn Store) {
    assert_eq!(store.grant(&doc(1)).unwrap(), None);
    let plain = GrantRow {
        ticket: doc(1),
        epoch: 0,
        fenced_by: 0,
        released: false,
        called: None,
        last: None,
    };
    store.put_grant(&plain).unwrap();
    assert_eq!(store.grant(&doc(1)).unwrap().as_ref(), Some(&plain));
    let called = GrantRow {
        epoch: u32::MAX,
        fenced_by: 77,
        released: true,
        called: Some((NodeId([4; 32]), request(5), u16::MAX)),
        last: Some((request(5), b"yes".to_vec())),
        ..plain.clone()
    };
    store.put_grant(&called).unwrap();
    assert_eq!(store.grant(&doc(1)).unwrap(), Some(called));
    store.put_grant(&plain).unwrap();
    assert_eq!(
        store.grant(&doc(1)).unwrap().as_ref(),
        Some(&plain),
        "replaced whole"
    );
    let other = GrantRow {
        ticket: doc(2),
        ..plain.clone()
    };
    store.put_grant(&other).unwrap();
    store.release_grants().unwrap();
    for row in [plain, other] {
        let released = GrantRow {
            released: true,
            ..row
        };
        assert_eq!(
            store.grant(&released.ticket).unwrap().as_ref(),
            Some(&released)
        );
    }
}

pub(super) fn numbers_are_given_once(store: &mut dyn Store) {
    let number = |series: &str, number, n| NumberRow {
        series: series.to_owned(),
        number,
        request: request(n),
        doc: doc(n),
    };
    for row in [
        number("A", 3000, 1),
        number("A", 1, 2),
        number("A", 2, 3),
        number("B", 2, 4),
    ] {
        store.put_number(&row).unwrap();
    }
    for (series, from, upto, expect) in [
        ("A", 1, 2999, Some(2)),
        ("A", 0, u32::MAX, Some(3000)),
        ("A", 3, 2999, None),
        ("B", 0, 10, Some(2)),
        ("C", 0, 10, None),
    ] {
        assert_eq!(
            store.last_number(series, from, upto).unwrap(),
            expect,
            "{series} {from}..={upto}"
        );
    }
    assert_eq!(
        store.number_of(&request(4)).unwrap(),
        Some(number("B", 2, 4))
    );
    assert_eq!(store.number_of(&request(9)).unwrap(), None);
    store.commit(true).unwrap();
    let again = store.put_number(&number("A", 2, 9));
    assert!(matches!(again, Err(StoreFault::Failed(_))), "{again:?}");
    store.rollback();
    assert_eq!(store.number_of(&request(9)).unwrap(), None);
}

pub(super) fn the_newest_outcomes_are_kept(store: &mut dyn Store) {
    const KEPT: u128 = 20_000;
    // A store may let them go some at a time.
    const SOME: u128 = 64;
    let request = |n: u128| RequestId(n.to_be_bytes());
    for n in 0..KEPT {
        store.put_outcome(&request(n), b"x").unwrap();
    }
    assert!(store.outcome(&request(0)).unwrap().is_some());
    for n in KEPT..KEPT + SOME {
        store.put_outcome(&request(n), b"x").unwrap();
    }
    assert_eq!(store.outcome(&request(0)).unwrap(), None, "the oldest goes");
    assert!(store.outcome(&request(SOME)).unwrap().is_some());
    let newest = KEPT + SOME - 1;
    store.put_outcome(&request(newest), b"again").unwrap();
    assert_eq!(
        store.outcome(&request(newest)).unwrap().as_deref(),
        Some(&b"again"[..])
    );
}
