//! The order of a lane, row by row.

use super::*;
use crate::domain::ticket::Epoch;
use crate::ids::{DocId, RequestId};
use crate::view::CallRow;
use crate::wire::keeper::PriorityReason;

fn lane() -> LaneId {
    LaneId::new("A").unwrap()
}

/// A waiting ticket of issuer `issuer`, given out at `hlc`.
fn row(number: u32, issuer: u8, hlc: u64) -> TicketRow {
    TicketRow {
        doc: DocId([u8::try_from(number % 251).unwrap(); 16]),
        number_text: format!("A{number:03}"),
        number,
        day: 20_000,
        lane: lane(),
        issued_lane: lane(),
        issuer: Some(NodeId([issuer; 32])),
        issued_hlc: hlc,
        issued_at_millis: hlc,
        moved_hlc: None,
        state: TicketState::Waiting,
        priority: None,
        for_counter: None,
        for_officer: None,
        keeper: Epoch::first(NodeId([issuer; 32])),
        call: None,
        is_double_called: false,
        n_papers: 0,
        n_defects: 0,
    }
}

fn priority(row: TicketRow) -> TicketRow {
    TicketRow {
        priority: Some(PriorityReason::Elderly),
        ..row
    }
}

fn check(rows: &[TicketRow], run: u32, expect: &[u32]) {
    let caller = Caller {
        counter: 1,
        officer: OfficerId([1; 8]),
    };
    let forward: Vec<u32> = lane_order(rows, &lane(), Some(caller), run, 2)
        .iter()
        .map(|row| row.number)
        .collect();
    let backward: Vec<u32> = lane_order(rows.iter().rev(), &lane(), Some(caller), run, 2)
        .iter()
        .map(|row| row.number)
        .collect();
    assert_eq!(forward, expect);
    assert_eq!(backward, expect, "whatever order the rows come in");
}

#[test]
fn one_issuers_tickets_go_by_number_whatever_its_clock_did() {
    check(
        &[row(1, 1, 500), row(2, 1, 100), row(3, 1, 300)],
        0,
        &[1, 2, 3],
    );
}

#[test]
fn issuers_are_merged_by_time() {
    check(
        &[
            row(1, 1, 100),
            row(1001, 2, 150),
            row(2, 1, 200),
            row(1002, 2, 250),
        ],
        0,
        &[1, 1001, 2, 1002],
    );
}

#[test]
fn numbers_of_the_keepers_range_and_of_the_slot_do_not_wait_for_each_other() {
    check(
        &[row(1, 1, 100), row(1001, 1, 150), row(2, 1, 200)],
        0,
        &[1, 1001, 2],
    );
}

#[test]
fn priority_goes_first_but_not_for_ever() {
    let rows = [
        row(1, 1, 1),
        row(2, 1, 2),
        priority(row(3, 1, 3)),
        priority(row(4, 1, 4)),
        priority(row(5, 1, 5)),
    ];
    check(&rows, 0, &[3, 4, 1, 5, 2]);
    check(&rows, 1, &[3, 1, 4, 5, 2]);
    check(&rows, 7, &[1, 3, 4, 2, 5]);
    check(&rows[2..], 2, &[3, 4, 5]);
}

#[test]
fn tickets_for_one_counter_or_officer_are_only_theirs() {
    let mine = TicketRow {
        for_counter: Some(1),
        ..row(1, 1, 1)
    };
    let other = TicketRow {
        for_counter: Some(2),
        ..row(2, 1, 2)
    };
    let officers = TicketRow {
        for_officer: Some(OfficerId([9; 8])),
        ..row(3, 1, 3)
    };
    check(
        &[mine.clone(), other.clone(), officers.clone(), row(4, 1, 4)],
        0,
        &[1, 4],
    );
    let all = [mine, other, officers];
    assert_eq!(
        lane_order(&all, &lane(), None, 0, 2).len(),
        3,
        "a display shows them all"
    );
}

#[test]
fn granted_but_unannounced_tickets_head_the_lane() {
    let call = CallRow {
        request: RequestId([1; 16]),
        counter: 3,
        node: NodeId([3; 32]),
        officer: OfficerId([3; 8]),
        granted_at_millis: 7,
        announced_at_millis: None,
        started_at_millis: None,
        finished_at_millis: None,
    };
    let granted = TicketRow {
        state: TicketState::Granted,
        call: Some(call),
        ..row(9, 1, 900)
    };
    let parked = TicketRow {
        state: TicketState::Parked,
        ..row(2, 1, 2)
    };
    check(&[priority(row(1, 1, 1)), parked, granted], 0, &[9, 1]);
}

#[test]
fn a_moved_ticket_stands_where_it_was_moved() {
    let moved = TicketRow {
        moved_hlc: Some(250),
        issued_lane: LaneId::new("B").unwrap(),
        ..row(1, 2, 10)
    };
    check(
        &[row(5, 1, 100), row(6, 1, 200), row(7, 1, 300), moved],
        0,
        &[5, 6, 1, 7],
    );
}

#[test]
fn the_run_of_priority_calls_ends_at_the_last_call_without() {
    let calls = [
        priority(row(3, 1, 3)),
        priority(row(2, 1, 2)),
        row(1, 1, 1),
        priority(row(4, 1, 4)),
    ];
    assert_eq!(priority_run(&calls), 2);
}
