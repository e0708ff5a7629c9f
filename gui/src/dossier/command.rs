//! What the page can ask of the node, and what becomes of it.

use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef, Outcome, SettleChoice};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::refusal::Refusal;

use super::form::Form;
use crate::link::{Link, Pending, Polled};

/// Something an officer asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Processing begins.
    Start,
    /// What a form says.
    Submit(Form),
    /// A field gets a value.
    Edit {
        /// The field.
        field: DossierField,
        /// The value.
        value: String,
    },
    /// A conflict is settled.
    Settle(SettleChoice),
}

/// Where on the page something was asked, and where its refusal is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The steps and their forms.
    Steps,
    /// A field being corrected.
    Field(DossierField),
    /// A field in conflict.
    Conflict(DossierField),
    /// Steps in conflict.
    StatusConflict,
}

impl Ask {
    /// Where it was asked.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Start | Self::Submit(_) => Place::Steps,
            Self::Edit { field, .. } => Place::Field(*field),
            Self::Settle(SettleChoice::Field { field, .. }) => Place::Conflict(*field),
            Self::Settle(SettleChoice::Status { .. }) => Place::StatusConflict,
        }
    }

    /// As the node takes it.
    #[must_use]
    pub fn command(&self, doc: DocId) -> Command {
        let dossier = DossierRef::Id(doc);
        match self {
            Self::Start => Command::StartProcessing { dossier },
            Self::Submit(form) => form.command(dossier),
            Self::Edit { field, value } => Command::EditDossier {
                dossier,
                field: *field,
                value: Text::truncated(value.trim()),
            },
            Self::Settle(choice) => Command::SettleConflict {
                dossier,
                choice: choice.clone(),
            },
        }
    }
}

/// What was asked last and what came of it.
#[derive(Debug, Default)]
pub struct Asked {
    under_way: Option<(Ask, Pending<Result<Outcome, Refusal>>)>,
    /// Why the last one was not done; shown where it was asked until something else is asked.
    refused: Option<(Place, Refusal)>,
}

impl Asked {
    /// Asks. One thing at a time: a second click before the answer is the same click.
    pub fn ask(&mut self, link: &Link, doc: DocId, ask: Ask) {
        if self.under_way.is_none() {
            self.refused = None;
            let pending = link.submit(ask.command(doc));
            self.under_way = Some((ask, pending));
        }
    }

    /// Once a frame: what was done, if the answer just came.
    pub fn poll(&mut self) -> Option<(Ask, Outcome)> {
        let (ask, mut pending) = self.under_way.take()?;
        match pending.poll() {
            Polled::Waiting => self.under_way = Some((ask, pending)),
            Polled::Ready(Ok(outcome)) => return Some((ask, outcome)),
            Polled::Ready(Err(refusal)) => self.refused = Some((ask.place(), refusal)),
            Polled::Lost => self.refused = Some((ask.place(), Refusal::Leaving)),
        }
        None
    }

    /// An answer is on its way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Why what was asked here was not done.
    #[must_use]
    pub fn refusal(&self, place: Place) -> Option<&Refusal> {
        let (at, refusal) = self.refused.as_ref()?;
        (*at == place).then_some(refusal)
    }

    /// The place was left: its refusal was read.
    pub fn forget(&mut self, place: Place) {
        if self.refused.as_ref().is_some_and(|(at, _)| *at == place) {
            self.refused = None;
        }
    }

    /// What is still under way, to be told of elsewhere.
    pub fn leave(&mut self) -> Option<Pending<Result<Outcome, Refusal>>> {
        self.refused = None;
        self.under_way.take().map(|(_, pending)| pending)
    }
}
