//! Measures the store: `cargo run --release -p lienquay-blobs --example rates -- [MIB] [FOLDER]`.
//!
//! Every figure stands beside its floor from the same run: the same bytes hashed with BLAKE3 and written to a plain file
//! with one sync, or hashed and copied within memory where nothing is synced. Then what memory each step took.
#![allow(clippy::print_stdout, reason = "this is its purpose")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures; the store itself reads no clock"
)]

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use lienquay_blobs::{Blobs, FolderDisk, Limits, PART_BYTES, Put, n_parts};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Runs of each step; the fastest counts, since other programs only ever slow it down.
const N_RUNS: u32 = 3;

/// Bytes that cost next to nothing to make, so that the source is not what is measured.
struct Source {
    rest: u64,
    pattern: Vec<u8>,
}

impl Source {
    fn new(size: u64, seed: u32) -> Self {
        let mut pattern = vec![0; 1 << 20];
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_be_bytes());
        hasher.finalize_xof().fill(&mut pattern);
        Self {
            rest: size,
            pattern,
        }
    }
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self
            .pattern
            .len()
            .min(out.len())
            .min(usize::try_from(self.rest).unwrap_or(usize::MAX));
        out[..n_read].copy_from_slice(&self.pattern[..n_read]);
        self.rest -= n_read as u64;
        Ok(n_read)
    }
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mib: u64 = args.next().map_or(Ok(64), |arg| arg.parse())?;
    let folder = args.next().map_or_else(std::env::temp_dir, Into::into);
    let root = folder.join(format!("lienquay-blobs-{}", std::process::id()));
    std::fs::create_dir(&root).context("no such folder")?;
    let result = measure(&root, mib << 20);
    std::fs::remove_dir_all(&root)?;
    result
}

fn store(root: &Path, name: &str, size: u64) -> anyhow::Result<Blobs> {
    let disk = FolderDisk::open(&root.join(name))?;
    let limits = Limits {
        max_blob_bytes: size,
        max_partials: 4,
    };
    Ok(Blobs::open(Box::new(disk), &[7; 32], limits)?)
}

fn measure(root: &Path, size: u64) -> anyhow::Result<()> {
    let (one, two) = (store(root, "one", size)?, store(root, "two", size)?);
    println!("{} MiB, best of {N_RUNS}", size >> 20);
    let plain = root.join("plain");
    best("floor: blake3, plain write, one sync", size, |seed| {
        copy_and_sync(&plain, size, seed)
    })?;
    best("ingest", size, |seed| {
        one.ingest(&mut Source::new(size, seed), size, &mut |_| {
            ControlFlow::Continue(())
        })?;
        Ok(())
    })?;
    let hash = one
        .ingest(&mut Source::new(size, 0), size, &mut |_| {
            ControlFlow::Continue(())
        })?
        .hash;
    best(
        "ingest what is here already (reads it through)",
        size,
        |_| {
            let mut source = Source::new(size, 0);
            let done = one.ingest(&mut source, size, &mut |_| ControlFlow::Continue(()))?;
            anyhow::ensure!(done.was_here);
            Ok(())
        },
    )?;
    best("floor: blake3, plain read", size, |_| read_plain(&plain))?;
    best("read", size, |_| {
        let mut out = vec![0; 1 << 16];
        let mut reader = one.read(hash)?;
        while reader.read(&mut out)? > 0 {}
        Ok(())
    })?;
    best("serve (every part with its proof)", size, |_| {
        for part in one.parts(hash, 0..n_parts(size))? {
            part?;
        }
        Ok(())
    })?;
    let parts: Vec<Vec<u8>> = one
        .parts(hash, 0..n_parts(size))?
        .collect::<Result<_, _>>()?;
    best("fetch: verify, store, sync every 4 MiB", size, |_| {
        two.remove(hash)?;
        two.begin(hash, size)?;
        let mut put = Put::Held;
        for at in 0..parts.len() {
            // Not in order: by odd steps round the ring of parts.
            let part = at * 7919 % parts.len();
            put = two.put(hash, part as u64, &parts[part])?;
        }
        anyhow::ensure!(put == Put::Whole);
        Ok(())
    })?;
    drop(parts);
    single_parts(&one, hash, size)
}

/// One part at a time, as a peer asks for them.
fn single_parts(one: &Blobs, hash: lienquay_shared::FileHash, size: u64) -> anyhow::Result<()> {
    let n_asked = 1000;
    let start = Instant::now();
    for n in 0..n_asked {
        one.part(hash, n * 31 % n_parts(size))?;
    }
    let each = start.elapsed() / u32::try_from(n_asked)?;
    println!("one part of it, file opened each time: {each:?}");
    let mut reader = one.read(hash)?;
    let start = Instant::now();
    for n in 0..n_asked {
        reader.seek(SeekFrom::Start(n * 31 * PART_BYTES % size))?;
        reader.read_exact(&mut [0; 100])?;
    }
    let each = start.elapsed() / u32::try_from(n_asked)?;
    println!("100 bytes at a new place: {each:?}");
    Ok(())
}

fn copy_and_sync(plain: &Path, size: u64, seed: u32) -> anyhow::Result<()> {
    let mut source = Source::new(size, seed);
    let mut buffer = vec![0; 1 << 16];
    let mut hasher = blake3::Hasher::new();
    let mut file = File::create(plain)?;
    loop {
        let n_read = source.read(&mut buffer)?;
        if n_read == 0 {
            break;
        }
        hasher.update(&buffer[..n_read]);
        file.write_all(&buffer[..n_read])?;
    }
    std::hint::black_box(hasher.finalize());
    Ok(file.sync_all()?)
}

fn read_plain(plain: &Path) -> anyhow::Result<()> {
    let mut file = File::open(plain)?;
    let mut buffer = vec![0; 1 << 16];
    let mut hasher = blake3::Hasher::new();
    loop {
        let n_read = file.read(&mut buffer)?;
        if n_read == 0 {
            break;
        }
        hasher.update(&buffer[..n_read]);
    }
    std::hint::black_box(hasher.finalize());
    Ok(())
}

/// Prints the rate of the fastest run, and the heap it took above what was there before (the source takes 1 MiB of it).
fn best(
    what: &str,
    size: u64,
    mut step: impl FnMut(u32) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let mut fastest = f64::INFINITY;
    for run in 0..N_RUNS {
        let start = Instant::now();
        step(run)?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate to look at")]
    let mib_per_second = size as f64 / fastest / f64::from(1 << 20);
    let heap_kib = HEAP.peak_usage().saturating_sub(before) >> 10;
    println!("{what:50} {mib_per_second:8.0} MiB/s {heap_kib:8} KiB of heap");
    Ok(())
}
