//! PCs on two networks at once: one link to each peer, and it moves when a cable is pulled.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Result;
use lienquay_tests::agreement::agree;
use lienquay_tests::netlab::in_lab;

use crate::town::{Town, desk, links, measured, news_arrive, settle};

#[test]
fn with_two_cables_there_is_one_link_to_each_peer_and_it_moves() -> Result<()> {
    in_lab(
        "cables::with_two_cables_there_is_one_link_to_each_peer_and_it_moves",
        two_cables,
    )
}

async fn two_cables(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    town.lab.add_switch("b")?;
    let mut seats = [town.lab.seat(1)?, town.lab.seat(2)?, town.lab.seat(3)?];
    for (number, seat) in (1..).zip(&mut seats) {
        let addr = Ipv4Addr::new(10, 78, 0, number);
        town.lab.second_cable(seat, "b", addr)?;
    }
    let mut one = town.looking_pc(&seats[0])?;
    let mut two = town.looking_pc(&seats[1])?;
    let mut three = town.looking_pc(&seats[2])?;
    settle(&mut one, &mut [&mut two, &mut three]).await?;
    let everywhere = [(&one, 2), (&two, 2), (&three, 2)];
    links("two cables: linked", &everywhere).await?;

    // The link to each peer is on one of the two networks: one of these two steps breaks it.
    let mut desks = [desk(&one, 1).await?, desk(&three, 3).await?];
    for (pulled, what) in [(0, "first cable pulled"), (1, "second cable pulled")] {
        seats[2].cable(pulled)?.pull()?;
        let out = news_arrive(what, &mut desks[1], &[&one, &two]).await?;
        let back = news_arrive(what, &mut desks[0], &[&three]).await?;
        measured(
            &format!("two cables: {what}, news go both ways"),
            out + back,
        );
        links(what, &everywhere).await?;
        seats[2].cable(pulled)?.put_back()?;
        news_arrive("cable put back", &mut desks[1], &[&one, &two]).await?;
    }
    desks[0].work(3).await?;
    links("two cables: in the end", &everywhere).await?;
    agree(&[&one, &two, &three], &desks).await?;
    Ok(())
}
