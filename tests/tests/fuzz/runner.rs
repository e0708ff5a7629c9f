//! Running one input under watch: panic, heap, time; and making a failing one small.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use lienquay_tests::fuzz::Target;
use peak_alloc::PeakAlloc;

/// An honest input takes milliseconds, in a debug build on a busy machine too.
const MAX_MILLIS: u128 = 5_000;
/// After this the input is taken for endless, and the process ends with its name.
const ENDLESS: Duration = Duration::from_secs(60);

/// What is being tried now, for the watch.
type Open = Arc<Mutex<Option<(&'static str, Vec<u8>, Instant)>>>;

/// What was wrong with an input.
pub(crate) struct Failure {
    input: Vec<u8>,
    what: String,
}

impl Failure {
    pub(crate) fn of(target: &Target, input: &[u8]) -> Option<Self> {
        let panic = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).err()?;
        let text = panic.downcast_ref::<String>().cloned();
        let what = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Some(Self {
            input: input.to_vec(),
            what: what.unwrap_or_default(),
        })
    }

    /// The same failure with as few bytes as leaving parts out can reach.
    pub(crate) fn smallest(&self, target: &Target) -> Vec<u8> {
        let mut best = self.input.clone();
        let mut n_part = best.len().next_power_of_two();
        while n_part > 0 {
            let mut at = 0;
            while at < best.len() {
                let mut less = best.clone();
                less.drain(at..(at + n_part).min(best.len()));
                if Self::of(target, &less).is_some() {
                    best = less;
                } else {
                    at += n_part;
                }
            }
            n_part /= 2;
        }
        best
    }
}

/// Runs inputs and remembers the worst.
pub(crate) struct Runner {
    heap: &'static PeakAlloc,
    open: Open,
    worst_millis: u128,
    worst_heap_bytes: usize,
}

impl Runner {
    pub(crate) fn new(heap: &'static PeakAlloc) -> Self {
        let open = Open::default();
        watch(Arc::clone(&open));
        // The product catches panics of automerge; their text would bury what matters here.
        drop(take_hook());
        set_hook(Box::new(|_| ()));
        Self {
            heap,
            open,
            worst_millis: 0,
            worst_heap_bytes: 0,
        }
    }

    /// Forgets the worst.
    pub(crate) fn start(&mut self, _target: &Target) {
        (self.worst_millis, self.worst_heap_bytes) = (0, 0);
    }

    /// Fails the test when the input breaks a promise.
    pub(crate) fn check(&mut self, target: &Target, input: &[u8]) {
        let open = |value| *self.open.lock().unwrap_or_else(PoisonError::into_inner) = value;
        open(Some((target.name, input.to_vec(), Instant::now())));
        let before = self.heap.current_usage();
        self.heap.reset_peak_usage();
        let started = Instant::now();
        let failure = Failure::of(target, input);
        let millis = started.elapsed().as_millis();
        let n_heap_bytes = self.heap.peak_usage().saturating_sub(before);
        open(None);
        self.worst_millis = self.worst_millis.max(millis);
        self.worst_heap_bytes = self.worst_heap_bytes.max(n_heap_bytes);
        if let Some(failure) = failure {
            give_up(target, &failure.what, &failure.smallest(target));
        }
        if n_heap_bytes > target.max_heap_bytes {
            give_up(target, &format!("{n_heap_bytes} bytes of heap"), input);
        }
        if millis > MAX_MILLIS {
            give_up(target, &format!("{millis} ms"), input);
        }
    }

    /// What the report says of a target.
    pub(crate) fn line(&self, target: &Target, n: u64, elapsed: Duration) -> String {
        format!(
            "{:<10} {n:>8} inputs {:>8.0}/s  worst {:>4} ms  {:>6} KiB",
            target.name,
            n as f64 / elapsed.as_secs_f64(),
            self.worst_millis,
            self.worst_heap_bytes / 1024,
        )
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if !thread::panicking() {
            drop(take_hook());
        }
    }
}

fn give_up(target: &Target, what: &str, input: &[u8]) -> ! {
    drop(take_hook());
    panic!(
        "{}: {what}\nkeep it in once_failed.txt:\n{} {}",
        target.name,
        target.name,
        hex(input)
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// An input that never ends cannot fail its test by itself.
fn watch(open: Open) {
    let watch = move || {
        loop {
            thread::sleep(Duration::from_secs(1));
            let open = open.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((name, input, since)) = &*open
                && since.elapsed() > ENDLESS
            {
                eprintln!("{name}: endless\n{name} {}", hex(input));
                std::process::abort();
            }
        }
    };
    let named = thread::Builder::new().name("watch".to_owned());
    drop(named.spawn(watch).unwrap());
}
