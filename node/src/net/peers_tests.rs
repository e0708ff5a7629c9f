//! The choice of the connection, without sockets.

use super::*;

const SMALL: NodeId = NodeId([1; 32]);
const LARGE: NodeId = NodeId([2; 32]);

fn id(n: usize) -> ConnectionId {
    ConnectionId::new_unchecked(n)
}

fn connection() -> Connection {
    Connection {
        addr: SocketAddr::from(([10, 0, 0, 2], 4001)),
        outbound: true,
        alive_at: Instant::now(),
        was_up: false,
        failure: None,
        is_closing: false,
    }
}

async fn running(connection: ConnectionId, link: u64) -> (Running, oneshot::Sender<()>) {
    let (sender, done) = oneshot::channel();
    let task = tokio::spawn(async {});
    let running = Running {
        connection,
        id: LinkId(link),
        queue: Arc::default(),
        task: task.id(),
        done,
    };
    task.await.unwrap();
    (running, sender)
}

#[tokio::test]
async fn the_smaller_id_opens_one_stream_and_keeps_the_second_connection_as_a_spare() {
    let mut table = PeerTable::new(SMALL, 8);
    table.add(LARGE, id(1), connection()).unwrap();
    table.add(LARGE, id(2), connection()).unwrap();
    assert_eq!(table.next_to_open(LARGE), Some(id(1)));
    assert_eq!(table.next_to_open(LARGE), None);
    assert!(
        table.accept(LARGE, id(2)).is_none(),
        "a stream we did not ask for"
    );
    assert!(table.accept(LARGE, id(1)).is_some());
    table.set_running(LARGE, running(id(1), 7).await.0);
    table.end_link(LARGE, LinkId(7), id(1), None);
    assert_eq!(
        table.next_to_open(LARGE),
        Some(id(2)),
        "the spare takes over"
    );
}

#[tokio::test]
async fn the_larger_id_waits_and_lets_a_new_stream_replace_the_old() {
    let mut table = PeerTable::new(LARGE, 8);
    table.add(SMALL, id(1), connection()).unwrap();
    table.add(SMALL, id(2), connection()).unwrap();
    assert_eq!(table.next_to_open(SMALL), None);
    assert!(table.accept(SMALL, id(1)).is_some());
    let (old, _done) = running(id(1), 1).await;
    let queue = Arc::clone(&old.queue);
    table.set_running(SMALL, old);
    let (_, predecessor) = table.accept(SMALL, id(2)).unwrap();
    assert!(predecessor.is_some());
    assert_eq!(queue.closed().await, LinkDownReason::Replaced);
    let (new, _done) = running(id(2), 2).await;
    new.queue.set_up();
    table.set_running(SMALL, new);
    table.end_link(SMALL, LinkId(1), id(1), None);
    assert!(
        table.is_linked(SMALL),
        "the end of the old link does not touch the new one"
    );
}

#[tokio::test]
async fn limits_refuse_and_what_is_closing_does_not_count() {
    let mut table = PeerTable::new(SMALL, 1);
    table.add(LARGE, id(1), connection()).unwrap();
    table.add(LARGE, id(2), connection()).unwrap();
    assert_eq!(
        table.add(LARGE, id(3), connection()),
        Err(Refused::TooManyConnections)
    );
    assert_eq!(table.next_to_open(LARGE), Some(id(1)));
    table.fail_open(LARGE, id(1), "refused".to_owned());
    table.add(LARGE, id(4), connection()).unwrap();
    assert_eq!(table.next_to_open(LARGE), Some(id(2)));
    let third = NodeId([3; 32]);
    assert_eq!(
        table.add(third, id(5), connection()),
        Err(Refused::TooManyPeers)
    );
    table.remove(LARGE, id(2), LinkDownReason::ClosedByPeer);
    assert_eq!(table.add(third, id(6), connection()), Ok(()));
}

#[tokio::test]
async fn a_connection_that_answers_no_ping_is_given_up() {
    let mut table = PeerTable::new(SMALL, 8);
    let now = Instant::now();
    let limit = Duration::from_secs(6);
    table.add(LARGE, id(1), connection()).unwrap();
    table.add(LARGE, id(2), connection()).unwrap();
    table.next_to_open(LARGE);
    table.mark_alive(LARGE, id(2), now + limit);
    assert_eq!(table.close_dead(now + limit / 2, limit), []);
    assert_eq!(
        table.close_dead(now + limit * 3 / 2, limit),
        [(LARGE, id(1))]
    );
    assert_eq!(
        table.next_to_open(LARGE),
        Some(id(2)),
        "the living spare takes over"
    );
}

#[tokio::test]
async fn closing_a_peer_ends_its_link_with_the_reason_and_leaves_no_spare() {
    let mut table = PeerTable::new(SMALL, 8);
    table.add(LARGE, id(1), connection()).unwrap();
    table.add(LARGE, id(2), connection()).unwrap();
    table.next_to_open(LARGE);
    table.accept(LARGE, id(1));
    let (link, _done) = running(id(1), 1).await;
    let queue = Arc::clone(&link.queue);
    table.set_running(LARGE, link);
    assert_eq!(
        table.close_peer(LARGE, &LinkDownReason::Blocked),
        [id(1), id(2)]
    );
    assert_eq!(queue.closed().await, LinkDownReason::Blocked);
    table.end_link(LARGE, LinkId(1), id(1), None);
    assert_eq!(table.next_to_open(LARGE), None);
}
