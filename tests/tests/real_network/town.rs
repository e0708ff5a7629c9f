//! What the stories share: a lab with its PCs, set up in a sentence, and what is waited for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_node::ipc::Client;
use lienquay_shared::query::{Answer, Query};
use lienquay_tests::agreement::status;
use lienquay_tests::fleet::{Pc, ask, program, until};
use lienquay_tests::morning::Desk;
use lienquay_tests::netlab::{Lab, Seat};
use tokio::time::Instant;

/// A lab and where its PCs keep their data.
pub(crate) struct Town {
    pub(crate) lab: Lab,
    folder: PathBuf,
    program: PathBuf,
}

impl Town {
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        Ok(Self {
            lab: Lab::new()?,
            folder: folder.to_owned(),
            program: program()?,
        })
    }

    /// A PC at a seat.
    pub(crate) fn pc(&self, seat: &Seat) -> Result<Pc> {
        Pc::at(seat, &self.program, &self.folder)
    }

    /// A PC at a seat that looks around through mDNS.
    pub(crate) fn looking_pc(&self, seat: &Seat) -> Result<Pc> {
        let mut pc = self.pc(seat)?;
        pc.use_mdns();
        Ok(pc)
    }
}

/// Founds the site at the first PC and lets the others join, by address or through mDNS as they are.
pub(crate) async fn settle(first: &mut Pc, others: &mut [&mut Pc]) -> Result<()> {
    first.found("Xã Bình Minh", "H26.15")?;
    first.start(&[]).await?;
    first.import_catalogue()?;
    for pc in others.iter_mut() {
        if pc.uses_mdns() {
            pc.join_by_mdns(first).await?;
        } else {
            pc.join(first).await?;
        }
    }
    Ok(())
}

/// A desk at a PC.
pub(crate) async fn desk(pc: &Pc, number: u8) -> Result<Desk> {
    Ok(Desk::new(pc.client().await?, number))
}

pub(crate) async fn n_links(pc: &Pc) -> Result<u64> {
    status(pc).await?["n_member_links"]
        .as_u64()
        .context("no number of links")
}

/// Waits until each PC has so many links; how long that took.
pub(crate) async fn links(what: &str, wanted: &[(&Pc, u64)]) -> Result<Duration> {
    let since = Instant::now();
    until(what, async || {
        for (pc, n) in wanted {
            if n_links(pc).await? != *n {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    let took = since.elapsed();
    measured(what, took);
    Ok(took)
}

/// How long each link of a PC has been open.
pub(crate) async fn link_ages(pc: &Pc) -> Result<Vec<Duration>> {
    let Answer::Health(health) = ask(&mut pc.client().await?, Query::Health).await? else {
        bail!("not a health board");
    };
    let links = health["links"].as_array().context("no links")?;
    let ages = links.iter().map(|link| link["open_millis"].as_u64());
    ages.map(|age| age.map(Duration::from_millis).context("no age"))
        .collect()
}

/// Waits until each PC has so many links, all opened after this moment.
pub(crate) async fn new_links(what: &str, since: Instant, wanted: &[(&Pc, usize)]) -> Result<()> {
    until(what, async || {
        for (pc, n) in wanted {
            let ages = link_ages(pc).await?;
            if ages.len() != *n || ages.iter().any(|age| *age >= since.elapsed()) {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    measured(what, since.elapsed());
    Ok(())
}

/// Waits until a ticket issued at one PC is waiting at the others: what shows that data flow.
pub(crate) async fn news_arrive(what: &str, from: &mut Desk, to: &[&Pc]) -> Result<Duration> {
    let since = Instant::now();
    from.issue("A").await?;
    let own = vector_row(&mut from.client).await?;
    until(what, async || {
        for pc in to {
            let held = row_of(&status(pc).await?, &own.0);
            if held.is_none_or(|held| held < own.1) {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    let took = since.elapsed();
    measured(what, took);
    Ok(took)
}

/// A node's own log and how far it is.
async fn vector_row(client: &mut Client) -> Result<(serde_json::Value, u64)> {
    let Answer::Status(status) = ask(client, Query::Status).await? else {
        bail!("not a status");
    };
    let log = status["own_log"].clone();
    let received = row_of(&status, &log).context("no own log")?;
    Ok((log, received))
}

fn row_of(status: &serde_json::Value, log: &serde_json::Value) -> Option<u64> {
    let rows = status["vector"].as_array()?;
    let row = rows.iter().find(|row| row["log"] == *log)?;
    row["received"].as_u64()
}

/// How long something took.
pub(crate) fn measured(what: &str, took: Duration) {
    tell(&format!("{what}: {:.2} s", took.as_secs_f64()));
}

/// Shown with `--nocapture`.
#[allow(
    clippy::print_stdout,
    reason = "figures for whoever asks for them; the test harness keeps them otherwise"
)]
pub(crate) fn tell(line: &str) {
    println!("{line}");
}
