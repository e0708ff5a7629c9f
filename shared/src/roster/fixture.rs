//! A small site to try things on: node `n` has a key of its own, the site key is 200, and a view is what one PC holds.

use crate::codec::{List, Text};
use crate::hlc::Hlc;
use crate::ids::{EntryHash, LogId, NodeId, SiteId, StatementHash};
use crate::log::{LogPoint, NodeKey};
use crate::roster::kind::{
    Admin, Admit, Cuts, Found, NodeName, Rename, Retire, Revoke, Slot, SlotKeeper,
};
use crate::roster::{InsertOutcome, Kind, Roster, RosterLog, Signer, Statement, VoidReason};
use crate::wire::link::{NodeMode, SignedBytes};

/// Stands for the site key where a node number is expected.
pub(super) const SITE: u8 = 200;

pub(super) fn key(n: u8) -> NodeKey {
    NodeKey::from_secret(&[n; 32])
}

pub(super) fn id(n: u8) -> NodeId {
    key(n).node()
}

pub(super) fn site() -> SiteId {
    key(SITE).site()
}

pub(super) fn name(n: u8) -> NodeName {
    Text::truncated(&format!("Quầy {n}"))
}

pub(super) fn found(n: u8) -> Kind {
    Kind::Found(Found {
        node: id(n),
        name: name(n),
        mode: NodeMode::Desk,
    })
}

pub(super) fn admit(n: u8, admin: bool) -> Kind {
    Kind::Admit(Admit {
        node: id(n),
        name: name(n),
        mode: NodeMode::Desk,
        admin,
        counter: Some(n.into()),
    })
}

pub(super) fn role(n: u8, admin: bool) -> Kind {
    Kind::Admin(Admin { node: id(n), admin })
}

pub(super) fn slot(n: u8, slot: Option<u8>, day: i32) -> Kind {
    Kind::Slot(Slot {
        node: id(n),
        slot,
        day,
    })
}

pub(super) fn keeper(n: u8) -> Kind {
    Kind::SlotKeeper(SlotKeeper { node: id(n) })
}

pub(super) fn rename(n: u8, name: &str) -> Kind {
    Kind::Rename(Rename {
        node: id(n),
        name: Text::truncated(name),
        mode: NodeMode::Kiosk,
    })
}

pub(super) fn log_of(n: u8, incarnation: u64) -> LogId {
    LogId {
        node: id(n),
        incarnation,
    }
}

pub(super) fn point(n: u8, incarnation: u64, seq: u64) -> LogPoint {
    LogPoint {
        log: log_of(n, incarnation),
        seq,
        hash: EntryHash([u8::try_from(seq).unwrap(); 32]),
    }
}

pub(super) fn cuts(points: &[LogPoint]) -> Cuts {
    List::new(points.to_vec()).unwrap()
}

pub(super) fn retire(n: u8, points: &[LogPoint], day: i32) -> Kind {
    Kind::Retire(Retire {
        node: id(n),
        points: cuts(points),
        day,
    })
}

pub(super) fn revoke(n: u8, points: &[LogPoint], day: i32) -> Kind {
    Kind::Revoke(Revoke {
        node: id(n),
        cuts: cuts(points),
        day,
        reason: Text::truncated("mất máy"),
    })
}

fn signer(by: u8) -> Signer {
    if by == SITE {
        Signer::Site
    } else {
        Signer::Node(id(by))
    }
}

pub(super) fn statement(by: u8, kind: Kind, parents: &[StatementHash], hlc: u64) -> Statement {
    Statement {
        site: site(),
        kind,
        by: signer(by),
        parents: List::new(parents.to_vec()).unwrap(),
        hlc: Hlc(hlc),
    }
}

pub(super) fn signed(by: u8, kind: Kind, parents: &[StatementHash], hlc: u64) -> SignedBytes {
    statement(by, kind, parents, hlc).sign(&key(by)).unwrap()
}

/// What one PC holds.
#[derive(Debug, Clone)]
pub(super) struct View(pub(super) RosterLog);

impl View {
    /// Node 1 founded the site.
    pub(super) fn founded() -> Self {
        let mut view = Self(RosterLog::new(site()));
        view.say(SITE, found(1));
        view
    }

    /// Node 1 founded the site and admitted these, all administrators.
    pub(super) fn with_admins(nodes: &[u8]) -> Self {
        let mut view = Self::founded();
        for node in nodes {
            view.say(1, admit(*node, true));
        }
        view
    }

    /// `by` signs a statement that builds on everything this PC holds.
    pub(super) fn say(&mut self, by: u8, kind: Kind) -> StatementHash {
        let hlc = Hlc(self.0.len() as u64);
        let signed = self.0.draft(signer(by), kind, hlc).sign(&key(by)).unwrap();
        self.take(signed)
    }

    /// `by` signs a statement that builds on `parents` only.
    pub(super) fn say_citing(
        &mut self,
        by: u8,
        kind: Kind,
        parents: &[StatementHash],
    ) -> StatementHash {
        let hlc = self.0.len() as u64;
        self.take(signed(by, kind, parents, hlc))
    }

    fn take(&mut self, signed: SignedBytes) -> StatementHash {
        match self.0.insert(signed) {
            InsertOutcome::Stored(hashes) => hashes[0],
            outcome => panic!("not stored: {outcome:?}"),
        }
    }

    /// Takes everything another PC holds.
    pub(super) fn learn(&mut self, other: &Self) {
        for signed in other.0.all_parents_first() {
            match self.0.insert(signed.clone()) {
                InsertOutcome::Stored(_) | InsertOutcome::Known => {}
                outcome => panic!("not taken: {outcome:?}"),
            }
        }
    }

    pub(super) fn fold(&self) -> Roster {
        self.0.fold()
    }

    pub(super) fn void_reason(&self, hash: StatementHash) -> Option<VoidReason> {
        let void = self.fold().void;
        void.into_iter()
            .find(|(void, _)| *void == hash)
            .map(|(_, reason)| reason)
    }

    /// Members by number.
    pub(super) fn members(&self) -> Vec<u8> {
        let roster = self.fold();
        (0..SITE).filter(|n| roster.is_member(&id(*n))).collect()
    }
}

/// Two PCs' statements put together, in both orders; both must fold to the same.
pub(super) fn together(left: &View, right: &View) -> View {
    let mut one = left.clone();
    one.learn(right);
    let mut other = right.clone();
    other.learn(left);
    assert_eq!(one.fold(), other.fold());
    assert_eq!(one.0.digest(), other.0.digest());
    one
}
