//! What an officer, a kiosk or the command line may ask for.

mod dossier;
mod outcome;
mod ticket;

use serde::{Deserialize, Serialize};

use crate::codec::{List, Text};
use crate::domain::site::{Counter, Lane, Numbering, Officer};
use crate::ids::{DocId, EventId, NodeId, OfficerId, RequestId};
use crate::wire::keeper::{CounterNo, LaneId, PriorityReason, SeriesKey, TransferTarget};

pub use dossier::{DossierRef, ReceiveDossier, SettleChoice};
pub use outcome::{CalledTicket, Outcome, ReceivedDossier};
pub use ticket::TicketRef;

use crate::domain::dossier::{DossierField, HandedTo};
use crate::domain::file::{File, RemovalReason};

/// One command with the id that makes it safe to send again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Chosen once by the asker; the same request is never done twice.
    pub request: RequestId,
    /// What is asked.
    pub command: Command,
}

/// One command. In JSON: `{"issue_ticket":{"lane":"A"}}`, or `"go_mobile"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Sets the site's name, unit code and who numbers. Absent fields stay as they are.
    SetSite {
        /// As printed on slips.
        #[serde(default)]
        name: Option<Text<200>>,
        /// First part of dossier codes.
        #[serde(default)]
        unit_code: Option<Text<20>>,
        /// Who numbers; from the next day on.
        #[serde(default)]
        numbering: Option<Numbering>,
    },
    /// Adds or changes a counter.
    SetCounter(Counter),
    /// Adds or changes a lane.
    SetLane(Lane),
    /// Adds or changes an officer.
    SetOfficer(Officer),
    /// Says what a PC is for.
    Seat {
        /// The PC.
        node: NodeId,
        /// Its counter; none for a kiosk, a display or a back office.
        #[serde(default)]
        counter: Option<CounterNo>,
        /// Its only officer, where nobody signs in.
        #[serde(default)]
        officer: Option<OfficerId>,
    },
    /// Sets the working calendar.
    SetCalendar {
        /// As JSON, see [`crate::domain`].
        calendar: serde_json::Value,
    },
    /// Names the keeper of a number series.
    SetSeriesKeeper {
        /// Which series.
        series: SeriesKey,
        /// Who keeps it from now on.
        node: NodeId,
    },
    /// Makes this PC the keeper of a series whose keeper does not answer.
    TakeOverSeries {
        /// Which series.
        series: SeriesKey,
    },
    /// Imports one procedure as published on the national portal.
    ImportProcedure {
        /// The record.
        record: serde_json::Value,
        /// In force from; absent for always.
        #[serde(default)]
        effective_from: Option<jiff::civil::Date>,
    },

    /// Gives out a ticket.
    IssueTicket {
        /// For which lane.
        lane: LaneId,
        /// Served before others, and why.
        #[serde(default)]
        priority: Option<PriorityReason>,
        /// Papers the citizen ticked.
        #[serde(default)]
        papers: List<Text<120>, 24>,
    },
    /// Calls the next citizen to this counter.
    CallNext {
        /// Only from these lanes; empty for the counter's own.
        #[serde(default)]
        lanes: List<LaneId, 32>,
    },
    /// Calls one ticket out of order.
    CallTicket {
        /// Which.
        ticket: TicketRef,
        /// Why.
        reason: Text<200>,
    },
    /// The number was announced.
    Announce {
        /// Which.
        ticket: TicketRef,
    },
    /// Announces the number again.
    Recall {
        /// Which.
        ticket: TicketRef,
    },
    /// Nobody came.
    NoShow {
        /// Which.
        ticket: TicketRef,
    },
    /// Puts a ticket aside.
    Park {
        /// Which.
        ticket: TicketRef,
    },
    /// Puts a parked or missed ticket back into its lane.
    Unpark {
        /// Which.
        ticket: TicketRef,
    },
    /// Moves a ticket.
    Transfer {
        /// Which.
        ticket: TicketRef,
        /// Where to.
        to: TransferTarget,
    },
    /// Gives or takes priority.
    Prioritise {
        /// Which.
        ticket: TicketRef,
        /// Why; none takes it.
        #[serde(default)]
        reason: Option<PriorityReason>,
    },
    /// Service begins.
    Start {
        /// Which.
        ticket: TicketRef,
    },
    /// Service ends.
    FinishTicket {
        /// Which.
        ticket: TicketRef,
        /// The dossiers it led to.
        #[serde(default)]
        dossiers: List<DocId, 16>,
    },
    /// The citizen rates the service.
    Rate {
        /// Which.
        ticket: TicketRef,
        /// 1 to 5.
        mark: u8,
    },
    /// Gives a called ticket back without announcing it.
    Decline {
        /// Which.
        ticket: TicketRef,
    },
    /// Takes over the tickets of a PC that does not answer. Officers confirm it; it never happens by itself.
    TakeOverTickets {
        /// The silent PC.
        keeper: NodeId,
    },
    /// Calls a ticket this PC knows only from its paper.
    EnterPaperNumber {
        /// Its lane.
        lane: LaneId,
        /// Its number.
        number: u32,
    },

    /// Receives a dossier.
    ReceiveDossier(Box<ReceiveDossier>),
    /// Processing begins.
    StartProcessing {
        /// Which.
        dossier: DossierRef,
    },
    /// Asks for more papers.
    RequestSupplement {
        /// Which.
        dossier: DossierRef,
        /// What is missing.
        missing: List<Text<600>, 40>,
        /// Why.
        reason: Text<1000>,
    },
    /// The papers asked for arrived.
    Supplement {
        /// Which.
        dossier: DossierRef,
    },
    /// The result is ready.
    FinishDossier {
        /// Which.
        dossier: DossierRef,
        /// What was decided.
        result: Text<1000>,
    },
    /// Hands the result over.
    ReturnResult {
        /// Which.
        dossier: DossierRef,
        /// To whom.
        to: HandedTo,
    },
    /// Refuses reception.
    RefuseDossier {
        /// Which.
        dossier: DossierRef,
        /// Why.
        reason: Text<1000>,
        /// By which rule.
        legal_basis: Text<500>,
    },
    /// The citizen withdraws.
    Withdraw {
        /// Which.
        dossier: DossierRef,
        /// Why.
        #[serde(default)]
        reason: Text<1000>,
    },
    /// Corrects a field.
    EditDossier {
        /// Which.
        dossier: DossierRef,
        /// The field.
        field: DossierField,
        /// Its new value.
        value: Text<1000>,
    },
    /// Settles a conflict.
    SettleConflict {
        /// Which dossier.
        dossier: DossierRef,
        /// What stands.
        choice: SettleChoice,
    },
    /// Notes something on a dossier.
    Note {
        /// Which.
        dossier: DossierRef,
        /// What.
        text: Text<2000>,
    },
    /// Adds a file to a dossier. Its bytes must be on this PC already.
    AddFile {
        /// Which.
        dossier: DossierRef,
        /// The file.
        file: File,
        /// The file that it replaces, by the event that added that.
        #[serde(default)]
        replaces: Option<EventId>,
    },
    /// Takes a file out of a dossier.
    RemoveFile {
        /// Which.
        dossier: DossierRef,
        /// The file, by the event that added it.
        file: EventId,
        /// Why.
        reason: RemovalReason,
    },
    /// Gives a dossier a further code: the official one that the province assigned, or an alias.
    NumberDossier {
        /// Which.
        dossier: DossierRef,
        /// The code.
        code: Text<64>,
        /// It is the official one.
        official: bool,
    },

    /// Erases a document's personal data here and everywhere.
    Forget {
        /// Which.
        doc: DocId,
    },
    /// Confirms the date on a PC whose clock nobody vouches for.
    ConfirmDate {
        /// Today.
        date: jiff::civil::Date,
    },
    /// Hands this PC's tickets over before it leaves the network.
    GoMobile,
    /// Takes part again.
    ComeBack,
    /// Shuts a PC out, with a cut at what the site has of it.
    Revoke {
        /// Which.
        node: NodeId,
        /// Why.
        reason: Text<300>,
    },
    /// Lets a PC leave for good.
    Retire {
        /// Which.
        node: NodeId,
    },
}

impl Command {
    /// The command's name, as in its JSON.
    pub fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
