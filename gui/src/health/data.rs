//! What the page shows: numbers as coarse as a person reads them, so that a picture changes only when it means something.

use std::net::SocketAddr;

use lienquay_node::view::{HealthView, LinkRow, NodeMode};
use lienquay_shared::domain::site_time::TimeQuality;
use lienquay_shared::wire::Reason;
use serde::Serialize;

use crate::start::worth_telling;
use crate::strip::data::{Pc, Seen, pcs};

const MINUTE_MILLIS: u64 = 60_000;
/// Round trips are told in such steps: a LAN's is below the first.
const ROUND_TRIP_STEP_MILLIS: u64 = 10;
/// Silence shorter than this is the pause between two beats.
const SILENT_FROM_MILLIS: u64 = 10_000;
const SILENT_STEP_SECS: u64 = 10;
/// From here on free space is told in GiB.
const GIB_FROM_MIB: u64 = 10 * 1024;
const MIB_STEP: u64 = 100;

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HealthData {
    /// The PC in front of the officer; none before the first look.
    pub this: Option<ThisPc>,
    /// The others that take part.
    pub others: Vec<OtherPc>,
    /// Names of those that were retired or revoked.
    pub former: Vec<String>,
    /// What was refused, delayed or set aside since the program started.
    pub reasons: Vec<ReasonLine>,
    /// This PC may revoke and retire.
    pub is_admin: bool,
    /// The recovery sheet is not on paper yet.
    pub has_sheet: bool,
    /// Every PC, for the next look.
    pcs: Vec<Pc>,
}

/// This PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThisPc {
    /// Its row.
    pub pc: Pc,
    /// It may admit and revoke.
    pub is_admin: bool,
    /// Program version.
    pub version: String,
    /// Documents here.
    pub n_documents: u64,
    /// Entries of all logs.
    pub n_entries: u64,
    /// Entries waiting for others.
    pub n_pending: u64,
    /// Entries quarantined or withheld.
    pub n_set_aside: u64,
    /// Documents here of documents known, while the first copy loads.
    pub loading: Option<(u64, u64)>,
    /// Site time, to the minute.
    pub site_time_millis: u64,
    /// How far it is to be trusted.
    pub quality: TimeQuality,
    /// The date must be confirmed.
    pub is_clock_doubtful: bool,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// Free space, coarsely; none while nobody measured it.
    pub disk_free_mib: Option<u64>,
    /// What the store complains about.
    pub store_trouble: Option<String>,
}

/// Another PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherPc {
    /// Its row.
    pub pc: Pc,
    /// It may admit and revoke.
    pub is_admin: bool,
    /// What its beats tell; none while it is away.
    pub told: Option<Told>,
}

/// What the beats of a PC tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Entries this PC has and it lacks.
    pub n_behind: u64,
    /// Entries it has and this PC lacks.
    pub n_ahead: u64,
    /// Round trip, rounded up to a step.
    pub round_trip_millis: u64,
    /// Its clock minus this PC's, whole seconds.
    pub offset_secs: i64,
    /// Without a beat for so long.
    pub silent_secs: Option<u64>,
    /// Program version.
    pub version: String,
    /// What it is for.
    pub mode: NodeMode,
    /// The lanes it serves.
    pub lanes: Vec<String>,
    /// Free space, coarsely; none while it has not measured it.
    pub disk_free_mib: Option<u64>,
    /// While its first copy loads.
    pub loading: Option<(u64, u64)>,
    /// Entries waiting for others there.
    pub n_pending: u64,
    /// Entries set aside there.
    pub n_set_aside: u64,
    /// It hands over and goes.
    pub is_leaving: bool,
}

/// One reason and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonLine {
    /// With which PC: its name, or the beginning of its key.
    pub with: Option<String>,
    /// What.
    pub reason: Reason,
    /// How often.
    pub count: u64,
}

