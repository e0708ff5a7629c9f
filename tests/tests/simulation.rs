//! Random working days with everything going wrong, from many seeds.
//!
//! `LIENQUAY_SEEDS=n` runs n of them from `LIENQUAY_FIRST` on, `LIENQUAY_STEPS=n` makes the days longer or shorter,
//! `LIENQUAY_SEED=k` repeats one and `LIENQUAY_SCRIPT=file` runs a script that was kept. `LIENQUAY_UNTIL_FAILURE=1` stops at
//! the first day that fails, `LIENQUAY_THREADS=n` leaves cores to others. A failing day is made short before it is told
//! (`LIENQUAY_SHRINK=seconds`; 0 tells it as it is). `LIENQUAY_SCHEMA=opaque|automerge` says what documents are made of;
//! otherwise the seed does.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; long runs say how far they are and end in time"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use lienquay_tests::sim::day::Day;
use lienquay_tests::sim::schema::Schema;
use lienquay_tests::sim::script::{DayKind, Script, Step, Verb, draw};
use lienquay_tests::sim::shrink::{Failure, failure_of, shrink};
use lienquay_tests::sim::world::{Prepared, World};

/// Seeds of an ordinary run of the tests.
const N_SEEDS: u64 = 400;
/// Steps of an ordinary day.
const N_STEPS: usize = 500;
/// How long a failing day may be made shorter.
const SHRINK_SECONDS: u64 = 90;
/// Failing seeds after which a run gives up.
const MAX_FAILURES: usize = 6;
/// Days after which a long run says how far it is.
const DAYS_A_LINE: usize = 250;

/// Days that once failed, made short and kept, each for a bug that is mended now.
const ONCE_FAILED: &[&str] = &[
    include_str!("days/restored_keeper_numbers_at_once.day"),
    include_str!("days/restored_keeper_is_replaced.day"),
    include_str!("days/branch_lost_before_it_applied.day"),
    include_str!("days/branch_known_before_its_log.day"),
    include_str!("days/roster_lost_on_a_full_disk.day"),
    include_str!("days/place_taken_by_a_lost_branch.day"),
    include_str!("days/restored_before_its_first_entry.day"),
    include_str!("days/overlap_of_another_branch.day"),
    include_str!("days/planned_end_lost_with_its_maker.day"),
    include_str!("days/planned_log_has_another_branch.day"),
    include_str!("days/copy_brings_what_a_cut_took.day"),
    include_str!("days/asked_over_a_link_that_is_gone.day"),
    include_str!("days/ended_by_an_entry_that_left_the_copy.day"),
    include_str!("days/asked_while_disks_were_full.day"),
    include_str!("days/joined_on_a_full_disk.day"),
    include_str!("days/numbered_under_another_date.day"),
    include_str!("days/press_repeated_after_a_restore.day"),
    include_str!("days/safe_by_another_branch.day"),
    include_str!("days/restored_keeper_that_never_wrote.day"),
    include_str!("days/admitted_by_a_removed_administrator.day"),
    include_str!("days/branches_meet_in_a_first_copy.day"),
    include_str!("days/copies_alone.day"),
    include_str!("days/retired_unaware_gathers_a_group.day"),
    include_str!("days/transferred_before_its_call_was_heard.day"),
    include_str!("days/branch_with_two_ends.day"),
    include_str!("days/lost_ground_before_its_log_lost.day"),
    include_str!("days/spared_until_its_heir_lost.day"),
    include_str!("days/written_again_before_its_ground.day"),
    include_str!("days/erased_although_forgetting_failed.day"),
    include_str!("days/lost_ground_before_its_author_was_shut_out.day"),
];

/// Sites of several sizes, founded and joined once by the real protocol.
fn prepared(n_pcs: usize, schema: Schema) -> &'static Prepared {
    static SITES: [[OnceLock<Prepared>; 10]; 2] = [const { [const { OnceLock::new() }; 10] }; 2];
    let n_pcs = n_pcs.clamp(3, 12);
    SITES[schema as usize][n_pcs - 3].get_or_init(|| {
        let mut world = World::of(n_pcs as u64, schema);
        world.build_site(n_pcs);
        world.prepare()
    })
}

