//! The commit–reveal exchange, honest and with somebody in the middle.

use crate::codec::Text;
use crate::roster::fixture::{
    SITE, View, admit, found, id, key, name, rename, revoke, site, statement,
};
use crate::roster::join::{code, commitment};
use crate::roster::{
    Host, HostNext, JoinCode, JoinError, JoinNonce, Newcomer, NewcomerNext, Refused, RosterLog,
};
use crate::wire::join::{Bytes32, JoinStep};
use crate::wire::link::{NodeMode, RosterChunk};

const ADMIN: u8 = 1;
const NEWCOMER: u8 = 2;
const MIDDLE: u8 = 66;

fn nonce(n: u8) -> JoinNonce {
    JoinNonce::new([n; 32])
}

fn site_name() -> Text<200> {
    Text::truncated("Xã An Bình")
}

fn ask(me: u8, admin: u8, n: u8) -> (Newcomer, JoinStep) {
    Newcomer::ask(id(me), id(admin), name(me), NodeMode::Desk, nonce(n))
}

/// Runs up to the two codes; `ends` are who each side believes to speak to.
fn compare(newcomer: &mut Newcomer, challenge: JoinStep) -> (JoinStep, JoinCode) {
    match newcomer.handle(challenge).unwrap() {
        NewcomerNext::Compare { reveal, code, .. } => (reveal, code),
        other => panic!("{other:?}"),
    }
}

fn both_at_compare() -> (Newcomer, JoinCode, Host, JoinCode) {
    let (mut newcomer, asked) = ask(NEWCOMER, ADMIN, 7);
    let mut host = Host::asked(site(), id(ADMIN), id(NEWCOMER), asked).unwrap();
    let challenge = host.challenge(site_name(), nonce(8)).unwrap();
    let (reveal, theirs) = compare(&mut newcomer, challenge);
    let HostNext::ReadyToCompare { code: ours } = host.handle(&reveal).unwrap() else {
        panic!("not ready");
    };
    (newcomer, theirs, host, ours)
}

