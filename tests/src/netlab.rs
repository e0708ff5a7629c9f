//! A small network on this machine: every counter in a network namespace of its own, joined by bridges that can be cut,
//! slowed and made lossy. Linux only; needs the rights to make namespaces.
//!
//! Everything hangs on one further namespace, the *hub*, which has bridges and no way out: nothing leaves the machine, and
//! the machine's own interfaces, routes and firewall are neither seen nor changed.
//!
//! ```text
//!   PC 1 [eth0] ──┐                     ┌── [eth0] PC 3        PC 4 [wire0] ─┐
//!                 ├─ switch a ═trunk═ switch b                               ├─ relay (TUN, lienquay-impair)
//!   PC 2 [eth0] ──┘   (all in the hub)  └── [eth0] PC 4        PC 5 [wire0] ─┘
//! ```

pub mod impair;
mod leftovers;
mod relay;
mod rights;
mod seat;
mod space;
mod tool;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;

pub use relay::Relay;
pub use rights::{in_lab, in_lab_alone};
pub use seat::{Cable, Seat};
pub use space::Space;
pub(crate) use space::command_in;

/// The switch every PC is plugged into unless told otherwise.
pub const MAIN_SWITCH: &str = "a";

/// The network of one story. Everything goes when it is dropped.
#[derive(Debug)]
pub struct Lab {
    name: String,
    hub: Space,
}

impl Lab {
    /// An empty network with one switch.
    pub fn new() -> Result<Self> {
        static N_LABS: AtomicU32 = AtomicU32::new(0);
        leftovers::sweep();
        let number = N_LABS.fetch_add(1, Ordering::Relaxed);
        let name = leftovers::name_of_this_run(number);
        let hub = Space::new(&format!("{name}-hub"))?;
        let lab = Self { name, hub };
        lab.add_switch(MAIN_SWITCH)?;
        Ok(lab)
    }

    /// One more switch.
    pub fn add_switch(&self, switch: &str) -> Result<()> {
        let bridge = seat::bridge(switch);
        self.hub.ip(&format!(
            "link add {bridge} type bridge\nlink set {bridge} up"
        ))
    }

    /// Joins two switches.
    pub fn add_trunk(&self, one: &str, other: &str) -> Result<Cable> {
        let (near, far) = (format!("t-{one}-{other}"), format!("t-{other}-{one}"));
        let (bridge, other_bridge) = (seat::bridge(one), seat::bridge(other));
        self.hub.ip(&format!(
            "link add {near} type veth peer name {far}\n\
             link set {near} master {bridge} up\n\
             link set {far} master {other_bridge} up"
        ))?;
        Ok(Cable::new(self.hub.name(), &near))
    }

    /// A PC's place, without any cable yet.
    pub fn bare_seat(&self, number: u8) -> Result<Seat> {
        Seat::new(Space::new(&format!("{}-{number}", self.name))?, number)
    }

    /// A PC's place, plugged into the main switch.
    pub fn seat(&self, number: u8) -> Result<Seat> {
        self.seat_at(MAIN_SWITCH, number)
    }

    /// A PC's place, plugged into a switch.
    pub fn seat_at(&self, switch: &str, number: u8) -> Result<Seat> {
        let mut seat = self.bare_seat(number)?;
        seat.plug_in(&self.hub, switch, "eth0", seat.addr())?;
        Ok(seat)
    }

    /// One more cable to a PC that has one.
    pub fn second_cable(&self, seat: &mut Seat, switch: &str, addr: Ipv4Addr) -> Result<()> {
        seat.plug_in(&self.hub, switch, "eth1", addr)
    }

    /// Joins PCs by the impairing relay instead of a switch.
    pub fn relay(&self, seed: u64, seats: &[&Seat]) -> Result<Relay> {
        Relay::start(&self.hub, seed, seats)
    }
}
