//! What nodes say to each other: one byte of version, one of kind, then CBOR.
//!
//! Fields a reader does not know are ignored; a kind it does not know is skipped with a reason; every list and byte
//! string is bounded when it is read.

pub mod bootstrap;
pub mod files;
pub mod join;
pub mod keeper;
pub mod link;
pub mod message;
pub mod reason;

pub use message::{Message, MessageError, Priority};
pub use reason::Reason;

/// The wire version this program speaks. A peer of another version is told so and left alone.
pub const WIRE_VERSION: u8 = 1;

/// The longest message, before it is cut into frames.
pub const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
