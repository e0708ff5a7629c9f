//! The site's document: flat keys, one record each.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::raw::{Authors, DefectKind, RawField};
use super::{Conflict, Defect, Document, RawDoc, Scalar};
use crate::codec;
use crate::domain::series::{ReleaseMark, SeriesState};
use crate::domain::site::{
    Counter, Lane, MAX_COUNTERS, MAX_LANES, MAX_OFFICERS, MAX_SEATS, Officer, Seat, Site,
};
use crate::domain::site_time::Day;
use crate::ids::{DocId, NodeId, OfficerId, SiteId};
use crate::wire::keeper::{CounterNo, LaneId, SeriesKey};

pub(crate) const NAME: &str = "name";
pub(crate) const UNIT_CODE: &str = "unit_code";
pub(crate) const NUMBERING: &str = "numbering";
pub(crate) const FOUNDER: &str = "founder";
pub(crate) const CALENDAR: &str = "calendar";
const COUNTER: &str = "counter/";
const LANE: &str = "lane/";
const OFFICER: &str = "officer/";
const SEAT: &str = "seat/";
const KEEPER: &str = "keeper/";
/// More hand-overs of one series than a site sees in its life.
const MAX_RELEASES: u32 = 200;

/// The keeper of a series as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeeperRecord {
    /// The keeper.
    #[serde(rename = "k")]
    pub node: NodeId,
    /// How often it changed.
    #[serde(rename = "n")]
    pub epoch: u32,
}

/// A released range as stored; it counts only from the node that held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// Who may use the range from now on.
    #[serde(rename = "t")]
    pub to: NodeId,
    /// The day of the release.
    #[serde(rename = "d")]
    pub day: Day,
    /// The last number given that day; 0 for none.
    #[serde(rename = "l")]
    pub last: u32,
}

/// The one site document of a site.
pub fn site_doc(site: &SiteId) -> DocId {
    DocId::derived(site, "site", b"")
}

/// The key of a counter.
pub fn counter_key(no: CounterNo) -> String {
    format!("{COUNTER}{no}")
}

/// The key of a lane.
pub fn lane_key(lane: &LaneId) -> String {
    format!("{LANE}{}", &**lane)
}

/// The key of an officer.
pub fn officer_key(officer: &OfficerId) -> String {
    format!("{OFFICER}{officer}")
}

/// The key of a PC's seat.
pub fn seat_key(node: &NodeId) -> String {
    format!("{SEAT}{node}")
}

/// The key of a series' keeper.
pub fn keeper_key(series: &SeriesKey) -> String {
    format!("{KEEPER}{}", series_name(series))
}

/// The key of a series' release, counted from 0.
pub fn release_key(series: &SeriesKey, nth: u32) -> String {
    format!("release/{}/{nth}", series_name(series))
}

fn series_name(series: &SeriesKey) -> String {
    match series {
        SeriesKey::Dossier => "dossier".to_owned(),
        SeriesKey::Lane(lane) => format!("lane/{}", &**lane),
    }
}

/// Reads the site. Records that cannot be read are left out and told.
pub fn read(document: &dyn Document, authors: &Authors<'_>) -> (Site, Vec<Defect>) {
    let mut raw = document.read();
    let mut site = Site {
        name: raw.text(NAME).unwrap_or_default(),
        unit_code: raw.text(UNIT_CODE).unwrap_or_default(),
        numbering: raw.record(NUMBERING).unwrap_or_default(),
        founder: founder(&mut raw, authors),
        calendar_json: raw.text(CALENDAR),
        ..Site::default()
    };
    let counters: Vec<(String, Counter)> = records(&mut raw, COUNTER, MAX_COUNTERS);
    site.counters = counters
        .into_iter()
        .map(|(_, counter)| (counter.no, counter))
        .collect();
    let lanes: Vec<(String, Lane)> = records(&mut raw, LANE, MAX_LANES);
    site.lanes = lanes
        .into_iter()
        .map(|(_, lane)| (lane.id.clone(), lane))
        .collect();
    let officers: Vec<(String, Officer)> = records(&mut raw, OFFICER, MAX_OFFICERS);
    site.officers = officers
        .into_iter()
        .map(|(_, officer)| (officer.id, officer))
        .collect();
    let seats: Vec<(String, Seat)> = records(&mut raw, SEAT, MAX_SEATS);
    site.seats = seats
        .into_iter()
        .filter_map(|(name, seat)| Some((name.parse().ok()?, seat)))
        .collect();
    site.series = series(&mut raw, site.founder, &site.lanes, authors);
    site.conflicts = conflicts(&raw, authors);
    (site, raw.defects)
}

