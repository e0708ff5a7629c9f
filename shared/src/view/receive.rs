//! What reception still lacks.

use serde::{Deserialize, Serialize};

use crate::domain::dossier::DueDate;
use crate::refusal::Refusal;

/// What would become of a dossier if it were received now. Nothing is written and no number is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivePreview {
    /// When it would be due, and why: as soon as the time that holds is known, whatever else is missing.
    pub due: Option<DueDate>,
    /// Everything that stands in the way; receiving would be refused with the first.
    pub problems: Vec<Refusal>,
}
