//! A slow line to a far office: a first copy crawls over it, and the officer who works there does not wait for it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use lienquay_tests::agreement::{agree, equal_vectors, status};
use lienquay_tests::fleet::{Pc, until};
use lienquay_tests::morning::{Desk, N_FILLING_DESKS, fill};
use lienquay_tests::netlab::{MAIN_SWITCH, in_lab_alone};
use tokio::time::Instant;

use crate::town::{Town, desk, link_ages, links, measured, settle};

/// The line of a far office.
const KBIT_PER_SECOND: u32 = 256;
const FAST: u32 = 1_000_000;
/// Enough that a first copy is made by snapshots.
const N_DOSSIERS: u64 = 2_048;
/// Citizens called while it crawls: at least, and as many as wait.
const N_CALLS: usize = 10;
const N_TICKETS: usize = 60;
/// How long each is served: no machine calls as fast as it can.
const SERVICE: Duration = Duration::from_millis(250);
/// Two questions to a keeper.
const IN_TIME: Duration = Duration::from_millis(3_000);

#[test]
fn calls_are_answered_while_a_first_copy_crawls() -> Result<()> {
    in_lab_alone(
        "slow::calls_are_answered_while_a_first_copy_crawls",
        crawling,
    )
}

async fn crawling(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    town.lab.add_switch("b")?;
    let line = town.lab.add_trunk(MAIN_SWITCH, "b")?;
    let seats = [
        town.lab.seat(1)?,
        town.lab.seat_at("b", 2)?,
        town.lab.seat_at("b", 3)?,
    ];
    let mut one = town.pc(&seats[0])?;
    let mut two = town.pc(&seats[1])?;
    let mut three = town.pc(&seats[2])?;
    settle(&mut one, &mut [&mut two]).await?;
    let since = Instant::now();
    fill(&one, N_DOSSIERS).await?;
    measured("slow: filled", since.elapsed());
    // The first numbers are those of the desks that filled it.
    let mut near = desk(&one, N_FILLING_DESKS + 1).await?;
    let mut far = desk(&two, N_FILLING_DESKS + 2).await?;
    for _ in 0..N_TICKETS {
        near.issue("A").await?;
    }
    equal_vectors(&[&one, &two]).await?;

    line.slow_down(KBIT_PER_SECOND)?;
    three.join(&one).await?;
    let copying = Instant::now();
    let (first_here, _) = until("the first documents", async || {
        Ok(loading(&three).await?.filter(|(n_here, _)| *n_here > 0))
    })
    .await?;
    measured("slow: first documents", copying.elapsed());
    let mut took = Vec::new();
    let mut n_here = first_here;
    while took.len() < N_CALLS || n_here == first_here {
        took.push(call(&mut far).await?);
        let (n, n_docs) = loading(&three).await?.context("the first copy had ended")?;
        assert!(n < n_docs, "the line was too fast to prove anything");
        n_here = n;
        tokio::time::sleep(SERVICE).await;
    }
    took.sort();
    measured("slow: median call", took[took.len() / 2]);
    let slowest = *took.last().context("no calls")?;
    measured("slow: slowest call", slowest);
    assert!(slowest < IN_TIME, "a call took {slowest:?}");
    let ages = link_ages(&three).await?;
    let age = *ages.first().context("the line took the link down")?;
    assert!(
        age + Duration::from_secs(2) > copying.elapsed(),
        "the link broke: {age:?}"
    );

    line.slow_down(FAST)?;
    until("the end of the first copy", async || {
        Ok(loading(&three).await?.is_none().then_some(()))
    })
    .await?;
    measured("slow: copied", copying.elapsed());
    links(
        "slow: linked in the end",
        &[(&one, 2), (&two, 1), (&three, 1)],
    )
    .await?;
    agree(&[&one, &two, &three], &[near, far]).await?;
    Ok(())
}

/// Documents here and documents to come, while a first copy is made.
async fn loading(pc: &Pc) -> Result<Option<(u64, u64)>> {
    let loading = status(pc).await?["loading"].clone();
    Ok(loading[0].as_u64().zip(loading[1].as_u64()))
}

/// Calls and serves; how long the call took.
async fn call(desk: &mut Desk) -> Result<Duration> {
    let since = Instant::now();
    let called = desk.call().await?;
    let took = since.elapsed();
    let ticket = called.map_err(|refusal| anyhow!("{refusal}"))?;
    desk.serve(ticket).await?;
    Ok(took)
}
