//! Writing a day from a seed: mostly work, some of everything that can go wrong, and moments at which all is repaired.

use lienquay_core::engine::FIRST_COPY_FROM;

use crate::sim::chance::Chance;
use crate::sim::schema::Schema;

use super::{Script, Step, Verb};

/// What kind of day is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Steps at least.
    pub n_steps: usize,
    /// PCs at most; at least three.
    pub max_pcs: usize,
    /// Whether PCs are copied, restored, removed and added.
    pub rare: bool,
}

impl Default for Day {
    fn default() -> Self {
        Self {
            n_steps: 120,
            max_pcs: 12,
            rare: true,
        }
    }
}

/// A day has some hundred entries; on some days a PC that joins takes a first copy of so many.
const EARLY_FIRST_COPY: u64 = 30;

/// How many days of a hundred see PCs fall silent for long, and how often they do then, one in so many steps.
const SILENT_DAYS_PERCENT: u64 = 35;
const SILENCE_EVERY: u64 = 50;
/// After a silence of so long an officer is offered the tickets of a PC.
const GRACE_MILLIS: u64 = 31_000;

/// How often what happens, of all together.
type Weights = &'static [(Verb, u32)];

const WORK: Weights = &[
    (Verb::Issue, 130),
    (Verb::Call, 130),
    (Verb::Announce, 90),
    (Verb::Serve, 60),
    (Verb::FinishTicket, 60),
    (Verb::Recall, 15),
    (Verb::NoShow, 20),
    (Verb::Decline, 20),
    (Verb::Park, 20),
    (Verb::Unpark, 15),
    (Verb::Transfer, 30),
    (Verb::Prioritise, 15),
    (Verb::CallOne, 15),
    (Verb::TypeNumber, 12),
    (Verb::TakeOver, 20),
    (Verb::Rate, 8),
    (Verb::Receive, 70),
    (Verb::Edit, 60),
    (Verb::EditBothSides, 25),
    (Verb::Advance, 60),
    (Verb::Return, 20),
    (Verb::Note, 15),
    (Verb::Settle, 25),
    (Verb::Again, 40),
    (Verb::GoMobile, 5),
    (Verb::ComeBack, 8),
    (Verb::Lane, 6),
    (Verb::ConfirmDate, 4),
];

const FAULTS: Weights = &[
    (Verb::Crash, 14),
    (Verb::CrashAll, 8),
    (Verb::CrashAtWrite, 16),
    (Verb::DieTelling, 8),
    (Verb::Close, 6),
    (Verb::Start, 50),
    (Verb::DiskFull, 8),
    (Verb::DiskFree, 10),
    (Verb::CommitFails, 8),
    (Verb::DiskSlow, 6),
    (Verb::DiskFast, 8),
    (Verb::Partition, 16),
    (Verb::Split, 12),
    (Verb::OneWay, 10),
    (Verb::Mend, 14),
    (Verb::Heal, 22),
    (Verb::Storm, 4),
    (Verb::Lossy, 4),
    (Verb::Calm, 10),
    (Verb::Reconnect, 20),
    (Verb::Repeat, 6),
    (Verb::Skew, 6),
    (Verb::JumpBack, 6),
];

const RARE: Weights = &[
    (Verb::Backup, 22),
    (Verb::Restore, 10),
    (Verb::RollBack, 8),
    (Verb::Clone, 6),
    (Verb::CloneOff, 6),
    (Verb::Move, 5),
    (Verb::Burn, 3),
    (Verb::Revoke, 7),
    (Verb::Retire, 6),
    (Verb::Join, 10),
    (Verb::Seat, 8),
    (Verb::Rogue, 3),
    (Verb::Lie, 5),
    (Verb::Newer, 10),
    (Verb::NewerWords, 6),
    (Verb::Forget, 8),
    (Verb::SeriesKeeper, 5),
    (Verb::TakeOverSeries, 5),
];

