//! The shell of a node: store, network, handle, command line.

pub mod net;
