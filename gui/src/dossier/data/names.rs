//! Who did something, in names people know: officers by name, PCs by name and counter.

use std::collections::BTreeMap;

use lienquay_shared::domain::site::Site;
use lienquay_shared::view::MemberRow;
use lienquay_shared::wire::keeper::CounterNo;
use lienquay_shared::{NodeId, OfficerId};
use serde::Serialize;

/// Names of officers and PCs.
#[derive(Debug, Clone, Default)]
pub struct Names {
    officers: BTreeMap<OfficerId, String>,
    pcs: BTreeMap<NodeId, String>,
}

/// Who did something and where, as far as known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The officer's name.
    pub officer: Option<String>,
    /// The counter.
    pub counter: Option<CounterNo>,
    /// The PC's name.
    pub pc: Option<String>,
}

impl Names {
    /// Of a site and its PCs.
    #[must_use]
    pub fn of(site: &Site, members: &[MemberRow]) -> Self {
        let officers = site.officers.values();
        Self {
            officers: officers
                .map(|officer| (officer.id, officer.name.to_string()))
                .collect(),
            pcs: members
                .iter()
                .map(|member| (member.node, member.name.clone()))
                .collect(),
        }
    }

    /// Who acted.
    #[must_use]
    pub fn actor(
        &self,
        officer: OfficerId,
        counter: Option<CounterNo>,
        pc: Option<NodeId>,
    ) -> Actor {
        Actor {
            officer: self.officers.get(&officer).cloned(),
            counter,
            pc: pc.map(|node| self.pc(node)),
        }
    }

    /// The name of a PC, or enough of its key to tell it apart.
    fn pc(&self, node: NodeId) -> String {
        let name = self.pcs.get(&node).filter(|name| !name.is_empty());
        name.cloned().unwrap_or_else(|| node.short())
    }
}
