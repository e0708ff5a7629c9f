//! What is known only of the running engine: how the node is, who is connected, what is safe. Read by screens and the
//! command line; never changes anything.

use std::collections::BTreeMap;

use lienquay_shared::domain::site_time::{Day, SiteTime};
use lienquay_shared::log::MarkRow;
use lienquay_shared::roster::Roster;
use lienquay_shared::view::MemberRow;
use lienquay_shared::wire::Reason;
use lienquay_shared::wire::link::Health;
use lienquay_shared::{LogId, LogTag, NodeId, SiteId};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::event::Now;
use crate::link::Link;
use crate::store::{Store, StoreResult};

/// How this node is, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusView {
    /// This node.
    pub node: NodeId,
    /// Its site; none before founding or joining.
    pub site: Option<SiteId>,
    /// Program version.
    pub version: String,
    /// Whether it takes part (neither waiting to be admitted nor revoked).
    pub is_member: bool,
    /// Whether it may admit and revoke.
    pub is_admin: bool,
    /// Whether it is leaving: keeps nothing new.
    pub is_leaving: bool,
    /// The log it writes; none before its first entry.
    pub own_log: Option<LogId>,
    /// BLAKE3 over the vector, hex: equal on nodes that hold the same entries.
    pub vector_digest: String,
    /// What it holds, by log.
    pub vector: Vec<VectorRow>,
    /// Documents.
    pub n_documents: u64,
    /// Entries of all logs.
    pub n_entries: u64,
    /// Entries waiting for others they build on.
    pub n_pending: u64,
    /// Entries quarantined or withheld.
    pub n_set_aside: u64,
    /// Documents stored of documents known, while the first copy loads.
    pub loading: Option<(u64, u64)>,
    /// Links to members.
    pub n_member_links: usize,
    /// Site time and how far it is to be trusted.
    pub site_time: SiteTime,
    /// Nobody vouches for the date and it cannot be true: an officer must confirm it.
    pub is_clock_doubtful: bool,
}

/// How far one log is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorRow {
    /// Which.
    pub log: LogId,
    /// Highest contiguous entry.
    pub received: u64,
    /// Highest entry fsynced here.
    pub durable: u64,
    /// Highest entry durable on at least one other node, as far as members told.
    pub safe: u64,
    /// It is known to have ended.
    pub is_closed: bool,
}

/// The health board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthView {
    /// How this node is.
    pub status: StatusView,
    /// Free space of the data folder's disk, MiB.
    pub disk_free_mib: u64,
    /// What the store last complained about, while it lasts.
    pub store_trouble: Option<String>,
    /// Open links.
    pub links: Vec<LinkRow>,
    /// Refusals, delays and quarantines since the program started.
    pub reasons: Vec<ReasonRow>,
}

/// One open link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    /// With whom.
    pub peer: NodeId,
    /// Whether it is a member.
    pub is_member: bool,
    /// Open for this long, milliseconds.
    pub open_millis: u64,
    /// Measured round trip, milliseconds.
    pub rtt_millis: u64,
    /// Its wall clock minus ours, milliseconds.
    pub offset_millis: Option<i64>,
    /// Since its last beat, milliseconds.
    pub silent_millis: Option<u64>,
    /// Entries this node holds and it lacks.
    pub n_behind: u64,
    /// Entries it holds and this node lacks.
    pub n_ahead: u64,
    /// How it says it is.
    pub health: Option<Health>,
}

/// How often something was refused, delayed or quarantined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// With which peer; none for what concerns no peer.
    pub peer: Option<NodeId>,
    /// What.
    pub reason: Reason,
    /// In words.
    pub text: String,
    /// How often.
    pub count: u64,
}

impl Engine {
    /// This node.
    pub fn node(&self) -> NodeId {
        self.me
    }

    /// Its site.
    pub fn site_id(&self) -> Option<SiteId> {
        self.site
    }

    /// Who takes part.
    pub fn members_roster(&self) -> &Roster {
        &self.roster
    }

    /// Site time now.
    pub fn site_time(&self, now: Now) -> SiteTime {
        self.site_clock.read(now)
    }

    /// Today by site time.
    pub fn today(&self, now: Now) -> Day {
        self.site_time(now).day()
    }

    /// Of each log, up to which entry it is durable on at least one other member, as members told since the program
    /// began.
    pub fn safe_marks(&self) -> BTreeMap<LogId, u64> {
        let Some(site) = self.site else {
            return BTreeMap::new();
        };
        let safe = |log: &LogId| {
            let tag = log.tag(&site);
            let rows = self.members_rows(tag);
            // What a member holds of another branch of the log is not what stands in ours.
            let is_ours =
                |(peer, _): &(NodeId, MarkRow)| !self.other_branches.contains(&(tag, *peer));
            let durable = rows.filter(is_ours).map(|(_, row)| row.durable());
            durable.max().unwrap_or(0)
        };
        self.logs
            .iter()
            .map(|(log, held)| (*log, safe(log).min(held.mark.received)))
            .collect()
    }

