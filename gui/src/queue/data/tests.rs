//! The panel's view, put together from answers that a single node never gives.

use lienquay_shared::RequestId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::domain::site::{Counter, Lane, Officer, Role, Seat, Site};
use lienquay_shared::domain::ticket::Epoch;
use lienquay_shared::view::{CallRow, LaneQueue, QueueView, TicketRow};

use super::*;

const ME: NodeId = NodeId([1; 32]);
const OTHER: NodeId = NodeId([2; 32]);
const HOA: OfficerId = OfficerId([3; 8]);

fn lane_id(letter: &str) -> LaneId {
    Text::truncated(letter)
}

fn counter(no: CounterNo, lanes: &[&str]) -> Counter {
    Counter {
        no,
        name: Text::truncated("Một cửa"),
        lanes: List::truncated(lanes.iter().map(|lane| lane_id(lane)).collect()),
        active: true,
    }
}

/// Counter 1 is here and serves B before A, counter 2 is elsewhere; lane C is nobody's.
fn site(role: Role) -> Site {
    let lane = |letter: &str| {
        let lane = Lane {
            id: lane_id(letter),
            name: Text::truncated(&format!("Làn {letter}")),
            fields: List::default(),
            active: true,
        };
        (lane.id.clone(), lane)
    };
    let hoa = Officer {
        id: HOA,
        name: Text::truncated("Nguyễn Thị Hoa"),
        role,
        active: true,
    };
    let seat = |counter| Seat {
        counter: Some(counter),
        officer: Some(HOA),
    };
    Site {
        lanes: ["A", "B", "C"].map(lane).into(),
        counters: [(1, counter(1, &["B", "A"])), (2, counter(2, &["A"]))].into(),
        officers: [(HOA, hoa)].into(),
        seats: [(ME, seat(1)), (OTHER, seat(2))].into(),
        ..Site::default()
    }
}

/// A ticket of lane A; called at minute `at` to the counter of `node`.
fn row(number: u8, state: TicketState, call: Option<(NodeId, u64)>) -> TicketRow {
    let epoch = Epoch { n: 1, node: OTHER };
    TicketRow {
        doc: DocId([number; 16]),
        number_text: format!("A{number:03}"),
        number: u32::from(number),
        day: 0,
        lane: lane_id("A"),
        issued_lane: lane_id("A"),
        issuer: Some(OTHER),
        issued_hlc: 0,
        issued_at_millis: 0,
        moved_hlc: None,
        state,
        priority: None,
        for_counter: None,
        for_officer: None,
        keeper: epoch,
        call: call.map(|(node, at)| CallRow {
            request: RequestId([number; 16]),
            counter: if node == ME { 1 } else { 2 },
            node,
            officer: HOA,
            granted_at_millis: at,
            announced_at_millis: (state != TicketState::Granted).then_some(at),
            started_at_millis: None,
            finished_at_millis: None,
        }),
        is_double_called: false,
        n_papers: 0,
        n_defects: 0,
    }
}

fn queue(waiting: Vec<TicketRow>) -> QueueView {
    let lane = |letter: &str, waiting: Vec<TicketRow>| LaneQueue {
        lane: lane_id(letter),
        name: format!("Làn {letter}"),
        n_waiting: u32::try_from(waiting.len()).unwrap(),
        waiting,
    };
    QueueView {
        lanes: vec![
            lane("A", waiting),
            lane("B", Vec::new()),
            lane("C", Vec::new()),
        ],
        ..QueueView::default()
    }
}

fn numbers(tickets: &[InHand]) -> Vec<&str> {
    tickets.iter().map(|ticket| &*ticket.number).collect()
}

#[test]
fn what_was_not_announced_stands_first_and_other_counters_tickets_do_not_stand_here() {
    let answers = Answers {
        site: site(Role::Reception),
        at_counters: vec![
            row(1, TicketState::Announced, Some((ME, 10))),
            row(2, TicketState::Serving, Some((ME, 20))),
            row(3, TicketState::Announced, Some((OTHER, 30))),
            row(4, TicketState::Granted, Some((ME, 40))),
            row(5, TicketState::Granted, Some((ME, 35))),
        ],
        ..Answers::default()
    };
    let data = QueueData::assemble(ME, &answers);
    assert_eq!(numbers(&data.in_hand), ["A005", "A004", "A002", "A001"]);
    assert_eq!(data.current().map(|ticket| &*ticket.number), Some("A002"));
}

#[test]
fn lanes_stand_in_the_counters_order_and_granted_tickets_wait_no_longer() {
    let answers = Answers {
        site: site(Role::Reception),
        queue: queue(vec![
            row(1, TicketState::Granted, Some((OTHER, 10))),
            row(2, TicketState::Waiting, None),
        ]),
        ..Answers::default()
    };
    let data = QueueData::assemble(ME, &answers);
    let own: Vec<(&str, u32)> = data
        .own_lanes
        .iter()
        .map(|lane| (&*lane.lane, lane.n_waiting))
        .collect();
    assert_eq!(own, [("B", 0), ("A", 1)]);
    assert_eq!(&*data.other_lanes[0].lane, "C");
    assert_eq!(data.own_lanes[1].waiting[0].granted_to, Some(2));
    assert_eq!(data.n_waiting(), 1);
}

#[test]
fn somebody_waits_here_unless_sent_to_another_counter() {
    for (for_counter, expected) in [(None, true), (Some(1), true), (Some(2), false)] {
        let mut sent = row(1, TicketState::Waiting, None);
        sent.for_counter = for_counter;
        let answers = Answers {
            site: site(Role::Reception),
            queue: queue(vec![sent]),
            ..Answers::default()
        };
        let data = QueueData::assemble(ME, &answers);
        assert_eq!(data.someone_waits_here(), expected, "{for_counter:?}");
    }
}

#[test]
fn roles_call_or_only_give_out_numbers() {
    for (role, calls, issues) in [
        (Role::Reception, true, true),
        (Role::Guide, false, true),
        (Role::Clerk, true, false),
        (Role::Inspector, false, false),
    ] {
        let answers = Answers {
            site: site(role),
            ..Answers::default()
        };
        let seat = QueueData::assemble(ME, &answers).seat;
        assert_eq!(
            (seat.can_call(), seat.may_issue),
            (calls, issues),
            "{role:?}"
        );
    }
}

#[test]
fn last_calls_are_those_of_others_and_a_served_double_call_is_over() {
    let double = |number, state| TicketRow {
        is_double_called: true,
        ..row(number, state, Some((OTHER, 10)))
    };
    let answers = Answers {
        site: site(Role::Reception),
        queue: QueueView {
            last_calls: vec![
                row(1, TicketState::Announced, Some((ME, 30))),
                row(2, TicketState::Serving, Some((OTHER, 20))),
            ],
            double_called: vec![
                double(3, TicketState::Announced),
                double(4, TicketState::Finished),
            ],
            ..QueueView::default()
        },
        ..Answers::default()
    };
    let data = QueueData::assemble(ME, &answers);
    let calls: Vec<(&str, CounterNo)> = data
        .last_calls
        .iter()
        .map(|call| (&*call.number, call.counter))
        .collect();
    assert_eq!(calls, [("A002", 2)]);
    let doubles: Vec<&str> = data.double_called.iter().map(|row| &*row.number).collect();
    assert_eq!(doubles, ["A003"]);
}
