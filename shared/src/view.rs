//! View models: flat, serialisable rows made from models, as stored in projections and shown on screens.

mod dossier;
mod files;
mod procedure;
mod receive;
mod site;
mod ticket;

pub use dossier::{ConflictRow, ConflictValue, DossierRow, conflict_rows, dossier_row};
pub use files::{FetchingRow, FileMark, FilesView};
pub use procedure::{ProcedureRow, procedure_row};
pub use receive::ReceivePreview;
pub use site::{HistoryRow, MemberRow};
pub use ticket::{CallRow, LaneQueue, QueueView, TicketRow, ticket_row};
