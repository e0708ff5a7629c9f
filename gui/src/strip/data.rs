//! What the strip shows, without a number that changes by itself: two equal views are the same picture.

use std::collections::BTreeMap;

use lienquay_node::runtime::WaitingPeer;
use lienquay_node::view::HealthView;
use lienquay_node::view::MemberRow;
use lienquay_shared::domain::site::Site;
use lienquay_shared::{DocId, NodeId};
use serde::Serialize;

/// Less free space than this is said, MiB.
pub(crate) const LOW_DISK_MIB: u64 = 500;
/// Free space is told in such steps, MiB: it changes with every entry.
const DISK_STEP_MIB: u64 = 50;
/// Two readings of one moment differ by less than this.
const SAME_MOMENT_MILLIS: u64 = 2_000;

/// What was asked of the node.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// This PC and its links.
    pub health: Option<HealthView>,
    /// Every PC, former ones included.
    pub members: Vec<MemberRow>,
    /// How many entries were missing when it was looked at before: what is on its way is no lag.
    pub before: Lags,
    /// The site's settings.
    pub site: Option<Site>,
    /// Dossiers with two values for one thing, and whether there are more than were counted.
    pub conflicts: Vec<DocId>,
    /// Who waits to join.
    pub waiting: Vec<WaitingPeer>,
    /// The recovery sheet is not on paper yet.
    pub has_sheet: bool,
}

/// Entries that were missing.
#[derive(Debug, Clone, Default)]
pub struct Lags {
    /// By PC, what it lacked.
    behind: BTreeMap<NodeId, u64>,
    /// What this PC lacked.
    lacking: u64,
}

impl Seen {
    /// What is missing now, to be compared with later.
    #[must_use]
    pub fn lags(&self) -> Lags {
        let rows = self.members.iter();
        Lags {
            behind: rows.map(|row| (row.node, row.n_entries_behind)).collect(),
            lacking: self.lacking(),
        }
    }

    fn lacking(&self) -> u64 {
        let links = self.health.iter().flat_map(|health| &health.links);
        links.map(|link| link.n_ahead).max().unwrap_or(0)
    }
}

/// The strip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StripView {
    /// The site's name; empty while it is not known.
    pub site: String,
    /// Who works here.
    pub officer: Option<String>,
    /// At which counter.
    pub counter: Option<String>,
    /// The PCs that take part, this one first.
    pub pcs: Vec<Pc>,
    /// Documents here of documents known, while the first copy loads.
    pub loading: Option<(u64, u64)>,
    /// Entries others hold and this PC lacks.
    pub n_lacking: u64,
    /// The date must be confirmed.
    pub is_clock_doubtful: bool,
    /// Free space where it is little, MiB.
    pub low_disk_mib: Option<u64>,
    /// What the store complains about.
    pub store_trouble: Option<String>,
    /// Dossiers with a conflict.
    pub conflicts: Vec<DocId>,
    /// The recovery sheet is not on paper yet.
    pub has_sheet: bool,
    /// This PC takes part.
    pub is_member: bool,
    /// Who waits to be admitted here; empty on PCs that may not admit.
    pub waiting: Vec<WaitingPeer>,
}

/// One PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pc {
    /// Its key.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Its counter.
    pub counter: Option<u16>,
    /// It is the one in front of the officer.
    pub is_this: bool,
    /// Whether it is reached.
    pub state: PcState,
    /// Entries this PC has and it lacks.
    pub n_behind: u64,
}

/// Whether a PC is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PcState {
    /// Connected, since when; none for this PC itself.
    Up(Option<u64>),
    /// Not connected; heard last when; none when not since this program began.
    Gone(Option<u64>),
}

impl PcState {
    /// Connected.
    #[must_use]
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Up(_))
    }

    const fn moment(self) -> Option<u64> {
        match self {
            Self::Up(at) | Self::Gone(at) => at,
        }
    }
}

impl StripView {
    /// The picture of what was seen, after the one `before`.
    #[must_use]
    pub fn of(seen: &Seen, before: &Self) -> Self {
        let Some(health) = &seen.health else {
            return before.clone();
        };
        let status = &health.status;
        let site = seen.site.as_ref();
        let seat = site.and_then(|site| site.seats.get(&status.node));
        let officer = seat.and_then(|seat| site?.officers.get(&seat.officer?));
        let counter = site.and_then(|site| site.counter_of(&status.node));
        Self {
            site: site.map(|site| site.name.clone()).unwrap_or_default(),
            officer: officer.map(|officer| officer.name.to_string()),
            counter: counter.map(|counter| counter.name.to_string()),
            pcs: pcs(seen, &status.node, &before.pcs),
            loading: status.loading,
            n_lacking: seen.lacking().min(seen.before.lacking),
            is_clock_doubtful: status.is_clock_doubtful,
            low_disk_mib: low_disk(health.disk_free_mib),
            store_trouble: health.store_trouble.clone(),
            conflicts: seen.conflicts.clone(),
            has_sheet: seen.has_sheet,
            is_member: status.is_member,
            waiting: waiting(seen, status.is_admin),
        }
    }

