//! Real processes, real sockets, real disks: a morning at three counters, one killed in the middle, a fourth joining late.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use std::collections::BTreeSet;

use anyhow::Result;
use lienquay_tests::agreement;
use lienquay_tests::fleet::{Pc, program};
use lienquay_tests::morning::Desk;

const N_TICKETS: usize = 200;
/// Called by each desk before counter 3 is killed.
const BEFORE_THE_KILL: usize = 15;

async fn desk(pc: &Pc, number: u8) -> Result<Desk> {
    Ok(Desk::new(pc.client().await?, number))
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
        first.work(BEFORE_THE_KILL),
        second.work(BEFORE_THE_KILL),
        third.work(BEFORE_THE_KILL),
    )?;
    three.kill()?;
    let so_far = 4 * BEFORE_THE_KILL;
    tokio::try_join!(first.work(so_far), second.work(so_far))?;
    three.start(&everywhere).await?;
    third.client = three.client().await?;
    let (_, (), (), ()) = tokio::try_join!(
        four.join(&one),
        first.work(N_TICKETS),
        second.work(N_TICKETS),
        third.work(N_TICKETS),
    )?;

    let fleet = [&one, &two, &three, &four];
    let called = agreement::agree(&fleet, &desks).await?;
    assert_eq!(called.n_called, N_TICKETS, "everybody was called");
    assert_eq!(called.n_tickets, N_TICKETS);
    for pc in [&mut one, &mut two, &mut three, &mut four] {
        pc.stop().await?;
    }
    Ok(())
}
