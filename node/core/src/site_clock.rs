//! Site time: what this site takes for the true time, from members' clocks and trusted anchors.
//!
//! PCs without internet have wrong clocks. A clock is never a reason to refuse data; but a legal time (received, due)
//! must not come from a dead CMOS battery. Site time is our own clock plus the median of the members' offsets, or plus
//! an anchor (the province's `Date` header, or a date an officer confirmed), and never below the highest anchored time
//! stored durably.

use std::collections::BTreeMap;

use lienquay_shared::NodeId;
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};
use lienquay_shared::wire::link::BeatClock;

use crate::event::Now;

/// This program was written in 2026: any earlier date is a clock that lost its battery.
pub const EARLIEST_PLAUSIBLE_MILLIS: u64 = 1_780_000_000_000;
/// An unanchored clock further ahead than this of the program's age is as implausible as one behind.
pub const LATEST_PLAUSIBLE_MILLIS: u64 = EARLIEST_PLAUSIBLE_MILLIS + 20 * 365 * 86_400_000;
/// An anchor counts this long; quartz drifts about a second a day.
const ANCHOR_VALID_MILLIS: u64 = 30 * 86_400_000;
/// A member's anchor replaces ours only when it is younger by more than this. Passed on, an anchor looks younger by the
/// time its beat travelled: without a margin two members would take it from each other for ever, off by a little more
/// each time.
const ANCHOR_FRESHER_BY_MILLIS: u64 = 10 * 60_000;

/// An offset from our monotonic clock to a trusted time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    /// True time minus our monotonic clock, at `set_at`.
    utc_minus_mono_millis: i64,
    /// May lie before this process began, when a member passed it on.
    set_at_mono_millis: i64,
    quality: TimeQuality,
}

impl Anchor {
    /// True time minus our wall clock.
    fn correction(&self, now: Now) -> i64 {
        self.utc_minus_mono_millis
            .saturating_add(signed(now.mono_millis))
            .saturating_sub(signed(now.wall_millis))
    }

    fn age_millis(&self, now: Now) -> u64 {
        unsigned(signed(now.mono_millis).saturating_sub(self.set_at_mono_millis))
    }
}

/// The site clock of one node.
#[derive(Debug, Clone, Default)]
pub struct SiteClock {
    /// Members' wall clocks minus ours, milliseconds.
    offsets: BTreeMap<NodeId, i64>,
    anchor: Option<Anchor>,
    /// The highest anchored time known to be durable: site time never falls below it.
    floor_millis: u64,
}

fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

fn unsigned(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0)
}

impl SiteClock {
    /// A time that was anchored and durable before.
    pub fn raise_floor(&mut self, millis: u64) {
        self.floor_millis = self.floor_millis.max(millis);
    }

    /// The floor to keep durable.
    pub fn floor_millis(&self) -> u64 {
        self.floor_millis
    }

    /// A trusted time became known.
    pub fn anchor(&mut self, now: Now, utc_millis: u64, quality: TimeQuality) {
        self.anchor = Some(Anchor {
            utc_minus_mono_millis: signed(utc_millis).saturating_sub(signed(now.mono_millis)),
            set_at_mono_millis: signed(now.mono_millis),
            quality,
        });
        if quality == TimeQuality::Anchored {
            self.floor_millis = self.floor_millis.max(utc_millis);
        }
    }

    /// A member told its clocks; `one_way_millis` is half the measured round trip.
    pub fn heard(&mut self, now: Now, member: NodeId, clock: &BeatClock, one_way_millis: u64) {
        let theirs = clock.wall_millis.saturating_add(one_way_millis);
        // A date an officer confirmed corrects that member's voice in the median; it binds nobody else.
        let spoken = signed(theirs).saturating_add(clock.confirmed.unwrap_or(0));
        self.offsets
            .insert(member, spoken.saturating_sub(signed(now.wall_millis)));
        let Some((correction, age)) = clock.anchor.filter(|(_, age)| *age < ANCHOR_VALID_MILLIS)
        else {
            return;
        };
        let utc = unsigned(signed(theirs).saturating_add(correction));
        // The floor is for ever: a member whose program is broken must not raise it to a year nobody lives in.
        if !(EARLIEST_PLAUSIBLE_MILLIS..LATEST_PLAUSIBLE_MILLIS).contains(&utc) {
            return;
        }
        let is_fresher = |own: Anchor| {
            own.quality != TimeQuality::Anchored
                || own.age_millis(now) > age.saturating_add(ANCHOR_FRESHER_BY_MILLIS)
        };
        if self.anchor.is_none_or(is_fresher) {
            self.anchor = Some(Anchor {
                utc_minus_mono_millis: signed(utc).saturating_sub(signed(now.mono_millis)),
                set_at_mono_millis: signed(now.mono_millis).saturating_sub(signed(age)),
                quality: TimeQuality::Anchored,
            });
            self.floor_millis = self.floor_millis.max(utc);
        }
    }

    /// A member is gone; its clock no longer counts.
    pub fn forget(&mut self, member: &NodeId) {
        self.offsets.remove(member);
    }