/// How many days of a hundred see files, and what happens with them then, one in so many steps.
const FILE_DAYS_PERCENT: u64 = 60;
const FILES_EVERY: u64 = 9;
const FILES: Weights = &[
    (Verb::Scan, 60),
    (Verb::ScanOnly, 4),
    (Verb::FilesQuota, 12),
    (Verb::FilesFull, 6),
    (Verb::SpoilFile, 6),
    (Verb::LieInParts, 4),
];

/// Writes the day of a seed.
pub fn draw(seed: u64, day: Day) -> Script {
    let mut chance = Chance::new(seed, "script");
    let n_pcs = match chance.below(10) {
        0..=5 => chance.within(3..=5),
        6..=8 => chance.within(4..=8),
        _ => chance.within(6..=12),
    };
    let n_pcs = usize::try_from(n_pcs).unwrap_or(3).clamp(3, day.max_pcs);
    let mut pen = Pen {
        // A quiet day shows other things than a wild one.
        faults_percent: [2, 6, 12, 25][chance.index(4)],
        rare_percent: if day.rare {
            [0, 1, 3, 6][chance.index(4)]
        } else {
            0
        },
        quiesce_every: chance.within(40..=400),
        haste: [300, 1_200, 4_000][chance.index(3)],
        n_pcs,
        chance,
        silences: Chance::new(seed, "silences"),
        files: Chance::new(seed, "files"),
        is_file_day: Chance::new(seed, "filed").percent(FILE_DAYS_PERCENT),
        is_silent_day: Chance::new(seed, "silent").percent(SILENT_DAYS_PERCENT),
        steps: Vec::new(),
    };
    if pen.chance.percent(50) {
        pen.step(Verb::Clocks);
    }
    while pen.steps.len() < day.n_steps {
        pen.next();
    }
    let deaths_per_mille = if pen.chance.percent(15) { 3 } else { 0 };
    let first_copy_from = if pen.chance.percent(40) {
        EARLY_FIRST_COPY
    } else {
        FIRST_COPY_FROM
    };
    Script {
        seed,
        schema: Schema::of_seed(seed),
        n_pcs,
        deaths_per_mille,
        first_copy_from,
        steps: pen.steps,
    }
}

/// The verb on which a die of the sum of all weights falls.
fn of_weights(weights: Weights, dice: u64) -> Verb {
    let mut left = dice;
    for (verb, weight) in weights {
        match left.checked_sub(u64::from(*weight)) {
            Some(rest) => left = rest,
            None => return *verb,
        }
    }
    Verb::Issue
}

struct Pen {
    chance: Chance,
    n_pcs: usize,
    faults_percent: u64,
    rare_percent: u64,
    quiesce_every: u64,
    haste: u64,
    /// Drawn apart from the rest, which stays as it is.
    silences: Chance,
    is_silent_day: bool,
    files: Chance,
    is_file_day: bool,
    steps: Vec<Step>,
}

impl Pen {
    fn next(&mut self) {
        if self.is_silent_day && self.silences.below(SILENCE_EVERY) == 0 {
            self.silence();
        }
        if self.is_file_day && self.files.below(FILES_EVERY) == 0 {
            self.file_step();
        }
        if self.chance.below(self.quiesce_every) == 0 {
            return self.step(Verb::Quiesce);
        }
        let dice = self.chance.below(100);
        let (faults, rare) = (self.faults_percent, self.rare_percent);
        let verb = match dice {
            dice if dice < rare => self.of(RARE),
            dice if dice < rare + faults => self.of(FAULTS),
            dice if dice == rare + faults => return self.flap(),
            _ => self.of(WORK),
        };
        self.step(verb);
    }

    fn of(&mut self, weights: Weights) -> Verb {
        let sum: u32 = weights.iter().map(|(_, weight)| weight).sum();
        let dice = self.chance.below(u64::from(sum));
        of_weights(weights, dice)
    }

