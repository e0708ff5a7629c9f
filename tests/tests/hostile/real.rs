//! Attacks on real processes over real sockets: the officers go on, the memory stays, the health screen names it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures::AsyncWriteExt;
use lienquay_shared::log::NodeKey;
use lienquay_shared::wire::link::{Hello, Want};
use lienquay_shared::wire::{MAX_MESSAGE_BYTES, Message, Priority, Reason, WIRE_VERSION};
use lienquay_shared::{DocId, SiteId};
use lienquay_tests::fleet::until;
use lienquay_tests::hostile::{Attacker, Forger, Vitals, Wire, frames, site_with_turncoat};
use tokio::task::JoinHandle;

/// The longest an officer may wait for one press while a node is attacked: an unoptimised build on a loaded machine. Serving
/// a citizen is three presses.
const PRESS: Duration = Duration::from_secs(5);
/// How long each flood lasts.
const FLOOD: Duration = Duration::from_secs(2);
/// What an attack may add to a node's memory: a share of the queue for each link and the allocator's slack; a queue without
/// bound would take hundreds.
const MORE_MIB: u64 = 80;

/// Says the same as fast as it is taken, until the time is over or the link is.
fn flood(mut wire: Wire, framed: Vec<u8>) -> JoinHandle<Wire> {
    tokio::spawn(async move {
        let started = Instant::now();
        while started.elapsed() < FLOOD && wire.write(&framed).await.is_ok() {}
        wire
    })
}

async fn serve_while(vitals: &mut Vitals, attack: JoinHandle<Wire>) -> Result<Wire> {
    while !attack.is_finished() {
        vitals.serve_one().await?;
    }
    Ok(attack.await?)
}

async fn greeted(attacker: &Attacker, addr: SocketAddr, site: SiteId) -> Result<Wire> {
    let mut wire = attacker.link(addr).await?;
    let (site, roster) = (Some(site), None);
    wire.say(&Message::Hello(Hello { site, roster })).await?;
    Ok(wire)
}

