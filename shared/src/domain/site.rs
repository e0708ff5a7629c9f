//! The site: counters, lanes, officers, who sits where, and who keeps which number series.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::domain::calendar::WorkCalendar;
use crate::domain::series::SeriesState;
use crate::domain::site_time::Day;
use crate::ids::{NodeId, OfficerId};
use crate::schema::Conflict;
use crate::wire::keeper::{CounterNo, LaneId, SeriesKey};

/// Counters of a site; the largest public ones have about 40.
pub const MAX_COUNTERS: usize = 64;
/// Lanes of a site.
pub const MAX_LANES: usize = 64;
/// Officers of a site, former ones included.
pub const MAX_OFFICERS: usize = 500;
/// PCs of a site, former ones included.
pub const MAX_SEATS: usize = 200;

/// The site as every counter sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// As printed on slips.
    pub name: String,
    /// The unit's code, first part of every dossier code: `H26.15`.
    pub unit_code: String,
    /// Who gives the official number, and from when.
    pub numbering: NumberingPlan,
    /// The node that founded the site: the first keeper of every series.
    pub founder: Option<NodeId>,
    /// By number.
    pub counters: BTreeMap<CounterNo, Counter>,
    /// By letter.
    pub lanes: BTreeMap<LaneId, Lane>,
    /// By pseudonym.
    pub officers: BTreeMap<OfficerId, Officer>,
    /// What each PC is for.
    pub seats: BTreeMap<NodeId, Seat>,
    /// The working calendar as JSON; none until one is set (the default calendar holds).
    pub calendar_json: Option<String>,
    /// Keepers of series; absent ones are kept by the founder. In JSON a list of pairs: the keys are no texts.
    #[serde(with = "pairs")]
    pub series: BTreeMap<SeriesKey, SeriesState>,
    /// Settings with values that differ.
    pub conflicts: Vec<Conflict>,
}

/// A map as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::<(K, V)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Its number, from 1.
    pub no: CounterNo,
    /// What it is for.
    pub name: Text<120>,
    /// Lanes it serves, preferred first.
    pub lanes: List<LaneId, 32>,
    /// Takes part in the site.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A lane: one letter series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// Its letters.
    pub id: LaneId,
    /// In plain words.
    pub name: Text<120>,
    /// Codes of the procedure fields it takes.
    #[serde(default)]
    pub fields: List<Text<40>, 64>,
    /// Gives tickets.
    #[serde(default = "yes")]
    pub active: bool,
}

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// Pseudonym carried in headers.
    pub id: OfficerId,
    /// Full name.
    pub name: Text<120>,
    /// What they may do.
    pub role: Role,
    /// Still works here.
    #[serde(default = "yes")]
    pub active: bool,
}

/// What one PC is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seat {
    /// The counter it stands at.
    pub counter: Option<CounterNo>,
    /// The officer who always uses it, where nobody signs in.
    pub officer: Option<OfficerId>,
}

/// What an officer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Hướng dẫn: gives tickets, looks up public status.
    Guide,
    /// Tiếp nhận: receives, asks for supplement, refuses, returns results.
    Reception,
    /// Chuyên môn: processes.
    CaseOfficer,
    /// Lãnh đạo: approves.
    Leader,
    /// Văn thư: numbers, stamps, issues.
    Clerk,
    /// Thu phí: collects fees.
    Cashier,
    /// Quản trị nghiệp vụ: catalogue, lanes, counters, calendar, officers.
    BusinessAdmin,
    /// Quản trị kỹ thuật: nodes; reads no dossier.
    TechnicalAdmin,
    /// Thanh tra: reads everything, writes nothing.
    Inspector,
    /// Phụ trách: everything; the founder, and whoever runs a small site alone.
    Manager,
}

/// Who gives the official dossier number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// Our code is the official one.
    #[default]
    Site,
    /// The province assigns it; ours stays a valid alias.
    Province,
}

/// Who gives the official number; a change takes effect at a day's start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberingPlan {
    /// Before the day of the change.
    #[serde(rename = "b")]
    pub before: Numbering,
    /// From the day of the change on.
    #[serde(rename = "a")]
    pub after: Numbering,
    /// The day of the change.
    #[serde(rename = "d")]
    pub from: Day,
}

impl NumberingPlan {
    /// Who numbers on a day.
    pub fn on(&self, day: Day) -> Numbering {
        if day < self.from {
            self.before
        } else {
            self.after
        }
    }
}

const fn yes() -> bool {
    true
}

impl Site {
    /// The keeper of a series and how its range stands.
    pub fn series(&self, key: &SeriesKey) -> Option<SeriesState> {
        let founder = self.founder?;
        Some(
            self.series
                .get(key)
                .copied()
                .unwrap_or_else(|| SeriesState::first(founder)),
        )
    }

    /// The working calendar; the default one until one is set, or when the one set cannot be read.
    pub fn calendar(&self) -> WorkCalendar {
        let parse = |json: &String| serde_json::from_str(json).ok();
        self.calendar_json
            .as_ref()
            .and_then(parse)
            .unwrap_or_default()
    }

    /// The role of an active officer.
    pub fn role_of(&self, officer: &OfficerId) -> Option<Role> {
        self.officers
            .get(officer)
            .filter(|officer| officer.active)
            .map(|officer| officer.role)
    }

    /// The counter a node stands at.
    pub fn counter_of(&self, node: &NodeId) -> Option<&Counter> {
        let no = self.seats.get(node)?.counter?;
        self.counters.get(&no).filter(|counter| counter.active)
    }

    /// Nodes that stand at a desk serving a lane: candidates for keeping its tickets.
    pub fn desks_of_lane<'a>(&'a self, lane: &'a LaneId) -> impl Iterator<Item = NodeId> + 'a {
        self.seats.keys().copied().filter(move |node| {
            self.counter_of(node)
                .is_some_and(|counter| counter.lanes.contains(lane))
        })
    }
}
