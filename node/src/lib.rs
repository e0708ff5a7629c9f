//! The shell of a node: store, network, handle, command line.
//!
//! [`data_folder`] opens the encrypted [`store`]; [`runtime`] puts the engine on a thread between it and the [`net`];
//! everybody works through a [`handle::NodeHandle`], other processes of the same user through [`ipc`]. [`verify`] proves
//! what a folder holds.

pub mod cli;
pub mod clock;
pub mod data_folder;
pub mod files;
pub mod handle;
pub mod ipc;
pub mod net;
pub mod notes;
pub mod runtime;
pub mod signals;
pub mod store;
pub mod verify;
pub mod view;