#[test]
fn both_screens_show_one_code_and_the_newcomer_gets_the_roster() {
    let (mut newcomer, theirs, mut host, ours) = both_at_compare();
    assert_eq!(theirs, ours);
    assert_eq!(host.newcomer(), id(NEWCOMER));
    let mut view = View::founded();
    view.say(ADMIN, admit(NEWCOMER, false));
    let (welcome, rest) = host.confirm(&view.0).unwrap();
    assert!(rest.is_empty());
    match newcomer.handle(welcome).unwrap() {
        NewcomerNext::Joined(log) => assert_eq!(log.digest(), view.0.digest()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn codes_read_as_two_groups_of_three_digits() {
    for n in 0..=255 {
        let text = code(site(), id(1), id(2), &[n; 32], &[1; 32]).to_string();
        assert!(text.len() == 7 && &text[3..4] == " ", "{text}");
        assert!(text.chars().filter(char::is_ascii_digit).count() == 6);
    }
}

#[test]
fn site_both_nodes_and_both_nonces_are_part_of_the_code() {
    let honest = code(site(), id(1), id(2), &[1; 32], &[2; 32]);
    let others = [
        code(key(9).site(), id(1), id(2), &[1; 32], &[2; 32]),
        code(site(), id(3), id(2), &[1; 32], &[2; 32]),
        code(site(), id(1), id(3), &[1; 32], &[2; 32]),
        code(site(), id(2), id(1), &[1; 32], &[2; 32]),
        code(site(), id(1), id(2), &[3; 32], &[2; 32]),
        code(site(), id(1), id(2), &[1; 32], &[3; 32]),
    ];
    assert!(others.iter().all(|other| *other != honest));
    assert_ne!(commitment(id(1), &[1; 32]), commitment(id(2), &[1; 32]));
}

/// The middle plays administrator to the newcomer and newcomer to the administrator.
#[test]
fn somebody_in_the_middle_shows_two_different_codes() {
    let (mut newcomer, _asked) = ask(NEWCOMER, MIDDLE, 7);
    let (mut middle_in, middle_asks) = ask(MIDDLE, ADMIN, 40);
    let mut host = Host::asked(site(), id(ADMIN), id(MIDDLE), middle_asks).unwrap();
    let challenge = host.challenge(site_name(), nonce(8)).unwrap();
    // It passes the administrator's nonce on, the best it can do: it must answer before it knows the newcomer's.
    let (_reveal, at_newcomer) = compare(&mut newcomer, challenge.clone());
    let (middle_reveals, _) = compare(&mut middle_in, challenge);
    let HostNext::ReadyToCompare { code: at_admin } = host.handle(&middle_reveals).unwrap() else {
        panic!("not ready");
    };
    assert_ne!(at_newcomer, at_admin);
}

#[test]
fn a_nonce_chosen_after_the_administrators_was_seen_is_refused() {
    let (_middle, asks) = ask(MIDDLE, ADMIN, 40);
    let mut host = Host::asked(site(), id(ADMIN), id(MIDDLE), asks).unwrap();
    host.challenge(site_name(), nonce(8)).unwrap();
    let chosen = JoinStep::Reveal {
        nonce: Bytes32::new([41; 32]),
    };
    assert_eq!(host.handle(&chosen), Err(JoinError::CommitmentBroken));
    // And there is no second try.
    let honest = JoinStep::Reveal {
        nonce: Bytes32::new([40; 32]),
    };
    assert_eq!(host.handle(&honest), Err(JoinError::OutOfOrder("reveal")));
}

#[test]
fn a_commitment_copied_from_another_pc_cannot_be_revealed() {
    let (_newcomer, asked) = ask(NEWCOMER, MIDDLE, 7);
    let mut host = Host::asked(site(), id(ADMIN), id(MIDDLE), asked).unwrap();
    host.challenge(site_name(), nonce(8)).unwrap();
    let overheard = JoinStep::Reveal {
        nonce: Bytes32::new([7; 32]),
    };
    assert_eq!(host.handle(&overheard), Err(JoinError::CommitmentBroken));
}

#[test]
fn steps_out_of_order_end_the_exchange() {
    let welcome = || JoinStep::Welcome {
        roster: RosterChunk {
            statements: crate::codec::List::default(),
        },
    };
    let (mut newcomer, asked) = ask(NEWCOMER, ADMIN, 7);
    assert_eq!(
        newcomer.handle(welcome()).unwrap_err(),
        JoinError::OutOfOrder("welcome")
    );
    assert_eq!(
        newcomer.handle(asked.clone()).unwrap_err(),
        JoinError::OutOfOrder("ask")
    );
    assert_eq!(
        Host::asked(site(), id(1), id(2), welcome()).unwrap_err(),
        JoinError::OutOfOrder("welcome")
    );
    let mut host = Host::asked(site(), id(1), id(2), asked).unwrap();
    assert_eq!(
        host.confirm(&View::founded().0).unwrap_err(),
        JoinError::OutOfOrder("welcome")
    );
    assert_eq!(
        host.challenge(site_name(), nonce(1)).unwrap_err(),
        JoinError::OutOfOrder("challenge")
    );
}

#[test]
fn a_no_from_either_side_ends_the_exchange() {
    let (mut newcomer, _, mut host, _) = both_at_compare();
    let no = host.abort();
    assert!(matches!(newcomer.handle(no), Ok(NewcomerNext::Aborted)));
    assert!(host.confirm(&View::founded().0).is_err());
    let (mut newcomer, _, mut host, _) = both_at_compare();
    assert_eq!(host.handle(&newcomer.abort()), Ok(HostNext::Aborted));
}

#[test]
fn the_host_welcomes_nobody_its_roster_does_not_admit() {
    let (_, _, mut host, _) = both_at_compare();
    let refused = host.confirm(&View::founded().0).unwrap_err();
    assert_eq!(refused, JoinError::NotAdmitted);
}

#[test]
fn the_newcomer_believes_only_the_roster_of_the_compared_site() {
    let welcome = |log: &RosterLog| JoinStep::Welcome {
        roster: log.chunks().remove(0),
    };
    // A roster of another site key, which admits the newcomer.
    let other = key(201);
    let mut founding = statement(SITE, found(NEWCOMER), &[], 0);
    founding.site = other.site();
    let mut foreign = RosterLog::new(other.site());
    foreign.insert(founding.sign(&other).unwrap());
    assert!(foreign.fold().is_member(&id(NEWCOMER)));
    let (mut newcomer, ..) = both_at_compare();
    assert_eq!(
        newcomer.handle(welcome(&foreign)).unwrap_err(),
        JoinError::Roster(Refused::WrongSite(other.site()))
    );
    // The right site, but the newcomer was revoked meanwhile.
    let mut view = View::founded();
    view.say(ADMIN, admit(NEWCOMER, false));
    view.say(ADMIN, revoke(NEWCOMER, &[], 1));
    let (mut newcomer, ..) = both_at_compare();
    assert!(matches!(
        newcomer.handle(welcome(&view.0)),
        Ok(NewcomerNext::MoreToCome)
    ));
    let nothing_more = view.0.chunks().remove(0);
    assert_eq!(
        newcomer.handle_roster(nothing_more).unwrap_err(),
        JoinError::NotAdmitted
    );
}

#[test]
fn a_roster_longer_than_a_message_comes_in_parts() {
    let mut view = View::founded();
    for n in 0..300 {
        view.say(ADMIN, rename(ADMIN, &n.to_string()));
    }
    view.say(ADMIN, admit(NEWCOMER, false));
    let (mut newcomer, _, mut host, _) = both_at_compare();
    let (welcome, mut rest) = host.confirm(&view.0).unwrap();
    assert!(matches!(
        newcomer.handle(welcome),
        Ok(NewcomerNext::MoreToCome)
    ));
    assert!(matches!(
        newcomer.handle_roster(rest.remove(0)),
        Ok(NewcomerNext::Joined(_))
    ));
}
