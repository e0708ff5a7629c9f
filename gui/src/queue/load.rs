//! Loading the panel: a few short questions to the store, none to the engine.

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::DocId;
use lienquay_shared::codec::List;
use lienquay_shared::command::TicketRef;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::query::{Answer, MAX_PAGE_ROWS, Page, PageAsk, Query};
use lienquay_shared::view::TicketRow;

use super::data::{Answers, QueueData};

/// Loads the panel of this PC.
///
/// # Errors
/// When the node does not answer.
pub async fn load(node: NodeHandle) -> Result<QueueData, AskError> {
    let mut answers = Answers::default();
    if let Answer::Site(site) = node.ask(Query::Site).await? {
        answers.site = *site;
    }
    if let Answer::Queue(queue) = node.ask(Query::Queue).await? {
        answers.queue = queue;
    }
    let in_hand = [
        TicketState::Granted,
        TicketState::Announced,
        TicketState::Serving,
    ];
    answers.at_counters = tickets(&node, &in_hand).await?.rows;
    let aside = tickets(&node, &[TicketState::Parked, TicketState::NoShow]).await?;
    answers.has_more_aside = aside.next.is_some();
    answers.aside = aside.rows;
    for doc in needed_whole(&node, &answers) {
        let ticket = TicketRef::Id(doc);
        if let Answer::Ticket { doc, ticket } = node.ask(Query::Ticket { ticket }).await? {
            answers.whole.insert(doc, *ticket);
        }
    }
    Ok(QueueData::assemble(node.node(), &answers))
}

async fn tickets(node: &NodeHandle, states: &[TicketState]) -> Result<Page<TicketRow>, AskError> {
    let query = Query::Tickets {
        lane: None,
        states: List::truncated(states.to_vec()),
        page: PageAsk {
            limit: MAX_PAGE_ROWS,
            ..PageAsk::default()
        },
    };
    match node.ask(query).await? {
        Answer::Tickets(page) => Ok(page),
        _ => Ok(Page {
            rows: Vec::new(),
            next: None,
        }),
    }
}

/// Tickets of which a row does not say enough: papers ticked by the citizen in front of the officer, and who else called.
fn needed_whole(node: &NodeHandle, answers: &Answers) -> Vec<DocId> {
    let is_here = |row: &&TicketRow| {
        let call = row.call.as_ref();
        row.n_papers > 0 && call.is_some_and(|call| call.node == node.node())
    };
    let with_papers = answers.at_counters.iter().filter(is_here);
    let open = |row: &&TicketRow| row.state != TicketState::Finished;
    let doubles = answers.queue.double_called.iter().filter(open);
    with_papers.chain(doubles).map(|row| row.doc).collect()
}
