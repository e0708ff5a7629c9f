//! Words and rules of Liên Quầy. Pure: no IO, no clock.

#![deny(missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod domain;