/// The site that a script plays on.
fn site_of(script: &Script) -> &'static Prepared {
    prepared(script.n_pcs, script.schema)
}

fn run(script: &Script) -> World {
    Day::run(script, site_of(script))
}

fn fails(script: &Script) -> Option<Failure> {
    let site = site_of(script);
    failure_of(|| drop(Day::run(script, site)))
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn kind() -> DayKind {
    DayKind {
        n_steps: from_env("LIENQUAY_STEPS")
            .and_then(|n_steps| usize::try_from(n_steps).ok())
            .unwrap_or(N_STEPS),
        ..DayKind::default()
    }
}

/// What is told of a failing day: what broke, the short script, and how to repeat the long one.
fn told(script: &Script, failure: Failure) -> String {
    let seconds = from_env("LIENQUAY_SHRINK").unwrap_or(SHRINK_SECONDS);
    let end = Instant::now() + Duration::from_secs(seconds);
    let short = shrink(script, failure, fails, || Instant::now() < end);
    let (n_before, n_after) = (script.steps.len(), short.script.steps.len());
    format!(
        "{}\n--- the script of seed {}, {n_before} steps made {n_after} by {} runs; kept in a file, it runs with \
         LIENQUAY_SCRIPT=file:\n{}\n--- the whole day: LIENQUAY_SEED={} LIENQUAY_STEPS={} cargo test -p lienquay-tests \
         --test simulation",
        short.failure.told,
        script.seed,
        short.n_runs,
        short.script,
        script.seed,
        kind().n_steps,
    )
}

/// How a run of many days goes on.
#[derive(Default)]
struct Progress {
    next: AtomicUsize,
    n_steps: AtomicUsize,
    /// The days that failed, by their place.
    failed: Mutex<BTreeMap<usize, (Script, Failure)>>,
}

impl Progress {
    /// The next day to run: none once enough failed before it.
    fn next(&self, max_failures: usize) -> Option<usize> {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        (self.failed.lock().unwrap().len() < max_failures).then_some(at)
    }

    fn note(&self, at: usize, script: Script, failure: Option<Failure>, began: Instant) {
        let before = self
            .n_steps
            .fetch_add(script.steps.len(), Ordering::Relaxed);
        if (at + 1).is_multiple_of(DAYS_A_LINE) {
            self.tell(at + 1, before + script.steps.len(), began);
        }
        if let Some(failure) = failure {
            eprintln!("seed {}: {}", script.seed, failure.invariant);
            self.failed.lock().unwrap().insert(at, (script, failure));
        }
    }

    fn tell(&self, n_days: usize, n_steps: usize, began: Instant) {
        let seconds = began.elapsed().as_secs_f64();
        eprintln!(
            "{n_days} days, {n_steps} steps in {seconds:.1} s, {:.2} days a second",
            n_days as f64 / seconds
        );
    }
}

/// Runs scripts on as many threads as there are cores and tells the first that failed, made short.
fn run_all(scripts: impl Fn(usize) -> Option<Script> + Sync) {
    let n_threads = from_env("LIENQUAY_THREADS")
        .and_then(|n_threads| usize::try_from(n_threads).ok())
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(2);
    let max_failures = match from_env("LIENQUAY_UNTIL_FAILURE") {
        Some(1..) => 1,
        _ => MAX_FAILURES,
    };
    let (progress, began) = (Progress::default(), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some(at) = progress.next(max_failures)
                    && let Some(script) = scripts(at)
                {
                    let failure = fails(&script);
                    progress.note(at, script, failure, began);
                }
            });
        }
    });
    let n_days = (0..progress.next.load(Ordering::Relaxed))
        .take_while(|at| scripts(*at).is_some())
        .count();
    progress.tell(n_days, progress.n_steps.load(Ordering::Relaxed), began);
    let failed = progress.failed.into_inner().unwrap();
    let seeds: Vec<u64> = failed.values().map(|(script, _)| script.seed).collect();
    if let Some((at, (script, failure))) = failed.into_iter().next() {
        let told = told(&script, failure);
        panic!("{told}\nfailed on day {}; failed seeds: {seeds:?}", at + 1);
    }
}

