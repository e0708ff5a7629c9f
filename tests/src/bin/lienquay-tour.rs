//! Drives two real windows through a morning and leaves a picture of every step: `lienquay-tour FOLDER`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use lienquay_tests::tour::Tour;

#[tokio::main]
async fn main() -> Result<()> {
    let pictures = std::env::args()
        .nth(1)
        .map(PathBuf::from)
        .context("usage: lienquay-tour FOLDER")?;
    let folder = tempfile::tempdir()?;
    Tour::open(folder.path(), &pictures).await?.go().await
}
