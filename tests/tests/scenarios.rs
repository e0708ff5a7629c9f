//! Named things that happen to a service point, each told from the first cause to the last consequence.
#![allow(
    clippy::unwrap_used,
    reason = "these are tests; their helpers fail by panicking"
)]

#[path = "scenarios/copies.rs"]
mod copies;
#[path = "scenarios/faults.rs"]
mod faults;
#[path = "scenarios/files.rs"]
mod files;
#[path = "scenarios/first_copy.rs"]
mod first_copy;
#[path = "scenarios/removal.rs"]
mod removal;
#[path = "scenarios/site.rs"]
mod site;
#[path = "scenarios/slim.rs"]
mod slim;
#[path = "scenarios/strangers.rs"]
mod strangers;
#[path = "scenarios/tickets.rs"]
mod tickets;
#[path = "scenarios/upgrade.rs"]
mod upgrade;
