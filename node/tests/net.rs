//! Real shells on the loopback interface: everything the caller of `lienquay_node::net` relies on.

use lienquay_node::net::{
    self, LinkDownReason, LinkId, MAX_MESSAGE_BYTES, NetCommand, NetConfig, NetError, NetEvent,
    NodeId, Priority, frame::FrameError, node_id_of_secret,
};
use tokio::{sync::mpsc, time::timeout};
use zeroize::Zeroizing;

#[path = "net/churn.rs"]
mod churn;
#[path = "net/pc.rs"]
mod pc;
#[path = "net/rogue.rs"]
mod rogue;

use churn::Churn;
use pc::{PATIENCE, Pc, config, freezable_proxy, linked, linked_pair, seeds};
use rogue::Rogue;

#[tokio::test]
async fn messages_go_both_ways_whoever_dialled() {
    let (small, large) = seeds();
    for (dialler, listener) in [(small, large), (large, small)] {
        let (mut a, on_a, mut b, on_b) =
            linked(Pc::start(dialler).await, Pc::start(listener).await).await;
        a.send(b.id, on_a, Priority::Live, b"xin chao".to_vec())
            .await;
        assert_eq!(b.message().await, b"xin chao");
        b.send(a.id, on_b, Priority::Beat, Vec::new()).await;
        assert_eq!(a.message().await, b"");
    }
}

