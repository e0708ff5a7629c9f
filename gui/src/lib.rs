//! The window of Liên Quầy: what an officer sees of a node.
//!
//! Data flows one way. A screen's `data.rs` loads a plain view from the node, its `ui.rs` draws the view, its `command.rs`
//! says what it can ask; what was asked goes through a [`link::Link`] to the node and comes back as news and new views.
//! Nothing here knows automerge, SQLite or libp2p, and nothing here waits: everything that takes time is a
//! [`link::Pending`] looked at once a frame.
//!
//! ```text
//! officer ─▶ ui ─▶ command ─▶ Link ─▶ node
//!              ▲                       │ news (wake), answers
//!              └─ data ◀─ Remote ◀─────┘
//! ```

rust_i18n::i18n!("words", fallback = "vi");

#[macro_use]
pub mod words;
pub mod fonts;
pub mod keys;
pub mod options;
pub mod theme;
pub mod wake;
pub mod when;

pub mod link;
pub mod remote;

pub mod cx;
pub mod widget;

pub mod dossier;
pub mod dossiers;
pub mod find;
pub mod health;
pub mod queue;
pub mod reception;
pub mod start;
pub mod strip;

pub mod app;
pub mod desk;
pub mod running;
pub mod tell;
