//! Sites to measure on: one PC, and a second that joins it.

use std::path::Path;

use anyhow::Result;
use lienquay_tests::fleet::{Pc, program};

/// A founded site with the catalogue; the node runs.
pub(crate) async fn founded(folder: &Path, name: &str) -> Result<Pc> {
    let mut pc = Pc::new(&program()?, folder, name)?;
    pc.found("Xã Bình Minh", "H26.15")?;
    pc.start(&[]).await?;
    pc.import_catalogue()?;
    Ok(pc)
}

/// A second PC, admitted and running.
pub(crate) async fn joined(folder: &Path, name: &str, member: &Pc) -> Result<Pc> {
    let mut pc = Pc::new(&program()?, folder, name)?;
    pc.join(member).await?;
    Ok(pc)
}
