//! Sites of many dossiers: one folder that grows, and what each size costs.

mod action;
mod first_copy;
mod floor;
mod folder;
mod growing;
mod running;
mod search;

use anyhow::Result;

use crate::options::Options;
use crate::table::Table;
use growing::Growing;

/// The largest site that a new PC copies; the cost a dossier is the same beyond.
const LARGEST_COPY: u64 = 100_000;

/// Sites of all the sizes asked for, the smallest first.
pub(crate) fn run(options: &Options, table: &mut Table) -> Result<()> {
    // For whoever works on one of them: folder, action, running, copy.
    let parts = std::env::var("SITE_PARTS").ok();
    let mut site = Growing::new()?;
    let mut sizes = options.sizes.clone();
    sizes.sort_unstable();
    for size in sizes {
        site.grow_to(size, table)?;
        let part = |name: &str| parts.as_ref().is_none_or(|parts| parts.contains(name));
        if part("folder") {
            folder::measure(&site, table)?;
        }
        if part("action") {
            action::measure(&site, table)?;
        }
        let runtime = tokio::runtime::Runtime::new()?;
        if part("running") {
            runtime.block_on(running::measure(&site, table))?;
        }
        if part("copy") && size <= LARGEST_COPY {
            runtime.block_on(first_copy::measure(&site, table))?;
        }
    }
    Ok(())
}
