//! Finding each other: by mDNS alone, and where no multicast gets through.

use std::path::Path;

use anyhow::Result;
use lienquay_tests::agreement::agree;
use lienquay_tests::netlab::in_lab;
use tokio::time::Instant;

use crate::town::{Town, desk, links, new_links, news_arrive, settle};

#[test]
fn pcs_join_and_find_each_other_by_mdns_alone() -> Result<()> {
    in_lab(
        "discovery::pcs_join_and_find_each_other_by_mdns_alone",
        by_mdns,
    )
}

async fn by_mdns(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    let mut seats = [town.lab.seat(1)?, town.lab.seat(2)?, town.lab.seat(3)?];
    let mut one = town.looking_pc(&seats[0])?;
    let mut two = town.looking_pc(&seats[1])?;
    let mut three = town.looking_pc(&seats[2])?;
    settle(&mut one, &mut [&mut two, &mut three]).await?;
    let everywhere = [(&one, 2), (&two, 2), (&three, 2)];
    links("by mDNS: all linked", &everywhere).await?;

    // A running node gets another address: the others lose it, then find it where it is now.
    seats[2].change_addr([10, 77, 0, 33].into())?;
    let since = Instant::now();
    new_links("address change: found again", since, &[(&three, 2)]).await?;
    links("address change: all linked", &everywhere).await?;
    let mut desks = [desk(&one, 1).await?, desk(&three, 3).await?];
    news_arrive("address change: news arrive", &mut desks[1], &[&one, &two]).await?;
    desks[0].work(1).await?;
    agree(&[&one, &two, &three], &desks).await?;
    Ok(())
}

#[test]
fn without_multicast_typed_and_remembered_addresses_do() -> Result<()> {
    in_lab(
        "discovery::without_multicast_typed_and_remembered_addresses_do",
        without_multicast,
    )
}

async fn without_multicast(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    let mut seats = Vec::new();
    for number in 1..=4 {
        let seat = town.lab.seat(number)?;
        seat.cable(0)?.no_multicast()?;
        seats.push(seat);
    }
    let mut one = town.pc(&seats[0])?;
    let mut two = town.pc(&seats[1])?;
    let mut three = town.pc(&seats[2])?;
    settle(&mut one, &mut [&mut two, &mut three]).await?;
    links("typed: linked to the first", &[(&one, 2)]).await?;
    // Nobody can be found on this switch: who has no address stays alone.
    let four = town.pc(&seats[3])?;
    let alone = four.cli(&["join", "--name", "quay 4", "--yes", "--timeout", "5"]);
    assert!(alone.is_err(), "multicast got through");

    // Typed in while it runs, and remembered over a restart in good order.
    two.meet(&[three.addr]).await?;
    links("typed: linked", &[(&one, 2), (&two, 2), (&three, 2)]).await?;
    two.stop().await?;
    two.start(&[]).await?;
    let everywhere = [(&one, 2), (&two, 2), (&three, 2)];
    links("remembered: linked", &everywhere).await?;

    // Whoever gets another address knows where the others are.
    seats[1].change_addr([10, 77, 0, 22].into())?;
    let since = Instant::now();
    new_links("no mDNS, address change: linked", since, &[(&two, 2)]).await?;
    links("no mDNS, address change: all linked", &everywhere).await?;
    let mut desks = [desk(&one, 1).await?, desk(&two, 2).await?];
    news_arrive(
        "no mDNS, address change: news arrive",
        &mut desks[1],
        &[&one, &three],
    )
    .await?;
    desks[0].work(1).await?;
    agree(&[&one, &two, &three], &desks).await?;
    Ok(())
}
