//! What an entry did, in one number: enough for an audit line, without opening the document.

use serde::{Deserialize, Serialize};

macro_rules! code {
    ($(#[$doc:meta])* $name:ident($repr:ty) { $($(#[$item_doc:meta])* $item:ident = $value:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $repr);

        #[allow(non_upper_case_globals, reason = "these read as the variants of an enum that a newer version may extend")]
        impl $name {
            $($(#[$item_doc])* pub const $item: Self = Self($value);)*

            /// Every code this version knows.
            pub const ALL: &[Self] = &[$(Self::$item),*];

            /// The code's English name; `None` for one a newer version wrote.
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$item => Some(stringify!($item)),)*
                    _ => None,
                }
            }
        }
    };
}

code!(
    /// The kind of a document: which genesis it starts from and which projection it feeds.
    DocKind(u8) {
        /// An entry about the log itself, without a document.
        Log = 0,
        /// The site: name, counters, lanes, officers, calendar, series keeper. One per site.
        Site = 1,
        /// One version of one procedure.
        Procedure = 2,
        /// One dossier.
        Dossier = 3,
        /// One queue ticket.
        Ticket = 4,
        /// The numbers one keeper gave out of one series on one day.
        Series = 5,
    }
);

code!(
    /// What an officer or a node did. Codes are for ever: add, never reuse.
    ActionKind(u16) {
        /// First entry of an incarnation; names the point at which the node's earlier log ends.
        LogOpened = 1,
        /// A document was forgotten (personal data erased), here and everywhere.
        DocForgotten = 2,
        /// The node leaves for good: its log ends here.
        LogClosed = 3,
        /// A change of a forked branch, written again by its author.
        BranchReauthored = 4,

        /// The site was founded.
        SiteFounded = 10,
        /// Name, unit code or other site settings changed.
        SiteSettingsChanged = 11,
        /// A counter was added or changed.
        CounterSet = 12,
        /// A lane was added or changed.
        LaneSet = 13,
        /// An officer was added or changed.
        OfficerSet = 14,
        /// The working calendar changed.
        CalendarSet = 15,
        /// Who keeps a number series changed.
        SeriesKeeperSet = 16,
        /// The old keeper of a series told where it stopped.
        SeriesReleased = 17,

        /// A procedure version was imported.
        ProcedureImported = 20,

        /// A dossier was received at a counter.
        DossierReceived = 30,
        /// Processing began.
        DossierProcessingStarted = 31,
        /// The citizen was asked for more papers.
        DossierSupplementRequested = 32,
        /// The papers asked for arrived.
        DossierSupplemented = 33,
        /// The result is ready.
        DossierFinished = 34,
        /// The result was handed over.
        DossierReturned = 35,
        /// Reception was refused.
        DossierRefused = 36,
        /// The citizen withdrew the dossier.
        DossierWithdrawn = 37,
        /// A field was corrected.
        DossierEdited = 38,
        /// A conflict between two edits was settled.
        DossierConflictSettled = 39,
        /// Something that happened to the dossier was noted.
        DossierNoted = 40,
        /// A dossier received with a provisional code got its official one, or a further alias.
        DossierNumbered = 41,
        /// A file was added to a dossier, or put in another's place.
        DossierFileAdded = 42,
        /// A file was taken out of a dossier.
        DossierFileRemoved = 43,

        /// A ticket was given out.
        TicketIssued = 50,
        /// The keeper granted the ticket to a counter.
        TicketCalled = 51,
        /// The counter announced the number.
        TicketAnnounced = 52,
        /// The number was announced again.
        TicketRecalled = 53,
        /// Nobody came.
        TicketNoShow = 54,
        /// Put aside by its keeper.
        TicketParked = 55,
        /// Back in the lane.
        TicketUnparked = 56,
        /// Moved to another lane, counter or officer by its keeper.
        TicketTransferred = 57,
        /// Its priority changed.
        TicketPrioritised = 58,
        /// Service began.
        TicketStarted = 59,
        /// Service ended.
        TicketFinished = 60,
        /// The citizen rated the service.
        TicketRated = 61,
        /// The counter gave a granted ticket back without announcing it.
        TicketDeclined = 62,
        /// The keeper gave the ticket to another keeper.
        TicketHandedOver = 63,
        /// An officer took the ticket over from an unreachable keeper.
        TicketTakenOver = 64,

        /// The keeper of a series gave a number to another node.
        NumberGranted = 70,
    }
);