    /// The PCs that are not reached.
    pub fn gone(&self) -> impl Iterator<Item = &Pc> {
        self.pcs.iter().filter(|pc| !pc.state.is_up())
    }
}

/// The PCs that take part, this one first, then by counter and name.
pub(crate) fn pcs(seen: &Seen, me: &NodeId, before: &[Pc]) -> Vec<Pc> {
    let known: BTreeMap<NodeId, &Pc> = before.iter().map(|pc| (pc.node, pc)).collect();
    let active = seen.members.iter().filter(|row| row.is_active);
    let mut pcs: Vec<Pc> = active
        .map(|row| Pc {
            n_behind: lag(row, &seen.before),
            counter: counter(seen.site.as_ref(), row),
            ..pc(row, me, known.get(&row.node).copied())
        })
        .collect();
    pcs.sort_by(|left, right| {
        let key = |pc: &Pc| (!pc.is_this, pc.counter.unwrap_or(u16::MAX), pc.name.clone());
        key(left).cmp(&key(right))
    });
    pcs
}

fn pc(row: &MemberRow, me: &NodeId, before: Option<&Pc>) -> Pc {
    let is_this = row.node == *me;
    let state = if is_this {
        PcState::Up(None)
    } else if row.is_connected {
        PcState::Up(row.connected_since_millis)
    } else {
        PcState::Gone(row.last_heard_millis)
    };
    Pc {
        node: row.node,
        name: row.name.clone(),
        counter: row.counter,
        is_this,
        state: before.map_or(state, |before| steady(state, before.state)),
        n_behind: 0,
    }
}

/// Where it stands now; the roster only says where it stood when it was admitted.
fn counter(site: Option<&Site>, row: &MemberRow) -> Option<u16> {
    match site.and_then(|site| site.seats.get(&row.node)) {
        Some(seat) => seat.counter,
        None => row.counter,
    }
}

/// What it lacks now and lacked before: entries of this moment arrive before anybody has read that they are missing.
fn lag(row: &MemberRow, before: &Lags) -> u64 {
    let before = before.behind.get(&row.node).copied().unwrap_or(0);
    row.n_entries_behind.min(before)
}

/// Moments are computed anew each time, from two clocks: what differs by nothing a person sees stays as it was.
fn steady(now: PcState, before: PcState) -> PcState {
    let is_same = now.is_up() == before.is_up()
        && match (now.moment(), before.moment()) {
            (Some(now), Some(before)) => now.abs_diff(before) < SAME_MOMENT_MILLIS,
            (now, before) => now == before,
        };
    if is_same { before } else { now }
}

/// None while nobody measured it: a node that just started says 0.
fn low_disk(free_mib: u64) -> Option<u64> {
    (1..LOW_DISK_MIB)
        .contains(&free_mib)
        .then_some(free_mib / DISK_STEP_MIB * DISK_STEP_MIB)
}

fn waiting(seen: &Seen, is_admin: bool) -> Vec<WaitingPeer> {
    let is_member = |peer: &NodeId| {
        let mut active = seen.members.iter().filter(|row| row.is_active);
        active.any(|row| row.node == *peer)
    };
    let waiting = seen.waiting.iter().filter(|_| is_admin);
    waiting.filter(|it| !is_member(&it.peer)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_read_twice_is_one_moment() {
        let gone = |at| PcState::Gone(Some(at));
        assert_eq!(steady(gone(10_001), gone(10_000)), gone(10_000));
        assert_eq!(steady(gone(15_000), gone(10_000)), gone(15_000));
        let up = PcState::Up(Some(10_000));
        assert_eq!(steady(up, gone(10_000)), up);
    }

    #[test]
    fn little_space_is_told_in_steps_and_an_unmeasured_disk_is_not_full() {
        for (free, told) in [(0, None), (499, Some(450)), (37, Some(0)), (500, None)] {
            assert_eq!(low_disk(free), told, "{free}");
        }
    }

    #[test]
    fn only_an_administrator_is_asked_and_not_about_members() {
        let node = |byte| NodeId([byte; 32]);
        let seen = Seen {
            members: vec![MemberRow {
                node: node(1),
                name: "Quầy 2".to_owned(),
                counter: None,
                slot: None,
                is_admin: false,
                is_active: true,
                is_connected: true,
                connected_since_millis: None,
                last_heard_millis: None,
                n_entries_behind: 0,
            }],
            waiting: [1, 2]
                .map(|byte| WaitingPeer {
                    peer: node(byte),
                    name: "Quầy 2".to_owned(),
                    code: "123 456".to_owned(),
                })
                .to_vec(),
            ..Seen::default()
        };
        let peers = |is_admin| {
            waiting(&seen, is_admin)
                .iter()
                .map(|it| it.peer)
                .collect::<Vec<_>>()
        };
        assert_eq!(peers(true), [node(2)]);
        assert!(peers(false).is_empty());
    }
}
