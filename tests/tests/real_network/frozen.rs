//! A PC that stands still (`kill -STOP`: it swaps, sleeps, hangs) while its connections stay open.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use lienquay_shared::{DocId, NodeId};
use lienquay_tests::agreement::{agree, all_tickets, equal_vectors, status};
use lienquay_tests::fleet::Pc;
use lienquay_tests::netlab::in_lab;
use tokio::time::Instant;

use crate::town::{Town, desk, links, measured, settle};

/// Longer than it takes to notice (8 s) and to give a few dials up; `deploy/test.sh --long` takes more than a minute.
const FROZEN_SECONDS: u64 = 20;

#[test]
fn a_frozen_pc_is_passed_over_and_comes_back() -> Result<()> {
    in_lab("frozen::a_frozen_pc_is_passed_over_and_comes_back", frozen)
}

async fn frozen(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    let seats = [town.lab.seat(1)?, town.lab.seat(2)?, town.lab.seat(3)?];
    let mut one = town.looking_pc(&seats[0])?;
    let mut two = town.looking_pc(&seats[1])?;
    let mut three = town.looking_pc(&seats[2])?;
    settle(&mut one, &mut [&mut two, &mut three]).await?;
    links(
        "frozen: linked before",
        &[(&one, 2), (&two, 2), (&three, 2)],
    )
    .await?;
    let mut desks = [
        desk(&one, 1).await?,
        desk(&two, 2).await?,
        desk(&three, 3).await?,
    ];
    // Keepers are spread over the desks: both kinds must wait.
    let frozen: NodeId = serde_json::from_value(status(&three).await?["node"].clone())?;
    let mut n_issued = 0;
    loop {
        desks[n_issued % 3].issue("A").await?;
        n_issued += 1;
        equal_vectors(&[&one, &two, &three]).await?;
        let n_kept = kept_by(&one, frozen).await?.len();
        if n_kept >= 2 && n_issued - n_kept >= 3 {
            break;
        }
    }

    let thaws_at = Instant::now() + freeze_time()?;
    three.freeze()?;
    links("frozen: lost", &[(&one, 1), (&two, 1)]).await?;
    let kept = kept_by(&one, frozen).await?;
    for desk in &mut desks[..2] {
        let called = desk.call().await?.ok().context("nobody to call")?;
        assert!(!kept.contains(&called), "its keeper cannot have granted it");
        desk.serve(called).await?;
    }
    tokio::time::sleep_until(thaws_at).await;

    three.thaw()?;
    let since = Instant::now();
    links("thawed: linked", &[(&one, 2), (&two, 2), (&three, 2)]).await?;
    equal_vectors(&[&one, &two, &three]).await?;
    measured("thawed: converged", since.elapsed());
    let [first, second, third] = &mut desks;
    tokio::try_join!(first.work(100), second.work(100), third.work(100))?;
    let agreed = agree(&[&one, &two, &three], &desks).await?;
    assert_eq!(agreed.n_tickets, n_issued);
    assert_eq!(agreed.n_called, n_issued, "everybody was called");
    Ok(())
}

/// Tickets that a node keeps, as one PC knows.
async fn kept_by(pc: &Pc, keeper: NodeId) -> Result<BTreeSet<DocId>> {
    let mut tickets = all_tickets(pc).await?;
    tickets.retain(|_, row| row.keeper.node == keeper);
    Ok(tickets.into_keys().collect())
}

fn freeze_time() -> Result<Duration> {
    let seconds = match std::env::var("LIENQUAY_FREEZE_SECONDS") {
        Ok(seconds) => seconds.parse()?,
        Err(_unset) => FROZEN_SECONDS,
    };
    Ok(Duration::from_secs(seconds))
}
