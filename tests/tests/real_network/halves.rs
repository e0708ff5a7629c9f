//! A large site is cut in two while officers work on both sides.

use std::path::Path;

use anyhow::Result;
use lienquay_tests::agreement::{agree, equal_vectors};
use lienquay_tests::fleet::Pc;
use lienquay_tests::morning::Desk;
use lienquay_tests::netlab::{MAIN_SWITCH, in_lab};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::town::{Town, desk, links, measured, settle};

/// PCs on each side.
const HALF: u8 = 5;
/// Tickets each desk gives out before the cut, and again during it.
const N_TICKETS: usize = 4;

#[test]
fn two_halves_of_a_large_site_work_apart_and_agree_again() -> Result<()> {
    in_lab(
        "halves::two_halves_of_a_large_site_work_apart_and_agree_again",
        two_halves,
    )
}

/// Every desk gives out tickets, then calls and serves whoever it can.
async fn work_all(desks: Vec<Desk>, enough: usize) -> Result<Vec<Desk>> {
    let mut working = JoinSet::new();
    for mut desk in desks {
        working.spawn(async move {
            for _ in 0..N_TICKETS {
                desk.issue("A").await?;
            }
            desk.work(enough).await?;
            Ok::<Desk, anyhow::Error>(desk)
        });
    }
    let mut done = Vec::new();
    while let Some(desk) = working.join_next().await {
        done.push(desk??);
    }
    Ok(done)
}

async fn two_halves(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    town.lab.add_switch("b")?;
    let trunk = town.lab.add_trunk(MAIN_SWITCH, "b")?;
    let mut seats = Vec::new();
    let mut pcs = Vec::new();
    for number in 1..=2 * HALF {
        let switch = if number <= HALF { MAIN_SWITCH } else { "b" };
        let seat = town.lab.seat_at(switch, number)?;
        pcs.push(town.looking_pc(&seat)?);
        seats.push(seat);
    }
    let (first, others) = pcs.split_at_mut(1);
    let since = Instant::now();
    settle(&mut first[0], &mut others.iter_mut().collect::<Vec<_>>()).await?;
    measured("halves: ten PCs set up", since.elapsed());
    let fleet: Vec<&Pc> = pcs.iter().collect();
    let all = |n: u64| fleet.iter().map(|pc| (*pc, n)).collect::<Vec<_>>();
    let (side, everybody) = (u64::from(HALF) - 1, u64::from(2 * HALF) - 1);
    links("halves: all linked", &all(everybody)).await?;

    let mut desks = Vec::new();
    for (number, pc) in (1..).zip(&pcs) {
        desks.push(desk(pc, number).await?);
    }
    let desks = work_all(desks, 2).await?;
    trunk.pull()?;
    links("halves: cut noticed", &all(side)).await?;
    let desks = work_all(desks, 4).await?;
    let since = Instant::now();
    trunk.put_back()?;
    links("halves: linked again", &all(everybody)).await?;
    equal_vectors(&fleet).await?;
    measured("halves: healed and converged", since.elapsed());
    let desks = work_all(desks, 100).await?;
    let agreed = agree(&fleet, &desks).await?;
    let issued = usize::from(2 * HALF) * N_TICKETS * 3;
    assert_eq!(agreed.n_tickets, issued);
    assert_eq!(agreed.n_called, issued, "everybody was called");
    Ok(())
}
