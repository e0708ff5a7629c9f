//! A new router hands out all addresses anew while everybody works.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Result;
use lienquay_tests::agreement::agree;
use lienquay_tests::fleet::Pc;
use lienquay_tests::netlab::in_lab;
use tokio::time::Instant;

use crate::town::{Town, desk, links, new_links, news_arrive, settle};

#[test]
fn everybody_gets_the_address_that_was_somebody_elses() -> Result<()> {
    in_lab(
        "addresses::everybody_gets_the_address_that_was_somebody_elses",
        new_leases,
    )
}

async fn new_leases(folder: &Path) -> Result<()> {
    const N: u8 = 4;
    let town = Town::new(folder)?;
    let mut seats = Vec::new();
    let mut pcs = Vec::new();
    for number in 1..=N {
        let seat = town.lab.seat(number)?;
        pcs.push(town.looking_pc(&seat)?);
        seats.push(seat);
    }
    let (first, others) = pcs.split_at_mut(1);
    settle(&mut first[0], &mut others.iter_mut().collect::<Vec<_>>()).await?;
    let before: Vec<(&Pc, u64)> = pcs.iter().map(|pc| (pc, 3)).collect();
    links("new leases: linked before", &before).await?;

    // First away from the old addresses, or two PCs would have the same one for a moment.
    for (number, seat) in (1..=N).zip(&mut seats) {
        seat.change_addr(Ipv4Addr::new(10, 77, 0, 100 + number))?;
    }
    for (number, seat) in (1..=N).zip(&mut seats) {
        seat.change_addr(Ipv4Addr::new(10, 77, 0, number % N + 1))?;
    }
    let again: Vec<(&Pc, usize)> = pcs.iter().map(|pc| (pc, 3)).collect();
    new_links("new leases: linked again", Instant::now(), &again).await?;
    let mut desks = [desk(&pcs[0], 1).await?];
    let fleet: Vec<&Pc> = pcs.iter().collect();
    news_arrive("new leases: news arrive", &mut desks[0], &fleet[1..]).await?;
    agree(&fleet, &desks).await?;
    Ok(())
}
