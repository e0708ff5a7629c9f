//! The statements a node holds: a set that grows, each statement after its parents.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::codec::List;
use crate::hlc::Hlc;
use crate::ids::{NodeId, SiteId, StatementHash};
use crate::roster::ancestry::Ancestors;
use crate::roster::authority::{self, Judgement};
use crate::roster::kind::Kind;
use crate::roster::statement::{
    MAX_PARENTS, SignedStatement, Signer, Statement, StatementError, statement_hash,
};
use crate::wire::link::{MAX_STATEMENTS, RosterChunk, SignedBytes};

/// Statements by nodes. A dozen PCs, each admitted, given a slot, renamed and replaced a few times in ten years, make a
/// few hundred.
pub const MAX_STORED: usize = 1024;
/// Further room that only the site key can use: a node that floods the roster must not keep out its own revocation.
pub const MAX_STORED_BY_SITE: usize = 128;
/// Statements by one node.
pub const MAX_STORED_BY_ONE: usize = 512;
/// Bytes of statements by nodes; a statement takes about 300. A link's queue holds two greetings of a full roster.
pub const MAX_STORED_BYTES: usize = 1024 * 1024;
/// Bytes of statements by one node.
pub const MAX_STORED_BYTES_BY_ONE: usize = 512 * 1024;
/// Statements waiting for their parents. Chunks come parents first, so more than a few means a confused peer.
pub const MAX_PENDING: usize = 256;
/// Statements in one chunk's bytes; leaves a message well under its 1 MiB.
const MAX_CHUNK_BYTES: usize = 512 * 1024;

/// What became of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsertOutcome {
    /// Stored, and with it those that had waited for it, in this order.
    Stored(Vec<StatementHash>),
    /// Held already.
    Known,
    /// Kept until these arrive.
    Pending {
        /// What it builds on and we lack.
        missing: Vec<StatementHash>,
        /// The one that had waited longest, dropped for want of room; it will be sent again.
        dropped: Option<StatementHash>,
    },
    /// Not kept.
    Refused(Refused),
}

/// Why a statement was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not readable or not signed by its signer.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// About another site.
    #[error("about another site, {0}")]
    WrongSite(SiteId),
    /// Nothing it builds on ever admitted its signer; strangers store nothing here.
    #[error("its signer {0} was never admitted in what it builds on")]
    Stranger(NodeId),
    /// The roster holds as many statements as it may.
    #[error("the roster is full")]
    Full,
    /// Its signer made as many statements as one may.
    #[error("its signer {0} made as many statements as one node may")]
    SignerFull(NodeId),
}

/// A statement in its place.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) signed: SignedStatement,
    pub(super) ancestors: Ancestors,
    /// Longest way down to a statement without parents: sorts parents before children, the same everywhere.
    pub(super) depth: u32,
    /// What its ancestors alone say about it; nothing that arrives later can change that.
    pub(super) judgement: Judgement,
}

impl Stored {
    pub(super) fn statement(&self) -> &Statement {
        self.signed.statement()
    }

    pub(super) fn hash(&self) -> StatementHash {
        self.signed.hash()
    }
}

/// Room that the statements of one node take.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    n: usize,
    n_bytes: usize,
}

/// Every statement this node holds about its site.
#[derive(Debug, Clone)]
pub struct RosterLog {
    site: SiteId,
    stored: Vec<Stored>,
    places: BTreeMap<StatementHash, usize>,
    heads: BTreeSet<StatementHash>,
    by_node: BTreeMap<NodeId, Taken>,
    pending: VecDeque<SignedStatement>,
}

impl RosterLog {
    /// Nothing known yet about `site`.
    pub fn new(site: SiteId) -> Self {
        Self {
            site,
            stored: Vec::new(),
            places: BTreeMap::new(),
            heads: BTreeSet::new(),
            by_node: BTreeMap::new(),
            pending: VecDeque::new(),
        }
    }

