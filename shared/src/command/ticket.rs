//! How a command names a ticket.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::ids::DocId;

/// A ticket, by document or by what is printed on its paper (today's).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketRef {
    /// Its document.
    Id(DocId),
    /// Its number, `A012`.
    Number(Text<12>),
}
