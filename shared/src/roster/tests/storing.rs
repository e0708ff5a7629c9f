//! What is kept, what waits, what is refused.

use crate::ids::{SiteId, StatementHash};
use crate::log::NodeKey;
use crate::roster::fixture::{
    SITE, View, admit, found, id, key, rename, revoke, signed, site, statement,
};
use crate::roster::set::{MAX_PENDING, MAX_STORED_BY_ONE, MAX_STORED_BY_SITE};
use crate::roster::statement::statement_hash;
use crate::roster::{InsertOutcome, Kind, Refused, RosterLog, StatementError, VoidReason};

#[test]
fn statements_wait_for_their_parents_and_are_stored_when_these_arrive() {
    let mut source = View::founded();
    source.say(1, admit(2, true));
    source.say(2, admit(3, false));
    let statements: Vec<_> = source.0.all_parents_first().into_iter().cloned().collect();
    let hashes: Vec<StatementHash> = statements
        .iter()
        .map(|s| statement_hash(&s.bytes))
        .collect();

    let mut log = RosterLog::new(site());
    for (child, parent) in [(2, 1), (1, 0)] {
        assert_eq!(
            log.insert(statements[child].clone()),
            InsertOutcome::Pending {
                missing: vec![hashes[parent]],
                dropped: None
            }
        );
    }
    assert_eq!((log.len(), log.pending_len()), (0, 2));
    assert_eq!(log.insert(statements[1].clone()), InsertOutcome::Known);
    assert_eq!(
        log.insert(statements[0].clone()),
        InsertOutcome::Stored(hashes.clone())
    );
    assert_eq!(log.insert(statements[2].clone()), InsertOutcome::Known);
    assert_eq!(log.pending_len(), 0);
    assert_eq!(log.fold(), source.fold());
    assert_eq!(log.heads().collect::<Vec<_>>(), [hashes[2]]);
    assert_eq!(log.get(&hashes[1]).unwrap().signed(), &statements[1]);
}

#[test]
fn another_sites_statements_are_refused() {
    let other = NodeKey::from_secret(&[201; 32]);
    let mut foreign = statement(SITE, found(1), &[], 0);
    foreign.site = other.site();
    let foreign = foreign.sign(&other).unwrap();
    let mut view = View::founded();
    let refused = InsertOutcome::Refused(Refused::WrongSite(other.site()));
    assert_eq!(view.0.insert(foreign), refused);
}

#[test]
fn forged_and_altered_statements_are_refused() {
    let bad = InsertOutcome::Refused(Refused::Statement(StatementError::BadSignature));
    let mut log = RosterLog::new(site());
    // Signed by a node in the name of the site.
    let mut forged = signed(SITE, found(1), &[], 0);
    forged.signature = key(1).sign(&forged.bytes);
    assert_eq!(log.insert(forged), bad);
    // A signature over the bare bytes, without our context.
    let mut bare = signed(SITE, found(1), &[], 0);
    bare.signature = key(SITE).sign(&bare.bytes);
    assert_eq!(log.insert(bare), bad);
    let mut altered = signed(SITE, found(1), &[], 7);
    let mut bytes = altered.bytes.to_vec();
    *bytes.last_mut().unwrap() = 8;
    altered.bytes = crate::codec::Blob::new(bytes).unwrap();
    assert_eq!(log.insert(altered), bad);
    assert!(log.is_empty());
}

#[test]
fn only_the_named_signers_key_signs() {
    let of_site = statement(SITE, found(1), &[], 0);
    let refused = Err(StatementError::NotTheSignersKey);
    assert_eq!(of_site.sign(&key(1)), refused);
    let mut of_another_site = of_site;
    of_another_site.site = SiteId([9; 32]);
    assert_eq!(of_another_site.sign(&key(SITE)), refused);
}

#[test]
fn strangers_store_nothing() {
    let mut view = View::founded();
    let head: Vec<_> = view.0.heads().collect();
    for parents in [&head[..], &[]] {
        let refused = InsertOutcome::Refused(Refused::Stranger(id(50)));
        assert_eq!(
            view.0.insert(signed(50, admit(50, true), parents, 1)),
            refused
        );
    }
    assert_eq!(view.0.len(), 1);
}

