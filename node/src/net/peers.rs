//! Which connection carries the link of each peer: the bookkeeping of the shell, without any IO.
//!
//! Two nodes that dial each other get two connections. The node whose role is [`Role::Opens`] opens the stream on the
//! first it has; the other connection stays a spare without a stream until libp2p closes it as idle. So neither side
//! sees a flap, and when the first connection turns out dead the spare takes over at once. The waiting node follows: a
//! new stream from the peer means that the peer gave the old one up.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use libp2p::swarm::ConnectionId;
use thiserror::Error;
use tokio::{sync::oneshot, task, time::Instant};

use super::{LinkDownReason, LinkId, NodeId, handler::Role, send_queue::SendQueue};

/// The link's and a spare.
const MAX_LIVE_CONNECTIONS: usize = 2;

#[derive(Debug)]
pub(super) struct PeerTable {
    local: NodeId,
    max_peers: usize,
    members: BTreeSet<NodeId>,
    peers: BTreeMap<NodeId, Peer>,
}

#[derive(Debug, Default)]
struct Peer {
    connections: BTreeMap<ConnectionId, Connection>,
    current: Option<Current>,
}

/// One connection as libp2p reported it.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) addr: SocketAddr,
    pub(super) outbound: bool,
    /// The last sign of life: established, or a ping answered.
    pub(super) alive_at: Instant,
    /// Whether a link was up on it.
    pub(super) was_up: bool,
    /// What kept it from carrying a link, where we know more than libp2p.
    pub(super) failure: Option<String>,
    /// Being closed by us; counts for nothing.
    pub(super) is_closing: bool,
}

/// What the peer's link is.
#[derive(Debug)]
enum Current {
    /// We asked for the stream. Wakes on: the handler's `StreamEvent`, or the end of the connection.
    Opening(ConnectionId),
    /// The link's task runs, perhaps still exchanging hellos. Wakes on: the task's `LinkEnded`.
    Running(Running),
}

/// The shell's side of a link's task.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) connection: ConnectionId,
    pub(super) id: LinkId,
    pub(super) queue: Arc<SendQueue>,
    pub(super) task: task::Id,
    /// Resolves when the task has reported the link's end.
    pub(super) done: oneshot::Receiver<()>,
}

/// Why a connection is not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refused {
    #[error("this node has as many peers as it may")]
    TooManyPeers,
    #[error("the peer has a connection and a spare already")]
    TooManyConnections,
}

impl PeerTable {
    pub(super) fn new(local: NodeId, max_peers: usize) -> Self {
        Self {
            local,
            max_peers,
            members: BTreeSet::new(),
            peers: BTreeMap::new(),
        }
    }

    /// Who belongs to the site: they are never refused for want of room.
    pub(super) fn set_members(&mut self, members: BTreeSet<NodeId>) {
        self.members = members;
    }

    /// Whether a peer that has no link must not get one: strangers share what there is.
    fn is_full_for(&self, peer: &NodeId) -> bool {
        let linked = self
            .peers
            .iter()
            .filter(|(other, entry)| entry.current.is_some() && !self.members.contains(*other));
        !self.members.contains(peer) && linked.count() >= self.max_peers
    }

    /// Notes an established connection; one that is refused is remembered as closing.
    pub(super) fn add(
        &mut self,
        peer: NodeId,
        id: ConnectionId,
        mut connection: Connection,
    ) -> Result<(), Refused> {
        let is_full = self.is_full_for(&peer);
        let entry = self.peers.entry(peer).or_default();
        let refused = if entry.current.is_none() && is_full {
            Some(Refused::TooManyPeers)
        } else if entry.live_connections().count() >= MAX_LIVE_CONNECTIONS {
            Some(Refused::TooManyConnections)
        } else {
            None
        };
        connection.is_closing = refused.is_some();
        connection.failure = refused.map(|refused| refused.to_string());
        entry.connections.insert(id, connection);
        refused.map_or(Ok(()), Err)
    }

    /// The connection on which the stream is to be opened now, if this side decides and has none.
    pub(super) fn next_to_open(&mut self, peer: NodeId) -> Option<ConnectionId> {
        let entry = self.peers.get_mut(&peer)?;
        if entry.current.is_some() || Role::of(self.local, peer) == Role::Waits {
            return None;
        }
        let id = entry.live_connections().next()?;
        entry.current = Some(Current::Opening(id));
        Some(id)
    }

    /// Whether a stream on this connection becomes the peer's link. If another link is running, it is told that it is
    /// replaced, and what its task signals when it has reported its end is handed over.
    pub(super) fn accept(
        &mut self,
        peer: NodeId,
        id: ConnectionId,
    ) -> Option<(Connection, Option<oneshot::Receiver<()>>)> {
        let role = Role::of(self.local, peer);
        let is_full = self.is_full_for(&peer);
        let entry = self.peers.get_mut(&peer)?;
        let connection = entry
            .connections
            .get(&id)
            .filter(|connection| !connection.is_closing)?
            .clone();
        match (role, entry.current.take()) {
            (Role::Opens, Some(Current::Opening(opening))) if opening == id => {
                Some((connection, None))
            }
            (Role::Opens, current) => {
                entry.current = current;
                None
            }
            (Role::Waits, Some(Current::Running(old))) => {
                old.queue.close(LinkDownReason::Replaced);
                Some((connection, Some(old.done)))
            }
            (Role::Waits, _) if is_full => None,
            (Role::Waits, _) => Some((connection, None)),
        }
    }

