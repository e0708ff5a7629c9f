//! Decisions about dossiers: receiving, every later step, corrections and conflicts.

mod allowed;
mod check;
mod due;
mod file;
mod receive;
mod settle;
mod step;

use super::{Context, Write};
use crate::domain::dossier::{DossierEvent, DossierStep};
use crate::ids::DocId;
use crate::log::{ActionKind, DocKind};
use crate::schema::Edit;

pub use allowed::{StepKind, allowed_steps, allows};
pub use check::preview_receive;
pub use due::processing_options;
pub use receive::{PreparedReceive, prepare_receive};
pub use step::{Decided, command};

fn event(ctx: &Context, step: DossierStep) -> Edit {
    Edit::event(&DossierEvent {
        stamp: ctx.stamp(),
        step,
    })
}

fn dossier_write(doc: DocId, action: ActionKind, edits: Vec<Edit>) -> Write {
    Write {
        doc,
        kind: DocKind::Dossier,
        action,
        edits,
    }
}

#[cfg(test)]
mod tests;
