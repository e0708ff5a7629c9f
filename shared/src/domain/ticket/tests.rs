//! A ticket on four nodes, step by step.

mod properties;

use super::*;
use crate::decide::ticket::{
    CounterStep, IssueAsk, counter_step, enter_paper, handover, issue, keeper_step, rate, takeover,
};
use crate::decide::{Context, Write};
use crate::domain::site::{Lane, Site};
use crate::log::DocKind;
use crate::schema::raw::DefectKind;
use crate::schema::testing::{Copy, SITE, authors, context, merge_all, node, officer};
use crate::schema::{Edit, ticket};
use crate::wire::keeper::{KeeperOp, KeeperRefusal, TransferTarget};
use crate::{DocId, Refusal};

const DOC: DocId = DocId([1; 16]);

fn lane(letters: &str) -> LaneId {
    LaneId::new(letters).unwrap()
}

fn site() -> Site {
    let mut site = Site::default();
    for letters in ["A", "B"] {
        let set = Lane {
            id: lane(letters),
            name: Text::truncated("Hộ tịch"),
            fields: List::default(),
            active: true,
        };
        site.lanes.insert(lane(letters), set);
    }
    site
}

fn issued(ctx: &Context, keeper: u8) -> Write {
    let ask = IssueAsk {
        lane: lane("A"),
        priority: None,
        papers: List::default(),
    };
    issue(ctx, &SITE, &site(), &ask, 12, node(keeper)).unwrap()
}

fn read(copy: &Copy) -> Ticket {
    ticket::read(&copy.document, &authors).0.unwrap()
}

fn call(counter: u8) -> KeeperOp {
    KeeperOp::Call {
        counter: u16::from(counter),
        out_of_order: None,
    }
}

fn request(no: u8) -> RequestId {
    RequestId([no; 16])
}

/// The keeper on `copy` grants `op` to node `by`.
fn keep(copy: &mut Copy, op: &KeeperOp, by: u8, no: u8) -> Result<(), KeeperRefusal> {
    let ctx = Context {
        officer: officer(by),
        ..context(copy.no, u64::from(no))
    };
    let write = keeper_step(&ctx, DOC, &read(copy), op, node(by), request(no))?;
    copy.write(&write.edits);
    Ok(())
}

fn step(copy: &mut Copy, step: CounterStep) -> Result<(), Refusal> {
    let ticket = read(copy);
    let millis = u64::try_from(ticket.history.len()).unwrap() * 1_000;
    let write = counter_step(&context(copy.no, millis), DOC, &ticket, step)?;
    copy.write(&write.edits);
    Ok(())
}

fn take(copy: &mut Copy) {
    let write = takeover(&context(copy.no, 700), DOC, &read(copy)).unwrap();
    copy.write(&write.edits);
}

/// Four nodes that know a ticket kept by node 1.
fn four() -> Vec<Copy> {
    let mut copies = Copy::several(4, DocKind::Ticket);
    let write = issued(&context(1, 0), 1);
    copies[0].write(&write.edits);
    merge_all(&mut copies);
    copies
}

fn voids(ticket: &Ticket) -> Vec<DefectKind> {
    ticket.defects.iter().map(|defect| defect.what).collect()
}

#[test]
fn a_ticket_goes_from_waiting_to_finished() {
    let mut copies = four();
    assert_eq!(&*read(&copies[2]).number_text, "A012");
    assert_eq!(read(&copies[2]).state, TicketState::Waiting);
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    merge_all(&mut copies);
    for (next, state) in [
        (CounterStep::Announce, TicketState::Announced),
        (CounterStep::Recall, TicketState::Announced),
        (CounterStep::Recall, TicketState::Announced),
        (CounterStep::Start, TicketState::Serving),
        (
            CounterStep::Finish {
                dossiers: List::default(),
            },
            TicketState::Finished,
        ),
    ] {
        step(&mut copies[1], next).unwrap();
        assert_eq!(read(&copies[1]).state, state);
    }
    let rated = rate(&context(4, 0), DOC, &read(&copies[1]), 5).unwrap();
    copies[3].write(&rated.edits);
    merge_all(&mut copies);
    let ticket = read(&copies[0]);
    assert_eq!(
        (ticket.state, ticket.rating),
        (TicketState::Finished, Some(5))
    );
    assert_eq!(ticket.call.unwrap().n_announcements, 3);
    assert!(ticket.defects.is_empty() && ticket.double_calls.is_empty());
}

#[test]
fn a_call_by_a_node_that_is_not_the_keeper_is_void_and_flagged() {
    let mut copies = four();
    let event = TicketEvent {
        stamp: context(3, 0).stamp(),
        step: TicketStep::Called {
            epoch: 0,
            request: request(9),
            counter: 3,
            node: node(3),
            officer: officer(3),
            out_of_order: None,
        },
    };
    copies[2].write(&[Edit::event(&event)]);
    merge_all(&mut copies);
    let ticket = read(&copies[0]);
    assert_eq!(ticket.state, TicketState::Waiting);
    assert_eq!(voids(&ticket), [DefectKind::NotKeeper]);
    assert!(!ticket.history.last().unwrap().counts);
}

