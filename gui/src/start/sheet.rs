//! The recovery sheet: shown after founding, and again until somebody says that it lies in a locked cupboard.

mod dialog;
mod paper;
mod qr;
mod show;

use std::fmt;

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::RecoverySheet;

use crate::start::founding::FoundForm;

pub use dialog::SheetDialog;
pub use show::{SheetAsk, SheetView};

/// What stands on the sheet. Its groups and its QR code are **secret**.
#[derive(Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The site's name.
    pub site_name: String,
    /// Enough of the site's key to tell two sheets apart; not secret.
    pub site_short: String,
    /// To be typed in, in this order.
    pub groups: Vec<String>,
    /// What the QR code says.
    pub qr_text: String,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet(of {})", self.site_short)
    }
}

impl Sheet {
    fn new(site_name: &str, sheet: &RecoverySheet) -> Self {
        Self {
            site_name: site_name.to_owned(),
            site_short: sheet.site().short(),
            groups: sheet.groups().to_vec(),
            qr_text: sheet.qr_text(),
        }
    }
}

/// Founds the site; the node keeps the sheet until it is on paper.
///
/// # Errors
/// The refusal; no site is there then.
pub(crate) async fn found(node: &NodeHandle, form: FoundForm) -> Result<Sheet, Refusal> {
    let site_name = form.site_name.trim();
    let sheet = node
        .found(
            site_name,
            form.unit.trim(),
            form.officer_name.trim(),
            form.node_name.trim(),
        )
        .await?;
    Ok(Sheet::new(site_name, &sheet))
}

/// The sheet, if nobody has said yet that it is on paper.
///
/// # Errors
/// When the node cannot be asked.
pub async fn kept(node: &NodeHandle) -> Result<Option<Sheet>, AskError> {
    let Some(sheet) = node.recovery_sheet().await? else {
        return Ok(None);
    };
    let name = match node.ask(Query::Site).await? {
        Answer::Site(site) => site.name,
        _ => String::new(),
    };
    Ok(Some(Sheet::new(&name, &sheet)))
}
