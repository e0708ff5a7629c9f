//! The frame format and the order of sending, without sockets.

use proptest::prelude::*;

use super::*;
use crate::net::schedule::{MAX_BULK_BYTES, MAX_URGENT_MESSAGES, PushError, SendScheduler};

/// Everything the scheduler has to send, in the writes it would make.
fn drain(scheduler: &mut SendScheduler) -> Vec<Vec<u8>> {
    let mut writes = Vec::new();
    while !scheduler.is_empty() {
        let mut out = Vec::new();
        scheduler.fill(&mut out);
        writes.push(out);
    }
    writes
}

fn decode_all(wire: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
    let mut decoder = Decoder::default();
    let mut input = wire;
    let mut messages = Vec::new();
    while let Some(message) = decoder.read(&mut input)? {
        messages.push(message);
    }
    Ok(messages)
}

fn frame(n_announced_bytes: u32, priority: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut wire = n_announced_bytes.to_be_bytes().to_vec();
    wire.extend_from_slice(&[priority, flags]);
    wire.extend_from_slice(payload);
    wire
}

#[test]
fn a_frame_of_version_1_has_these_bytes_for_ever() {
    let mut scheduler = SendScheduler::default();
    scheduler.push(Priority::Range, b"abc".to_vec()).unwrap();
    assert_eq!(
        drain(&mut scheduler),
        [[0, 0, 0, 3, 2, 1, b'a', b'b', b'c']]
    );
}

#[test]
fn malformed_frames_are_refused_with_their_reason() {
    let check = |wire: Vec<u8>, expected: FrameError| assert_eq!(decode_all(&wire), Err(expected));
    check(
        frame(65_531, 1, 1, &[]),
        FrameError::FrameTooLong { n_bytes: 65_531 },
    );
    check(
        frame(u32::MAX, 1, 1, &[]),
        FrameError::FrameTooLong { n_bytes: u32::MAX },
    );
    check(frame(1, 5, 1, b"x"), FrameError::UnknownPriority(5));
    check(frame(1, 0, 2, b"x"), FrameError::UnknownFlags(2));
    check(frame(0, 0, 0, &[]), FrameError::EmptyFragment);
    let endless = frame(65_530, 3, 0, &[7; MAX_PAYLOAD_BYTES]).repeat(17);
    check(endless, FrameError::MessageTooLong);
}

#[test]
fn an_announced_length_reserves_no_memory() {
    let mut decoder = Decoder::default();
    let wire = frame(65_530, 3, 0, b"abc");
    assert_eq!(decoder.read(&mut wire.as_slice()), Ok(None));
    assert_eq!(decoder.n_unfinished_bytes(), 3);
    assert!(decoder.unfinished[3].capacity() < 64);
}

#[test]
fn a_beat_overtakes_a_snapshot_in_the_middle() {
    let mut scheduler = SendScheduler::default();
    scheduler
        .push(Priority::Snapshot, vec![3; MAX_MESSAGE_BYTES])
        .unwrap();
    let mut wire = Vec::new();
    scheduler.fill(&mut wire);
    assert!(wire.len() <= MAX_FRAME_BYTES);
    scheduler.push(Priority::Beat, vec![0; 40]).unwrap();
    wire.extend(drain(&mut scheduler).concat());
    let n_bytes: Vec<usize> = decode_all(&wire).unwrap().iter().map(Vec::len).collect();
    assert_eq!(n_bytes, [40, MAX_MESSAGE_BYTES]);
}

#[test]
fn no_write_is_longer_than_a_frame() {
    let mut scheduler = SendScheduler::default();
    for n_bytes in [0, 1, 300, 70_000, MAX_PAYLOAD_BYTES, MAX_MESSAGE_BYTES] {
        scheduler.push(Priority::Live, vec![1; n_bytes]).unwrap();
    }
    assert!(
        drain(&mut scheduler)
            .iter()
            .all(|write| write.len() <= MAX_FRAME_BYTES)
    );
}

