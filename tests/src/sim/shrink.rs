//! Making a failing day short: steps are left out, then PCs, then waits are shortened, as long as the same invariant
//! breaks.
//!
//! Steps are left out in ever smaller runs (delta debugging), because every part of a script is a script. Time is bounded
//! by the caller; what was reached by then is the result.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use lienquay_core::engine::FIRST_COPY_FROM;

use crate::sim::script::{Script, Step};

/// How a day went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The invariant that broke; `panic` for anything else.
    pub invariant: String,
    /// All that was told.
    pub told: String,
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a day, and tells how it went wrong, without printing anything.
pub fn failure_of(day: impl FnOnce()) -> Option<Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                usual(info);
            }
        }));
    });
    let was_quiet = IS_QUIET.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(day));
    IS_QUIET.set(was_quiet);
    let told = match result.err()?.downcast::<String>() {
        Ok(told) => *told,
        Err(other) => other
            .downcast::<&str>()
            .map_or_else(|_| "a panic".to_owned(), |told| (*told).to_owned()),
    };
    let first = told.lines().next().unwrap_or_default();
    let invariant = first.strip_prefix("invariant: ").unwrap_or("panic");
    Some(Failure {
        invariant: invariant.to_owned(),
        told,
    })
}

/// A shorter script that breaks the same invariant, and how it fails.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The script.
    pub script: Script,
    /// How it fails.
    pub failure: Failure,
    /// Days run to find it.
    pub n_runs: usize,
}

/// Makes a failing script short. `fails` runs one and tells how it failed; `may_go_on` is asked before every run.
pub fn shrink(
    script: &Script,
    failure: Failure,
    fails: impl FnMut(&Script) -> Option<Failure>,
    may_go_on: impl FnMut() -> bool,
) -> Shrunk {
    let mut search = Search {
        best: Shrunk {
            script: script.clone(),
            failure,
            n_runs: 0,
        },
        fails,
        may_go_on,
    };
    loop {
        let before = search.best.script.clone();
        search.fewer_steps();
        search.fewer_pcs();
        search.calmer();
        search.shorter_waits();
        if search.best.script == before || !(search.may_go_on)() {
            return search.best;
        }
    }
}

struct Search<F, G> {
    best: Shrunk,
    fails: F,
    may_go_on: G,
}

impl<F, G> Search<F, G>
where
    F: FnMut(&Script) -> Option<Failure>,
    G: FnMut() -> bool,
{
    /// Takes a script if it breaks the same invariant.
    fn attempt(&mut self, script: Script) -> bool {
        if script == self.best.script || !(self.may_go_on)() {
            return false;
        }
        self.best.n_runs += 1;
        match (self.fails)(&script) {
            Some(failure) if failure.invariant == self.best.failure.invariant => {
                self.best.script = script;
                self.best.failure = failure;
                true
            }
            Some(_) | None => false,
        }
    }

    fn with_steps(&self, steps: Vec<Step>) -> Script {
        Script {
            steps,
            ..self.best.script.clone()
        }
    }

    fn fewer_steps(&mut self) {
        // What comes after the failure is not needed, and is most of the rest.
        let mut run = self.best.script.steps.len().div_ceil(2);
        while run > 0 {
            let mut end = self.best.script.steps.len();
            while end > 0 {
                let start = end.saturating_sub(run);
                let mut steps = self.best.script.steps.clone();
                let waited: u32 = steps[start..end].iter().map(|step| step.wait_millis).sum();
                steps.drain(start..end);
                let mut later = steps.clone();
                let mut is_taken = self.attempt(self.with_steps(steps));
                if let Some(next) = later.get_mut(start).filter(|_| !is_taken) {
                    // Perhaps the time that passed is what mattered.
                    next.wait_millis = next.wait_millis.saturating_add(waited);
                    is_taken = self.attempt(self.with_steps(later));
                }
                end = if is_taken {
                    start.min(self.best.script.steps.len())
                } else {
                    start
                };
                if !(self.may_go_on)() {
                    return;
                }
            }
            run /= 2;
        }
    }

    fn fewer_pcs(&mut self) {
        for n_pcs in 3..self.best.script.n_pcs {
            let script = Script {
                n_pcs,
                ..self.best.script.clone()
            };
            if self.attempt(script) {
                return;
            }
        }
    }

    fn calmer(&mut self) {
        let script = Script {
            deaths_per_mille: 0,
            first_copy_from: FIRST_COPY_FROM,
            ..self.best.script.clone()
        };
        self.attempt(script);
    }

    fn shorter_waits(&mut self) {
        for at in 0..self.best.script.steps.len() {
            let wait = self.best.script.steps[at].wait_millis;
            for shorter in [0, 10, 100, 1_000, 5_000, wait / 2] {
                if shorter >= wait {
                    continue;
                }
                let mut steps = self.best.script.steps.clone();
                steps[at].wait_millis = shorter;
                if self.attempt(self.with_steps(steps)) {
                    break;
                }
            }
        }
    }
}
