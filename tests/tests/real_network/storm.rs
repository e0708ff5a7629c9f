//! A network that loses, delays, doubles and reorders, and a PC killed in the middle of it.

use std::path::Path;

use anyhow::Result;
use lienquay_tests::agreement::{agree, equal_vectors};
use lienquay_tests::netlab::impair::Weather;
use lienquay_tests::netlab::in_lab;
use tokio::time::Instant;

use crate::town::{Town, desk, links, measured, settle, tell};

const STORM: Weather = Weather {
    loss_percent: 15,
    duplicate_percent: 3,
    reorder_percent: 10,
    delay_millis: 50,
    jitter_millis: 100,
    rate_kbit: 0,
};
const N_TICKETS: usize = 24;

#[test]
fn a_storm_and_a_killed_pc_lose_and_double_nothing() -> Result<()> {
    in_lab(
        "storm::a_storm_and_a_killed_pc_lose_and_double_nothing",
        storm,
    )
}

async fn storm(folder: &Path) -> Result<()> {
    let town = Town::new(folder)?;
    let mut seats = Vec::new();
    for number in 1..=3 {
        seats.push(town.lab.bare_seat(number)?);
    }
    let mut relay = town.lab.relay(4_711, &seats.iter().collect::<Vec<_>>())?;
    let mut one = town.looking_pc(&seats[0])?;
    let mut two = town.looking_pc(&seats[1])?;
    let mut three = town.looking_pc(&seats[2])?;
    settle(&mut one, &mut [&mut two, &mut three]).await?;
    links("storm: linked before", &[(&one, 2), (&two, 2), (&three, 2)]).await?;
    let mut desks = [
        desk(&one, 1).await?,
        desk(&two, 2).await?,
        desk(&three, 3).await?,
    ];
    // The lanes are everywhere before the storm: nobody gives out tickets of a lane that is not known there.
    equal_vectors(&[&one, &two, &three]).await?;
    let fair = relay.weather(STORM)?;
    assert_eq!((fair.n_lost, fair.n_duplicated), (0, 0), "{fair:?}");
    for number in 0..N_TICKETS {
        desks[number % 3].issue("A").await?;
    }
    let [first, second, third] = &mut desks;
    tokio::try_join!(first.work(4), second.work(4), third.work(4))?;
    three.kill()?;
    tokio::try_join!(first.work(6), second.work(6))?;
    three.start(&[]).await?;
    third.client = three.client().await?;
    tokio::try_join!(first.work(24), second.work(24), third.work(24))?;
    let since = Instant::now();
    equal_vectors(&[&one, &two, &three]).await?;
    measured("storm: converged while it blows", since.elapsed());
    let agreed = agree(&[&one, &two, &three], &desks).await?;
    assert_eq!(agreed.n_tickets, N_TICKETS);

    let done = relay.end()?;
    tell(&format!("storm: {done:?}"));
    let lost_percent = done.n_lost * 100 / done.n_packets.max(1);
    assert!((8..22).contains(&lost_percent), "{done:?}");
    assert!(done.n_duplicated > 10 && done.n_reordered > 10, "{done:?}");
    assert!(
        done.delay_millis / done.n_delivered.max(1) >= 50,
        "{done:?}"
    );
    Ok(())
}