#[tokio::test]
async fn both_sides_know_who_dialled_and_where() {
    let (small, large) = seeds();
    let (mut a, mut b) = (Pc::start(large).await, Pc::start(small).await);
    a.dial(b.addr, None).await;
    let up = a.next().await;
    assert!(
        matches!(&up, NetEvent::LinkUp { peer, addr, outbound: true, .. } if (*peer, *addr) == (b.id, b.addr)),
        "{up:?}"
    );
    let up = b.next().await;
    assert!(
        matches!(&up, NetEvent::LinkUp { peer, outbound: false, .. } if *peer == a.id),
        "{up:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dialling_each_other_at_once_leaves_one_link_on_each_side() {
    for _ in 0..20 {
        let (small, large) = seeds();
        let (mut a, mut b) = (Pc::start(small).await, Pc::start(large).await);
        tokio::join!(a.dial(b.addr, None), b.dial(a.addr, None));
        let on_a = a.link_up(b.id).await;
        let on_b = b.link_up(a.id).await;
        a.send(b.id, on_a, Priority::Live, vec![1]).await;
        assert_eq!(b.message().await, [1]);
        b.send(a.id, on_b, Priority::Live, vec![2]).await;
        assert_eq!(a.message().await, [2]);
        a.assert_quiet().await;
        b.assert_quiet().await;
    }
}

#[tokio::test]
async fn a_blocked_peer_loses_its_link_and_gets_none_until_it_is_unblocked() {
    let (mut a, _, mut b, _) = linked_pair().await;
    a.handle
        .send(NetCommand::Block { peer: b.id })
        .await
        .unwrap();
    assert_eq!(a.link_down().await, LinkDownReason::Blocked);
    b.link_down().await;

    b.dial(a.addr, Some(a.id)).await;
    assert!(matches!(b.next().await, NetEvent::DialFailed { addr, .. } if addr == a.addr));
    a.dial(b.addr, Some(b.id)).await;
    assert!(matches!(a.next().await, NetEvent::DialFailed { addr, .. } if addr == b.addr));

    a.handle
        .send(NetCommand::Unblock { peer: b.id })
        .await
        .unwrap();
    a.assert_quiet().await;
    b.dial(a.addr, Some(a.id)).await;
    b.link_up(a.id).await;
    a.link_up(b.id).await;
}

#[tokio::test]
async fn another_node_at_the_address_fails_the_dial() {
    let (small, large) = seeds();
    let (mut a, mut b) = (Pc::start(small).await, Pc::start(large).await);
    let stranger = node_id_of_secret(&Zeroizing::new([9; 32])).unwrap();
    a.dial(b.addr, Some(stranger)).await;
    assert!(matches!(a.next().await, NetEvent::DialFailed { addr, .. } if addr == b.addr));
    b.assert_quiet().await;
}

#[tokio::test]
async fn nodes_of_another_product_get_no_link() {
    let (small, large) = seeds();
    for (dialler, listener) in [(small, large), (large, small)] {
        let mut a = Pc::start(dialler).await;
        let other = NetConfig {
            service_tag: "other".to_owned(),
            ..config(listener)
        };
        let mut b = Pc::start_with(other, 64).await;
        a.dial(b.addr, None).await;
        assert!(matches!(a.next().await, NetEvent::DialFailed { .. }));
        b.assert_quiet().await;
    }
}

#[tokio::test]
async fn beats_overtake_a_message_of_one_mebibyte_that_arrives_intact() {
    let (a, on_a, mut b, _) = linked_pair().await;
    let snapshots: Vec<Vec<u8>> = (0..6u8)
        .map(|seed| {
            (0..MAX_MESSAGE_BYTES)
                .map(|i| u8::try_from(i % 251).unwrap() ^ seed)
                .collect()
        })
        .collect();
    for snapshot in &snapshots {
        a.send(b.id, on_a, Priority::Snapshot, snapshot.clone())
            .await;
    }
    a.send(b.id, on_a, Priority::Beat, b"beat".to_vec()).await;
    let mut received = Vec::new();
    for _ in 0..=snapshots.len() {
        received.push(b.message().await);
    }
    let beat_at = received
        .iter()
        .position(|message| message == b"beat")
        .unwrap();
    assert!(beat_at < snapshots.len(), "the beat came last");
    received.remove(beat_at);
    assert!(received == snapshots, "a snapshot was damaged");
}

#[tokio::test]
async fn a_message_for_an_old_link_is_not_sent_on_the_new_one() {
    let (mut a, old, mut b, _) = linked_pair().await;
    a.handle
        .send(NetCommand::Disconnect { peer: b.id })
        .await
        .unwrap();
    assert_eq!(a.link_down().await, LinkDownReason::Disconnected);
    b.link_down().await;
    let (a, new, mut b, _) = linked(a, b).await;
    assert_ne!(old, new);
    a.send(b.id, old, Priority::Live, b"old".to_vec()).await;
    a.send(b.id, new, Priority::Live, b"new".to_vec()).await;
    assert_eq!(b.message().await, b"new");
}

#[tokio::test]
async fn a_killed_peer_is_noticed() {
    let (mut a, _, b, _) = linked_pair().await;
    b.task.abort();
    a.link_down().await;
}

#[tokio::test]
async fn a_restarted_peer_gets_a_new_link() {
    let (small, large) = seeds();
    for (stays, restarts) in [(small, large), (large, small)] {
        let (a, _, b, _) = linked(Pc::start(stays).await, Pc::start(restarts).await).await;
        b.task.abort();
        let mut a = a;
        a.link_down().await;
        let mut b = Pc::start(restarts).await;
        b.dial(a.addr, Some(a.id)).await;
        a.link_up(b.id).await;
        b.link_up(a.id).await;
    }
}

/// Both sides close and dial as soon as they hear of an end, so that closing, dialling and opening overlap in ever new
/// ways. Links of one peer never overlap, every dial is answered, and the last link carries messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn links_closed_and_dialled_again_by_both_sides_never_overlap_or_get_stuck() {
    const N_LINKS: usize = 60;
    let (small, large) = seeds();
    let mut sides = [Churn::start(small).await, Churn::start(large).await];
    let others = [sides[1].pc.addr, sides[0].pc.addr];
    for (side, other) in sides.iter().zip(others) {
        side.pc.dial(other, None).await;
    }
    while sides.iter().any(|side| !side.is_settled) {
        let [a, b] = &mut sides;
        let (i, event) = tokio::select! {
            event = a.pc.next() => (0, event),
            event = b.pc.next() => (1, event),
        };
        sides[i].handle(event, others[i], N_LINKS).await;
    }
}

#[tokio::test]
async fn shutdown_tells_the_caller_and_the_peer() {
    let (mut a, _, mut b, _) = linked_pair().await;
    a.handle.send(NetCommand::Shutdown).await.unwrap();
    assert_eq!(a.link_down().await, LinkDownReason::Shutdown);
    b.link_down().await;
    timeout(PATIENCE, a.task).await.unwrap().unwrap();
    assert!(a.handle.send(NetCommand::Shutdown).await.is_err());
}

#[tokio::test]
async fn a_caller_that_does_not_read_stops_one_link_and_nothing_else() {
    let (small, large) = seeds();
    // The slow caller has room for one event.
    let slow = Pc::start_with(config(large), 1).await;
    let mut busy = Pc::start(small).await;
    busy.dial(slow.addr, Some(slow.id)).await;
    let to_slow = busy.link_up(slow.id).await;
    let mut quick = Pc::start(3).await;
    busy.dial(quick.addr, Some(quick.id)).await;
    let to_quick = busy.link_up(quick.id).await;
    quick.link_up(busy.id).await;

    let flood = async {
        // More than every buffer between the two can hold: the queue must overflow.
        loop {
            busy.send(slow.id, to_slow, Priority::Live, vec![0; 512 * 1024])
                .await;
            busy.send(quick.id, to_quick, Priority::Live, b"still here".to_vec())
                .await;
            assert_eq!(quick.message().await, b"still here");
            if let Ok(event) = busy.events.try_recv() {
                return event;
            }
        }
    };
    let event = timeout(PATIENCE, flood).await.unwrap();
    assert!(
        matches!(event, NetEvent::SendDropped { peer, n_bytes: 524_288, .. } if peer == slow.id),
        "{event:?}"
    );
    assert_eq!(busy.link_down().await, LinkDownReason::SendQueueFull);
    busy.send(quick.id, to_quick, Priority::Live, b"and after".to_vec())
        .await;
    assert_eq!(quick.message().await, b"and after");
}