/// The founder's own word: from nobody else.
fn founder(raw: &mut RawDoc, authors: &Authors<'_>) -> Option<NodeId> {
    let field = raw.fields.get(FOUNDER)?;
    let own_word = values_of(field).find_map(|(value, actor)| match value {
        Scalar::Bytes(bytes) => {
            NodeId::from_slice(bytes).filter(|node| authors(actor) == Some(*node))
        }
        _ => None,
    });
    if own_word.is_none() {
        raw.defect(FOUNDER, DefectKind::NotKeeper);
    }
    own_word
}

fn values_of(field: &RawField) -> impl Iterator<Item = (&Scalar, &[u8])> {
    field
        .values
        .iter()
        .map(|(value, by)| (value, by.actor.as_slice()))
}

/// The records under a prefix, with the rest of their keys. A record is known by its key: one that says otherwise inside is
/// filed by what it says, and its twin shows on the next page of the administrator.
fn records<T: DeserializeOwned>(raw: &mut RawDoc, prefix: &str, max: usize) -> Vec<(String, T)> {
    let keys: Vec<String> = raw
        .fields
        .keys()
        .filter(|key| key.starts_with(prefix))
        .cloned()
        .collect();
    if keys.len() > max {
        raw.defect(prefix, DefectKind::TooMany);
    }
    keys.iter()
        .take(max)
        .filter_map(|key| Some((key.get(prefix.len()..)?.to_owned(), raw.record(key)?)))
        .collect()
}

fn series(
    raw: &mut RawDoc,
    founder: Option<NodeId>,
    lanes: &BTreeMap<LaneId, Lane>,
    authors: &Authors<'_>,
) -> BTreeMap<SeriesKey, SeriesState> {
    let Some(founder) = founder else {
        return BTreeMap::new();
    };
    let keys =
        std::iter::once(SeriesKey::Dossier).chain(lanes.keys().cloned().map(SeriesKey::Lane));
    keys.map(|key| {
        let mut state = SeriesState::first(founder);
        if let Some(record) = raw.record::<KeeperRecord>(&keeper_key(&key)) {
            state.keeper = record.node;
            state.epoch = record.epoch;
        }
        follow_releases(raw, &key, &mut state, authors);
        (key, state)
    })
    .collect()
}

/// The range passes only by the word of the node that holds it.
fn follow_releases(
    raw: &mut RawDoc,
    key: &SeriesKey,
    state: &mut SeriesState,
    authors: &Authors<'_>,
) {
    while state.releases < MAX_RELEASES {
        let name = release_key(key, state.releases);
        let Some(field) = raw.fields.get(&name) else {
            return;
        };
        let word = values_of(field).find_map(|(value, actor)| match value {
            Scalar::Bytes(bytes) if authors(actor) == Some(state.holder) => {
                codec::decode::<ReleaseRecord>(bytes).ok()
            }
            _ => None,
        });
        let Some(release) = word else {
            return raw.defect(name, DefectKind::NotKeeper);
        };
        state.holder = release.to;
        state.releases += 1;
        state.released = Some(ReleaseMark {
            day: release.day,
            last: release.last,
        });
    }
}

fn conflicts(raw: &RawDoc, authors: &Authors<'_>) -> Vec<Conflict> {
    raw.fields
        .iter()
        .filter_map(|(key, field)| Conflict::of(key.clone(), field, authors))
        .collect()
}
