//! Two of a site's twelve counters with everything on their real disks, joined by memory: what they say to each other is
//! counted to the byte.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use lienquay_core::engine::{FIRST_COPY_FROM, Settings};
use lienquay_core::event::{Control, Event, Notice, Now, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_core::store::Store as _;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::store::SqliteStore;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Submission};
use lienquay_shared::schema::AutomergeDocuments;
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::{LogId, NodeId, RequestId};
use lienquay_tests::pump::{Cost, Pump};
use lienquay_tests::scale::{Counter, Counters, Distinct, Filler, MORNING_MILLIS};

/// Counters of the site.
pub(crate) const N_NODES: u8 = 12;
/// Counters whose folder was restored once: they write a second log, the first is closed.
const N_RESTORED: u8 = 4;
/// The generator's clock is hours ahead of its beginning.
const LATER_MILLIS: u64 = MORNING_MILLIS + 3 * 60 * 60 * 1_000;

/// The folders of the two, and how many dossiers they hold.
pub(crate) struct Pair {
    counters: [Counter; 2],
    distinct: Distinct,
    n_filled: u64,
}

/// The two as they run.
pub(crate) struct Running {
    pub(crate) pump: Pump<SqliteStore>,
    _locks: [DataFolder; 2],
    n_requests: u64,
}

impl Pair {
    /// Founds the site: twelve counters, each of which has given out tickets.
    pub(crate) fn found(home: &Path, n_distinct: u64) -> Result<Self> {
        let mut site = Counters::found(home)?;
        for number in 3..=N_NODES {
            admit(&mut site, home, number)?;
        }
        site.pump.reconnect()?;
        site.settle()?;
        eprintln!("  {n_distinct} distinct dossiers");
        let distinct = Distinct::make(&mut site, n_distinct)?;
        Ok(Self {
            counters: site.counters.clone(),
            distinct,
            n_filled: 0,
        })
    }

    /// Grows both folders alike to so many dossiers.
    pub(crate) fn fill(&mut self, upto: u64) -> Result<()> {
        for counter in &self.counters {
            let mut opened = counter.open()?;
            let mut filler = Filler::new(&self.distinct, &opened.store)?;
            filler.fill(&mut opened.store, self.n_filled, upto)?;
        }
        self.n_filled = self.n_filled.max(upto);
        Ok(())
    }

    /// Starts both and joins them once.
    pub(crate) fn start(&self) -> Result<Running> {
        let [(one, lock_one), (two, lock_two)] = [
            self.counters[0].host(1, LATER_MILLIS)?,
            self.counters[1].host(2, LATER_MILLIS)?,
        ];
        let keys = [0, 1].map(|side: usize| self.counters[side].key.node());
        let mut running = Running {
            pump: Pump::new([one, two], keys, LATER_MILLIS),
            _locks: [lock_one, lock_two],
            n_requests: 0,
        };
        running.pump.reconnect()?;
        running.settle()?;
        Ok(running)
    }
}

impl Running {
    /// Lets some beats pass.
    pub(crate) fn settle(&mut self) -> Result<()> {
        for _ in 0..5 {
            self.pump.pass(2_100)?;
        }
        let digest = |side| self.pump.host(side).engine().vector_digest();
        if digest(0) != digest(1) {
            bail!("the two do not hold the same");
        }
        Ok(())
    }

    /// What opening the link again costs.
    pub(crate) fn reconnect(&mut self) -> Result<Cost> {
        self.pump.reconnect()
    }

    /// Has a command done at the first.
    pub(crate) fn submit(&mut self, command: Command) -> Result<()> {
        self.n_requests += 1;
        submit(&mut self.pump, 0, self.n_requests, command)
    }

    /// How many logs there are, and how many of them have ended.
    pub(crate) fn n_logs(&self) -> Result<(usize, usize)> {
        let logs = self.pump.host(0).store().logs()?;
        Ok((logs.len(), logs.iter().filter(|log| log.closed).count()))
    }

