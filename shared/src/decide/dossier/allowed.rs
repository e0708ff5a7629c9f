//! Which steps a dossier allows now: one rule for the decision itself and for the screen that offers the steps.

use super::super::role::{Right, allow_officer};
use crate::command::Command;
use crate::domain::dossier::{Dossier, Status};
use crate::domain::site::Site;
use crate::ids::OfficerId;
use crate::refusal::Refusal;

/// A step that moves a dossier on, without what is entered with it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The papers asked for arrived.
    Supplement,
    /// Hands the result over.
    Return,
    /// Processing begins.
    Start,
    /// The result is ready.
    Finish,
    /// Asks for more papers.
    RequestSupplement,
    /// Refuses reception.
    Refuse,
    /// The citizen withdraws.
    Withdraw,
}

impl StepKind {
    /// Every step, those that usually come next first.
    pub const ALL: [Self; 7] = [
        Self::Supplement,
        Self::Return,
        Self::Start,
        Self::Finish,
        Self::RequestSupplement,
        Self::Refuse,
        Self::Withdraw,
    ];

    /// The step a command takes; none for one that does not move a dossier on.
    pub const fn of(command: &Command) -> Option<Self> {
        Some(match command {
            Command::Supplement { .. } => Self::Supplement,
            Command::ReturnResult { .. } => Self::Return,
            Command::StartProcessing { .. } => Self::Start,
            Command::FinishDossier { .. } => Self::Finish,
            Command::RequestSupplement { .. } => Self::RequestSupplement,
            Command::RefuseDossier { .. } => Self::Refuse,
            Command::Withdraw { .. } => Self::Withdraw,
            _ => return None,
        })
    }

    /// What an officer needs to be allowed to do for it.
    pub const fn right(self) -> Right {
        match self {
            Self::Start | Self::Finish => Right::Process,
            Self::RequestSupplement | Self::Supplement => Right::Supplement,
            Self::Return | Self::Refuse | Self::Withdraw => Right::Receive,
        }
    }

    const fn statuses(self) -> &'static [Status] {
        use Status::{Finished, Processing, Received, Registered, SupplementRequired};
        match self {
            Self::Supplement => &[SupplementRequired],
            Self::Return => &[Finished],
            Self::Start => &[Received],
            Self::Finish | Self::RequestSupplement => &[Received, Processing],
            Self::Refuse => &[Registered, Received, SupplementRequired],
            Self::Withdraw => &[Received, Processing, SupplementRequired],
        }
    }
}

/// Whether the dossier's status allows a step. Being late never blocks anything.
///
/// # Errors
/// [`Refusal::StatusInConflict`] and [`Refusal::WrongStatus`].
pub fn allows(dossier: &Dossier, step: StepKind) -> Result<(), Refusal> {
    if dossier.status_conflict.is_some() {
        return Err(Refusal::StatusInConflict);
    }
    let is_answerable = step != StepKind::Supplement || dossier.open_round().is_some();
    if is_answerable && step.statuses().contains(&dossier.status) {
        Ok(())
    } else {
        Err(Refusal::WrongStatus {
            status: dossier.status,
        })
    }
}

/// The steps the dossier's status allows, the most likely first, each with why this officer may not take it.
pub fn allowed_steps(
    site: &Site,
    officer: OfficerId,
    dossier: &Dossier,
) -> Vec<(StepKind, Option<Refusal>)> {
    StepKind::ALL
        .into_iter()
        .filter(|step| allows(dossier, *step).is_ok())
        .map(|step| (step, allow_officer(officer, site, step.right()).err()))
        .collect()
}