    /// A member's clock against ours, in milliseconds.
    pub fn offset_of(&self, member: &NodeId) -> Option<i64> {
        self.offsets.get(member).copied()
    }

    /// The correction to the province's time to announce in beats, and its age.
    pub fn announced(&self, now: Now) -> Option<(i64, u64)> {
        let anchor = self
            .valid_anchor(now)
            .filter(|anchor| anchor.quality == TimeQuality::Anchored)?;
        Some((anchor.correction(now), anchor.age_millis(now)))
    }

    /// The correction to a date confirmed by this PC's officer.
    pub fn confirmed(&self, now: Now) -> Option<i64> {
        let anchor = self
            .valid_anchor(now)
            .filter(|anchor| anchor.quality == TimeQuality::Confirmed)?;
        Some(anchor.correction(now))
    }

    fn valid_anchor(&self, now: Now) -> Option<Anchor> {
        self.anchor
            .filter(|anchor| anchor.age_millis(now) < ANCHOR_VALID_MILLIS)
    }

    /// Site time now, with its quality.
    pub fn read(&self, now: Now) -> SiteTime {
        let (millis, quality) = match self.valid_anchor(now) {
            Some(anchor) => (
                unsigned(
                    anchor
                        .utc_minus_mono_millis
                        .saturating_add(signed(now.mono_millis)),
                ),
                anchor.quality,
            ),
            None => self.by_median(now),
        };
        SiteTime {
            millis: millis.max(self.floor_millis),
            quality,
        }
    }

    /// Whether nothing vouches for the date and it cannot be true: the officer must be asked before legal times are
    /// written.
    pub fn is_doubtful(&self, now: Now) -> bool {
        self.valid_anchor(now).is_none() && !self.is_plausible(self.median(now))
    }

    fn is_plausible(&self, millis: u64) -> bool {
        (EARLIEST_PLAUSIBLE_MILLIS.max(self.floor_millis)..LATEST_PLAUSIBLE_MILLIS)
            .contains(&millis)
    }

    fn median(&self, now: Now) -> u64 {
        let mut offsets: Vec<i64> = self.offsets.values().copied().chain([0]).collect();
        offsets.sort_unstable();
        unsigned(signed(now.wall_millis).saturating_add(offsets[offsets.len() / 2]))
    }

    fn by_median(&self, now: Now) -> (u64, TimeQuality) {
        let millis = self.median(now);
        let quality = match (self.is_plausible(millis), self.offsets.is_empty()) {
            (false, _) => TimeQuality::Doubtful,
            (true, true) => TimeQuality::Unconfirmed,
            (true, false) => TimeQuality::Median,
        };
        (millis, quality)
    }
}

#[cfg(test)]
mod tests {
    use lienquay_shared::hlc::Hlc;

    use super::*;

    const TODAY: u64 = EARLIEST_PLAUSIBLE_MILLIS + 86_400_000;
    const MEMBER: NodeId = NodeId([1; 32]);

    fn at(mono_millis: u64) -> Now {
        Now {
            mono_millis,
            wall_millis: TODAY + mono_millis,
        }
    }

    fn beat(wall_millis: u64, anchor: Option<(i64, u64)>) -> BeatClock {
        BeatClock {
            wall_millis,
            hlc: Hlc(0),
            anchor,
            confirmed: None,
        }
    }

    #[test]
    fn no_clock_a_member_tells_stops_ours_or_raises_the_floor_for_ever() {
        let corrections = [0, 1, -1, i64::MIN, i64::MAX];
        for wall in [0, 1, TODAY, u64::MAX] {
            for correction in corrections {
                for confirmed in [None, Some(correction)] {
                    let mut clock = SiteClock::default();
                    let told = BeatClock {
                        confirmed,
                        ..beat(wall, Some((correction, 0)))
                    };
                    clock.heard(at(5), MEMBER, &told, u64::MAX);
                    for later in [at(5), at(1_000_000)] {
                        clock.read(later);
                        clock.announced(later);
                        clock.is_doubtful(later);
                    }
                    assert!(clock.floor_millis() < LATEST_PLAUSIBLE_MILLIS);
                }
            }
        }
    }

    #[test]
    fn an_anchor_passed_on_to_a_pc_just_started_keeps_its_age() {
        let age = 20 * 86_400_000;
        let mut clock = SiteClock::default();
        clock.heard(at(5_000), MEMBER, &beat(TODAY, Some((0, age))), 0);
        assert_eq!(clock.announced(at(6_000)).unwrap().1, age + 1_000);
    }

    #[test]
    fn two_members_do_not_take_one_anchor_from_each_other_for_ever() {
        let mut clock = SiteClock::default();
        clock.anchor(at(0), TODAY, TimeQuality::Anchored);
        let before = clock.read(at(60_000));
        // The same anchor, back from a member: a little younger, a little off.
        let told = beat(at(60_000).wall_millis - 40, Some((0, 60_000 - 40)));
        clock.heard(at(60_000), MEMBER, &told, 0);
        assert_eq!(clock.read(at(60_000)), before);
    }
}
