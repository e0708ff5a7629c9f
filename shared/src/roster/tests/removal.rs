//! Who counts as administrator when, and what a removal takes with it.

use crate::ids::EntryHash;
use crate::log::{Mark, VersionVector};
use crate::roster::fixture::{
    SITE, View, admit, cuts, found, id, log_of, point, rename, retire, revoke, role, signed, site,
    together,
};
use crate::roster::kind::{MAX_CUTS, cuts_of};
use crate::roster::{Cut, HowGone, RosterLog, VoidReason};
use crate::wire::link::NodeMode;

#[test]
fn the_founder_admits_and_an_ordinary_member_does_not() {
    let mut view = View::founded();
    view.say(1, admit(2, false));
    let by_member = view.say(2, admit(3, true));
    assert_eq!(view.members(), [1, 2]);
    assert_eq!(view.void_reason(by_member), Some(VoidReason::NotAdmin));
    let roster = view.fold();
    assert!(roster.is_admin(&id(1)) && !roster.is_admin(&id(2)));
    assert_eq!(roster.members[&id(2)].counter, Some(2));
}

#[test]
fn a_later_promotion_does_not_heal_what_was_said_before_it() {
    let mut view = View::founded();
    view.say(1, admit(2, false));
    let too_early = view.say(2, admit(3, false));
    view.say(1, role(2, true));
    assert_eq!(view.void_reason(too_early), Some(VoidReason::NotAdmin));
    view.say(2, admit(4, false));
    assert_eq!(view.members(), [1, 2, 4]);
}

#[test]
fn a_revoked_administrators_backdated_admissions_are_void() {
    let mut view = View::with_admins(&[2]);
    let known_before = view.0.parents().into_vec();
    view.say(2, admit(3, false));
    view.say(1, revoke(2, &[], 100));
    // The thief of PC 2 signs as if the revocation had not happened yet.
    let backdated = view.say_citing(2, admit(66, true), &known_before);
    let by_its_sybil = view.say_citing(66, admit(67, true), &[backdated]);
    let by_the_sybils_sybil = view.say_citing(67, rename(1, "x"), &[by_its_sybil]);
    assert_eq!(view.members(), [1, 3]);
    assert_eq!(view.void_reason(backdated), Some(VoidReason::SignerRemoved));
    for void in [by_its_sybil, by_the_sybils_sybil] {
        assert_eq!(view.void_reason(void), Some(VoidReason::SignersRightVoid));
    }
    let roster = view.fold();
    for sybil in [66, 67] {
        assert!(!roster.knows(&id(sybil)));
        // Whoever took it for a member holds entries of it: they travel, and count nowhere.
        assert!(roster.is_author(&id(sybil)));
        let cut = roster.cut_of(&log_of(sybil, 1));
        assert_eq!(cut, Some(Cut { seq: 0, hash: None }));
    }
    assert!(!roster.is_author(&id(68)) && roster.cut_of(&log_of(3, 1)).is_none());
}

#[test]
fn removal_wins_over_concurrent_role_changes_and_renames() {
    for kind in [role(3, true), rename(3, "khác"), admit(3, true)] {
        let mut left = View::with_admins(&[2, 3]);
        let mut right = left.clone();
        left.say(1, revoke(3, &[], 100));
        right.say(2, kind);
        let both = together(&left, &right);
        assert_eq!(both.members(), [1, 2]);
        assert_eq!(both.fold().gone[&id(3)].how, HowGone::Revoked);
    }
}

#[test]
fn a_removed_key_is_out_for_ever() {
    let mut view = View::with_admins(&[2]);
    view.say(1, retire(2, &[point(2, 1, 7)], 100));
    for by in [1, SITE] {
        let again = view.say(by, admit(2, true));
        assert_eq!(view.void_reason(again), Some(VoidReason::NodeRemoved));
    }
    assert_eq!(view.members(), [1]);
}

