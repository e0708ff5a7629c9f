//! A series document: the numbers one keeper's log gave to other nodes on one day.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::raw::DefectKind;
use super::{Authors, Defect, Document, Edit};
use crate::codec;
use crate::domain::site_time::Day;
use crate::ids::{DocId, LogId, NodeId, SiteId};
use crate::wire::keeper::SeriesKey;

/// A number the keeper gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenNumber {
    /// The number.
    #[serde(rename = "n")]
    pub number: u32,
    /// The document that carries it.
    #[serde(rename = "d")]
    pub doc: DocId,
    /// The node it was given to.
    #[serde(rename = "t")]
    pub to: NodeId,
}

/// The numbers given of one series on one day by one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesBook {
    /// By number.
    pub given: BTreeMap<u32, GivenNumber>,
}

impl SeriesBook {
    /// The highest number given.
    pub fn highest(&self) -> Option<u32> {
        self.given.keys().next_back().copied()
    }

    /// The number a document has already got: asking again gives the same.
    pub fn number_of(&self, doc: &DocId) -> Option<u32> {
        self.given
            .values()
            .find(|given| given.doc == *doc)
            .map(|given| given.number)
    }
}

/// The document of a keeper's series on a day. Only its log writes there.
pub fn series_doc(site: &SiteId, log: &LogId, series: &SeriesKey, day: Day) -> DocId {
    DocId::derived(site, "series", &codec::encode(&(log, series, day)))
}

/// Records a given number.
pub fn give(given: GivenNumber) -> Vec<Edit> {
    vec![Edit::event(&given)]
}

/// Reads a series; numbers written by another node than `keeper` do not count.
pub fn read(
    document: &dyn Document,
    keeper: &NodeId,
    authors: &Authors<'_>,
) -> (SeriesBook, Vec<Defect>) {
    let mut raw = document.read();
    let mut book = SeriesBook::default();
    for event in raw.decode_events::<GivenNumber>() {
        let is_keepers = authors(&event.by.actor) == Some(*keeper);
        match book.given.entry(event.value.number) {
            Entry::Vacant(entry) if is_keepers => {
                entry.insert(event.value);
            }
            Entry::Vacant(_) => raw.defect(format!("event {:?}", event.by), DefectKind::NotKeeper),
            Entry::Occupied(_) => raw.defect(format!("event {:?}", event.by), DefectKind::Twice),
        }
    }
    (book, raw.defects)
}
