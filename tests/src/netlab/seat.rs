//! Where a PC stands: its namespace, its address, its cables.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};

use super::Space;
use super::tool::run;

/// How much may wait before a slow link, as time: a few full packets even at low rates.
const TBF_LATENCY: &str = "400ms";
const TBF_BURST: &str = "8kb";

/// The bridge that is a switch.
pub(super) fn bridge(switch: &str) -> String {
    format!("sw-{switch}")
}

/// A cable, held at the end that is in the hub.
#[derive(Debug, Clone)]
pub struct Cable {
    hub: String,
    port: String,
}

impl Cable {
    pub(super) fn new(hub: &str, port: &str) -> Self {
        Self {
            hub: hub.to_owned(),
            port: port.to_owned(),
        }
    }

    fn ip(&self, arguments: &[&str]) -> Result<()> {
        run("ip", &[&["-n", &self.hub], arguments].concat()).map(drop)
    }

    /// Pulls it out: both ends lose their carrier.
    pub fn pull(&self) -> Result<()> {
        self.ip(&["link", "set", &self.port, "down"])
    }

    /// Puts it back.
    pub fn put_back(&self) -> Result<()> {
        self.ip(&["link", "set", &self.port, "up"])
    }

    /// The switch sends no multicast down this cable; ARP, which is broadcast, still works.
    pub fn no_multicast(&self) -> Result<()> {
        let port = ["link", "set", "dev", &self.port, "mcast_flood", "off"];
        run("bridge", &[&["-n", &self.hub][..], &port].concat()).map(drop)
    }

    /// What the switch sends down this cable goes no faster.
    pub fn slow_down(&self, kbit_per_second: u32) -> Result<()> {
        slow(&self.hub, &self.port, kbit_per_second)
    }
}

fn slow(space: &str, device: &str, kbit_per_second: u32) -> Result<()> {
    let rate = format!("{kbit_per_second}kbit");
    let shape = ["rate", &rate, "burst", TBF_BURST, "latency", TBF_LATENCY];
    let replace = [
        "-n", space, "qdisc", "replace", "dev", device, "root", "tbf",
    ];
    run("tc", &[&replace[..], &shape].concat()).map(drop)
}

/// A PC's place in the network.
#[derive(Debug)]
pub struct Seat {
    space: Space,
    addr: Ipv4Addr,
    cables: Vec<Cable>,
}

impl Seat {
    pub(super) fn new(space: Space, number: u8) -> Result<Self> {
        Ok(Self {
            space,
            addr: Ipv4Addr::new(10, 77, 0, number),
            cables: Vec::new(),
        })
    }

    /// Its namespace.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// Its address on the first cable.
    pub fn addr(&self) -> Ipv4Addr {
        self.addr
    }

    /// Its cables, in the order they were plugged in.
    pub fn cable(&self, number: usize) -> Result<&Cable> {
        self.cables.get(number).context("no such cable")
    }

    pub(super) fn plug_in(
        &mut self,
        hub: &Space,
        switch: &str,
        device: &str,
        addr: Ipv4Addr,
    ) -> Result<()> {
        let port = format!("p{}-{device}", self.addr.octets()[3]);
        let (bridge, space) = (bridge(switch), self.space.name());
        hub.ip(&format!(
            "link add {port} type veth peer name {device} netns {space}\n\
             link set {port} master {bridge} up"
        ))?;
        self.space.ip(&format!(
            "addr add {addr}/24 dev {device}\nlink set {device} up"
        ))?;
        self.cables.push(Cable::new(hub.name(), &port));
        Ok(())
    }

    /// The first cable gets another address, as a router that was switched off and on would give it.
    pub fn change_addr(&mut self, addr: Ipv4Addr) -> Result<()> {
        let old = std::mem::replace(&mut self.addr, addr);
        self.space.ip(&format!(
            "addr del {old}/24 dev eth0\naddr add {addr}/24 dev eth0"
        ))
    }

    /// Both directions of the first cable go no faster.
    pub fn slow_down(&self, kbit_per_second: u32) -> Result<()> {
        self.cable(0)?.slow_down(kbit_per_second)?;
        slow(self.space.name(), "eth0", kbit_per_second)
    }
}
