//! Founding with a recovery sheet that cannot be lost: it is on the disk before there is a site, and stays until a person
//! says that it is printed and locked away.

use lienquay_core::event::{Control, Event, Found};
use lienquay_core::host::Host;
use lienquay_core::store::StoreFault;
use lienquay_shared::SiteId;
use lienquay_shared::log::NodeKey;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::RecoverySheet;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::notes::{self, NoteKey};
use crate::runtime::engine_thread::{EngineThread, now};
use crate::runtime::order::Done;
use crate::store::SqliteStore;

/// The sheet as it was kept. One of another site than this PC's is left from a founding that a crash cut short.
pub(crate) fn sheet_of(kept: Option<Vec<u8>>, site: Option<SiteId>) -> Option<RecoverySheet> {
    let kept = Zeroizing::new(kept?);
    let secret: [u8; 32] = kept.as_slice().try_into().ok()?;
    let sheet = RecoverySheet::new(NodeKey::from_secret(&Zeroizing::new(secret)));
    (site == Some(sheet.site())).then_some(sheet)
}

/// When a node starts: a sheet that opens nothing is secret for nothing.
pub(super) fn drop_stale_sheet(host: &mut Host<SqliteStore>) -> Result<(), StoreFault> {
    let key = NoteKey::recovery_sheet();
    let kept = host.store().local(key.as_str())?;
    if kept.is_some() && sheet_of(kept, host.engine().site_id()).is_none() {
        erase(host.store_mut())?;
    }
    Ok(())
}

fn erase(store: &mut SqliteStore) -> Result<(), StoreFault> {
    notes::durably(store, |store| {
        store.drop_local(NoteKey::recovery_sheet().as_str())
    })
}

impl EngineThread {
    /// Founds a site. The sheet of a site that there is already is never touched.
    pub(super) fn found(&mut self, found: Found, reply: oneshot::Sender<Done>) {
        let kept = if self.host.engine().site_id().is_some() {
            Err(Refusal::NoChange)
        } else {
            self.keep_sheet(&found.site_secret)
        };
        if let Err(refusal) = kept {
            // Who asked may have gone.
            reply.send(Err(refusal)).ok();
            return;
        }
        let token = self.token(reply);
        let control = Box::new(Control::Found(found));
        let now = now(&self.clock);
        let (effects, fault) = self
            .host
            .process(now, vec![Event::Control { token, control }]);
        if self.host.engine().site_id().is_none()
            && let Err(fault) = erase(self.host.store_mut())
        {
            tracing::warn!(%fault, "the sheet of a site that was not founded is erased at the next start");
        }
        self.release(now, effects, fault);
    }

    fn keep_sheet(&mut self, secret: &[u8; 32]) -> Result<(), Refusal> {
        let kept = notes::durably(self.host.store_mut(), |store| {
            store.set_local(NoteKey::recovery_sheet().as_str(), secret)
        });
        kept.map_err(|fault| {
            tracing::error!(%fault, "no site is founded whose recovery sheet could be lost");
            match fault {
                StoreFault::Full(_) => Refusal::DiskFull,
                StoreFault::Damaged(_) | StoreFault::Failed(_) => Refusal::StoreFault,
            }
        })
    }
}