#[test]
fn only_the_called_counter_may_announce() {
    let mut copies = four();
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    merge_all(&mut copies);
    assert_eq!(
        step(&mut copies[2], CounterStep::Announce),
        Err(Refusal::OtherCounter { counter: 2 })
    );
    let event = TicketEvent {
        stamp: context(3, 0).stamp(),
        step: TicketStep::Announced {
            request: request(1),
        },
    };
    copies[2].write(&[Edit::event(&event)]);
    merge_all(&mut copies);
    assert_eq!(
        read(&copies[0]).state,
        TicketState::Granted,
        "announced by another node: void"
    );
}

#[test]
fn a_granted_ticket_is_not_granted_again() {
    let mut copies = four();
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    assert_eq!(
        keep(&mut copies[0], &call(3), 3, 2),
        Err(KeeperRefusal::AlreadyCalled { counter: 2 })
    );
    assert_eq!(
        keep(&mut copies[1], &call(3), 3, 2),
        Err(KeeperRefusal::NotKeeper {
            keeper: Some(node(1))
        })
    );
    assert_eq!(
        keep(&mut copies[0], &KeeperOp::Decline, 3, 2),
        Err(KeeperRefusal::AlreadyCalled { counter: 2 })
    );
    keep(&mut copies[0], &KeeperOp::Decline, 2, 3).unwrap();
    keep(&mut copies[0], &call(3), 3, 4).unwrap();
    let ticket = read(&copies[0]);
    assert_eq!(ticket.call.unwrap().counter, 3);
    assert!(ticket.double_calls.is_empty());
}

#[test]
fn the_new_keeper_decides_after_a_handover_and_the_old_one_no_more() {
    let mut copies = four();
    let write = handover(&context(1, 1), DOC, &read(&copies[0]), node(2)).unwrap();
    copies[0].write(&write.edits);
    assert!(keep(&mut copies[0], &call(1), 1, 1).is_err());
    merge_all(&mut copies);
    keep(&mut copies[1], &call(3), 3, 2).unwrap();
    // The old keeper's program ignores its own handover.
    let event = TicketEvent {
        stamp: context(1, 2).stamp(),
        step: TicketStep::Called {
            epoch: 0,
            request: request(7),
            counter: 1,
            node: node(1),
            officer: officer(1),
            out_of_order: None,
        },
    };
    copies[0].write(&[Edit::event(&event)]);
    merge_all(&mut copies);
    let ticket = read(&copies[3]);
    assert_eq!(
        ticket.epoch,
        Epoch {
            n: 1,
            node: node(2)
        }
    );
    assert_eq!(ticket.call.unwrap().counter, 3);
    assert_eq!(ticket.defects.len(), 1);
    assert!(ticket.double_calls.is_empty());
}

#[test]
fn of_two_takeovers_at_once_the_higher_node_stands() {
    let mut copies = four();
    take(&mut copies[1]);
    take(&mut copies[3]);
    take(&mut copies[2]);
    merge_all(&mut copies);
    for copy in &copies {
        assert_eq!(
            read(copy).epoch,
            Epoch {
                n: 1,
                node: node(4)
            }
        );
        assert!(read(copy).defects.is_empty());
    }
}

#[test]
fn a_double_call_after_a_takeover_is_settled_by_the_higher_epoch_and_told() {
    let mut copies = four();
    keep(&mut copies[0], &call(1), 1, 1).unwrap();
    take(&mut copies[2]);
    keep(&mut copies[2], &call(3), 3, 2).unwrap();
    step(&mut copies[0], CounterStep::Announce).unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        let ticket = read(copy);
        assert_eq!(ticket.call.as_ref().unwrap().counter, 3);
        assert_eq!(ticket.double_calls.len(), 1);
        assert_eq!(ticket.double_calls[0].other.counter, 1);
        assert!(ticket.double_calls[0].other.announced_at.is_some());
    }
    assert_eq!(
        step(&mut copies[0], CounterStep::Start),
        Err(Refusal::OtherCounter { counter: 3 })
    );
}

#[test]
fn a_call_that_the_successor_did_not_know_still_counts_when_it_did_not_call_itself() {
    let mut copies = four();
    keep(&mut copies[0], &call(1), 1, 1).unwrap();
    take(&mut copies[2]);
    merge_all(&mut copies);
    assert_eq!(read(&copies[2]).state, TicketState::Granted);
    assert_eq!(
        keep(&mut copies[2], &call(3), 3, 2),
        Err(KeeperRefusal::AlreadyCalled { counter: 1 })
    );
}