    /// Notes the task started after [`Self::accept`].
    pub(super) fn set_running(&mut self, peer: NodeId, running: Running) {
        self.peers.entry(peer).or_default().current = Some(Current::Running(running));
    }

    /// Notes that a link's task ended, and why if the link was never up; its connection is to be closed.
    pub(super) fn end_link(
        &mut self,
        peer: NodeId,
        id: LinkId,
        connection: ConnectionId,
        failure: Option<String>,
    ) {
        let Some(entry) = self.peers.get_mut(&peer) else {
            return;
        };
        if matches!(&entry.current, Some(Current::Running(running)) if running.id == id) {
            entry.current = None;
        }
        if let Some(connection) = entry.connections.get_mut(&connection) {
            connection.is_closing = true;
            connection.was_up = failure.is_none();
            connection.failure = failure;
        }
    }

    /// Notes why a stream could not be opened; its connection is to be closed.
    pub(super) fn fail_open(&mut self, peer: NodeId, id: ConnectionId, failure: String) {
        let Some(entry) = self.peers.get_mut(&peer) else {
            return;
        };
        if matches!(entry.current, Some(Current::Opening(opening)) if opening == id) {
            entry.current = None;
        }
        if let Some(connection) = entry.connections.get_mut(&id) {
            connection.is_closing = true;
            connection.failure = Some(failure);
        }
    }

    /// Forgets a connection that is gone. Its link, if it has one, is told why.
    pub(super) fn remove(
        &mut self,
        peer: NodeId,
        id: ConnectionId,
        why: LinkDownReason,
    ) -> Option<Connection> {
        let entry = self.peers.get_mut(&peer)?;
        let connection = entry.connections.remove(&id);
        match &entry.current {
            Some(Current::Opening(opening)) if *opening == id => entry.current = None,
            Some(Current::Running(running)) if running.connection == id => running.queue.close(why),
            _ => {}
        }
        if entry.connections.is_empty() && entry.current.is_none() {
            self.peers.remove(&peer);
        }
        connection
    }

    /// Whether the peer has a link that the caller knows of and nobody has ended. One that is still being made does not
    /// count: it may fail in silence, and then a caller's dial must not have been ignored for it.
    pub(super) fn is_linked(&self, peer: NodeId) -> bool {
        let current = self
            .peers
            .get(&peer)
            .and_then(|entry| entry.current.as_ref());
        matches!(current, Some(Current::Running(running)) if running.queue.is_up())
    }

    /// Gives a peer up: its link ends with this reason, and all its connections are to be closed.
    pub(super) fn close_peer(&mut self, peer: NodeId, why: &LinkDownReason) -> Vec<ConnectionId> {
        let Some(entry) = self.peers.get_mut(&peer) else {
            return Vec::new();
        };
        match &entry.current {
            Some(Current::Running(running)) => running.queue.close(why.clone()),
            Some(Current::Opening(_)) => entry.current = None,
            None => {}
        }
        entry
            .connections
            .iter_mut()
            .map(|(id, connection)| {
                connection.is_closing = true;
                *id
            })
            .collect()
    }

    pub(super) fn close_all(&mut self, why: &LinkDownReason) -> Vec<ConnectionId> {
        let peers: Vec<NodeId> = self.peers.keys().copied().collect();
        peers
            .into_iter()
            .flat_map(|peer| self.close_peer(peer, why))
            .collect()
    }

    /// Notes an answered ping.
    pub(super) fn mark_alive(&mut self, peer: NodeId, id: ConnectionId, now: Instant) {
        let connection = self
            .peers
            .get_mut(&peer)
            .and_then(|entry| entry.connections.get_mut(&id));
        if let Some(connection) = connection {
            connection.alive_at = now;
        }
    }

    /// Takes every connection for alive: this process did not run, so it could not hear them.
    pub(super) fn forgive_pause(&mut self, now: Instant) {
        for entry in self.peers.values_mut() {
            for connection in entry.connections.values_mut() {
                connection.alive_at = now;
            }
        }
    }

    /// Gives up connections that answered no ping for `limit`; they are to be closed.
    pub(super) fn close_dead(
        &mut self,
        now: Instant,
        limit: Duration,
    ) -> Vec<(NodeId, ConnectionId)> {
        let mut dead = Vec::new();
        for (peer, entry) in &mut self.peers {
            for (id, connection) in &mut entry.connections {
                if connection.is_closing
                    || now.saturating_duration_since(connection.alive_at) < limit
                {
                    continue;
                }
                connection.is_closing = true;
                dead.push((*peer, *id));
                match &entry.current {
                    Some(Current::Running(running)) if running.connection == *id => {
                        running.queue.close(LinkDownReason::PingTimeout);
                    }
                    Some(Current::Opening(opening)) if opening == id => entry.current = None,
                    _ => {}
                }
            }
        }
        dead
    }

    /// The link whose task this is: for a task that died without a word.
    pub(super) fn link_of_task(&self, task: task::Id) -> Option<(NodeId, LinkId, ConnectionId)> {
        self.peers
            .iter()
            .find_map(|(peer, entry)| match &entry.current {
                Some(Current::Running(running)) if running.task == task => {
                    Some((*peer, running.id, running.connection))
                }
                _ => None,
            })
    }

    pub(super) fn has_connections(&self) -> bool {
        self.peers
            .values()
            .any(|entry| !entry.connections.is_empty())
    }
}

impl Peer {
    fn live_connections(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        self.connections
            .iter()
            .filter(|(_, connection)| !connection.is_closing)
            .map(|(id, _)| *id)
    }
}

#[cfg(test)]
#[path = "peers_tests.rs"]
mod tests;
