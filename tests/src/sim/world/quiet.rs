//! Waiting until a site has settled, and saying why it has not.

use std::collections::BTreeMap;

use lienquay_core::store::Store;
use lienquay_shared::{LogId, NodeId};

use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// How long a healed site may take to settle. Links die unnoticed for six seconds, pulls time out after five, and both may
/// happen a few times in a row.
const MAX_SETTLING_MILLIS: u64 = 120_000;
/// How long nothing may change before a site counts as settled: longer than a beat and a grace of one more.
const CALM_MILLIS: u64 = 5_000;

/// What a node holds: how far each log, and the hash there.
pub type Holding = BTreeMap<LogId, (u64, [u8; 32])>;

impl World {
    /// What a node holds.
    pub fn holding(&self, node: NodeIndex) -> Holding {
        let rows = self.nodes[node].store().logs().unwrap_or_default();
        rows.into_iter()
            .filter(|row| row.received > 0)
            .map(|row| (row.log, (row.received, row.hash.0)))
            .collect()
    }

    /// Nodes with an engine that runs, and whose peers count them in.
    pub fn members(&self) -> Vec<NodeIndex> {
        (0..self.nodes.len())
            .filter(|node| self.nodes[*node].host().is_some() && !self.nodes[*node].is_outside)
            .collect()
    }

    /// Whether one of the members has this key.
    pub fn has_member(&self, key: &NodeId) -> bool {
        let mut members = self.members().into_iter();
        members.any(|member| self.nodes[member].id == *key)
    }

    /// Lets time pass until every member holds the same and owes nothing, and stays so for a while. Fails with the reason
    /// when that does not happen: replication stalled.
    #[track_caller]
    pub fn run_until_quiescent(&mut self) {
        let members = self.members();
        self.run_until_quiet_among(&members);
    }

    /// The same for some of the nodes, as when the rest is cut off.
    #[track_caller]
    pub fn run_until_quiet_among(&mut self, members: &[NodeIndex]) {
        let end = self.now().plus_millis(MAX_SETTLING_MILLIS);
        while self.now() < end {
            let before = self.settled(members);
            self.run_for(CALM_MILLIS);
            if before.is_some() && before == self.settled(members) {
                return;
            }
        }
        let why = self.differences(members);
        self.broken(
            "replication-never-stalls",
            &format!("the site does not settle: {why}"),
        );
    }

    /// What all of them hold, if it is the same and nobody is owed an answer.
    fn settled(&self, members: &[NodeIndex]) -> Option<Holding> {
        let (first, rest) = members.split_first()?;
        let holding = self.holding(*first);
        let is_same = rest.iter().all(|node| self.holding(*node) == holding);
        let is_answered = members
            .iter()
            .all(|node| self.nodes[*node].unanswered.is_empty());
        (is_same && is_answered).then_some(holding)
    }

    /// Where members differ, for people.
    pub fn differences(&self, members: &[NodeIndex]) -> String {
        let mut text = String::new();
        for node in members {
            let holding = self.holding(*node);
            let rows: Vec<String> = holding
                .iter()
                .map(|(log, (seq, hash))| format!("{log}:{seq}={:02x}{:02x}", hash[0], hash[1]))
                .collect();
            let peers: Vec<&str> = self
                .network
                .peers_of(*node)
                .into_iter()
                .map(|peer| self.name(peer))
                .collect();
            text += &format!(
                "\n{} holds [{}], linked to {peers:?}, unanswered {:?}, set aside {:?}, reasons {}",
                self.name(*node),
                rows.join(" "),
                self.nodes[*node].unanswered.values().collect::<Vec<_>>(),
                self.nodes[*node].store().n_set_aside(),
                self.reasons_of(*node),
            );
        }
        text
    }

    /// Every reason a node counted, for people.
    pub fn reasons_of(&self, node: NodeIndex) -> String {
        let Some(host) = self.nodes[node].host() else {
            return String::new();
        };
        let reasons = host.engine().reasons();
        let counts = reasons.all();
        counts
            .map(|(_, reason, count)| format!("{}×{count} ", reason.text()))
            .collect()
    }
}