#[test]
fn two_administrators_who_revoke_each_other_are_both_out_and_the_site_key_repairs() {
    let mut left = View::with_admins(&[2, 3]);
    let mut right = left.clone();
    left.say(1, revoke(2, &[point(2, 1, 5)], 100));
    right.say(2, revoke(1, &[point(1, 1, 6)], 100));
    let mut both = together(&left, &right);
    assert_eq!(both.members(), [3]);
    both.say(SITE, admit(4, true));
    both.say(4, admit(5, false));
    assert_eq!(both.members(), [3, 4, 5]);
}

#[test]
fn after_the_site_key_revoked_a_stolen_pc_its_backdated_revocations_are_void() {
    let mut view = View::with_admins(&[2, 3]);
    let known_before = view.0.parents().into_vec();
    view.say(SITE, revoke(2, &[], 100));
    for victim in [1, 3] {
        let backdated = view.say_citing(2, revoke(victim, &[], 100), &known_before);
        assert_eq!(view.void_reason(backdated), Some(VoidReason::SignerRemoved));
    }
    let sybil = view.say_citing(2, admit(66, true), &known_before);
    let by_sybil = view.say_citing(66, revoke(3, &[], 100), &[sybil]);
    assert_eq!(
        view.void_reason(by_sybil),
        Some(VoidReason::SignersRightVoid)
    );
    assert_eq!(view.members(), [1, 3]);
}

#[test]
fn a_second_admission_carries_a_node_whose_first_one_fell() {
    let mut left = View::with_admins(&[2]);
    let mut right = left.clone();
    left.say(1, revoke(2, &[], 100));
    right.say(2, admit(3, true));
    let by_3 = right.say(3, admit(4, false));
    let mut both = together(&left, &right);
    assert_eq!(both.members(), [1]);
    both.say(1, admit(3, true));
    // Its earlier acts stay void: they rested on the admission that fell.
    assert_eq!(both.void_reason(by_3), Some(VoidReason::SignersRightVoid));
    both.say(3, admit(4, false));
    assert_eq!(both.members(), [1, 3, 4]);
}

#[test]
fn demotion_wins_over_concurrent_promotion_and_voids_concurrent_acts() {
    let mut left = View::with_admins(&[2, 3]);
    let mut right = left.clone();
    left.say(1, role(3, false));
    right.say(2, role(3, true));
    let admission = right.say(3, admit(4, true));
    let mut both = together(&left, &right);
    assert!(!both.fold().is_admin(&id(3)));
    assert_eq!(both.void_reason(admission), Some(VoidReason::SignerDemoted));
    assert_eq!(both.members(), [1, 2, 3]);
    // A promotion that has seen the demotion holds.
    both.say(1, role(3, true));
    assert!(both.fold().is_admin(&id(3)));
}

#[test]
fn two_administrators_who_demote_each_other_are_both_ordinary_members() {
    let mut left = View::with_admins(&[2]);
    let mut right = left.clone();
    left.say(1, role(2, false));
    right.say(2, role(1, false));
    let both = together(&left, &right);
    assert_eq!(both.members(), [1, 2]);
    assert!(!both.fold().is_admin(&id(1)) && !both.fold().is_admin(&id(2)));
}

#[test]
fn any_member_retires_itself_and_nobody_else() {
    let mut view = View::founded();
    view.say(1, admit(2, false));
    let of_another = view.say(2, retire(1, &[], 100));
    let revocation = view.say(2, revoke(2, &[], 100));
    for void in [of_another, revocation] {
        assert_eq!(view.void_reason(void), Some(VoidReason::NotAdmin));
    }
    view.say(2, retire(2, &[point(2, 9, 41)], 100));
    assert_eq!(view.members(), [1]);
    let gone = &view.fold().gone[&id(2)];
    assert_eq!((gone.how, gone.day), (HowGone::Retired, 100));
}

