//! What the page asks the node to know: procedures, one record, the due date to be, the number of a ticket.

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{ReceiveDossier, TicketRef};
use lienquay_shared::domain::procedure::Procedure;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::{ProcedureRow, ReceivePreview};

/// Rows of one search; more are found by typing on.
const MAX_FOUND: u16 = 30;

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The words it was for.
    pub text: String,
    /// The procedures.
    pub rows: Vec<ProcedureRow>,
    /// There are more.
    pub has_more: bool,
}

/// Procedures in force with these words, typed with or without marks.
pub(super) async fn search(node: NodeHandle, text: String) -> Result<Found, AskError> {
    let page = PageAsk {
        limit: MAX_FOUND,
        ..PageAsk::default()
    };
    let query = Query::Procedures {
        text: Text::truncated(text.trim()),
        page,
    };
    Ok(match node.ask(query).await? {
        Answer::Procedures(page) => Found {
            has_more: page.next.is_some(),
            rows: page.rows,
            text,
        },
        _ => Found {
            text,
            ..Found::default()
        },
    })
}

/// A procedure's record, if this PC has it and can read it.
pub(super) async fn record(node: NodeHandle, code: String) -> Result<Option<Procedure>, AskError> {
    let code = Text::truncated(&code);
    match node.ask(Query::Procedure { code }).await? {
        Answer::Procedure(record) => Ok(serde_json::from_value(*record).ok()),
        _ => Ok(None),
    }
}

/// Has the node look at a dossier without receiving it.
pub(super) async fn preview(
    node: NodeHandle,
    ask: ReceiveDossier,
) -> Result<ReceivePreview, AskError> {
    match node.ask(Query::ReceivePreview(Box::new(ask))).await? {
        Answer::ReceivePreview(preview) => Ok(preview),
        _ => Ok(ReceivePreview::default()),
    }
}

/// A ticket's number as printed.
pub(super) async fn ticket_number(node: NodeHandle, doc: DocId) -> Result<String, AskError> {
    let ticket = TicketRef::Id(doc);
    Ok(match node.ask(Query::Ticket { ticket }).await? {
        Answer::Ticket { ticket, .. } => ticket.number_text.to_string(),
        _ => String::new(),
    })
}
