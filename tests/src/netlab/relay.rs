//! The impairing relay as its lab sees it: a process in the hub, one TUN device for each PC.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context as _, Result};

use super::impair::{Setup, Tally, Weather, Wire};
use super::{Seat, Space};
use crate::fleet;

/// A running relay between PCs that have no other way to each other.
#[derive(Debug)]
pub struct Relay {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Relay {
    pub(super) fn start(hub: &Space, seed: u64, seats: &[&Seat]) -> Result<Self> {
        let program = fleet::built("lienquay-impair").context("cargo build -p lienquay-tests")?;
        let mut process = hub
            .command(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = process.stdin.take().context("no input")?;
        let answers = BufReader::new(process.stdout.take().context("no output")?);
        let mut relay = Self {
            process,
            orders,
            answers,
        };
        let wires = seats.iter().map(|seat| Wire {
            device: device(seat),
            addr: seat.addr(),
        });
        relay.order(&Setup {
            seed,
            wires: wires.collect(),
        })?;
        relay.answer().context("the relay did not start")?;
        for seat in seats {
            let (device, space, addr) = (device(seat), seat.space().name(), seat.addr());
            hub.ip(&format!("link set {device} netns {space}"))?;
            seat.space().ip(&format!(
                "link set {device} name wire0\naddr add {addr}/24 dev wire0\nlink set wire0 up"
            ))?;
        }
        Ok(relay)
    }

    fn order(&mut self, order: &impl serde::Serialize) -> Result<()> {
        let line = serde_json::to_string(order)?;
        writeln!(self.orders, "{line}")?;
        Ok(())
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        (!line.is_empty()).then_some(line).context("it has ended")
    }

    /// Changes the weather; what it did until now.
    pub fn weather(&mut self, weather: Weather) -> Result<Tally> {
        self.order(&weather)?;
        Ok(serde_json::from_str(&self.answer()?)?)
    }

    /// Ends the relay; what it did.
    pub fn end(mut self) -> Result<Tally> {
        self.order(&"end")?;
        let tally = serde_json::from_str(&self.answer()?)?;
        self.process.wait()?;
        Ok(tally)
    }
}

fn device(seat: &Seat) -> String {
    format!("wire{}", seat.addr().octets()[3])
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
