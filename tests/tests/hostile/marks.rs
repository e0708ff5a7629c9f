//! A member that tells lies about what it holds.

use lienquay_core::store::Store as _;
use lienquay_shared::command::Outcome;
use lienquay_shared::log::{HashHalf, MarkRow};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, LogId, LogTag, NodeId};
use lienquay_tests::hostile::{Forger, Victim};

use crate::floods::{call, issue};

fn claim(tag: LogTag, received: u64) -> MarkRow {
    MarkRow {
        tag,
        received,
        durable_lag: 0,
        hash: HashHalf([9; 16]),
    }
}

fn phantom_tag(number: u64) -> LogTag {
    let log = LogId {
        node: NodeId([8; 32]),
        incarnation: number,
    };
    log.tag(&lienquay_shared::SiteId([4; 32]))
}

/// Ranges asked of a peer, by log.
fn wants(said: &[Message]) -> Vec<LogTag> {
    let want = |message: &Message| match message {
        Message::Want(want) => Some(want.tag),
        _ => None,
    };
    said.iter().filter_map(want).collect()
}

#[test]
fn a_claim_that_our_own_log_goes_further_ends_nothing_until_it_is_proven() {
    let mut victim = Victim::new();
    let liar = victim.turncoat.node();
    issue(&mut victim);
    let own = victim.host().engine().writes_to();
    assert!(own.is_some());
    victim.hears_rows(liar, vec![claim(own.unwrap().tag(&victim.site), u64::MAX)]);
    victim.pass(60_000);
    issue(&mut victim);
    assert_eq!(victim.host().engine().writes_to(), own);
    assert!(victim.counted(liar, Reason::RangeTimeout) > 0);
    // Again and again: an officer is not kept waiting for it.
    for number in 0..10 {
        victim.hears_beat(
            liar,
            number,
            vec![claim(own.unwrap().tag(&victim.site), 1 << 40)],
        );
        issue(&mut victim);
    }
    assert_eq!(victim.host().engine().writes_to(), own);
}

#[test]
fn thousands_of_logs_that_nobody_can_give_keep_no_honest_range_waiting() {
    let mut victim = Victim::new();
    let (liar, honest) = (victim.turncoat.clone(), victim.honest.clone());
    for page in 0..8 {
        let rows = (0..1_000).map(|row| claim(phantom_tag(page * 1_000 + row), 1 << 60));
        victim.hears_rows(liar.node(), rows.collect());
    }
    victim.pass(30_000);
    let mut log = Forger::new(victim.site, &honest, 1);
    let doc = DocId([1; 16]);
    log.edit(doc, "một");
    victim.said.clear();
    victim.hears_rows(honest.node(), vec![log.row()]);
    victim.pass(6_000);
    let asked = wants(&victim.take_said(honest.node()));
    assert!(asked.contains(&log.row().tag), "the honest range waits");
    assert!(victim.counted(liar.node(), Reason::RangeTimeout) > 0);
    assert!(victim.memory("rows told and heard") < 5_000);
    // The health screen adds them up.
    assert!(victim.n_ahead(liar.node()) > 0);
}

#[test]
fn who_claims_most_of_a_log_and_gives_nothing_does_not_keep_us_from_those_who_hold_it() {
    let mut victim = Victim::new();
    let (liar, honest) = (victim.turncoat.clone(), victim.honest.clone());
    let mut log = Forger::new(victim.site, &honest, 1);
    let batch = log.edit_batch(DocId([1; 16]), "một");
    victim.hears_rows(liar.node(), vec![claim(log.row().tag, 1_500)]);
    victim.hears_rows(honest.node(), vec![log.row()]);
    victim.pass(8_000);
    let asked = wants(&victim.take_said(honest.node()));
    assert!(asked.contains(&log.row().tag));
    victim.hears_entries(honest.node(), vec![batch]);
    assert_eq!(victim.holds(&log), 1);
}

#[test]
fn an_answer_cut_short_without_progress_is_not_asked_for_at_once_for_ever() {
    use lienquay_shared::wire::link::Decline;
    let mut victim = Victim::new();
    let liar = victim.turncoat.clone();
    let mut log = Forger::new(victim.site, &liar, 1);
    let mut rows = Vec::new();
    log.edit_batch(DocId([1; 16]), "một");
    rows.push(log.row());
    victim.hears_rows(liar.node(), rows);
    // It is known by its first entry, so that it can be declined by name.
    let (reason, of) = (Reason::TooMany, Some(log.log));
    let mut n_asked = 0;
    for _ in 0..100 {
        n_asked += wants(&victim.take_said(liar.node())).len();
        victim.hears(liar.node(), &Message::Decline(Decline { reason, log: of }));
    }
    assert!(n_asked < 10, "{n_asked} questions in no time");
}

#[test]
fn rows_that_differ_in_every_place_cost_one_question_each_log() {
    let mut victim = Victim::new();
    let liar = victim.turncoat.clone();
    for _ in 0..100 {
        issue(&mut victim);
    }
    let own = victim.host().engine().writes_to().unwrap();
    let tag = own.tag(&victim.site);
    victim.said.clear();
    let rows = (0..1_000).map(|row| claim(tag, row % 90 + 1)).collect();
    victim.hears_rows(liar.node(), rows);
    let asked = wants(&victim.take_said(liar.node()));
    assert_eq!(asked.len(), 1, "one trace for one log");
    assert!(victim.counted(liar.node(), Reason::Forked) > 0);
}

/// Whoever claims more of this node's log than it wrote holds another branch of it, or lies.
#[test]
fn what_a_member_claims_of_our_log_counts_only_if_it_is_ours() {
    let mut victim = Victim::new();
    let liar = victim.turncoat.clone();
    issue(&mut victim);
    let own = victim.host().engine().writes_to().unwrap();
    let tag = own.tag(&victim.site);
    let head = victim.store_head(&own);
    let logs = victim.host().store().logs().unwrap();
    let held = logs.into_iter().find(|row| row.log == own).unwrap();
    let honest = MarkRow {
        hash: HashHalf::from(held.hash),
        ..claim(tag, head)
    };
    for (row, safe) in [
        (claim(tag, head + 1_000), 0),
        (claim(tag, head), 0),
        (honest, head),
        (claim(tag, u64::MAX), 0),
    ] {
        victim.hears_rows(liar.node(), vec![row]);
        let marks = victim.host().engine().safe_marks();
        assert_eq!(marks.get(&own), Some(&safe), "{row:?}");
    }
    victim.unlink(liar.node());
    let marks = victim.host().engine().safe_marks();
    assert_eq!(marks.get(&own), Some(&0));
}

#[test]
fn a_member_that_never_stores_a_takeover_does_not_close_its_fence_for_ever() {
    let mut victim = Victim::new();
    let liar = victim.turncoat.clone();
    let lost = victim.honest.clone();
    let ticket = crate::floods::ticket_kept_by(&mut victim, &lost);
    victim.unlink(lost.node());
    victim.pass(40_000);
    // It claims entries of its own that it never gives, and never stores ours.
    victim.hears_rows(liar.node(), vec![claim(phantom_tag(1), 100)]);
    crate::floods::take_over(&mut victim, lost.node());
    let mut called = call(&mut victim, ticket);
    for number in 0..30 {
        if called.is_ok() {
            break;
        }
        victim.hears_beat(liar.node(), number, Vec::new());
        victim.pass(2_000);
        called = call(&mut victim, ticket);
    }
    assert!(matches!(called, Ok(Outcome::TicketCalled(_))), "{called:?}");
    assert!(victim.counted(liar.node(), Reason::PhantomMarks) > 0);
}
