//! Receiving the dossier: one submission per form, however often save is pressed.

use lienquay_shared::command::{Command, Outcome, ReceivedDossier, Submission};
use lienquay_shared::refusal::Refusal;

use super::draft::NOTE;
use super::form::Form;
use crate::link::{Link, Pending};

/// What becomes of a save.
pub(super) type Saving = Pending<Result<Outcome, Refusal>>;

/// Submits the form under its own request id. When it is received the draft is gone, even if nobody looks any more.
///
/// # Errors
/// A refusal when this PC could make no request id.
pub(super) fn receive(link: &Link, form: &Form) -> Result<Saving, Refusal> {
    let request = form.request.ok_or(Refusal::StoreFault)?;
    let command = Command::ReceiveDossier(Box::new(form.to_ask()));
    let submission = Submission { request, command };
    Ok(link.start(|node| async move {
        let answer = node.submit(submission).await;
        if answer.is_ok()
            && let Err(error) = node.keep(NOTE, None).await
        {
            tracing::warn!(%error, "the draft of a received dossier could not be erased");
        }
        answer
    }))
}

/// A received dossier, as the page shows it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Saved {
    /// Its document, code and due date.
    pub received: ReceivedDossier,
    /// The procedure's name.
    pub procedure: String,
    /// Who stands at the counter.
    pub person: String,
    /// The ticket it was received under.
    pub ticket: Option<String>,
}

/// Personal data never reaches a log.
impl std::fmt::Debug for Saved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Saved")
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl Saved {
    /// What the page shows of an outcome; `None` when it is no reception.
    pub(super) fn of(outcome: Outcome, form: &Form) -> Option<Self> {
        let Outcome::DossierReceived(received) = outcome else {
            return None;
        };
        Some(Self {
            received,
            procedure: form
                .procedure
                .as_ref()
                .map(|chosen| chosen.name.clone())
                .unwrap_or_default(),
            person: form.transacting.name.trim().to_owned(),
            ticket: form.ticket.as_ref().map(|ticket| ticket.number.clone()),
        })
    }
}
