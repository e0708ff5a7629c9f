//! The local socket of a running node: how another program of the same user on the same PC uses it.
//!
//! One JSON text a line, each request answered by one line (a subscription and a verification by several), in order.
//! On Unix the socket is a file that only its owner may open, in a folder that only its owner may enter; on Windows a
//! named pipe that only its owner may open.

mod client;
mod line;
mod protocol;
mod server;
mod socket;

pub use client::{Client, ClientError};
pub use protocol::{Request, Response};
pub use server::{Server, serve};

pub(crate) use server::answer;