#[test]
fn an_unknown_kind_is_kept_relayed_and_inert() {
    let mut view = View::founded();
    let before = view.fold();
    let unknown = view.say(1, Kind::Unknown(999));
    let mut after = view.fold();
    assert_eq!(after.void, [(unknown, VoidReason::UnknownKind(999))]);
    after.void.clear();
    assert_eq!(after, before);
    // It holds up nothing that builds on it.
    view.say(1, admit(2, false));
    assert_eq!(view.members(), [1, 2]);
    let mut other = View(RosterLog::new(site()));
    other.learn(&view);
    assert_eq!(other.0.digest(), view.0.digest());
}

#[test]
fn a_signer_that_a_newer_version_may_have_brought_in_is_kept_but_void() {
    let mut view = View::founded();
    view.say(1, Kind::Unknown(999));
    let by_newer = view.say(50, admit(51, false));
    assert_eq!(view.void_reason(by_newer), Some(VoidReason::NotAdmin));
}

#[test]
fn pending_is_bounded_and_drops_what_waited_longest() {
    let mut view = View::founded();
    let orphan = |n: u64| signed(1, admit(2, false), &[StatementHash([1; 32])], n);
    for n in 0..MAX_PENDING as u64 {
        assert!(matches!(
            view.0.insert(orphan(n)),
            InsertOutcome::Pending { dropped: None, .. }
        ));
    }
    let first = statement_hash(&orphan(0).bytes);
    let one_more = view.0.insert(orphan(MAX_PENDING as u64));
    assert!(
        matches!(one_more, InsertOutcome::Pending { dropped: Some(dropped), .. } if dropped == first)
    );
    assert_eq!(view.0.pending_len(), MAX_PENDING);
}

#[test]
fn a_flood_by_one_node_stops_and_does_not_keep_out_its_revocation() {
    let mut view = View::with_admins(&[2]);
    for n in 0..MAX_STORED_BY_ONE {
        view.say(2, rename(2, &n.to_string()));
    }
    let parents = view.0.parents().into_vec();
    let refused = InsertOutcome::Refused(Refused::SignerFull(id(2)));
    assert_eq!(
        view.0.insert(signed(2, rename(2, "x"), &parents, 0)),
        refused
    );
    view.say(SITE, revoke(2, &[], 100));
    assert_eq!(view.members(), [1]);
}

#[test]
fn a_long_chain_folds_and_then_the_roster_is_full_for_nodes_but_not_for_the_site_key() {
    let mut view = View::with_admins(&[2, 3]);
    for n in 0..MAX_STORED_BY_ONE - 2 {
        view.say(1, rename(1, &n.to_string()));
        view.say(2, rename(2, &n.to_string()));
    }
    view.say(3, rename(3, "a"));
    view.say(3, rename(3, "b"));
    let parents = view.0.parents().into_vec();
    let full = InsertOutcome::Refused(Refused::Full);
    assert_eq!(view.0.insert(signed(3, rename(3, "c"), &parents, 0)), full);
    for n in 1..MAX_STORED_BY_SITE {
        view.say(SITE, rename(3, &n.to_string()));
    }
    let parents = view.0.parents().into_vec();
    assert_eq!(
        view.0.insert(signed(SITE, rename(3, "c"), &parents, 0)),
        full
    );
    let roster = view.fold();
    assert!(roster.void.is_empty());
    assert_eq!(
        &*roster.members[&id(2)].name,
        (MAX_STORED_BY_ONE - 3).to_string()
    );
}

#[test]
fn chunks_hold_every_statement_parents_first_within_a_message() {
    let mut view = View::founded();
    for n in 0..300 {
        view.say(1, rename(1, &n.to_string()));
    }
    let chunks = view.0.chunks();
    assert!(chunks.len() > 1);
    let mut log = RosterLog::new(site());
    for chunk in chunks {
        for signed in chunk.statements.into_vec() {
            assert!(matches!(log.insert(signed), InsertOutcome::Stored(_)));
        }
    }
    assert_eq!(log.digest(), view.0.digest());
    assert_eq!(RosterLog::new(site()).chunks().len(), 1);
}