#[test]
fn days_with_every_fault_end_well() {
    if let Ok(file) = std::env::var("LIENQUAY_SCRIPT") {
        let script: Script = std::fs::read_to_string(file).unwrap().parse().unwrap();
        return run_all(|at| (at == 0).then(|| script.clone()));
    }
    let seeds = match from_env("LIENQUAY_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let first = from_env("LIENQUAY_FIRST").unwrap_or(0);
            first..first + from_env("LIENQUAY_SEEDS").unwrap_or(N_SEEDS)
        }
    };
    run_all(|at| seeds.clone().nth(at).map(|seed| draw(seed, kind())));
}

#[test]
fn days_that_once_failed_end_well() {
    for text in ONCE_FAILED {
        let mut script: Script = text.parse().unwrap();
        for schema in [Schema::Automerge, Schema::Opaque] {
            script.schema = schema;
            drop(run(&script));
        }
    }
}

#[test]
fn a_seed_replays_bit_for_bit() {
    for seed in [1, 2, 3] {
        let script = draw(seed, DayKind::default());
        let (one, other) = (run(&script), run(&script));
        assert_eq!(one.trace().digest(), other.trace().digest(), "seed {seed}");
    }
}

/// A failure that needs three things in this order shrinks to little more than them.
#[test]
fn a_planted_failure_shrinks_to_a_handful_of_steps() {
    let planted = |script: &Script| -> Option<Failure> {
        let wanted = [Verb::Receive, Verb::Partition, Verb::Edit];
        let mut left = wanted.iter().peekable();
        for step in &script.steps {
            if left.peek() == Some(&&step.verb) {
                left.next();
            }
        }
        left.peek().is_none().then(|| Failure {
            invariant: "planted".to_owned(),
            told: String::new(),
        })
    };
    for seed in 0..20 {
        let script = (seed..)
            .map(|seed| {
                draw(
                    seed,
                    DayKind {
                        n_steps: 500,
                        ..DayKind::default()
                    },
                )
            })
            .find(|script| planted(script).is_some())
            .unwrap();
        let failure = planted(&script).unwrap();
        let short = shrink(&script, failure, planted, || true);
        let verbs: Vec<Verb> = short.script.steps.iter().map(|step| step.verb).collect();
        assert_eq!(verbs, [Verb::Receive, Verb::Partition, Verb::Edit]);
        assert_eq!(short.script.n_pcs, 3);
        assert!(short.script.steps.iter().all(|step| step.wait_millis == 0));
    }
}

/// The whole way: a real day that breaks something when a dossier was received after a cut.
#[test]
fn a_failing_day_is_told_as_a_short_script() {
    let script = draw(
        5,
        DayKind {
            n_steps: 60,
            ..DayKind::default()
        },
    );
    let site = site_of(&script);
    let breaks = |script: &Script| {
        failure_of(|| {
            let mut day = Day::begin(script, site);
            let mut is_cut = false;
            for step in &script.steps {
                day.step(step);
                is_cut |= step.verb == Verb::Issue;
                if is_cut && step.verb == Verb::Receive {
                    day.world
                        .broken("planted", "a dossier was received after a ticket");
                }
            }
        })
    };
    let failure = breaks(&script).unwrap();
    let short = shrink(&script, failure, breaks, || true);
    let verbs: Vec<Verb> = short
        .script
        .steps
        .iter()
        .map(|step: &Step| step.verb)
        .collect();
    assert_eq!(verbs, [Verb::Issue, Verb::Receive]);
    assert!(short.failure.told.starts_with("invariant: planted\n"));
}
