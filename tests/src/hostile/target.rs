//! Real nodes under attack: how their officers fare, what their health screens say, and what they take.
#![allow(
    clippy::disallowed_methods,
    reason = "how long a person waits for a real node is read off the real clock"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_shared::codec::Text;
use lienquay_shared::command::Command;
use lienquay_shared::log::NodeKey;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::wire::Reason;
use lienquay_shared::{NodeId, SiteId};
use serde_json::Value;

use crate::fleet::{Pc, ask, program, rss_mib};
use crate::morning::Desk;

/// A site of real PCs, all running but those that turned hostile.
#[derive(Debug)]
pub struct Target {
    /// The first is attacked.
    pub pcs: Vec<Pc>,
    /// The key of the one that left, to be used against the others.
    pub turncoat: NodeKey,
}

/// Sets up a site of `n` PCs, the last of which is stopped and its key taken.
pub async fn site_with_turncoat(home: &Path, n: usize) -> Result<Target> {
    let program = program()?;
    let mut first = Pc::new(&program, home, "quay 1")?;
    first.found("Phường Thử", "H26.15")?;
    first.import_catalogue()?;
    first.start(&[]).await?;
    let mut pcs = vec![first];
    for number in 2..=n {
        let mut pc = Pc::new(&program, home, &format!("quay {number}"))?;
        pc.join(&pcs[0]).await?;
        pcs.push(pc);
    }
    let Some(mut last) = pcs.pop() else {
        bail!("no PCs")
    };
    last.stop().await?;
    let seal = KeySeal::OwnerFile;
    let opened = DataFolder::open(&last.folder, &seal, &MachineId::of_this_machine())?;
    let turncoat = opened.identity.clone();
    drop(opened);
    Ok(Target { pcs, turncoat })
}

/// What is measured of a node while it is attacked.
#[derive(Debug)]
pub struct Vitals {
    desk: Desk,
    pid: u32,
    n_citizens: u64,
    /// The longest an officer waited for one answer.
    pub longest: Duration,
}

impl Vitals {
    /// Of a running node; `number` tells its desk's requests from others'.
    pub async fn of(pc: &Pc, number: u8) -> Result<Self> {
        let Some(pid) = pc.pid() else {
            bail!("not running")
        };
        Ok(Self {
            desk: Desk::new(pc.client().await?, number),
            pid,
            n_citizens: 0,
            longest: Duration::ZERO,
        })
    }

    /// The officer gives out a ticket, calls and serves, and receives a dossier.
    pub async fn serve_one(&mut self) -> Result<()> {
        self.n_citizens += 1;
        let started = Instant::now();
        self.desk.issue("A").await?;
        self.timed(started);
        let started = Instant::now();
        let called = self.desk.call().await?;
        self.timed(started);
        if let Ok(ticket) = called {
            let started = Instant::now();
            self.desk.serve(ticket).await?;
            self.timed(started);
        }
        let started = Instant::now();
        let citizen = u64::from(self.desk.desk) * 1_000 + self.n_citizens;
        self.desk.receive(citizen).await?;
        self.timed(started);
        Ok(())
    }

    fn timed(&mut self, started: Instant) {
        self.longest = self.longest.max(started.elapsed());
    }

    /// Memory of the process.
    pub fn rss_mib(&self) -> Result<u64> {
        rss_mib(self.pid)
    }

    /// The health screen.
    pub async fn health(&mut self) -> Result<Value> {
        match ask(&mut self.desk.client, Query::Health).await? {
            Answer::Health(health) => Ok(*health),
            other => bail!("not a health screen: {other:?}"),
        }
    }

    /// How often a reason was counted with a peer, or with anybody.
    pub async fn counted(&mut self, peer: Option<NodeId>, reason: Reason) -> Result<u64> {
        let health = self.health().await?;
        let reason = serde_json::to_value(reason)?;
        let peer = peer.map(serde_json::to_value).transpose()?;
        let rows = health["reasons"].as_array().cloned().unwrap_or_default();
        let named = rows.iter().filter(|row| {
            row["reason"] == reason && peer.as_ref().is_none_or(|peer| row["peer"] == *peer)
        });
        Ok(named.filter_map(|row| row["count"].as_u64()).sum())
    }

    /// Members it has a link to.
    pub async fn n_member_links(&mut self) -> Result<u64> {
        let health = self.health().await?;
        Ok(health["status"]["n_member_links"].as_u64().unwrap_or(0))
    }

    /// An administrator shuts a PC out.
    pub async fn revoke(&mut self, node: NodeId) -> Result<()> {
        let reason = Text::truncated("tấn công");
        match self.desk.command(Command::Revoke { node, reason }).await? {
            Ok(_) => Ok(()),
            Err(refusal) => bail!("not revoked: {refusal}"),
        }
    }

    /// The site.
    pub async fn site(&mut self) -> Result<SiteId> {
        let health = self.health().await?;
        Ok(serde_json::from_value(health["status"]["site"].clone())?)
    }
}
