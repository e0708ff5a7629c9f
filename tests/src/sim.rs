//! A whole site in one thread: real engines on simulated disks, links and clocks, everything drawn from one seed.
//!
//! [`world::World`] owns the nodes and the event queue; [`disk`], [`network`] and [`clock`] are what each node stands on;
//! [`officer`] invents a working day, [`faults`] what goes wrong in it, and [`invariants`] says what must hold all the same.
//! Nothing here reads a real clock, a real random source or the order of a hash table, so a seed replays a run bit for
//! bit.

pub mod chance;
pub mod clock;
pub mod disk;
pub mod faults;
pub mod invariants;
pub mod network;
pub mod officer;
pub mod procedure;
pub mod read;
pub mod schema;
pub mod trace;
pub mod world;
