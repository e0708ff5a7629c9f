//! Number series: ranges that cannot overlap, dossier codes and ticket numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::site_time::Day;
use crate::ids::{DocId, NodeId, SiteId};
use crate::wire::keeper::LaneId;

/// Numbers in a slot's range of one day.
pub const SLOT_SIZE: u32 = 500;
/// Slots of a site: 3000 + 500 × 14 = 10 000 ends the four digits.
pub const MAX_SLOTS: u8 = 14;

/// A range of numbers of one day, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRange {
    /// First number.
    pub first: u32,
    /// Last number.
    pub last: u32,
}

impl NumberRange {
    /// Dossier numbers the keeper of the series gives.
    pub const DOSSIER_KEEPER: Self = Self {
        first: 1,
        last: 2_999,
    };
    /// Ticket numbers the keeper of a lane's series gives.
    pub const TICKET_KEEPER: Self = Self {
        first: 1,
        last: 999,
    };

    /// Dossier numbers of a slot; `None` beyond the last slot.
    pub fn dossier_slot(slot: u8) -> Option<Self> {
        Self::slot(Self::DOSSIER_KEEPER.last + 1, slot)
    }

    /// Ticket numbers of a slot; `None` beyond the last slot.
    pub fn ticket_slot(slot: u8) -> Option<Self> {
        Self::slot(Self::TICKET_KEEPER.last + 1, slot)
    }

    fn slot(base: u32, slot: u8) -> Option<Self> {
        let first = base + SLOT_SIZE * u32::from(slot);
        (slot < MAX_SLOTS).then_some(Self {
            first,
            last: first + SLOT_SIZE - 1,
        })
    }

    /// The number after `last_given`, or the range's first; `None` when it is used up.
    pub fn next(self, last_given: Option<u32>) -> Option<u32> {
        let next = last_given
            .map_or(self.first, |last| last.saturating_add(1))
            .max(self.first);
        (next <= self.last).then_some(next)
    }

    /// Whether a number belongs to it.
    pub fn contains(self, number: u32) -> bool {
        (self.first..=self.last).contains(&number)
    }
}

/// Who keeps a series, and who may use the keeper's range.
///
/// The two differ after a takeover: the successor numbers from its own slot until the old keeper's log shows a release to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesState {
    /// The keeper.
    pub keeper: NodeId,
    /// How often it changed.
    pub epoch: u32,
    /// Who may use the keeper's range.
    pub holder: NodeId,
    /// How often the range was handed on.
    pub releases: u32,
    /// Where the last release stopped.
    pub released: Option<ReleaseMark>,
}

/// The day and number at which a keeper stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseMark {
    /// The day.
    #[serde(rename = "d")]
    pub day: Day,
    /// The last number given that day; 0 for none.
    #[serde(rename = "n")]
    pub last: u32,
}

impl SeriesState {
    /// As it is at the founding.
    pub const fn first(founder: NodeId) -> Self {
        Self {
            keeper: founder,
            epoch: 0,
            holder: founder,
            releases: 0,
            released: None,
        }
    }

    /// Whether a node may number from the keeper's range.
    pub fn may_use_range(&self, node: &NodeId) -> bool {
        self.keeper == *node && self.holder == *node
    }

    /// Whom a node must release the range to, if it holds it without being the keeper.
    pub fn must_release(&self, node: &NodeId) -> Option<NodeId> {
        (self.holder == *node && self.keeper != *node).then_some(self.keeper)
    }

    /// The last number the former holder gave on a day: the new one continues behind it.
    pub fn released_last(&self, day: Day) -> Option<u32> {
        self.released
            .filter(|mark| mark.day == day && mark.last > 0)
            .map(|mark| mark.last)
    }
}

/// A dossier's code, in any of its forms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DossierCode(pub Text<64>);

impl DossierCode {
    /// `H26.15-251121-0007`.
    pub fn official(unit_code: &str, day: Day, number: u32) -> Self {
        Self(Text::truncated(&format!(
            "{unit_code}-{}-{number:04}",
            day.yymmdd()
        )))
    }

    /// `H26.15-251121-T-K3M9QA`: made from the document's id, so that it needs nobody's consent. With 100
    /// such codes on every day two collide once in about 600 years; that is told as an ambiguous code.
    pub fn provisional(unit_code: &str, day: Day, doc: &DocId) -> Self {
        Self(Text::truncated(&format!(
            "{unit_code}-{}-T-{}",
            day.yymmdd(),
            base32(doc, 6)
        )))
    }

    /// Whether it is of the provisional form.
    pub fn is_provisional(&self) -> bool {
        self.0.rsplit('-').nth(1) == Some("T")
    }

    /// Unit, day as `YYMMDD` and number of an official code.
    pub fn parse_official(&self) -> Option<(&str, &str, u32)> {
        let (rest, number) = self.0.rsplit_once('-')?;
        let (unit, day) = rest.rsplit_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if number.len() != 4 || day.len() != 6 || !digits(number) || !digits(day) || unit.is_empty()
        {
            return None;
        }
        Some((unit, day, number.parse().ok()?))
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Crockford's alphabet without I, L, O, U: nobody reads a 1 for an I.
fn base32(doc: &DocId, n_digits: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let value = u128::from_be_bytes(*doc.as_bytes());
    (0..n_digits)
        .map(|digit| {
            let index = usize::try_from(value >> (123 - 5 * digit) & 31).unwrap_or_default();
            char::from(ALPHABET[index])
        })
        .collect()
}

/// `A012`, `A1003`: at least three digits, the lane's letters before them.
pub fn ticket_text(lane: &LaneId, number: u32) -> Text<12> {
    Text::truncated(&format!("{}{number:03}", &**lane))
}

/// Reads a ticket's number as printed or typed, in any case: `a12` is A012.
pub fn parse_ticket(text: &str) -> Option<(LaneId, u32)> {
    let text = text.trim().to_ascii_uppercase();
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(split);
    let number: u32 = digits
        .parse()
        .ok()
        .filter(|number| (1..10_000).contains(number))?;
    is_lane(letters).then_some(())?;
    Some((LaneId::new(letters).ok()?, number))
}

/// Whether a text is a lane's name: one to four capital letters.
pub fn is_lane(letters: &str) -> bool {
    (1..=4).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The document of a ticket: derived from what is printed on the paper, so that a PC which only has the paper writes into
/// the document the issuer made.
pub fn ticket_doc(site: &SiteId, day: Day, lane: &LaneId, number: u32) -> DocId {
    DocId::derived(
        site,
        "ticket",
        format!("{}/{}/{number}", day.0, &**lane).as_bytes(),
    )
}

#[cfg(test)]
mod tests;
