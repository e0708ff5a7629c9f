//! Fuzz targets: every parser that faces the network or a file, as plain functions of bytes.
//!
//! A target panics when a promise is broken: not only "reads or refuses", but what was read is written and read again
//! as the same. `tests/tests/fuzz.rs` runs each over mutated seeds, bounded; `deploy/fuzz.sh` runs them by hand for as
//! long as wanted, led by coverage. This file and its folder are also compiled by `tests/fuzz`, which is why they use
//! nothing else of the harness, and why what needs the shell (libp2p, SQLCipher) can be left out.

pub mod changes;
pub mod chunk;
pub mod documents;
#[cfg(feature = "shell")]
pub mod frames;
pub mod json;
pub mod operations;
pub mod people;
pub mod roster;
#[cfg(feature = "shell")]
pub mod shell;
pub mod wire;

/// One parser with what is promised of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called on the command line and in reports.
    pub name: &'static str,
    /// Panics when a promise is broken.
    pub run: fn(&[u8]),
    /// Valid inputs, made by the product's own code.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words that inputs are made of.
    pub words: &'static [&'static [u8]],
    /// The longest input worth making.
    pub max_input_bytes: usize,
    /// Heap that one input may take at most, the target's own comparing included.
    pub max_heap_bytes: usize,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "shell")]
    frames::FRAMES,
    wire::MESSAGE,
    wire::HEADER,
    wire::BATCH,
    roster::STATEMENT,
    roster::JOINING,
    changes::CHANGE,
    operations::OPERATIONS,
    documents::DOCUMENT,
    people::PROCEDURE,
    people::CCCD,
    people::SHEET,
    #[cfg(feature = "shell")]
    shell::KEY_FILE,
    #[cfg(feature = "shell")]
    shell::REQUEST,
    json::COMMAND,
    json::QUERY,
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Reads a text of hex digits.
#[must_use]
pub fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap_or_default(), 16);
    (0..text.len())
        .step_by(2)
        .filter_map(|at| digit(at).ok())
        .collect()
}