    fn file_step(&mut self) {
        let sum: u32 = FILES.iter().map(|(_, weight)| weight).sum();
        let dice = self.files.below(u64::from(sum));
        let verb = of_weights(FILES, dice);
        let pc = u16::try_from(self.files.below(64)).unwrap_or(0);
        let die = u32::try_from(self.files.below(1 << 32)).unwrap_or(0);
        let wait_millis = u32::try_from(self.files.below(2_000)).unwrap_or(0);
        self.steps.push(Step {
            wait_millis,
            verb,
            pc,
            die,
        });
    }

    /// A link that comes and goes.
    fn flap(&mut self) {
        if !self.chance.percent(20) {
            return self.step(Verb::Issue);
        }
        let (pc, die) = (self.pc(), self.die());
        for _ in 0..self.chance.within(2..=6) {
            for verb in [Verb::Split, Verb::Mend] {
                let wait_millis = u32::try_from(self.chance.within(50..=2_500)).unwrap_or(50);
                self.steps.push(Step {
                    wait_millis,
                    verb,
                    pc,
                    die,
                });
            }
        }
    }

    /// A PC falls silent, with tickets it keeps; after the grace several others take them over at the same moment and call on,
    /// and it comes back in the middle of that.
    fn silence(&mut self) {
        let falls = [Verb::Crash, Verb::CrashAll, Verb::Partition, Verb::GoMobile];
        let falls = falls[self.silences.index(falls.len())];
        let gone = self.at();
        self.at_once(falls, gone, 0);
        let n_steps = self.silences.within(4..=14);
        let back_at = self.silences.below(2 * n_steps);
        let mut wait_millis = GRACE_MILLIS + self.silences.below(8_000);
        for at in 0..n_steps {
            if at == back_at {
                for verb in [Verb::Start, Verb::Heal] {
                    let wait_millis = self.silences.below(500);
                    self.at_once(verb, gone, wait_millis);
                }
            }
            let verb = match self.silences.below(10) {
                _ if at < 2 => Verb::TakeOver,
                0..=2 => Verb::TakeOver,
                3..=6 => Verb::CallOne,
                7 => Verb::Call,
                8 => Verb::Announce,
                _ => Verb::Again,
            };
            let pc = self.at();
            self.at_once(verb, pc, wait_millis);
            wait_millis = self.silences.below(30);
        }
    }

    fn at_once(&mut self, verb: Verb, pc: u16, wait_millis: u64) {
        let step = Step {
            wait_millis: u32::try_from(wait_millis).unwrap_or(0),
            verb,
            pc,
            die: u32::try_from(self.silences.below(10_000)).unwrap_or(0),
        };
        self.steps.push(step);
    }

    fn at(&mut self) -> u16 {
        u16::try_from(self.silences.index(self.n_pcs + 1)).unwrap_or(0)
    }

    fn step(&mut self, verb: Verb) {
        let wait_millis = match self.chance.below(100) {
            0..=9 => 0,
            10..=97 => self.chance.within(1..=self.haste),
            _ => self.chance.within(1..=60_000),
        };
        let step = Step {
            wait_millis: u32::try_from(wait_millis).unwrap_or(0),
            verb,
            pc: self.pc(),
            die: self.die(),
        };
        self.steps.push(step);
    }

    fn pc(&mut self) -> u16 {
        // A place more than there are: whoever joined gets its turn.
        u16::try_from(self.chance.index(self.n_pcs + 1)).unwrap_or(0)
    }

    fn die(&mut self) -> u32 {
        u32::try_from(self.chance.below(10_000)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_few_days_hold_everything_that_can_happen_on_sites_of_every_size() {
        let (mut verbs, mut sizes) = (BTreeSet::new(), BTreeSet::new());
        for seed in 0..400 {
            let script = draw(
                seed,
                Day {
                    n_steps: 500,
                    ..Day::default()
                },
            );
            assert!(script.steps.len() >= 500);
            sizes.insert(script.n_pcs);
            verbs.extend(script.steps.iter().map(|step| step.verb));
        }
        assert_eq!(verbs, Verb::ALL.iter().copied().collect());
        assert_eq!(sizes, (3..=12).collect());
    }
}
