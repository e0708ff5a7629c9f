//! The shell of a node: store, network, handle, command line.

pub mod clock;
pub mod data_folder;
pub mod net;
pub mod store;