#[test]
fn cuts_are_the_lowest_of_all_removals_and_zero_for_logs_they_do_not_name() {
    let mut left = View::with_admins(&[2, 3]);
    assert_eq!(left.fold().cut_of(&log_of(3, 1)), None);
    let mut right = left.clone();
    left.say(
        1,
        revoke(3, &[point(3, 1, 10), point(3, 2, 4), point(2, 1, 1)], 100),
    );
    right.say(2, revoke(3, &[point(3, 1, 8), point(3, 3, 2)], 101));
    let roster = together(&left, &right).fold();
    let cut = |incarnation| roster.cut_of(&log_of(3, incarnation));
    let nothing = Some(Cut { seq: 0, hash: None });
    assert_eq!(cut(1).map(|cut| cut.seq), Some(8));
    assert_eq!(cut(1).unwrap().hash, Some(point(3, 1, 8).hash));
    assert_eq!([cut(2), cut(3), cut(4)], [nothing; 3]);
    // A revocation cannot cut the logs of a node it is not about.
    assert_eq!(roster.cut_of(&log_of(2, 1)), None);
    assert_eq!(roster.gone[&id(3)].day, 101);
}

#[test]
fn a_removal_names_the_end_of_every_log_held_of_its_target() {
    let mark = |seq: u8| Mark {
        received: seq.into(),
        hash: EntryHash([seq; 32]),
        durable: 0,
    };
    let few = [
        (log_of(3, 1), 10),
        (log_of(3, 2), 40),
        (log_of(3, 3), 0),
        (log_of(2, 1), 9),
    ];
    let held = few.map(|(log, seq)| (log, mark(seq))).into();
    let points = [point(3, 2, 40), point(3, 1, 10)];
    assert_eq!(cuts_of(id(3), &held), cuts(&points));
    let many: VersionVector = (1..=100).map(|n| (log_of(3, n.into()), mark(n))).collect();
    let longest = cuts_of(id(3), &many).into_vec();
    assert_eq!(longest.len(), MAX_CUTS);
    assert_eq!((longest[0].seq, longest[MAX_CUTS - 1].seq), (100, 69));
}

#[test]
fn a_removal_of_somebody_never_admitted_makes_no_known_author() {
    let mut view = View::founded();
    let unknown = view.say(1, revoke(9, &[point(9, 1, 3)], 100));
    assert_eq!(view.void_reason(unknown), Some(VoidReason::UnknownNode));
    assert!(!view.fold().knows(&id(9)));
}

#[test]
fn the_founding_is_the_site_keys_and_the_first() {
    let mut view = View::founded();
    let by_node = view.say(1, found(2));
    let second = view.say(SITE, found(3));
    assert_eq!(view.void_reason(by_node), Some(VoidReason::NotTheSiteKey));
    assert_eq!(view.void_reason(second), Some(VoidReason::SecondFounding));
    assert_eq!(view.members(), [1]);
}

#[test]
fn of_two_foundings_every_node_takes_the_same() {
    let mut left = View(RosterLog::new(site()));
    let mut right = left.clone();
    let foundings = [1, 2].map(|n| signed(SITE, found(n), &[], n.into()));
    for (first, second) in foundings.iter().zip(foundings.iter().rev()) {
        left.0.insert(first.clone());
        right.0.insert(second.clone());
    }
    assert_eq!(left.0.len(), 2);
    assert_eq!(left.fold(), right.fold());
    assert_eq!(left.members().len(), 1);
}

#[test]
fn the_last_name_and_use_in_causal_order_hold() {
    let mut view = View::founded();
    view.say(1, admit(2, false));
    view.say(1, rename(2, "Kiosk cửa chính"));
    let member = view.fold().members[&id(2)].clone();
    assert_eq!(&*member.name, "Kiosk cửa chính");
    assert_eq!((member.mode, member.counter), (NodeMode::Kiosk, Some(2)));
}
