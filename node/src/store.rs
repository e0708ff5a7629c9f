//! The encrypted SQLite store: the engine's disk, and the reader that answers screens.
//!
//! One connection writes, inside one transaction at a time that sees its own writes; the host commits it. Readers are
//! connections of their own that never wait for the writer. The log (entries, documents, what this node decided) is
//! migrated; the projections are tables of their own that can be dropped and built anew from the documents.
//!
//! After any fault while writing, the transaction is broken: SQLite may have rolled it back by itself, and what came
//! after would land without what came before. Every further write is refused until `rollback`.

mod column;
mod connect;
mod docs;
mod entries;
mod facts;
mod fault;
mod files;
mod keeper;
mod logs;
mod projections;
mod query;
mod schema;
mod search;
mod statement;
mod store_impl;
mod transaction;
mod wal_file;

#[cfg(test)]
mod tests;

pub(crate) use query::Audit;
pub use query::{Asked, LaneCount, Reader, SetAsideRow};
pub use transaction::SqliteStore;

pub(crate) use connect::Location;
pub(crate) use fault::DATABASE_FILE;
pub(crate) use fault::from_io;
pub(crate) use projections::packed::pack;
