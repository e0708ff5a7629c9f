//! Sites to measure on: a pair of PCs that talk, and one PC with many dossiers.

use std::path::Path;

use anyhow::Result;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::morning::Desk;

/// Officers who receive at the same time while the folder is filled; their commits are grouped.
const N_DESKS: u8 = 32;

/// A founded site with the catalogue; the node runs.
pub(crate) async fn founded(folder: &Path, name: &str) -> Result<Pc> {
    let mut pc = Pc::new(&program()?, folder, name)?;
    pc.found("Xã Bình Minh", "H26.15")?;
    pc.start(&[]).await?;
    pc.cli(&[
        "--json",
        "import",
        concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/catalogue"),
    ])?;
    Ok(pc)
}

/// A second PC, admitted and running.
pub(crate) async fn joined(folder: &Path, name: &str, member: &Pc) -> Result<Pc> {
    let mut pc = Pc::new(&program()?, folder, name)?;
    pc.join(member).await?;
    Ok(pc)
}

/// Receives many dossiers; how many there are.
pub(crate) async fn fill(pc: &Pc, n_dossiers: u64) -> Result<u64> {
    let share = n_dossiers / u64::from(N_DESKS);
    let mut desks = Vec::new();
    for number in 0..N_DESKS {
        let mut desk = Desk::new(pc.client().await?, number + 1);
        desks.push(tokio::spawn(async move {
            for citizen in 0..share {
                desk.receive(u64::from(number) * share + citizen).await?;
            }
            Ok::<(), anyhow::Error>(())
        }));
    }
    for desk in desks {
        desk.await??;
    }
    Ok(share * u64::from(N_DESKS))
}
