//! Number slots: one keeper, no slot twice.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::ids::NodeId;
use crate::roster::fixture::{SITE, View, admit, id, keeper, retire, revoke, role, slot, together};
use crate::roster::{MAX_SLOT, VoidReason};

fn slot_of(view: &View, n: u8) -> Option<u8> {
    view.fold().members[&id(n)].slot
}

#[test]
fn the_founder_has_slot_0_and_allots_the_rest_until_none_is_left() {
    let mut view = View::founded();
    for n in 2..=MAX_SLOT + 1 {
        view.say(1, admit(n, false));
        let free = view.fold().free_slot(100);
        assert_eq!(free, Some(n - 1));
        view.say(1, slot(n, free, 100));
    }
    assert_eq!(slot_of(&view, 1), Some(0));
    assert_eq!(slot_of(&view, MAX_SLOT + 1), Some(MAX_SLOT));
    assert_eq!(view.fold().free_slot(100), None);
    // Four digits end at 9999.
    assert!(3000 + 500 * u32::from(MAX_SLOT) + 499 <= 9999);
    view.say(1, admit(100, false));
    let beyond = view.say(1, slot(100, Some(MAX_SLOT + 1), 100));
    assert_eq!(view.void_reason(beyond), Some(VoidReason::NoSuchSlot));
}

#[test]
fn only_the_keeper_allots_and_only_what_is_free() {
    let mut view = View::with_admins(&[2, 3]);
    let rows = [
        (2, slot(2, Some(1), 100), Some(VoidReason::NotSlotKeeper)),
        (SITE, slot(2, Some(1), 100), Some(VoidReason::NotSlotKeeper)),
        (1, slot(2, Some(0), 100), Some(VoidReason::SlotTaken)),
        (1, slot(2, Some(1), 100), None),
        (1, slot(2, Some(1), 100), None),
        (1, slot(2, Some(2), 100), Some(VoidReason::HasSlot)),
        (1, slot(3, Some(1), 100), Some(VoidReason::SlotTaken)),
        (1, slot(9, Some(3), 100), Some(VoidReason::UnknownNode)),
        (1, slot(2, None, 999), Some(VoidReason::SlotTaken)),
        (2, keeper(2), Some(VoidReason::NotSlotKeeper)),
    ];
    for (by, kind, expected) in rows {
        let said = view.say(by, kind.clone());
        assert_eq!(view.void_reason(said), expected, "{kind:?}");
    }
    assert_eq!((slot_of(&view, 2), slot_of(&view, 3)), (Some(1), None));
}

#[test]
fn a_slot_is_free_again_only_after_its_node_is_gone_and_on_a_later_day() {
    let mut view = View::with_admins(&[2, 3, 4]);
    view.say(1, slot(2, Some(1), 90));
    view.say(1, retire(2, &[], 100));
    let same_day = view.say(1, slot(3, Some(1), 100));
    assert_eq!(view.void_reason(same_day), Some(VoidReason::SlotTaken));
    let freed_too_early = view.say(1, slot(2, None, 100));
    assert_eq!(
        view.void_reason(freed_too_early),
        Some(VoidReason::SlotTaken)
    );
    assert_eq!(view.fold().free_slot(100), Some(2));
    view.say(1, slot(2, None, 101));
    assert_eq!(view.fold().free_slot(100), Some(1));
    view.say(1, slot(3, Some(1), 101));
    assert_eq!(slot_of(&view, 3), Some(1));
    // Without a separate release as well.
    view.say(1, revoke(3, &[], 101));
    view.say(1, slot(4, Some(1), 102));
    assert_eq!(slot_of(&view, 4), Some(1));
}

#[test]
fn keepership_is_handed_over_and_the_former_keeper_allots_no_more() {
    let mut view = View::with_admins(&[2, 3]);
    let before = view.0.parents().into_vec();
    view.say(1, keeper(2));
    assert_eq!(view.fold().slot_keeper, Some(id(2)));
    let late = view.say(1, slot(3, Some(1), 100));
    let backdated = view.say_citing(1, slot(3, Some(2), 100), &before);
    for void in [late, backdated] {
        assert_eq!(view.void_reason(void), Some(VoidReason::NotSlotKeeper));
    }
    view.say(2, slot(3, Some(1), 100));
    assert_eq!(slot_of(&view, 3), Some(1));
}

#[test]
fn a_removed_or_demoted_keeper_is_succeeded_by_an_administrator_from_the_other_end() {
    for end in [revoke(1, &[], 100), role(1, false)] {
        let mut view = View::with_admins(&[2, 3]);
        view.say(1, slot(2, Some(1), 99));
        view.say(2, end);
        view.say(2, keeper(2));
        let roster = view.fold();
        assert_eq!(roster.slot_keeper, Some(id(2)));
        assert_eq!(roster.free_slot(100), Some(MAX_SLOT));
        view.say(2, slot(3, Some(MAX_SLOT), 100));
        assert_eq!(
            (slot_of(&view, 2), slot_of(&view, 3)),
            (Some(1), Some(MAX_SLOT))
        );
    }
}