/// Everything that stands still at once, from one address.
async fn hold_half_open(addr: SocketAddr) -> Vec<Box<dyn Send>> {
    let mut held: Vec<Box<dyn Send>> = Vec::new();
    for number in 0..12 {
        let stranger = Attacker::stranger(1_000 + number);
        if let Ok(mut dialled) = stranger.dial(addr).await {
            // Every other one opens the stream and says nothing, or a byte now and then.
            if number % 2 == 0
                && let Ok(mut stream) = dialled.stream().await
            {
                held.push(Box::new(tokio::spawn(async move {
                    for byte in b"lienquay".iter().cycle() {
                        tokio::time::sleep(Duration::from_millis(500)).await;
                        if stream.write_all(&[*byte]).await.is_err() {
                            return;
                        }
                    }
                })));
            }
            held.push(Box::new(dialled));
        }
    }
    for _ in 0..200 {
        if let Ok(stream) = tokio::net::TcpStream::connect(addr).await {
            held.push(Box::new(stream));
        }
    }
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_stop_nobody_learn_nothing_and_are_named() {
    let home = tempfile::tempdir().unwrap();
    let mut site = site_with_turncoat(home.path(), 3).await.unwrap();
    let addr = site.pcs[0].addr;
    let mut vitals = Vitals::of(&site.pcs[0], 1).await.unwrap();
    let id = vitals.site().await.unwrap();
    vitals.serve_one().await.unwrap();
    let before = vitals.rss_mib().unwrap();
    site.pcs[1].stop().await.unwrap();

    let asked = ask_everything(addr, id).await.unwrap();
    break_the_frames(addr).await.unwrap();
    let held = hold_half_open(addr).await;
    // A member that comes back finds room.
    site.pcs[1].start(&[addr]).await.unwrap();
    until("the member's link", async || {
        Ok((vitals.n_member_links().await? == 1).then_some(()))
    })
    .await
    .unwrap();
    for _ in 0..3 {
        vitals.serve_one().await.unwrap();
    }
    assert!(vitals.longest < PRESS, "{:?}", vitals.longest);
    drop(held);
    for raw in asked {
        let text = String::from_utf8_lossy(&raw);
        assert!(raw.len() < 4_096 && !text.contains("Quầy") && !text.contains("Phường"));
    }
    assert!(vitals.counted(None, Reason::NotOnRoster).await.unwrap() > 0);
    assert!(vitals.counted(None, Reason::BrokenFrames).await.unwrap() >= 2);
    assert!(vitals.counted(None, Reason::TooMany).await.unwrap() > 0);
    let health = vitals.health().await.unwrap();
    assert!(
        health["network"]["n_refused"].as_u64() > Some(0),
        "{}",
        health["network"]
    );
    let after = vitals.rss_mib().unwrap();
    assert!(
        after < before + MORE_MIB,
        "{before} MiB before, {after} after"
    );
}

/// A stranger that knows the site asks for all there is, until it is turned away; what it heard.
async fn ask_everything(addr: SocketAddr, site: SiteId) -> Result<Vec<Vec<u8>>> {
    let mut heard = Vec::new();
    for number in 0..3 {
        let mut wire = greeted(&Attacker::stranger(number), addr, site).await?;
        let tag = Forger::new(site, &NodeKey::from_secret(&[1; 32]), 1)
            .row()
            .tag;
        let want = Message::Want(Want {
            tag,
            after: 0,
            upto: 512,
            trace: false,
        });
        let plan = Message::PlanAsk(());
        for _ in 0..200 {
            if wire.say(&want).await.is_err() || wire.say(&plan).await.is_err() {
                break;
            }
        }
        wire.until_over().await?;
        for message in wire.heard() {
            assert!(
                matches!(&message, Message::Hello(hello) if hello.roster.is_none()),
                "{message:?}"
            );
        }
        heard.push(wire.heard_raw());
    }
    Ok(heard)
}

async fn break_the_frames(addr: SocketAddr) -> Result<()> {
    let broken: [&[u8]; 3] = [
        // A frame of 4 GiB, an empty one that ends nothing, and noise.
        &[0xff, 0xff, 0xff, 0xff, 0, 1],
        &[0, 0, 0, 0, 0, 0],
        &[0x5a; 64],
    ];
    for (number, bytes) in (20..).zip(broken) {
        let mut wire = Attacker::stranger(number).link(addr).await?;
        wire.write(bytes).await?;
        wire.until_over().await?;
    }
    Ok(())
}

/// A member gone bad at a node whose officers go on.
struct Flooded {
    vitals: Vitals,
    addr: SocketAddr,
    site: SiteId,
    bad: Attacker,
    before_mib: u64,
}

impl Flooded {
    fn must_be_lean(&self, under: &str) {
        let (before, now) = (self.before_mib, self.vitals.rss_mib().unwrap());
        assert!(
            now < before + MORE_MIB,
            "{before} MiB before, {now} {under}"
        );
    }

    async fn counted(&mut self, reason: Reason) -> u64 {
        let bad = Some(self.bad.node());
        self.vitals.counted(bad, reason).await.unwrap()
    }

    /// The longest messages, of no known kind.
    async fn long_messages(&mut self) {
        let mut bytes = vec![0; MAX_MESSAGE_BYTES];
        bytes[..2].copy_from_slice(&[WIRE_VERSION, 200]);
        let wire = greeted(&self.bad, self.addr, self.site).await.unwrap();
        let attack = flood(wire, frames(Priority::Snapshot, &bytes));
        drop(serve_while(&mut self.vitals, attack).await.unwrap());
        assert!(self.counted(Reason::UnknownMessage).await > 0);
        self.must_be_lean("under long messages");
    }

    /// Valid entries as fast as they are taken, then the same again and again; the log they are in.
    async fn entries(&mut self) -> Forger {
        let mut log = Forger::new(self.site, self.bad.key(), 99);
        let batches = log.batches(640, |log, number| {
            let doc = DocId([u8::try_from(number % 100).unwrap(); 16]);
            log.edit(doc, &number.to_string())
        });
        let all: Vec<u8> = batches
            .into_iter()
            .flat_map(|batch| frames(Priority::Live, &Message::Entries(batch).encode()))
            .collect();
        let wire = greeted(&self.bad, self.addr, self.site).await.unwrap();
        let attack = flood(wire, all);
        drop(serve_while(&mut self.vitals, attack).await.unwrap());
        assert!(self.counted(Reason::Duplicate).await > 0);
        self.must_be_lean("under entries");
        log
    }

    /// Asks and never reads: what waits for it is bounded, and it is dropped.
    async fn questions_without_reading(&mut self, log: &Forger) {
        let mut wire = self.bad.mute_link(self.addr).await.unwrap();
        let (site, roster) = (Some(self.site), None);
        let hello = Message::Hello(Hello { site, roster });
        wire.say(&hello).await.unwrap();
        let want = Message::Want(Want {
            tag: log.row().tag,
            after: 0,
            upto: 512,
            trace: false,
        });
        let attack = flood(wire, frames(Priority::Beat, &want.encode()));
        drop(serve_while(&mut self.vitals, attack).await.unwrap());
        until("the end of who takes nothing", async || {
            let bad = Some(self.bad.node());
            let n = self.vitals.counted(bad, Reason::TakesNothing).await?;
            Ok((n > 0).then_some(()))
        })
        .await
        .unwrap();
        self.must_be_lean("with somebody who reads nothing");
    }

    /// In the middle of a link: it ends, and no other comes up.
    async fn shutting_out(&mut self) {
        let wire = greeted(&self.bad, self.addr, self.site).await.unwrap();
        self.vitals.revoke(self.bad.node()).await.unwrap();
        wire.until_over().await.unwrap();
        assert!(self.bad.link(self.addr).await.is_err());
        assert!(self.counted(Reason::Revoked).await > 0);
        self.vitals.serve_one().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_floods_stops_nobody_and_is_shut_out_at_once() {
    let home = tempfile::tempdir().unwrap();
    let site = site_with_turncoat(home.path(), 3).await.unwrap();
    let mut vitals = Vitals::of(&site.pcs[0], 1).await.unwrap();
    vitals.serve_one().await.unwrap();
    let mut flooded = Flooded {
        addr: site.pcs[0].addr,
        site: vitals.site().await.unwrap(),
        bad: Attacker::with_key(site.turncoat.clone()),
        before_mib: vitals.rss_mib().unwrap(),
        vitals,
    };
    flooded.long_messages().await;
    let log = flooded.entries().await;
    flooded.questions_without_reading(&log).await;
    let vitals = &mut flooded.vitals;
    assert!(vitals.longest < PRESS, "{:?}", vitals.longest);
    let n_links = vitals.n_member_links().await.unwrap();
    assert_eq!(n_links, 1, "the honest one stays");
    flooded.shutting_out().await;
}
