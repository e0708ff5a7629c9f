//! The same statements fold to the same roster, whatever the order and however often they come.

use proptest::prelude::*;

use crate::roster::fixture::{
    SITE, View, admit, id, keeper, point, rename, retire, revoke, role, signed, site, slot,
};
use crate::roster::statement::statement_hash;
use crate::roster::{InsertOutcome, Kind, RosterLog};
use crate::wire::link::SignedBytes;

/// Everybody that may say something: six nodes and the site key.
const VOICES: [u8; 7] = [1, 2, 3, 4, 5, 6, SITE];

fn kind_of(what: u8, about: u8, detail: u8) -> Kind {
    let seq = u64::from(detail);
    match what {
        0 | 1 => admit(about, true),
        2 => admit(about, false),
        3 => role(about, detail.is_multiple_of(2)),
        4 => revoke(about, &[point(about, seq % 3, seq)], detail.into()),
        5 => retire(about, &[point(about, 1, seq)], detail.into()),
        6 => keeper(about),
        7 | 8 => slot(about, Some(detail % 16), detail.into()),
        9 => slot(about, None, detail.into()),
        10 => rename(about, &detail.to_string()),
        _ => Kind::Unknown(u16::from(detail) + 100),
    }
}

/// Any statements by anybody, each on up to three of those before it, newest or not: partitions, backdating and all.
fn random_statements() -> impl Strategy<Value = Vec<SignedBytes>> {
    let step = (
        prop::sample::select(&VOICES[..]),
        0_u8..12,
        1_u8..7,
        0_u8..24,
        prop::collection::vec(0_usize..6, 1..4),
    );
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let start = View::with_admins(&[2, 3]);
        let mut all: Vec<SignedBytes> = start.0.all_parents_first().into_iter().cloned().collect();
        for (n, (by, what, about, detail, back)) in steps.into_iter().enumerate() {
            let mut parents: Vec<_> = back
                .iter()
                .map(|back| &all[all.len().saturating_sub(1 + back)])
                .map(|parent| statement_hash(&parent.bytes))
                .collect();
            parents.sort_unstable();
            parents.dedup();
            all.push(signed(by, kind_of(what, about, detail), &parents, n as u64));
        }
        all
    })
}

fn insert_all<'a>(statements: impl IntoIterator<Item = &'a SignedBytes>) -> RosterLog {
    let mut log = RosterLog::new(site());
    for statement in statements {
        log.insert(statement.clone());
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_fold_does_not_depend_on_order_or_repetition(
        (statements, shuffled) in random_statements().prop_flat_map(|statements| {
            let twice: Vec<_> = statements.iter().chain(&statements).cloned().collect();
            (Just(statements), Just(twice).prop_shuffle())
        })
    ) {
        let straight = insert_all(&statements);
        let mixed = insert_all(&shuffled);
        prop_assert_eq!(straight.digest(), mixed.digest());
        prop_assert_eq!(straight.fold(), mixed.fold());
        prop_assert!(straight.heads().eq(mixed.heads()));
        prop_assert_eq!(straight.all_parents_first(), mixed.all_parents_first());
    }

    #[test]
    fn removed_nodes_are_no_members_and_slots_have_one_holder(statements in random_statements()) {
        let log = insert_all(&statements);
        let roster = log.fold();
        for node in roster.gone.keys() {
            prop_assert!(!roster.is_member(node));
        }
        let mut slots: Vec<u8> = roster.members.values().filter_map(|member| member.slot).collect();
        let mut holders: Vec<_> = roster.holders.values().collect();
        let (n_slots, n_holders) = (slots.len(), holders.len());
        slots.sort_unstable();
        slots.dedup();
        holders.sort_unstable();
        holders.dedup();
        prop_assert_eq!((slots.len(), holders.len()), (n_slots, n_holders));
    }

    /// Losing statements never gain anybody: what a node may do rests on what it presents, not on what it hides.
    #[test]
    fn every_member_was_admitted_by_a_statement_that_counts(statements in random_statements()) {
        let log = insert_all(&statements);
        let roster = log.fold();
        for node in roster.members.keys() {
            let admitted = log.all_parents_first().into_iter().any(|signed| {
                let hash = statement_hash(&signed.bytes);
                let kind = &log.get(&hash).unwrap().statement().kind;
                kind.is_admission()
                    && kind.subject() == Some(*node)
                    && roster.void.iter().all(|(void, _)| *void != hash)
            });
            prop_assert!(admitted);
        }
    }
}

#[test]
fn concurrent_heads_are_cited_together_and_digest_tells_sets_apart() {
    let mut left = View::with_admins(&[2]);
    let mut right = left.clone();
    left.say(1, admit(3, false));
    right.say(2, admit(4, false));
    assert_ne!(left.0.digest(), right.0.digest());
    left.learn(&right);
    assert_eq!(left.0.parents().len(), 2);
    left.say(1, admit(5, false));
    assert_eq!(left.0.parents().len(), 1);
    assert!(left.fold().is_member(&id(4)));
    let again = left.0.all_parents_first()[0].clone();
    assert_eq!(left.0.insert(again), InsertOutcome::Known);
}