    /// Where the first one's own log stands.
    pub(crate) fn own_head(&self) -> Result<(LogId, u64)> {
        let host = self.pump.host(0);
        let logs = host.store().logs()?;
        let mut own = logs
            .iter()
            .filter(|log| log.log.node == host.engine().node() && !log.closed);
        let own = own.next().context("no own log")?;
        Ok((own.log, own.received))
    }
}

/// A further counter joins at the first, gives out tickets, and its folder is perhaps restored.
fn admit(site: &mut Counters, home: &Path, number: u8) -> Result<()> {
    let folder = home.join(format!("quay-{number}"));
    let machine = MachineId::of_this_machine();
    let opened = DataFolder::create(&folder, &KeySeal::OwnerFile, &machine)?;
    let key = opened.identity.node();
    let open = |store, new_incarnation| {
        let settings = Settings {
            key: opened.identity.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            new_incarnation,
            documents: &AutomergeDocuments,
            first_copy_from: FIRST_COPY_FROM,
        };
        let now = Now {
            mono_millis: 0,
            wall_millis: MORNING_MILLIS,
        };
        Host::open(store, settings, now, Rng::from_seed([number; 32]))
    };
    let newcomer = open(opened.store, false)?;
    let pump = &mut site.pump;
    let mut second = pump.replace(1, newcomer, key)?;
    let second_key = site.counters[1].key.node();
    join(pump, [site.counters[0].key.node(), key], number)?;
    issue(pump, number, 1)?;
    if number <= 2 + N_RESTORED {
        // The place is kept by the one that waits, while the folder is restored.
        let before = pump.replace(1, second, second_key)?;
        second = pump.replace(1, open(before.into_store(), true)?, key)?;
        pump.reconnect()?;
        pump.pass(2_100)?;
        issue(pump, number, 2)?;
    }
    pump.replace(1, second, second_key)?;
    Ok(())
}

fn join(pump: &mut Pump<SqliteStore>, keys: [NodeId; 2], number: u8) -> Result<()> {
    let seek = Control::Seek {
        name: format!("quay {number}"),
        mode: NodeMode::Desk,
    };
    control(pump, 1, seek)?;
    pump.notices.clear();
    pump.reconnect()?;
    let is_code = |said: &&(usize, Notice)| matches!(said.1, Notice::JoinCode { .. });
    if pump.notices.iter().filter(is_code).count() != 2 {
        bail!("no codes");
    }
    for (side, other) in [(1, 0), (0, 1)] {
        control(
            pump,
            side,
            Control::ConfirmCode {
                peer: keys[other],
                admin: false,
            },
        )?;
    }
    for _ in 0..5 {
        pump.pass(2_100)?;
    }
    Ok(())
}

fn control(pump: &mut Pump<SqliteStore>, side: usize, control: Control) -> Result<()> {
    let (token, control) = (Token(0), Box::new(control));
    pump.order(side, Event::Control { token, control })?;
    Ok(())
}

/// A ticket at the second side, whose number the first gives; it travels at once.
fn issue(pump: &mut Pump<SqliteStore>, number: u8, nth: u8) -> Result<()> {
    let lane = Text::truncated("A");
    let ticket = Command::IssueTicket {
        lane,
        priority: None,
        papers: List::default(),
    };
    let request = 1_000_000 + u64::from(number) * 10 + u64::from(nth);
    submit(pump, 1, request, ticket)?;
    pump.pass(2_100)?;
    Ok(())
}

fn submit(pump: &mut Pump<SqliteStore>, side: usize, number: u64, command: Command) -> Result<()> {
    let mut request = [7; RequestId::LEN];
    request[..8].copy_from_slice(&number.to_be_bytes());
    let submission = Submission {
        request: RequestId(request),
        command,
    };
    let (token, submission) = (Token(number), Box::new(submission));
    pump.replies.clear();
    pump.order(side, Event::Submit { token, submission })?;
    match pump.replies.pop().context("no answer")?.result {
        Ok(_) => Ok(()),
        Err(refusal) => bail!("refused: {refusal}"),
    }
}