#[test]
fn of_two_keepers_named_apart_one_side_keeps_its_slots() {
    let mut left = View::with_admins(&[2, 3, 4, 5]);
    left.say(2, revoke(1, &[], 100));
    let mut right = left.clone();
    left.say(2, keeper(2));
    left.say(2, slot(4, Some(7), 101));
    right.say(3, keeper(3));
    right.say(3, slot(5, Some(7), 101));
    // The losing side goes on without knowing; that must not turn the choice round.
    for _ in 0..4 {
        let both = together(&left, &right);
        let keeper_now = both.fold().slot_keeper;
        let slots = (slot_of(&both, 4), slot_of(&both, 5));
        if keeper_now == Some(id(2)) {
            assert_eq!(slots, (Some(7), None));
            right.say(3, keeper(3));
        } else {
            assert_eq!((keeper_now, slots), (Some(id(3)), (None, Some(7))));
            left.say(2, keeper(2));
        }
    }
}

#[test]
fn the_site_key_names_a_keeper_over_the_head_of_the_one_there_is() {
    let mut left = View::with_admins(&[2, 3]);
    let mut right = left.clone();
    left.say(SITE, keeper(2));
    left.say(2, slot(3, Some(5), 100));
    right.say(1, keeper(3));
    right.say(3, slot(3, Some(6), 100));
    let both = together(&left, &right);
    assert_eq!(both.fold().slot_keeper, Some(id(2)));
    assert_eq!(slot_of(&both, 3), Some(5));
}

#[test]
fn what_a_keeper_allotted_unseen_by_its_revocation_is_void() {
    let mut left = View::with_admins(&[2, 3, 4]);
    let mut right = left.clone();
    left.say(2, revoke(1, &[], 100));
    left.say(2, keeper(2));
    left.say(2, slot(3, Some(4), 101));
    right.say(1, slot(4, Some(4), 101));
    let both = together(&left, &right);
    assert_eq!((slot_of(&both, 3), slot_of(&both, 4)), (Some(4), None));
}

/// One step of a PC that keeps the rules, seeing only what it holds.
fn honest_step(views: &mut [View], actor: usize, other: usize, what: u8, day: i32) {
    let me = u8::try_from(actor).unwrap() + 1;
    let other_n = u8::try_from(other).unwrap() + 1;
    let roster = views[actor].fold();
    if !roster.is_admin(&id(me)) {
        return;
    }
    let keeps = roster.slot_keeper == Some(id(me));
    let other_holds = roster.holders.values().any(|holder| *holder == id(other_n));
    let free = roster.free_slot(day);
    match what {
        0..=2 if keeps && roster.is_member(&id(other_n)) && !other_holds && free.is_some() => {
            views[actor].say(me, slot(other_n, free, day));
        }
        3 if keeps && roster.is_admin(&id(other_n)) => {
            views[actor].say(me, keeper(other_n));
        }
        4 if roster.slot_keeper != Some(id(other_n)) && other != actor && other > 3 => {
            views[actor].say(me, retire(other_n, &[], day));
        }
        5 if !roster.knows(&id(other_n)) => {
            views[actor].say(me, admit(other_n, false));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Four administrators, any partition between them, slots handed over and nodes coming and going: over all views
    /// and all times no slot has two nodes that may number from it on the same day.
    #[test]
    fn no_slot_is_given_twice_under_any_partition(
        steps in prop::collection::vec((0_usize..4, 0_usize..24, 0_u8..6, any::<bool>(), 0_usize..4), 1..90)
    ) {
        let start = View::with_admins(&[2, 3, 4]);
        let mut views = vec![start; 4];
        let mut ever: BTreeMap<u8, BTreeSet<NodeId>> = BTreeMap::new();
        for (n, (actor, other, what, meets, met)) in steps.into_iter().enumerate() {
            let day = 100 + i32::try_from(n / 8).unwrap();
            honest_step(&mut views, actor, other, what, day);
            if meets {
                let theirs = views[met].clone();
                views[actor].learn(&theirs);
            }
            let roster = views[actor].fold();
            for (node, member) in &roster.members {
                let Some(slot) = member.slot else { continue };
                let holders = ever.entry(slot).or_default();
                if !holders.contains(node) {
                    // Whoever had it before is known here to be gone since an earlier day.
                    for earlier in holders.iter() {
                        let left = roster.gone.get(earlier).is_some_and(|gone| gone.day < day);
                        prop_assert!(left, "slot {slot} of {earlier} and of {node}");
                    }
                    holders.insert(*node);
                }
            }
        }
    }
}