#[test]
fn full_lanes_refuse_and_leave_the_other_class_its_room() {
    let mut scheduler = SendScheduler::default();
    for _ in 0..MAX_URGENT_MESSAGES {
        scheduler.push(Priority::Live, vec![1]).unwrap();
    }
    assert_eq!(
        scheduler.push(Priority::Beat, vec![]),
        Err(PushError::QueueFull)
    );
    for _ in 0..MAX_BULK_BYTES / MAX_MESSAGE_BYTES {
        scheduler
            .push(Priority::Snapshot, vec![1; MAX_MESSAGE_BYTES])
            .unwrap();
    }
    assert_eq!(
        scheduler.push(Priority::Range, vec![1]),
        Err(PushError::QueueFull)
    );
    drain(&mut scheduler);
    assert_eq!(scheduler.push(Priority::Beat, vec![1]), Ok(()));
    assert_eq!(scheduler.push(Priority::Range, vec![1]), Ok(()));
    let too_long = vec![0; MAX_MESSAGE_BYTES + 1];
    assert_eq!(
        scheduler.push(Priority::Live, too_long),
        Err(PushError::MessageTooLong)
    );
}

fn any_priority() -> impl Strategy<Value = Priority> {
    (0..PRIORITIES.len()).prop_map(|i| PRIORITIES[i])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Messages come in while frames go out, and the wire is cut at arbitrary places: each priority still delivers
    /// exactly what was pushed, in order.
    #[test]
    fn every_message_arrives_whole_and_in_the_order_of_its_priority(
        messages in prop::collection::vec((any_priority(), 0usize..200_000, 0usize..3), 1..12),
        cuts in prop::collection::vec(1usize..100_000, 1..8),
    ) {
        let mut scheduler = SendScheduler::default();
        let mut wire = Vec::new();
        for (i, (priority, n_bytes, n_writes)) in messages.iter().enumerate() {
            let mut bytes = vec![u8::try_from(i).unwrap(); *n_bytes + 1];
            bytes[0] = *priority as u8;
            scheduler.push(*priority, bytes).unwrap();
            for _ in 0..*n_writes {
                let mut out = Vec::new();
                scheduler.fill(&mut out);
                wire.extend(out);
            }
        }
        wire.extend(drain(&mut scheduler).concat());

        let mut decoder = Decoder::default();
        let mut received = Vec::new();
        let mut rest = wire.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (mut piece, tail) = rest.split_at((*cut).min(rest.len()));
            rest = tail;
            while let Some(message) = decoder.read(&mut piece).unwrap() {
                received.push(message);
            }
        }
        prop_assert_eq!(decoder.n_unfinished_bytes(), 0);
        for priority in PRIORITIES {
            let sent: Vec<(u8, usize)> = messages.iter().enumerate()
                .filter(|(_, (p, _, _))| *p == priority)
                .map(|(i, (_, n, _))| (if *n == 0 { priority as u8 } else { u8::try_from(i).unwrap() }, n + 1))
                .collect();
            let got: Vec<(u8, usize)> = received.iter()
                .filter(|m| m[0] == priority as u8)
                .map(|m| (m[m.len() - 1], m.len()))
                .collect();
            prop_assert_eq!(sent, got);
        }
    }

    /// Whatever a peer sends, the decoder neither panics nor holds more than it received.
    #[test]
    fn garbage_is_refused_or_held_within_bounds(pieces in prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            (0u32..300, 0u8..5, 0u8..3).prop_map(|(n, p, f)| frame(n, p, f, &vec![9; n as usize])),
        ],
        0..20,
    )) {
        let mut decoder = Decoder::default();
        let mut n_fed = 0;
        'pieces: for piece in &pieces {
            n_fed += piece.len();
            let mut input = piece.as_slice();
            loop {
                match decoder.read(&mut input) {
                    Ok(Some(message)) => prop_assert!(message.len() <= MAX_MESSAGE_BYTES),
                    Ok(None) => break,
                    Err(_) => break 'pieces,
                }
            }
            prop_assert!(decoder.n_unfinished_bytes() <= n_fed);
        }
    }
}