    /// What each member told last of a log, also one whose link ended.
    pub(crate) fn members_rows(&self, tag: LogTag) -> impl Iterator<Item = (NodeId, MarkRow)> {
        let linked = self.links.iter().map(|(peer, link)| (peer, &link.theirs));
        let parted = self.parted.iter().map(|(peer, gone)| (peer, &gone.theirs));
        linked
            .chain(parted)
            .filter(|(peer, _)| self.roster.is_member(peer))
            .filter_map(move |(peer, theirs)| Some((*peer, *theirs.get(&tag)?)))
    }

    /// The site's PCs, members first, by key.
    pub fn member_rows(&self, now: Now) -> Vec<MemberRow> {
        let members = self.roster.members.iter().map(|(node, member)| MemberRow {
            node: *node,
            name: member.name.to_string(),
            counter: member.counter,
            slot: member.slot,
            is_admin: member.admin,
            is_active: true,
            is_connected: *node == self.me || self.links.contains_key(node),
            connected_since_millis: self.connected_since_millis(now, node),
            last_heard_millis: self.last_heard_millis(now, node),
            n_entries_behind: self.links.get(node).map_or(0, |link| self.n_behind(link)),
        });
        let gone = self.roster.gone.iter().map(|(node, gone)| MemberRow {
            node: *node,
            name: gone.name.to_string(),
            counter: None,
            slot: None,
            is_admin: false,
            is_active: false,
            is_connected: false,
            connected_since_millis: None,
            last_heard_millis: None,
            n_entries_behind: 0,
        });
        members.chain(gone).collect()
    }

    /// How this node is.
    pub fn status_view(&self, now: Now, store: &dyn Store) -> StoreResult<StatusView> {
        let (n_pending, n_set_aside) = store.n_set_aside()?;
        let vector = self.vector_rows();
        Ok(StatusView {
            node: self.me,
            site: self.site,
            version: self.settings.version.clone(),
            is_member: self.roster.is_member(&self.me),
            is_admin: self.roster.is_admin(&self.me),
            is_leaving: self.leaving,
            own_log: self.own,
            vector_digest: self.vector_digest(),
            n_entries: vector.iter().map(|row| row.received).sum(),
            vector,
            n_documents: store.n_docs()?,
            n_pending,
            n_set_aside,
            loading: self.boot.progress(),
            n_member_links: self.member_links().len(),
            site_time: self.site_time(now),
            is_clock_doubtful: self.site_clock.is_doubtful(now),
        })
    }

    /// The health board.
    pub fn health_view(&self, now: Now, store: &dyn Store) -> StoreResult<HealthView> {
        Ok(HealthView {
            status: self.status_view(now, store)?,
            disk_free_mib: self.disk_free_mib,
            store_trouble: self
                .store_trouble
                .as_ref()
                .map(|(fault, _)| fault.to_string()),
            links: self.link_rows(now),
            reasons: self
                .reasons
                .all()
                .map(|(peer, reason, count)| ReasonRow {
                    peer,
                    reason,
                    text: reason.text().to_owned(),
                    count,
                })
                .collect(),
        })
    }

    fn vector_rows(&self) -> Vec<VectorRow> {
        let safe = self.safe_marks();
        self.logs
            .iter()
            .map(|(log, held)| VectorRow {
                log: *log,
                received: held.mark.received,
                durable: held.mark.durable,
                safe: safe.get(log).copied().unwrap_or(0),
                is_closed: held.closed,
            })
            .collect()
    }

    /// BLAKE3 over the vector, hex: equal on nodes that hold the same entries.
    pub fn vector_digest(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 vector digest");
        for (log, held) in self.logs.iter() {
            hasher
                .update(log.node.as_bytes())
                .update(&log.incarnation.to_be_bytes())
                .update(&held.mark.received.to_be_bytes())
                .update(held.mark.hash.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    fn link_rows(&self, now: Now) -> Vec<LinkRow> {
        let row = |(peer, link): (&NodeId, &Link)| LinkRow {
            peer: *peer,
            is_member: self.roster.is_member(peer),
            open_millis: now.mono_millis.saturating_sub(link.since),
            rtt_millis: link.one_way_millis * 2,
            offset_millis: self.site_clock.offset_of(peer),
            silent_millis: link
                .last_beat
                .map(|(_, at)| now.mono_millis.saturating_sub(at)),
            n_behind: self.n_behind(link),
            n_ahead: self.n_ahead(link),
            health: link.health.clone(),
        };
        self.links.iter().map(row).collect()
    }

    fn n_behind(&self, link: &Link) -> u64 {
        let Some(site) = self.site else { return 0 };
        self.logs
            .iter()
            .map(|(log, held)| {
                let theirs = link.theirs.get(&log.tag(&site));
                let received = theirs.map_or(0, |row| row.received);
                held.mark.received.saturating_sub(received)
            })
            .sum()
    }

    fn n_ahead(&self, link: &Link) -> u64 {
        let Some(site) = self.site else { return 0 };
        link.theirs
            .iter()
            .map(|(tag, row)| {
                let log = self.logs.by_tag(tag);
                let ours = log.map_or(0, |log| self.logs.head(&site, &log).0);
                row.received.saturating_sub(ours)
            })
            .fold(0, u64::saturating_add)
    }
}
