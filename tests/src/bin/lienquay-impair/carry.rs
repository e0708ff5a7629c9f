//! The relay's IO: devices, clock, orders. What becomes of each packet is decided in `netlab::impair`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use lienquay_tests::netlab::impair::{Impairer, Setup};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tun::Tun;

/// Packets read and not yet looked at; more wait in the devices.
const MAX_READ: usize = 256;
/// Packets under way. A site's traffic is far below; a runaway sender shall not fill the memory.
const MAX_UNDER_WAY: usize = 20_000;
/// The longest packet: TUN devices are made with the usual 1,500.
const MAX_PACKET_BYTES: usize = 2_048;

/// Ordered by time, then by arrival.
type Due = Reverse<(u64, u64, usize, Vec<u8>)>;

struct Carrier {
    wires: Vec<(Ipv4Addr, Arc<Tun>)>,
    impairer: Impairer,
    under_way: BinaryHeap<Due>,
    n_passed: u64,
    start: Instant,
}

pub(crate) async fn run() -> Result<()> {
    let mut orders = orders()?;
    let first = orders.recv().await.context("no setup")?;
    let setup: Setup = serde_json::from_str(&first)?;
    let (sender, mut packets) = mpsc::channel(MAX_READ);
    let mut wires = Vec::new();
    for (from, wire) in setup.wires.into_iter().enumerate() {
        let mut made = Tun::builder().name(&wire.device).build()?;
        let tun = Arc::new(made.pop().context("no device")?);
        tokio::spawn(read(from, Arc::clone(&tun), sender.clone()));
        wires.push((wire.addr, tun));
    }
    let mut carrier = Carrier {
        impairer: Impairer::new(setup.seed, wires.len()),
        wires,
        under_way: BinaryHeap::new(),
        n_passed: 0,
        start: Instant::now(),
    };
    answer("\"ready\"")?;
    carrier.carry(&mut orders, &mut packets).await
}

/// Reads until the device is gone: its namespace may end before the relay.
async fn read(from: usize, tun: Arc<Tun>, packets: mpsc::Sender<(usize, Vec<u8>)>) {
    let mut buffer = [0; MAX_PACKET_BYTES];
    while let Ok(n_bytes) = tun.recv(&mut buffer).await {
        if packets
            .send((from, buffer[..n_bytes].to_vec()))
            .await
            .is_err()
        {
            return;
        }
    }
}

/// Lines of the input; the end of the input is the end of the orders.
fn orders() -> Result<mpsc::Receiver<String>> {
    let (sender, orders) = mpsc::channel(1);
    std::thread::Builder::new()
        .name("orders".to_owned())
        .spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        })?;
    Ok(orders)
}

fn answer(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

impl Carrier {
    fn now_micros(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    async fn carry(
        &mut self,
        orders: &mut mpsc::Receiver<String>,
        packets: &mut mpsc::Receiver<(usize, Vec<u8>)>,
    ) -> Result<()> {
        loop {
            let due = self.under_way.peek().map(|Reverse((at, ..))| *at);
            let wake = self.start + Duration::from_micros(due.unwrap_or(0));
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(wake), if due.is_some() => self.deliver().await,
                order = orders.recv() => {
                    let weather = order.filter(|line| line != "\"end\"");
                    let is_last = weather.is_none();
                    if let Some(weather) = weather {
                        self.impairer.set_weather(serde_json::from_str(&weather)?);
                    }
                    answer(&serde_json::to_string(&self.impairer.tally())?)?;
                    if is_last {
                        return Ok(());
                    }
                }
                Some((from, packet)) = packets.recv() => self.take(from, &packet),
            }
        }
    }

    fn take(&mut self, from: usize, packet: &[u8]) {
        let Some(to) = destination(packet) else {
            return self.impairer.count_nowhere();
        };
        let is_for_all = to.is_multicast() || to.is_broadcast() || to.octets()[3] == 255;
        let receivers: Vec<usize> = (0..self.wires.len())
            .filter(|wire| *wire != from && (is_for_all || self.wires[*wire].0 == to))
            .collect();
        if receivers.is_empty() {
            self.impairer.count_nowhere();
        }
        let now = self.now_micros();
        for receiver in receivers {
            for at in self.impairer.pass(now, receiver, packet.len()) {
                if self.under_way.len() < MAX_UNDER_WAY {
                    self.n_passed += 1;
                    let due = (at, self.n_passed, receiver, packet.to_vec());
                    self.under_way.push(Reverse(due));
                }
            }
        }
    }

    async fn deliver(&mut self) {
        let now = self.now_micros();
        while let Some(Reverse((at, ..))) = self.under_way.peek()
            && *at <= now
            && let Some(Reverse((_, _, to, packet))) = self.under_way.pop()
        {
            // A device that is down or gone takes nothing, as an unplugged PC.
            self.wires[to].1.send(&packet).await.ok();
        }
    }
}

/// Where an IPv4 packet wants to go.
fn destination(packet: &[u8]) -> Option<Ipv4Addr> {
    if packet.first()? >> 4 != 4 {
        return None;
    }
    let bytes: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
    Some(Ipv4Addr::from(bytes))
}
