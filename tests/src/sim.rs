//! A whole site in one thread: real engines on simulated disks, links and clocks, everything drawn from one seed.
//!
//! [`world::World`] owns the nodes and the event queue; [`disk`], [`network`] and [`clock`] are what each node stands on.
//! A [`script`] is a day written down from a seed, work and faults alike; [`day`] carries it out, [`invariants`] says what
//! must hold all the same, and [`shrink`] makes a failing script short.
//! Nothing here reads a real clock, a real random source or the order of a hash table, so a seed replays a run bit for
//! bit.

pub mod chance;
pub mod clock;
pub mod day;
pub mod disk;
pub mod invariants;
pub mod network;
pub mod officer;
pub mod opaque;
pub mod procedure;
pub mod read;
pub mod schema;
pub mod script;
pub mod shrink;
pub mod trace;
pub mod world;
