//! What a command led to.

use serde::{Deserialize, Serialize};

use crate::codec::Text;
use crate::domain::dossier::{CodeKind, DueDate};
use crate::domain::series::DossierCode;
use crate::ids::{DocId, NodeId};
use crate::wire::keeper::{CounterNo, LaneId};

/// What a command led to. Everything in it is saved (fsynced here) before it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done; nothing more to tell.
    Done,
    /// A ticket was given out.
    TicketIssued {
        /// Its document.
        doc: DocId,
        /// As printed.
        number: Text<12>,
        /// Its lane.
        lane: LaneId,
        /// Tickets waiting before it.
        n_ahead: u32,
        /// Its keeper.
        keeper: NodeId,
    },
    /// A ticket was called to a counter.
    TicketCalled(CalledTicket),
    /// A dossier was received.
    DossierReceived(ReceivedDossier),
    /// A dossier's due date changed.
    DueChanged {
        /// Its document.
        doc: DocId,
        /// The due date that holds now.
        due: Option<DueDate>,
    },
    /// A procedure was imported, or is there already.
    ProcedureImported {
        /// Its document.
        doc: DocId,
        /// Its code.
        code: Text<60>,
        /// It was new.
        is_new: bool,
        /// What of the record could not be used, in Vietnamese.
        unusable: Vec<String>,
    },
    /// Tickets were taken over.
    TicketsTakenOver {
        /// How many.
        n_tickets: u32,
    },
    /// Tickets were handed over before leaving.
    TicketsHandedOver {
        /// How many.
        n_tickets: u32,
        /// Of these, how many no other PC has confirmed to hold safely yet.
        n_unconfirmed: u32,
        /// How many stay, because no desk that serves their lane is reachable.
        n_kept: u32,
    },
}

/// A called ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledTicket {
    /// Its document.
    pub doc: DocId,
    /// As printed.
    pub number: Text<12>,
    /// Where to.
    pub counter: CounterNo,
    /// It may have been called elsewhere too: its keeper did not answer.
    pub taken_over: bool,
}

/// A received dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedDossier {
    /// Its document.
    pub doc: DocId,
    /// Its code.
    pub code: DossierCode,
    /// What kind of code.
    pub code_kind: CodeKind,
    /// When it is due, and why; none when the procedure's time is not known.
    pub due: Option<DueDate>,
}