#[test]
fn a_takeover_of_a_keepership_that_never_was_is_void() {
    let mut copies = four();
    let event = TicketEvent {
        stamp: context(3, 0).stamp(),
        step: TicketStep::TakenOver {
            supersedes: Epoch {
                n: 40,
                node: node(2),
            },
        },
    };
    copies[2].write(&[Edit::event(&event)]);
    let forged = TicketEvent {
        stamp: context(3, 0).stamp(),
        step: TicketStep::HandedOver {
            epoch: Epoch {
                n: 0,
                node: node(1),
            },
            to: node(3),
        },
    };
    copies[2].write(&[Edit::event(&forged)]);
    merge_all(&mut copies);
    let ticket = read(&copies[0]);
    assert_eq!(ticket.epoch, Epoch::first(node(1)));
    assert_eq!(
        voids(&ticket),
        [DefectKind::NotKeeper, DefectKind::NotKeeper]
    );
}

#[test]
fn a_paper_number_joins_the_issuers_ticket_when_the_two_meet() {
    let mut copies = Copy::several(2, DocKind::Ticket);
    let ctx = context(2, 10);
    let paper = enter_paper(&ctx, &SITE, &site(), &lane("A"), 12).unwrap();
    let write = issued(&context(1, 0), 1);
    assert_eq!(paper.doc, write.doc, "both write into one document");
    copies[1].write(&paper.edits);
    assert_eq!(&*read(&copies[1]).number_text, "A012");
    keep(&mut copies[1], &call(2), 2, 1).unwrap();
    copies[0].write(&write.edits);
    keep(&mut copies[0], &call(1), 1, 2).unwrap();
    merge_all(&mut copies);
    let ticket = read(&copies[0]);
    assert_eq!(ticket.issuer, Some(node(1)));
    assert_eq!(
        (ticket.call.unwrap().counter, ticket.double_calls.len()),
        (2, 1)
    );
}

#[test]
fn a_missed_ticket_is_called_again_only_through_its_keeper() {
    let mut copies = four();
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    merge_all(&mut copies);
    step(&mut copies[1], CounterStep::Announce).unwrap();
    step(&mut copies[1], CounterStep::NoShow).unwrap();
    for again in [CounterStep::Recall, CounterStep::Start] {
        assert_eq!(
            step(&mut copies[1], again),
            Err(Refusal::WrongTicketState {
                state: TicketState::NoShow
            })
        );
    }
    merge_all(&mut copies);
    keep(&mut copies[0], &call(3), 3, 2).unwrap();
    let ticket = read(&copies[0]);
    assert_eq!(
        (ticket.state, ticket.double_calls.len()),
        (TicketState::Granted, 0)
    );
}

#[test]
fn a_ticket_is_pulled_back_from_a_silent_counter_only_after_a_takeover() {
    let back = KeeperOp::Transfer(TransferTarget::Lane(lane("A")));
    let mut copies = four();
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    let source = copies[0].clone();
    copies[1].merge(&source);
    assert_eq!(
        keep(&mut copies[0], &back, 1, 2),
        Err(KeeperRefusal::NotPossible)
    );
    take(&mut copies[0]);
    keep(&mut copies[0], &back, 3, 3).unwrap();
    assert_eq!(read(&copies[0]).state, TicketState::Waiting);
    keep(&mut copies[0], &call(3), 3, 4).unwrap();
    // The silent counter was announcing all the time.
    step(&mut copies[1], CounterStep::Announce).unwrap();
    merge_all(&mut copies);
    let ticket = read(&copies[3]);
    assert_eq!(ticket.call.unwrap().counter, 3);
    assert_eq!(ticket.double_calls.len(), 1, "told to both");
    assert_eq!(ticket.double_calls[0].other.counter, 2);
}

#[test]
fn a_transfer_wins_over_a_service_that_ends_at_the_same_moment() {
    let mut copies = four();
    keep(&mut copies[0], &call(2), 2, 1).unwrap();
    merge_all(&mut copies);
    step(&mut copies[1], CounterStep::Announce).unwrap();
    merge_all(&mut copies);
    keep(
        &mut copies[0],
        &KeeperOp::Transfer(TransferTarget::Lane(lane("B"))),
        2,
        2,
    )
    .unwrap();
    step(
        &mut copies[1],
        CounterStep::Finish {
            dossiers: List::default(),
        },
    )
    .unwrap();
    merge_all(&mut copies);
    let ticket = read(&copies[3]);
    assert_eq!(
        (ticket.state, &*ticket.place.lane),
        (TicketState::Waiting, "B")
    );
    assert!(ticket.place.moved.is_some());
}

#[test]
fn the_last_rating_counts() {
    let mut copies = four();
    keep(&mut copies[0], &call(1), 1, 1).unwrap();
    for mark in [2, 4] {
        let write = rate(&context(1, 0), DOC, &read(&copies[0]), mark).unwrap();
        copies[0].write(&write.edits);
    }
    assert_eq!(read(&copies[0]).rating, Some(4));
    assert!(rate(&context(1, 0), DOC, &read(&copies[0]), 6).is_err());
}
