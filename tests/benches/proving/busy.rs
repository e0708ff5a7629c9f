//! Call next on a busy morning: twelve real processes, some desks calling, the others receiving dossiers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use lienquay_shared::refusal::Refusal;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::morning::Desk;
use tokio::time::Instant;

use crate::call::{FLOOR, Floor};
use crate::options::Options;
use crate::samples::Samples;
use crate::table::{Line, Table};

const N_PCS: u8 = 12;
/// Desks that call and serve; the others receive.
const N_CALLING: u8 = 4;
const CALLS_EACH: usize = 100;
/// A desk receives a dossier so often: far more than people can type.
const BETWEEN_DOSSIERS: Duration = Duration::from_millis(1_000);
/// A citizen at the counter, in short.
const BETWEEN_CALLS: Duration = Duration::from_millis(100);
/// The aim for the 99th percentile.
const AIM: Duration = Duration::from_millis(50);

/// Measures with real processes.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut floor = Floor::new(home.path())?;
    let tokio = tokio::runtime::Runtime::new()?;
    let mut pcs = tokio.block_on(morning(home.path()))?;
    let working = tokio.spawn(work(desks(&tokio, &pcs)?));
    let mut floors = Samples::default();
    while !working.is_finished() {
        floors.push(floor.once()?);
        std::thread::sleep(BETWEEN_CALLS);
    }
    let calls = tokio.block_on(working)??;
    let p99 = calls.p99();
    table.add(
        Line::times(
            format!(
                "call next, {N_PCS} processes, {N_CALLING} desks calling, the others receiving"
            ),
            &calls,
            &floors,
            FLOOR,
        )
        .aim("p99 < 50 ms", p99 < AIM),
    );
    for pc in &mut pcs {
        tokio.block_on(pc.stop())?;
    }
    Ok(())
}

async fn morning(home: &std::path::Path) -> Result<Vec<Pc>> {
    let program = program()?;
    let mut first = Pc::new(&program, home, "quay 1")?;
    first.found("Xã Bình Minh", "H26.15")?;
    first.start(&[]).await?;
    first.import_catalogue()?;
    let mut pcs = vec![first];
    for number in 2..=N_PCS {
        let mut pc = Pc::new(&program, home, &format!("quay {number}"))?;
        pc.join(&pcs[0]).await?;
        let others: Vec<_> = pcs.iter().map(|pc| pc.addr).collect();
        pc.meet(&others).await?;
        pcs.push(pc);
        eprintln!("  {number} processes");
    }
    let mut kiosk = Desk::new(pcs[0].client().await?, 100);
    for _ in 0..usize::from(N_CALLING) * CALLS_EACH {
        kiosk.issue("A").await?;
    }
    Ok(pcs)
}

fn desks(tokio: &tokio::runtime::Runtime, pcs: &[Pc]) -> Result<Vec<Desk>> {
    let mut desks = Vec::new();
    for (number, pc) in (1..).zip(pcs) {
        desks.push(Desk::new(tokio.block_on(pc.client())?, number));
    }
    Ok(desks)
}

async fn work(mut desks: Vec<Desk>) -> Result<Samples> {
    let receiving = desks.split_off(usize::from(N_CALLING));
    let done = Arc::new(AtomicBool::new(false));
    let receiving: Vec<_> = receiving
        .into_iter()
        .map(|desk| tokio::spawn(receive(desk, Arc::clone(&done))))
        .collect();
    let calling: Vec<_> = desks
        .into_iter()
        .map(|desk| tokio::spawn(call(desk)))
        .collect();
    let mut all = Samples::default();
    for desk in calling {
        all.extend(desk.await??);
    }
    done.store(true, Ordering::Relaxed);
    for desk in receiving {
        desk.await??;
    }
    Ok(all)
}

async fn receive(mut desk: Desk, done: Arc<AtomicBool>) -> Result<()> {
    let mut number = u64::from(desk.desk) * 10_000;
    tokio::time::sleep(BETWEEN_DOSSIERS * u32::from(desk.desk) / u32::from(N_PCS)).await;
    while !done.load(Ordering::Relaxed) {
        number += 1;
        desk.receive(number).await?;
        tokio::time::sleep(BETWEEN_DOSSIERS).await;
    }
    Ok(())
}

async fn call(mut desk: Desk) -> Result<Samples> {
    let mut took = Samples::default();
    while took.len() < CALLS_EACH {
        let start = Instant::now();
        match desk.call().await? {
            Ok(ticket) => {
                took.push(start.elapsed());
                desk.serve(ticket).await?;
            }
            Err(Refusal::NothingWaiting) => break,
            Err(refusal) => eprintln!("  desk {}: {refusal}", desk.desk),
        }
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    Ok(took)
}
