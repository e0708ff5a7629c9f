//! libFuzzer around one target, named by `LIENQUAY_FUZZ_TARGET`: the root of the crate `tests/fuzz`.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "targets fail by panicking")]

mod fuzz;

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

fn target() -> &'static fuzz::Target {
    static TARGET: OnceLock<&fuzz::Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("LIENQUAY_FUZZ_TARGET").unwrap_or_default();
        let target = fuzz::target(&name).unwrap_or_else(|| {
            let names: Vec<_> = fuzz::TARGETS.iter().map(|target| target.name).collect();
            eprintln!("LIENQUAY_FUZZ_TARGET is one of {names:?}");
            std::process::exit(2)
        });
        if let Some(folder) = std::env::var_os("LIENQUAY_FUZZ_SEEDS") {
            for (at, seed) in (target.seeds)().iter().enumerate() {
                std::fs::write(std::path::Path::new(&folder).join(format!("seed-{at}")), seed).unwrap();
            }
        }
        // libFuzzer's own hook aborts at every panic, also at those that the product catches.
        set_hook(Box::new(|_| ()));
        target
    })
}

fuzz_target!(|input: &[u8]| {
    let target = target();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let what = panic.downcast_ref::<String>().map(String::as_str);
        eprintln!("{}: {}", target.name, what.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?"));
        std::process::abort();
    }
});