#[tokio::test]
async fn no_more_links_than_allowed() {
    let one = NetConfig {
        max_peers: 1,
        ..config(1)
    };
    let mut a = Pc::start_with(one, 64).await;
    let (mut b, mut c) = (Pc::start(2).await, Pc::start(3).await);
    b.dial(a.addr, Some(a.id)).await;
    b.link_up(a.id).await;
    a.link_up(b.id).await;
    c.dial(a.addr, Some(a.id)).await;
    assert!(matches!(c.next().await, NetEvent::DialFailed { .. }));
    a.assert_quiet().await;
}

#[tokio::test]
async fn a_broken_frame_closes_the_link_and_is_counted() {
    for is_rogue_smaller in [true, false] {
        let mut pc = Pc::start(1).await;
        let rogue = Rogue::start(pc.id, is_rogue_smaller);
        let mut stream = rogue.link(pc.addr, "test").await;
        pc.link_up(rogue.id()).await;
        // One byte more than a frame may carry.
        stream.send(&[0, 0, 0xff, 0xfb, 1, 1]).await;
        let why = LinkDownReason::Protocol(FrameError::FrameTooLong { n_bytes: 65_531 });
        assert_eq!(pc.link_down().await, why);
        assert_eq!(pc.handle.counts().n_protocol_errors, 1);
        assert!(stream.ended().await);
    }
}

#[tokio::test]
async fn a_peer_that_says_no_hello_is_never_up() {
    let mut pc = Pc::start(1).await;
    let rogue = Rogue::start(pc.id, true);
    let stream = rogue.link(pc.addr, "another tag").await;
    assert!(stream.ended().await);
    pc.assert_quiet().await;
}

#[tokio::test]
async fn a_silent_peer_is_noticed_by_both_sides() {
    let (small, large) = seeds();
    let (mut a, mut b) = (Pc::start(small).await, Pc::start(large).await);
    let (proxy, freeze) = freezable_proxy(b.addr).await;
    a.dial(proxy, Some(b.id)).await;
    a.link_up(b.id).await;
    b.link_up(a.id).await;
    freeze.send(()).unwrap();
    assert_eq!(a.link_down().await, LinkDownReason::PingTimeout);
    assert_eq!(b.link_down().await, LinkDownReason::PingTimeout);
}

#[tokio::test]
async fn a_peer_that_takes_no_bytes_is_closed_though_it_answers_pings() {
    let mut pc = Pc::start(1).await;
    let rogue = Rogue::start(pc.id, true);
    let stream = rogue.link(pc.addr, "test").await;
    let link = pc.link_up(rogue.id()).await;
    // More than Yamux and the system buffer for a stream nobody reads, less than our queue holds.
    for _ in 0..7 {
        pc.send(rogue.id(), link, Priority::Live, vec![0; 512 * 1024])
            .await;
    }
    assert_eq!(pc.link_down().await, LinkDownReason::WriteStalled);
    drop(stream);
}

#[tokio::test]
async fn a_taken_port_is_an_error_at_once() {
    let a = Pc::start(1).await;
    let taken = NetConfig {
        listen: vec![a.addr],
        ..config(2)
    };
    let (sender, _events) = mpsc::channel(1);
    assert!(
        matches!(net::spawn(taken, sender), Err(NetError::Listen { addr, .. }) if addr == a.addr)
    );
}

#[tokio::test]
async fn logs_show_sizes_and_no_contents() {
    let secret = "Nguyễn Văn An".as_bytes().to_vec();
    let (peer, link) = (NodeId([0; 32]), LinkId(1));
    let message = NetEvent::Message {
        peer,
        link,
        bytes: secret.clone(),
        room: net::Room::default(),
    };
    let send = NetCommand::Send {
        peer,
        link,
        priority: Priority::Live,
        bytes: secret.clone(),
    };
    for shown in [format!("{message:?}"), format!("{send:?}")] {
        assert!(
            shown.contains(&format!("n_bytes: {}", secret.len())),
            "{shown}"
        );
    }
}
