//! A site of two counters with real folders and no network between them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use lienquay_core::engine::{FIRST_COPY_FROM, Settings};
use lienquay_core::event::{Control, Event, Found, Notice, Now, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId, Opened};
use lienquay_node::store::SqliteStore;
use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::log::NodeKey;
use lienquay_shared::schema::AutomergeDocuments;
use lienquay_shared::wire::link::NodeMode;

use super::dossier;
use crate::pump::Pump;

/// 2026-11-21 09:00 in Vietnam.
pub const MORNING_MILLIS: u64 = 1_795_226_400_000;

/// One counter's folder and identity.
#[derive(Debug, Clone)]
pub struct Counter {
    /// Its data folder.
    pub folder: PathBuf,
    /// Its key, which signs its log.
    pub key: NodeKey,
}

impl Counter {
    /// Opens its folder, as the program does.
    pub fn open(&self) -> Result<Opened> {
        let machine = MachineId::of_this_machine();
        Ok(DataFolder::open(
            &self.folder,
            &KeySeal::OwnerFile,
            &machine,
        )?)
    }

    /// Starts its engine on an opened folder; the folder stays locked as long as it is kept.
    pub fn host(&self, seed: u8, wall_millis: u64) -> Result<(Host<SqliteStore>, DataFolder)> {
        let opened = self.open()?;
        let settings = Settings {
            key: opened.identity.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            new_incarnation: false,
            documents: &AutomergeDocuments,
            first_copy_from: FIRST_COPY_FROM,
        };
        let now = Now {
            mono_millis: 0,
            wall_millis,
        };
        let rng = Rng::from_seed([seed; 32]);
        Ok((Host::open(opened.store, settings, now, rng)?, opened.folder))
    }
}

/// Two counters of one site, joined by memory.
#[derive(Debug)]
pub struct Counters {
    /// Their exchange.
    pub pump: Pump<SqliteStore>,
    /// Their folders.
    pub counters: [Counter; 2],
    _locks: [DataFolder; 2],
    n_requests: u64,
}

impl Counters {
    /// Founds a site at `quay-1` and joins `quay-2`, both folders new under `parent`.
    pub fn found(parent: &Path) -> Result<Self> {
        let [one, two] = [1_u8, 2].map(|number| create(parent, number));
        let counters = [one?, two?];
        let [one, two] =
            [0_u8, 1].map(|side| counters[usize::from(side)].host(side + 1, MORNING_MILLIS));
        let ((one, lock_one), (two, lock_two)) = (one?, two?);
        let keys = [counters[0].key.node(), counters[1].key.node()];
        let mut site = Self {
            pump: Pump::new([one, two], keys, MORNING_MILLIS),
            counters,
            _locks: [lock_one, lock_two],
            n_requests: 0,
        };
        site.join()?;
        for file in dossier::procedures() {
            let record = serde_json::from_slice(&std::fs::read(&file).context(file)?)?;
            let import = Command::ImportProcedure {
                record,
                effective_from: None,
            };
            site.submit([vec![import], vec![]])?;
        }
        Ok(site)
    }

    fn join(&mut self) -> Result<()> {
        let found = Found {
            site_secret: [9; 32],
            site_name: "Xã Bình Minh".to_owned(),
            unit: "H26.15".to_owned(),
            officer_name: "Nguyễn Thị Hoa".to_owned(),
            node_name: "quay 1".to_owned(),
        };
        self.control(0, Control::Found(found))?;
        let seek = Control::Seek {
            name: "quay 2".to_owned(),
            mode: NodeMode::Desk,
        };
        self.control(1, seek)?;
        self.pump.reconnect()?;
        let is_code = |(_, notice): &(usize, Notice)| matches!(notice, Notice::JoinCode { .. });
        let n_shown = self
            .pump
            .notices
            .iter()
            .filter(|said| is_code(said))
            .count();
        if n_shown != 2 {
            bail!("{n_shown} of 2 codes shown");
        }
        for (side, other) in [(1, 0), (0, 1)] {
            let peer = self.counters[other].key.node();
            self.control(side, Control::ConfirmCode { peer, admin: false })?;
        }
        self.settle()
    }

    fn control(&mut self, side: usize, control: Control) -> Result<()> {
        let (token, control) = (Token(0), Box::new(control));
        self.pump.order(side, Event::Control { token, control })?;
        Ok(())
    }

    /// Lets some beats pass.
    pub fn settle(&mut self) -> Result<()> {
        for _ in 0..10 {
            self.pump.pass(2_100)?;
        }
        Ok(())
    }

    /// Has commands done at both counters, each side's in one group; the outcomes in the same order.
    pub fn submit(&mut self, commands: [Vec<Command>; 2]) -> Result<[Vec<Outcome>; 2]> {
        let first = self.n_requests;
        let counts = [commands[0].len(), commands[1].len()];
        let events = commands.map(|commands| {
            let submitted = commands.into_iter().map(|command| {
                let number = self.n_requests;
                self.n_requests += 1;
                let request = RequestId(u128::from(number + 1).to_be_bytes());
                Event::Submit {
                    token: Token(number + 1),
                    submission: Box::new(Submission { request, command }),
                }
            });
            submitted.collect()
        });
        self.pump.orders(events)?;
        let mut replies = std::mem::take(&mut self.pump.replies);
        replies.retain(|reply| reply.token.0 > first);
        replies.sort_by_key(|reply| reply.token);
        let mut outcomes = Vec::with_capacity(replies.len());
        for reply in replies {
            match reply.result {
                Ok(outcome) => outcomes.push(outcome),
                Err(refusal) => bail!("refused: {refusal}"),
            }
        }
        if outcomes.len() != counts[0] + counts[1] {
            bail!("{} answers to {counts:?} commands", outcomes.len());
        }
        let of_second = outcomes.split_off(counts[0]);
        Ok([outcomes, of_second])
    }
}

fn create(parent: &Path, number: u8) -> Result<Counter> {
    let folder = parent.join(format!("quay-{number}"));
    let machine = MachineId::of_this_machine();
    let opened = DataFolder::create(&folder, &KeySeal::OwnerFile, &machine)?;
    let key = opened.identity.clone();
    Ok(Counter { folder, key })
}