    /// Whose roster it is.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// Statements stored.
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// Whether none is stored.
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// Statements that wait for others.
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Whether this statement is stored.
    pub fn contains(&self, hash: &StatementHash) -> bool {
        self.places.contains_key(hash)
    }

    /// One statement.
    pub fn get(&self, hash: &StatementHash) -> Option<&SignedStatement> {
        self.places
            .get(hash)
            .and_then(|place| self.stored.get(*place))
            .map(|stored| &stored.signed)
    }

    /// The statements nothing builds on.
    pub fn heads(&self) -> impl Iterator<Item = StatementHash> + '_ {
        self.heads.iter().copied()
    }

    /// What a new statement should cite: the heads. A removal voids what its target signed and the removal has not
    /// seen, so citing less than all would void more than meant; more than [`MAX_PARENTS`] never arise in practice.
    pub fn parents(&self) -> List<StatementHash, MAX_PARENTS> {
        List::truncated(self.heads.iter().copied().collect())
    }

    /// A statement that builds on everything held; [`Statement::sign`] and [`Self::insert`] do the rest.
    pub fn draft(&self, by: Signer, kind: Kind, hlc: Hlc) -> Statement {
        Statement {
            site: self.site,
            kind,
            by,
            parents: self.parents(),
            hlc,
        }
    }

    /// Names the whole set: equal digests mean equal sets, whatever the order of arrival.
    pub fn digest(&self) -> StatementHash {
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 roster digest");
        hasher.update(self.site.as_bytes());
        for hash in self.places.keys() {
            hasher.update(hash.as_bytes());
        }
        StatementHash(hasher.finalize().into())
    }

    /// Every statement, parents first, in an order that is the same on every node.
    pub fn all_parents_first(&self) -> Vec<&SignedBytes> {
        let in_order = self.canonical_order();
        in_order
            .into_iter()
            .map(|place| self.stored[place].signed.signed())
            .collect()
    }

    /// The same in messages of allowed size; always at least one, so that a `Welcome` can be made of it.
    pub fn chunks(&self) -> Vec<RosterChunk> {
        let mut chunks = Vec::new();
        let (mut statements, mut n_bytes) = (Vec::new(), 0);
        for signed in self.all_parents_first() {
            if statements.len() == MAX_STATEMENTS || n_bytes + signed.bytes.len() > MAX_CHUNK_BYTES
            {
                chunks.push(chunk(std::mem::take(&mut statements)));
                n_bytes = 0;
            }
            n_bytes += signed.bytes.len();
            statements.push(signed.clone());
        }
        if chunks.is_empty() || !statements.is_empty() {
            chunks.push(chunk(statements));
        }
        chunks
    }

    /// Checks a statement and takes it in.
    pub fn insert(&mut self, signed: SignedBytes) -> InsertOutcome {
        let hash = statement_hash(&signed.bytes);
        if self.contains(&hash) || self.pending.iter().any(|held| held.hash() == hash) {
            return InsertOutcome::Known;
        }
        let statement = match SignedStatement::verify(signed) {
            Ok(statement) => statement,
            Err(error) => return InsertOutcome::Refused(error.into()),
        };
        let site = statement.statement().site;
        if site != self.site {
            return InsertOutcome::Refused(Refused::WrongSite(site));
        }
        let missing = self.missing_parents(&statement);
        if !missing.is_empty() {
            let dropped = self.hold(statement);
            return InsertOutcome::Pending { missing, dropped };
        }
        match self.store(statement) {
            Ok(()) => InsertOutcome::Stored(self.store_waiting(hash)),
            Err(refused) => InsertOutcome::Refused(refused),
        }
    }

    pub(super) fn stored(&self) -> &[Stored] {
        &self.stored
    }

    /// Places sorted by depth, then hash: a linear extension of "builds on" that does not depend on arrival.
    pub(super) fn canonical_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.stored.len()).collect();
        order.sort_by_key(|place| (self.stored[*place].depth, self.stored[*place].hash()));
        order
    }

    fn missing_parents(&self, statement: &SignedStatement) -> Vec<StatementHash> {
        let parents = statement.statement().parents.iter();
        parents
            .filter(|parent| !self.contains(parent))
            .copied()
            .collect()
    }

    fn hold(&mut self, statement: SignedStatement) -> Option<StatementHash> {
        self.pending.push_back(statement);
        if self.pending.len() > MAX_PENDING {
            self.pending.pop_front().map(|oldest| oldest.hash())
        } else {
            None
        }
    }

    /// Stores what no longer waits for anything, after `first` was stored.
    fn store_waiting(&mut self, first: StatementHash) -> Vec<StatementHash> {
        let mut stored = vec![first];
        loop {
            let ready = self
                .pending
                .iter()
                .position(|held| self.missing_parents(held).is_empty());
            let Some(statement) = ready.and_then(|position| self.pending.remove(position)) else {
                return stored;
            };
            let hash = statement.hash();
            // One that is refused now would have been refused had it come in order: its sender will be told when it
            // sends it again.
            if self.store(statement).is_ok() {
                stored.push(hash);
            }
        }
    }

    fn store(&mut self, signed: SignedStatement) -> Result<(), Refused> {
        let statement = signed.statement();
        let (ancestors, depth) = self.ancestry(statement);
        let n_bytes = signed.signed().bytes.len();
        self.check_room(statement.by, n_bytes)?;
        if let Signer::Node(node) = statement.by {
            if !self.introduced(node, &ancestors) {
                return Err(Refused::Stranger(node));
            }
            let taken = self.by_node.entry(node).or_default();
            taken.n += 1;
            taken.n_bytes += n_bytes;
        }
        let judgement = authority::judge(&self.stored, &ancestors, statement);
        for parent in statement.parents.iter() {
            self.heads.remove(parent);
        }
        self.heads.insert(signed.hash());
        self.places.insert(signed.hash(), self.stored.len());
        self.stored.push(Stored {
            signed,
            ancestors,
            depth,
            judgement,
        });
        Ok(())
    }

    fn ancestry(&self, statement: &Statement) -> (Ancestors, u32) {
        let mut ancestors = Ancestors::default();
        let mut depth = 0;
        for place in statement.parents.iter().filter_map(|p| self.places.get(p)) {
            let parent = &self.stored[*place];
            ancestors.include(&parent.ancestors);
            ancestors.insert(*place);
            depth = depth.max(parent.depth + 1);
        }
        (ancestors, depth)
    }

    fn check_room(&self, by: Signer, n_bytes: usize) -> Result<(), Refused> {
        let by_nodes: usize = self.by_node.values().map(|taken| taken.n).sum();
        let bytes_by_nodes: usize = self.by_node.values().map(|taken| taken.n_bytes).sum();
        let is_full = |taken: &Taken| {
            taken.n >= MAX_STORED_BY_ONE || taken.n_bytes + n_bytes > MAX_STORED_BYTES_BY_ONE
        };
        match by {
            Signer::Node(node) if self.by_node.get(&node).is_some_and(is_full) => {
                Err(Refused::SignerFull(node))
            }
            Signer::Node(_)
                if by_nodes >= MAX_STORED || bytes_by_nodes + n_bytes > MAX_STORED_BYTES =>
            {
                Err(Refused::Full)
            }
            Signer::Site if self.stored.len() - by_nodes >= MAX_STORED_BY_SITE => {
                Err(Refused::Full)
            }
            Signer::Node(_) | Signer::Site => Ok(()),
        }
    }

    /// Whether anything among `ancestors` may have admitted `node`; a newer version's kind may have.
    fn introduced(&self, node: NodeId, ancestors: &Ancestors) -> bool {
        self.stored.iter().enumerate().any(|(place, stored)| {
            let kind = &stored.statement().kind;
            let introduces = kind.is_admission() && kind.subject() == Some(node);
            (introduces || matches!(kind, Kind::Unknown(_))) && ancestors.contains(place)
        })
    }
}

fn chunk(statements: Vec<SignedBytes>) -> RosterChunk {
    RosterChunk {
        statements: List::truncated(statements),
    }
}
