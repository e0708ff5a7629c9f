//! Starts the task of each link and clears up after it.

use std::sync::Arc;

use libp2p::{Stream, swarm::ConnectionId};
use tokio::{
    sync::oneshot,
    task::{self, JoinError},
};
use tracing::{debug, error};

use super::{
    super::{
        LinkId, NodeId, identity,
        link::{Link, LinkEnded},
        peers::Running,
    },
    Shell,
};

impl Shell {
    pub(super) fn open_next(&mut self, peer: NodeId) {
        if let Some(connection) = self.peers.next_to_open(peer)
            && let Some(peer_id) = identity::peer_id(&peer)
        {
            self.swarm.behaviour_mut().streams.open(peer_id, connection);
        }
    }

    pub(super) fn start_link(&mut self, peer: NodeId, connection_id: ConnectionId, stream: Stream) {
        let Some((connection, predecessor)) = self.peers.accept(peer, connection_id) else {
            debug!(?peer, "stream not wanted");
            self.swarm.close_connection(connection_id);
            return;
        };
        let id = LinkId(self.next_link);
        self.next_link += 1;
        let (done_sender, done) = oneshot::channel();
        let queue = Arc::default();
        self.queues.open(id, peer, Arc::clone(&queue));
        let link = Link {
            peer,
            id,
            connection: connection_id,
            addr: connection.addr,
            outbound: connection.outbound,
            hello: self.hello,
            queue: Arc::clone(&queue),
            events: self.events.clone(),
            counters: Arc::clone(&self.counters),
            predecessor,
            done: done_sender,
        };
        let task = self.links.spawn(link.run(stream)).id();
        self.peers.set_running(
            peer,
            Running {
                connection: connection_id,
                id,
                queue,
                task,
                done,
            },
        );
    }

    pub(super) fn handle_link_task(&mut self, ended: Result<(task::Id, LinkEnded), JoinError>) {
        let (peer, id, connection, failure) = match ended {
            Ok((_, ended)) => {
                let failure = (!ended.was_up).then(|| ended.why.to_string());
                (ended.peer, ended.id, ended.connection, failure)
            }
            Err(panic) => {
                error!(%panic, "link task died");
                let Some((peer, id, connection)) = self.peers.link_of_task(panic.id()) else {
                    return;
                };
                (peer, id, connection, Some(panic.to_string()))
            }
        };
        self.queues.end(id);
        if let Some(why) = &failure {
            debug!(?peer, link = id.0, why, "link never came up");
        }
        self.peers.end_link(peer, id, connection, failure);
        self.swarm.close_connection(connection);
        self.open_next(peer);
    }
}
