//! Every fuzz target over a bounded number of mutated seeds: no panic, no promise broken, no time or memory beyond its
//! bound. A failing input is made small and printed; `once_failed.txt` keeps those of the past.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "these are tests: they fail by panicking, tell what they tried, and measure it"
)]

mod fuzz {
    mod lies;
    pub(crate) mod mutate;
    pub(crate) mod runner;
    pub(crate) mod worst;
}

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fuzz::mutate::Mutator;
use fuzz::runner::{Failure, Runner};
use fuzz::worst;
use lienquay_tests::fuzz::{TARGETS, target, unhex};
use peak_alloc::PeakAlloc;

/// Counts the whole process, which is why this file runs its targets one after another in one test.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Per target; all targets together stay under a minute in a debug build.
const SECONDS: u64 = 2;
const ONCE_FAILED: &str = include_str!("fuzz/once_failed.txt");

#[test]
fn parsers_keep_their_promises_over_mutated_input() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = std::env::var("LIENQUAY_FUZZ_SECONDS");
    let seconds = seconds.map_or(SECONDS, |text| text.parse().unwrap());
    let seed = std::env::var("LIENQUAY_FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let mut runner = Runner::new(&HEAP);
    for line in ONCE_FAILED.lines().filter(|line| !line.starts_with('#')) {
        let (name, input) = line.split_once(' ').unwrap();
        runner.check(target(name).expect("a target of this name"), &unhex(input));
    }
    let mut report = Vec::new();
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty());
        for input in &seeds {
            runner.check(target, input);
        }
        let mut mutator = Mutator::new(seed, target.words, &seeds, target.max_input_bytes);
        let (started, mut n) = (Instant::now(), 0_u64);
        runner.start(target);
        while started.elapsed() < Duration::from_secs(seconds) {
            runner.check(target, &mutator.next());
            n += 1;
        }
        report.push(runner.line(target, n, started.elapsed()));
    }
    println!("{}", report.join("\n"));
}

/// One at a time: the heap and the panic hook are the process's.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn the_worst_changes_at_the_bounds_cost_little() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let lines: Vec<String> = worst::changes()
        .iter()
        .map(|bad| worst::check(&HEAP, bad))
        .collect();
    println!("{}", lines.join("\n"));
}

#[test]
fn the_runner_finds_and_shrinks_what_is_broken() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let broken = lienquay_tests::fuzz::Target {
        name: "broken",
        run: |input| assert!(!input.windows(2).any(|pair| pair == b"\x05\x05")),
        seeds: || vec![vec![1; 40]],
        words: &[b"\x05"],
        max_input_bytes: 64,
        max_heap_bytes: 1 << 20,
    };
    let mut mutator = Mutator::new(3, broken.words, &(broken.seeds)(), broken.max_input_bytes);
    let failure = (0..100_000).find_map(|_| Failure::of(&broken, &mutator.next()));
    assert_eq!(failure.expect("found").smallest(&broken), b"\x05\x05");
}
