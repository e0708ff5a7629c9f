//! Real processes, real sockets, real disks: a morning at three counters, one killed in the middle, a fourth joining late.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_shared::DocId;
use lienquay_shared::codec::List;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::{DossierRow, TicketRow};
use lienquay_tests::fleet::{Pc, ask, program, until};
use lienquay_tests::morning::Desk;

const N_TICKETS: usize = 200;
/// Called by each desk before counter 3 is killed.
const BEFORE_THE_KILL: usize = 15;

async fn desk(pc: &Pc, number: u8) -> Result<Desk> {
    Ok(Desk::new(pc.client().await?, number))
}

/// Calls and serves until `enough` citizens were served here, or nobody waits; receives a dossier for every third.
async fn work(desk: &mut Desk, enough: usize) -> Result<()> {
    let mut idle = 0;
    while desk.acknowledged.called.len() < enough && idle < 20 {
        match desk.call().await? {
            Ok(ticket) => {
                idle = 0;
                desk.serve(ticket).await?;
                let served = desk.acknowledged.called.len();
                if served.is_multiple_of(3) {
                    desk.receive(u64::from(desk.desk) * 1_000 + served as u64)
                        .await?;
                }
            }
            Err(Refusal::NothingWaiting | Refusal::KeeperUnreachable { .. } | Refusal::TooBusy) => {
                idle += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(other) => bail!("desk {}: {other}", desk.desk),
        }
    }
    Ok(())
}

async fn vector(pc: &Pc) -> Result<serde_json::Value> {
    match ask(&mut pc.client().await?, Query::Status).await? {
        Answer::Status(status) => Ok(status["vector_digest"].clone()),
        other => bail!("not a status: {other:?}"),
    }
}

async fn all_tickets(pc: &Pc) -> Result<BTreeMap<DocId, TicketRow>> {
    let mut client = pc.client().await?;
    let mut rows = BTreeMap::new();
    let mut after = None;
    loop {
        let page = PageAsk {
            after,
            limit: 200,
            skip: 0,
        };
        let query = Query::Tickets {
            lane: None,
            states: List::default(),
            page,
        };
        let Answer::Tickets(page) = ask(&mut client, query).await? else {
            bail!("not tickets");
        };
        rows.extend(page.rows.into_iter().map(|row| (row.doc, row)));
        match page.next {
            Some(next) => after = Some(next.as_str().try_into_text()?),
            None => return Ok(rows),
        }
    }
}

async fn all_dossiers(pc: &Pc) -> Result<BTreeMap<DocId, DossierRow>> {
    let mut client = pc.client().await?;
    let mut rows = BTreeMap::new();
    let mut after = None;
    loop {
        let page = PageAsk {
            after,
            limit: 200,
            skip: 0,
        };
        let query = Query::Dossiers {
            text: Default::default(),
            status: None,
            page,
        };
        let Answer::Dossiers(page) = ask(&mut client, query).await? else {
            bail!("not dossiers");
        };
        rows.extend(page.rows.into_iter().map(|row| (row.doc, row)));
        match page.next {
            Some(next) => after = Some(next.as_str().try_into_text()?),
            None => return Ok(rows),
        }
    }
}

trait TryIntoText<const N: usize> {
    fn try_into_text(&self) -> Result<lienquay_shared::codec::Text<N>>;
}

impl<const N: usize> TryIntoText<N> for str {
    fn try_into_text(&self) -> Result<lienquay_shared::codec::Text<N>> {
        lienquay_shared::codec::Text::new(self).map_err(|text| anyhow::anyhow!("too long: {text}"))
    }
}

/// Every node holds the same, everything acknowledged is in it, nothing was given twice, and every node can prove it.
async fn everything_is_there_once(fleet: &[&Pc], desks: &[Desk]) -> Result<()> {
    until("equal vectors", async || {
        let first = vector(fleet[0]).await?;
        for pc in &fleet[1..] {
            if vector(pc).await? != first {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;

    let mut called = BTreeMap::new();
    for desk in desks {
        for ticket in &desk.acknowledged.called {
            if let Some(other) = called.insert(*ticket, desk.desk) {
                // The same desk may be told of its own unannounced call again; another desk never.
                assert_eq!(other, desk.desk, "{ticket} was called by two counters");
            }
        }
    }
    assert_eq!(called.len(), N_TICKETS, "everybody was called");

    let tickets = all_tickets(fleet[0]).await?;
    let dossiers = all_dossiers(fleet[0]).await?;
    assert_eq!(tickets.len(), N_TICKETS);
    let codes: BTreeSet<&String> = dossiers.values().map(|row| &row.code).collect();
    assert_eq!(codes.len(), dossiers.len(), "no code is given twice");
    for desk in desks {
        for (code, doc) in &desk.acknowledged.received {
            assert_eq!(dossiers.get(doc).map(|row| &row.code), Some(code));
        }
    }
    for pc in &fleet[1..] {
        assert_eq!(all_tickets(pc).await?, tickets, "{}", pc.name);
        assert_eq!(all_dossiers(pc).await?, dossiers, "{}", pc.name);
    }
    for pc in fleet {
        pc.cli(&["--json", "verify"])?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_morning_with_a_killed_counter_and_a_late_one_loses_and_doubles_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = program()?;
    let mut pcs = Vec::new();
    for name in ["quay 1", "quay 2", "quay 3", "quay 4"] {
        pcs.push(Pc::new(&program, folder.path(), name)?);
    }
    let [mut one, mut two, mut three, mut four]: [Pc; 4] = pcs.try_into().unwrap();

    one.found("Xã Bình Minh", "H26.15")?;
    one.start(&[]).await?;
    one.import_catalogue()?;
    two.join(&one).await?;
    three.join(&one).await?;
    let everywhere = [one.addr, two.addr, three.addr];

    let mut desks = [
        desk(&one, 1).await?,
        desk(&two, 2).await?,
        desk(&three, 3).await?,
    ];
    let mut issued = BTreeSet::new();
    for number in 0..N_TICKETS {
        issued.insert(desks[number % 3].issue("A").await?);
    }
    assert_eq!(issued.len(), N_TICKETS, "every ticket is its own document");

    let [first, second, third] = &mut desks;
    tokio::try_join!(
        work(first, BEFORE_THE_KILL),
        work(second, BEFORE_THE_KILL),
        work(third, BEFORE_THE_KILL),
    )?;
    three.kill()?;
    let so_far = 4 * BEFORE_THE_KILL;
    tokio::try_join!(work(first, so_far), work(second, so_far))?;
    three.start(&everywhere).await?;
    third.client = three.client().await?;
    let (_, (), (), ()) = tokio::try_join!(
        four.join(&one),
        work(first, N_TICKETS),
        work(second, N_TICKETS),
        work(third, N_TICKETS),
    )?;

    let fleet = [&one, &two, &three, &four];
    everything_is_there_once(&fleet, &desks).await?;
    for pc in [&mut one, &mut two, &mut three, &mut four] {
        pc.stop().await?;
    }
    Ok(())
}
