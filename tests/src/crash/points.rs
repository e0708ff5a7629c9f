//! Points at which a life is killed or hurt, evenly spread, and what came of each.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::crash::check::check;
use crate::crash::given::Acknowledged;
use crate::crash::life::GAVE_UP;
use crate::crash::record::{Recording, before};
use crate::crash::strace::{At, Harm};

/// With `all`, every point is tried; a number tries so many of each kind.
pub const VARIABLE: &str = "LIENQUAY_CRASH_POINTS";
/// Failures shown; beyond that they are only counted.
const MAX_SHOWN: usize = 8;
/// So many calls of a kind in the first life make the folder, on which everything else rests.
const N_MAKING: usize = 200;
/// How many of these are tried at least, beside the share of the others.
const MAKING_SHARE: usize = 12;
/// A check that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call of a life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Which life.
    pub life: usize,
    /// Which call of it.
    pub at: At,
}

/// What came of many points.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many there are.
    pub n_points: usize,
    /// How many were tried.
    pub n_tried: usize,
    /// How many took effect: the call came.
    pub n_met: usize,
    /// Power cuts after these points.
    pub n_cuts: usize,
    /// What is wrong.
    pub failures: Vec<String>,
}

impl Tried {
    /// The same, with what the program had said before.
    #[must_use]
    pub fn after(mut self, said: &str) -> Self {
        for failure in &mut self.failures {
            failure.push_str(&format!("; the program had said {said:?}"));
        }
        self
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            n_points,
            n_tried,
            n_met,
            n_cuts,
            failures,
        } = self;
        write!(f, "{n_tried} of {n_points} points tried, {n_met} met, ")?;
        if *n_cuts > 0 {
            write!(f, "{n_cuts} power cuts afterwards, ")?;
        }
        writeln!(f, "{} failed", failures.len())?;
        failures
            .iter()
            .take(MAX_SHOWN)
            .try_for_each(|failure| writeln!(f, "{failure}"))
    }
}

/// How many points of a kind to try, unless the environment says otherwise.
///
/// # Panics
/// When the environment says neither `all` nor a number.
pub fn share(usual: usize) -> usize {
    match std::env::var(VARIABLE).as_deref() {
        Err(_) | Ok("") => usual,
        Ok("all") => usize::MAX,
        Ok(number) => number.parse().expect("`all` or a number"),
    }
}

/// Evenly spread over the whole, the same ones every time.
pub fn spread<T>(points: Vec<T>, share: usize) -> Vec<T> {
    let n_points = points.len();
    let is_taken = |at: usize| (at + 1) * share / n_points != at * share / n_points;
    if share >= n_points {
        return points;
    }
    let taken = points
        .into_iter()
        .enumerate()
        .filter(|(at, _)| is_taken(*at));
    taken.map(|(_, point)| point).collect()
}

/// Every call with one of these names, in every life.
pub fn points(recording: &Recording, calls: &[&'static str]) -> Vec<Point> {
    let mut points = Vec::new();
    for (life, counts) in recording.trace.counts.iter().enumerate() {
        for call in calls {
            let n_calls = counts.get(*call).copied().unwrap_or(0);
            points.extend((1..=n_calls).map(|n| Point {
                life,
                at: At { call, n },
            }));
        }
    }
    points
}

/// Runs a check to its end.
pub fn in_time<T>(check: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let checked = tokio::time::timeout(PATIENCE, check).await;
        checked.unwrap_or_else(|_elapsed| bail!("hangs"))
    })
}

impl Recording {
    /// Hurts a life at each point, and checks what is left.
    pub fn try_all(&self, share: usize, calls: &[&'static str], harm: &Harm) -> Result<Tried> {
        let all = points(self, calls);
        let mut tried = Tried {
            n_points: all.len(),
            ..Tried::default()
        };
        let (making, others): (Vec<Point>, Vec<Point>) = all
            .into_iter()
            .partition(|point| point.life == 0 && point.at.n <= N_MAKING);
        let mut chosen = spread(making, MAKING_SHARE.max(share / 8));
        chosen.extend(spread(others, share));
        for point in chosen {
            tried.n_tried += 1;
            match self.try_one(&point, harm) {
                Ok(was_met) => tried.n_met += usize::from(was_met),
                Err(error) => tried
                    .failures
                    .push(format!("{point:?} {harm:?}: {error:#}")),
            }
        }
        Ok(tried)
    }

    fn try_one(&self, point: &Point, harm: &Harm) -> Result<bool> {
        self.place.put_back(&before(point.life))?;
        let ended = self.strace().hurt(point.life, &point.at, harm.clone())?;
        let known = Acknowledged::read(&self.place.acknowledged())?;
        let steps = self.script.lives()[point.life].clone();
        let is_done = known.next() == steps.end;
        match harm {
            Harm::Kill => ensure!(
                ended.status.success() == is_done && ended.said.is_empty(),
                "{:?}: {}",
                ended.status,
                ended.said
            ),
            Harm::FailForEver(_) => ensure!(
                ended.status.success() || ended.has_code(GAVE_UP),
                "{:?}: {}",
                ended.status,
                ended.said
            ),
            // What passes is got over by the same process.
            Harm::Fail(_) | Harm::FailTimes(..) => {
                ensure!(ended.status.success(), "{:?}: {}", ended.status, ended.said);
            }
        }
        let was_met = match harm {
            Harm::Kill => !is_done,
            _ => !ended.said.is_empty(),
        };
        in_time(check(&self.place, &self.script, known, steps.end))
            .with_context(|| format!("the program had said {:?}", ended.said))?;
        Ok(was_met)
    }
}