impl HealthData {
    /// The picture of what was seen, after the one `before`.
    #[must_use]
    pub fn of(seen: &Seen, addresses: &[SocketAddr], before: &Self) -> Self {
        let Some(health) = &seen.health else {
            return before.clone();
        };
        let me = health.status.node;
        let pcs = pcs(seen, &me, &before.pcs);
        let is_admin = |pc: &Pc| {
            let mut members = seen.members.iter();
            members.any(|row| row.node == pc.node && row.is_admin)
        };
        let this = pcs.iter().find(|pc| pc.is_this);
        let others = pcs.iter().filter(|pc| !pc.is_this);
        let former = seen.members.iter().filter(|row| !row.is_active);
        Self {
            this: this.map(|pc| this_pc(health, pc, is_admin(pc), addresses)),
            others: others
                .map(|pc| OtherPc {
                    pc: pc.clone(),
                    is_admin: is_admin(pc),
                    told: told(health, pc),
                })
                .collect(),
            former: former.map(|row| row.name.clone()).collect(),
            reasons: reasons(seen, health),
            is_admin: health.status.is_admin,
            has_sheet: seen.has_sheet,
            pcs,
        }
    }
}

fn this_pc(health: &HealthView, pc: &Pc, is_admin: bool, addresses: &[SocketAddr]) -> ThisPc {
    let status = &health.status;
    ThisPc {
        pc: pc.clone(),
        is_admin,
        version: status.version.clone(),
        n_documents: status.n_documents,
        n_entries: status.n_entries,
        n_pending: status.n_pending,
        n_set_aside: status.n_set_aside,
        loading: status.loading,
        site_time_millis: status.site_time.millis / MINUTE_MILLIS * MINUTE_MILLIS,
        quality: status.site_time.quality,
        is_clock_doubtful: status.is_clock_doubtful,
        addresses: worth_telling(addresses.to_vec()),
        disk_free_mib: coarse_mib(health.disk_free_mib),
        store_trouble: health.store_trouble.clone(),
    }
}

fn told(health: &HealthView, pc: &Pc) -> Option<Told> {
    let link: &LinkRow = health.links.iter().find(|link| link.peer == pc.node)?;
    let theirs = link.health.clone()?;
    let silent = link
        .silent_millis
        .filter(|millis| *millis >= SILENT_FROM_MILLIS);
    Some(Told {
        n_behind: link.n_behind,
        n_ahead: link.n_ahead,
        round_trip_millis: link.rtt_millis.div_ceil(ROUND_TRIP_STEP_MILLIS).max(1)
            * ROUND_TRIP_STEP_MILLIS,
        offset_secs: whole_seconds(link.offset_millis.unwrap_or(0)),
        silent_secs: silent.map(|millis| millis / 1_000 / SILENT_STEP_SECS * SILENT_STEP_SECS),
        version: theirs.version.to_string(),
        mode: theirs.mode,
        lanes: theirs.lanes.iter().map(ToString::to_string).collect(),
        disk_free_mib: coarse_mib(theirs.disk_free_mib),
        loading: theirs.loading,
        n_pending: theirs.pending,
        n_set_aside: theirs.quarantined,
        is_leaving: theirs.leaving,
    })
}

/// Rounded towards zero: half a second between two clocks is none.
fn whole_seconds(millis: i64) -> i64 {
    millis / 1_000
}

fn coarse_mib(mib: u64) -> Option<u64> {
    let step = if mib >= GIB_FROM_MIB { 1024 } else { MIB_STEP };
    (mib > 0).then_some(mib / step * step)
}

fn reasons(seen: &Seen, health: &HealthView) -> Vec<ReasonLine> {
    let name = |peer| {
        let row = seen.members.iter().find(|row| row.node == peer);
        row.map_or_else(|| peer.short(), |row| row.name.clone())
    };
    let line = |row: &lienquay_node::view::ReasonRow| ReasonLine {
        with: row.peer.map(name),
        reason: row.reason,
        count: row.count,
    };
    let mut lines: Vec<ReasonLine> = health.reasons.iter().map(line).collect();
    lines.sort_by(|left, right| {
        right
            .count
            .cmp(&left.count)
            .then(left.with.cmp(&right.with))
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_coarse_as_they_are_read() {
        for (mib, told) in [
            (0, None),
            (437, Some(400)),
            (10_239, Some(10_200)),
            (10_241, Some(10_240)),
            (500_123, Some(499_712)),
        ] {
            assert_eq!(coarse_mib(mib), told, "{mib}");
        }
        for (millis, secs) in [(-900, 0), (900, 0), (61_000, 61), (-2_500, -2)] {
            assert_eq!(whole_seconds(millis), secs, "{millis}");
        }
    }
}
