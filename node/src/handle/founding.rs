//! Founding a site, and its recovery sheet until it is locked away.

use lienquay_core::event::Found;
use lienquay_shared::log::NodeKey;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::RecoverySheet;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::handle::{AskError, NodeHandle};
use crate::notes::{KeepError, NoteKey};
use crate::runtime::{Order, random_bytes, sheet_of};

impl NodeHandle {
    /// Founds a site with this PC and gives its recovery sheet, to show and to print. The sheet is kept on this PC, from
    /// before there is a site until [`Self::sheet_is_safe`]: a crash cannot lose it.
    ///
    /// # Errors
    /// The [`Refusal`]; then nothing was founded and nothing is kept. [`Refusal::Leaving`] says that the node ended
    /// meanwhile: [`Self::recovery_sheet`] tells after a restart.
    pub async fn found(
        &self,
        site_name: &str,
        unit: &str,
        officer_name: &str,
        node_name: &str,
    ) -> Result<RecoverySheet, Refusal> {
        let secret = random_bytes::<32>().map_err(|_no_randomness| Refusal::StoreFault)?;
        let secret = Zeroizing::new(secret);
        let found = Box::new(Found {
            site_secret: *secret,
            site_name: site_name.to_owned(),
            unit: unit.to_owned(),
            officer_name: officer_name.to_owned(),
            node_name: node_name.to_owned(),
        });
        self.order(|reply| Order::Found { found, reply }).await?;
        Ok(RecoverySheet::new(NodeKey::from_secret(&secret)))
    }

    /// The recovery sheet of the site that was founded here, until a person said that it is safe.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn recovery_sheet(&self) -> Result<Option<RecoverySheet>, AskError> {
        let key = NoteKey::recovery_sheet();
        let kept = self.read(move |reader| reader.local(key.as_str())).await?;
        Ok(sheet_of(kept, self.moment.borrow().site))
    }

    /// A person says that the sheet is printed and locked away: it is erased here, for good.
    ///
    /// # Errors
    /// [`KeepError::Ask`]; the sheet is kept still.
    pub async fn sheet_is_safe(&self) -> Result<(), KeepError> {
        let (reply, done) = oneshot::channel();
        self.send(Order::Keep {
            key: NoteKey::recovery_sheet(),
            value: None,
            reply,
        })?;
        done.await.map_err(|_ended| AskError::Ended)?
    }
}
