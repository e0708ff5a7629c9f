//! Random histories of four nodes that see each other or not.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Act {
    Keep(KeeperOp, u8),
    Step(u8),
    HandOver(u8),
    TakeOver,
    Learn(u8),
    Forge(TicketStep),
}

fn act(with_takeover: bool) -> impl Strategy<Value = Act> {
    let op = prop_oneof![
        4 => (1..5_u8).prop_map(call),
        1 => Just(KeeperOp::Park),
        1 => Just(KeeperOp::Unpark),
        1 => Just(KeeperOp::Decline),
        1 => Just(KeeperOp::Transfer(TransferTarget::Lane(lane("B")))),
        1 => Just(KeeperOp::Transfer(TransferTarget::Counter(2))),
        1 => Just(KeeperOp::Prioritise(Some(PriorityReason::Elderly))),
    ];
    let forged = prop_oneof![
        (0..3_u32, 1..5_u8).prop_map(|(epoch, no)| TicketStep::Called {
            epoch,
            request: request(200 + no),
            counter: u16::from(no),
            node: node(no),
            officer: officer(no),
            out_of_order: None,
        }),
        (0..4_u32, 1..5_u8, 1..5_u8).prop_map(|(n, from, to)| TicketStep::HandedOver {
            epoch: Epoch {
                n,
                node: node(from)
            },
            to: node(to)
        }),
        (0..4_u32).prop_map(|epoch| TicketStep::Unparked { epoch }),
        (0..20_u8).prop_map(|no| TicketStep::Finished {
            request: request(no),
            dossiers: List::default()
        }),
    ];
    let (takeovers, forgeries) = if with_takeover { (2, 1) } else { (0, 0) };
    prop_oneof![
        6 => (op, 1..5_u8).prop_map(|(op, by)| Act::Keep(op, by)),
        6 => (0..5_u8).prop_map(Act::Step),
        1 => (1..5_u8).prop_map(Act::HandOver),
        takeovers => Just(Act::TakeOver),
        6 => (0..4_u8).prop_map(Act::Learn),
        forgeries => forged.prop_map(Act::Forge),
    ]
}

/// Plays a script in which every node decides by what it knows. As in the engine, a counter gives back only a call it knows
/// of, and takes no step on it any more.
fn play(script: &[(usize, Act)]) -> Vec<Copy> {
    let mut copies = four();
    let mut given_back: Vec<(NodeId, RequestId)> = Vec::new();
    for (no, (who, act)) in (10_u8..).zip(script) {
        let who = who % copies.len();
        let ticket = read(&copies[who]);
        let ctx = context(copies[who].no, u64::from(no));
        let write = match act {
            Act::Keep(op, by) => {
                if matches!(op, KeeperOp::Decline | KeeperOp::Transfer(_)) {
                    // The question comes behind the counter's own steps, over the same link.
                    let asking = copies[usize::from(*by) - 1].clone();
                    let call = read(&asking).call.filter(|call| call.node == node(*by));
                    given_back.extend(call.map(|call| (call.node, call.request)));
                    copies[who].merge(&asking);
                }
                let known = read(&copies[who]);
                keeper_step(&ctx, DOC, &known, op, node(*by), request(no)).ok()
            }
            Act::Step(step) => {
                let steps = [
                    CounterStep::Announce,
                    CounterStep::Recall,
                    CounterStep::NoShow,
                    CounterStep::Start,
                    CounterStep::Finish {
                        dossiers: List::default(),
                    },
                ];
                let call = ticket.call.as_ref().map(|call| (ctx.node, call.request));
                if call.is_some_and(|call| given_back.contains(&call)) {
                    continue;
                }
                counter_step(&ctx, DOC, &ticket, steps[usize::from(*step)].clone()).ok()
            }
            Act::HandOver(to) => handover(&ctx, DOC, &ticket, node(*to)).ok(),
            Act::TakeOver => takeover(&ctx, DOC, &ticket).ok(),
            Act::Learn(from) => {
                let source = copies[usize::from(*from)].clone();
                copies[who].merge(&source);
                None
            }
            Act::Forge(step) => {
                copies[who].write(&[Edit::event(&TicketEvent {
                    stamp: ctx.stamp(),
                    step: step.clone(),
                })]);
                None
            }
        };
        if let Some(write) = write {
            copies[who].write(&write.edits);
        }
    }
    merge_all(&mut copies);
    copies
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_node_folds_the_same_ticket(script in prop::collection::vec((0..4_usize, act(true)), 0..40), seed in any::<u64>()) {
        let copies = play(&script);
        let ticket = read(&copies[0]);
        for copy in &copies {
            prop_assert_eq!(&read(copy), &ticket);
        }
        let mut events = authored(&copies[0]);
        let shift = usize::try_from(seed % 97).unwrap() % events.len();
        events.rotate_left(shift);
        events.reverse();
        prop_assert_eq!(fold(&events).unwrap(), ticket);
    }

    #[test]
    fn without_a_takeover_nothing_is_called_twice_and_nothing_is_void(
        script in prop::collection::vec((0..4_usize, act(false)), 0..60),
    ) {
        let ticket = read(&play(&script)[0]);
        prop_assert!(ticket.double_calls.is_empty(), "{:?}", ticket.double_calls);
        let not_keeper = ticket.defects.iter().filter(|defect| defect.what == DefectKind::NotKeeper).count();
        prop_assert_eq!(not_keeper, 0);
    }
}

fn authored(copy: &Copy) -> Vec<Authored> {
    let mut raw = crate::schema::RawDoc::read(&copy.document);
    let events: Vec<crate::schema::Decoded<TicketEvent>> = raw.decode_events();
    let vouch = |event: crate::schema::Decoded<TicketEvent>| Authored {
        author: authors(&event.by.actor),
        event: event.value,
        by: event.by,
    };
    events.into_iter().map(vouch).collect()
}
