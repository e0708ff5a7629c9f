//! This node's own log ends because another folder continued it: it is never written to again. That two folders live is
//! told to the person here, whatever fails in between.

use lienquay_shared::{LogId, codec};

use crate::engine::{Cx, Engine, fact, fact_of};
use crate::event::Notice;
use crate::number::VOID_UNTIL_KNOWN;
use crate::store::{Store, StoreResult};

/// The log this node writes, as stored.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct OwnLog {
    pub(crate) log: LogId,
    /// It must not be continued; the next entry opens a new incarnation.
    pub(crate) ended: bool,
}

/// That a log of this node has two branches, and whether the person here was told. What was told with the finding itself is gone when
/// the power fails between the commit and the screen: it is owed until a later beat.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// Perhaps not told. Wakes on: the next beat, which tells.
    Untold(LogId),
    /// Told by this process. Wakes on: a beat that finds everything committed, after which it is owed no more.
    Told,
}

impl Ending {
    pub(crate) fn load(store: &dyn Store) -> StoreResult<Option<Self>> {
        let untold: Option<Option<LogId>> = fact_of(store, fact::ENDED_UNTOLD)?;
        Ok(untold.flatten().map(Self::Untold))
    }
}

/// Says on the disk that a log must not be continued. What it gave out after the copy was made is not known here: its
/// ranges are void from now on, not only from the first entry of the next log, which may itself carry a number.
pub(crate) fn end_own_log(store: &mut dyn Store, log: LogId) -> StoreResult<()> {
    let row = OwnLog { log, ended: true };
    store.set_meta(fact::OWN_LOG, &codec::encode(&row))?;
    void_own_ranges(store)
}

pub(crate) fn void_own_ranges(store: &mut dyn Store) -> StoreResult<()> {
    store.set_meta(fact::VOID_DAY, &codec::encode(&VOID_UNTIL_KNOWN))
}

impl Engine {
    /// Our own log continues elsewhere: this folder is an older copy. It is never continued; the rest is pulled like any
    /// other log, and the next entry opens a new incarnation.
    pub(crate) fn own_log_overtaken(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        // What was written to it in this group of events gets its signature first, or nobody could ever be served it.
        self.seal_own(cx)?;
        let Some(own) = self.own.take() else {
            return Ok(());
        };
        self.closing = Some(own);
        end_own_log(cx.store, own)?;
        self.files.begin_new_list(cx)?;
        self.wrote_own();
        Ok(())
    }

    /// As [`Engine::own_log_overtaken`], if it was ours that has two branches: two folders live, and the person here is told.
    pub(crate) fn own_log_ended_by_fork(
        &mut self,
        cx: &mut Cx<'_>,
        log: &LogId,
    ) -> StoreResult<()> {
        if self.own == Some(*log) {
            self.own_log_overtaken(cx)?;
            cx.store
                .set_meta(fact::ENDED_UNTOLD, &codec::encode(&Some(*log)))?;
            self.ending = Some(Ending::Untold(*log));
        }
        Ok(())
    }

    /// Whether this node's log must not be continued: then what it decided before is not known here whole.
    pub(crate) fn own_log_must_end(&self) -> bool {
        self.own.is_none() && self.closing.is_some()
    }

    /// Tells, and once that is out of the house takes it off the disk.
    pub(crate) fn tell_ending(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        match self.ending {
            Some(Ending::Untold(log)) => {
                cx.fx.notices.push(Notice::Forked { log });
                self.ending = Some(Ending::Told);
            }
            Some(Ending::Told) if self.commit_due().is_none() => {
                cx.store
                    .set_meta(fact::ENDED_UNTOLD, &codec::encode(&None::<LogId>))?;
                self.wrote_others(cx.now);
                self.ending = None;
            }
            Some(Ending::Told) | None => {}
        }
        Ok(())
    }
}
