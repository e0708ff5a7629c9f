//! One site whose dossiers become more.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use lienquay_core::event::{Event, Now};
use lienquay_core::store::Store as _;
use lienquay_tests::scale::{Counter, Counters, Distinct, Filler, MORNING_MILLIS, N_DISTINCT};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::table::{Line, Table};

/// So many dossiers grow as on a counter, day by day; further ones are written as they are in the end.
const N_SLIMMED: u64 = 100_000;
/// Dossiers of one day at a very busy site.
const DAYS_WORK: u64 = 2_000;
/// Longer than between two beats.
const BEAT_MILLIS: u64 = 2_100;

/// The site of the measurements.
pub(super) struct Growing {
    parent: TempDir,
    /// The dossiers it is made of.
    pub(super) distinct: Distinct,
    /// The counter whose folder grows.
    pub(super) counter: Counter,
    /// The same counter as it was before anything was added.
    pub(super) small: Counter,
    /// Copies added so far.
    pub(super) n_copies: u64,
}

impl Growing {
    pub(super) fn new() -> Result<Self> {
        let parent = tempfile::tempdir()?;
        let mut counters = Counters::found(parent.path())?;
        let distinct = Distinct::make(&mut counters, N_DISTINCT)?;
        let [counter, _other] = counters.counters.clone();
        drop(counters);
        let small = Counter {
            folder: parent.path().join("small"),
            key: counter.key.clone(),
        };
        copy_folder(&counter.folder, &small.folder)?;
        Ok(Self {
            parent,
            distinct,
            counter,
            small,
            n_copies: 0,
        })
    }

    /// Where folders of further PCs may be made.
    pub(super) fn parent(&self) -> &Path {
        self.parent.path()
    }

    /// Dossiers in the folder, those measurements added apart.
    pub(super) fn n_dossiers(&self) -> u64 {
        N_DISTINCT + self.n_copies
    }

    /// Adds copies until there are so many dossiers.
    pub(super) fn grow_to(&mut self, n_dossiers: u64, table: &mut Table) -> Result<()> {
        let wanted = n_dossiers.saturating_sub(N_DISTINCT);
        if wanted <= self.n_copies {
            return Ok(());
        }
        let start = Instant::now();
        let first = self.n_copies;
        while self.n_copies < wanted.min(N_SLIMMED) {
            self.live_through(DAYS_WORK.min(wanted - self.n_copies))?;
        }
        let mut opened = self.counter.open()?;
        let mut filler = Filler::new(&self.distinct, &opened.store)?;
        filler.fill(&mut opened.store, self.n_copies, wanted)?;
        self.n_copies = wanted;
        let rate = (wanted - first) as f64 / start.elapsed().as_secs_f64();
        table.add(Line::new(
            format!("filling a folder up to {n_dossiers} dossiers (for the measurements)"),
            format!("{rate:.0} dossiers/s"),
        ));
        Ok(())
    }

    /// Some dossiers arrive with all their changes, and the engine has the time to drop those it need not keep: the
    /// folder's size is that of one that grew so.
    fn live_through(&mut self, n_dossiers: u64) -> Result<()> {
        let upto = self.n_copies + n_dossiers;
        let mut opened = self.counter.open()?;
        let mut filler = Filler::new(&self.distinct, &opened.store)?.keeping_changes();
        filler.fill(&mut opened.store, self.n_copies, upto)?;
        drop(opened);
        self.n_copies = upto;
        let (mut host, _lock) = self.counter.host(3, MORNING_MILLIS)?;
        for beat in 1.. {
            if host.store().docs_saved_over(1)?.is_empty() {
                break;
            }
            let now = Now {
                mono_millis: beat * BEAT_MILLIS,
                wall_millis: MORNING_MILLIS + beat * BEAT_MILLIS,
            };
            if let (_, Some(fault)) = host.process(now, vec![Event::Tick]) {
                bail!("{fault}");
            }
        }
        Ok(())
    }

    /// The database key, for floors that read the same file without our store.
    pub(super) fn database(&self) -> Result<(PathBuf, Vec<u8>)> {
        // Magic, format and kind of seal; then the key, in a folder that only its owner may read.
        const KEY: std::ops::Range<usize> = 8..40;
        let file = std::fs::read(self.counter.folder.join("key"))?;
        let key = file.get(KEY).context("a short key file")?;
        Ok((self.counter.folder.join("store.db"), key.to_vec()))
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in ["key", "store.db"] {
        std::fs::copy(from.join(file), to.join(file))?;
    }
    Ok(())
}
