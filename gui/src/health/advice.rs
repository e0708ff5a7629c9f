//! A sentence of what to do for everything that is not as it should be.

use super::data::{OtherPc, ThisPc};
use crate::cx::Cx;
use crate::strip::data::LOW_DISK_MIB;
use crate::widget::Tone;
use crate::words::count;

/// Clocks further apart than this make times hard to compare, seconds.
const FAR_OFF_SECS: u64 = 60;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Advice {
    Gone,
    LowDisk,
    ClockOff { minutes: u64 },
    OtherVersion,
    Silent { secs: u64 },
    SetAside { n: u64 },
    Leaving,
    ClockDoubtful,
    StoreTrouble { what: String },
    OnlyPc,
}

/// About another PC.
pub(super) fn of_other(other: &OtherPc, our_version: &str) -> Vec<Advice> {
    let Some(told) = &other.told else {
        return if other.pc.state.is_up() {
            Vec::new()
        } else {
            vec![Advice::Gone]
        };
    };
    let offset = told.offset_secs.unsigned_abs();
    let is_old = !told.version.is_empty() && told.version != our_version;
    [
        told.silent_secs.map(|secs| Advice::Silent { secs }),
        told.disk_free_mib
            .filter(|mib| *mib < LOW_DISK_MIB)
            .map(|_| Advice::LowDisk),
        (offset >= FAR_OFF_SECS).then_some(Advice::ClockOff {
            minutes: offset / 60,
        }),
        is_old.then_some(Advice::OtherVersion),
        (told.n_set_aside > 0).then_some(Advice::SetAside {
            n: told.n_set_aside,
        }),
        told.is_leaving.then_some(Advice::Leaving),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// About this PC.
pub(super) fn of_this(this: &ThisPc, n_others: usize) -> Vec<Advice> {
    let trouble = this.store_trouble.clone();
    [
        trouble.map(|what| Advice::StoreTrouble { what }),
        this.is_clock_doubtful.then_some(Advice::ClockDoubtful),
        this.disk_free_mib
            .filter(|mib| *mib < LOW_DISK_MIB)
            .map(|_| Advice::LowDisk),
        (this.n_set_aside > 0).then_some(Advice::SetAside {
            n: this.n_set_aside,
        }),
        (n_others == 0).then_some(Advice::OnlyPc),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Advice {
    /// How pressing it is.
    pub(super) fn tone(&self) -> Tone {
        match self {
            Self::StoreTrouble { .. } => Tone::Bad,
            Self::Leaving | Self::OnlyPc => Tone::Plain,
            _ => Tone::Warn,
        }
    }

    /// The sentence.
    pub(super) fn words(&self, cx: &Cx<'_>) -> String {
        match self {
            Self::Gone => tr!(cx, "health.do_gone"),
            Self::LowDisk => tr!(cx, "health.do_low_disk"),
            Self::ClockOff { minutes } => tr!(cx, "health.do_clock_off", n = minutes),
            Self::OtherVersion => tr!(cx, "health.do_version"),
            Self::Silent { secs } => tr!(cx, "health.do_silent", n = secs),
            Self::SetAside { n } => tr!(cx, "health.do_set_aside", n = count(cx.lang, *n)),
            Self::Leaving => tr!(cx, "health.do_leaving"),
            Self::ClockDoubtful => tr!(cx, "health.do_clock_doubtful"),
            Self::StoreTrouble { what } => tr!(cx, "health.do_store", what = what),
            Self::OnlyPc => tr!(cx, "health.do_only_pc"),
        }
    }
}

#[cfg(test)]
mod tests {
    use lienquay_node::view::NodeMode;
    use lienquay_shared::NodeId;

    use super::*;
    use crate::health::data::Told;
    use crate::strip::data::{Pc, PcState};

    fn well() -> Told {
        Told {
            n_behind: 3,
            n_ahead: 0,
            round_trip_millis: 10,
            offset_secs: -59,
            silent_secs: None,
            version: "0.1.0".to_owned(),
            mode: NodeMode::Desk,
            lanes: vec!["A".to_owned()],
            disk_free_mib: Some(500),
            loading: None,
            n_pending: 0,
            n_set_aside: 0,
            is_leaving: false,
        }
    }

    fn advice(state: PcState, told: Option<Told>) -> Vec<Advice> {
        let pc = Pc {
            node: NodeId([1; 32]),
            name: "Quầy 2".to_owned(),
            counter: Some(2),
            is_this: false,
            state,
            n_behind: 0,
        };
        let is_admin = false;
        of_other(&OtherPc { pc, is_admin, told }, "0.1.0")
    }

    #[test]
    fn a_pc_that_is_well_needs_no_advice_and_one_that_is_not_gets_its_own() {
        let up = |change: fn(&mut Told)| {
            let mut told = well();
            change(&mut told);
            advice(PcState::Up(None), Some(told))
        };
        assert_eq!(up(|_| ()), []);
        assert_eq!(up(|it| it.disk_free_mib = Some(400)), [Advice::LowDisk]);
        assert_eq!(up(|it| it.disk_free_mib = None), []);
        assert_eq!(
            up(|it| it.offset_secs = -3_600),
            [Advice::ClockOff { minutes: 60 }]
        );
        assert_eq!(
            up(|it| it.version = "0.0.9".to_owned()),
            [Advice::OtherVersion]
        );
        assert_eq!(up(|it| it.n_set_aside = 2), [Advice::SetAside { n: 2 }]);
        assert_eq!(advice(PcState::Gone(None), None), [Advice::Gone]);
        // Just connected, before its first beat.
        assert_eq!(advice(PcState::Up(None), None), []);
    }
}
