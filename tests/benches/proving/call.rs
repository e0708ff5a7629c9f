//! Call next: the officer's click until the citizen's number is on the screen, the ticket's keeper being another PC.

use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, TicketRef};
use lienquay_shared::query::{Answer, Query};
use tokio::time::Instant;

use crate::floor::SyncFile;
use crate::link::RawLink;
use crate::nodes::{self, Node, until_equal};
use crate::options::Options;
use crate::samples::Samples;
use crate::table::{Line, Table, Within};

/// About half of them are kept by the other PC.
const N_TICKETS: usize = 600;
/// A question or its answer with the entry before it.
const MESSAGE_BYTES: usize = 500;
/// The least that a commit writes.
const SYNC_BYTES: usize = 4_096;
/// What the floor of a call is.
pub(crate) const FLOOR: &str = "round trip over an open link + fsync";

/// Measures with two nodes in this process.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let (one, two) = nodes::two(home.path())?;
    for _ in 0..N_TICKETS {
        issue(&one)?;
    }
    until_equal(&one, &two)?;
    let mut floor = Floor::new(home.path())?;
    let (mut remote, mut local) = (Samples::default(), Samples::default());
    let mut floors = Samples::default();
    for _ in 0..N_TICKETS {
        let start = Instant::now();
        let ticket = call(&two)?;
        let took = start.elapsed();
        let is_local = keeper(&two, ticket)? == two.handle.node();
        if is_local { &mut local } else { &mut remote }.push(took);
        serve(&two, ticket)?;
        floors.push(floor.once()?);
    }
    let (ratio, _) = remote.over(&floors);
    table.add(
        Line::times(
            "call next, another PC keeps the ticket: click → answer",
            &remote,
            &floors,
            FLOOR,
        )
        .within(ratio, Within::AtMost(1.5)),
    );
    table.add(Line::times(
        "call next, this PC keeps the ticket",
        &local,
        &floors,
        FLOOR,
    ));
    two.stop()?;
    one.stop()
}

/// One raw round trip and one sync.
pub(crate) struct Floor {
    sync: SyncFile,
    link: RawLink,
}

impl Floor {
    pub(crate) fn new(folder: &std::path::Path) -> Result<Self> {
        Ok(Self {
            sync: SyncFile::create(folder)?,
            link: RawLink::open()?,
        })
    }

    pub(crate) fn once(&mut self) -> Result<Duration> {
        Ok(self.link.round_trip(MESSAGE_BYTES)? + self.sync.sync(SYNC_BYTES)?)
    }
}

fn issue(node: &Node) -> Result<()> {
    node.command(Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    })
    .map(drop)
}

fn call(node: &Node) -> Result<DocId> {
    let lanes = List::default();
    match node.command(Command::CallNext { lanes })? {
        Outcome::TicketCalled(called) => Ok(called.doc),
        other => bail!("not a call: {other:?}"),
    }
}

fn keeper(node: &Node, ticket: DocId) -> Result<lienquay_shared::NodeId> {
    let ticket = TicketRef::Id(ticket);
    match node.ask(Query::Ticket { ticket })? {
        Answer::Ticket { ticket, .. } => Ok(ticket.epoch.node),
        other => bail!("not a ticket: {other:?}"),
    }
}

fn serve(node: &Node, ticket: DocId) -> Result<()> {
    let ticket = || TicketRef::Id(ticket);
    let dossiers = List::default();
    for command in [
        Command::Announce { ticket: ticket() },
        Command::Start { ticket: ticket() },
        Command::FinishTicket {
            ticket: ticket(),
            dossiers,
        },
    ] {
        node.command(command)?;
    }
    Ok(())
}
